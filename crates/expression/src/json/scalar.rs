//! What a `JValue` holds, and how two of them compare.

use super::error::{ExceptionType, JsonError};
use super::guid::format_guid;
use crate::date::{DateTime, format_time_span};
use crate::number::{decimal_from_double, format_decimal, format_double, parse_double, parse_integer};
use crate::text::Text;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::cmp::Ordering;
use std::sync::Arc;

/// Newtonsoft's `JTokenType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is Newtonsoft's member of its name, with its number")]
pub enum JTokenType {
    None = 0,
    Object = 1,
    Array = 2,
    Constructor = 3,
    Property = 4,
    Comment = 5,
    Integer = 6,
    Float = 7,
    String = 8,
    Boolean = 9,
    Null = 10,
    Undefined = 11,
    Date = 12,
    Raw = 13,
    Bytes = 14,
    Guid = 15,
    Uri = 16,
    TimeSpan = 17,
}

impl JTokenType {
    /// Its .NET name.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Object => "Object",
            Self::Array => "Array",
            Self::Constructor => "Constructor",
            Self::Property => "Property",
            Self::Comment => "Comment",
            Self::Integer => "Integer",
            Self::Float => "Float",
            Self::String => "String",
            Self::Boolean => "Boolean",
            Self::Null => "Null",
            Self::Undefined => "Undefined",
            Self::Date => "Date",
            Self::Raw => "Raw",
            Self::Bytes => "Bytes",
            Self::Guid => "Guid",
            Self::Uri => "Uri",
            Self::TimeSpan => "TimeSpan",
        }
    }
}

/// A `JValue`'s value.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each is the JTokenType of its name unless it says more")]
pub enum Scalar {
    Null,
    /// A string that is null; its type is String.
    NoString,
    Undefined,
    Boolean(bool),
    Integer(i64),
    /// Digits with an optional minus, beyond 64 bits; its type is Integer.
    BigInteger(Text),
    Float(f64),
    /// Its type is Float.
    Decimal(Decimal),
    String(Text),
    Date(DateTime),
    /// A `DateTimeOffset`: local ticks and the offset in minutes; its type is Date.
    DateOffset(DateTime, i32),
    Guid(u128),
    /// Ticks.
    TimeSpan(i64),
    /// The original text.
    Uri(Text),
    Bytes(Arc<[u8]>),
    Comment(Text),
    /// Written as it is.
    Raw(Text),
}

impl Scalar {
    /// Newtonsoft's type of it.
    pub fn token_type(&self) -> JTokenType {
        match self {
            Self::Null => JTokenType::Null,
            Self::Undefined => JTokenType::Undefined,
            Self::Boolean(_) => JTokenType::Boolean,
            Self::Integer(_) | Self::BigInteger(_) => JTokenType::Integer,
            Self::Float(_) | Self::Decimal(_) => JTokenType::Float,
            Self::String(_) | Self::NoString => JTokenType::String,
            Self::Date(_) | Self::DateOffset(..) => JTokenType::Date,
            Self::Guid(_) => JTokenType::Guid,
            Self::TimeSpan(_) => JTokenType::TimeSpan,
            Self::Uri(_) => JTokenType::Uri,
            Self::Bytes(_) => JTokenType::Bytes,
            Self::Comment(_) => JTokenType::Comment,
            Self::Raw(_) => JTokenType::Raw,
        }
    }

    /// `JValue.ToString()`: .NET's text of the value in the invariant culture, empty for null.
    pub fn to_text(&self) -> Text {
        match self {
            Self::Null | Self::Undefined | Self::NoString => Text::default(),
            Self::Boolean(value) => if *value { "True" } else { "False" }.into(),
            Self::Integer(value) => value.to_string().into(),
            Self::Float(value) => format_double(*value).into(),
            Self::Decimal(value) => format_decimal(*value).into(),
            Self::Date(date) => date.general().into(),
            Self::DateOffset(date, offset) => {
                let sign = if *offset < 0 { '-' } else { '+' };
                format!(
                    "{} {sign}{:02}:{:02}",
                    date.general(),
                    offset.abs() / 60,
                    offset.abs() % 60
                )
                .into()
            }
            Self::Guid(guid) => format_guid(*guid).into(),
            Self::TimeSpan(ticks) => format_time_span(*ticks).into(),
            Self::Bytes(_) => "System.Byte[]".into(),
            Self::Uri(text) => crate::library::uri(text).display_string(),
            Self::BigInteger(text) | Self::String(text) | Self::Comment(text) | Self::Raw(text) => text.clone(),
        }
    }

    /// `JValue.Equals`: same type and same value; dates whatever their kind.
    pub fn equals(&self, other: &Self) -> bool {
        self.token_type() == other.token_type()
            && matches!(self.compare_as(self.token_type(), other), Ok(Ordering::Equal))
    }

    /// `JValue.CompareTo`: by this value's type, or the other's if this is a string.
    ///
    /// # Errors
    /// The other value does not convert to that type.
    pub fn compare(&self, other: &Self) -> Result<Ordering, JsonError> {
        let own = self.token_type();
        self.compare_as(
            if own == JTokenType::String {
                other.token_type()
            } else {
                own
            },
            other,
        )
    }

    /// Newtonsoft's comparison with the given type.
    pub(super) fn compare_as(&self, by: JTokenType, other: &Self) -> Result<Ordering, JsonError> {
        match (self.has_value(), other.has_value()) {
            (false, false) => return Ok(Ordering::Equal),
            (true, false) => return Ok(Ordering::Greater),
            (false, true) => return Ok(Ordering::Less),
            (true, true) => {}
        }
        match by {
            JTokenType::Integer => self.compare_integers(other),
            JTokenType::Float => self.compare_floats(other),
            JTokenType::String | JTokenType::Comment | JTokenType::Raw | JTokenType::Uri => {
                // .NET orders ordinally by UTF-16 units.
                Ok(self.to_text().encode_utf16().cmp(other.to_text().encode_utf16()))
            }
            JTokenType::Boolean => Ok(self.boolean()?.cmp(&other.boolean()?)),
            _ => self.compare_objects(by, other),
        }
    }

    fn compare_objects(&self, by: JTokenType, other: &Self) -> Result<Ordering, JsonError> {
        match (self, other) {
            (Self::Guid(left), Self::Guid(right)) => Ok(left.cmp(right)),
            (Self::TimeSpan(left), Self::TimeSpan(right)) => Ok(left.cmp(right)),
            (Self::Bytes(left), Self::Bytes(right)) => Ok(left.len().cmp(&right.len()).then_with(|| left.cmp(right))),
            _ if by == JTokenType::Date => Ok(self.utc_ticks()?.cmp(&other.utc_ticks()?)),
            _ => Err(JsonError::argument(format!("Object must be of type {}.", by.name()))),
        }
    }

    fn compare_integers(&self, other: &Self) -> Result<Ordering, JsonError> {
        match (self, other) {
            (Self::Integer(left), Self::Integer(right)) => Ok(left.cmp(right)),
            (Self::Float(_), _) | (_, Self::Float(_)) => self.compare_floats(other),
            (Self::Decimal(_), _) | (_, Self::Decimal(_)) => Ok(self.decimal()?.cmp(&other.decimal()?)),
            _ => match (self.integer(), other.integer()) {
                (Ok(left), Ok(right)) => Ok(left.cmp(&right)),
                (Err(error), _) | (_, Err(error))
                    if !matches!(self, Self::BigInteger(_)) && !matches!(other, Self::BigInteger(_)) =>
                {
                    Err(error)
                }
                _ => Ok(compare_digits(&self.to_text(), &other.to_text())),
            },
        }
    }

    fn compare_floats(&self, other: &Self) -> Result<Ordering, JsonError> {
        if matches!(self, Self::Decimal(_)) || matches!(other, Self::Decimal(_)) {
            return Ok(self.decimal()?.cmp(&other.decimal()?));
        }
        let (left, right) = (self.double()?, other.double()?);
        let tolerance = (left.abs() + right.abs() + 10.0) * f64::EPSILON;
        if (left - right).abs() < tolerance {
            return Ok(Ordering::Equal);
        }
        // NaN is equal to itself and less than everything else.
        Ok(left
            .partial_cmp(&right)
            .unwrap_or_else(|| right.is_nan().cmp(&left.is_nan())))
    }

    /// Whether it is anything but null, of whatever type.
    pub fn has_value(&self) -> bool {
        !matches!(self, Self::Null | Self::Undefined | Self::NoString)
    }

    fn boolean(&self) -> Result<bool, JsonError> {
        match self {
            Self::Boolean(value) => Ok(*value),
            Self::Integer(value) => Ok(*value != 0),
            Self::Float(value) => Ok(*value != 0.0),
            other => Err(not_recognised("Boolean", &other.to_text())),
        }
    }

    fn integer(&self) -> Result<i128, JsonError> {
        match self {
            Self::Integer(value) => Ok(i128::from(*value)),
            Self::Boolean(value) => Ok(i128::from(*value)),
            other => parse_integer(&other.to_text()).map_err(|_| not_a_number(&other.to_text())),
        }
    }

    fn double(&self) -> Result<f64, JsonError> {
        match self {
            Self::Float(value) => Ok(*value),
            Self::Integer(value) => Ok(*value as f64),
            Self::Decimal(value) => Ok(value.to_f64().unwrap_or(f64::NAN)),
            Self::Boolean(value) => Ok(f64::from(u8::from(*value))),
            other => parse_double(&other.to_text()).map_err(|_| not_a_number(&other.to_text())),
        }
    }

    fn decimal(&self) -> Result<Decimal, JsonError> {
        let overflow = |_| {
            JsonError::new(
                ExceptionType::Overflow,
                "Value was either too large or too small for a Decimal.",
            )
        };
        match self {
            Self::Decimal(value) => Ok(*value),
            Self::Integer(value) => Ok(Decimal::from(*value)),
            other => decimal_from_double(other.double()?).map_err(overflow),
        }
    }

    fn utc_ticks(&self) -> Result<i64, JsonError> {
        match self {
            Self::Date(date) => Ok(date.ticks),
            Self::DateOffset(date, offset) => Ok(date.ticks - i64::from(*offset) * 600_000_000),
            other => {
                let text = other.to_text();
                crate::date::parse(&text)
                    .map(|date| date.ticks)
                    .ok_or_else(|| not_recognised("DateTime", &text))
            }
        }
    }
}

pub(super) fn not_a_number(text: &str) -> JsonError {
    JsonError::new(
        ExceptionType::Format,
        format!("The input string '{text}' was not in a correct format."),
    )
}

pub(super) fn not_recognised(type_name: &str, text: &str) -> JsonError {
    JsonError::new(
        ExceptionType::Format,
        format!("String '{text}' was not recognized as a valid {type_name}."),
    )
}

/// Orders whole numbers of any length by their digits.
fn compare_digits(left: &str, right: &str) -> Ordering {
    let split = |text: &'_ str| (!text.starts_with('-'), text.trim_start_matches(['-', '0']).to_string());
    let ((left_positive, left), (right_positive, right)) = (split(left), split(right));
    let magnitude = left.len().cmp(&right.len()).then_with(|| left.cmp(&right));
    left_positive
        .cmp(&right_positive)
        .then(if left_positive { magnitude } else { magnitude.reverse() })
}

impl From<bool> for Scalar {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i32> for Scalar {
    fn from(value: i32) -> Self {
        Self::Integer(i64::from(value))
    }
}

impl From<i64> for Scalar {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<u64> for Scalar {
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or_else(|_| Self::BigInteger(value.to_string().into()), Self::Integer)
    }
}

impl From<f64> for Scalar {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<Decimal> for Scalar {
    fn from(value: Decimal) -> Self {
        Self::Decimal(value)
    }
}

impl From<DateTime> for Scalar {
    fn from(value: DateTime) -> Self {
        Self::Date(value)
    }
}

impl From<Text> for Scalar {
    fn from(value: Text) -> Self {
        Self::String(value)
    }
}

impl From<&str> for Scalar {
    fn from(value: &str) -> Self {
        Self::String(value.into())
    }
}
