//! Values of the primitive types: a text in, a value that can be compared out (W3C: "XML Schema Part 2: Datatypes").
//!
//! Never here: facets, derived types.

mod moment;

use std::cmp::Ordering;
use std::sync::Arc;
use xml::Name;

/// A primitive type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Primitive {
    String,
    Boolean,
    Decimal,
    Float,
    Double,
    Duration,
    DateTime,
    Time,
    Date,
    YearMonth,
    Year,
    MonthDay,
    Day,
    Month,
    HexBinary,
    Base64Binary,
    AnyUri,
    QName,
    Notation,
}

/// A value; equal ones are the same value, however they were written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Value {
    /// A text or URI.
    Text(Arc<str>),
    /// `true` or `false`.
    Boolean(bool),
    /// A number of any length.
    Decimal(Decimal),
    /// The bits of a floating-point number; one zero, one NaN.
    Number(u64),
    /// A duration.
    Duration(moment::Duration),
    /// A point in time, or a recurring one.
    Moment(moment::Moment),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A qualified name.
    Name(Name),
    /// A list's items.
    List(Vec<Self>),
}

/// What a prefix means where a value stands.
pub(crate) type Prefixes<'p> = &'p dyn Fn(&str) -> Option<Arc<str>>;

/// A decimal number: digits without leading and trailing zeros.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Decimal {
    is_negative: bool,
    whole: Box<str>,
    fraction: Box<str>,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let (is_negative, digits) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        Some(Self {
            is_negative: is_negative && !(whole.is_empty() && fraction.is_empty()),
            whole: whole.into(),
            fraction: fraction.into(),
        })
    }

    /// Digits in all, and behind the point.
    pub fn digits(&self) -> (usize, usize) {
        // The zeros between the point and the first digit of 0.001 do not count among all of them.
        let all = if self.whole.is_empty() {
            self.fraction.trim_start_matches('0').len()
        } else {
            self.whole.len() + self.fraction.len()
        };
        (all.max(1), self.fraction.len())
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.is_negative { "-" } else { "" };
        let whole = if self.whole.is_empty() { "0" } else { &self.whole };
        let point = if self.fraction.is_empty() { "" } else { "." };
        write!(formatter, "{sign}{whole}{point}{}", self.fraction)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = |left: &Self, right: &Self| {
            (left.whole.len().cmp(&right.whole.len()))
                .then_with(|| left.whole.cmp(&right.whole))
                .then_with(|| left.fraction.cmp(&right.fraction))
        };
        match (self.is_negative, other.is_negative) {
            (false, false) => size(self, other),
            (true, true) => size(other, self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Value {
    /// The value that a text, its white space already treated, means; what it is not otherwise.
    pub fn parse(primitive: Primitive, text: &str, prefixes: Prefixes<'_>) -> Result<Self, &'static str> {
        let found = match primitive {
            Primitive::String => Some(Self::Text(text.into())),
            Primitive::AnyUri => uri(text).then(|| Self::Text(text.into())),
            Primitive::Boolean => match text {
                "true" | "1" => Some(Self::Boolean(true)),
                "false" | "0" => Some(Self::Boolean(false)),
                _ => None,
            },
            Primitive::Decimal => Decimal::parse(text).map(Self::Decimal),
            Primitive::Float => floating(text, |text| text.parse::<f32>().ok().map(f64::from)),
            Primitive::Double => floating(text, |text| text.parse().ok()),
            Primitive::Duration => moment::Duration::parse(text).map(Self::Duration),
            Primitive::HexBinary => hex(text).map(Self::Bytes),
            Primitive::Base64Binary => base64(text).map(Self::Bytes),
            Primitive::QName | Primitive::Notation => name(text, prefixes).map(Self::Name),
            _ => moment::Moment::parse(primitive, text).map(Self::Moment),
        };
        found.ok_or(match primitive {
            Primitive::Boolean => "is not a valid Boolean value",
            Primitive::Decimal => "is not a valid Decimal value",
            Primitive::Float => "is not a valid Single value",
            Primitive::Double => "is not a valid Double value",
            Primitive::Duration => "is not a valid TimeSpan value",
            Primitive::HexBinary => "is not a valid HexBinary value",
            Primitive::Base64Binary => "is not a valid Base64 value",
            Primitive::QName | Primitive::Notation => "is not a valid QName value",
            Primitive::AnyUri => "is not a valid Uri value",
            Primitive::DateTime => "is not a valid DateTime value",
            Primitive::Date => "is not a valid Date value",
            Primitive::Time => "is not a valid Time value",
            _ => "is not a valid XsdDateTime value",
        })
    }

    /// Which is greater; `None` where that cannot be said.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Decimal(left), Self::Decimal(right)) => Some(left.cmp(right)),
            (Self::Number(left), Self::Number(right)) => f64::from_bits(*left).partial_cmp(&f64::from_bits(*right)),
            (Self::Duration(left), Self::Duration(right)) => left.compare(right),
            (Self::Moment(left), Self::Moment(right)) => left.compare(right),
            _ => None,
        }
    }

    /// How long it is in the unit that its length is counted in; `None` for values without a length.
    pub fn length(&self) -> Option<usize> {
        match self {
            Self::Text(text) => Some(text.chars().count()),
            Self::Bytes(bytes) => Some(bytes.len()),
            Self::List(items) => Some(items.len()),
            _ => None,
        }
    }
}

fn floating(text: &str, parse: impl Fn(&str) -> Option<f64>) -> Option<Value> {
    let number = match text {
        "INF" => f64::INFINITY,
        "-INF" => f64::NEG_INFINITY,
        "NaN" => f64::NAN,
        _ if text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) =>
        {
            parse(text)?
        }
        _ => return None,
    };
    Some(Value::Number(if number == 0.0 { 0.0 } else { number }.to_bits()))
}

/// Nearly every text is a URI reference once what URIs cannot hold is escaped.
fn uri(text: &str) -> bool {
    let mut escapes = text.split('%').skip(1);
    let is_escaped = |rest: &str| {
        rest.get(..2)
            .is_some_and(|two| two.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    text.matches('#').count() <= 1 && !text.starts_with(':') && escapes.all(is_escaped)
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    let pairs = digits.chunks_exact(2);
    Some(
        pairs
            .map(|pair| pair.iter().fold(0, |sum, digit| sum << 4 | digit))
            .collect(),
    )
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut count, mut padding) = (Vec::new(), 0_u32, 0_u32, 0_u32);
    for byte in text.bytes().filter(|byte| !xml::name::is_space(char::from(*byte))) {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                continue;
            }
            _ => return None,
        };
        if padding > 0 {
            return None;
        }
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    // What is left of the last group must be zeros, and the padding must fill it.
    let is_whole = match count {
        0 => padding == 0,
        2 => padding == 1,
        4 => padding == 2,
        _ => false,
    };
    (is_whole && bits == 0).then_some(bytes)
}

fn name(text: &str, prefixes: Prefixes<'_>) -> Option<Name> {
    let (prefix, local) = text.split_once(':').unwrap_or(("", text));
    if !xml::name::is_ncname(local) || (text.contains(':') && !xml::name::is_ncname(prefix)) {
        return None;
    }
    match prefixes(prefix) {
        Some(namespace) => Some(Name::new(namespace, local)),
        None => prefix.is_empty().then(|| Name::local_only(local)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(primitive: Primitive, text: &str) -> Option<Value> {
        Value::parse(primitive, text, &|_| None).ok()
    }

    #[test]
    fn texts_that_mean_the_same_are_the_same_value() {
        for (primitive, left, right) in [
            (Primitive::Decimal, "+01.50", "1.5"),
            (Primitive::Decimal, "-0", "0.0"),
            (Primitive::Double, "1e2", "100"),
            (Primitive::Double, "-0", "0"),
            (Primitive::Boolean, "1", "true"),
            (Primitive::HexBinary, "0aFF", "0AfF"),
            (Primitive::Base64Binary, "AQ ==", "AQ=="),
            (Primitive::DateTime, "2024-02-29T24:00:00Z", "2024-03-01T02:00:00+02:00"),
            (Primitive::Duration, "P1Y", "P12M"),
            (Primitive::Duration, "-P1DT0.50S", "-PT24H0.5S"),
        ] {
            assert_eq!(value(primitive, left), value(primitive, right), "{left}");
            assert!(value(primitive, left).is_some(), "{left}");
        }
    }

    #[test]
    fn texts_that_are_no_values() {
        for (primitive, text) in [
            (Primitive::Decimal, "1e2"),
            (Primitive::Decimal, "."),
            (Primitive::Decimal, "1-"),
            (Primitive::Double, "inf"),
            (Primitive::Boolean, "True"),
            (Primitive::HexBinary, "abc"),
            (Primitive::Base64Binary, "AB="),
            (Primitive::Date, "2023-02-29"),
            (Primitive::Date, "0000-01-01"),
            (Primitive::Time, "25:00:00"),
            (Primitive::Day, "--01"),
            (Primitive::Duration, "P"),
            (Primitive::Duration, "P1YT"),
            (Primitive::Duration, "PT1M1H"),
            (Primitive::AnyUri, "a%zz"),
            (Primitive::QName, "a:b"),
        ] {
            assert_eq!(value(primitive, text), None, "{text}");
        }
    }

    #[test]
    fn order() {
        for (primitive, left, right, expected) in [
            (Primitive::Decimal, "-10", "9.9", Some(Ordering::Less)),
            (Primitive::Decimal, "0.1", "0.09", Some(Ordering::Greater)),
            (Primitive::Double, "NaN", "1", None),
            (Primitive::Duration, "P1M", "P30D", None),
            (Primitive::Duration, "P1M", "P32D", Some(Ordering::Less)),
            (Primitive::DateTime, "2024-01-01T00:00:00Z", "2024-01-01T01:00:00", None),
            (Primitive::Date, "2024-01-01Z", "2024-01-03", Some(Ordering::Less)),
            (Primitive::Date, "-0001-01-01", "0001-01-01", Some(Ordering::Less)),
        ] {
            let (left, right) = (value(primitive, left).unwrap(), value(primitive, right).unwrap());
            assert_eq!(left.compare(&right), expected, "{left:?} {right:?}");
        }
    }
}
