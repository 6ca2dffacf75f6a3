//! `System.Security.Cryptography.HashAlgorithmName`

use super::digest::Function;
use super::refused;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::value::{Object, Value};
use std::any::Any;

/// Names a hash function.
pub static HASH_ALGORITHM_NAME: Class =
    Class::new("System.Security.Cryptography.HashAlgorithmName", ClassKind::Struct).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "new(string name)",
        r#"new HashAlgorithmName("SHA3").Name"#,
        "SHA3",
        |_, a| Ok(Value::of(Name(a.value(0).clone()))),
    ),
    row(
        "static HashAlgorithmName MD5 { get; }",
        "HashAlgorithmName.MD5",
        "MD5",
        |_, _| Ok(named("MD5")),
    ),
    row(
        "static HashAlgorithmName SHA1 { get; }",
        "HashAlgorithmName.SHA1",
        "SHA1",
        |_, _| Ok(named("SHA1")),
    ),
    row(
        "static HashAlgorithmName SHA256 { get; }",
        "HashAlgorithmName.SHA256",
        "SHA256",
        |_, _| Ok(named("SHA256")),
    ),
    row(
        "static HashAlgorithmName SHA384 { get; }",
        "HashAlgorithmName.SHA384",
        "SHA384",
        |_, _| Ok(named("SHA384")),
    ),
    row(
        "static HashAlgorithmName SHA512 { get; }",
        "HashAlgorithmName.SHA512",
        "SHA512",
        |_, _| Ok(named("SHA512")),
    ),
    row(
        "string Name { get; }",
        "HashAlgorithmName.SHA256.Name",
        "SHA256",
        |_, a| Ok(name(a, 0)),
    ),
    row(
        "string ToString()",
        "HashAlgorithmName.SHA256.ToString()",
        "SHA256",
        |_, a| Ok(a.value(0).display_string().into()),
    ),
    row(
        "static bool operator ==(HashAlgorithmName left, HashAlgorithmName right)",
        r#"HashAlgorithmName.SHA256 == new HashAlgorithmName("SHA256")"#,
        "True",
        |_, a| Ok(name(a, 0).equals(&name(a, 1)).into()),
    ),
    row(
        "static bool operator !=(HashAlgorithmName left, HashAlgorithmName right)",
        r#"HashAlgorithmName.SHA256 != new HashAlgorithmName("sha256")"#,
        "True",
        |_, a| Ok((!name(a, 0).equals(&name(a, 1))).into()),
    ),
];

/// A name that may be null.
#[derive(Debug)]
struct Name(Value);

impl Object for Name {
    fn type_name(&self) -> String {
        HASH_ALGORITHM_NAME.name.to_owned()
    }
    fn display(&self) -> String {
        self.0.display_string().to_string()
    }
    fn equals(&self, other: &Value) -> bool {
        other.object::<Self>().is_some_and(|other| self.0.equals(&other.0))
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The name of a hash function.
pub fn named(name: &str) -> Value {
    Value::of(Name(name.into()))
}

/// `default(HashAlgorithmName)`
pub fn unnamed() -> Value {
    Value::of(Name(Value::Null))
}

fn name(a: Arguments<'_>, index: usize) -> Value {
    a.value(index)
        .object::<Name>()
        .map(|name| name.0.clone())
        .unwrap_or_default()
}

/// The hash function that the argument at `index` names.
///
/// # Errors
/// `ArgumentException` without a name, `CryptographicException` for one that is not known.
pub fn function(a: Arguments<'_>, index: usize) -> Result<Function, Thrown> {
    let name = name(a, index).display_string();
    if name.is_empty() {
        return Err(Thrown::argument(
            "The hash algorithm name cannot be null or empty.",
            "hashAlgorithm",
        ));
    }
    Function::ALL
        .into_iter()
        .find(|function| name == function.name())
        .ok_or_else(|| refused(&format!("'{name}' is not a known hash algorithm.")))
}
