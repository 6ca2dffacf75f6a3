//! A query string as policies edit it: pairs stay as the client wrote them, names are compared decoded and ignoring case.
//!
//! Case is ignored because the gateway finds subscription keys that way: a parameter that a policy removes must be gone
//! in every spelling that would have been found. Never here: which parameters a policy wants.

use crate::context::decode_query;
use std::fmt::Write;

/// The pairs of a query without `?`, as written.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|pair| !pair.is_empty())
}

/// Whether a pair, as written, has this decoded name.
pub(crate) fn is_named(pair: &str, name: &str) -> bool {
    let written = pair.split_once('=').map_or(pair, |(name, _)| name);
    decode_query(written).eq_ignore_ascii_case(name)
}

/// Percent-encodes everything but unreserved characters (RFC 3986) and those in `kept`.
pub(crate) fn encoded(text: &str, kept: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            encoded.push(byte.into());
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
