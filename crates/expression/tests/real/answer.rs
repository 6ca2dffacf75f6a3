//! What becomes of a policy expression, by our engine and by real C#, and when the two are the same.
//!
//! Never here: where cases come from.

use expression::recorded::RecordedContext;
use expression::{Budget, Expression, Target};
use serde_json::{Map, Value as Json};
use std::fmt;

/// What becomes of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A value: the full name of its .NET type (`null` for null), and its text.
    Value { type_name: String, text: Option<String> },
    /// An exception, by the full name of its type.
    Thrown(String),
    /// C#'s numbers of what is wrong with its source.
    Refused(Vec<String>),
}

impl Answer {
    /// Reads `"type", "text"`, `"error"` or `"compileError"`.
    pub fn from_json(json: &Map<String, Json>) -> Option<Self> {
        let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        if let Some(type_name) = text("type") {
            return Some(Self::Value {
                type_name,
                text: text("text"),
            });
        }
        if let Some(type_name) = text("error") {
            return Some(Self::Thrown(type_name));
        }
        text("compileError").map(|codes| Self::Refused(codes.split(' ').map(str::to_owned).collect()))
    }

    /// What our engine makes of a case.
    pub fn of_engine(case: &Map<String, Json>) -> Self {
        let source = case.get("expr").and_then(Json::as_str).unwrap_or_default();
        let target = match case.get("returns").and_then(Json::as_str) {
            Some("string") => Target::String,
            Some("bool") => Target::Boolean,
            Some("int") => Target::Int32,
            Some("long") => Target::Int64,
            Some("double") => Target::Double,
            _ => Target::Object,
        };
        let expression = match Expression::compile(source, target) {
            Ok(expression) => expression,
            Err(problems) => return Self::Refused(problems.iter().map(|problem| problem.code.to_owned()).collect()),
        };
        let context = case.get("context").map_or_else(|| "{}".to_owned(), Json::to_string);
        let Ok(context) = RecordedContext::from_json(&context) else {
            return Self::Thrown("the context is no JSON object".to_owned());
        };
        match expression.describe(&context, Budget::default()) {
            Ok(described) => Self::Value {
                type_name: described.type_name,
                text: described.text,
            },
            Err(exception) => Self::Thrown(exception.type_name),
        }
    }

    /// Whether our answer is as good as real C#'s: a source that is refused must be refused with one of C#'s numbers,
    /// or with a number of our own. A `double` may have fewer digits, because Mono does not always write those that lead
    /// back to it; and which of the two zeros a sum or a minimum is differs between versions of .NET.
    pub fn agrees_with(&self, real: &Self) -> bool {
        match (self, real) {
            (
                Self::Value {
                    type_name,
                    text: Some(ours),
                },
                Self::Value {
                    type_name: real_type,
                    text: Some(theirs),
                },
            ) if type_name == "System.Double" && real_type == type_name => ours == theirs || is_rounded(ours, theirs),
            (Self::Refused(ours), Self::Refused(theirs)) => {
                ours.iter().any(|code| !code.starts_with("CS") || theirs.contains(code))
            }
            _ => self == real,
        }
    }
}

/// Whether a number is another one, rounded to the digits that it has.
fn is_rounded(exact: &str, rounded: &str) -> bool {
    let digits = rounded.split('E').next().unwrap_or_default();
    let digits = digits.chars().filter(char::is_ascii_digit).count();
    let (Ok(exact), Ok(rounded)) = (exact.parse::<f64>(), rounded.parse::<f64>()) else {
        return false;
    };
    let is_zero = |number: f64| number.abs().to_bits() == 0;
    let same_zero = is_zero(exact) && is_zero(rounded);
    let exact = format!("{exact:.*e}", digits.saturating_sub(1));
    same_zero || digits >= 15 && exact.parse().map(f64::to_bits) == Ok(rounded.to_bits())
}

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { type_name, text: None } => formatter.write_str(type_name),
            Self::Value {
                type_name,
                text: Some(text),
            } => write!(formatter, "{text:?} ({type_name})"),
            Self::Thrown(type_name) => write!(formatter, "throws {type_name}"),
            Self::Refused(codes) => write!(formatter, "does not compile: {}", codes.join(" ")),
        }
    }
}
