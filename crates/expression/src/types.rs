//! Static types: what C# knows of an expression before it is evaluated.
//!
//! Never here: which conversions exist (`check`), values.

mod dynamic;
mod reference;

pub use reference::{is_reference, widens};

use crate::library::{Class, ClassKind};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A class of the library; two are equal when they are the same entry of the library.
#[derive(Clone, Copy)]
pub struct ClassRef(pub &'static Class);

impl PartialEq for ClassRef {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for ClassRef {}

impl Deref for ClassRef {
    type Target = Class;
    fn deref(&self) -> &Class {
        self.0
    }
}

impl fmt::Debug for ClassRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.name)
    }
}

/// The types that C# has a keyword for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the .NET type of its name")]
pub enum Simple {
    SByte,
    Byte,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Char,
    Single,
    Double,
    Decimal,
    Boolean,
    String,
    Object,
    Void,
}

impl Simple {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::SByte,
        Self::Byte,
        Self::Int16,
        Self::UInt16,
        Self::Int32,
        Self::UInt32,
        Self::Int64,
        Self::UInt64,
        Self::Char,
        Self::Single,
        Self::Double,
        Self::Decimal,
        Self::Boolean,
        Self::String,
        Self::Object,
        Self::Void,
    ];

    /// C#'s keyword.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::SByte => "sbyte",
            Self::Byte => "byte",
            Self::Int16 => "short",
            Self::UInt16 => "ushort",
            Self::Int32 => "int",
            Self::UInt32 => "uint",
            Self::Int64 => "long",
            Self::UInt64 => "ulong",
            Self::Char => "char",
            Self::Single => "float",
            Self::Double => "double",
            Self::Decimal => "decimal",
            Self::Boolean => "bool",
            Self::String => "string",
            Self::Object => "object",
            Self::Void => "void",
        }
    }

    /// The full .NET name.
    pub fn dotnet_name(self) -> &'static str {
        match self {
            Self::SByte => "System.SByte",
            Self::Byte => "System.Byte",
            Self::Int16 => "System.Int16",
            Self::UInt16 => "System.UInt16",
            Self::Int32 => "System.Int32",
            Self::UInt32 => "System.UInt32",
            Self::Int64 => "System.Int64",
            Self::UInt64 => "System.UInt64",
            Self::Char => "System.Char",
            Self::Single => "System.Single",
            Self::Double => "System.Double",
            Self::Decimal => "System.Decimal",
            Self::Boolean => "System.Boolean",
            Self::String => "System.String",
            Self::Object => "System.Object",
            Self::Void => "System.Void",
        }
    }

    /// Whether C#'s arithmetic applies to it (`char` included).
    pub fn is_numeric(self) -> bool {
        self <= Self::Decimal
    }

    /// Whether it is an integer or `char`.
    pub fn is_integral(self) -> bool {
        self <= Self::Char
    }
}

/// A delegate's shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelegateType {
    /// `System.Func`, `System.Action`, `System.Predicate`, …
    pub name: &'static str,
    /// Types of its parameters.
    pub parameters: Vec<Type>,
    /// What it returns; [`Type::VOID`] for nothing.
    pub result: Type,
}

impl DelegateType {
    /// Its type arguments.
    pub fn arguments(&self) -> Vec<Type> {
        let mut arguments = self.parameters.clone();
        match self.name {
            "System.Func" | "System.Converter" => arguments.push(self.result.clone()),
            "System.Comparison" => arguments.truncate(1),
            "System.Text.RegularExpressions.MatchEvaluator" => arguments.clear(),
            _ => {}
        }
        arguments
    }
}

/// A static type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// A type with a keyword.
    Simple(Simple),
    /// `T?` of a value type.
    Nullable(Arc<Type>),
    /// `T[]`, `T[,]`: element and dimensions.
    Array(Arc<Type>, usize),
    /// A library type with its type arguments.
    Class(ClassRef, Arc<[Type]>),
    /// `Func<…>` and its kin.
    Delegate(Arc<DelegateType>),
    /// `(int a, string)`
    Tuple(Arc<[(Type, Option<Arc<str>>)]>),
    /// `new { A = 1 }`
    Anonymous(Arc<[(Arc<str>, Type)]>),
    /// A type parameter of a library member that is not yet bound.
    Parameter(&'static str),
    /// `dynamic`
    Dynamic,
    /// The type of `null`.
    Null,
    /// Stands where a problem was reported; converts to and from everything without further problems.
    Error,
}

impl Type {
    /// `bool`
    pub const BOOLEAN: Self = Self::Simple(Simple::Boolean);
    /// `int`
    pub const INT32: Self = Self::Simple(Simple::Int32);
    /// `long`
    pub const INT64: Self = Self::Simple(Simple::Int64);
    /// `double`
    pub const DOUBLE: Self = Self::Simple(Simple::Double);
    /// `char`
    pub const CHAR: Self = Self::Simple(Simple::Char);
    /// `string`
    pub const STRING: Self = Self::Simple(Simple::String);
    /// `object`
    pub const OBJECT: Self = Self::Simple(Simple::Object);
    /// `void`
    pub const VOID: Self = Self::Simple(Simple::Void);

    /// A library type without type arguments (`Simple` where C# has a keyword for it).
    pub fn class(class: &'static Class) -> Self {
        Self::generic(class, Vec::new())
    }

    /// A library type with type arguments.
    pub fn generic(class: &'static Class, arguments: Vec<Self>) -> Self {
        match Simple::ALL
            .into_iter()
            .find(|simple| simple.dotnet_name() == class.name)
        {
            Some(simple) => Self::Simple(simple),
            None => Self::Class(ClassRef(class), arguments.into()),
        }
    }

    /// `T[]`
    pub fn array(element: Self) -> Self {
        Self::Array(Arc::new(element), 1)
    }

    /// `T?`
    pub fn nullable(underlying: Self) -> Self {
        Self::Nullable(Arc::new(underlying))
    }

    /// The library class that holds its members.
    pub fn library_class(&self) -> Option<ClassRef> {
        let name = match self {
            Self::Class(class, _) => return Some(*class),
            Self::Simple(simple) => simple.dotnet_name(),
            Self::Nullable(_) => "System.Nullable",
            Self::Array(..) => "System.Array",
            Self::Delegate(_) => "System.Delegate",
            Self::Tuple(_) => "System.ValueTuple",
            _ => "System.Object",
        };
        crate::library::class(name, usize::from(matches!(name, "System.Nullable" | "System.Array"))).map(ClassRef)
    }

    /// Its type arguments, as its class names them.
    pub fn type_arguments(&self) -> Vec<Self> {
        match self {
            Self::Class(_, arguments) => arguments.to_vec(),
            Self::Nullable(underlying) => vec![(**underlying).clone()],
            _ => Vec::new(),
        }
    }

    /// The keyword type, if it is one.
    pub fn simple(&self) -> Option<Simple> {
        if let Self::Simple(simple) = self {
            Some(*simple)
        } else {
            None
        }
    }

    /// `T` of `T?`, or the type itself.
    pub fn without_nullable(&self) -> &Self {
        if let Self::Nullable(underlying) = self {
            underlying
        } else {
            self
        }
    }

    /// Whether it is an enumeration.
    pub fn is_enum(&self) -> bool {
        matches!(self, Self::Class(class, _) if class.kind == ClassKind::Enum)
    }

    /// Whether values of it cannot be null.
    pub fn is_value_type(&self) -> bool {
        match self {
            Self::Simple(simple) => !matches!(simple, Simple::String | Simple::Object),
            Self::Class(class, _) => matches!(class.kind, ClassKind::Struct | ClassKind::Enum),
            Self::Tuple(_) => true,
            _ => false,
        }
    }

    /// Whether `null` is one of its values.
    pub fn accepts_null(&self) -> bool {
        !self.is_value_type()
    }

    /// Whether it is an interface.
    pub fn is_interface(&self) -> bool {
        matches!(self, Self::Class(class, _) if class.kind == ClassKind::Interface)
    }

    /// Whether a class of this full name.
    pub fn is_named(&self, name: &str) -> bool {
        matches!(self, Self::Class(class, _) if class.name == name)
    }

    /// Replaces type parameters.
    #[must_use]
    pub fn substitute(&self, bindings: &[(&'static str, Self)]) -> Self {
        if bindings.is_empty() {
            return self.clone();
        }
        match self {
            Self::Parameter(name) => bindings
                .iter()
                .find(|(bound, _)| bound == name)
                .map_or_else(|| self.clone(), |(_, bound)| bound.clone()),
            Self::Nullable(underlying) => Self::nullable(underlying.substitute(bindings)),
            Self::Array(element, rank) => Self::Array(Arc::new(element.substitute(bindings)), *rank),
            Self::Class(class, arguments) => Self::Class(
                *class,
                arguments.iter().map(|argument| argument.substitute(bindings)).collect(),
            ),
            Self::Delegate(delegate) => Self::Delegate(Arc::new(DelegateType {
                name: delegate.name,
                parameters: delegate
                    .parameters
                    .iter()
                    .map(|parameter| parameter.substitute(bindings))
                    .collect(),
                result: delegate.result.substitute(bindings),
            })),
            Self::Tuple(elements) => Self::Tuple(
                elements
                    .iter()
                    .map(|(element, name)| (element.substitute(bindings), name.clone()))
                    .collect(),
            ),
            _ => self.clone(),
        }
    }

    /// Whether a type parameter occurs in it.
    pub fn has_parameters(&self) -> bool {
        match self {
            Self::Parameter(_) => true,
            Self::Nullable(inner) | Self::Array(inner, _) => inner.has_parameters(),
            Self::Class(_, arguments) => arguments.iter().any(Self::has_parameters),
            Self::Delegate(delegate) => {
                delegate.result.has_parameters() || delegate.parameters.iter().any(Self::has_parameters)
            }
            Self::Tuple(elements) => elements.iter().any(|(element, _)| element.has_parameters()),
            _ => false,
        }
    }

    /// Base class and interfaces that it names itself.
    pub fn parents(&self) -> Vec<Self> {
        let Some(class) = self.library_class() else {
            return Vec::new();
        };
        let arguments = if let Self::Array(element, _) = self {
            vec![(**element).clone()]
        } else {
            self.type_arguments()
        };
        let bindings = class.bind(&arguments);
        let mut parents: Vec<Self> = class
            .0
            .parents()
            .iter()
            .map(|parent| parent.substitute(&bindings))
            .collect();
        if let Self::Array(_, 2..) = self {
            parents.retain(|parent| parent.type_arguments().is_empty());
        }
        parents
    }

    /// Itself and all it inherits from or implements, nearest first, `object` last.
    pub fn ancestry(&self) -> Vec<Self> {
        let mut all = vec![self.clone()];
        let mut next = 0;
        while let Some(current) = all.get(next).cloned() {
            for parent in current.parents() {
                if !all.contains(&parent) {
                    all.push(parent);
                }
            }
            next += 1;
        }
        if !all.contains(&Self::OBJECT) {
            all.push(Self::OBJECT);
        }
        all
    }

    /// What `foreach` over it yields: the element of `IEnumerable<T>`, `object` for a plain `IEnumerable`.
    pub fn element(&self) -> Option<Self> {
        if self.is_dynamic() {
            return Some(Self::Dynamic);
        }
        if self.is_named("Newtonsoft.Json.Linq.JObject") {
            return self
                .ancestry()
                .iter()
                .find(|ancestor| ancestor.is_named("System.Collections.Generic.IDictionary"))
                .and_then(|pairs| {
                    pairs
                        .ancestry()
                        .into_iter()
                        .find(|ancestor| ancestor.is_named(ENUMERABLE))?
                        .type_arguments()
                        .into_iter()
                        .next()
                });
        }
        if let Self::Array(element, _) = self {
            return Some((**element).clone());
        }
        let ancestry = self.ancestry();
        let generic = ancestry
            .iter()
            .find(|ancestor| ancestor.is_named(ENUMERABLE) && !ancestor.type_arguments().is_empty());
        if let Some(generic) = generic {
            return generic.type_arguments().into_iter().next();
        }
        ancestry
            .iter()
            .any(|ancestor| ancestor.is_named("System.Collections.IEnumerable"))
            .then_some(Self::OBJECT)
    }

    /// The full .NET name, as `Type.ToString()` gives it.
    pub fn dotnet_name(&self) -> String {
        match self {
            Self::Simple(simple) => simple.dotnet_name().to_owned(),
            Self::Nullable(underlying) => format!("System.Nullable`1[{}]", underlying.dotnet_name()),
            Self::Array(element, rank) => format!("{}[{}]", element.dotnet_name(), ",".repeat(rank.saturating_sub(1))),
            Self::Class(class, arguments) => with_arity(class.name, arguments),
            Self::Delegate(delegate) => with_arity(delegate.name, &delegate.arguments()),
            Self::Tuple(elements) => {
                let arguments: Vec<Self> = elements.iter().map(|(element, _)| element.clone()).collect();
                with_arity("System.ValueTuple", &arguments)
            }
            Self::Anonymous(members) => {
                let arguments: Vec<Self> = members.iter().map(|(_, member)| member.clone()).collect();
                with_arity("<>__AnonType0", &arguments)
            }
            Self::Parameter(name) => (*name).to_owned(),
            Self::Dynamic | Self::Null | Self::Error => "System.Object".to_owned(),
        }
    }
}

/// `IEnumerable<T>`'s full name.
pub const ENUMERABLE: &str = "System.Collections.Generic.IEnumerable";

fn with_arity(name: &str, arguments: &[Type]) -> String {
    if arguments.is_empty() {
        return name.to_owned();
    }
    let inner: Vec<String> = arguments.iter().map(Type::dotnet_name).collect();
    let inner = inner.join(",");
    // A type inside of a generic type has the type parameters of that.
    if name.contains('`') {
        return format!("{name}[{inner}]");
    }
    format!("{name}`{}[{inner}]", arguments.len())
}

/// As C# writes it: `List<string>`, `int?`.
impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |formatter: &mut fmt::Formatter<'_>, name: &str, arguments: &[Self]| {
            formatter.write_str(name.rsplit(['.', '+']).next().unwrap_or(name))?;
            if arguments.is_empty() {
                return Ok(());
            }
            let inner: Vec<String> = arguments.iter().map(ToString::to_string).collect();
            write!(formatter, "<{}>", inner.join(", "))
        };
        match self {
            Self::Simple(simple) => formatter.write_str(simple.keyword()),
            Self::Nullable(underlying) => write!(formatter, "{underlying}?"),
            Self::Array(element, rank) => write!(formatter, "{element}[{}]", ",".repeat(rank.saturating_sub(1))),
            Self::Class(class, arguments) => list(formatter, class.name, arguments),
            Self::Delegate(delegate) => list(formatter, delegate.name, &delegate.arguments()),
            Self::Tuple(elements) => {
                let inner: Vec<String> = elements
                    .iter()
                    .map(|(element, name)| {
                        name.as_ref()
                            .map_or_else(|| element.to_string(), |name| format!("{element} {name}"))
                    })
                    .collect();
                write!(formatter, "({})", inner.join(", "))
            }
            Self::Anonymous(members) => {
                let inner: Vec<String> = members
                    .iter()
                    .map(|(name, member)| format!("{member} {name}"))
                    .collect();
                write!(formatter, "<anonymous type: {}>", inner.join(", "))
            }
            Self::Parameter(name) => formatter.write_str(name),
            Self::Dynamic => formatter.write_str("dynamic"),
            Self::Null => formatter.write_str("<null>"),
            Self::Error => formatter.write_str("?"),
        }
    }
}
