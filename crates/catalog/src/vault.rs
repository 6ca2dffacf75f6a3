//! What a folder says of secrets that are in Azure Key Vault: named values and certificates refer to them by their
//! identifiers. Never here: asking a vault, which is the environment's ([`crate::Environment::secrets`]).

use crate::codes;
use crate::fields::Fields;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SecretReference {
    /// Base URL of its vault: `https://<vault>.vault.azure.net`.
    pub vault: String,
    /// Its name, perhaps with `/` and a version behind it.
    pub name: String,
    /// The client id of the managed identity that may read it; none: the gateway's own.
    pub client_id: Option<String>,
}

/// A secret of a vault.
#[derive(Clone, PartialEq, Eq)]
pub struct VaultSecret {
    /// Itself; of a certificate, PKCS#12 in base64 or PEM with its key.
    pub value: String,
}

impl fmt::Debug for VaultSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("VaultSecret(…)")
    }
}

impl SecretReference {
    /// Reads `https://<vault>/secrets/<name>[/<version>]`. A certificate's identifier is that of its secret as well.
    fn read(identifier: &str, client_id: Option<&str>) -> Option<Self> {
        let (host, path) = identifier.trim().strip_prefix("https://")?.split_once('/')?;
        let (_, name) = path
            .split_once('/')
            .filter(|(kind, _)| matches!(*kind, "secrets" | "certificates"))?;
        let name = name.trim_end_matches('/');
        let is_host = !host.is_empty()
            && host
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':'));
        let is_part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let mut parts = name.split('/');
        let is_name = parts.next().is_some_and(is_part) && parts.next().is_none_or(is_part) && parts.next().is_none();
        (is_host && is_name).then(|| Self {
            vault: format!("https://{host}"),
            name: name.to_owned(),
            client_id: client_id.map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned),
        })
    }

    /// Whether it names one version, which never changes.
    pub fn is_of_version(&self) -> bool {
        self.name.contains('/')
    }

    /// The reference of an entity's `keyVault`, if it has one that can be read; one that cannot is reported.
    pub(crate) fn of(fields: Fields<'_>) -> Option<Self> {
        let vault = fields.object("keyVault")?;
        let identifier = vault.required("secretIdentifier")?;
        let client_id = vault.string("identityClientId");
        let read = Self::read(identifier.value, client_id.map(|id| id.value));
        if read.is_none() {
            let message = format!(
                "`secretIdentifier` must be `https://<vault>/secrets/<name>`, perhaps with a version behind it, found \"{}\"",
                identifier.value
            );
            vault.report(codes::BAD_VALUE, identifier.span, message);
        }
        read
    }
}

impl fmt::Display for SecretReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/secrets/{}", self.vault, self.name)
    }
}

impl VaultSecret {
    /// The bytes of a certificate with its key: PKCS#12 in base64, or PEM.
    pub(crate) fn certificate(&self) -> Vec<u8> {
        let text: String = self.value.split_ascii_whitespace().collect();
        STANDARD
            .decode(text)
            .unwrap_or_else(|_| self.value.clone().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_read() {
        for (identifier, expected) in [
            (
                "https://v.vault.azure.net/secrets/key",
                Some(("https://v.vault.azure.net", "key", false)),
            ),
            (
                "https://v.vault.azure.net/secrets/key/",
                Some(("https://v.vault.azure.net", "key", false)),
            ),
            (
                "https://v.vault.azure.net:443/secrets/k-1/0a",
                Some(("https://v.vault.azure.net:443", "k-1/0a", true)),
            ),
            (
                "https://v.vault.azure.net/certificates/c",
                Some(("https://v.vault.azure.net", "c", false)),
            ),
            ("http://v.vault.azure.net/secrets/key", None),
            ("https://v.vault.azure.net/keys/key", None),
            ("https://v.vault.azure.net/secrets/", None),
            ("https://v.vault.azure.net/secrets/a/b/c", None),
            ("https://v.vault.azure.net/secrets/a?b", None),
            ("https://u@v.vault.azure.net/secrets/a", None),
            ("https:///secrets/a", None),
            ("key", None),
        ] {
            let read = SecretReference::read(identifier, None);
            let read = read
                .as_ref()
                .map(|read| (read.vault.as_str(), read.name.as_str(), read.is_of_version()));
            assert_eq!(read, expected, "{identifier}");
        }
    }
}
