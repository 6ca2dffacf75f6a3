//! `get-authorization-context` puts access to another service into a variable: an `Authorization` with its `AccessToken`.
//!
//! `provider-id` and `authorization-id` name one of the authorizations that the operator has configured
//! (docs/configuration.md), each a client of a token endpoint. `Claims` is empty. What users have consented to is not
//! offered, and with it `identity-type="jwt"`, which chooses whose consent it is. Without a token the request fails with
//! 500 and the reason `AccessTokenNotObtained`; with `ignore-error` the variable is null.

use crate::codes;
use crate::element::{ElementReader, Words};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, Sections, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::value::Value;
use expression::context::Authorization;
use expression::text::Text;
use expression::value::Value as Object;

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
    element.optional::<Text>("identity");
    let ignores_error = element.or("ignore-error", false);
    let identity_type = identity_type.unwrap_or(Value::Constant(IdentityType::Managed));
    if identity_type.constant() == Some(&IdentityType::Jwt) {
        let message = "`identity-type`: access that users have consented to is not offered";
        element.error_at("identity-type", codes::NOT_OFFERED, message);
    }
    waiting(GetAuthorizationContext {
        provider: provider?,
        authorization: authorization?,
        variable: variable?,
        identity_type,
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
    async fn authorization(&self, exchange: &Exchange) -> Result<Result<Text, String>, Failure> {
        let (provider, name) = (self.provider.get(exchange)?, self.authorization.get(exchange)?);
        if self.identity_type.get(exchange)? == IdentityType::Jwt {
            return Ok(Err("Access that users have consented to is not offered.".to_owned()));
        }
        let services = &exchange.services;
        let token = services.authorizations.token(services, &provider, &name).await;
        Ok(token.map_err(|error| format!("There is no access token of {provider}/{name}: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use crate::identity::{Authorizations, KnownAuthorizations};
    use crate::testing::{Bench, reports};
    use std::rc::Rc;
    use std::sync::Arc;

    const TELL: &str = "<return-response><set-body>@(((Authorization)context.Variables[\"a\"])?.AccessToken ?? \"null\")</set-body></return-response>";

    fn bench(attributes: &str) -> Bench {
        let folder = std::env::temp_dir().join(format!("tollgate-authorizations-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("github")).unwrap();
        std::fs::write(
            folder.join("github/bot.json"),
            r#"{"tokenUrl":"https://github.example/token","clientId":"c","clientSecret":"s","scope":"repo"}"#,
        )
        .unwrap();
        let known = KnownAuthorizations::read(&folder).unwrap();
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
    fn what_is_not_offered_is_said() {
        reports(&[(
            "<inbound><get-authorization-context provider-id='p' authorization-id='a' context-variable-name='v' identity-type='jwt' identity='x' /></inbound>",
            "`identity-type`: access that users have consented to is not offered",
        )]);
    }
}
