//! Tokens of clients, checked against a real issuer whose keys change, and tokens of the gateway's own identity.

use crate::support::artifacts::{Artifacts, document};
use crate::support::client::{Answer, Connection, get_with, request, sending};
use crate::support::gateway::Gateway;
use crate::support::patience::{eventually, within};
use crate::support::peer::Peer;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

/// The issuer, and a gateway before the plain API whose inbound policies are these. `ISSUER` in them stands for the
/// issuer's URL.
struct Site {
    issuer: Peer,
    gateway: Gateway,
    _folder: Artifacts,
    _rest: Peer,
}

impl Site {
    async fn start(policies: &str, variables: &[(&str, &str)]) -> Self {
        let (issuer, rest) = (Peer::start(&["issuer"]).await, Peer::rest().await);
        let folder = Artifacts::passing("api", &rest.url);
        let policies = policies.replace("ISSUER", &issuer.url);
        folder.write(
            "apis/api/policy.xml",
            &document(&[("inbound", &policies), ("on-error", TELL)]),
        );
        let variables: Vec<(&str, String)> = variables
            .iter()
            .map(|(name, value)| (*name, value.replace("ISSUER", &issuer.url)))
            .collect();
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        // One worker, so that what is kept is counted once.
        let gateway = Gateway::serve_in(&folder, &["--workers", "1"], &variables).await;
        Self {
            issuer,
            gateway,
            _folder: folder,
            _rest: rest,
        }
    }

    async fn ask_issuer(&self, method: &str, target: &str, body: &Value) -> String {
        let address: SocketAddr = self.issuer.url.strip_prefix("http://").unwrap().parse().unwrap();
        let mut connection = Connection::http1(address).await;
        let answer = connection.answer(sending(method, target, &[], body.to_string())).await;
        assert_eq!(answer.status, 200, "{method} {target}: {}", answer.text());
        answer.text()
    }

    /// A token with these claims beside the issuer's name and a time.
    async fn token(&self, algorithm: &str, claims: Value) -> String {
        let mut all = json!({"iss": self.issuer.url, "aud": "api://orders", "exp": now() + 600});
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        self.ask_issuer("POST", &format!("/sign?alg={algorithm}"), &all).await
    }

    async fn counts(&self) -> Value {
        serde_json::from_str(&self.ask_issuer("GET", "/counts", &json!({})).await).unwrap()
    }

    async fn send(&self, token: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        get_with(self.gateway.address, "/api/echo", &[("authorization", &bearer)]).await
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

const VALIDATE: &str = r#"
    <validate-jwt header-name="Authorization" require-scheme="Bearer">
        <openid-config url="ISSUER/.well-known/openid-configuration" />
        <audiences><audience>api://orders</audience></audiences>
        <required-claims><claim name="scp" match="any" separator=" "><value>read</value><value>write</value></claim></required-claims>
    </validate-jwt>"#;

/// Clients are not told why a token is refused; these are.
const TELL: &str = r#"
    <set-header name="X-Reason"><value>@(context.LastError.Reason)</value></set-header>"#;

/// A refusal as clients see it.
fn refused(message: &str) -> String {
    format!(r#"{{ "statusCode": 401, "message": "{message}" }}"#)
}

#[test]
fn tokens_of_a_real_issuer() {
    within(60, async {
        let site = Site::start(VALIDATE, &[]).await;
        for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"] {
            let token = site.token(algorithm, json!({"scp": "read all"})).await;
            let answer = site.send(&token).await;
            assert_eq!(answer.status, 200, "{algorithm}: {}", answer.text());
            let (message, signature) = token.rsplit_once('.').unwrap();
            let first = if signature.starts_with('A') { "B" } else { "A" };
            let changed = format!("{first}{}", &signature[1..]);
            let answer = site.send(&format!("{message}.{changed}")).await;
            let expected = refused("Invalid JWT.");
            assert_eq!((answer.status.as_u16(), answer.text()), (401, expected), "{algorithm}");
            assert_eq!(answer.header("x-reason"), "TokenInvalidSignature", "{algorithm}");
        }
        for (claims, reason) in [
            (json!({"scp": "read", "exp": now() - 5}), "TokenExpired"),
            (json!({"scp": "read", "nbf": now() + 500}), "JwtInvalid"),
            (json!({"scp": "read", "aud": "other"}), "TokenAudienceNotAllowed"),
            (json!({"scp": "read", "iss": "http://other"}), "TokenIssuerNotAllowed"),
            (json!({}), "TokenMissingClaims"),
            (json!({"scp": "delete"}), "TokenClaimValueMismatch"),
        ] {
            let answer = site.send(&site.token("RS256", claims).await).await;
            assert_eq!((answer.status.as_u16(), answer.text()), (401, refused("Invalid JWT.")));
            assert_eq!(answer.header("content-type"), "application/json");
            assert_eq!(answer.header("x-reason"), reason);
        }
        let mut client = Connection::http1(site.gateway.address).await;
        let answer = client.answer(request("GET", "/api/echo", &[])).await;
        assert_eq!(
            (answer.status.as_u16(), answer.text()),
            (401, refused("JWT not present."))
        );
        let counts = site.counts().await;
        assert_eq!(
            (&counts["configurations"], &counts["keys"]),
            (&json!(1), &json!(1)),
            "fetched once"
        );
    });
}

#[test]
fn keys_change_and_the_issuer_goes_away() {
    within(60, async {
        let site = Site::start(VALIDATE, &[]).await;
        let old = site.token("RS256", json!({"scp": "read"})).await;
        assert_eq!(site.send(&old).await.status, 200);
        site.ask_issuer("POST", "/rotate", &json!({})).await;
        let new = site.token("ES256", json!({"scp": "read"})).await;
        assert_eq!(site.send(&new).await.status, 200, "the new key is found at once");
        let answer = site.send(&old).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (401, refused("Invalid JWT.")));
        assert_eq!(answer.header("x-reason"), "TokenSignatureKeyNotFound");
        site.issuer.kill();
        for _ in 0..3 {
            assert_eq!(site.send(&new).await.status, 200, "the last good keys");
        }
    });
}

#[test]
fn requests_at_once_have_the_keys_fetched_once() {
    within(60, async {
        let site = Site::start(VALIDATE, &[]).await;
        let token = site.token("ES256", json!({"scp": "read"})).await;
        let bearer = format!("Bearer {token}");
        let requests = (0..20).map(|_| {
            let (address, bearer) = (site.gateway.address, bearer.clone());
            tokio::spawn(async move {
                get_with(address, "/api/echo", &[("authorization", &bearer)])
                    .await
                    .status
            })
        });
        let requests: Vec<_> = requests.collect();
        for request in requests {
            assert_eq!(request.await.unwrap(), 200);
        }
        assert_eq!(site.counts().await["keys"], 1);
    });
}

#[test]
fn tokens_of_a_tenant_of_entra() {
    within(60, async {
        let policy = r#"
            <validate-azure-ad-token tenant-id="tenant">
                <client-application-ids><application-id>app-1</application-id></client-application-ids>
            </validate-azure-ad-token>"#;
        let site = Site::start(policy, &[("AZURE_AUTHORITY_HOST", "ISSUER/")]).await;
        let two = format!("{}/tenant/v2.0", site.issuer.url);
        let one = format!("{}/tenant", site.issuer.url);
        for (claims, status) in [
            (json!({"iss": two, "azp": "app-1"}), 200),
            (json!({"iss": one, "appid": "app-1"}), 200),
            (json!({"iss": two, "azp": "app-2"}), 401),
            (json!({"iss": two}), 401),
            (
                json!({"iss": format!("{}/other/v2.0", site.issuer.url), "azp": "app-1"}),
                401,
            ),
        ] {
            let answer = site.send(&site.token("RS256", claims.clone()).await).await;
            assert_eq!(answer.status, status, "{claims}: {}", answer.text());
        }
    });
}

/// Environment variables.
type Settings<'a> = &'a [(&'a str, &'a str)];

#[test]
fn the_gateways_own_identity() {
    within(120, async {
        let folder = Artifacts::of(&[("assertion", "secret\n"), ("token", "static-token\n")]);
        let path = |file: &str| folder.path().join(file).to_str().unwrap().to_owned();
        let (assertion, fixed) = (path("assertion"), path("token"));
        let client = ("TOLLGATE_IDENTITY_CLIENT_ID", "gateway");
        let url = ("TOLLGATE_IDENTITY_TOKEN_URL", "ISSUER/token");
        let sources: &[(Settings<'_>, &str, &str)] = &[
            (
                &[("AZURE_POD_IDENTITY_AUTHORITY_HOST", "ISSUER")],
                "own",
                "https://models.example",
            ),
            (
                &[("IDENTITY_ENDPOINT", "ISSUER/msi/token"), ("IDENTITY_HEADER", "secret")],
                "own",
                "https://models.example",
            ),
            (
                &[
                    ("AZURE_AUTHORITY_HOST", "ISSUER"),
                    ("AZURE_TENANT_ID", "tenant"),
                    ("AZURE_CLIENT_ID", "workload"),
                    ("AZURE_FEDERATED_TOKEN_FILE", &assertion),
                ],
                "own",
                "https://models.example/.default",
            ),
            (
                &[url, client, ("TOLLGATE_IDENTITY_CLIENT_SECRET", "secret")],
                "gateway",
                "https://models.example",
            ),
        ];
        let policy = r#"<authentication-managed-identity resource="https://models.example" client-id="own" />"#;
        for (variables, subject, audience) in sources {
            let site = Site::start(policy, variables).await;
            let mut tokens = Vec::new();
            for _ in 0..2 {
                let answer = site.send("the client's").await;
                assert_eq!(answer.status, 200, "{variables:?}: {}", answer.text());
                let echoed: Value = serde_json::from_str(&answer.text()).unwrap();
                let sent = crate::support::plain_api::header_values(&echoed, "authorization");
                assert_eq!(sent.len(), 1);
                tokens.push(sent[0].strip_prefix("Bearer ").unwrap().to_owned());
            }
            assert_eq!(tokens[0], tokens[1], "a token is kept");
            assert_eq!(site.counts().await["tokens"], 1);
            let claims = claims(&tokens[0]);
            assert_eq!(
                (&claims["sub"], &claims["aud"]),
                (&json!(subject), &json!(audience)),
                "{variables:?}"
            );
            assert!(!site.gateway.process.log().contains(&tokens[0]));
        }
        let site = Site::start(policy, &[("TOLLGATE_IDENTITY_TOKEN_FILE", &fixed)]).await;
        let echoed = site.send("the client's").await.text();
        assert!(echoed.contains("Bearer static-token"), "{echoed}");

        let site = Site::start(policy, &[url, client, ("TOLLGATE_IDENTITY_CLIENT_SECRET", "wrong-one")]).await;
        let answer = site.send("the client's").await;
        assert_eq!(answer.status, 500);
        assert!(answer.text().contains("Internal server error"), "{}", answer.text());
        // The line may come behind the answer.
        let log = eventually("why there is no token, in the log", async || {
            let log = site.gateway.process.log();
            log.contains("invalid_client").then_some(log)
        })
        .await;
        assert!(!log.contains("wrong-one"), "{log}");
    });
}

/// The claims of a token, which nobody checks.
fn claims(token: &str) -> Value {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bits = 0u32;
    let mut bytes = Vec::new();
    for (at, digit) in token.split('.').nth(1).unwrap().chars().enumerate() {
        bits = bits << 6 | ALPHABET.find(digit).unwrap() as u32;
        if at % 4 > 0 {
            bytes.push((bits >> (6 - 2 * (at % 4))) as u8);
        }
    }
    serde_json::from_slice(&bytes).unwrap()
}
