//! Parameters of a statement: the types that T-SQL declares them with, and their values as JSON.
//!
//! Never here: conversions between types, which the server does.

use crate::codes;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::value::Value;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostic::nearest;
use expression::date::format_time_span;
use expression::json::{Formatting, JTokenType, Scalar};
use expression::text::Text;
use expression::value::Value as Object;
use serde_json::{Value as Json, json};

/// Types of T-SQL, as `SqlDbType` has them too, and how a parameter of each is declared where no size is given.
const TYPES: &[(&str, Declared)] = &[
    ("bigint", Declared::Plain),
    ("int", Declared::Plain),
    ("smallint", Declared::Plain),
    ("tinyint", Declared::Plain),
    ("bit", Declared::Plain),
    ("float", Declared::Plain),
    ("real", Declared::Plain),
    ("money", Declared::Plain),
    ("smallmoney", Declared::Plain),
    ("decimal", Declared::Precise),
    ("numeric", Declared::Precise),
    ("date", Declared::Plain),
    ("time", Declared::Plain),
    ("datetime", Declared::Plain),
    ("datetime2", Declared::Plain),
    ("smalldatetime", Declared::Plain),
    ("datetimeoffset", Declared::Plain),
    ("uniqueidentifier", Declared::Plain),
    ("char", Declared::Whole),
    ("varchar", Declared::Whole),
    ("text", Declared::As("varchar(max)")),
    ("nchar", Declared::Whole),
    ("nvarchar", Declared::Whole),
    ("ntext", Declared::As("nvarchar(max)")),
    ("sysname", Declared::Plain),
    ("xml", Declared::Plain),
    ("binary", Declared::As("varbinary(max)")),
    ("varbinary", Declared::As("varbinary(max)")),
    ("image", Declared::As("varbinary(max)")),
    ("rowversion", Declared::As("varbinary(8)")),
    ("timestamp", Declared::As("varbinary(8)")),
    ("variant", Declared::As("sql_variant")),
    ("sql_variant", Declared::Plain),
];

/// How a type without a size is declared.
#[derive(Clone, Copy)]
enum Declared {
    /// By its name.
    Plain,
    /// With as many decimals as the value has.
    Precise,
    /// As text of any length: T-SQL would take one letter.
    Whole,
    As(&'static str),
}

/// A parameter.
pub(super) struct Parameter {
    name: String,
    declared: Option<(String, Declared)>,
    value: Value<Object>,
}

impl Parameter {
    pub fn read(element: &mut ElementReader<'_, '_>) -> Option<Self> {
        let name: Option<Text> = element.required_literal("name");
        let declared = element.literal::<Text>("sql-type");
        let value = element.required_text();
        let name = name.and_then(|name| named(element, &name));
        let declared = match declared {
            Some(declared) => Some(known(element, &declared)?),
            None => None,
        };
        Some(Self {
            name: name?,
            declared,
            value: value?,
        })
    }

    /// As the body of the call has it.
    pub fn get(&self, exchange: &Exchange) -> Result<Json, Failure> {
        let (value, own) = as_json(&self.value.get(exchange)?);
        let decimals = || {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let count = text
                .split_once('.')
                .map_or(0, |(_, decimals)| decimals.trim_end().len());
            count.min(38)
        };
        let declared = match &self.declared {
            None if own == "decimal" => format!("decimal(38, {})", decimals()),
            None => own.to_owned(),
            Some((name, Declared::Plain)) => name.clone(),
            Some((name, Declared::Precise)) => format!("{name}(38, {})", decimals()),
            Some((name, Declared::Whole)) => {
                format!("{}(max)", if name.starts_with('n') { "nvarchar" } else { "varchar" })
            }
            Some((_, Declared::As(declared))) => (*declared).to_owned(),
        };
        Ok(json!({ "name": self.name, "type": declared, "value": value }))
    }
}

/// A name of T-SQL, with the `@` that .NET lets one leave out.
fn named(element: &mut ElementReader<'_, '_>, written: &str) -> Option<String> {
    let name = written.trim().trim_start_matches('@');
    let is_name = !name.is_empty()
        && name.chars().count() < 128
        && name
            .chars()
            .all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '$' | '#' | '@'));
    if is_name {
        return Some(format!("@{name}"));
    }
    let message = format!("`name` of `<parameter>` must be `@` and a name, found \"{written}\"");
    element.error_at("name", codes::WRONG_VALUE, message);
    None
}

/// A type as it is written, with its size if it has one.
fn known(element: &mut ElementReader<'_, '_>, written: &str) -> Option<(String, Declared)> {
    let written = written.trim().to_lowercase();
    let (name, size) = written
        .split_once('(')
        .map_or((written.as_str(), None), |(name, size)| (name, Some(size)));
    let is_size = |size: &str| {
        size.strip_suffix(')').is_some_and(|inside| {
            let mut numbers = inside.split(',').map(str::trim);
            inside.trim() == "max" || numbers.all(|number| number.parse::<u16>().is_ok())
        })
    };
    let found = TYPES.iter().find(|(known, _)| *known == name.trim_end());
    match (found, size) {
        (Some((name, declared)), None) => Some(((*name).to_owned(), *declared)),
        (Some(_), Some(size)) if is_size(size) => Some((written, Declared::Plain)),
        _ => {
            let names: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
            let nearest = nearest(name.trim_end(), names.iter().copied());
            let advice = nearest
                .map(|nearest| format!(": did you mean `{nearest}`?"))
                .unwrap_or_default();
            let message = format!("`sql-type` of `<parameter>` must be a type of T-SQL, found \"{written}\"{advice}");
            element.error_at("sql-type", codes::WRONG_VALUE, message);
            None
        }
    }
}

/// A value as JSON, and the type that .NET gives a parameter with it.
fn as_json(value: &Object) -> (Json, &'static str) {
    let number = |kind| {
        let text = value.display_string();
        (
            serde_json::from_str(&text).unwrap_or_else(|_| text.as_str().into()),
            kind,
        )
    };
    match value {
        Object::Null => (Json::Null, "nvarchar(max)"),
        Object::Boolean(value) => ((*value).into(), "bit"),
        Object::Byte(_) => number("tinyint"),
        Object::SByte(_) | Object::Int16(_) => number("smallint"),
        Object::UInt16(_) | Object::Int32(_) => number("int"),
        Object::UInt32(_) | Object::Int64(_) => number("bigint"),
        Object::Single(_) => number("real"),
        Object::Double(_) => number("float"),
        // With all their digits.
        Object::UInt64(_) | Object::Decimal(_) => (value.display_string().as_str().into(), "decimal"),
        Object::DateTime(date) => (date.iso().trim_end_matches('Z').into(), "datetime2"),
        Object::DateTimeOffset(date, offset) => (date.iso_with_offset(i64::from(*offset)).into(), "datetimeoffset"),
        Object::TimeSpan(ticks) => (format_time_span(*ticks).into(), "time"),
        Object::Guid(_) => (value.display_string().as_str().into(), "uniqueidentifier"),
        Object::Json(token) => {
            let text = token.to_json(Formatting::None);
            let json = serde_json::from_str(&text).unwrap_or_else(|_| text.as_str().into());
            match token.scalar() {
                None => (text.into(), "nvarchar(max)"),
                Some(Scalar::BigInteger(digits)) => (digits.as_str().into(), "decimal"),
                Some(scalar) => (json, of_scalar(scalar.token_type())),
            }
        }
        other if other.is_bytes() => (STANDARD.encode(other.body_bytes()).into(), "varbinary(max)"),
        other => (other.display_string().as_str().into(), "nvarchar(max)"),
    }
}

/// The type of a parameter with a value of JSON.
const fn of_scalar(kind: JTokenType) -> &'static str {
    match kind {
        JTokenType::Boolean => "bit",
        JTokenType::Integer => "bigint",
        JTokenType::Float => "float",
        JTokenType::Date => "datetimeoffset",
        JTokenType::TimeSpan => "time",
        JTokenType::Guid => "uniqueidentifier",
        JTokenType::Bytes => "varbinary(max)",
        _ => "nvarchar(max)",
    }
}
