//! `invoke-dapr-binding` triggers an output binding, through the Dapr runtime beside the gateway (`--dapr-url`).
//!
//! `name` says which; the runtime is sent `operation`, `metadata` (an `item` with a `key` for each) and `data`. Data that is
//! JSON is sent as JSON, any other as a string. With `template="Liquid"`, `data` is a template as in `set-body`. The answer,
//! `timeout` and `ignore-error` are as in `publish-to-dapr`.

use super::dapr::{Request, component};
use super::set_body::{NewBody, is_liquid, plain_content};
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, Sections, waiting};
use crate::step::{Outcome, Run, WaitingStep};
use crate::value::Value;
use bytes::Bytes;
use expression::text::Text;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

pub(crate) const INVOKE_DAPR_BINDING: Policy = Policy {
    misspelt: Some("invoke-darp-binding"),
    sections: Sections::INBOUND.and(Sections::OUTBOUND).and(Sections::ON_ERROR),
    ..Policy::new("invoke-dapr-binding", parse)
};

struct InvokeDaprBinding {
    name: Value<Text>,
    operation: Option<Text>,
    metadata: Vec<(Text, Value<Text>)>,
    data: Option<NewBody>,
    request: Request,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let name = element.required("name");
    let operation = element.literal("operation");
    let request = Request::read(element);
    let is_liquid = is_liquid(element);
    let metadata = element.at_most_one("metadata", |metadata| Some(metadata.children("item", item)));
    let data = element.at_most_one("data", |data| plain_content(data, is_liquid));
    waiting(InvokeDaprBinding {
        name: name?,
        operation,
        metadata: metadata.unwrap_or_default(),
        data,
        request,
    })
}

fn item(item: &mut ElementReader<'_, '_>) -> Option<(Text, Value<Text>)> {
    let key = item.required_literal("key");
    let value = item.text().unwrap_or_else(|| Value::Constant(Text::default()));
    Some((key?, value))
}

impl WaitingStep for InvokeDaprBinding {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        Outcome::Later(Box::pin(async move {
            let name = component("name", self.name.get(exchange)?)?;
            let body = self.body(exchange)?;
            self.request
                .post(exchange, &format!("/v1.0/bindings/{name}"), body)
                .await
        }))
    }
}

impl InvokeDaprBinding {
    fn body(&self, exchange: &Exchange) -> Result<Bytes, Failure> {
        let mut members = Vec::new();
        if let Some(operation) = &self.operation {
            members.push(format!("\"operation\":{}", quoted(operation)));
        }
        if !self.metadata.is_empty() {
            let mut metadata = Map::new();
            for (key, value) in &self.metadata {
                metadata.insert(key.to_string(), value.get(exchange)?.as_str().into());
            }
            members.push(format!("\"metadata\":{}", Json::from(metadata)));
        }
        if let Some(data) = &self.data {
            let data = data.get(exchange)?.into_bytes();
            let text = String::from_utf8_lossy(&data);
            let is_json = serde_json::from_str::<&RawValue>(&text).is_ok();
            let data = if is_json { text.trim().to_owned() } else { quoted(&text) };
            members.push(format!("\"data\":{data}"));
        }
        Ok(format!("{{{}}}", members.join(",")).into())
    }
}

fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, reports};

    fn sent(attributes: &str, children: &str) -> String {
        let policies =
            format!("<inbound><invoke-dapr-binding {attributes}>{children}</invoke-dapr-binding></inbound><backend />");
        let mut bench = Bench::new(&policies).answer("204");
        let response = bench.run("POST /\nContent-Type: application/json\n\n{\"a\": 7}");
        let sent = bench.sent.borrow();
        sent.first().cloned().unwrap_or(response).replace('\n', " ")
    }

    #[test]
    fn a_binding_is_invoked() {
        let data = "<data>@(context.Request.Body.As<string>())</data>";
        for (attributes, children, expected) in [
            ("name='mail'", "", "mail content-type: application/json  {}"),
            (
                "name='mail' operation='create'",
                &format!(
                    "<metadata><item key='to'>a@b.example</item><item key='n'>@(\"\\\"\" + 1)</item></metadata>{data}"
                ),
                r#"mail content-type: application/json  {"operation":"create","metadata":{"to":"a@b.example","n":"\"1"},"data":{"a": 7}}"#,
            ),
            (
                "name='@(\"ma\" + \"il\")' template='Liquid'",
                "<data>no JSON {{body.a}}</data>",
                r#"mail content-type: application/json  {"data":"no JSON 7"}"#,
            ),
            (
                "name='mail'",
                "<data>{} {}</data>",
                r#"mail content-type: application/json  {"data":"{} {}"}"#,
            ),
            (
                "name='mail'",
                "<data />",
                r#"mail content-type: application/json  {"data":""}"#,
            ),
        ] {
            let expected = format!("POST http://localhost:3500/v1.0/bindings/{expected}");
            assert_eq!(sent(attributes, children), expected, "{attributes} {children}");
        }
        assert!(sent("name='@(\"../x\")'", "").starts_with("500 "));
    }

    #[test]
    fn in_outbound_a_template_sees_the_response() {
        let policies = "<outbound><invoke-dapr-binding name='b' template='liquid'><data>{{body.x}}</data>\
                        </invoke-dapr-binding></outbound>";
        let mut bench = Bench::new(policies).answer("200\nContent-Type: application/json\n\n{\"x\": 3}");
        bench.run("GET /");
        assert!(bench.sent.borrow()[1].ends_with("{\"data\":3}"));
    }

    #[test]
    fn wrong_attributes_are_reported() {
        reports(&[(
            "<invoke-dapr-binding operation='@(\"o\")'><metadata><item>x</item></metadata></invoke-dapr-binding>",
            "`<invoke-dapr-binding>` lacks the attribute `name`\n\
             `operation` of `<invoke-dapr-binding>` takes no expression, expected a literal\n\
             `<item>` lacks the attribute `key`",
        )]);
    }
}
