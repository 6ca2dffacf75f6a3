//! Connections of clients: versions of HTTP, TLS, keeping alive, closing, `Expect`, and the end of the gateway.

use crate::support::artifacts::{Artifacts, document};
use crate::support::client::{self, Connection, request, sending};
use crate::support::gateway::Gateway;
use crate::support::patience::{eventually, soon, within};
use crate::support::plain_api::{PlainApi, header_values};
use crate::support::raw::Raw;
use crate::support::tls::Identity;
use crate::support::upstream::{Upstream, channel, full};
use bytes::Bytes;
use http::{Response, Version};

#[test]
fn a_client_that_expects_continue_is_told_to() {
    within(60, async {
        let setting = PlainApi::start().await;
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
        let upstream =
            Upstream::answering(|_| async { Response::builder().status(413).body(full("no")).unwrap() }).await;
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
        let setting = PlainApi::start().await;
        let secure = PlainApi::start_with(&["--tls-certificate", &chain, "--tls-key", &key]).await;
        let (plain, tls) = (setting.gateway.address, secure.gateway.address);
        for (mut client, version, scheme) in [
            (Connection::http1(plain).await, Version::HTTP_11, "http"),
            (Connection::http2(plain).await, Version::HTTP_2, "http"),
            (
                Connection::tls(tls, &identity, &["h2", "http/1.1"]).await,
                Version::HTTP_2,
                "https",
            ),
            (
                Connection::tls(tls, &identity, &["http/1.1"]).await,
                Version::HTTP_11,
                "https",
            ),
            (Connection::tls(tls, &identity, &[]).await, Version::HTTP_11, "https"),
        ] {
            assert_eq!(client.version(), version);
            for body in ["first", "second on the same connection"] {
                let answer = client
                    .answer(sending("POST", "/rest/echo/a%20b?q=1", &[("x-one", "1")], body))
                    .await;
                assert_eq!(answer.status, 200, "{version:?} {scheme}: {}", answer.text());
                let echoed = answer.json();
                assert_eq!(
                    (&echoed["target"], &echoed["body"]),
                    (&"/echo/a%20b?q=1".into(), &body.into())
                );
                assert_eq!(header_values(&echoed, "x-one"), ["1"]);
                assert_eq!(header_values(&echoed, "x-forwarded-proto"), [scheme]);
            }
        }
    });
}

#[test]
fn http2_streams_do_not_wait_for_each_other() {
    within(60, async {
        let setting = PlainApi::start().await;
        let mut client = Connection::http2(setting.gateway.address).await;
        let hanging = client
            .send(request("GET", "/rest/events?count=1000000&interval=1000", &[]))
            .await
            .unwrap();
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
fn an_answer_that_nobody_wants_keeps_its_connection_when_it_is_short_and_ends_when_it_is_not() {
    within(120, async {
        let (telling, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let upstream = Upstream::answering(move |request| {
            let telling = telling.clone();
            async move {
                if request.uri().path() == "/short" {
                    return Response::builder().status(404).body(full("not to be seen")).unwrap();
                }
                let (mut sender, body) = channel();
                tokio::spawn(async move {
                    while sender.send_data(Bytes::from_static(&[7; 1024])).await.is_ok() {}
                    telling.send("given up").unwrap();
                });
                Response::new(body)
            }
        })
        .await;
        let folder = Artifacts::passing("api", &upstream.url);
        let says = "<set-body>instead</set-body>";
        folder.write("apis/api/policy.xml", &document(&[("outbound", says)]));
        let gateway = Gateway::serve_with(&folder, &["--workers", "1"]).await;
        for _ in 0..5 {
            assert_eq!(client::get(gateway.address, "/api/short").await.text(), "instead");
        }
        assert_eq!(upstream.connections(), 1);
        for _ in 0..3 {
            assert_eq!(client::get(gateway.address, "/api/endless").await.text(), "instead");
            assert_eq!(soon("the end at the upstream", heard.recv()).await, Some("given up"));
        }
        assert_eq!(client::get(gateway.address, "/api/short").await.text(), "instead");
    });
}

#[test]
fn a_client_may_close_after_its_answer() {
    within(60, async {
        let setting = PlainApi::start().await;
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
fn requests_in_flight_end_before_the_gateway_does() {
    within(60, async {
        let (telling, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let upstream = Upstream::answering(move |_| {
            let (sender, body) = channel();
            telling.send(sender).unwrap();
            async move { Response::new(body) }
        })
        .await;
        let folder = Artifacts::passing("api", &upstream.url);
        let mut gateway = Gateway::serve_with(&folder, &["--drain", "30"]).await;
        let mut client = Connection::http1(gateway.address).await;
        let response = client.send(request("GET", "/api/x", &[])).await.unwrap();
        let mut sender = soon("the request", heard.recv()).await.unwrap();
        gateway.process.signal("TERM");
        eventually("no new connections", async || {
            tokio::net::TcpStream::connect(gateway.address).await.err()
        })
        .await;
        sender.send_data(Bytes::from_static(b"the rest")).await.unwrap();
        drop(sender);
        let answer = client::Answer::whole(response).await.unwrap();
        assert_eq!(answer.text(), "the rest");
        assert!(gateway.process.end().await.success(), "{}", gateway.process.log());
    });
}

#[test]
fn requests_that_never_end_do_not_keep_the_gateway() {
    within(60, async {
        for signal in ["TERM", "INT"] {
            let mut setting = PlainApi::start_with(&["--drain", "1"]).await;
            let mut client = setting.client().await;
            let idle = setting.client().await;
            let hanging = tokio::spawn(async move { client.send(request("GET", "/rest/hang", &[])).await.is_err() });
            eventually("the request", async || {
                (setting.gateway.metric("tollgate_requests_in_flight").await == 1).then_some(())
            })
            .await;
            setting.gateway.process.signal(signal);
            let end = setting.gateway.process.end().await;
            assert!(end.success(), "{signal}: {end} {}", setting.gateway.process.log());
            assert!(hanging.await.unwrap(), "{signal}: the client was answered");
            drop(idle);
        }
    });
}
