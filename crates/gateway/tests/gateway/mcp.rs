//! External MCP servers behind the gateway.

use crate::support::{
    Client, Upstream, api, body_of, catalog, full, get, hang_up, read_head, request, soon, start, start_with, text,
};
use catalog::{Api, ApiKind, Backend, McpServer, PolicyText};
use diagnostic::Source;
use http::{HeaderValue, StatusCode};
use http_body_util::BodyExt;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::sync::Semaphore;

/// A message that needs no session.
const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

fn mcp(upstream: &Upstream) -> catalog::Catalog {
    let kind = ApiKind::Mcp(McpServer {
        backend_id: "server".into(),
        url: None,
        endpoint: "/mcp".into(),
    });
    let api = Api {
        kind,
        operations: Vec::new(),
        service_url: None,
        ..api("tools", upstream.address)
    };
    let backend = Backend::single("server", format!("http://{}/upstream/mcp", upstream.address));
    let mut catalog = catalog(vec![api]);
    catalog.backends.insert("server".into(), Arc::new(backend));
    catalog
}

#[tokio::test]
async fn mcp_messages_and_their_headers_pass_unchanged() {
    let upstream = Upstream::http(|request| async move {
        let line = format!("{} {}", request.method(), request.uri());
        let mut response = text(&line);
        for name in [
            "mcp-session-id",
            "mcp-protocol-version",
            "last-event-id",
            "accept",
            "mcp-method",
            "authorization",
            "host",
        ] {
            if let Some(value) = request.headers().get(name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
        let body = request.into_body().collect().await.unwrap().to_bytes();
        response
            .headers_mut()
            .insert("x-body", HeaderValue::from_bytes(&body).unwrap());
        response
    })
    .await;
    let gateway = start(mcp(&upstream));
    let message = r#"{"jsonrpc": "2.0","id":1e0,"method":"ping"}"#;
    for method in ["POST", "GET", "DELETE"] {
        let body = if method == "POST" { message } else { "" };
        let mut wanted = request(method, "/tools/mcp", full(body));
        let headers = wanted.headers_mut();
        headers.insert("host", "localhost:1".parse().unwrap());
        for (name, value) in [
            ("mcp-session-id", "s1"),
            ("mcp-protocol-version", "2025-11-25"),
            ("last-event-id", "7"),
            ("accept", "text/event-stream"),
            ("mcp-method", "ping"),
            ("authorization", "Bearer x"),
        ] {
            headers.insert(name, value.parse().unwrap());
        }
        let response = Client::connect(&gateway).await.send(wanted).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{method}");
        assert_eq!(response.headers()["mcp-session-id"], "s1");
        assert_eq!(response.headers()["last-event-id"], "7");
        assert_eq!(response.headers()["authorization"], "Bearer x");
        assert_eq!(response.headers()["x-body"], body);
        assert_eq!(response.headers()["host"], upstream.address.to_string());
        assert_eq!(body_of(response).await, format!("{method} /upstream/mcp"));
    }
    let mut elsewhere = get("/tools/other");
    elsewhere.headers_mut().insert("host", "localhost".parse().unwrap());
    assert_eq!(
        Client::connect(&gateway).await.send(elsewhere).await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn local_mcp_servers_are_closed_to_foreign_pages() {
    let upstream = Upstream::http(|_| async { text("ok") }).await;
    let gateway = start_with(mcp(&upstream), |config| {
        config.mcp_origins = vec!["https://inspector.test".into()];
    });
    for (host, origin, status) in [
        ("localhost:1", "", 200),
        ("127.0.0.1:1", "http://localhost:6274", 200),
        ("[::1]:1", "https://inspector.test", 200),
        ("localhost:1", "https://evil.example", 403),
        ("localhost:1", "null", 403),
        ("evil.example", "", 403),
        ("evil.example", "http://evil.example", 403),
    ] {
        let mut wanted = request("POST", "/tools/mcp", full(PING));
        wanted.headers_mut().insert("host", host.parse().unwrap());
        if !origin.is_empty() {
            wanted.headers_mut().insert("origin", origin.parse().unwrap());
        }
        let response = Client::connect(&gateway).await.send(wanted).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{host} {origin}");
    }
}

#[tokio::test]
async fn mcp_servers_are_open_to_pages_of_allowed_origins_only() {
    let upstream = Upstream::http(|_| async { text("ok") }).await;
    let mut catalog = mcp(&upstream);
    let policy = "<policies><inbound><cors><allowed-origins><origin>https://page.example</origin></allowed-origins></cors>\
        </inbound><backend><base /></backend><outbound /><on-error /></policies>";
    let source = Source::new("policy.xml", policy);
    let api = Arc::get_mut(&mut catalog.apis[0]).unwrap();
    api.policy = Some(Arc::new(PolicyText { source }));
    api.hosts = vec!["tools.example".into()];
    let gateway = start_with(catalog, |config| {
        config.listen[0].address = "0.0.0.0:0".parse().unwrap();
        config.mcp_origins = vec!["https://inspector.test".into()];
    });
    for (origins, status) in [
        (&[][..], 200),
        (&["https://inspector.test"], 200),
        (&["https://page.example"], 200),
        (&["https://tools.example:8443"], 200),
        (&["https://evil.example"], 403),
        (&["https://tools.example.evil"], 403),
        (&["http://localhost:6274"], 403),
        (&["null"], 403),
        (&["https://tools.example", "https://tools.example"], 403),
    ] {
        let mut wanted = request("POST", "/tools/mcp", full(PING));
        wanted.headers_mut().insert("host", "tools.example".parse().unwrap());
        for origin in origins {
            wanted.headers_mut().append("origin", origin.parse().unwrap());
        }
        let response = Client::connect(&gateway).await.send(wanted).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{origins:?}");
    }
}

/// A catalog whose MCP server has an outbound policy that replaces the answer.
fn replacing(upstream: &Upstream) -> catalog::Catalog {
    let mut catalog = mcp(upstream);
    let policy = r#"<policies><inbound /><backend><base /></backend>
        <outbound><set-body>{"jsonrpc":"2.0","id":7,"result":"replaced"}</set-body></outbound><on-error /></policies>"#;
    let source = Source::new("policy.xml", policy);
    let api = Arc::get_mut(&mut catalog.apis[0]).unwrap();
    api.policy = Some(Arc::new(PolicyText { source }));
    catalog
}

#[tokio::test]
async fn events_before_the_answer_flow_while_policies_wait_for_it() {
    let gate = Arc::new(Semaphore::new(0));
    let opened = Arc::clone(&gate);
    let upstream = Upstream::serve(move |mut stream| {
        let gate = Arc::clone(&opened);
        async move {
            read_head(&mut stream).await;
            let head =
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nmcp-session-id: s1\r\nconnection: close\r\n\r\n";
            stream.write_all(head.as_bytes()).await.unwrap();
            stream
                .write_all(b"event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\"}\n\n")
                .await
                .unwrap();
            gate.acquire().await.unwrap().forget();
            stream
                .write_all(b"id: 1\ndata: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":\"secret\"}\n\n: bye\n\n")
                .await
                .unwrap();
            hang_up(stream).await;
        }
    })
    .await;
    let gateway = start(replacing(&upstream));
    let mut wanted = request(
        "POST",
        "/tools/mcp",
        full(r#"{"jsonrpc":"2.0","id":7,"method":"tools/call"}"#),
    );
    wanted.headers_mut().insert("host", "localhost".parse().unwrap());
    let response = Client::connect(&gateway).await.send(wanted).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["mcp-session-id"], "s1");
    let mut body = response.into_body();
    let first = soon(body.frame()).await.unwrap().unwrap().into_data().unwrap();
    assert!(first.ends_with(b"notifications/progress\"}\n\n"), "{first:?}");
    gate.add_permits(1);
    let rest = soon(body.collect()).await.unwrap().to_bytes();
    assert_eq!(
        String::from_utf8_lossy(&rest),
        "id: 1\ndata: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":\"replaced\"}\n\n: bye\n\n"
    );
}

#[tokio::test]
async fn answers_that_come_first_or_never_or_as_json() {
    let answer = "data: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":\"secret\"}\n\n";
    for (content_type, body, expected) in [
        (
            "text/event-stream",
            answer,
            "data: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":\"replaced\"}\n\n",
        ),
        (
            "text/event-stream",
            "id: 0\nretry: 10\ndata:\n\n",
            "id: 0\nretry: 10\ndata:\n\n",
        ),
        (
            "application/json",
            "{\"result\":\"secret\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":\"replaced\"}",
        ),
    ] {
        let response = format!("HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\nconnection: close\r\n\r\n{body}");
        let upstream = Upstream::saying(response.leak(), true).await;
        let gateway = start(replacing(&upstream));
        let mut wanted = request(
            "POST",
            "/tools/mcp",
            full(r#"{"jsonrpc":"2.0","id":7,"method":"tools/call"}"#),
        );
        wanted.headers_mut().insert("host", "localhost".parse().unwrap());
        let response = Client::connect(&gateway).await.send(wanted).await.unwrap();
        assert_eq!(response.headers()["content-type"], content_type);
        assert_eq!(body_of(response).await, expected, "{body}");
    }
}

#[tokio::test]
async fn streams_of_the_servers_own_messages_do_not_wait_and_bring_no_answers() {
    let upstream = Upstream::serve(move |mut stream| async move {
        read_head(&mut stream).await;
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
        let answer = "data: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":\"secret\"}\n\n";
        let note = "data: {\"jsonrpc\":\"2.0\",\"method\":\"note\"}\n\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        stream.write_all(format!("{answer}{note}").as_bytes()).await.unwrap();
        hang_up(stream).await;
    })
    .await;
    let gateway = start(replacing(&upstream));
    let note = "data: {\"jsonrpc\":\"2.0\",\"method\":\"note\"}\n\n";
    let replaced = "data: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":\"replaced\"}\n\n";
    for (resumed, expected) in [(false, note.to_owned()), (true, format!("{replaced}{note}"))] {
        let mut wanted = get("/tools/mcp");
        wanted.headers_mut().insert("host", "localhost".parse().unwrap());
        if resumed {
            wanted.headers_mut().insert("last-event-id", "1".parse().unwrap());
        }
        let response = Client::connect(&gateway).await.send(wanted).await.unwrap();
        assert_eq!(body_of(response).await, expected, "{resumed}");
    }
}

#[tokio::test]
async fn no_content_coding_hides_a_stream_from_policies() {
    let upstream = Upstream::serve(move |mut stream| async move {
        let head = read_head(&mut stream).await.unwrap().to_lowercase();
        let coding = if head.contains("accept-encoding") { "gzip" } else { "identity" };
        let coding = if head.contains("x-coding") { "br" } else { coding };
        let answer = "data: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":\"secret\"}\n\n";
        let response = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: {coding}\r\nconnection: close\r\n\r\n"
        );
        // Coded bytes look like nothing that a reader of events knows.
        let body = if coding == "identity" { answer } else { "\x1f\x08 coded\n\n" };
        let _ = stream.write_all(format!("{response}{body}").as_bytes()).await;
        hang_up(stream).await;
    })
    .await;
    let gateway = start(replacing(&upstream));
    for (header, status, expected) in [
        (
            "accept-encoding",
            200,
            "data: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":\"replaced\"}\n\n",
        ),
        (
            "x-coding",
            500,
            "{ \"statusCode\": 500, \"message\": \"Internal server error\"",
        ),
    ] {
        let mut wanted = request(
            "POST",
            "/tools/mcp",
            full(r#"{"jsonrpc":"2.0","id":7,"method":"tools/call"}"#),
        );
        wanted.headers_mut().insert("host", "localhost".parse().unwrap());
        wanted.headers_mut().insert(header, "gzip".parse().unwrap());
        let response = Client::connect(&gateway).await.send(wanted).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{header}");
        let body = body_of(response).await;
        assert!(body.starts_with(expected), "{header}: {body}");
    }
}

#[tokio::test]
async fn whatever_comes_with_a_body_is_a_message() {
    let upstream = Upstream::http(|request| async move { text(request.method().as_str()) }).await;
    let gateway = start(mcp(&upstream));
    for (method, body, expected) in [
        ("PUT", PING, StatusCode::OK),
        ("PUT", "[]", StatusCode::BAD_REQUEST),
        ("PATCH", "{", StatusCode::BAD_REQUEST),
        ("GET", "", StatusCode::OK),
    ] {
        let mut wanted = request(method, "/tools/mcp", full(body));
        wanted.headers_mut().insert("host", "localhost".parse().unwrap());
        let response = Client::connect(&gateway).await.send(wanted).await.unwrap();
        assert_eq!(response.status(), expected, "{method} {body}");
    }
}
