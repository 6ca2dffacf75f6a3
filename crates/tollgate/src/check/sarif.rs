//! Problems as SARIF 2.1.0, which code hosts and editors show beside the lines.
//!
//! Never here: what a problem is.

use diagnostic::Diagnostic;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;

/// A log with one run.
pub fn log(diagnostics: &[Diagnostic]) -> Value {
    let codes: BTreeSet<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    let rules: Vec<Value> = codes.into_iter().map(|code| json!({ "id": code })).collect();
    let results: Vec<Value> = diagnostics.iter().map(result).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "tollgate", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(diagnostic: &Diagnostic) -> Value {
    let (start, end) = (diagnostic.position(), diagnostic.end());
    let text = match &diagnostic.help {
        Some(help) => format!("{}; {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    json!({
        "ruleId": diagnostic.code,
        "level": diagnostic.severity,
        "message": { "text": text },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(diagnostic.file()) },
                "region": {
                    "startLine": start.line,
                    "startColumn": start.column,
                    "endLine": end.line,
                    "endColumn": end.column,
                },
            },
        }],
    })
}

/// A path as a reference relative to where the command runs.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.strip_prefix("./").unwrap_or(path).bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostic::{Source, Span};

    #[test]
    fn problems_are_results_with_places() {
        let source = Source::new("./policy fragments/ü/policy.xml", "<fragment>\n  <a/>");
        let problem = Diagnostic::error("TG3201", &source, Span::new(14, 15), "`<a>` is no policy").with_help("go");
        let log = log(&[problem]);
        let result = &log["runs"][0]["results"][0];
        assert_eq!(log["runs"][0]["tool"]["driver"]["rules"], json!([{ "id": "TG3201" }]));
        assert_eq!(
            result,
            &json!({
                "ruleId": "TG3201",
                "level": "error",
                "message": { "text": "`<a>` is no policy; go" },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": "policy%20fragments/%C3%BC/policy.xml" },
                    "region": { "startLine": 2, "startColumn": 4, "endLine": 2, "endColumn": 5 },
                } }],
            })
        );
    }
}
