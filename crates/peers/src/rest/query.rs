//! Numbers from a query string, within limits.
//!
//! Never here: percent-encoding; no parameter of this API needs it.

use http::{StatusCode, Uri};

use super::answer::{Refusal, refusal};

/// The query of one request.
pub struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    /// The query of `uri`, empty where it has none.
    pub fn of(uri: &'a Uri) -> Self {
        Self(uri.query().unwrap_or_default())
    }

    /// The first value of the parameter `name`.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        let mut pairs = self.0.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The parameter `name`, `default` where it is absent, refused above `most` or when it is no number.
    pub fn number(&self, name: &str, default: u64, most: u64) -> Result<u64, Refusal> {
        let Some(text) = self.text(name) else {
            return Ok(default);
        };
        text.parse().ok().filter(|number| *number <= most).ok_or_else(|| {
            let reason = format!("the parameter {name} is {text:?}; it takes a whole number from 0 to {most}");
            refusal(StatusCode::BAD_REQUEST, reason)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_default_and_a_limit() {
        for (target, expected) in [
            ("/slow", Some(7)),
            ("/slow?ms=0", Some(0)),
            ("/slow?other=1&ms=10", Some(10)),
            ("/slow?ms=11", None),
            ("/slow?ms=-1", None),
            ("/slow?ms=", None),
            ("/slow?ms", Some(7)),
        ] {
            let uri = target.parse::<Uri>().unwrap();
            assert_eq!(Query::of(&uri).number("ms", 7, 10).ok(), expected, "{target}");
        }
    }
}
