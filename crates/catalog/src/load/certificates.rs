//! Client certificates with their private keys, which extractors do not export.

use super::{Loader, layout};
use crate::certificate::ClientCertificate;
use crate::codes;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Files that a certificate may be in.
const FILES: [&str; 2] = ["certificate.pem", "certificate.pfx"];

/// All certificates by id that have their private key.
pub(crate) fn load(loader: &Loader<'_>) -> BTreeMap<String, Arc<ClientCertificate>> {
    let mut certificates = BTreeMap::new();
    for entry in layout::entities(loader, layout::CERTIFICATES) {
        let password = password(loader, &entry.path);
        let paths = FILES.map(|file| entry.path.join(file));
        // What an extractor writes has no key and is of no use here; who needs it is told there.
        let Some((path, bytes)) = paths.iter().find_map(|path| Some((path, loader.files.bytes(path)?))) else {
            continue;
        };
        match ClientCertificate::read(&bytes, &password) {
            Ok(certificate) => {
                certificates.insert(entry.name, Arc::new(certificate));
            }
            Err(why) => loader
                .files
                .report(codes::BAD_CERTIFICATE, path, format!("this file {why}")),
        }
    }
    certificates
}

fn password(loader: &Loader<'_>, folder: &Path) -> String {
    let path = folder.join("certificateInformation.json");
    let Some(information) = crate::information::read_any(&loader.files, loader.problems, &path) else {
        return String::new();
    };
    let fields = information.properties(loader.problems);
    fields
        .string("password")
        .map(|password| loader.expand(fields, password))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::ProcessEnvironment;
    use std::path::Path;

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
