//! `publish-event` tells subscribers of a GraphQL API that something happened. It stands where a resolver's data source
//! changes its response (`http-response`, `response`).
//!
//! The event is the response's body as it stands, which is then the value of the subscription's field:
//! `targets/graphql-subscription` names it by its `id`, once or more often. Clients that have subscribed get what their
//! selection makes of it (`subscriber.rs`). Nobody waits for them, and a field to which nobody has subscribed is no
//! fault; one that the schema lacks is a warning.

use crate::block::{Needs, Section};
use crate::codes;
use crate::element::ElementReader;
use crate::exchange::{Exchange, Message};
use crate::failure::Failure;
use crate::registry::{Policy, now};
use crate::step::{Flow, Run, Step};
use bytes::Bytes;
use expression::Reads;
use expression::text::Text;

pub(crate) const PUBLISH_EVENT: Policy = Policy::new("publish-event", parse);

struct PublishEvent {
    fields: Vec<Text>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let place = &element.compiler.place;
    if place.scope.is_some() || place.section.is_some_and(|section| section != Section::Outbound) {
        let message =
            "`<publish-event>` stands in `<http-response>` or `<response>` of a GraphQL resolver's data source";
        element.error_at("", codes::WRONG_SECTION, message.to_owned());
    }
    let reads = Reads {
        request_body: false,
        response_body: true,
    };
    element.need(Needs { reads, answer: false });
    let fields = element.one("targets", |targets| {
        let read = |target: &mut ElementReader<'_, '_>| {
            let id: Text = target.required_literal("id")?;
            warn_of_unknown(target, &id);
            Some(id)
        };
        Some(targets.one_or_more("graphql-subscription", read))
    });
    now(PublishEvent { fields: fields? })
}

/// A field that the schema lacks has no subscribers.
fn warn_of_unknown(target: &mut ElementReader<'_, '_>, id: &str) {
    let Some(schema) = &target.compiler.graphql else {
        return;
    };
    if !schema.has_subscription(id) {
        let message = format!("the schema's subscription type has no field `{id}`: nobody can subscribe to it");
        let span = target.attribute_span("id");
        target.compiler.warning(codes::UNKNOWN_REFERENCE, span, message);
    }
}

impl Step for PublishEvent {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let body = exchange.body_to_rewrite(Message::Response)?;
        let event = body.map_or(Bytes::from_static(b"null"), |body| body.content().clone());
        let api = exchange.matched.api.as_ref();
        let api = api.map(|api| api.id.clone()).unwrap_or_default();
        for field in &self.fields {
            let topic = (api.clone(), field.clone());
            exchange.services.subscriptions.publish(&topic, &event);
        }
        Ok(Flow::Next)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::reports;

    #[test]
    fn it_stands_in_a_resolver() {
        let event = "<publish-event><targets><graphql-subscription id='x' /></targets></publish-event>";
        reports(&[(
            &format!("<inbound>{event}</inbound>"),
            "`<publish-event>` stands in `<http-response>` or `<response>` of a GraphQL resolver's data source",
        )]);
    }
}
