//! Where tokens of the gateway's identity come from: Azure's endpoints, any issuer's token endpoint, or a file.
//!
//! Never here: keeping tokens.

use super::answer::token;
use crate::fetch::{Reach, Wanted, shown};
use crate::kept::Fetched;
use crate::query::encoded;
use crate::token::seconds_now;
use expression::text::Text;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How often a file with a token is read again.
const FILE_AGE: Duration = Duration::from_secs(30);

/// Where tokens come from.
pub enum IdentitySource {
    /// A file that holds the token, for every resource.
    File(PathBuf),
    /// A token endpoint that knows the gateway as a client.
    Client(ClientCredentials),
    /// Entra ID, by a token of another issuer (workload identity).
    Federated {
        /// Base URL of Entra ID.
        authority: String,
        /// The tenant.
        tenant: String,
        /// The client id where a policy names none.
        client_id: String,
        /// The file with the other issuer's token, which may change.
        file: PathBuf,
    },
    /// The endpoint that App Service and Container Apps give to an application.
    AppService {
        /// `IDENTITY_ENDPOINT`
        endpoint: String,
        /// `IDENTITY_HEADER`
        header: String,
    },
    /// The metadata service of a virtual machine.
    Metadata {
        /// Its base URL.
        endpoint: String,
    },
}

/// A client of a token endpoint (RFC 6749, section 4.4).
pub struct ClientCredentials {
    /// The token endpoint.
    pub url: String,
    /// Who the gateway is there.
    pub client_id: String,
    /// Its secret.
    pub secret: Secret,
    /// `scope`, in which `{resource}` stands for the resource; none: `resource` is sent (RFC 8707).
    pub scope: Option<String>,
}

/// A secret.
pub enum Secret {
    /// Itself.
    Text(String),
    /// A file that holds it and may change.
    File(PathBuf),
}

impl Default for IdentitySource {
    fn default() -> Self {
        Self::Metadata {
            endpoint: "http://169.254.169.254".to_owned(),
        }
    }
}

impl fmt::Debug for IdentitySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::File(_) => "a file",
            Self::Client(_) => "a token endpoint",
            Self::Federated { .. } => "workload identity",
            Self::AppService { .. } => "the application's endpoint",
            Self::Metadata { .. } => "the machine's metadata service",
        })
    }
}

impl IdentitySource {
    /// The source that environment variables describe; docs/configuration.md lists them in their order.
    ///
    /// # Errors
    /// A variable is there and another one that belongs to it is not.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        if let Some(file) = variable("TOLLGATE_IDENTITY_TOKEN_FILE") {
            return Ok(Self::File(file.into()));
        }
        if let Some(url) = variable("TOLLGATE_IDENTITY_TOKEN_URL") {
            let needed =
                |name: &str| variable(name).ok_or_else(|| format!("TOLLGATE_IDENTITY_TOKEN_URL is set, {name} is not"));
            let secret = match variable("TOLLGATE_IDENTITY_CLIENT_SECRET_FILE") {
                Some(file) => Secret::File(file.into()),
                None => Secret::Text(needed("TOLLGATE_IDENTITY_CLIENT_SECRET")?),
            };
            return Ok(Self::Client(ClientCredentials {
                url,
                client_id: needed("TOLLGATE_IDENTITY_CLIENT_ID")?,
                secret,
                scope: variable("TOLLGATE_IDENTITY_SCOPE"),
            }));
        }
        let authority = variable("AZURE_AUTHORITY_HOST").unwrap_or_else(|| crate::ENTRA.to_owned());
        let authority = authority.trim_end_matches('/').to_owned();
        if let (Some(tenant), Some(client_id)) = (variable("AZURE_TENANT_ID"), variable("AZURE_CLIENT_ID")) {
            if let Some(file) = variable("AZURE_FEDERATED_TOKEN_FILE") {
                return Ok(Self::Federated {
                    authority,
                    tenant,
                    client_id,
                    file: file.into(),
                });
            }
            if let Some(secret) = variable("AZURE_CLIENT_SECRET") {
                return Ok(Self::Client(ClientCredentials {
                    url: token_endpoint(&authority, &tenant),
                    client_id,
                    secret: Secret::Text(secret),
                    scope: Some("{resource}/.default".to_owned()),
                }));
            }
        }
        if let (Some(endpoint), Some(header)) = (variable("IDENTITY_ENDPOINT"), variable("IDENTITY_HEADER")) {
            return Ok(Self::AppService { endpoint, header });
        }
        Ok(match variable("AZURE_POD_IDENTITY_AUTHORITY_HOST") {
            Some(endpoint) => Self::Metadata {
                endpoint: endpoint.trim_end_matches('/').to_owned(),
            },
            None => Self::default(),
        })
    }

    pub(crate) async fn fetch(
        &self,
        reach: Reach<'_>,
        resource: &str,
        client_id: Option<&Text>,
    ) -> Result<Fetched<Text>, String> {
        let (place, wanted) = match self {
            Self::File(file) => {
                return Ok(Fetched {
                    value: read(file)?.into(),
                    renew_after: FILE_AGE,
                    usable_for: None,
                });
            }
            Self::Client(client) => return client.fetch(reach, Some(resource)).await,
            Self::Federated {
                authority,
                tenant,
                client_id: own,
                file,
            } => {
                let url = token_endpoint(authority, tenant);
                let form = [
                    ("grant_type", "client_credentials"),
                    ("client_id", client_id.map_or(own.as_str(), Text::as_str)),
                    ("scope", &format!("{}/.default", plain(resource))),
                    (
                        "client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                    ),
                    ("client_assertion", &read(file)?),
                ];
                (url.clone(), Wanted::post(url, &form))
            }
            Self::AppService { endpoint, header } => {
                let query = query("2019-08-01", resource, client_id);
                let wanted = Wanted::get(format!("{endpoint}{query}")).with("x-identity-header", header);
                (endpoint.clone(), wanted)
            }
            Self::Metadata { endpoint } => {
                let query = query("2018-02-01", resource, client_id);
                let url = format!("{endpoint}/metadata/identity/oauth2/token");
                let wanted = Wanted::get(format!("{url}{query}")).with("metadata", "true");
                (url, wanted)
            }
        };
        let failed = |error| format!("{}: {error}", shown(&place));
        let answer = wanted.json_with_patience(reach).await.map_err(failed)?;
        token(&answer, seconds_now(reach.clock)).map_err(failed)
    }
}

impl ClientCredentials {
    /// A token for a resource, or for what the client is allowed.
    pub(super) async fn fetch(&self, reach: Reach<'_>, resource: Option<&str>) -> Result<Fetched<Text>, String> {
        let failed = |error| format!("{}: {error}", shown(&self.url));
        let wanted = self.wanted(resource)?;
        let answer = wanted.json_with_patience(reach).await.map_err(failed)?;
        token(&answer, seconds_now(reach.clock)).map_err(failed)
    }

    fn wanted(&self, resource: Option<&str>) -> Result<Wanted, String> {
        let secret = match &self.secret {
            Secret::Text(secret) => secret.clone(),
            Secret::File(file) => read(file)?,
        };
        let scope = self
            .scope
            .as_ref()
            .map(|scope| scope.replace("{resource}", plain(resource.unwrap_or_default())));
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_id", &self.client_id),
            ("client_secret", &secret),
        ];
        form.extend(match &scope {
            Some(scope) => Some(("scope", scope.as_str())),
            None => resource.map(|resource| ("resource", resource)),
        });
        Ok(Wanted::post(&self.url, &form))
    }
}

fn token_endpoint(authority: &str, tenant: &str) -> String {
    format!("{authority}/{}/oauth2/v2.0/token", encoded(tenant, b""))
}

/// A resource that is written as a scope.
fn plain(resource: &str) -> &str {
    resource.strip_suffix("/.default").unwrap_or(resource)
}

fn query(version: &str, resource: &str, client_id: Option<&Text>) -> String {
    let client = client_id.map(|id| format!("&client_id={}", encoded(id, b"")));
    let resource = encoded(plain(resource), b"");
    format!(
        "?api-version={version}&resource={resource}{}",
        client.unwrap_or_default()
    )
}

fn read(file: &PathBuf) -> Result<String, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("{} is empty", file.display()));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::OwnIdentity;
    use crate::testing::{Bench, ready};
    use std::sync::Arc;

    fn source(variables: &[(&str, &str)]) -> Result<IdentitySource, String> {
        IdentitySource::from_environment(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    const TENANT: [(&str, &str); 2] = [("AZURE_TENANT_ID", "tid"), ("AZURE_CLIENT_ID", "cid")];
    const CLIENT: [(&str, &str); 3] = [
        ("TOLLGATE_IDENTITY_TOKEN_URL", "https://issuer.example/token"),
        ("TOLLGATE_IDENTITY_CLIENT_ID", "gw"),
        ("TOLLGATE_IDENTITY_CLIENT_SECRET", "s&t"),
    ];

    /// What is sent for a token with these variables, and what comes of it.
    fn asked(variables: &[(&str, &str)], client_id: Option<&str>, answer: &str) -> (String, Result<String, String>) {
        let bench = Bench::new("").answer(answer);
        let services = bench.exchange("GET /").services;
        let identity = OwnIdentity::new(Arc::new(source(variables).unwrap()));
        let client_id = client_id.map(Text::from);
        let token = ready(identity.token(&services, &"https://r.example/".into(), client_id.as_ref()));
        let sent = bench.sent.borrow().join("|");
        (
            sent,
            token.map(|token| token.to_string()).map_err(|error| error.to_string()),
        )
    }

    #[test]
    fn each_source_is_asked_in_its_own_way() {
        let file = std::env::temp_dir().join(format!("tollgate-federated-{}", std::process::id()));
        std::fs::write(&file, "assertion\n").unwrap();
        let path = file.to_str().unwrap();
        let federated = [
            &TENANT[..],
            &[
                ("AZURE_FEDERATED_TOKEN_FILE", path),
                ("AZURE_AUTHORITY_HOST", "https://login.example/"),
            ],
        ]
        .concat();
        let secret = [&TENANT[..], &[("AZURE_CLIENT_SECRET", "shh")]].concat();
        let scoped = [&CLIENT[..], &[("TOLLGATE_IDENTITY_SCOPE", "read {resource}")]].concat();
        let form = "accept: application/json\ncontent-type: application/x-www-form-urlencoded";
        for (variables, client_id, expected) in [
            (
                vec![],
                None,
                "GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fr.example%2F\naccept: application/json\nmetadata: true".to_owned(),
            ),
            (
                vec![("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://imds.example/")],
                Some("u"),
                "GET http://imds.example/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fr.example%2F&client_id=u\naccept: application/json\nmetadata: true".to_owned(),
            ),
            (
                vec![("IDENTITY_ENDPOINT", "http://app.example/msi/token"), ("IDENTITY_HEADER", "h")],
                Some("u"),
                "GET http://app.example/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fr.example%2F&client_id=u\naccept: application/json\nx-identity-header: h".to_owned(),
            ),
            (
                federated.clone(),
                None,
                format!("POST https://login.example/tid/oauth2/v2.0/token\n{form}\n\ngrant_type=client_credentials&client_id=cid&scope=https%3A%2F%2Fr.example%2F%2F.default&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=assertion"),
            ),
            (
                secret,
                None,
                format!("POST https://login.microsoftonline.com/tid/oauth2/v2.0/token\n{form}\n\ngrant_type=client_credentials&client_id=cid&client_secret=shh&scope=https%3A%2F%2Fr.example%2F%2F.default"),
            ),
            (
                CLIENT.to_vec(),
                Some("u"),
                format!("POST https://issuer.example/token\n{form}\n\ngrant_type=client_credentials&client_id=gw&client_secret=s%26t&resource=https%3A%2F%2Fr.example%2F"),
            ),
            (
                scoped,
                None,
                format!("POST https://issuer.example/token\n{form}\n\ngrant_type=client_credentials&client_id=gw&client_secret=s%26t&scope=read%20https%3A%2F%2Fr.example%2F"),
            ),
        ] {
            let (sent, token) = asked(&variables, client_id, "200\n\n{\"access_token\":\"t\",\"expires_in\":60}");
            assert_eq!((sent.as_str(), token), (expected.as_str(), Ok("t".to_owned())), "{variables:?}");
        }
        let (sent, token) = asked(&[("TOLLGATE_IDENTITY_TOKEN_FILE", path)], None, "500");
        assert_eq!((sent.as_str(), token), ("", Ok("assertion".to_owned())));
        std::fs::remove_file(&file).unwrap();
        let (_, token) = asked(&federated, None, "200");
        assert!(token.unwrap_err().starts_with("cannot read "));
    }

    #[test]
    fn what_is_wrong_is_said_without_secrets() {
        for (answer, expected) in [
            (
                "400\n\n{\"error\":\"invalid_client\",\"error_description\":\"no such client\"}",
                "https://issuer.example/token: it answered 400 invalid_client no such client",
            ),
            ("503\n\noops", "https://issuer.example/token: it answered 503"),
            (
                "200\n\noops",
                "https://issuer.example/token: it answered with something that is no JSON object",
            ),
            (
                "200\n\n{}",
                "https://issuer.example/token: its answer has no `access_token`",
            ),
        ] {
            assert_eq!(asked(&CLIENT, None, answer).1, Err(expected.to_owned()));
        }
        let missing = source(&CLIENT[..2]).unwrap_err();
        assert_eq!(
            missing,
            "TOLLGATE_IDENTITY_TOKEN_URL is set, TOLLGATE_IDENTITY_CLIENT_SECRET is not"
        );
    }
}
