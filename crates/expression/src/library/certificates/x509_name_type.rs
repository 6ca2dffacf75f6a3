//! `System.Security.Cryptography.X509Certificates.X509NameType`: which of a certificate's names.

use crate::certificate::{AlternativeName, Certificate};
use crate::library::Class;

/// Which of a certificate's names.
pub static NAME_TYPE: Class = Class::enumeration(
    "System.Security.Cryptography.X509Certificates.X509NameType",
    &[
        ("SimpleName", 0),
        ("EmailName", 1),
        ("UpnName", 2),
        ("DnsName", 3),
        ("DnsFromAlternativeName", 4),
        ("UrlName", 5),
    ],
);

const COMMON_NAME: &str = "2.5.4.3";
const EMAIL: &str = "1.2.840.113549.1.9.1";
/// What names somebody best, in this order: common name, unit, organization, mailbox.
const SIMPLE_NAMES: [&str; 4] = [COMMON_NAME, "2.5.4.11", "2.5.4.10", EMAIL];

/// The subject's or the issuer's name of a type; empty when there is none, `None` for a type that there is not.
pub fn find(certificate: &Certificate, number: i32, is_issuer: bool) -> Option<String> {
    let (name, names) = if is_issuer {
        (&certificate.issuer, &certificate.issuer_names)
    } else {
        (&certificate.subject, &certificate.subject_names)
    };
    let simple = || {
        let known = SIMPLE_NAMES.iter().find_map(|oid| name.value(oid));
        let first = || Some(name.0.last()?.first()?.1.as_str());
        known.or_else(first).map(str::to_owned)
    };
    let alternative = |pick: fn(&AlternativeName) -> Option<&String>| names.iter().find_map(pick).cloned();
    let dns = || {
        alternative(|name| match name {
            AlternativeName::Dns(host) => Some(host),
            _ => None,
        })
    };
    let found = match number {
        0 => simple(),
        1 => alternative(|name| match name {
            AlternativeName::Email(mailbox) => Some(mailbox),
            _ => None,
        })
        .or_else(|| name.value(EMAIL).map(str::to_owned)),
        2 => alternative(|name| match name {
            AlternativeName::Upn(user) => Some(user),
            _ => None,
        }),
        3 => dns().or_else(|| name.value(COMMON_NAME).map(str::to_owned)),
        4 => dns(),
        5 => alternative(|name| match name {
            AlternativeName::Url(url) => Some(url),
            _ => None,
        }),
        _ => return None,
    };
    Some(found.unwrap_or_default())
}
