//! Gateways: an API that is linked to one answers only on that gateway's host names, and certificate authorities that one
//! trusts are trusted here.

use super::apis::LoadedApis;
use super::links::linked;
use super::{Loader, layout};
use crate::certificate::PublicCertificate;
use crate::codes;
use crate::fields::Fields;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Reads all gateways and gives each API the host names that it answers on; `ids` are those of all APIs.
pub(crate) fn assign_hosts(loader: &Loader<'_>, ids: &BTreeSet<String>, apis: &mut LoadedApis) {
    // Host names by API; an API that is also linked to a gateway without host names is reachable on any.
    let mut by_api: BTreeMap<String, Option<Vec<String>>> = BTreeMap::new();
    for entry in layout::entities(loader, layout::GATEWAYS) {
        let _ = loader.information(&entry.path, "gatewayInformation.json");
        let hosts = hosts(loader, &entry.path);
        for api in linked(loader, &entry.path, "apis", "API", ids) {
            let known = by_api.entry(api).or_insert_with(|| Some(Vec::new()));
            match known {
                Some(known) if !hosts.is_empty() => known.extend(hosts.iter().cloned()),
                _ => *known = None,
            }
        }
    }
    for loaded in &mut apis.served {
        if let Some(Some(hosts)) = by_api.get(&loaded.api.id) {
            loaded.hosts.clone_from(hosts);
            loaded.hosts.sort();
            loaded.hosts.dedup();
        }
    }
}

/// The certificate authorities that gateways trust.
pub(crate) fn authorities(
    loader: &Loader<'_>,
    certificates: &BTreeMap<String, Arc<PublicCertificate>>,
) -> Vec<Arc<PublicCertificate>> {
    let mut trusted: Vec<Arc<PublicCertificate>> = Vec::new();
    for gateway in layout::entities(loader, layout::GATEWAYS) {
        for entry in loader.files.folders(&gateway.path.join("certificateAuthorities")) {
            let Some(information) = loader.information(&entry.path, "certificateAuthorityInformation.json") else {
                continue;
            };
            let fields = information.properties(loader.problems);
            if fields.boolean("isTrusted") == Some(false) {
                continue;
            }
            match certificates.get(&entry.name) {
                Some(found) if trusted.contains(found) => {}
                Some(found) => trusted.push(Arc::clone(found)),
                None => {
                    let name = &entry.name;
                    let message =
                        format!("there is no certificate `{name}` in `certificates/{name}/`, so it is not trusted");
                    fields.warn(codes::MISSING_AUTHORITY, fields.head(), message);
                }
            }
        }
    }
    trusted
}

fn hosts(loader: &Loader<'_>, gateway: &Path) -> Vec<String> {
    let folders = loader.files.folders(&gateway.join("hostnameConfigurations"));
    let host = |folder: &Path| {
        let information = loader.information(folder, "hostnameConfigurationInformation.json")?;
        let fields = information.properties(loader.problems);
        let hostname = fields.required("hostname")?;
        check_host(fields, hostname);
        Some(hostname.value.trim().to_ascii_lowercase())
    };
    folders.iter().filter_map(|entry| host(&entry.path)).collect()
}

fn check_host(fields: Fields<'_>, hostname: crate::fields::Text<'_>) {
    let name = hostname.value.trim();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let domain = name.strip_prefix("*.").unwrap_or(name);
    if name != "*" && (domain.is_empty() || !domain.chars().all(allowed)) {
        let message = format!(
            "`hostname` must be a host name without scheme, port or path, `*.` before a domain, or `*`, found \"{name}\""
        );
        fields.report(codes::BAD_VALUE, hostname.span, message);
    }
}
