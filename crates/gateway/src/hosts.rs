//! Names of hosts as gateways have them: whole ones, `*.` before a domain for all names within it, and `*` for all.
//!
//! Never here: whose names they are.

/// Characters of a host name at most (RFC 1035, section 2.3.4). The client's word may be longer.
const LONGEST: usize = 253;

/// The host of an authority in lower case, without a port and without the dot that ends a whole name.
pub fn host_of(authority: &str) -> String {
    let end = match authority.rfind(':') {
        Some(colon) if !authority.get(colon..).is_some_and(|port| port.contains(']')) => colon,
        _ => authority.len(),
    };
    let host = authority.get(..end).unwrap_or(authority);
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

/// What a gateway's name may be that a host, in lower case, has: the closest first.
pub fn names_of(host: &str) -> impl Iterator<Item = String> {
    let known = if host.len() > LONGEST { "" } else { host };
    let domains = known.match_indices('.').filter_map(|(dot, _)| known.get(dot..));
    let domains = domains.map(|domain| format!("*{domain}"));
    std::iter::once(host.to_owned())
        .chain(domains)
        .chain(std::iter::once("*".to_owned()))
}

/// Whether a host of an authority has a gateway's name.
pub fn has_name(authority: &str, name: &str) -> bool {
    names_of(&host_of(authority)).any(|own| own.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_the_names_of_its_domains() {
        let names: Vec<String> = names_of(&host_of("A.b.Test.:80")).collect();
        assert_eq!(names, ["a.b.test", "*.b.test", "*.test", "*"]);
        assert_eq!(names_of(&"a.".repeat(200)).count(), 2);
        for (authority, name, has) in [
            ("api.test", "API.test", true),
            ("api.test:443", "*.test", true),
            ("test", "*.test", false),
            ("badtest", "*.test", false),
            ("[::1]:80", "[::1]", true),
            ("[::1]", "*", true),
        ] {
            assert_eq!(has_name(authority, name), has, "{authority} {name}");
        }
    }
}
