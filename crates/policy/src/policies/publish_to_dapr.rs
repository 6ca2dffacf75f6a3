//! `publish-to-dapr` publishes a message under a topic, through the Dapr runtime beside the gateway (`--dapr-url`).
//!
//! `pubsub-name` and `topic` say where; without `pubsub-name`, `topic` is `pubsub/topic`. The text between the tags is the
//! message, JSON; with `template="Liquid"` it is a template as in `set-body`. The runtime's answer goes into the variable
//! `response-variable-name`, whatever it says. No answer within `timeout` (1 to 240 s, 5 unless given), and one that is
//! not a success, are failures of reason `DaprRuntimeError`, `Timeout` or `BackendConnectionFailure`, unless
//! `ignore-error` is `true`; without an answer the variable is then null.

use super::dapr::{Request, component, misspelt, path};
use super::set_body::{NewBody, is_liquid, plain_content};
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, Sections, waiting};
use crate::step::{Outcome, Run, WaitingStep};
use crate::value::Value;
use expression::text::Text;

pub(crate) const PUBLISH_TO_DAPR: Policy = Policy {
    misspelt: Some("publish-to-darp"),
    sections: Sections::INBOUND,
    ..Policy::new("publish-to-dapr", parse)
};

struct PublishToDapr {
    pubsub: Option<Value<Text>>,
    topic: Value<Text>,
    message: NewBody,
    request: Request,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let pubsub = element.optional("pubsub-name");
    let pubsub = pubsub.or_else(|| misspelt(element, "pub-sub-name", "pubsub-name"));
    let topic = element.required("topic");
    let request = Request::read(element);
    let is_liquid = is_liquid(element);
    let message = plain_content(element, is_liquid);
    waiting(PublishToDapr {
        pubsub,
        topic: topic?,
        message: message?,
        request,
    })
}

impl WaitingStep for PublishToDapr {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        Outcome::Later(Box::pin(async move {
            let topic = self.topic.get(exchange)?;
            let (pubsub, topic) = match &self.pubsub {
                Some(pubsub) => (pubsub.get(exchange)?, topic.as_str()),
                None => match topic.split_once('/') {
                    Some((pubsub, topic)) => (pubsub.into(), topic),
                    None => return Err(no_pubsub()),
                },
            };
            let pubsub = component("pubsub-name", pubsub)?;
            let url = format!("/v1.0/publish/{pubsub}/{}", path("topic", topic)?);
            let message = self.message.get(exchange)?.into_bytes();
            self.request.post(exchange, &url, message).await
        }))
    }
}

fn no_pubsub() -> Failure {
    Failure::internal(
        "DaprRuntimeError",
        "without `pubsub-name`, `topic` must be `pubsub/topic`",
    )
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, ready, reports};
    use crate::upstream::UpstreamFailure;
    use std::time::Duration;

    /// What the runtime is sent.
    fn sent(attributes: &str, text: &str, request: &str) -> String {
        let policies = format!("<inbound><publish-to-dapr {attributes}>{text}</publish-to-dapr></inbound><backend />");
        let mut bench = Bench::new(&policies).answer("204");
        let response = bench.run(request);
        let sent = bench.sent.borrow();
        sent.first().cloned().unwrap_or(response).replace('\n', " ")
    }

    #[test]
    fn a_message_is_published() {
        let json = "content-type: application/json ";
        let publish = "POST http://localhost:3500/v1.0/publish";
        let post = "POST /\nContent-Type: application/json\n\n{\"a\": 7}";
        for (attributes, text, expected) in [
            (
                "pubsub-name='orders' topic='new'",
                "{\"x\":1}",
                format!("{publish}/orders/new {json} {{\"x\":1}}"),
            ),
            (
                "topic='orders/new/one'",
                "@(context.Request.Body.As<string>())",
                format!("{publish}/orders/new/one {json} {{\"a\": 7}}"),
            ),
            (
                r#"pubsub-name='@("or" + "ders")' topic='@(context.Request.Method + " é")'"#,
                "1",
                format!("{publish}/orders/POST%20%C3%A9 {json} 1"),
            ),
            (
                "pubsub-name='orders' topic='new' template='Liquid' content-type='application/json'",
                "{\"b\":{{body.a}}}",
                format!("{publish}/orders/new {json} {{\"b\":7}}"),
            ),
            (
                "pub-sub-name='orders' topic='new'",
                "1",
                format!("{publish}/orders/new {json} 1"),
            ),
        ] {
            assert_eq!(sent(attributes, text, post), expected, "{attributes}");
        }
    }

    #[test]
    fn nobody_leads_the_request_elsewhere() {
        for attributes in [
            "topic='new'",
            r#"pubsub-name='@("a/b")' topic='new'"#,
            r#"pubsub-name='@("..")' topic='new'"#,
            r#"pubsub-name='@("")' topic='new'"#,
            r#"pubsub-name='a' topic='@("../../invoke")'"#,
            r#"pubsub-name='a' topic='@("")'"#,
        ] {
            assert!(sent(attributes, "1", "GET /").starts_with("500 "), "{attributes}");
        }
        assert_eq!(
            sent(r#"pubsub-name='a' topic='@("b?c#d")'"#, "1", "GET /"),
            "POST http://localhost:3500/v1.0/publish/a/b%3Fc%23d content-type: application/json  1"
        );
    }

    /// Reason and variable, or only the variable where nothing failed.
    fn outcome(attributes: &str, answer: Result<&str, UpstreamFailure>) -> String {
        let policies = format!(
            "<inbound><publish-to-dapr pubsub-name='a' topic='b' response-variable-name='r' {attributes}>1</publish-to-dapr>\
             </inbound><backend />"
        );
        let mut bench = Bench::new(&policies).then(answer);
        let plan = bench.plan(None);
        let mut exchange = bench.exchange("GET /");
        ready(plan.run(&mut exchange));
        let reason = exchange.last_error.as_ref().map(|error| format!("{} ", error.reason));
        let variable = exchange.variables.first().map_or(
            "unset",
            |(_, value)| {
                if value.is_null() { "null" } else { "a response" }
            },
        );
        format!("{}{variable}", reason.unwrap_or_default())
    }

    #[test]
    fn answers_are_kept_and_errors_are_failures_unless_ignored() {
        let late = || Err(UpstreamFailure::Timeout(Duration::from_secs(5)));
        let refused = || Err(UpstreamFailure::Connection("refused".into()));
        for (attributes, answer, expected) in [
            ("", Ok("204"), "a response"),
            ("", Ok("404\n\nno topic"), "DaprRuntimeError a response"),
            ("", late(), "Timeout null"),
            ("", refused(), "BackendConnectionFailure null"),
            ("ignore-error='true'", Ok("500"), "a response"),
            ("ignore-error='true'", late(), "null"),
            ("timeout='@(999)'", Ok("204"), "ExpressionValueValidationFailure unset"),
            (
                "ignore-error='true' timeout='@(999)'",
                Ok("204"),
                "ExpressionValueValidationFailure unset",
            ),
        ] {
            assert_eq!(outcome(attributes, answer), expected, "{attributes}");
        }
    }

    #[test]
    fn wrong_attributes_are_reported() {
        reports(&[
            (
                "<publish-to-dapr>1</publish-to-dapr>",
                "`<publish-to-dapr>` lacks the attribute `topic`",
            ),
            (
                "<publish-to-dapr topic='a/b' timeout='0' template='razor' content-type='text/plain'>1</publish-to-dapr>",
                "`timeout` of `<publish-to-dapr>` must be a number of seconds from 1 to 240, found \"0\"\n\
                 `template` of `<publish-to-dapr>` must be `none` or `liquid`, found \"razor\"\n\
                 `content-type` of `<publish-to-dapr>` must be `application/json`, found \"text/plain\"",
            ),
            (
                "<publish-to-darp topic='a/b'>1</publish-to-darp>",
                "`<publish-to-darp>` is a misspelling of `<publish-to-dapr>`",
            ),
        ]);
    }
}
