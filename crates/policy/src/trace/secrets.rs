//! What no trace shows: the values of secret named values and of backends' credentials, what stands in headers and
//! parameters that are known to hold secrets, and whatever looks like a signed token.
//!
//! Never here: what is recorded.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::Catalog;
use expression::text::Text;
use std::collections::{HashMap, HashSet};

/// What stands in a secret's place.
pub(super) const MASK: &str = "***";
/// Characters of a text that are shown at most.
const LONGEST: usize = 1_024;
/// Texts shorter than this are no secrets: they would be found in every other word.
const SHORTEST: usize = 3;
/// Parts of a header that are shorter than this may be any word.
const SHORTEST_PART: usize = 8;
/// Bytes of a token at least.
const SHORTEST_TOKEN: usize = 16;

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

    /// A text, and how it looks in a URL, in a form and in JSON.
    fn add(&mut self, secret: &str) {
        let json = serde_json::Value::from(secret).to_string();
        let json = json.get(1..json.len() - 1).unwrap_or_default();
        let encoded = crate::query::encoded(secret, b"");
        let form = encoded.replace("%20", "+");
        for form in [secret, secret.trim(), &encoded, &form, json] {
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
        self.masked_to(LONGEST, text, hidden)
    }

    /// A text with every secret in it masked.
    pub fn without(&self, text: &str, hidden: &[Text]) -> String {
        self.masked_to(usize::MAX, text, hidden)
    }

    fn masked_to(&self, longest: usize, text: &str, hidden: &[Text]) -> String {
        let mut out = String::new();
        let (mut rest, mut before) = (text, ' ');
        while let Some(first) = rest.chars().next() {
            if text.len() - rest.len() >= longest {
                out.push('…');
                break;
            }
            let seen = text.get(..text.len() - rest.len()).unwrap_or_default();
            let own = self.length(rest, hidden).max(token_length(rest, before));
            let length = own.max(credentials_length(rest, seen));
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

/// What of a header's or parameter's value is a secret by itself: all of it, the credentials behind a scheme, the values
/// of cookies; not the attributes of a cookie that is set.
pub(super) fn parts<'v>(name: &str, value: &'v str) -> impl Iterator<Item = &'v str> {
    let own = if name.eq_ignore_ascii_case("set-cookie") {
        value.split(';').next().unwrap_or(value)
    } else {
        value
    };
    let words = own.split([' ', ';', ',']);
    let behind_name = words
        .clone()
        .filter_map(|word| word.split_once('=').map(|(_, value)| value));
    let all = std::iter::once(value).chain(words).chain(behind_name);
    all.filter(|part| part.len() >= SHORTEST_PART)
}

/// Bytes of the credentials that `text` begins with, behind the scheme that `before` ends with: a name and a password in
/// Base64, or a token in which no word is.
fn credentials_length(text: &str, before: &str) -> usize {
    let is_behind = |scheme: &str| {
        let begin = before.len().checked_sub(scheme.len());
        let end = begin.and_then(|begin| before.get(begin..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(scheme))
    };
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    let length = || text.bytes().position(|byte| !is_part(byte)).unwrap_or(text.len());
    let is_secret = if is_behind("basic ") {
        let decoded = STANDARD.decode(text.get(..length()).unwrap_or_default());
        decoded.is_ok_and(|decoded| decoded.contains(&b':'))
    } else if is_behind("bearer ") {
        let token = text.get(..length()).unwrap_or_default();
        token.len() >= SHORTEST_TOKEN && token.bytes().any(|byte| byte.is_ascii_digit())
    } else {
        false
    };
    if is_secret { length() } else { 0 }
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
            ("a form=a+b%22c", "a form=***"),
            ("Basic dXNlcjpwYXNz, basic rules", "Basic ***, basic rules"),
            ("bearer 0123456789abcdef/x", "bearer ***"),
            ("Bearer authentication-is-wanted", "Bearer authentication-is-wanted"),
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
    fn parts_of_headers_are_secrets() {
        for (name, value, expected) in [
            (
                "Authorization",
                "Basic dXNlcjpwYXNz",
                &["Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"][..],
            ),
            (
                "Cookie",
                "a=1; session=0123456789",
                &["a=1; session=0123456789", "session=0123456789", "0123456789"],
            ),
            (
                "Set-Cookie",
                "s=0123456789; Path=/somewhere; HttpOnly",
                &["s=0123456789; Path=/somewhere; HttpOnly", "s=0123456789", "0123456789"],
            ),
            ("X-Key", "short", &[]),
        ] {
            assert_eq!(parts(name, value).collect::<Vec<_>>(), expected, "{name}");
        }
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
