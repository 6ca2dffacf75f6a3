//! Where a token is: in a header, a query parameter, or the value of an expression.

use crate::context::decode_query;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::headers::text_of;
use crate::query::{is_named, pairs};
use crate::value::Value;
use expression::text::Text;
use http::header::{AUTHORIZATION, HeaderName};

/// Where a token is.
pub(crate) enum Presented {
    /// In a header, behind a scheme.
    Header(Value<HeaderName>, Option<Value<Text>>),
    /// In a query parameter.
    Parameter(Value<Text>),
    /// Computed.
    Given(Value<Text>),
}

const PLACES: [&str; 3] = ["header-name", "query-parameter-name", "token-value"];

impl Presented {
    /// Reads the attributes that say so. Without one: `Authorization` if that is the `default`, else a problem.
    pub fn read(element: &mut ElementReader<'_, '_>, default: bool) -> Option<Self> {
        let header = element.optional("header-name");
        let parameter = element.optional("query-parameter-name");
        let given = element.optional("token-value");
        let is_left_out = !PLACES.iter().any(|name| element.has(name));
        if default && is_left_out {
            return Some(Self::Header(Value::Constant(AUTHORIZATION), None));
        }
        if !element.exactly_one(&PLACES) {
            return None;
        }
        let header = header.map(|name| Self::Header(name, None));
        header.or(parameter.map(Self::Parameter)).or(given.map(Self::Given))
    }

    /// In `Authorization`, only behind this scheme.
    pub fn requiring(self, scheme: Option<Value<Text>>) -> Self {
        match self {
            Self::Header(name, _) => Self::Header(name, scheme),
            other => other,
        }
    }

    /// The token, if there is one.
    pub fn find(&self, exchange: &Exchange) -> Result<Option<Text>, Failure> {
        let found = match self {
            Self::Header(name, scheme) => {
                let name = name.get(exchange)?;
                let scheme = match scheme {
                    Some(scheme) if name == AUTHORIZATION => {
                        Some(scheme.get(exchange)?).filter(|text| !text.is_empty())
                    }
                    _ => None,
                };
                let value = exchange.request.headers.get(&name);
                let value = value.map(text_of);
                value.and_then(|value| behind(&value, scheme.as_deref()).map(Text::from))
            }
            Self::Parameter(name) => {
                let name = name.get(exchange)?;
                let pair = pairs(&exchange.request.query).find(|pair| is_named(pair, &name));
                pair.and_then(|pair| pair.split_once('='))
                    .map(|(_, value)| decode_query(value).into())
            }
            Self::Given(value) => Some(value.get(exchange)?),
        };
        Ok(found
            .map(|token| Text::from(token.trim()))
            .filter(|token| !token.is_empty()))
    }
}

/// What stands behind a scheme; without one that is required, `Bearer` may be there.
fn behind<'v>(value: &'v str, required: Option<&str>) -> Option<&'v str> {
    let value = value.trim();
    let rest = value.split_once(' ').and_then(|(scheme, rest)| {
        scheme
            .eq_ignore_ascii_case(required.unwrap_or("Bearer"))
            .then_some(rest)
    });
    rest.or(Some(value).filter(|_| required.is_none()))
}
