//! `System.Security.Cryptography.RSA`, its older form `RSACryptoServiceProvider`, and the keys of certificates.
//!
//! Signatures are made with SHA-256, SHA-384 and SHA-512 and keys of 2048 bits and more; SHA-1 is verified. A key that
//! nobody imported is made when it is needed, which takes most of the steps that an expression has.

use super::digest::Function;
use super::hash_algorithm_name::function;
use super::rsa_key::{Padding, RsaKey};
use super::rsa_padding::padding;
use super::rsa_parameters;
use super::{bytes, refused, rsa_xml, stretch};
use crate::certificate::Certificate;
use crate::collection::Array;
use crate::library::certificates::certificate_of;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::ClassRef;
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// The base.
pub static ASYMMETRIC_ALGORITHM: Class =
    Class::new("System.Security.Cryptography.AsymmetricAlgorithm", ClassKind::Class)
        .inherits(&["IDisposable"])
        .rows(BASE_ROWS);
/// The algorithm with a key.
pub static RSA: Class = Class::new("System.Security.Cryptography.RSA", ClassKind::Class)
    .inherits(&["AsymmetricAlgorithm"])
    .rows(ROWS)
    .more(&[HASH_ROWS]);
/// Its form on Windows, which the keys of certificates have.
pub static CNG: Class = Class::new("System.Security.Cryptography.RSACng", ClassKind::Class)
    .inherits(&["RSA"])
    .rows(CNG_ROWS);
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
    row(
        "static RSA Create(int keySizeInBits)",
        "RSA.Create(3072).KeySize",
        "3072",
        |_, a| sized(&RSA, a),
    ),
    row(
        "static RSA Create(string algName)",
        r#"RSA.Create("RSA").KeySize"#,
        "2048",
        |_, a| {
            let known = matches!(a.text(0)?.as_str(), "RSA" | "System.Security.Cryptography.RSA");
            Ok(if known {
                Value::of(Rsa::new(&RSA, None))
            } else {
                Value::Null
            })
        },
    ),
    row("void ImportParameters(RSAParameters parameters)", "", "", |_, a| {
        *of(a)?.key.lock() = Some(Arc::new(rsa_parameters::key(a, 1)?));
        Ok(Value::Null)
    }),
    row(
        "RSAParameters ExportParameters(bool includePrivateParameters)",
        "RSA.Create(new RSAParameters { Modulus = new byte[] { 128, 1 }, Exponent = new byte[] { 3 } }).ExportParameters(false).Modulus[0]",
        "128",
        |call, a| {
            let key = key(call, a)?;
            if a.bool(1) {
                check_exportable(a)?;
                return rsa_parameters::private(&key).ok_or_else(no_private);
            }
            Ok(rsa_parameters::public(&key))
        },
    ),
    row(
        "byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
        "RSA.Create().SignData(new byte[1], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).Length",
        "256",
        |call, a| sign(call, a, &bytes(a, 1)?, function(a, 2)?, padding(a, 3)?),
    ),
    row(
        "bool VerifyData(byte[] data, byte[] signature, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
        "RSA.Create(new RSAParameters { Modulus = new byte[] { 128, 1 }, Exponent = new byte[] { 3 } }).VerifyData(new byte[1], new byte[2], HashAlgorithmName.SHA256, RSASignaturePadding.Pss)",
        "False",
        |call, a| verify(call, a, &bytes(a, 1)?, &bytes(a, 2)?, function(a, 3)?, padding(a, 4)?),
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
    row(
        "byte[] SignData(byte[] data, int offset, int count, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
        "RSA.Create().SignData(new byte[3], 1, 2, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).Length",
        "256",
        |call, a| {
            let data = stretch(&bytes(a, 1)?, a.long(2), a.long(3), "offset")?;
            sign(call, a, &data, function(a, 4)?, padding(a, 5)?)
        },
    ),
    row(
        "bool VerifyData(byte[] data, int offset, int count, byte[] signature, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
        "",
        "",
        |call, a| {
            let data = stretch(&bytes(a, 1)?, a.long(2), a.long(3), "offset")?;
            verify(call, a, &data, &bytes(a, 4)?, function(a, 5)?, padding(a, 6)?)
        },
    ),
];

/// Signatures of hashes that were made already.
const HASH_ROWS: &[Row] = &[
    row(
        "byte[] SignHash(byte[] hash, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
        "RSA.Create().SignHash(new byte[32], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).Length",
        "256",
        |call, a| {
            let (hash, function, padding) = (bytes(a, 1)?, function(a, 2)?, padding(a, 3)?);
            call.step(PRIVATE_STEPS)?;
            signature(function, key(call, a)?.sign_hash(function, padding, &hash))
        },
    ),
    row(
        "bool VerifyHash(byte[] hash, byte[] signature, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)",
        "",
        "",
        |call, a| {
            let (hash, signed, function, padding) = (bytes(a, 1)?, bytes(a, 2)?, function(a, 3)?, padding(a, 4)?);
            call.step(PRIVATE_STEPS / 20)?;
            verified(function, key(call, a)?.verifies_hash(function, padding, &hash, &signed))
        },
    ),
];

const BASE_ROWS: &[Row] = &[
    row("int KeySize { get; }", "RSA.Create().KeySize", "2048", |_, a| {
        let rsa = of(a)?;
        let key = rsa.key.lock();
        Ok(key
            .as_ref()
            .map_or_else(|| *rsa.bits.lock(), |key| key.bits() as i32)
            .into())
    }),
    row("int KeySize { set; }", "", "", |_, a| {
        let rsa = of(a)?;
        *rsa.bits.lock() = size(a.int(1))?;
        *rsa.key.lock() = None;
        Ok(Value::Null)
    }),
    row(
        "string SignatureAlgorithm { get; }",
        "RSA.Create().SignatureAlgorithm",
        "RSA",
        |_, _| Ok("RSA".into()),
    ),
    row(
        "string KeyExchangeAlgorithm { get; }",
        "RSA.Create().KeyExchangeAlgorithm",
        "RSA",
        |_, _| Ok("RSA".into()),
    ),
    row(
        "string ToXmlString(bool includePrivateParameters)",
        "RSA.Create(new RSAParameters { Modulus = new byte[] { 128, 1 }, Exponent = new byte[] { 3 } }).ToXmlString(false)",
        "<RSAKeyValue><Modulus>gAE=</Modulus><Exponent>Aw==</Exponent></RSAKeyValue>",
        |call, a| {
            let key = key(call, a)?;
            if a.bool(1) {
                check_exportable(a)?;
            }
            let text = rsa_xml::write(&key, a.bool(1)).ok_or_else(no_private)?;
            call.text(text)
        },
    ),
    row("void FromXmlString(string xmlString)", "", "", |call, a| {
        let text = a.text(1)?;
        call.step(PRIVATE_STEPS)?;
        *of(a)?.key.lock() = Some(Arc::new(rsa_xml::read(text)?));
        Ok(Value::Null)
    }),
    row("void Clear()", "", "", |_, _| Ok(Value::Null)),
    row("void Dispose()", "", "", |_, _| Ok(Value::Null)),
];

const CNG_ROWS: &[Row] = &[
    row("new()", "new RSACng().KeySize", "2048", |_, _| {
        Ok(Value::of(Rsa::new(&CNG, None)))
    }),
    row("new(int keySize)", "new RSACng(4096).KeySize", "4096", |_, a| {
        sized(&CNG, a)
    }),
];

const PROVIDER_ROWS: &[Row] = &[
    row("new()", "new RSACryptoServiceProvider() is RSA", "True", |_, _| {
        Ok(Value::of(Rsa::new(&PROVIDER, None)))
    }),
    row(
        "new(int dwKeySize)",
        "new RSACryptoServiceProvider(2048).KeySize",
        "2048",
        |_, a| sized(&PROVIDER, a),
    ),
    row("byte[] SignData(byte[] buffer, string halg)", "", "", |call, a| {
        sign(call, a, &bytes(a, 1)?, hash_named(a, 2)?, Padding::Pkcs1)
    }),
    row(
        "bool VerifyData(byte[] buffer, string halg, byte[] signature)",
        "",
        "",
        |call, a| verify(call, a, &bytes(a, 1)?, &bytes(a, 3)?, hash_named(a, 2)?, Padding::Pkcs1),
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
            let certificate = certificate_of(a.required(0)?);
            Ok(certificate.and_then(public_key).unwrap_or_default())
        },
    ),
    row(
        "static RSA GetRSAPrivateKey(this X509Certificate2 certificate)",
        "context.Request.Certificate.GetRSAPrivateKey() == null",
        "True",
        |_, a| Ok(private_key(a.required(0)?)),
    ),
];

/// The public RSA key of a certificate; `None` for a key of another kind.
pub fn public_key(certificate: &Certificate) -> Option<Value> {
    let (modulus, exponent) = certificate.rsa_key()?;
    let key = RsaKey {
        modulus,
        exponent,
        private: None,
    };
    Some(Value::of(Rsa::new(&CNG, Some(key))))
}

/// The private RSA key of a certificate; null when it has none.
pub fn private_key(certificate: &Value) -> Value {
    let Some((key, exportable)) = crate::library::certificates::private_key(certificate) else {
        return Value::Null;
    };
    Value::of(Rsa {
        class: ClassRef(&CNG),
        bits: Mutex::new(2048),
        key: Mutex::new(Some(key)),
        exportable,
    })
}

struct Rsa {
    class: ClassRef,
    /// Bits of the key that is made when it is needed.
    bits: Mutex<i32>,
    key: Mutex<Option<Arc<RsaKey>>>,
    /// Whether the private half may be told.
    exportable: bool,
}

impl Rsa {
    fn new(class: &'static Class, key: Option<RsaKey>) -> Self {
        Self {
            class: ClassRef(class),
            bits: Mutex::new(2048),
            key: Mutex::new(key.map(Arc::new)),
            exportable: true,
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
    let rsa = of(a)?;
    let mut key = rsa.key.lock();
    if let Some(key) = &*key {
        return Ok(Arc::clone(key));
    }
    let bits = *rsa.bits.lock();
    // Twice as many bits take some ten times as long.
    call.step(GENERATION_STEPS * if bits > 2048 { 10 } else { 1 })?;
    let made = RsaKey::generate(bits).ok_or_else(|| refused("the operating system gave no random bytes"))?;
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

fn sign(call: &mut Call<'_, '_>, a: Arguments<'_>, data: &[u8], function: Function, padding: Padding) -> Outcome {
    call.read(data.len())?;
    call.step(PRIVATE_STEPS)?;
    signature(function, key(call, a)?.sign(function, padding, data))
}

fn signature(function: Function, signed: Option<Vec<u8>>) -> Outcome {
    let name = function.name();
    let refusal = || refused(&format!("the key has no private half, or cannot sign with {name}"));
    Ok(Array::bytes(signed.ok_or_else(refusal)?))
}

fn verify(
    call: &mut Call<'_, '_>,
    a: Arguments<'_>,
    data: &[u8],
    signed: &[u8],
    function: Function,
    padding: Padding,
) -> Outcome {
    call.read(data.len())?;
    call.step(PRIVATE_STEPS / 20)?;
    verified(function, key(call, a)?.verifies(function, padding, data, signed))
}

fn verified(function: Function, verified: Option<bool>) -> Outcome {
    let refusal = || refused(&format!("signatures with {} are not verified", function.name()));
    Ok(verified.ok_or_else(refusal)?.into())
}

/// A key of a size that is made when it is needed.
fn sized(class: &'static Class, a: Arguments<'_>) -> Outcome {
    let rsa = Rsa::new(class, None);
    *rsa.bits.lock() = size(a.int(0))?;
    Ok(Value::of(rsa))
}

fn size(bits: i32) -> Result<i32, Thrown> {
    let known = matches!(bits, 2048 | 3072 | 4096);
    known
        .then_some(bits)
        .ok_or_else(|| refused("keys of 2048, 3072 and 4096 bits are made; 'keySize' is none of them"))
}

fn check_exportable(a: Arguments<'_>) -> Result<(), Thrown> {
    if of(a)?.exportable {
        Ok(())
    } else {
        Err(refused(
            "The requested operation is not supported: the key was not marked X509KeyStorageFlags.Exportable.",
        ))
    }
}

fn no_private() -> Thrown {
    refused("the key has no private half")
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
