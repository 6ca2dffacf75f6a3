//! The four kinds of values, and how they become each other (`XPath` 1.0, 4.2 to 4.4).

use crate::name::is_space;
use crate::tree::NodeId;

/// What a query gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Nodes in document order, each once.
    Nodes(Vec<NodeId>),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Whether something holds.
    Boolean(bool),
}

/// `string(number)`. Very large and very small numbers have an exponent, which .NET writes and the recommendation does not.
pub fn number_text(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else if number == 0.0 {
        "0".to_owned()
    } else {
        let scientific = format!("{number:e}");
        let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        match exponent.parse::<i32>() {
            Ok(exponent) if exponent < -5 => format!("{digits}E-{:02}", -exponent),
            Ok(exponent) if exponent >= 15 => format!("{digits}E+{exponent:02}"),
            _ => number.to_string(),
        }
    }
}

/// `number(text)`: digits with a point and a minus, or not a number.
pub fn text_number(text: &str) -> f64 {
    let text = text.trim_matches(is_space);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let sound = digits.chars().all(|c| c.is_ascii_digit() || c == '.') && digits.contains(|c: char| c.is_ascii_digit());
    if sound {
        text.parse().unwrap_or(f64::NAN)
    } else {
        f64::NAN
    }
}
