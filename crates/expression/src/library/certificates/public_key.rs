//! `System.Security.Cryptography.X509Certificates.PublicKey`

use crate::library::{Class, ClassKind, Row, oid, row};
use crate::thrown::Thrown;
use crate::value::Object;
use std::any::Any;

/// The key of a certificate.
pub static PUBLIC_KEY: Class = Class::new(
    "System.Security.Cryptography.X509Certificates.PublicKey",
    ClassKind::Class,
)
.rows(ROWS);

const ROWS: &[Row] = &[row(
    "Oid Oid { get; }",
    "context.Request.Certificate.PublicKey.Oid.FriendlyName",
    "ECC",
    |_, a| {
        let key = a.value(0).object::<Key>().ok_or_else(Thrown::null_reference)?;
        Ok(oid(&key.0))
    },
)];

/// The dotted numbers of a key's algorithm.
#[derive(Debug)]
pub struct Key(pub String);

impl Object for Key {
    fn type_name(&self) -> String {
        PUBLIC_KEY.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
