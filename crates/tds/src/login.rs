//! `LOGIN7`: who asks, for which database (MS-TDS 2.2.6.4).

use std::fmt;

/// Version 7.4 of the protocol; 8.0 says so already by beginning with TLS.
const VERSION: u32 = 0x7400_0004;
/// Bytes before the texts.
const FIXED: usize = 94;
/// Said to be there when a database cannot be used or a language is unknown.
const FLAGS: u8 = 0xe0;
/// A database that does not exist is an error; ANSI's rules for nulls and quotes, as .NET has them.
const MORE_FLAGS: u8 = 0x03;
/// The session only reads.
const READ_ONLY: u8 = 0x20;
/// Features follow.
const EXTENSION: u8 = 0x10;
/// The feature of tokens, of the kind where the client has one already.
const TOKEN_FEATURE: u8 = 0x02;
const TOKEN_AT_HAND: u8 = 0x01 << 1;
const LAST_FEATURE: u8 = 0xff;

/// What shows that somebody may ask.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Proof {
    /// A user of the server's own.
    Password {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// A token of Microsoft Entra ID for `https://database.windows.net/`.
    Token(String),
}

impl fmt::Debug for Proof {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Password { .. } => "Password",
            Self::Token(_) => "Token",
        })
    }
}

/// Who asks, and for what.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Login {
    /// The server's name as it was asked for.
    pub server: String,
    /// The database; empty for the user's default.
    pub database: String,
    /// The application's name, which the server's administrators see.
    pub application: String,
    /// What shows that it may.
    pub proof: Proof,
    /// A replica that only reads will do.
    pub read_only: bool,
}

impl Login {
    /// The message; `echoes` when the server has said that it takes tokens.
    pub(crate) fn message(&self, packet_size: usize, echoes: bool) -> Vec<u8> {
        let (user, password, token) = match &self.proof {
            Proof::Password { user, password } => (user.as_str(), obfuscated(password), None),
            Proof::Token(token) => ("", Vec::new(), Some(token)),
        };
        let mut texts = Texts::default();
        texts.add(&self.application); // the client's host, which is nobody's business
        texts.add(user);
        texts.add_bytes(&password, 2);
        texts.add(&self.application);
        texts.add(&self.server);
        let pointer = texts.bytes.len();
        texts.add_bytes(token.map_or(&[], |_| &[0; 4]), 1); // where the features are
        texts.add(&self.application); // the library's name
        texts.add(""); // the language: the user's own
        texts.add(&self.database);
        texts.places.extend([0; 6]); // no hardware's address
        for _ in 0..3 {
            texts.add(""); // no SSPI, no file to attach, no new password
        }
        texts.places.extend([0; 4]); // no long SSPI
        let Texts {
            places,
            bytes: mut texts,
        } = texts;
        let mut features = Vec::new();
        if let Some(token) = token {
            let token = utf16(token);
            features.push(TOKEN_FEATURE);
            features.extend((token.len() as u32 + 5).to_le_bytes());
            features.push(TOKEN_AT_HAND | u8::from(echoes));
            features.extend((token.len() as u32).to_le_bytes());
            features.extend(token);
            features.push(LAST_FEATURE);
            let at = (FIXED + texts.len()) as u32;
            if let Some(written) = texts.get_mut(pointer..pointer + 4) {
                written.copy_from_slice(&at.to_le_bytes());
            }
        }
        let length = FIXED + texts.len() + features.len();
        let mut message = Vec::with_capacity(length);
        message.extend((length as u32).to_le_bytes());
        message.extend(VERSION.to_le_bytes());
        message.extend((packet_size as u32).to_le_bytes());
        message.extend([0; 12]); // the client's version and process, no connection before
        message.push(FLAGS);
        message.push(MORE_FLAGS);
        message.push(if self.read_only { READ_ONLY } else { 0 });
        message.push(if features.is_empty() { 0 } else { EXTENSION });
        message.extend([0; 8]); // the time zone and the locale, which nobody asks for
        message.extend(places);
        message.extend(texts);
        message.extend(features);
        message
    }
}

/// Texts, one behind the other, and where each of them is.
#[derive(Default)]
struct Texts {
    places: Vec<u8>,
    bytes: Vec<u8>,
}

impl Texts {
    fn add(&mut self, text: &str) {
        self.add_bytes(&utf16(clipped(text)), 2);
    }

    /// Bytes whose length is told in units.
    fn add_bytes(&mut self, bytes: &[u8], unit: usize) {
        self.places.extend(((FIXED + self.bytes.len()) as u16).to_le_bytes());
        self.places.extend(((bytes.len() / unit) as u16).to_le_bytes());
        self.bytes.extend_from_slice(bytes);
    }
}

/// A password as it travels: that only its bytes are turned is why TLS is around it.
fn obfuscated(password: &str) -> Vec<u8> {
    let mut bytes = utf16(clipped(password));
    for byte in &mut bytes {
        *byte = byte.rotate_left(4) ^ 0xa5;
    }
    bytes
}

/// Text in UTF-16, as messages have it.
pub(crate) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Names have 128 characters at most.
fn clipped(text: &str) -> &str {
    let end = text.char_indices().nth(128).map_or(text.len(), |(end, _)| end);
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(proof: Proof) -> Login {
        Login {
            server: "db.test".to_owned(),
            database: "shop".to_owned(),
            application: "a".to_owned(),
            proof,
            read_only: true,
        }
    }

    /// The text of which the place stands at `at`.
    fn told(message: &[u8], at: usize, unit: usize) -> Vec<u8> {
        let number = |at: usize| usize::from(u16::from_le_bytes([message[at], message[at + 1]]));
        message[number(at)..number(at) + number(at + 2) * unit].to_vec()
    }

    #[test]
    fn texts_are_where_their_places_say() {
        let (user, password) = ("sa".to_owned(), "p\u{e4}ss".to_owned());
        let message = login(Proof::Password { user, password }).message(4096, false);
        assert_eq!(
            u32::from_le_bytes(message[..4].try_into().unwrap()) as usize,
            message.len()
        );
        assert_eq!(told(&message, 40, 2), utf16("sa"));
        let restored: Vec<u8> = told(&message, 44, 2)
            .iter()
            .map(|byte| (byte ^ 0xa5).rotate_left(4))
            .collect();
        assert_eq!(restored, utf16("p\u{e4}ss"));
        assert_eq!(
            (told(&message, 52, 2), told(&message, 68, 2)),
            (utf16("db.test"), utf16("shop"))
        );
        assert_eq!((message[26], message[27]), (READ_ONLY, 0));
    }

    #[test]
    fn a_token_is_a_feature() {
        let message = login(Proof::Token("ey".to_owned())).message(4096, true);
        let pointer = told(&message, 56, 1);
        let at = u32::from_le_bytes(pointer.try_into().unwrap()) as usize;
        assert_eq!(message[at..], [2, 9, 0, 0, 0, 3, 4, 0, 0, 0, b'e', 0, b'y', 0, 0xff]);
        assert_eq!(message[27], EXTENSION);
    }

    #[test]
    fn what_is_too_long_is_cut_and_no_proof_is_shown() {
        let proof = Proof::Token("x".repeat(100_000));
        assert_eq!(format!("{proof:?}"), "Token");
        let mut login = login(proof);
        login.database = "\u{1f4a9}".repeat(1000);
        assert_eq!(told(&login.message(4096, false), 68, 2).len(), 128 * 4);
    }
}
