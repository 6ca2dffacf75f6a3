//! The roots that are trusted, and TLS towards upstreams.
//!
//! Never here: TLS towards clients, certificates of our own, how a server's certificate is checked.

use crate::upstream::verifier::{Verification, Verifier, is_itself_trusted};
use arc_swap::ArcSwap;
use catalog::{ClientCertificate, PublicCertificate};
use expression::certificate::Certificate;
use policy::Trust;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{ClientConfig, RootCertStore};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Client-side TLS settings, made once for each combination that is used.
pub struct ClientTls {
    system: RootCertStore,
    provider: Arc<CryptoProvider>,
    trusted: ArcSwap<Trusted>,
}

/// The roots that are trusted now, and the settings that were made with them.
struct Trusted {
    /// Authorities of the configuration, beside the system's.
    authorities: Vec<Arc<PublicCertificate>>,
    /// All of them.
    roots: Arc<RootCertStore>,
    configs: Mutex<HashMap<Wanted, Arc<ClientConfig>>>,
    clients: OnceLock<Option<Arc<dyn ClientCertVerifier>>>,
}

impl Trusted {
    fn new(system: &RootCertStore, authorities: Vec<Arc<PublicCertificate>>) -> Self {
        let mut roots = system.clone();
        for authority in &authorities {
            if let Err(error) = roots.add(authority.certificate.clone()) {
                let thumbprint = &authority.thumbprint;
                tracing::warn!(%error, thumbprint, "a certificate authority is unusable, so nothing it signed is trusted");
            }
        }
        Self {
            authorities,
            roots: Arc::new(roots),
            configs: Mutex::default(),
            clients: OnceLock::new(),
        }
    }
}

/// What settings are made for.
type Wanted = (Verification, Alpn, Option<Arc<ClientCertificate>>);

/// Settings that are kept at most: policies may compute certificates.
const MOST: usize = 1_000;

/// Protocols that are offered, the preferred one first.
pub type Alpn = &'static [&'static [u8]];

impl ClientTls {
    /// Trusts the system's roots; what of them cannot be read is left out.
    pub fn with_system_roots() -> Self {
        let mut roots = RootCertStore::empty();
        let loaded = rustls_native_certs::load_native_certs();
        let (_, ignored) = roots.add_parsable_certificates(loaded.certs);
        if ignored > 0 || !loaded.errors.is_empty() {
            tracing::warn!(
                ignored,
                errors = loaded.errors.len(),
                "some of the system's root certificates are unusable"
            );
        }
        Self {
            trusted: ArcSwap::from_pointee(Trusted::new(&roots, Vec::new())),
            system: roots,
            provider: Arc::new(aws_lc_rs::default_provider()),
        }
    }

    /// Trusts these authorities beside the system's, and no others; connections that are open stay.
    pub fn trust(&self, authorities: &[Arc<PublicCertificate>]) {
        if self.trusted.load().authorities != authorities {
            let trusted = Trusted::new(&self.system, authorities.to_vec());
            self.trusted.store(Arc::new(trusted));
        }
    }

    /// The settings for upstreams that are checked like this and offered these protocols.
    pub fn config(
        &self,
        verification: Verification,
        alpn: Alpn,
        certificate: Option<&Arc<ClientCertificate>>,
    ) -> Result<Arc<ClientConfig>, String> {
        let trusted = self.trusted.load();
        let mut configs = trusted.configs.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = (verification, alpn, certificate.cloned());
        if let Some(config) = configs.get(&wanted) {
            return Ok(Arc::clone(config));
        }
        let config = Arc::new(self.build(&trusted, verification, alpn, certificate)?);
        if configs.len() == MOST {
            configs.clear();
        }
        configs.insert(wanted, Arc::clone(&config));
        Ok(config)
    }

    fn build(
        &self,
        trusted: &Trusted,
        verification: Verification,
        alpn: Alpn,
        certificate: Option<&Arc<ClientCertificate>>,
    ) -> Result<ClientConfig, String> {
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("TLS is not available: {error}"))?;
        let verifier = Verifier::new(verification, &trusted.roots, &trusted.authorities, &self.provider)?;
        let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match certificate {
            Some(certificate) => builder
                .with_client_auth_cert(certificate.chain.clone(), certificate.key.clone_key())
                .map_err(|error| format!("the client certificate is unusable: {error}"))?,
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
        Ok(config)
    }
}

impl Trust for ClientTls {
    /// Certificates between the client's and the root are those that the client shows; no others are looked for.
    fn trusts(&self, certificate: &Certificate) -> bool {
        let trusted = self.trusted.load();
        let verifier = trusted.clients.get_or_init(|| {
            let roots = Arc::clone(&trusted.roots);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(&self.provider));
            verifier.build().ok()
        });
        let own = CertificateDer::from(certificate.der.as_slice());
        let others = certificate
            .chain
            .iter()
            .map(|other| CertificateDer::from(other.as_slice()));
        let others: Vec<_> = others.collect();
        let now = UnixTime::now();
        let is_verified = verifier
            .as_ref()
            .is_some_and(|verifier| verifier.verify_client_cert(&own, &others, now).is_ok());
        is_verified || is_itself_trusted(&trusted.authorities, &own, now)
    }

    fn is_signed_by(&self, certificate: &[u8], issuer: &[u8]) -> bool {
        let mut roots = RootCertStore::empty();
        let added = roots.add(CertificateDer::from(issuer));
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&self.provider));
        let certificate = CertificateDer::from(certificate);
        added.is_ok()
            && verifier
                .build()
                .is_ok_and(|verifier| verifier.verify_client_cert(&certificate, &[], UnixTime::now()).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair};

    #[test]
    fn a_certificate_is_signed_by_its_issuer_only() {
        let tls = ClientTls::with_system_roots();
        let authority = || {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::new(Vec::new()).unwrap();
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            let certificate = params.self_signed(&key).unwrap();
            (certificate.der().to_vec(), Issuer::new(params, key))
        };
        let ((own, issuer), (other, _)) = (authority(), authority());
        let params = CertificateParams::new(vec!["client.example".to_owned()]).unwrap();
        let client = params.signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap();
        assert!(tls.is_signed_by(client.der(), &own));
        assert!(!tls.is_signed_by(client.der(), &other), "the same name and another key");
        assert!(!tls.is_signed_by(client.der(), b"nonsense"));
        let client = Certificate::parse(client.der()).unwrap();
        assert!(!tls.trusts(&client));
        let authority = PublicCertificate::of(own.clone().into());
        tls.trust(&[Arc::new(authority)]);
        assert!(tls.trusts(&client), "an authority of the configuration signed it");
        tls.trust(&[Arc::new(PublicCertificate::of(b"nonsense".to_vec().into()))]);
        assert!(!tls.trusts(&client), "it is trusted no longer");
    }

    #[test]
    fn what_a_client_shows_with_its_certificate_may_lead_to_a_root() {
        let named = |name: &str| {
            let mut params = CertificateParams::new(Vec::new()).unwrap();
            params.distinguished_name = DistinguishedName::new();
            params.distinguished_name.push(DnType::CommonName, name);
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            (params, KeyPair::generate().unwrap())
        };
        let ((root, root_key), (between, between_key)) = (named("root"), named("between"));
        let root_certificate = root.self_signed(&root_key).unwrap();
        let root = Issuer::new(root, root_key);
        let between_certificate = between.signed_by(&between_key, &root).unwrap();
        let between = Issuer::new(between, between_key);
        let client = CertificateParams::new(vec!["client.example".to_owned()]).unwrap();
        let client = client.signed_by(&KeyPair::generate().unwrap(), &between).unwrap();
        let mut client = Certificate::parse(client.der()).unwrap();
        let tls = ClientTls::with_system_roots();
        client.chain = vec![between_certificate.der().to_vec()];
        assert!(!tls.trusts(&client), "nobody trusts the root");
        let root = PublicCertificate::of(root_certificate.der().to_vec().into());
        tls.trust(&[Arc::new(root)]);
        assert!(tls.trusts(&client));
        client.chain.clear();
        assert!(!tls.trusts(&client), "there is nothing between");
    }
}
