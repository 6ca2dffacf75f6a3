//! `trace` writes a message of the policy's author into the gateway's log, under the target `policy.trace`, and into the
//! trace of the request where there is one.
//!
//! `severity` becomes the log's level: `verbose` (which is also the default) is debug, `information` info, `error`
//! error. `metadata` elements are written with it. One whose expression gives nothing fails the request with 500, as it
//! does in APIM (`ExpressionValueValidationFailure` of `trace`: "The value field is required."), which few authors
//! expect: an expression that says itself that it falls back on an empty text is warned of. The message may also be the
//! element's own text, as older documents have it; several messages are the lines of one.

use crate::codes;
use crate::element::{ElementReader, Words};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::value::{Required, Value};
use expression::text::Text;
use serde_json::json;

pub(crate) const TRACE: Policy = Policy {
    sections: Sections::INBOUND.and(Sections::BACKEND).and(Sections::OUTBOUND),
    tolerated: Sections::ON_ERROR,
    ..Policy::new("trace", parse)
};

struct Trace {
    source: Value<Text>,
    severity: Severity,
    messages: Vec<Value<Text>>,
    metadata: Vec<(Text, Value<Required>)>,
}

#[derive(Clone, Copy)]
enum Severity {
    Verbose,
    Information,
    Error,
}

impl Severity {
    const WORDS: Words<Self> = &[
        ("verbose", Self::Verbose),
        ("information", Self::Information),
        ("error", Self::Error),
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Verbose => "verbose",
            Self::Information => "information",
            Self::Error => "error",
        }
    }
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let source = element.required("source");
    let severity = element
        .literal_word("severity", Severity::WORDS)
        .unwrap_or(Severity::Verbose);
    let has_child = element.count("message") > 0;
    let mut messages = element.children("message", message);
    let text = element.text();
    let metadata = element.children("metadata", |metadata| {
        let name = metadata.required_literal("name");
        let value = metadata.required("value");
        if metadata.has("value") {
            warn_of_empty(metadata);
        }
        Some((name?, value?))
    });
    if !has_child && text.is_none() {
        element.error_at("", codes::MISSING_CHILD, "`<trace>` lacks `<message>`");
    }
    if messages.is_empty() {
        messages.push(text?);
    }
    now(Trace {
        source: source?,
        severity,
        messages,
        metadata,
    })
}

fn warn_of_empty(metadata: &mut ElementReader<'_, '_>) {
    let span = metadata.attribute_span("value");
    let written = metadata.compiler.place.source.quote(span).to_owned();
    if written.trim().is_empty() {
        let message = "`value` of `<metadata>` is empty, expected text";
        metadata.compiler.refused_by_apim(codes::MAY_BE_EMPTY, span, message);
    } else if falls_back_on_nothing(&written) {
        let message =
            "where this gives an empty text the request fails with 500, as in APIM; let it fall back on another";
        metadata.compiler.warning(codes::MAY_BE_EMPTY, span, message);
    }
}

/// Whether the last that an expression says is `, "")`, `?? ""` or `: ""`.
fn falls_back_on_nothing(written: &str) -> bool {
    let written = written.replace("&quot;", "\"");
    let end = written.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ')' | '}' | ';'));
    let empty = ["\"\"", "string.Empty", "String.Empty"];
    let before = empty.iter().find_map(|text| end.strip_suffix(text));
    written.starts_with('@') && before.is_some_and(|before| before.trim_end().ends_with([',', '?', ':']))
}

fn message(message: &mut ElementReader<'_, '_>) -> Option<Value<Text>> {
    message.required_text()
}

impl Step for Trace {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let messages: Result<Vec<Text>, Failure> = self.messages.iter().map(|message| message.get(exchange)).collect();
        let message = messages?.join("\n");
        let mut metadata = Vec::new();
        for (name, value) in &self.metadata {
            let Required(value) = value.get(exchange)?;
            metadata.push((name, value));
        }
        let source = self.source.get(exchange)?;
        let source = source.as_str();
        exchange.note("trace", || {
            let pair = |(name, value): &(&Text, Text)| json!({ "name": name.as_str(), "value": value.as_str() });
            json!({
                "source": source,
                "severity": self.severity.word(),
                "message": message,
                "metadata": metadata.iter().map(pair).collect::<Vec<_>>(),
            })
        });
        let pair = |(name, value): &(&Text, Text)| format!("{name}={value}");
        let metadata = metadata.iter().map(pair).collect::<Vec<_>>().join(", ");
        let shown = |text: &str| exchange.discreet(text);
        let request_id = exchange.activity_id();
        match self.severity {
            Severity::Verbose => {
                tracing::debug!(target: "policy.trace", %request_id, source = shown(source), metadata = shown(&metadata), "{}", shown(&message));
            }
            Severity::Information => {
                tracing::info!(target: "policy.trace", %request_id, source = shown(source), metadata = shown(&metadata), "{}", shown(&message));
            }
            Severity::Error => {
                tracing::error!(target: "policy.trace", %request_id, source = shown(source), metadata = shown(&metadata), "{}", shown(&message));
            }
        }
        Ok(Flow::Next)
    }
}

#[cfg(test)]
mod tests {
    use crate::Options;
    use crate::testing::{reports, run};
    use diagnostic::{Diagnostic, Source};
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn check(trace: &str, expected: &str) {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_ansi(false)
            .without_time()
            .with_writer(move || writer.clone())
            .finish();
        let response = tracing::subscriber::with_default(subscriber, || {
            run(&format!("<inbound>{trace}</inbound><backend />"), "GET /")
        });
        assert_eq!(response, "200 OK");
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert_eq!(log.trim(), expected);
    }

    #[test]
    fn messages_are_logged_with_their_severity() {
        let id = "request_id=01234567-89ab-cdef-0123-456789abcdef";
        check(
            "<trace source='s' severity='information'><message>a1</message><metadata name='n' value='v' /><metadata name='m' value='w' /></trace>",
            &format!("INFO policy.trace: a1 {id} source=\"s\" metadata=\"n=v, m=w\""),
        );
        check(
            "<trace source='s' severity='error'><message>m</message></trace>",
            &format!("ERROR policy.trace: m {id} source=\"s\" metadata=\"\""),
        );
        check(
            "<trace source='@(\"s\")'><message>a</message><message>b</message></trace>",
            &format!("DEBUG policy.trace: a\nb {id} source=\"s\" metadata=\"\""),
        );
        check(
            "<trace source='s'> old </trace>",
            &format!("DEBUG policy.trace: old {id} source=\"s\" metadata=\"\""),
        );
    }

    #[test]
    fn expressions_write_messages_and_are_messages() {
        let id = "request_id=01234567-89ab-cdef-0123-456789abcdef";
        check(
            r#"<set-variable name="v" value='@{ context.Trace("from " + context.Request.Method); return 1; }' />"#,
            &format!("INFO policy.trace: from GET {id}"),
        );
        check(
            r#"<trace source="s" severity="information"><message>@(context.Request.Method + 1)</message><metadata name="n" value="@(1 + 1)" /></trace>"#,
            &format!("INFO policy.trace: GET1 {id} source=\"s\" metadata=\"n=2\""),
        );
    }

    #[test]
    fn metadata_that_may_be_empty_is_warned_of() {
        let warned =
            "where this gives an empty text the request fails with 500, as in APIM; let it fall back on another";
        for (value, expected) in [
            ("", Some("`value` of `<metadata>` is empty, expected text")),
            (
                "@(context.Request.Headers.GetValueOrDefault(&quot;A&quot;, &quot;&quot;))",
                Some(warned),
            ),
            (
                "@((string)context.Variables.GetValueOrDefault<string>(\"a\",\"\") )",
                Some(warned),
            ),
            ("@(context.User?.Id ?? string.Empty)", Some(warned)),
            (
                "@{ return context.User == null ? context.Api.Id : \"\"; }",
                Some(warned),
            ),
            ("@(context.User?.Id ?? \"-\")", None),
            ("@(context.Api.Name.Replace(\"a\", \"\").Trim())", None),
            ("v", None),
        ] {
            let quote = if value.contains('"') { '\'' } else { '"' };
            let trace = format!(
                "<trace source='s'><message>m</message><metadata name='n' value={quote}{value}{quote} /></trace>"
            );
            let document = format!("<policies><inbound>{trace}</inbound></policies>");
            let found = crate::check(&Source::new("a.xml", document), Options::default());
            let messages: Vec<&str> = found.iter().map(|problem| problem.message.as_str()).collect();
            assert_eq!(messages, expected.as_slice(), "{value}");
            assert!(!found.iter().any(Diagnostic::is_error), "{value}");
        }
    }

    #[test]
    fn a_trace_without_a_message_is_reported() {
        reports(&[
            ("<trace source='s' />", "`<trace>` lacks `<message>`"),
            (
                "<trace source='s'><message /></trace>",
                "`<message>` is empty, expected text",
            ),
            (
                "<trace source='@(\"s\")' severity='warning'>m</trace>",
                "`severity` of `<trace>` must be `verbose` or `information` or `error`, found \"warning\"",
            ),
        ]);
    }
}
