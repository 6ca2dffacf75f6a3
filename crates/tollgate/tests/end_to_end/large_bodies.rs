//! Bodies larger than anyone would keep: whole on the other side, and never in the gateway's memory.

use crate::support::artifacts::{Artifacts, document};
use crate::support::client::{self, Connection, VERSIONS, request, with_body};
use crate::support::gateway::Gateway;
use crate::support::patience::{eventually, within};
use crate::support::peer::Peer;
use crate::support::upstream::{Upstream, channel};
use bytes::Bytes;
use http::Response;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of a body.
const SIZE: u64 = 100 << 20;

/// How much more memory the gateway may have taken at most, in KiB, than before the first body.
const GROWTH_KIB: u64 = 40 << 10;

/// A stretch of what clients send.
const PART: usize = 64 << 10;

fn hexadecimal(hash: Sha256) -> String {
    let digits = hash.finalize().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// Sends [`SIZE`] bytes; gives the answer and the digest of what was sent.
async fn upload(client: &mut Connection, headers: &[(&str, &str)]) -> (serde_json::Value, String) {
    let (mut sender, body) = channel();
    let sending = tokio::spawn(async move {
        let mut hash = Sha256::new();
        for number in 0..SIZE / PART as u64 {
            let part = Bytes::from(vec![number as u8; PART]);
            hash.update(&part);
            sender.send_data(part).await.unwrap();
        }
        hexadecimal(hash)
    });
    let response = client
        .send(with_body("POST", "/rest/upload", headers, body))
        .await
        .unwrap();
    let answer = client::Answer::whole(response).await.unwrap();
    (answer.json(), sending.await.unwrap())
}

/// Reads a body to its end; gives its length and its digest.
async fn digest(mut body: Incoming) -> (u64, String) {
    let (mut hash, mut length) = (Sha256::new(), 0);
    while let Some(frame) = body.frame().await {
        let part = frame.unwrap().into_data().unwrap();
        length += part.len() as u64;
        hash.update(part);
    }
    (length, hexadecimal(hash))
}

#[test]
fn uploads_and_downloads_of_100_mb_arrive_whole_and_are_not_kept() {
    within(300, async {
        let peer = Peer::rest().await;
        let folder = Artifacts::passing("rest", &peer.url);
        let gateway = Gateway::serve(&folder).await;
        assert_eq!(client::get(gateway.address, "/rest/bytes").await.status, 200);
        let before = gateway.process.peak_kib();

        let length = SIZE.to_string();
        let mut one = Connection::http1(gateway.address).await;
        let (answer, sent) = upload(&mut one, &[("content-length", &length)]).await;
        assert_eq!((&answer["bytes"], &answer["sha256"]), (&SIZE.into(), &sent.into()));
        let mut two = Connection::http2(gateway.address).await;
        let (answer, sent) = upload(&mut two, &[]).await;
        assert_eq!((&answer["bytes"], &answer["sha256"]), (&SIZE.into(), &sent.into()));

        let target = format!("/download?bytes={SIZE}");
        let direct = peer.url.strip_prefix("http://").unwrap().parse().unwrap();
        let original = Connection::http1(direct)
            .await
            .send(request("GET", &target, &[]))
            .await
            .unwrap();
        let original = digest(original.into_body()).await;
        for client in [&mut one, &mut two] {
            let response = client
                .send(request("GET", &format!("/rest{target}"), &[]))
                .await
                .unwrap();
            assert_eq!(digest(response.into_body()).await, original, "{:?}", client.version());
        }
        let grown = gateway.process.peak_kib() - before;
        assert!(grown < GROWTH_KIB, "the gateway grew by {grown} KiB");
    });
}

/// Bytes of an answer that nobody could keep, and how many of them are read before the memory is looked at.
const HUGE: u64 = 10 << 30;
const ENOUGH: u64 = 1 << 30;

#[test]
fn an_answer_of_10_gb_streams_and_is_not_kept() {
    within(300, async {
        let peer = Peer::rest().await;
        let folder = Artifacts::passing("rest", &peer.url);
        folder.write_api("read", &peer.url, r#""subscriptionRequired": false"#);
        let reads = r#"<set-variable name="n" value="@(context.Response.Body.As&lt;byte[]&gt;().Length)" />"#;
        folder.write("apis/read/policy.xml", &document(&[("outbound", reads)]));
        let gateway = Gateway::serve(&folder).await;
        assert_eq!(client::get(gateway.address, "/rest/bytes").await.status, 200);
        let before = gateway.process.peak_kib();
        for version in VERSIONS {
            let mut client = Connection::speaking(version, gateway.address).await;
            let response = client
                .send(request("GET", &format!("/rest/flood?bytes={HUGE}"), &[]))
                .await
                .unwrap();
            assert_eq!(response.headers()["content-length"], HUGE.to_string());
            let (mut body, mut read) = (response.into_body(), 0);
            while read < ENOUGH / VERSIONS.len() as u64 {
                read += body.frame().await.unwrap().unwrap().into_data().unwrap().len() as u64;
            }
            let grown = gateway.process.peak_kib() - before;
            assert!(grown < GROWTH_KIB, "{version:?}: the gateway grew by {grown} KiB");
        }
        gateway.idle().await;
        // A policy that wants all of it gets an error instead.
        let answer = client::get(gateway.address, &format!("/read/flood?bytes={HUGE}")).await;
        assert_eq!(answer.status, 500, "{}", answer.text());
        gateway.idle().await;
        let grown = gateway.process.peak_kib() - before;
        assert!(grown < GROWTH_KIB, "the gateway grew by {grown} KiB");
    });
}

#[test]
fn a_client_that_does_not_read_stops_the_upstream() {
    within(120, async {
        let sent = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&sent);
        let upstream = Upstream::answering(move |_| {
            let count = Arc::clone(&count);
            let (mut sender, body) = channel();
            tokio::spawn(async move {
                let part = Bytes::from(vec![7; PART]);
                for _ in 0..SIZE / PART as u64 {
                    if sender.send_data(part.clone()).await.is_err() {
                        return;
                    }
                    count.fetch_add(PART as u64, Ordering::SeqCst);
                }
            });
            async move { Response::new(body) }
        })
        .await;
        let folder = Artifacts::passing("api", &upstream.url);
        let gateway = Gateway::serve(&folder).await;
        for version in VERSIONS {
            sent.store(0, Ordering::SeqCst);
            let mut client = Connection::speaking(version, gateway.address).await;
            let response = client.send(request("GET", "/api/x", &[])).await.unwrap();
            let mut last = 0;
            let stalled = eventually("the upstream to stall", async || {
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
                let now = sent.load(Ordering::SeqCst);
                let stalled = now > 0 && now == std::mem::replace(&mut last, now);
                stalled.then_some(now)
            })
            .await;
            assert!(
                stalled < SIZE / 2,
                "{version:?}: {stalled} bytes went into a client that reads none"
            );
            assert_eq!(digest(response.into_body()).await.0, SIZE, "{version:?}");
        }
    });
}

#[test]
fn an_upstream_that_does_not_read_stops_the_client() {
    within(120, async {
        let (telling, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let upstream = Upstream::answering(move |request| {
            let telling = telling.clone();
            async move {
                let (release, permission) = tokio::sync::oneshot::channel::<()>();
                telling.send(release).unwrap();
                permission.await.unwrap();
                let (length, _) = digest(request.into_body()).await;
                Response::new(crate::support::upstream::full(length.to_string()))
            }
        })
        .await;
        let folder = Artifacts::passing("api", &upstream.url);
        let gateway = Gateway::serve(&folder).await;
        let before = gateway.process.peak_kib();
        let mut client = Connection::http1(gateway.address).await;
        let (mut sender, body) = channel();
        let sent = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&sent);
        tokio::spawn(async move {
            let part = Bytes::from(vec![7; PART]);
            for _ in 0..SIZE / PART as u64 {
                sender.send_data(part.clone()).await.unwrap();
                count.fetch_add(PART as u64, Ordering::SeqCst);
            }
        });
        let answer = tokio::spawn(async move { client.answer(with_body("POST", "/api/x", &[], body)).await });
        let release = heard.recv().await.unwrap();
        let mut last = 0;
        let stalled = eventually("the client to stall", async || {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            let now = sent.load(Ordering::SeqCst);
            (now > 0 && now == std::mem::replace(&mut last, now)).then_some(now)
        })
        .await;
        assert!(
            stalled < SIZE / 2,
            "{stalled} bytes went towards an upstream that reads none"
        );
        release.send(()).unwrap();
        assert_eq!(answer.await.unwrap().text(), SIZE.to_string());
        let grown = gateway.process.peak_kib() - before;
        assert!(grown < GROWTH_KIB, "the gateway grew by {grown} KiB");
    });
}
