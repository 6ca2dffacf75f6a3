//! TLS towards clients: a certificate for each host name, HTTP/2 where the client offers it.
//!
//! Never here: reading certificate files, client certificates.

use crate::config::TlsIdentity;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::collections::HashMap;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// An acceptor that shows these certificates; an error says which one is unusable.
pub fn acceptor(identities: &[TlsIdentity]) -> Result<TlsAcceptor, String> {
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
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS is not available: {error}"))?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(names));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
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
