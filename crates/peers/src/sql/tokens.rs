//! Tokens, of which the server's messages consist, as bytes.
//!
//! Never here: which of them answer what; values of columns.

use bytes::BufMut;

use super::fields::utf16_of;
use super::types::{LATIN, Type, Value};

/// What the server calls itself in messages.
const SERVER: &str = "PEERS";
/// What it says that it is.
const PRODUCT: &str = "Microsoft SQL Server";

/// Flags of DONE.
pub mod flag {
    /// Something follows.
    pub const MORE: u16 = 0x0001;
    /// It went wrong.
    pub const ERROR: u16 = 0x0002;
    /// It was stopped as the client wished.
    pub const ATTENTION: u16 = 0x0020;
}

/// The flag by which the count of rows counts.
const COUNTED: u16 = 0x0010;

/// Commands, as DONE has them.
pub mod command {
    /// Rows were asked for.
    pub const SELECT: u16 = 0xc1;
    /// Rows were added.
    pub const INSERT: u16 = 0xc3;
    /// Rows went.
    pub const DELETE: u16 = 0xc4;
    /// Rows were changed.
    pub const UPDATE: u16 = 0xc5;
}

/// Which end it is, with its flags.
#[derive(Clone, Copy)]
pub enum Done {
    /// Of a statement in a batch.
    Last(u16),
    /// Of a statement in a procedure.
    Inside(u16),
    /// Of a procedure.
    Procedure(u16),
}

/// An error or a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its number.
    pub number: u32,
    /// Which of the places that raise it.
    pub state: u8,
    /// How bad it is; up to 10 it is a notice.
    pub class: u8,
    /// What people read.
    pub text: String,
    /// The line of the batch.
    pub line: u32,
}

impl Fault {
    /// One that is about the first line.
    pub fn new(number: u32, state: u8, class: u8, text: impl Into<String>) -> Self {
        Self {
            number,
            state,
            class,
            text: text.into(),
            line: 1,
        }
    }

    /// The same about another line.
    pub fn at(self, line: u32) -> Self {
        Self { line, ..self }
    }
}

/// A column of a result.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name; empty for none.
    pub name: String,
    /// Its type.
    pub of: Type,
    /// Whether it may be NULL; where it may not, numbers and times have a form of their own.
    pub nullable: bool,
}

/// Tokens, one after the other.
#[derive(Default)]
pub struct Tokens {
    bytes: Vec<u8>,
}

impl Tokens {
    /// The bytes so far, which are gone then.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// An error, or a notice.
    pub fn fault(&mut self, fault: &Fault) {
        self.counted(if fault.class > 10 { 0xaa } else { 0xab }, |body| {
            body.put_u32_le(fault.number);
            body.put_slice(&[fault.state, fault.class]);
            long_text(body, &fault.text);
            short_text(body, SERVER);
            short_text(body, "");
            body.put_u32_le(fault.line);
        });
    }

    /// The end of something, with the rows that it was about.
    pub fn done(&mut self, done: Done, command: u16, rows: Option<u64>) {
        let (token, flags) = match done {
            Done::Last(flags) => (0xfd, flags),
            Done::Procedure(flags) => (0xfe, flags),
            Done::Inside(flags) => (0xff, flags),
        };
        self.bytes.put_u8(token);
        self.bytes.put_u16_le(flags | if rows.is_some() { COUNTED } else { 0 });
        self.bytes.put_u16_le(command);
        self.bytes.put_u64_le(rows.unwrap_or(0));
    }

    /// What a procedure returned.
    pub fn return_status(&mut self, status: i32) {
        self.bytes.put_u8(0x79);
        self.bytes.put_i32_le(status);
    }

    /// What a statement is called that is kept.
    pub fn return_handle(&mut self, handle: i32) {
        self.bytes.put_u8(0xac);
        self.bytes.put_u16_le(0);
        short_text(&mut self.bytes, "");
        self.bytes.put_u8(1);
        self.bytes.put_u32_le(0);
        self.bytes.put_u16_le(0);
        Type::Int.put(&mut self.bytes, true);
        Value::Integer(handle.into()).put(&mut self.bytes, Type::Int, true);
    }

    /// The columns of the rows that follow.
    pub fn columns(&mut self, columns: &[Column], table: &str) {
        self.bytes.put_u8(0x81);
        self.bytes.put_u16_le(columns.len() as u16);
        for column in columns {
            self.bytes.put_u32_le(0);
            self.bytes.put_u16_le(if column.nullable { 0x0009 } else { 0x0008 });
            column.of.put(&mut self.bytes, column.nullable);
            if column.of.names_its_table() {
                self.bytes.put_u8(2);
                long_text(&mut self.bytes, "dbo");
                long_text(&mut self.bytes, table);
            }
            short_text(&mut self.bytes, &column.name);
        }
    }

    /// A row. `compressed` leaves out the values that are NULL and says which they are.
    pub fn row(&mut self, columns: &[Column], values: &[Value], compressed: bool) {
        self.bytes.put_u8(if compressed { 0xd2 } else { 0xd1 });
        if compressed {
            for part in values.chunks(8) {
                let bits = part
                    .iter()
                    .enumerate()
                    .map(|(bit, value)| u8::from(value.is_null()) << bit)
                    .sum();
                self.bytes.put_u8(bits);
            }
        }
        for (column, value) in columns.iter().zip(values) {
            if !(compressed && value.is_null()) {
                value.put(&mut self.bytes, column.of, column.nullable);
            }
        }
    }

    /// The database that is used from here on.
    pub fn database(&mut self, new: &str, old: &str) {
        self.changed(1, new, old);
        self.fault(&Fault::new(5701, 2, 0, format!("Changed database context to '{new}'.")));
    }

    /// The language of messages.
    pub fn language(&mut self) {
        self.changed(2, "us_english", "");
        self.fault(&Fault::new(5703, 1, 0, "Changed language setting to us_english."));
    }

    /// The size of packets from here on.
    pub fn packet_size(&mut self, new: usize, old: usize) {
        self.changed(4, &new.to_string(), &old.to_string());
    }

    /// How texts are encoded and sorted.
    pub fn collation(&mut self) {
        self.environment(7, &LATIN, &[]);
    }

    /// A transaction began (8), was committed (9) or undone (10).
    pub fn transaction(&mut self, what: u8, transaction: u64) {
        let number = transaction.to_le_bytes();
        let (new, old): (&[u8], &[u8]) = if what == 8 { (&number, &[]) } else { (&[], &number) };
        self.environment(what, new, old);
    }

    /// The session began anew, as the client wished.
    pub fn reset(&mut self) {
        self.environment(18, &[], &[]);
    }

    /// What the client wants is to be had at another server.
    pub fn elsewhere(&mut self, name: &str, port: u16) {
        let mut place = vec![0];
        place.put_u16_le(port);
        long_text(&mut place, name);
        self.counted(0xe3, |body| {
            body.put_u8(20);
            body.put_u16_le(place.len() as u16);
            body.put_slice(&place);
            body.put_u16_le(0);
        });
    }

    /// The client is in.
    pub fn login_acknowledged(&mut self, protocol: u32, version: [u8; 4]) {
        self.counted(0xad, |body| {
            body.put_u8(1);
            body.put_u32(protocol);
            short_text(body, PRODUCT);
            body.put_slice(&version);
        });
    }

    /// The features that the server has too.
    pub fn features_acknowledged(&mut self, features: &[(u8, &[u8])], end: u8) {
        self.bytes.put_u8(0xae);
        for (number, data) in features {
            self.bytes.put_u8(*number);
            self.bytes.put_u32_le(data.len() as u32);
            self.bytes.put_slice(data);
        }
        self.bytes.put_u8(end);
    }

    /// A token is wanted: who makes it, and for whom.
    pub fn token_wanted(&mut self, information: &[(u8, &str)]) {
        let texts: Vec<Vec<u8>> = information.iter().map(|(_, text)| utf16_of(text)).collect();
        let mut start = 4 + 9 * texts.len();
        let mut body = Vec::new();
        body.put_u32_le(texts.len() as u32);
        for ((number, _), text) in information.iter().zip(&texts) {
            body.put_u8(*number);
            body.put_u32_le(text.len() as u32);
            body.put_u32_le(start as u32);
            start += text.len();
        }
        body.extend(texts.concat());
        self.bytes.put_u8(0xee);
        self.bytes.put_u32_le(body.len() as u32);
        self.bytes.extend_from_slice(&body);
    }

    /// A row of a text that promises more bytes than come.
    pub fn half_a_row(&mut self) {
        let columns = [Column {
            name: "text".to_owned(),
            of: Type::NVarChar(Some(50)),
            nullable: true,
        }];
        let value = Value::Text("half of what there is".to_owned());
        self.columns(&columns, "");
        self.row(&columns, &[value], false);
        self.bytes.truncate(self.bytes.len() - 20);
    }

    fn changed(&mut self, what: u8, new: &str, old: &str) {
        self.counted(0xe3, |body| {
            body.put_u8(what);
            short_text(body, new);
            short_text(body, old);
        });
    }

    fn environment(&mut self, what: u8, new: &[u8], old: &[u8]) {
        self.counted(0xe3, |body| {
            body.put_u8(what);
            for value in [new, old] {
                body.put_u8(value.len() as u8);
                body.put_slice(value);
            }
        });
    }

    /// A token with the length of its body before it.
    fn counted(&mut self, token: u8, write: impl FnOnce(&mut Vec<u8>)) {
        let mut body = Vec::new();
        write(&mut body);
        self.bytes.put_u8(token);
        self.bytes.put_u16_le(body.len() as u16);
        self.bytes.extend_from_slice(&body);
    }
}

fn short_text(bytes: &mut Vec<u8>, text: &str) {
    let units = utf16_of(text);
    bytes.put_u8((units.len() / 2) as u8);
    bytes.extend_from_slice(&units);
}

fn long_text(bytes: &mut Vec<u8>, text: &str) {
    let units = utf16_of(text);
    bytes.put_u16_le((units.len() / 2) as u16);
    bytes.extend_from_slice(&units);
}
