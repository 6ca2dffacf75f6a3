//! `authentication-basic` sends a name and a password to the backend (RFC 7617), in the place of whatever the client
//! sent as `Authorization`.
//!
//! Both are UTF-8. As a child of `send-request` it concerns that request alone.

use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::value::Value;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use expression::text::Text;
use http::header::{AUTHORIZATION, HeaderValue};

pub(crate) const AUTHENTICATION_BASIC: Policy = Policy {
    sections: Sections::INBOUND,
    once: true,
    ..Policy::new("authentication-basic", parse)
};

struct AuthenticationBasic {
    username: Value<Text>,
    password: Value<Text>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let (username, password) = (element.required("username"), element.required("password"));
    now(AuthenticationBasic {
        username: username?,
        password: password?,
    })
}

impl Step for AuthenticationBasic {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let credentials = basic(&self.username.get(exchange)?, &self.password.get(exchange)?)?;
        exchange.request.headers.insert(AUTHORIZATION, credentials);
        Ok(Flow::Next)
    }
}

/// The value of a header for this name and password.
pub(super) fn basic(username: &str, password: &str) -> Result<HeaderValue, Failure> {
    let text = format!("Basic {}", STANDARD.encode(format!("{username}:{password}")));
    let value = HeaderValue::from_maybe_shared(bytes::Bytes::from(text));
    let mut value =
        value.map_err(|_| Failure::internal("InvalidCredentials", "the credentials are no valid header"))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, reports};

    #[test]
    fn the_backend_gets_the_credentials() {
        for (attributes, expected) in [
            ("username='u' password='p'", "Basic dTpw"),
            (
                "username='@(context.Request.Method)' password='é:'",
                "Basic R0VUOsOpOg==",
            ),
        ] {
            let policies = format!("<inbound><authentication-basic {attributes} /></inbound>");
            let mut bench = Bench::new(&policies).answer("204");
            bench.run("GET /\nAuthorization: Bearer x");
            let expected = format!("GET http://backend.example/base/\nauthorization: {expected}");
            assert_eq!(*bench.sent.borrow(), [expected]);
        }
    }

    #[test]
    fn both_must_be_there() {
        reports(&[(
            "<authentication-basic />",
            "`<authentication-basic>` lacks the attribute `username`\n\
             `<authentication-basic>` lacks the attribute `password`",
        )]);
    }
}
