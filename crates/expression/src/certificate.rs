//! X.509 certificates (RFC 5280), read into what .NET's `X509Certificate2` tells of them.
//!
//! Never here: whether a certificate is trusted, which the host knows ([`crate::context::Context::trusts`]); what is done
//! with private keys.

use crate::date::{TICKS_PER_SECOND, UNIX_EPOCH_TICKS};
use crate::value::Value;
use std::fmt::{self, Write as _};
use x509_parser::asn1_rs::ToDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::time::ASN1Time;
use x509_parser::x509::X509Name;

/// A certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Its bytes (DER).
    pub der: Vec<u8>,
    /// 1 to 3.
    pub version: u32,
    /// The serial number, the most significant byte first, as it is encoded.
    pub serial: Vec<u8>,
    /// Whose certificate it is.
    pub subject: Name,
    /// Who signed it.
    pub issuer: Name,
    /// Ticks (100 ns since 0001-01-01 UTC) from which it is valid.
    pub not_before: i64,
    /// Ticks up to which it is valid.
    pub not_after: i64,
    /// Dotted numbers of the algorithm of its signature.
    pub signature_algorithm: String,
    /// Dotted numbers of the algorithm of its key.
    pub key_algorithm: String,
    /// Parameters of that algorithm (DER), such as the curve.
    pub key_parameters: Vec<u8>,
    /// The public key.
    pub public_key: Vec<u8>,
    /// Further names of the subject.
    pub subject_names: Vec<AlternativeName>,
    /// Further names of the issuer.
    pub issuer_names: Vec<AlternativeName>,
    /// Certificates (DER) that its holder has shown with it, which may lead to a root; none where nobody was asked.
    pub chain: Vec<Vec<u8>>,
}

/// What a certificate says beside names, key and dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Dotted numbers of its kind.
    pub oid: String,
    /// Whoever does not know it must refuse the certificate.
    pub critical: bool,
    /// What it says (DER).
    pub value: Vec<u8>,
}

/// A distinguished name: sets of attributes, each by the dotted numbers of its type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name(pub Vec<Vec<(String, String)>>);

/// A name in an extension for alternative names (RFC 5280, section 4.2.1.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlternativeName {
    /// A host name.
    Dns(String),
    /// A mailbox.
    Email(String),
    /// A URI.
    Url(String),
    /// A user principal name of a Windows domain.
    Upn(String),
}

/// A certificate of the host's own (DER) with its private key (PKCS #8, or an RSA key as RFC 8017 has it), as expressions
/// see it: they may sign and decrypt with an RSA key, not read it. `None` when the certificate cannot be read.
pub fn with_private_key(certificate: &[u8], key: &[u8]) -> Option<Value> {
    crate::library::own_certificate(certificate, key)
}

/// A certificate (DER) of which the host has no private key, as expressions see it. `None` when it cannot be read.
pub fn without_private_key(certificate: &[u8]) -> Option<Value> {
    Certificate::parse(certificate).map(Value::of)
}

impl Certificate {
    /// Reads a certificate from DER or PEM; `None` when the bytes are none.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.first() != Some(&0x30) {
            let pem = x509_parser::pem::Pem::iter_from_buffer(bytes).flatten();
            let contents = pem.filter(|pem| pem.label == "CERTIFICATE").map(|pem| pem.contents);
            return contents.take(1).find_map(|der| Self::from_der(&der));
        }
        Self::from_der(bytes)
    }

    /// Modulus and exponent of an RSA key, without leading zeros; `None` for a key of another algorithm.
    pub fn rsa_key(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let (_, certificate) = X509Certificate::from_der(&self.der).ok()?;
        let Ok(PublicKey::RSA(key)) = certificate.public_key().parsed() else {
            return None;
        };
        let significant = |number: &[u8]| number.iter().copied().skip_while(|byte| *byte == 0).collect();
        Some((significant(key.modulus), significant(key.exponent)))
    }

    /// SHA-1 of its bytes, in upper-case hexadecimal digits.
    pub fn thumbprint(&self) -> String {
        use sha1::Digest;
        hexadecimal(&sha1::Sha1::digest(&self.der))
    }

    /// The serial number in upper-case hexadecimal digits.
    pub fn serial_number(&self) -> String {
        hexadecimal(&self.serial)
    }

    /// Its extensions.
    pub fn extensions(&self) -> Vec<Extension> {
        let Ok((_, certificate)) = X509Certificate::from_der(&self.der) else {
            return Vec::new();
        };
        let extensions = certificate.extensions().iter();
        extensions
            .map(|extension| Extension {
                oid: extension.oid.to_id_string(),
                critical: extension.critical,
                value: extension.value.to_vec(),
            })
            .collect()
    }

    fn from_der(bytes: &[u8]) -> Option<Self> {
        let (rest, certificate) = X509Certificate::from_der(bytes).ok()?;
        let der = bytes.get(..bytes.len() - rest.len())?.to_vec();
        let (mut subject_names, mut issuer_names) = (Vec::new(), Vec::new());
        for extension in certificate.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::SubjectAlternativeName(names) => {
                    subject_names.extend(names.general_names.iter().filter_map(alternative));
                }
                ParsedExtension::IssuerAlternativeName(names) => {
                    issuer_names.extend(names.general_names.iter().filter_map(alternative));
                }
                _ => {}
            }
        }
        let key = certificate.public_key();
        let parameters = key.algorithm.parameters.as_ref();
        Some(Self {
            der,
            version: certificate.version().0 + 1,
            serial: certificate.raw_serial().to_vec(),
            subject: name(certificate.subject()),
            issuer: name(certificate.issuer()),
            not_before: ticks(certificate.validity().not_before),
            not_after: ticks(certificate.validity().not_after),
            signature_algorithm: certificate.signature_algorithm.algorithm.to_id_string(),
            key_algorithm: key.algorithm.algorithm.to_id_string(),
            key_parameters: parameters
                .and_then(|parameters| parameters.to_der_vec().ok())
                .unwrap_or_default(),
            public_key: key.subject_public_key.data.to_vec(),
            subject_names,
            issuer_names,
            chain: Vec::new(),
        })
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(digits, "{byte:02X}");
    }
    digits
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "certificate of {}", self.subject)
    }
}

/// As Windows writes it: the last set of attributes first, values quoted where they must be.
impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, set) in self.0.iter().rev().enumerate() {
            formatter.write_str(if at == 0 { "" } else { ", " })?;
            for (at, (oid, value)) in set.iter().enumerate() {
                formatter.write_str(if at == 0 { "" } else { " + " })?;
                match KEYS.iter().find(|(known, _)| known == oid) {
                    Some((_, key)) => write!(formatter, "{key}=")?,
                    None => write!(formatter, "OID.{oid}=")?,
                }
                let is_special = |character| matches!(character, ',' | '+' | '=' | '"' | '\n' | '<' | '>' | '#' | ';');
                if value.is_empty() || value.trim() != value || value.contains(is_special) {
                    write!(formatter, "\"{}\"", value.replace('"', "\"\""))?;
                } else {
                    formatter.write_str(value)?;
                }
            }
        }
        Ok(())
    }
}

impl Name {
    /// The last value of an attribute.
    pub fn value(&self, oid: &str) -> Option<&str> {
        let mut attributes = self.0.iter().rev().flatten();
        attributes.find(|(own, _)| own == oid).map(|(_, value)| value.as_str())
    }
}

/// Windows's keys of attributes.
const KEYS: &[(&str, &str)] = &[
    ("2.5.4.3", "CN"),
    ("2.5.4.4", "SN"),
    ("2.5.4.5", "SERIALNUMBER"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "S"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "T"),
    ("2.5.4.13", "Description"),
    ("2.5.4.17", "PostalCode"),
    ("2.5.4.20", "Phone"),
    ("2.5.4.42", "G"),
    ("2.5.4.43", "I"),
    ("2.5.4.46", "dnQualifier"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "E"),
];

fn name(name: &X509Name<'_>) -> Name {
    let sets = name.iter().map(|set| {
        let attributes = set.iter().map(|attribute| {
            let value = attribute.as_str().map_or_else(
                |_| String::from_utf8_lossy(attribute.as_slice()).into_owned(),
                str::to_owned,
            );
            (attribute.attr_type().to_id_string(), value)
        });
        attributes.collect()
    });
    Name(sets.collect())
}

fn alternative(name: &GeneralName<'_>) -> Option<AlternativeName> {
    Some(match name {
        GeneralName::DNSName(host) => AlternativeName::Dns((*host).to_owned()),
        GeneralName::RFC822Name(mailbox) => AlternativeName::Email((*mailbox).to_owned()),
        GeneralName::URI(uri) => AlternativeName::Url((*uri).to_owned()),
        GeneralName::OtherName(oid, value) if oid.to_id_string() == "1.3.6.1.4.1.311.20.2.3" => {
            // A string inside of an explicit tag.
            let (_, outer) = x509_parser::asn1_rs::Any::from_der(value).ok()?;
            let (_, inner) = x509_parser::asn1_rs::Any::from_der(outer.data).ok()?;
            AlternativeName::Upn(String::from_utf8_lossy(inner.data).into_owned())
        }
        _ => return None,
    })
}

fn ticks(time: ASN1Time) -> i64 {
    time.timestamp()
        .saturating_mul(TICKS_PER_SECOND)
        .saturating_add(UNIX_EPOCH_TICKS)
        .clamp(0, crate::date::MAX_TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_quoted_where_they_must_be() {
        let pair = |oid: &str, value: &str| (oid.to_owned(), value.to_owned());
        let name = Name(vec![
            vec![pair("2.5.4.6", "DE")],
            vec![pair("2.5.4.11", "a"), pair("2.5.4.3", "Ada \"L\"")],
            vec![pair("2.5.4.10", " x")],
            vec![pair("1.2.3", "y, z")],
        ]);
        assert_eq!(
            name.to_string(),
            r#"OID.1.2.3="y, z", O=" x", OU=a + CN="Ada ""L""", C=DE"#
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_certificate_or_none(bytes in prop::collection::vec(any::<u8>(), 0..60), der: bool) {
            let start: &[u8] = if der { &[0x30, 0x82, 0, 40, 0x30, 30] } else { b"-----BEGIN CERTIFICATE-----\n" };
            let _ = Certificate::parse(&[start, &bytes].concat());
            let _ = Certificate::parse(&bytes);
        }
    }
}
