//! Where Redis is: one server, a cluster, or sentinels that know the server; with or without TLS, user and password.
//!
//! - `redis://user:password@host:6379/0`: one server; `/0` is the database
//! - `redis-cluster://user:password@host:6379,host:6379`: a cluster, by some of its nodes
//! - `redis-sentinel://user:password@host:26379,host:26379/name`: the primary that sentinels know as `name`; user and
//!   password are the server's
//! - `rediss://`, `rediss-cluster://`, `rediss-sentinel://`: the same over TLS, to the sentinels too
//!
//! Never here: when to connect.

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::cluster_async::ClusterConnection;
use redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, RedisFuture, RedisResult,
    TlsCertificates, TlsMode, Value,
};
use std::time::Duration;

/// Where Redis is and how it is talked to. It holds the password and shows it nowhere.
pub struct Address {
    target: Target,
    shown: String,
}

enum Target {
    Server(Box<Client>),
    Cluster(Box<ClusterClient>),
    Sentinels(Box<tokio::sync::Mutex<SentinelClient>>),
}

/// Expected forms of an address, for messages.
const EXPECTED: &str = "redis://[user:password@]host[:port][/database], redis-cluster://…@host:port,host:port or \
                        redis-sentinel://…@host:port,host:port/name (rediss… for TLS)";

/// For a connection to come about, its greeting included.
pub(crate) const CONNECT: Duration = Duration::from_secs(2);

impl Address {
    /// Reads an address. With TLS, servers are trusted whose certificates `authorities` (PEM) have signed, or else those
    /// that the system trusts.
    ///
    /// # Errors
    /// In words for an operator, without the address, which may hold a password.
    pub fn new(url: &str, authorities: Option<Vec<u8>>) -> Result<Self, String> {
        let malformed = |what: &str| format!("the address of Redis {what}; expected {EXPECTED}");
        let (scheme, rest) = url.split_once("://").ok_or_else(|| malformed("has no scheme"))?;
        let (secure, kind) = match scheme.strip_prefix("rediss") {
            Some(kind) => (true, kind),
            None => (
                false,
                scheme
                    .strip_prefix("redis")
                    .ok_or_else(|| malformed("has an unknown scheme"))?,
            ),
        };
        if secure {
            // The one provider that is linked; another call has installed the same where this one comes late.
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        }
        let (user, places) = match rest.rsplit_once('@') {
            Some((user, places)) => (format!("{user}@"), places),
            None => (String::new(), rest),
        };
        let (hosts, path) = places.split_once('/').unwrap_or((places, ""));
        let nodes: Vec<ConnectionInfo> = hosts
            .split(',')
            .map(|host| {
                let database = if kind.is_empty() { path } else { "" };
                let url = format!("redis{}://{user}{host}/{database}", if secure { "s" } else { "" });
                // The library's words may repeat the address.
                let node = url.into_connection_info().map_err(|_| malformed("cannot be read"))?;
                let settings = node.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
                Ok(node.set_redis_settings(settings))
            })
            .collect::<Result<_, String>>()?;
        let certificates = TlsCertificates {
            client_tls: None,
            root_cert: authorities,
        };
        let wrong = |error: redis::RedisError| malformed(&format!("is of no use ({})", said(&error)));
        let target = match (kind, nodes.as_slice()) {
            ("", [node]) => {
                let client = if secure {
                    Client::build_with_tls(node.clone(), certificates)
                } else {
                    Client::open(node.clone())
                };
                Target::Server(Box::new(client.map_err(wrong)?))
            }
            ("", _) => return Err(malformed("names several servers")),
            ("-cluster", _) => {
                let mut cluster = ClusterClientBuilder::new(nodes)
                    .use_protocol(ProtocolVersion::RESP3)
                    .connection_timeout(CONNECT)
                    .retries(1);
                if secure {
                    cluster = cluster.certs(certificates);
                }
                Target::Cluster(Box::new(cluster.build().map_err(wrong)?))
            }
            ("-sentinel", [first, ..]) => {
                if path.is_empty() {
                    return Err(malformed("does not say under which name sentinels know the server"));
                }
                let settings = first.redis_settings();
                let sentinels = nodes.iter().map(|node| node.addr().clone());
                let mut client = SentinelClientBuilder::new(sentinels, path, SentinelServerType::Master)
                    .map_err(wrong)?
                    .set_client_to_redis_protocol(ProtocolVersion::RESP3);
                if let Some(user) = settings.username() {
                    client = client.set_client_to_redis_username(user);
                }
                if let Some(password) = settings.password() {
                    client = client.set_client_to_redis_password(password);
                }
                if secure {
                    client = client
                        .set_client_to_redis_tls_mode(TlsMode::Secure)
                        .set_client_to_redis_certificates(certificates.clone())
                        .set_client_to_sentinel_tls_mode(TlsMode::Secure)
                        .set_client_to_sentinel_certificates(certificates);
                }
                Target::Sentinels(Box::new(tokio::sync::Mutex::new(client.build().map_err(wrong)?)))
            }
            _ => return Err(malformed("has an unknown scheme")),
        };
        Ok(Self {
            target,
            shown: format!("{scheme}://{hosts}"),
        })
    }

    /// The address without user and password, for logs.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Connects once.
    pub(crate) async fn connect(&self) -> RedisResult<Connection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(CONNECT));
        match &self.target {
            Target::Server(client) => {
                let connection = client.get_multiplexed_async_connection_with_config(&config).await?;
                Ok(Connection::Server(connection))
            }
            Target::Cluster(client) => Ok(Connection::Cluster(client.get_async_connection().await?)),
            Target::Sentinels(client) => {
                let connection = client.lock().await.get_async_connection_with_config(&config).await?;
                Ok(Connection::Server(connection))
            }
        }
    }
}

/// What a server or the library says of a failure, without details that it may have copied from a command.
pub(crate) fn said(error: &redis::RedisError) -> String {
    match error.code() {
        Some(code) => format!("{} ({code})", error.category()),
        None => error.to_string(),
    }
}

/// An open connection; clones share it.
#[derive(Clone)]
pub(crate) enum Connection {
    Server(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Server(connection) => connection.req_packed_command(command),
            Self::Cluster(connection) => connection.req_packed_command(command),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        commands: &'a redis::Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Server(connection) => connection.req_packed_commands(commands, offset, count),
            Self::Cluster(connection) => connection.req_packed_commands(commands, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Server(connection) => connection.get_db(),
            Self::Cluster(connection) => connection.get_db(),
        }
    }
}
