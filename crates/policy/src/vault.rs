//! Secrets of Azure Key Vault, read with the gateway's own identity (Key Vault's REST API, "Get Secret").
//!
//! Never here: which secrets there are, keeping them.

use crate::exchange::Clock;
use crate::fetch::{Reach, Wanted, text};
use crate::identity::IdentitySource;
use crate::runtime::{Runtime, within};
use crate::upstream::Upstream;
use catalog::{SecretReference, VaultSecret};
use expression::text::Text;
use futures_util::StreamExt;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

/// The version of Key Vault's API.
const API_VERSION: &str = "7.4";
/// Secrets that are asked for at once.
const AT_ONCE: usize = 8;
/// How long a token or a secret may take, its body included.
const DEADLINE: Duration = Duration::from_secs(10);

/// How vaults are asked.
#[derive(Clone, Debug)]
pub struct Vaults {
    /// Who the gateway is.
    pub identity: Arc<IdentitySource>,
    /// The server that is asked in place of every vault, as a base URL; none: the vaults.
    pub url: Option<String>,
}

impl Vaults {
    /// The secrets of these references, in their order; an error says why there is none.
    pub async fn secrets(
        &self,
        (upstream, clock, runtime): (&dyn Upstream, &dyn Clock, &dyn Runtime),
        wanted: &[SecretReference],
    ) -> Vec<Result<VaultSecret, String>> {
        let reach = Reach {
            upstream,
            clock,
            runtime,
        };
        let mut tokens: HashMap<(String, Option<&str>), Result<Text, String>> = HashMap::new();
        for reference in wanted {
            let (resource, client_id) = (resource(reference), reference.client_id.as_deref());
            if let Entry::Vacant(place) = tokens.entry((resource.clone(), client_id)) {
                let token = within(runtime, DEADLINE, self.token(reach, &resource, client_id)).await;
                place.insert(token.unwrap_or_else(late));
            }
        }
        let tokens = &tokens;
        let secret = |reference| async move {
            let key = (resource(reference), reference.client_id.as_deref());
            let token = tokens.get(&key).cloned().unwrap_or_else(|| Err(String::new()))?;
            let secret = within(runtime, DEADLINE, self.secret(reach, reference, &token)).await;
            secret.unwrap_or_else(late)
        };
        futures_util::stream::iter(wanted)
            .map(secret)
            .buffered(AT_ONCE)
            .collect()
            .await
    }

    async fn token(&self, reach: Reach<'_>, resource: &str, client_id: Option<&str>) -> Result<Text, String> {
        let client_id = client_id.map(Text::from);
        let fetched = self.identity.fetch(reach, resource, client_id.as_ref()).await;
        let token = fetched.map(|fetched| fetched.value);
        token.map_err(|error| format!("there is no access token of the gateway's identity: {error}"))
    }

    async fn secret(&self, reach: Reach<'_>, reference: &SecretReference, token: &str) -> Result<VaultSecret, String> {
        let vault = self.url.as_deref().unwrap_or(&reference.vault).trim_end_matches('/');
        let url = format!("{vault}/secrets/{}?api-version={API_VERSION}", reference.name);
        let wanted = Wanted::get(url).with("authorization", &format!("Bearer {token}"));
        let answer = wanted.json(reach).await?;
        let value = text(&answer, "value").ok_or("its answer has no `value`")?;
        Ok(VaultSecret {
            value: value.to_owned(),
        })
    }
}

fn late<T>() -> Result<T, String> {
    Err(format!("no answer within {} s", DEADLINE.as_secs()))
}

/// The resource that access to a vault is asked for: its cloud's Key Vault.
fn resource(reference: &SecretReference) -> String {
    let host = reference.vault.trim_start_matches("https://");
    let cloud = host.split_once('.').map_or(host, |(_, cloud)| cloud);
    format!("https://{}", cloud.split(':').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Services;
    use crate::identity::{ClientCredentials, Secret};
    use crate::testing::{Bench, ready};

    fn reference(vault: &str, name: &str) -> SecretReference {
        SecretReference {
            vault: vault.to_owned(),
            name: name.to_owned(),
            client_id: None,
        }
    }

    fn vaults(url: Option<&str>) -> Vaults {
        Vaults {
            identity: Arc::new(IdentitySource::Client(ClientCredentials {
                url: "https://login.example/token".to_owned(),
                client_id: "c".to_owned(),
                secret: Secret::Text("s".to_owned()),
                scope: Some("{resource}/.default".to_owned()),
            })),
            url: url.map(str::to_owned),
        }
    }

    fn outside(services: &Services) -> (&dyn Upstream, &dyn Clock, &dyn Runtime) {
        (&*services.upstream, &*services.clock, &*services.runtime)
    }

    #[test]
    fn each_secret_is_asked_of_its_vault() {
        let bench = Bench::new("<inbound />").answer("404");
        bench.answers_at("https://login.example/token", Ok("200\n\n{\"access_token\":\"t\"}"));
        let at = |name: &str| format!("https://v.vault.azure.net/secrets/{name}?api-version=7.4");
        bench.answers_at(
            &at("a"),
            Ok("200\n\n{\"value\":\"one\",\"contentType\":\"text/plain\"}"),
        );
        bench.answers_at(&at("b/7"), Ok("200\n\n{\"value\":\"two\"}"));
        let refused = "403\n\n{\"error\":{\"code\":\"Forbidden\",\"message\":\"The caller may not.\"}}";
        bench.answers_at(&at("c"), Ok(refused));
        bench.answers_at(&at("d"), Ok("200\n\n{}"));
        let services = bench.exchange("GET /").services;
        let wanted = ["a", "b/7", "c", "d"].map(|name| reference("https://v.vault.azure.net", name));
        let found = ready(vaults(None).secrets(outside(&services), &wanted));
        let shown: Vec<String> = found
            .into_iter()
            .map(|found| found.map_or_else(|error| error, |secret| secret.value))
            .collect();
        assert_eq!(
            shown,
            [
                "one",
                "two",
                "it answered 403 Forbidden The caller may not.",
                "its answer has no `value`"
            ]
        );
        let sent = bench.sent.borrow().join("\n");
        assert_eq!(sent.matches("POST https://login.example/token").count(), 1, "{sent}");
        assert!(
            sent.contains("scope=https%3A%2F%2Fvault.azure.net%2F.default"),
            "{sent}"
        );
        assert!(sent.contains("authorization: Bearer t"), "{sent}");
    }

    #[test]
    fn one_server_may_stand_for_all_vaults() {
        let bench = Bench::new("<inbound />").answer("404");
        bench.answers_at("https://login.example/token", Ok("200\n\n{\"access_token\":\"t\"}"));
        bench.answers_at(
            "http://127.0.0.1:9/secrets/a?api-version=7.4",
            Ok("200\n\n{\"value\":\"one\"}"),
        );
        let services = bench.exchange("GET /").services;
        let wanted = [reference("https://v.vault.azure.cn:443", "a")];
        let vaults = vaults(Some("http://127.0.0.1:9/"));
        let found = ready(vaults.secrets(outside(&services), &wanted));
        assert_eq!(found[0].as_ref().map(|secret| secret.value.as_str()), Ok("one"));
        let sent = bench.sent.borrow().join("\n");
        assert!(sent.contains("scope=https%3A%2F%2Fvault.azure.cn%2F.default"), "{sent}");
    }

    #[test]
    fn without_a_token_there_are_no_secrets() {
        let bench = Bench::new("<inbound />").answer("401");
        let services = bench.exchange("GET /").services;
        let wanted = [reference("https://v.vault.azure.net", "a")];
        let found = ready(vaults(None).secrets(outside(&services), &wanted));
        let error = found[0].as_ref().err().cloned().unwrap_or_default();
        assert!(
            error.starts_with("there is no access token of the gateway's identity: https://login.example/token"),
            "{error}"
        );
    }
}
