//! A clock that is set while the gateway runs: expressions see it, and nothing that lasts for a while ends sooner or later.

use crate::support::artifacts::{Artifacts, document};
use crate::support::client::{Connection, get, request};
use crate::support::gateway::Gateway;
use crate::support::patience::within;
use crate::support::upstream::Upstream;
use std::path::{Path, PathBuf};

/// Where Debian's package `faketime` has the library that stands between a program and the system's clock.
const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// A file that says how far a program's clock is from the system's.
struct Offset(PathBuf);

impl Offset {
    fn of(folder: &Artifacts) -> Self {
        let path = Path::new(folder.argument()).with_extension("clock");
        let offset = Self(path);
        offset.set(0);
        offset
    }

    fn set(&self, seconds: i64) {
        // In one step: the program reads it whenever it looks at the clock.
        let new = self.0.with_extension("new");
        std::fs::write(&new, format!("{seconds:+}")).unwrap();
        std::fs::rename(new, &self.0).unwrap();
    }
}

impl Drop for Offset {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn folder(upstream: &str) -> Artifacts {
    let folder = Artifacts::of(&[("policy.xml", crate::support::artifacts::GLOBAL_POLICY)]);
    let answers = "<return-response><set-body>@(DateTime.UtcNow.ToString(\"yyyy-MM-dd\"))</set-body></return-response>";
    let find = "<cache-lookup-value key=\"k\" default-value=\"none\" variable-name=\"v\" />\
                <return-response><set-body>@((string)context.Variables[\"v\"])</set-body></return-response>";
    for (api, inbound) in [
        ("now", answers.to_owned()),
        (
            "rate",
            format!("<rate-limit-by-key calls=\"1\" renewal-period=\"300\" counter-key=\"k\" />{answers}"),
        ),
        (
            "quota",
            format!("<quota-by-key calls=\"1\" renewal-period=\"0\" counter-key=\"k\" />{answers}"),
        ),
        (
            "keep",
            format!("<cache-store-value key=\"k\" value=\"kept\" duration=\"300\" />{answers}"),
        ),
        ("find", find.to_owned()),
        ("broken", "<set-backend-service backend-id=\"broken\" />".to_owned()),
    ] {
        folder.write_api(api, upstream, r#""subscriptionRequired": false"#);
        folder.write(&format!("apis/{api}/policy.xml"), &document(&[("inbound", &inbound)]));
    }
    folder.write_api("slow", upstream, r#""subscriptionRequired": false"#);
    let sections = [("backend", "<forward-request timeout=\"1\" />")];
    folder.write("apis/slow/policy.xml", &document(&sections));
    let rule = r#"{"name": "r", "tripDuration": "PT5M", "failureCondition": {"count": 1, "interval": "PT1M",
                  "errorReasons": ["Timeout"]}}"#;
    folder.write(
        "backends/broken/backendInformation.json",
        &format!(
            r#"{{"properties": {{"url": "{upstream}", "protocol": "http", "circuitBreaker": {{"rules": [{rule}]}}}}}}"#
        ),
    );
    folder.write(
        "apis/broken/policy.xml",
        &document(&[
            ("inbound", "<set-backend-service backend-id=\"broken\" />"),
            ("backend", "<forward-request timeout=\"1\" />"),
        ]),
    );
    folder
}

#[test]
fn what_lasts_for_a_while_does_so_whatever_the_clock() {
    within(120, async {
        // An upstream that never answers.
        let upstream = Upstream::raw(|mut connection| async move {
            connection.reads("\r\n\r\n").await;
            std::future::pending::<()>().await;
        })
        .await;
        let folder = folder(&upstream.url);
        let clock = Offset::of(&folder);
        let variables = [
            ("LD_PRELOAD", LIBRARY),
            ("FAKETIME_TIMESTAMP_FILE", clock.0.to_str().unwrap()),
            ("FAKETIME_NO_CACHE", "1"),
            ("DONT_FAKE_MONOTONIC", "1"),
        ];
        assert!(
            Path::new(LIBRARY).exists(),
            "faketime, of the Debian package of that name"
        );
        let gateway = Gateway::serve_in(&folder, &["--workers", "1"], &variables).await;
        let status = async |path: &str| get(gateway.address, path).await.status.as_u16();
        for (path, expected) in [
            ("/rate/x", 200),
            ("/quota/x", 200),
            ("/keep/x", 200),
            ("/broken/x", 500),
        ] {
            assert_eq!(status(path).await, expected, "{path}");
        }
        let mut seen = Vec::new();
        for seconds in [0, HOUR, -HOUR, 400 * DAY, -400 * DAY, 4_000 * DAY] {
            // The clock is set while a request waits for its upstream.
            let before = upstream.connections();
            let mut client = Connection::http1(gateway.address).await;
            let waiting = tokio::spawn(async move { client.answer(request("GET", "/slow/x", &[])).await });
            while upstream.connections() == before {
                tokio::task::yield_now().await;
            }
            clock.set(seconds);
            seen.push(get(gateway.address, "/now/x").await.text());
            for (path, expected) in [("/rate/x", 429), ("/quota/x", 403), ("/broken/x", 503)] {
                assert_eq!(status(path).await, expected, "{path} at {seconds}");
            }
            assert_eq!(get(gateway.address, "/find/x").await.text(), "kept", "{seconds}");
            assert_eq!(waiting.await.unwrap().status, 500, "{seconds}");
        }
        seen.dedup();
        assert!(seen.len() >= 4, "the clock was not set: {seen:?}");
    });
}
