//! `System.Security.Cryptography.RSA`, its older form `RSACryptoServiceProvider`, and the keys of certificates.
//!
//! Signatures are made with SHA-256, SHA-384 and SHA-512 and keys of 2048 bits and more; SHA-1 is verified. A key that
//! nobody imported is made when it is needed, which takes most of the steps that an expression has.

use super::digest::Function;
use super::hash_algorithm_name::function;
use super::rsa_key::{Padding, RsaKey};
use super::rsa_padding::padding;
use super::rsa_parameters;
use super::{bytes, refused};
use crate::certificate::Certificate;
use crate::collection::Array;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::ClassRef;
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// The algorithm with a key.
pub static RSA: Class = Class::new("System.Security.Cryptography.RSA", ClassKind::Class)
    .inherits(&["IDisposable"])
    .rows(ROWS);
/// Its older form.
pub static PROVIDER: Class = Class::new(
    "System.Security.Cryptography.RSACryptoServiceProvider",
    ClassKind::Class,
)
.inherits(&["RSA"])
.rows(PROVIDER_ROWS);
/// Keys of certificates.
pub static CERTIFICATE_EXTENSIONS: Class = Class::new(
    "System.Security.Cryptography.X509Certificates.RSACertificateExtensions",
    ClassKind::Static,
)
.rows(CERTIFICATE_ROWS);

/// What a private operation costs, and what making a key costs: some milliseconds, and some hundred.
const PRIVATE_STEPS: u64 = 20_000;
const GENERATION_STEPS: u64 = 1_500_000;

const ROWS: &[Row] = &[
    row("static RSA Create()", "RSA.Create() == null", "False", |_, _| {
        Ok(Value::of(Rsa::new(&RSA, None)))
    }),
    row(
        "static RSA Create(RSAParameters parameters)",
        "RSA.Create(new RSAParameters { Modulus = new byte[] { 128, 1 }, Exponent = new byte[] { 3 } }).KeySize",
        "16",
        |_, a| Ok(Value::of(Rsa::new(&RSA, Some(rsa_parameters::key(a, 0)?)))),
    ),
    row("int KeySize { get; }", "RSA.Create().KeySize", "2048", |_, a| {
        let key = of(a)?.key.lock();
        Ok(key.as_ref().map_or(2048, |key| key.bits() as i32).into())
    }),
    row("void ImportParameters(RSAParameters parameters)", "", "", |_, a| {
        *of(a)?.key.lock() = Some(Arc::new(rsa_parameters::key(a, 1)?));
        Ok(Value::Null)
    }),
    row(
        "RSAParameters ExportParameters(bool includePrivateParameters)",
        "RSA.Create(new RSAParameters { Modulus = new byte[] { 128, 1 }, Exponent = new byte[] { 3 } }).ExportParameters(false).Modulus[0]",
        "128",
        |call, a| {
            if a.bool(1) {
                return Err(refused("private keys are not exported"));
            }
            Ok(rsa_parameters::public(&*key(call, a)?))
        },
    ),
    row(
        "byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
        "RSA.Create().SignData(new byte[1], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).Length",
        "256",
        |call, a| sign(call, a, function(a, 2)?, padding(a, 3)?),
    ),
    row(
        "bool VerifyData(byte[] data, byte[] signature, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
        "RSA.Create(new RSAParameters { Modulus = new byte[] { 128, 1 }, Exponent = new byte[] { 3 } }).VerifyData(new byte[1], new byte[2], HashAlgorithmName.SHA256, RSASignaturePadding.Pss)",
        "False",
        |call, a| verify(call, a, &bytes(a, 2)?, function(a, 3)?, padding(a, 4)?),
    ),
    row(
        "byte[] Encrypt(byte[] data, RSAEncryptionPadding padding)",
        "",
        "",
        |call, a| encrypt(call, a, padding(a, 2)?),
    ),
    row(
        "byte[] Decrypt(byte[] data, RSAEncryptionPadding padding)",
        "",
        "",
        |call, a| decrypt(call, a, padding(a, 2)?),
    ),
    row("void Clear()", "", "", |_, _| Ok(Value::Null)),
    row("void Dispose()", "", "", |_, _| Ok(Value::Null)),
];

const PROVIDER_ROWS: &[Row] = &[
    row("new()", "new RSACryptoServiceProvider() is RSA", "True", |_, _| {
        Ok(Value::of(Rsa::new(&PROVIDER, None)))
    }),
    row("byte[] SignData(byte[] buffer, string halg)", "", "", |call, a| {
        sign(call, a, hash_named(a, 2)?, Padding::Pkcs1)
    }),
    row(
        "bool VerifyData(byte[] buffer, string halg, byte[] signature)",
        "",
        "",
        |call, a| verify(call, a, &bytes(a, 3)?, hash_named(a, 2)?, Padding::Pkcs1),
    ),
    row("byte[] Encrypt(byte[] rgb, bool fOAEP)", "", "", |call, a| {
        encrypt(call, a, oaep(a))
    }),
    row("byte[] Decrypt(byte[] rgb, bool fOAEP)", "", "", |call, a| {
        decrypt(call, a, oaep(a))
    }),
];

const CERTIFICATE_ROWS: &[Row] = &[
    row(
        "static RSA GetRSAPublicKey(this X509Certificate2 certificate)",
        "context.Request.Certificate.GetRSAPublicKey() == null",
        "True",
        |_, a| {
            let certificate = a.required(0)?.object::<Certificate>();
            let key = certificate
                .and_then(Certificate::rsa_key)
                .map(|(modulus, exponent)| RsaKey {
                    modulus,
                    exponent,
                    private: None,
                });
            Ok(key.map_or(Value::Null, |key| Value::of(Rsa::new(&RSA, Some(key)))))
        },
    ),
    row(
        "static RSA GetRSAPrivateKey(this X509Certificate2 certificate)",
        "context.Request.Certificate.GetRSAPrivateKey() == null",
        "True",
        |_, a| {
            a.required(0)?;
            Ok(Value::Null)
        },
    ),
];

struct Rsa {
    class: ClassRef,
    key: Mutex<Option<Arc<RsaKey>>>,
}

impl Rsa {
    fn new(class: &'static Class, key: Option<RsaKey>) -> Self {
        Self {
            class: ClassRef(class),
            key: Mutex::new(key.map(Arc::new)),
        }
    }
}

impl fmt::Debug for Rsa {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.class.0.name)
    }
}

impl Object for Rsa {
    fn type_name(&self) -> String {
        self.class.0.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn of(a: Arguments<'_>) -> Result<&Rsa, Thrown> {
    a.value(0).object().ok_or_else(Thrown::null_reference)
}

/// Its key, made now if it has none.
fn key(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<Arc<RsaKey>, Thrown> {
    let mut key = of(a)?.key.lock();
    if let Some(key) = &*key {
        return Ok(Arc::clone(key));
    }
    call.step(GENERATION_STEPS)?;
    let made = RsaKey::generate().ok_or_else(|| refused("the operating system gave no random bytes"))?;
    Ok(Arc::clone(key.insert(Arc::new(made))))
}

fn oaep(a: Arguments<'_>) -> Padding {
    if a.bool(2) {
        Padding::Oaep(Function::Sha1)
    } else {
        Padding::Pkcs1
    }
}

fn hash_named(a: Arguments<'_>, index: usize) -> Result<Function, Thrown> {
    let name = a.text(index)?;
    Function::named(name).ok_or_else(|| refused(&format!("'{name}' is not a known hash algorithm.")))
}

fn sign(call: &mut Call<'_, '_>, a: Arguments<'_>, function: Function, padding: Padding) -> Outcome {
    let data = bytes(a, 1)?;
    call.read(data.len())?;
    call.step(PRIVATE_STEPS)?;
    let signed = key(call, a)?.sign(function, padding, &data);
    let name = function.name();
    let refusal = || refused(&format!("the key has no private half, or cannot sign with {name}"));
    Ok(Array::bytes(signed.ok_or_else(refusal)?))
}

fn verify(call: &mut Call<'_, '_>, a: Arguments<'_>, signed: &[u8], function: Function, padding: Padding) -> Outcome {
    let data = bytes(a, 1)?;
    call.read(data.len())?;
    call.step(PRIVATE_STEPS / 20)?;
    let verified = key(call, a)?.verifies(function, padding, &data, signed);
    let refusal = || refused(&format!("signatures with {} are not verified", function.name()));
    Ok(verified.ok_or_else(refusal)?.into())
}

fn encrypt(call: &mut Call<'_, '_>, a: Arguments<'_>, padding: Padding) -> Outcome {
    let data = bytes(a, 1)?;
    call.step(PRIVATE_STEPS / 20)?;
    let encrypted = key(call, a)?.encrypt(padding, &data);
    let refusal = || refused("the text is too long for the key, or the key has fewer than 2048 bits");
    Ok(Array::bytes(encrypted.ok_or_else(refusal)?))
}

fn decrypt(call: &mut Call<'_, '_>, a: Arguments<'_>, padding: Padding) -> Outcome {
    let data = bytes(a, 1)?;
    call.step(PRIVATE_STEPS)?;
    let text = key(call, a)?.decrypt(padding, &data);
    let refusal = || refused("the bytes were not encrypted for this key with this padding");
    Ok(Array::bytes(text.ok_or_else(refusal)?))
}
