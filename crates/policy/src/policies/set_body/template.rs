//! Liquid templates of `set-body`: read with the document, filled with a message's body and the exchange.
//!
//! Never here: Liquid itself (crate `liquid`).

use crate::block::Needs;
use crate::codes;
use crate::element::{ElementReader, Words};
use crate::exchange::{Exchange, Message};
use crate::failure::Failure;
use crate::rewriting::is_of_type;
use crate::value::evaluation_failure;
use diagnostic::{Diagnostic, Span};
use expression::{Budget, Reads};
use liquid::bind::{self, Nil};
use liquid::{Limits, Problem, Template, Value};

const NILS: Words<Nil> = &[("blank", Nil::Blank), ("null", Nil::Null)];

/// How a body becomes what a template sees.
#[derive(Clone, Copy)]
pub(super) struct Binding {
    nil: Nil,
    reads_dates: bool,
    sees_body: bool,
}

impl Default for Binding {
    fn default() -> Self {
        Self {
            nil: Nil::Blank,
            reads_dates: true,
            sees_body: true,
        }
    }
}

impl Binding {
    pub fn read(element: &mut ElementReader<'_, '_>) -> Self {
        let default = Self::default();
        Self {
            nil: element.literal_word("xsi-nil", NILS).unwrap_or(default.nil),
            reads_dates: element.literal("parse-date").unwrap_or(default.reads_dates),
            ..default
        }
    }

    /// The same for a template that has no body to see.
    pub fn without_body(self) -> Self {
        Self {
            sees_body: false,
            ..self
        }
    }
}

/// A template, and the message whose body it is filled with.
pub(crate) struct LiquidBody {
    template: Template,
    message: Message,
    names_body: bool,
    binding: Binding,
}

impl LiquidBody {
    /// The template that an element holds.
    pub(super) fn read(element: &mut ElementReader<'_, '_>, binding: Binding) -> Option<Self> {
        let written = element.written_content();
        let (template, problems) = Template::parse(written.text());
        for problem in problems {
            let span = written.original(Span::new(problem.range.start, problem.range.end));
            let diagnostic = diagnostic(problem, element, span);
            element.compiler.findings.push(diagnostic);
        }
        let template = template?;
        let message = element.message();
        let names_body = template.names("body") && binding.sees_body;
        if template.names("body") && !binding.sees_body {
            let span = element.content_span();
            let message = "there is no `body` here: what the template reads of it is empty";
            element
                .compiler
                .warning(codes::LIQUID_WITHOUT_EFFECT, span, message.to_owned());
        }
        let reads = Reads {
            request_body: names_body && message == Message::Request || template.names("HasBody"),
            response_body: names_body && message == Message::Response,
        };
        element.need(Needs { reads, answer: false });
        Some(Self {
            template,
            message,
            names_body,
            binding,
        })
    }

    /// The template's text for this exchange.
    pub(super) fn render(&self, exchange: &Exchange) -> Result<String, Failure> {
        let limits = Limits {
            budget: Budget::default(),
            output: usize::try_from(exchange.services.buffer_limit).unwrap_or(usize::MAX),
        };
        let body = self.body(exchange)?;
        let text = self.template.render(exchange, body, limits);
        text.map_err(|stopped| evaluation_failure(&stopped.message))
    }

    fn body<'v>(&self, exchange: &'v Exchange) -> Result<Value<'v>, Failure> {
        let headers = match self.message {
            _ if !self.names_body => None,
            Message::Request => Some(&exchange.request.headers),
            Message::Response => exchange.response.as_ref().map(|response| &response.headers),
        };
        let (Some(headers), Some(body)) = (headers, exchange.body_to_rewrite(self.message)?) else {
            return Ok(Value::Nil);
        };
        if is_of_type(headers, "json") {
            let token = if self.binding.reads_dates {
                body.json().map(|token| bind::token(&token))
            } else {
                bind::json(&body.text(), false)
            };
            return token.map_err(|error| evaluation_failure(&error.message));
        }
        if is_of_type(headers, "xml") {
            let document = bind::xml(&body.markup(), self.binding.nil);
            return document.map_err(|error| evaluation_failure(&error.to_string()));
        }
        Ok(Value::Nil)
    }
}

fn diagnostic(problem: Problem, element: &ElementReader<'_, '_>, span: Span) -> Diagnostic {
    let source = &element.compiler.place.source;
    let mut diagnostic = if problem.is_warning {
        Diagnostic::warning(codes::LIQUID_WITHOUT_EFFECT, source, span, problem.message)
    } else {
        Diagnostic::error(codes::LIQUID, source, span, problem.message)
    };
    diagnostic.help = problem.help;
    diagnostic
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    fn outbound(element: &str, content_type: &str, body: &str) -> String {
        let policies = format!("<outbound>{element}</outbound>");
        let mut bench = Bench::new(&policies).answer(&format!("200\nContent-Type: {content_type}\n\n{body}"));
        let response = bench.run("GET /");
        let (head, body) = response.split_once("\n\n").unwrap_or((&response, ""));
        let is_ok = head == format!("200 OK\ncontent-type: {content_type}");
        if is_ok { body.to_owned() } else { response.clone() }
    }

    fn liquid(template: &str) -> String {
        format!("<set-body template=\"liquid\">{template}</set-body>")
    }

    #[test]
    fn a_body_is_bound_by_its_type() {
        let json = r#"{"a": {"B": "x<y"}, "n": 1.5, "t": "2024-05-06T07:08:09Z"}"#;
        let xml = "<s:Envelope xmlns:s='u'><s:Body><R><A>1</A></R></s:Body></s:Envelope>";
        for (template, content_type, body, expected) in [
            (
                "{{ body.a.b }}|{{ body.n }}|{{body.t}}",
                "application/json",
                json,
                "x<y|1.5|05/06/2024 07:08:09",
            ),
            ("{{ body.a.b }}", "text/json; charset=utf-8", json, "x<y"),
            ("{{ body.a.b }}", "application/problem+json", json, "x<y"),
            ("[{{ body.a.b }}]", "text/plain", json, "[]"),
            ("{{ body.envelope.body.R.A }}", "text/xml; charset=utf-8", xml, "1"),
            ("{{ body.envelope.body.r.a }}", "application/soap+xml", xml, "1"),
            ("{% if body.x %}a{% else %}b{% endif %}", "application/json", "", "b"),
            ("constant", "application/json", "{broken", "constant"),
            ("&lt;{{ body.a.b | Escape }}&gt;", "application/json", json, "<x&lt;y>"),
            ("<![CDATA[<{{ body.n }}>]]>", "application/json", json, "<1.5>"),
            (
                "<a>{% if body.n > 1 %}&amp;{% endif %}</a>",
                "application/json",
                json,
                "<a>&amp;</a>",
            ),
            ("<value>{{ body.n }}</value>", "application/json", json, "1.5"),
            ("", "application/json", json, ""),
            ("a@(1)@{b}", "application/json", json, "a@(1)@{b}"),
        ] {
            assert_eq!(
                outbound(&liquid(template), content_type, body),
                expected,
                "{template} {content_type}"
            );
        }
    }

    #[test]
    fn attributes_say_what_dates_and_nothing_are() {
        let json = r#"{"t": "2024-05-06T07:08:09Z"}"#;
        let date = "<set-body template='Liquid' parse-date='false'>{{ body.t }}</set-body>";
        assert_eq!(outbound(date, "application/json", json), "2024-05-06T07:08:09Z");
        let xml = "<a xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><b xsi:nil='true'/></a>";
        for (nil, expected) in [("blank", "[]"), ("null", "none")] {
            let element = format!(
                "<set-body template='liquid' xsi-nil='{nil}'>{{% if body.a.b %}}[{{{{ body.a.b }}}}]{{% else %}}none{{% endif %}}</set-body>"
            );
            assert_eq!(outbound(&element, "application/xml", xml), expected);
        }
    }

    #[test]
    fn a_body_that_is_not_of_its_type_fails_and_so_does_what_runs_on() {
        for (template, content_type) in [
            ("{{ body.a }}", "application/json"),
            ("{{ body.a }}", "text/xml"),
            ("{% for i in (1..99999999) %}{{ i }}{% endfor %}", "text/plain"),
        ] {
            let response = outbound(&liquid(template), content_type, "{broken");
            assert!(
                response.starts_with("500 Internal Server Error"),
                "{template}: {response}"
            );
        }
    }

    #[test]
    fn requests_become_envelopes_and_read_the_exchange() {
        let variable = "<set-variable name='id' value='7' />";
        let template = r#"<s:E xmlns:s="u"><id>{{context.Variables["id"]}}</id><q>{{ context.Request.Url.Query.q }}</q><n>{{ body.name | Upcase }}</n></s:E>"#;
        let policies = format!("<inbound>{variable}{}</inbound>", liquid(template));
        let envelope = |name: &str| format!(r#"<s:E xmlns:s="u"><id>7</id><q>a b</q><n>{name}</n></s:E>"#);
        assert_eq!(
            Bench::new(&policies).run("POST /?q=a+b\nContent-Type: application/json\n\n{\"name\": \"ann\"}"),
            format!(
                "200 OK\n\nPOST http://backend.example/base/?q=a+b\ncontent-type: application/json\n\n{}",
                envelope("ANN")
            )
        );
        assert!(Bench::new(&policies).run("GET /?q=a+b").ends_with(&envelope("")));
    }

    #[test]
    fn the_body_stays_readable_behind_it() {
        let policies = format!(
            "<outbound>{}<set-body>@(context.Response.Body.As&lt;JObject&gt;(preserveContent: true)[\"b\"].ToString())</set-body></outbound>",
            liquid(r#"{"b": {{ body.a }} }"#)
        );
        let mut bench = Bench::new(&policies).answer("200\nContent-Type: application/json\n\n{\"a\": 5}");
        assert!(bench.run("GET /").ends_with("\n\n5"));
    }

    #[test]
    fn responses_of_ones_own_are_filled_too() {
        let policies = format!(
            "<inbound><return-response><set-status code='400' />{}</return-response></inbound>",
            liquid("{{ context.Request.Method }} {{ body.a }} {{ context.Request.HasBody }}")
        );
        assert_eq!(
            Bench::new(&policies).run("POST /\nContent-Type: application/json\n\n{\"a\": 5}"),
            "400 Bad Request\n\nPOST  true",
            "there is no body to see"
        );
    }

    #[test]
    fn the_answer_within_a_stream_is_rewritten() {
        let policies = format!("<outbound>{}</outbound>", liquid("{{ context.Response.StatusCode }}"));
        let mut bench = Bench::new(&policies).mcp("{1}");
        assert_eq!(bench.run("POST /mcp\n\n{}"), "200 OK\n\nbefore|200|after");
    }
}
