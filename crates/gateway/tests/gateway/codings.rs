//! Compressed bodies and character sets: policies look into them, and what nobody rewrites passes as it came.

use crate::support::{Client, Upstream, api, body_of, catalog, full, get, request, soon, start, text};
use catalog::PolicyText;
use diagnostic::Source;
use flate2::Compression;
use flate2::write::GzEncoder;
use gateway::Running;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{Response, StatusCode};
use http_body_util::BodyExt;
use std::io::Write;
use std::sync::Arc;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A gateway with these policies before an upstream that answers `/BYTES` by so many `a`, and anything else by JSON, in
/// gzip, and a POST by what it was sent.
async fn gateway(inbound: &str, outbound: &str) -> (Running, Upstream) {
    let upstream = Upstream::http(|request| async move {
        if request.method() == "POST" {
            let coding = request.headers().get(CONTENT_ENCODING).cloned();
            let body = request.into_body().collect().await.unwrap().to_bytes();
            return text(&format!("{coding:?} {}", String::from_utf8_lossy(&body)));
        }
        let length = request.uri().path().trim_start_matches('/').parse();
        let body = length.map_or_else(|_| br#"{"a":"blue"}"#.to_vec(), |length| vec![b'a'; length]);
        let mut response = Response::new(full(gzip(&body)));
        let headers = response.headers_mut();
        headers.insert(CONTENT_ENCODING, "gzip".parse().unwrap());
        headers.insert("content-type", "application/json".parse().unwrap());
        response
    })
    .await;
    let policy = format!(
        "<policies><inbound>{inbound}</inbound><backend><forward-request /></backend><outbound>{outbound}</outbound><on-error /></policies>"
    );
    let mut api = api("echo", upstream.address);
    let source = Source::new("policy.xml", policy);
    api.policy = Some(Arc::new(PolicyText { source }));
    (start(catalog(vec![api])), upstream)
}

#[tokio::test]
async fn policies_look_into_a_compressed_response() {
    let read =
        r#"<set-header name="X-A"><value>@((string)context.Response.Body.As<JObject>(true)["a"])</value></set-header>"#;
    let (gateway, _upstream) = gateway("", read).await;
    let response = Client::connect(&gateway).await.send(get("/echo/a")).await.unwrap();
    assert_eq!(response.headers()["x-a"], "blue");
    assert_eq!(response.headers()[CONTENT_ENCODING], "gzip");
    let body = soon(response.into_body().collect()).await.unwrap().to_bytes();
    assert_eq!(*body, *gzip(br#"{"a":"blue"}"#));
}

#[tokio::test]
async fn what_a_policy_writes_has_no_coding() {
    for (outbound, expected) in [
        (r#"<find-and-replace from="blue" to="red" />"#, r#"{"a":"red"}"#),
        (
            r#"<set-body>@(context.Response.Body.As<JObject>()["a"].ToString())</set-body>"#,
            "blue",
        ),
        (r#"<set-body template="liquid">{{body.a}}</set-body>"#, "blue"),
        (
            r#"<json-to-xml apply="always" consider-accept-header="false" />"#,
            "<a>blue</a>",
        ),
    ] {
        let (gateway, _upstream) = gateway("", outbound).await;
        let response = Client::connect(&gateway).await.send(get("/echo/a")).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{outbound}");
        assert_eq!(response.headers().get(CONTENT_ENCODING), None, "{outbound}");
        assert_eq!(
            response.headers()[CONTENT_LENGTH],
            expected.len().to_string(),
            "{outbound}"
        );
        assert_eq!(body_of(response).await, expected, "{outbound}");
    }
}

#[tokio::test]
async fn bytes_keep_their_coding() {
    let (gateway, _upstream) = gateway("", "<set-body>@(context.Response.Body.As<byte[]>())</set-body>").await;
    let response = Client::connect(&gateway).await.send(get("/echo/a")).await.unwrap();
    assert_eq!(response.headers()[CONTENT_ENCODING], "gzip");
    let body = soon(response.into_body().collect()).await.unwrap().to_bytes();
    assert_eq!(*body, *gzip(br#"{"a":"blue"}"#));
}

#[tokio::test]
async fn requests_are_the_same() {
    let (gateway, _upstream) = gateway(r#"<find-and-replace from="blue" to="red" />"#, "").await;
    for (body, status, expected) in [
        (gzip(b"blue sky"), 200, "None red sky"),
        (
            b"blue".to_vec(),
            400,
            r#"{ "statusCode": 400, "message": "Bad request" }"#,
        ),
    ] {
        let mut sent = request("POST", "/echo/a", full(body));
        sent.headers_mut().insert(CONTENT_ENCODING, "gzip".parse().unwrap());
        let response = Client::connect(&gateway).await.send(sent).await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(body_of(response).await, expected);
    }
}

#[tokio::test]
async fn what_grows_beyond_the_limit_is_not_read() {
    let read = r#"<set-variable name="length" value="@(context.Response.Body.As<string>(true).Length)" />"#;
    let (gateway, _upstream) = gateway("", read).await;
    for (length, status) in [
        (4 << 20, StatusCode::OK),
        ((4 << 20) + 1, StatusCode::INTERNAL_SERVER_ERROR),
    ] {
        let path = format!("/echo/{length}");
        let response = Client::connect(&gateway).await.send(get(&path)).await.unwrap();
        assert_eq!(response.status(), status, "{length}");
    }
}

#[tokio::test]
async fn a_response_of_send_request_is_decoded() {
    let upstream = Upstream::http(|_| async move {
        let mut response = Response::new(full(gzip(b"secret")));
        response.headers_mut().insert(CONTENT_ENCODING, "gzip".parse().unwrap());
        response
    })
    .await;
    let inbound = format!(
        r#"<send-request mode="new" response-variable-name="r"><set-url>http://{}/</set-url><set-method>GET</set-method></send-request>
           <return-response><set-body>@(((IResponse)context.Variables["r"]).Body.As<string>())</set-body></return-response>"#,
        upstream.address
    );
    let (gateway, _upstream) = gateway(&inbound, "").await;
    let response = Client::connect(&gateway).await.send(get("/echo/a")).await.unwrap();
    assert_eq!(body_of(response).await, "secret");
}

#[tokio::test]
async fn what_comes_from_the_cache_is_looked_into_too() {
    let inbound = r#"<cache-lookup vary-by-developer="false" vary-by-developer-groups="false" />"#;
    let outbound = r#"<cache-store duration="60" /><find-and-replace from="blue" to="red" />"#;
    let (gateway, _upstream) = gateway(inbound, outbound).await;
    for round in 0..2 {
        let response = Client::connect(&gateway).await.send(get("/echo/a")).await.unwrap();
        assert_eq!(response.headers().get(CONTENT_ENCODING), None, "{round}");
        assert_eq!(body_of(response).await, r#"{"a":"red"}"#, "{round}");
    }
}

#[tokio::test]
async fn bodies_are_read_in_their_character_set() {
    let read = r#"<set-header name="X-Read"><value>@(context.Request.Body.As<string>(true) == "café" ? "yes" : "no")</value></set-header>"#;
    let xml = r#"<set-header name="X-Read"><value>@(context.Request.Body.As<XElement>(true).Value == "café" ? "yes" : "no")</value></set-header>"#;
    let replace = r#"<find-and-replace from="é" to="ê" />"#;
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    for (policy, content_type, body, expected) in [
        (
            read,
            "text/plain; charset=iso-8859-1",
            b"caf\xe9".to_vec(),
            b"caf\xe9".to_vec(),
        ),
        (read, "text/plain; Charset=\"UTF-8\"", "café".into(), "café".into()),
        (read, "text/plain", wide("\u{feff}café"), wide("\u{feff}café")),
        (
            xml,
            "text/xml",
            b"<?xml version='1.0' encoding='windows-1252'?><a>caf\xe9</a>".to_vec(),
            b"<?xml version='1.0' encoding='windows-1252'?><a>caf\xe9</a>".to_vec(),
        ),
        (
            replace,
            "text/plain; charset=iso-8859-1",
            b"caf\xe9".to_vec(),
            b"caf\xea".to_vec(),
        ),
        (
            replace,
            "text/plain; charset=utf-16",
            wide("\u{feff}café"),
            wide("\u{feff}cafê"),
        ),
    ] {
        let upstream = Upstream::http(|request| async move {
            let read = request.headers().get("x-read").cloned();
            let mut response = Response::new(full(request.into_body().collect().await.unwrap().to_bytes()));
            response
                .headers_mut()
                .insert("x-read", read.unwrap_or("yes".parse().unwrap()));
            response
        })
        .await;
        let policy = format!(
            "<policies><inbound>{policy}</inbound><backend><forward-request /></backend><outbound /><on-error /></policies>"
        );
        let mut api = api("echo", upstream.address);
        let source = Source::new("policy.xml", policy);
        api.policy = Some(Arc::new(PolicyText { source }));
        let gateway = start(catalog(vec![api]));
        let mut sent = request("POST", "/echo/a", full(body));
        sent.headers_mut().insert("content-type", content_type.parse().unwrap());
        let response = Client::connect(&gateway).await.send(sent).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{content_type}");
        assert_eq!(response.headers()["x-read"], "yes", "{content_type}");
        let got = soon(response.into_body().collect()).await.unwrap().to_bytes();
        assert_eq!(*got, *expected, "{content_type}");
    }
}
