//! `PRELOGIN`: what client and server can do, before anybody says who they are (MS-TDS 2.2.6.5).

use crate::Error;
use crate::packet::{self, DEFAULT_SIZE, Kind};
use crate::reader::Reader;
use tokio::io::{AsyncRead, AsyncWrite};

const VERSION: u8 = 0x00;
const ENCRYPTION: u8 = 0x01;
const INSTANCE: u8 = 0x02;
const THREAD: u8 = 0x03;
const MULTIPLE: u8 = 0x04;
const TOKENS: u8 = 0x06;
const END: u8 = 0xff;

const NOT_SUPPORTED: u8 = 0x02;
const ON: u8 = 0x01;

/// What the server has said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Negotiated {
    /// TLS follows, if it has not come first.
    pub encrypts: bool,
    /// The server says in return that it takes tokens.
    pub takes_tokens: bool,
}

/// Asks the server whether it encrypts, and says whether a token will be shown.
pub async fn negotiate<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    with_token: bool,
) -> Result<Negotiated, Error> {
    let question = question(with_token);
    packet::send(stream, (Kind::Prelogin, &question), DEFAULT_SIZE, false).await?;
    answer(&packet::receive(stream).await?)
}

fn question(with_token: bool) -> Vec<u8> {
    let mut options: Vec<(u8, &[u8])> = vec![
        (VERSION, &[0; 6]),
        (ENCRYPTION, &[ON]),
        (INSTANCE, &[0]),
        (THREAD, &[0; 4]),
        (MULTIPLE, &[0]),
    ];
    if with_token {
        options.push((TOKENS, &[1]));
    }
    // Each option has its place and its length, most significant byte first; their data follow in order.
    let mut place = options.len() * 5 + 1;
    let mut message = Vec::new();
    for (option, data) in &options {
        message.push(*option);
        message.extend_from_slice(&(place as u16).to_be_bytes());
        message.extend_from_slice(&(data.len() as u16).to_be_bytes());
        place += data.len();
    }
    message.push(END);
    for (_, data) in &options {
        message.extend_from_slice(data);
    }
    message
}

fn answer(message: &[u8]) -> Result<Negotiated, Error> {
    let mut negotiated = Negotiated::default();
    let mut options = Reader::new(message);
    loop {
        let option = options.u8()?;
        if option == END {
            return Ok(negotiated);
        }
        let place = usize::from(options.u16()?.swap_bytes());
        let length = usize::from(options.u16()?.swap_bytes());
        let data = message
            .get(place..place + length)
            .ok_or(Error::Malformed("an option lies outside of its message"))?;
        match (option, data) {
            (ENCRYPTION, [said, ..]) => negotiated.encrypts = *said != NOT_SUPPORTED && *said != 0,
            (TOKENS, [said, ..]) => negotiated.takes_tokens = *said == 1,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_found_by_their_places() {
        let said = [ENCRYPTION, 0, 11, 0, 1, TOKENS, 0, 12, 0, 1, END, 3, 1];
        let expected = Negotiated {
            encrypts: true,
            takes_tokens: true,
        };
        assert_eq!(answer(&said).unwrap(), expected);
        assert!(answer(&[ENCRYPTION, 0, 200, 0, 1, END]).is_err());
        assert!(answer(&[ENCRYPTION, 0xff, 0xff, 0xff, 0xff, END]).is_err());
        assert!(answer(&[ENCRYPTION]).is_err());
        assert!(!answer(&[ENCRYPTION, 0, 6, 0, 1, END, 2]).unwrap().encrypts);
    }

    #[test]
    fn a_question_is_read_as_an_answer_is() {
        let expected = Negotiated {
            encrypts: true,
            takes_tokens: true,
        };
        assert_eq!(answer(&question(true)).unwrap(), expected);
    }
}
