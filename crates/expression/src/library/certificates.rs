//! `System.Security.Cryptography.X509Certificates`

mod distinguished_name;
mod extension;
mod key_storage;
mod public_key;
mod x509_certificate;
mod x509_name_type;

use super::{Arguments, Class};
use crate::certificate::Certificate;
use crate::thrown::Thrown;
use crate::value::{Object, Value};
use std::any::Any;
use std::sync::Arc;

/// Its types.
pub const CLASSES: &[&Class] = &[
    &distinguished_name::DISTINGUISHED_NAME,
    &extension::X509_EXTENSION,
    &extension::X509_EXTENSIONS,
    &key_storage::KEY_STORAGE_FLAGS,
    &public_key::PUBLIC_KEY,
    &x509_certificate::CERTIFICATE,
    &x509_certificate::CERTIFICATE_2,
    &x509_certificate::CONTENT_TYPE,
    &x509_certificate::EXTENSIONS,
    &x509_name_type::NAME_TYPE,
];

/// A certificate as expressions see it.
pub fn certificate(certificate: &Arc<Certificate>) -> Value {
    Value::Object(Arc::clone(certificate) as Arc<dyn Object>)
}

impl Object for Certificate {
    fn type_name(&self) -> String {
        x509_certificate::CERTIFICATE_2.name.to_owned()
    }
    fn display(&self) -> String {
        x509_certificate::summary(self)
    }
    fn equals(&self, other: &Value) -> bool {
        // .NET compares issuer and serial number, which name a certificate.
        certificate_of(other).is_some_and(|other| self.issuer == other.issuer && self.serial == other.serial)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn of(a: Arguments<'_>) -> Result<&Certificate, Thrown> {
    certificate_of(a.value(0)).ok_or_else(Thrown::null_reference)
}

/// The certificate that a value is, with or without a private key.
pub fn certificate_of(value: &Value) -> Option<&Certificate> {
    value
        .object::<Certificate>()
        .or_else(|| Some(&key_storage::opened(value)?.certificate))
}

pub use extension::items;
pub use key_storage::{own_certificate, private_key};

/// Two hexadecimal digits for each byte.
fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}
