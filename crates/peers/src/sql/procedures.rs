//! The procedures that there are: those that run statements with parameters, now or later, and the one that makes a session
//! begin anew.
//!
//! | number | name | parameters |
//! |---|---|---|
//! | 10 | `sp_executesql` | statement, declarations, values |
//! | 11 | `sp_prepare` | handle (comes back), declarations, statement |
//! | 12 | `sp_execute` | handle, values |
//! | 13 | `sp_prepexec` | handle (comes back), declarations, statement, values |
//! | 15 | `sp_unprepare` | handle |
//! |  | `sp_reset_connection` | |
//!
//! Never here: what statements mean.

use std::collections::BTreeMap;

use super::convert::convert;
use super::parameters::{Call, Parameter, Procedure};
use super::statements::Scope;
use super::tokens::Fault;
use super::types::{Type, Value};
use super::words::{Word, Words};

/// Numbers and names of the procedures.
const NAMES: [(u16, &str); 6] = [
    (10, "sp_executesql"),
    (11, "sp_prepare"),
    (12, "sp_execute"),
    (13, "sp_prepexec"),
    (15, "sp_unprepare"),
    (0, "sp_reset_connection"),
];

/// What a call asks for.
pub enum Task {
    /// A session that begins anew.
    Anew,
    /// A statement, or nothing.
    Run {
        /// The statement with what it can see.
        statement: Option<(String, Scope)>,
        /// What it is called from here on, if the client wants to know.
        handle: Option<i32>,
    },
}

/// Statements that are kept for later, by their handle, with the declarations of their parameters.
#[derive(Default)]
pub struct Prepared {
    kept: BTreeMap<i32, (String, String)>,
    last: i32,
}

impl Prepared {
    /// What a call asks for, with its parameters as they were declared.
    pub fn task(&mut self, call: Call, scope: Scope) -> Result<Task, Fault> {
        let name = NAMES.iter().find(|(number, name)| match &call.procedure {
            Procedure::Number(wanted) => wanted == number && *number != 0,
            Procedure::Name(_) => call.procedure.is(name),
        });
        let Some((_, name)) = name else {
            let name = match call.procedure {
                Procedure::Number(number) => format!("number {number}"),
                Procedure::Name(name) => name,
            };
            let text = format!("Could not find stored procedure '{name}'.");
            return Err(Fault::new(2812, 62, 16, text));
        };
        let mut given = call.parameters.into_iter();
        let run = |statement, declarations: String, given, handle| {
            let statement = Some(bound(name, statement, &declarations, given, scope)?);
            Ok(Task::Run { statement, handle })
        };
        match *name {
            "sp_executesql" => {
                let statement = text(&mut given, "@statement")?.ok_or_else(|| missing(name, "@statement"))?;
                let declarations = text(&mut given, "@params")?.unwrap_or_default();
                run(statement, declarations, given, None)
            }
            "sp_prepare" | "sp_prepexec" => {
                given.next();
                let declarations = text(&mut given, "@params")?.unwrap_or_default();
                let statement = text(&mut given, "@stmt")?.ok_or_else(|| missing(name, "@stmt"))?;
                self.last += 1;
                let handle = Some(self.last);
                self.kept.insert(self.last, (declarations.clone(), statement.clone()));
                if *name == "sp_prepare" {
                    return Ok(Task::Run {
                        statement: None,
                        handle,
                    });
                }
                run(statement, declarations, given, handle)
            }
            "sp_execute" => {
                let handle = handle(given.next(), name)?;
                let kept = self.kept.get(&handle).cloned();
                let (declarations, statement) = kept.ok_or_else(|| unknown(name, handle))?;
                run(statement, declarations, given, None)
            }
            "sp_unprepare" => {
                let handle = handle(given.next(), name)?;
                self.kept.remove(&handle).ok_or_else(|| unknown(name, handle))?;
                Ok(Task::Run {
                    statement: None,
                    handle: None,
                })
            }
            _ => Ok(Task::Anew),
        }
    }
}

fn missing(procedure: &str, parameter: &str) -> Fault {
    let text = format!("Procedure or function '{procedure}' expects parameter '{parameter}', which was not supplied.");
    Fault::new(201, 10, 16, text)
}

fn unknown(procedure: &str, handle: i32) -> Fault {
    let text = format!("Could not find prepared statement with handle {handle} ({procedure}).");
    Fault::new(8179, 4, 16, text)
}

fn handle(given: Option<Parameter>, procedure: &str) -> Result<i32, Fault> {
    match given.and_then(|parameter| parameter.value) {
        Some(Value::Integer(handle)) => Ok(handle as i32),
        _ => Err(missing(procedure, "@handle")),
    }
}

/// The next parameter, which is a text of two bytes a character, or nothing.
fn text(given: &mut impl Iterator<Item = Parameter>, what: &str) -> Result<Option<String>, Fault> {
    match given.next().map(|parameter| (parameter.of, parameter.value)) {
        None | Some((_, None | Some(Value::Null))) => Ok(None),
        Some((Type::NVarChar(_) | Type::NChar(_), Some(Value::Text(text)))) => Ok(Some(text)),
        Some(_) => {
            let text = format!("Procedure expects parameter '{what}' of type 'ntext/nchar/nvarchar'.");
            Err(Fault::new(214, 2, 16, text))
        }
    }
}

/// The statement, with each parameter that was declared and its value.
fn bound(
    procedure: &str,
    statement: String,
    declarations: &str,
    given: impl Iterator<Item = Parameter>,
    mut scope: Scope,
) -> Result<(String, Scope), Fault> {
    let mut declared = declared(declarations)?;
    for (place, parameter) in given.enumerate() {
        let found = declared.iter_mut().enumerate().find(|(index, declared)| {
            if parameter.name.is_empty() {
                *index == place
            } else {
                declared.name.eq_ignore_ascii_case(&parameter.name)
            }
        });
        let Some((_, found)) = found else {
            let text = format!("{} is not a parameter for procedure {procedure}.", parameter.name);
            return Err(Fault::new(8145, 2, 16, text));
        };
        if let Some(value) = parameter.value {
            found.value = Some(convert(value, parameter.of, found.of)?);
        }
    }
    for parameter in declared {
        let Some(value) = parameter.value else {
            let text = format!(
                "The parameterized query '({declarations}){statement}' expects the parameter '{}', which was not supplied.",
                parameter.name
            );
            return Err(Fault::new(8178, 1, 16, text));
        };
        let name = parameter.name.to_lowercase();
        scope.parameters.insert(name, (parameter.of, value));
    }
    Ok((statement, scope))
}

/// Reads `@a int, @b nvarchar(max)`.
fn declared(text: &str) -> Result<Vec<Parameter>, Fault> {
    let mut words = Words::of(text)?;
    let mut declared = Vec::new();
    while words.peek().is_some() {
        let Some(Word::Variable(name)) = words.next() else {
            return Err(words.wrong());
        };
        words.takes("as");
        let of = words.type_of()?;
        declared.push(Parameter { name, of, value: None });
        if words.peek().is_some() {
            words.sign(',')?;
        }
    }
    Ok(declared)
}
