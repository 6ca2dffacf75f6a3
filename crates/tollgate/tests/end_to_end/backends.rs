//! Pools of backends and circuit breakers: requests go where they can be answered, and a failing backend is left alone.

use crate::support::artifacts::{Artifacts, document};
use crate::support::client;
use crate::support::gateway::Gateway;
use crate::support::patience::within;
use crate::support::upstream::{Upstream, full, nobody};
use http::Response;

const TO_POOL: &str = "<set-backend-service backend-id=\"pool\" />";

/// A single backend with a breaker that opens at the first failure, for an hour.
fn single(url: &str) -> String {
    format!(
        r#"{{"properties": {{"url": "{url}", "protocol": "http", "circuitBreaker": {{"rules": [{{"name": "r", "failureCondition":
        {{"count": 1, "interval": "PT1M", "statusCodeRanges": [{{"min": 500, "max": 599}}]}}, "tripDuration": "PT1H"}}]}}}}}}"#
    )
}

/// An API whose requests go to a pool of these servers, one priority each.
fn pooled(servers: &[&str]) -> Artifacts {
    let folder = Artifacts::passing("api", "http://127.0.0.1:9");
    folder.write("apis/api/policy.xml", &document(&[("inbound", TO_POOL)]));
    let mut members = Vec::new();
    for (index, url) in servers.iter().enumerate() {
        folder.write(&format!("backends/b{index}/backendInformation.json"), &single(url));
        members.push(format!(
            r#"{{"id": "/backends/b{index}", "priority": {index}, "weight": 1}}"#
        ));
    }
    let pool = format!(
        r#"{{"properties": {{"type": "Pool", "pool": {{"services": [{}]}}}}}}"#,
        members.join(",")
    );
    folder.write("backends/pool/backendInformation.json", &pool);
    folder
}

async fn answering(status: u16, name: &'static str) -> Upstream {
    Upstream::answering(move |_| async move { Response::builder().status(status).body(full(name)).unwrap() }).await
}

#[test]
fn a_pool_turns_to_the_next_server_when_one_fails() {
    within(60, async {
        let (failing, sound) = (answering(500, "failing").await, answering(200, "sound").await);
        let gone = nobody().await;
        let folder = pooled(&[&gone, &failing.url, &sound.url]);
        let gateway = Gateway::serve(&folder).await;
        let mut seen = Vec::new();
        for _ in 0..5 {
            let answer = client::get(gateway.address, "/api/x").await;
            seen.push(answer.status.as_u16());
        }
        assert_eq!(
            seen,
            [500, 500, 200, 200, 200],
            "each breaker opens at its first failure"
        );
        assert_eq!(failing.connections(), 1);
    });
}

#[test]
fn when_all_are_out_of_service_the_client_is_told_when_to_come_back() {
    within(60, async {
        let failing = answering(503, "failing").await;
        let folder = pooled(&[&failing.url]);
        let gateway = Gateway::serve(&folder).await;
        assert_eq!(client::get(gateway.address, "/api/x").await.text(), "failing");
        let answer = client::get(gateway.address, "/api/x").await;
        assert_eq!(answer.status.as_u16(), 503);
        let wait: u64 = answer.header("retry-after").parse().unwrap();
        assert!((3500..=3600).contains(&wait), "{wait}");
        assert_eq!(
            answer.text(),
            format!(
                r#"{{ "statusCode": 503, "message": "Backend pool is temporarily unavailable. Try again in {wait} seconds." }}"#
            )
        );
    });
}
