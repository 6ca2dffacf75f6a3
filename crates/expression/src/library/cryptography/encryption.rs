//! `Encrypt` and `Decrypt` of bytes, which API Management adds to .NET.

use super::symmetric::{Algorithm, named};
use super::transform::Transform;
use super::{bytes, refused};
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};

/// Extension methods of `byte[]`.
pub static EXTENSIONS: Class = Class::new("ByteArrayExtensions", ClassKind::Static).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "static byte[] Encrypt(this byte[] input, string alg, byte[] key, byte[] iv)",
        r#"Convert.ToBase64String(new byte[1].Encrypt("Aes", new byte[16], new byte[16]))"#,
        "etyZsp6CsbKwplo4vFeKAQ==",
        |call, a| run(call, a, &keyed(a, true)?),
    ),
    row(
        "static byte[] Encrypt(this byte[] input, SymmetricAlgorithm alg)",
        "new byte[1].Encrypt(Aes.Create()).Length",
        "16",
        |call, a| run(call, a, &algorithm(a)?.own_transform(true)?),
    ),
    row(
        "static byte[] Encrypt(this byte[] input, SymmetricAlgorithm alg, byte[] key, byte[] iv)",
        "new byte[1].Encrypt(Aes.Create(), new byte[16], new byte[16]).Length",
        "16",
        |call, a| run(call, a, &with_key(a, algorithm(a)?, true)?),
    ),
    row(
        "static byte[] Decrypt(this byte[] input, string alg, byte[] key, byte[] iv)",
        r#"Convert.FromBase64String("etyZsp6CsbKwplo4vFeKAQ==").Decrypt("Aes", new byte[16], new byte[16]).Length"#,
        "1",
        |call, a| run(call, a, &keyed(a, false)?),
    ),
    row(
        "static byte[] Decrypt(this byte[] input, SymmetricAlgorithm alg)",
        "new byte[0].Decrypt(Aes.Create()).Length",
        "0",
        |call, a| run(call, a, &algorithm(a)?.own_transform(false)?),
    ),
    row(
        "static byte[] Decrypt(this byte[] input, SymmetricAlgorithm alg, byte[] key, byte[] iv)",
        "new byte[0].Decrypt(Aes.Create(), new byte[16], new byte[16]).Length",
        "0",
        |call, a| run(call, a, &with_key(a, algorithm(a)?, false)?),
    ),
];

fn run(call: &mut Call<'_, '_>, a: Arguments<'_>, transform: &Transform) -> Outcome {
    transform.finish(call, &bytes(a, 0)?)
}

fn algorithm(a: Arguments<'_>) -> Result<&Algorithm, Thrown> {
    a.required(1)?.object().ok_or_else(Thrown::null_reference)
}

fn keyed(a: Arguments<'_>, encrypts: bool) -> Result<Transform, Thrown> {
    let name = a.text(1)?;
    let unknown = || {
        refused(&format!(
            "'{name}' is no known symmetric algorithm; known are Aes, DES, TripleDES"
        ))
    };
    with_key(a, &named(name).ok_or_else(unknown)?, encrypts)
}

fn with_key(a: Arguments<'_>, algorithm: &Algorithm, encrypts: bool) -> Result<Transform, Thrown> {
    let start = if a.value(3).is_null() { None } else { Some(bytes(a, 3)?) };
    algorithm.transform(encrypts, &bytes(a, 2)?, start)
}
