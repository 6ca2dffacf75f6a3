//! The call of `sp_executesql`, which runs a statement with parameters (MS-TDS 2.2.6.6).
//!
//! Values travel as text or as bytes; the server makes of them what the parameter is declared as, by the conversions that
//! T-SQL does of its own accord.

use crate::login::utf16;

/// The procedure's number, and what says that a number follows instead of a name.
const EXECUTE_SQL: u16 = 10;
const BY_NUMBER: u16 = 0xffff;

const TEXT: u8 = 0xe7;
const BYTES: u8 = 0xa5;
/// Bytes that a value of a fixed longest length may have; longer ones come in parts.
const LONGEST: usize = 8000;
/// The length of what comes in parts; also that of null.
const IN_PARTS: u16 = 0xffff;
/// What text is compared by: the server's own rules decide, for its kind of text this is only a form.
const COLLATION: [u8; 5] = [0x09, 0x04, 0xd0, 0x00, 0x34];

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// Text, of which the server makes what is declared.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A parameter of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, with `@`.
    pub name: String,
    /// Its type in T-SQL, such as `decimal(10, 2)`.
    pub declaration: String,
    /// Its value; none is null.
    pub value: Option<Argument>,
}

/// The message that runs a statement.
pub(crate) fn message(statement: &str, parameters: &[Parameter]) -> Vec<u8> {
    let mut message = Vec::new();
    // No transaction, one request outstanding.
    message.extend(22_u32.to_le_bytes());
    message.extend(18_u32.to_le_bytes());
    message.extend(2_u16.to_le_bytes());
    message.extend(0_u64.to_le_bytes());
    message.extend(1_u32.to_le_bytes());
    message.extend(BY_NUMBER.to_le_bytes());
    message.extend(EXECUTE_SQL.to_le_bytes());
    message.extend(0_u16.to_le_bytes());
    put(&mut message, "", Some(&Argument::Text(statement.to_owned())));
    if parameters.is_empty() {
        return message;
    }
    let declarations: Vec<String> = parameters
        .iter()
        .map(|parameter| format!("{} {}", parameter.name, parameter.declaration))
        .collect();
    put(&mut message, "", Some(&Argument::Text(declarations.join(", "))));
    for parameter in parameters {
        put(&mut message, &parameter.name, parameter.value.as_ref());
    }
    message
}

fn put(message: &mut Vec<u8>, name: &str, value: Option<&Argument>) {
    let name = utf16(name);
    message.push((name.len() / 2) as u8);
    message.extend(name);
    message.push(0);
    let (kind, bytes) = match value {
        None => (TEXT, None),
        Some(Argument::Text(text)) => (TEXT, Some(utf16(text))),
        Some(Argument::Bytes(bytes)) => (BYTES, Some(bytes.clone())),
    };
    message.push(kind);
    let comes_in_parts = bytes.as_ref().is_some_and(|bytes| bytes.len() > LONGEST);
    let longest = if comes_in_parts { IN_PARTS } else { LONGEST as u16 };
    message.extend(longest.to_le_bytes());
    if kind == TEXT {
        message.extend(COLLATION);
    }
    match bytes {
        None => message.extend(IN_PARTS.to_le_bytes()),
        Some(bytes) if comes_in_parts => {
            message.extend((bytes.len() as u64).to_le_bytes());
            message.extend((bytes.len() as u32).to_le_bytes());
            message.extend(bytes);
            message.extend(0_u32.to_le_bytes());
        }
        Some(bytes) => {
            message.extend((bytes.len() as u16).to_le_bytes());
            message.extend(bytes);
        }
    }
}
