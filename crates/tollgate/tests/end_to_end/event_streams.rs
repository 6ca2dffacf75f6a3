//! Server-sent events: each event is at the client before the next one exists, on a thousand streams at a time.

use crate::support::artifacts::{Artifacts, document};
use crate::support::client::{Body, Connection, request};
use crate::support::gateway::Gateway;
use crate::support::patience::{soon, within};
use crate::support::upstream::{Upstream, channel};
use bytes::Bytes;
use http::{Response, Version};
use http_body_util::BodyExt;
use http_body_util::channel::Sender;
use hyper::body::Incoming;
use std::collections::HashMap;
use std::io;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// How much memory a stream may take, in KiB.
const STREAM_KIB: u64 = 100;

/// How much more the gateway may take whatever the number of streams, in KiB.
const SLACK_KIB: u64 = 10 << 10;

/// The upstream's end of each stream, with the stream's target.
type Streams = UnboundedReceiver<(String, Sender<Bytes, io::Error>)>;

async fn event_source() -> (Upstream, Streams) {
    let (opened, streams) = unbounded_channel();
    let upstream = Upstream::answering(move |request| {
        let (sender, body): (_, Body) = channel();
        opened.send((request.uri().to_string(), sender)).unwrap();
        async move {
            Response::builder()
                .header("content-type", "text/event-stream")
                .body(body)
                .unwrap()
        }
    })
    .await;
    (upstream, streams)
}

/// Reads exactly the event; whatever else comes is a failure.
async fn expect(stream: &mut Incoming, event: &str) {
    let mut received = Vec::new();
    while received.len() < event.len() {
        let frame = soon(event, stream.frame()).await;
        let frame = frame
            .unwrap_or_else(|| panic!("the stream ended before {event:?}"))
            .unwrap();
        received.extend_from_slice(frame.data_ref().unwrap());
    }
    assert_eq!(String::from_utf8_lossy(&received), event);
}

/// Opens `count` streams, `each` on a connection, and sends `rounds` events on each, one by one.
async fn check(folder: impl Fn(&str) -> Artifacts, count: usize, each: usize, rounds: usize) {
    let (upstream, mut opened) = event_source().await;
    let folder = folder(&upstream.url);
    let gateway = Gateway::serve(&folder).await;
    let (mut clients, mut streams) = (Vec::new(), Vec::new());
    let before = gateway.process.resident_kib();
    for number in 0..count {
        if number % each == 0 {
            let version = if each == 1 { Version::HTTP_11 } else { Version::HTTP_2 };
            clients.push(Connection::speaking(version, gateway.address).await);
        }
        let client = clients.last_mut().unwrap();
        let target = format!("/api/{number}");
        let response = soon(&target, client.send(request("GET", &target, &[]))).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        streams.push(response.into_body());
    }
    let mut sources = HashMap::new();
    while sources.len() < count {
        let (target, sender) = soon("all streams at the upstream", opened.recv()).await.unwrap();
        sources.insert(target, sender);
    }
    for round in 0..rounds {
        for (number, stream) in streams.iter_mut().enumerate() {
            let event = format!("id: {round}\nevent: tick\ndata: {{\"stream\":{number}}}\n\n");
            let source = sources.get_mut(&format!("/{number}")).unwrap();
            source.send_data(Bytes::from(event.clone())).await.unwrap();
            expect(stream, &event).await;
        }
    }
    assert_eq!(gateway.metric("tollgate_requests_in_flight").await, count as u64);
    let grown = gateway.process.resident_kib().saturating_sub(before);
    drop(sources);
    for stream in streams {
        let rest = soon("the end of a stream", stream.collect()).await.unwrap();
        assert_eq!(rest.to_bytes(), Bytes::new());
    }
    gateway.idle().await;
    let most = SLACK_KIB + STREAM_KIB * count as u64;
    assert!(
        grown < most,
        "{count} streams took {grown} KiB, expected less than {most}"
    );
}

#[test]
fn a_thousand_streams_on_as_many_connections() {
    within(240, check(|url| Artifacts::passing("api", url), 1000, 1, 3));
}

#[test]
fn streams_that_share_connections() {
    within(120, check(|url| Artifacts::passing("api", url), 200, 100, 3));
}

#[test]
fn policies_around_a_stream_do_not_hold_it_back() {
    let governed = |url: &str| {
        let folder = Artifacts::passing("api", url);
        let inbound = "<set-variable name=\"v\" value=\"@(context.Request.Method)\" />";
        let outbound = "<set-header name=\"X-Method\"><value>@((string)context.Variables[\"v\"])</value></set-header>";
        folder.write(
            "apis/api/policy.xml",
            &document(&[("inbound", inbound), ("outbound", outbound)]),
        );
        folder
    };
    within(120, check(governed, 20, 1, 3));
}

#[test]
fn unbuffered_forwarding() {
    let governed = |url: &str| {
        let folder = Artifacts::passing("api", url);
        let backend = "<forward-request timeout=\"120\" buffer-response=\"false\" />";
        folder.write("apis/api/policy.xml", &document(&[("backend", backend)]));
        folder
    };
    within(120, check(governed, 20, 1, 3));
}
