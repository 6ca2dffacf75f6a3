//! The protocol of Microsoft SQL Server and Azure SQL, as far as running statements needs it (MS-TDS, versions 7.4 and
//! 8.0): ask what is spoken, log in, run a statement with parameters, read the rows of its last result.
//!
//! A connection is opened like this:
//!
//! 1. [`negotiate`] asks the server whether it encrypts.
//! 2. If it does, TLS is put over [`Wrapped`], in whose packets the handshake travels; over a plain stream in version
//!    8.0, where TLS comes first.
//! 3. [`Client::log_in`] says who asks, by a password or a token of Microsoft Entra ID.
//! 4. [`Client::execute`] runs a statement.
//!
//! Never here: names and sockets, TLS, pools of connections, JSON.

mod calendar;
mod client;
mod collation;
mod column;
mod error;
mod login;
mod packet;
mod prelogin;
mod procedure;
mod reader;
mod tokens;
mod value;
mod wrapped;

pub use client::{Client, LoggedIn};
pub use error::{Error, Refusal};
pub use login::{Login, Proof};
pub use prelogin::{Negotiated, negotiate};
pub use procedure::{Argument, Parameter};
pub use tokens::Table;
pub use value::Value;
pub use wrapped::Wrapped;
