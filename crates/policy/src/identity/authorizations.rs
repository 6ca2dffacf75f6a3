//! Access to other services that operators have configured: what APIM's credential manager is for clients' credentials.
//!
//! A folder holds a file for each authorization, `<provider>/<authorization>.json`: `tokenUrl`, `clientId`,
//! `clientSecret` or `clientSecretFile`, and perhaps `scope` and `permissions`: the identities of Entra ID that may use it
//! by a token of theirs. Never here: the consent of users; whether a token is genuine.

use super::source::{ClientCredentials, Secret};
use crate::exchange::Services;
use crate::fetch::{Reach, text};
use crate::kept::{Fetch, Kept};
use expression::text::Text;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

/// Authorizations by provider and name.
#[derive(Default)]
pub struct KnownAuthorizations(BTreeMap<(String, String), Authorization>);

/// Who the gateway is to a service, and for whom it gets tokens of it.
struct Authorization {
    client: ClientCredentials,
    permissions: Vec<Permission>,
}

/// An identity of Entra ID that may use an authorization.
#[derive(Clone)]
pub(crate) struct Permission {
    /// Its tenant's id.
    pub tenant: String,
    /// Its object id.
    pub object: String,
}

/// A worker's authorizations with the tokens that it has.
#[derive(Default)]
pub struct Authorizations {
    known: Arc<KnownAuthorizations>,
    tokens: Kept<Text>,
}

impl KnownAuthorizations {
    /// Reads the folder.
    ///
    /// # Errors
    /// The file that cannot be read, and what is wrong with it.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let mut known = BTreeMap::new();
        for (provider, path) in entries(folder)? {
            if !path.is_dir() {
                continue;
            }
            for (file, path) in entries(&path)? {
                let Some(name) = file.strip_suffix(".json") else {
                    continue;
                };
                let wrong = |error: String| format!("{}: {error}", path.display());
                let bytes = std::fs::read(&path).map_err(|error| wrong(error.to_string()))?;
                let authorization = authorization(&bytes).map_err(wrong)?;
                known.insert((provider.clone(), name.to_owned()), authorization);
            }
        }
        Ok(Self(known))
    }
}

/// Names and paths of what is in a folder, but for hidden ones.
fn entries(folder: &Path) -> Result<Vec<(String, std::path::PathBuf)>, String> {
    let unreadable = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            found.push((name, entry.path()));
        }
    }
    Ok(found)
}

fn authorization(bytes: &[u8]) -> Result<Authorization, String> {
    let file: Value = serde_json::from_slice(bytes).map_err(|_| "it is no JSON".to_owned())?;
    let needed = |name: &str| {
        text(&file, name)
            .map(str::to_owned)
            .ok_or_else(|| format!("it has no `{name}`"))
    };
    let client = ClientCredentials {
        url: needed("tokenUrl")?,
        client_id: needed("clientId")?,
        secret: match text(&file, "clientSecretFile") {
            Some(file) => Secret::File(file.into()),
            None => Secret::Text(needed("clientSecret")?),
        },
        scope: text(&file, "scope").map(str::to_owned),
    };
    let permissions = match file.get("permissions") {
        None => Vec::new(),
        Some(Value::Array(list)) => list.iter().map(permission).collect::<Result<_, _>>()?,
        Some(_) => return Err("`permissions` is no list".to_owned()),
    };
    Ok(Authorization { client, permissions })
}

fn permission(permission: &Value) -> Result<Permission, String> {
    let needed = |name: &str| {
        let found = text(permission, name).filter(|id| !id.is_empty()).map(str::to_owned);
        found.ok_or_else(|| format!("an entry of `permissions` has no `{name}`"))
    };
    Ok(Permission {
        tenant: needed("tenantId")?,
        object: needed("objectId")?,
    })
}

impl Authorizations {
    /// With these.
    pub fn new(known: Arc<KnownAuthorizations>) -> Self {
        Self {
            known,
            tokens: Kept::default(),
        }
    }

    /// Who may use an authorization by a token of theirs: nobody where there is no such authorization.
    pub(crate) fn permissions(&self, provider: &str, name: &str) -> Vec<Permission> {
        let known = self.known.0.get(&(provider.to_owned(), name.to_owned()));
        known.map(|known| known.permissions.clone()).unwrap_or_default()
    }

    /// An access token.
    pub(crate) async fn token(&self, services: &Rc<Services>, provider: &str, name: &str) -> Result<Text, Rc<str>> {
        let key = (provider.to_owned(), name.to_owned());
        if !self.known.0.contains_key(&key) {
            return Err("there is no such authorization".into());
        }
        // Names of files have no line breaks.
        let kept_as = Text::from(format!("{provider}\n{name}"));
        let fetch = || -> Fetch<Text> {
            let (known, services) = (Arc::clone(&self.known), Rc::clone(services));
            Box::pin(async move {
                let known = known.0.get(&key).ok_or_else(String::new)?;
                let fetched = known.client.fetch(Reach::of(&services), None).await;
                if let Err(error) = &fetched {
                    tracing::error!(
                        provider = key.0,
                        authorization = key.1,
                        error,
                        "there is no access token"
                    );
                }
                fetched
            })
        };
        let token = self.tokens.get(services, &kept_as, fetch).await;
        token.map(|token| Text::clone(&token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        for (file, expected) in [
            ("x", "it is no JSON"),
            ("{}", "it has no `tokenUrl`"),
            (r#"{"tokenUrl":"https://i/token"}"#, "it has no `clientId`"),
            (
                r#"{"tokenUrl":"https://i/token","clientId":"c"}"#,
                "it has no `clientSecret`",
            ),
            (
                r#"{"tokenUrl":"u","clientId":"c","clientSecret":"s","permissions":{}}"#,
                "`permissions` is no list",
            ),
            (
                r#"{"tokenUrl":"u","clientId":"c","clientSecret":"s","permissions":[{"tenantId":"t","objectId":""}]}"#,
                "an entry of `permissions` has no `objectId`",
            ),
        ] {
            assert_eq!(authorization(file.as_bytes()).err(), Some(expected.to_owned()));
        }
        assert!(KnownAuthorizations::read(Path::new("/nothing/here")).is_err());
    }
}
