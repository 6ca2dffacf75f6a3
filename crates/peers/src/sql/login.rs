//! LOGIN7: who logs in, to which database, and what they are answered.
//!
//! Never here: logins that Windows vouches for.

use super::fields::{Fields, utf16};
use super::packets::FIRST_SIZE;
use super::tokens::{Fault, Tokens};

/// The server's version: major, minor, build.
pub const VERSION: [u8; 4] = [16, 0, 0x10, 0x68];
/// TDS 7.4, the least that this server speaks.
pub const TDS_7_4: u32 = 0x7400_0004;
/// TDS 8.0, which differs by when TLS begins.
pub const TDS_8_0: u32 = 0x0800_0000;
/// Every database exists but this one.
const NO_DATABASE: &str = "missing";
/// The database of those who name none.
const DEFAULT_DATABASE: &str = "master";
/// A login that a token proves has this name in refusals.
const PRINCIPAL: &str = "<token-identified principal>";
/// Where the texts' places begin.
const PLACES: usize = 36;
/// "There are features": a flag of the third byte of options.
const EXTENSION: u8 = 0x10;
/// "Windows vouches for me": a flag of the second.
const INTEGRATED: u8 = 0x80;

/// Features by their number.
mod feature {
    pub const FEDERATED: u8 = 2;
    pub const UTF8: u8 = 10;
    pub const END: u8 = 0xff;
}

/// What a client proves itself with.
#[derive(Debug, PartialEq, Eq)]
pub enum Proof {
    /// A name and a password.
    Password {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// A token, right here.
    Token {
        /// The token.
        token: String,
        /// The server's nonce, which came with it.
        nonce: Option<Vec<u8>>,
        /// Whether the client knows that the server wants one.
        echo: bool,
    },
    /// A token, once the server has said for whom it must be.
    TokenLater {
        /// Whether the client knows that the server wants one.
        echo: bool,
    },
}

/// What the client said.
#[derive(Debug, PartialEq, Eq)]
pub struct Login {
    /// The protocol that it speaks.
    pub version: u32,
    /// The size of packets that it would like.
    pub packet_size: usize,
    /// What it proves itself with.
    pub proof: Proof,
    /// The database that it wants.
    pub database: String,
    /// Whether texts may come in UTF-8.
    pub utf8: Option<u8>,
}

/// Reads a login; nothing if it is none.
pub fn parse(payload: &[u8]) -> Option<Login> {
    let mut head = Fields::of(payload);
    let length = head.u32()?;
    if length as usize != payload.len() {
        return None;
    }
    let (version, packet_size) = (head.u32()?, head.u32()? as usize);
    head.bytes(12)?;
    let [_, flags_2, _, flags_3] = head.bytes(4)?.first_chunk().copied()?;
    if flags_2 & INTEGRATED != 0 {
        return None;
    }
    let texts = Texts { payload };
    let mut login = Login {
        version,
        // Nothing, and less than 512, mean: as you like.
        packet_size: if packet_size < 512 {
            FIRST_SIZE
        } else {
            packet_size.min(32767)
        },
        proof: Proof::Password {
            user: texts.text(1)?,
            password: utf16(
                &texts
                    .units(2)?
                    .iter()
                    .map(|byte| (byte ^ 0xa5).rotate_left(4))
                    .collect::<Vec<_>>(),
            ),
        },
        database: texts.text(8)?,
        utf8: None,
    };
    if flags_3 & EXTENSION != 0 {
        let (start, _) = texts.place(5)?;
        let start = Fields::of(payload.get(start..)?).u32()? as usize;
        features(Fields::of(payload.get(start..)?), &mut login)?;
    }
    if login.database.is_empty() {
        DEFAULT_DATABASE.clone_into(&mut login.database);
    }
    Some(login)
}

/// The texts of a login: nine of them, then six bytes, then three.
struct Texts<'a> {
    payload: &'a [u8],
}

impl<'a> Texts<'a> {
    fn place(&self, index: usize) -> Option<(usize, usize)> {
        let mut place = Fields::of(self.payload.get(PLACES + 4 * index..)?);
        Some((place.u16()?.into(), place.u16()?.into()))
    }

    fn units(&self, index: usize) -> Option<&'a [u8]> {
        let (start, units) = self.place(index)?;
        if units == 0 {
            return Some(&[]);
        }
        self.payload.get(start..start + 2 * units)
    }

    fn text(&self, index: usize) -> Option<String> {
        self.units(index).map(utf16)
    }
}

fn features(mut fields: Fields<'_>, login: &mut Login) -> Option<()> {
    loop {
        let number = fields.u8()?;
        if number == feature::END {
            return Some(());
        }
        let length = fields.u32()? as usize;
        let mut data = Fields::of(fields.bytes(length)?);
        match number {
            feature::FEDERATED => {
                let options = data.u8()?;
                let echo = options & 1 != 0;
                login.proof = match options >> 1 {
                    1 => {
                        let (token, nonce) = token(&mut data)?;
                        Proof::Token { token, nonce, echo }
                    }
                    2 => Proof::TokenLater { echo },
                    _ => return None,
                };
            }
            feature::UTF8 => login.utf8 = Some(data.u8().unwrap_or(0)),
            _ => {}
        }
    }
}

/// A token, and the nonce behind it if there is one.
fn token(fields: &mut Fields<'_>) -> Option<(String, Option<Vec<u8>>)> {
    let length = fields.u32()? as usize;
    let token = utf16(fields.bytes(length)?);
    let nonce = if fields.is_empty() {
        None
    } else {
        Some(fields.bytes(32)?.to_vec())
    };
    fields.is_empty().then_some((token, nonce))
}

/// The token of a message that has nothing else.
pub fn late_token(payload: &[u8]) -> Option<(String, Option<Vec<u8>>)> {
    let mut fields = Fields::of(payload);
    (fields.u32()? as usize == payload.len() - 4).then_some(())?;
    token(&mut fields)
}

/// Who may log in.
pub struct Doorkeeper {
    /// By this name.
    pub user: String,
    /// With this password.
    pub password: String,
    /// Or with this token.
    pub token: Option<String>,
}

impl Doorkeeper {
    /// Why the client may not come in, if it may not. `federated` is what the server said about tokens, `nonce` what it
    /// gave along, if it did.
    pub fn refusal(&self, login: &Login, federated: bool, nonce: Option<&[u8]>) -> Option<Fault> {
        let (may, name) = match &login.proof {
            Proof::Password { user, password } => {
                // Names are compared as the server's collation does, passwords are not.
                let known = user.eq_ignore_ascii_case(&self.user) && *password == self.password;
                (known, user.as_str())
            }
            Proof::Token {
                token,
                nonce: signed,
                echo,
            } => {
                let known = self.token.as_ref() == Some(token) && *echo == federated && signed.as_deref() == nonce;
                (known, PRINCIPAL)
            }
            Proof::TokenLater { .. } => (false, PRINCIPAL),
        };
        if !may {
            return Some(Fault::new(18456, 1, 14, format!("Login failed for user '{name}'.")));
        }
        (login.database == NO_DATABASE).then(|| {
            let text = format!("Cannot open database \"{NO_DATABASE}\" requested by the login. The login failed.");
            Fault::new(4060, 1, 11, text)
        })
    }
}

/// What a client that may come in is told; also when it must go `elsewhere`, to another server's name and port.
pub fn welcome(login: &Login, elsewhere: Option<&(String, u16)>) -> Tokens {
    let mut tokens = Tokens::default();
    tokens.database(&login.database, DEFAULT_DATABASE);
    tokens.collation();
    tokens.language();
    let version = if login.version == TDS_8_0 { TDS_8_0 } else { TDS_7_4 };
    tokens.login_acknowledged(version, VERSION);
    tokens.packet_size(login.packet_size, FIRST_SIZE);
    if let Some((name, port)) = elsewhere {
        tokens.elsewhere(name, *port);
    }
    let mut features: Vec<(u8, &[u8])> = Vec::new();
    if matches!(login.proof, Proof::Token { .. }) {
        features.push((feature::FEDERATED, &[]));
    }
    if login.utf8.is_some() {
        features.push((feature::UTF8, &[1]));
    }
    if !features.is_empty() {
        tokens.features_acknowledged(&features, feature::END);
    }
    tokens.done(super::tokens::Done::Last(0), 0, None);
    tokens
}
