//! `send-service-bus-message` sends a message to a queue or topic of Azure Service Bus and waits until it is taken.
//!
//! `namespace` is the namespace's host name; `--service-bus-url` sends all messages to another server instead, and is
//! needed where a policy names no namespace. The gateway shows a token of its own identity (docs/configuration.md says
//! where that comes from), of the one with `client-id` where there are several. `payload` is the message; null is an empty
//! one. Each `message-property` becomes a property of it, a string.
//!
//! Follows Service Bus' REST interface, over HTTPS. What keeps the message from being taken is a failure: 500, of reason
//! `AccessTokenNotObtained`, `ServiceBusError` where the service refuses it, `Timeout` (30 s) or
//! `BackendConnectionFailure`. A reason is not documented by APIM.

use super::send_request::request::Prepared;
use crate::body::Body;
use crate::codes;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, Sections, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::value::Value;
use expression::body::MessageBody;
use expression::text::Text;
use http::Uri;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::{Map, json};
use std::time::Duration;

pub(crate) const SEND_SERVICE_BUS_MESSAGE: Policy = Policy {
    sections: Sections::INBOUND.and(Sections::OUTBOUND).and(Sections::ON_ERROR),
    ..Policy::new("send-service-bus-message", parse)
};

/// What a token is for.
const RESOURCE: &str = "https://servicebus.azure.net";
/// How long a message may take.
const TIMEOUT: Duration = Duration::from_secs(30);

struct SendServiceBusMessage {
    /// The queue or topic.
    entity: Value<Text>,
    namespace: Option<Value<Text>>,
    client_id: Option<Value<Text>>,
    properties: Vec<(Text, Value<Text>)>,
    payload: Value<Text>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let queue = element.optional("queue-name");
    let topic = element.optional("topic-name");
    let namespace = element.optional("namespace");
    let client_id = element.optional("client-id");
    let properties = element.at_most_one("message-properties", |all| {
        Some(all.one_or_more("message-property", property))
    });
    let payload = element.one("payload", |payload| {
        Some(payload.text().unwrap_or_else(|| Value::Constant(Text::default())))
    });
    if !element.has("namespace") {
        let span = element.attribute_span("");
        let message = "without `namespace` the message can be sent with `--service-bus-url` only";
        element.compiler.warning(codes::MISSING_ATTRIBUTE, span, message);
    }
    if !element.exactly_one(&["queue-name", "topic-name"]) {
        return None;
    }
    waiting(SendServiceBusMessage {
        entity: queue.or(topic)?,
        namespace,
        client_id,
        properties: properties.unwrap_or_default(),
        payload: payload?,
    })
}

fn property(property: &mut ElementReader<'_, '_>) -> Option<(Text, Value<Text>)> {
    let name = property.required_literal("name");
    let value = property.text().unwrap_or_else(|| Value::Constant(Text::default()));
    Some((name?, value))
}

impl WaitingStep for SendServiceBusMessage {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        Outcome::Later(Box::pin(self.send(exchange)))
    }
}

impl SendServiceBusMessage {
    async fn send(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let url = self.url(exchange)?;
        let mut message = Map::from_iter([("Body".to_owned(), self.payload.get(exchange)?.as_str().into())]);
        let mut properties = Map::new();
        for (name, value) in &self.properties {
            properties.insert(name.to_string(), value.get(exchange)?.as_str().into());
        }
        if !properties.is_empty() {
            message.insert("UserProperties".to_owned(), properties.into());
        }
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, self.authorization(exchange).await?);
        let kind = HeaderValue::from_static("application/vnd.microsoft.servicebus.json");
        headers.insert(CONTENT_TYPE, kind);
        let body = Body::Buffered(MessageBody::new(json!([message]).to_string()));
        let sent = Prepared::post(exchange, url, headers, body, TIMEOUT).send().await;
        let status = sent.result?.status_code;
        exchange.note("received", || json!({ "status": status }));
        if (200..300).contains(&status) {
            Ok(Flow::Next)
        } else {
            Err(failure(&format!("Service Bus answered {status}")))
        }
    }

    fn url(&self, exchange: &Exchange) -> Result<Uri, Failure> {
        let entity = self.entity.get(exchange)?;
        let leads_elsewhere = |segment: &str| segment.is_empty() || segment.bytes().all(|byte| byte == b'.');
        if entity.split('/').any(leads_elsewhere) {
            return Err(failure(&format!("\"{entity}\" is no name of a queue or topic")));
        }
        let namespace = self.namespace.as_ref().map(|name| name.get(exchange)).transpose()?;
        let base = match (&exchange.services.service_bus, namespace) {
            (Some(base), _) => base.trim_end_matches('/').to_owned(),
            (None, Some(namespace)) if is_host(&namespace) => format!("https://{namespace}"),
            (None, Some(namespace)) => {
                return Err(failure(&format!("`namespace` \"{namespace}\" is no host name")));
            }
            (None, None) => return Err(failure("there is neither `namespace` nor `--service-bus-url`")),
        };
        let url = format!("{base}/{}/messages", crate::query::encoded(&entity, b"/"));
        url.parse().map_err(|_| failure("`--service-bus-url` is no URL"))
    }

    async fn authorization(&self, exchange: &Exchange) -> Result<HeaderValue, Failure> {
        let client_id = self.client_id.as_ref().map(|id| id.get(exchange)).transpose()?;
        let client_id = client_id.filter(|id| !id.is_empty());
        let services = &exchange.services;
        let token = services
            .identity
            .token(services, &RESOURCE.into(), client_id.as_ref())
            .await
            .map_err(|error| not_obtained(&format!("There is no access token for {RESOURCE}: {error}")))?;
        exchange.hide(&token);
        let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
            .map_err(|_| not_obtained("The access token has characters that no header may have."))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// A host name with or without a port: no caller adds a path or a user to it.
fn is_host(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':');
    !text.is_empty() && text.bytes().all(fits)
}

fn failure(message: &str) -> Failure {
    Failure::internal("ServiceBusError", message)
}

fn not_obtained(message: &str) -> Failure {
    Failure::internal("AccessTokenNotObtained", message)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, ready, reports};
    use crate::upstream::UpstreamFailure;

    const TOKEN: &str = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fservicebus.azure.net";

    fn bench(attributes: &str, children: &str) -> Bench {
        let bench = Bench::new(&format!(
            "<inbound><send-service-bus-message {attributes}>{children}</send-service-bus-message></inbound><backend />"
        ));
        let token = Ok("200\n\n{\"access_token\":\"t1\",\"expires_in\":\"3600\"}");
        bench.answers_at(TOKEN, token.clone());
        bench.answers_at(&format!("{TOKEN}&client_id=me"), token);
        bench
    }

    /// What the service is sent, or the failure.
    fn sent(mut bench: Bench, answer: Result<&str, UpstreamFailure>) -> String {
        bench.answers.borrow_mut().push_back(answer.map(str::to_owned));
        let plan = bench.plan(None);
        let mut exchange = bench.exchange("POST /\n\nhi \"you\"");
        ready(plan.run(&mut exchange));
        if let Some(error) = exchange.last_error {
            return format!("{} {}", error.reason, error.message);
        }
        let sent = bench.sent.borrow();
        sent.last().unwrap().replace('\n', " ")
    }

    #[test]
    fn a_message_is_sent() {
        let payload = "<payload>@(context.Request.Body.As<string>(true))</payload>";
        let head = "authorization: Bearer t1 content-type: application/vnd.microsoft.servicebus.json ";
        for (attributes, children, expected) in [
            (
                "queue-name='orders' namespace='ns.servicebus.windows.net' client-id='me'",
                payload.to_owned(),
                format!(r#"POST https://ns.servicebus.windows.net/orders/messages {head} [{{"Body":"hi \"you\""}}]"#),
            ),
            (
                r#"topic-name='@("a/" + context.Request.Method + " 1")' namespace='@("ns:8443")'"#,
                format!(
                    "<message-properties><message-property name='Customer'>Contoso é</message-property>\
                     <message-property name='n'>@(\"a\\r\\nb\")</message-property></message-properties>{payload}"
                ),
                format!(
                    r#"POST https://ns:8443/a/POST%201/messages {head} [{{"Body":"hi \"you\"","UserProperties":{{"Customer":"Contoso é","n":"a\r\nb"}}}}]"#
                ),
            ),
            (
                "queue-name='q' namespace='ns'",
                "<payload>@((string)null)</payload>".to_owned(),
                format!(r#"POST https://ns/q/messages {head} [{{"Body":""}}]"#),
            ),
        ] {
            assert_eq!(sent(bench(attributes, &children), Ok("201")), expected, "{attributes}");
        }
        let mut elsewhere = bench("queue-name='q'", "<payload>x</payload>");
        elsewhere.service_bus = Some("http://bus.example:5300/".into());
        let expected = format!(r#"POST http://bus.example:5300/q/messages {head} [{{"Body":"x"}}]"#);
        assert_eq!(sent(elsewhere, Ok("201")), expected);
    }

    #[test]
    fn what_keeps_it_from_being_taken_is_a_failure() {
        let payload = "<payload>x</payload>";
        let good = "queue-name='q' namespace='ns'";
        let refused = || Err(UpstreamFailure::Connection("refused".into()));
        for (attributes, answer, expected) in [
            (good, Ok("404"), "ServiceBusError Service Bus answered 404"),
            (good, refused(), "BackendConnectionFailure refused"),
            (
                "queue-name='q'",
                Ok("201"),
                "ServiceBusError there is neither `namespace` nor `--service-bus-url`",
            ),
            (
                r#"queue-name='q' namespace='@("a@b/c")'"#,
                Ok("201"),
                "ServiceBusError `namespace` \"a@b/c\" is no host name",
            ),
            (
                r#"queue-name='@("../x")' namespace='ns'"#,
                Ok("201"),
                "ServiceBusError \"../x\" is no name of a queue or topic",
            ),
        ] {
            assert_eq!(sent(bench(attributes, payload), answer), expected, "{attributes}");
        }
        let without = bench(good, payload);
        without.answers_at(TOKEN, Ok("500\n\n"));
        let failed = sent(without, Ok("201"));
        assert!(
            failed.starts_with("AccessTokenNotObtained There is no access token for https://servicebus"),
            "{failed}"
        );
    }

    #[test]
    fn what_is_missing_is_reported() {
        reports(&[
            (
                "<send-service-bus-message namespace='ns' />",
                "`<send-service-bus-message>` lacks `<payload>`\n\
                 `<send-service-bus-message>` has 0 of the attributes `queue-name`, `topic-name`, expected one",
            ),
            (
                "<send-service-bus-message queue-name='q' topic-name='t' namespace='ns'><message-properties />\
                 <payload>x</payload></send-service-bus-message>",
                "`<send-service-bus-message>` has 2 of the attributes `queue-name`, `topic-name`, expected one\n\
                 `<message-properties>` lacks `<message-property>`",
            ),
            (
                "<send-service-bus-message queue-name='q'><payload>x</payload></send-service-bus-message>",
                "without `namespace` the message can be sent with `--service-bus-url` only",
            ),
        ]);
    }
}
