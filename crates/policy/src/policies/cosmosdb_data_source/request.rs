//! Requests of Cosmos DB's REST interface: their paths, headers and bodies, and what authorises them.
//!
//! Never here: sending them, what becomes of the response.

use super::{Words, arguments, failure, words};
use crate::codes;
use crate::element::{ElementReader, Words as Choices};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::query::encoded;
use crate::value::Value;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use expression::date::UNIX_EPOCH_TICKS;
use expression::json::Formatting;
use expression::text::Text;
use expression::value::Value as Object;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use http::{Method, Uri};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use std::time::{Duration, UNIX_EPOCH};

/// The interface's version.
const VERSION: &str = "2018-12-31";

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Query,
    Read,
    Delete,
    Write,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Query, Self::Read, Self::Delete, Self::Write];

    /// The element that says it.
    pub const fn element(self) -> &'static str {
        match self {
            Self::Query => "query-request",
            Self::Read => "read-request",
            Self::Delete => "delete-request",
            Self::Write => "write-request",
        }
    }
}

/// What `connection-info` says.
pub struct Account {
    connection: Value<Text>,
    by_identity: Value<bool>,
    database: Value<Text>,
    container: Value<Text>,
}

impl Account {
    pub fn read(element: &mut ElementReader<'_, '_>) -> Option<Self> {
        let connection = element.one("connection-string", |string| {
            let by_identity = string.or("use-managed-identity", false);
            Some((string.required_text()?, by_identity))
        });
        let database = element.one("database-name", written);
        let container = element.one("container-name", written);
        let (connection, by_identity) = connection?;
        Some(Self {
            connection,
            by_identity,
            database: database?,
            container: container?,
        })
    }

    /// The account for this exchange.
    pub fn get(&self, exchange: &Exchange) -> Result<Connected, Failure> {
        let written = self.connection.get(exchange)?;
        // A string that an editor has broken into lines is still one.
        let whole: String = written.chars().filter(|character| !character.is_whitespace()).collect();
        let part = |wanted: &str| {
            let mut parts = whole.split(';').filter_map(|part| part.split_once('='));
            parts
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                .map(|(_, value)| value.to_owned())
        };
        let endpoint = part("AccountEndpoint").unwrap_or_default();
        let is_web = endpoint
            .parse::<Uri>()
            .is_ok_and(|url| matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some());
        if !is_web {
            return Err(failure(
                "the connection string has no `AccountEndpoint` that is an http or https URL",
            ));
        }
        let key = if self.by_identity.get(exchange)? {
            None
        } else {
            let key = part("AccountKey").and_then(|key| STANDARD.decode(key).ok());
            Some(key.ok_or_else(|| {
                failure("the connection string has no `AccountKey` in base64, and `use-managed-identity` is not set")
            })?)
        };
        Ok(Connected {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            key,
            container: format!(
                "dbs/{}/colls/{}",
                self.database.get(exchange)?.trim(),
                self.container.get(exchange)?.trim()
            ),
        })
    }
}

/// An account with one of its containers.
pub struct Connected {
    /// Its URL without a `/` at the end.
    pub endpoint: String,
    key: Option<Vec<u8>>,
    /// The link of the container.
    container: String,
}

impl Connected {
    /// The request for the container's definition.
    pub fn definition(&self) -> Call {
        Call {
            method: Method::GET,
            resource: "colls",
            link: self.container.clone(),
            path: encoded(&self.container, b"/"),
            headers: HeaderMap::new(),
            body: String::new(),
        }
    }

    /// What tells the container from all others.
    pub fn container(&self) -> String {
        format!("{}/{}", self.endpoint, self.container)
    }

    /// Adds the headers that date and authorise a request.
    pub async fn authorize(&self, exchange: &Exchange, call: &Call, headers: &mut HeaderMap) -> Result<(), Failure> {
        let ticks = exchange.services.clock.ticks().saturating_sub(UNIX_EPOCH_TICKS);
        let since = Duration::from_micros(u64::try_from(ticks / 10).unwrap_or_default());
        let date = httpdate::fmt_http_date(UNIX_EPOCH + since);
        let proof = if let Some(key) = &self.key {
            let text = format!(
                "{}\n{}\n{}\n{}\n\n",
                call.method.as_str().to_lowercase(),
                call.resource,
                call.link,
                date.to_lowercase()
            );
            let key = hmac::Key::new(hmac::HMAC_SHA256, key);
            format!(
                "type=master&ver=1.0&sig={}",
                STANDARD.encode(hmac::sign(&key, text.as_bytes()))
            )
        } else {
            format!("type=aad&ver=1.0&sig={}", self.token(exchange).await?)
        };
        let mut proof = HeaderValue::from_str(&encoded(&proof, b"")).map_err(|_| failure("the key gives no header"))?;
        proof.set_sensitive(true);
        headers.insert(AUTHORIZATION, proof);
        put(headers, "x-ms-date", &date)?;
        put(headers, "x-ms-version", VERSION)
    }

    /// A token of the gateway's own identity for the account.
    async fn token(&self, exchange: &Exchange) -> Result<Text, Failure> {
        let services = &exchange.services;
        // Accounts are known by their host; connection strings name the port, too.
        let url: Option<Uri> = self.endpoint.parse().ok();
        let resource = format!("https://{}", url.as_ref().and_then(Uri::host).unwrap_or_default());
        let token = services.identity.token(services, &resource.as_str().into(), None).await;
        let token = token.map_err(|error| {
            let message = format!("There is no access token for {resource}: {error}");
            Failure::internal("AccessTokenNotObtained", message)
        })?;
        exchange.hide(&token);
        Ok(token)
    }
}

const TYPES: Choices<Write> = &[
    ("insert", Write::Insert),
    ("replace", Write::Replace),
    ("upsert", Write::Upsert),
];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Write {
    Insert,
    Replace,
    #[default]
    Upsert,
}

/// How a partition key is written.
#[derive(Clone, Copy, Debug, Default)]
enum KeyType {
    #[default]
    String,
    Number,
    Bool,
    None,
    Null,
}

const KEY_TYPES: Choices<KeyType> = &[
    ("string", KeyType::String),
    ("number", KeyType::Number),
    ("bool", KeyType::Bool),
    ("none", KeyType::None),
    ("null", KeyType::Null),
];

const ETAGS: Choices<bool> = &[("match", true), ("no-match", false)];
const CONSISTENCY: Choices<&str> = &[
    ("bounded-staleness", "BoundedStaleness"),
    ("consistent-prefix", "ConsistentPrefix"),
    ("eventual", "Eventual"),
    ("session", "Session"),
    ("strong", "Strong"),
];
const INDEXING: Choices<&str> = &[("default", ""), ("include", "Include"), ("exclude", "Exclude")];

/// What a request element says.
pub struct Operation {
    pub kind: Kind,
    write: Write,
    statement: Option<Value<Text>>,
    parameters: Vec<(Text, Value<Object>)>,
    id: Option<Words>,
    partition: Option<(KeyType, Option<Words>)>,
    page: Option<(Option<Words>, Option<Words>)>,
    etag: Option<(bool, Words)>,
    body: Option<Words>,
    consistency: Option<&'static str>,
    indexing: Option<&'static str>,
    before: Option<Value<Text>>,
    behind: Option<Value<Text>>,
    low_precision: Option<Value<bool>>,
}

impl Operation {
    pub fn read(kind: Kind, element: &mut ElementReader<'_, '_>) -> Self {
        let changes = matches!(kind, Kind::Delete | Kind::Write);
        let write = (kind == Kind::Write)
            .then(|| element.literal_word("type", TYPES))
            .flatten();
        let write = write.unwrap_or_default();
        let mut operation = Self {
            kind,
            write,
            statement: None,
            parameters: Vec::new(),
            id: None,
            partition: element.at_most_one("partition-key", |key| {
                let key_type = key.literal_word("data-type", KEY_TYPES).unwrap_or_default();
                let written = match key_type {
                    KeyType::None | KeyType::Null => {
                        key.anything();
                        None
                    }
                    _ => Some(Words::read(key)?),
                };
                Some((key_type, written))
            }),
            page: None,
            etag: None,
            body: None,
            consistency: None,
            indexing: None,
            before: None,
            behind: None,
            low_precision: None,
        };
        if kind == Kind::Query {
            operation.low_precision = element.optional("enable-low-precision-order-by");
            operation.statement = element.one("sql-statement", written);
            let parameters = element.at_most_one("parameters", |all| Some(all.children("parameter", parameter)));
            operation.parameters = parameters.unwrap_or_default();
            operation.page = element.at_most_one("paging", |page| {
                let most = page.one("max-item-count", Words::read);
                Some((most, page.at_most_one("continuation-token", Words::read)))
            });
        } else {
            operation.id = element.at_most_one("id", Words::read);
            let needs_id = kind != Kind::Write || write == Write::Replace;
            if needs_id && element.count("id") == 0 {
                let message = format!("`<{}>` lacks `<id>`", element.name());
                element.error_at("", codes::MISSING_CHILD, message);
            }
        }
        if changes {
            operation.etag = element.at_most_one("etag", |etag| {
                let must_match = etag.literal_word("type", ETAGS).unwrap_or(true);
                Some((must_match, Words::read(etag)?))
            });
            operation.consistency = element.literal_word("consistency-level", CONSISTENCY);
            operation.before = element.optional("pre-trigger");
            operation.behind = element.optional("post-trigger");
        }
        if kind == Kind::Write {
            operation.indexing = element.literal_word("indexing-directive", INDEXING);
            operation.body = element.at_most_one("set-body", Words::read);
        }
        operation
    }

    /// The request for this exchange.
    pub fn call(&self, account: &Connected, exchange: &Exchange) -> Result<Call, Failure> {
        let mut headers = HeaderMap::new();
        let mut body = String::new();
        let id = self.id.as_ref().map(|id| id.get(exchange)).transpose()?;
        match self.kind {
            Kind::Query => {
                body = self.query(exchange)?;
                self.ask(exchange, &mut headers)?;
            }
            Kind::Read => {}
            Kind::Delete | Kind::Write => self.change(exchange, &mut headers)?,
        }
        if self.kind == Kind::Write {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            body = match &self.body {
                Some(body) => body.get(exchange)?,
                None => arguments(exchange),
            };
        }
        let method = match (self.kind, self.write) {
            (Kind::Read, _) => Method::GET,
            (Kind::Delete, _) => Method::DELETE,
            (Kind::Write, Write::Replace) => Method::PUT,
            _ => Method::POST,
        };
        // Queries and new items go to the container, all others to the item.
        let item = id.filter(|_| method != Method::POST);
        let container = &account.container;
        let (link, path) = match item {
            Some(id) if id.is_empty() => return Err(failure("`id` is empty")),
            Some(id) => (
                format!("{container}/docs/{id}"),
                format!("{}/docs/{}", encoded(container, b"/"), encoded(&id, b"")),
            ),
            None => (container.clone(), format!("{}/docs", encoded(container, b"/"))),
        };
        let mut call = Call {
            method,
            resource: "docs",
            link,
            path,
            headers,
            body,
        };
        if let Some(key) = self.partition_key(exchange)? {
            call.show(&key)?;
        }
        Ok(call)
    }

    /// Whether the key is the one that the written item has.
    pub fn takes_key_from_item(&self) -> bool {
        self.kind == Kind::Write && self.partition.is_none()
    }

    /// Whether `paging` says which page of a query is asked for.
    pub fn is_paged(&self) -> bool {
        self.page.is_some()
    }

    fn query(&self, exchange: &Exchange) -> Result<String, Failure> {
        let mut parameters = Vec::new();
        for (name, value) in &self.parameters {
            parameters.push(json!({ "name": name.as_str(), "value": json_of(&value.get(exchange)?)? }));
        }
        let statement = words(self.statement.as_ref(), exchange)?;
        Ok(json!({ "query": statement.trim(), "parameters": parameters }).to_string())
    }

    fn ask(&self, exchange: &Exchange, headers: &mut HeaderMap) -> Result<(), Failure> {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/query+json"));
        put(headers, "x-ms-documentdb-isquery", "True")?;
        if self.partition.is_none() {
            put(headers, "x-ms-documentdb-query-enablecrosspartition", "True")?;
        }
        if let Some(wanted) = &self.low_precision {
            let wanted = if wanted.get(exchange)? { "True" } else { "False" };
            put(headers, "x-ms-documentdb-query-enable-low-precision-order-by", wanted)?;
        }
        let Some((most, next)) = &self.page else { return Ok(()) };
        if let Some(most) = most {
            put(headers, "x-ms-max-item-count", &most.get(exchange)?)?;
        }
        let next = next.as_ref().map(|next| next.get(exchange)).transpose()?;
        match next.filter(|next| !next.is_empty()) {
            Some(next) => put(headers, "x-ms-continuation", &next),
            None => Ok(()),
        }
    }

    fn change(&self, exchange: &Exchange, headers: &mut HeaderMap) -> Result<(), Failure> {
        if self.kind == Kind::Write && self.write == Write::Upsert {
            put(headers, "x-ms-documentdb-is-upsert", "True")?;
        }
        if let Some((must_match, etag)) = &self.etag {
            let etag = HeaderValue::from_str(&etag.get(exchange)?).map_err(|_| failure("`etag` is no entity tag"))?;
            headers.insert(if *must_match { IF_MATCH } else { IF_NONE_MATCH }, etag);
        }
        if let Some(level) = self.consistency {
            put(headers, "x-ms-consistency-level", level)?;
        }
        if let Some(directive) = self.indexing.filter(|directive| !directive.is_empty()) {
            put(headers, "x-ms-indexing-directive", directive)?;
        }
        for (name, trigger) in [
            ("x-ms-documentdb-pre-trigger-include", &self.before),
            ("x-ms-documentdb-post-trigger-include", &self.behind),
        ] {
            let trigger = words(trigger.as_ref(), exchange)?;
            if !trigger.is_empty() {
                put(headers, name, &trigger)?;
            }
        }
        Ok(())
    }

    /// The key that `partition-key` says, an array.
    fn partition_key(&self, exchange: &Exchange) -> Result<Option<Json>, Failure> {
        let Some((key_type, written)) = &self.partition else {
            return Ok(None);
        };
        let text = written
            .as_ref()
            .map(|key| key.get(exchange))
            .transpose()?
            .unwrap_or_default();
        let key = match key_type {
            KeyType::String => Json::from(text),
            KeyType::Null => Json::Null,
            KeyType::None => json!({}),
            KeyType::Number | KeyType::Bool => {
                let value: Option<Json> = serde_json::from_str(&text.to_ascii_lowercase()).ok();
                let fits = |value: &Json| {
                    if matches!(key_type, KeyType::Bool) {
                        value.is_boolean()
                    } else {
                        value.is_number()
                    }
                };
                value
                    .filter(fits)
                    .ok_or_else(|| failure("`partition-key` is not of its `data-type`"))?
            }
        };
        Ok(Some(json!([key])))
    }
}

/// A request that is ready but for its date and its proof.
pub struct Call {
    pub method: Method,
    /// The kind of what it is about, which is signed: `docs` or `colls`.
    pub resource: &'static str,
    /// What it is about, which is signed.
    pub link: String,
    /// The same as a path, percent-encoded.
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Call {
    /// Says which partition it is for, by a key in JSON.
    pub fn show(&mut self, key: &Json) -> Result<(), Failure> {
        put(
            &mut self.headers,
            "x-ms-documentdb-partitionkey",
            &ascii(&key.to_string()),
        )
    }

    /// Asks for the page that an answer said comes next.
    pub fn go_on(&mut self, next: &str) -> Result<(), Failure> {
        put(&mut self.headers, "x-ms-continuation", next)
    }
}

fn written(element: &mut ElementReader<'_, '_>) -> Option<Value<Text>> {
    element.required_text()
}

fn parameter(element: &mut ElementReader<'_, '_>) -> Option<(Text, Value<Object>)> {
    let name = element.required_literal("name");
    let value = element.required_text();
    Some((name?, value?))
}

/// What an expression gives, as JSON.
fn json_of(value: &Object) -> Result<Json, Failure> {
    Ok(match value {
        Object::Null => Json::Null,
        Object::Boolean(value) => (*value).into(),
        Object::Json(token) => {
            let text = token.to_json(Formatting::None);
            serde_json::from_str(&text).map_err(|error| failure(&format!("a parameter is no JSON: {error}")))?
        }
        other => {
            let text = other.display_string();
            let number = !matches!(other, Object::String(_) | Object::Char(_));
            let number = serde_json::from_str::<Json>(&text)
                .ok()
                .filter(|value| number && value.is_number());
            number.unwrap_or_else(|| text.as_str().into())
        }
    })
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) -> Result<(), Failure> {
    let value = HeaderValue::from_str(value)
        .map_err(|_| failure(&format!("`{name}` would have characters that no header may have")))?;
    headers.insert(HeaderName::from_static(name), value);
    Ok(())
}

/// JSON in ASCII, as headers need it.
fn ascii(json: &str) -> String {
    let mut written = String::with_capacity(json.len());
    for unit in json.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => written.push(char::from(byte)),
            _ => {
                let _ = write!(written, "\\u{unit:04x}");
            }
        }
    }
    written
}
