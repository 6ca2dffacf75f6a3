//! What no policy touches passes through: methods, targets, headers, bodies, trailers, whatever version the client speaks.

use crate::support::artifacts::{Artifacts, document};
use crate::support::client::{self, Connection, VERSIONS, request, sending, with_body};
use crate::support::gateway::Gateway;
use crate::support::patience::{soon, within};
use crate::support::peer::Peer;
use crate::support::raw::Raw;
use crate::support::tls::Identity;
use crate::support::upstream::{Upstream, channel, full};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, Version};
use http_body_util::BodyExt;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};

/// The plain API behind a gateway.
struct Setting {
    gateway: Gateway,
    _peer: Peer,
    _folder: Artifacts,
}

impl Setting {
    async fn start() -> Self {
        Self::start_with(&[]).await
    }

    async fn start_with(arguments: &[&str]) -> Self {
        let peer = Peer::rest().await;
        let folder = Artifacts::passing("rest", &peer.url);
        let gateway = Gateway::serve_with(&folder, arguments).await;
        Self { gateway, _peer: peer, _folder: folder }
    }

    async fn client(&self) -> Connection {
        Connection::http1(self.gateway.address).await
    }
}

/// The values of a header in the description that the upstream gave of a request.
fn header_values(echoed: &Value, name: &str) -> Vec<String> {
    let headers = echoed["headers"].as_array().unwrap();
    let values = headers.iter().filter(|header| header[0] == name);
    values.map(|header| header[1].as_str().unwrap().to_owned()).collect()
}

#[test]
fn methods_and_bodies() {
    within(60, async {
        let setting = Setting::start().await;
        let mut client = setting.client().await;
        for (method, body) in [
            ("GET", ""),
            ("POST", "a body"),
            ("POST", ""),
            ("PUT", "a body"),
            ("PATCH", "a body"),
            ("DELETE", ""),
            ("DELETE", "a body"),
            ("OPTIONS", ""),
            ("PROPFIND", "a body"),
        ] {
            let echoed = client.answer(sending(method, "/rest/echo", &[], body)).await;
            assert_eq!(echoed.status, 200, "{method}: {}", echoed.text());
            let echoed = echoed.json();
            assert_eq!((&echoed["method"], &echoed["body"]), (&method.into(), &body.into()), "{method} {body:?}");
        }
    });
}

#[test]
fn targets_are_not_touched() {
    within(60, async {
        let setting = Setting::start().await;
        let mut client = setting.client().await;
        for target in [
            "/echo",
            "/echo/",
            "/echo/a%20b/%2F/%C3%A9/c",
            "/echo//double",
            "/echo/;v=1/@:!$&'()*+,=~",
            "/echo?x=1&x=2&empty=&none&q=a+b%20c&%5Bfilter%5D=1",
            "/echo?url=http://example.org/?a=b",
        ] {
            let echoed = client.answer(request("GET", &format!("/rest{target}"), &[])).await;
            assert_eq!(echoed.json()["target"], target);
        }
    });
}

#[test]
fn end_to_end_headers_reach_the_upstream_and_connection_headers_do_not() {
    within(60, async {
        let setting = Setting::start().await;
        let long = "v".repeat(8000);
        let sent: &[(&str, &str)] = &[
            ("x-one", "1"),
            ("x-many", "a"),
            ("x-many", "b, c"),
            ("x-empty", ""),
            ("x-long", &long),
            ("authorization", "Bearer token"),
            ("cookie", "a=1; b=2"),
            ("accept-encoding", "br, gzip;q=0.5"),
            ("user-agent", "test/1"),
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            ("x-request-id", "abc"),
            ("connection", "x-nominated, keep-alive"),
            ("x-nominated", "only to the gateway"),
            ("keep-alive", "timeout=5"),
            ("proxy-authorization", "Basic secret"),
            ("te", "gzip"),
        ];
        let mut latin = request("GET", "/rest/echo", sent);
        latin
            .headers_mut()
            .insert("x-latin", HeaderValue::from_bytes(b"caf\xE9").unwrap());
        let echoed = setting.client().await.answer(latin).await.json();
        for (name, values) in [
            ("x-one", vec!["1"]),
            ("x-many", vec!["a", "b, c"]),
            ("x-empty", vec![""]),
            ("x-long", vec![&*long]),
            ("x-latin", vec!["caf\u{FFFD}"]),
            ("authorization", vec!["Bearer token"]),
            ("cookie", vec!["a=1; b=2"]),
            ("accept-encoding", vec!["br, gzip;q=0.5"]),
            ("user-agent", vec!["test/1"]),
            ("traceparent", vec!["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"]),
            ("x-request-id", vec!["abc"]),
            ("x-nominated", vec![]),
            ("keep-alive", vec![]),
            ("proxy-authorization", vec![]),
            ("te", vec![]),
        ] {
            assert_eq!(header_values(&echoed, name), values, "{name}");
        }
    });
}

#[test]
fn the_upstream_learns_who_asked() {
    within(60, async {
        let setting = Setting::start().await;
        let gateway = setting.gateway.address.to_string();
        let forged = [
            ("x-forwarded-for", "203.0.113.7"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "elsewhere.example"),
        ];
        for headers in [&[] as &[(&str, &str)], &forged] {
            let echoed = client::get_with(setting.gateway.address, "/rest/echo", headers).await.json();
            let last = |name: &str| header_values(&echoed, name).join(", ").rsplit(", ").next().unwrap().to_owned();
            assert_eq!(last("x-forwarded-for"), "127.0.0.1", "{headers:?}: {echoed}");
            assert_eq!(last("x-forwarded-proto"), "http", "{headers:?}: {echoed}");
            assert_eq!(last("x-forwarded-host"), gateway, "{headers:?}: {echoed}");
            let upstream = header_values(&echoed, "host");
            assert_eq!(upstream.len(), 1, "{echoed}");
            assert_ne!(upstream[0], gateway, "the upstream gets its own name");
        }
    });
}

#[test]
fn response_headers_reach_the_client() {
    within(60, async {
        let upstream = Upstream::answering(|_| async {
            Response::builder()
                .status(203)
                .header("set-cookie", "a=1; Path=/")
                .header("set-cookie", "b=2; HttpOnly")
                .header("x-many", "1")
                .header("x-many", "2")
                .header("etag", "\"abc\"")
                .header("www-authenticate", "Bearer realm=\"x\"")
                .header("content-encoding", "gzip")
                .header("connection", "x-nominated")
                .header("x-nominated", "only to the gateway")
                .header("keep-alive", "timeout=5")
                .body(full("not really compressed"))
                .unwrap()
        })
        .await;
        let folder = Artifacts::passing("api", &upstream.url);
        let gateway = Gateway::serve(&folder).await;
        let answer = client::get(gateway.address, "/api/x").await;
        assert_eq!((answer.status.as_u16(), &*answer.text()), (203, "not really compressed"));
        for (name, values) in [
            ("set-cookie", vec!["a=1; Path=/", "b=2; HttpOnly"]),
            ("x-many", vec!["1", "2"]),
            ("etag", vec!["\"abc\""]),
            ("www-authenticate", vec!["Bearer realm=\"x\""]),
            ("content-encoding", vec!["gzip"]),
            ("content-length", vec!["21"]),
            ("x-nominated", vec![]),
            ("keep-alive", vec![]),
        ] {
            let found = answer.headers.get_all(name).iter().collect::<Vec<_>>();
            assert_eq!(found, values, "{name}");
        }
    });
}

#[test]
fn statuses_and_answers_without_a_body() {
    within(60, async {
        let setting = Setting::start().await;
        let mut client = setting.client().await;
        for status in [200, 201, 204, 299, 301, 304, 400, 404, 418, 429, 500, 502, 503, 599] {
            let answer = client.answer(request("GET", &format!("/rest/status/{status}"), &[])).await;
            assert_eq!(answer.status, status);
            let empty = matches!(status, 204 | 304);
            assert_eq!(answer.body.is_empty(), empty, "{status}: {}", answer.text());
            if status == 204 {
                assert!(!answer.headers.contains_key("content-length"), "{:?}", answer.headers);
                assert!(!answer.headers.contains_key("transfer-encoding"), "{:?}", answer.headers);
            }
        }
        let head = client.answer(request("HEAD", "/rest/bytes?size=1234", &[])).await;
        assert_eq!((head.header("content-length"), head.body.len()), ("1234", 0));
        let after = client.answer(request("GET", "/rest/bytes?size=7", &[])).await;
        assert_eq!(after.body.len(), 7, "the connection is still in step");
    });
}

#[test]
fn bodies_without_a_length_stay_without_one() {
    within(60, async {
        let setting = Setting::start().await;
        let mut client = setting.client().await;
        let (mut sender, body) = channel();
        tokio::spawn(async move {
            for part in ["one ", "two ", "three"] {
                sender.send_data(Bytes::from_static(part.as_bytes())).await.unwrap();
            }
        });
        let echoed = client.answer(with_body("POST", "/rest/echo", &[], body)).await.json();
        assert_eq!(echoed["body"], "one two three");
        assert_eq!(header_values(&echoed, "transfer-encoding"), ["chunked"]);
        assert_eq!(header_values(&echoed, "content-length"), [""; 0]);

        let answer = client.answer(request("GET", "/rest/events?count=3&interval=0", &[])).await;
        assert_eq!(answer.header("transfer-encoding"), "chunked");
        assert_eq!(answer.text().matches("event: tick").count(), 3);

        let echoed = client.answer(sending("POST", "/rest/echo", &[], "12345")).await.json();
        assert_eq!(header_values(&echoed, "content-length"), ["5"]);
        assert_eq!(header_values(&echoed, "transfer-encoding"), [""; 0]);
    });
}

#[test]
fn trailers_in_both_directions() {
    within(60, async {
        let seen = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&seen);
        let upstream = Upstream::answering(move |request| {
            let kept = Arc::clone(&kept);
            async move {
                let body = request.into_body().collect().await.unwrap();
                *kept.lock().unwrap() = body.trailers().cloned();
                let (mut sender, body) = channel();
                tokio::spawn(async move {
                    let trailers = trailer("x-answer", "yes");
                    sender.send_data(Bytes::from_static(b"answer")).await.unwrap();
                    sender.send_trailers(trailers).await.unwrap();
                });
                Response::builder().header("trailer", "x-answer").body(body).unwrap()
            }
        })
        .await;
        let folder = Artifacts::passing("api", &upstream.url);
        let gateway = Gateway::serve(&folder).await;
        for version in VERSIONS {
            let mut client = Connection::speaking(version, gateway.address).await;
            let (mut sender, body) = channel();
            tokio::spawn(async move {
                sender.send_data(Bytes::from_static(b"question")).await.unwrap();
                sender.send_trailers(trailer("x-question", "what")).await.unwrap();
            });
            let headers = [("te", "trailers"), ("trailer", "x-question")];
            let answer = client.answer(with_body("POST", "/api/x", &headers, body)).await;
            assert_eq!(answer.text(), "answer", "{version:?}");
            assert_eq!(answer.trailers, Some(trailer("x-answer", "yes")), "{version:?}");
            assert_eq!(seen.lock().unwrap().take(), Some(trailer("x-question", "what")), "{version:?}");
        }
    });
}

fn trailer(name: &'static str, value: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))])
}

#[test]
fn a_client_that_expects_continue_is_told_to() {
    within(60, async {
        let setting = Setting::start().await;
        let mut raw = Raw::connect(setting.gateway.address).await;
        raw.send("POST /rest/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
            .await;
        assert!(raw.reads("HTTP/1.1 100 Continue\r\n\r\n").await, "{}", raw.text());
        raw.send("body").await;
        raw.end().await;
        assert_eq!(raw.statuses(), [100, 200]);
        assert!(raw.text().contains(r#""body":"body""#), "{}", raw.text());
    });
}

#[test]
fn a_client_that_expects_continue_is_refused_before_it_sends() {
    within(60, async {
        let upstream = Upstream::answering(|_| async { Response::builder().status(413).body(full("no")).unwrap() }).await;
        let folder = Artifacts::passing("api", &upstream.url);
        let gateway = Gateway::serve(&folder).await;
        let mut raw = Raw::connect(gateway.address).await;
        raw.send("POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
            .await;
        assert!(raw.reads("\r\n\r\nno").await, "{}", raw.text());
        assert_eq!(raw.statuses(), [413]);
    });
}

#[test]
fn clients_may_speak_either_version_in_cleartext_and_over_tls() {
    within(60, async {
        let identity = Identity::new();
        let (chain, key) = identity.files();
        let setting = Setting::start().await;
        let secure = Setting::start_with(&["--tls-certificate", &chain, "--tls-key", &key]).await;
        let (plain, tls) = (setting.gateway.address, secure.gateway.address);
        for (mut client, version, scheme) in [
            (Connection::http1(plain).await, Version::HTTP_11, "http"),
            (Connection::http2(plain).await, Version::HTTP_2, "http"),
            (Connection::tls(tls, &identity, &["h2", "http/1.1"]).await, Version::HTTP_2, "https"),
            (Connection::tls(tls, &identity, &["http/1.1"]).await, Version::HTTP_11, "https"),
            (Connection::tls(tls, &identity, &[]).await, Version::HTTP_11, "https"),
        ] {
            assert_eq!(client.version(), version);
            for body in ["first", "second on the same connection"] {
                let answer = client.answer(sending("POST", "/rest/echo/a%20b?q=1", &[("x-one", "1")], body)).await;
                assert_eq!(answer.status, 200, "{version:?} {scheme}: {}", answer.text());
                let echoed = answer.json();
                assert_eq!((&echoed["target"], &echoed["body"]), (&"/echo/a%20b?q=1".into(), &body.into()));
                assert_eq!(header_values(&echoed, "x-one"), ["1"]);
                assert_eq!(header_values(&echoed, "x-forwarded-proto"), [scheme]);
            }
        }
    });
}

#[test]
fn http2_streams_do_not_wait_for_each_other() {
    within(60, async {
        let setting = Setting::start().await;
        let mut client = Connection::http2(setting.gateway.address).await;
        let hanging = client.send(request("GET", "/rest/events?count=1000000&interval=1000", &[])).await.unwrap();
        let answer = client.answer(request("GET", "/rest/bytes?size=10", &[])).await;
        assert_eq!(answer.body.len(), 10);
        drop(hanging);
        setting.gateway.idle().await;
    });
}

#[test]
fn connections_are_kept_on_both_sides() {
    within(60, async {
        let upstream = Upstream::answering(|_| async { Response::new(full("ok")) }).await;
        let folder = Artifacts::passing("api", &upstream.url);
        let gateway = Gateway::serve_with(&folder, &["--workers", "1"]).await;
        let mut client = Connection::http1(gateway.address).await;
        for number in 0..50 {
            let method = if number % 2 == 0 { "GET" } else { "POST" };
            assert_eq!(client.answer(sending(method, "/api/x", &[], "")).await.text(), "ok");
        }
        assert_eq!(upstream.connections(), 1);
    });
}

#[test]
fn a_client_may_close_after_its_answer() {
    within(60, async {
        let setting = Setting::start().await;
        for request in [
            "GET /rest/bytes?size=3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "GET /rest/bytes?size=3 HTTP/1.0\r\nHost: a\r\n\r\n",
            "GET /rest/bytes?size=3 HTTP/1.0\r\n\r\n",
        ] {
            let mut raw = Raw::connect(setting.gateway.address).await;
            raw.send(request).await;
            raw.end().await;
            assert_eq!(raw.statuses(), [200], "{request:?}: {}", raw.text());
        }
    });
}

#[test]
fn each_request_has_an_id_of_its_own() {
    within(60, async {
        let setting = Setting::start().await;
        let header = "<set-header name=\"X-Id\"><value>@(context.RequestId.ToString())</value></set-header>";
        setting._folder.write("apis/rest/policy.xml", &document(&[("outbound", header)]));
        let gateway = Gateway::serve(&setting._folder).await;
        let mut client = Connection::http1(gateway.address).await;
        let mut ids = HashSet::new();
        for _ in 0..20 {
            let answer = client.answer(request("GET", "/rest/bytes?size=1", &[])).await;
            let id = answer.header("x-id").to_owned();
            let groups = id.split('-').map(str::len).collect::<Vec<_>>();
            assert_eq!(groups, [8, 4, 4, 4, 12], "{id}");
            assert!(ids.insert(id), "twice the same id");
        }
    });
}

#[test]
fn requests_in_flight_end_before_the_gateway_does() {
    within(60, async {
        let (heard, mut hears) = tokio::sync::mpsc::unbounded_channel();
        let upstream = Upstream::answering(move |_| {
            let (sender, body) = channel();
            heard.send(sender).unwrap();
            async move { Response::new(body) }
        })
        .await;
        let folder = Artifacts::passing("api", &upstream.url);
        let mut gateway = Gateway::serve_with(&folder, &["--drain", "30"]).await;
        let mut client = Connection::http1(gateway.address).await;
        let response = client.send(request("GET", "/api/x", &[])).await.unwrap();
        let mut sender = soon("the request", hears.recv()).await.unwrap();
        gateway.process.signal("TERM");
        let refused = crate::support::patience::eventually("no new connections", async || {
            tokio::net::TcpStream::connect(gateway.address).await.err()
        });
        refused.await;
        sender.send_data(Bytes::from_static(b"the rest")).await.unwrap();
        drop(sender);
        let answer = client::Answer::whole(response).await.unwrap();
        assert_eq!(answer.text(), "the rest");
        assert!(gateway.process.end().await.success(), "{}", gateway.process.log());
    });
}
