//! Values of one type as values of another, as SQL Server does it without being asked to.
//!
//! Never here: bytes.

use std::fmt::Write as _;

use super::moments;
use super::tokens::Fault;
use super::types::{Type, Value};

/// `value`, which is of the type `from`, as one of the type `to`.
pub fn convert(value: Value, from: Type, to: Type) -> Result<Value, Fault> {
    if value.is_null() {
        return Ok(value);
    }
    match to {
        Type::TinyInt => whole(&value, from, to, 0, 255),
        Type::SmallInt => whole(&value, from, to, i16::MIN.into(), i16::MAX.into()),
        Type::Int => whole(&value, from, to, i32::MIN.into(), i32::MAX.into()),
        Type::BigInt => whole(&value, from, to, i64::MIN.into(), i64::MAX.into()),
        Type::Bit => {
            let yes = match &value {
                Value::Text(text) if text.eq_ignore_ascii_case("true") => true,
                Value::Text(text) if text.eq_ignore_ascii_case("false") => false,
                _ => scaled(&value, from, to, 0)? != 0,
            };
            Ok(Value::Integer(yes.into()))
        }
        Type::Real | Type::Float => match &value {
            Value::Integer(number) => Ok(Value::Float(*number as f64)),
            Value::Float(_) => Ok(value),
            Value::Scaled(number) => Ok(Value::Float(*number as f64 / 10_f64.powi(scale_of(from).into()))),
            Value::Text(text) => text
                .trim()
                .parse()
                .map(Value::Float)
                .map_err(|_| failed(from, to, text)),
            _ => Err(clash(from, to)),
        },
        Type::SmallMoney => within(scaled(&value, from, to, 4)?, i32::MIN.into(), i32::MAX.into(), from, to),
        Type::Money => within(scaled(&value, from, to, 4)?, i64::MIN.into(), i64::MAX.into(), from, to),
        Type::Decimal { precision, scale } | Type::Numeric { precision, scale } => {
            let most = 10_i128.pow(precision.into()) - 1;
            within(scaled(&value, from, to, scale)?, -most, most, from, to)
        }
        Type::Char(..)
        | Type::VarChar(..)
        | Type::NChar(_)
        | Type::NVarChar(_)
        | Type::Text(_)
        | Type::NText
        | Type::Xml => {
            let text = text_of(&value, from).ok_or_else(|| clash(from, to))?;
            Ok(Value::Text(shortened(text, to)))
        }
        Type::Binary(length) | Type::VarBinary(Some(length)) => bytes(value, from, to, length.into()),
        Type::VarBinary(None) | Type::Image | Type::HierarchyId => bytes(value, from, to, usize::MAX),
        Type::UniqueIdentifier => match &value {
            Value::Bytes(digits) if digits.len() == 16 => Ok(value),
            Value::Text(text) => guid(text).map(Value::Bytes).ok_or_else(|| {
                let what = "Conversion failed when converting from a character string to uniqueidentifier.";
                Fault::new(8169, 2, 16, what)
            }),
            _ => Err(clash(from, to)),
        },
        Type::Date
        | Type::Time(_)
        | Type::SmallDateTime
        | Type::DateTime
        | Type::DateTime2(_)
        | Type::DateTimeOffset(_) => {
            let moment = match &value {
                Value::Moment(moment) => *moment,
                Value::Text(text) => moments::parse(text).ok_or_else(|| {
                    let what = "Conversion failed when converting date and/or time from character string.";
                    Fault::new(241, 1, 16, what)
                })?,
                _ => return Err(clash(from, to)),
            };
            Ok(Value::Moment(moments::fit(moment, to)))
        }
        Type::Variant => Ok(Value::Variant(Box::new((from, value)))),
    }
}

/// The value as text, if the type has one.
pub fn text_of(value: &Value, of: Type) -> Option<String> {
    Some(match (value, of) {
        (Value::Integer(number), _) => number.to_string(),
        (Value::Float(number), _) => number.to_string(),
        (Value::Scaled(number), _) => {
            let scale = usize::from(scale_of(of));
            let digits = format!("{:0>width$}", number.unsigned_abs(), width = scale + 1);
            let (before, after) = digits.split_at(digits.len() - scale);
            let sign = if *number < 0 { "-" } else { "" };
            let point = if scale == 0 { "" } else { "." };
            format!("{sign}{before}{point}{after}")
        }
        (Value::Text(text) | Value::Pieces { text, .. }, _) => text.clone(),
        (Value::Bytes(digits), Type::UniqueIdentifier) => {
            let mut hex = String::new();
            for byte in digits {
                let _ = write!(hex, "{byte:02X}");
            }
            let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
            [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
        }
        (Value::Moment(moment), _) => moments::text(*moment, of),
        (Value::Variant(inner), _) => text_of(&inner.1, inner.0)?,
        (Value::Null | Value::Bytes(_), _) => return None,
    })
}

/// The type as messages name it.
pub fn name(of: Type) -> &'static str {
    match of {
        Type::TinyInt => "tinyint",
        Type::SmallInt => "smallint",
        Type::Int => "int",
        Type::BigInt => "bigint",
        Type::Bit => "bit",
        Type::Real => "real",
        Type::Float => "float",
        Type::SmallMoney => "smallmoney",
        Type::Money => "money",
        Type::Decimal { .. } => "decimal",
        Type::Numeric { .. } => "numeric",
        Type::Date => "date",
        Type::Time(_) => "time",
        Type::SmallDateTime => "smalldatetime",
        Type::DateTime => "datetime",
        Type::DateTime2(_) => "datetime2",
        Type::DateTimeOffset(_) => "datetimeoffset",
        Type::Char(..) => "char",
        Type::VarChar(..) => "varchar",
        Type::NChar(_) => "nchar",
        Type::NVarChar(_) => "nvarchar",
        Type::Binary(_) => "binary",
        Type::VarBinary(_) => "varbinary",
        Type::UniqueIdentifier => "uniqueidentifier",
        Type::Xml => "xml",
        Type::Variant => "sql_variant",
        Type::Text(_) => "text",
        Type::NText => "ntext",
        Type::Image => "image",
        Type::HierarchyId => "hierarchyid",
    }
}

fn scale_of(of: Type) -> u8 {
    match of {
        Type::Decimal { scale, .. } | Type::Numeric { scale, .. } => scale,
        Type::SmallMoney | Type::Money => 4,
        _ => 0,
    }
}

fn whole(value: &Value, from: Type, to: Type, least: i128, most: i128) -> Result<Value, Fault> {
    let number = match value {
        Value::Text(text) => text.trim().parse().map_err(|_| failed(from, to, text))?,
        // What is behind the point is cut off, not rounded.
        Value::Float(number) => *number as i128,
        Value::Scaled(number) => number / 10_i128.pow(scale_of(from).into()),
        _ => scaled(value, from, to, 0)?,
    };
    within(number, least, most, from, to)?;
    Ok(Value::Integer(number as i64))
}

/// The number without its point, of which `scale` digits stand behind it.
fn scaled(value: &Value, from: Type, to: Type, scale: u8) -> Result<i128, Fault> {
    let too_large = || overflow(from, to);
    let power = |scale: u8| 10_i128.pow(scale.min(38).into());
    match value {
        Value::Integer(number) => i128::from(*number).checked_mul(power(scale)).ok_or_else(too_large),
        Value::Float(number) => Ok((number * 10_f64.powi(scale.into())).round() as i128),
        Value::Scaled(number) => {
            let had = scale_of(from);
            if had <= scale {
                return number.checked_mul(power(scale - had)).ok_or_else(too_large);
            }
            let divisor = power(had - scale);
            Ok((number + number.signum() * (divisor / 2)) / divisor)
        }
        Value::Text(text) => {
            let (digits, had) = digits(text.trim()).ok_or_else(|| failed(from, to, text))?;
            scaled(
                &Value::Scaled(digits),
                Type::Decimal {
                    precision: 38,
                    scale: had,
                },
                to,
                scale,
            )
        }
        _ => Err(clash(from, to)),
    }
}

/// A number's digits without the point, and how many stand behind it.
pub fn digits(text: &str) -> Option<(i128, u8)> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (before, after) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let all = format!("{before}{after}");
    if all.is_empty() || all.len() > 38 || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i128 = all.parse().ok()?;
    Some((if text.starts_with('-') { -number } else { number }, after.len() as u8))
}

fn within(number: i128, least: i128, most: i128, from: Type, to: Type) -> Result<Value, Fault> {
    if (least..=most).contains(&number) {
        Ok(Value::Scaled(number))
    } else {
        Err(overflow(from, to))
    }
}

fn shortened(text: String, to: Type) -> String {
    let (Type::Char(most, _) | Type::NChar(most) | Type::VarChar(Some(most), _) | Type::NVarChar(Some(most))) = to
    else {
        return text;
    };
    let mut units = 0;
    text.chars()
        .take_while(|letter| {
            units += letter.len_utf16();
            units <= usize::from(most)
        })
        .collect()
}

fn bytes(value: Value, from: Type, to: Type, most: usize) -> Result<Value, Fault> {
    let Value::Bytes(mut bytes) = value else {
        let text = format!(
            "Implicit conversion from data type {} to {} is not allowed. Use the CONVERT function to run this query.",
            name(from),
            name(to)
        );
        return Err(Fault::new(257, 3, 16, text));
    };
    bytes.truncate(most);
    Ok(Value::Bytes(bytes))
}

fn guid(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_matches(['{', '}']);
    let places = [8, 13, 18, 23];
    if text.len() != 36 || !places.iter().all(|place| text.as_bytes().get(*place) == Some(&b'-')) {
        return None;
    }
    let hex: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    hex.chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

fn overflow(from: Type, to: Type) -> Fault {
    let text = format!(
        "Arithmetic overflow error converting {} to data type {}.",
        name(from),
        name(to)
    );
    Fault::new(8115, 2, 16, text)
}

fn failed(from: Type, to: Type, text: &str) -> Fault {
    let (from, to) = (name(from), name(to));
    if matches!(to, "int" | "smallint" | "tinyint" | "bit") {
        let what = format!("Conversion failed when converting the {from} value '{text}' to data type {to}.");
        return Fault::new(245, 1, 16, what);
    }
    Fault::new(8114, 5, 16, format!("Error converting data type {from} to {to}."))
}

fn clash(from: Type, to: Type) -> Fault {
    let text = format!("Operand type clash: {} is incompatible with {}", name(from), name(to));
    Fault::new(206, 2, 16, text)
}
