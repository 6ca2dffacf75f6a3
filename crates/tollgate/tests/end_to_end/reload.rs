//! A folder that changes while it is served: no request fails, what is new is soon live, what is broken never is.

use crate::support::artifacts::{Artifacts, document};
use crate::support::client::{self, Answer, Connection, request};
use crate::support::gateway::Gateway;
use crate::support::patience::{eventually, within};
use crate::support::peer::Peer;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::task::JoinHandle;

/// The policy of the API, which tells its own version.
const POLICY: &str = "apis/rest/policy.xml";

fn version(number: usize) -> String {
    let header = format!("<set-header name=\"X-Version\"><value>{number}</value></set-header>");
    document(&[("outbound", &header)])
}

async fn version_of(address: SocketAddr) -> usize {
    number_in(&client::get(address, "/rest/bytes?size=100").await)
}

fn number_in(answer: &Answer) -> usize {
    assert_eq!(
        (answer.status.as_u16(), answer.body.len()),
        (200, 100),
        "{}",
        answer.text()
    );
    answer.header("x-version").parse().unwrap()
}

async fn live(address: SocketAddr, number: usize) {
    eventually(format!("version {number}"), async || {
        (version_of(address).await == number).then_some(())
    })
    .await;
}

/// Clients that never pause, and check each answer.
struct Load {
    ends: Arc<AtomicBool>,
    clients: Vec<JoinHandle<usize>>,
}

impl Load {
    async fn start(address: SocketAddr) -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let mut clients = Vec::new();
        for number in 0..6 {
            let client = if number % 3 == 0 {
                Connection::http2(address).await
            } else {
                Connection::http1(address).await
            };
            clients.push(tokio::spawn(Self::ask(client, Arc::clone(&ends))));
        }
        Self { ends, clients }
    }

    /// Each answer is whole, and none is of an older version than the one before.
    async fn ask(mut client: Connection, ends: Arc<AtomicBool>) -> usize {
        let (mut answers, mut latest) = (0, 0);
        while !ends.load(Ordering::SeqCst) {
            let number = number_in(&client.answer(request("GET", "/rest/bytes?size=100", &[])).await);
            assert!(number >= latest, "version {number} came after version {latest}");
            latest = number;
            answers += 1;
            tokio::task::yield_now().await;
        }
        answers
    }

    /// How many answers there were.
    async fn end(self) -> usize {
        self.ends.store(true, Ordering::SeqCst);
        let mut answers = 0;
        for client in self.clients {
            answers += client.await.unwrap();
        }
        answers
    }
}

#[test]
fn policies_change_under_load_without_a_failed_request() {
    within(240, async {
        let peer = Peer::rest().await;
        let folder = Artifacts::passing("rest", &peer.url);
        folder.write(POLICY, &version(0));
        let gateway = Gateway::serve(&folder).await;
        let load = Load::start(gateway.address).await;
        for number in 1..=20 {
            if number % 2 == 0 {
                folder.write(POLICY, &version(number));
            } else {
                folder.replace(POLICY, &version(number));
            }
            live(gateway.address, number).await;
        }
        let answers = load.end().await;
        assert!(answers > 20, "only {answers} answers");
        assert!(gateway.metric("tollgate_reloads_total").await >= 20);
    });
}

#[test]
fn the_overrides_of_an_environment_are_followed() {
    within(120, async {
        let peer = Peer::rest().await;
        let folder = Artifacts::passing("rest", "http://127.0.0.1:9");
        folder.write(
            POLICY,
            &document(&[(
                "outbound",
                "<set-header name=\"X-Version\"><value>{{version}}</value></set-header>",
            )]),
        );
        folder.write(
            "named values/v/namedValueInformation.json",
            r#"{"properties": {"displayName": "version", "value": "0"}}"#,
        );
        let beside = Artifacts::empty();
        let overrides = |number: usize| {
            format!(
                "apis:\n  - name: rest\n    properties: {{serviceUrl: '{}'}}\nnamedValues:\n  - name: v\n    properties: {{value: {number}}}\n",
                peer.url
            )
        };
        beside.write("configuration.prod.yaml", &overrides(1));
        let file = beside.path().join("configuration.prod.yaml");
        let file = file.to_str().unwrap();
        let gateway = Gateway::serve_with(&folder, &["--overrides", file]).await;
        assert_eq!(version_of(gateway.address).await, 1);
        beside.write("configuration.prod.yaml", &overrides(2));
        live(gateway.address, 2).await;
        // A change of the folder leaves them in force.
        folder.write(
            POLICY,
            &document(&[(
                "outbound",
                "<set-header name=\"X-Version\"><value>1{{version}}</value></set-header>",
            )]),
        );
        live(gateway.address, 12).await;
        beside.write("configuration.prod.yaml", "apis: none\n");
        eventually("a refused change", async || {
            (gateway.metric("tollgate_refused_reloads_total").await > 0).then_some(())
        })
        .await;
        assert_eq!(version_of(gateway.address).await, 12);
    });
}

#[test]
fn a_broken_change_is_refused_and_a_repaired_one_is_live() {
    within(240, async {
        let peer = Peer::rest().await;
        let folder = Artifacts::passing("rest", &peer.url);
        folder.write(POLICY, &version(0));
        let gateway = Gateway::serve(&folder).await;
        let load = Load::start(gateway.address).await;
        for (number, file, broken, whole) in [
            (1, POLICY, "<policies><inbound>".to_owned(), None),
            (
                2,
                POLICY,
                version(2).replace("<value>2", "<value>@(context.Request.Nothing)"),
                None,
            ),
            (3, POLICY, version(3).replace("set-header", "set-haeder"), None),
            (
                4,
                "policy.xml",
                "not a policy".to_owned(),
                Some(crate::support::artifacts::GLOBAL_POLICY),
            ),
            (
                5,
                "subscriptions/s/subscriptionInformation.json",
                "{".to_owned(),
                Some(SUBSCRIPTION),
            ),
        ] {
            let logged = gateway.process.log().len();
            folder.write(file, &broken);
            eventually(format!("word of a broken {file}"), async || {
                gateway.process.log()[logged..]
                    .contains(file.rsplit('/').next().unwrap())
                    .then_some(())
            })
            .await;
            assert_eq!(
                version_of(gateway.address).await,
                number - 1,
                "the last good state is served"
            );
            if let Some(whole) = whole {
                folder.write(file, whole);
            }
            folder.replace(POLICY, &version(number));
            live(gateway.address, number).await;
        }
        load.end().await;
    });
}

const SUBSCRIPTION: &str = r#"{"properties": {"displayName": "s", "scope": "/apis", "state": "active", "primaryKey": "reload-primary-key-1"}}"#;

#[test]
fn apis_and_subscriptions_come_and_go() {
    within(240, async {
        let peer = Peer::rest().await;
        let folder = Artifacts::passing("rest", &peer.url);
        let gateway = Gateway::serve(&folder).await;
        let answers = async |target: &str, key: &str, status: u16| {
            eventually(format!("{status} for {target} with {key}"), async || {
                let header = ("ocp-apim-subscription-key", key);
                let headers = if key.is_empty() { vec![] } else { vec![header] };
                let answer = client::get_with(gateway.address, target, &headers).await;
                (answer.status == status).then_some(())
            })
            .await;
        };
        answers("/keyed/bytes", "reload-primary-key-1", 404).await;
        folder.write_api("keyed", &peer.url, r#""subscriptionRequired": true"#);
        answers("/keyed/bytes", "reload-primary-key-1", 401).await;
        folder.write("subscriptions/s/subscriptionInformation.json", SUBSCRIPTION);
        answers("/keyed/bytes", "reload-primary-key-1", 200).await;
        folder.replace(
            "subscriptions/s/subscriptionInformation.json",
            &SUBSCRIPTION.replace("key-1", "key-2"),
        );
        answers("/keyed/bytes", "reload-primary-key-2", 200).await;
        answers("/keyed/bytes", "reload-primary-key-1", 401).await;
        folder.write(
            "subscriptions/s/subscriptionInformation.json",
            &SUBSCRIPTION.replace("active", "suspended"),
        );
        answers("/keyed/bytes", "reload-primary-key-1", 401).await;
        folder.remove("subscriptions");
        answers("/keyed/bytes", "reload-primary-key-2", 401).await;
        folder.remove("apis/keyed");
        answers("/keyed/bytes", "reload-primary-key-2", 404).await;
        answers("/rest/bytes", "", 200).await;
    });
}

/// The deepest document with the longest chain of fragments, which are as deep.
#[test]
fn what_is_nested_as_deeply_as_may_be_is_compiled_anew_and_run() {
    within(240, async {
        let peer = Peer::rest().await;
        let folder = Artifacts::passing("rest", &peer.url);
        folder.write(POLICY, &version(0));
        let nested = |inner: &str| {
            let (open, close) = ("<choose><when condition=\"true\">", "</when></choose>");
            format!("{}{inner}{}", open.repeat(126), close.repeat(126))
        };
        let including = |number: usize| nested(&format!("<include-fragment fragment-id=\"f{number}\" />"));
        for number in 0..8 {
            let inner = match number {
                7 => nested("<set-header name=\"X-Version\"><value>@((7 - 6).ToString())</value></set-header>"),
                _ => including(number + 1),
            };
            folder.write(
                &format!("policyFragments/f{number}/policy.xml"),
                &format!("<fragment>{inner}</fragment>"),
            );
        }
        let gateway = Gateway::serve(&folder).await;
        folder.write(POLICY, &document(&[("outbound", &including(0))]));
        live(gateway.address, 1).await;
        folder.write(POLICY, &version(2));
        live(gateway.address, 2).await;
    });
}

#[test]
fn requests_in_flight_end_on_the_state_they_began_with() {
    within(120, async {
        let peer = Peer::rest().await;
        let folder = Artifacts::passing("rest", &peer.url);
        folder.write(POLICY, &version(0));
        let gateway = Gateway::serve(&folder).await;
        let mut client = Connection::http1(gateway.address).await;
        let slow = tokio::spawn(async move { client.answer(request("GET", "/rest/slow?ms=3000", &[])).await });
        eventually("the slow request", async || {
            (gateway.metric("tollgate_requests_in_flight").await == 1).then_some(())
        })
        .await;
        folder.write(POLICY, &version(1));
        live(gateway.address, 1).await;
        let answer = slow.await.unwrap();
        assert_eq!((answer.status.as_u16(), answer.header("x-version")), (200, "0"));
    });
}

#[test]
fn a_folder_that_is_broken_from_the_start_is_not_served() {
    within(60, async {
        let folder = Artifacts::passing("rest", "http://127.0.0.1:9");
        folder.write(POLICY, "<policies><inbound>");
        let mut process = crate::support::process::Process::start(
            crate::support::programs::tollgate(),
            &[
                "serve",
                "--config",
                folder.argument(),
                "--listen",
                "127.0.0.1:0",
                "--admin-listen",
                "127.0.0.1:0",
            ],
        );
        assert_eq!(process.end().await.code(), Some(1));
        eventually("word of the file", async || {
            process.log().contains("apis/rest/policy.xml").then_some(())
        })
        .await;
        assert_eq!(process.output(), "");
    });
}
