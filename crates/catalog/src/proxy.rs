//! Where a proxy for HTTP listens, as policies and backends write it.

/// Host and port of a proxy that is itself spoken to in cleartext.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyAddress {
    /// Host, without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl ProxyAddress {
    /// Reads `http://host:port`, of which scheme and port (80) may be left out. Nothing for anything else: another
    /// scheme, a path, a user.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('/');
        let authority = match text.split_once("://") {
            Some((scheme, authority)) => scheme.eq_ignore_ascii_case("http").then_some(authority)?,
            None => text,
        };
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => {
                let (host, after) = rest.split_once(']')?;
                let port = if after.is_empty() {
                    None
                } else {
                    Some(after.strip_prefix(':')?)
                };
                (host, port)
            }
            None => match authority.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, None),
            },
        };
        let is_host_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:%".contains(&byte);
        let port = match port {
            Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => port.parse().ok()?,
            Some(_) => return None,
            None => 80,
        };
        (!host.is_empty() && host.bytes().all(is_host_byte)).then(|| Self {
            host: host.to_owned(),
            port,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::ProxyAddress;

    #[test]
    fn addresses_are_read_or_refused() {
        for (text, expected) in [
            ("http://proxy.example:3128", Some("proxy.example 3128")),
            ("HTTP://proxy.example/", Some("proxy.example 80")),
            ("proxy", Some("proxy 80")),
            (" proxy:81 ", Some("proxy 81")),
            ("http://[::1]:81", Some("::1 81")),
            ("[::1]", Some("::1 80")),
            ("https://proxy", None),
            ("http://", None),
            ("http://user@proxy", None),
            ("http://proxy/path", None),
            ("http://proxy:port", None),
            ("http://proxy:70000", None),
            ("http://[::1", None),
            ("http://[::1]x", None),
            ("a b", None),
        ] {
            let found = ProxyAddress::parse(text).map(|address| format!("{} {}", address.host, address.port));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
