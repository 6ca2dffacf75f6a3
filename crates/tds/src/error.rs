//! What goes wrong between a client and SQL Server.
//!
//! Never here: credentials; a server's message may name objects of the database, and its reader is who wrote the statement.

use thiserror::Error;

/// What the server says of a statement or a login that it refuses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The error's number, as in `sys.messages`.
    pub number: i32,
    /// How severe it is; from 20 on the connection ends.
    pub class: u8,
    /// The line of the statement.
    pub line: u32,
    /// What it says.
    pub message: String,
}

/// Why there is no result.
#[derive(Debug, Error)]
pub enum Error {
    /// The connection broke.
    #[error("the connection to the database broke: {0}")]
    Broken(#[from] std::io::Error),
    /// What the server sent is none of the protocol.
    #[error("the database answered with what is not its protocol: {0}")]
    Malformed(&'static str),
    /// A value has a type that is not read.
    #[error("the result has a column of the type 0x{0:02X}, which is not supported")]
    UnknownType(u8),
    /// More bytes than are read.
    #[error("the database's answer has more than {0} bytes, which is the limit")]
    TooLarge(usize),
    /// More values than are read.
    #[error("the database's answer has more than {0} values, which is the limit")]
    TooManyValues(usize),
    /// The server refuses the statement or the login.
    #[error("the database answered {}: {}", .0.number, .0.message)]
    Refused(Refusal),
}

impl Error {
    /// Whether the connection can be used on.
    pub fn leaves_connection(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.class < 20)
    }
}
