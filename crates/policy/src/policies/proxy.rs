//! `proxy` sends the request to its backend through an HTTP proxy: by `CONNECT` to an https backend, in absolute form to
//! an http one. The proxy itself is spoken to in cleartext.
//!
//! `url` is `http://host:port`; scheme and port (80) may be left out. `username` and `password` are sent as Basic
//! credentials with each connection; NTLM is not offered. As a child of `send-request` it concerns that request alone.

use super::authentication_basic::basic;
use crate::connection::Proxy;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::value::{Readable, Value};
use catalog::ProxyAddress;
use expression::Target;
use expression::text::Text;
use expression::value::Value as Object;
use std::sync::Arc;

pub(crate) const PROXY: Policy = Policy {
    sections: Sections::INBOUND,
    ..Policy::new("proxy", parse)
};

struct ThroughProxy {
    address: Value<ProxyAddress>,
    username: Option<Value<Text>>,
    password: Option<Value<Text>>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let address = element.required("url");
    let (username, password) = (element.optional("username"), element.optional("password"));
    now(ThroughProxy {
        address: address?,
        username,
        password,
    })
}

impl Readable for ProxyAddress {
    const TARGET: Target = Target::String;
    const EXPECTED: &'static str = "the URL of a proxy: `http://host:port`";
    fn from_literal(text: &str) -> Option<Self> {
        Self::parse(text)
    }
    fn from_object(object: Object) -> Option<Self> {
        Self::parse(&Text::from_object(object)?)
    }
}

/// The proxy at an address, with the credentials that it is shown.
pub(super) fn proxy_at(address: ProxyAddress, username: Option<&str>, password: &str) -> Result<Arc<Proxy>, Failure> {
    let authorization = username.map(|username| basic(username, password)).transpose()?;
    let ProxyAddress { host, port } = address;
    Ok(Arc::new(Proxy {
        host,
        port,
        authorization,
    }))
}

impl Step for ThroughProxy {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let address = self.address.get(exchange)?;
        let text = |value: &Option<Value<Text>>| value.as_ref().map(|value| value.get(exchange)).transpose();
        let (username, password) = (text(&self.username)?, text(&self.password)?.unwrap_or_default());
        exchange.state.connection.proxy = Some(proxy_at(address, username.as_deref(), &password)?);
        Ok(Flow::Next)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, reports};

    /// What is told of the way of each request that goes out.
    fn ways(policies: &str) -> String {
        let mut bench = Bench::new(policies).answer("204");
        bench.run("GET /");
        let ways = bench.ways.borrow();
        ways.join("; ")
    }

    #[test]
    fn requests_to_the_backend_go_through_it() {
        for (attributes, expected) in [
            ("url='http://proxy.example:3128'", "proxy.example:3128"),
            ("url='proxy.example'", "proxy.example:80"),
            ("url='@(\"http://[::1]:81/\")'", "::1:81"),
            ("url='http://p' username='u' password='p'", "p:80 Basic dTpw"),
        ] {
            assert_eq!(ways(&format!("<inbound><proxy {attributes} /></inbound>")), expected);
        }
    }

    #[test]
    fn requests_of_policies_have_proxies_of_their_own() {
        let send = |inside: &str| {
            format!(
                "<send-request response-variable-name='r'><set-url>http://h</set-url><set-method>GET</set-method>{inside}</send-request>"
            )
        };
        let own = send("<proxy url='http://other:1' />");
        assert_eq!(
            ways(&format!("<inbound><proxy url='http://p' />{}{own}</inbound>", send(""))),
            "direct; other:1; p:80"
        );
        let waiting = "<choose><when condition='true'><proxy url='http://p' /></when></choose>";
        assert_eq!(
            ways(&format!("<inbound><wait>{waiting}{own}</wait></inbound>")),
            "other:1; p:80"
        );
    }

    #[test]
    fn a_backend_has_its_own_unless_a_policy_chooses_another() {
        let backend = || catalog::Backend {
            proxy: Some(catalog::BackendProxy {
                address: catalog::ProxyAddress::parse("own:3128").unwrap(),
                username: Some("u".into()),
                password: "p".into(),
            }),
            ..catalog::Backend::single("b", "http://b")
        };
        let to = "<set-backend-service backend-id='b' />";
        for (policies, expected) in [
            (to.to_owned(), "own:3128 Basic dTpw"),
            (format!("{to}<proxy url='other' />"), "other:80"),
        ] {
            let mut bench = Bench::new(&format!("<inbound>{policies}</inbound>")).backend("b", backend());
            bench.run("GET /");
            assert_eq!(*bench.ways.borrow(), [expected]);
        }
    }

    #[test]
    fn only_http_is_spoken_to_it() {
        reports(&[(
            "<proxy url='https://p' />",
            "`url` of `<proxy>` must be the URL of a proxy: `http://host:port`, found \"https://p\"",
        )]);
    }
}
