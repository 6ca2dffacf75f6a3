//! Limits: the whole response of a refusal, bytes that are counted as they pass, and as many calls as are allowed when
//! thousands come at once.

use crate::support::artifacts::{Artifacts, document};
use crate::support::client::{Answer, Connection, request, sending};
use crate::support::gateway::Gateway;
use crate::support::patience::within;
use crate::support::upstream::{Upstream, full};
use http::Response;
use http_body_util::BodyExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::JoinSet;

const KEY: (&str, &str) = ("ocp-apim-subscription-key", "ann-primary-key-0123456789");

/// An API `limited` in the product `gold` with these inbound policies at API and product scope, and a subscription.
fn folder(upstream: &str, api: &str, product: &str) -> Artifacts {
    let folder = Artifacts::of(&[("policy.xml", crate::support::artifacts::GLOBAL_POLICY)]);
    folder.write_api("limited", upstream, r#""subscriptionRequired": true"#);
    folder.write("apis/limited/policy.xml", &document(&[("inbound", api)]));
    folder.write(
        "products/gold/productInformation.json",
        r#"{"properties": {"displayName": "Gold", "subscriptionRequired": true, "state": "published"}}"#,
    );
    folder.write("products/gold/apis/limited/productApiInformation.json", "{}");
    folder.write("products/gold/policy.xml", &document(&[("inbound", product)]));
    let subscription = format!(
        r#"{{"properties": {{"displayName": "Ann", "scope": "/products/gold", "state": "active",
            "startDate": "2020-01-01T00:00:00Z", "primaryKey": "{}", "secondaryKey": "ann-secondary-key-0123456789"}}}}"#,
        KEY.1
    );
    folder.write("subscriptions/ann/subscriptionInformation.json", &subscription);
    folder
}

/// The policies that limit calls to this number, for an API and for a product.
fn policies(calls: u32) -> [(&'static str, String, String); 4] {
    let none = String::new;
    [
        (
            "rate-limit",
            format!(r#"<rate-limit calls="{calls}" renewal-period="300" />"#),
            none(),
        ),
        (
            "rate-limit-by-key",
            format!(
                r#"<rate-limit-by-key calls="{calls}" renewal-period="300" counter-key="@(context.Request.IpAddress)" />"#
            ),
            none(),
        ),
        (
            "quota",
            none(),
            format!(
                r#"<quota calls="{calls}" bandwidth="1000000" renewal-period="0"><api name="limited" calls="{calls}" renewal-period="0" /></quota>"#
            ),
        ),
        (
            "quota-by-key",
            format!(r#"<quota-by-key calls="{calls}" renewal-period="0" counter-key="@(context.Subscription.Id)" />"#),
            none(),
        ),
    ]
}

/// Requests at once, and the streams of one connection among them.
const REQUESTS: usize = 10_000;
const STREAMS: usize = 100;

#[test]
fn of_ten_thousand_calls_at_once_exactly_those_that_are_allowed_pass() {
    within(600, async {
        for (policy, api, product) in policies(100) {
            let reached = Arc::new(AtomicUsize::new(0));
            let count = Arc::clone(&reached);
            let upstream = Upstream::answering(move |_| {
                count.fetch_add(1, Ordering::SeqCst);
                async { Response::new(full("through")) }
            })
            .await;
            let folder = folder(&upstream.url, &api, &product);
            let gateway = Gateway::serve_with(&folder, &["--workers", "4"]).await;
            let mut calls = JoinSet::new();
            for _ in 0..REQUESTS / STREAMS {
                let connection = Connection::http2(gateway.address).await;
                for _ in 0..STREAMS {
                    let mut connection = connection.shared();
                    calls.spawn(async move { connection.answer(request("GET", "/limited/x", &[KEY])).await.status });
                }
            }
            let statuses: Vec<u16> = calls.join_all().await.iter().map(http::StatusCode::as_u16).collect();
            let refusal = if policy.starts_with("rate") { 429 } else { 403 };
            let with = |status| statuses.iter().filter(|found| **found == status).count();
            assert_eq!((with(200), with(refusal)), (100, REQUESTS - 100), "{policy}");
            assert_eq!(reached.load(Ordering::SeqCst), 100, "{policy}");
        }
    });
}

/// Status, headers that a policy has made, and body.
fn refusal(answer: &Answer) -> (u16, [&str; 2], String) {
    let headers = ["content-type", "retry-after"].map(|name| answer.header(name));
    (answer.status.as_u16(), headers, answer.text())
}

#[test]
fn refusals_have_apims_words() {
    within(120, async {
        let upstream = Upstream::answering(|_| async { Response::new(full("through")) }).await;
        for (policy, api, product) in policies(1) {
            let folder = folder(&upstream.url, &api, &product);
            let gateway = Gateway::serve(&folder).await;
            let mut connection = Connection::http1(gateway.address).await;
            let first = connection.answer(request("GET", "/limited/x", &[KEY])).await;
            assert_eq!((first.status.as_u16(), &*first.text()), (200, "through"), "{policy}");
            let answer = connection.answer(request("GET", "/limited/x", &[KEY])).await;
            let wait = answer.header("retry-after").to_owned();
            let expected = if policy.starts_with("rate") {
                let message = format!("Rate limit is exceeded. Try again in {wait} seconds.");
                (
                    429,
                    ["application/json", &wait],
                    format!(r#"{{ "statusCode": 429, "message": "{message}" }}"#),
                )
            } else {
                let body = r#"{ "statusCode": 403, "message": "Out of call volume quota." }"#;
                (403, ["application/json", ""], body.to_owned())
            };
            assert_eq!(refusal(&answer), expected, "{policy}");
        }
    });
}

#[test]
fn a_quota_of_bytes_counts_what_streams_by() {
    within(120, async {
        let upstream = Upstream::answering(|request| async {
            let _ = request.into_body().collect().await;
            Response::new(full("x".repeat(300 << 10)))
        })
        .await;
        let quota = r#"<quota bandwidth="1000" renewal-period="31536000" />"#;
        let folder = folder(&upstream.url, "", quota);
        let gateway = Gateway::serve(&folder).await;
        let mut connection = Connection::http1(gateway.address).await;
        // 500 KiB each: the first two leave nothing of the 1000.
        for call in 0..2 {
            let body = "y".repeat(200 << 10);
            let answer = connection.answer(sending("POST", "/limited/x", &[KEY], body)).await;
            assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 300 << 10), "{call}");
            gateway.idle().await;
        }
        let answer = connection.answer(request("GET", "/limited/x", &[KEY])).await;
        let (status, [_, wait], body) = refusal(&answer);
        assert_eq!(status, 403);
        let wait: i64 = wait.parse().unwrap();
        let (hours, minutes, seconds) = (wait / 3600, wait / 60 % 60, wait % 60);
        let days = if hours < 24 {
            String::new()
        } else {
            format!("{}.", hours / 24)
        };
        let span = format!("{days}{:02}:{minutes:02}:{seconds:02}", hours % 24);
        let message = format!("Out of bandwidth quota. Quota will be replenished in {span}.");
        assert_eq!(body, format!(r#"{{ "statusCode": 403, "message": "{message}" }}"#));
    });
}
