//! `authentication-managed-identity` gets an access token for `resource` with the gateway's own identity, and sends it to
//! the backend in `Authorization`, in place of the client's.
//!
//! With `output-token-variable-name` the token goes into that variable instead (a string), and the header stays as it is.
//! `client-id` chooses one of several identities, where the source of identities has several. Tokens are kept until
//! shortly before they expire and fetched once for all who wait. docs/configuration.md says where tokens come from: Azure's
//! endpoints, any issuer's token endpoint, or a file.
//!
//! Without a token the request fails: 500, reason `AccessTokenNotObtained`. With `ignore-error` it goes on without: the
//! header stays as the client sent it, and the variable is not set.

use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::exchange::Services;
use crate::failure::Failure;
use crate::registry::{Policy, Sections, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::upstream::Call;
use crate::value::Value;
use expression::text::Text;
use http::HeaderValue;
use http::header::AUTHORIZATION;
use std::rc::Rc;

pub(crate) const AUTHENTICATION_MANAGED_IDENTITY: Policy = Policy {
    sections: Sections::INBOUND,
    tolerated: Sections::BACKEND.and(Sections::OUTBOUND),
    ..Policy::new("authentication-managed-identity", parse)
};

/// What the element says.
pub(super) struct ManagedIdentity {
    resource: Value<Text>,
    client_id: Option<Value<Text>>,
    output: Option<Text>,
    ignores_error: bool,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    waiting(ManagedIdentity::read(element)?)
}

impl ManagedIdentity {
    /// Reads the element, which may stand inside of others too.
    pub fn read(element: &mut ElementReader<'_, '_>) -> Option<Self> {
        let resource = element.required("resource");
        let client_id = element.optional("client-id");
        let output = element.literal("output-token-variable-name");
        let ignores_error = element.literal("ignore-error").unwrap_or(false);
        Some(Self {
            resource: resource?,
            client_id,
            output,
            ignores_error,
        })
    }

    /// The value of `Authorization`; nothing when there is none, or when it went into a variable.
    pub async fn authorization(&self, exchange: &mut Exchange) -> Result<Option<HeaderValue>, Failure> {
        let resource = self.resource.get(exchange)?;
        let client_id = self.client_id.as_ref().map(|id| id.get(exchange)).transpose()?;
        let client_id = client_id.filter(|id| !id.is_empty());
        let identity = &exchange.services.identity;
        let token = identity.token(&exchange.services, &resource, client_id.as_ref()).await;
        let token = match token {
            Ok(token) => token,
            Err(_) if self.ignores_error => return Ok(None),
            Err(error) => {
                return Err(not_obtained(&format!(
                    "There is no access token for {resource}: {error}"
                )));
            }
        };
        exchange.hide(&token);
        if let Some(name) = &self.output {
            exchange.set_variable(name, token.into());
            return Ok(None);
        }
        bearer(&token).map(Some)
    }
}

fn bearer(token: &str) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
        .map_err(|_| not_obtained("The access token has characters that no header may have."))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Gives a call the access token that the credentials of its backend ask for; gives that token.
pub(super) async fn identify(call: &mut Call, services: &Rc<Services>) -> Result<Option<Text>, Failure> {
    let backend = call.backend.as_ref();
    let Some(wanted) = backend.and_then(|backend| backend.credentials.managed_identity.as_ref()) else {
        return Ok(None);
    };
    let resource = Text::from(wanted.resource.as_str());
    let client_id = wanted.client_id.as_deref().map(Text::from);
    let token = services.identity.token(services, &resource, client_id.as_ref()).await;
    let token = token.map_err(|error| not_obtained(&format!("There is no access token for {resource}: {error}")))?;
    call.headers.insert(AUTHORIZATION, bearer(&token)?);
    Ok(Some(token))
}

fn not_obtained(message: &str) -> Failure {
    Failure::internal("AccessTokenNotObtained", message)
}

impl WaitingStep for ManagedIdentity {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        Outcome::Later(Box::pin(async move {
            if let Some(value) = self.authorization(exchange).await? {
                exchange.request.headers.insert(AUTHORIZATION, value);
            }
            Ok(Flow::Next)
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, ready};

    const URL: &str =
        "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fr.example";

    fn policy(attributes: &str, after: &str) -> Bench {
        Bench::new(&format!(
            "<inbound><authentication-managed-identity resource='https://r.example' {attributes} />{after}</inbound>"
        ))
    }

    fn answer(bench: &Bench, token: &str, seconds: u32) {
        let answer = format!("200\n\n{{\"access_token\":\"{token}\",\"expires_in\":\"{seconds}\"}}");
        bench.answers_at(URL, Ok(&answer));
    }

    #[test]
    fn the_backend_gets_the_token_and_not_the_clients() {
        let mut bench = policy("", "");
        answer(&bench, "t1", 3600);
        let response = bench.run("GET /\nAuthorization: Bearer mine");
        assert!(response.contains("authorization: Bearer t1"), "{response}");
        assert!(!response.contains("mine"), "{response}");
    }

    fn with_identity() -> catalog::Backend {
        catalog::Backend {
            credentials: catalog::BackendCredentials {
                managed_identity: Some(catalog::BackendIdentity {
                    resource: "https://r.example".into(),
                    client_id: None,
                }),
                ..catalog::BackendCredentials::default()
            },
            ..catalog::Backend::single("b", "https://b")
        }
    }

    #[test]
    fn a_backend_may_ask_for_a_token_of_its_own() {
        let to = "<inbound><set-backend-service backend-id='b' /><send-request mode='copy' response-variable-name='r' /></inbound>";
        let mut bench = Bench::new(to).backend("b", with_identity());
        answer(&bench, "t1", 3600);
        bench.run("GET /\nAuthorization: Bearer mine");
        let sent = bench.sent.borrow();
        let to_backend: Vec<&String> = sent.iter().filter(|sent| sent.contains("https://b/")).collect();
        assert_eq!(to_backend, ["GET https://b/\nauthorization: Bearer t1"; 2]);
        drop(sent);
        let mut bench =
            Bench::new("<inbound><set-backend-service backend-id='b' /></inbound>").backend("b", with_identity());
        bench.answers_at(URL, Ok("500"));
        let response = bench.run("GET /");
        assert!(response.starts_with("500 Internal Server Error"), "{response}");
        assert!(!bench.sent.borrow().iter().any(|sent| sent.contains("https://b/")));
    }

    #[test]
    fn a_token_is_kept_until_shortly_before_it_expires() {
        let mut bench = policy("", "");
        let token = |bench: &mut Bench| {
            let response = bench.run("GET /");
            let line = response
                .lines()
                .find_map(|line| line.strip_prefix("authorization: Bearer "));
            line.unwrap_or("none").to_owned()
        };
        answer(&bench, "t1", 3600);
        assert_eq!(token(&mut bench), "t1");
        answer(&bench, "t2", 3600);
        bench.clock.pass(3299);
        assert_eq!(token(&mut bench), "t1");
        bench.clock.pass(1);
        assert_eq!(token(&mut bench), "t2", "five minutes before the end");
        bench.answers_at(URL, Ok("500\n\n"));
        bench.clock.pass(3400);
        assert_eq!(
            token(&mut bench),
            "t2",
            "it still works while the next one cannot be had"
        );
        bench.clock.pass(200);
        assert_eq!(token(&mut bench), "none", "until it has expired");
    }

    #[test]
    fn with_a_variable_the_header_stays() {
        let tell = "<return-response><set-body>@((string)context.Variables[\"t\"] + context.Request.Headers.GetValueOrDefault(\"Authorization\"))</set-body></return-response>";
        let mut bench = policy("output-token-variable-name='t'", tell);
        answer(&bench, "t1", 3600);
        assert_eq!(bench.run("GET /\nAuthorization: x"), "200 OK\n\nt1x");
    }

    #[test]
    fn without_a_token_the_request_fails_or_goes_on() {
        let mut bench = policy("", "").answer("400\n\n{\"error\":\"invalid_request\"}");
        let plan = bench.plan(None);
        let mut exchange = bench.exchange("GET /");
        ready(plan.run(&mut exchange));
        let error = exchange.last_error.take().unwrap();
        assert_eq!(
            (error.source.as_str(), error.reason.as_str()),
            ("authentication-managed-identity", "AccessTokenNotObtained")
        );
        let expected = "There is no access token for https://r.example: http://169.254.169.254/metadata/identity/oauth2/token: it answered 400 invalid_request";
        assert_eq!(error.message.as_str(), expected);
        assert_eq!(exchange.response.as_ref().unwrap().status, 500);

        let mut bench = policy("ignore-error='true' output-token-variable-name='t'", "");
        bench.answers_at(URL, Ok("500\n\n"));
        let response = bench.run("GET /\nAuthorization: Bearer mine");
        assert!(response.contains("authorization: Bearer mine"), "{response}");
    }
}
