//! `get-authorization-context` puts access to another service into a variable: an `Authorization` with its `AccessToken`.
//!
//! `provider-id` and `authorization-id` name one of the authorizations that the operator has configured
//! (docs/configuration.md), each a client of a token endpoint. `Claims` is empty. With `identity-type="managed"` the
//! gateway uses it for itself; with `jwt` for whoever `identity`, a token of Entra ID for API Management's authorizations,
//! was issued to, who must be among the authorization's `permissions`. Without a token the request fails with 500 and
//! the reason `AccessTokenNotObtained`; with `ignore-error` the variable is null.

use crate::codes;
use crate::element::{ElementReader, Words};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::identity::Permission;
use crate::registry::{Policy, Sections, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::token::{DecryptionKeys, RequiredClaims, Skew, Trusted, Validation, entra};
use crate::value::Value;
use expression::context::Authorization;
use expression::text::Text;
use expression::value::Value as Object;

/// Whom the token of an identity must be for (APIM's page of the policy).
const AUDIENCE: &str = "https://azure-api.net/authorization-manager";

pub(crate) const GET_AUTHORIZATION_CONTEXT: Policy = Policy {
    sections: Sections::INBOUND,
    tolerated: Sections::BACKEND.and(Sections::OUTBOUND),
    ..Policy::new("get-authorization-context", parse)
};

struct GetAuthorizationContext {
    provider: Value<Text>,
    authorization: Value<Text>,
    variable: Value<Text>,
    identity_type: Value<IdentityType>,
    identity: Option<Value<Text>>,
    validation: Validation,
    ignores_error: Value<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum IdentityType {
    Managed,
    Jwt,
}

const IDENTITY_TYPES: Words<IdentityType> = &[("managed", IdentityType::Managed), ("jwt", IdentityType::Jwt)];

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let provider = element.required("provider-id");
    let authorization = element.required("authorization-id");
    let variable = element.required("context-variable-name");
    let identity_type = element.word("identity-type", IDENTITY_TYPES);
    let identity = element.optional("identity");
    let ignores_error = element.or("ignore-error", false);
    let identity_type = identity_type.unwrap_or(Value::Constant(IdentityType::Managed));
    if identity_type.constant() == Some(&IdentityType::Jwt) && !element.has("identity") {
        let message = "`<get-authorization-context>` with `identity-type=\"jwt\"` lacks the attribute `identity`";
        element.error_at("identity-type", codes::MISSING_ATTRIBUTE, message);
    }
    waiting(GetAuthorizationContext {
        provider: provider?,
        authorization: authorization?,
        variable: variable?,
        identity_type,
        identity,
        validation: Validation {
            requires_expiration: Value::Constant(true),
            requires_signature: Value::Constant(true),
            skew: Value::Constant(Skew::default()),
            decryption_keys: DecryptionKeys::default(),
            audiences: vec![Value::Constant(AUDIENCE.into())],
            applications: Vec::new(),
            claims: RequiredClaims::default(),
        },
        ignores_error,
    })
}

impl WaitingStep for GetAuthorizationContext {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        Outcome::Later(Box::pin(async move {
            let variable = self.variable.get(exchange)?;
            let authorization = match self.authorization(exchange).await? {
                Ok(token) => {
                    exchange.hide(&token);
                    Object::of(Authorization {
                        access_token: token,
                        claims: Vec::new(),
                    })
                }
                Err(_) if self.ignores_error.get(exchange)? => Object::Null,
                Err(message) => return Err(Failure::internal("AccessTokenNotObtained", message)),
            };
            exchange.set_variable(&variable, authorization);
            Ok(Flow::Next)
        }))
    }
}

impl GetAuthorizationContext {
    /// The access token, or why there is none.
    async fn authorization(&self, exchange: &Exchange) -> Result<Result<Text, String>, Failure> {
        let (provider, name) = (self.provider.get(exchange)?, self.authorization.get(exchange)?);
        let services = &exchange.services;
        if self.identity_type.get(exchange)? == IdentityType::Jwt {
            let permissions = services.authorizations.permissions(&provider, &name);
            if let Err(why) = self.identified(exchange, &permissions).await? {
                return Ok(Err(format!("The identity may not use {provider}/{name}: {why}")));
            }
        }
        let token = services.authorizations.token(services, &provider, &name).await;
        Ok(token.map_err(|error| format!("There is no access token of {provider}/{name}: {error}")))
    }

    /// Whether `identity` is a genuine token of someone who has a permission, or why not.
    async fn identified(&self, exchange: &Exchange, permissions: &[Permission]) -> Result<Result<(), String>, Failure> {
        let identity = self
            .identity
            .as_ref()
            .map(|identity| identity.get(exchange))
            .transpose()?;
        let token = identity.unwrap_or_default();
        let token = token.trim();
        let mut tenants: Vec<&str> = permissions
            .iter()
            .map(|permission| permission.tenant.as_str())
            .collect();
        tenants.sort_unstable();
        tenants.dedup();
        let configurations = tenants
            .iter()
            .flat_map(|tenant| entra::configurations(tenant, &exchange.services.entra));
        let trusted = Trusted {
            configurations: configurations.collect(),
            ..Trusted::default()
        };
        if trusted.configurations.is_empty() {
            return Ok(Err("it has no permissions.".to_owned()));
        }
        let jwt = match self.validation.validate(exchange, token, &trusted).await? {
            Ok(jwt) => jwt,
            Err(rejection) => return Ok(Err(rejection.message)),
        };
        let claims = |name: &str, id: &str| jwt.values(name).iter().any(|own| own.eq_ignore_ascii_case(id));
        let is_permitted = permissions
            .iter()
            .any(|permission| claims("tid", &permission.tenant) && claims("oid", &permission.object));
        Ok(if is_permitted {
            Ok(())
        } else {
            Err("its token is of nobody who has a permission.".to_owned())
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::identity::{Authorizations, KnownAuthorizations};
    use crate::testing::{Bench, reports};
    use crate::token::minted::{NOW, Signer};
    use std::rc::Rc;
    use std::sync::Arc;

    const TELL: &str = "<return-response><set-body>@(((Authorization)context.Variables[\"a\"])?.AccessToken ?? \"null\")</set-body></return-response>";

    fn bench(attributes: &str) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("github")).unwrap();
        std::fs::write(
            folder.path().join("github/bot.json"),
            r#"{"tokenUrl":"https://github.example/token","clientId":"c","clientSecret":"s","scope":"repo",
                "permissions":[{"tenantId":"T","objectId":"o"}]}"#,
        )
        .unwrap();
        let known = KnownAuthorizations::read(folder.path()).unwrap();
        let mut bench = Bench::new(&format!(
            "<inbound><get-authorization-context context-variable-name='a' {attributes} />{TELL}</inbound>"
        ));
        bench.authorizations = Rc::new(Authorizations::new(Arc::new(known)));
        bench
    }

    #[test]
    fn the_variable_has_the_token() {
        let mut bench = bench("provider-id='github' authorization-id='@(\"bot\")' identity-type='managed'");
        bench.answers_at("https://github.example/token", Ok("200\n\n{\"access_token\":\"t\"}"));
        assert_eq!(bench.run("GET /"), "200 OK\n\nt");
        let sent = bench.sent.borrow().join("");
        assert!(
            sent.ends_with("grant_type=client_credentials&client_id=c&client_secret=s&scope=repo"),
            "{sent}"
        );
    }

    #[test]
    fn without_a_token_it_fails_or_is_null() {
        for id in ["bot", "other", "../github/bot"] {
            let attributes = format!("provider-id='github' authorization-id='{id}'");
            let mut failing = bench(&attributes).answer("500");
            assert!(failing.run("GET /").starts_with("500"), "{id}");
            let mut lenient = bench(&format!("{attributes} ignore-error='true'")).answer("500");
            assert_eq!(lenient.run("GET /"), "200 OK\n\nnull", "{id}");
        }
    }

    #[test]
    fn an_identity_needs_a_genuine_token_and_a_permission() {
        let signer = Signer::new("k");
        let token = |claims: &str| {
            let issuer = "https://login.microsoftonline.com/t/v2.0";
            signer.token(&format!(r#"{{"iss":"{issuer}","exp":{},{claims}}}"#, NOW + 60))
        };
        let good = token(r#""aud":"https://azure-api.net/authorization-manager","tid":"t","oid":"o""#);
        for (identity, authorization, expected) in [
            (good.as_str(), "bot", "t"),
            ("", "bot", "null"),
            ("x.y.z", "bot", "null"),
            (&good, "other", "null"),
            (
                &token(r#""aud":"https://azure-api.net/authorization-manager","tid":"t","oid":"p""#),
                "bot",
                "null",
            ),
            (
                &token(r#""aud":"https://azure-api.net/authorization-manager","tid":"u","oid":"o""#),
                "bot",
                "null",
            ),
            (
                &token(r#""aud":"https://azure-api.net","tid":"t","oid":"o""#),
                "bot",
                "null",
            ),
            (&Signer::new("k").token(r#"{"tid":"t","oid":"o"}"#), "bot", "null"),
        ] {
            let mut bench = bench(&format!(
                "provider-id='github' authorization-id='{authorization}' identity-type='jwt' identity='{identity}' ignore-error='true'"
            ))
            .answer("404");
            bench.answers_at("https://github.example/token", Ok("200\n\n{\"access_token\":\"t\"}"));
            let base = "https://login.microsoftonline.com/T";
            let configuration =
                r#"{"issuer":"https://login.microsoftonline.com/t/v2.0","jwks_uri":"https://keys.example/k"}"#;
            for version in ["/v2.0", ""] {
                let url = format!("{base}{version}/.well-known/openid-configuration");
                bench.answers_at(&url, Ok(&format!("200\n\n{configuration}")));
            }
            bench.answers_at(
                "https://keys.example/k",
                Ok(&format!("200\n\n{{\"keys\":[{}]}}", signer.jwk())),
            );
            assert_eq!(
                bench.run("GET /"),
                format!("200 OK\n\n{expected}"),
                "{identity} {authorization}"
            );
        }
    }

    #[test]
    fn whose_identity_it_is_must_be_said() {
        reports(&[(
            "<inbound><get-authorization-context provider-id='p' authorization-id='a' context-variable-name='v' identity-type='jwt' /></inbound>",
            "`<get-authorization-context>` with `identity-type=\"jwt\"` lacks the attribute `identity`",
        )]);
    }
}
