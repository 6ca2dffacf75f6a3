//! `System.Security.Cryptography.RSASignaturePadding` and `RSAEncryptionPadding`: one kind of object with two names.

use super::digest::Function;
use super::rsa_key::Padding;
use crate::library::{Arguments, Class, ClassKind, row};
use crate::thrown::Thrown;
use crate::types::ClassRef;
use crate::value::{Object, Value};
use std::any::Any;

macro_rules! paddings {
    ($($constant:ident $class:literal $doc:literal [$($name:literal $padding:expr;)*];)*) => {
        $(
        #[doc = $doc]
        pub static $constant: Class = Class::new(concat!("System.Security.Cryptography.", $class), ClassKind::Class).rows(&[
            $(
            row(concat!("static ", $class, " ", $name, " { get; }"), concat!($class, ".", $name), $name, |_, _| {
                Ok(Value::of(Chosen { class: ClassRef(&$constant), name: $name, padding: $padding }))
            }),
            )*
            row("string ToString()", concat!($class, ".Pkcs1.ToString()"), "Pkcs1", |_, a| Ok(a.value(0).display_string().into())),
            row(concat!("static bool operator ==(", $class, " left, ", $class, " right)"), concat!($class, ".Pkcs1 == ", $class, ".Pkcs1"), "True", |_, a| {
                Ok(a.value(0).equals(a.value(1)).into())
            }),
            row(concat!("static bool operator !=(", $class, " left, ", $class, " right)"), concat!($class, ".Pkcs1 != null"), "True", |_, a| {
                Ok((!a.value(0).equals(a.value(1))).into())
            }),
        ]);
        )*
    };
}

paddings! {
    SIGNATURE_PADDING "RSASignaturePadding" "How a signature is padded." [
        "Pkcs1" Padding::Pkcs1;
        "Pss" Padding::Pss;
    ];
    ENCRYPTION_PADDING "RSAEncryptionPadding" "How what is encrypted is padded." [
        "Pkcs1" Padding::Pkcs1;
        "OaepSHA1" Padding::Oaep(Function::Sha1);
        "OaepSHA256" Padding::Oaep(Function::Sha256);
        "OaepSHA384" Padding::Oaep(Function::Sha384);
        "OaepSHA512" Padding::Oaep(Function::Sha512);
    ];
}

#[derive(Debug)]
struct Chosen {
    class: ClassRef,
    name: &'static str,
    padding: Padding,
}

impl Object for Chosen {
    fn type_name(&self) -> String {
        self.class.0.name.to_owned()
    }
    fn display(&self) -> String {
        self.name.to_owned()
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
