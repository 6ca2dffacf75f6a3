//! Responses that are kept: what comes from the cache, byte for byte, and what asks the backend again.

use crate::support::artifacts::{Artifacts, document};
use crate::support::client::{self, Connection, request};
use crate::support::gateway::Gateway;
use crate::support::patience::{eventually, within};
use crate::support::upstream::{Upstream, full};
use http::{Response, Version};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// An upstream whose answers say which of its calls they are answers to, behind an API `cached` with these attributes.
struct Scene {
    gateway: Gateway,
    calls: Arc<AtomicUsize>,
    _folder: Artifacts,
    _upstream: Upstream,
}

impl Scene {
    async fn with(lookup: &str, store: &str, size: usize) -> Self {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let upstream = Upstream::answering(move |request| {
            let number = counted.fetch_add(1, Ordering::SeqCst) + 1;
            let mut response = Response::new(full(format!("call {number} {}", "x".repeat(size))));
            let headers = response.headers_mut();
            headers.insert("x-call", number.into());
            headers.append("x-two", "1".parse().unwrap());
            headers.append("x-two", "2".parse().unwrap());
            headers.insert("cache-control", "max-age=1".parse().unwrap());
            if request.uri().path() == "/missing" {
                *response.status_mut() = http::StatusCode::NOT_FOUND;
            }
            async move { response }
        })
        .await;
        let folder = Artifacts::passing("cached", &upstream.url);
        let lookup = format!(r#"<cache-lookup vary-by-developer="false" vary-by-developer-groups="false" {lookup} />"#);
        let outbound = format!(r#"<cache-store {store} /><set-header name="x-late"><value>yes</value></set-header>"#);
        folder.write(
            "apis/cached/policy.xml",
            &document(&[("inbound", &lookup), ("outbound", &outbound)]),
        );
        Self {
            gateway: Gateway::serve(&folder).await,
            calls,
            _folder: folder,
            _upstream: upstream,
        }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

#[test]
fn a_hit_is_the_same_response_without_a_call() {
    within(120, async {
        let scene = Scene::with("", r#"duration="600""#, 100_000).await;
        for version in [Version::HTTP_11, Version::HTTP_2] {
            let mut connection = Connection::speaking(version, scene.gateway.address).await;
            for _ in 0..3 {
                let answer = connection.answer(request("GET", "/cached/a?b=1", &[])).await;
                let body = answer.text();
                assert!(
                    body.starts_with("call 1 ") && body.len() == "call 1 ".len() + 100_000,
                    "{version:?}"
                );
                let headers = ["x-call", "x-late", "cache-control"].map(|name| answer.header(name));
                assert_eq!(headers, ["1", "yes", "no-cache, no-store"], "{version:?}");
                let two: Vec<_> = answer.headers.get_all("x-two").iter().collect();
                assert_eq!(two, ["1", "2"], "{version:?}");
            }
        }
        assert_eq!(scene.calls(), 1);
        // A request that is another one to the cache, a method that is not kept, and a status that is not.
        for (method, target, call) in [
            ("GET", "/cached/a?b=2", 2),
            ("POST", "/cached/a?b=1", 3),
            ("POST", "/cached/a?b=1", 4),
            ("GET", "/cached/missing", 5),
            ("GET", "/cached/missing", 6),
            ("GET", "/cached/a?b=2", 2),
        ] {
            let mut connection = Connection::http1(scene.gateway.address).await;
            let answer = connection.answer(request(method, target, &[])).await;
            assert_eq!(answer.header("x-call"), call.to_string(), "{method} {target}");
        }
    });
}

#[test]
fn a_response_expires() {
    within(120, async {
        let scene = Scene::with(r#"downstream-caching-type="public""#, r#"duration="2""#, 10).await;
        let answer = client::get(scene.gateway.address, "/cached/a").await;
        assert_eq!(answer.header("cache-control"), "public, max-age=2, must-revalidate");
        eventually("another call", async || {
            let answer = client::get(scene.gateway.address, "/cached/a").await;
            (answer.header("x-call") == "2").then_some(())
        })
        .await;
    });
}

#[test]
fn what_is_too_large_to_be_kept_goes_on_whole() {
    within(120, async {
        let size = 5 << 20;
        let scene = Scene::with("", r#"duration="600""#, size).await;
        for call in 1..=2 {
            let answer = client::get(scene.gateway.address, "/cached/a").await;
            let begin = format!("call {call} ");
            assert_eq!(answer.body.len(), begin.len() + size);
            assert!(answer.text().starts_with(&begin));
        }
    });
}

#[test]
fn authorized_requests_have_answers_of_their_own() {
    within(120, async {
        let scene = Scene::with("", r#"duration="600""#, 10).await;
        for (token, call) in [("Bearer a", "1"), ("Bearer b", "2"), ("Bearer a", "3")] {
            let answer = client::get_with(scene.gateway.address, "/cached/a", &[("authorization", token)]).await;
            assert_eq!(answer.header("x-call"), call, "{token}");
            assert_eq!(answer.header("cache-control"), "max-age=1", "{token}");
        }
    });
}
