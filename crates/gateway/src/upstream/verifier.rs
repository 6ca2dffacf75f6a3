//! How an upstream's certificate is checked: as .NET does it, and less where a backend says so.
//!
//! A certificate is good that a trusted root has signed, or that is trusted itself, as many make their own for servers
//! within. It carries the host's name among its alternative names, or, where it has none of these, as its common name.
//! Never here: which roots are trusted.

use catalog::PublicCertificate;
use expression::certificate::Certificate;
use expression::date::UNIX_EPOCH_TICKS;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::sync::Arc;

/// Dotted numbers of the extension for alternative names.
const ALTERNATIVE_NAMES: &str = "2.5.29.17";
/// Dotted numbers of a common name.
const COMMON_NAME: &str = "2.5.4.3";

/// What of an upstream's certificate is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Verification {
    /// That a trusted root signed it, and that it is valid now.
    pub chain: bool,
    /// That it carries the host's name.
    pub name: bool,
}

/// Checks what a backend has checked.
#[derive(Debug)]
pub struct Verifier {
    name: bool,
    chain: Option<Chain>,
    provider: Arc<CryptoProvider>,
}

#[derive(Debug)]
struct Chain {
    of_roots: Option<Arc<WebPkiServerVerifier>>,
    authorities: Vec<Arc<PublicCertificate>>,
}

/// Whether a certificate is among those that are trusted, and valid now.
pub fn is_itself_trusted(
    authorities: &[Arc<PublicCertificate>],
    certificate: &CertificateDer<'_>,
    now: UnixTime,
) -> bool {
    let is_known = authorities.iter().any(|known| known.certificate == *certificate);
    let is_valid = |certificate: Certificate| {
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let ticks = now.saturating_mul(10_000_000).saturating_add(UNIX_EPOCH_TICKS);
        (certificate.not_before..=certificate.not_after).contains(&ticks)
    };
    is_known && Certificate::parse(certificate).is_some_and(is_valid)
}

impl Verifier {
    /// Checks this much of certificates.
    pub fn new(
        checks: Verification,
        roots: &Arc<RootCertStore>,
        authorities: &[Arc<PublicCertificate>],
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, String> {
        let chain = checks.chain.then(|| {
            // Without a single root there is no verifier, and nothing that it would let pass.
            let of_roots = (!roots.is_empty()).then(|| {
                WebPkiServerVerifier::builder_with_provider(Arc::clone(roots), Arc::clone(provider))
                    .build()
                    .map_err(|error| format!("the system has no usable root certificates: {error}"))
            });
            Ok::<_, String>(Chain {
                of_roots: of_roots.transpose()?,
                authorities: authorities.to_vec(),
            })
        });
        Ok(Self {
            name: checks.name,
            chain: chain.transpose()?,
            provider: Arc::clone(provider),
        })
    }
}

impl Chain {
    fn verify(
        &self,
        (end_entity, intermediates): (&CertificateDer<'_>, &[CertificateDer<'_>]),
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<(), Error> {
        if is_itself_trusted(&self.authorities, end_entity, now) {
            return Ok(());
        }
        let Some(of_roots) = &self.of_roots else {
            return Err(CertificateError::UnknownIssuer.into());
        };
        match of_roots.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The chain is checked before the name.
            Ok(_)
            | Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(()),
            // Otherwise it would be told that it may sign others, which is not what is wrong with it.
            Err(_) if is_self_signed(end_entity) => Err(CertificateError::UnknownIssuer.into()),
            Err(error) => Err(error),
        }
    }
}

fn is_self_signed(certificate: &CertificateDer<'_>) -> bool {
    Certificate::parse(certificate).is_some_and(|certificate| certificate.subject == certificate.issuer)
}

fn verify_name(end_entity: &CertificateDer<'_>, server_name: &ServerName<'_>) -> Result<(), Error> {
    let parsed = ParsedCertificate::try_from(end_entity)?;
    verify_server_name(&parsed, server_name).or_else(|error| {
        if has_common_name(end_entity, &server_name.to_str()) {
            Ok(())
        } else {
            Err(error)
        }
    })
}

/// Whether a certificate without alternative names has this common name; `*` stands for one label.
fn has_common_name(certificate: &CertificateDer<'_>, host: &str) -> bool {
    let Some(certificate) = Certificate::parse(certificate) else {
        return false;
    };
    let has_others = certificate.extensions().iter().any(|one| one.oid == ALTERNATIVE_NAMES);
    let is_host = |name: &str| match name.strip_prefix("*.") {
        None => name.eq_ignore_ascii_case(host),
        Some(domain) => host
            .split_once('.')
            .is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(domain)),
    };
    let mut names = certificate.subject.0.iter().flatten();
    !has_others && names.any(|(kind, name)| kind == COMMON_NAME && is_host(name))
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(chain) = &self.chain {
            chain.verify((end_entity, intermediates), server_name, ocsp_response, now)?;
        }
        if self.name {
            verify_name(end_entity, server_name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
