//! What a result must say since revision 2026-07-28, added where it is missing.
//!
//! Answers that a policy makes were often written before that revision, whose clients refuse a result without
//! `resultType`, and a list without `ttlMs` and `cacheScope`. An answer that a gateway made is complete, not to be kept
//! and nobody else's.
//! Never here: answers to clients of older revisions, which pass as they are.

use crate::jsonrpc::{Kind, Members, Message};
use bytes::Bytes;

/// The first revision whose results carry these members (MCP 2026-07-28).
const FIRST_REVISION: &str = "2026-07-28";

/// Methods whose results say how long they may be kept, and by whom.
const KEPT: &[&str] = &[
    "server/discover",
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
    "resources/read",
];

/// Whether results in this protocol version carry them. Versions are dates, so they compare as text.
pub fn completes_results(protocol_version: &str) -> bool {
    protocol_version >= FIRST_REVISION
}

/// The answer to a request for `method` with what is missing in its result; `None` when nothing is, or when the text
/// is no result.
pub fn complete_result(answer: &Bytes, method: &str) -> Option<Bytes> {
    let text = std::str::from_utf8(answer).ok()?;
    if Message::read(answer).ok()?.kind() != Kind::Response {
        return None;
    }
    let result = Members::read(text).ok()?.get("result")?.get();
    let members = Members::read(result).ok()?;
    let wanted = [
        ("resultType", "\"complete\"", true),
        ("ttlMs", "0", KEPT.contains(&method)),
        ("cacheScope", "\"private\"", KEPT.contains(&method)),
    ];
    let missing = wanted
        .iter()
        .filter(|(name, _, applies)| *applies && !members.has(name));
    let missing: Vec<String> = missing.map(|(name, value, _)| format!("\"{name}\":{value}")).collect();
    if missing.is_empty() {
        return None;
    }
    // `result` is a stretch of `text`: its place is the distance of the two.
    let open = (result.as_ptr() as usize).checked_sub(text.as_ptr() as usize)? + 1;
    let (before, behind) = text.split_at_checked(open)?;
    let comma = if members.is_empty() { "" } else { "," };
    Some(format!("{before}{}{comma}{behind}", missing.join(",")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(answer: &str, method: &str) -> Option<String> {
        let bytes = complete_result(&Bytes::copy_from_slice(answer.as_bytes()), method)?;
        Some(String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[test]
    fn only_what_is_missing_is_added_and_the_rest_stays_as_it_was() {
        for (answer, method, expected) in [
            (
                r#"{"jsonrpc":"2.0","id":1,"result":{"tools": []}}"#,
                "tools/list",
                Some(
                    r#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","ttlMs":0,"cacheScope":"private","tools": []}}"#,
                ),
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
                "tools/call",
                Some(r#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}"#),
            ),
            (
                r#"{"result":{"ttlMs":5,"x":1.0},"id":"a","jsonrpc":"2.0"}"#,
                "tools/list",
                Some(
                    r#"{"result":{"resultType":"complete","cacheScope":"private","ttlMs":5,"x":1.0},"id":"a","jsonrpc":"2.0"}"#,
                ),
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}"#,
                "tools/call",
                None,
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}"#,
                "tools/call",
                None,
            ),
            (r#"{"jsonrpc":"2.0","id":1,"result":[1]}"#, "tools/call", None),
            ("not json", "tools/call", None),
        ] {
            assert_eq!(completed(answer, method).as_deref(), expected, "{answer}");
        }
    }
}
