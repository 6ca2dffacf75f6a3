//! `redirect-content-urls` makes links in a response's body that lead to the backend lead to the gateway instead; in
//! inbound, those of a request's body that lead to the gateway lead to the backend.
//!
//! A link is the backend's base URL (where the request goes, scheme included) that ends where a path segment ends. Its
//! slashes may be escaped as JSON allows. The gateway's is the URL that the client called, up to the API's path.
//! Headers such as `Location` stay, as APIM's page says.

use crate::element::ElementReader;
use crate::exchange::{Exchange, Message};
use crate::failure::Failure;
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};

pub(crate) const REDIRECT_CONTENT_URLS: Policy = Policy {
    sections: Sections::INBOUND.and(Sections::OUTBOUND),
    once: true,
    ..Policy::new("redirect-content-urls", parse)
};

struct RedirectContentUrls {
    message: Message,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let message = element.rewrites_body();
    now(RedirectContentUrls { message })
}

impl Step for RedirectContentUrls {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let Some(body) = exchange.body_to_rewrite(self.message)? else {
            return Ok(Flow::Next);
        };
        let Some(backend) = &exchange.target.base_url else {
            return Ok(Flow::Next);
        };
        let backend = backend.split('?').next().unwrap_or_default().trim_end_matches('/');
        let request = &exchange.request;
        let root = request.original.get(..request.root).unwrap_or_default();
        let gateway = format!("{}://{}{root}", request.scheme, request.authority);
        let (from, to) = match self.message {
            Message::Request => (gateway.as_str(), backend),
            Message::Response => (backend, gateway.as_str()),
        };
        let escaped = |url: &str| url.replace('/', "\\/");
        let rewritten = redirected(body.content(), from, to);
        let both = redirected(
            rewritten.as_deref().unwrap_or(body.content()),
            &escaped(from),
            &escaped(to),
        );
        if let Some(bytes) = both.or(rewritten) {
            exchange.rewrite_body(self.message, bytes);
        }
        Ok(Flow::Next)
    }
}

/// The bytes with each URL that begins with `from` beginning with `to`; nothing when there is none.
fn redirected(bytes: &[u8], from: &str, to: &str) -> Option<Vec<u8>> {
    let finder = memchr::memmem::Finder::new(from);
    let mut out = Vec::new();
    let mut done = 0;
    for at in finder.find_iter(bytes) {
        let end = at + from.len();
        if bytes.get(end).copied().is_some_and(goes_on) {
            continue;
        }
        out.extend_from_slice(bytes.get(done..at)?);
        out.extend_from_slice(to.as_bytes());
        done = end;
    }
    if done == 0 {
        return None;
    }
    out.extend_from_slice(bytes.get(done..)?);
    Some(out)
}

/// Whether a byte belongs to the segment, host or port before it.
fn goes_on(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'%' | b':' | b'@')
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    const POLICY: &str = "<redirect-content-urls />";

    #[test]
    fn links_to_the_backend_lead_to_the_gateway() {
        for (body, expected) in [
            (
                r#"{"next":"http://backend.example/base/x?p=2"}"#,
                r#"{"next":"https://gateway.example/orders/x?p=2"}"#,
            ),
            (
                r#"{"next":"http:\/\/backend.example\/base\/x"}"#,
                r#"{"next":"https:\/\/gateway.example\/orders\/x"}"#,
            ),
            (
                "<a href='http://backend.example/base'>",
                "<a href='https://gateway.example/orders'>",
            ),
            ("http://backend.example/basement", "http://backend.example/basement"),
            ("http://backend.example/other", "http://backend.example/other"),
            ("https://backend.example/base/", "https://backend.example/base/"),
        ] {
            let mut bench = Bench::new(&format!("<outbound>{POLICY}</outbound>"))
                .answer(&format!("200\nLocation: http://backend.example/base/\n\n{body}"));
            let head = "200 OK\nlocation: http://backend.example/base/\n\n";
            assert_eq!(bench.run("GET /x"), format!("{head}{expected}"));
        }
    }

    #[test]
    fn links_to_the_gateway_lead_to_the_backend_on_the_way_in() {
        let mut bench = Bench::new(&format!("<inbound><rewrite-uri template='/y' />{POLICY}</inbound>"));
        assert_eq!(
            bench.run("POST /x\n\nhttps://gateway.example/orders/x"),
            "200 OK\n\nPOST http://backend.example/base/y\n\nhttp://backend.example/base/x"
        );
    }
}
