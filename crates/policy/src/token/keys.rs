//! Keys that stand in a document: for signatures, and for decryption.

use crate::codes;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::value::{Readable, Value};
use expression::Target;
use expression::text::Text;
use expression::value::Value as Object;
use jose::Key;

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

/// Bytes in base64.
#[derive(Clone)]
struct Secret(Vec<u8>);

/// Keyed hashes and ciphers take none that is shorter.
const SHORTEST: usize = 16;

impl Readable for Secret {
    const TARGET: Target = Target::Object;
    const EXPECTED: &'static str = "a key of 128 bits or more in base64";
    fn from_literal(text: &str) -> Option<Self> {
        jose::base64(text).filter(|bytes| bytes.len() >= SHORTEST).map(Self)
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
            Some(element.one_or_more("key", secret_key))
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
            Inline::Secret(id, secret) => Key::secret(secret.get(exchange)?.0).named(id.clone()),
        })
    };
    keys.iter().map(key).collect()
}

fn signing_key(element: &mut ElementReader<'_, '_>) -> Option<Inline> {
    if !element.has("n") && !element.has("e") {
        return secret_key(element);
    }
    let id = id(element);
    let (modulus, exponent) = (element.required_literal("n"), element.required_literal("e"));
    let (Number(modulus), Number(exponent)) = (modulus?, exponent?);
    Some(Inline::Known(Key::rsa(&modulus, &exponent).named(id)))
}

fn secret_key(element: &mut ElementReader<'_, '_>) -> Option<Inline> {
    let id = id(element);
    if element.has("certificate-id") {
        element.literal::<Text>("certificate-id");
        let span = element.attribute_span("certificate-id");
        let message = "keys of uploaded certificates are not built yet";
        element.compiler.not_built(codes::FEATURE_NOT_BUILT, span, message);
        return None;
    }
    Some(Inline::Secret(id, element.required_text()?))
}

fn id(element: &mut ElementReader<'_, '_>) -> Option<String> {
    element.literal::<Text>("id").map(|id| id.to_string())
}
