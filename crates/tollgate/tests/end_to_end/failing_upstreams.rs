//! Upstreams that break, hang or were never there, and clients that leave: nobody takes half an answer for a whole one,
//! and nothing stays behind.

use crate::support::artifacts::{Artifacts, document};
use crate::support::client::{self, Answer, Connection, VERSIONS, request, with_body};
use crate::support::gateway::Gateway;
use crate::support::patience::{soon, within};
use crate::support::peer::Peer;
use crate::support::raw::Raw;
use crate::support::upstream::{Upstream, channel, full, nobody};
use bytes::Bytes;
use http::Response;
use http_body_util::BodyExt;
use tokio::sync::mpsc::unbounded_channel;

/// An on-error section that tells what happened.
const TELL: &str = "\
<set-header name=\"X-Reason\" exists-action=\"override\"><value>@(context.LastError.Reason)</value></set-header>
<set-header name=\"X-Source\" exists-action=\"override\"><value>@(context.LastError.Source)</value></set-header>
<set-header name=\"X-Section\" exists-action=\"override\"><value>@(context.LastError.Section)</value></set-header>";

/// APIM's answer to what is not the client's business.
#[track_caller]
fn check_internal(answer: &Answer) {
    let text = answer.text();
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (500, "application/json"),
        "{text}"
    );
    let id = text
        .strip_prefix(r#"{ "statusCode": 500, "message": "Internal server error", "activityId": ""#)
        .and_then(|rest| rest.strip_suffix(r#"" }"#))
        .unwrap_or_else(|| panic!("not APIM's body: {text}"));
    let groups = id
        .split('-')
        .map(|group| (group.len(), group.bytes().all(|byte| byte.is_ascii_hexdigit())));
    assert!(
        groups.eq([(8, true), (4, true), (4, true), (4, true), (12, true)]),
        "{id}"
    );
}

/// Asks for `target` over both versions, breaks the upstream with `break_it` once the answer has begun, and checks that
/// the client is told.
async fn check_abort(folder: &Artifacts, target: &str, break_it: impl Fn()) {
    let gateway = Gateway::serve(folder).await;
    for version in VERSIONS {
        let mut client = Connection::speaking(version, gateway.address).await;
        let response = soon("the answer's head", client.send(request("GET", target, &[])))
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        let mut body = response.into_body();
        let first = soon("the first part", body.frame()).await;
        assert!(matches!(first, Some(Ok(_))), "{version:?}: {first:?}");
        break_it();
        let end = soon("the end", async {
            loop {
                match body.frame().await {
                    Some(Ok(_)) => {}
                    other => return other,
                }
            }
        })
        .await;
        assert!(
            matches!(end, Some(Err(_))),
            "{version:?} {target}: half an answer ended as if it were whole"
        );
    }
    gateway.idle().await;
}

#[test]
fn an_upstream_that_is_killed_breaks_the_answer() {
    within(120, async {
        for target in [
            "/rest/download?bytes=100000000000",
            "/rest/events?count=1000000&interval=5",
        ] {
            let peer = Peer::rest().await;
            let folder = Artifacts::passing("rest", &peer.url);
            let gateway = Gateway::serve(&folder).await;
            let (mut one, mut two) = (
                Connection::http1(gateway.address).await,
                Connection::http2(gateway.address).await,
            );
            let bodies = [
                one.send(request("GET", target, &[])).await.unwrap().into_body(),
                two.send(request("GET", target, &[])).await.unwrap().into_body(),
            ];
            peer.kill();
            for (version, body) in [one.version(), two.version()].into_iter().zip(bodies) {
                let whole = soon("the end", drained(body)).await;
                assert!(
                    whole.is_err(),
                    "{version:?} {target}: half an answer ended as if it were whole"
                );
            }
            gateway.idle().await;
            check_internal(&client::get(gateway.address, "/rest/bytes").await);
        }
    });
}

async fn drained(mut body: hyper::body::Incoming) -> hyper::Result<()> {
    while let Some(frame) = body.frame().await {
        frame?;
    }
    Ok(())
}

#[test]
fn an_upstream_that_breaks_off_breaks_the_answer() {
    within(120, async {
        let peer = Peer::rest().await;
        let folder = Artifacts::passing("rest", &peer.url);
        for after in [1, 1000, 1 << 20] {
            check_abort(&folder, &format!("/rest/cut?after={after}"), || ()).await;
        }
    });
}

#[test]
fn chunks_that_break_off_break_the_answer() {
    within(120, async {
        for tail in ["", "5\r\nhel", "5\r\nhello\r\n", "nonsense\r\n", "0\r\n"] {
            let upstream = Upstream::raw(move |mut connection| async move {
                connection.reads("\r\n\r\n").await;
                connection
                    .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndata\r\n")
                    .await;
                connection.send(tail).await;
            })
            .await;
            check_abort(&Artifacts::passing("api", &upstream.url), "/api/x", || ()).await;
        }
    });
}

#[test]
fn an_upstream_that_refuses_is_an_internal_error() {
    within(60, async {
        let folder = Artifacts::passing("api", &nobody().await);
        let gateway = Gateway::serve(&folder).await;
        check_internal(&client::get(gateway.address, "/api/x").await);
        folder.write("apis/api/policy.xml", &document(&[("on-error", TELL)]));
        let gateway = Gateway::serve(&folder).await;
        let answer = client::get(gateway.address, "/api/x").await;
        check_internal(&answer);
        let told = ["x-reason", "x-source", "x-section"].map(|name| answer.header(name));
        assert_eq!(told, ["BackendConnectionFailure", "forward-request", "backend"]);
    });
}

#[test]
fn an_answer_that_is_none_is_an_internal_error() {
    within(120, async {
        for answer in [
            "",
            "HELLO\r\n\r\n",
            "HTTP/1.1 200",
            "HTTP/1.1 200 OK\r\nContent-Le",
            "HTTP/1.1 999999 What\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: nine\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: nothing-asked-for\r\n\r\n",
        ] {
            let upstream = Upstream::raw(move |mut connection| async move {
                connection.reads("\r\n\r\n").await;
                connection.send(answer).await;
            })
            .await;
            let folder = Artifacts::passing("api", &upstream.url);
            let gateway = Gateway::serve(&folder).await;
            let answered = client::get(gateway.address, "/api/x").await;
            assert_eq!(answered.status, 500, "{answer:?}: {}", answered.text());
            check_internal(&answered);
            gateway.idle().await;
        }
    });
}

#[test]
fn answers_of_odd_but_lawful_shapes_are_passed_on() {
    within(120, async {
        for (answer, body) in [
            ("HTTP/1.0 200 OK\r\n\r\nuntil the end", "until the end"),
            (
                "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end",
                "until the end",
            ),
            ("HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", "hello"),
            (
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                "ok",
            ),
            (
                "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n2;x=y\r\nok\r\n0\r\n\r\n",
                "ok",
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more than was promised",
                "ok",
            ),
        ] {
            let upstream = Upstream::raw(move |mut connection| async move {
                connection.reads("\r\n\r\n").await;
                connection.send(answer).await;
            })
            .await;
            let folder = Artifacts::passing("api", &upstream.url);
            let gateway = Gateway::serve(&folder).await;
            for _ in 0..3 {
                let answered = client::get(gateway.address, "/api/x").await;
                assert_eq!((answered.status.as_u16(), &*answered.text()), (200, body), "{answer:?}");
            }
        }
    });
}

#[test]
fn a_timeout_of_forward_request_is_told_as_such() {
    within(60, async {
        let peer = Peer::rest().await;
        let folder = Artifacts::passing("rest", &peer.url);
        let policy = document(&[("backend", "<forward-request timeout=\"1\" />"), ("on-error", TELL)]);
        folder.write("apis/rest/policy.xml", &policy);
        let gateway = Gateway::serve(&folder).await;
        let answer = client::get(gateway.address, "/rest/hang").await;
        check_internal(&answer);
        assert_eq!(
            (answer.header("x-reason"), answer.header("x-source")),
            ("Timeout", "forward-request")
        );
        let answer = client::get(gateway.address, "/rest/slow?ms=10").await;
        assert_eq!(answer.status, 200);
        gateway.idle().await;
    });
}

#[test]
fn a_timeout_of_forward_request_is_over_with_the_head() {
    within(60, async {
        let upstream = Upstream::raw(|mut connection| async move {
            connection.reads("\r\n\r\n").await;
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsl").await;
            tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
            connection.send("ow").await;
        })
        .await;
        let folder = Artifacts::passing("api", &upstream.url);
        let policy = document(&[("backend", "<forward-request timeout=\"1\" />")]);
        folder.write("apis/api/policy.xml", &policy);
        let gateway = Gateway::serve(&folder).await;
        let answer = client::get(gateway.address, "/api/x").await;
        assert_eq!((answer.status.as_u16(), answer.text()), (200, "slow".to_owned()));
    });
}

#[test]
fn a_stale_connection_is_not_the_clients_problem() {
    within(60, async {
        let upstream = Upstream::raw(|mut connection| async move {
            connection.reads("\r\n\r\n").await;
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
            // It hangs up without having said so.
        })
        .await;
        let folder = Artifacts::passing("api", &upstream.url);
        let gateway = Gateway::serve(&folder).await;
        let mut client = Connection::http1(gateway.address).await;
        for _ in 0..30 {
            assert_eq!(client.answer(request("GET", "/api/x", &[])).await.text(), "ok");
        }
    });
}

#[test]
fn clients_that_leave_leave_nothing_behind() {
    within(120, async {
        let (telling, mut heard) = unbounded_channel();
        let upstream = Upstream::answering(move |request| {
            let telling = telling.clone();
            let (sender, body) = channel();
            tokio::spawn(tell_the_end(request, sender, telling));
            async move { Response::new(body) }
        })
        .await;
        let hanging = Peer::rest().await;
        let folder = Artifacts::passing("api", &upstream.url);
        folder.write_api("rest", &hanging.url, "\"subscriptionRequired\": false");
        let gateway = Gateway::serve(&folder).await;

        for version in VERSIONS {
            let mut before_the_head = Connection::speaking(version, gateway.address).await;
            let asking =
                tokio::spawn(async move { before_the_head.send(request("GET", "/rest/hang", &[])).await.map(drop) });
            crate::support::patience::eventually("the request", async || {
                (gateway.metric("tollgate_requests_in_flight").await == 1).then_some(())
            })
            .await;
            asking.abort();
            gateway.idle().await;
        }
        for version in VERSIONS {
            let mut amid_the_answer = Connection::speaking(version, gateway.address).await;
            let response = amid_the_answer.send(request("GET", "/api/x", &[])).await.unwrap();
            drop((response, amid_the_answer));
            assert_eq!(soon("the end at the upstream", heard.recv()).await, Some("answer"));
            gateway.idle().await;
        }
        for version in VERSIONS {
            let mut amid_the_question = Connection::speaking(version, gateway.address).await;
            let (mut sender, body) = channel();
            sender.send_data(Bytes::from_static(b"half a question")).await.unwrap();
            let response = amid_the_question
                .send(with_body("POST", "/api/x", &[("x-read", "1")], body))
                .await
                .unwrap();
            sender.abort(std::io::Error::other("gone"));
            assert_eq!(soon("the end at the upstream", heard.recv()).await, Some("question"));
            drop((response, amid_the_question));
            gateway.idle().await;
        }
    });
}

/// Says which half of an exchange broke: the question that is read, or the answer that is written until nobody wants it.
async fn tell_the_end(
    request: http::Request<hyper::body::Incoming>,
    mut sender: http_body_util::channel::Sender<Bytes, std::io::Error>,
    telling: tokio::sync::mpsc::UnboundedSender<&'static str>,
) {
    if request.headers().contains_key("x-read") {
        sender.send_data(Bytes::from_static(b"go on")).await.unwrap();
        let broken = request.into_body().collect().await.is_err();
        telling.send(if broken { "question" } else { "whole" }).unwrap();
        return;
    }
    while sender.send_data(Bytes::from_static(b"data")).await.is_ok() {
        crate::support::patience::pause().await;
    }
    telling.send("answer").unwrap();
}

#[test]
fn an_upstream_that_answers_before_it_has_read_all_is_heard() {
    within(60, async {
        let upstream = Upstream::raw(|mut connection| async move {
            connection.reads("\r\n\r\n").await;
            connection
                .send("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 8\r\nConnection: close\r\n\r\ntoo much")
                .await;
            connection.end().await;
        })
        .await;
        let folder = Artifacts::passing("api", &upstream.url);
        let gateway = Gateway::serve(&folder).await;
        let mut raw = Raw::connect(gateway.address).await;
        raw.send("POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nthe first bytes")
            .await;
        assert!(raw.reads("too much").await, "{}", raw.text());
        assert_eq!(raw.statuses(), [413]);
        drop(raw);
        gateway.idle().await;
    });
}

#[test]
fn an_upstream_that_comes_back_is_used_again() {
    within(60, async {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let folder = Artifacts::passing("api", &format!("http://{address}"));
        let gateway = Gateway::serve(&folder).await;
        check_internal(&client::get(gateway.address, "/api/echo").await);
        let _peer = Peer::start(&["rest", "--listen", &address.to_string()]).await;
        assert_eq!(client::get(gateway.address, "/api/echo").await.status, 200);
    });
}

#[test]
fn an_api_without_an_upstream_is_an_internal_error_or_a_finding() {
    within(60, async {
        let upstream = Upstream::answering(|_| async { Response::new(full("never asked")) }).await;
        let folder = Artifacts::passing("api", &upstream.url);
        folder.write(
            "apis/api/apiInformation.json",
            r#"{"properties": {"displayName": "api", "path": "api", "protocols": ["http"], "subscriptionRequired": false}}"#,
        );
        let gateway = Gateway::serve(&folder).await;
        check_internal(&client::get(gateway.address, "/api/x").await);
    });
}
