//! Connection strings of ADO.NET, as far as Azure SQL and SQL Server have them.
//!
//! Keywords have synonyms, any case, and any white space around them; values may be in quotes. What concerns pools and
//! the like of the client's own is passed over, as is what is unknown.

use crate::database::{SqlEncryption, SqlProof, SqlServer};
use std::collections::HashMap;
use std::time::Duration;

/// What a string says.
#[derive(Debug, PartialEq, Eq)]
pub struct ConnectionString {
    /// Host and port.
    pub authority: String,
    /// The rest of the connection; without a password that is there, the token is empty.
    pub server: SqlServer,
    /// Whether the gateway's own identity is to be shown.
    pub by_identity: bool,
    /// How long a statement may take.
    pub command_timeout: Duration,
}

/// Synonyms of a keyword, the one that counts first.
const SYNONYMS: &[&[&str]] = &[
    &["server", "data source", "address", "addr", "network address"],
    &["database", "initial catalog"],
    &["user id", "uid", "user", "userid"],
    &["password", "pwd"],
    &["application name", "app"],
    &["application intent", "applicationintent"],
    &["connect timeout", "connection timeout", "timeout"],
    &["command timeout"],
    &["encrypt"],
    &["trust server certificate", "trustservercertificate"],
    &["host name in certificate", "hostnameincertificate"],
    &["authentication"],
    &["integrated security", "trusted_connection"],
];

const PORT: u16 = 1433;

impl ConnectionString {
    /// Reads a string; `by_identity` when something else says already that the gateway's own identity is shown.
    ///
    /// Errors say what is missing or not supported, never what a value is.
    pub fn read(text: &str, by_identity: bool) -> Result<Self, String> {
        let values = pairs(text)?;
        let value = |keyword: &str| {
            values
                .get(keyword)
                .map(String::as_str)
                .filter(|value| !value.is_empty())
        };
        let authority = authority(value("server").ok_or("the connection string has no `Server`")?)?;
        if value("integrated security").is_some_and(is_true) {
            return Err(
                "the connection string asks for `Integrated Security`, which is not supported: give `User ID` and \
                        `Password`, or use a managed identity"
                    .to_owned(),
            );
        }
        let by_identity = by_identity || is_identity(value("authentication"))?;
        let proof = if by_identity {
            SqlProof::Token(String::new())
        } else {
            let (Some(user), Some(password)) = (value("user id"), value("password")) else {
                return Err(
                    "the connection string has no `User ID` with a `Password`, and no managed identity is used"
                        .to_owned(),
                );
            };
            SqlProof::Password {
                user: user.to_owned(),
                password: password.to_owned(),
            }
        };
        let encryption = match value("encrypt").map(str::to_ascii_lowercase).as_deref() {
            None | Some("true" | "yes" | "mandatory") => SqlEncryption::Mandatory,
            Some("false" | "no" | "optional") => SqlEncryption::Optional,
            Some("strict") => SqlEncryption::Strict,
            Some(_) => return Err("`Encrypt` of the connection string must be `True`, `False` or `Strict`".to_owned()),
        };
        let seconds = |keyword: &str, default: u64| {
            let number = value(keyword).map_or(Ok(default), str::parse);
            let number =
                number.map_err(|_| format!("`{keyword}` of the connection string must be a number of seconds"))?;
            // None: no end, which here is a day.
            Ok::<_, String>(Duration::from_secs(if number == 0 {
                86_400
            } else {
                number.min(86_400)
            }))
        };
        Ok(Self {
            authority,
            server: SqlServer {
                database: value("database").unwrap_or_default().to_owned(),
                proof,
                encryption,
                trusts_any: encryption == SqlEncryption::Optional
                    || value("trust server certificate").is_some_and(is_true),
                name: value("host name in certificate").map(str::to_owned),
                application: value("application name").unwrap_or("Tollgate").to_owned(),
                read_only: value("application intent").is_some_and(|intent| intent.eq_ignore_ascii_case("ReadOnly")),
                patience: seconds("connect timeout", 15)?,
            },
            by_identity,
            command_timeout: seconds("command timeout", 30)?,
        })
    }
}

fn is_true(value: &str) -> bool {
    ["true", "yes", "sspi"]
        .iter()
        .any(|yes| value.eq_ignore_ascii_case(yes))
}

/// Whether a way to authenticate is that of the gateway's own identity.
fn is_identity(authentication: Option<&str>) -> Result<bool, String> {
    let way: String = authentication
        .unwrap_or_default()
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    match way.to_ascii_lowercase().as_str() {
        "" | "sqlpassword" => Ok(false),
        "activedirectorymanagedidentity"
        | "activedirectorymsi"
        | "activedirectorydefault"
        | "activedirectoryworkloadidentity" => Ok(true),
        _ => Err(
            "`Authentication` of the connection string must be `Sql Password` or `Active Directory Managed Identity`"
                .to_owned(),
        ),
    }
}

/// Host and port of `tcp:host\instance,port`.
fn authority(source: &str) -> Result<String, String> {
    let (protocol, place) = source
        .split_once(':')
        .map_or(("", source), |(protocol, place)| (protocol, place));
    let place = match protocol.trim().to_ascii_lowercase().as_str() {
        "tcp" => place,
        "np" | "lpc" | "admin" => {
            return Err("`Server` of the connection string must be reached by `tcp:`".to_owned());
        }
        _ => source,
    };
    let (host, port) = match place.split_once(',') {
        Some((host, port)) => (host, Some(port.trim())),
        None => (place, None),
    };
    let (host, instance) = match host.split_once('\\') {
        Some((host, instance)) => (host.trim(), Some(instance)),
        None => (host.trim(), None),
    };
    let port = match (port, instance) {
        (Some(port), _) => port
            .parse::<u16>()
            .map_err(|_| "the port in `Server` of the connection string is no number from 1 to 65535".to_owned())?,
        (None, None) => PORT,
        (None, Some(_)) => {
            return Err(
                "`Server` of the connection string names an instance without its port: write `host,port`".to_owned(),
            );
        }
    };
    let host = match host {
        "." | "(local)" => "localhost",
        host => host,
    };
    let authority = if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    };
    match authority.parse::<http::uri::Authority>() {
        Ok(_) if !host.is_empty() => Ok(authority),
        _ => Err("`Server` of the connection string has no valid host".to_owned()),
    }
}

/// Keywords, by the one of their synonyms that counts, and values.
fn pairs(text: &str) -> Result<HashMap<&'static str, String>, String> {
    let mut pairs = HashMap::new();
    let mut rest = text.trim_start_matches(|letter: char| letter.is_whitespace() || letter == ';');
    while !rest.is_empty() {
        let Some((keyword, behind)) = rest.split_once('=') else {
            return Err("the connection string has a keyword without `=`".to_owned());
        };
        let (value, behind) = value(behind.trim_start())?;
        let words: Vec<String> = keyword.split_whitespace().map(str::to_ascii_lowercase).collect();
        let keyword = words.join(" ");
        if let Some([known, ..]) = SYNONYMS.iter().find(|synonyms| synonyms.contains(&keyword.as_str())) {
            pairs.insert(*known, value);
        }
        rest = behind.trim_start_matches(|letter: char| letter.is_whitespace() || letter == ';');
    }
    Ok(pairs)
}

/// A value, up to its `;`, and what follows. In quotes, two stand for one.
fn value(text: &str) -> Result<(String, &str), String> {
    let Some(quote) = text.chars().next().filter(|letter| matches!(letter, '"' | '\'')) else {
        let end = text.find(';').unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return Ok((value.trim().to_owned(), rest));
    };
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != quote {
            value.push(letter);
        } else if letters.next_if(|(_, next)| *next == quote).is_some() {
            value.push(quote);
        } else {
            let rest = text.get(at + 1..).unwrap_or_default().trim_start();
            if rest.is_empty() || rest.starts_with(';') {
                return Ok((value, rest));
            }
            return Err("the connection string has something behind a value in quotes".to_owned());
        }
    }
    Err("the connection string has a quote that is not closed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ConnectionString, String> {
        ConnectionString::read(text, false)
    }

    #[test]
    fn keywords_have_synonyms_and_values_quotes() {
        let azure = "
            Server=tcp:shop.database.windows.net,1433;Initial Catalog = shop ;Persist Security Info=False;
            User ID=sa;Password=\"a;b\"\"c\";Encrypt=True;TrustServerCertificate=False;Connection Timeout=5; ";
        let found = read(azure).unwrap();
        assert_eq!(found.authority, "shop.database.windows.net:1433");
        assert_eq!(
            (found.server.database.as_str(), found.server.patience),
            ("shop", Duration::from_secs(5))
        );
        let proof = SqlProof::Password {
            user: "sa".to_owned(),
            password: "a;b\"c".to_owned(),
        };
        assert!(found.server.proof == proof);
        assert!((found.server.encryption, found.server.trusts_any) == (SqlEncryption::Mandatory, false));
        let other = read("data  source=.,1500;uid=u;pwd='p=1';encrypt=optional;application intent=readonly").unwrap();
        assert_eq!(
            (other.authority.as_str(), other.server.read_only),
            ("localhost:1500", true)
        );
        assert!(other.server.trusts_any);
        assert!(
            read("Server=db;Authentication=Active Directory Managed Identity;Encrypt=strict")
                .unwrap()
                .by_identity
        );
        assert!(ConnectionString::read("Server=[::1],1;", true).unwrap().authority == "[::1]:1");
    }

    #[test]
    fn what_cannot_be_used_is_told_without_its_value() {
        for (text, expected) in [
            ("", "has no `Server`"),
            ("Database=x", "has no `Server`"),
            ("Server", "a keyword without `=`"),
            ("Server=a;User ID=u", "no `User ID` with a `Password`"),
            ("Server=a\\b;User ID=u;Password=p", "an instance without its port"),
            ("Server=np:\\\\pipe;User ID=u;Password=p", "reached by `tcp:`"),
            ("Server=a,x;User ID=u;Password=p", "is no number"),
            ("Server=a b;User ID=u;Password=p", "no valid host"),
            ("Server=a;User ID=u;Password='p", "not closed"),
            ("Server=a;User ID=u;Password='p'q", "behind a value in quotes"),
            ("Server=a;Integrated Security=SSPI", "not supported"),
            (
                "Server=a;Authentication=Active Directory Interactive",
                "must be `Sql Password`",
            ),
            (
                "Server=a;User ID=u;Password=p;Encrypt=maybe",
                "`True`, `False` or `Strict`",
            ),
            (
                "Server=a;User ID=u;Password=p;Connect Timeout=long",
                "a number of seconds",
            ),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.contains(expected), "{text}: {told}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text: String) {
            let _ = read(&text);
        }
    }
}
