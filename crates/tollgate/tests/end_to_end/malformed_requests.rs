//! Requests that are no requests, or two in one: refused, and never more at the upstream than was meant.

use crate::support::artifacts::Artifacts;
use crate::support::gateway::Gateway;
use crate::support::patience::within;
use crate::support::raw::Raw;
use crate::support::upstream::{Upstream, full};
use http::Response;
use http_body_util::BodyExt;
use std::sync::{Arc, Mutex};

/// What the upstream got: the target of each request that came in whole, and the body.
type Seen = Arc<Mutex<Vec<(String, String)>>>;

/// A gateway before an upstream that keeps account.
struct Setting {
    gateway: Gateway,
    seen: Seen,
    _upstream: Upstream,
    _folder: Artifacts,
}

impl Setting {
    async fn start() -> Self {
        let seen = Seen::default();
        let account = Arc::clone(&seen);
        let upstream = Upstream::answering(move |request| {
            let account = Arc::clone(&account);
            async move {
                let target = request.uri().to_string();
                if let Ok(body) = request.into_body().collect().await {
                    let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
                    account.lock().unwrap().push((target, body));
                }
                Response::new(full("answer"))
            }
        })
        .await;
        let folder = Artifacts::passing("api", &upstream.url);
        let gateway = Gateway::serve(&folder).await;
        Self {
            gateway,
            seen,
            _upstream: upstream,
            _folder: folder,
        }
    }

    /// Sends the bytes, then hangs up its own side; gives the statuses that came back and what the upstream got.
    async fn send(&self, bytes: &[u8]) -> (Vec<u16>, Vec<(String, String)>) {
        self.seen.lock().unwrap().clear();
        let mut raw = Raw::connect(self.gateway.address).await;
        raw.send(bytes).await;
        raw.end().await;
        self.gateway.idle().await;
        (raw.statuses(), std::mem::take(&mut *self.seen.lock().unwrap()))
    }
}

/// What may come of a request.
#[derive(Debug)]
enum Fate {
    /// One answer of these statuses, or a connection that is closed without; nothing reaches the upstream.
    Refused(&'static [u16]),
    /// Answered with 200; the upstream gets these targets and bodies, nothing else.
    Served(&'static [(&'static str, &'static str)]),
    /// The first request is served, what follows is refused.
    ServedThenRefused(&'static str, &'static str, u16),
}

use Fate::{Refused, Served, ServedThenRefused};

/// A second request inside the first, which must never be taken for one.
const SMUGGLED: &str = "GET /api/smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

/// A request with these header lines and body.
fn post(headers: &str, body: &str) -> String {
    format!("POST /api/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n\r\n{body}")
}

/// A request on a connection that may go on, whose chunks end before its other length, and another one behind it.
fn ambiguous(headers: &str) -> String {
    format!("POST /api/x HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n0\r\n\r\n{SMUGGLED}")
}

async fn check(rows: Vec<(&str, String, Fate)>) {
    let setting = Setting::start().await;
    for (name, bytes, fate) in rows {
        let (statuses, seen) = setting.send(bytes.as_bytes()).await;
        let seen = seen
            .iter()
            .map(|(target, body)| (&**target, &**body))
            .collect::<Vec<_>>();
        let context = format!("{name}: statuses {statuses:?}, the upstream got {seen:?}");
        match fate {
            Refused(allowed) => {
                assert!(seen.is_empty(), "{context}");
                let refused = statuses.len() < 2 && statuses.iter().all(|status| allowed.contains(status));
                assert!(refused, "{context}, expected nothing or one of {allowed:?}");
            }
            Served(expected) => {
                assert_eq!(seen, expected, "{context}");
                assert_eq!(statuses, vec![200; expected.len()], "{context}");
            }
            ServedThenRefused(target, body, status) => {
                assert_eq!(seen, [(target, body)], "{context}");
                assert!(statuses == [200, status] || statuses == [200], "{context}");
            }
        }
    }
    let (statuses, _) = setting.send(post("Content-Length: 2", "ok").as_bytes()).await;
    assert_eq!(statuses, [200], "the gateway still serves");
}

#[test]
fn lengths_that_contradict_or_are_no_lengths() {
    let smuggling = |headers: &str| post(headers, SMUGGLED);
    let rows = vec![
        (
            "two lengths",
            smuggling("Content-Length: 0\r\nContent-Length: 39"),
            Refused(&[400]),
        ),
        (
            "two lengths in one",
            smuggling("Content-Length: 0, 39"),
            Refused(&[400]),
        ),
        ("negative", smuggling("Content-Length: -1"), Refused(&[400])),
        ("signed", smuggling("Content-Length: +1"), Refused(&[400])),
        ("hexadecimal", smuggling("Content-Length: 0x10"), Refused(&[400])),
        ("two numbers", smuggling("Content-Length: 1 0"), Refused(&[400])),
        ("empty", smuggling("Content-Length:"), Refused(&[400])),
        (
            "beyond 64 bits",
            smuggling("Content-Length: 99999999999999999999999"),
            Refused(&[400, 413]),
        ),
        (
            "space before the colon",
            smuggling("Content-Length : 39"),
            Refused(&[400]),
        ),
        (
            "tab before the colon",
            smuggling("Content-Length\t: 39"),
            Refused(&[400]),
        ),
    ];
    within(90, check(rows));
}

#[test]
fn transfer_codings() {
    let chunks = "5\r\nhello\r\n0\r\n\r\n";
    let rows = vec![
        (
            "chunked",
            post("Transfer-Encoding: chunked", chunks),
            Served(&[("/x", "hello")]),
        ),
        (
            "in capitals",
            post("TRANSFER-ENCODING: CHUNKED", chunks),
            Served(&[("/x", "hello")]),
        ),
        (
            "extensions",
            post("Transfer-Encoding: chunked", "5;a=b\r\nhello\r\n0;c\r\n\r\n"),
            Served(&[("/x", "hello")]),
        ),
        (
            "trailers",
            post("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n"),
            Served(&[("/x", "hello")]),
        ),
        // Chunks win over a length, and nothing behind them is believed (RFC 9112, section 6.1).
        (
            "length and chunks",
            ambiguous("Content-Length: 5\r\nTransfer-Encoding: chunked"),
            Served(&[("/x", "")]),
        ),
        (
            "chunks and length",
            ambiguous("Transfer-Encoding: chunked\r\nContent-Length: 5"),
            Served(&[("/x", "")]),
        ),
        (
            "unknown",
            post("Transfer-Encoding: xchunked", chunks),
            Refused(&[400, 501]),
        ),
        (
            "identity",
            post("Transfer-Encoding: identity", SMUGGLED),
            Refused(&[400, 501]),
        ),
        (
            "not last",
            post("Transfer-Encoding: chunked, identity", chunks),
            Refused(&[400, 501]),
        ),
        (
            "twice",
            post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", chunks),
            Refused(&[400, 501]),
        ),
        (
            "hidden by a space",
            post("Transfer-Encoding : chunked", chunks),
            Refused(&[400]),
        ),
        (
            "hidden by a control character",
            post("Transfer-Encoding: \u{b}chunked", chunks),
            Refused(&[400, 501]),
        ),
        (
            "in HTTP/1.0",
            format!("POST /api/x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{SMUGGLED}"),
            Refused(&[400, 501]),
        ),
    ];
    within(90, check(rows));
}

#[test]
fn chunks_that_are_none() {
    let chunked = |body: &str| post("Transfer-Encoding: chunked", &format!("{body}{SMUGGLED}"));
    let rows = vec![
        ("negative", chunked("-1\r\n"), Refused(&[400])),
        (
            "hexadecimal with a prefix",
            chunked("0x5\r\nhello\r\n0\r\n\r\n"),
            Refused(&[400]),
        ),
        ("beyond 64 bits", chunked("FFFFFFFFFFFFFFFFF\r\n"), Refused(&[400, 413])),
        ("no number", chunked("five\r\nhello\r\n0\r\n\r\n"), Refused(&[400])),
        ("nothing", chunked("\r\n"), Refused(&[400])),
        ("a space inside", chunked("1 0\r\nhello\r\n0\r\n\r\n"), Refused(&[400])),
        (
            "longer than it says",
            chunked("2\r\nhello\r\n0\r\n\r\n"),
            Refused(&[400]),
        ),
        (
            "an endless extension",
            chunked(&format!("5;{}\r\nhello\r\n0\r\n\r\n", "x".repeat(100_000))),
            Refused(&[400]),
        ),
        (
            "trailers without end",
            chunked(&format!(
                "0\r\n{}\r\n",
                format!("X-T: {}\r\n", "x".repeat(1000)).repeat(200)
            )),
            Refused(&[400, 431]),
        ),
    ];
    within(90, check(rows));
}

#[test]
fn header_lines() {
    let get = |headers: &str| format!("GET /api/x HTTP/1.1\r\nConnection: close\r\n{headers}\r\n\r\n");
    let rows = vec![
        ("no host", get("X: 1"), Refused(&[400])),
        ("two hosts", get("Host: a\r\nHost: b"), Refused(&[400])),
        ("a host that is none", get("Host: a b"), Refused(&[400])),
        ("a host with a path", get("Host: a/../b"), Refused(&[400])),
        ("a folded line", get("Host: a\r\nX: 1\r\n 2"), Refused(&[400])),
        ("a folded first line", get(" Host: a"), Refused(&[400])),
        ("NUL in a value", get("Host: a\r\nX: 1\u{0}2"), Refused(&[400])),
        ("CR in a value", get("Host: a\r\nX: 1\r2"), Refused(&[400])),
        (
            "CR in a value before a header",
            get("Host: a\r\nX: 1\rContent-Length: 5"),
            Refused(&[400]),
        ),
        ("a control character", get("Host: a\r\nX: 1\u{1}2"), Refused(&[400])),
        ("no colon", get("Host: a\r\nnonsense"), Refused(&[400])),
        ("no name", get("Host: a\r\n: 1"), Refused(&[400])),
        ("a name with spaces", get("Host: a\r\nX Y: 1"), Refused(&[400])),
        ("a name beyond ASCII", get("Host: a\r\nX\u{e9}: 1"), Refused(&[400])),
        (
            "a long header",
            get(&format!("Host: a\r\nX: {}", "x".repeat(100_000))),
            Refused(&[431]),
        ),
        (
            "many headers",
            get(&format!("Host: a{}", "\r\nX: 1".repeat(1000))),
            Refused(&[431]),
        ),
        ("all of it", get("Host: a\r\nX: caf\u{e9} \t y"), Served(&[("/x", "")])),
    ];
    within(90, check(rows));
}

#[test]
fn request_lines() {
    let get = |target: &str| format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let line = |line: &str| format!("{line}\r\nHost: a\r\nConnection: close\r\n\r\n");
    let rows = vec![
        ("absolute", get("http://a/api/x?q=1"), Served(&[("/x?q=1", "")])),
        (
            "absolute, another host",
            get("http://elsewhere/api/x"),
            Served(&[("/x", "")]),
        ),
        ("absolute, loud", get("HTTPS://a/api/x"), Served(&[("/x", "")])),
        ("absolute, not of the web", get("ftp://a/api/x"), Refused(&[400])),
        (
            "an empty line before",
            format!("\r\n{}", get("/api/x")),
            Served(&[("/x", "")]),
        ),
        (
            "a long target",
            get(&format!("/api/x?{}", "q".repeat(40_000))),
            Refused(&[414]),
        ),
        ("no slash", get("api/x"), Refused(&[400, 404])),
        ("a star", get("*"), Refused(&[400, 404])),
        (
            "a tunnel",
            line("CONNECT a:443 HTTP/1.1"),
            Refused(&[400, 404, 405, 501]),
        ),
        ("a space in the target", get("/api/x y"), Refused(&[400])),
        ("a control character", get("/api/\u{1}x"), Refused(&[400])),
        ("no method", line(" /api/x HTTP/1.1"), Refused(&[400])),
        ("a method that is none", line("G@(T /api/x HTTP/1.1"), Refused(&[400])),
        ("no version", line("GET /api/x"), Refused(&[400, 505])),
        ("an unknown version", line("GET /api/x HTTP/1.9"), Refused(&[400, 505])),
        ("HTTP/2 in a line", line("GET /api/x HTTP/2.0"), Refused(&[400, 505])),
        ("another protocol", line("GET /api/x FTP/1.1"), Refused(&[400])),
        ("nonsense", "\u{1}\u{2}\u{3}\u{4}\r\n\r\n".to_owned(), Refused(&[400])),
        (
            "a TLS greeting",
            "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\r\n\r\n".to_owned(),
            Refused(&[400]),
        ),
        (
            "half an HTTP/2 greeting",
            "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n".to_owned(),
            Refused(&[400, 505]),
        ),
    ];
    within(90, check(rows));
}

#[test]
fn several_requests_on_one_connection() {
    let get = |target: &str| format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
    let last = |target: &str| format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let body = "POST /api/b HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
    let rows = vec![
        (
            "pipelined",
            [&get("/api/1"), body, &get("/api/2"), &last("/api/3")].concat(),
            Served(&[("/1", ""), ("/b", "body"), ("/2", ""), ("/3", "")]),
        ),
        (
            "nothing after a close",
            last("/api/1") + SMUGGLED,
            Served(&[("/1", "")]),
        ),
        (
            "good, then bad",
            get("/api/1") + "GET /api/2 HTTP/1.1\r\nHost: a\r\nX Y: 1\r\n\r\n",
            ServedThenRefused("/1", "", 400),
        ),
        (
            "a body that looks like a request",
            format!(
                "POST /api/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{SMUGGLED}",
                SMUGGLED.len()
            ),
            Served(&[("/1", "GET /api/smuggled HTTP/1.1\r\nHost: a\r\n\r\n")]),
        ),
        (
            "a GET whose body looks like a request",
            format!(
                "GET /api/1 HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{SMUGGLED}{}",
                SMUGGLED.len(),
                last("/api/2")
            ),
            Served(&[("/1", "GET /api/smuggled HTTP/1.1\r\nHost: a\r\n\r\n"), ("/2", "")]),
        ),
    ];
    within(90, check(rows));
}

#[test]
fn a_client_that_never_ends_its_request_is_let_go() {
    within(120, async {
        let setting = Setting::start().await;
        let mut raw = Raw::connect(setting.gateway.address).await;
        raw.send("GET /api/x HTTP/1.1\r\nHost: a\r\nX-Slow: ").await;
        let dripping = async {
            // One byte a second would keep a timeout that starts anew from ever ending.
            while raw.send("x").await && !raw.is_ended().await {
                tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            }
        };
        dripping.await;
        assert!(raw.statuses().iter().all(|status| *status == 408), "{}", raw.text());
        assert!(setting.seen.lock().unwrap().is_empty());
    });
}
