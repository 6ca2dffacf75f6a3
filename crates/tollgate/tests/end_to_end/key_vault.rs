//! Named values and certificates whose secrets are in Azure Key Vault.

use crate::support::artifacts::{Artifacts, document};
use crate::support::client;
use crate::support::gateway::Gateway;
use crate::support::patience::{eventually, within};
use crate::support::process::Process;
use crate::support::programs;
use crate::support::upstream::{Upstream, channel, full};
use http::{Request, Response};
use hyper::body::Incoming;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// Secrets by name, as the vault answers them; and what it was asked for.
#[derive(Default)]
struct Vault {
    secrets: HashMap<&'static str, String>,
    asked: Vec<String>,
}

/// A vault that wants the gateway's token.
async fn vault() -> (Upstream, Arc<Mutex<Vault>>) {
    let vault = Arc::new(Mutex::new(Vault::default()));
    let asked = Arc::clone(&vault);
    let upstream = Upstream::answering(move |request: Request<Incoming>| {
        let mut vault = asked.lock().unwrap();
        vault.asked.push(request.uri().to_string());
        let name = request.uri().path().strip_prefix("/secrets/").unwrap_or_default();
        let is_known = request
            .headers()
            .get("authorization")
            .is_some_and(|token| token == "Bearer t0ken");
        let (status, body) = match vault.secrets.get(name) {
            _ if !is_known => (
                401,
                r#"{"error": {"code": "Unauthorized", "message": "No token."}}"#.to_owned(),
            ),
            Some(value) => (200, serde_json::json!({"value": value, "id": name}).to_string()),
            None => (
                404,
                r#"{"error": {"code": "SecretNotFound", "message": "There is none."}}"#.to_owned(),
            ),
        };
        async move { Response::builder().status(status).body(full(body)).unwrap() }
    })
    .await;
    (upstream, vault)
}

fn folder() -> Artifacts {
    let folder = Artifacts::passing("api", "http://127.0.0.1:1");
    folder.write(
        "named values/greeting/namedValueInformation.json",
        r#"{"properties": {"displayName": "greeting", "secret": true, "keyVault": {"secretIdentifier": "https://v.vault.azure.net/secrets/hello"}}}"#,
    );
    let answer = "<return-response><set-body>{{greeting}}</set-body></return-response>";
    folder.write("apis/api/policy.xml", &document(&[("inbound", answer)]));
    folder
}

#[test]
fn named_values_are_read_from_the_vault_and_read_again() {
    within(60, async {
        let (upstream, vault) = vault().await;
        let folder = folder();
        let token = folder.identity_token("t0ken");
        let variables = [("TOLLGATE_IDENTITY_TOKEN_FILE", token.as_str())];
        vault.lock().unwrap().secrets.insert("hello", "good morning".to_owned());
        let arguments = ["--key-vault-url", &upstream.url, "--key-vault-refresh", "1"];
        let gateway = Gateway::serve_in(&folder, &arguments, &variables).await;
        let greeting = async || client::get(gateway.address, "/api/x").await.text();
        assert_eq!(greeting().await, "good morning");
        assert_eq!(vault.lock().unwrap().asked, ["/secrets/hello?api-version=7.4"]);

        vault.lock().unwrap().secrets.insert("hello", "good night".to_owned());
        eventually("the new secret", async || {
            (greeting().await == "good night").then_some(())
        })
        .await;

        // What cannot be read again stays, and is told without being shown.
        vault.lock().unwrap().secrets.clear();
        eventually("word of it", async || {
            let log = gateway.process.log();
            assert!(!log.contains("good night") && !log.contains("t0ken"), "{log}");
            let is_told = log.contains("https://v.vault.azure.net/secrets/hello") && log.contains("SecretNotFound");
            is_told.then_some(())
        })
        .await;
        assert_eq!(greeting().await, "good night");
    });
}

#[test]
fn a_folder_whose_secrets_cannot_be_read_is_not_served() {
    within(60, async {
        let (upstream, _) = vault().await;
        let folder = folder();
        let token = folder.identity_token("t0ken");
        let variables = [("TOLLGATE_IDENTITY_TOKEN_FILE", token.as_str())];
        let arguments = ["serve", "--config", folder.argument(), "--key-vault-url", &upstream.url];
        let mut process = Process::start_in(programs::tollgate(), &arguments, &variables);
        assert_eq!(process.end().await.code(), Some(1));
        let log = process.log();
        for part in [
            "TG1105",
            "named values/greeting/namedValueInformation.json",
            "https://v.vault.azure.net/secrets/hello",
            "404 SecretNotFound There is none.",
            "TOLLGATE_NAMED_VALUE_GREETING",
        ] {
            assert!(log.contains(part), "no {part:?} in:\n{log}");
        }
    });
}

#[test]
fn a_vault_that_does_not_answer_does_not_keep_the_gateway_from_stopping() {
    within(60, async {
        let is_silent = Arc::new(AtomicBool::new(false));
        let says = Arc::clone(&is_silent);
        let upstream = Upstream::answering(move |_| {
            let is_silent = says.load(Ordering::SeqCst);
            async move {
                if is_silent {
                    // The head alone, and never the body.
                    let (sender, body) = channel();
                    std::mem::forget(sender);
                    return Response::new(body);
                }
                Response::new(full(r#"{"value": "good morning"}"#))
            }
        })
        .await;
        let folder = folder();
        let token = folder.identity_token("t0ken");
        let variables = [("TOLLGATE_IDENTITY_TOKEN_FILE", token.as_str())];
        let arguments = [
            "--key-vault-url",
            &upstream.url,
            "--key-vault-refresh",
            "1",
            "--drain",
            "0",
        ];
        let mut gateway = Gateway::serve_in(&folder, &arguments, &variables).await;
        let connections = upstream.connections();
        is_silent.store(true, Ordering::SeqCst);
        eventually("the next question", async || {
            (upstream.connections() > connections).then_some(())
        })
        .await;
        gateway.process.signal("TERM");
        assert!(gateway.process.end().await.success(), "{}", gateway.process.log());
        assert!(
            !gateway.process.log().contains("is not renewed"),
            "{}",
            gateway.process.log()
        );
    });
}

#[test]
fn what_nothing_refers_to_any_more_is_not_asked_for() {
    within(60, async {
        let (upstream, vault) = vault().await;
        let folder = folder();
        let token = folder.identity_token("t0ken");
        let variables = [("TOLLGATE_IDENTITY_TOKEN_FILE", token.as_str())];
        for name in ["hello", "other"] {
            vault.lock().unwrap().secrets.insert(name, name.to_owned());
        }
        let arguments = ["--key-vault-url", &upstream.url, "--key-vault-refresh", "1"];
        let gateway = Gateway::serve_in(&folder, &arguments, &variables).await;
        let greeting = async || client::get(gateway.address, "/api/x").await.text();
        assert_eq!(greeting().await, "hello");
        folder.replace(
            "named values/greeting/namedValueInformation.json",
            r#"{"properties": {"displayName": "greeting", "secret": true, "keyVault": {"secretIdentifier": "https://v.vault.azure.net/secrets/other"}}}"#,
        );
        eventually("the other secret", async || (greeting().await == "other").then_some(())).await;
        vault.lock().unwrap().asked.clear();
        eventually("some more questions", async || {
            (vault.lock().unwrap().asked.len() >= 2).then_some(())
        })
        .await;
        let asked = vault.lock().unwrap().asked.clone();
        assert!(
            asked.iter().all(|asked| asked.starts_with("/secrets/other?")),
            "{asked:?}"
        );
    });
}
