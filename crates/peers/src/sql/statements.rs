//! What statements there are, and what comes of them.
//!
//! - `SELECT * FROM people` and `SELECT id, name FROM people WHERE id = @id AND name = N'Ada'`, of any table that
//!   [`super::tables`] has;
//! - `SELECT @a AS [a], 1, 1.5, 'x', N'é', NULL, @@session AS s, resets() AS n`: each parameter comes back as the type that it
//!   was declared as, `@@session` is the number of the connection, `resets()` how often its session began anew;
//! - `INSERT INTO people (…) VALUES (…), (…)`, `UPDATE people SET … WHERE …`, `DELETE FROM people WHERE …` count rows and
//!   change none;
//! - `PRINT N'…'` tells, `RAISERROR('…', 16, 1)` complains; what follows is done all the same;
//! - `USE name`; `SET …` and `BEGIN TRANSACTION`, `COMMIT`, `ROLLBACK`, which do nothing;
//! - `WAITFOR …` never ends, `BREAK` closes the connection in the middle of a row, `GARBAGE` answers what is no TDS.
//!
//! Anything else is error 102 with the place, and a table that there is not is error 208. Never here: bytes.

use std::collections::BTreeMap;

use super::convert::{convert, digits, text_of};
use super::tables::{Row, Rows, table};
use super::tokens::{Column, Fault, command};
use super::types::{Encoding, Type, Value};
use super::words::{Word, Words};

/// What comes of a statement.
pub enum Outcome {
    /// Rows of a table, or of none.
    Rows {
        /// The table's name.
        table: &'static str,
        /// The columns.
        columns: Vec<Column>,
        /// The rows.
        rows: Rows,
    },
    /// So many rows are different now.
    Count(u16, u64),
    /// Nothing that is told.
    Nothing,
    /// A notice, or an error that does not end the batch.
    Told(Fault),
    /// Another database.
    Database(String),
    /// No answer, ever.
    Never,
    /// A connection that breaks.
    Break,
    /// Something that is no answer.
    Garbage,
}

/// What statements can see.
#[derive(Default)]
pub struct Scope {
    /// Parameters by their name in lower case, as they were declared.
    pub parameters: BTreeMap<String, (Type, Value)>,
    /// The number of the connection.
    pub session: u64,
    /// How often the session began anew.
    pub resets: u64,
}

/// A statement that was read.
pub enum Statement {
    Select {
        items: Vec<Item>,
    },
    From {
        columns: Option<Vec<String>>,
        table: String,
        conditions: Vec<(String, Expression)>,
        line: u32,
    },
    Insert {
        table: String,
        rows: u64,
        line: u32,
    },
    Change {
        command: u16,
        table: String,
        conditions: Vec<(String, Expression)>,
        line: u32,
    },
    Print(Expression),
    Raise {
        text: Expression,
        class: u8,
        state: u8,
        line: u32,
    },
    Use(String),
    Nothing,
    Never,
    Break,
    Garbage,
}

/// What is selected without a table.
pub struct Item {
    what: Expression,
    name: String,
}

/// What has a value.
#[derive(Clone)]
pub enum Expression {
    Variable(String, u32),
    Literal(Type, Value),
    Session,
    Resets,
}

/// The statements of a batch.
pub fn parse(text: &str) -> Result<Vec<Statement>, Fault> {
    let mut words = Words::of(text)?;
    let mut statements = Vec::new();
    loop {
        while words.takes_sign(';') {}
        if words.peek().is_none() {
            return Ok(statements);
        }
        statements.push(statement(&mut words)?);
    }
}

fn statement(words: &mut Words) -> Result<Statement, Fault> {
    let line = words.line();
    if words.takes("select") {
        return select(words, line);
    }
    if words.takes("insert") {
        words.takes("into");
        let table = words.name()?;
        if words.peek() == Some(&Word::Sign('(')) {
            words.parenthesis()?;
        }
        words.keyword("values")?;
        let mut rows = 0;
        loop {
            words.parenthesis()?;
            rows += 1;
            if !words.takes_sign(',') {
                return Ok(Statement::Insert { table, rows, line });
            }
        }
    }
    if words.takes("update") {
        let table = words.name()?;
        words.keyword("set")?;
        loop {
            words.name()?;
            words.sign('=')?;
            expression(words)?;
            if !words.takes_sign(',') {
                break;
            }
        }
        let (command, conditions) = (command::UPDATE, conditions(words)?);
        return Ok(Statement::Change {
            command,
            table,
            conditions,
            line,
        });
    }
    if words.takes("delete") {
        words.takes("from");
        let table = words.name()?;
        let (command, conditions) = (command::DELETE, conditions(words)?);
        return Ok(Statement::Change {
            command,
            table,
            conditions,
            line,
        });
    }
    if words.takes("print") {
        return expression(words).map(Statement::Print);
    }
    if words.takes("raiserror") {
        words.sign('(')?;
        let text = expression(words)?;
        words.sign(',')?;
        let class = small(words)?;
        words.sign(',')?;
        let state = small(words)?;
        words.sign(')')?;
        return Ok(Statement::Raise {
            text,
            class,
            state,
            line,
        });
    }
    if words.takes("use") {
        return words.name().map(Statement::Use);
    }
    if words.takes("set") || words.takes("commit") || words.takes("rollback") || words.takes("begin") {
        skip(words);
        return Ok(Statement::Nothing);
    }
    if words.takes("waitfor") {
        skip(words);
        return Ok(Statement::Never);
    }
    if words.takes("break") {
        return Ok(Statement::Break);
    }
    if words.takes("garbage") {
        return Ok(Statement::Garbage);
    }
    Err(words.wrong())
}

/// What a statement begins with.
const BEGINNINGS: [&str; 12] = [
    "select",
    "insert",
    "update",
    "delete",
    "print",
    "raiserror",
    "use",
    "set",
    "commit",
    "rollback",
    "begin",
    "waitfor",
];

/// Reads to the statement's end.
fn skip(words: &mut Words) {
    loop {
        match words.peek() {
            None | Some(Word::Sign(';')) => return,
            Some(Word::Plain(word)) if BEGINNINGS.iter().any(|beginning| word.eq_ignore_ascii_case(beginning)) => {
                return;
            }
            Some(_) => {
                words.next();
            }
        }
    }
}

fn small(words: &mut Words) -> Result<u8, Fault> {
    match words.peek() {
        Some(Word::Number(number)) => {
            let number = number.parse().map_err(|_| words.wrong())?;
            words.next();
            Ok(number)
        }
        _ => Err(words.wrong()),
    }
}

fn select(words: &mut Words, line: u32) -> Result<Statement, Fault> {
    let named = matches!(words.peek(), Some(Word::Plain(word)) if !is_expression(word))
        || matches!(words.peek(), Some(Word::Name(_)));
    if !named && words.peek() != Some(&Word::Sign('*')) {
        let mut items = Vec::new();
        loop {
            let what = expression(words)?;
            let alias = words.takes("as")
                || matches!(words.peek(), Some(Word::Name(_)))
                || matches!(words.peek(), Some(Word::Plain(word)) if !BEGINNINGS.iter().any(|known| word.eq_ignore_ascii_case(known)));
            let name = if alias { words.name()? } else { String::new() };
            items.push(Item { what, name });
            if !words.takes_sign(',') {
                return Ok(Statement::Select { items });
            }
        }
    }
    let columns = if words.takes_sign('*') {
        None
    } else {
        let mut columns = vec![words.name()?];
        while words.takes_sign(',') {
            columns.push(words.name()?);
        }
        Some(columns)
    };
    words.keyword("from")?;
    let table = words.name()?;
    let conditions = conditions(words)?;
    Ok(Statement::From {
        columns,
        table,
        conditions,
        line,
    })
}

fn conditions(words: &mut Words) -> Result<Vec<(String, Expression)>, Fault> {
    let mut conditions = Vec::new();
    let mut more = words.takes("where");
    while more {
        let column = words.name()?;
        words.sign('=')?;
        conditions.push((column, expression(words)?));
        more = words.takes("and");
    }
    Ok(conditions)
}

fn is_expression(word: &str) -> bool {
    word.eq_ignore_ascii_case("null") || word.eq_ignore_ascii_case("resets")
}

fn expression(words: &mut Words) -> Result<Expression, Fault> {
    let line = words.line();
    if words.takes("null") {
        return Ok(Expression::Literal(Type::Int, Value::Null));
    }
    if words.takes("resets") {
        words.parenthesis()?;
        return Ok(Expression::Resets);
    }
    let negative = words.takes_sign('-');
    let read = match words.peek() {
        Some(Word::Number(number)) => literal(number, negative),
        Some(_) if negative => None,
        Some(Word::Variable(name)) if name.eq_ignore_ascii_case("@@session") => Some(Expression::Session),
        Some(Word::Variable(name)) => Some(Expression::Variable(name.clone(), line)),
        Some(Word::Text(text, national)) => {
            let length = Some((text.encode_utf16().count() as u16).max(1));
            let of = if *national {
                Type::NVarChar(length)
            } else {
                Type::VarChar(length, Encoding::Latin)
            };
            Some(Expression::Literal(of, Value::Text(text.clone())))
        }
        _ => None,
    };
    let read = read.ok_or_else(|| words.wrong())?;
    words.next();
    Ok(read)
}

/// A number is an `int` or a `numeric` of as many digits as were written.
fn literal(number: &str, negative: bool) -> Option<Expression> {
    let (unsigned, scale) = digits(number)?;
    let value = if negative { -unsigned } else { unsigned };
    if scale == 0 && i32::try_from(value).is_ok() {
        return Some(Expression::Literal(Type::Int, Value::Integer(value as i64)));
    }
    let precision = (unsigned.to_string().len() as u8).max(scale);
    Some(Expression::Literal(
        Type::Numeric { precision, scale },
        Value::Scaled(value),
    ))
}

impl Scope {
    /// Does what a statement says.
    pub fn run(&self, statement: Statement) -> Result<Outcome, Fault> {
        Ok(match statement {
            Statement::Select { items } => self.select(items)?,
            Statement::From {
                columns,
                table,
                conditions,
                line,
            } => self.from(columns, &table, &conditions, line)?,
            Statement::Insert { table, rows, line } => {
                exists(&table, line)?;
                Outcome::Count(command::INSERT, rows)
            }
            Statement::Change {
                command,
                table,
                conditions,
                line,
            } => match self.from(None, &table, &conditions, line)? {
                Outcome::Rows { rows, .. } => Outcome::Count(command, rows.count() as u64),
                other => other,
            },
            Statement::Print(what) => Outcome::Told(Fault::new(0, 1, 0, self.text(&what)?)),
            Statement::Raise {
                text,
                class,
                state,
                line,
            } => Outcome::Told(Fault::new(50_000, state, class, self.text(&text)?).at(line)),
            Statement::Use(database) => Outcome::Database(database),
            Statement::Nothing => Outcome::Nothing,
            Statement::Never => Outcome::Never,
            Statement::Break => Outcome::Break,
            Statement::Garbage => Outcome::Garbage,
        })
    }

    fn select(&self, items: Vec<Item>) -> Result<Outcome, Fault> {
        let mut columns = Vec::new();
        let mut values = Vec::new();
        for item in items {
            let (of, value) = self.value(&item.what)?;
            let nullable = matches!(item.what, Expression::Variable(..)) || value.is_null();
            columns.push(Column {
                name: item.name,
                of,
                nullable,
            });
            values.push(value);
        }
        let row = Row {
            values,
            compressed: false,
        };
        Ok(Outcome::Rows {
            table: "",
            columns,
            rows: Box::new(std::iter::once(row)),
        })
    }

    fn from(
        &self,
        wanted: Option<Vec<String>>,
        name: &str,
        conditions: &[(String, Expression)],
        line: u32,
    ) -> Result<Outcome, Fault> {
        let found = exists(name, line)?;
        let place = |column: &str| {
            let place = found
                .columns
                .iter()
                .position(|known| known.name.eq_ignore_ascii_case(column));
            place.ok_or_else(|| Fault::new(207, 1, 16, format!("Invalid column name '{column}'.")).at(line))
        };
        let mut tests: Vec<(usize, Value)> = Vec::new();
        for (column, expression) in conditions {
            let place = place(column)?;
            let (of, value) = self.value(expression)?;
            let to = found.columns.get(place).map_or(of, |column| column.of);
            tests.push((place, convert(value, of, to)?));
        }
        let places: Vec<usize> = match wanted {
            None => (0..found.columns.len()).collect(),
            Some(columns) => columns.iter().map(|column| place(column)).collect::<Result<_, _>>()?,
        };
        let columns = places
            .iter()
            .filter_map(|place| found.columns.get(*place).cloned())
            .collect();
        let rows = found.rows.filter_map(move |row| {
            let fits = tests
                .iter()
                .all(|(place, value)| row.values.get(*place).is_some_and(|other| equal(value, other)));
            fits.then(|| Row {
                values: places
                    .iter()
                    .filter_map(|place| row.values.get(*place).cloned())
                    .collect(),
                ..row
            })
        });
        Ok(Outcome::Rows {
            table: found.name,
            columns,
            rows: Box::new(rows),
        })
    }

    fn value(&self, expression: &Expression) -> Result<(Type, Value), Fault> {
        match expression {
            Expression::Literal(of, value) => Ok((*of, value.clone())),
            Expression::Session => Ok((Type::BigInt, Value::Integer(self.session as i64))),
            Expression::Resets => Ok((Type::BigInt, Value::Integer(self.resets as i64))),
            Expression::Variable(name, line) => self.parameters.get(&name.to_lowercase()).cloned().ok_or_else(|| {
                let text = format!("Must declare the scalar variable \"{name}\".");
                Fault::new(137, 2, 15, text).at(*line)
            }),
        }
    }

    fn text(&self, expression: &Expression) -> Result<String, Fault> {
        let (of, value) = self.value(expression)?;
        Ok(text_of(&value, of).unwrap_or_default())
    }
}

/// Texts are compared as the server's collation does: not by their case, nor by blanks at their end.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        // NULL equals nothing, itself included.
        (Value::Null, _) => false,
        (Value::Text(left), Value::Text(right)) => {
            left.trim_end_matches(' ').to_lowercase() == right.trim_end_matches(' ').to_lowercase()
        }
        _ => left == right,
    }
}

fn exists(name: &str, line: u32) -> Result<super::tables::Table, Fault> {
    table(name).ok_or_else(|| Fault::new(208, 1, 16, format!("Invalid object name '{name}'.")).at(line))
}
