//! Backends: single servers and pools of them.

mod breaker;

use super::{Loader, layout, references};
use crate::codes;
use crate::document::{Member, Value};
use crate::fields::{Fields, Text};
use crate::information::Information;
use crate::{
    Backend, BackendCredentials, BackendIdentity, BackendKind, BackendProxy, ClientCertificate, Pool, PoolMember,
    ProxyAddress,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All backends of the folder.
pub(crate) struct LoadedBackends {
    /// Those that can be used, by id.
    pub usable: BTreeMap<String, Arc<Backend>>,
    /// Ids of all, also of those that cannot.
    pub known: Vec<String>,
}

/// Certificates by id.
type Certificates = BTreeMap<String, Arc<ClientCertificate>>;

/// Loads all backends, pools after their members.
pub(crate) fn load(loader: &Loader<'_>, certificates: &Certificates) -> LoadedBackends {
    let mut backends = BTreeMap::new();
    let mut pools = Vec::new();
    let mut known = Vec::new();
    for entry in layout::entities(loader, layout::BACKENDS) {
        known.push(entry.name.clone());
        let Some(information) = loader.information(&entry.path, "backendInformation.json") else {
            continue;
        };
        let fields = information.properties(loader.problems);
        warn_of_ignored(fields);
        if is_in_cluster(fields) {
            continue;
        }
        if is_pool(fields) {
            pools.push((entry.name, information));
        } else if let Some(url) = url(loader, fields) {
            let kind = BackendKind::Single { url };
            backends.insert(
                entry.name.clone(),
                Arc::new(backend(loader, certificates, entry.name, kind, fields)),
            );
        }
    }
    let pool_ids: Vec<String> = pools.iter().map(|(id, _)| id.clone()).collect();
    let pool = |(id, information): (String, Information)| {
        let fields = information.properties(loader.problems);
        let kind = BackendKind::Pool(Pool {
            members: members(fields, &known, &pool_ids, &backends),
            session_cookie: session_cookie(fields),
        });
        (id.clone(), Arc::new(backend(loader, certificates, id, kind, fields)))
    };
    let pools: Vec<_> = pools.into_iter().map(pool).collect();
    backends.extend(pools);
    LoadedBackends {
        usable: backends,
        known,
    }
}

fn is_pool(fields: Fields<'_>) -> bool {
    let pooled = fields.choice("type", &[("Single", false), ("Pool", true)]);
    pooled.unwrap_or_else(|| fields.get("pool").is_some())
}

fn url(loader: &Loader<'_>, fields: Fields<'_>) -> Option<String> {
    let written = fields.required("url")?;
    service_url(loader, fields, "url", written)
}

/// A base URL with its named values replaced, without trailing `/`; anything but a whole URL is reported.
pub(crate) fn service_url(loader: &Loader<'_>, fields: Fields<'_>, key: &str, written: Text<'_>) -> Option<String> {
    let url = loader.expand(fields, written);
    let url = url.trim().trim_end_matches('/');
    let is_whole = url.split_once("://").is_some_and(|(scheme, rest)| {
        let known = ["http", "https", "ws", "wss", "grpc", "grpcs"]
            .iter()
            .any(|one| one.eq_ignore_ascii_case(scheme));
        known && !rest.is_empty() && !rest.starts_with(['/', ':', '?', '#']) && !rest.contains(char::is_whitespace)
    });
    // A name that is not known was reported already.
    if url.contains("{{") {
        return is_whole.then(|| url.to_owned());
    }
    let wrong = if is_whole {
        wrong_in(url).map(|wrong| format!("`{key}` {wrong}, found \"{}\"", written.value))
    } else {
        Some(format!(
            "`{key}` must be a whole http, https, ws, wss, grpc or grpcs URL, found \"{}\"",
            written.value
        ))
    };
    match wrong {
        Some(message) => {
            fields.report(codes::BAD_VALUE, written.span, message);
            None
        }
        None => Some(url.to_owned()),
    }
}

/// Why no request can be sent to a whole URL.
fn wrong_in(url: &str) -> Option<&'static str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let port = authority
        .rsplit_once(':')
        .map(|(_, port)| port)
        .filter(|port| !port.ends_with(']'));
    if !url.is_ascii() {
        return Some("must be ASCII: `xn--…` for such a host, `%…` for other characters");
    }
    if url.contains('#') {
        return Some("must have no fragment (`#…`), in which paths would end");
    }
    let is_port = |port: &str| port.is_empty() || port.parse::<u16>().is_ok();
    (!port.is_none_or(is_port)).then_some("must have a port up to 65535, if any")
}

fn backend(
    loader: &Loader<'_>,
    certificates: &Certificates,
    id: String,
    kind: BackendKind,
    fields: Fields<'_>,
) -> Backend {
    let tls = fields.object("tls");
    let checked = |key: &str| tls.and_then(|tls| tls.boolean(key)).unwrap_or(true);
    Backend {
        id,
        kind,
        credentials: fields
            .object("credentials")
            .map(|all| credentials(loader, certificates, all))
            .unwrap_or_default(),
        validate_certificate_chain: checked("validateCertificateChain"),
        validate_certificate_name: checked("validateCertificateName"),
        proxy: proxy(loader, fields),
        circuit_breaker: breaker::read(fields),
        azure_region: fields.text("azureRegion"),
    }
}

fn proxy(loader: &Loader<'_>, fields: Fields<'_>) -> Option<BackendProxy> {
    let proxy = fields.object("proxy")?;
    let url = proxy.required("url")?;
    let written = loader.expand(proxy, url);
    let Some(address) = ProxyAddress::parse(&written) else {
        // A name that is not known was reported already.
        if !written.contains("{{") {
            let message = format!(
                "`url` must be that of a proxy, `http://host:port`, found \"{}\"",
                url.value
            );
            proxy.report(codes::BAD_VALUE, url.span, message);
        }
        return None;
    };
    let text = |key: &str| proxy.string(key).map(|text| loader.expand(proxy, text));
    Some(BackendProxy {
        address,
        username: text("username"),
        password: text("password").unwrap_or_default(),
    })
}

fn credentials(loader: &Loader<'_>, certificates: &Certificates, fields: Fields<'_>) -> BackendCredentials {
    let authorization = fields.object("authorization").and_then(|authorization| {
        let part = |key: &str, text: Text<'_>| {
            let expanded = loader.expand(authorization, text);
            check_header_value(authorization, key, text, &expanded);
            expanded
        };
        let parameter = authorization.string("parameter");
        let parameter = parameter.map(|text| part("parameter", text));
        let scheme = authorization.required("scheme")?;
        Some((part("scheme", scheme), parameter.unwrap_or_default()))
    });
    BackendCredentials {
        headers: values(loader, fields, "header"),
        query: values(loader, fields, "query"),
        authorization,
        certificate: certificate(certificates, fields),
        managed_identity: fields.object("managedIdentity").and_then(|identity| {
            let resource = identity.required("resource")?;
            let client_id = identity.string("clientId").map(|id| loader.expand(identity, id));
            Some(BackendIdentity {
                resource: loader.expand(identity, resource),
                client_id: client_id.filter(|id| !id.is_empty()),
            })
        }),
    }
}

/// The first certificate that is there of those named by `certificateIds` and by thumbprints in `certificate`.
fn certificate(certificates: &Certificates, fields: Fields<'_>) -> Option<Arc<ClientCertificate>> {
    let by_id = fields.strings("certificateIds").into_iter();
    let by_id = by_id.map(|id| (id, certificates.get(references::name_in(id.value))));
    let of_thumbprint = |text: &str| {
        let mut all = certificates.values();
        all.find(|certificate| certificate.thumbprint.eq_ignore_ascii_case(text.trim()))
    };
    let by_thumbprint = fields.strings("certificate").into_iter();
    let by_thumbprint = by_thumbprint.map(|text| (text, of_thumbprint(text.value)));
    let mut first = None;
    for (text, found) in by_id.chain(by_thumbprint) {
        let Some(found) = found else {
            let name = references::name_in(text.value);
            let message = format!("there is no certificate `{name}` with its private key: none is shown");
            fields.warn(codes::BACKEND_PART_IGNORED, text.span, message);
            continue;
        };
        first.get_or_insert_with(|| Arc::clone(found));
    }
    first
}

/// An object whose members are lists of values: `{"x-key": ["a", "b"]}`.
fn values(loader: &Loader<'_>, fields: Fields<'_>, key: &str) -> Vec<(String, Vec<String>)> {
    let Some(named) = fields.object(key) else {
        return Vec::new();
    };
    let is_header = key == "header";
    let of_name = |member: &Member| {
        let name = member.key.as_str();
        if is_header && !is_token(name) {
            let message = format!("\"{name}\" is no name of a header");
            named.report(codes::BAD_VALUE, member.key_span, message);
        }
        let values = named.strings(name).into_iter();
        let values = values.map(|text| {
            let expanded = loader.expand(named, text);
            if is_header {
                check_header_value(named, name, text, &expanded);
            }
            expanded
        });
        (name.to_owned(), values.collect())
    };
    named.value.members().iter().map(of_name).collect()
}

/// Whether a text is a token, as names of headers and cookies are (RFC 9110, section 5.6.2).
fn is_token(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_part)
}

/// Reports a value that no header can have; it may be a secret.
fn check_header_value(fields: Fields<'_>, key: &str, written: Text<'_>, expanded: &str) {
    if !expanded
        .bytes()
        .all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte))
    {
        let message = format!("`{key}` must be the value of a header: one line of ASCII characters");
        fields.report(codes::BAD_VALUE, written.span, message);
    }
}

/// The cookie of `pool.sessionAffinity.sessionId`.
fn session_cookie(fields: Fields<'_>) -> Option<String> {
    let session = fields.object("pool")?.object("sessionAffinity")?.object("sessionId")?;
    session.choice("source", &[("Cookie", ())]);
    let name = session.required("name")?;
    if !is_token(name.value) {
        let message = format!("`name` must be the name of a cookie, found \"{}\"", name.value);
        session.report(codes::BAD_VALUE, name.span, message);
        return None;
    }
    Some(name.value.to_owned())
}

/// Members that can be used; the others were reported.
fn members(
    fields: Fields<'_>,
    known: &[String],
    pools: &[String],
    usable: &BTreeMap<String, Arc<Backend>>,
) -> Vec<PoolMember> {
    let services = fields
        .object("pool")
        .map(|pool| pool.objects("services"))
        .unwrap_or_default();
    let mut members = Vec::new();
    for service in &services {
        let Some(id) = service.required("id") else { continue };
        let name = references::name_in(id.value);
        let Some(name) = references::check(*service, id, "backend", name, known.iter().map(String::as_str)) else {
            continue;
        };
        if pools.iter().any(|pool| pool == name) {
            let message = format!("members of a pool must be single backends, `{name}` is none");
            service.report(codes::BAD_POOL, id.span, message);
            continue;
        }
        let share = |key: &str| service.number(key).unwrap_or(0);
        let (priority, weight) = (share("priority"), share("weight"));
        members.extend(usable.get(name).map(|backend| PoolMember {
            backend: Arc::clone(backend),
            priority,
            weight,
        }));
    }
    if services.is_empty() {
        let span = fields.get("pool").map_or(fields.head(), |pool| pool.span);
        fields.report(codes::BAD_POOL, span, "a pool needs members in `pool.services`");
    }
    members
}

/// Whether a backend's address is the name of a service in a Service Fabric cluster, which no request can be sent to.
fn is_in_cluster(fields: Fields<'_>) -> bool {
    let url = fields.get("url").and_then(Value::text).unwrap_or_default();
    url.trim().to_ascii_lowercase().starts_with("fabric:")
}

/// Service Fabric has no effect here: its clusters find services by a naming service of their own.
fn warn_of_ignored(fields: Fields<'_>) {
    let properties = fields.get("properties").and_then(|properties| properties.object());
    let Some(member) = properties.and_then(|properties| properties.member("serviceFabricCluster")) else {
        return;
    };
    if !member.value.is_null() && !member.value.members().is_empty() {
        let message = "`serviceFabricCluster` is not applied: services of a cluster are not found by the gateway";
        fields.warn(codes::BACKEND_PART_IGNORED, member.key_span, message);
    }
}
