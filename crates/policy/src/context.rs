//! The exchange as expressions see it: `context`.
//!
//! Nothing is copied that no expression asks for. Never here: what an expression does with it.

use crate::body::Body;
use crate::exchange::{Exchange, RequestMessage, ResponseMessage, Target};
use crate::headers::text_of;
use crate::reason;
use crate::spelling;
use catalog::BackendKind;
use expression::body::MessageBody;
use expression::certificate::Certificate;
use expression::context::{
    Api, Backend, Context, Deployment, Foundry, GraphQl, Headers, LastError, Operation, Product, Request, Response,
    Subscription, Url, User, WhichUrl, Workspace,
};
use expression::text::Text;
use expression::value::Value;
use http::{HeaderMap, HeaderValue};
use std::fmt::Write;
use std::sync::Arc;

impl Context for Exchange {
    fn request(&self) -> &dyn Request {
        self
    }

    fn response(&self) -> Option<&dyn Response> {
        self.response.as_ref().map(|_| self as &dyn Response)
    }

    fn variable(&self, name: &str) -> Option<Value> {
        let found = self.variables.iter().find(|(known, _)| known.as_str() == name);
        found.map(|(_, value)| value.clone())
    }

    fn variable_names(&self) -> Vec<Text> {
        self.variables.iter().map(|(name, _)| name.clone()).collect()
    }

    fn api(&self) -> Option<&Arc<Api>> {
        self.matched.api.as_ref()
    }

    fn operation(&self) -> Option<&Arc<Operation>> {
        self.matched.operation.as_ref()
    }

    fn product(&self) -> Option<&Arc<Product>> {
        self.matched.product.as_ref()
    }

    fn subscription(&self) -> Option<&Arc<Subscription>> {
        self.identity.subscription.as_ref()
    }

    fn subscription_key(&self) -> Option<&Text> {
        self.identity.key.as_ref()
    }

    fn backend(&self) -> Option<Backend> {
        let Target { backend, member, .. } = &self.target;
        member.as_ref().or(backend.as_ref()).map(|backend| Backend {
            id: backend.id.as_str().into(),
            is_pool: matches!(backend.kind, BackendKind::Pool(_)),
            azure_region: backend.azure_region.as_str().into(),
        })
    }

    fn graphql(&self) -> Option<&Arc<GraphQl>> {
        self.state.graphql_call.as_ref()
    }

    fn workspace(&self) -> Option<&Arc<Workspace>> {
        // Artifacts of workspaces are not read: all is in the service itself, where APIM has none.
        None
    }

    fn user(&self) -> Option<&Arc<User>> {
        self.identity.user.as_ref()
    }

    fn deployment(&self) -> &Arc<Deployment> {
        &self.services.deployment
    }

    fn certificates(&self) -> &[(Text, Value)] {
        &self.certificates
    }

    fn last_error(&self) -> Option<&LastError> {
        self.last_error.as_ref()
    }

    fn request_id(&self) -> u128 {
        self.request_id
    }

    fn timestamp(&self) -> i64 {
        self.timestamp
    }

    fn now(&self) -> i64 {
        self.services.clock.ticks()
    }

    fn elapsed(&self) -> i64 {
        let elapsed = self.services.clock.monotonic().saturating_sub(self.arrived);
        i64::try_from(elapsed.as_nanos() / 100).unwrap_or(i64::MAX)
    }

    fn trusts(&self, certificate: &Certificate) -> bool {
        self.services.trust.trusts(certificate)
    }

    fn tracing(&self) -> bool {
        self.state.recorder.is_some()
    }

    fn trace(&self, message: &str) {
        self.note("messages", || message.into());
        tracing::info!(target: "policy.trace", request_id = %self.activity_id(), "{}", self.discreet(message));
    }

    fn random(&self) -> u64 {
        self.services.clock.random()
    }
}

impl Request for Exchange {
    fn method(&self) -> Text {
        self.request.method.as_str().into()
    }

    fn original_method(&self) -> Text {
        self.request.original_method.as_str().into()
    }

    fn url(&self, which: WhichUrl) -> Arc<Url> {
        let RequestMessage {
            scheme,
            authority,
            original,
            path,
            query,
            ..
        } = &self.request;
        Arc::new(match which {
            WhichUrl::Original => {
                let (path, query) = original.split_once('?').unwrap_or((original, ""));
                url(scheme, authority, path, query)
            }
            WhichUrl::Current => {
                let base = self.target.base_url.as_ref().and_then(|base| base.split_once("://"));
                let (scheme, rest) = base.unwrap_or((scheme, authority));
                let authority = rest.split_once('/').map_or(rest, |(authority, _)| authority);
                url(scheme, authority, path, query)
            }
        })
    }

    fn ip_address(&self) -> Text {
        // Room for the longest address, so that it is written without growing.
        let mut text = String::with_capacity(45);
        let _ = write!(text, "{}", self.request.ip);
        text.into()
    }

    fn headers(&self) -> &dyn Headers {
        &self.request
    }

    fn matched_parameters(&self) -> &[(Text, Text)] {
        &self.matched.parameters
    }

    fn foundry(&self) -> Option<&Arc<Foundry>> {
        // No API is known to be one of Foundry models: their import leaves no trace in artifacts.
        None
    }

    fn certificate(&self) -> Option<&Arc<Certificate>> {
        self.request.certificate.as_ref()
    }

    fn body(&self) -> Option<&MessageBody> {
        let empty = self.state.is_mcp.then_some(&self.state.no_body);
        kept(&self.request.body).or(empty)
    }
}

impl Response for Exchange {
    fn status_code(&self) -> i32 {
        self.response
            .as_ref()
            .map_or(0, |response| response.status.as_u16().into())
    }

    fn status_reason(&self) -> Text {
        let Some(response) = &self.response else {
            return Text::default();
        };
        let standard = || reason::standard(response.status).into();
        response.reason.clone().unwrap_or_else(standard)
    }

    fn headers(&self) -> &dyn Headers {
        self.response
            .as_ref()
            .map_or(&self.request as &dyn Headers, |response| response)
    }

    fn body(&self) -> &MessageBody {
        let body = self.response.as_ref().and_then(|response| kept(&response.body));
        body.unwrap_or(&self.state.no_body)
    }
}

impl Headers for RequestMessage {
    fn values(&self, name: &str) -> Vec<Text> {
        values(&self.headers, name)
    }

    fn joined(&self, name: &str) -> Option<Text> {
        joined(&self.headers, name)
    }

    fn names(&self) -> Vec<Text> {
        names(&self.headers)
    }
}

impl Headers for ResponseMessage {
    fn values(&self, name: &str) -> Vec<Text> {
        values(&self.headers, name)
    }

    fn joined(&self, name: &str) -> Option<Text> {
        joined(&self.headers, name)
    }

    fn names(&self) -> Vec<Text> {
        names(&self.headers)
    }
}

/// A body as far as it is kept. One that flows through is kept before an expression that reads it runs.
fn kept(body: &Body) -> Option<&MessageBody> {
    match body {
        Body::Buffered(body) | Body::Answered(body, _) => Some(body),
        Body::Empty | Body::Stream(_) | Body::Answer(_) => None,
    }
}

fn values(headers: &HeaderMap, name: &str) -> Vec<Text> {
    headers.get_all(name).iter().map(text).collect()
}

fn joined(headers: &HeaderMap, name: &str) -> Option<Text> {
    let mut values = headers.get_all(name).iter();
    let first = text(values.next()?);
    let rest: Vec<Text> = values.map(text).collect();
    if rest.is_empty() {
        return Some(first);
    }
    Some(
        std::iter::once(&first)
            .chain(&rest)
            .map(Text::as_str)
            .collect::<Vec<_>>()
            .join(",")
            .into(),
    )
}

fn names(headers: &HeaderMap) -> Vec<Text> {
    headers
        .keys()
        .map(|name| spelling::usual(name.as_str()).into())
        .collect()
}

fn text(value: &HeaderValue) -> Text {
    text_of(value).into_owned().into()
}

fn url(scheme: &str, authority: &str, path: &str, query: &str) -> Url {
    let after_bracket = authority.rfind(']').map_or(0, |at| at + 1);
    let port_at = authority
        .get(after_bracket..)
        .and_then(|rest| rest.rfind(':'))
        .map(|at| after_bracket + at);
    let (host, port) = port_at.map_or((authority, None), |at| {
        let port = authority.get(at + 1..).and_then(|port| port.parse::<u16>().ok());
        (authority.get(..at).unwrap_or_default(), port)
    });
    let default_port = if scheme == "https" { 443 } else { 80 };
    Url {
        scheme: scheme.into(),
        host: host.into(),
        port: port.unwrap_or(default_port).into(),
        path: path.into(),
        query_string: if query.is_empty() {
            Text::default()
        } else {
            format!("?{query}").into()
        },
        query: query_parameters(query),
    }
}

/// Decoded parameters in order, each name once with all its values.
fn query_parameters(query: &str) -> Vec<(Text, Vec<Text>)> {
    let mut parameters: Vec<(Text, Vec<Text>)> = Vec::new();
    let mut places = std::collections::HashMap::<String, usize>::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode_query(name), Text::from(decode_query(value)));
        let place = *places.entry(name).or_insert_with_key(|name| {
            parameters.push((name.as_str().into(), Vec::new()));
            parameters.len() - 1
        });
        if let Some((_, values)) = parameters.get_mut(place) {
            values.push(value);
        }
    }
    parameters
}

/// Percent-decoding with `+` for a space, as query strings have it.
pub(crate) fn decode_query(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let escaped = escaped.filter(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match (first, escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            (other, _) => bytes.push(*other),
        }
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::Needs;
    use crate::buffer::{is_met, meet};
    use crate::testing::{Bench, ready};
    use expression::Reads;

    /// `scheme host port path query_string` of both URLs.
    fn urls(base: Option<&str>, request: &str) -> [String; 2] {
        let mut exchange = Bench::new("").exchange(request);
        exchange.target.base_url = base.map(Text::from);
        [WhichUrl::Current, WhichUrl::Original].map(|which| {
            let url = Request::url(&exchange, which);
            format!(
                "{} {} {} {} {}",
                url.scheme, url.host, url.port, url.path, url.query_string
            )
        })
    }

    #[test]
    fn the_current_url_is_the_backends_and_the_original_one_the_clients() {
        let client = "https gateway.example 443 /orders/a ?b=1";
        for (base, current) in [
            (Some("http://b.example:81/base"), "http b.example 81 /a ?b=1"),
            (Some("https://[::1]:8443"), "https [::1] 8443 /a ?b=1"),
            (Some("http://[::1]/x"), "http [::1] 80 /a ?b=1"),
            (None, "https gateway.example 443 /a ?b=1"),
        ] {
            assert_eq!(urls(base, "GET /a?b=1"), [current, client]);
        }
    }

    #[test]
    fn query_parameters_are_decoded_and_gathered_by_name() {
        let query = query_parameters("a=1&b=x+y%20z&a=%C3%A9&&c&=d&e=%zz%");
        let pairs = query
            .iter()
            .map(|(name, values)| format!("{name}={}", values.join("|")));
        assert_eq!(pairs.collect::<Vec<_>>().join(" "), "a=1|é b=x y z c= =d e=%zz%");
    }

    #[test]
    fn headers_are_found_ignoring_case_and_joined_by_a_comma() {
        let exchange = Bench::new("").exchange("GET /\nX-A: 1\nX-A: 2");
        let headers = Request::headers(&exchange);
        assert_eq!(headers.joined("x-a").unwrap(), "1,2");
        assert_eq!(headers.values("X-A").len(), 2);
        assert!(headers.joined("x-b").is_none());
        assert_eq!(headers.names().len(), 1);
    }

    #[test]
    fn a_body_is_there_once_it_is_kept() {
        let needs = Needs {
            reads: Reads {
                request_body: true,
                response_body: true,
            },
            answer: false,
        };
        let mut exchange = Bench::new("").exchange("POST /\n\nhello");
        assert!(!is_met(needs, &exchange));
        assert!(Request::body(&exchange).is_none());
        ready(meet(needs, &mut exchange)).unwrap();
        assert!(is_met(needs, &exchange));
        assert_eq!(Request::body(&exchange).unwrap().text(), "hello");
    }

    #[test]
    fn only_mcp_requests_have_a_body_when_they_have_none() {
        let mut exchange = Bench::new("").exchange("GET /");
        assert!(Request::body(&exchange).is_none());
        exchange.state.is_mcp = true;
        assert_eq!(Request::body(&exchange).unwrap().text(), "");
    }
}
