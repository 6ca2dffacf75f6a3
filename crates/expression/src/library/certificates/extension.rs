//! `System.Security.Cryptography.X509Certificates.X509Extension` and the collection of a certificate's.

use super::of;
use crate::certificate::Extension;
use crate::collection::Array;
use crate::library::{Arguments, Class, ClassKind, Row, oid, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use std::any::Any;
use std::sync::Arc;

/// What a certificate says beside names, key and dates.
pub static X509_EXTENSION: Class = Class::new(
    "System.Security.Cryptography.X509Certificates.X509Extension",
    ClassKind::Class,
)
.rows(ROWS);
/// A certificate's.
pub static X509_EXTENSIONS: Class = Class::new(
    "System.Security.Cryptography.X509Certificates.X509ExtensionCollection",
    ClassKind::Class,
)
.inherits(&["IEnumerable<X509Extension>"])
.rows(COLLECTION_ROWS);

/// `X509Certificate2.Extensions`
pub const CERTIFICATE_ROWS: &[Row] = &[row(
    "X509ExtensionCollection Extensions { get; }",
    "context.Request.Certificate.Extensions.Count",
    "0",
    |call, a| {
        let found = of(a)?.extensions();
        call.allocate(found.iter().map(|extension| 64 + extension.value.len()).sum())?;
        Ok(Value::of(Extensions(found.into_iter().map(Arc::new).collect())))
    },
)];

const ROWS: &[Row] = &[
    row("Oid Oid { get; }", "", "", |_, a| Ok(oid(&own(a)?.oid))),
    row("bool Critical { get; }", "", "", |_, a| Ok(own(a)?.critical.into())),
    row("byte[] RawData { get; }", "", "", |call, a| {
        let value = own(a)?.value.clone();
        call.allocate(value.len())?;
        Ok(Array::bytes(value))
    }),
];

const COLLECTION_ROWS: &[Row] = &[
    row("int Count { get; }", "", "", |_, a| Ok((all(a)?.len() as i32).into())),
    row("X509Extension this[int index] { get; }", "", "", |_, a| {
        let at = usize::try_from(a.int(1)).ok();
        let found = at.and_then(|at| all(a).ok()?.get(at).cloned());
        let outside = || {
            Thrown::out_of_range(
                "Index was out of range. Must be non-negative and less than the size of the collection.",
                "index",
            )
        };
        found.map(value).ok_or_else(outside)
    }),
    row(
        "X509Extension this[string oid] { get; }",
        "context.Request.Certificate.Extensions[\"2.5.29.17\"] == null",
        "True",
        |_, a| named(a, a.text(1)?),
    ),
];

#[derive(Debug)]
struct Shared(Arc<Extension>);

#[derive(Debug)]
struct Extensions(Vec<Arc<Extension>>);

impl Object for Shared {
    fn type_name(&self) -> String {
        X509_EXTENSION.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for Extensions {
    fn type_name(&self) -> String {
        X509_EXTENSIONS.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn value(extension: Arc<Extension>) -> Value {
    Value::of(Shared(extension))
}

fn own(a: Arguments<'_>) -> Result<&Extension, Thrown> {
    let shared = a.value(0).object::<Shared>().ok_or_else(Thrown::null_reference)?;
    Ok(&shared.0)
}

fn all(a: Arguments<'_>) -> Result<&Vec<Arc<Extension>>, Thrown> {
    let extensions = a.value(0).object::<Extensions>().ok_or_else(Thrown::null_reference)?;
    Ok(&extensions.0)
}

/// The extension of dotted numbers; null when there is none.
fn named(a: Arguments<'_>, name: &str) -> Outcome {
    let found = all(a)?.iter().find(|extension| extension.oid == name);
    Ok(found.cloned().map_or(Value::Null, value))
}

/// What `foreach` over the collection gives.
pub fn items(of: &Value) -> Option<Vec<Value>> {
    let extensions = of.object::<Extensions>()?;
    Some(extensions.0.iter().cloned().map(value).collect())
}
