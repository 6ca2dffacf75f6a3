//! Keys that stand in a document: for signatures, and for decryption.

use crate::codes;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::value::{Readable, Value};
use catalog::Catalog;
use expression::Target;
use expression::certificate::Certificate;
use expression::text::Text;
use expression::value::Value as Object;
use jose::Key;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Keys for signatures.
#[derive(Default)]
pub(crate) struct InlineKeys(Vec<Inline>);

/// Keys for decryption.
#[derive(Default)]
pub(crate) struct DecryptionKeys(Vec<Inline>);

/// One of them.
enum Inline {
    /// Known from the document.
    Known(Key),
    /// A secret that is computed.
    Secret(Option<String>, Value<Secret>),
}

/// Bytes in base64. A text that is no key is a secret that nobody knows: no token is signed with it.
#[derive(Clone)]
struct Secret {
    bytes: Vec<u8>,
    written: Text,
}

/// Keyed hashes and ciphers take none that is shorter.
const SHORTEST: usize = 16;

impl Readable for Secret {
    const TARGET: Target = Target::Object;
    const EXPECTED: &'static str = "a key in base64";
    fn from_literal(text: &str) -> Option<Self> {
        let bytes = jose::base64(text).filter(|bytes| bytes.len() >= SHORTEST);
        Some(Self {
            bytes: bytes.unwrap_or_default(),
            written: text.into(),
        })
    }
    fn from_object(object: Object) -> Option<Self> {
        Self::from_literal(&Text::from_object(object)?)
    }
}

/// The bytes of a number in base64url, as in a JWK.
#[derive(Clone)]
struct Number(Vec<u8>);

impl Readable for Number {
    const TARGET: Target = Target::String;
    const EXPECTED: &'static str = "a number in base64url";
    fn from_literal(text: &str) -> Option<Self> {
        jose::base64(text).filter(|bytes| !bytes.is_empty()).map(Self)
    }
    fn from_object(object: Object) -> Option<Self> {
        Self::from_literal(&Text::from_object(object)?)
    }
}

impl InlineKeys {
    pub fn read(element: &mut ElementReader<'_, '_>) -> Self {
        let keys = element.at_most_one("issuer-signing-keys", |element| {
            Some(element.one_or_more("key", signing_key))
        });
        Self(keys.unwrap_or_default())
    }

    /// The keys for this exchange.
    pub fn get(&self, exchange: &Exchange) -> Result<Vec<Key>, Failure> {
        get(&self.0, exchange)
    }
}

impl DecryptionKeys {
    pub fn read(element: &mut ElementReader<'_, '_>) -> Self {
        let keys = element.at_most_one("decryption-keys", |element| {
            Some(element.one_or_more("key", decryption_key))
        });
        Self(keys.unwrap_or_default())
    }

    /// The keys for this exchange.
    pub fn get(&self, exchange: &Exchange) -> Result<Vec<Key>, Failure> {
        get(&self.0, exchange)
    }
}

fn get(keys: &[Inline], exchange: &Exchange) -> Result<Vec<Key>, Failure> {
    let key = |key: &Inline| {
        Ok(match key {
            Inline::Known(key) => key.clone(),
            Inline::Secret(id, secret) => Key::secret(secret.get(exchange)?.bytes).named(id.clone()),
        })
    };
    keys.iter().map(key).collect()
}

fn signing_key(element: &mut ElementReader<'_, '_>) -> Option<Inline> {
    let id = id(element);
    if element.has("certificate-id") {
        let certificate = certificate(element, |catalog| &catalog.public_certificates)?;
        let key = public_key(&certificate.certificate);
        return usable(
            element,
            key.map(|key| key.named(id)),
            "verifies (RSA, or P-256, P-384, P-521)",
        );
    }
    if !element.has("n") && !element.has("e") {
        return secret(element, id);
    }
    let (modulus, exponent) = (element.required_literal("n"), element.required_literal("e"));
    let (Number(modulus), Number(exponent)) = (modulus?, exponent?);
    Some(Inline::Known(Key::rsa(&modulus, &exponent).named(id)))
}

fn decryption_key(element: &mut ElementReader<'_, '_>) -> Option<Inline> {
    let id = id(element);
    if element.has("certificate-id") {
        let certificate = certificate(element, |catalog| &catalog.certificates)?;
        let key = Key::rsa_private(certificate.key.secret_der());
        return usable(element, key.map(|key| key.named(id)), "decrypts (RSA)");
    }
    secret(element, id)
}

/// A secret, with a warning if it is none.
fn secret(element: &mut ElementReader<'_, '_>, id: Option<String>) -> Option<Inline> {
    let secret: Value<Secret> = element.required_text()?;
    let is_useless = |secret: &Secret| secret.bytes.is_empty() && !secret.written.contains("{{");
    if secret.constant().is_some_and(is_useless) {
        let span = element.attribute_span("");
        let message = "no token can pass with this key: it is not base64 of 128 bits or more";
        element.compiler.warning(codes::WRONG_VALUE, span, message);
    }
    Some(Inline::Secret(id, secret))
}

/// The certificate that a key's element names, which must be in the folder.
fn certificate<C>(
    element: &mut ElementReader<'_, '_>,
    all: impl Fn(&Catalog) -> &BTreeMap<String, Arc<C>>,
) -> Option<Arc<C>> {
    let id: Text = element.required_literal("certificate-id")?;
    let found = all(element.compiler.catalog?).get(id.as_str());
    if found.is_none() {
        let message = format!("there is no certificate \"{id}\"");
        let span = element.attribute_span("certificate-id");
        element.compiler.unknown_certificate(span, message);
    }
    found.cloned()
}

/// The public key of a certificate (DER).
pub(crate) fn public_key(der: &[u8]) -> Option<Key> {
    let certificate = Certificate::parse(der)?;
    if let Some((modulus, exponent)) = certificate.rsa_key() {
        return Some(Key::rsa(&modulus, &exponent));
    }
    // An uncompressed point: 4, then both coordinates.
    let (x, y) = certificate
        .public_key
        .get(1..)?
        .split_at_checked(certificate.public_key.len() / 2)?;
    let curve = match x.len() {
        32 => "P-256",
        48 => "P-384",
        66 => "P-521",
        _ => return None,
    };
    Key::elliptic(curve, x, y)
}

/// Reports a certificate whose key is of no use here.
fn usable(element: &mut ElementReader<'_, '_>, key: Option<Key>, wanted: &str) -> Option<Inline> {
    if key.is_none() {
        let message = format!("the certificate has no key that {wanted}");
        element.error_at("certificate-id", codes::CONFLICT, message);
    }
    key.map(Inline::Known)
}

fn id(element: &mut ElementReader<'_, '_>) -> Option<String> {
    element.literal::<Text>("id").map(|id| id.to_string())
}
