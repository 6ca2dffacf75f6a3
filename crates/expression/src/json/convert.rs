//! Newtonsoft's explicit conversions: `(string)token`, `(int)token` and so on.
//!
//! A `JProperty` converts as its value. For `(int?)token` use [`JToken::nullable`]; what a null *reference* converts to
//! is the caller's to say. Never here: `Value<T>()` and `ToObject<T>()`, which know more types.

use super::error::{ExceptionType, JsonError};
use super::guid::parse_guid;
use super::scalar::{JTokenType, Scalar, not_a_number, not_recognised};
use super::token::JToken;
use super::writer::base64;
use crate::date::{DateTime, DateTimeKind, MAX_TICKS};
use crate::number::{NumberError, decimal_from_double, parse_decimal, parse_double, parse_integer};
use crate::text::Text;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

impl JToken {
    /// Whether the token is a value that is null or undefined, which nullable conversions turn into null.
    pub fn is_null(&self) -> bool {
        self.operand().is_some_and(|scalar| !scalar.has_value())
    }

    /// `(T?)token`: null for null, else `convert`.
    ///
    /// # Errors
    /// As `convert`.
    pub fn nullable<T>(&self, convert: impl FnOnce(&Self) -> Result<T, JsonError>) -> Result<Option<T>, JsonError> {
        if self.is_null() {
            Ok(None)
        } else {
            convert(self).map(Some)
        }
    }

    /// `(string)token`: `None` for null.
    ///
    /// # Errors
    /// `ArgumentException` for objects and arrays.
    pub fn to_nullable_string(&self) -> Result<Option<Text>, JsonError> {
        let text = |scalar: &Scalar| match scalar {
            scalar if !scalar.has_value() => None,
            Scalar::Bytes(bytes) => Some(base64(bytes).into()),
            scalar => Some(scalar.to_text()),
        };
        let text = self.read(|_, arena, node| arena.scalar(arena.property_value(node).unwrap_or(node)).map(text));
        text.ok_or_else(|| self.refused("String"))
    }

    /// `(bool)token`
    ///
    /// # Errors
    /// `ArgumentException` for other types, `FormatException` for other strings.
    pub fn to_boolean(&self) -> Result<bool, JsonError> {
        match self.operand() {
            Some(Scalar::NoString) => Ok(false),
            Some(Scalar::Boolean(value)) => Ok(value),
            Some(Scalar::Integer(value)) => Ok(value != 0),
            Some(Scalar::BigInteger(_)) => Err(overflow("an Int32")),
            Some(Scalar::Float(value)) => Ok(value != 0.0),
            Some(Scalar::Decimal(value)) => Ok(!value.is_zero()),
            Some(Scalar::String(text) | Scalar::Comment(text) | Scalar::Raw(text)) => {
                let word = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
                let known = [("true", true), ("false", false)]
                    .into_iter()
                    .find(|(name, _)| word.eq_ignore_ascii_case(name));
                known
                    .map(|(_, value)| value)
                    .ok_or_else(|| not_recognised("Boolean", &text))
            }
            _ => Err(self.refused("Boolean")),
        }
    }

    /// `(int)token`: a fraction is rounded to the nearest, half to even.
    ///
    /// # Errors
    /// `ArgumentException` for other types, `FormatException` for strings that are no whole number, `OverflowException`.
    pub fn to_int32(&self) -> Result<i32, JsonError> {
        let value = self.whole(
            "Int32",
            "an Int32",
            "Value was either too large or too small for an Int32.",
        )?;
        i32::try_from(value).map_err(|_| overflow("an Int32"))
    }

    /// `(long)token`: a fraction is rounded to the nearest, half to even.
    ///
    /// # Errors
    /// As [`Self::to_int32`].
    pub fn to_int64(&self) -> Result<i64, JsonError> {
        let value = self.whole("Int64", "an Int64", "Arithmetic operation resulted in an overflow.")?;
        i64::try_from(value).map_err(|_| overflow("an Int64"))
    }

    fn whole(&self, name: &str, noun: &str, float_overflow: &str) -> Result<i128, JsonError> {
        match self.operand() {
            Some(Scalar::NoString) => Ok(0),
            Some(Scalar::Boolean(value)) => Ok(i128::from(value)),
            Some(Scalar::Integer(value)) => Ok(i128::from(value)),
            Some(Scalar::BigInteger(_)) => Err(overflow(noun)),
            Some(Scalar::Float(value)) => {
                let rounded = value.round_ties_even();
                let (least, beyond) = if name == "Int32" {
                    (-2_147_483_648.0, 2_147_483_648.0)
                } else {
                    (-(2_f64.powi(63)), 2_f64.powi(63))
                };
                let fits = rounded >= least && rounded < beyond;
                if fits {
                    Ok(rounded as i128)
                } else {
                    Err(JsonError::new(ExceptionType::Overflow, float_overflow))
                }
            }
            Some(Scalar::Decimal(value)) => value.round().to_i128().ok_or_else(|| overflow(noun)),
            Some(Scalar::String(text) | Scalar::Comment(text) | Scalar::Raw(text)) => {
                parse_integer(&text).map_err(|error| number_error(error, &text, noun))
            }
            _ => Err(self.refused(name)),
        }
    }

    /// `(double)token`
    ///
    /// # Errors
    /// `ArgumentException` for other types, `FormatException` for strings that are no number.
    pub fn to_double(&self) -> Result<f64, JsonError> {
        match self.operand() {
            Some(Scalar::NoString) => Ok(0.0),
            Some(Scalar::Boolean(value)) => Ok(f64::from(u8::from(value))),
            Some(Scalar::Integer(value)) => Ok(value as f64),
            Some(Scalar::Float(value)) => Ok(value),
            Some(Scalar::Decimal(value)) => Ok(value.to_f64().unwrap_or(f64::NAN)),
            Some(Scalar::BigInteger(text) | Scalar::String(text) | Scalar::Comment(text) | Scalar::Raw(text)) => {
                parse_double(&text).map_err(|error| number_error(error, &text, "a Double"))
            }
            _ => Err(self.refused("Double")),
        }
    }

    /// `(decimal)token`
    ///
    /// # Errors
    /// As [`Self::to_double`], and `OverflowException`.
    pub fn to_decimal(&self) -> Result<Decimal, JsonError> {
        match self.operand() {
            Some(Scalar::NoString) => Ok(Decimal::ZERO),
            Some(Scalar::Boolean(value)) => Ok(Decimal::from(u8::from(value))),
            Some(Scalar::Integer(value)) => Ok(Decimal::from(value)),
            Some(Scalar::Float(value)) => decimal_from_double(value).map_err(|_| overflow("a Decimal")),
            Some(Scalar::Decimal(value)) => Ok(value),
            Some(Scalar::BigInteger(text) | Scalar::String(text) | Scalar::Comment(text) | Scalar::Raw(text)) => {
                parse_decimal(&text).map_err(|error| number_error(error, &text, "a Decimal"))
            }
            _ => Err(self.refused("Decimal")),
        }
    }

    /// `(DateTime)token`
    ///
    /// # Errors
    /// `ArgumentException` for other types, `FormatException` for strings that are no date.
    pub fn to_date_time(&self) -> Result<DateTime, JsonError> {
        match self.operand() {
            Some(Scalar::Date(date)) => Ok(date),
            Some(Scalar::NoString) => Ok(DateTime {
                ticks: 0,
                kind: DateTimeKind::Unspecified,
            }),
            Some(Scalar::DateOffset(date, _)) => Ok(DateTime {
                kind: DateTimeKind::Unspecified,
                ..date
            }),
            Some(Scalar::String(text) | Scalar::Comment(text) | Scalar::Raw(text)) => {
                crate::date::parse(&text).ok_or_else(|| not_recognised("DateTime", &text))
            }
            _ => Err(self.refused("DateTime")),
        }
    }

    /// `(DateTimeOffset)token`: ticks of its own clock and the offset in minutes.
    ///
    /// # Errors
    /// As [`Self::to_date_time`].
    pub fn to_date_time_offset(&self) -> Result<(DateTime, i32), JsonError> {
        match self.operand() {
            Some(Scalar::DateOffset(date, offset)) => Ok((date, offset)),
            _ => match self.to_date_time() {
                Ok(date) => Ok((
                    DateTime {
                        kind: DateTimeKind::Unspecified,
                        ticks: date.ticks.min(MAX_TICKS),
                    },
                    0,
                )),
                Err(error) if error.exception == ExceptionType::Argument => Err(self.refused("DateTimeOffset")),
                Err(error) => Err(error),
            },
        }
    }

    /// `(Guid)token`
    ///
    /// # Errors
    /// `ArgumentException` for other types, `FormatException` for strings that are no GUID.
    pub fn to_guid(&self) -> Result<u128, JsonError> {
        match self.operand() {
            Some(Scalar::Guid(guid)) => Ok(guid),
            Some(Scalar::NoString) => Err(JsonError::new(ExceptionType::Format, "Unrecognized Guid format.")),
            Some(Scalar::String(text) | Scalar::Comment(text) | Scalar::Raw(text)) => {
                parse_guid(&text).ok_or_else(|| {
                    let message = "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).";
                    JsonError::new(ExceptionType::Format, message)
                })
            }
            _ => Err(self.refused("Guid")),
        }
    }

    /// The plain value to convert; `None` for objects and arrays.
    pub(crate) fn operand(&self) -> Option<Scalar> {
        self.read(|_, arena, node| arena.scalar(arena.property_value(node).unwrap_or(node)).cloned())
    }

    fn operand_type(&self) -> JTokenType {
        self.read(|_, arena, node| arena.token_type(arena.property_value(node).unwrap_or(node)))
    }

    /// The exception of a conversion that Newtonsoft does not have.
    pub(crate) fn refused(&self, target: &str) -> JsonError {
        JsonError::argument(format!("Can not convert {} to {target}.", self.operand_type().name()))
    }
}

fn overflow(noun: &str) -> JsonError {
    JsonError::new(
        ExceptionType::Overflow,
        format!("Value was either too large or too small for {noun}."),
    )
}

fn number_error(error: NumberError, text: &str, noun: &str) -> JsonError {
    match error {
        NumberError::Format => not_a_number(text),
        NumberError::Overflow => overflow(noun),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::format_double;

    fn check<T>(convert: impl Fn(&JToken) -> Result<T, JsonError>, show: impl Fn(T) -> String, table: &[(&str, &str)]) {
        for (source, expected) in table {
            let token = JToken::parse(&(*source).into()).unwrap();
            assert_eq!(
                convert(&token).map_or_else(|error| error.message, &show),
                *expected,
                "{source}"
            );
        }
    }

    #[test]
    fn strings() {
        let show = |text: Option<Text>| text.map_or("(null)".into(), |text| text.to_string());
        check(
            JToken::to_nullable_string,
            show,
            &[
                ("1", "1"),
                ("1.0", "1"),
                ("1e21", "1E+21"),
                ("true", "True"),
                ("null", "(null)"),
                ("'s'", "s"),
                ("'2024-05-06T07:08:09Z'", "05/06/2024 07:08:09"),
                ("12345678901234567890", "12345678901234567890"),
                ("{}", "Can not convert Object to String."),
                ("[]", "Can not convert Array to String."),
            ],
        );
    }

    #[test]
    fn integers() {
        let too_large = "Value was either too large or too small for an Int32.";
        check(
            JToken::to_int32,
            |value| value.to_string(),
            &[
                ("'12'", "12"),
                ("1.6", "2"),
                ("2.5", "2"),
                ("true", "1"),
                ("null", "Can not convert Null to Int32."),
                ("'x'", "The input string 'x' was not in a correct format."),
                ("5e9", too_large),
                ("5000000000", too_large),
                ("'5000000000'", too_large),
                ("12345678901234567890", too_large),
                ("'2024-05-06T07:08:09Z'", "Can not convert Date to Int32."),
                ("{}", "Can not convert Object to Int32."),
            ],
        );
        let too_long = "Value was either too large or too small for an Int64.";
        check(
            JToken::to_int64,
            |value| value.to_string(),
            &[
                ("5e18", "5000000000000000000"),
                ("1e19", "Arithmetic operation resulted in an overflow."),
                ("12345678901234567890", too_long),
                ("'12345678901234567890'", too_long),
            ],
        );
    }

    #[test]
    fn booleans() {
        check(
            JToken::to_boolean,
            |value| value.to_string(),
            &[
                ("' TRUE '", "true"),
                ("1", "true"),
                ("0.0", "false"),
                ("'yes'", "String 'yes' was not recognized as a valid Boolean."),
                ("null", "Can not convert Null to Boolean."),
            ],
        );
    }

    #[test]
    fn fractions() {
        check(
            JToken::to_double,
            format_double,
            &[
                ("'1,000.5'", "1000.5"),
                ("'x'", "The input string 'x' was not in a correct format."),
                ("[]", "Can not convert Array to Double."),
            ],
        );
        check(
            JToken::to_decimal,
            |value| value.to_string(),
            &[
                ("1.1", "1.1"),
                ("'1.10'", "1.10"),
                ("1e30", "Value was either too large or too small for a Decimal."),
            ],
        );
    }

    #[test]
    fn dates_and_guids() {
        check(
            JToken::to_date_time,
            DateTime::iso,
            &[
                ("'2024-05-06'", "2024-05-06T00:00:00"),
                ("'2024-05-06T07:08:09+02:00'", "2024-05-06T05:08:09+00:00"),
                ("'x'", "String 'x' was not recognized as a valid DateTime."),
                ("1", "Can not convert Integer to DateTime."),
            ],
        );
        check(
            JToken::to_guid,
            crate::json::format_guid,
            &[
                (
                    "'0f8fad5b-d9cb-469f-a165-70867728950e'",
                    "0f8fad5b-d9cb-469f-a165-70867728950e",
                ),
                ("1", "Can not convert Integer to Guid."),
            ],
        );
    }

    #[test]
    fn nullables_and_properties() {
        let object = JToken::parse(&"{a:null,b:'7'}".into()).unwrap();
        let value = |name| object.property(name).unwrap().nullable(JToken::to_int32).unwrap();
        assert_eq!((value("a"), value("b")), (None, Some(7)));
    }
}
