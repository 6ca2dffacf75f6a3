//! Policies together with the expressions in them, as documents use them.

mod bodies;
mod errors;
mod limits;
mod mcp;
mod values;

use crate::testing::Bench;

/// An on-error section that answers with everything that `context.LastError` says.
const TELL: &str = r#"<on-error><return-response><set-body>@(string.Join("|",
    context.LastError.Source, context.LastError.Reason, context.LastError.Message, context.LastError.Scope,
    context.LastError.Section, context.LastError.Path, context.LastError.PolicyId))</set-body></return-response></on-error>"#;

/// What the client gets for `GET /` with these policies: the body of the answer, or what `context.LastError` says.
fn told(policies: &str, request: &str) -> String {
    let response = Bench::new(&format!("{policies}{TELL}")).run(request);
    let (_, body) = response.split_once("\n\n").unwrap_or((&response, ""));
    body.to_owned()
}

/// Asserts the answer with this body to each request, whose inbound policies return what `expression` gives.
#[track_caller]
fn gives(cases: &[(&str, &str, &str)]) {
    for (before, expression, expected) in cases {
        let answer = format!("<return-response><set-body>{expression}</set-body></return-response>");
        let found = told(&format!("<inbound>{before}{answer}</inbound>"), "GET /a?q=1\nX-A: 1");
        assert_eq!(found, *expected, "{before} {expression}");
    }
}
