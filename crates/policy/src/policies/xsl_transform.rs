//! `xsl-transform` transforms an XML body by an XSLT 1.0 stylesheet: the request's in inbound, the response's in outbound.
//!
//! It holds one `xsl:stylesheet` (or `xsl:transform`), compiled with the document, and `<parameter name="…">` for values
//! of the stylesheet's parameters, which may be expressions; they are texts. `parameter-name` is another spelling of
//! `name`. The result is written as `xsl:output` says; `Content-Type` stays, and without a body nothing happens. A body
//! that is no XML fails, as does a stylesheet that says `<xsl:message terminate="yes">` or takes too long.
//! Never here: XSLT itself (crate `xslt`).

use crate::codes;
use crate::element::ElementReader;
use crate::exchange::{Exchange, Message};
use crate::failure::Failure;
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::value::Value;
use diagnostic::{Diagnostic, Span};
use expression::text::Text;
use std::collections::HashMap;
use xml::reader::{XmlError, read_document, read_with_places};
use xslt::{Limits, Stylesheet};

pub(crate) const XSL_TRANSFORM: Policy = Policy {
    sections: Sections::INBOUND.and(Sections::OUTBOUND),
    once: true,
    ..Policy::new("xsl-transform", parse)
};

const LIMITS: Limits = Limits {
    steps: 10_000_000,
    bytes: 64 << 20,
    depth: 100_000,
    collate: expression::compare_by_culture,
};

const STYLESHEETS: &[&str] = &["xsl:stylesheet", "xsl:transform"];

struct XslTransform {
    message: Message,
    stylesheet: Stylesheet,
    parameters: Vec<(String, Value<Text>)>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let parameters = element.children("parameter", |child| {
        let name: Option<String> = child.literal::<Text>("name").map(|name| name.to_string());
        let other = child.literal::<Text>("parameter-name").map(|name| name.to_string());
        child.exactly_one(&["name", "parameter-name"]);
        let value = child.text().unwrap_or(Value::Constant("".into()));
        Some((name.or(other)?, value))
    });
    let message = element.rewrites_body();
    let mut written = element.written_children(STYLESHEETS).into_iter();
    let (first, second) = (written.next(), written.next());
    let Some((text, start)) = first.filter(|_| second.is_none()) else {
        let found = STYLESHEETS.iter().map(|name| element.count(name)).sum::<usize>();
        let message = format!("`<xsl-transform>` holds {found} stylesheets, expected one `<xsl:stylesheet>`");
        let code = if found == 0 {
            codes::MISSING_CHILD
        } else {
            codes::TOO_MANY_CHILDREN
        };
        element.error_at("", code, message);
        return None;
    };
    let stylesheet = compile(element, &text, start)?;
    for (name, _) in &parameters {
        if !stylesheet.has_parameter(name) {
            let message = format!("the stylesheet has no `<xsl:param name=\"{name}\">`, so nothing reads this value");
            let span = element.attribute_span("");
            element.compiler.warning(codes::STYLESHEET, span, message);
        }
    }
    now(XslTransform {
        message,
        stylesheet,
        parameters,
    })
}

/// Compiles the stylesheet that begins at a byte of the document; what is wrong is reported at its place.
fn compile(element: &mut ElementReader<'_, '_>, text: &str, start: usize) -> Option<Stylesheet> {
    let mut report = |at: usize, length: usize, message: String| {
        let span = Span::new(start + at, start + at + length);
        let source = element.compiler.place.source.clone();
        element
            .compiler
            .findings
            .push(Diagnostic::error(codes::STYLESHEET, &source, span, message));
    };
    let (tree, places) = match read_with_places(text, true) {
        Ok(read) => read,
        Err(error) => {
            // The place is that in the document, not in the stylesheet.
            let message = error
                .message
                .rsplit_once(" Line ")
                .map_or(&*error.message, |(message, _)| message);
            report(byte_of(text, &error), 1, format!("the stylesheet is no XML: {message}"));
            return None;
        }
    };
    match Stylesheet::compile(&tree, &places) {
        Ok(stylesheet) => Some(stylesheet),
        Err(problems) => {
            for problem in problems {
                let rest = text.get(problem.at..).unwrap_or_default();
                let length = rest.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
                report(problem.at, length.unwrap_or(rest.len()), problem.message);
            }
            None
        }
    }
}

/// The byte of a text at which an error's line and position are.
fn byte_of(text: &str, error: &XmlError) -> usize {
    let lines = text.split_inclusive('\n').take(error.line.saturating_sub(1));
    let line: usize = lines.map(str::len).sum();
    let rest = text.get(line..).unwrap_or_default();
    let before = rest.chars().take(error.position.saturating_sub(1));
    line + before.map(char::len_utf8).sum::<usize>()
}

impl Step for XslTransform {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let mut parameters = HashMap::new();
        for (name, value) in &self.parameters {
            parameters.insert(name.clone(), value.get(exchange)?.to_string());
        }
        let Some(body) = exchange.body_to_rewrite(self.message)? else {
            return Ok(Flow::Next);
        };
        let failed = |message: String| Failure::internal("XslTransformFailed", message);
        let source =
            read_document(&body.markup(), true).map_err(|error| failed(format!("the body is no XML: {error}")))?;
        let result = self.stylesheet.transform(source, &parameters, &LIMITS);
        let result = result.map_err(|error| failed(error.to_string()))?;
        let most = exchange.services.buffer_limit;
        if result.len() as u64 > most {
            let found = result.len();
            return Err(failed(format!(
                "the result has {found} bytes, more than the {most} that a body may have"
            )));
        }
        exchange.rewrite_body(self.message, result);
        Ok(Flow::Next)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    fn policies(content: &str) -> String {
        format!("<outbound><xsl-transform>{content}</xsl-transform></outbound>")
    }

    fn sheet(content: &str) -> String {
        format!(
            "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>{content}</xsl:stylesheet>"
        )
    }

    #[test]
    fn bodies_are_transformed_with_parameters() {
        let content = format!(
            "<parameter name='a'>@(context.Request.Method)</parameter><parameter parameter-name='b'>x</parameter>{}",
            sheet(
                "<xsl:output omit-xml-declaration='yes' /><xsl:param name='a' /><xsl:param name='b' />\
                 <xsl:template match='/'><o a='{$a}' b='{$b}'><xsl:value-of select='//n' /></o></xsl:template>"
            )
        );
        let mut bench = Bench::new(&policies(&content)).answer("200\nContent-Type: text/xml\n\n<r><n>7</n></r>");
        assert_eq!(
            bench.run("GET /"),
            "200 OK\ncontent-type: text/xml\n\n<o a=\"GET\" b=\"x\">7</o>"
        );
    }

    fn problems(content: &str) -> String {
        let text = format!("<policies><inbound>\n<xsl-transform>{content}</xsl-transform></inbound></policies>");
        let source = diagnostic::Source::new("a.xml", text);
        let found = crate::check(&source, crate::Options::default());
        let shown = found.iter().map(|found| {
            let at = source.position(found.span.start);
            format!("{}:{} {} {}", at.line, at.column, found.code, found.message)
        });
        shown.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_is_wrong_with_a_stylesheet_is_told_at_its_place() {
        let twice = format!("{0}{0}", sheet("<xsl:template match='/' />"));
        for (content, expected) in [
            (
                sheet("\n<xsl:if test='1' />\n<xsl:template match='/'><xsl:value-of select='$x' /></xsl:template>"),
                "3:2 TG3014 xsl:if cannot stand at the top of a stylesheet\n\
                 4:26 TG3014 '$x': The variable or parameter 'x' is not defined or it is out of scope.",
            ),
            (
                sheet("\n<q:a />"),
                "3:8 TG3014 the stylesheet is no XML: 'q' is an undeclared prefix.",
            ),
            (
                twice,
                "2:2 TG3107 `<xsl-transform>` holds 2 stylesheets, expected one `<xsl:stylesheet>`",
            ),
            (
                String::new(),
                "2:2 TG3105 `<xsl-transform>` holds 0 stylesheets, expected one `<xsl:stylesheet>`",
            ),
            (
                format!(
                    "<parameter name='p'>1</parameter>{}",
                    sheet("<xsl:template match='/' />")
                ),
                "2:2 TG3014 the stylesheet has no `<xsl:param name=\"p\">`, so nothing reads this value",
            ),
        ] {
            assert_eq!(problems(&content), expected, "{content}");
        }
    }

    #[test]
    fn what_is_no_xml_or_has_no_end_fails_and_no_body_stays_none() {
        let forever = sheet("<xsl:template match='/' name='t'><a><xsl:call-template name='t' /></a></xsl:template>");
        for (body, expected) in [("{}", "500"), ("<r/>", "500"), ("", "200")] {
            let mut bench = Bench::new(&policies(&forever)).answer(&format!("200\n\n{body}"));
            let answer = bench.run("GET /");
            assert!(answer.starts_with(expected), "{body}: {answer}");
        }
    }
}
