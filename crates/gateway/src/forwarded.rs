//! `X-Forwarded-Proto` and `-Host`, and whom a client's own `X-Forwarded-For` makes of it.
//!
//! What a client says about itself is believed only from proxies that the operator trusts.
//! Never here: `X-Forwarded-For` towards an upstream, to which the call adds the peer's address; RFC 7239's
//! `Forwarded`, which APIM passes through.

use http::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use policy::Network;
use std::net::{IpAddr, SocketAddr};

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// The peer of a connection.
pub struct Peer {
    /// Its address.
    pub ip: IpAddr,
    /// The same as a header's value.
    pub text: HeaderValue,
    /// Whether it is a proxy whose word counts.
    pub trusted: bool,
    /// `http` or `https`
    pub scheme: &'static str,
}

/// Who a request comes from.
#[derive(Debug, PartialEq)]
pub struct Client {
    /// Address.
    pub ip: IpAddr,
    /// `http` or `https`
    pub scheme: &'static str,
    /// Whether a proxy that is trusted says so.
    pub is_told: bool,
}

impl Peer {
    /// The peer at this address.
    pub fn new(ip: IpAddr, scheme: &'static str, trusted: &[Network]) -> Self {
        // An IPv4 client of a socket for both families is an IPv4 client.
        let ip = ip.to_canonical();
        let text = HeaderValue::try_from(ip.to_string()).unwrap_or(HeaderValue::from_static("unknown"));
        Self {
            ip,
            text,
            trusted: trusted.iter().any(|network| network.contains(ip)),
            scheme,
        }
    }

    /// Writes the headers for the upstream, and says who the client is.
    pub fn forward(&self, headers: &mut HeaderMap, trusted: &[Network]) -> Client {
        let client = if self.trusted {
            self.believed(headers, trusted)
        } else {
            self.seen()
        };
        if !self.trusted || !headers.contains_key(PROTO) {
            headers.insert(PROTO, HeaderValue::from_static(self.scheme));
        }
        if (!self.trusted || !headers.contains_key(FORWARDED_HOST))
            && let Some(host) = headers.get(HOST).cloned()
        {
            headers.insert(FORWARDED_HOST, host);
        }
        client
    }

    fn seen(&self) -> Client {
        Client {
            ip: self.ip,
            scheme: self.scheme,
            is_told: false,
        }
    }

    /// The last address that is not a trusted proxy's, and the protocol that the proxy names.
    fn believed(&self, headers: &HeaderMap, trusted: &[Network]) -> Client {
        let mut client = self.seen();
        // Proxies append to what clients sent, whatever that is: only what they appended must be readable.
        let values: Vec<&[u8]> = headers.get_all(FOR).iter().map(HeaderValue::as_bytes).collect();
        let addresses = values.iter().rev().flat_map(|value| value.rsplit(|byte| *byte == b','));
        for address in addresses {
            let Some(ip) = address_of(address) else {
                break;
            };
            client.ip = ip;
            if !trusted.iter().any(|network| network.contains(ip)) {
                break;
            }
        }
        // As for addresses, the nearest proxy's word stands last.
        let told = headers.get_all(PROTO).iter().next_back();
        let told = told.and_then(|value| value.as_bytes().rsplit(|byte| *byte == b',').next());
        let told = told.map(<[u8]>::trim_ascii).and_then(|told| {
            let mut schemes = ["https", "http"].into_iter();
            schemes.find(|scheme| told.eq_ignore_ascii_case(scheme.as_bytes()))
        });
        client.is_told = told.is_some();
        client.scheme = told.unwrap_or(client.scheme);
        client
    }
}

/// An address as proxies write it, some with its port.
fn address_of(written: &[u8]) -> Option<IpAddr> {
    let written = std::str::from_utf8(written).ok()?.trim();
    let bare = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let ip = bare.unwrap_or(written).parse::<IpAddr>().ok();
    let ip = ip.or_else(|| Some(written.parse::<SocketAddr>().ok()?.ip()));
    ip.map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(peer: &str, given: &[(&str, &str)], expected: [&str; 2], client: &str) {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let mut headers: HeaderMap = given
            .iter()
            .map(|(name, value)| {
                let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
                (name.parse::<HeaderName>().unwrap(), value)
            })
            .collect();
        headers.insert(HOST, HeaderValue::from_static("shop"));
        let found = Peer::new(peer.parse().unwrap(), "http", &trusted).forward(&mut headers, &trusted);
        let written = [PROTO, FORWARDED_HOST].map(|name| headers[name].to_str().unwrap().to_owned());
        assert_eq!(written, expected, "{given:?}");
        assert_eq!(format!("{} {}", found.scheme, found.ip), client, "{given:?}");
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        check("192.0.2.1", &[], ["http", "shop"], "http 192.0.2.1");
        check("::ffff:192.0.2.1", &[], ["http", "shop"], "http 192.0.2.1");
        let said = [
            ("x-forwarded-for", "1.1.1.1"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "evil"),
        ];
        check("192.0.2.1", &said, ["http", "shop"], "http 192.0.2.1");
        check("10.0.0.1", &said, ["https", "evil"], "https 1.1.1.1");
        let chain = [("x-forwarded-for", "6.6.6.6, 1.1.1.1"), ("x-forwarded-for", "10.2.2.2")];
        check("10.0.0.1", &chain, ["http", "shop"], "http 1.1.1.1");
        for (value, client) in [
            ("junk", "http 10.0.0.1"),
            ("é, 1.1.1.1", "http 1.1.1.1"),
            ("10.3.3.3, é, 1.1.1.1, 10.2.2.2", "http 1.1.1.1"),
            ("1.1.1.1:4711", "http 1.1.1.1"),
            ("[2001:db8::1]:4711, 10.2.2.2:80", "http 2001:db8::1"),
            ("[2001:db8::1]", "http 2001:db8::1"),
            ("::ffff:1.1.1.1", "http 1.1.1.1"),
        ] {
            check("10.0.0.1", &[("x-forwarded-for", value)], ["http", "shop"], client);
        }
        for (value, client) in [
            ("HTTPS", "https 10.0.0.1"),
            ("http, https", "https 10.0.0.1"),
            ("https,http ", "http 10.0.0.1"),
            ("ftp", "http 10.0.0.1"),
        ] {
            let said = [("x-forwarded-proto", value)];
            check("10.0.0.1", &said, [value, "shop"], client);
        }
    }
}
