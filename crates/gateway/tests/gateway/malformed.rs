//! What is not HTTP, or is it in two ways, never reaches an upstream in the wrong way.

use crate::support::{Upstream, api, catalog, converse, fetch, get, in_front_of, start_with, text};
use http_body_util::BodyExt;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An upstream that notes each request it understands, and the notes.
async fn noting() -> (Upstream, Arc<Mutex<Vec<String>>>) {
    let notes = Arc::new(Mutex::new(Vec::new()));
    let written = Arc::clone(&notes);
    let upstream = Upstream::http(move |request| {
        let notes = Arc::clone(&written);
        async move {
            let line = format!("{} {}", request.method(), request.uri());
            let body = request
                .into_body()
                .collect()
                .await
                .map(http_body_util::Collected::to_bytes)
                .unwrap_or_default();
            notes
                .lock()
                .unwrap()
                .push(format!("{line} [{}]", String::from_utf8_lossy(&body)));
            text("ok")
        }
    })
    .await;
    (upstream, notes)
}

/// What a client says, the status it hears first, and what the upstream sees.
async fn check(said: &str, status: &str, seen: &[&str]) {
    let (upstream, notes) = noting().await;
    let gateway = in_front_of(&upstream);
    let answer = converse(&gateway, said).await;
    let first = answer.split(' ').nth(1).unwrap_or("closed");
    assert_eq!(first, status, "{said:?}\n{answer}");
    assert_eq!(*notes.lock().unwrap(), seen, "{said:?}\n{answer}");
}

#[tokio::test]
async fn ambiguous_framing() {
    let smuggled = "GET /echo/smuggled HTTP/1.1\r\nhost: a\r\n\r\n";
    let post = "POST /echo HTTP/1.1\r\nhost: a\r\n";
    // Both lengths: the chunked one counts, and the connection ends with the request.
    let both = format!("{post}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n{smuggled}");
    check(&both, "200", &["POST / [abc]"]).await;
    let both = format!("{post}transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n{smuggled}");
    check(&both, "200", &["POST / []"]).await;
    for bad in [
        "content-length: 4\r\ncontent-length: 5\r\n\r\nabcd",
        "content-length: 4, 5\r\n\r\nabcd",
        "content-length: -1\r\n\r\n",
        "content-length: +4\r\n\r\nabcd",
        "content-length: 0x4\r\n\r\nabcd",
        "content-length: 99999999999999999999\r\n\r\n",
        "content-length : 4\r\n\r\nabcd",
        "transfer-encoding: identity\r\n\r\n",
        "transfer-encoding: chunked, identity\r\n\r\n",
        "transfer-encoding: xchunked\r\n\r\n",
        "transfer-encoding\r\n: chunked\r\n\r\n",
        " transfer-encoding: chunked\r\n\r\n",
        "x: a\r\n folded\r\n\r\n",
        "x: a\0b\r\n\r\n",
        "x: a\rb\r\n\r\n",
        ": empty\r\n\r\n",
        "x y: z\r\n\r\n",
    ] {
        check(&format!("{post}{bad}{smuggled}"), "400", &[]).await;
    }
    for coded in [
        "transfer-encoding: gzip, chunked\r\n\r\n",
        "transfer-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n",
    ] {
        check(&format!("{post}{coded}0\r\n\r\n{smuggled}"), "501", &[]).await;
    }
    let old = "POST /echo HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    check(old, "400", &[]).await;
}

#[tokio::test]
async fn chunks_that_are_none_break_the_request_off() {
    for chunk in [
        "zz\r\nabc\r\n",
        "-1\r\n",
        "3 x\r\nabc\r\n",
        "3\r\nabcX\r\n",
        "ffffffffffffffffff\r\n",
        "3\nabc\n0\n\n",
        "\r\n",
    ] {
        let (upstream, notes) = noting().await;
        let gateway = in_front_of(&upstream);
        let said = format!(
            "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n{chunk}0\r\n\r\nGET /echo/smuggled HTTP/1.1\r\nhost: a\r\n\r\n"
        );
        converse(&gateway, &said).await;
        let notes = notes.lock().unwrap().clone();
        assert!(
            !notes
                .iter()
                .any(|note| note.contains("smuggled") || note.contains("abc]")),
            "{chunk:?} {notes:?}"
        );
    }
}

#[tokio::test]
async fn chunks_of_which_nothing_comes_are_cut_off() {
    for (chunk, again) in [
        ("", "0"),
        ("3 ", " "),
        ("3;", "x"),
        ("3;x=\"", "\""),
        ("0\r\nx: ", "y"),
        ("0\r\n", "x: y\r\n"),
    ] {
        let (upstream, notes) = noting().await;
        let gateway = start_with(catalog(vec![api("echo", upstream.address)]), |config| {
            config.timeouts.request_body = Duration::from_hours(1);
        });
        let stream = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
        let (mut read, mut write) = stream.into_split();
        let head = format!("POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n{chunk}");
        write.write_all(head.as_bytes()).await.unwrap();
        let again = again.repeat(16 << 10);
        let sending = async { while write.write_all(again.as_bytes()).await.is_ok() {} };
        let hearing = async {
            let mut answer = Vec::new();
            let _ = read.read_to_end(&mut answer).await;
        };
        crate::support::soon(async { tokio::join!(sending, hearing) }).await;
        assert!(
            !notes.lock().unwrap().iter().any(|note| note.contains("abc]")),
            "{chunk:?}"
        );
        assert_eq!(fetch(&gateway, get("/echo")).await.1, "ok");
    }
}

#[tokio::test]
async fn hosts_and_targets() {
    for (said, status) in [
        ("GET /echo HTTP/1.1\r\n\r\n", "400"),
        ("GET /echo HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", "400"),
        ("GET /echo HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n", "400"),
        ("GET /echo HTTP/1.1\r\nhost: a b\r\n\r\n", "400"),
        ("GET /echo HTTP/1.1\r\nhost: a/b\r\n\r\n", "400"),
        ("GET /echo HTTP/1.1\r\nhost: user@a\r\n\r\n", "400"),
        ("GET http://user:word@a/echo HTTP/1.1\r\nhost: a\r\n\r\n", "400"),
        ("GET echo HTTP/1.1\r\nhost: a\r\n\r\n", "400"),
        ("GET /ec ho HTTP/1.1\r\nhost: a\r\n\r\n", "400"),
        ("GET /echo HTTP/3.0\r\nhost: a\r\n\r\n", "400"),
        ("GET\r\n\r\n", "400"),
        ("GET http://b?x=1 HTTP/1.1\r\nhost: a\r\n\r\n", "400"),
        ("CONNECT a:80 HTTP/1.1\r\nhost: a\r\n\r\n", "405"),
        ("OPTIONS * HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", "404"),
        ("GET /echo/../x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", "404"),
        (
            "GET /echo/%2e%2e/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
            "404",
        ),
        (
            "GET /echo/..;/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
            "404",
        ),
        (
            "GET /echo/..%2Fx%ff HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
            "404",
        ),
    ] {
        check(said, status, &[]).await;
    }
    check(
        "GET http://b/echo/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        "200",
        &["GET /x []"],
    )
    .await;
    check("GET /echo HTTP/1.0\r\n\r\n", "200", &["GET / []"]).await;
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let long = "x".repeat(20_000);
    check(&format!("GET /echo?{long} HTTP/1.1\r\nhost: a\r\n\r\n"), "414", &[]).await;
    check(
        &format!("GET /echo HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "x".repeat(70_000)),
        "431",
        &[],
    )
    .await;
    let many: String = (0..200).fold(String::new(), |many, number| many + &format!("x-{number}: 1\r\n"));
    check(&format!("GET /echo HTTP/1.1\r\nhost: a\r\n{many}\r\n"), "431", &[]).await;
    // Without end: it must be refused before memory is.
    let (upstream, _) = noting().await;
    let gateway = in_front_of(&upstream);
    let answer = converse(&gateway, &format!("GET /echo HTTP/1.1\r\nx: {}", "x".repeat(2 << 20))).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn a_head_that_drips_is_cut_off() {
    let (upstream, notes) = noting().await;
    let gateway = start_with(catalog(vec![api("echo", upstream.address)]), |config| {
        config.timeouts.head = Duration::from_millis(500);
    });
    let mut stream = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    let mut rest = Vec::new();
    let dripping = async {
        for byte in
            b"GET /echo HTTP/1.1\r\nhost: a\r\nx: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
                .iter()
                .cycle()
        {
            if stream.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    crate::support::soon(dripping).await;
    let _ = crate::support::soon(stream.read_to_end(&mut rest)).await;
    assert!(notes.lock().unwrap().is_empty());
    assert_eq!(fetch(&gateway, get("/echo")).await.1, "ok");
}
