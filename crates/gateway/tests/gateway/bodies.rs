//! Bodies stream both ways, under limits, and end as they should.

use crate::events::counted;
use crate::support::{
    Client, PATIENCE, Upstream, body_of, channel, converse, fetch, full, get, in_front_of, read_head, request, soon,
    start, start_with, text,
};
use crate::support::{api, catalog};
use bytes::Bytes;
use catalog::{Api, PolicyText};
use diagnostic::Source;
use gateway::Running;
use http::{HeaderMap, Response, StatusCode};
use http_body::Frame;
use http_body_util::BodyExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

#[tokio::test]
async fn ten_megabytes_pass_both_ways_unchanged() {
    let upstream = Upstream::http(|request| async move {
        let length = request.headers().get("content-length").cloned();
        let bytes = request.into_body().collect().await.unwrap().to_bytes();
        let mut response = Response::new(full(bytes));
        response
            .headers_mut()
            .insert("x-length", length.unwrap_or("chunked".parse().unwrap()));
        response
    })
    .await;
    let gateway = in_front_of(&upstream);
    let bytes: Bytes = (0..10 << 20).map(|n: u32| (n / 7) as u8).collect::<Vec<u8>>().into();
    let response = Client::connect(&gateway)
        .await
        .send(request("POST", "/echo", full(bytes.clone())))
        .await
        .unwrap();
    assert_eq!(response.headers()["x-length"], "10485760");
    assert!(soon(response.into_body().collect()).await.unwrap().to_bytes() == bytes);
    let (sender, body) = channel();
    let mut client = Client::connect(&gateway).await;
    let sent = tokio::spawn(async move { client.send(request("PUT", "/echo", body)).await.unwrap() });
    for _ in 0..3 {
        sender.send(Frame::data(Bytes::from_static(b"abc"))).await.unwrap();
    }
    drop(sender);
    let response = sent.await.unwrap();
    assert_eq!(response.headers()["x-length"], "chunked");
    assert_eq!(body_of(response).await, "abcabcabc");
}

#[tokio::test]
async fn what_comes_is_passed_on_at_once() {
    let upstream =
        Upstream::http(
            |request| async move { Response::new(request.into_body().map_err(std::io::Error::other).boxed()) },
        )
        .await;
    let policy = r#"<policies><inbound /><backend><forward-request buffer-response="false" /></backend><outbound /><on-error /></policies>"#;
    let source = Source::new("policy.xml", policy);
    let mut echo = api("echo", upstream.address);
    echo.policy = Some(Arc::new(PolicyText { source }));
    let gateway = start(catalog(vec![echo]));
    let (sender, body) = channel();
    let response = Client::connect(&gateway)
        .await
        .send(request("POST", "/echo", body))
        .await
        .unwrap();
    let mut echoed = response.into_body();
    for word in ["one", "two", "three"] {
        sender.send(Frame::data(Bytes::from(word))).await.unwrap();
        let frame = soon(echoed.frame()).await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), word);
    }
    drop(sender);
    assert!(soon(echoed.frame()).await.is_none());
}

#[tokio::test]
async fn a_slow_reader_slows_the_upstream() {
    let written = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&written);
    let upstream = Upstream::serve(move |mut stream| {
        let count = Arc::clone(&count);
        async move {
            read_head(&mut stream).await;
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 268435456\r\n\r\n")
                .await;
            let chunk = vec![0; 64 << 10];
            while stream.write_all(&chunk).await.is_ok() {
                count.fetch_add(chunk.len(), Ordering::SeqCst);
            }
        }
    })
    .await;
    let gateway = in_front_of(&upstream);
    let mut client = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    client
        .write_all(b"GET /echo HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    soon(client.read_u8()).await.unwrap();
    // Nobody reads on: what has been written stops growing at what sockets and the gateway's buffers hold.
    let mut before = 0;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = written.load(Ordering::SeqCst);
        if now > 0 && now == before {
            break;
        }
        before = now;
    }
    let held = written.load(Ordering::SeqCst);
    assert!(held < 64 << 20, "{held} bytes were taken in");
}

#[tokio::test]
async fn trailers_pass_both_ways() {
    const READS: &str = "<set-variable name='b' value='@(context.M.Body.As<string>(true))' />";
    let reads = |message: &str| READS.replace("context.M", &format!("context.{message}"));
    let upstream = Upstream::http(|request| async move {
        let collected = request.into_body().collect().await.unwrap();
        let sum = collected.trailers().and_then(|trailers| trailers.get("x-sum")).cloned();
        let (sender, body) = channel();
        tokio::spawn(async move {
            sender.send(Frame::data(Bytes::from_static(b"body"))).await.unwrap();
            let trailers = HeaderMap::from_iter([("x-sum".parse().unwrap(), sum.unwrap())]);
            sender.send(Frame::trailers(trailers)).await.unwrap();
        });
        let mut response = Response::new(body);
        response.headers_mut().insert("trailer", "x-sum".parse().unwrap());
        response
    })
    .await;
    let reading = format!(
        "<policies><inbound>{}</inbound><backend><forward-request /></backend><outbound>{}</outbound></policies>",
        reads("Request"),
        reads("Response")
    );
    let reading = start(catalog(vec![Api {
        policy: Some(Arc::new(PolicyText {
            source: Source::new("policy.xml", reading),
        })),
        ..api("echo", upstream.address)
    }]));
    for gateway in [&in_front_of(&upstream), &reading] {
        let answer = converse(
            gateway,
            "POST /echo HTTP/1.1\r\nhost: a\r\nte: trailers\r\nconnection: te, close\r\ntransfer-encoding: chunked\r\n\
         trailer: x-sum\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 42\r\n\r\n",
        )
        .await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with("4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn one_hundred_continue_is_said_when_the_upstream_wants_the_body() {
    let upstream = Upstream::http(|request| async move {
        let refused = request.headers().contains_key("x-refuse");
        if refused {
            return Response::builder().status(403).body(full("no")).unwrap();
        }
        text(&String::from_utf8_lossy(
            &request.into_body().collect().await.unwrap().to_bytes(),
        ))
    })
    .await;
    let gateway = in_front_of(&upstream);
    let mut client = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    let head = "POST /echo HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4\r\n";
    client.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
    assert_eq!(
        soon(read_head(&mut client)).await.unwrap(),
        "HTTP/1.1 100 Continue\r\n\r\n"
    );
    client.write_all(b"body").await.unwrap();
    assert!(soon(read_head(&mut client)).await.unwrap().starts_with("HTTP/1.1 200"));
    let refused = converse(&gateway, &format!("{head}connection: close\r\nx-refuse: 1\r\n\r\n")).await;
    assert!(refused.starts_with("HTTP/1.1 403 Forbidden\r\n"), "{refused}");
}

#[tokio::test]
async fn a_body_that_nobody_asked_for_before_the_answer_is_asked_for_no_more() {
    let (sender, mut heard) = mpsc::channel(1);
    let upstream = Upstream::serve(move |mut stream| {
        let sender = sender.clone();
        async move {
            read_head(&mut stream).await;
            let _ = stream
                .write_all(b"HTTP/1.1 413 X\r\ncontent-length: 3\r\n\r\nbig")
                .await;
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
            let _ = sender.send(rest).await;
        }
    })
    .await;
    let gateway = in_front_of(&upstream);
    for (path, status) in [("/echo", 413), ("/nowhere", 404)] {
        let second = "GET /echo/second HTTP/1.1\r\nhost: a\r\n\r\n";
        let first = format!("POST {path} HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 1000\r\n\r\n");
        let answer = converse(&gateway, &format!("{first}{second}")).await.to_lowercase();
        assert!(answer.starts_with(&format!("http/1.1 {status}")), "{answer}");
        assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
        assert_eq!(answer.matches("http/1.1").count(), 1, "{answer}");
    }
    assert_eq!(
        soon(heard.recv()).await.unwrap(),
        b"",
        "what comes next is no part of it"
    );
}

#[tokio::test]
async fn a_body_that_is_too_large_to_be_read_is_refused_before_it_comes() {
    let document = "<policies><inbound><set-variable name='read' value='@(context.Request.Body.As&lt;string&gt;(true))' /></inbound></policies>";
    let upstream = Upstream::http(|_| async { text("never") }).await;
    let mut echo = api("echo", upstream.address);
    echo.policy = Some(Arc::new(PolicyText {
        source: Source::new("policy.xml", document),
    }));
    let gateway = start_with(catalog(vec![echo]), |config| config.limits.buffer_bytes = 1000);
    let head = "POST /echo HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 1001\r\n\r\n";
    let mut client = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    client.write_all(head.as_bytes()).await.unwrap();
    let answer = soon(read_head(&mut client)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn an_upstream_that_dies_inside_of_a_body_never_gives_a_clean_end() {
    for response in [
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\nnonsense\r\n",
    ] {
        let upstream = Upstream::saying(response, true).await;
        let gateway = in_front_of(&upstream);
        let response = Client::connect(&gateway).await.send(get("/echo")).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert!(soon(response.into_body().collect()).await.is_err());
        let raw = converse(&gateway, "GET /echo HTTP/1.1\r\nhost: a\r\n\r\n").await;
        assert!(!raw.ends_with("0\r\n\r\n"), "{raw}");
    }
}

#[tokio::test]
async fn a_client_that_leaves_takes_its_upstream_call_with_it() {
    let (left, mut noticed) = mpsc::channel(1);
    let upstream = Upstream::serve(move |mut stream| {
        let left = left.clone();
        async move {
            read_head(&mut stream).await;
            // No answer: only the end of the connection ends this.
            if stream.read_u8().await.is_err() {
                let _ = left.send(()).await;
            }
        }
    })
    .await;
    let gateway = in_front_of(&upstream);
    let mut client = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    client
        .write_all(b"GET /echo HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    while upstream.connections() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(client);
    soon(noticed.recv()).await.unwrap();
    // So has one that closes its half of the connection alone.
    let mut client = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    client
        .write_all(b"GET /echo HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    while upstream.connections() == 1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    client.shutdown().await.unwrap();
    soon(noticed.recv()).await.unwrap();
    counted(&gateway, "tollgate_requests_total{api=\"echo\",status=\"none\"} 2").await;
}

#[tokio::test]
async fn bodies_beyond_the_limit_are_refused() {
    let upstream = Upstream::http(|request| async move {
        let _ = request.into_body().collect().await;
        text("ok")
    })
    .await;
    let gateway = start_with(catalog(vec![api("echo", upstream.address)]), |config| {
        config.limits.body_bytes = Some(1000);
    });
    assert_eq!(
        fetch(&gateway, request("POST", "/echo", full(vec![0; 1000]))).await.0,
        StatusCode::OK
    );
    let chunk = format!("7d0\r\n{}\r\n0\r\n\r\n", "x".repeat(2000));
    for head in [
        "content-length: 2000\r\n\r\n".to_owned(),
        format!("transfer-encoding: chunked\r\n\r\n{chunk}"),
    ] {
        let answer = converse(&gateway, &format!("POST /echo HTTP/1.1\r\nhost: a\r\n{head}")).await;
        assert!(answer.starts_with("HTTP/1.1 413 Payload Too Large\r\n"), "{answer}");
        assert!(answer.contains("Connection: close\r\n"), "{answer}");
        assert!(
            answer.ends_with("{ \"statusCode\": 413, \"message\": \"The request body is too large\" }"),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_body_that_stops_coming_is_refused() {
    let upstream = Upstream::http(|request| async move {
        let _ = request.into_body().collect().await;
        text("ok")
    })
    .await;
    let gateway = start_with(catalog(vec![api("echo", upstream.address)]), |config| {
        config.timeouts.request_body = Duration::from_millis(300);
    });
    let mut client = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    client
        .write_all(b"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf")
        .await
        .unwrap();
    let mut answer = String::new();
    tokio::time::timeout(PATIENCE, client.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
}

/// A gateway that gives up on clients that take nothing for this long, and one of its connections on which a large
/// answer has been asked for, which is at hand as a whole.
async fn taking(bytes: usize, stall: Duration) -> (Running, TcpStream) {
    let upstream = Upstream::http(move |_| async move { Response::new(full(vec![b'x'; bytes])) }).await;
    let policy = "<policies><inbound /><backend><base /></backend><outbound><set-body>\
        @(context.Response.Body.As&lt;string&gt;())</set-body></outbound><on-error /></policies>";
    let mut api = api("echo", upstream.address);
    let source = Source::new("policy.xml", policy);
    api.policy = Some(Arc::new(PolicyText { source }));
    let gateway = start_with(catalog(vec![api]), |config| {
        config.timeouts.write_stall = stall;
        config.limits.buffer_bytes = 64 << 20;
    });
    let mut client = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    let wanted = "GET /echo HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    client.write_all(wanted.as_bytes()).await.unwrap();
    (gateway, client)
}

#[tokio::test]
async fn a_client_that_is_slow_gets_everything() {
    const BYTES: usize = 48 << 20;
    let (_gateway, mut client) = taking(BYTES, Duration::from_secs(2)).await;
    let mut stretch = vec![0; 1 << 20];
    for _ in 0..25 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        soon(client.read_exact(&mut stretch)).await.unwrap();
    }
    let mut rest = Vec::new();
    soon(client.read_to_end(&mut rest)).await.unwrap();
    assert!(25 * stretch.len() + rest.len() > BYTES);
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_given_up() {
    const BYTES: usize = 48 << 20;
    let (_gateway, mut client) = taking(BYTES, Duration::from_millis(500)).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut taken = Vec::new();
    let _ = soon(client.read_to_end(&mut taken)).await;
    assert!(taken.len() < BYTES);
}

#[tokio::test]
async fn an_http2_client_that_opens_no_window_is_given_up() {
    let upstream = Upstream::http(|request| async move {
        let (sender, frames) = channel();
        tokio::spawn(async move {
            if request.uri().path() == "/slow" {
                tokio::time::sleep(Duration::from_millis(1500)).await;
            }
            while sender.send(Frame::data(vec![b'x'; 1 << 10].into())).await.is_ok() {}
        });
        Response::new(frames)
    })
    .await;
    let gateway = start_with(catalog(vec![api("echo", upstream.address)]), |config| {
        config.timeouts.write_stall = Duration::from_millis(500);
    });
    let stream = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new())
        .initial_stream_window_size(4 << 10)
        .handshake::<_, crate::support::AnyBody>(io)
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    // An upstream may take its time.
    for path in ["http://a/echo/slow", "http://a/echo"] {
        let response = soon(sender.send_request(get(path))).await.unwrap();
        let mut body = response.into_body();
        let mut taken = 0;
        while taken < 4 << 10 {
            taken += soon(body.frame()).await.unwrap().unwrap().into_data().unwrap().len();
        }
        if path.ends_with("/slow") {
            continue;
        }
        // Held and not read: the last bytes that were read opened the window for as many.
        soon(connection).await.unwrap().unwrap_or_default();
        drop(body);
        return;
    }
}

/// Reads the head of a response and a body of its `Content-Length`.
async fn read_answer(client: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let ends = |text: &[u8]| {
        let text = String::from_utf8_lossy(text).to_ascii_lowercase();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let (_, length) = head.split_once("content-length: ")?;
        let length: usize = length.lines().next()?.trim().parse().ok()?;
        (body.len() >= length).then_some(())
    };
    while ends(&text).is_none() {
        match soon(client.read_u8()).await {
            Ok(byte) => text.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn a_refusal_that_leaves_before_the_body_has_come_costs_the_client_no_connection() {
    let upstream = Upstream::http(|_| async { text("ok") }).await;
    let gateway = in_front_of(&upstream);
    let mut client = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    for length in [1, 5000, 200_000] {
        let head = format!("POST /nowhere HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n");
        client.write_all(head.as_bytes()).await.unwrap();
        let refusal = read_answer(&mut client).await;
        assert!(refusal.starts_with("HTTP/1.1 404"), "{length}: {refusal}");
        client.write_all(&vec![b'x'; length]).await.unwrap();
        client
            .write_all(b"GET /echo HTTP/1.1\r\nhost: a\r\n\r\n")
            .await
            .unwrap();
        let answer = read_answer(&mut client).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{length}: {answer}");
    }
    // One that waits to be asked for the body is not asked, and nothing stands between the refusal and what follows.
    let head = "POST /nowhere HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n";
    client.write_all(head.as_bytes()).await.unwrap();
    let refusal = read_answer(&mut client).await;
    assert!(refusal.starts_with("HTTP/1.1 404"), "{refusal}");
    let mut rest = String::new();
    let _ = soon(client.read_to_string(&mut rest)).await;
    assert_eq!(rest, "");
}

#[tokio::test]
async fn for_the_rest_of_a_large_body_a_connection_is_not_kept() {
    let upstream = Upstream::http(|_| async { text("ok") }).await;
    let gateway = in_front_of(&upstream);
    for head in ["content-length: 1000000000", "transfer-encoding: chunked"] {
        let mut client = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
        let head = format!("POST /nowhere HTTP/1.1\r\nhost: a\r\n{head}\r\n\r\n");
        client.write_all(head.as_bytes()).await.unwrap();
        let chunk = [&b"10000\r\n"[..], &vec![b'x'; 65_536], b"\r\n"].concat();
        let writes = async { while client.write_all(&chunk).await.is_ok() {} };
        soon(writes).await;
    }
}

#[tokio::test]
async fn an_answer_that_comes_before_the_request_is_whole_is_passed_to_a_client_that_still_sends() {
    let upstream = Upstream::serve(|mut stream| async move {
        read_head(&mut stream).await;
        let answer = b"HTTP/1.1 413 Content Too Large\r\nconnection: close\r\ncontent-length: 3\r\n\r\nbig";
        let _ = stream.write_all(answer).await;
        // It closes, which with bytes that nobody has read is a reset.
    })
    .await;
    let gateway = in_front_of(&upstream);
    for _ in 0..20 {
        let mut client = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
        let head = b"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 16777216\r\n\r\n";
        client.write_all(head).await.unwrap();
        soon(client.write_all(&vec![b'x'; 16 << 20])).await.unwrap();
        let mut answer = String::new();
        soon(client.read_to_string(&mut answer)).await.unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 413") && answer.ends_with("big"),
            "{answer}"
        );
    }
}
