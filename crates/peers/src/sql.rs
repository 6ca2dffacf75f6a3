//! A stand-in for SQL Server: TDS 7.4 as [MS-TDS] describes it, and TDS 8.0, which is the same inside of TLS from the first
//! byte. It knows a few statements ([`statements`]) about a few tables ([`tables`]), which is enough to test a client, and
//! is as strict as the real one about what clients send.
//!
//! Never here: SQL, several sessions in one connection, logins that Windows vouches for.
//!
//! [MS-TDS]: https://learn.microsoft.com/openspecs/windows_protocols/ms-tds

mod convert;
mod fields;
mod handshake;
mod login;
mod moments;
mod packets;
mod parameters;
mod prelogin;
mod procedures;
mod session;
mod statements;
mod tables;
mod tokens;
mod types;
mod words;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, SupportedProtocolVersion};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;

use crate::tls;
use handshake::Handshake;
use login::Doorkeeper;
use packets::kind;
use prelogin::Encryption;

/// What TDS 8.0 calls itself when TLS begins.
const STRICT_PROTOCOL: &[u8] = b"tds/8.0";

/// What the server is like.
#[derive(Args)]
pub struct Options {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where TLS begins
    #[arg(long, value_enum, default_value_t = Secrecy::Login)]
    tls: Secrecy,
    /// The certificate chain and the private key; without it the server makes a certificate for localhost and 127.0.0.1
    #[arg(long, num_args = 2, value_names = ["CERT.pem", "KEY.pem"])]
    certificate: Option<Vec<PathBuf>>,
    /// Where to write the certificate that the server makes
    #[arg(long, value_name = "FILE", conflicts_with = "certificate")]
    certificate_to: Option<PathBuf>,
    /// Who may log in
    #[arg(long, default_value = "sa")]
    user: String,
    /// With which password
    #[arg(long, default_value = "Passw0rd")]
    password: String,
    /// The token that lets anybody in
    #[arg(long)]
    token: Option<String>,
    /// Where to send clients that have logged in, instead of answering them
    #[arg(long, value_name = "HOST:PORT", value_parser = place)]
    redirect: Option<(String, u16)>,
}

fn place(text: &str) -> Result<(String, u16), String> {
    let (name, port) = text.rsplit_once(':').ok_or("expected a name, a colon and a port")?;
    let port = port
        .parse()
        .map_err(|error| format!("the port {port:?} is none: {error}"))?;
    Ok((name.to_owned(), port))
}

/// Where TLS begins.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Secrecy {
    /// Nowhere: the server cannot
    None,
    /// Behind PRELOGIN, for all that follows
    Login,
    /// At the first byte (TDS 8.0)
    Strict,
}

/// The server.
pub struct Server {
    acceptor: Option<TlsAcceptor>,
    secrecy: Secrecy,
    door: Doorkeeper,
    redirect: Option<(String, u16)>,
}

/// Listens, says so, and answers until the process is told to end.
pub async fn serve(options: Options) -> io::Result<()> {
    let server = Arc::new(Server {
        acceptor: acceptor(&options)?,
        secrecy: options.tls,
        door: Doorkeeper {
            user: options.user,
            password: options.password,
            token: options.token,
        },
        redirect: options.redirect,
    });
    let listener = TcpListener::bind(options.listen).await?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    println!("listening on tds://{}/", listener.local_addr()?);
    let mut number = 0;
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    number += 1;
                    let server = Arc::clone(&server);
                    tokio::spawn(async move {
                        match connection(stream, &server, number).await {
                            Err(error) if !has_gone(&error) => eprintln!("peers: connection {number} ended: {error}"),
                            _ => {}
                        }
                    });
                }
                // Out of file descriptors, most likely: the ones in use come back.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
        }
    }
}

/// Whether all that is wrong is that the client went away.
fn has_gone(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionReset | UnexpectedEof)
}

fn acceptor(options: &Options) -> io::Result<Option<TlsAcceptor>> {
    // Inside of packets nobody speaks TLS 1.3: what it says after the handshake would not be in them.
    let (versions, protocols): (&[&SupportedProtocolVersion], &[&[u8]]) = match options.tls {
        Secrecy::None => return Ok(None),
        Secrecy::Login => (&[&rustls::version::TLS12], &[]),
        Secrecy::Strict => (rustls::ALL_VERSIONS, &[STRICT_PROTOCOL]),
    };
    let (chain, key) = if let Some([certificates, key]) = options.certificate.as_deref() {
        tls::identity(certificates, key)?
    } else {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).map_err(io::Error::other)?;
        if let Some(file) = &options.certificate_to {
            std::fs::write(file, made.cert.pem())
                .map_err(|error| io::Error::new(error.kind(), format!("cannot write {}: {error}", file.display())))?;
        }
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).map_err(io::Error::other)?;
        (vec![made.cert.der().clone()], key)
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_protocol_versions(versions)
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(io::Error::other)?;
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}

async fn connection(mut stream: TcpStream, server: &Server, number: u64) -> io::Result<()> {
    // Short messages must not wait for an acknowledgement.
    let _ = stream.set_nodelay(true);
    let nonce = nonce();
    match (&server.acceptor, server.secrecy) {
        (Some(acceptor), Secrecy::Strict) => {
            let mut stream = acceptor.accept(stream).await?;
            if stream.get_ref().1.alpn_protocol() != Some(STRICT_PROTOCOL) {
                return Err(io::Error::other(
                    "a client that begins with TLS must offer the protocol tds/8.0",
                ));
            }
            let Some(asked) = greet(&mut stream, server, &nonce).await? else {
                return Ok(());
            };
            session::run(stream, server, number, asked.nonce.then_some(nonce)).await
        }
        (Some(acceptor), _) => {
            let Some(asked) = greet(&mut stream, server, &nonce).await? else {
                return Ok(());
            };
            let mut stream = acceptor.accept(Handshake::new(stream)).await?;
            stream.get_mut().0.over();
            session::run(stream, server, number, asked.nonce.then_some(nonce)).await
        }
        (None, _) => {
            let Some(asked) = greet(&mut stream, server, &nonce).await? else {
                return Ok(());
            };
            session::run(stream, server, number, asked.nonce.then_some(nonce)).await
        }
    }
}

/// What PRELOGIN leaves to know.
struct Asked {
    /// Whether the client was given a nonce.
    nonce: bool,
}

/// Answers PRELOGIN; nothing if the client goes no further.
async fn greet(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    server: &Server,
    nonce: &[u8; 32],
) -> io::Result<Option<Asked>> {
    let Some(message) = packets::receive(stream).await? else {
        return Ok(None);
    };
    let said = prelogin::parse(&message.payload).filter(|_| message.kind == kind::PRELOGIN);
    let said = said.ok_or_else(|| io::Error::other("the first message is no PRELOGIN"))?;
    let wants = matches!(said.encryption, Encryption::On | Encryption::Required);
    let encryption = match server.secrecy {
        Secrecy::None | Secrecy::Strict => Encryption::NotSupported,
        Secrecy::Login if wants => Encryption::On,
        Secrecy::Login => Encryption::Required,
    };
    let answer = prelogin::answer(&said, encryption, server.door.token.is_some(), nonce);
    let packet = packets::packet(kind::ANSWER, packets::STATUS_END, 0, 1, &answer);
    stream.write_all(&packet).await?;
    stream.flush().await?;
    let possible = server.secrecy != Secrecy::Login || said.encryption != Encryption::NotSupported;
    Ok(possible.then_some(Asked {
        nonce: said.nonce.is_some(),
    }))
}

fn nonce() -> [u8; 32] {
    let mut nonce = [0; 32];
    // Without randomness it is still one that the client must give back.
    let _ = aws_lc_rs::rand::fill(&mut nonce);
    nonce
}
