//! Where `{{…}}` belongs to a Liquid template and not to named values.

use diagnostic::Span;

/// The contents of all `<set-body template="liquid">` elements.
pub(crate) fn templates(text: &str) -> Vec<Span> {
    const ELEMENT: &str = "<set-body";
    let mut found = Vec::new();
    let mut rest = 0;
    while let Some(start) = text.get(rest..).and_then(|tail| tail.find(ELEMENT)).map(|at| rest + at) {
        let tag_end = end_of_tag(text, start + ELEMENT.len());
        let tag = text.get(start + ELEMENT.len()..tag_end).unwrap_or_default();
        rest = tag_end;
        if is_liquid(tag) && !tag.ends_with("/>") {
            let content = text.get(tag_end..).unwrap_or_default();
            rest = tag_end + content.find("</set-body").unwrap_or(content.len());
            found.push(Span::new(tag_end, rest));
        }
    }
    found
}

/// Whether a name is one of Liquid's own objects with a path below it.
pub(crate) fn is_own(name: &str) -> bool {
    name.starts_with("body.") || name.starts_with("context.")
}

/// One past the `>` that ends a tag, which does not stand in an attribute's value.
fn end_of_tag(text: &str, start: usize) -> usize {
    let mut quote = None;
    for (at, character) in text.get(start..).unwrap_or_default().char_indices() {
        match quote {
            Some(open) if open == character => quote = None,
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if character == '>' => return start + at + 1,
            _ => {}
        }
    }
    text.len()
}

fn is_liquid(tag: &str) -> bool {
    let Some((_, rest)) = tag.split_once("template") else {
        return false;
    };
    let Some(value) = rest.trim_start().strip_prefix('=') else {
        return false;
    };
    let value = value.trim_start().trim_start_matches(['"', '\'']).trim_start();
    value.get(..6).is_some_and(|word| word.eq_ignore_ascii_case("liquid"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = templates(text).iter().map(|span| &text[span.start..span.end]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn liquid_is_what_a_template_contains() {
        check(
            r#"<a><set-body template="liquid">{{x}}</set-body>{{y}}</a>"#,
            &["{{x}}"],
        );
        check(
            "<set-body parse-date='a>b' template = 'Liquid' >{{x}}</set-body>",
            &["{{x}}"],
        );
        check("<set-body>{{x}}</set-body><set-body template=\"liquid\"/>{{y}}", &[]);
        check("<set-body template=\"liquid\">{{x}}", &["{{x}}"]);
        check("<set-body template=\"", &[]);
    }
}
