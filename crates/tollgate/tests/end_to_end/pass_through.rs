//! What no policy touches passes through: methods, targets, headers, bodies, trailers, request ids.

use crate::support::artifacts::{Artifacts, document};
use crate::support::client::{self, Connection, VERSIONS, request, sending, with_body};
use crate::support::gateway::Gateway;
use crate::support::patience::within;
use crate::support::plain_api::{PlainApi, header_values};
use crate::support::upstream::{Upstream, channel, full};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body_util::BodyExt;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};

#[test]
fn methods_and_bodies() {
    within(60, async {
        let setting = PlainApi::start().await;
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
            assert_eq!(
                (&echoed["method"], &echoed["body"]),
                (&method.into(), &body.into()),
                "{method} {body:?}"
            );
        }
    });
}

#[test]
fn targets_are_not_touched() {
    within(60, async {
        let setting = PlainApi::start().await;
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
        let setting = PlainApi::start().await;
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
            (
                "traceparent",
                vec!["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
            ),
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
        let setting = PlainApi::start().await;
        let gateway = setting.gateway.address.to_string();
        let forged = [
            ("x-forwarded-for", "203.0.113.7"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "elsewhere.example"),
        ];
        for headers in [&[] as &[(&str, &str)], &forged] {
            let echoed = client::get_with(setting.gateway.address, "/rest/echo", headers)
                .await
                .json();
            let last = |name: &str| {
                header_values(&echoed, name)
                    .join(", ")
                    .rsplit(", ")
                    .next()
                    .unwrap()
                    .to_owned()
            };
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
        assert_eq!(
            (answer.status.as_u16(), &*answer.text()),
            (203, "not really compressed")
        );
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
        let setting = PlainApi::start().await;
        let mut client = setting.client().await;
        for status in [200, 201, 204, 299, 301, 304, 400, 404, 418, 429, 500, 502, 503, 599] {
            let answer = client
                .answer(request("GET", &format!("/rest/status/{status}"), &[]))
                .await;
            assert_eq!(answer.status, status);
            let empty = matches!(status, 204 | 304);
            assert_eq!(answer.body.is_empty(), empty, "{status}: {}", answer.text());
            if status == 204 {
                assert!(!answer.headers.contains_key("content-length"), "{:?}", answer.headers);
                assert!(
                    !answer.headers.contains_key("transfer-encoding"),
                    "{:?}",
                    answer.headers
                );
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
        let setting = PlainApi::start().await;
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

        let answer = client
            .answer(request("GET", "/rest/events?count=3&interval=0", &[]))
            .await;
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
            assert_eq!(
                seen.lock().unwrap().take(),
                Some(trailer("x-question", "what")),
                "{version:?}"
            );
        }
    });
}

fn trailer(name: &'static str, value: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))])
}

#[test]
fn each_request_has_an_id_of_its_own() {
    within(60, async {
        let setting = PlainApi::start().await;
        let header = "<set-header name=\"X-Id\"><value>@(context.RequestId.ToString())</value></set-header>";
        setting
            .folder
            .write("apis/rest/policy.xml", &document(&[("outbound", header)]));
        let gateway = Gateway::serve(&setting.folder).await;
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
