//! Checking one file: a document, a fragment, or a snippet of policies or sections.
//!
//! Never here: files, named values (the source has them replaced), references between files.

use crate::block::Section;
use crate::codes;
use crate::compiler::{Compiler, Place};
use crate::document::{compile_document, compile_sections, root};
use crate::findings::{Findings, Options};
use crate::steps::read_step;
use crate::xml::{Node, read};
use diagnostic::{Diagnostic, Source, Span};
use std::sync::Arc;

/// All problems of a file, in the order of the text.
pub fn check(source: &Arc<Source>, options: Options) -> Vec<Diagnostic> {
    let place = Place {
        source: Arc::clone(source),
        document: source.name().into(),
        section: None,
        scope: None,
    };
    let mut compiler = Compiler::new(Findings::new(options), None, place, read_step);
    let nodes = read(source, &mut compiler.findings);
    let first = nodes.iter().find_map(|node| match node {
        Node::Element(element) => Some(element.name.text.as_str()),
        Node::Text(_) => None,
    });
    match first {
        Some("policies") => drop(compile_document(&mut compiler, &nodes)),
        Some("fragment") => {
            if let Some(root) = root(&mut compiler, &nodes, "fragment") {
                compiler.steps(&root.content, "");
            }
        }
        Some(name) if Section::ALL.iter().any(|section| section.name() == name) => {
            compile_sections(&mut compiler, &nodes);
        }
        Some(_) => drop(compiler.steps(&nodes, "")),
        None => {
            compiler.stray_text(&nodes);
            if compiler.findings.errors() == 0 {
                let message = "expected `<policies>`, `<fragment>` or policies";
                compiler.error(codes::DOCUMENT_SHAPE, Span::at(0), message);
            }
        }
    }
    compiler.findings.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostic::render;
    use proptest::prelude::*;

    /// The problems as `line:column severity code message (help)`.
    fn problems(text: &str, options: Options) -> String {
        let source = Source::new("a.xml", text);
        let lines = check(&source, options).into_iter().map(|problem| {
            let position = problem.position();
            let severity = if problem.is_error() { "error" } else { "warning" };
            let help = problem.help.map(|help| format!(" ({help})")).unwrap_or_default();
            let (line, column) = (position.line, position.column);
            format!("{line}:{column} {severity} {} {}{help}", problem.code, problem.message)
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[track_caller]
    fn checks(cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            assert_eq!(problems(text, Options::default()), *expected, "of {text}");
        }
    }

    #[test]
    fn documents_fragments_and_snippets_are_checked() {
        checks(&[
            (
                "<policies><inbound><base /></inbound><backend /><outbound /><on-error /></policies>",
                "",
            ),
            (
                "<fragment><set-header name='a'><value>@(1)</value></set-header></fragment>",
                "",
            ),
            ("<inbound><base /></inbound><outbound />", ""),
            ("<set-method>GET</set-method><set-status code='200' />", ""),
            ("", "1:1 error TG3206 expected `<policies>`, `<fragment>` or policies"),
            (
                "<policies><imbound /></policies>",
                "1:12 error TG3206 `<imbound>` is no section, expected inbound, backend, outbound, on-error (did you mean `<inbound>`?)",
            ),
            (
                "<policies><inbound /><inbound /></policies>",
                "1:23 error TG3206 section `<inbound>` stands twice",
            ),
            (
                "<policies /><policies />",
                "1:14 error TG3206 found `<policies>` behind `</policies>`, expected nothing",
            ),
            (
                "<policies>x<inbound>y</inbound></policies>",
                "1:11 error TG3011 found the text \"x\", expected elements only\n1:21 error TG3011 found the text \"y\", expected elements only",
            ),
            (
                "<fragment><base /></fragment>",
                "1:12 error TG3205 `<base />` may stand once, directly in a section of a document",
            ),
            (
                "<inbound><choose><when condition='true'><base /></when></choose></inbound>",
                "1:42 error TG3205 `<base />` may stand once, directly in a section of a document",
            ),
            (
                "<inbound><base /><base /></inbound>",
                "1:19 error TG3205 `<base />` may stand once, directly in a section of a document",
            ),
        ]);
    }

    #[test]
    fn problems_of_liquid_have_their_places() {
        let liquid = |template: &str| format!("<inbound><set-body template='liquid'>{template}</set-body></inbound>");
        checks(&[
            (&liquid("{{ body.a }}{% if context.Variables.b %}{% endif %}"), ""),
            (&liquid("&lt;{{ a"), "1:42 error TG3012 `{{` has no end, expected `}}`"),
            (&liquid("<a>\n{% fo %}</a>"), "2:4 error TG3012 unknown tag `fo`"),
            (
                &liquid("{{ a | upcas }}"),
                "1:45 warning TG3013 there is no filter `upcas`: the value passes unchanged (did you mean `Upcase`?)",
            ),
            (
                "<inbound><set-body template='liquid' xsi-nil='none' parse-date='@(true)' /></inbound>",
                "1:47 error TG3103 `xsi-nil` of `<set-body>` must be `blank` or `null`, found \"none\"\n\
              1:65 error TG3104 `parse-date` of `<set-body>` takes no expression, expected a literal",
            ),
        ]);
    }

    #[test]
    fn all_problems_of_an_element_are_reported_at_once() {
        checks(&[
            (
                "<set-header nme='a' exists-action='replace'><valu /></set-header>",
                "1:2 error TG3101 `<set-header>` lacks the attribute `name`\n\
              1:13 error TG3102 `<set-header>` has no attribute `nme` (did you mean `name`?)\n\
              1:36 error TG3103 `exists-action` of `<set-header>` must be `override` or `skip` or `append` or `delete`, found \"replace\"\n\
              1:46 error TG3106 `<set-header>` holds no element `<valu>` (did you mean `value`?)",
            ),
            (
                "<set-status code='20x' />",
                "1:19 error TG3103 `code` of `<set-status>` must be a status code from 200 to 999, found \"20x\"",
            ),
            (
                "<set-variable name='@(1)' value='@(2)' />",
                "1:21 error TG3104 `name` of `<set-variable>` takes no expression, expected a literal",
            ),
            (
                "<choose><otherwise /><otherwise /></choose>",
                "1:2 error TG3105 `<choose>` lacks `<when>`\n1:23 error TG3107 `<choose>` may hold one `<otherwise>` only",
            ),
            (
                "<set-header name='a b'>x</set-header>",
                "1:19 error TG3103 `name` of `<set-header>` must be a header name, found \"a b\"\n1:24 error TG3011 found the text \"x\", expected elements only",
            ),
            (
                "<set-backend-service base-url='https://a' backend-id='b' />",
                "1:2 error TG3108 `<set-backend-service>` has 2 of the attributes `base-url`, `backend-id`, expected one",
            ),
            (
                "<set-method />",
                "1:2 error TG3105 `<set-method>` is empty, expected a method",
            ),
            (
                "<set-headers name='a' id='x' />",
                "1:2 error TG3201 `<set-headers>` is no policy (did you mean `<set-header>`?)",
            ),
        ]);
    }

    #[test]
    fn places_are_checked() {
        checks(&[
            (
                "<inbound><forward-request /></inbound>",
                "1:11 error TG3202 `<forward-request>` may not stand in inbound, expected in backend",
            ),
            (
                "<on-error><set-body>x</set-body></on-error>",
                "1:12 warning TG3202 `<set-body>` may not stand in on-error, expected in inbound, backend, outbound",
            ),
            (
                "<backend><base /><set-variable name='a' value='b' /></backend>",
                "1:2 warning TG3207 `<backend>` holds more than one policy; wrap them in one",
            ),
        ]);
    }

    #[test]
    fn what_apim_refuses_is_an_error_for_the_strict() {
        let strict = Options {
            strict: true,
            serving: false,
        };
        let found = problems("<backend><base /><set-variable name=a value='b' /></backend>", strict);
        assert_eq!(
            found,
            "1:2 error TG3207 `<backend>` holds more than one policy; wrap them in one\n\
             1:37 error TG3010 an attribute's value must stand in quotes"
        );
    }

    #[test]
    fn policies_that_are_not_built_are_named_and_their_inside_is_read() {
        let text = "<inbound><llm-token-limit><x y='@(z)' /></llm-token-limit>\
                    <publish-to-darp topic='a'>x</publish-to-darp></inbound>";
        let expected = "1:11 {} TG3301 `<llm-token-limit>` is not built yet\n\
                        1:35 error CS0103 the name 'z' does not exist in the current context\n\
                        1:60 error TG3201 `<publish-to-darp>` is no policy (did you mean `<publish-to-dapr>`?)";
        assert_eq!(problems(text, Options::default()), expected.replace("{}", "warning"));
        let serving = Options {
            strict: false,
            serving: true,
        };
        assert_eq!(problems(text, serving), expected.replace("{}", "error"));
    }

    #[test]
    fn policies_that_are_not_offered_are_refused_with_a_reason() {
        let text = "<set-backend-service sf-service-instance-name='a' base-url='http://a.test' />";
        let found = check(&Source::new("a.xml", text), Options::default());
        assert!(found[0].is_error());
        let shown = render(&found);
        let expected =
            "error[TG3303]: `sf-service-instance-name`: backends in a Service Fabric cluster are not offered";
        assert!(shown.contains(expected), "{shown}");
    }

    #[test]
    fn a_named_value_is_never_shown() {
        let text = "<set-status code='{{secret}}' />";
        let (source, _) = Source::expanded("a.xml", text, |_| Some("hunter2"));
        let shown = render(&check(&source, Options::default()));
        assert!(shown.contains("{{secret}}") && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_declaration_of_a_namespace_is_no_attribute() {
        let document =
            |attribute: &str| format!("<policies {attribute}='urn:a'><inbound {attribute}='urn:b' /></policies>");
        assert_eq!(problems(&document("xmlns:xi"), Options::default()), "");
        assert_eq!(
            problems(&document("xi"), Options::default()),
            "1:11 warning TG3102 `<policies>` has no attribute `xi`\n\
             1:31 warning TG3102 `<inbound>` has no attribute `xi`"
        );
    }

    #[test]
    fn a_named_value_that_is_not_known_yet_is_no_wrong_value() {
        checks(&[("<set-status code='{{code}}' />", "")]);
    }

    #[test]
    fn an_ai_gateway_document_is_understood_around_what_is_not_built() {
        let text = r#"<policies>
    <inbound>
        <base />
        <authentication-managed-identity resource="https://models.example" output-token-variable-name="token" />
        <set-header name="Authorization" exists-action="override">
            <value>@("Bearer " + (string)context.Variables["token"])</value>
        </set-header>
        <azure-openai-token-limit counter-key="@(context.Subscription?.Id ?? "anonymous")" tokens-per-minute="500" />
    </inbound>
    <outbound><base /></outbound>
</policies>"#;
        insta::assert_snapshot!(render(&check(&Source::new("ai.xml", text), Options::default())), @r#"
        warning[TG3301]: `<azure-openai-token-limit>` is not built yet
         --> ai.xml:8:10
          |
        8 |         <azure-openai-token-limit counter-key="@(context.Subscription?.Id ?? "anonymous")" to…
          |          ^^^^^^^^^^^^^^^^^^^^^^^^
        "#);
    }

    const WHOLE: &str = "<policies><inbound><base /><choose><when condition=\"@(1 < 2)\"><set-header name='A'>\
        <value>x</value></set-header></when><otherwise /></choose><retry condition='true' count='1' interval='1'>\
        <set-body><a>@{return 1;}</a></set-body></retry></inbound><backend><forward-request /></backend></policies>";

    proptest! {
        #[test]
        fn never_panics(at in 0..WHOLE.len(), length in 0..30usize, new in "(<|>|/>|'|\"|@\\(|\\)|[a-z]{1,3}|\\PC){0,4}") {
            let mut text = WHOLE.to_owned();
            text.replace_range(at..(at + length).min(WHOLE.len()), &new);
            check(&Source::new("a.xml", text), Options::default());
        }
    }
}
