//! `System.Security.Cryptography.RSAParameters`: the numbers of a key.

use super::rsa_key::RsaKey;
use super::{bytes, refused};
use crate::collection::Array;
use crate::library::{Arguments, Class, ClassKind, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use aws_lc_rs::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};
use parking_lot::Mutex;
use std::any::Any;
use std::fmt;

macro_rules! numbers {
    ($($name:literal $place:literal)*) => {
        /// The numbers of a key.
        pub static RSA_PARAMETERS: Class = Class::new("System.Security.Cryptography.RSAParameters", ClassKind::Struct).rows(&[
            row("new()", "new RSAParameters().Modulus == null", "True", |_, _| Ok(Value::of(Numbers::default()))),
            $(
            row(concat!("byte[] ", $name, " { get; }"), concat!("new RSAParameters { ", $name, " = new byte[] { 7 } }.", $name, "[0]"), "7", |_, a| get(a, $place)),
            row(concat!("byte[] ", $name, " { set; }"), "", "", |_, a| set(a, $place)),
            )*
        ]);
    };
}

numbers! { "Modulus" 0 "Exponent" 1 "D" 2 "P" 3 "Q" 4 "DP" 5 "DQ" 6 "InverseQ" 7 }

#[derive(Default)]
struct Numbers(Mutex<[Option<Vec<u8>>; 8]>);

impl fmt::Debug for Numbers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RSAParameters")
    }
}

impl Object for Numbers {
    fn type_name(&self) -> String {
        RSA_PARAMETERS.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn of(a: Arguments<'_>, index: usize) -> Result<&Numbers, Thrown> {
    a.value(index).object().ok_or_else(Thrown::null_reference)
}

fn get(a: Arguments<'_>, place: usize) -> Outcome {
    let numbers = of(a, 0)?.0.lock();
    Ok(numbers.get(place).cloned().flatten().map_or(Value::Null, Array::bytes))
}

fn set(a: Arguments<'_>, place: usize) -> Outcome {
    let number = if a.value(1).is_null() { None } else { Some(bytes(a, 1)?) };
    if let Some(own) = of(a, 0)?.0.lock().get_mut(place) {
        *own = number;
    }
    Ok(Value::Null)
}

/// The parameters of a key's public half.
pub fn public(key: &RsaKey) -> Value {
    let (modulus, exponent) = (Some(key.modulus.clone()), Some(key.exponent.clone()));
    let numbers = [modulus, exponent, None, None, None, None, None, None];
    Value::of(Numbers(Mutex::new(numbers)))
}

/// The parameters of a whole key; `None` for one without a private half.
pub fn private(key: &RsaKey) -> Option<Value> {
    // Modulus, Exponent, D, P, Q, DP, DQ and InverseQ stand in the same order in both.
    let mut numbers = key.numbers()?.into_iter().map(Some);
    let numbers = std::array::from_fn(|_| numbers.next().flatten());
    Some(Value::of(Numbers(Mutex::new(numbers))))
}

/// The key that the parameters at `index` describe, with its private half if they have all of it.
///
/// # Errors
/// `CryptographicException` when they describe none.
pub fn key(a: Arguments<'_>, index: usize) -> Result<RsaKey, Thrown> {
    key_of(&of(a, index)?.0.lock())
}

/// The key of its numbers, in the order of `RSAPrivateKey`.
///
/// # Errors
/// As [`key`].
pub fn key_of(numbers: &[Option<Vec<u8>>; 8]) -> Result<RsaKey, Thrown> {
    let [modulus, exponent, own, first, second, own_first, own_second, inverse] = numbers.each_ref().map(|number| {
        let significant = number.iter().flatten().skip_while(|byte| **byte == 0);
        significant.copied().collect::<Vec<u8>>()
    });
    if modulus.is_empty() || exponent.is_empty() {
        return Err(refused(
            "The specified RSA parameters are not valid; both Exponent and Modulus are required fields.",
        ));
    }
    let halves = [&own, &first, &second, &own_first, &own_second, &inverse];
    let private = if halves.iter().all(|number| number.is_empty()) {
        None
    } else {
        let components = KeyPairComponents {
            public_key: PublicKeyComponents {
                n: &modulus,
                e: &exponent,
            },
            d: &own,
            p: &first,
            q: &second,
            dP: &own_first,
            dQ: &own_second,
            qInv: &inverse,
        };
        let invalid = |_| refused("the private key is none, or has fewer than 2048 bits");
        Some(KeyPair::from_components(&components).map_err(invalid)?)
    };
    Ok(RsaKey {
        modulus,
        exponent,
        private,
    })
}
