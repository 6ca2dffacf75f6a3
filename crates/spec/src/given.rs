//! `given` blocks: what a world has besides what blocks of their own bring.
//!
//! ```yaml
//! folder: ..                      # the artifact folder, from the document's own
//! clock: 2026-01-01T00:00:00Z     # where the clock starts
//! client: { ip: 192.0.2.7, trusted: true }
//! deployment: { region: West Europe, service-name: shop, gateway-id: managed }
//! named-values: { name: value }
//! api: { path: orders, service-url: http://orders.example, operations: [GET /orders/{id}] }
//! products: { gold: { subscription-required: false } }
//! users: { alice: { email: alice@example.com, first-name: Alice, last-name: Ash, groups: [developers, testers] } }
//! subscriptions: { alice: { key: alice-key, scope: /products/gold, user: alice } }
//! tokens: { alice: { issuer: https://issuer.example, secret: bm8gc2VjcmV0IGF0IGFsbA==, claims: { aud: orders } } }
//! ```
//! Where there is no folder, there is one API, `api`, whose operations are those given, or one that takes everything.
//! Never here: reading YAML.

use crate::block::{Block, DURATION, Problems, Word, duration};
use crate::codes;
use crate::scenario::{File, Origin, World};
use crate::settings;
use crate::tokens::Token;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::document::{Content, Member, Value};
use expression::context::Deployment;
use serde_json::{Map, json};
use std::path::{Path, PathBuf};

const SETTINGS: [&str; 10] = [
    "folder",
    "clock",
    "client",
    "deployment",
    "named-values",
    "api",
    "products",
    "users",
    "subscriptions",
    "tokens",
];

/// Ticks (100 ns) from 0001-01-01 to 1970-01-01.
const UNIX_EPOCH_TICKS: i64 = 621_355_968_000_000_000;

/// Writes what a block says into a world. `beside` is the document's folder.
pub fn enter(block: &Block, beside: &Path, world: &mut World, problems: &mut Problems) {
    block.only(problems, &[]);
    let Some(root) = settings::read(block, problems) else {
        return;
    };
    if root.object().is_none() {
        settings::wrong(block, root.span, problems, "names and values", root.type_name());
    }
    for member in root.members() {
        let mut given = Given {
            block,
            problems,
            member,
        };
        match member.key.as_str() {
            "folder" => {
                let folder = given.read("an artifact folder that is there", |text| {
                    Some(beside.join(text)).filter(|folder| folder.is_dir())
                });
                world.folder = folder.or(world.folder.take());
            }
            "clock" => {
                let clock = given.read("a time such as 2026-01-31T00:00:00Z", ticks);
                world.clock = clock.unwrap_or(world.clock);
            }
            "client" => given.client(world),
            "deployment" => given.deployment(world),
            "named-values" => {
                let values = settings::texts(block, &member.value, given.problems);
                let values = values
                    .into_iter()
                    .map(|(name, value)| (name, value.unwrap_or_default()));
                world.named_values.extend(values);
            }
            "api" => given.api(world),
            "products" => given.each_entity(|given| given.product(world)),
            "users" => given.each_entity(|given| given.user(world)),
            "subscriptions" => given.each_entity(|given| given.subscription(world)),
            "tokens" => given.each(|given| given.token(world)),
            _ => given.unknown("setting", &SETTINGS),
        }
    }
    let api = root.object().and_then(|root| root.member("api"));
    let has_one = |folder: &PathBuf| folder.join("apis/api").is_dir();
    if let (Some(api), Some(folder)) = (api, world.folder.as_ref().filter(|folder| !has_one(folder))) {
        let message = format!(
            "`api` stands for what documents without an artifact folder are about, and {} has no API `api`: give the \
             file of the one that is meant, `apis/ID/apiInformation.json`",
            folder.display()
        );
        problems.error(codes::MISPLACED, block.place(api.key_span), message);
    }
}

/// A moment in ticks since 0001-01-01 UTC.
pub fn ticks(text: &str) -> Option<i64> {
    let timestamp: jiff::Timestamp = text.parse().ok()?;
    i64::try_from(timestamp.as_nanosecond() / 100)
        .ok()?
        .checked_add(UNIX_EPOCH_TICKS)
}

/// The world of a document that says nothing.
pub fn nothing() -> World {
    World {
        folder: None,
        files: [].into(),
        named_values: [].into(),
        clock: ticks("2026-01-01T00:00:00Z").unwrap_or(UNIX_EPOCH_TICKS),
        ip: [192, 0, 2, 7].into(),
        trusts: false,
        deployment: Deployment::of_gateway(Deployment::MANAGED),
        tokens: [].into(),
        servers: Vec::new(),
    }
}

/// Gives a world without a folder what it lacks: an API, and the APIs of products that name none.
pub fn complete(world: &mut World) {
    if world.folder.is_some() {
        return;
    }
    if names(world, "apis/", "/apiInformation.json").is_empty() {
        complete_api(world);
    }
    let mut apis = names(world, "apis/", "/apiInformation.json");
    if apis.iter().any(|api| api == "api") {
        apis.retain(|api| api == "api");
    }
    let apis = links(&apis);
    for product in names(world, "products/", "/productInformation.json") {
        let path = format!("products/{product}/apis.json");
        if !world.files.contains_key(&path) {
            put(world, &path, &apis, Origin::Default);
        }
    }
}

/// The names of a kind of entities that have their files here.
fn names(world: &World, before: &str, behind: &str) -> Vec<String> {
    let name = |path: &String| Some(path.strip_prefix(before)?.strip_suffix(behind)?.to_owned());
    world.files.keys().filter_map(name).collect()
}

fn links(names: &[String]) -> serde_json::Value {
    names.iter().map(|name| json!({ "name": name })).collect()
}

fn complete_api(world: &mut World) {
    let information = json!({ "properties": api_defaults() });
    put(world, "apis/api/apiInformation.json", &information, Origin::Default);
    let operation = json!({"properties": {"displayName": "Any", "method": "*", "urlTemplate": "/*"}});
    let has_operation = world
        .files
        .keys()
        .any(|path| path.starts_with("apis/api/specification.") || path.ends_with("/operationInformation.json"));
    if !has_operation {
        let path = "apis/api/operations/any/operationInformation.json";
        put(world, path, &operation, Origin::Default);
    }
}

fn api_defaults() -> serde_json::Value {
    json!({
        "displayName": "API",
        "path": "",
        "serviceUrl": "http://backend.example",
        "subscriptionRequired": false,
        "protocols": ["https", "http"],
    })
}

fn put(world: &mut World, path: &str, content: &serde_json::Value, origin: Origin) {
    let file = File::implied(content.to_string(), origin);
    world.files.insert(path.to_owned(), file);
}

/// A setting that is being read.
struct Given<'g> {
    block: &'g Block,
    problems: &'g mut Problems,
    member: &'g Member,
}

impl Given<'_> {
    fn value(&self) -> &Value {
        &self.member.value
    }

    fn wrong(&mut self, expected: &str) {
        let (span, found) = (self.member.value.span, self.member.value.type_name());
        settings::wrong(self.block, span, self.problems, expected, found);
    }

    /// Writes a file that this setting stands for.
    fn put(&self, world: &mut World, path: &str, content: &serde_json::Value) {
        put(
            world,
            path,
            content,
            Origin::Setting(self.block.place(self.member.key_span)),
        );
    }

    fn unknown(&mut self, what: &str, known: &[&str]) {
        let word = self.word();
        self.problems.unknown(&word, what, known);
    }

    fn text(&mut self) -> Option<String> {
        let text = settings::scalar(self.block, self.value(), self.problems);
        if text.is_none() {
            self.wrong("a text");
        }
        text
    }

    fn read<T>(&mut self, expected: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.text()?;
        let read = read(&text);
        if read.is_none() {
            let message = format!("`{}` must be {expected}, found \"{text}\"", self.member.key);
            let span = self.block.place(self.member.value.span);
            self.problems.error(codes::BAD_VALUE, span, message);
        }
        read
    }

    fn flag(&mut self) -> Option<bool> {
        self.read("`true` or `false`", |text| text.parse().ok())
    }

    /// Each member of this setting's value.
    fn each(&mut self, mut visit: impl FnMut(&mut Given<'_>)) {
        if self.value().object().is_none() {
            self.wrong("names and values");
        }
        let member = self.member;
        for member in member.value.members() {
            visit(&mut Given {
                block: self.block,
                problems: self.problems,
                member,
            });
        }
    }

    /// Each member of this setting's value, which names an entity.
    fn each_entity(&mut self, mut visit: impl FnMut(&mut Given<'_>)) {
        self.each(|given| {
            let word = given.word();
            if given.problems.is_name(&word) {
                visit(given);
            }
        });
    }

    /// The setting's name.
    fn word(&self) -> Word {
        Word {
            text: self.member.key.clone(),
            span: self.block.place(self.member.key_span),
        }
    }

    fn client(&mut self, world: &mut World) {
        self.each(|given| match given.member.key.as_str() {
            "ip" => world.ip = given.read("an address", |text| text.parse().ok()).unwrap_or(world.ip),
            "trusted" => world.trusts = given.flag().unwrap_or(world.trusts),
            _ => given.unknown("setting of `client`", &["ip", "trusted"]),
        });
    }

    fn deployment(&mut self, world: &mut World) {
        let deployment = &mut world.deployment;
        self.each(|given| match given.member.key.as_str() {
            "region" => deployment.region = given.text().unwrap_or_default().into(),
            "service-name" => {
                deployment.service_name = given.text().unwrap_or_default().into();
                deployment.service_id = deployment.service_name.clone();
            }
            "gateway-id" => {
                *deployment = Deployment {
                    region: deployment.region.clone(),
                    service_name: deployment.service_name.clone(),
                    service_id: deployment.service_id.clone(),
                    ..Deployment::of_gateway(&given.text().unwrap_or_default())
                };
            }
            _ => given.unknown("setting of `deployment`", &["region", "service-name", "gateway-id"]),
        });
    }

    fn api(&mut self, world: &mut World) {
        let mut properties = api_defaults();
        let mut operations = Vec::new();
        self.each(|given| {
            let text = |given: &mut Given<'_>| given.text().map(|text| json!(text));
            let (name, value) = match given.member.key.as_str() {
                "path" => ("path", text(given)),
                "name" => ("displayName", text(given)),
                "service-url" => ("serviceUrl", text(given)),
                "subscription-required" => ("subscriptionRequired", given.flag().map(|flag| json!(flag))),
                "operations" => {
                    operations = given.operations();
                    return;
                }
                _ => {
                    let known = ["path", "name", "service-url", "subscription-required", "operations"];
                    given.unknown("setting of `api`", &known);
                    return;
                }
            };
            if let (Some(value), Some(properties)) = (value, properties.as_object_mut()) {
                properties.insert(name.to_owned(), value);
            }
        });
        self.put(
            world,
            "apis/api/apiInformation.json",
            &json!({ "properties": properties }),
        );
        if operations.is_empty() {
            operations.push(("any".to_owned(), "*".to_owned(), "/*".to_owned()));
        }
        for (id, method, template) in operations {
            let properties = json!({"displayName": id, "method": method, "urlTemplate": template});
            let path = format!("apis/api/operations/{id}/operationInformation.json");
            self.put(world, &path, &json!({ "properties": properties }));
        }
    }

    /// `METHOD /template`, or `id: METHOD /template`.
    fn operations(&mut self) -> Vec<(String, String, String)> {
        let mut operations = Vec::new();
        let value = &self.member.value;
        let listed = value
            .items()
            .iter()
            .enumerate()
            .map(|(at, item)| (format!("operation-{}", at + 1), item.span, item));
        let members = value.members().iter();
        let named = members.map(|member| (member.key.clone(), member.key_span, &member.value));
        for (id, place, item) in listed.chain(named) {
            let word = Word {
                text: id.clone(),
                span: self.block.place(place),
            };
            if !self.problems.is_name(&word) {
                continue;
            }
            let text = item.scalar().unwrap_or_default();
            match text.split_once(' ') {
                Some((method, template)) if template.starts_with('/') => {
                    operations.push((id, method.to_owned(), template.to_owned()));
                }
                _ => settings::wrong(
                    self.block,
                    item.span,
                    self.problems,
                    "a method and a template such as `GET /orders/{id}`",
                    item.type_name(),
                ),
            }
        }
        operations
    }

    fn product(&mut self, world: &mut World) {
        let name = self.member.key.clone();
        let (mut properties, mut apis) = (Map::new(), None);
        properties.insert("displayName".to_owned(), json!(name));
        properties.insert("state".to_owned(), json!("published"));
        if !self.value().is_null() {
            self.each(|given| match given.member.key.as_str() {
                "subscription-required" => {
                    if let Some(flag) = given.flag() {
                        properties.insert("subscriptionRequired".to_owned(), json!(flag));
                    }
                }
                "apis" => apis = Some(given.names()),
                _ => given.unknown("setting of a product", &["subscription-required", "apis"]),
            });
        }
        let path = format!("products/{name}/productInformation.json");
        self.put(world, &path, &json!({ "properties": properties }));
        if let Some(apis) = apis {
            self.put(world, &format!("products/{name}/apis.json"), &links(&apis));
        }
    }

    fn user(&mut self, world: &mut World) {
        let name = self.member.key.clone();
        let (mut properties, mut groups) = (Map::new(), Vec::new());
        properties.insert("email".to_owned(), json!(format!("{name}@example.com")));
        if !self.value().is_null() {
            self.each(|given| {
                let property = match given.member.key.as_str() {
                    "email" => "email",
                    "first-name" => "firstName",
                    "last-name" => "lastName",
                    "note" => "note",
                    "groups" => return groups = given.names(),
                    _ => {
                        let known = ["email", "first-name", "last-name", "note", "groups"];
                        return given.unknown("setting of a user", &known);
                    }
                };
                properties.insert(property.to_owned(), json!(given.text()));
            });
        }
        for group in &groups {
            let path = format!("groups/{group}/groupInformation.json");
            self.put(world, &path, &json!({"properties": {"displayName": group}}));
        }
        properties.insert("groups".to_owned(), json!(groups));
        let path = format!("users/{name}/userInformation.json");
        self.put(world, &path, &json!({ "properties": properties }));
    }

    /// The texts of a list.
    fn names(&mut self) -> Vec<String> {
        let names: Option<Vec<String>> = self.value().items().iter().map(Value::scalar).collect();
        let is_list = matches!(self.value().content, Content::Array(_));
        names.filter(|_| is_list).unwrap_or_else(|| {
            self.wrong("a list of names");
            Vec::new()
        })
    }

    fn subscription(&mut self, world: &mut World) {
        let name = self.member.key.clone();
        let (mut key, mut scope, mut user) = (format!("{name}-key"), "/apis".to_owned(), None);
        if !self.value().is_null() {
            self.each(|given| match given.member.key.as_str() {
                "key" => key = given.text().unwrap_or_default(),
                "scope" => scope = given.text().unwrap_or_default(),
                "user" => user = given.text(),
                _ => given.unknown("setting of a subscription", &["key", "scope", "user"]),
            });
        }
        let mut properties = json!({"displayName": name, "scope": scope, "state": "active", "primaryKey": key});
        if let (Some(user), Some(properties)) = (user, properties.as_object_mut()) {
            properties.insert("ownerId".to_owned(), json!(format!("/users/{user}")));
        }
        let path = format!("subscriptions/{name}/subscriptionInformation.json");
        self.put(world, &path, &json!({ "properties": properties }));
    }

    fn token(&mut self, world: &mut World) {
        let mut token = Token {
            lifetime: 3600,
            ..Token::default()
        };
        self.each(|given| match given.member.key.as_str() {
            "issuer" => token.issuer = given.text(),
            "configuration" => token.configuration = given.text(),
            "secret" => token.secret = given.read("Base64", |text| STANDARD.decode(text).ok()),
            "lifetime" => token.lifetime = given.read(DURATION, lifetime).unwrap_or_default(),
            "claims" => match serde_json::from_str(&given.value().to_json()) {
                Ok(claims) => token.claims = claims,
                Err(_) => given.wrong("names and values"),
            },
            _ => {
                let known = ["issuer", "configuration", "secret", "lifetime", "claims"];
                given.unknown("setting of a token", &known);
            }
        });
        world.tokens.insert(self.member.key.clone(), token);
    }
}

/// Seconds that a token is valid; less than nothing for one that has expired.
fn lifetime(text: &str) -> Option<i64> {
    let seconds = |text: &str| i64::try_from(duration(text)?.as_secs()).ok();
    match text.strip_prefix('-') {
        Some(text) => seconds(text).map(|seconds| -seconds),
        None => seconds(text),
    }
}
