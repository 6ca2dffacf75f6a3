//! Hash algorithms as objects: the same members with another function, hence one file.

use super::digest::Function;
use super::{bytes, random_bytes, refused, stretch};
use crate::collection::Array;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::ClassRef;
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::fmt;

/// The base of all.
static HASH_ALGORITHM: Class = Class::new("System.Security.Cryptography.HashAlgorithm", ClassKind::Class)
    .inherits(&["IDisposable"])
    .rows(ROWS);
static KEYED_HASH_ALGORITHM: Class = Class::new("System.Security.Cryptography.KeyedHashAlgorithm", ClassKind::Class)
    .inherits(&["HashAlgorithm"])
    .rows(KEYED_ROWS);
static HMAC: Class = Class::new("System.Security.Cryptography.HMAC", ClassKind::Class)
    .inherits(&["KeyedHashAlgorithm"])
    .rows(HMAC_ROWS);

macro_rules! algorithms {
    ($($constant:ident $name:literal $keyed:ident $function:ident $digest:literal $more_rows:ident [$($more:ident $more_name:literal)*];)*) => {
        $(
        static $constant: Class = Class::new(concat!("System.Security.Cryptography.", $name), ClassKind::Class)
            .inherits(&["HashAlgorithm"])
            .rows(&[
                row(concat!("static ", $name, " Create()"), concat!("BitConverter.ToString(", $name, r#".Create().ComputeHash(Encoding.UTF8.GetBytes("abc"))).Substring(0, 11)"#), $digest, |_, _| {
                    Ok(Algorithm::value(&$constant, Function::$function, None))
                }),
                row(concat!("static ", $name, " Create(string hashName)"), concat!($name, ".Create(\"no hash\") == null"), "True", |_, a| create(a)),
                row("static byte[] HashData(byte[] source)", concat!($name, ".HashData(new byte[0])[0] > 0"), "True", |call, a| {
                    digest_of(call, Function::$function, None, &bytes(a, 0)?)
                }),
            ]);
        static $keyed: Class = Class::new(concat!("System.Security.Cryptography.HMAC", $name), ClassKind::Class)
            .inherits(&["HMAC"])
            .more(&[$more_rows])
            .rows(&[
                row("new(byte[] key)", concat!("new HMAC", $name, "(new byte[] { 1 }).ComputeHash(new byte[0]).Length > 0"), "True", |_, a| {
                    Ok(Algorithm::value(&$keyed, Function::$function, Some(bytes(a, 0)?)))
                }),
                row("new()", concat!("new HMAC", $name, "().Key.Length >= 64"), "True", |_, _| {
                    let key = random_bytes(Function::$function.block())?;
                    Ok(Algorithm::value(&$keyed, Function::$function, Some(key)))
                }),
                row("static byte[] HashData(byte[] key, byte[] source)", concat!("HMAC", $name, ".HashData(new byte[1], new byte[1]).Length > 0"), "True", |call, a| {
                    digest_of(call, Function::$function, Some(&bytes(a, 0)?), &bytes(a, 1)?)
                }),
            ]);
        $(
        static $more: Class = Class::new(concat!("System.Security.Cryptography.", $more_name), ClassKind::Class)
            .inherits(&[$name])
            .rows(&[row("new()", concat!("new ", $more_name, "().ComputeHash(new byte[0])[0] > 0"), "True", |_, _| {
                Ok(Algorithm::value(&$more, Function::$function, None))
            })]);
        )*
        )*
        /// The hash algorithms.
        pub const CLASSES: &[&Class] = &[&HASH_ALGORITHM, &KEYED_HASH_ALGORITHM, &HMAC, $(&$constant, &$keyed, $(&$more,)*)*];

        fn classes(function: Function) -> (&'static Class, &'static Class) {
            match function {
                $(Function::$function => (&$constant, &$keyed),)*
            }
        }
    };
}

algorithms! {
    MD5 "MD5" HMAC_MD5 Md5 "90-01-50-98" NO_MORE [MD5_PROVIDER "MD5CryptoServiceProvider"];
    SHA1 "SHA1" HMAC_SHA1 Sha1 "A9-99-3E-36" MANAGED_SHA1 [SHA1_MANAGED "SHA1Managed" SHA1_PROVIDER "SHA1CryptoServiceProvider"];
    SHA256 "SHA256" HMAC_SHA256 Sha256 "BA-78-16-BF" NO_MORE [SHA256_MANAGED "SHA256Managed" SHA256_PROVIDER "SHA256CryptoServiceProvider"];
    SHA384 "SHA384" HMAC_SHA384 Sha384 "CB-00-75-3F" NO_MORE [SHA384_MANAGED "SHA384Managed" SHA384_PROVIDER "SHA384CryptoServiceProvider"];
    SHA512 "SHA512" HMAC_SHA512 Sha512 "DD-AF-35-A1" NO_MORE [SHA512_MANAGED "SHA512Managed" SHA512_PROVIDER "SHA512CryptoServiceProvider"];
}

const NO_MORE: &[Row] = &[];

const MANAGED_SHA1: &[Row] = &[row(
    "new(byte[] key, bool useManagedSha1)",
    "new HMACSHA1(new byte[] { 7 }, true).Key[0]",
    "7",
    |_, a| Ok(Algorithm::value(&HMAC_SHA1, Function::Sha1, Some(bytes(a, 0)?))),
)];

const ROWS: &[Row] = &[
    row(
        "static HashAlgorithm Create(string hashName)",
        r#"HashAlgorithm.Create("SHA-256").HashSize"#,
        "256",
        |_, a| create(a),
    ),
    row(
        "byte[] ComputeHash(byte[] buffer)",
        r#"Convert.ToBase64String(new HMACSHA256(Encoding.UTF8.GetBytes("k")).ComputeHash(Encoding.UTF8.GetBytes("d"))).Length"#,
        "44",
        |call, a| of(a)?.finish(call, &bytes(a, 1)?),
    ),
    row(
        "byte[] ComputeHash(byte[] buffer, int offset, int count)",
        "SHA256.Create().ComputeHash(new byte[4], 1, 2).Length",
        "32",
        |call, a| of(a)?.finish(call, &stretch(&bytes(a, 1)?, a.long(2), a.long(3), "offset")?),
    ),
    row(
        "int TransformBlock(byte[] inputBuffer, int inputOffset, int inputCount, byte[] outputBuffer, int outputOffset)",
        "SHA256.Create().TransformBlock(new byte[3], 0, 3, null, 0)",
        "3",
        |call, a| {
            let piece = stretch(&bytes(a, 1)?, a.long(2), a.long(3), "inputOffset")?;
            of(a)?.feed(call, &piece)?;
            copy_into(a, 4, a.long(5), &piece)?;
            Ok((piece.len() as i32).into())
        },
    ),
    row(
        "byte[] TransformFinalBlock(byte[] inputBuffer, int inputOffset, int inputCount)",
        "MD5.Create().TransformFinalBlock(new byte[3], 1, 2).Length",
        "2",
        |call, a| {
            let piece = stretch(&bytes(a, 1)?, a.long(2), a.long(3), "inputOffset")?;
            of(a)?.finish(call, &piece)?;
            Ok(Array::bytes(piece))
        },
    ),
    row(
        "byte[] Hash { get; }",
        "SHA256.Create().Hash == null",
        "True",
        |_, a| {
            let state = of(a)?.state.lock();
            if !state.pending.is_empty() {
                return Err(Thrown::new(
                    "System.Security.Cryptography.CryptographicUnexpectedOperationException",
                    "Hash must be finalized before the hash value is retrieved.",
                ));
            }
            Ok(state.hash.clone().map_or(Value::Null, Array::bytes))
        },
    ),
    row("int HashSize { get; }", "SHA256.Create().HashSize", "256", |_, a| {
        Ok(of(a)?.function.bits().into())
    }),
    row(
        "int InputBlockSize { get; }",
        "SHA256.Create().InputBlockSize",
        "1",
        |_, _| Ok(1.into()),
    ),
    row(
        "int OutputBlockSize { get; }",
        "SHA256.Create().OutputBlockSize",
        "1",
        |_, _| Ok(1.into()),
    ),
    row(
        "bool CanReuseTransform { get; }",
        "SHA256.Create().CanReuseTransform",
        "True",
        |_, _| Ok(true.into()),
    ),
    row(
        "bool CanTransformMultipleBlocks { get; }",
        "SHA256.Create().CanTransformMultipleBlocks",
        "True",
        |_, _| Ok(true.into()),
    ),
    row("void Initialize()", "", "", |_, a| {
        of(a)?.state.lock().pending.clear();
        Ok(Value::Null)
    }),
    row("void Dispose()", "", "", dispose),
    row("void Clear()", "", "", dispose),
];

fn dispose(_: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    of(a)?.state.lock().disposed = true;
    Ok(Value::Null)
}

const KEYED_ROWS: &[Row] = &[
    row(
        "static KeyedHashAlgorithm Create(string algName)",
        r#"KeyedHashAlgorithm.Create("HMACSHA1").HashSize"#,
        "160",
        |_, a| create(a),
    ),
    row(
        "byte[] Key { get; }",
        "new HMACSHA256(new byte[] { 7 }).Key[0]",
        "7",
        |_, a| Ok(Array::bytes(of(a)?.state.lock().key.clone().unwrap_or_default())),
    ),
    row("byte[] Key { set; }", "", "", |_, a| {
        let algorithm = of(a)?;
        let mut state = algorithm.state.lock();
        if !state.pending.is_empty() {
            return Err(refused(
                "Hash key cannot be changed after the first write to the stream.",
            ));
        }
        state.key = Some(algorithm.function.key(bytes(a, 1)?));
        Ok(Value::Null)
    }),
];

const HMAC_ROWS: &[Row] = &[
    row(
        "static HMAC Create(string algorithmName)",
        r#"HMAC.Create("System.Security.Cryptography.HMACSHA512").HashSize"#,
        "512",
        |_, a| create(a),
    ),
    row(
        "string HashName { get; }",
        "new HMACSHA384().HashName",
        "SHA384",
        |_, a| Ok(of(a)?.function.name().into()),
    ),
];

struct Algorithm {
    class: ClassRef,
    function: Function,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    key: Option<Vec<u8>>,
    /// What `TransformBlock` was given so far.
    pending: Vec<u8>,
    hash: Option<Vec<u8>>,
    disposed: bool,
}

impl Algorithm {
    fn new(class: &'static Class, function: Function, key: Option<Vec<u8>>) -> Self {
        let key = key.map(|key| function.key(key));
        Self {
            class: ClassRef(class),
            function,
            state: Mutex::new(State {
                key,
                ..State::default()
            }),
        }
    }

    fn value(class: &'static Class, function: Function, key: Option<Vec<u8>>) -> Value {
        Value::of(Self::new(class, function, key))
    }

    fn feed(&self, call: &mut Call<'_, '_>, bytes: &[u8]) -> Result<(), Thrown> {
        call.read(bytes.len())?;
        call.allocate(bytes.len())?;
        let mut state = self.state.lock();
        if state.disposed {
            return Err(Thrown::new(
                "System.ObjectDisposedException",
                "Cannot access a disposed object.",
            ));
        }
        state.pending.extend(bytes);
        Ok(())
    }

    /// Hashes what came before and these bytes.
    fn finish(&self, call: &mut Call<'_, '_>, bytes: &[u8]) -> Outcome {
        self.feed(call, bytes)?;
        let mut state = self.state.lock();
        let whole = std::mem::take(&mut state.pending);
        let outcome = digest_of(call, self.function, state.key.as_deref(), &whole)?;
        state.hash = outcome.object::<Array>().and_then(Array::to_bytes);
        Ok(outcome)
    }
}

/// The digest, accounted for.
fn digest_of(call: &mut Call<'_, '_>, function: Function, key: Option<&[u8]>, bytes: &[u8]) -> Outcome {
    call.step(1 + bytes.len() as u64 / 64)?;
    Ok(Array::bytes(match key {
        Some(key) => function.hmac(key, bytes),
        None => function.digest(bytes),
    }))
}

/// `Create(name)`: null for an unknown name; one of another kind than the class it was asked of cannot be cast to it.
fn create(a: Arguments<'_>) -> Outcome {
    match named(a.text(0)?) {
        None => Ok(Value::Null),
        Some(algorithm) if algorithm.class.0.derives_from(a.member.class.name) => Ok(Value::of(algorithm)),
        Some(algorithm) => Err(Thrown::cast(algorithm.class.0.name, a.member.class.name)),
    }
}

/// The algorithm of a name as `CryptoConfig` knows it; `None` for an unknown one.
fn named(name: &str) -> Option<Algorithm> {
    const NAMESPACE: &str = "System.Security.Cryptography.";
    let plain = name
        .get(..NAMESPACE.len())
        .filter(|start| start.eq_ignore_ascii_case(NAMESPACE))
        .and_then(|_| name.get(NAMESPACE.len()..))
        .unwrap_or(name)
        .to_ascii_uppercase();
    match plain.as_str() {
        "SHA" | "HASHALGORITHM" => return Some(Algorithm::new(&SHA1, Function::Sha1, None)),
        "HMAC" | "KEYEDHASHALGORITHM" => {
            let key = random_bytes(Function::Sha1.block()).ok()?;
            return Some(Algorithm::new(&HMAC_SHA1, Function::Sha1, Some(key)));
        }
        _ => {}
    }
    if let Some(hash) = plain.strip_prefix("HMAC") {
        let function = Function::named(hash).filter(|_| !hash.contains('-'))?;
        let key = random_bytes(function.block()).ok()?;
        return Some(Algorithm::new(classes(function).1, function, Some(key)));
    }
    let plain = plain.strip_suffix("MANAGED").unwrap_or(&plain);
    let plain = plain.strip_suffix("CRYPTOSERVICEPROVIDER").unwrap_or(plain);
    let function = Function::named(plain)?;
    Some(Algorithm::new(classes(function).0, function, None))
}

/// Copies bytes into the array at `index` of the arguments, if there is one.
fn copy_into(a: Arguments<'_>, index: usize, offset: i64, bytes: &[u8]) -> Result<(), Thrown> {
    let Some(array) = a.value(index).object::<Array>() else {
        return Ok(());
    };
    let start = usize::try_from(offset).ok();
    let start = start.filter(|start| start.checked_add(bytes.len()).is_some_and(|end| end <= array.len()));
    let Some(start) = start else {
        return Err(Thrown::new(
            "System.ArgumentException",
            "Destination array was not long enough. Check the destination index, length, and the array's lower bounds. (Parameter 'destinationArray')",
        ));
    };
    for (at, byte) in bytes.iter().enumerate() {
        array.set(start + at, Value::Byte(*byte));
    }
    Ok(())
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
