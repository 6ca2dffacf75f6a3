//! Upstreams that answer a byte at a time, without an end, or with anything but HTTP: the client has an answer, the
//! gateway keeps its memory, and other requests go on.

use crate::support::artifacts::{Artifacts, document};
use crate::support::client::{self, Connection, VERSIONS, request};
use crate::support::gateway::Gateway;
use crate::support::patience::{soon, within};
use crate::support::raw::Raw;
use crate::support::upstream::Upstream;
use http_body_util::BodyExt;
use std::time::Duration;

/// How much more memory the gateway may have taken, in KiB.
const GROWTH_KIB: u64 = 40 << 10;

/// How an upstream answers: a beginning, and what it repeats until the connection ends; nothing when it hangs up.
type Answer = (&'static [u8], &'static [u8]);

/// An upstream that answers every request so.
async fn repeating((start, again): Answer) -> Upstream {
    // In large parts, so that it is the gateway that is measured.
    let again = again.repeat((64 << 10) / again.len().max(1));
    Upstream::raw(move |mut connection| {
        let again = again.clone();
        async move {
            connection.reads("\r\n\r\n").await;
            connection.send(start).await;
            while !again.is_empty() && connection.send(&again).await {}
        }
    })
    .await
}

/// An API `api` of this upstream, whose clients learn why a request failed; it may take a second to answer.
fn folder(url: &str) -> Artifacts {
    let folder = Artifacts::passing("api", url);
    let tell = "<set-header name=\"X-Reason\" exists-action=\"override\"><value>@(context.LastError.Reason)</value></set-header>";
    let sections = [("backend", "<forward-request timeout=\"1\" />"), ("on-error", tell)];
    folder.write("apis/api/policy.xml", &document(&sections));
    folder.write_api("other", url, r#""subscriptionRequired": false"#);
    let answers = "<return-response><set-body>here</set-body></return-response>";
    folder.write("apis/other/policy.xml", &document(&[("inbound", answers)]));
    folder
}

/// Sends a byte at a time, each in a segment of its own.
async fn drip(connection: &mut Raw, bytes: &[u8]) -> bool {
    for byte in bytes {
        if !connection.send([*byte]).await {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    true
}

#[test]
fn an_answer_that_comes_byte_by_byte_arrives_whole() {
    within(120, async {
        for answer in [
            "HTTP/1.1 200 OK\r\nX-A: one\r\nx-b:\ttwo \r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nX-A: one\r\nX-B: two\r\nTransfer-Encoding: chunked\r\n\r\n\
             2;x=y\r\nhe\r\n003\r\nllo\r\n0\r\nX-C: three\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX-A : one\r\nX-B:\r\n two\r\nContent-Length : 5\r\n\r\nhello",
        ] {
            let upstream = Upstream::raw(move |mut connection| async move {
                while connection.reads("\r\n\r\n").await {
                    connection.received.clear();
                    drip(&mut connection, answer.as_bytes()).await;
                }
            })
            .await;
            let gateway = Gateway::serve_with(&Artifacts::passing("api", &upstream.url), &["--workers", "1"]).await;
            for version in VERSIONS {
                let mut client = Connection::speaking(version, gateway.address).await;
                for _ in 0..2 {
                    let answered = client.answer(request("GET", "/api/x", &[])).await;
                    let found = (answered.header("x-a"), answered.header("x-b"), answered.text());
                    assert_eq!(found, ("one", "two", "hello".to_owned()), "{version:?} {answer:?}");
                }
            }
            assert_eq!(
                upstream.connections(),
                1,
                "the connection can be used again behind {answer:?}"
            );
        }
    });
}

#[test]
fn a_head_that_drips_without_end_is_given_up_when_the_time_is_over() {
    within(120, async {
        let upstream = Upstream::raw(|mut connection| async move {
            connection.reads("\r\n\r\n").await;
            drip(&mut connection, b"HTTP/1.1 200 OK\r\n").await;
            while drip(&mut connection, b"X-A: b\r\n").await {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        })
        .await;
        let folder = folder(&upstream.url);
        let gateway = Gateway::serve(&folder).await;
        let answer = client::get(gateway.address, "/api/x").await;
        assert_eq!((answer.status.as_u16(), answer.header("x-reason")), (500, "Timeout"));
        gateway.idle().await;
    });
}

#[test]
fn what_is_not_http_is_an_internal_error() {
    const BYTES: [u8; 256] = {
        let mut bytes = [0; 256];
        let mut at = 0;
        while at < 256 {
            bytes[at] = at as u8;
            at += 1;
        }
        bytes
    };
    within(300, async {
        for answer in [
            (&BYTES[..], &b""[..]),
            (b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", b""),
            // An alert of TLS; the first frames of HTTP/2, as a client and as a server sends them.
            (b"\x15\x03\x01\x00\x02\x02\x28", b""),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b""),
            (b"\x00\x00\x00\x04\x00\x00\x00\x00\x00", b""),
            (b"<html>HTTP/0.9</html>", b""),
            (b"\r\n\r\n\r\n\r\n", b""),
            (b"HTTP/1.1 200 OK\r\nX: \x00\r\n\r\n", b""),
            (b"HTTP/1.1 200 OK\r\n: none\r\n\r\n", b""),
            (b"HTTP/1.1 -200 OK\r\n\r\n", b""),
            (b"HTTP/3.7 200 OK\r\n\r\n", b""),
            // Without an end.
            (b"", b"\x00"),
            (b"", b"\xff"),
            (b"", b"\r\n"),
            (b"", b"a"),
            (b"", &BYTES),
            (b"HTTP/1.1 200 ", b"a"),
            (b"HTTP/1.1 200 OK\r\n", b"a"),
            (b"HTTP/1.1 200 OK\r\nA: ", b"b"),
            (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
            (b"HTTP/1.1 200 OK\r\nA: b", b"\r\n "),
            (b"", b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n"),
        ] {
            let shown = (String::from_utf8_lossy(answer.0), String::from_utf8_lossy(answer.1));
            let upstream = repeating(answer).await;
            let folder = folder(&upstream.url);
            let gateway = Gateway::serve_with(&folder, &["--workers", "1"]).await;
            let before = gateway.process.peak_kib();
            let mut client = Connection::http1(gateway.address).await;
            let failing = tokio::spawn(async move { client.answer(request("GET", "/api/x", &[])).await });
            let other = client::get(gateway.address, "/other/x").await;
            assert_eq!(other.text(), "here", "{shown:?}");
            let answered = soon(&shown, failing).await.unwrap();
            let reason = answered.header("x-reason");
            assert!(
                answered.status == 500 && ["BackendConnectionFailure", "Timeout"].contains(&reason),
                "{shown:?}: {} {reason} {}",
                answered.status,
                answered.text()
            );
            gateway.idle().await;
            let grown = gateway.process.peak_kib() - before;
            assert!(grown < GROWTH_KIB, "{shown:?}: the gateway grew by {grown} KiB");
        }
    });
}

#[test]
fn chunks_without_an_end_break_the_answer() {
    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndata\r\n";
    within(300, async {
        for tail in [
            &b"4;"[..],
            b"4;x=\"",
            b"0",
            b"4 ",
            b"0000000000000000000x",
            b"FFFFFFFFFFFFFFFFF\r\n",
            b"-1\r\n",
            b"0x4\r\n",
            b"0\r\nA: b\r\n",
            b"0\r\nA: ",
        ] {
            let shown = String::from_utf8_lossy(tail);
            let start = [HEAD, tail].concat().leak();
            let again: &[u8] = match tail {
                b"0\r\nA: b\r\n" => b"A: b\r\n",
                b"4 " => b" ",
                _ => b"0",
            };
            let upstream = repeating((start, again)).await;
            let folder = folder(&upstream.url);
            let gateway = Gateway::serve_with(&folder, &["--workers", "1"]).await;
            let before = gateway.process.peak_kib();
            for version in VERSIONS {
                let mut client = Connection::speaking(version, gateway.address).await;
                let response = client.send(request("GET", "/api/x", &[])).await.unwrap();
                let end = soon(&shown, response.into_body().collect()).await;
                assert!(end.is_err(), "{version:?} {shown:?}: it ended as if it were whole");
            }
            gateway.idle().await;
            assert_eq!(client::get(gateway.address, "/other/x").await.text(), "here");
            let grown = gateway.process.peak_kib() - before;
            assert!(grown < GROWTH_KIB, "{shown:?}: the gateway grew by {grown} KiB");
        }
    });
}

#[test]
fn a_body_that_breaks_off_at_once_breaks_off_behind_the_head() {
    within(120, async {
        for answer in [
            &b"Transfer-Encoding: chunked\r\n\r\nno size\r\n"[..],
            b"Transfer-Encoding: chunked\r\n\r\n",
            b"Content-Length: 1\r\n\r\n",
        ] {
            let shown = String::from_utf8_lossy(answer);
            let upstream = repeating(([b"HTTP/1.1 203 OK\r\n", answer].concat().leak(), b"")).await;
            let folder = folder(&upstream.url);
            let gateway = Gateway::serve(&folder).await;
            for version in VERSIONS {
                for _ in 0..5 {
                    let mut client = Connection::speaking(version, gateway.address).await;
                    let response = client.send(request("GET", "/api/x", &[])).await.unwrap();
                    assert_eq!(response.status(), 203, "{version:?} {shown:?}");
                    let end = soon(&shown, response.into_body().collect()).await;
                    assert!(end.is_err(), "{version:?} {shown:?}: it ended as if it were whole");
                }
            }
        }
    });
}

#[test]
fn a_backend_that_should_speak_tls_and_does_not_is_a_connection_failure() {
    within(120, async {
        for answer in [
            (&b""[..], &b""[..]),
            (b"HTTP/1.1 400 Bad Request\r\n\r\n", b""),
            (b"\x15\x03\x01\x00\x02\x02\x28", b""),
            (b"\x16\x03\x03\xff\xff", b"\x00"),
            (b"", b"\xff"),
        ] {
            let again = answer.1.repeat(64 << 10);
            let upstream = Upstream::raw(move |mut connection| {
                let again = again.clone();
                async move {
                    connection.send(answer.0).await;
                    while !again.is_empty() && connection.send(&again).await {}
                }
            })
            .await;
            let folder = folder(&upstream.url.replace("http:", "https:"));
            let gateway = Gateway::serve(&folder).await;
            let before = gateway.process.peak_kib();
            let answered = client::get(gateway.address, "/api/x").await;
            let shown = String::from_utf8_lossy(answer.0);
            assert_eq!(
                (answered.status.as_u16(), answered.header("x-reason")),
                (500, "BackendConnectionFailure"),
                "{shown:?}"
            );
            let grown = gateway.process.peak_kib() - before;
            assert!(grown < GROWTH_KIB, "{shown:?}: the gateway grew by {grown} KiB");
        }
    });
}
