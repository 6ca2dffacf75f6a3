//! How names of headers are spelled where policies enumerate them.
//!
//! HTTP is indifferent to their case, and the gateway keeps them in lower case; policies that go through all headers are
//! not: `.Where(h => h.Key != "Authorization")` is what people publish. So they see names as clients usually write them.
//! Never here: what goes over the wire, which the connections spell.

/// Names that are not written as their words, each with a capital letter.
const UNUSUAL: [&str; 12] = [
    "api-key",
    "baggage",
    "Content-MD5",
    "DNT",
    "ETag",
    "SOAPAction",
    "subscription-key",
    "TE",
    "traceparent",
    "tracestate",
    "WWW-Authenticate",
    "X-XSS-Protection",
];

/// Beginnings of names that are written in small letters.
const SMALL: [&str; 2] = ["x-ms-", "sec-ch-"];

/// A name in lower case as it is usually written: `content-type` as `Content-Type`.
pub fn usual(name: &str) -> String {
    if let Some(unusual) = UNUSUAL.iter().find(|unusual| unusual.eq_ignore_ascii_case(name)) {
        return (*unusual).to_owned();
    }
    if SMALL.iter().any(|beginning| name.starts_with(beginning)) {
        return name.to_owned();
    }
    let mut starts = true;
    let spelled = name.chars().map(|c| {
        let spelled = if starts { c.to_ascii_uppercase() } else { c };
        starts = c == '-';
        spelled
    });
    spelled.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_as_usual() {
        for (name, expected) in [
            ("authorization", "Authorization"),
            ("ocp-apim-subscription-key", "Ocp-Apim-Subscription-Key"),
            ("content-type", "Content-Type"),
            ("etag", "ETag"),
            ("www-authenticate", "WWW-Authenticate"),
            ("x-ms-version", "x-ms-version"),
            ("x--a-", "X--A-"),
            ("traceparent", "traceparent"),
            ("5g", "5g"),
        ] {
            assert_eq!(usual(name), expected);
        }
    }
}
