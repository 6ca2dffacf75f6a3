//! Policies that call others, wait, try again and count who is within them, as clients and upstreams see it.

use crate::support::artifacts::{Artifacts, document};
use crate::support::client::{self, Connection, request, sending};
use crate::support::gateway::Gateway;
use crate::support::patience::{eventually, soon, within};
use crate::support::upstream::{Upstream, full, nobody};
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::{Barrier, Notify};

/// A gateway with the API `a` before `upstream` under these policies.
async fn gateway(upstream: &str, sections: &[(&str, &str)]) -> (Gateway, Artifacts) {
    let folder = Artifacts::passing("a", upstream);
    folder.write("apis/a/policy.xml", &document(sections));
    (Gateway::serve(&folder).await, folder)
}

/// Method, path and body of a request as one line.
async fn line(request: Request<Incoming>) -> String {
    let start = format!("{} {}", request.method(), request.uri());
    let body = request.into_body().collect().await.unwrap().to_bytes();
    format!("{start} {}", String::from_utf8_lossy(&body))
}

fn with_status(status: u16, body: impl Into<String>) -> Response<client::Body> {
    let mut response = Response::new(full(body.into()));
    *response.status_mut() = status.try_into().unwrap();
    response
}

fn send(attributes: &str, url: &str, more: &str) -> String {
    format!(
        "<send-request response-variable-name=\"r\" {attributes}><set-url>{url}</set-url><set-method>POST</set-method>{more}</send-request>"
    )
}

#[test]
fn the_answer_of_one_server_goes_into_the_request_to_another() {
    within(120, async {
        let tokens =
            Upstream::answering(|request| async { Response::new(full(format!("token for {}", line(request).await))) })
                .await;
        let upstream = Upstream::answering(|request: Request<Incoming>| async move {
            let token = request.headers()["authorization"].to_str().unwrap().to_owned();
            Response::new(full(format!("{token}; {}", line(request).await)))
        })
        .await;
        let asks = send(
            "",
            &format!("{}/token", tokens.url),
            "<set-body>@(context.Request.Body.As&lt;string&gt;(true) + \"!\")</set-body>",
        );
        let carries = "<set-header name=\"Authorization\"><value>@(((IResponse)context.Variables[\"r\"]).Body.As&lt;string&gt;())</value></set-header>";
        let (gateway, _folder) = gateway(&upstream.url, &[("inbound", &format!("{asks}{carries}"))]).await;
        let mut client = Connection::http1(gateway.address).await;
        for _ in 0..3 {
            let answer = client.answer(sending("PUT", "/a/x", &[], "body")).await;
            assert_eq!(answer.text(), "token for POST /token body!; PUT /x body");
        }
        assert_eq!(tokens.connections(), 1, "its connection is used again");
    });
}

#[test]
fn a_server_that_is_not_there_or_too_slow_is_a_failure_or_null() {
    within(120, async {
        let slow = Upstream::answering(|_| std::future::pending::<Response<client::Body>>()).await;
        let tell = "<set-header name=\"X-Why\"><value>@(context.LastError.Source + \" \" + context.LastError.Reason)</value></set-header>";
        let null = "<return-response><set-body>@(context.Variables.ContainsKey(\"r\") &amp;&amp; context.Variables[\"r\"] == null ? \"null\" : \"?\")</set-body></return-response>";
        for (url, reason) in [
            (nobody().await, "BackendConnectionFailure"),
            (slow.url.clone(), "Timeout"),
        ] {
            let strict = send("timeout=\"0.3\"", &url, "");
            let (one, _folder) = gateway(&url, &[("inbound", &strict), ("on-error", tell)]).await;
            let answer = client::get(one.address, "/a").await;
            assert_eq!(
                (answer.status.as_u16(), answer.header("x-why")),
                (500, &*format!("send-request {reason}"))
            );
            let ignoring = send("timeout=\"0.3\" ignore-error=\"true\"", &url, "");
            let (other, _folder) = gateway(&url, &[("inbound", &format!("{ignoring}{null}"))]).await;
            assert_eq!(client::get(other.address, "/a").await.text(), "null");
        }
    });
}

#[test]
fn an_upstream_that_fails_is_tried_again_with_the_whole_body() {
    within(120, async {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let requests = Arc::clone(&seen);
        let upstream = Upstream::answering(move |request| {
            let seen = Arc::clone(&requests);
            async move {
                let line = line(request).await;
                let mut seen = seen.lock().unwrap();
                seen.push(line);
                if seen.len() % 3 == 0 {
                    with_status(200, "at last")
                } else {
                    with_status(503, "busy")
                }
            }
        })
        .await;
        let retry = "<retry condition=\"@(context.Response.StatusCode == 503)\" count=\"5\" interval=\"0.01\" delta=\"0.01\">\
                     <forward-request buffer-request-body=\"true\" /></retry>";
        let (gateway, _folder) = gateway(&upstream.url, &[("backend", retry)]).await;
        let mut client = Connection::http1(gateway.address).await;
        let answer = client.answer(sending("POST", "/a/x", &[], "hello")).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (200, "at last".to_owned()));
        assert_eq!(*seen.lock().unwrap(), ["POST /x hello"; 3]);
    });
}

#[test]
fn an_upstream_that_hangs_up_is_tried_again() {
    within(120, async {
        let count = Arc::new(AtomicUsize::new(0));
        let upstream = Upstream::raw(move |mut connection| {
            let count = Arc::clone(&count);
            async move {
                connection.reads("\r\n\r\n").await;
                if count.fetch_add(1, Ordering::SeqCst) == 2 {
                    connection
                        .send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
                        .await;
                    connection.end().await;
                }
            }
        })
        .await;
        let retry = "<retry condition=\"@(context.Response == null)\" count=\"2\" interval=\"0\" first-fast-retry=\"true\"><forward-request /></retry>";
        let (gateway, _folder) = gateway(&upstream.url, &[("backend", retry)]).await;
        let answer = client::get(gateway.address, "/a").await;
        assert_eq!((answer.status.as_u16(), answer.text()), (200, "ok".to_owned()));
        assert_eq!(upstream.connections(), 3);
    });
}

#[test]
fn requests_of_wait_are_under_way_at_the_same_time() {
    within(120, async {
        // Neither is answered before both have come: one after the other they would wait for ever.
        let both = Arc::new(Barrier::new(2));
        let upstream = Upstream::answering(move |request: Request<Incoming>| {
            let both = Arc::clone(&both);
            async move {
                let path = request.uri().path().to_owned();
                if path != "/" {
                    both.wait().await;
                }
                Response::new(full(path))
            }
        })
        .await;
        let one = send("", &format!("{}/one", upstream.url), "");
        let two = send("", &format!("{}/two", upstream.url), "").replace("\"r\"", "\"s\"");
        let text = |name: &str| format!("((IResponse)context.Variables[\"{name}\"]).Body.As&lt;string&gt;()");
        let result = format!(
            "<set-body>@({} + {} + context.Response.Body.As&lt;string&gt;())</set-body>",
            text("r"),
            text("s")
        );
        let wait = format!("<wait for=\"all\">{one}<choose><when condition=\"@(true)\">{two}</when></choose></wait>");
        let (gateway, _folder) = gateway(&upstream.url, &[("inbound", &wait), ("outbound", &result)]).await;
        assert_eq!(client::get(gateway.address, "/a/").await.text(), "/one/two/");
    });
}

#[test]
fn the_first_answer_ends_the_others() {
    within(120, async {
        let gone = Arc::new(Notify::new());
        let told = Arc::clone(&gone);
        let never = Upstream::raw(move |mut connection| {
            let told = Arc::clone(&told);
            async move {
                connection.reads("\r\n\r\n").await;
                connection.end().await;
                told.notify_one();
            }
        })
        .await;
        let quick = Upstream::answering(|_| async { Response::new(full("quick")) }).await;
        let wait = format!(
            "<wait for=\"any\">{}{}</wait>",
            send("", &never.url, ""),
            send("", &quick.url, "")
        );
        let answer = "<return-response response-variable-name=\"r\" />";
        let (gateway, _folder) = gateway(&quick.url, &[("inbound", &format!("{wait}{answer}"))]).await;
        assert_eq!(client::get(gateway.address, "/a").await.text(), "quick");
        soon("the other connection's end", gone.notified()).await;
    });
}

#[test]
fn one_more_than_there_is_room_for_is_refused_until_one_is_done_or_gone() {
    within(120, async {
        let release = Arc::new(Notify::new());
        let released = Arc::clone(&release);
        let arrived = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&arrived);
        let upstream = Upstream::answering(move |_| {
            let (released, count) = (Arc::clone(&released), Arc::clone(&count));
            async move {
                count.fetch_add(1, Ordering::SeqCst);
                released.notified().await;
                Response::new(full("done"))
            }
        })
        .await;
        let limit = "<limit-concurrency key=\"@(context.Request.Headers.GetValueOrDefault(&quot;Who&quot;))\" max-count=\"2\">\
                     <forward-request /></limit-concurrency>";
        let (gateway, _folder) = gateway(&upstream.url, &[("backend", limit)]).await;
        let begin = |who: &'static str| {
            let address = gateway.address;
            tokio::spawn(async move { client::get_with(address, "/a", &[("who", who)]).await })
        };
        let inside = async |number| {
            eventually("requests inside", async || {
                (arrived.load(Ordering::SeqCst) == number).then_some(())
            })
            .await;
        };
        let (first, second) = (begin("x"), begin("x"));
        inside(2).await;
        let refused = client::get_with(gateway.address, "/a", &[("who", "x")]).await;
        assert_eq!(
            (
                refused.status.as_u16(),
                refused.header("content-type"),
                refused.text().as_str()
            ),
            (
                429,
                "application/json",
                r#"{ "statusCode": 429, "message": "Concurrency limit is exceeded." }"#
            )
        );
        let other = begin("y");
        inside(3).await;
        // A client that goes away makes room.
        first.abort();
        let third = eventually("room", async || {
            let before = arrived.load(Ordering::SeqCst);
            let third = begin("x");
            eventually("an end", async || {
                (third.is_finished() || arrived.load(Ordering::SeqCst) > before).then_some(())
            })
            .await;
            (!third.is_finished()).then_some(third)
        })
        .await;
        for waiting in [second, third, other] {
            let answer = eventually("the answer", async || {
                release.notify_waiters();
                waiting.is_finished().then_some(())
            });
            answer.await;
            assert_eq!(waiting.await.unwrap().text(), "done");
        }
    });
}

#[test]
fn nobody_waits_for_a_one_way_request() {
    within(120, async {
        let (arrived, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (told, released) = (Arc::clone(&arrived), Arc::clone(&release));
        let log = Upstream::answering(move |request| {
            let (told, released) = (Arc::clone(&told), Arc::clone(&released));
            async move {
                assert_eq!(line(request).await, "POST /log GET");
                told.notify_one();
                released.notified().await;
                Response::new(full(""))
            }
        })
        .await;
        let upstream = Upstream::answering(|_| async { Response::new(full("answer")) }).await;
        let one_way = format!(
            "<send-one-way-request mode=\"new\"><set-url>{}/log</set-url><set-method>POST</set-method>\
             <set-body>@(context.Request.Method)</set-body></send-one-way-request>",
            log.url
        );
        let (gateway, _folder) = gateway(&upstream.url, &[("inbound", &one_way)]).await;
        // The client has its answer while the other server still thinks.
        assert_eq!(client::get(gateway.address, "/a").await.text(), "answer");
        soon("the one-way request", arrived.notified()).await;
        release.notify_one();
    });
}

#[test]
fn measurements_are_among_the_metrics() {
    within(120, async {
        let upstream = Upstream::answering(|_| async { Response::new(full("")) }).await;
        let emit = "<emit-metric name=\"calls\" namespace=\"shop\" value=\"2\"><dimension name=\"API ID\" />\
                    <dimension name=\"Method\" value=\"@(context.Request.Method)\" /></emit-metric>";
        let (gateway, _folder) = gateway(&upstream.url, &[("outbound", emit)]).await;
        let mut client = Connection::http1(gateway.address).await;
        for method in ["GET", "POST", "GET"] {
            client.answer(request(method, "/a", &[])).await;
        }
        let metrics = gateway.metrics().await;
        for line in [
            "# TYPE policy_shop_calls summary",
            "policy_shop_calls_sum{API_ID=\"a\",Method=\"GET\"} 4",
            "policy_shop_calls_count{API_ID=\"a\",Method=\"GET\"} 2",
            "policy_shop_calls_count{API_ID=\"a\",Method=\"POST\"} 1",
        ] {
            assert!(metrics.lines().any(|found| found == line), "{line}\n{metrics}");
        }
    });
}
