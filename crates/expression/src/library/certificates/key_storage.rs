//! Certificates with their private keys, out of a PKCS #12 container or the host's own, and `X509KeyStorageFlags`.

use super::x509_certificate;
use crate::certificate::Certificate;
use crate::library::cryptography::{Pkcs12, Pkcs12Item, Pkcs12Refusal, RsaKey, open_pkcs12};
use crate::library::{Call, Class};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// What may be done with a key; only whether it may be exported makes a difference here.
pub static KEY_STORAGE_FLAGS: Class = Class::enumeration(
    "System.Security.Cryptography.X509Certificates.X509KeyStorageFlags",
    &[
        ("DefaultKeySet", 0),
        ("UserKeySet", 1),
        ("MachineKeySet", 2),
        ("Exportable", 4),
        ("UserProtected", 8),
        ("PersistKeySet", 16),
        ("EphemeralKeySet", 32),
    ],
)
.flags();

const EXPORTABLE: i32 = 4;

/// A certificate that may have its private key.
pub struct Opened {
    /// The certificate.
    pub certificate: Certificate,
    /// Its name for people.
    pub name: String,
    /// Whether there is a private key.
    pub has_key: bool,
    key: Option<Arc<RsaKey>>,
    exportable: bool,
}

impl fmt::Debug for Opened {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} with a key", self.certificate)
    }
}

impl Object for Opened {
    fn type_name(&self) -> String {
        self.certificate.type_name()
    }
    fn display(&self) -> String {
        x509_certificate::summary(&self.certificate)
    }
    fn equals(&self, other: &Value) -> bool {
        self.certificate.equals(other)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// See [`crate::certificate::with_private_key`].
pub fn own_certificate(certificate: &[u8], key: &[u8]) -> Option<Value> {
    let key = RsaKey::of_pkcs8(key).or_else(|| RsaKey::of_pkcs1(key));
    Some(Value::of(Opened {
        certificate: Certificate::parse(certificate)?,
        name: String::new(),
        has_key: true,
        key: key.map(Arc::new),
        exportable: false,
    }))
}

/// The certificate that a value is, if it may have a private key.
pub fn opened(value: &Value) -> Option<&Opened> {
    value.object()
}

/// The private RSA key of a certificate, and whether it may be exported.
pub fn private_key(certificate: &Value) -> Option<(Arc<RsaKey>, bool)> {
    let opened = opened(certificate)?;
    Some((opened.key.clone()?, opened.exportable))
}

/// Opens a container: the first certificate with a private key, or the first one.
///
/// # Errors
/// `CryptographicException` for a wrong password and for bytes that are none; when the budget is used up.
pub fn open(call: &mut Call<'_, '_>, bytes: &[u8], password: Option<&str>, flags: i32) -> Outcome {
    call.read(bytes.len())?;
    call.allocate(bytes.len() * 8)?;
    let refused = |message: &str| Thrown::new("System.Security.Cryptography.CryptographicException", message);
    let frame = &mut *call.frame;
    let contents = open_pkcs12(bytes, password, &mut |steps| frame.step(steps)).map_err(|refusal| match refusal {
        Pkcs12Refusal::Unreadable => {
            refused("expected a certificate in DER or PEM, or a PKCS #12 container; its bytes are none")
        }
        Pkcs12Refusal::Password => refused("The specified network password is not correct."),
        Pkcs12Refusal::Unpaid(thrown) => thrown,
    })?;
    // Each key is read and checked, which takes the longer the longer it is.
    for key in &contents.keys {
        call.step(20_000 + key.der.len() as u64 * 16)?;
    }
    let found = with_key(&contents, flags & EXPORTABLE != 0);
    let found = found.ok_or_else(|| refused("the container holds no certificate"))?;
    Ok(Value::of(found))
}

fn with_key(contents: &Pkcs12, exportable: bool) -> Option<Opened> {
    let keys: Vec<(&Pkcs12Item, Option<Arc<RsaKey>>)> = contents
        .keys
        .iter()
        .map(|item| (item, RsaKey::of_pkcs8(&item.der).map(Arc::new)))
        .collect();
    let mut first = None;
    for item in &contents.certificates {
        let certificate = Certificate::parse(&item.der)?;
        let modulus = certificate.rsa_key().map(|(modulus, _)| modulus);
        let own = keys.iter().find(|(key, rsa)| {
            let same_key = rsa.as_ref().is_some_and(|rsa| Some(&rsa.modulus) == modulus.as_ref());
            same_key || rsa.is_none() && key.local_id.is_some() && key.local_id == item.local_id
        });
        let opened = Opened {
            certificate,
            name: item.name.clone().unwrap_or_default(),
            has_key: own.is_some(),
            key: own.and_then(|(_, rsa)| rsa.clone()),
            exportable,
        };
        if opened.has_key {
            return Some(opened);
        }
        first.get_or_insert(opened);
    }
    first
}
