//! What a library type and a library member are.

use super::arguments::{Arguments, Call};
use super::signature;
use crate::thrown::Outcome;
use crate::types::Type;
use crate::value::Value;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Runs a member; the receiver of an instance member is the first argument.
pub type Function = fn(&mut Call<'_, '_>, Arguments<'_>) -> Outcome;

/// A member as its author writes it.
pub struct Row {
    /// C#'s declaration: `string Substring(int startIndex, int length)`, `int Length { get; }`, `new(string value)`.
    pub signature: &'static str,
    /// An expression that uses it; empty for a member that another row's example uses.
    pub example: &'static str,
    /// The text of the example's value.
    pub expected: &'static str,
    /// What it does.
    pub run: Function,
}

/// A member of a library type.
pub const fn row(signature: &'static str, example: &'static str, expected: &'static str, run: Function) -> Row {
    Row {
        signature,
        example,
        expected,
        run,
    }
}

/// The kinds of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is C#'s keyword of its name")]
pub enum ClassKind {
    Class,
    Struct,
    Interface,
    Static,
    Enum,
}

/// A type of the library.
pub struct Class {
    /// Full .NET name without arity: `System.Collections.Generic.List`.
    pub name: &'static str,
    /// What kind of type it is.
    pub kind: ClassKind,
    /// Names of its type parameters.
    pub parameters: &'static [&'static str],
    /// Base class and interfaces, as C# writes them.
    pub parent_names: &'static [&'static str],
    /// Names and values of an enumeration.
    pub values: &'static [(&'static str, i32)],
    /// Whether an enumeration's values combine (`[Flags]`).
    pub flags: bool,
    /// Its constants, which the checker computes with (`int.MaxValue`); of the type that their values have.
    pub constants: &'static [(&'static str, Value)],
    /// Its members.
    pub rows: &'static [Row],
    /// Further tables of members, where one file would be too long.
    pub more: &'static [&'static [Row]],
    parsed: OnceLock<Parsed>,
}

struct Parsed {
    parents: Vec<Type>,
    /// The names of its members, in the order of their rows.
    names: Vec<&'static str>,
    members: HashMap<&'static str, Vec<Member>>,
}

impl Class {
    /// A type without members.
    pub const fn new(name: &'static str, kind: ClassKind) -> Self {
        Self {
            name,
            kind,
            parameters: &[],
            parent_names: &[],
            values: &[],
            flags: false,
            constants: &[],
            rows: &[],
            more: &[],
            parsed: OnceLock::new(),
        }
    }

    /// An enumeration.
    pub const fn enumeration(name: &'static str, values: &'static [(&'static str, i32)]) -> Self {
        let mut class = Self::new(name, ClassKind::Enum);
        class.values = values;
        class.parent_names = &["System.Enum"];
        class
    }

    /// With `[Flags]`.
    #[must_use]
    pub const fn flags(mut self) -> Self {
        self.flags = true;
        self
    }

    /// With type parameters.
    #[must_use]
    pub const fn generic(mut self, parameters: &'static [&'static str]) -> Self {
        self.parameters = parameters;
        self
    }

    /// With a base class and interfaces.
    #[must_use]
    pub const fn inherits(mut self, parents: &'static [&'static str]) -> Self {
        self.parent_names = parents;
        self
    }

    /// With constants.
    #[must_use]
    pub const fn constants(mut self, constants: &'static [(&'static str, Value)]) -> Self {
        self.constants = constants;
        self
    }

    /// With members.
    #[must_use]
    pub const fn rows(mut self, rows: &'static [Row]) -> Self {
        self.rows = rows;
        self
    }

    /// With further tables of members.
    #[must_use]
    pub const fn more(mut self, tables: &'static [&'static [Row]]) -> Self {
        self.more = tables;
        self
    }

    /// All its rows.
    pub fn all_rows(&self) -> impl Iterator<Item = &'static Row> {
        self.rows.iter().chain(self.more.iter().copied().flatten())
    }

    /// The name without its namespace, or without the type that it is in.
    pub fn short_name(&self) -> &'static str {
        self.name.rsplit(['.', '+']).next().unwrap_or(self.name)
    }

    /// Its type parameters bound to these arguments.
    pub fn bind(&self, arguments: &[Type]) -> Vec<(&'static str, Type)> {
        self.parameters.iter().copied().zip(arguments.iter().cloned()).collect()
    }

    fn parsed(&'static self) -> &'static Parsed {
        self.parsed.get_or_init(|| {
            let parents = self
                .parent_names
                .iter()
                .filter_map(|parent| signature::parse_type(parent).ok())
                .collect();
            let mut members: HashMap<&'static str, Vec<Member>> = HashMap::new();
            let mut names = Vec::new();
            for row in self.all_rows() {
                // A row that does not parse is found by the test of all rows.
                if let Ok(member) = signature::parse_member(row, self) {
                    names.push(member.name);
                    members.entry(member.name).or_default().push(member);
                }
            }
            Parsed {
                parents,
                names,
                members,
            }
        })
    }

    /// Base class and interfaces, in terms of its own type parameters.
    pub fn parents(&'static self) -> &'static [Type] {
        &self.parsed().parents
    }

    /// Its own members of a name.
    pub fn members(&'static self, name: &str) -> &'static [Member] {
        self.parsed().members.get(name).map_or(&[], Vec::as_slice)
    }

    /// The properties of its objects that have no parameters, in the order in which they are declared.
    pub fn properties(&'static self) -> impl Iterator<Item = &'static Member> {
        let members = self.parsed().names.iter().flat_map(|name| self.members(name));
        members.filter(|member| member.kind == MemberKind::Getter && !member.is_static && member.parameters.is_empty())
    }

    /// Its constant of a name.
    pub fn constant(&self, name: &str) -> Option<&'static Value> {
        let found = self.constants.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value)
    }

    /// The names of its own members.
    pub fn member_names(&'static self) -> impl Iterator<Item = &'static str> {
        let constants = self.constants.iter().map(|(name, _)| *name);
        self.parsed().members.keys().copied().chain(constants)
    }

    /// Whether it is, or inherits from, the class of this full name.
    pub fn derives_from(&'static self, name: &str) -> bool {
        self.name == name
            || self
                .parents()
                .iter()
                .any(|parent| parent.library_class().is_some_and(|class| class.0.derives_from(name)))
    }
}

/// The kinds of members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is C#'s word of its name")]
pub enum MemberKind {
    Method,
    /// A method whose first parameter is marked `this`.
    Extension,
    Getter,
    Setter,
    Constructor,
    /// A conversion or another operator.
    Operator,
}

/// How a parameter is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is C#'s keyword of its name")]
pub enum Passing {
    Value,
    Out,
    Ref,
    Params,
}

/// A parameter of a member.
#[derive(Debug)]
pub struct Parameter {
    /// Its name, for named arguments and for `ArgumentNullException`.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// How it is passed.
    pub passing: Passing,
    /// Its value when no argument is given.
    pub default: Option<Value>,
}

/// A member, with its signature understood.
pub struct Member {
    /// The type that has it.
    pub class: &'static Class,
    /// Its name: `Substring`, `this[]`, `new`, `operator ==`, `implicit`, `explicit`.
    pub name: &'static str,
    /// What it is.
    pub kind: MemberKind,
    /// Whether it needs no receiver.
    pub is_static: bool,
    /// Type parameters of its own.
    pub type_parameters: Vec<&'static str>,
    /// Its parameters, the `this` of an extension method included.
    pub parameters: Vec<Parameter>,
    /// What it gives.
    pub result: Type,
    /// What it does.
    pub run: Function,
}

impl Member {
    /// Type parameters of its type and its own.
    pub fn all_type_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.class
            .parameters
            .iter()
            .copied()
            .chain(self.type_parameters.iter().copied())
    }
}
