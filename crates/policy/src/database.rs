//! What a statement for SQL Server needs of its connection.
//!
//! A statement is a [`crate::Call`] like others, so that whoever answers calls answers it too: `POST` to
//! `sqlserver://host:port/database`, a [`SqlServer`] among its extensions, and as its body
//!
//! ```json
//! { "statement": "SELECT @id AS id", "parameters": [{ "name": "@id", "type": "int", "value": 1 }] }
//! ```
//!
//! where bytes are Base64. The answer is 200 with the rows of the last result, `{"items":[{"id":1}]}`, or 500 with
//! `{"number":208,"message":"Invalid object name 'x'."}`. Never here: the protocol.

use std::fmt;
use std::time::Duration;

/// What shows that the gateway may ask.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum SqlProof {
    /// A user of the server's own.
    Password {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// A token of Microsoft Entra ID.
    Token(String),
}

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SqlEncryption {
    /// By TLS where the server has it, whatever its certificate.
    Optional,
    /// By TLS.
    Mandatory,
    /// By TLS from the first byte on (TDS 8.0).
    Strict,
}

/// How a server is connected to, beyond its address.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SqlServer {
    /// The database; empty for the user's default.
    pub database: String,
    /// What shows that the gateway may ask.
    pub proof: SqlProof,
    /// How the connection is protected.
    pub encryption: SqlEncryption,
    /// Whether any certificate will do.
    pub trusts_any: bool,
    /// The name in the server's certificate, where it is not that of the address.
    pub name: Option<String>,
    /// What administrators of the server see.
    pub application: String,
    /// A replica that only reads will do.
    pub read_only: bool,
    /// How long connecting may take.
    pub patience: Duration,
}

impl fmt::Debug for SqlServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SqlServer")
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}
