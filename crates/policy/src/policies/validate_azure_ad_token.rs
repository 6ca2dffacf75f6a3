//! `validate-azure-ad-token` lets a request through if it presents a token of a Microsoft Entra tenant for this API.
//!
//! The token is in `Authorization` unless the document says otherwise. `tenant-id` is the tenant's id or domain, `common`
//! or `organizations`, or a URL. The tenant's configurations of both versions of tokens are fetched from
//! `authentication-endpoint`, or else from the gateway's `AZURE_AUTHORITY_HOST`, or else from Azure's public cloud; their
//! issuers are accepted, with the token's own tenant where they are for many (`{tenantid}`).
//!
//! `client-application-ids` are compared with `azp`, or `appid` in tokens of version 1. `backend-application-ids` are
//! audiences, as they are and as `api://<id>`, beside those of `audiences`. Without either every token of the tenant
//! is let in. All else is as in `validate-jwt`: signatures, lifetime, `required-claims`, reasons, the variable.
//!
//! What is wrong is told in the words that APIM was seen to use, which say less than those of `validate-jwt`.

use super::validate_jwt::texts;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, Sections, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::token::{
    DecryptionKeys, Presented, Refusal, Rejection, RequiredClaims, SEGMENTS, Skew, Trusted, Validation, entra,
    missing_claims, value_mismatch,
};
use crate::value::Value;
use expression::library::Jwt;
use expression::text::Text;
use expression::value::Value as Object;

pub(crate) const VALIDATE_AZURE_AD_TOKEN: Policy = Policy {
    sections: Sections::INBOUND,
    ..Policy::new("validate-azure-ad-token", parse)
};

struct ValidateAzureAdToken {
    presented: Presented,
    refusal: Refusal,
    tenant: Value<Text>,
    endpoint: Option<Value<Text>>,
    clients: Vec<Value<Text>>,
    validation: Validation,
    output: Option<Text>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let presented = Presented::read(element, true);
    let refusal = Refusal::read(element, VALIDATE_AZURE_AD_TOKEN.name);
    let tenant = element.required("tenant-id");
    let endpoint = element.optional("authentication-endpoint");
    let output = element.literal("output-token-variable-name");
    let clients = texts(element, "client-application-ids", "application-id");
    let applications = texts(element, "backend-application-ids", "application-id");
    let audiences = texts(element, "audiences", "audience");
    let decryption_keys = DecryptionKeys::read(element);
    let claims = RequiredClaims::read(element);
    waiting(ValidateAzureAdToken {
        presented: presented?,
        refusal,
        tenant: tenant?,
        endpoint,
        clients,
        validation: Validation {
            requires_expiration: Value::Constant(true),
            requires_signature: Value::Constant(true),
            skew: Value::Constant(Skew::default()),
            decryption_keys,
            audiences,
            applications,
            claims,
        },
        output,
    })
}

/// A rejection in APIM's words.
fn told(mut rejection: Rejection) -> Rejection {
    let message = match rejection.reason {
        "TokenNotPresent" => "Azure AD JWT not present",
        "TokenInvalidSignature" => "Signature is invalid",
        _ if rejection.message == SEGMENTS => SEGMENTS,
        _ => "Invalid Azure AD JWT",
    };
    message.clone_into(&mut rejection.message);
    rejection.told = message;
    rejection
}

impl WaitingStep for ValidateAzureAdToken {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        Outcome::Later(Box::pin(async move {
            match self.checked(exchange).await? {
                Err(rejection) => Err(self.refusal.failure(exchange, told(rejection))?),
                Ok(jwt) => {
                    if let Some(name) = &self.output {
                        exchange.set_variable(name, Object::of(jwt));
                    }
                    Ok(Flow::Next)
                }
            }
        }))
    }
}

impl ValidateAzureAdToken {
    async fn checked(&self, exchange: &Exchange) -> Result<Result<Jwt, Rejection>, Failure> {
        let Some(token) = self.presented.find(exchange)? else {
            return Ok(Err(Rejection::not_present()));
        };
        let trusted = Trusted {
            configurations: self.configurations(exchange)?,
            ..Trusted::default()
        };
        let checked = self.validation.validate(exchange, &token, &trusted).await?;
        Ok(match checked {
            Ok(jwt) => self.client(exchange, &jwt)?.map(|()| jwt),
            refused => refused,
        })
    }

    /// Both versions' configurations of the tenant.
    fn configurations(&self, exchange: &Exchange) -> Result<Vec<Text>, Failure> {
        let tenant = self.tenant.get(exchange)?;
        let endpoint = match &self.endpoint {
            Some(endpoint) => endpoint.get(exchange)?,
            None => exchange.services.entra.clone(),
        };
        Ok(entra::configurations(&tenant, &endpoint))
    }

    fn client(&self, exchange: &Exchange, jwt: &Jwt) -> Result<Result<(), Rejection>, Failure> {
        if self.clients.is_empty() {
            return Ok(Ok(()));
        }
        let claim = ["azp", "appid"].into_iter().find(|claim| !jwt.values(claim).is_empty());
        let Some(claim) = claim else {
            return Ok(Err(missing_claims(&["azp".into()])));
        };
        let clients = self.clients.iter().map(|client| client.get(exchange));
        let clients = clients.collect::<Result<Vec<_>, _>>()?;
        let is_own = |client: &Text| jwt.values(claim).iter().any(|own| own.eq_ignore_ascii_case(client));
        Ok(if clients.iter().any(is_own) {
            Ok(())
        } else {
            Err(value_mismatch(claim, &clients))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, ready, reports};
    use crate::token::minted::{NOW, Signer};

    const TENANT: &str = "11111111-2222-3333-4444-555555555555";
    const OTHER: &str = "99999999-2222-3333-4444-555555555555";

    /// A bench whose Entra ID knows one tenant, and all of them as `common`.
    fn bench(attributes: &str, children: &str, signer: &Signer) -> Bench {
        let bench = Bench::new(&format!(
            "<inbound><validate-azure-ad-token {attributes}>{children}</validate-azure-ad-token></inbound>"
        ))
        .answer("404");
        for (tenant, named) in [(TENANT, TENANT), ("common", "{tenantid}")] {
            for (version, issuer) in [
                ("/v2.0", format!("https://login.microsoftonline.com/{named}/v2.0")),
                ("", format!("https://sts.windows.net/{named}/")),
            ] {
                let base = format!("https://login.microsoftonline.com/{tenant}{version}");
                let keys = format!("https://login.microsoftonline.com/{tenant}/discovery{version}/keys");
                let configuration = format!("200\n\n{{\"issuer\":\"{issuer}\",\"jwks_uri\":\"{keys}\"}}");
                bench.answers_at(&format!("{base}/.well-known/openid-configuration"), Ok(&configuration));
                bench.answers_at(&keys, Ok(&format!("200\n\n{{\"keys\":[{}]}}", signer.jwk())));
            }
        }
        bench
    }

    fn outcome(bench: &mut Bench, request: &str) -> String {
        let plan = bench.plan(None);
        let mut exchange = bench.exchange(request);
        ready(plan.run(&mut exchange));
        exchange.last_error.map_or("passed".to_owned(), |error| {
            assert_eq!(error.source.as_str(), "validate-azure-ad-token");
            error.reason.to_string()
        })
    }

    fn token(signer: &Signer, issuer: &str, tenant: &str, more: &str) -> String {
        signer.token(&format!(
            r#"{{"iss":"{issuer}","tid":"{tenant}","exp":{},"aud":"api://a"{more}}}"#,
            NOW + 60
        ))
    }

    #[test]
    fn tokens_of_both_versions_and_of_the_tenant_only() {
        let signer = Signer::new("k");
        let two = |tenant: &str| format!("https://login.microsoftonline.com/{tenant}/v2.0");
        let one = |tenant: &str| format!("https://sts.windows.net/{tenant}/");
        for (tenant, issuer, tid, expected) in [
            (TENANT, two(TENANT), TENANT, "passed"),
            (TENANT, one(TENANT), TENANT, "passed"),
            (TENANT, two(OTHER), OTHER, "TokenIssuerNotAllowed"),
            (TENANT, one(OTHER), OTHER, "TokenIssuerNotAllowed"),
            ("common", two(OTHER), OTHER, "passed"),
            ("common", one(OTHER), OTHER, "passed"),
            ("common", two(OTHER), TENANT, "TokenIssuerNotAllowed"),
            ("unknown", two(TENANT), TENANT, "TokenSignatureKeyNotFound"),
            (
                "https://login.microsoftonline.com/common/v2.0/",
                two(OTHER),
                OTHER,
                "passed",
            ),
        ] {
            let mut bench = bench(&format!("tenant-id='{tenant}'"), "", &signer);
            let request = format!("GET /\nAuthorization: Bearer {}", token(&signer, &issuer, tid, ""));
            assert_eq!(outcome(&mut bench, &request), expected, "{tenant} {issuer}");
        }
        let stranger = Signer::new("k");
        let mut bench = bench(&format!("tenant-id='{TENANT}'"), "", &signer);
        let forged = format!(
            "GET /\nAuthorization: Bearer {}",
            token(&stranger, &two(TENANT), TENANT, "")
        );
        assert_eq!(outcome(&mut bench, &forged), "TokenInvalidSignature");
        assert_eq!(outcome(&mut bench, "GET /"), "TokenNotPresent");
    }

    #[test]
    fn whose_application_for_whom_and_with_which_claims() {
        let signer = Signer::new("k");
        let clients = "<client-application-ids><application-id>c1</application-id><application-id>c2</application-id></client-application-ids>";
        let backend = |id: &str| {
            format!("<backend-application-ids><application-id>{id}</application-id></backend-application-ids>")
        };
        for (children, more, expected) in [
            (clients.to_owned(), r#","azp":"c2""#, "passed"),
            (clients.to_owned(), r#","appid":"C1""#, "passed"),
            (clients.to_owned(), r#","azp":"c3""#, "TokenClaimValueMismatch"),
            (clients.to_owned(), "", "TokenMissingClaims"),
            (backend("a"), "", "passed"),
            (backend("api://a"), "", "passed"),
            (backend("b"), "", "TokenAudienceNotAllowed"),
            (
                format!("{}<audiences><audience>api://a</audience></audiences>", backend("b")),
                "",
                "passed",
            ),
            (
                "<required-claims><claim name='roles' match='any'><value>r</value></claim></required-claims>"
                    .to_owned(),
                r#","roles":["q","r"]"#,
                "passed",
            ),
            (
                "<required-claims><claim name='roles'><value>r</value></claim></required-claims>".to_owned(),
                "",
                "TokenMissingClaims",
            ),
        ] {
            let mut bench = bench(
                &format!("tenant-id='{TENANT}' query-parameter-name='t'"),
                &children,
                &signer,
            );
            let issuer = format!("https://sts.windows.net/{TENANT}/");
            let request = format!("GET /?t={}", token(&signer, &issuer, TENANT, more));
            assert_eq!(outcome(&mut bench, &request), expected, "{children} {more}");
        }
    }

    #[test]
    fn problems_of_the_document() {
        reports(&[(
            "<inbound><validate-azure-ad-token header-name='A' query-parameter-name='b' /></inbound>",
            "`<validate-azure-ad-token>` has 2 of the attributes `header-name`, `query-parameter-name`, `token-value`, expected one\n\
             `<validate-azure-ad-token>` lacks the attribute `tenant-id`",
        )]);
    }
}
