//! `System.Security.Cryptography.Oid`

use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;

/// An object identifier and its name.
pub static OID: Class = Class::new("System.Security.Cryptography.Oid", ClassKind::Class).rows(ROWS);

const ROWS: &[Row] = &[
    row("new()", "new Oid().Value == null", "True", |_, _| {
        Ok(oid(Value::Null, Value::Null))
    }),
    row(
        "new(string oid)",
        r#"new Oid("sha256").Value"#,
        "2.16.840.1.101.3.4.2.1",
        |_, a| Ok(known(a.value(0))),
    ),
    row(
        "new(string value, string friendlyName)",
        r#"new Oid("1.2.3", "mine").FriendlyName"#,
        "mine",
        |_, a| Ok(oid(a.value(0).clone(), a.value(1).clone())),
    ),
    row(
        "new(Oid oid)",
        r#"new Oid(new Oid("1.2.3", "mine")).FriendlyName"#,
        "mine",
        |_, a| {
            let state = of(a, 0).ok_or_else(|| Thrown::argument_null("oid"))?.0.lock().clone();
            Ok(oid(state.value, state.name))
        },
    ),
    row("string Value { get; }", r#"new Oid("1.2.3").Value"#, "1.2.3", |_, a| {
        read(a, |state| state.value.clone())
    }),
    row("string Value { set; }", "", "", |_, a| {
        of(a, 0).ok_or_else(Thrown::null_reference)?.0.lock().value = a.value(1).clone();
        Ok(Value::Null)
    }),
    row(
        "string FriendlyName { get; }",
        r#"new Oid("1.2.840.113549.1.1.11").FriendlyName"#,
        "sha256RSA",
        |_, a| {
            read(a, |state| match (&state.name, &state.value) {
                (Value::Null, Value::String(value)) => name_of(value).into(),
                (name, _) => name.clone(),
            })
        },
    ),
    row("string FriendlyName { set; }", "", "", |_, a| {
        of(a, 0).ok_or_else(Thrown::null_reference)?.0.lock().name = a.value(1).clone();
        Ok(Value::Null)
    }),
];

#[derive(Debug)]
struct Oid(Mutex<State>);

#[derive(Clone, Debug)]
struct State {
    value: Value,
    name: Value,
}

impl Object for Oid {
    fn type_name(&self) -> String {
        OID.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn oid(value: Value, name: Value) -> Value {
    Value::of(Oid(Mutex::new(State { value, name })))
}

/// An identifier by its dotted numbers or its name.
pub fn known(text: &Value) -> Value {
    let Value::String(written) = text else {
        return oid(Value::Null, Value::Null);
    };
    match NAMES.iter().find(|(_, name)| name.eq_ignore_ascii_case(written)) {
        Some((value, name)) => oid((*value).into(), (*name).into()),
        None => oid(text.clone(), Value::Null),
    }
}

fn name_of(value: &str) -> Option<&'static str> {
    NAMES.iter().find(|(known, _)| *known == value).map(|(_, name)| *name)
}

fn of(a: Arguments<'_>, index: usize) -> Option<&Oid> {
    a.value(index).object()
}

fn read(a: Arguments<'_>, part: impl FnOnce(&State) -> Value) -> Outcome {
    Ok(part(&of(a, 0).ok_or_else(Thrown::null_reference)?.0.lock()))
}

/// Identifiers that a certificate or a policy names, with Windows's names of them.
const NAMES: &[(&str, &str)] = &[
    ("1.2.840.113549.2.5", "md5"),
    ("1.3.14.3.2.26", "sha1"),
    ("2.16.840.1.101.3.4.2.1", "sha256"),
    ("2.16.840.1.101.3.4.2.2", "sha384"),
    ("2.16.840.1.101.3.4.2.3", "sha512"),
    ("1.2.840.113549.1.1.1", "RSA"),
    ("1.2.840.113549.1.1.4", "md5RSA"),
    ("1.2.840.113549.1.1.5", "sha1RSA"),
    ("1.2.840.113549.1.1.10", "RSASSA-PSS"),
    ("1.2.840.113549.1.1.11", "sha256RSA"),
    ("1.2.840.113549.1.1.12", "sha384RSA"),
    ("1.2.840.113549.1.1.13", "sha512RSA"),
    ("1.2.840.10045.2.1", "ECC"),
    ("1.2.840.10045.3.1.7", "nistP256"),
    ("1.3.132.0.34", "nistP384"),
    ("1.3.132.0.35", "nistP521"),
    ("1.2.840.10045.4.1", "sha1ECDSA"),
    ("1.2.840.10045.4.3.2", "sha256ECDSA"),
    ("1.2.840.10045.4.3.3", "sha384ECDSA"),
    ("1.2.840.10045.4.3.4", "sha512ECDSA"),
    ("1.3.14.3.2.7", "des"),
    ("1.2.840.113549.3.7", "3des"),
    ("2.16.840.1.101.3.4.1.2", "aes128"),
    ("2.16.840.1.101.3.4.1.22", "aes192"),
    ("2.16.840.1.101.3.4.1.42", "aes256"),
    ("2.5.4.3", "CN"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "S"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("1.2.840.113549.1.9.1", "E"),
    ("2.5.29.14", "Subject Key Identifier"),
    ("2.5.29.15", "Key Usage"),
    ("2.5.29.17", "Subject Alternative Name"),
    ("2.5.29.19", "Basic Constraints"),
    ("2.5.29.37", "Enhanced Key Usage"),
    ("1.3.6.1.5.5.7.3.1", "Server Authentication"),
    ("1.3.6.1.5.5.7.3.2", "Client Authentication"),
];
