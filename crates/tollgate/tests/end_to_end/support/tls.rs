//! A certificate for 127.0.0.1 made for one test, and clients that trust it.

use super::artifacts::Artifacts;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A certificate that names 127.0.0.1, with its key.
pub struct Identity {
    files: Artifacts,
    certificate: CertificateDer<'static>,
}

impl Identity {
    /// Makes one.
    pub fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
        let files = Artifacts::of(&[
            ("chain.pem", &made.cert.pem()),
            ("key.pem", &made.signing_key.serialize_pem()),
        ]);
        Self {
            files,
            certificate: made.cert.der().clone(),
        }
    }

    /// The files of the chain and the key, in PEM.
    pub fn files(&self) -> (String, String) {
        let file = |name: &str| self.files.path().join(name).to_str().unwrap().to_owned();
        (file("chain.pem"), file("key.pem"))
    }

    /// A connection on which the client offers these protocols.
    pub async fn connect(&self, address: SocketAddr, protocols: &[&str]) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::from(IpAddr::from([127, 0, 0, 1]));
        TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
            .unwrap()
    }
}
