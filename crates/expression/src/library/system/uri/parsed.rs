//! Absolute URIs in parts.

use super::escape::{canonical, is_well_formed, readable, unescape};
use std::net::{Ipv4Addr, Ipv6Addr};

/// An absolute URI.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Absolute {
    /// In lower case.
    pub scheme: String,
    /// Whether `//` follows the scheme.
    pub authority: bool,
    /// Name and password with the `@` behind them.
    pub user: String,
    /// In lower case.
    pub host: String,
    /// -1 when there is none.
    pub port: i32,
    /// Escaped, as are query and fragment; these begin with `?` and `#`.
    pub path: String,
    pub query: String,
    pub fragment: String,
    /// Whether everything was written as a URI asks for.
    pub well_formed: bool,
}

/// What a text is.
pub enum Parsed {
    /// An absolute URI.
    Absolute(Box<Absolute>),
    /// Not an absolute URI, so perhaps a relative one.
    Relative,
    /// Neither.
    Malformed,
}

/// Schemes whose URIs have an authority.
const HIERARCHICAL: &[&str] = &[
    "http", "https", "ws", "wss", "ftp", "file", "gopher", "nntp", "telnet", "net.tcp", "net.pipe",
];

/// The port of a scheme, -1 when it has none.
pub fn default_port(scheme: &str) -> i32 {
    match scheme {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        "ftp" => 21,
        "gopher" => 70,
        "nntp" => 119,
        "telnet" => 23,
        "ldap" => 389,
        "mailto" => 25,
        "net.tcp" => 808,
        _ => -1,
    }
}

/// Whether a text can be a scheme.
pub fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// Reads a text.
pub fn parse(text: &str) -> Parsed {
    let text = text.trim();
    if let Some(path) = windows_path(text) {
        return absolute("file", &path);
    }
    let Some((scheme, rest)) = text.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) else {
        return Parsed::Relative;
    };
    let scheme = scheme.to_ascii_lowercase();
    if rest.is_empty() && scheme != "mailto" || HIERARCHICAL.contains(&scheme.as_str()) && !rest.starts_with("//") {
        return Parsed::Relative;
    }
    if scheme.len() == 1 {
        return Parsed::Malformed;
    }
    absolute(&scheme, rest)
}

/// `C:\…` and `\\server\…`, as what follows `file:`.
fn windows_path(text: &str) -> Option<String> {
    let mut chars = text.chars();
    let (first, second, third) = (chars.next()?, chars.next()?, chars.next());
    let slash = |c: char| matches!(c, '\\' | '/');
    if first.is_ascii_alphabetic() && second == ':' && third.is_some_and(slash) {
        return Some(format!("///{}", text.replace('\\', "/")));
    }
    let server = slash(first) && slash(second) && third.is_some_and(|c| !slash(c));
    server.then(|| text.replace('\\', "/"))
}

fn absolute(scheme: &str, rest: &str) -> Parsed {
    let mut uri = Absolute {
        scheme: scheme.to_owned(),
        port: default_port(scheme),
        ..Absolute::default()
    };
    let tail = match rest.strip_prefix("//") {
        Some(rest) => {
            uri.authority = true;
            let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            let (authority, tail) = rest.split_at(end);
            if uri.read_authority(authority).is_none() {
                return Parsed::Malformed;
            }
            tail
        }
        None if scheme == "mailto" => {
            let (address, tail) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
            if let Some((user, host)) = address.split_once('@') {
                uri.user = format!("{user}@");
                uri.host = host.to_lowercase();
                if !host_name(host) {
                    return Parsed::Malformed;
                }
                tail
            } else {
                rest
            }
        }
        None => rest,
    };
    uri.read_path(tail);
    Parsed::Absolute(Box::new(uri))
}

impl Absolute {
    fn read_authority(&mut self, authority: &str) -> Option<()> {
        let (user, host_port) = authority.split_at(authority.find('@').map_or(0, |at| at + 1));
        user.clone_into(&mut self.user);
        let behind_brackets = host_port.find(']').unwrap_or(0);
        let colon = host_port
            .get(behind_brackets..)?
            .find(':')
            .map(|at| at + behind_brackets);
        let (host, port) = host_port.split_at(colon.unwrap_or(host_port.len()));
        match port.strip_prefix(':') {
            Some("") | None => {}
            Some(digits) => {
                let number = digits.bytes().all(|digit| digit.is_ascii_digit());
                self.port = i32::from(digits.parse::<u16>().ok().filter(|_| number)?);
            }
        }
        self.host = host_of(host)?;
        let needed = !matches!(self.scheme.as_str(), "file") && HIERARCHICAL.contains(&self.scheme.as_str());
        (!self.host.is_empty() || !needed && self.user.is_empty() && port.is_empty()).then_some(())
    }

    fn read_path(&mut self, tail: &str) {
        let (rest, fragment) = tail.split_at(tail.find('#').unwrap_or(tail.len()));
        let (path, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
        self.well_formed = [path, query]
            .iter()
            .all(|part| is_well_formed(part) && !part.contains('#'))
            && is_well_formed(fragment)
            && !fragment.get(1..).is_some_and(|fragment| fragment.contains('#'));
        self.path = if HIERARCHICAL.contains(&self.scheme.as_str()) {
            remove_dots(&canonical(&path.replace('\\', "/")))
        } else if self.authority {
            remove_dots(&canonical(path))
        } else {
            canonical(path)
        };
        if self.authority && self.path.is_empty() {
            "/".clone_into(&mut self.path);
        }
        self.query = canonical(query);
        self.fragment = canonical(fragment);
    }

    /// Whether its port goes without saying.
    pub fn has_default_port(&self) -> bool {
        self.port == default_port(&self.scheme)
    }

    /// Host and port.
    pub fn host_and_port(&self) -> String {
        if self.has_default_port() {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Name and password.
    pub fn user_info(&self) -> &str {
        self.user.strip_suffix('@').unwrap_or_default()
    }

    /// Scheme with what separates it.
    pub fn scheme_prefix(&self) -> String {
        format!("{}:{}", self.scheme, if self.authority { "//" } else { "" })
    }

    /// Everything before the path.
    pub fn before_path(&self) -> String {
        format!("{}{}{}", self.scheme_prefix(), self.user, self.host_and_port())
    }

    /// `AbsoluteUri`
    pub fn text(&self) -> String {
        format!("{}{}{}{}", self.before_path(), self.path, self.query, self.fragment)
    }

    /// `ToString()`
    pub fn readable(&self) -> String {
        let (path, query, fragment) = (readable(&self.path), readable(&self.query), readable(&self.fragment));
        format!("{}{path}{query}{fragment}", self.before_path())
    }

    /// Whether it is a path of a drive.
    pub fn is_drive(&self) -> bool {
        let mut path = self.path.chars();
        self.scheme == "file"
            && self.host.is_empty()
            && path.next() == Some('/')
            && path.next().is_some_and(|c| c.is_ascii_alphabetic())
            && path.next() == Some(':')
    }

    /// `AbsolutePath`: a drive's has no slash before it.
    pub fn absolute_path(&self) -> &str {
        let drive = self.path.get(1..).filter(|_| self.is_drive());
        drive.unwrap_or(&self.path)
    }

    /// `LocalPath`: with backslashes for drives and servers.
    pub fn local_path(&self) -> String {
        let path = unescape(self.absolute_path(), |_| false);
        if self.scheme == "file" && !self.host.is_empty() {
            format!("\\\\{}{path}", self.host).replace('/', "\\")
        } else if self.is_drive() {
            path.replace('/', "\\")
        } else {
            path
        }
    }

    /// Whether both mean the same: user and fragment take no part.
    pub fn same(&self, other: &Self) -> bool {
        self.scheme == other.scheme
            && self.host == other.host
            && self.port == other.port
            && self.path == other.path
            && self.query == other.query
    }

    /// RFC 3986, section 5.2.
    pub fn resolve(&self, reference: &str) -> Option<Self> {
        let mut reference = reference.trim();
        match parse(reference) {
            Parsed::Malformed => return None,
            Parsed::Absolute(absolute) if !reference.starts_with("//") => return Some(*absolute),
            _ => {}
        }
        if let Some((scheme, rest)) = reference.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) {
            if !scheme.eq_ignore_ascii_case(&self.scheme) {
                return None;
            }
            reference = rest;
        }
        let folder = self
            .path
            .rfind('/')
            .and_then(|slash| self.path.get(..=slash))
            .unwrap_or("");
        let before = self.before_path();
        let text = if reference.starts_with("//") {
            format!("{}:{reference}", self.scheme)
        } else if reference.starts_with(['/', '\\']) {
            let drive = self.path.get(..3).filter(|_| self.is_drive()).unwrap_or_default();
            format!("{before}{drive}{reference}")
        } else if reference.is_empty() {
            self.text()
        } else if reference.starts_with('?') {
            format!("{before}{}{reference}", self.path)
        } else if reference.starts_with('#') {
            format!("{before}{}{}{reference}", self.path, self.query)
        } else {
            format!("{before}{folder}{reference}")
        };
        match parse(&text) {
            Parsed::Absolute(absolute) => Some(*absolute),
            _ => None,
        }
    }

    /// The shortest way from here to another URI of the same server; `None` when it is another server.
    pub fn relative_to(&self, other: &Self) -> Option<String> {
        if (&self.scheme, &self.host, self.port) != (&other.scheme, &other.host, other.port) {
            return None;
        }
        let mut way = path_difference(&self.path, &other.path);
        if way
            .split([':', '\\', '/', '?', '#'])
            .next()
            .and_then(|first| way.get(first.len()..))
            .is_some_and(|rest| rest.starts_with(':'))
        {
            way.insert_str(0, "./");
        }
        Some(format!("{way}{}{}", other.query, other.fragment))
    }

    /// Whether another URI lies in the folder of this one.
    pub fn is_base_of(&self, other: &Self) -> bool {
        let folder = self
            .path
            .rfind('/')
            .and_then(|slash| self.path.get(..=slash))
            .unwrap_or("");
        (&self.scheme, &self.host, self.port) == (&other.scheme, &other.host, other.port)
            && other.path.starts_with(folder)
    }

    /// The kind of its host as `UriHostNameType` counts them.
    pub fn host_kind(&self) -> i32 {
        match check_host(&self.host) {
            0 if self.authority => 1,
            kind => kind,
        }
    }

    /// Whether it means this machine.
    pub fn is_loopback(&self) -> bool {
        let address = self.host.trim_matches(['[', ']']);
        match (address.parse::<Ipv4Addr>(), address.parse::<Ipv6Addr>()) {
            (Ok(address), _) => address.is_loopback(),
            (_, Ok(address)) => address.is_loopback(),
            _ => matches!(address, "localhost" | "loopback") || address.is_empty() && self.scheme == "file",
        }
    }
}

/// `UriHostNameType` of a text: 0 for no host, 2 for a name, 3 and 4 for addresses.
pub fn check_host(host: &str) -> i32 {
    let address = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host);
    if address.parse::<Ipv6Addr>().is_ok() {
        4
    } else if ipv4(host).is_some() {
        3
    } else if host != "-" && host_name(host) {
        2
    } else {
        0
    }
}

/// A host in its one form; `None` for what is none.
fn host_of(host: &str) -> Option<String> {
    if let Some(address) = host.strip_prefix('[') {
        let address: Ipv6Addr = address.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    if let Some(address) = ipv4(host) {
        return Some(address.to_string());
    }
    (host.is_empty() || host_name(host)).then(|| host.to_lowercase())
}

/// Labels of letters, digits, `-` and `_`.
fn host_name(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let letter = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    host.split('.')
        .all(|label| !label.is_empty() && label.chars().all(letter))
}

/// An address of one to four numbers, of which the last one fills what is left.
fn ipv4(host: &str) -> Option<Ipv4Addr> {
    let number = |text: &str| -> Option<u32> {
        if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            return u32::from_str_radix(digits, 16).ok();
        }
        let digits = text.bytes().all(|digit| digit.is_ascii_digit());
        match text.strip_prefix('0').filter(|rest| !rest.is_empty()) {
            Some(octal) if digits => u32::from_str_radix(octal, 8).ok(),
            _ => text.parse().ok().filter(|_| digits),
        }
    };
    let parts: Vec<u32> = host.split('.').map(number).collect::<Option<_>>()?;
    let (last, before) = parts.split_last()?;
    let free = 32 - 8 * u32::try_from(before.len()).ok().filter(|count| *count < 4)?;
    if before.iter().any(|part| *part > 255) || u64::from(*last) >= 1 << free {
        return None;
    }
    let high = before.iter().fold(0_u64, |all, part| all << 8 | u64::from(*part));
    u32::try_from(high << free | u64::from(*last)).ok().map(Ipv4Addr::from)
}

fn remove_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').collect();
    let last = segments.len().saturating_sub(1);
    for (at, segment) in segments.iter().enumerate() {
        match *segment {
            "." if at == last => kept.push(""),
            "." => {}
            ".." => {
                // A drive cannot be left either.
                let root = kept
                    .get(1)
                    .is_some_and(|first| first.ends_with(':') && first.len() == 2);
                if kept.len() > 1 + usize::from(root) {
                    kept.pop();
                }
                if at == last {
                    kept.push("");
                }
            }
            other => kept.push(other),
        }
    }
    kept.join("/")
}

fn path_difference(from: &str, to: &str) -> String {
    let mut slash = None;
    let mut at = 0;
    for (left, right) in from.bytes().zip(to.bytes()) {
        if left != right {
            break;
        }
        if left == b'/' {
            slash = Some(at);
        }
        at += 1;
    }
    if at == 0 {
        return to.to_owned();
    }
    if at == from.len() && at == to.len() {
        return String::new();
    }
    let ups = from.bytes().skip(at).filter(|byte| *byte == b'/').count();
    if ups == 0 && slash.is_some_and(|slash| slash + 1 == to.len()) {
        return "./".to_owned();
    }
    let rest = to.get(slash.map_or(0, |slash| slash + 1)..).unwrap_or_default();
    "../".repeat(ups) + rest
}
