//! `System.Security.Cryptography.X509Certificates.PublicKey`

use crate::certificate::Certificate;
use crate::library::{Arguments, Class, ClassKind, Row, oid, row};
use crate::thrown::Thrown;
use crate::value::Object;
use std::any::Any;

/// The key of a certificate.
pub static PUBLIC_KEY: Class = Class::new(
    "System.Security.Cryptography.X509Certificates.PublicKey",
    ClassKind::Class,
)
.rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "Oid Oid { get; }",
        "context.Request.Certificate.PublicKey.Oid.FriendlyName",
        "ECC",
        |_, a| Ok(oid(&of(a)?.0.key_algorithm)),
    ),
    row("AsymmetricAlgorithm Key { get; }", "", "", |_, a| {
        let key = crate::library::cryptography::public_key(&of(a)?.0);
        let other = || {
            Thrown::new(
                "System.NotSupportedException",
                "The certificate key algorithm is not supported.",
            )
        };
        key.ok_or_else(other)
    }),
];

/// The certificate whose key it is.
#[derive(Debug)]
pub struct Key(pub Certificate);

impl Object for Key {
    fn type_name(&self) -> String {
        PUBLIC_KEY.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn of(a: Arguments<'_>) -> Result<&Key, Thrown> {
    a.value(0).object::<Key>().ok_or_else(Thrown::null_reference)
}
