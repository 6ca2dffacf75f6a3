//! Origins as `cors` lists them: any, or one scheme, host and port.

use crate::value::Readable;
use expression::Target;
use expression::text::Text;
use expression::value::Value as Object;
use http::HeaderValue;

/// A listed origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AllowedOrigin {
    /// `*`
    Any,
    /// In lower case, without a standard port and a trailing slash; also the word `null`.
    One(String),
}

impl AllowedOrigin {
    /// The text of one that no page can have: it lacks a scheme.
    pub fn nowhere(&self) -> Option<&str> {
        match self {
            Self::One(text) if text != "null" && !text.contains("://") => Some(text),
            _ => None,
        }
    }

    pub fn matches(&self, origin: &HeaderValue) -> bool {
        match self {
            Self::Any => true,
            Self::One(allowed) => origin.to_str().is_ok_and(|origin| normal(origin) == *allowed),
        }
    }
}

impl Readable for AllowedOrigin {
    const TARGET: Target = Target::String;
    const EXPECTED: &'static str = "`*` or an origin such as `https://example.com`";
    fn from_literal(text: &str) -> Option<Self> {
        let text = text.trim();
        if text == "*" {
            return Some(Self::Any);
        }
        Some(Self::One(normal(text)))
    }
    fn from_object(object: Object) -> Option<Self> {
        Self::from_literal(&Text::from_object(object)?)
    }
}

fn normal(origin: &str) -> String {
    let origin = origin.strip_suffix('/').unwrap_or(origin).to_ascii_lowercase();
    let port = match origin.split_once("://") {
        Some(("http", _)) => ":80",
        Some(("https", _)) => ":443",
        _ => return origin,
    };
    origin.strip_suffix(port).map(str::to_owned).unwrap_or(origin)
}
