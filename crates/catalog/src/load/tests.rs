//! Whole folders and what is said about them.

use super::load;
use crate::environment::Environment;
use crate::{Catalog, SecretReference, SubscriptionScope, VaultSecret};
use diagnostic::{Diagnostic, render};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// Names and texts.
pub(super) type Pairs = &'static [(&'static str, &'static str)];

/// An environment of given variables and files.
#[derive(Default)]
pub(super) struct Given(pub BTreeMap<&'static str, &'static str>);

impl Environment for Given {
    fn variable(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| (*value).to_owned())
    }

    fn read(&self, path: &Path) -> io::Result<String> {
        let name = path.to_string_lossy();
        self.0
            .get(&*name)
            .map(|text| (*text).to_owned())
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    /// Secrets stand under their references; where there is none, no vault is asked.
    fn secrets(&self, wanted: &[SecretReference]) -> Option<Vec<Result<VaultSecret, String>>> {
        let secret = |reference: &SecretReference| {
            let value = self.0.get(&*reference.to_string()).ok_or("it answered 404")?;
            Ok(VaultSecret {
                value: (*value).to_owned(),
            })
        };
        let is_asked = self.0.keys().any(|key| key.starts_with("https://"));
        is_asked.then(|| wanted.iter().map(secret).collect())
    }
}

pub(super) fn load_files(files: &[(&str, &str)], environment: &Given) -> (Catalog, String) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let (catalog, diagnostics) = load(folder.path(), environment);
    (catalog, brief(folder.path(), &diagnostics))
}

/// One line a problem, and one for its advice.
pub(super) fn brief(folder: &Path, diagnostics: &[Diagnostic]) -> String {
    let root = format!("{}/", folder.display());
    let line = |diagnostic: &Diagnostic| {
        let position = diagnostic.position();
        let kind = if diagnostic.is_error() { "error" } else { "warning" };
        let file = diagnostic.file().replace(&root, "");
        let help = diagnostic.help.iter().map(|help| format!("  help: {help}\n"));
        let head = format!(
            "{file}:{}:{} {kind} {}: {}\n",
            position.line, position.column, diagnostic.code, diagnostic.message
        );
        std::iter::once(head).chain(help).collect::<String>()
    };
    diagnostics.iter().map(line).collect()
}

/// What is said about a folder.
fn check_folder(files: &[(&str, &str)], expected: &str) {
    let (_, found) = load_files(files, &Given::default());
    assert_eq!(found.trim(), expected.trim());
}

const ORDERS: &str =
    r#"{"properties": {"displayName": "Orders", "path": "orders", "serviceUrl": "http://orders.test/"}}"#;
const SPECIFICATION: &str =
    "openapi: 3.0.1\npaths:\n  /list:\n    get:\n      operationId: list\n      responses: {}\n";

/// Files of an API that has nothing wrong with it.
fn api(files: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut all = vec![
        ("apis/orders/apiInformation.json", ORDERS),
        ("apis/orders/specification.yaml", SPECIFICATION),
    ];
    for (path, text) in files {
        all.retain(|(existing, _)| existing != path);
        all.push((path, text));
    }
    all
}

#[test]
fn a_sound_api_is_loaded_silently() {
    let (catalog, problems) = load_files(&api(&[("policy.xml", "<policies/>")]), &Given::default());
    assert_eq!(problems, "");
    let orders = catalog.api("orders").unwrap();
    assert_eq!(orders.service_url.as_deref(), Some("http://orders.test"));
    assert_eq!(&*orders.operations[0].method, "GET");
    assert!(orders.is_current && orders.is_online && orders.subscription_required);
    assert!(catalog.policy.is_some());
}

#[test]
fn properties_are_checked_where_they_stand() {
    check_folder(
        &api(&[(
            "apis/orders/apiInformation.json",
            "{\"properties\": {\n  \"displayname\": \"Orders\",\n  \"path\": [7],\n  \"isCurrent\": true,\n  \"protocols\": [\"htps\"],\n  \"type\": \"htp\"\n}}",
        )]),
        r#"
apis/orders/apiInformation.json:1:16 error TG1009: required property `displayName` is missing
  help: `displayname` must be written `displayName`
apis/orders/apiInformation.json:3:11 error TG1010: `path` must be a string, found an array
apis/orders/apiInformation.json:5:17 error TG1011: `protocols` must be one of `http`, `https`, `ws`, `wss`, found "htps"
  help: did you mean `https`?
apis/orders/apiInformation.json:6:11 error TG1011: `type` must be one of `http`, `soap`, `websocket`, `graphql`, `grpc`, `odata`, `mcp`, found "htp"
  help: did you mean `http`?
"#,
    );
    check_folder(
        &api(&[(
            "apis/orders/apiInformation.json",
            "{\"properties\": {\n  \"displayName\": \"Orders\",\n  \"path\": \"or ders\",\n  \"isCurrent\": \"yes\",\n  \"protocols\": [\"htps\"],\n  \"serviceUrl\": \"orders.test\"\n}}",
        )]),
        r#"
apis/orders/apiInformation.json:3:11 error TG1011: `path` must be a plain path such as `shop/orders`, found ' ' in "or ders"
apis/orders/apiInformation.json:4:16 error TG1010: `isCurrent` must be `true` or `false`, found a string
apis/orders/apiInformation.json:5:17 error TG1011: `protocols` must be one of `http`, `https`, `ws`, `wss`, found "htps"
  help: did you mean `https`?
apis/orders/apiInformation.json:6:17 error TG1011: `serviceUrl` must be a whole http, https, ws, wss, grpc or grpcs URL, found "orders.test"
"#,
    );
}

#[test]
fn files_and_folders_that_do_not_fit_are_named() {
    check_folder(
        &[
            (
                "apis/a/apiInformation.json",
                "{\"properties\": {\"displayName\": \"A\",}}",
            ),
            ("apis/b/policy.xml", "<policies/>"),
            ("api/c/apiInformation.json", "{}"),
            (
                "loggers/l/loggerInformation.json",
                "{\"properties\": {\"credentials\": {\"k\": \"hunter2\"}",
            ),
            ("tags/t/tagInformation.json", "{}"),
            ("workspaces/w/apis/a/apiInformation.json", "{}"),
            (
                "policy fragments/f/policyFragmentInformation.json",
                "{\"properties\": {}, \"properties\": {}}",
            ),
            (".git/config", "x"),
            ("notes/README.md", "x"),
        ],
        r#"
api:1:1 warning TG1012: this folder is not read
  help: did you mean `apis`?
apis/a/apiInformation.json:1:36 error TG1005: expected a name in quotation marks, found `}`; JSON has no trailing commas
apis/b:1:1 error TG1008: this folder has no `apiInformation.json`
loggers/l/loggerInformation.json:1:48 error TG1005: the file ends where `,` or `}` must follow
policy fragments/f:1:1 error TG1008: this fragment has no `policy.xml`
policy fragments/f/policyFragmentInformation.json:1:20 warning TG1006: "properties" occurs twice in this object; the last one counts
workspaces:1:1 warning TG1013: `workspaces` are not served: what is in this folder has no effect
"#,
    );
}

#[test]
fn named_values_come_from_the_file_the_environment_or_a_mounted_file() {
    let named = |text: &'static str| ("named values/n/namedValueInformation.json", text);
    let policy = ("policy.xml", "<policies><a b=\"{{my-key}}\" /></policies>");
    let secret = r#"{"properties": {"displayName": "my-key", "secret": true}}"#;
    let rows: [(_, Pairs, &str, &str); 5] = [
        (
            named(r#"{"properties": {"displayName": "my-key", "value": "v1"}}"#),
            &[],
            "v1",
            "",
        ),
        (named(secret), &[("TOLLGATE_NAMED_VALUE_MY_KEY", "v2")], "v2", ""),
        (
            named(secret),
            &[("TOLLGATE_NAMED_VALUES_DIR", "/m"), ("/m/my-key", "v3\n")],
            "v3",
            "",
        ),
        (
            named(r#"{"properties": {"displayName": "my-key", "value": "v4", "secret": true}}"#),
            &[],
            "v4",
            "named values/n/namedValueInformation.json:1:51 warning TG1103: the secret \"my-key\" stands in a plain file\n  \
             help: remove `value` and set the environment variable TOLLGATE_NAMED_VALUE_MY_KEY\n",
        ),
        (
            named(secret),
            &[("TOLLGATE_NAMED_VALUES_DIR", "/m")],
            "{{my-key}}",
            "named values/n/namedValueInformation.json:1:32 error TG1102: the named value \"my-key\" has no value\n  \
             help: set the environment variable TOLLGATE_NAMED_VALUE_MY_KEY, or write it to the file `/m/my-key`\n",
        ),
    ];
    for (named_value, environment, value, problems) in rows {
        let (catalog, found) = load_files(&[named_value, policy], &Given(environment.iter().copied().collect()));
        assert_eq!(found, problems);
        let text = catalog.policy.as_ref().unwrap().source.text().to_string();
        assert_eq!(text, format!("<policies><a b=\"{value}\" /></policies>"));
    }
}

#[test]
fn a_named_value_without_value_that_nothing_uses_is_a_warning() {
    check_folder(
        &[
            ("policy.xml", "<policies/>"),
            (
                "named values/l/namedValueInformation.json",
                r#"{"properties": {"displayName": "Logger-Credentials--1", "secret": true, "value": "{#KEY#}"}}"#,
            ),
        ],
        r#"
named values/l/namedValueInformation.json:1:32 warning TG1102: the named value "Logger-Credentials--1" has no value
  help: set the environment variable TOLLGATE_NAMED_VALUE_LOGGER_CREDENTIALS__1, or write it to a file `Logger-Credentials--1` in the folder that TOLLGATE_NAMED_VALUES_DIR names
"#,
    );
}

#[test]
fn unknown_names_are_errors_except_in_liquid() {
    check_folder(
        &[
            (
                "namedValues/a/namedValueInformation.json",
                r#"{"properties": {"displayName": "tenant-id", "value": "x"}}"#,
            ),
            (
                "policy.xml",
                "<policies>\n<a b=\"{{tenant_id}}\"/>\n<set-body template=\"liquid\">{{x}}{{body.y}}</set-body>{{context.Api.Id}}\n</policies>",
            ),
            (
                "backends/b/backendInformation.json",
                r#"{"properties": {"url": "http://{{host}}/x", "protocol": "http"}}"#,
            ),
        ],
        r"
backends/b/backendInformation.json:1:24 error TG1101: cannot find a property 'host'
  help: define it in `named values/host/namedValueInformation.json`
policy.xml:2:7 error TG1101: cannot find a property 'tenant_id'
  help: did you mean `tenant-id`?
",
    );
}

const PRODUCT: (&str, &str) = (
    "products/starter/productInformation.json",
    r#"{"properties": {"displayName": "Starter", "state": "published", "subscriptionsLimit": 2}}"#,
);

#[test]
fn subscriptions_are_checked_and_their_keys_never_shown() {
    let files = api(&[
        PRODUCT,
        (
            "subscriptions/a/subscriptionInformation.json",
            r#"{"properties": {"displayName": "A", "scope": "/products/startr", "primaryKey": "hunter2"}}"#,
        ),
        (
            "subscriptions/b/subscriptionInformation.json",
            r#"{"properties": {"displayName": "B", "scope": "/apis/orders", "ownerId": "/users/ada", "primaryKey": "hunter2", "secondaryKey": "0123456789abcdef"}}"#,
        ),
        (
            "subscriptions/c/subscriptionInformation.json",
            r#"{"properties": {"displayName": "C", "scope": "/apis", "state": "on", "expirationDate": "tomorrow"}}"#,
        ),
    ]);
    let (catalog, found) = load_files(&files, &Given::default());
    assert_eq!(
        found,
        r#"subscriptions/a/subscriptionInformation.json:1:46 error TG1201: there is no product `startr`
  help: did you mean `starter`?
subscriptions/a/subscriptionInformation.json:1:80 warning TG1302: `primaryKey` is shorter than 16 characters: it can be guessed
subscriptions/b/subscriptionInformation.json:1:73 warning TG1201: there is no user `ada`: policies know no more of the owner than this id
subscriptions/b/subscriptionInformation.json:1:101 warning TG1302: `primaryKey` is shorter than 16 characters: it can be guessed
subscriptions/b/subscriptionInformation.json:1:101 error TG1303: `primaryKey` is also a key of the subscription `a`
subscriptions/c/subscriptionInformation.json:1:16 warning TG1301: the subscription `c` has no keys: it opens nothing
  help: extracts leave keys out; add `"primaryKey": "{{name}}"` and a secret named value of that name
subscriptions/c/subscriptionInformation.json:1:64 error TG1011: `state` must be one of `active`, `suspended`, `submitted`, `rejected`, `cancelled`, `expired`, found "on"
"#
    );
    let subscription = catalog.subscription_by_key("0123456789abcdef").unwrap();
    assert_eq!(subscription.scope, SubscriptionScope::Api("orders".to_owned()));
    assert!(catalog.subscription_by_key("hunter2").is_none());
    assert!(!format!("{catalog:?}").contains("0123456789"));
}

#[test]
fn excerpts_do_not_show_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "named values/n/namedValueInformation.json",
        r#"{"properties": {"displayName": "n", "value": "hunter2", "secret": true}}"#,
    );
    write(
        "named values/m/namedValueInformation.json",
        r#"{"properties": {"value": "hunter2", "secret": true "x"}}"#,
    );
    write(
        "subscriptions/s/subscriptionInformation.json",
        r#"{"properties": {"primaryKey": "hunter2"}}"#,
    );
    write(
        "backends/b/backendInformation.json",
        r#"{"properties": {"url": 1, "credentials": {"header": {"k": ["hunter2"]}}}}"#,
    );
    write("policy.xml", "<a>{{n}}{{q}}</a>");
    let (catalog, diagnostics) = load(folder.path(), &Given::default());
    let shown = format!("{}{catalog:?}", render(&diagnostics));
    assert!(diagnostics.len() >= 6 && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn two_apis_cannot_answer_the_same_request() {
    let version = |version: &str| {
        format!(
            r#"{{"properties": {{"displayName": "V", "path": "Orders", "apiVersion": "{version}", "apiVersionSetId": "/apiVersionSets/vs"}}}}"#
        )
    };
    let (v1, v2) = (version("v1"), version("v2"));
    let files = [
        (
            "version sets/vs/versionSetInformation.json",
            r#"{"properties": {"displayName": "VS", "versioningScheme": "Segment"}}"#,
        ),
        ("apis/a/apiInformation.json", ORDERS),
        ("apis/b-v1/apiInformation.json", &v1),
        ("apis/b-v2/apiInformation.json", &v2),
        (
            "apis/c/apiInformation.json",
            r#"{"properties": {"displayName": "C", "path": "orders/V2"}}"#,
        ),
        (
            "apis/d/apiInformation.json",
            r#"{"properties": {"displayName": "D", "path": ""}}"#,
        ),
        (
            "apis/e/apiInformation.json",
            r#"{"properties": {"displayName": "E", "path": "/"}}"#,
        ),
        (
            "apis/f;rev=2/apiInformation.json",
            r#"{"properties": {"displayName": "F", "path": "f", "apiRevision": "2"}}"#,
        ),
        (
            "apis/g/apiInformation.json",
            r#"{"properties": {"displayName": "G", "path": "g"}}"#,
        ),
        (
            "apis/h/apiInformation.json",
            r#"{"properties": {"displayName": "H", "path": "G"}}"#,
        ),
        ("gateways/x/gatewayInformation.json", "{}"),
        ("gateways/x/apis/g/gatewayApiInformation.json", "{}"),
        (
            "gateways/x/hostnameConfigurations/h/hostnameConfigurationInformation.json",
            r#"{"properties": {"hostname": "X.test"}}"#,
        ),
        ("gateways/y/gatewayInformation.json", "{}"),
        ("gateways/y/apis.json", r#"[{"name": "h"}, "hh"]"#),
        (
            "gateways/y/hostnameConfigurations/h/hostnameConfigurationInformation.json",
            r#"{"properties": {"hostname": "y.test"}}"#,
        ),
    ];
    let (catalog, found) = load_files(&files, &Given::default());
    let found: Vec<&str> = found
        .lines()
        .filter(|line| !line.contains("TG1209") && !line.contains("help"))
        .collect();
    assert_eq!(
        found,
        [
            "apis/c/apiInformation.json:1:45 error TG1202: the API `b-v2` answers at the path `orders/V2` already, in the same version and for the same hosts",
            "apis/e/apiInformation.json:1:45 error TG1202: the API `d` answers at the root path already, in the same version and for the same hosts",
            "apis/f;rev=2/apiInformation.json:1:16 warning TG1205: the API `f` has no current revision: it answers only with `;rev=2`",
            "gateways/y/apis.json:1:17 warning TG1201: there is no API `hh`",
        ]
    );
    assert_eq!(catalog.api("g").unwrap().hosts, ["x.test"]);
}

#[test]
fn mcp_servers_name_a_backend_and_an_endpoint() {
    let backend = (
        "backends/learn/backendInformation.json",
        r#"{"properties": {"url": "https://learn.test/api/mcp", "protocol": "http"}}"#,
    );
    let rows = [
        (
            r#""path": "learn", "backendId": "learn", "mcpProperties": {"transportType": "streamable"}"#,
            "/mcp",
        ),
        (
            r#""path": "learn", "backendId": "/x/backends/learn", "mcpPropperties": {"endpoints": {"message": {"uriTemplate": "rpc/"}}}"#,
            "/rpc",
        ),
        (
            r#""path": "learn/mcp", "backendId": "learn", "mcpProperties": {"transportType": "streamable"}"#,
            "",
        ),
        (
            r#""path": "learn", "backendId": "learn", "mcpProperties": {"endpoints": {"message": {"uriTemplate": "/"}}}"#,
            "",
        ),
        (r#""path": "learn", "backendId": "learn""#, "/mcp"),
        (
            r#""path": "learn", "backendId": "lern""#,
            "apis/a/apiInformation.json:1:82 error TG1201: there is no backend `lern`\n  help: did you mean `learn`?\n",
        ),
        (
            r#""path": "learn", "mcpTools": [{"name": "t"}]"#,
            "apis/a/apiInformation.json:1:81 warning TG1204: MCP servers made of REST operations (`mcpTools`) are not served yet: requests to it find no API\n  \
             help: an existing MCP server is named by `backendId`\n",
        ),
    ];
    for (properties, expected) in rows {
        let api = format!(r#"{{"properties": {{"displayName": "L", "type": "mcp", {properties}}}}}"#);
        let (catalog, problems) = load_files(&[backend, ("apis/a/apiInformation.json", &api)], &Given::default());
        let found = match catalog.api("a").map(|api| api.kind.clone()) {
            Some(crate::ApiKind::Mcp(server)) => server.endpoint + &problems,
            _ => problems,
        };
        assert_eq!(found, expected, "{properties}");
    }
}

#[test]
fn mcp_servers_may_be_described_in_a_second_file() {
    let (catalog, problems) = load_files(
        &[
            (
                "backends/learn/backendInformation.json",
                r#"{"properties": {"url": "https://learn.test/mcp", "protocol": "http"}}"#,
            ),
            (
                "apis/a/apiInformation.json",
                r#"{"properties": {"displayName": "A", "path": "a", "type": "mcp"}}"#,
            ),
            (
                "apis/a/mcpServerInformation.json",
                r#"{"properties": {"backendId": "learn", "mcpProperties": {"endpoints": {"mcp": {"uriTemplate": "/rpc"}}}}}"#,
            ),
        ],
        &Given::default(),
    );
    assert_eq!(problems, "");
    let expected = crate::McpServer {
        backend_id: "learn".to_owned(),
        url: None,
        endpoint: "/rpc".to_owned(),
    };
    assert_eq!(catalog.api("a").unwrap().kind, crate::ApiKind::Mcp(expected));
}

#[test]
fn types_that_are_not_served_are_left_out_but_known() {
    let (catalog, problems) = load_files(
        &[
            (
                "apis/g/apiInformation.json",
                r#"{"properties": {"displayName": "G", "path": "g", "type": "a2a"}}"#,
            ),
            PRODUCT,
            ("products/starter/apis/g/productApiInformation.json", "{}"),
        ],
        &Given::default(),
    );
    assert!(catalog.apis.is_empty());
    assert_eq!(
        problems,
        "apis/g/apiInformation.json:1:58 warning TG1204: APIs of type `a2a` are not served yet: requests to it find no API\n"
    );
}

#[test]
fn backends_are_single_servers_or_pools() {
    let single = |url: &str| format!(r#"{{"properties": {{"url": "{url}", "protocol": "http"}}}}"#);
    let (a, b) = (single("https://a.test/"), single("b.test"));
    let files = [
        ("backends/a/backendInformation.json", a.as_str()),
        ("backends/b/backendInformation.json", b.as_str()),
        (
            "backends/p/backendInformation.json",
            "{\"properties\": {\"type\": \"Pool\", \"pool\": {\"services\": [\n{\"id\": \"/backends/a\", \"priority\": 1, \"weight\": 3},\n{\"id\": \"/backends/p\"},\n{\"id\": \"/backends/z\"}]}}}",
        ),
        (
            "backends/c/backendInformation.json",
            r#"{"properties": {"url": "http://c.test", "credentials": {"header": {"x": ["1", "2"]}, "certificateIds": ["i"]},
"circuitBreaker": {"rules": [{"failureCondition": {"count": 3, "interval": "PT1M", "statusCodeRanges": [{"min": 500, "max": 599}]}, "tripDuration": "P1D", "acceptRetryAfter": true},
{"failureCondition": {"count": 3, "interval": "1 minute"}}]}}}"#,
        ),
        (
            "backends/d/backendInformation.json",
            r#"{"properties": {"url": "http://d.test", "proxy": {"url": "proxy:3128", "username": "u", "password": "p"},
"credentials": {"managedIdentity": {"resource": "https://r", "clientId": ""}},
"properties": {"serviceFabricCluster": {"managementEndpoints": ["https://m"]}}}}"#,
        ),
        (
            "backends/e/backendInformation.json",
            r#"{"properties": {"url": "http://e.test", "proxy": {"url": "https://proxy"}, "credentials": {"managedIdentity": {}}}}"#,
        ),
    ];
    let (catalog, problems) = load_files(&files, &Given::default());
    assert_eq!(
        problems,
        r#"backends/b/backendInformation.json:1:24 error TG1011: `url` must be a whole http, https, ws, wss, grpc or grpcs URL, found "b.test"
backends/c/backendInformation.json:1:105 warning TG1403: there is no certificate `i` with its private key: none is shown
backends/c/backendInformation.json:3:1 warning TG1402: only the first rule of a circuit breaker is used
backends/d/backendInformation.json:3:16 warning TG1403: `serviceFabricCluster` is not applied: services of a cluster are not found by the gateway
backends/e/backendInformation.json:1:58 error TG1011: `url` must be that of a proxy, `http://host:port`, found "https://proxy"
backends/e/backendInformation.json:1:111 error TG1009: required property `resource` is missing
backends/p/backendInformation.json:3:8 error TG1401: members of a pool must be single backends, `p` is none
backends/p/backendInformation.json:4:8 error TG1201: there is no backend `z`
"#
    );
    let d = &catalog.backends["d"];
    let proxy = d.proxy.as_ref().unwrap();
    assert_eq!((proxy.address.port, proxy.username.as_deref()), (3128, Some("u")));
    let identity = d.credentials.managed_identity.as_ref().unwrap();
    assert_eq!((identity.resource.as_str(), &identity.client_id), ("https://r", &None));
    let breaker = catalog.backends["c"].circuit_breaker.as_ref().unwrap();
    assert_eq!(
        (breaker.interval.as_secs(), breaker.trip_duration.as_secs()),
        (60, 86_400)
    );
    assert_eq!(breaker.status_ranges, [(500, 599)]);
    assert_eq!(
        catalog.backends["c"].credentials.headers,
        [("x".to_owned(), vec!["1".to_owned(), "2".to_owned()])]
    );
}

#[test]
fn the_trees_of_both_tools_load_alike() {
    let shared: [(&str, &str); 12] = [
        (
            "policy.xml",
            "<policies><inbound><include-fragment fragment-id=\"f\" /></inbound></policies>",
        ),
        (
            "apis/shop-v2;rev=2/apiInformation.json",
            r#"{"properties": {"displayName": "Shop", "path": "shop", "apiRevision": "2", "isCurrent": false, "apiVersion": "v2", "apiVersionSetId": "/apiVersionSets/vs"}}"#,
        ),
        (
            "apis/shop-v2/apiInformation.json",
            r#"{"properties": {"apiRevision": "3", "apiRevisionDescription": "", "apiVersion": "v2", "apiVersionSetId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/x/apiVersionSets/vs", "displayName": "Shop", "isCurrent": true, "path": "shop", "protocols": ["https"], "serviceUrl": "https://{{host}}/api", "subscriptionKeyParameterNames": {"header": "api-key", "query": "api-key"}, "subscriptionRequired": false, "type": "http"}}"#,
        ),
        (
            "apis/shop-v2/specification.json",
            r#"{"openapi": "3.0.1", "paths": {"/items": {"get": {"operationId": "ListItems", "responses": {}}, "post": {"operationId": "add-item", "responses": {}}}}}"#,
        ),
        (
            "apis/shop-v2;rev=2/specification.json",
            r#"{"openapi": "3.0.1", "paths": {"/items": {"get": {"operationId": "ListItems", "responses": {}}}}}"#,
        ),
        ("apis/shop-v2/operations/listitems/policy.xml", "<policies/>"),
        (
            "apis/shop-v2/diagnostics/applicationinsights/diagnosticInformation.json",
            "{\"properties\": {\"loggerId\": \"/loggers/l\"}}",
        ),
        (
            "apis/chat/apiInformation.json",
            r#"{"properties": {"displayName": "Chat", "path": "chat", "type": "websocket", "serviceUrl": "wss://chat.test"}}"#,
        ),
        ("apis/chat/operations/onHandshake/policy.xml", "<policies/>"),
        ("loggers/l/loggerInformation.json", "{\"properties\": {}}"),
        (
            "products/p/productInformation.json",
            r#"{"properties": {"displayName": "P", "state": "published", "subscriptionRequired": true}}"#,
        ),
        ("products/p/policy.xml", "<policies/>"),
    ];
    let named_value = r#"{"properties": {"displayName": "host", "value": "shop.test", "tags": []}}"#;
    let version_set =
        r#"{"properties": {"displayName": "VS", "versioningScheme": "Header", "versionHeaderName": "Api-Version"}}"#;
    let toolkit = [
        ("named values/n/namedValueInformation.json", named_value),
        ("version sets/vs/versionSetInformation.json", version_set),
        (
            "policy fragments/f/policyFragmentInformation.json",
            "{\"properties\": {\"format\": \"rawxml\"}}",
        ),
        ("policy fragments/f/policy.xml", "<fragment/>"),
        ("products/p/apis/shop-v2/productApiInformation.json", "{}"),
        ("products/p/groups/developers/productGroupInformation.json", "{}"),
        ("tags/t/apis/shop-v2/tagApiInformation.json", "{}"),
    ];
    let cli = [
        ("namedValues/n/namedValueInformation.json", named_value),
        ("versionSets/vs/versionSetInformation.json", version_set),
        (
            "policyFragments/f/policyFragmentInformation.json",
            "{\"properties\": {\"format\": \"rawxml\"}}",
        ),
        ("policyFragments/f/policy.xml", "<fragment/>"),
        ("products/p/apis.json", r#"[{"name": "shop-v2"}]"#),
        ("products/p/groups.json", r#"[{"name": "developers"}]"#),
        (
            "apis/shop-v2/operations/listitems/operationInformation.json",
            r#"{"properties": {"displayName": "ListItems", "method": "GET", "urlTemplate": "/items"}}"#,
        ),
        ("apis/shop-v2/tags/t/tagInformation.json", "{}"),
        ("apis/shop-v2/wiki.md", "x"),
    ];
    let shown = |own: &[(&str, &str)]| {
        let files: Vec<_> = shared.iter().chain(own).copied().collect();
        let (catalog, problems) = load_files(&files, &Given::default());
        assert_eq!(problems, "");
        let api = |api: &crate::Api| {
            let operations: Vec<String> = api
                .operations
                .iter()
                .map(|one| {
                    format!(
                        "{} {} {}",
                        one.id,
                        one.method,
                        if one.policy.is_some() { "policy" } else { "" }
                    )
                })
                .collect();
            format!(
                "{} rev {} {:?} {:?} key {} in {:?}: {}",
                api.id,
                api.revision,
                api.version.as_ref().map(|version| &version.name),
                api.service_url.as_deref().unwrap_or_default(),
                api.subscription_key_header,
                api.products,
                operations.join(", ")
            )
        };
        let apis: Vec<String> = catalog.apis.iter().map(|one| api(one)).collect();
        let product = &catalog.products["p"];
        (
            apis,
            product.apis.clone(),
            product.groups.clone(),
            catalog.fragments.len(),
            catalog.named_values.len(),
        )
    };
    let expected = [
        "chat rev 1 None \"wss://chat.test\" key Ocp-Apim-Subscription-Key in []: onHandshake GET policy",
        "shop-v2 rev 3 Some(\"v2\") \"https://shop.test/api\" key api-key in [\"p\"]: listitems GET policy, add-item POST ",
        "shop-v2 rev 2 Some(\"v2\") \"\" key Ocp-Apim-Subscription-Key in [\"p\"]: ListItems GET ",
    ];
    let found = shown(&toolkit);
    assert_eq!(found.0, expected);
    assert_eq!(
        (&found.1, &found.2),
        (&vec!["shop-v2".to_owned()], &vec!["developers".to_owned()])
    );
    assert_eq!((found.3, found.4), (1, 1));
    assert_eq!(found, shown(&cli));
}

#[test]
fn operations_belong_to_the_api() {
    check_folder(
        &api(&[
            ("apis/orders/operations/lits/policy.xml", "<policies/>"),
            (
                "apis/empty/apiInformation.json",
                r#"{"properties": {"displayName": "E", "path": "e"}}"#,
            ),
            (
                "apis/empty/specification.yaml",
                "{openapi: 3.0.1, info: {title: E, version: '1'}, paths: {}}",
            ),
            (
                "apis/orders/operations/other/operationInformation.json",
                r#"{"properties": {"displayName": "O", "method": "get", "urlTemplate": "list/"}}"#,
            ),
            (
                "apis/bare/apiInformation.json",
                r#"{"properties": {"displayName": "B", "path": "b"}}"#,
            ),
        ]),
        r"
apis/bare/apiInformation.json:1:16 warning TG1209: this API has no operations: every request to it fails
  help: add a `specification.yaml` (OpenAPI) beside this file
apis/empty/apiInformation.json:1:16 warning TG1209: this API has no operations: every request to it fails
  help: add paths to the specification beside this file
apis/orders/operations/lits:1:1 error TG1210: the API has no operation `lits`
  help: did you mean `list`?
apis/orders/operations/other/operationInformation.json:1:69 error TG1203: an operation with the same method and URL template exists already: GET list/
",
    );
}

#[cfg(target_os = "linux")]
#[test]
fn odd_files_are_reported_and_do_not_stop_loading() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(path("apis/orders")).unwrap();
    std::fs::create_dir_all(path("backends/b")).unwrap();
    std::fs::create_dir_all(path("loggers")).unwrap();
    std::fs::write(path("apis/orders/apiInformation.json"), format!("\u{feff}{ORDERS}")).unwrap();
    std::fs::write(path("apis/orders/specification.yaml"), SPECIFICATION).unwrap();
    std::fs::write(path("apis/orders/policy.xml"), b"<a b='\xff'/>").unwrap();
    std::fs::write(
        path("backends/b/backendInformation.json"),
        vec![b' '; 10 * 1024 * 1024 + 1],
    )
    .unwrap();
    std::fs::create_dir(path("policy.xml")).unwrap();
    symlink("..", path("apis/loop")).unwrap();
    symlink("self", path("apis/self")).unwrap();
    symlink("../loggers", path("loggers/loggers")).unwrap();
    let (catalog, diagnostics) = load(folder.path(), &Given::default());
    assert!(catalog.api("orders").is_some());
    let found = brief(folder.path(), &diagnostics);
    let expected = [
        "apis/loop:1:1 error TG1004: this link leads to a folder that contains it",
        "apis/orders/policy.xml:1:7 error TG1003: this file is not UTF-8: the byte 0xFF starts no character",
        "  help: save it as UTF-8",
        "apis/self:1:1 error TG1001: this cannot be read: Too many levels of symbolic links (os error 40)",
        "backends/b/backendInformation.json:1:1 error TG1002: this file has 10485761 bytes, the limit is 10485760",
        "loggers/loggers:1:1 error TG1004: this link leads to a folder that contains it",
        "policy.xml:1:1 error TG1001: expected a file here, found something else",
    ];
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_missing_folder_is_an_error() {
    let (_, diagnostics) = load(Path::new("/no/such/folder"), &Given::default());
    assert_eq!(
        brief(Path::new("/"), &diagnostics),
        "/no/such/folder:1:1 error TG1001: there is no such folder\n"
    );
}

/// Any JSON made of names that mean something.
fn any_information() -> impl Strategy<Value = serde_json::Value> {
    let names = "properties|displayName|path|type|mcp|Pool|pool|services|id|serviceUrl|apiVersionSetId|apiVersionSet|versioningScheme|\
                 Segment|credentials|header|circuitBreaker|rules|primaryKey|scope|/apis|/products/x|\\{\\{x\\}\\}|value|secret|\
                 mcpProperties|endpoints|message|uriTemplate|responses|openapi|3\\.0|paths|/a|get|parameters|\\$ref|#/paths";
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<u32>().prop_map(Into::into),
        names.prop_map(Into::into),
    ];
    let value = leaf.prop_recursive(5, 80, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::btree_map(names, inner, 0..8)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    });
    value.prop_map(|value| serde_json::json!({"properties": value, "openapi": "3.0", "paths": {"/a": value}}))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_folder_makes_loading_panic(values in prop::collection::vec(any_information(), 10)) {
        let paths = [
            "apis/a/apiInformation.json",
            "apis/a/specification.json",
            "apis/a/operations/o/operationInformation.json",
            "backends/b/backendInformation.json",
            "named values/n/namedValueInformation.json",
            "version sets/v/versionSetInformation.json",
            "products/p/productInformation.json",
            "products/p/apis.json",
            "subscriptions/s/subscriptionInformation.json",
            "users/u/userInformation.json",
        ];
        let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
        let files: Vec<(&str, &str)> = paths.into_iter().zip(texts.iter().map(String::as_str)).collect();
        let _ = load_files(&files, &Given::default());
    }
}
