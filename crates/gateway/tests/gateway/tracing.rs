//! Traces of requests: credentials, the trace's id on the response, the trace.

use crate::support::{Client, Upstream, api, body_of, catalog, full, get, start, start_with, text};
use catalog::Catalog;
use gateway::Running;
use http::{HeaderMap, Request, StatusCode};
use hyper::body::Incoming;
use serde_json::Value;
use tokio::net::TcpStream;

const KEY: &str = "a key that nobody guesses";

/// Says to the upstream what it was asked with.
async fn upstream() -> Upstream {
    Upstream::http(|request: Request<Incoming>| async move {
        let has_token = request.headers().contains_key("apim-debug-authorization");
        text(if has_token { "with a token" } else { "without a token" })
    })
    .await
}

fn served(upstream: &Upstream) -> Catalog {
    catalog(vec![api("echo", upstream.address), api("other", upstream.address)])
}

async fn post(gateway: &Running, page: &str, key: Option<&str>, body: &str) -> (StatusCode, String) {
    let stream = TcpStream::connect(gateway.admin_address().unwrap()).await.unwrap();
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
    tokio::spawn(connection);
    let mut request = Request::post(format!("/gateways/managed/{page}")).header("host", "a");
    if let Some(key) = key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    let request = request.body(full(body.to_owned())).unwrap();
    let response = sender.send_request(request).await.unwrap();
    (response.status(), body_of(response).await)
}

async fn token(gateway: &Running, api: &str) -> String {
    let body = format!(r#"{{"credentialsExpireAfter":"PT1H","apiId":"{api}","purposes":["tracing"]}}"#);
    let (status, answer) = post(gateway, "listDebugCredentials", Some(KEY), &body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["token"].as_str().unwrap().to_owned()
}

async fn ask(gateway: &Running, path: &str, token: &str) -> (HeaderMap, String) {
    let mut request = get(path);
    request
        .headers_mut()
        .insert("apim-debug-authorization", token.parse().unwrap());
    let response = Client::connect(gateway).await.send(request).await.unwrap();
    (response.headers().clone(), body_of(response).await)
}

#[tokio::test]
async fn a_request_with_a_token_is_traced() {
    let upstream = upstream().await;
    let gateway = start_with(served(&upstream), |config| config.tracing_key = Some(KEY.into()));
    let token = token(&gateway, "/subscriptions/s/providers/x/apis/echo;rev=1").await;
    let (headers, body) = ask(&gateway, "/echo/a?sig=hush", &token).await;
    assert_eq!(body, "without a token");
    let id = headers["apim-trace-id"].to_str().unwrap();
    let (status, trace) = post(&gateway, "listTrace", Some(KEY), &format!(r#"{{"traceId":"{id}"}}"#)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!trace.contains("hush") && !trace.contains(&token), "{trace}");
    let trace: Value = serde_json::from_str(&trace).unwrap();
    assert_eq!(trace["traceId"], id);
    let entries = &trace["traceEntries"];
    assert_eq!(entries["inbound"][0]["data"]["configuration"]["api"], "echo");
    assert_eq!(entries["backend"][0]["source"], "forward-request");
    assert_eq!(entries["backend"][0]["data"]["response"]["status"], 200);

    let (status, _) = post(&gateway, "listTrace", Some(KEY), r#"{"traceId":"none"}"#).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (headers, _) = ask(&gateway, "/other/a", &token).await;
    assert!(headers.contains_key("apim-debug-authorization-wrongapi") && !headers.contains_key("apim-trace-id"));
    let (headers, _) = ask(&gateway, "/echo/a", "made up").await;
    assert!(!headers.contains_key("apim-trace-id"));
}

#[tokio::test]
async fn nobody_traces_without_the_key() {
    let upstream = upstream().await;
    let gateway = start_with(served(&upstream), |config| config.tracing_key = Some(KEY.into()));
    let body = r#"{"apiId":"echo","purposes":["tracing"]}"#;
    for (page, key, body, expected) in [
        ("listDebugCredentials", None, body, 401),
        ("listDebugCredentials", Some("another"), body, 401),
        ("listTrace", None, "{}", 401),
        ("listDebugCredentials", Some(KEY), "[]", 400),
        ("listDebugCredentials", Some(KEY), r#"{"apiId":"echo"}"#, 400),
        ("listDebugCredentials", Some(KEY), r#"{"purposes":["tracing"]}"#, 400),
        (
            "listDebugCredentials",
            Some(KEY),
            r#"{"apiId":"a","purposes":["tracing"],"credentialsExpireAfter":"PT9H"}"#,
            400,
        ),
        ("listKeys", Some(KEY), "{}", 404),
    ] {
        let (status, answer) = post(&gateway, page, key, body).await;
        assert_eq!(status.as_u16(), expected, "{page} {body}: {answer}");
    }
    let closed = start(served(&upstream));
    let (status, _) = post(&closed, "listDebugCredentials", Some(KEY), body).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let token = token(&gateway, "echo").await;
    let (headers, _) = ask(&closed, "/echo/a", &token).await;
    assert!(!headers.contains_key("apim-trace-id"));
}
