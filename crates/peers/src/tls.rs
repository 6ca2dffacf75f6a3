//! The server side of TLS from a certificate chain and a key in PEM files, with ALPN for HTTP/2 and HTTP/1.1.
//!
//! Never here: making certificates, or asking clients for theirs.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// An acceptor that shows the certificate chain in the file `certificates` and proves it with the private key in `key`.
pub fn acceptor(certificates: &Path, key: &Path) -> io::Result<TlsAcceptor> {
    let (chain, private_key) = identity(certificates, key)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private_key))
        .map_err(|error| unreadable(certificates, &error))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The certificate chain and the private key in these files.
pub fn identity(certificates: &Path, key: &Path) -> io::Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let chain = CertificateDer::pem_file_iter(certificates)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable(certificates, &error))?;
    let private_key = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, &error))?;
    Ok((chain, private_key))
}

fn unreadable(file: &Path, error: &dyn std::error::Error) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("cannot use {} for TLS: {error}", file.display()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_with_its_key_is_accepted_and_anything_else_is_refused_by_name() {
        let folder = std::env::temp_dir().join(format!("peers-tls-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();

        assert!(acceptor(&certificate, &key).is_ok());
        for (certificate, key, named) in [
            (&certificate, &certificate, "certificate.pem"),
            (&folder.join("absent.pem"), &key, "absent.pem"),
        ] {
            let refusal = acceptor(certificate, key).err().expect("must be refused").to_string();
            assert!(refusal.contains(named), "{refusal}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
