//! Reloading, stopping, idling.

use crate::support::{
    Client, Upstream, api, body_of, catalog, eventually, fetch, full, get, in_front_of, plans, request, socket, soon,
    start_by, start_with, switch, switching, text,
};
use gateway::Running;
use http::StatusCode;
use http_body_util::BodyExt;
use policy::Clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

#[tokio::test]
async fn a_reload_under_load_fails_no_request_and_then_holds() {
    let upstream = Upstream::http(|request| async move { text(request.uri().path()) }).await;
    let gateway = Arc::new(in_front_of(&upstream));
    let stop = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicUsize::new(0));
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (gateway, stop, answered) = (Arc::clone(&gateway), Arc::clone(&stop), Arc::clone(&answered));
        clients.spawn(async move {
            let mut client = Client::connect(&gateway).await;
            while !stop.load(Ordering::SeqCst) {
                let response = client.send(get("/echo/x")).await.unwrap();
                assert_eq!(response.status(), StatusCode::OK);
                body_of(response).await;
                answered.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    for round in 0..20 {
        let next = catalog(vec![
            api("echo", upstream.address),
            api(&format!("round-{round}"), upstream.address),
        ]);
        let plans = plans(&next);
        gateway.replace(Arc::new(next), plans);
        assert_eq!(
            fetch(&gateway, get(&format!("/round-{round}/y"))).await,
            (StatusCode::OK, "/y".into())
        );
        assert_eq!(
            fetch(&gateway, get(&format!("/round-{}/y", round + 1))).await.0,
            StatusCode::NOT_FOUND
        );
    }
    stop.store(true, Ordering::SeqCst);
    while let Some(done) = soon(clients.join_next()).await {
        done.unwrap();
    }
    assert!(answered.load(Ordering::SeqCst) > 0);
}

#[tokio::test]
async fn stopping_lets_requests_finish_and_closes_idle_connections() {
    let gate = Arc::new(Semaphore::new(0));
    let opened = Arc::clone(&gate);
    let upstream = Upstream::http(move |_| {
        let gate = Arc::clone(&opened);
        async move {
            gate.acquire().await.unwrap().forget();
            text("finished")
        }
    })
    .await;
    let gateway = in_front_of(&upstream);
    let address = gateway.address().unwrap();
    let mut idle = TcpStream::connect(address).await.unwrap();
    let mut client = Client::connect(&gateway).await;
    let under_way = tokio::spawn(async move { client.send(request("POST", "/echo", full("x"))).await.unwrap() });
    eventually("the request", || upstream.connections() == 1).await;
    let stopped = tokio::task::spawn_blocking(move || gateway.shutdown(Duration::from_secs(15)));
    let mut rest = Vec::new();
    soon(idle.read_to_end(&mut rest)).await.unwrap();
    eventually("the end of listening", || {
        std::net::TcpStream::connect(address).is_err()
    })
    .await;
    gate.add_permits(1);
    let response = under_way.await.unwrap();
    assert_eq!(body_of(response).await, "finished");
    soon(stopped).await.unwrap();
}

#[tokio::test]
async fn stopping_lets_upgraded_connections_finish() {
    let upstream = switching().await;
    let gateway = start_with(catalog(vec![socket(&upstream)]), |_| {});
    let address = gateway.address().unwrap();
    let mut client = switch(&gateway).await;
    let stopped = tokio::task::spawn_blocking(move || gateway.shutdown(Duration::from_secs(15)));
    eventually("the end of listening", || {
        std::net::TcpStream::connect(address).is_err()
    })
    .await;
    client.write_all(b"still here").await.unwrap();
    let mut heard = [0; 16];
    soon(client.read_exact(&mut heard)).await.unwrap();
    assert_eq!(&heard, b"hello still here");
    drop(client);
    soon(stopped).await.unwrap();
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_a_place() {
    let upstream = switching().await;
    let plain = Upstream::http(|_| async { text("ok") }).await;
    let apis = vec![socket(&upstream), api("echo", plain.address)];
    let gateway = start_with(catalog(apis), |config| config.limits.connections = 2);
    let mut first = Client::connect(&gateway).await;
    body_of(first.send(get("/echo")).await.unwrap()).await;
    let upgraded = switch(&gateway).await;
    // Its socket is connected, and nobody reads from it.
    let mut third = Client::connect(&gateway).await;
    let mut waiting = tokio::spawn(async move {
        let answer = body_of(third.send(get("/echo")).await.unwrap()).await;
        (third, answer)
    });
    let early = tokio::time::timeout(Duration::from_millis(200), &mut waiting).await;
    assert!(early.is_err(), "a third connection was served");
    drop(upgraded);
    let (third, answer) = soon(waiting).await.unwrap();
    assert_eq!(answer, "ok");
    drop((first, third));
    assert_eq!(fetch(&gateway, get("/echo")).await.1, "ok");
}

#[tokio::test]
async fn stopping_does_not_wait_for_ever() {
    let upstream = Upstream::http(|_| std::future::pending()).await;
    let gateway = in_front_of(&upstream);
    let mut client = Client::connect(&gateway).await;
    let under_way = tokio::spawn(async move { client.send(get("/echo")).await });
    eventually("the request", || upstream.connections() == 1).await;
    soon(tokio::task::spawn_blocking(move || {
        gateway.shutdown(Duration::from_millis(200));
    }))
    .await
    .unwrap();
    assert!(soon(under_way).await.unwrap().is_err());
}

#[tokio::test]
async fn a_client_that_sent_a_body_may_idle_as_long_as_any_other() {
    let upstream = Upstream::http(|request| async {
        let _ = request.into_body().collect().await;
        text("ok")
    })
    .await;
    let gateway = start_with(catalog(vec![api("echo", upstream.address)]), |config| {
        config.timeouts.head = Duration::from_millis(300);
    });
    let mut client = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    // The body comes apart from its head, and is no beginning of a next one.
    for part in ["POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n", "body"] {
        tokio::time::sleep(Duration::from_millis(100)).await;
        client.write_all(part.as_bytes()).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let last = "GET /echo HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    client.write_all(last.as_bytes()).await.unwrap();
    let mut answers = String::new();
    soon(client.read_to_string(&mut answers)).await.unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 2, "{answers}");
}

#[tokio::test]
async fn an_idle_client_is_closed() {
    let upstream = Upstream::http(|_| async { text("ok") }).await;
    let gateway = start_with(catalog(vec![api("echo", upstream.address)]), |config| {
        config.timeouts.idle = Duration::from_millis(300);
    });
    let mut silent = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    let mut client = Client::connect(&gateway).await;
    assert_eq!(client.send(get("/echo")).await.unwrap().status(), StatusCode::OK);
    let mut rest = Vec::new();
    assert_eq!(soon(silent.read_to_end(&mut rest)).await.unwrap(), 0);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(client.send(get("/echo")).await.is_err());
}

/// A clock that is broken for a while.
#[derive(Default)]
struct BrokenClock {
    broken: AtomicBool,
}

impl Clock for BrokenClock {
    fn ticks(&self) -> i64 {
        assert!(!self.broken.load(Ordering::SeqCst), "the clock is broken");
        0
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn random(&self) -> u64 {
        0
    }
}

#[tokio::test]
async fn a_bug_costs_one_request_its_answer_and_nobody_else() {
    let upstream = Upstream::http(|_| async { text("ok") }).await;
    let clock = Arc::new(BrokenClock::default());
    let gateway = start_by(
        Arc::clone(&clock) as Arc<dyn Clock>,
        catalog(vec![api("echo", upstream.address)]),
        |_| {},
    );
    let mut client = Client::connect(&gateway).await;
    for broken in [true, false, true] {
        clock.broken.store(broken, Ordering::SeqCst);
        let response = client.send(get("/echo")).await.unwrap();
        let (status, body) = (response.status().as_u16(), body_of(response).await);
        if broken {
            assert_eq!(status, 500);
            assert!(
                body.starts_with(r#"{ "statusCode": 500, "message": "Internal server error", "activityId": ""#),
                "{body}"
            );
        } else {
            assert_eq!((status, &*body), (200, "ok"));
        }
    }
}

#[tokio::test]
async fn a_state_that_was_replaced_is_freed() {
    let upstream = Upstream::http(|_| async { text("ok") }).await;
    let gateway = in_front_of(&upstream);
    let mut client = Client::connect(&gateway).await;
    let mut old = Vec::new();
    for round in 0..1000 {
        let next = Arc::new(catalog(vec![api("echo", upstream.address)]));
        let plans = plans(&next);
        old.push((Arc::downgrade(&next), Arc::downgrade(&next.apis[0])));
        gateway.replace(next, plans);
        if round % 10 == 0 {
            assert_eq!(client.send(get("/echo")).await.unwrap().status(), StatusCode::OK);
        }
    }
    // A worker lets go of an old state when it next takes one.
    assert_eq!(client.send(get("/echo")).await.unwrap().status(), StatusCode::OK);
    let held = old
        .iter()
        .filter(|(catalog, api)| catalog.strong_count() + api.strong_count() > 0);
    assert_eq!(held.count(), 1);
}

/// What a client hears that closes its side with its last byte.
async fn last_words(gateway: &Running, said: &str) -> String {
    let mut stream = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    stream.write_all(said.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    soon(stream.read_to_string(&mut answer)).await.unwrap();
    answer
}

#[tokio::test]
async fn a_client_that_has_nothing_more_to_say_gets_its_answer() {
    let upstream = Upstream::http(|request| async move {
        let body = request.into_body().collect().await.unwrap().to_bytes();
        text(&format!("got {}", body.len()))
    })
    .await;
    let gateway = in_front_of(&upstream);
    let get = "GET /echo HTTP/1.1\r\nhost: a\r\n\r\n";
    let post = "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc";
    let none = "GET /none HTTP/1.1\r\nhost: a\r\n\r\n";
    for (said, expected) in [(get, "got 0"), (post, "got 3"), (none, "Resource not found")] {
        let answer = last_words(&gateway, said).await;
        assert!(answer.contains(expected), "{said}\n{answer}");
    }
    assert_eq!(last_words(&gateway, "").await, "");
}
