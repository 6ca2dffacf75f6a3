//! Certificates of the folder: what the gateway shows servers of itself, with the private key that proves it, and those
//! of others, such as certificate authorities, without.
//!
//! Never here: whether a certificate is valid.

mod der;
mod pkcs12;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::fmt::{Debug, Formatter, Write};
use std::hash::{Hash, Hasher};

/// A certificate with its private key.
pub struct ClientCertificate {
    /// The certificate, then those that signed it.
    pub chain: Vec<CertificateDer<'static>>,
    /// The private key.
    pub key: PrivateKeyDer<'static>,
    /// SHA-1 of the certificate, in upper-case hexadecimal digits.
    pub thumbprint: String,
    /// Digest of all of it.
    identity: [u8; 32],
}

impl ClientCertificate {
    /// Reads PEM or PKCS#12. The error says what is wrong, as the end of a sentence about the bytes; it tells no secret.
    pub fn read(bytes: &[u8], password: &str) -> Result<Self, String> {
        let (chain, key) = if bytes.first() == Some(&0x30) {
            pkcs12::read(bytes, password)?
        } else {
            read_pem(bytes)?
        };
        let Some(first) = chain.first() else {
            return Err("holds no certificate".to_owned());
        };
        let thumbprint = thumbprint(first);
        let mut identity = Sha256::new();
        for part in chain.iter().map(AsRef::as_ref).chain([key.secret_der()]) {
            identity.update((part.len() as u64).to_be_bytes());
            identity.update(part);
        }
        Ok(Self {
            chain,
            key,
            thumbprint,
            identity: identity.finalize().into(),
        })
    }
}

/// A certificate without its private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicCertificate {
    /// The certificate.
    pub certificate: CertificateDer<'static>,
    /// SHA-1 of it, in upper-case hexadecimal digits.
    pub thumbprint: String,
}

impl PublicCertificate {
    /// Reads PEM or DER. The error says what is wrong, as the end of a sentence about the bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let certificate = if bytes.first() == Some(&0x30) {
            CertificateDer::from(bytes.to_vec())
        } else {
            let first = CertificateDer::pem_slice_iter(bytes).next();
            let first = first.ok_or("holds no certificate in PEM or DER")?;
            first.map_err(|_| "is neither PEM nor DER".to_owned())?
        };
        Ok(Self::of(certificate))
    }

    /// A certificate with its thumbprint.
    pub fn of(certificate: CertificateDer<'static>) -> Self {
        let thumbprint = thumbprint(&certificate);
        Self {
            certificate,
            thumbprint,
        }
    }
}

fn thumbprint(certificate: &[u8]) -> String {
    let mut thumbprint = String::new();
    for byte in Sha1::digest(certificate) {
        let _ = write!(thumbprint, "{byte:02X}");
    }
    thumbprint
}

type Parts = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn read_pem(bytes: &[u8]) -> Result<Parts, String> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(bytes).collect();
    let chain = chain.map_err(|_| "is neither PEM nor PKCS#12".to_owned())?;
    if chain.is_empty() {
        return Err("holds no certificate in PEM or PKCS#12".to_owned());
    }
    let key =
        PrivateKeyDer::from_pem_slice(bytes).map_err(|_| "holds no private key that is not encrypted".to_owned())?;
    Ok((chain, key))
}

impl PartialEq for ClientCertificate {
    fn eq(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}

impl Eq for ClientCertificate {}

impl Hash for ClientCertificate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity.hash(state);
    }
}

impl Debug for ClientCertificate {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "ClientCertificate({})", self.thumbprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = include_str!("certificate/test/both.pem");

    #[test]
    fn pem_and_pkcs12_hold_the_same() {
        let pem = ClientCertificate::read(PEM.as_bytes(), "").unwrap();
        assert_eq!(pem.thumbprint, include_str!("certificate/test/thumbprint").trim());
        assert_eq!(pem.chain.len(), 1);
        for (pfx, password) in [
            (&include_bytes!("certificate/test/aes.pfx")[..], "hünter2"),
            (&include_bytes!("certificate/test/3des.pfx")[..], "hunter2"),
            (&include_bytes!("certificate/test/open.pfx")[..], ""),
        ] {
            let read = ClientCertificate::read(pfx, password).unwrap();
            assert_eq!(read.thumbprint, pem.thumbprint);
            assert_eq!(read.key.secret_der(), pem.key.secret_der());
        }
    }

    #[test]
    fn what_is_unusable_is_told_without_secrets() {
        let aes = include_bytes!("certificate/test/aes.pfx");
        let key_at = PEM.find("-----BEGIN PRIVATE").unwrap();
        for (bytes, password, expected) in [
            (&aes[..], "wrong", "cannot be decrypted: the password is wrong"),
            (&aes[..aes.len() / 2], "hünter2", "is no PKCS#12 file"),
            (&b"0"[..], "", "is no PKCS#12 file"),
            (&b"text"[..], "", "holds no certificate in PEM or PKCS#12"),
            (
                &PEM.as_bytes()[..key_at],
                "",
                "holds no private key that is not encrypted",
            ),
            (
                &include_bytes!("certificate/test/rc2.pfx")[..],
                "hunter2",
                pkcs12::OLD_CIPHER,
            ),
        ] {
            assert_eq!(ClientCertificate::read(bytes, password).unwrap_err(), expected);
        }
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let open = include_bytes!("certificate/test/open.pfx");
        for at in 0..open.len() {
            let mut bytes = open.to_vec();
            bytes[at] ^= 0x81;
            let _ = ClientCertificate::read(&bytes[..open.len().min(at + 600)], "");
        }
    }
}
