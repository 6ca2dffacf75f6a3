//! PRELOGIN: what the client can do and what the server wants, before anybody says who they are.
//!
//! Never here: TLS, which comes after it or before it.

use bytes::BufMut;

use super::login::VERSION;

/// Options by their number.
mod option {
    pub const VERSION: u8 = 0;
    pub const ENCRYPTION: u8 = 1;
    pub const INSTANCE: u8 = 2;
    pub const THREAD: u8 = 3;
    pub const MARS: u8 = 4;
    pub const FEDERATED: u8 = 6;
    pub const NONCE: u8 = 7;
    pub const END: u8 = 0xff;
}

/// Words about encryption.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encryption {
    /// It can be had.
    Off = 0,
    /// It is wanted.
    On = 1,
    /// It cannot be had.
    NotSupported = 2,
    /// Nothing goes without.
    Required = 3,
}

/// What the client said.
#[derive(Debug, PartialEq, Eq)]
pub struct Prelogin {
    /// About encryption; a client that says nothing cannot.
    pub encryption: Encryption,
    /// Whether it would prove itself by a token.
    pub federated: Option<u8>,
    /// What a signature would have to hold.
    pub nonce: Option<Vec<u8>>,
}

/// Reads the client's options; nothing if they are none.
pub fn parse(payload: &[u8]) -> Option<Prelogin> {
    let mut said = Prelogin {
        encryption: Encryption::NotSupported,
        federated: None,
        nonce: None,
    };
    let mut entries = payload;
    let mut version = false;
    loop {
        let (&number, rest) = entries.split_first()?;
        if number == option::END {
            // The version is the one option that every client sends.
            return version.then_some(said);
        }
        let (&[high, low, length_high, length_low], rest) = rest.split_first_chunk()?;
        let start = usize::from(u16::from_be_bytes([high, low]));
        let length = usize::from(u16::from_be_bytes([length_high, length_low]));
        let value = payload.get(start..start + length)?;
        match (number, value) {
            (option::VERSION, [_, _, _, _, _, _]) => version = true,
            (option::ENCRYPTION, [word, ..]) => {
                // With 0x80 the client would show a certificate of its own.
                said.encryption = match word & 0x7f {
                    0 => Encryption::Off,
                    1 => Encryption::On,
                    2 => Encryption::NotSupported,
                    3 => Encryption::Required,
                    _ => return None,
                }
            }
            (option::FEDERATED, [wish]) => said.federated = Some(*wish),
            (option::NONCE, nonce) if nonce.len() == 32 => said.nonce = Some(nonce.to_vec()),
            (option::VERSION | option::NONCE, _) => return None,
            _ => {}
        }
        entries = rest;
    }
}

/// The server's options.
pub fn answer(said: &Prelogin, encryption: Encryption, federated: bool, nonce: &[u8; 32]) -> Vec<u8> {
    let [major, minor, build_high, build_low] = VERSION;
    let mut options: Vec<(u8, Vec<u8>)> = vec![
        (option::VERSION, vec![major, minor, build_high, build_low, 0, 0]),
        (option::ENCRYPTION, vec![encryption as u8]),
        (option::INSTANCE, vec![0]),
        (option::THREAD, Vec::new()),
        (option::MARS, vec![0]),
    ];
    if said.federated.is_some() {
        options.push((option::FEDERATED, vec![u8::from(federated)]));
    }
    if said.nonce.is_some() {
        options.push((option::NONCE, nonce.to_vec()));
    }
    let mut start = options.len() * 5 + 1;
    let mut payload = Vec::new();
    for (number, value) in &options {
        payload.put_u8(*number);
        payload.put_u16(start as u16);
        payload.put_u16(value.len() as u16);
        start += value.len();
    }
    payload.put_u8(option::END);
    for (_, value) in &options {
        payload.extend_from_slice(value);
    }
    payload
}
