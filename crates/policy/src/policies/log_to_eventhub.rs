//! `log-to-eventhub` hands an event over to a logger and goes on at once; nobody learns what becomes of it.
//!
//! `logger-id` names a logger of the folder: an event hub, or one of the kinds that docs/configuration.md lists (a file,
//! Kafka, NATS, an OpenTelemetry collector). The text between the tags is the event; null is an empty one. Of more than 200 KB
//! the rest is cut off. `partition-id` (a literal) or `partition-key` says where in the hub it goes, of the latter the
//! first 128 characters; without both it goes anywhere. With both, which APIM refuses, the key counts.
//!
//! Events wait in memory and are sent in batches, in order. While a logger cannot be reached they wait, up to a limit;
//! beyond it new ones are dropped, which the log says once when it begins and once when it is over, and `/metrics`
//! counts. Only expressions that fail are failures of the request.

use crate::codes;
use crate::element::ElementReader;
use crate::events::{Event, Partition};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, now};
use crate::step::{Flow, Run, Step};
use crate::value::Value;
use catalog::{Logger, Sink};
use expression::text::Text;
use std::sync::Arc;

pub(crate) const LOG_TO_EVENTHUB: Policy = Policy::new("log-to-eventhub", parse);

/// Bytes of an event at most.
const LONGEST: usize = 200 << 10;
/// Characters of a partition's key, which Event Hubs takes no more of.
const LONGEST_KEY: usize = 128;

struct LogToEventHub {
    logger: Arc<Logger>,
    partition_id: Option<Text>,
    partition_key: Option<Value<Text>>,
    event: Value<Text>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let id: Option<Text> = element.required_literal("logger-id");
    let partition_id: Option<Text> = element.literal("partition-id");
    let partition_key: Option<Value<Text>> = element.optional("partition-key");
    let event = element.required_text();
    if element.has("partition-id") && element.has("partition-key") {
        let message = "`partition-id` and `partition-key` exclude each other: the key counts";
        let span = element.attribute_span("partition-id");
        element.compiler.refused_by_apim(codes::CONFLICT, span, message);
    }
    let logger = logger(element, &id?)?;
    now(LogToEventHub {
        logger,
        partition_id,
        partition_key,
        event: event?,
    })
}

/// The logger of this id, which must be one that takes events.
fn logger(element: &mut ElementReader<'_, '_>, id: &str) -> Option<Arc<Logger>> {
    let loggers = &element.compiler.catalog?.loggers;
    let Some((id, logger)) = catalog::entity(loggers, id) else {
        let span = element.attribute_span("logger-id");
        element.compiler.unknown_reference(("logger", id), span, loggers.keys());
        return None;
    };
    match &logger.sink {
        Sink::Unusable(why) => {
            let message = format!("the logger \"{id}\" takes no events: {why}");
            element.error_at("logger-id", codes::UNKNOWN_REFERENCE, message);
            None
        }
        // Whoever loads the folder says what is missing.
        Sink::Elsewhere => None,
        _ => Some(Arc::clone(logger)),
    }
}

impl Step for LogToEventHub {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let partition = match (&self.partition_key, &self.partition_id) {
            (Some(key), _) => match key.get(exchange)? {
                key if key.is_empty() => Partition::Any,
                key => Partition::Key(key.chars().take(LONGEST_KEY).collect()),
            },
            (None, Some(id)) => Partition::Id(id.to_string()),
            (None, None) => Partition::Any,
        };
        let body = self.event.get(exchange)?;
        let event = Event {
            body: cut(&body).to_owned(),
            partition,
            ticks: exchange.services.clock.ticks(),
        };
        exchange.services.events.log(&self.logger, event);
        Ok(Flow::Next)
    }
}

/// The characters that fit.
fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;
    use catalog::{Logger, Sink};
    use std::sync::Arc;

    fn bench(policies: &str) -> Bench {
        let mut bench = Bench::new(policies);
        for (id, sink) in [
            ("file", Sink::File("events".into())),
            ("insights", Sink::Unusable("it is none".to_owned())),
        ] {
            let logger = Logger {
                id: id.to_owned(),
                sink,
            };
            bench.catalog.loggers.insert(id.to_owned(), Arc::new(logger));
        }
        bench
    }

    /// The event of this policy as `logger partition body`, or the response where there is none.
    fn logged(attributes: &str, text: &str) -> String {
        let policies = format!(
            "<inbound><log-to-eventhub logger-id='file' {attributes}>{text}</log-to-eventhub></inbound><backend />"
        );
        let mut bench = bench(&policies);
        let response = bench.run("POST /a?b=1\n\nhello");
        let mut logged = bench.logged.0.lock().unwrap();
        logged.pop().unwrap_or(response)
    }

    #[test]
    fn events_are_handed_over() {
        for (attributes, text, expected) in [
            ("", "plain", "file Any plain"),
            (
                "",
                "\n  @(context.Request.Method + context.Request.Body.As<string>(true))\n",
                "file Any POSThello",
            ),
            ("partition-id='3'", "x", "file Id(\"3\") x"),
            (
                "partition-key='@(context.Request.IpAddress)'",
                "x",
                "file Key(\"192.0.2.7\") x",
            ),
            (r#"partition-key='@("")'"#, "x", "file Any x"),
            ("", "@((string)null)", "file Any "),
        ] {
            assert_eq!(logged(attributes, text), expected, "{attributes} {text}");
        }
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        let event = logged("", r#"@("a" + new string('é', 200000))"#);
        let body = event.strip_prefix("file Any ").unwrap();
        assert_eq!(body.len(), super::LONGEST - 1);
        let event = logged(r#"partition-key="@(new string('k', 200))""#, "x");
        assert_eq!(event, format!("file Key(\"{}\") x", "k".repeat(128)));
    }

    #[test]
    fn an_expression_that_fails_is_a_failure() {
        assert!(logged("", "@(((string)null).Trim())").starts_with("500 "));
    }

    #[test]
    fn wrong_attributes_are_errors_of_the_document() {
        for (attributes, expected) in [
            ("logger-id='none'", "there is no logger \"none\""),
            (
                "logger-id='insights'",
                "the logger \"insights\" takes no events: it is none",
            ),
            ("", "`<log-to-eventhub>` lacks the attribute `logger-id`"),
            (
                "logger-id='@(\"file\")'",
                "`logger-id` of `<log-to-eventhub>` takes no expression, expected a literal",
            ),
            (
                "logger-id='file' partition-id='1' partition-key='k'",
                "`partition-id` and `partition-key` exclude each other: the key counts",
            ),
        ] {
            let bench = bench(&format!(
                "<inbound><log-to-eventhub {attributes}>x</log-to-eventhub></inbound>"
            ));
            let (_, problems) = crate::Plans::compile(&bench.catalog);
            assert_eq!(problems.first().map(|problem| problem.message.as_str()), Some(expected));
        }
    }
}
