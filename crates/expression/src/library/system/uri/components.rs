//! `UriComponents`: which parts of a URI are asked for.

use super::escape::{readable, unescape};
use super::parsed::Absolute;
use crate::library::Class;
use std::fmt::Write;

/// Which parts of a URI are asked for.
pub static URI_COMPONENTS: Class = Class::enumeration(
    "System.UriComponents",
    &[
        ("Scheme", SCHEME),
        ("UserInfo", USER),
        ("Host", HOST),
        ("Port", PORT),
        ("Path", PATH),
        ("Query", QUERY),
        ("Fragment", FRAGMENT),
        ("StrongPort", STRONG_PORT),
        ("NormalizedHost", NORMALIZED_HOST),
        ("KeepDelimiter", KEEP_DELIMITER),
        ("SerializationInfoString", i32::MIN),
        ("AbsoluteUri", ABSOLUTE),
        ("HostAndPort", HOST | STRONG_PORT),
        ("StrongAuthority", USER | HOST | STRONG_PORT),
        ("SchemeAndServer", SCHEME | HOST | PORT),
        ("HttpRequestUrl", SCHEME | HOST | PORT | PATH | QUERY),
        ("PathAndQuery", PATH | QUERY),
    ],
)
.flags();
/// How parts are written.
pub static URI_FORMAT: Class = Class::enumeration(
    "System.UriFormat",
    &[("UriEscaped", 1), ("Unescaped", 2), ("SafeUnescaped", 3)],
);

const SCHEME: i32 = 1;
const USER: i32 = 2;
const HOST: i32 = 4;
const PORT: i32 = 8;
const PATH: i32 = 16;
const QUERY: i32 = 32;
const FRAGMENT: i32 = 64;
const STRONG_PORT: i32 = 128;
const NORMALIZED_HOST: i32 = 256;
const KEEP_DELIMITER: i32 = 1 << 30;
const ABSOLUTE: i32 = SCHEME | USER | HOST | PORT | PATH | QUERY | FRAGMENT;

impl Absolute {
    /// `GetComponents`
    pub fn components(&self, wanted: i32, format: i32) -> String {
        let wanted = if wanted == i32::MIN { ABSOLUTE } else { wanted };
        let parts = wanted & !KEEP_DELIMITER;
        let only = |part: i32| parts == part && wanted & KEEP_DELIMITER == 0;
        let written = |part: &str| match format {
            1 => part.to_owned(),
            2 => unescape(part, |_| false),
            _ => readable(part),
        };
        let mut text = String::new();
        if parts & SCHEME != 0 {
            text.push_str(&if only(SCHEME) {
                self.scheme.clone()
            } else {
                self.scheme_prefix()
            });
        }
        if parts & USER != 0 {
            text.push_str(if only(USER) { self.user_info() } else { &self.user });
        }
        if parts & (HOST | NORMALIZED_HOST) != 0 {
            text.push_str(&self.host);
        }
        let shown = parts & STRONG_PORT != 0 || parts & PORT != 0 && !self.has_default_port();
        if shown && self.port >= 0 {
            let colon = if only(PORT) || only(STRONG_PORT) { "" } else { ":" };
            let _ = write!(text, "{colon}{}", self.port);
        }
        let mut add = |part: i32, mark: char, all: &str| {
            if parts & part != 0 {
                let bare = only(part).then(|| all.strip_prefix(mark)).flatten();
                text.push_str(&written(bare.unwrap_or(all)));
            }
        };
        add(PATH, '/', &self.path);
        add(QUERY, '?', &self.query);
        add(FRAGMENT, '#', &self.fragment);
        text
    }
}
