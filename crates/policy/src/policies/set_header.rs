//! `set-header` sets, adds to or removes a header: of the request in inbound and backend, of the response in outbound
//! and on-error.
//!
//! Several values share one line, joined by `,`, except for headers that APIM's page lists (`Set-Cookie`, `Warning` …).
//! `Connection`, `Content-Length`, `Keep-Alive` and `Transfer-Encoding` belong to the connection: as in APIM a computed
//! name that is one of them is a failure; where the document has the name, which APIM does not take, nothing changes. The
//! removal of a response's `Server` is ignored, as APIM's page has it. A value of null sets an empty header; one with a
//! line break is a failure.

use crate::codes;
use crate::element::{ElementReader, Words};
use crate::exchange::{Exchange, Message};
use crate::failure::Failure;
use crate::headers::{HeaderValues, INVALID_NAME, append, is_protected};
use crate::registry::{Policy, now};
use crate::step::{Flow, Run, Step};
use crate::value::{Value, validation_failure};
use http::header::{HeaderMap, HeaderName, HeaderValue, SERVER};

pub(crate) const SET_HEADER: Policy = Policy::new("set-header", parse);

struct SetHeader {
    message: Message,
    edit: HeaderEdit,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let message = element.message();
    let edit = HeaderEdit::read(element)?;
    now(SetHeader { message, edit })
}

impl Step for SetHeader {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let change = self.edit.evaluate(exchange)?;
        if self.message == Message::Response && change.name == SERVER && change.action == ExistsAction::Delete {
            return Ok(Flow::Next);
        }
        change.apply(exchange.headers_mut(self.message))?;
        Ok(Flow::Next)
    }
}

/// What happens to a header that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExistsAction {
    Override,
    Skip,
    Append,
    Delete,
}

impl ExistsAction {
    pub const WORDS: Words<Self> = &[
        ("override", Self::Override),
        ("skip", Self::Skip),
        ("append", Self::Append),
        ("delete", Self::Delete),
    ];
}

/// A `set-header` element, wherever it stands.
pub(crate) struct HeaderEdit {
    name: Value<HeaderName>,
    action: Value<ExistsAction>,
    values: Vec<Value<HeaderValue>>,
}

impl HeaderEdit {
    pub fn read(element: &mut ElementReader<'_, '_>) -> Option<Self> {
        let name: Option<Value<HeaderName>> = element.required("name");
        if let Some(name) = name
            .as_ref()
            .and_then(Value::constant)
            .filter(|name| is_protected(name))
        {
            let message = format!("no policy changes `{name}`, which belongs to the connection");
            let span = element.attribute_span("name");
            element.compiler.refused_by_apim(codes::WRONG_VALUE, span, message);
        }
        let action = element.word("exists-action", ExistsAction::WORDS);
        let empty = || Value::Constant(HeaderValue::from_static(""));
        let values = element.children("value", |value| Some(value.text().unwrap_or_else(empty)));
        Some(Self {
            name: name?,
            action: action.unwrap_or(Value::Constant(ExistsAction::Override)),
            values,
        })
    }

    pub fn evaluate(&self, exchange: &Exchange) -> Result<HeaderChange, Failure> {
        let action = self.action.get(exchange)?;
        let mut values = HeaderValues::default();
        if action != ExistsAction::Delete {
            for value in &self.values {
                values.push(value.get(exchange)?);
            }
        }
        let name = self.name.get(exchange)?;
        if is_protected(&name) && self.name.constant().is_none() {
            return Err(validation_failure(INVALID_NAME));
        }
        Ok(HeaderChange { name, action, values })
    }
}

/// A [`HeaderEdit`] with its values for one exchange.
pub(crate) struct HeaderChange {
    name: HeaderName,
    action: ExistsAction,
    values: HeaderValues,
}

impl HeaderChange {
    pub fn apply(self, headers: &mut HeaderMap) -> Result<(), Failure> {
        let Self { name, action, values } = self;
        if is_protected(&name) || action == ExistsAction::Skip && headers.contains_key(&name) {
            return Ok(());
        }
        if matches!(action, ExistsAction::Override | ExistsAction::Delete) {
            headers.remove(&name);
        }
        append(headers, name, values)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, responds, run};

    /// The header lines that the upstream gets for a request with `A: 1`.
    fn sent(edits: &str) -> String {
        let mut bench = Bench::new(&format!("<inbound>{edits}</inbound>")).answer("204");
        bench.run("GET /\nA: 1");
        let sent = bench.sent.borrow();
        sent[0].lines().skip(1).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_existing_header_is_treated_as_the_action_says() {
        for (edit, expected) in [
            ("<set-header name='A'><value>2</value></set-header>", "a: 2"),
            (
                "<set-header name='A' exists-action='OVERRIDE'><value>2</value><value>3</value></set-header>",
                "a: 2,3",
            ),
            (
                "<set-header name='A' exists-action='append'><value>2</value></set-header>",
                "a: 1,2",
            ),
            (
                "<set-header name='A' exists-action='skip'><value>2</value></set-header>",
                "a: 1",
            ),
            (
                "<set-header name='B' exists-action='skip'><value>2</value></set-header>",
                "a: 1 b: 2",
            ),
            ("<set-header name='a' exists-action='delete' />", ""),
            ("<set-header name='A'><value> x\n   y </value></set-header>", "a: x y"),
            ("<set-header name='A'><value /></set-header>", "a: "),
        ] {
            assert_eq!(sent(edit), expected, "{edit}");
        }
    }

    #[test]
    fn some_headers_have_a_line_a_value_and_some_belong_to_the_connection() {
        let edit = |name: &str| format!("<set-header name='{name}'><value>x</value><value>y</value></set-header>");
        assert_eq!(sent(&edit("Cookie")), "a: 1 cookie: x cookie: y");
        assert_eq!(sent(&edit("Connection")), "a: 1");
        assert_eq!(sent(&edit("Host")), "a: 1 host: x,y");
    }

    #[test]
    fn on_the_way_out_it_is_the_response() {
        let edit = "<set-header name='B'><value>2</value></set-header>";
        responds(&[
            (
                &format!("<outbound>{edit}</outbound>"),
                "GET /",
                "200 OK\nb: 2\n\nGET http://backend.example/base/",
            ),
            (
                &format!("<backend /><outbound>{edit}</outbound>"),
                "GET /",
                "200 OK\nb: 2",
            ),
        ]);
        assert!(run(&format!("<inbound>{edit}</inbound>"), "GET /").ends_with("\nb: 2"));
    }
}
