//! `System.Security.Cryptography.RSASignaturePadding` and `RSAEncryptionPadding`: one kind of object with two names.

use super::digest::Function;
use super::hash_algorithm_name::{function, named, unnamed};
use super::rsa_key::Padding;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::types::ClassRef;
use crate::value::{Object, Value};
use std::any::Any;

macro_rules! paddings {
    ($($constant:ident $class:literal $mode:ident $doc:literal $more:ident [$($name:literal $padding:expr;)*];)*) => {
        $(
        #[doc = $doc]
        pub static $constant: Class = Class::new(concat!("System.Security.Cryptography.", $class), ClassKind::Class).rows(&[
            $(
            row(concat!("static ", $class, " ", $name, " { get; }"), concat!($class, ".", $name), $name, |_, _| {
                Ok(Value::of(Chosen { class: ClassRef(&$constant), padding: $padding }))
            }),
            )*
            row(concat!($class, "Mode Mode { get; }"), concat!($class, ".Pkcs1.Mode"), "Pkcs1", |_, a| {
                Ok(Value::Enum(ClassRef(&$mode), i32::from(padding(a, 0)? != Padding::Pkcs1)))
            }),
            row("string ToString()", concat!($class, ".Pkcs1.ToString()"), "Pkcs1", |_, a| Ok(a.value(0).display_string().into())),
            row(concat!("static bool operator ==(", $class, " left, ", $class, " right)"), concat!($class, ".Pkcs1 == ", $class, ".Pkcs1"), "True", |_, a| {
                Ok(a.value(0).equals(a.value(1)).into())
            }),
            row(concat!("static bool operator !=(", $class, " left, ", $class, " right)"), concat!($class, ".Pkcs1 != null"), "True", |_, a| {
                Ok((!a.value(0).equals(a.value(1))).into())
            }),
        ]).more(&[$more]);
        )*
    };
}

/// Kinds of paddings of signatures.
pub static SIGNATURE_MODE: Class = Class::enumeration(
    "System.Security.Cryptography.RSASignaturePaddingMode",
    &[("Pkcs1", 0), ("Pss", 1)],
);
/// Kinds of paddings of what is encrypted.
pub static ENCRYPTION_MODE: Class = Class::enumeration(
    "System.Security.Cryptography.RSAEncryptionPaddingMode",
    &[("Pkcs1", 0), ("Oaep", 1)],
);

paddings! {
    SIGNATURE_PADDING "RSASignaturePadding" SIGNATURE_MODE "How a signature is padded." NONE [
        "Pkcs1" Padding::Pkcs1;
        "Pss" Padding::Pss;
    ];
    ENCRYPTION_PADDING "RSAEncryptionPadding" ENCRYPTION_MODE "How what is encrypted is padded." OAEP [
        "Pkcs1" Padding::Pkcs1;
        "OaepSHA1" Padding::Oaep(Function::Sha1);
        "OaepSHA256" Padding::Oaep(Function::Sha256);
        "OaepSHA384" Padding::Oaep(Function::Sha384);
        "OaepSHA512" Padding::Oaep(Function::Sha512);
    ];
}

const NONE: &[Row] = &[];
const OAEP: &[Row] = &[
    row(
        "static RSAEncryptionPadding CreateOaep(HashAlgorithmName hashAlgorithm)",
        "RSAEncryptionPadding.CreateOaep(HashAlgorithmName.SHA256)",
        "OaepSHA256",
        |_, a| {
            let padding = Padding::Oaep(function(a, 0)?);
            Ok(Value::of(Chosen {
                class: ClassRef(&ENCRYPTION_PADDING),
                padding,
            }))
        },
    ),
    row(
        "HashAlgorithmName OaepHashAlgorithm { get; }",
        "RSAEncryptionPadding.OaepSHA1.OaepHashAlgorithm",
        "SHA1",
        |_, a| {
            Ok(match padding(a, 0)? {
                Padding::Oaep(function) => named(function.name()),
                Padding::Pkcs1 | Padding::Pss => unnamed(),
            })
        },
    ),
];

#[derive(Debug)]
struct Chosen {
    class: ClassRef,
    padding: Padding,
}

impl Object for Chosen {
    fn type_name(&self) -> String {
        self.class.0.name.to_owned()
    }
    fn display(&self) -> String {
        match self.padding {
            Padding::Pkcs1 => "Pkcs1".to_owned(),
            Padding::Pss => "Pss".to_owned(),
            Padding::Oaep(function) => format!("Oaep{}", function.name()),
        }
    }
    fn equals(&self, other: &Value) -> bool {
        other
            .object::<Self>()
            .is_some_and(|other| self.class == other.class && self.padding == other.padding)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The padding at `index`, which must not be null.
pub fn padding(a: Arguments<'_>, index: usize) -> Result<Padding, Thrown> {
    let chosen = a.required(index)?.object::<Chosen>();
    chosen.map(|chosen| chosen.padding).ok_or_else(Thrown::null_reference)
}
