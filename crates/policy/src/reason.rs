//! The words that stand beside a status where nobody gave others.

use http::StatusCode;

/// The standard reason phrase of a status; empty for one that has none.
#[must_use]
pub fn standard(status: StatusCode) -> &'static str {
    match status {
        // The registry's spelling, which the table in use has without its hyphen.
        StatusCode::NON_AUTHORITATIVE_INFORMATION => "Non-Authoritative Information",
        _ => status.canonical_reason().unwrap_or_default(),
    }
}
