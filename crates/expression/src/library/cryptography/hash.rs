//! Hash algorithms as objects: the same members with another function, hence one file.

use super::digest::Function;
use crate::collection::Array;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::ClassRef;
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::fmt;

/// The base of all.
pub static HASH_ALGORITHM: Class = Class::new("System.Security.Cryptography.HashAlgorithm", ClassKind::Class)
    .inherits(&["IDisposable"])
    .rows(ROWS);
/// The base of those with a key.
pub static KEYED_HASH_ALGORITHM: Class =
    Class::new("System.Security.Cryptography.KeyedHashAlgorithm", ClassKind::Class)
        .inherits(&["HashAlgorithm"])
        .rows(KEYED_ROWS);
/// The base of HMAC.
pub static HMAC: Class =
    Class::new("System.Security.Cryptography.HMAC", ClassKind::Class).inherits(&["KeyedHashAlgorithm"]);

macro_rules! algorithms {
    ($($constant:ident $managed:ident $keyed:ident $name:literal $function:ident $digest:literal;)*) => {$(
        #[doc = $name]
        pub static $constant: Class = Class::new(concat!("System.Security.Cryptography.", $name), ClassKind::Class)
            .inherits(&["HashAlgorithm"])
            .rows(&[
                row(concat!("static ", $name, " Create()"), concat!("BitConverter.ToString(", $name, r#".Create().ComputeHash(Encoding.UTF8.GetBytes("abc"))).Substring(0, 11)"#), $digest, |_, _| {
                    Ok(Algorithm::value(&$constant, Function::$function, None))
                }),
                row("static byte[] HashData(byte[] source)", concat!($name, ".HashData(new byte[0])[0] > 0"), "True", |_, a| {
                    Ok(Array::bytes(Function::$function.digest(&bytes(a, 0)?)))
                }),
            ]);
        #[doc = concat!($name, "Managed")]
        pub static $managed: Class = Class::new(concat!("System.Security.Cryptography.", $name, "Managed"), ClassKind::Class)
            .inherits(&[$name])
            .rows(&[row("new()", concat!("new ", $name, "Managed().ComputeHash(new byte[0])[0] > 0"), "True", |_, _| {
                Ok(Algorithm::value(&$managed, Function::$function, None))
            })]);
        #[doc = concat!("HMAC", $name)]
        pub static $keyed: Class = Class::new(concat!("System.Security.Cryptography.HMAC", $name), ClassKind::Class)
            .inherits(&["HMAC"])
            .rows(&[
                row("new(byte[] key)", concat!("new HMAC", $name, "(new byte[] { 1 }).ComputeHash(new byte[0]).Length > 0"), "True", |_, a| {
                    Ok(Algorithm::value(&$keyed, Function::$function, Some(bytes(a, 0)?)))
                }),
                row("new()", concat!("new HMAC", $name, "().Key.Length >= 64"), "True", |call, _| {
                    let mut key = Vec::new();
                    while key.len() < Function::$function.block() {
                        key.extend(call.context.random().to_le_bytes());
                    }
                    Ok(Algorithm::value(&$keyed, Function::$function, Some(key)))
                }),
            ]);
    )*};
}

algorithms! {
    SHA256 SHA256_MANAGED HMAC_SHA256 "SHA256" Sha256 "BA-78-16-BF";
    SHA384 SHA384_MANAGED HMAC_SHA384 "SHA384" Sha384 "CB-00-75-3F";
    SHA512 SHA512_MANAGED HMAC_SHA512 "SHA512" Sha512 "DD-AF-35-A1";
}

const ROWS: &[Row] = &[
    row(
        "byte[] ComputeHash(byte[] buffer)",
        r#"Convert.ToBase64String(new HMACSHA256(Encoding.UTF8.GetBytes("k")).ComputeHash(Encoding.UTF8.GetBytes("d"))).Length"#,
        "44",
        compute,
    ),
    row(
        "byte[] ComputeHash(byte[] buffer, int offset, int count)",
        "SHA256.Create().ComputeHash(new byte[4], 1, 2).Length",
        "32",
        |_, a| {
            let all = bytes(a, 1)?;
            let range = usize::try_from(a.long(2)).ok().zip(usize::try_from(a.long(3)).ok());
            let stretch = range.and_then(|(start, count)| all.get(start..start.checked_add(count)?));
            let outside = || Thrown::new("System.ArgumentException", "Value was invalid.");
            Ok(Array::bytes(of(a)?.digest(stretch.ok_or_else(outside)?)))
        },
    ),
    row("int HashSize { get; }", "SHA256.Create().HashSize", "256", |_, a| {
        Ok(((of(a)?.digest(&[]).len() * 8) as i32).into())
    }),
    row("void Dispose()", "", "", |_, _| Ok(Value::Null)),
    row("void Clear()", "", "", |_, _| Ok(Value::Null)),
];

const KEYED_ROWS: &[Row] = &[
    row(
        "byte[] Key { get; }",
        "new HMACSHA256(new byte[] { 7 }).Key[0]",
        "7",
        |_, a| Ok(Array::bytes(of(a)?.key.lock().clone().unwrap_or_default())),
    ),
    row("byte[] Key { set; }", "", "", |_, a| {
        *of(a)?.key.lock() = Some(bytes(a, 1)?);
        Ok(Value::Null)
    }),
];

struct Algorithm {
    class: ClassRef,
    function: Function,
    key: Mutex<Option<Vec<u8>>>,
}

impl Algorithm {
    fn value(class: &'static Class, function: Function, key: Option<Vec<u8>>) -> Value {
        Value::of(Self {
            class: ClassRef(class),
            function,
            key: Mutex::new(key),
        })
    }

    fn digest(&self, bytes: &[u8]) -> Vec<u8> {
        match &*self.key.lock() {
            Some(key) => self.function.hmac(key, bytes),
            None => self.function.digest(bytes),
        }
    }
}

impl fmt::Debug for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.class.name)
    }
}

impl Object for Algorithm {
    fn type_name(&self) -> String {
        self.class.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn of(a: Arguments<'_>) -> Result<&Algorithm, Thrown> {
    a.value(0).object::<Algorithm>().ok_or_else(Thrown::null_reference)
}

fn bytes(a: Arguments<'_>, index: usize) -> Result<Vec<u8>, Thrown> {
    Ok(a.required(index)?
        .object::<Array>()
        .and_then(Array::to_bytes)
        .unwrap_or_default())
}

fn compute(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let bytes = bytes(a, 1)?;
    call.step(1 + bytes.len() as u64 / 64)?;
    Ok(Array::bytes(of(a)?.digest(&bytes)))
}
