//! A connection to a server: logging in, running statements.
//!
//! Never here: how the connection comes about, for how long it is kept.

use crate::login::Login;
use crate::packet::{self, DEFAULT_SIZE, Kind};
use crate::prelogin::Negotiated;
use crate::procedure::{self, Parameter};
use crate::tokens::{self, Table};
use crate::{Error, Refusal};
use tokio::io::{AsyncRead, AsyncWrite};

/// A connection that has logged in.
#[derive(Debug)]
pub struct Client<S> {
    stream: S,
    packet_size: usize,
    has_served: bool,
}

/// What logging in came to.
#[derive(Debug)]
pub enum LoggedIn<S> {
    /// Statements can be run.
    Here(Client<S>),
    /// The server is elsewhere, as Azure SQL's gateways say.
    Elsewhere {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Logs in on a stream on which everything has been negotiated.
    pub async fn log_in(mut stream: S, login: &Login, negotiated: Negotiated) -> Result<LoggedIn<S>, Error> {
        let message = login.message(DEFAULT_SIZE, negotiated.takes_tokens);
        packet::send(&mut stream, (Kind::Login, &message), DEFAULT_SIZE, false).await?;
        let answer = tokens::read(&packet::receive(&mut stream).await?)?;
        if let Some((host, port)) = answer.elsewhere {
            return Ok(LoggedIn::Elsewhere { host, port });
        }
        if !answer.is_welcome {
            let unexplained = || Refusal {
                message: "the login was not accepted".to_owned(),
                ..Refusal::default()
            };
            return Err(Error::Refused(answer.refusal.unwrap_or_else(unexplained)));
        }
        Ok(LoggedIn::Here(Self {
            stream,
            packet_size: answer.packet_size.unwrap_or(DEFAULT_SIZE),
            has_served: false,
        }))
    }

    /// Runs a statement, which may consist of several, and gives the rows of the last one that gives any. What statements
    /// before it have left in the session is forgotten first.
    ///
    /// When the future is dropped, or the error says so ([`Error::leaves_connection`]), the connection is of no more use.
    pub async fn execute(&mut self, statement: &str, parameters: &[Parameter]) -> Result<Table, Error> {
        let message = procedure::message(statement, parameters);
        let reset = std::mem::replace(&mut self.has_served, true);
        packet::send(&mut self.stream, (Kind::Procedure, &message), self.packet_size, reset).await?;
        let answer = tokens::read(&packet::receive(&mut self.stream).await?)?;
        match answer.refusal {
            Some(refusal) => Err(Error::Refused(refusal)),
            None => Ok(answer.table),
        }
    }

    /// The stream, to see whether the server has closed it.
    pub const fn stream(&mut self) -> &mut S {
        &mut self.stream
    }
}
