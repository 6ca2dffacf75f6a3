//! State that gateways share in Redis: limits that hold over all of them, values that each finds, and what happens while
//! Redis is away; over TLS, with users, in a cluster and behind sentinels.

use crate::support::artifacts::{Artifacts, GLOBAL_POLICY, document};
use crate::support::client::{Connection, get, request};
use crate::support::gateway::Gateway;
use crate::support::patience::{eventually, pause, within};
use crate::support::redis::{Redis, command, free_port};
use crate::support::tls::Identity;
use crate::support::upstream::{Upstream, full};
use http::Response;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use tokio::task::JoinSet;

/// An API `x` that allows so many calls within five minutes, an API `volume` that allows so many and their bytes, and an API `kept` that finds what its first call kept.
async fn folder(calls: u32) -> (Artifacts, Upstream) {
    let upstream = Upstream::answering(|_| async { Response::new(full("through")) }).await;
    let folder = Artifacts::of(&[("policy.xml", GLOBAL_POLICY)]);
    folder.write_api("x", &upstream.url, r#""subscriptionRequired": false"#);
    let limit = format!(r#"<rate-limit-by-key calls="{calls}" renewal-period="300" counter-key="all" />"#);
    folder.write("apis/x/policy.xml", &document(&[("inbound", &limit)]));
    folder.write_api("volume", &upstream.url, r#""subscriptionRequired": false"#);
    let quota = format!(r#"<quota-by-key calls="{calls}" bandwidth="1000000" renewal-period="0" counter-key="all" />"#);
    folder.write("apis/volume/policy.xml", &document(&[("inbound", &quota)]));
    folder.write_api("kept", &upstream.url, r#""subscriptionRequired": false"#);
    let kept = r#"<cache-lookup-value key="k" variable-name="v" caching-type="external" />
        <choose><when condition="@(!context.Variables.ContainsKey("v"))">
            <cache-store-value key="k" value="kept" duration="300" caching-type="external" />
        </when></choose>
        <return-response><set-body>@(context.Variables.GetValueOrDefault<string>("v", "new"))</set-body></return-response>"#;
    folder.write("apis/kept/policy.xml", &document(&[("inbound", kept)]));
    (folder, upstream)
}

/// A gateway whose state is in the Redis of this address.
async fn gateway(folder: &Artifacts, redis: &str, more: &[&str]) -> Gateway {
    let more = [&["--workers", "2"], more].concat();
    Gateway::serve_in(folder, &more, &[("TOLLGATE_REDIS", redis)]).await
}

/// How many of so many calls of `target` at each address, all at once, had which status.
async fn calls(addresses: &[SocketAddr], target: &'static str, each: usize) -> BTreeMap<u16, usize> {
    let mut calls = JoinSet::new();
    for address in addresses {
        let connection = Connection::http2(*address).await;
        for _ in 0..each {
            let mut connection = connection.shared();
            calls.spawn(async move { connection.answer(request("GET", target, &[])).await.status.as_u16() });
        }
    }
    let mut found = BTreeMap::new();
    for status in calls.join_all().await {
        *found.entry(status).or_default() += 1;
    }
    found
}

/// Two gateways allow 50 calls together, and one finds what the other kept.
async fn shares(redis: &str, more: &[&str]) {
    let (folder, _upstream) = folder(50).await;
    let (one, two) = (gateway(&folder, redis, more).await, gateway(&folder, redis, more).await);
    let found = calls(&[one.address, two.address], "/x/a", 90).await;
    assert_eq!(found, BTreeMap::from([(200, 50), (429, 130)]), "{}", one.process.log());
    let found = calls(&[one.address, two.address], "/volume/a", 90).await;
    assert_eq!(found, BTreeMap::from([(200, 50), (403, 130)]), "{}", one.process.log());
    assert_eq!(get(one.address, "/kept/a").await.text(), "new");
    // It is kept without anybody waiting for it.
    eventually("what the other has kept", async || {
        (get(two.address, "/kept/a").await.text() == "kept").then_some(())
    })
    .await;
}

#[test]
fn limits_and_the_external_cache_are_shared() {
    within(120, async {
        let redis = Redis::start(&[]).await;
        shares(&redis.url(), &[]).await;
        assert!(redis.command(&["info", "clients"]).contains("connected_clients:"));
    });
}

#[test]
fn a_user_needs_what_the_documentation_says_and_a_password() {
    within(120, async {
        let rights = "gateway on >hunter2 ~tollgate:* +evalsha +script|load +get +set +del +time +ping";
        let user: Vec<&str> = std::iter::once("--user").chain(rights.split(' ')).collect();
        let redis = Redis::start(&user).await;
        redis.command(&["acl", "setuser", "default", "off"]);
        shares(&format!("redis://gateway:hunter2@127.0.0.1:{}", redis.port), &[]).await;
        let (folder, _upstream) = folder(1).await;
        let wrong = format!("redis://gateway:hunter3@127.0.0.1:{}", redis.port);
        let refused = gateway(&folder, &wrong, &[]).await;
        assert_eq!(calls(&[refused.address], "/x/a", 3).await, BTreeMap::from([(200, 3)]));
        // The line may come behind the answer.
        let log = eventually("a word of Redis in the log", async || {
            let log = refused.process.log();
            log.contains("Redis").then_some(log)
        })
        .await;
        assert!(!log.contains("hunter"), "{log}");
    });
}

#[test]
fn over_tls_only_a_server_of_a_known_authority_is_trusted() {
    within(120, async {
        let identity = Identity::new();
        let redis = Redis::over_tls(&identity.files()).await;
        let url = format!("rediss://127.0.0.1:{}", redis.port);
        shares(&url, &["--redis-ca", &identity.files().0]).await;
        let (folder, _upstream) = folder(1).await;
        let distrusting = gateway(&folder, &url, &["--redis-away", "fail-closed"]).await;
        assert_eq!(
            calls(&[distrusting.address], "/x/a", 3).await,
            BTreeMap::from([(503, 3)])
        );
    });
}

#[test]
fn a_cluster_is_one_state() {
    within(180, async {
        let mut nodes = Vec::new();
        let folder = Artifacts::empty();
        for number in 0..3 {
            let port = free_port();
            let file = folder.path().join(format!("nodes-{number}.conf"));
            // The bus takes a port of its own; the usual one, 10,000 above, may not exist.
            let bus = free_port().to_string();
            let own = [
                "--cluster-enabled",
                "yes",
                "--cluster-config-file",
                file.to_str().unwrap(),
                "--cluster-port",
                &bus,
            ];
            nodes.push(Redis::at(port, &own).await);
        }
        let places: Vec<String> = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
        let mut create = vec!["--cluster", "create"];
        create.extend(places.iter().map(String::as_str));
        command(&[&create[..], &["--cluster-replicas", "0", "--cluster-yes"]].concat());
        eventually("the cluster to be whole", async || {
            let whole = nodes
                .iter()
                .all(|node| node.command(&["cluster", "info"]).contains("cluster_state:ok"));
            whole.then_some(())
        })
        .await;
        shares(&format!("redis-cluster://{},{}", places[0], places[1]), &[]).await;
    });
}

#[test]
fn sentinels_know_the_server() {
    within(180, async {
        let redis = Redis::start(&[]).await;
        let folder = Artifacts::of(&[(
            "sentinel.conf",
            &format!("sentinel monitor limits 127.0.0.1 {} 1\n", redis.port),
        )]);
        let file = folder.path().join("sentinel.conf");
        let port = free_port();
        let number = port.to_string();
        let own = [
            file.to_str().unwrap(),
            "--sentinel",
            "--port",
            &number,
            "--bind",
            "127.0.0.1",
        ];
        let _sentinel = Redis::run(port, &own).await;
        shares(&format!("redis-sentinel://127.0.0.1:{port}/limits"), &[]).await;
    });
}

#[test]
fn while_redis_is_away_calls_pass_uncounted_and_it_heals() {
    within(180, async {
        let redis = Redis::start(&[]).await;
        let (folder, _upstream) = folder(10).await;
        let open = gateway(&folder, &redis.url(), &[]).await;
        let closed = gateway(&folder, &redis.url(), &["--redis-away", "fail-closed"]).await;
        assert_eq!(calls(&[open.address], "/x/a", 5).await, BTreeMap::from([(200, 5)]));
        let port = redis.port;
        drop(redis);
        assert_eq!(calls(&[open.address], "/x/a", 40).await, BTreeMap::from([(200, 40)]));
        assert_eq!(open.metric("tollgate_shared_state_connected").await, 0);
        assert!(open.metric("tollgate_shared_state_unanswered_total").await > 0);
        let refused = get(closed.address, "/x/a").await;
        assert_eq!(refused.status.as_u16(), 503);
        assert_eq!(
            refused.text(),
            r#"{ "statusCode": 503, "message": "Service is temporarily unavailable." }"#
        );
        assert!(!refused.header("retry-after").is_empty());
        assert_eq!(get(open.address, "/kept/a").await.text(), "new");
        assert_eq!(get(open.address, "/kept/a").await.text(), "new");
        // The same port, empty: it counts again, from nothing.
        let _redis = Redis::at(port, &[]).await;
        eventually("a call that is counted", async || {
            (get(closed.address, "/x/a").await.status.as_u16() == 200).then_some(())
        })
        .await;
        assert_eq!(closed.metric("tollgate_shared_state_connected").await, 1);
        eventually("a limit that is reached", async || {
            (get(open.address, "/x/a").await.status.as_u16() == 429).then_some(())
        })
        .await;
    });
}

#[test]
fn a_restart_under_load_fails_no_call() {
    within(240, async {
        let redis = Redis::start(&[]).await;
        let (folder, _upstream) = folder(1_000_000).await;
        let open = gateway(&folder, &redis.url(), &[]).await;
        let address = open.address;
        let load = tokio::spawn(async move {
            let mut found = BTreeMap::new();
            for _ in 0..40 {
                for (status, count) in calls(&[address], "/x/a", 50).await {
                    *found.entry(status).or_insert(0) += count;
                }
            }
            found
        });
        let mut redis = Some(redis);
        for _ in 0..4 {
            let port = redis.as_ref().map_or(0, |redis| redis.port);
            drop(redis.take());
            pause().await;
            redis = Some(Redis::at(port, &[]).await);
            pause().await;
        }
        assert_eq!(load.await.unwrap(), BTreeMap::from([(200, 2000)]));
    });
}
