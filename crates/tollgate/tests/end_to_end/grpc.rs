//! gRPC through the gateway: a real service behind it, HTTP/2 on both sides, with and without TLS.

use crate::support::artifacts::{Artifacts, GLOBAL_POLICY};
use crate::support::client::{Answer, Connection, sending, with_body};
use crate::support::gateway::Gateway;
use crate::support::patience::{soon, within};
use crate::support::peer::Peer;
use crate::support::tls::Identity;
use bytes::{BufMut, Bytes, BytesMut};
use http_body_util::BodyExt;
use http_body_util::channel::Channel;

const PROTO: &str = r#"
syntax = "proto3";
package demo;
message Text { string text = 1; }
service Greeter {
  rpc SayHello (Text) returns (Text);
  rpc Count (Text) returns (stream Text);
  rpc Chat (stream Text) returns (stream Text);
  rpc Fail (Text) returns (Text);
  rpc Limited (Text) returns (Text);
}
"#;

/// Refuses one operation and counts another's calls.
const POLICIES: &str = r#"<policies><inbound><base />
    <choose><when condition="@(context.Operation.Id == &quot;demo.Greeter-Limited&quot;)">
        <return-response><set-status code="429" /><set-body>{ "message": "too many" }</set-body></return-response>
    </when></choose>
    <set-header name="x-operation"><value>@(context.Operation.Name)</value></set-header>
</inbound><backend><base /></backend><outbound><base />
    <set-header name="x-method"><value>@(context.Operation.Name)</value></set-header>
</outbound><on-error><base /></on-error></policies>"#;

const HEAD: &[(&str, &str)] = &[("content-type", "application/grpc"), ("te", "trailers")];

fn folder(service_url: &str, more: &str) -> Artifacts {
    let information = format!(
        r#"{{"properties": {{"displayName": "Greeter", "path": "", "type": "grpc", "serviceUrl": "{service_url}", {more}}}}}"#
    );
    Artifacts::of(&[
        ("policy.xml", GLOBAL_POLICY),
        ("apis/greeter/apiInformation.json", &information),
        ("apis/greeter/specification.proto", PROTO),
        ("apis/greeter/policy.xml", POLICIES),
    ])
}

const OPEN: &str = r#""subscriptionRequired": false"#;

fn message(text: &str) -> Bytes {
    let mut bytes = BytesMut::new();
    bytes.put_u8(0);
    bytes.put_u32(text.len() as u32 + 2);
    bytes.put_slice(&[0x0a, text.len() as u8]);
    bytes.put_slice(text.as_bytes());
    bytes.freeze()
}

/// The texts in an answer's messages.
fn texts(body: &[u8]) -> Vec<String> {
    let (mut rest, mut texts) = (body, Vec::new());
    while let [_, a, b, c, d, tail @ ..] = rest {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        texts.push(String::from_utf8_lossy(&tail[2..length]).into_owned());
        rest = &tail[length..];
    }
    texts
}

async fn call(connection: &mut Connection, method: &str, text: &str) -> Answer {
    let target = format!("/demo.Greeter/{method}");
    connection.answer(sending("POST", &target, HEAD, message(text))).await
}

fn trailer(answer: &Answer, name: &str) -> String {
    let trailers = answer.trailers.as_ref().expect("trailers");
    trailers[name].to_str().unwrap().to_owned()
}

#[test]
fn calls_of_each_kind_reach_the_service_and_come_back() {
    within(120, async {
        let peer = Peer::start(&["grpc"]).await;
        let artifacts = folder(&peer.url, OPEN);
        let gateway = Gateway::serve(&artifacts).await;
        let mut connection = Connection::http2(gateway.address).await;
        let answer = call(&mut connection, "SayHello", "Ann").await;
        assert_eq!(texts(&answer.body), ["hello Ann"]);
        assert_eq!(trailer(&answer, "grpc-status"), "0");
        assert_eq!(answer.header("x-method"), "SayHello");
        let answer = call(&mut connection, "Count", "5").await;
        assert_eq!(texts(&answer.body), ["1", "2", "3", "4", "5"]);
        assert_eq!(trailer(&answer, "grpc-status"), "0");
        let answer = call(&mut connection, "Fail", "").await;
        assert_eq!(
            (answer.header("grpc-status"), answer.header("grpc-message")),
            ("9", "not now")
        );
    });
}

#[test]
fn both_sides_of_a_stream_speak_in_turns() {
    within(120, async {
        let peer = Peer::start(&["grpc"]).await;
        let artifacts = folder(&peer.url, OPEN);
        let gateway = Gateway::serve(&artifacts).await;
        let mut connection = Connection::http2(gateway.address).await;
        let (mut parts, body) = Channel::<Bytes, std::io::Error>::new(1);
        parts.send_data(message("one")).await.unwrap();
        let request = with_body("POST", "/demo.Greeter/Chat", HEAD, body.boxed());
        let mut response = soon("the head", connection.send(request)).await.unwrap().into_body();
        for (said, next) in [("one", Some("two")), ("two", None)] {
            let frame = soon("an answer", response.frame()).await.unwrap().unwrap();
            assert_eq!(texts(frame.data_ref().unwrap()), [format!("you said {said}")]);
            if let Some(next) = next {
                parts.send_data(message(next)).await.unwrap();
            }
        }
        drop(parts);
        let end = soon("the end", response.frame()).await.unwrap().unwrap();
        assert_eq!(end.trailers_ref().unwrap()["grpc-status"], "0");
    });
}

#[test]
fn failures_are_told_as_grpc_tells_them() {
    within(120, async {
        let peer = Peer::start(&["grpc"]).await;
        let artifacts = folder(&peer.url, OPEN);
        let gateway = Gateway::serve(&artifacts).await;
        let mut connection = Connection::http2(gateway.address).await;
        for (method, status, text) in [("Limited", "8", "too many"), ("Unknown", "12", "Resource not found")] {
            let answer = call(&mut connection, method, "").await;
            assert_eq!(answer.status, 200, "{method}");
            assert_eq!(answer.header("content-type"), "application/grpc", "{method}");
            assert_eq!(answer.header("grpc-status"), status, "{method}");
            assert_eq!(answer.header("grpc-message"), text, "{method}");
        }
        peer.kill();
        let answer = call(&mut connection, "SayHello", "Ann").await;
        assert_eq!(answer.header("grpc-status"), "14");
        // Others are told as ever.
        let plain = connection
            .answer(sending("POST", "/demo.Greeter/Limited", &[], ""))
            .await;
        assert_eq!(plain.status, 429);
    });
}

#[test]
fn a_key_is_metadata() {
    within(120, async {
        let peer = Peer::start(&["grpc"]).await;
        let artifacts = folder(&peer.url, r#""subscriptionRequired": true"#);
        let gateway = Gateway::serve(&artifacts).await;
        let mut connection = Connection::http2(gateway.address).await;
        let answer = call(&mut connection, "SayHello", "Ann").await;
        assert_eq!(answer.header("grpc-status"), "16");
    });
}

/// Sends calls to the backend `b` and reads what it answers.
const READING: &str = r#"<policies><inbound><base /><set-backend-service backend-id="b" /></inbound>
<backend><base /></backend><outbound><base />
    <set-header name="x-length"><value>@(context.Response.Body.As<byte[]>(true).Length.ToString())</value></set-header>
</outbound><on-error><base /></on-error></policies>"#;

#[test]
fn a_service_behind_tls_whose_answers_are_read() {
    within(120, async {
        let identity = Identity::new();
        let (certificate, key) = identity.files();
        for scheme in ["grpc", "grpcs"] {
            let peer = match scheme {
                "grpcs" => Peer::start(&["grpc", "--tls", &certificate, &key]).await,
                _ => Peer::start(&["grpc"]).await,
            };
            let (_, authority) = peer.url.split_once("://").unwrap();
            let artifacts = folder(&format!("{scheme}://elsewhere.test"), OPEN);
            artifacts.write("apis/greeter/policy.xml", READING);
            let backend = format!(
                r#"{{"properties": {{"url": "{scheme}://{authority}", "protocol": "http",
                    "tls": {{"validateCertificateChain": false, "validateCertificateName": false}}}}}}"#
            );
            artifacts.write("backends/b/backendInformation.json", &backend);
            let gateway = Gateway::serve(&artifacts).await;
            let mut connection = Connection::http2(gateway.address).await;
            let answer = call(&mut connection, "SayHello", "Ann").await;
            assert_eq!(texts(&answer.body), ["hello Ann"], "{scheme}");
            assert_eq!(answer.header("x-length"), answer.body.len().to_string(), "{scheme}");
            assert_eq!(trailer(&answer, "grpc-status"), "0", "{scheme}");
        }
    });
}

#[test]
fn tls_to_the_client() {
    within(120, async {
        let identity = Identity::new();
        let (certificate, key) = identity.files();
        let peer = Peer::start(&["grpc"]).await;
        let artifacts = folder(&peer.url, OPEN);
        let gateway = Gateway::serve_with(&artifacts, &["--tls-certificate", &certificate, "--tls-key", &key]).await;
        let mut connection = Connection::tls(gateway.address, &identity, &["h2"]).await;
        let answer = call(&mut connection, "SayHello", "Ann").await;
        assert_eq!(texts(&answer.body), ["hello Ann"]);
        assert_eq!(trailer(&answer, "grpc-status"), "0");
    });
}
