//! Events at a real NATS server.

use crate::events::{counted, log, logging, trusting};
use crate::support::eventually;
use catalog::{Hidden, Nats, PublicCertificate, Sink};
use rustls::pki_types::{CertificateDer, ServerName};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

/// A server that takes user `u` with password `p`.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// At this port, or at any free one where it is 0.
    fn start(port: u16, more: &[&str]) -> Self {
        let port = if port == 0 { "-1".to_owned() } else { port.to_string() };
        let mut process = Command::new("nats-server")
            .args(["-a", "127.0.0.1", "-p", &port, "--user", "u", "--pass", "p"])
            .args(more)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("nats-server, of the Debian package of that name");
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        let listens =
            |line: std::io::Result<String>| Some(line.unwrap().split_once("connections on 127.0.0.1:")?.1.parse());
        let port = log.find_map(listens).unwrap().unwrap();
        std::thread::spawn(move || log.for_each(drop));
        Self { process, port }
    }

    fn sink(&self, tls: bool) -> Sink {
        Sink::Nats(Nats {
            host: "localhost".into(),
            port: self.port,
            tls,
            subject: "gateway.events".into(),
            user: Some(("u".into(), Hidden("p".into()))),
            token: None,
        })
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What comes under the subject, from when this returns on: each message's headers and text.
async fn subscribed(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Arc<Mutex<Vec<String>>> {
    let mut stream = tokio::io::BufReader::new(stream);
    let greeting =
        b"CONNECT {\"verbose\":false,\"headers\":true,\"user\":\"u\",\"pass\":\"p\"}\r\nSUB gateway.> 1\r\nPING\r\n";
    stream.write_all(greeting).await.unwrap();
    stream.flush().await.unwrap();
    let mut line = String::new();
    while line != "PONG\r\n" {
        line.clear();
        assert_ne!(stream.read_line(&mut line).await.unwrap(), 0, "it is closed");
    }
    let messages = Arc::new(Mutex::new(Vec::new()));
    let keeps = Arc::clone(&messages);
    tokio::spawn(async move {
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return;
            }
            let words: Vec<&str> = line.trim_end().split(' ').collect();
            if words[0].ends_with("MSG") {
                let mut message = vec![0; words[words.len() - 1].parse::<usize>().unwrap() + 2];
                stream.read_exact(&mut message).await.unwrap();
                keeps.lock().unwrap().push(String::from_utf8(message).unwrap());
            }
        }
    });
    messages
}

#[tokio::test]
async fn messages_come_and_wait_for_a_server_that_is_away() {
    let server = Server::start(0, &[]);
    let messages = subscribed(server.connect().await).await;
    let gateway = logging(server.sink(false), "partition-key='k'");
    for event in ["one", "two"] {
        log(&gateway, event).await;
    }
    eventually("the messages' arrival", || messages.lock().unwrap().len() == 2).await;
    let header = "NATS/1.0\r\nPartition-Key: k\r\n\r\n";
    let expected = ["one", "two"].map(|event| format!("{header}{event}\r\n"));
    assert_eq!(*messages.lock().unwrap(), expected);

    let port = server.port;
    drop(server);
    log(&gateway, "three").await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let server = Server::start(port, &[]);
    let messages = subscribed(server.connect().await).await;
    log(&gateway, "four").await;
    eventually("the last message's arrival", || {
        messages.lock().unwrap().concat().contains("four")
    })
    .await;
    // The third one may have come before anybody listened.
    counted(&gateway, "sent_total{logger=\"events\"} 4\n").await;
    counted(&gateway, "dropped_total{logger=\"events\"} 0\n").await;
}

#[tokio::test]
async fn a_server_may_ask_for_tls_and_refuse_a_password() {
    let own = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (certificate, key) = (folder.join("nats.crt"), folder.join("nats.key"));
    std::fs::write(&certificate, own.cert.pem()).unwrap();
    std::fs::write(&key, own.signing_key.serialize_pem()).unwrap();
    let paths = [certificate.to_str().unwrap(), key.to_str().unwrap()];
    let server = Server::start(0, &["--tls", "--tlscert", paths[0], "--tlskey", paths[1]]);
    let der: CertificateDer<'static> = own.cert.der().clone();
    let messages = subscribed(secured(server.connect().await, der.clone()).await).await;
    // The server says in cleartext that it wants TLS, so one need not know.
    for tls in [true, false] {
        let gateway = trusting(server.sink(tls), "", vec![Arc::new(PublicCertificate::of(der.clone()))]);
        log(&gateway, if tls { "known" } else { "told" }).await;
        counted(&gateway, "sent_total{logger=\"events\"} 1\n").await;
    }
    eventually("the messages' arrival", || messages.lock().unwrap().len() == 2).await;
    assert_eq!(*messages.lock().unwrap(), ["known\r\n", "told\r\n"]);

    let Sink::Nats(nats) = server.sink(true) else {
        unreachable!()
    };
    let stranger = Nats {
        user: Some(("u".into(), Hidden("x".into()))),
        ..nats
    };
    let trusted = vec![Arc::new(PublicCertificate::of(der))];
    let gateway = trusting(Sink::Nats(stranger), "", trusted);
    log(&gateway, "never").await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    counted(&gateway, "sent_total{logger=\"events\"} 0\n").await;
    assert_eq!(messages.lock().unwrap().len(), 2);
}

/// The stream over TLS, once the server has said that it wants it.
async fn secured(
    mut stream: TcpStream,
    trusted: CertificateDer<'static>,
) -> tokio_rustls::client::TlsStream<TcpStream> {
    while stream.read_u8().await.unwrap() != b'\n' {}
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted).unwrap();
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let name = ServerName::try_from("localhost").unwrap();
    connector.connect(name, stream).await.unwrap()
}
