//! Reads the signatures of library members, written as C# declares them.
//!
//! Never here: types that documents write (`check` resolves those).

use super::class::{Class, Member, MemberKind, Parameter, Passing, Row};
use crate::types::{DelegateType, Type};
use crate::value::Value;
use std::sync::Arc;

/// Reads a type.
///
/// # Errors
/// What could not be understood.
pub fn parse_type(text: &'static str) -> Result<Type, String> {
    Reader { rest: text }.ty()
}

/// Reads a member.
///
/// # Errors
/// What could not be understood.
pub fn parse_member(row: &'static Row, class: &'static Class) -> Result<Member, String> {
    let mut reader = Reader { rest: row.signature };
    reader
        .member(row, class)
        .map_err(|what| format!("{}: {}: {what}", class.name, row.signature))
}

struct Reader {
    rest: &'static str,
}

impl Reader {
    fn eat(&mut self, token: &str) -> bool {
        match self.rest.trim_start().strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn eat_word(&mut self, word: &str) -> bool {
        match self.rest.trim_start().strip_prefix(word) {
            Some(rest) if rest.starts_with(' ') => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.eat(token) {
            Ok(())
        } else {
            Err(format!("expected `{token}` before `{}`", self.rest))
        }
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'static str {
        let text = self.rest.trim_start();
        let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        self.rest = rest;
        word
    }

    fn name(&mut self) -> Result<&'static str, String> {
        let word = self.take(|c| c.is_alphanumeric() || c == '.' || c == '_');
        if word.is_empty() {
            Err(format!("expected a name before `{}`", self.rest))
        } else {
            Ok(word)
        }
    }

    fn ty(&mut self) -> Result<Type, String> {
        let mut ty = if self.eat("(") { self.tuple()? } else { self.named()? };
        loop {
            if self.eat("?") {
                ty = if ty.is_value_type() || matches!(ty, Type::Parameter(_)) {
                    Type::nullable(ty)
                } else {
                    ty
                };
            } else if self.rest.starts_with('[') {
                self.expect("[")?;
                let dimensions = self.take(|c| c == ',').len() + 1;
                self.expect("]")?;
                ty = Type::Array(Arc::new(ty), dimensions);
            } else {
                return Ok(ty);
            }
        }
    }

    fn tuple(&mut self) -> Result<Type, String> {
        let mut elements = vec![(self.ty()?, None)];
        while self.eat(",") {
            elements.push((self.ty()?, None));
        }
        self.expect(")")?;
        Ok(Type::Tuple(elements.into()))
    }

    fn named(&mut self) -> Result<Type, String> {
        let name = self.name()?;
        let mut arguments = Vec::new();
        if self.rest.starts_with('<') {
            self.expect("<")?;
            arguments.push(self.ty()?);
            while self.eat(",") {
                arguments.push(self.ty()?);
            }
            self.expect(">")?;
        }
        if is_type_parameter(name) {
            return Ok(Type::Parameter(name));
        }
        super::named_type(name, arguments).ok_or_else(|| format!("unknown type `{name}`"))
    }

    fn member(&mut self, row: &'static Row, class: &'static Class) -> Result<Member, String> {
        let is_static = self.eat_word("static");
        let mut member = Member {
            class,
            name: "new",
            kind: MemberKind::Constructor,
            is_static: true,
            type_parameters: Vec::new(),
            parameters: Vec::new(),
            result: own_type(class),
            run: row.run,
        };
        if self.rest.trim_start().starts_with("new(") {
            self.expect("new(")?;
            member.parameters = self.parameters(")")?.0;
            return Ok(member);
        }
        member.is_static = is_static;
        for conversion in ["implicit", "explicit"] {
            if self.eat_word(conversion) {
                self.expect("operator ")?;
                member.result = self.ty()?;
                self.expect("(")?;
                (member.name, member.kind, member.parameters) =
                    (conversion, MemberKind::Operator, self.parameters(")")?.0);
                return Ok(member);
            }
        }
        member.result = self.ty()?;
        self.named_member(&mut member)?;
        Ok(member)
    }

    fn named_member(&mut self, member: &mut Member) -> Result<(), String> {
        self.rest = self.rest.trim_start();
        if self.rest.starts_with("operator ") {
            let end = self.rest.find('(').ok_or("expected `(`")?;
            let (name, rest) = self.rest.split_at(end);
            self.rest = rest;
            (member.name, member.kind) = (name, MemberKind::Operator);
            self.expect("(")?;
            member.parameters = self.parameters(")")?.0;
            return Ok(());
        }
        if self.eat("this[") {
            member.name = "this[]";
            member.parameters = self.parameters("]")?.0;
            return self.accessor(member);
        }
        member.name = self.name()?;
        if self.eat("<") {
            member.type_parameters.push(self.name()?);
            while self.eat(",") {
                member.type_parameters.push(self.name()?);
            }
            self.expect(">")?;
        }
        if !self.eat("(") {
            return self.accessor(member);
        }
        let (parameters, extends) = self.parameters(")")?;
        member.parameters = parameters;
        member.kind = if extends {
            MemberKind::Extension
        } else {
            MemberKind::Method
        };
        Ok(())
    }

    fn accessor(&mut self, member: &mut Member) -> Result<(), String> {
        self.expect("{")?;
        if self.eat("set;") {
            member.kind = MemberKind::Setter;
            let value = Parameter {
                name: "value",
                ty: member.result.clone(),
                passing: Passing::Value,
                default: None,
            };
            member.parameters.push(value);
        } else {
            self.expect("get;")?;
            member.kind = MemberKind::Getter;
        }
        self.expect("}")
    }

    fn parameters(&mut self, close: &str) -> Result<(Vec<Parameter>, bool), String> {
        let mut parameters = Vec::new();
        let extends = self.eat_word("this");
        if self.eat(close) {
            return Ok((parameters, extends));
        }
        loop {
            parameters.push(self.parameter()?);
            if self.eat(close) {
                return Ok((parameters, extends));
            }
            self.expect(",")?;
        }
    }

    fn parameter(&mut self) -> Result<Parameter, String> {
        let passing = if self.eat_word("out") {
            Passing::Out
        } else if self.eat_word("ref") {
            Passing::Ref
        } else if self.eat_word("params") {
            Passing::Params
        } else {
            Passing::Value
        };
        let ty = self.ty()?;
        let name = self.name()?;
        let default = if self.eat("=") { Some(self.default(&ty)?) } else { None };
        Ok(Parameter {
            name,
            ty,
            passing,
            default,
        })
    }

    fn default(&mut self, ty: &Type) -> Result<Value, String> {
        if self.eat("\"") {
            let text = self.take(|c| c != '"');
            self.expect("\"")?;
            return Ok(text.into());
        }
        let word = self.take(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
        match word {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            "null" => Ok(Value::Null),
            "default" => Ok(Value::default_of(ty)),
            _ => match (word.parse::<i32>(), ty) {
                (Ok(number), _) => Ok(number.into()),
                (Err(_), Type::Class(class, _)) => {
                    let (_, name) = word.rsplit_once('.').unwrap_or(("", word));
                    Value::enumeration(*class, name).ok_or_else(|| format!("unknown default `{word}`"))
                }
                _ => Err(format!("unknown default `{word}`")),
            },
        }
    }
}

/// `T`, `TKey`, `T1`: no library type's name begins like this.
fn is_type_parameter(name: &str) -> bool {
    name == "T"
        || name
            .strip_prefix('T')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()))
}

fn own_type(class: &'static Class) -> Type {
    Type::generic(
        class,
        class.parameters.iter().map(|name| Type::Parameter(name)).collect(),
    )
}

/// The delegate type of a name, when it is one.
pub fn delegate_type(name: &str, mut arguments: Vec<Type>) -> Option<Type> {
    let short = name.strip_prefix("System.").unwrap_or(name);
    let (name, result) = match (short, arguments.len()) {
        ("Func", 1..) => ("System.Func", arguments.pop()?),
        ("Action", _) => ("System.Action", Type::VOID),
        ("Predicate", 1) => ("System.Predicate", Type::BOOLEAN),
        ("Comparison", 1) => {
            arguments.push(arguments.first()?.clone());
            ("System.Comparison", Type::INT32)
        }
        ("MatchEvaluator" | "Text.RegularExpressions.MatchEvaluator", 0) => {
            arguments.push(super::named_type("Match", Vec::new())?);
            ("System.Text.RegularExpressions.MatchEvaluator", Type::STRING)
        }
        ("Converter", 2) => ("System.Converter", arguments.pop()?),
        _ => return None,
    };
    Some(Type::Delegate(Arc::new(DelegateType {
        name,
        parameters: arguments,
        result,
    })))
}
