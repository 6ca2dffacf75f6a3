//! RSA keys as XML (`<RSAKeyValue>`, W3C XML Signature, with the private numbers that .NET adds).

use super::refused;
use super::rsa_key::RsaKey;
use super::rsa_parameters::key_of;
use crate::json::base64;
use crate::thrown::Thrown;
use std::fmt::Write;
use xml::{Name, NodeId};

const NAMES: [&str; 8] = ["Modulus", "Exponent", "P", "Q", "DP", "DQ", "InverseQ", "D"];
/// No key's text is nearly as long.
const LONGEST: usize = 64 << 10;
/// Where the numbers stand in `RSAPrivateKey`.
const PLACES: [usize; 8] = [0, 1, 3, 4, 5, 6, 7, 2];

/// The text of a key; `None` for one without the private half that is asked for.
pub fn write(key: &RsaKey, with_private: bool) -> Option<String> {
    let numbers = if with_private {
        key.numbers()?
    } else {
        vec![key.modulus.clone(), key.exponent.clone()]
    };
    let mut text = "<RSAKeyValue>".to_owned();
    for (name, place) in NAMES.into_iter().zip(PLACES) {
        if let Some(number) = numbers.get(place) {
            // Writing to a string cannot fail.
            let _ = write!(text, "<{name}>{}</{name}>", base64(number));
        }
    }
    Some(text + "</RSAKeyValue>")
}

/// The key of a text.
///
/// # Errors
/// `XmlException` when it is no XML, `CryptographicException` when it is no key.
pub fn read(text: &str) -> Result<RsaKey, Thrown> {
    let invalid = || refused("Input string does not contain a valid encoding of the 'RSA' 'Modulus' parameter.");
    if text.len() > LONGEST {
        return Err(invalid());
    }
    let tree = xml::reader::read_document(text, false)?;
    let root = tree
        .children(NodeId::FIRST)
        .find(|id| tree.is_element(*id))
        .ok_or_else(invalid)?;
    let number = |name: &str| {
        let wanted = Name::local_only(name);
        let element = tree.children(root).find(|id| tree.name(*id) == Some(&wanted))?;
        let text: String = tree.value(element).split_whitespace().collect();
        crate::library::decode_base64(&text)
    };
    let mut numbers: [Option<Vec<u8>>; 8] = Default::default();
    for (name, place) in NAMES.into_iter().zip(PLACES) {
        if let Some(own) = numbers.get_mut(place) {
            *own = number(name);
        }
    }
    key_of(&numbers)
}
