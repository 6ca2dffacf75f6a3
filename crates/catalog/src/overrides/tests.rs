//! What a file of overrides makes of a folder, and what is said of it.

use crate::{Catalog, Changed, Memory, ProcessEnvironment, load_overridden};
use std::path::Path;

const FILES: [(&str, &str); 9] = [
    (
        "apis/Shop/apiInformation.json",
        r#"{"id": "/apis/Shop", "properties": {"displayName": "Shop", "path": "shop", "serviceUrl": "https://dev.test", "protocols": ["https"], "subscriptionKeyParameterNames": {"header": "key", "query": "key"}}}"#,
    ),
    (
        "apis/Shop/specification.yaml",
        "openapi: 3.0.1\npaths: {/a: {get: {operationId: list, responses: {}}}}\n",
    ),
    ("apis/Shop/policy.xml", "<policies />"),
    (
        "backends/b/backendInformation.json",
        r#"{"properties": {"url": "https://dev.test", "protocol": "http", "credentials": {"header": {"k": ["1"]}}}}"#,
    ),
    (
        "named values/64541/namedValueInformation.json",
        r#"{"properties": {"displayName": "key", "secret": true}}"#,
    ),
    (
        "namedValues/limit/namedValueInformation.json",
        r#"{"displayName": "limit", "value": "10"}"#,
    ),
    (
        "products/p/productInformation.json",
        r#"{"properties": {"displayName": "P", "state": "published"}}"#,
    ),
    (
        "loggers/l/loggerInformation.json",
        r#"{"properties": {"loggerType": "azureEventHub", "credentials": {"name": "h"}}}"#,
    ),
    ("policy.xml", "<policies />"),
];

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// The folder with a file of overrides over it, and what is said.
fn load(overrides: &str) -> (Catalog, String) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in FILES {
        write(&folder.path().join("artifacts"), path, text);
    }
    let file = folder.path().join("configuration.prod.yaml");
    std::fs::write(&file, overrides).unwrap();
    let (catalog, diagnostics) = load_overridden(
        &folder.path().join("artifacts"),
        &file,
        &ProcessEnvironment,
        &mut Memory::default(),
        &Changed::Anything,
    );
    let said = diagnostic::render(&diagnostics).replace(&format!("{}/", folder.path().display()), "");
    (catalog, said)
}

#[test]
fn properties_are_those_of_the_environment() {
    let (catalog, said) = load(
        r#"
apimServiceName: apim-prod
namedValues:
  - name: LIMIT
    properties:
      value: 20
  - name: 64541
    properties: {displayName: key, value: "0123"}
backends:
  - name: b
    properties:
      URL: "https://prod.test/{{limit}}"
      credentials: {header: {k: ["2", "3"]}}
      resourceid: "https://management.azure.com/x"
apis:
  - name: shop
    properties:
      serviceUrl: https://prod.test
      subscriptionRequired: false
      subscriptionKeyParameterNames: {header: x-key}
    diagnostics:
      - name: applicationinsights
        properties: {verbosity: Error}
    policies:
      - name: policy
        properties: {format: rawxml, value: "<policies><inbound /></policies>"}
    operations:
      - name: list
        policies:
          - name: policy
            properties: {value: "<policies><backend /></policies>"}
diagnostics:
loggers:
  - name: l
    properties: {credentials: {connectionString: "Endpoint=sb://n/;SharedAccessKeyName=a;SharedAccessKey=b"}}
products:
  - name: p
    properties: {displayName: P prod, state: notPublished}
policies:
  - name: policy
    properties: {value: "<policies><outbound /></policies>"}
"#,
    );
    let shop = catalog.api("Shop").unwrap();
    let backend = &catalog.backends["b"];
    let found = format!(
        "{:?} {} {} {} {:?} {:?} {:?} {:?} {:?} {:?} {} {:?} {:?}",
        shop.service_url,
        shop.subscription_required,
        shop.subscription_key_header,
        shop.subscription_key_query,
        shop.policy.as_ref().map(|policy| policy.source.text()),
        shop.operations[0].policy.as_ref().map(|policy| policy.source.text()),
        catalog.policy.as_ref().map(|policy| policy.source.text()),
        backend.kind,
        backend.credentials.headers,
        catalog.named_values["limit"].value,
        catalog.named_values["key"].value,
        (&catalog.products["p"].name, catalog.products["p"].published),
        catalog.loggers["l"].sink,
    );
    assert_eq!(
        found,
        r#"Some("https://prod.test") false x-key key Some("<policies><inbound /></policies>") Some("<policies><backend /></policies>") Some("<policies><outbound /></policies>") Single { url: "https://prod.test/20" } [("k", ["2", "3"])] "20" 0123 ("P prod", false) EventHub(EventHub { url: "https://n", hub: "h", access: Key { name: "a", key: (hidden) } })"#
    );
    // What is in a file is in a file, whichever it is.
    assert_eq!(said.matches("warning[").count(), 1, "{said}");
    assert!(
        said.contains("the secret \"key\" stands in a plain file") && !said.contains("0123"),
        "{said}"
    );
}

#[test]
fn properties_may_stand_beside_the_name() {
    let (catalog, _) = load(
        "namedValues:\n  - {name: limit, value: 7}\nbackends:\n  - name: b\n    url: https://beside.test\napis:\n  - name: Shop\n    serviceUrl: https://{{limit}}.test\n    operations: []\n",
    );
    assert_eq!(catalog.named_values["limit"].value, "7");
    assert_eq!(
        format!("{:?}", catalog.backends["b"].kind),
        r#"Single { url: "https://beside.test" }"#
    );
    assert_eq!(
        catalog.api("Shop").unwrap().service_url.as_deref(),
        Some("https://7.test")
    );
}

#[test]
fn what_has_no_effect_and_what_is_wrong_is_said() {
    for (overrides, expected) in [
        ("", &[][..]),
        ("# nothing\n", &[]),
        ("namedValues:\nbackends:\napis:\n", &[]),
        (
            "ackends:\n  - name: b\n",
            &["warning[TG1015]: `ackends` has no effect", "did you mean `backends`?"],
        ),
        (
            "apis:\n  - name: Shopp\n    properties: {path: x}\n",
            &[
                "warning[TG1201]: there is no API `Shopp`: this has no effect",
                "did you mean `Shop`?",
            ],
        ),
        (
            "backends:\n  b: {url: https://x}\n",
            &["error[TG1010]: `backends` must be an array, found an object"],
        ),
        (
            "backends:\n  - properties: {url: https://x}\n",
            &["error[TG1009]: required property `name` is missing"],
        ),
        (
            "- a\n",
            &["error[TG1010]: expected sections such as `backends`, found an array"],
        ),
        (
            "backends:\n  - name: b\n    properties: {url: prod.test}\n",
            &[
                "error[TG1011]: `url` must be a whole http",
                "artifacts/backends/b/backendInformation.json:",
            ],
        ),
    ] {
        let (_, said) = load(overrides);
        for part in expected {
            assert!(said.contains(part), "{overrides}: {said}");
        }
        // A named value of the folder has none.
        let problems = said.matches("error[").count() + said.matches("warning[").count();
        assert_eq!(problems, 1 + usize::from(!expected.is_empty()), "{overrides}: {said}");
    }
}

#[test]
fn no_excerpt_shows_a_secret() {
    for overrides in [
        "namedValues:\n  - name: 64541\n    properties: {value: \"hunter2\n",
        "namedValues:\n  - name: none\n    properties: {value: hunter2}\n",
        "namedValues:\n  - {name: none, properties: {value: hunter2}}\n",
        "namedValues:\n  - name: 64541\n    properties: hunter2\n",
        "namedValues:\n  - {name: none, value: hunter2}\n",
    ] {
        let (_, said) = load(overrides);
        assert!(
            said.contains("configuration.prod.yaml:") && !said.contains("hunter2"),
            "{said}"
        );
    }
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "policy.xml", "<policies />");
    let file = folder.path().join("none.yaml");
    let (_, diagnostics) = load_overridden(
        folder.path(),
        &file,
        &ProcessEnvironment,
        &mut Memory::default(),
        &Changed::Anything,
    );
    let said = diagnostic::render(&diagnostics);
    assert!(said.contains("error[TG1001]: there is no such file"), "{said}");
}

#[test]
fn values_are_those_that_are_written() {
    for (written, expected) in [
        ("1.10", "1.10"),
        ("0123", "0123"),
        ("0x1F", "0x1F"),
        ("1e3", "1e3"),
        ("true", "true"),
        ("2026-01-02", "2026-01-02"),
        ("&number 1.50", "1.50"),
    ] {
        let (catalog, _) = load(&format!(
            "namedValues: [{{name: limit, properties: {{value: {written}}}}}]"
        ));
        assert_eq!(&*catalog.named_values["limit"].value, expected, "{written}");
    }
}

#[test]
fn what_is_written_twice_is_told() {
    let (_, said) = load("apis:\n  - name: shop\n    properties:\n      path: a\n      path: b\n");
    assert!(
        said.contains("warning[TG1006]: `path` occurs twice in this mapping; the last one counts"),
        "{said}"
    );
    assert!(said.contains("configuration.prod.yaml:5:7"), "{said}");
}

#[test]
fn a_value_that_is_in_a_vault_there_is_not_the_one_of_the_folder() {
    let vault = "keyVault: {secretIdentifier: 'https://v.vault.azure.net/secrets/limit'}";
    for (properties, expected) in [
        (format!("{{{vault}}}"), "{{limit}}"),
        (format!("{{{vault}, value: '7'}}"), "7"),
        ("{secret: true}".to_owned(), "10"),
    ] {
        let (catalog, _) = load(&format!("namedValues: [{{name: limit, properties: {properties}}}]"));
        let value = catalog.named_values.get("limit").map_or("", |value| &*value.value);
        assert_eq!(value, expected, "{properties}");
    }
}
