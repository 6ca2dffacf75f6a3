//! `clock-skew`: seconds, or a time span.

use crate::value::Readable;
use expression::Target;
use expression::value::Value as Object;

/// By how many seconds the clocks of two parties may differ.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Skew(pub f64);

impl Readable for Skew {
    const TARGET: Target = Target::Object;
    const EXPECTED: &'static str = "a number of seconds or a time span (`00:05:00`)";
    fn from_literal(text: &str) -> Option<Self> {
        let seconds = match text.split_once(':') {
            None => text.parse::<f64>().ok()?,
            Some(_) => span(text)?,
        };
        (seconds.is_finite() && seconds >= 0.0).then_some(Self(seconds))
    }
    fn from_object(object: Object) -> Option<Self> {
        match object {
            Object::TimeSpan(ticks) => Some(Self(ticks as f64 / 1e7)).filter(|skew| skew.0 >= 0.0),
            Object::String(text) => Self::from_literal(text.trim()),
            other => Some(Self(f64::from_object(other)?)).filter(|skew| skew.0 >= 0.0),
        }
    }
}

/// Seconds of `[days.]hours:minutes[:seconds]`.
fn span(text: &str) -> Option<f64> {
    let (days, rest) = match text.split_once(':')?.0.split_once('.') {
        Some((days, _)) => (days.parse::<u32>().ok()?, text.get(days.len() + 1..)?),
        None => (0, text),
    };
    let mut seconds = f64::from(days) * 86_400.0;
    let mut unit = 3600.0;
    for part in rest.splitn(3, ':') {
        let number = part.parse::<f64>().ok().filter(|number| *number >= 0.0)?;
        seconds += number * unit;
        unit /= 60.0;
    }
    Some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_or_a_time_span() {
        for (text, expected) in [
            ("60", Some(60.0)),
            ("0", Some(0.0)),
            ("00:01:00", Some(60.0)),
            ("1.00:00:01.5", Some(86_401.5)),
            ("01:30", Some(5400.0)),
            ("-1", None),
            ("-01:00", None),
            ("1:2:3:4", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(Skew::from_literal(text).map(|skew| skew.0), expected, "{text}");
        }
        assert_eq!(Skew::from_object(Object::TimeSpan(600_000_000)), Some(Skew(60.0)));
        assert_eq!(Skew::from_object(Object::Int32(5)), Some(Skew(5.0)));
        assert_eq!(Skew::from_object(Object::Int32(-5)), None);
    }
}
