//! What reaches the upstream and what comes back.

use crate::support::{
    Client, Upstream, api, body_of, catalog, converse, fetch, full, get, in_front_of, read_head, request, soon, start,
    start_with, text,
};
use catalog::PolicyText;
use diagnostic::Source;
use http::{HeaderValue, Request, StatusCode};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;

/// An upstream that answers with the request's head as it came over the wire.
async fn mirror() -> Upstream {
    Upstream::serve(|mut stream| async move {
        while let Some(head) = read_head(&mut stream).await {
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{head}", head.len());
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    })
    .await
}

#[tokio::test]
async fn names_of_headers_are_written_as_the_backend_wrote_them_or_as_is_usual() {
    let upstream = Upstream::saying(
        "HTTP/1.1 200 OK\r\neTaG: \"a\"\r\nx-ms-Version: 1\r\ncontent-length: 2\r\n\r\nok",
        true,
    )
    .await;
    let document = "<policies><inbound /><backend><base /></backend><outbound><set-header name='x-own'><value>1</value></set-header></outbound></policies>";
    let mut echo = api("echo", upstream.address);
    echo.policy = Some(Arc::new(PolicyText {
        source: Source::new("policy.xml", document),
    }));
    let gateway = start(catalog(vec![echo]));
    let request = "GET /echo HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let answer = converse(&gateway, request).await;
    for line in ["eTaG: \"a\"", "x-ms-Version: 1", "X-Own: 1", "content-length: 2"] {
        assert!(answer.contains(&format!("\r\n{line}\r\n")), "{line}: {answer}");
    }
    let gateway = in_front_of(&mirror().await);
    let request = "GET /echo HTTP/1.1\r\nhOST: a\r\nX-mIXED: 1\r\nconnection: close\r\n\r\n";
    let answer = converse(&gateway, request).await;
    for line in ["X-Mixed: 1", "X-Forwarded-Proto: http", "X-Forwarded-For: 127.0.0.1"] {
        assert!(answer.contains(&format!("\r\n{line}\r\n")), "{line}: {answer}");
    }
}

#[tokio::test]
async fn a_request_passes_with_path_query_and_headers() {
    let upstream = mirror().await;
    let gateway = in_front_of(&upstream);
    let mut wanted = get("/echo/a%20b/c?x=1&y=%2F");
    wanted.headers_mut().insert("x-custom", "kept".parse().unwrap());
    wanted.headers_mut().insert("connection", "x-private".parse().unwrap());
    wanted.headers_mut().insert("x-private", "dropped".parse().unwrap());
    wanted.headers_mut().insert("keep-alive", "timeout=5".parse().unwrap());
    let (status, head) = fetch(&gateway, wanted).await;
    assert_eq!(status, StatusCode::OK);
    let mut lines: Vec<&str> = head.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.remove(0), "GET /a%20b/c?x=1&y=%2F HTTP/1.1");
    lines.sort_unstable();
    let expected = [
        format!("Host: {}", upstream.address),
        "X-Custom: kept".into(),
        "X-Forwarded-For: 127.0.0.1".into(),
        "X-Forwarded-Host: gateway.test".into(),
        "X-Forwarded-Proto: http".into(),
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn no_policy_and_no_client_takes_the_clients_address_away() {
    let upstream = mirror().await;
    for (policy, expected) in [
        ("", "1.1.1.1, 127.0.0.1"),
        (
            "<set-header name='X-Forwarded-For' exists-action='delete' />",
            "127.0.0.1",
        ),
        (
            "<set-header name='X-Forwarded-For'><value>2.2.2.2</value></set-header>",
            "2.2.2.2, 127.0.0.1",
        ),
    ] {
        let document =
            format!("<policies><inbound>{policy}</inbound><backend><base /></backend><outbound /></policies>");
        let source = Source::new("policy.xml", document);
        let mut echo = api("echo", upstream.address);
        echo.policy = Some(Arc::new(PolicyText { source }));
        let gateway = start(catalog(vec![echo]));
        let mut wanted = get("/echo");
        wanted
            .headers_mut()
            .insert("x-forwarded-for", "1.1.1.1".parse().unwrap());
        wanted
            .headers_mut()
            .insert("connection", "x-forwarded-for".parse().unwrap());
        let (_, head) = fetch(&gateway, wanted).await;
        let line = format!("X-Forwarded-For: {expected}\r\n");
        assert!(head.contains(&line), "{policy}: {head}");
    }
}

#[tokio::test]
async fn the_path_below_the_api_is_appended_to_the_service_url() {
    let upstream = mirror().await;
    let mut with_base = api("with/base", upstream.address);
    with_base.service_url = Some(format!("http://{}/v1/", upstream.address));
    let gateway = start(catalog(vec![with_base, api("", upstream.address)]));
    for (path, expected) in [
        ("/with/base/a", "/v1/a"),
        ("/With/Base", "/v1/"),
        ("/with/base/?q", "/v1/?q"),
        ("/with/other", "/with/other"),
        ("/with/base/;rev=1", "/v1/;rev=1"),
        ("/with/base;rev=1/a", "/v1/a"),
        ("/;rev=1/a", "/a"),
        ("/", "/"),
        ("http://gateway.test/with/base/absolute", "/v1/absolute"),
    ] {
        let (_, head) = fetch(&gateway, get(path)).await;
        assert_eq!(
            head.lines().next().unwrap(),
            format!("GET {expected} HTTP/1.1"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn upstream_connections_are_reused() {
    let upstream = Upstream::http(|request| async move { text(request.uri().path()) }).await;
    let gateway = in_front_of(&upstream);
    let mut client = Client::connect(&gateway).await;
    for turn in 0..20 {
        let path = format!("/echo/{turn}");
        let response = client.send(get(&path)).await.unwrap();
        assert_eq!(body_of(response).await, format!("/{turn}"));
        let (status, _) = fetch(&gateway, request("POST", &path, full("x"))).await;
        assert_eq!(status, StatusCode::OK);
    }
    assert_eq!(upstream.connections(), 1);
}

#[tokio::test]
async fn a_connection_that_the_upstream_closed_is_replaced() {
    let upstream = Upstream::saying("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", true).await;
    let gateway = in_front_of(&upstream);
    for _ in 0..10 {
        assert_eq!(fetch(&gateway, get("/echo")).await, (StatusCode::OK, "ok".to_owned()));
    }
    assert_eq!(upstream.connections(), 10);
}

#[tokio::test]
async fn a_status_that_nobody_has_named_has_an_empty_reason() {
    let upstream = mirror().await;
    let document =
        "<policies><inbound><return-response><set-status code='299' /></return-response></inbound></policies>";
    let mut echo = api("echo", upstream.address);
    echo.policy = Some(Arc::new(PolicyText {
        source: Source::new("policy.xml", document),
    }));
    let gateway = start(catalog(vec![echo]));
    let answer = converse(&gateway, "GET /echo HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 299 \r\n"), "{answer}");
}

#[tokio::test]
async fn responses_pass_with_reason_headers_and_without_hop_by_hop() {
    let upstream = Upstream::saying(
        "HTTP/1.1 299 Fine By Me\r\nset-cookie: a\r\nset-cookie: b\r\nconnection: x-hop\r\nx-hop: 1\r\n\
         keep-alive: timeout=5\r\ndate: Tue, 15 Nov 1994 08:12:31 GMT\r\ncontent-length: 0\r\n\r\n",
        false,
    )
    .await;
    let gateway = in_front_of(&upstream);
    let response = Client::connect(&gateway).await.send(get("/echo")).await.unwrap();
    assert_eq!(response.status().as_u16(), 299);
    let reason = response.extensions().get::<hyper::ext::ReasonPhrase>().unwrap();
    assert_eq!(reason.as_bytes(), b"Fine By Me");
    let mut names: Vec<&str> = response.headers().keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["content-length", "date", "set-cookie"]);
    assert_eq!(response.headers()["date"], "Tue, 15 Nov 1994 08:12:31 GMT");
    assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
}

#[tokio::test]
async fn head_and_304_keep_their_content_length_and_have_no_body() {
    let upstream = Upstream::saying("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n", false).await;
    let gateway = in_front_of(&upstream);
    let response = Client::connect(&gateway)
        .await
        .send(request("HEAD", "/echo", full("")))
        .await
        .unwrap();
    assert_eq!(response.headers()["content-length"], "1000");
    assert_eq!(body_of(response).await, "");
    let upstream = Upstream::saying("HTTP/1.1 304 Not Modified\r\netag: \"1\"\r\n\r\n", false).await;
    let gateway = in_front_of(&upstream);
    let response = Client::connect(&gateway).await.send(get("/echo")).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["etag"]),
        (304, &"\"1\"".parse().unwrap())
    );
}

#[tokio::test]
async fn an_unreachable_upstream_gives_the_activity_id_body() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let gateway = start(catalog(vec![api("echo", nobody)]));
    let (status, body) = fetch(&gateway, get("/echo")).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    let start = "{ \"statusCode\": 500, \"message\": \"Internal server error\", \"activityId\": \"";
    let id = body.strip_prefix(start).and_then(|rest| rest.strip_suffix("\" }"));
    assert_eq!(id.map(str::len), Some(36), "{body}");
}

#[tokio::test]
async fn header_values_of_an_upstream_never_split_a_response() {
    for poison in ["a\rb", "a\0b", "a\nx: y"] {
        let response: &'static str =
            format!("HTTP/1.1 200 OK\r\nx-bad: {poison}\r\ncontent-length: 2\r\n\r\nok").leak();
        let upstream = Upstream::saying(response, true).await;
        let gateway = in_front_of(&upstream);
        let response = Client::connect(&gateway).await.send(get("/echo")).await.unwrap();
        let split = response
            .headers()
            .get("x-bad")
            .is_some_and(|value| value.as_bytes().len() > 1);
        assert!(!split, "{poison:?} {response:?}");
    }
}

#[tokio::test]
async fn many_clients_at_once_get_their_own_answers() {
    let upstream = Upstream::http(|request| async move { text(request.uri().path()) }).await;
    let gateway = in_front_of(&upstream);
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..40 {
        let mut client = Client::connect(&gateway).await;
        clients.spawn(async move {
            for turn in 0..20 {
                let wanted: Request<_> = get(&format!("/echo/{number}/{turn}"));
                let response = client.send(wanted).await.unwrap();
                assert_eq!(body_of(response).await, format!("/{number}/{turn}"));
            }
        });
    }
    while let Some(done) = soon(clients.join_next()).await {
        done.unwrap();
    }
    assert!(upstream.connections() <= 40, "{}", upstream.connections());
}

#[tokio::test]
async fn no_junk_of_a_client_hides_its_address() {
    let upstream = Upstream::http(|_| async { text("ok") }).await;
    let document = "<policies><inbound><ip-filter action='allow'><address>127.0.0.1</address></ip-filter></inbound>\
                    <backend><forward-request /></backend></policies>";
    let mut echo = api("echo", upstream.address);
    echo.policy = Some(Arc::new(PolicyText {
        source: Source::new("policy.xml", document),
    }));
    // A proxy that appends the address of its client to what the client sent.
    let gateway = start_with(catalog(vec![echo]), |config| {
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    });
    for (value, status) in [(&b"127.0.0.1"[..], 200), (b"192.0.2.9", 403), (b"\xff, 192.0.2.9", 403)] {
        let mut wanted = get("/echo");
        let value = HeaderValue::from_bytes(value).unwrap();
        wanted.headers_mut().insert("x-forwarded-for", value);
        assert_eq!(fetch(&gateway, wanted).await.0.as_u16(), status);
    }
}

#[tokio::test]
async fn a_client_takes_no_header_away_that_a_policy_sets() {
    let upstream = mirror().await;
    let document = "<policies><inbound><set-header name='x-user'><value>@(context.Request.Headers.GetValueOrDefault(\"x-user\", \"none\"))</value></set-header></inbound>\
                    <backend><forward-request /></backend></policies>";
    let mut echo = api("echo", upstream.address);
    echo.policy = Some(Arc::new(PolicyText {
        source: Source::new("policy.xml", document),
    }));
    let gateway = start(catalog(vec![echo]));
    for (own, expected) in [("", "x-user: none\r\n"), ("x-user: ann\r\n", "x-user: none\r\n")] {
        let request = format!("GET /echo HTTP/1.1\r\nhost: a\r\n{own}connection: x-user, close\r\n\r\n");
        let answer = converse(&gateway, &request).await.to_ascii_lowercase();
        assert!(answer.contains(expected), "{answer}");
    }
}
