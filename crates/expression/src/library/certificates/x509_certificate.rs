//! `System.Security.Cryptography.X509Certificates.X509Certificate2` and its base: one object, whose older members have
//! names of their own.

use super::public_key::Key;
use super::x509_name_type;
use super::{extension, key_storage};
use super::{hexadecimal, of};
use crate::certificate::Certificate;
use crate::collection::Array;
use crate::date::{DateTime, DateTimeKind};
use crate::library::{Arguments, Call, Class, ClassKind, Row, oid, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::ClassRef;
use crate::value::Value;
use sha1::{Digest, Sha1};

/// The older base.
pub static CERTIFICATE: Class = Class::new(
    "System.Security.Cryptography.X509Certificates.X509Certificate",
    ClassKind::Class,
)
.inherits(&["IDisposable"])
.rows(BASE_ROWS);
/// A certificate.
pub static CERTIFICATE_2: Class = Class::new(
    "System.Security.Cryptography.X509Certificates.X509Certificate2",
    ClassKind::Class,
)
.inherits(&["X509Certificate"])
.rows(ROWS)
.more(&[extension::CERTIFICATE_ROWS]);
/// Forms that a certificate is written in.
pub static CONTENT_TYPE: Class = Class::enumeration(
    "System.Security.Cryptography.X509Certificates.X509ContentType",
    &[
        ("Unknown", 0),
        ("Cert", 1),
        ("SerializedCert", 2),
        ("Pfx", 3),
        ("Pkcs12", 3),
        ("SerializedStore", 4),
        ("Pkcs7", 5),
        ("Authenticode", 6),
    ],
);
/// What API Management adds.
pub static EXTENSIONS: Class = Class::new("X509CertificateExtensions", ClassKind::Static).rows(EXTENSION_ROWS);

const EXTENSION_ROWS: &[Row] = &[row(
    "static bool VerifyNoRevocation(this X509Certificate2 certificate)",
    "context.Request.Certificate.VerifyNoRevocation()",
    "False",
    verify,
)];

const BASE_ROWS: &[Row] = &[
    row(
        "string Subject { get; }",
        "context.Request.Certificate.Subject",
        "CN=client.example.org",
        |_, a| Ok(of(a)?.subject.to_string().into()),
    ),
    row(
        "string Issuer { get; }",
        "context.Request.Certificate.Issuer",
        "CN=client.example.org",
        |_, a| Ok(of(a)?.issuer.to_string().into()),
    ),
    row(
        "byte[] GetCertHash()",
        "context.Request.Certificate.GetCertHash().Length",
        "20",
        |_, a| Ok(Array::bytes(Sha1::digest(&of(a)?.der).to_vec())),
    ),
    row(
        "byte[] GetCertHash(HashAlgorithmName hashAlgorithm)",
        "context.Request.Certificate.GetCertHash(HashAlgorithmName.SHA512).Length",
        "64",
        |_, a| Ok(Array::bytes(crate::library::digest(a, 1, &of(a)?.der)?)),
    ),
    row(
        "string GetCertHashString()",
        "context.Request.Certificate.GetCertHashString() == context.Request.Certificate.Thumbprint",
        "True",
        thumbprint,
    ),
    row(
        "string GetCertHashString(HashAlgorithmName hashAlgorithm)",
        "context.Request.Certificate.GetCertHashString(HashAlgorithmName.SHA256).Length",
        "64",
        |_, a| Ok(hexadecimal(&crate::library::digest(a, 1, &of(a)?.der)?).into()),
    ),
    row(
        "byte[] GetSerialNumber()",
        "context.Request.Certificate.GetSerialNumber()[0]",
        "180",
        |_, a| {
            let mut serial = of(a)?.serial.clone();
            serial.reverse();
            Ok(Array::bytes(serial))
        },
    ),
    row(
        "string GetSerialNumberString()",
        "context.Request.Certificate.GetSerialNumberString() == context.Request.Certificate.SerialNumber",
        "True",
        serial,
    ),
    row(
        "string GetEffectiveDateString()",
        "context.Request.Certificate.GetEffectiveDateString()",
        "01/01/2024 00:00:00",
        |_, a| Ok(date(of(a)?.not_before).display_string().into()),
    ),
    row(
        "string GetExpirationDateString()",
        "context.Request.Certificate.GetExpirationDateString()",
        "01/01/2034 00:00:00",
        |_, a| Ok(date(of(a)?.not_after).display_string().into()),
    ),
    row(
        "byte[] GetPublicKey()",
        "context.Request.Certificate.GetPublicKey().Length",
        "65",
        |_, a| Ok(Array::bytes(of(a)?.public_key.clone())),
    ),
    row(
        "string GetPublicKeyString()",
        "context.Request.Certificate.GetPublicKeyString().Substring(0, 2)",
        "04",
        |_, a| Ok(hexadecimal(&of(a)?.public_key).into()),
    ),
    row(
        "string GetKeyAlgorithm()",
        "context.Request.Certificate.GetKeyAlgorithm()",
        "1.2.840.10045.2.1",
        |_, a| Ok(of(a)?.key_algorithm.as_str().into()),
    ),
    row(
        "byte[] GetKeyAlgorithmParameters()",
        "context.Request.Certificate.GetKeyAlgorithmParameters().Length",
        "10",
        |_, a| Ok(Array::bytes(of(a)?.key_parameters.clone())),
    ),
    row(
        "string GetKeyAlgorithmParametersString()",
        "context.Request.Certificate.GetKeyAlgorithmParametersString()",
        "06082A8648CE3D030107",
        |_, a| Ok(hexadecimal(&of(a)?.key_parameters).into()),
    ),
    row(
        "byte[] GetRawCertData()",
        "context.Request.Certificate.GetRawCertData()[0]",
        "48",
        raw,
    ),
    row(
        "string GetRawCertDataString()",
        "context.Request.Certificate.GetRawCertDataString().Substring(0, 4)",
        "3082",
        |_, a| Ok(hexadecimal(&of(a)?.der).into()),
    ),
    row(
        "string GetFormat()",
        "context.Request.Certificate.GetFormat()",
        "X509",
        |_, _| Ok("X509".into()),
    ),
    row(
        "byte[] Export(X509ContentType contentType)",
        "context.Request.Certificate.Export(X509ContentType.Cert)[0]",
        "48",
        |call, a| {
            if a.int(1) == 1 {
                return raw(call, a);
            }
            Err(Thrown::new(
                "System.Security.Cryptography.CryptographicException",
                "only X509ContentType.Cert can be exported: the other forms are for private keys and stores",
            ))
        },
    ),
    row("void Dispose()", "", "", |_, _| Ok(Value::Null)),
    row(
        "string ToString()",
        "context.Request.Certificate.ToString().Contains(\"[Thumbprint]\")",
        "True",
        |_, a| Ok(summary(of(a)?).into()),
    ),
];

const ROWS: &[Row] = &[
    row(
        "new(byte[] rawData)",
        "new X509Certificate2(context.Request.Certificate.RawData).Subject",
        "CN=client.example.org",
        read,
    ),
    row(
        "new(byte[] rawData, string password)",
        "new X509Certificate2(context.Request.Certificate.RawData, (string)null).HasPrivateKey",
        "False",
        read,
    ),
    row(
        "new(byte[] rawData, string password, X509KeyStorageFlags keyStorageFlags)",
        "new X509Certificate2(context.Request.Certificate.RawData, \"\", X509KeyStorageFlags.Exportable).Version",
        "3",
        read,
    ),
    row(
        "new(X509Certificate certificate)",
        "new X509Certificate2(context.Request.Certificate).Version",
        "3",
        |_, a| Ok(a.required(0)?.clone()),
    ),
    row(
        "static X509ContentType GetCertContentType(byte[] rawData)",
        "X509Certificate2.GetCertContentType(context.Request.Certificate.RawData)",
        "Cert",
        |call, a| {
            let bytes = raw_data(a)?;
            call.read(bytes.len())?;
            let content = match (Certificate::parse(&bytes), is_container(&bytes)) {
                (Some(_), _) => 1,
                (None, true) => 3,
                (None, false) => return Err(refused("Cannot find the requested object.")),
            };
            Ok(Value::Enum(ClassRef(&CONTENT_TYPE), content))
        },
    ),
    row(
        "AsymmetricAlgorithm PrivateKey { get; }",
        "context.Request.Certificate.PrivateKey == null",
        "True",
        |_, a| Ok(crate::library::cryptography::private_key(a.value(0))),
    ),
    row(
        "string Thumbprint { get; }",
        "context.Request.Certificate.Thumbprint.Length",
        "40",
        thumbprint,
    ),
    row(
        "string SerialNumber { get; }",
        "context.Request.Certificate.SerialNumber",
        "01B4",
        serial,
    ),
    row(
        "DateTime NotBefore { get; }",
        "context.Request.Certificate.NotBefore.Kind",
        "Local",
        |_, a| Ok(date(of(a)?.not_before)),
    ),
    row(
        "DateTime NotAfter { get; }",
        "context.Request.Certificate.NotAfter > context.Timestamp",
        "True",
        |_, a| Ok(date(of(a)?.not_after)),
    ),
    row(
        "int Version { get; }",
        "context.Request.Certificate.Version",
        "3",
        |_, a| Ok((of(a)?.version as i32).into()),
    ),
    row(
        "bool HasPrivateKey { get; }",
        "context.Request.Certificate.HasPrivateKey",
        "False",
        |_, a| {
            of(a)?;
            Ok(key_storage::opened(a.value(0))
                .is_some_and(|opened| opened.has_key)
                .into())
        },
    ),
    row(
        "string FriendlyName { get; }",
        "context.Request.Certificate.FriendlyName",
        "",
        |_, a| {
            of(a)?;
            Ok(key_storage::opened(a.value(0))
                .map_or_else(String::new, |opened| opened.name.clone())
                .into())
        },
    ),
    row(
        "bool Archived { get; }",
        "context.Request.Certificate.Archived",
        "False",
        |_, _| Ok(false.into()),
    ),
    row(
        "byte[] RawData { get; }",
        "context.Request.Certificate.RawData[0]",
        "48",
        raw,
    ),
    row(
        "X500DistinguishedName SubjectName { get; }",
        "context.Request.Certificate.SubjectName.Name",
        "CN=client.example.org",
        |_, a| Ok(Value::of(of(a)?.subject.clone())),
    ),
    row(
        "X500DistinguishedName IssuerName { get; }",
        "context.Request.Certificate.IssuerName.Name",
        "CN=client.example.org",
        |_, a| Ok(Value::of(of(a)?.issuer.clone())),
    ),
    row(
        "Oid SignatureAlgorithm { get; }",
        "context.Request.Certificate.SignatureAlgorithm.FriendlyName",
        "sha256ECDSA",
        |_, a| Ok(oid(&of(a)?.signature_algorithm)),
    ),
    row(
        "PublicKey PublicKey { get; }",
        "context.Request.Certificate.PublicKey.Oid.Value",
        "1.2.840.10045.2.1",
        |call, a| {
            let certificate = of(a)?;
            call.allocate(certificate.der.len() * 2)?;
            Ok(Value::of(Key(certificate.clone())))
        },
    ),
    row(
        "string GetNameInfo(X509NameType nameType, bool forIssuer)",
        "context.Request.Certificate.GetNameInfo(X509NameType.SimpleName, false)",
        "client.example.org",
        |_, a| {
            let found = x509_name_type::find(of(a)?, a.int(1), a.bool(2));
            let invalid = || Thrown::argument("The type of the name is none of X509NameType.", "nameType");
            Ok(found.ok_or_else(invalid)?.into())
        },
    ),
    row("bool Verify()", "context.Request.Certificate.Verify()", "False", verify),
];

/// The bytes of a certificate or of a container, which must not be empty.
fn raw_data(a: Arguments<'_>) -> Result<Vec<u8>, Thrown> {
    let bytes = a.value(0).object::<Array>().and_then(Array::to_bytes);
    bytes
        .filter(|bytes| !bytes.is_empty())
        .ok_or_else(|| Thrown::argument("Array cannot be empty or null.", "rawData"))
}

/// Whether bytes begin as a PKCS #12 container does: a sequence whose first element is the number 3.
fn is_container(bytes: &[u8]) -> bool {
    let Some((0x30, rest)) = bytes.split_first().map(|(first, rest)| (*first, rest)) else {
        return false;
    };
    let length = match rest.first() {
        Some(long @ 0x80..) => usize::from(long & 0x7f),
        _ => 0,
    };
    rest.get(1 + length..)
        .is_some_and(|content| content.starts_with(&[2, 1, 3]))
}

fn refused(message: &str) -> Thrown {
    Thrown::new("System.Security.Cryptography.CryptographicException", message)
}

/// A certificate alone, or one out of a container with its key.
fn read(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let bytes = raw_data(a)?;
    call.read(bytes.len())?;
    call.allocate(bytes.len() * 4)?;
    if let Some(certificate) = Certificate::parse(&bytes) {
        return Ok(Value::of(certificate));
    }
    key_storage::open(call, &bytes, a.text_or_null(1).map(crate::text::Text::as_str), a.int(2))
}

fn date(ticks: i64) -> Value {
    Value::DateTime(DateTime {
        ticks,
        kind: DateTimeKind::Local,
    })
}

fn raw(_: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    Ok(Array::bytes(of(a)?.der.clone()))
}

fn thumbprint(_: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    Ok(of(a)?.thumbprint().into())
}

fn serial(_: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    Ok(hexadecimal(&of(a)?.serial).into())
}

/// Whether it is valid now and the host trusts it. Revocation lists are not asked, in either of the two methods.
fn verify(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let certificate = of(a)?;
    // A chain's signatures are some hundred microseconds.
    call.step(5000)?;
    let now = call.context.now();
    let is_valid = certificate.not_before <= now && now <= certificate.not_after;
    Ok((is_valid && call.context.trusts(certificate)).into())
}

/// `ToString()`
pub fn summary(certificate: &Certificate) -> String {
    let parts = [
        ("Subject", certificate.subject.to_string()),
        ("Issuer", certificate.issuer.to_string()),
        ("Serial Number", hexadecimal(&certificate.serial)),
        ("Not Before", date(certificate.not_before).display_string().to_string()),
        ("Not After", date(certificate.not_after).display_string().to_string()),
        ("Thumbprint", certificate.thumbprint()),
    ];
    let parts = parts.map(|(title, text)| format!("[{title}]\n  {text}\n"));
    parts.join("\n")
}
