//! Keys, secret named values and credentials: they work, and they are nowhere to be read.

use crate::support::artifacts::{Artifacts, document};
use crate::support::client;
use crate::support::gateway::Gateway;
use crate::support::patience::{eventually, within};
use crate::support::process::Process;
use crate::support::programs;
use crate::support::shell::run;
use crate::support::upstream::{Upstream, full};
use http::Response;
use std::sync::{Arc, Mutex};

const KEY: &str = "primary-key-that-nobody-sees";
const OTHER_KEY: &str = "secondary-key-that-nobody-sees";
const NAMED_VALUE: &str = "named-value-that-nobody-sees";
const CREDENTIAL: &str = "credential-that-nobody-sees";
const SECRETS: [&str; 4] = [KEY, OTHER_KEY, NAMED_VALUE, CREDENTIAL];

#[track_caller]
fn check_absent(text: &str, place: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{place} shows {secret}:\n{text}");
    }
}

/// A folder full of secrets.
fn folder(upstream: &str) -> Artifacts {
    let folder = Artifacts::passing("api", upstream);
    folder.write_api("api", upstream, r#""subscriptionRequired": true"#);
    for (file, text) in [
        (
            "subscriptions/s/subscriptionInformation.json",
            format!(
                r#"{{"properties": {{"displayName": "s", "scope": "/apis", "state": "active", "primaryKey": "{KEY}", "secondaryKey": "{OTHER_KEY}"}}}}"#
            ),
        ),
        (
            "named values/token/namedValueInformation.json",
            format!(r#"{{"properties": {{"displayName": "token", "secret": true, "value": "{NAMED_VALUE}"}}}}"#),
        ),
        (
            "backends/b/backendInformation.json",
            format!(
                r#"{{"properties": {{"url": "{upstream}", "protocol": "http", "credentials": {{"header": {{"x-credential": ["{CREDENTIAL}"]}}}}}}}}"#
            ),
        ),
    ] {
        folder.write(file, &text);
    }
    folder
}

/// Sends the named value on, and fails on it at `/api/fail`.
const POLICY: &str = "
<set-backend-service backend-id=\"b\" />
<set-header name=\"X-Token\" exists-action=\"override\"><value>{{token}}</value></set-header>
<choose>
    <when condition=\"@(context.Request.OriginalUrl.Path.EndsWith(&quot;/fail&quot;))\">
        <set-variable name=\"n\" value=\"@(int.Parse(&quot;{{token}}&quot;))\" />
    </when>
</choose>";

#[test]
fn a_gateway_that_uses_secrets_does_not_tell_them() {
    within(120, async {
        let seen = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&seen);
        let upstream = Upstream::answering(move |request| {
            *kept.lock().unwrap() = format!("{:?}", request.headers());
            async { Response::new(full("through")) }
        })
        .await;
        for format in ["json", "pretty"] {
            let folder = folder(&upstream.url);
            folder.write("apis/api/policy.xml", &document(&[("inbound", POLICY)]));
            let gateway = Gateway::serve_with(&folder, &["--log-format", format, "--log-level", "debug"]).await;
            for (target, headers, status) in [
                ("/api/x", vec![("ocp-apim-subscription-key", KEY)], 200),
                (&*format!("/api/x?subscription-key={OTHER_KEY}"), vec![], 200),
                (
                    "/api/x",
                    vec![("ocp-apim-subscription-key", "wrong"), ("authorization", CREDENTIAL)],
                    401,
                ),
                ("/api/fail", vec![("ocp-apim-subscription-key", KEY)], 500),
                (&*format!("/nothing?subscription-key={KEY}"), vec![], 404),
            ] {
                let answer = client::get_with(gateway.address, target, &headers).await;
                assert_eq!(answer.status, status, "{target}: {}", answer.text());
                check_absent(&format!("{:?} {}", answer.headers, answer.text()), target);
                if status == 200 {
                    let upstream = seen.lock().unwrap();
                    assert!(
                        upstream.contains(NAMED_VALUE) && upstream.contains(CREDENTIAL),
                        "{upstream}"
                    );
                }
            }
            let logged = gateway.process.log().len();
            folder.write(
                "apis/api/policy.xml",
                &document(&[("inbound", &POLICY.replace("int.Parse", "int.Prase"))]),
            );
            eventually("word of the broken policy", async || {
                gateway.process.log()[logged..].contains("policy.xml").then_some(())
            })
            .await;
            check_absent(&gateway.metrics().await, "the metrics");
            check_absent(&gateway.process.log(), "the log");
            check_absent(&gateway.process.output(), "the output");
        }
    });
}

#[test]
fn an_operation_is_explained_without_secrets() {
    let folder = folder("http://127.0.0.1:9");
    let policy = "<set-variable id=\"{{token}}\" name=\"n\" value=\"@(&quot;{{token}}&quot;.Foo())\" />\
        <set-header id=\"{{token}}\" name=\"X\"><value>{{token}}</value></set-header>";
    folder.write("apis/api/policy.xml", &document(&[("inbound", policy)]));
    for format in ["text", "json"] {
        let explained = run(&["explain", "--config", folder.argument(), "api", "--format", format]);
        assert!(explained.output.contains("***"), "{explained:?}");
        check_absent(&format!("{explained:?}"), "the explanation");
    }
}

#[test]
fn a_check_of_broken_files_with_secrets_does_not_tell_them() {
    within(60, async {
        for (file, broken) in [
            (
                "apis/api/policy.xml",
                document(&[("inbound", "<set-header name=\"{{token}}\" nmae=\"{{token}}\" />")]),
            ),
            ("apis/api/policy.xml", document(&[("inbound", "<set-{{token}} />")])),
            (
                "apis/api/policy.xml",
                document(&[("inbound", "<set-variable name=\"n\" value=\"@({{token}} + 1)\" />")]),
            ),
            (
                "apis/api/policy.xml",
                document(&[("inbound", "<set-status code=\"{{token}}\" reason=\"x\" />")]),
            ),
            (
                "subscriptions/s/subscriptionInformation.json",
                format!(
                    r#"{{"properties": {{"displayName": "s", "scope": "/nowhere/x", "primaryKey": "{KEY}", "state": "x"}}}}"#
                ),
            ),
            (
                "subscriptions/s/subscriptionInformation.json",
                format!(
                    r#"{{"properties": {{"displayName": "s", "scope": "/apis", "primaryKey": "{KEY}" "secondaryKey": "{OTHER_KEY}"}}}}"#
                ),
            ),
            (
                "named values/token/namedValueInformation.json",
                format!(r#"{{"properties": {{"displayName": "token", "secret": true, "value": "{NAMED_VALUE}", }}}}"#),
            ),
            (
                "backends/b/backendInformation.json",
                format!(
                    r#"{{"properties": {{"url": 1, "credentials": {{"header": {{"x": ["{CREDENTIAL}"]}}, "query": "{CREDENTIAL}"}}}}}}"#
                ),
            ),
        ] {
            for format in ["text", "json"] {
                let folder = folder("http://127.0.0.1:9");
                folder.write(file, &broken);
                let mut check = Process::start(programs::tollgate(), &["check", "--format", format, folder.argument()]);
                assert_eq!(check.end().await.code(), Some(1), "{broken}: {}", check.output());
                eventually("the output", async || check.output().contains(file).then_some(())).await;
                check_absent(&check.output(), &format!("the output for {file}"));
                check_absent(&check.log(), &format!("the log for {file}"));
            }
        }
    });
}
