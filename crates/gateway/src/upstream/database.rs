//! Statements for SQL Server: calls to `sqlserver://host:port/database` (see [`policy::SqlServer`]), and the connections
//! that they are sent on, which are kept for the next one.
//!
//! Never here: the protocol, which is the crate `tds`; which policies send statements.

mod rows;

use crate::Config;
use crate::ticker::Ticker;
use crate::upstream::dial::dial;
use crate::upstream::tls::{Alpn, ClientTls};
use crate::upstream::verifier::Verification;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use expression::body::MessageBody;
use http::header::CONTENT_TYPE;
use http::uri::Authority;
use http::{Extensions, HeaderMap, HeaderValue, StatusCode};
use policy::{Body, Call, Connection, Reply, SqlEncryption, SqlProof, SqlServer, UpstreamFailure};
use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use serde_json::{Value as Json, json};
use std::cell::RefCell;
use std::collections::HashMap;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;
use tds::{Argument, Client, LoggedIn, Login, Negotiated, Parameter, Proof, Wrapped};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsConnector;

/// The scheme of their URLs.
pub const SCHEME: &str = "sqlserver";

/// Servers that one may be sent on to by others.
const MOST_HOPS: usize = 3;

/// A worker's connections to databases.
pub struct Databases {
    ticker: Rc<Ticker>,
    tls: Arc<ClientTls>,
    keep: u64,
    lifetime: u64,
    most_idle: usize,
    idle: RefCell<HashMap<Place, Vec<Idle>>>,
}

/// What connections are told apart by.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Place {
    authority: Authority,
    server: SqlServer,
    connection: Connection,
}

struct Idle {
    session: Session,
    since: u64,
}

/// A connection, logged in at a tick.
struct Session {
    client: Client<Box<dyn Io>>,
    opened: u64,
}

/// A byte stream, with or without TLS.
trait Io: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> Io for S {}

impl Databases {
    /// None yet; as many are kept for one place, and each as long, as of other connections.
    pub fn new(ticker: Rc<Ticker>, tls: Arc<ClientTls>, config: &Config) -> Self {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Self {
            ticker,
            tls,
            keep: milliseconds(config.timeouts.upstream_idle),
            lifetime: milliseconds(config.timeouts.upstream_lifetime),
            most_idle: config.limits.idle_upstream_connections,
            idle: RefCell::default(),
        }
    }

    /// Runs the statement of a call.
    pub async fn ask(&self, mut call: Call) -> Result<Reply, UpstreamFailure> {
        let broken = |message: &str| UpstreamFailure::Connection(message.to_owned());
        let server = call.extensions.remove::<SqlServer>();
        let (Some(server), Some(authority), Body::Buffered(body)) = (server, call.url.authority(), &call.body) else {
            return Err(broken("nothing says how to log in to the database"));
        };
        let (statement, parameters) =
            read(body.bytes()).ok_or_else(|| broken("the statement for the database is not understood"))?;
        let place = Place {
            authority: authority.clone(),
            server,
            connection: call.connection,
        };
        let mut session = match self.take(&place) {
            Some(session) => session,
            None => Box::pin(self.connect(&place)).await?,
        };
        let result = session.client.execute(&statement, &parameters).await;
        if result.as_ref().err().is_none_or(tds::Error::leaves_connection) {
            self.put(place, session);
        }
        match result {
            Ok(table) => Ok(answer(StatusCode::OK, rows::json(&table))),
            Err(tds::Error::Refused(refusal)) => Ok(refused(&refusal)),
            Err(error) => Err(UpstreamFailure::Connection(error.to_string())),
        }
    }

    /// Closes what has been idle for too long.
    pub fn purge(&self) {
        let now = self.ticker.now();
        self.idle.borrow_mut().retain(|_, sessions| {
            sessions.retain(|idle| now.saturating_sub(idle.since) <= self.keep);
            !sessions.is_empty()
        });
    }

    /// A connection that waits for a statement. One on which something has come, or which has ended, is of no use.
    fn take(&self, place: &Place) -> Option<Session> {
        let mut idle = self.idle.borrow_mut();
        let sessions = idle.get_mut(place)?;
        while let Some(mut idle) = sessions.pop() {
            let (mut byte, mut context) = ([0], Context::from_waker(Waker::noop()));
            let stream = Pin::new(idle.session.client.stream());
            if stream
                .poll_read(&mut context, &mut ReadBuf::new(&mut byte))
                .is_pending()
            {
                return Some(idle.session);
            }
        }
        None
    }

    /// Keeps a connection, unless it is so old that it had better find out again where the server is.
    fn put(&self, place: Place, session: Session) {
        let now = self.ticker.now();
        if now.saturating_sub(session.opened) > self.lifetime {
            return;
        }
        let mut idle = self.idle.borrow_mut();
        let sessions = idle.entry(place).or_default();
        if sessions.len() < self.most_idle {
            sessions.push(Idle { session, since: now });
        }
    }

    async fn connect(&self, place: &Place) -> Result<Session, UpstreamFailure> {
        let patience = place.server.patience;
        let failed = |why: &str| UpstreamFailure::Connection(format!("no connection to {}: {why}", place.authority));
        match tokio::time::timeout(patience, self.log_in(place)).await {
            Ok(Ok(session)) => Ok(session),
            Ok(Err(error)) => Err(failed(&error)),
            Err(_) => Err(failed(&format!("not within {} s", patience.as_secs()))),
        }
    }

    /// Logs in, wherever the server says.
    async fn log_in(&self, place: &Place) -> Result<Session, String> {
        let host = place.authority.host();
        let mut host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let mut port = place.authority.port_u16().unwrap_or(1433);
        for _ in 0..MOST_HOPS {
            let (stream, negotiated) = self.open(place, &host, port).await?;
            let login = login(&place.server, &host);
            let logged_in = Client::log_in(stream, &login, negotiated).await;
            match logged_in.map_err(|error| error.to_string())? {
                LoggedIn::Here(client) => {
                    let opened = self.ticker.now();
                    return Ok(Session { client, opened });
                }
                LoggedIn::Elsewhere { host: other, port: at } => (host, port) = (other, at),
            }
        }
        Err("it is sent on from server to server".to_owned())
    }

    /// A stream on which one can log in.
    async fn open(&self, place: &Place, host: &str, port: u16) -> Result<(Box<dyn Io>, Negotiated), String> {
        let server = &place.server;
        let told = |error: tds::Error| error.to_string();
        let unreachable = |error: std::io::Error| error.to_string();
        let with_token = matches!(server.proof, SqlProof::Token(_));
        let mut stream = dial(host, port).await.map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        let name = server.name.as_deref().unwrap_or(host);
        let connector = |alpn| self.connector(place, alpn, name);
        if server.encryption == SqlEncryption::Strict {
            let (connector, name) = connector(&[b"tds/8.0"])?;
            let mut stream = connector.connect(name, stream).await.map_err(unreachable)?;
            let negotiated = tds::negotiate(&mut stream, with_token).await.map_err(told)?;
            return Ok((Box::new(stream), negotiated));
        }
        let negotiated = tds::negotiate(&mut stream, with_token).await.map_err(told)?;
        if negotiated.encrypts {
            let (connector, name) = connector(&[])?;
            let mut stream = connector
                .connect(name, Wrapped::new(stream))
                .await
                .map_err(unreachable)?;
            stream.get_mut().0.unwrap();
            return Ok((Box::new(stream), negotiated));
        }
        // A token is worth more than the data of one database.
        if server.encryption == SqlEncryption::Optional && !with_token {
            return Ok((Box::new(stream), negotiated));
        }
        Err("the database does not encrypt, which `Encrypt=False` in the connection string would let pass".to_owned())
    }

    fn connector(&self, place: &Place, alpn: Alpn, name: &str) -> Result<(TlsConnector, ServerName<'static>), String> {
        let checked = !place.server.trusts_any;
        let verification = Verification {
            chain: checked,
            name: checked,
        };
        let mut config = self
            .tls
            .config(verification, alpn, place.connection.certificate.as_ref())?;
        if alpn.is_empty() {
            // A handshake that takes up a session of before is ended by the client: a server that reads on may take what
            // comes next for a packet of the handshake, which it is not.
            Arc::make_mut(&mut config).resumption = Resumption::disabled();
        }
        let name = ServerName::try_from(name.to_owned())
            .map_err(|_| format!("`{name}` is not a name that a certificate can have"))?;
        Ok((TlsConnector::from(config), name))
    }
}

fn login(server: &SqlServer, host: &str) -> Login {
    Login {
        server: host.to_owned(),
        database: server.database.clone(),
        application: server.application.clone(),
        read_only: server.read_only,
        proof: match &server.proof {
            SqlProof::Password { user, password } => Proof::Password {
                user: user.clone(),
                password: password.clone(),
            },
            SqlProof::Token(token) => Proof::Token(token.clone()),
        },
    }
}

/// The statement and its parameters in the body of a call.
fn read(body: &[u8]) -> Option<(String, Vec<Parameter>)> {
    let said: Json = serde_json::from_slice(body).ok()?;
    let statement = said.get("statement")?.as_str()?.to_owned();
    let parameters = said.get("parameters")?.as_array()?.iter().map(|parameter| {
        let declaration = parameter.get("type")?.as_str()?.to_owned();
        let value = match parameter.get("value")? {
            Json::Null => None,
            Json::String(text) if declaration.contains("binary") => Some(Argument::Bytes(
                STANDARD.decode(text).unwrap_or_else(|_| text.clone().into_bytes()),
            )),
            Json::String(text) => Some(Argument::Text(text.clone())),
            other => Some(Argument::Text(other.to_string())),
        };
        Some(Parameter {
            name: parameter.get("name")?.as_str()?.to_owned(),
            declaration,
            value,
        })
    });
    Some((statement, parameters.collect::<Option<_>>()?))
}

fn refused(refusal: &tds::Refusal) -> Reply {
    let told = json!({ "number": refusal.number, "line": refusal.line, "message": refusal.message });
    answer(StatusCode::INTERNAL_SERVER_ERROR, told.to_string())
}

fn answer(status: StatusCode, body: String) -> Reply {
    Reply {
        status,
        reason: None,
        headers: HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]),
        body: Body::Buffered(MessageBody::new(body)),
        extensions: Extensions::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_texts_or_bytes_as_they_are_declared() {
        let value = |ty: &str, value: &str| {
            let body = format!(r#"{{"statement":"S","parameters":[{{"name":"@a","type":"{ty}","value":{value}}}]}}"#);
            let (statement, mut parameters) = read(body.as_bytes())?;
            assert_eq!(statement, "S");
            Some(parameters.remove(0).value)
        };
        let text = |text: &str| Some(Some(Argument::Text(text.to_owned())));
        let bytes = Some(Some(Argument::Bytes(vec![1, 2])));
        assert_eq!(value("int", "7"), text("7"));
        assert_eq!(value("bit", "true"), text("true"));
        assert_eq!(value("nvarchar(max)", r#""AQI=""#), text("AQI="));
        assert_eq!(value("varbinary(max)", r#""AQI=""#), bytes);
        assert_eq!(value("binary(8)", r#""AQI=""#), bytes);
        assert_eq!(value("binary(8)", "null"), Some(None));
        assert!(read(b"{}").is_none() && read(b"[").is_none());
    }
}
