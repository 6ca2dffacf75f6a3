//! What no trace shows: the values of secret named values and of backends' credentials, what stands in headers and
//! parameters that are known to hold secrets, and whatever looks like a signed token.
//!
//! Never here: what is recorded.

use catalog::Catalog;
use expression::text::Text;
use std::collections::{HashMap, HashSet};

/// What stands in a secret's place.
pub(super) const MASK: &str = "***";
/// Characters of a text that are shown at most.
const LONGEST: usize = 1_024;
/// Texts shorter than this are no secrets: they would be found in every other word.
const SHORTEST: usize = 3;

/// Headers, parameters and variables that hold secrets, beside those of the catalog.
const NAMES: &[&str] = &[
    "cookie",
    "set-cookie",
    "code",
    "key",
    "sig",
    "signature",
    "assertion",
    "client_assertion",
    "pwd",
    "jwt",
    "x-arr-clientcert",
    "x-forwarded-client-cert",
];

/// How names end that hold secrets.
const ENDINGS: &[&str] = &["token", "-key", "_key"];

/// Parts of names that hold secrets.
const PARTS: &[&str] = &[
    "authorization",
    "password",
    "secret",
    "apikey",
    "api-key",
    "api_key",
    "credential",
];

/// The secrets of a catalog.
#[derive(Default)]
pub struct Secrets {
    /// Texts by their first bytes.
    values: HashMap<[u8; SHORTEST], Vec<String>>,
    /// Names in lower case.
    names: HashSet<String>,
}

impl Secrets {
    /// Those of this catalog.
    pub fn of(catalog: &Catalog) -> Self {
        let mut secrets = Self::default();
        let named = catalog.named_values.values().filter(|named| named.secret);
        for named in named {
            secrets.add(&named.value);
        }
        for backend in catalog.backends.values() {
            let credentials = &backend.credentials;
            for (name, values) in credentials.headers.iter().chain(&credentials.query) {
                secrets.names.insert(name.to_ascii_lowercase());
                for value in values {
                    secrets.add(value);
                }
            }
            if let Some((_, parameter)) = &credentials.authorization {
                secrets.add(parameter);
            }
            if let Some(proxy) = &backend.proxy {
                secrets.add(&proxy.password);
            }
        }
        for api in &catalog.apis {
            for name in [&api.subscription_key_header, &api.subscription_key_query] {
                secrets.names.insert(name.to_ascii_lowercase());
            }
        }
        secrets
    }

    /// A text, and how it looks in a URL and in JSON.
    fn add(&mut self, secret: &str) {
        let json = serde_json::Value::from(secret).to_string();
        let json = json.get(1..json.len() - 1).unwrap_or_default();
        for form in [secret, secret.trim(), &crate::query::encoded(secret, b""), json] {
            let Some(first) = form.as_bytes().first_chunk() else {
                continue;
            };
            let known = self.values.entry(*first).or_default();
            if !known.iter().any(|known| known == form) {
                known.push(form.to_owned());
            }
        }
    }

    /// Whether what has this name is a secret.
    pub(super) fn is_secret(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        self.names.contains(&name)
            || NAMES.contains(&name.as_str())
            || ENDINGS.iter().any(|ending| name.ends_with(ending))
            || PARTS.iter().any(|part| name.contains(part))
    }

    /// The beginning of a text with every secret in it masked, also one that goes on behind the beginning.
    pub(super) fn masked(&self, text: &str, hidden: &[Text]) -> String {
        let mut out = String::new();
        let (mut rest, mut before) = (text, ' ');
        while let Some(first) = rest.chars().next() {
            if text.len() - rest.len() >= LONGEST {
                out.push('…');
                break;
            }
            let length = self.length(rest, hidden).max(token_length(rest, before));
            let taken = if length > 0 {
                out.push_str(MASK);
                length
            } else {
                out.push(first);
                first.len_utf8()
            };
            before = first;
            rest = rest.get(taken..).unwrap_or_default();
        }
        out
    }

    /// Bytes of the longest secret that `text` begins with.
    fn length(&self, text: &str, hidden: &[Text]) -> usize {
        let known = text.as_bytes().first_chunk().and_then(|first| self.values.get(first));
        let known = known.into_iter().flatten().map(String::as_str);
        let hidden = hidden
            .iter()
            .map(Text::as_str)
            .filter(|hidden| hidden.len() >= SHORTEST);
        let matching = known.chain(hidden).filter(|secret| text.starts_with(secret));
        matching.map(str::len).max().unwrap_or(0)
    }
}

/// Bytes of the JSON Web Token that `text` begins with: parts in Base64 with dots between them, of which the first one
/// is a JSON object.
fn token_length(text: &str, before: char) -> usize {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !text.starts_with("eyJ") || u8::try_from(before).is_ok_and(is_part) {
        return 0;
    }
    let end = text.bytes().position(|byte| !is_part(byte) && byte != b'.');
    let token = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    if token.contains('.') { token.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_in_every_form() {
        let mut secrets = Secrets::default();
        for secret in ["s3cr3t", "s3cr3t-longer", "a b\"c", "xy"] {
            secrets.add(secret);
        }
        let late = Text::from("opaque");
        for (text, expected) in [
            ("plain", "plain"),
            ("a s3cr3t b s3cr3t", "a *** b ***"),
            ("s3cr3t-longer!", "***!"),
            ("?k=a%20b%22c", "?k=***"),
            (r#"{"k":"a b\"c"}"#, r#"{"k":"***"}"#),
            ("xy", "xy"),
            ("it is opaque", "it is ***"),
            ("Bearer eyJhbGciOiJ.eyJzdWIi.c2ln, x", "Bearer ***, x"),
            ("keyJab.c and eyJ", "keyJab.c and eyJ"),
            ("é s3cr3t é", "é *** é"),
        ] {
            assert_eq!(secrets.masked(text, std::slice::from_ref(&late)), expected);
        }
    }

    #[test]
    fn a_secret_at_the_end_of_what_is_shown_does_not_show_its_beginning() {
        let mut secrets = Secrets::default();
        secrets.add("s3cr3t");
        let text = format!("{}s3cr3t and more", "x".repeat(LONGEST - 2));
        assert_eq!(secrets.masked(&text, &[]), format!("{}***…", "x".repeat(LONGEST - 2)));
        let many = "s3cr3t".repeat(10_000);
        assert!(!secrets.masked(&many, &[]).contains("s3"));
    }

    #[test]
    fn names_that_hold_secrets() {
        let secrets = Secrets::default();
        for (name, expected) in [
            ("Authorization", true),
            ("X-Api-Key", true),
            ("access_token", true),
            ("Set-Cookie", true),
            ("sig", true),
            ("Content-Type", false),
            ("keys", false),
            ("x-correlation-id", false),
        ] {
            assert_eq!(secrets.is_secret(name), expected, "{name}");
        }
    }
}
