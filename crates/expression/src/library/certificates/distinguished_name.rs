//! `System.Security.Cryptography.X509Certificates.X500DistinguishedName`: its name alone, as API Management allows.

use crate::certificate::Name;
use crate::library::{Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::value::Object;
use std::any::Any;

/// Who a certificate is of.
pub static DISTINGUISHED_NAME: Class = Class::new(
    "System.Security.Cryptography.X509Certificates.X500DistinguishedName",
    ClassKind::Class,
)
.rows(ROWS);

const ROWS: &[Row] = &[row(
    "string Name { get; }",
    "context.Request.Certificate.SubjectName.Name",
    "CN=client.example.org",
    |_, a| {
        let name = a.value(0).object::<Name>().ok_or_else(Thrown::null_reference)?;
        Ok(name.to_string().into())
    },
)];

impl Object for Name {
    fn type_name(&self) -> String {
        DISTINGUISHED_NAME.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
