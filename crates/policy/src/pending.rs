//! What a document leaves to its deployment: named values (`{{name}}`) that are not known where it is checked, and the
//! tokens that deployment tools replace in files (`#{name}#`, `__name__`, `${name}`, `{name}` and their like).
//!
//! Such a document can be checked and not served. Never here: values of names, which whoever loads documents has.

use diagnostic::Source;
use expression::{Expression, Problem, Target};

/// Fits wherever code may stand: the compiler asks nothing of a `dynamic`.
const ANY_VALUE: &str = "((dynamic)null)";

/// Bytes of a token behind its opening at most.
const LONGEST: usize = 200;

/// Openings and ends of tokens, the longer ones first.
const TOKENS: &[(&str, &str)] = &[
    ("#{", "}#"),
    ("#{", "}"),
    ("${{", "}}"),
    ("${", "}"),
    ("$(", ")"),
    ("__", "__"),
    ("#", "#"),
    ("{", "}"),
];

/// Whether `text` may hold the name of a named value.
pub(crate) fn has_named_value(text: &str) -> bool {
    text.contains("{{") && text.contains("}}")
}

/// The first token of a deployment tool in `text`.
pub(crate) fn token(text: &str) -> Option<&str> {
    let starts = text.char_indices().filter(|(_, c)| matches!(c, '#' | '$' | '_' | '{'));
    starts.into_iter().find_map(|(at, _)| {
        // A named value that is not closed is no token.
        let rest = text
            .get(at..)
            .filter(|_| !text.get(..at).is_some_and(|before| before.ends_with('{')))?;
        let length = TOKENS.iter().find_map(|ends| token_length(rest, ends))?;
        rest.get(..length)
    })
}

/// The bytes of the token that `text` starts with.
fn token_length(text: &str, (open, close): &(&str, &str)) -> Option<usize> {
    let inside = text.strip_prefix(open)?;
    // Whoever opens many and closes none must not have the rest of the text searched for each.
    let near = inside.get(..inside.floor_char_boundary(LONGEST))?;
    let name = near.get(..near.find(close)?)?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    // Braces may have spaces inside; between two `#` of a text there is often more than a name.
    let trimmed = if close.ends_with('}') { name.trim() } else { name };
    (!trimmed.is_empty() && trimmed.chars().all(is_name)).then_some(open.len() + name.len() + close.len())
}

/// What is wrong with an expression whatever the named values in it are: some may be code, and have any type.
pub(crate) fn problems_with_any_values(text: &str, target: Target) -> Vec<Problem> {
    let (source, _) = Source::expanded("", text, |_| Some(ANY_VALUE));
    let problems = Expression::compile(source.text(), target).err().unwrap_or_default();
    let placed = |problem: Problem| Problem {
        message: source.discreet(problem.span, problem.message),
        span: source.written_span(problem.span),
        ..problem
    };
    problems.into_iter().map(placed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_from_text() {
        for (text, expected) in [
            ("#{limit}#", Some("#{limit}#")),
            ("a #{ my.limit } b", Some("#{ my.limit }")),
            ("${{ vars.limit }}", Some("${{ vars.limit }}")),
            ("${var.limit}", Some("${var.limit}")),
            ("$(limit)", Some("$(limit)")),
            ("x__limit__", Some("__limit__")),
            ("#rate-limit#", Some("#rate-limit#")),
            ("x-{limit}", Some("{limit}")),
            ("# #", None),
            ("____", None),
            ("$5 (ten)", None),
            ("#one #two", None),
            ("a#b c#", None),
            ("snake_case", None),
            ("{a b}", None),
            ("{{limit}]", None),
            ("ünï#ü#{é}", None),
        ] {
            assert_eq!(token(text), expected, "{text}");
        }
    }

    #[test]
    fn a_token_is_near_its_opening() {
        let long = |length: usize| format!("$({})", "a".repeat(length));
        assert_eq!(token(&long(100)), Some(long(100).as_str()));
        assert_eq!(token(&long(300)), None);
        // A search of the whole rest for each of them would take minutes.
        assert_eq!(token(&"$(é".repeat(1_000_000)), None);
    }

    #[test]
    fn code_that_a_named_value_will_be_fits_anywhere() {
        let check = |text, expected: &str| {
            let problems = problems_with_any_values(text, Target::Boolean);
            let shown: Vec<String> = problems
                .iter()
                .map(|problem| format!("{:?} {}", problem.span, problem.message))
                .collect();
            assert_eq!(shown.join("\n"), expected, "{text}");
        };
        check("@(1 <= {{weight}})", "");
        check("@{ var key = {{key}}; return key == 1 ? {{a}} : {{b}}; }", "");
        check("@(\"{{text}}\" == context.RequestId.ToString())", "");
        check(
            "@({{weight}} == 1 && none)",
            "Span { start: 21, end: 25 } the name 'none' does not exist in the current context",
        );
    }
}
