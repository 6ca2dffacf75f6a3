//! Simple types: white space, lexical forms and facets (W3C: "XML Schema Part 2: Datatypes").
//!
//! Never here: how schemas write them.

use crate::model::{Model, TypeId};
use crate::value::{Prefixes, Primitive, Value};
use regex::Regex;
use std::borrow::Cow;
use std::cmp::Ordering::{self, Equal, Greater, Less};
use std::collections::HashSet;

/// What becomes of white space before a text is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Whitespace {
    Preserve,
    Replace,
    Collapse,
}

impl Whitespace {
    /// The text as the type sees it.
    pub fn apply(self, text: &str) -> Cow<'_, str> {
        let is_space = |c: char| xml::name::is_space(c);
        match self {
            Self::Preserve => Cow::Borrowed(text),
            Self::Replace => Cow::Owned(text.replace(is_space, " ")),
            Self::Collapse => {
                let trimmed = text.trim_matches(is_space);
                if trimmed.contains("  ") || trimmed.contains(['\t', '\n', '\r']) {
                    Cow::Owned(
                        trimmed
                            .split(is_space)
                            .filter(|word| !word.is_empty())
                            .collect::<Vec<_>>()
                            .join(" "),
                    )
                } else {
                    Cow::Borrowed(trimmed)
                }
            }
        }
    }
}

/// What a simple type's values are made of.
#[derive(Clone, Debug)]
pub(crate) enum Variety {
    /// Anything: `xs:anySimpleType`.
    Any,
    Atomic(Primitive),
    List(TypeId),
    Union(Vec<TypeId>),
}

/// What texts of a built-in type must look like beyond their primitive type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Any,
    Integer,
    Language,
    NmToken,
    Name,
    NcName,
}

/// `ID`, `IDREF` and what is derived from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    None,
    Id,
    Reference,
}

/// What restricts a type's values: its own facets and those of all it is derived from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facets {
    pub length: Option<usize>,
    pub min_length: Option<usize>,
    pub max_length: Option<usize>,
    /// Each must be matched by one of its patterns.
    pub patterns: Vec<Vec<Regex>>,
    pub enumeration: Option<HashSet<Value>>,
    pub min_inclusive: Option<Value>,
    pub max_inclusive: Option<Value>,
    pub min_exclusive: Option<Value>,
    pub max_exclusive: Option<Value>,
    pub total_digits: Option<usize>,
    pub fraction_digits: Option<usize>,
}

/// A simple type.
#[derive(Clone, Debug)]
pub(crate) struct Simple {
    pub variety: Variety,
    pub whitespace: Whitespace,
    pub form: Form,
    pub identity: Identity,
    pub facets: Facets,
}

impl Simple {
    /// `xs:anySimpleType`.
    pub fn any() -> Self {
        Self {
            variety: Variety::Any,
            whitespace: Whitespace::Preserve,
            form: Form::Any,
            identity: Identity::None,
            facets: Facets::default(),
        }
    }
}

/// A value, and which identities it is or refers to.
#[derive(Debug)]
pub(crate) struct Valued {
    pub value: Value,
    pub identity: Identity,
}

impl Model {
    /// The value that a text means by a simple type, or why it means none.
    pub fn value(&self, id: TypeId, text: &str, prefixes: Prefixes<'_>) -> Result<Valued, String> {
        self.value_within(id, text, prefixes, 0)
    }

    fn value_within(&self, id: TypeId, text: &str, prefixes: Prefixes<'_>, depth: usize) -> Result<Valued, String> {
        let Some(simple) = self.simple(id).filter(|_| depth < 64) else {
            return Err("The type cannot be used.".to_owned());
        };
        let text = simple.whitespace.apply(text);
        let mut identity = simple.identity;
        let value = match &simple.variety {
            Variety::Any => Value::Text((*text).into()),
            Variety::Atomic(primitive) => {
                check_form(simple.form, &text)?;
                let parsed = Value::parse(*primitive, &text, prefixes);
                parsed.map_err(|why| format!("The string '{}' {why}.", shortened(&text)))?
            }
            Variety::List(item) => {
                let mut items = Vec::new();
                for word in text.split(xml::name::is_space).filter(|word| !word.is_empty()) {
                    let found = self.value_within(*item, word, prefixes, depth + 1)?;
                    identity = found.identity;
                    items.push(found.value);
                }
                Value::List(items)
            }
            Variety::Union(members) => {
                let found = members
                    .iter()
                    .find_map(|member| self.value_within(*member, &text, prefixes, depth + 1).ok());
                let found = found.ok_or("The value is not valid according to any of the memberTypes of the union.")?;
                identity = found.identity;
                found.value
            }
        };
        simple.facets.check(&value, &text)?;
        Ok(Valued { value, identity })
    }
}

/// A text that is not longer than messages should be.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    const MOST: usize = 100;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

fn check_form(form: Form, text: &str) -> Result<(), String> {
    let is_part = |c: char| c == ':' || xml::name::is_name_part(c);
    let (is_sound, what) = match form {
        Form::Any => return Ok(()),
        Form::Integer => (!text.contains('.'), "Integer"),
        Form::Language => {
            let is_part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
            let first = text.split('-').next().unwrap_or_default();
            let is_sound = text.split('-').all(is_part) && first.bytes().all(|b| b.is_ascii_alphabetic());
            (is_sound, "language")
        }
        Form::NmToken => (!text.is_empty() && text.chars().all(is_part), "NMTOKEN"),
        Form::Name => {
            let starts = text.starts_with(|c| c == ':' || xml::name::is_name_start(c));
            (starts && text.chars().all(is_part), "Name")
        }
        Form::NcName => (xml::name::is_ncname(text), "NCName"),
    };
    if is_sound {
        return Ok(());
    }
    Err(format!("The string '{}' is not a valid {what} value.", shortened(text)))
}

impl Facets {
    /// Whether a value, written as this text, may be; why not otherwise.
    pub fn check(&self, value: &Value, text: &str) -> Result<(), &'static str> {
        if let Some(length) = value.length() {
            if self.length.is_some_and(|wanted| length != wanted) {
                return Err("The actual length is not equal to the specified length.");
            }
            if self.min_length.is_some_and(|least| length < least) {
                return Err("The actual length is less than the MinLength value.");
            }
            if self.max_length.is_some_and(|most| length > most) {
                return Err("The actual length is greater than the MaxLength value.");
            }
        }
        if !self
            .patterns
            .iter()
            .all(|any| any.iter().any(|pattern| pattern.is_match(text)))
        {
            return Err("The Pattern constraint failed.");
        }
        if self.enumeration.as_ref().is_some_and(|known| !known.contains(value)) {
            return Err("The Enumeration constraint failed.");
        }
        if let Value::Decimal(decimal) = value {
            let (all, fraction) = decimal.digits();
            if self.total_digits.is_some_and(|most| all > most) {
                return Err("The TotalDigits constraint failed.");
            }
            if self.fraction_digits.is_some_and(|most| fraction > most) {
                return Err("The FractionDigits constraint failed.");
            }
        }
        let is = |bound: &Option<Value>, wanted: &[Ordering]| {
            bound
                .as_ref()
                .is_none_or(|bound| value.compare(bound).is_some_and(|order| wanted.contains(&order)))
        };
        if !is(&self.min_inclusive, &[Greater, Equal]) {
            return Err("The MinInclusive constraint failed.");
        }
        if !is(&self.min_exclusive, &[Greater]) {
            return Err("The MinExclusive constraint failed.");
        }
        if !is(&self.max_inclusive, &[Less, Equal]) {
            return Err("The MaxInclusive constraint failed.");
        }
        if !is(&self.max_exclusive, &[Less]) {
            return Err("The MaxExclusive constraint failed.");
        }
        Ok(())
    }
}

/// A built-in type: name, base, form, identity, least and greatest value.
pub(crate) type BuiltIn = (&'static str, &'static str, Form, Identity, &'static str, &'static str);

/// The primitive types.
pub(crate) const PRIMITIVES: &[(&str, Primitive)] = &[
    ("string", Primitive::String),
    ("boolean", Primitive::Boolean),
    ("decimal", Primitive::Decimal),
    ("float", Primitive::Float),
    ("double", Primitive::Double),
    ("duration", Primitive::Duration),
    ("dateTime", Primitive::DateTime),
    ("time", Primitive::Time),
    ("date", Primitive::Date),
    ("gYearMonth", Primitive::YearMonth),
    ("gYear", Primitive::Year),
    ("gMonthDay", Primitive::MonthDay),
    ("gDay", Primitive::Day),
    ("gMonth", Primitive::Month),
    ("hexBinary", Primitive::HexBinary),
    ("base64Binary", Primitive::Base64Binary),
    ("anyURI", Primitive::AnyUri),
    ("QName", Primitive::QName),
    ("NOTATION", Primitive::Notation),
];

/// The types that are derived from them, each behind its base.
pub(crate) const DERIVED: &[BuiltIn] = &[
    ("normalizedString", "string", Form::Any, Identity::None, "", ""),
    ("token", "normalizedString", Form::Any, Identity::None, "", ""),
    ("language", "token", Form::Language, Identity::None, "", ""),
    ("NMTOKEN", "token", Form::NmToken, Identity::None, "", ""),
    ("Name", "token", Form::Name, Identity::None, "", ""),
    ("NCName", "Name", Form::NcName, Identity::None, "", ""),
    ("ID", "NCName", Form::NcName, Identity::Id, "", ""),
    ("IDREF", "NCName", Form::NcName, Identity::Reference, "", ""),
    ("ENTITY", "NCName", Form::NcName, Identity::None, "", ""),
    ("integer", "decimal", Form::Integer, Identity::None, "", ""),
    ("nonPositiveInteger", "integer", Form::Integer, Identity::None, "", "0"),
    (
        "negativeInteger",
        "nonPositiveInteger",
        Form::Integer,
        Identity::None,
        "",
        "-1",
    ),
    ("nonNegativeInteger", "integer", Form::Integer, Identity::None, "0", ""),
    (
        "positiveInteger",
        "nonNegativeInteger",
        Form::Integer,
        Identity::None,
        "1",
        "",
    ),
    (
        "long",
        "integer",
        Form::Integer,
        Identity::None,
        "-9223372036854775808",
        "9223372036854775807",
    ),
    (
        "int",
        "long",
        Form::Integer,
        Identity::None,
        "-2147483648",
        "2147483647",
    ),
    ("short", "int", Form::Integer, Identity::None, "-32768", "32767"),
    ("byte", "short", Form::Integer, Identity::None, "-128", "127"),
    (
        "unsignedLong",
        "nonNegativeInteger",
        Form::Integer,
        Identity::None,
        "0",
        "18446744073709551615",
    ),
    (
        "unsignedInt",
        "unsignedLong",
        Form::Integer,
        Identity::None,
        "0",
        "4294967295",
    ),
    (
        "unsignedShort",
        "unsignedInt",
        Form::Integer,
        Identity::None,
        "0",
        "65535",
    ),
    (
        "unsignedByte",
        "unsignedShort",
        Form::Integer,
        Identity::None,
        "0",
        "255",
    ),
];

/// The built-in lists, with what their items are.
pub(crate) const LISTS: &[(&str, &str)] = &[("NMTOKENS", "NMTOKEN"), ("IDREFS", "IDREF"), ("ENTITIES", "ENTITY")];
