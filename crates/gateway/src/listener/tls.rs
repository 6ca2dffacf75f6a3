//! TLS towards clients: a certificate for each host name, HTTP/2 where the client offers it.
//!
//! Clients may be asked for a certificate. Whichever they have is taken, once they prove that its key is theirs: whether
//! it is a good one is for policies to say, which can tell the client what is wrong.
//! Never here: reading certificate files.

use crate::config::TlsIdentity;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme};
use std::collections::HashMap;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// An acceptor that shows these certificates, and asks clients for theirs; an error says which one is unusable.
pub fn acceptor(identities: &[TlsIdentity], asks_clients: bool) -> Result<TlsAcceptor, String> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut names = Names::default();
    for identity in identities {
        let shown_for = identity.hosts.first().map_or("any host", String::as_str);
        let unusable = |error| format!("the certificate for {shown_for} is unusable: {error}");
        let key = provider
            .key_provider
            .load_private_key(identity.key.clone_key())
            .map_err(unusable)?;
        let certified = CertifiedKey::new(identity.chain.clone(), key);
        certified.keys_match().map_err(unusable)?;
        names.add(&identity.hosts, Arc::new(certified));
    }
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS is not available: {error}"))?;
    let builder = if asks_clients {
        builder.with_client_cert_verifier(Arc::new(AnyClient(provider)))
    } else {
        builder.with_no_client_auth()
    };
    let mut config = builder.with_cert_resolver(Arc::new(names));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Asks for a certificate and takes any, and none.
#[derive(Debug)]
struct AnyClient(Arc<CryptoProvider>);

impl ClientCertVerifier for AnyClient {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Certificates by host name.
#[derive(Debug, Default)]
struct Names {
    hosts: HashMap<String, Arc<CertifiedKey>>,
    any: Option<Arc<CertifiedKey>>,
}

impl Names {
    fn add(&mut self, hosts: &[String], certified: Arc<CertifiedKey>) {
        for host in hosts {
            self.hosts.insert(host.to_ascii_lowercase(), Arc::clone(&certified));
        }
        if hosts.is_empty() {
            self.any = Some(certified);
        }
    }
}

impl ResolvesServerCert for Names {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name().unwrap_or_default().to_ascii_lowercase();
        let wildcard = name.split_once('.').map(|(_, parent)| format!("*.{parent}"));
        let found = self.hosts.get(&name).or_else(|| self.hosts.get(&wildcard?));
        found.or(self.any.as_ref()).cloned()
    }
}
