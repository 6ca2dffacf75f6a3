//! `X-Forwarded-For` of a call to a backend: what policies have left of it, and behind that the address that the
//! connection came from, which no policy takes away.
//!
//! Never here: whose word about a client is believed.

use http::header::{HeaderMap, HeaderName, HeaderValue};

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Adds an address to the list, which becomes one line.
pub(super) fn append(headers: &mut HeaderMap, peer: &HeaderValue) {
    if !headers.contains_key(FOR) {
        headers.insert(FOR, peer.clone());
        return;
    }
    let mut joined = Vec::new();
    for value in headers
        .get_all(FOR)
        .iter()
        .filter(|value| !value.is_empty())
        .chain([peer])
    {
        if !joined.is_empty() {
            joined.extend_from_slice(b", ");
        }
        joined.extend_from_slice(value.as_bytes());
    }
    let addresses = HeaderValue::from_bytes(&joined).unwrap_or_else(|_| peer.clone());
    headers.insert(FOR, addresses);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peer_comes_last() {
        for (before, after) in [
            (&[][..], "192.0.2.1"),
            (
                &["6.6.6.6, 1.1.1.1", "10.2.2.2"],
                "6.6.6.6, 1.1.1.1, 10.2.2.2, 192.0.2.1",
            ),
            (&["junk"], "junk, 192.0.2.1"),
            (&[""], "192.0.2.1"),
        ] {
            let mut headers: HeaderMap = before
                .iter()
                .map(|value| (FOR, HeaderValue::from_static(value)))
                .collect();
            append(&mut headers, &HeaderValue::from_static("192.0.2.1"));
            assert_eq!(headers.get_all(FOR).iter().collect::<Vec<_>>(), [after]);
        }
    }
}
