//! Certificates: those of the gateway with their private keys, which extractors do not export, and those of others. A
//! certificate that has no file of its own may be in a vault.

use super::{Loader, layout};
use crate::certificate::{ClientCertificate, PublicCertificate};
use crate::codes;
use crate::environment::Environment;
use crate::files::Entry;
use crate::vault::SecretReference;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The file that describes a certificate.
const INFORMATION: &str = "certificateInformation.json";
/// Files that a certificate may be in.
const FILES: [&str; 3] = ["certificate.pem", "certificate.pfx", "certificate.cer"];

/// All certificates by id.
#[derive(Default)]
pub(crate) struct LoadedCertificates {
    /// Those that have their private key.
    pub own: BTreeMap<String, Arc<ClientCertificate>>,
    /// All, without it.
    pub public: BTreeMap<String, Arc<PublicCertificate>>,
}

/// Loads all certificates.
pub(crate) fn load(loader: &Loader<'_>, environment: &dyn Environment) -> LoadedCertificates {
    let mut certificates = LoadedCertificates::default();
    let mut in_vault = Vec::new();
    for entry in layout::entities(loader, layout::CERTIFICATES) {
        let path = entry.path.join(INFORMATION);
        let information = crate::information::read_any(&loader.files, loader.problems, &path);
        let fields = information.as_ref().map(|file| file.properties(loader.problems));
        let password = fields.and_then(|fields| Some(loader.expand(fields, fields.string("password")?)));
        let paths = FILES.map(|file| entry.path.join(file));
        let Some((path, bytes)) = paths.iter().find_map(|path| Some((path, loader.files.bytes(path)?))) else {
            // What an extractor writes has no certificate; who needs it is told there.
            in_vault.extend(fields.and_then(SecretReference::of).map(|reference| (entry, reference)));
            continue;
        };
        let read = if is_public(path, &bytes) {
            PublicCertificate::read(&bytes).map(|public| (public, None))
        } else {
            with_key(&bytes, &password.unwrap_or_default())
        };
        match read {
            Ok(read) => certificates.add(entry.name, read),
            Err(why) => loader
                .files
                .report(codes::BAD_CERTIFICATE, path, format!("this file {why}")),
        }
    }
    ask_vaults(loader, environment, &mut certificates, in_vault);
    certificates
}

/// A certificate without its private key, and with it.
type Read = (PublicCertificate, Option<ClientCertificate>);

impl LoadedCertificates {
    fn add(&mut self, id: String, (public, own): Read) {
        self.own.extend(own.map(|own| (id.clone(), Arc::new(own))));
        self.public.insert(id, Arc::new(public));
    }
}

fn with_key(bytes: &[u8], password: &str) -> Result<Read, String> {
    let own = ClientCertificate::read(bytes, password)?;
    let first = own.chain.first().cloned().unwrap_or_else(|| Vec::new().into());
    Ok((PublicCertificate::of(first), Some(own)))
}

/// Takes the certificates that are in vaults, where vaults are asked.
fn ask_vaults(
    loader: &Loader<'_>,
    environment: &dyn Environment,
    certificates: &mut LoadedCertificates,
    wanted: Vec<(Entry, SecretReference)>,
) {
    let (entries, references): (Vec<Entry>, Vec<SecretReference>) = wanted.into_iter().unzip();
    let Some(answers) = environment.secrets(&references) else {
        return;
    };
    for ((entry, reference), answer) in entries.into_iter().zip(&references).zip(answers) {
        let read = answer
            .map_err(|why| format!("it cannot be read: {why}"))
            .and_then(|secret| with_key(&secret.certificate(), "").map_err(|why| format!("what is there {why}")));
        match read {
            Ok(read) => certificates.add(entry.name, read),
            Err(why) => {
                let message = format!("this certificate is in {reference}, but {why}");
                loader
                    .files
                    .report(codes::VAULT_SECRET, &entry.path.join(INFORMATION), message);
            }
        }
    }
}

/// Whether a file is meant to hold no private key.
fn is_public(path: &Path, bytes: &[u8]) -> bool {
    let has_key = || {
        bytes
            .windows(b"PRIVATE KEY".len())
            .any(|window| window == b"PRIVATE KEY")
    };
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("cer") => true,
        Some("pem") => bytes.first() != Some(&0x30) && !has_key(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::{ProcessEnvironment, PublicCertificate};
    use std::path::Path;
    use std::sync::Arc;

    const PEM: &str = include_str!("../certificate/test/both.pem");

    fn write(folder: &Path, file: &str, bytes: impl AsRef<[u8]>) {
        let path = folder.join("certificates").join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    #[test]
    fn files_with_private_keys_are_certificates() {
        let folder = tempfile::tempdir().unwrap();
        let password = r#"{"properties": {"password": "hunter2"}}"#;
        write(folder.path(), "pem/certificate.pem", PEM);
        write(
            folder.path(),
            "pfx/certificate.pfx",
            include_bytes!("../certificate/test/3des.pfx"),
        );
        write(folder.path(), "pfx/certificateInformation.json", password);
        write(
            folder.path(),
            "extracted/certificateInformation.json",
            r#"{"properties": {"thumbprint": "00"}}"#,
        );
        let backend = |credentials: &str| {
            format!(r#"{{"properties": {{"url": "https://b.test", "credentials": {credentials}}}}}"#)
        };
        let thumbprint = include_str!("../certificate/test/thumbprint").trim().to_lowercase();
        write(
            folder.path(),
            "../backends/a/backendInformation.json",
            backend(r#"{"certificateIds": ["/x/certificates/pfx"]}"#),
        );
        write(
            folder.path(),
            "../backends/b/backendInformation.json",
            backend(&format!(r#"{{"certificate": ["{thumbprint}"]}}"#)),
        );
        let (catalog, problems) = crate::load(folder.path(), &ProcessEnvironment);
        assert!(problems.is_empty(), "{}", diagnostic::render(&problems));
        let ids: Vec<&str> = catalog.certificates.keys().map(String::as_str).collect();
        assert_eq!(ids, ["pem", "pfx"]);
        assert_eq!(catalog.certificates["pem"], catalog.certificates["pfx"]);
        for backend in catalog.backends.values() {
            assert_eq!(
                backend.credentials.certificate.as_ref(),
                catalog.certificates.get("pem")
            );
        }
        assert!(!format!("{catalog:?}").contains("PRIVATE"));
    }

    #[test]
    fn authorities_that_gateways_trust_need_no_private_key() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, _) = PEM.split_at(PEM.find("-----BEGIN PRIVATE").unwrap());
        let der = PublicCertificate::read(certificate.as_bytes()).unwrap();
        write(folder.path(), "pem/certificate.pem", certificate);
        write(folder.path(), "der/certificate.cer", &der.certificate);
        write(folder.path(), "both/certificate.pem", PEM);
        write(folder.path(), "none/certificate.pem", "nonsense");
        let gateway = |file: &str, text: &str| write(folder.path(), &format!("../gateways/g/{file}"), text);
        gateway("gatewayInformation.json", "{}");
        for (id, text) in [
            ("pem", r#"{"properties": {"isTrusted": true}}"#),
            ("der", r#"{"properties": {"isTrusted": false}}"#),
            ("both", "{}"),
            ("other", r#"{"properties": {"isTrusted": true}}"#),
        ] {
            gateway(
                &format!("certificateAuthorities/{id}/certificateAuthorityInformation.json"),
                text,
            );
        }
        let (catalog, problems) = crate::load(folder.path(), &ProcessEnvironment);
        let shown = diagnostic::render(&problems);
        assert!(shown.contains("there is no certificate `other`"), "{shown}");
        assert!(
            shown.contains("this file holds no certificate in PEM or DER"),
            "{shown}"
        );
        assert_eq!(problems.len(), 2, "{shown}");
        let ids: Vec<&str> = catalog.public_certificates.keys().map(String::as_str).collect();
        assert_eq!(ids, ["both", "der", "pem"]);
        assert_eq!(catalog.certificates.len(), 1);
        assert_eq!(catalog.authorities, [Arc::new(der)]);
    }

    #[test]
    fn what_cannot_be_read_is_told_without_the_password() {
        let folder = tempfile::tempdir().unwrap();
        let password = r#"{"properties": {"password": "swordfish"}}"#;
        write(
            folder.path(),
            "pfx/certificate.pfx",
            include_bytes!("../certificate/test/3des.pfx"),
        );
        write(folder.path(), "pfx/certificateInformation.json", password);
        let (catalog, problems) = crate::load(folder.path(), &ProcessEnvironment);
        assert!(catalog.certificates.is_empty());
        let shown = diagnostic::render(&problems);
        assert!(
            shown.contains("this file cannot be decrypted: the password is wrong"),
            "{shown}"
        );
        assert!(!shown.contains("swordfish"), "{shown}");
    }
}
