//! Folders as extractors write them, with what is said of them: what refers to things that were not extracted, what is
//! there twice, descriptions in other formats than OpenAPI.

use super::tests::{Given, load_files};
use crate::Catalog;

/// What is said of a folder, and the folder.
fn check(files: &[(&str, &str)], expected: &str) -> Catalog {
    let (catalog, found) = load_files(files, &Given::default());
    assert_eq!(found.trim(), expected.trim());
    catalog
}

/// The information file of an API at the path `a`, with more properties.
fn api(more: &str) -> String {
    format!(
        r#"{{"properties": {{"displayName": "A", "path": "a", "protocols": ["https"], "serviceUrl": "https://a.test"{more}}}}}"#
    )
}

const DESCRIPTION: &str = "openapi: 3.0.1\npaths:\n  /list:\n    get: {operationId: list, responses: {}}\n";

/// Method, template and id of each operation of the only API, and whether it has a policy.
fn operations(catalog: &Catalog) -> Vec<String> {
    let operations = catalog.apis[0].operations.iter();
    let shown = operations.map(|one| {
        let policy = if one.policy.is_some() { " policy" } else { "" };
        format!("{} {} {}{policy}", one.method, one.url_template, one.id)
    });
    shown.collect()
}

#[test]
fn what_refers_to_things_that_were_not_extracted_has_no_effect() {
    let subscription = |scope: &str| format!(r#"{{"properties": {{"scope": "{scope}", "state": "active"}}}}"#);
    let arm = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/x";
    let (product, other) = (
        subscription(&format!("{arm}/products/q")),
        subscription(&format!("{arm}/apis/b")),
    );
    let catalog = check(
        &[
            ("apis/a/apiInformation.json", &api("")),
            ("apis/a/specification.yaml", DESCRIPTION),
            (
                "products/p/productInformation.json",
                r#"{"properties": {"displayName": "P", "state": "published"}}"#,
            ),
            ("products/p/apis.json", r#"[{"name": "a"}, {"name": "b"}]"#),
            ("products/p/apis/c/productApiInformation.json", "{}"),
            ("subscriptions/1/subscriptionInformation.json", &product),
            ("subscriptions/2/subscriptionInformation.json", &other),
        ],
        r#"
products/p/apis.json:1:26 warning TG1201: there is no API `b`
products/p/apis/c:1:1 warning TG1201: there is no API `c`
subscriptions/1/subscriptionInformation.json:1:16 warning TG1301: the subscription `1` has no keys: it opens nothing
  help: extracts leave keys out; add `"primaryKey": "{{name}}"` and a secret named value of that name
subscriptions/1/subscriptionInformation.json:1:26 warning TG1201: there is no product `q`
subscriptions/2/subscriptionInformation.json:1:16 warning TG1301: the subscription `2` has no keys: it opens nothing
  help: extracts leave keys out; add `"primaryKey": "{{name}}"` and a secret named value of that name
subscriptions/2/subscriptionInformation.json:1:26 warning TG1201: there is no API `b`
"#,
    );
    assert_eq!(catalog.products["p"].apis, ["a"]);
}

#[test]
fn ids_are_the_same_in_any_letter_case() {
    let catalog = check(
        &[
            (
                "apis/a/apiInformation.json",
                &api(r#", "apiVersion": "v1", "apiVersionSetId": "/apiVersionSets/SET""#),
            ),
            ("apis/a/specification.yaml", DESCRIPTION),
            (
                "versionSets/set/versionSetInformation.json",
                r#"{"properties": {"displayName": "S", "versioningScheme": "Segment"}}"#,
            ),
            (
                "apis/b/apiInformation.json",
                r#"{"properties": {"displayName": "B", "path": "b", "apiVersionSetId": ""}}"#,
            ),
            ("apis/b/specification.yaml", DESCRIPTION),
            (
                "backends/one/backendInformation.json",
                r#"{"properties": {"url": "https://one.test"}}"#,
            ),
            (
                "backends/pool/backendInformation.json",
                r#"{"properties": {"type": "Pool", "pool": {"services": [{"id": "/backends/ONE"}]}}}"#,
            ),
            (
                "products/p/productInformation.json",
                r#"{"properties": {"displayName": "P", "state": "published"}}"#,
            ),
            ("products/p/apis.json", r#"["A"]"#),
            (
                "subscriptions/s/subscriptionInformation.json",
                r#"{"properties": {"scope": "/products/P", "primaryKey": "0123456789abcdef"}}"#,
            ),
        ],
        "",
    );
    assert!(catalog.api("a").unwrap().version.is_some());
    assert!(catalog.api("b").unwrap().version.is_none());
    assert_eq!(catalog.products["p"].apis, ["a"]);
    assert_eq!(
        catalog.subscriptions["s"].scope,
        crate::SubscriptionScope::Product("p".to_owned())
    );
    let crate::BackendKind::Pool(pool) = &catalog.backends["pool"].kind else {
        panic!("no pool");
    };
    assert_eq!(pool.members[0].backend.id, "one");
}

#[test]
fn a_revision_that_is_there_twice_is_read_once() {
    for (twice, current) in [
        (r#", "apiRevision": "2", "isCurrent": true"#, true),
        (r#", "apiRevision": "2""#, true),
        (r#", "apiRevision": "2""#, false),
    ] {
        let first = if current {
            r#", "apiRevision": "2", "isCurrent": true"#
        } else {
            r#", "apiRevision": "2""#
        };
        let catalog = check(
            &[
                ("apis/a/apiInformation.json", &api(first)),
                ("apis/a/specification.yaml", DESCRIPTION),
                ("apis/a;rev=2/apiInformation.json", &api(twice)),
                ("apis/a;rev=2/specification.yaml", DESCRIPTION),
                ("apis/a;rev=1/apiInformation.json", &api(r#", "apiRevision": "1""#)),
                ("apis/a;rev=1/specification.yaml", DESCRIPTION),
            ],
            "apis/a;rev=2:1:1 warning TG1205: `a` describes revision 2 already: what is in this folder has no effect",
        );
        let revisions: Vec<_> = catalog
            .apis
            .iter()
            .map(|api| (api.revision.as_str(), api.is_current))
            .collect();
        assert_eq!(revisions, [("2", true), ("1", false)]);
    }
}

#[test]
fn the_layout_of_the_first_extractors_is_told() {
    check(
        &[("apis/A thing/Original/1/apiInformation.json", &api(""))],
        "
apis/A thing:1:1 error TG1008: this folder has no `apiInformation.json`: folders of versions and revisions within it are not read
  help: extractors wrote this layout before 2023; extract anew with a later one
",
    );
}

#[test]
fn an_mcp_server_may_stand_at_a_service_url() {
    let not_served = "apis/m/apiInformation.json:1:16 warning TG1204: an MCP server without `backendId`, or `serviceUrl` and `mcpProperties`, is not served: requests to it find no API";
    for (properties, expected) in [
        (
            r#""serviceUrl": "https://m.test/", "mcpProperties": {"transportType": "streamable", "endpoints": [{"name": "message", "uriTemplate": "/rpc"}]}"#,
            r#"Some("https://m.test/rpc") "/rpc""#,
        ),
        (
            r#""serviceUrl": "https://m.test/docs", "mcpProperties": {"endpoints": [{"name": "sse"}, {"name": "mcp", "uriTemplate": "/mcp"}]}"#,
            r#"Some("https://m.test/docs/mcp") "/mcp""#,
        ),
        (
            r#""backendId": null, "serviceUrl": "https://m.test", "mcpProperties": {"endpoints": {"mcp": {"uriTemplate": "/"}}}"#,
            r#"Some("https://m.test") """#,
        ),
        // Made of operations, which the list of tools names in files of its own.
        (r#""serviceUrl": "https://m.test", "mcpProperties": null"#, not_served),
        (r#""mcpTools": []"#, not_served),
        (
            r#""serviceUrl": "https://m.test", "mcpProperties": {"transportType": "sse", "endpoints": [{"name": "sse", "uriTemplate": "/sse"}]}"#,
            "apis/m/apiInformation.json:1:132 warning TG1204: MCP servers of the transport `sse` are not served: requests to it find no API",
        ),
    ] {
        let api = format!(r#"{{"properties": {{"displayName": "M", "path": "m", "type": "mcp", {properties}}}}}"#);
        let (catalog, found) = load_files(&[("apis/m/apiInformation.json", &api)], &Given::default());
        let found = match catalog.api("m").map(|api| api.kind.clone()) {
            Some(crate::ApiKind::Mcp(server)) => format!("{:?} {:?}{found}", server.url, server.endpoint),
            _ => found,
        };
        assert_eq!(found.trim(), expected, "{properties}");
    }
}

#[test]
fn a_fragment_is_a_document_or_a_value() {
    let catalog = check(
        &[
            (
                "policyFragments/json/policyFragmentInformation.json",
                r#"{"properties": {"format": "rawxml", "value": "<fragment>\r\n</fragment>"}}"#,
            ),
            ("policy fragments/xml/policy.xml", "<fragment />"),
            (
                "policyFragments/none/policyFragmentInformation.json",
                r#"{"properties": {"description": "x"}}"#,
            ),
        ],
        "policyFragments/none:1:1 error TG1008: this fragment has no `policy.xml`",
    );
    let texts: Vec<_> = catalog
        .fragments
        .iter()
        .map(|(id, text)| format!("{id} {:?}", text.source.text()))
        .collect();
    assert_eq!(texts, [r#"json "<fragment>\r\n</fragment>""#, r#"xml "<fragment />""#]);
}

#[test]
fn a_service_fabric_backend_cannot_be_used() {
    let catalog = check(
        &[(
            "backends/sf/backendInformation.json",
            r#"{"properties": {"url": "fabric:/app/service", "protocol": "http", "properties": {"serviceFabricCluster": {"managementEndpoints": ["https://m"]}}}}"#,
        )],
        "backends/sf/backendInformation.json:1:82 warning TG1403: `serviceFabricCluster` is not applied: services of a cluster are not found by the gateway",
    );
    assert!(catalog.backends.is_empty());
}

#[test]
fn the_address_in_an_extracted_description_is_the_gateways() {
    let information = r#"{"properties": {"displayName": "A", "path": "a"}}"#;
    for (file, description, expected) in [
        (
            "specification.yaml",
            "openapi: 3.0.1\nservers: [{url: 'https://x.azure-api.net/a'}]\npaths: {/list: {get: {responses: {}}}}\n",
            None,
        ),
        (
            "specification.json",
            r#"{"swagger": "2.0", "host": "X.azure-api.net", "basePath": "/a", "schemes": ["https"], "paths": {"/list": {"get": {"responses": {}}}}}"#,
            None,
        ),
        (
            "specification.yaml",
            "openapi: 3.0.1\nservers: [{url: 'https://azure-api.test/a'}]\npaths: {/list: {get: {responses: {}}}}\n",
            Some("https://azure-api.test/a"),
        ),
        (
            "specification.wadl",
            r#"<application xmlns="http://wadl.dev.java.net/2009/02"><resources base="http://b.test/x/"><resource path="a"><method name="GET" id="g"/></resource></resources></application>"#,
            Some("http://b.test/x/"),
        ),
    ] {
        let file = format!("apis/a/{file}");
        let catalog = check(&[("apis/a/apiInformation.json", information), (&file, description)], "");
        assert_eq!(catalog.apis[0].service_url.as_deref(), expected, "{description}");
    }
}

/// A WSDL with operations of these names and actions.
fn wsdl(operations: &[(&str, &str)]) -> String {
    let operation = |version: &str, (name, action): &(&str, &str)| {
        format!(
            r#"<w:operation name="{name}"><operation soapAction="{action}" xmlns="http://schemas.xmlsoap.org/wsdl/{version}/" /></w:operation>"#
        )
    };
    let binding = |version: &str| {
        let operations: String = operations.iter().map(|one| operation(version, one)).collect();
        format!(
            r#"<w:binding name="{version}"><binding xmlns="http://schemas.xmlsoap.org/wsdl/{version}/" />{operations}</w:binding>"#
        )
    };
    format!(
        r#"<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/">{}{}</w:definitions>"#,
        binding("soap"),
        binding("soap12")
    )
}

#[test]
fn policies_in_folders_of_numbers_are_of_a_wsdls_operations() {
    let soap = api(r#", "type": "soap""#);
    let sound = wsdl(&[("Add", "urn:a/Add"), ("Get", "urn:a/Get"), ("Del", "urn:a/Del")]);
    let policies = |names: &[&str]| -> Vec<String> {
        let path = |name: &&str| format!("apis/a/operations/{name}/policy.xml");
        names.iter().map(path).collect()
    };
    for (wsdl, folders, expected) in [
        (
            &sound,
            policies(&[]),
            &[
                "POST /?soapAction=urn:a/Add Add",
                "POST /?soapAction=urn:a/Get Get",
                "POST /?soapAction=urn:a/Del Del",
            ][..],
        ),
        (
            &sound,
            // In the order of the WSDL: the counter goes on from 0 behind its end.
            policies(&[
                "689ba478b949c30e5cfffffe",
                "689ba478b949c30e5cffffff",
                "689ba479b949c30e5c000000",
            ]),
            &[
                "POST /?soapAction=urn:a/Add 689ba478b949c30e5cfffffe policy",
                "POST /?soapAction=urn:a/Get 689ba478b949c30e5cffffff policy",
                "POST /?soapAction=urn:a/Del 689ba479b949c30e5c000000 policy",
            ],
        ),
        (
            &sound,
            policies(&["Get", "del"]),
            &[
                "POST /?soapAction=urn:a/Add Add",
                "POST /?soapAction=urn:a/Get Get policy",
                "POST /?soapAction=urn:a/Del del policy",
            ],
        ),
    ] {
        let mut files = vec![
            ("apis/a/apiInformation.json", soap.as_str()),
            ("apis/a/specification.wsdl", wsdl),
        ];
        files.extend(folders.iter().map(|path| (path.as_str(), "<policies />")));
        assert_eq!(operations(&check(&files, "")), expected);
    }
}

#[test]
fn what_describes_an_operation_takes_the_place_of_the_wsdls() {
    let id = "68aa00000000000000000007";
    let (information, policy) = (
        format!("apis/a/operations/{id}/operationInformation.json"),
        format!("apis/a/operations/{id}/policy.xml"),
    );
    let catalog = check(
        &[
            ("apis/a/apiInformation.json", &api(r#", "type": "soap""#)),
            (
                "apis/a/specification.wsdl",
                &wsdl(&[("Add", "urn:a/Add"), ("Get", "urn:a/Get")]),
            ),
            (
                &information,
                r#"{"properties": {"displayName": "Get", "method": "POST", "urlTemplate": "/?soapAction=urn:a/Get"}}"#,
            ),
            (&policy, "<policies />"),
        ],
        "",
    );
    assert_eq!(
        operations(&catalog),
        [
            "POST /?soapAction=urn:a/Add Add",
            "POST /?soapAction=urn:a/Get 68aa00000000000000000007 policy"
        ]
    );
}

#[test]
fn a_policy_of_an_operation_that_nobody_can_tell_is_an_error() {
    let soap = api(r#", "type": "soap""#);
    let sound = wsdl(&[("Add", "urn:a/Add"), ("Get", "urn:a/Get")]);
    for folders in [
        &["689ba478b949c30e5cda2111"][..],
        &["689ba478b949c30e5cda2111", "689ba478b949c30e5cda2119"],
    ] {
        let paths: Vec<String> = folders
            .iter()
            .map(|name| format!("apis/a/operations/{name}/policy.xml"))
            .collect();
        let mut files = vec![
            ("apis/a/apiInformation.json", soap.as_str()),
            ("apis/a/specification.wsdl", &sound),
        ];
        files.extend(paths.iter().map(|path| (path.as_str(), "<policies />")));
        let (_, found) = load_files(&files, &Given::default());
        assert_eq!(found.matches("error TG1210").count(), folders.len(), "{found}");
        assert!(found.contains("describe it in `operationInformation.json`"), "{found}");
    }
}

#[test]
fn numbers_truth_values_and_times_may_be_written_in_other_ways() {
    let catalog = check(
        &[
            (
                "apis/a/apiInformation.json",
                &api(r#", "subscriptionRequired": "False", "apiRevision": 2"#),
            ),
            ("apis/a/specification.yaml", DESCRIPTION),
            (
                "backends/b/backendInformation.json",
                r#"{"properties": {"url": "http://b.test", "tls": {"validateCertificateChain": "false"}, "circuitBreaker": {"rules": [
                    {"failureCondition": {"count": "3", "interval": "PT1M"}, "tripDuration": "PT1M"}]}}}"#,
            ),
            (
                "subscriptions/s/subscriptionInformation.json",
                r#"{"properties": {"scope": "/apis", "primaryKey": "0123456789abcdef", "startDate": "1970-01-02T00:00:01.5",
                    "expirationDate": "1970-01-03", "createdDate": ""}}"#,
            ),
        ],
        "",
    );
    let api = &catalog.apis[0];
    assert_eq!((api.subscription_required, &*api.revision), (false, "2"));
    let backend = &catalog.backends["b"];
    let count = backend
        .circuit_breaker
        .as_ref()
        .map(|breaker| format!("{:?}", breaker.threshold));
    assert_eq!(
        (backend.validate_certificate_chain, count.as_deref()),
        (false, Some("Count(3)"))
    );
    let subscription = &catalog.subscriptions["s"];
    let seconds = |time: Option<std::time::SystemTime>| {
        time.map(|time| time.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64())
    };
    let (start, end) = (seconds(subscription.start_date), seconds(subscription.expiration_date));
    assert_eq!((start, end), (Some(86_401.5), Some(172_800.0)));
    assert_eq!(subscription.created_date, None);
}

#[test]
fn links_find_what_they_mean_in_any_letter_case() {
    let catalog = check(
        &[
            ("apis/a/apiInformation.json", &api("")),
            ("apis/a/specification.yaml", DESCRIPTION),
            (
                "products/p/productInformation.json",
                r#"{"properties": {"displayName": "P"}}"#,
            ),
            ("products/p/apis/A/productApiInformation.json", "{}"),
            (
                "products/q/productInformation.json",
                r#"{"properties": {"displayName": "Q"}}"#,
            ),
            ("products/q/apis.json", r#"["A"]"#),
        ],
        "",
    );
    assert_eq!(catalog.apis[0].products, ["p", "q"]);
}

#[test]
fn all_that_is_wrong_with_a_breaker_is_told() {
    check(
        &[(
            "backends/b/backendInformation.json",
            r#"{"properties": {"url": "http://b.test", "circuitBreaker": {"rules": [
{"failureCondition": {"count": "few", "interval": "soon",
"statusCodeRanges": [{"min": 600, "max": 599}]},
"tripDuration": "ten", "acceptRetryAfter": 1}]}}}"#,
        )],
        r#"
backends/b/backendInformation.json:2:32 error TG1010: `count` must be a whole number from 0 on, found a string
backends/b/backendInformation.json:2:51 error TG1011: `interval` must be a duration such as `PT1M` or `P1D`, found "soon"
backends/b/backendInformation.json:3:22 error TG1011: a range of status codes needs a `min` and a `max` not below it
backends/b/backendInformation.json:4:17 error TG1011: `tripDuration` must be a duration such as `PT1M` or `P1D`, found "ten"
backends/b/backendInformation.json:4:44 error TG1010: `acceptRetryAfter` must be `true` or `false`, found a number
"#,
    );
}

#[test]
fn policies_where_none_are_read_are_told() {
    check(
        &[
            ("apis/a/apiInformation.json", &api("")),
            ("apis/a/specification.yaml", DESCRIPTION),
            ("apis/a/policies/policy.xml", "<policies />"),
            ("policies/policy.xml", "<policies />"),
        ],
        "
apis/a/policies:1:1 warning TG1012: this folder is not read: policies in it have no effect
  help: the document stands beside this folder, as `policy.xml`
policies:1:1 warning TG1012: this folder is not read: policies in it have no effect
  help: the document stands beside this folder, as `policy.xml`
",
    );
}

#[test]
fn credentials_that_no_request_can_carry_are_told_and_not_shown() {
    check(
        &[
            (
                "backends/b/backendInformation.json",
                r#"{"properties": {"url": "http://b.test", "credentials": {
"header": {"bad name": ["x"], "X-Key": ["a\nb", "schön", "good"]},
"authorization": {"scheme": "Bearer", "parameter": "{{token}}\r\n"}}}}"#,
            ),
            (
                "named values/token/namedValueInformation.json",
                r#"{"properties": {"displayName": "token", "value": "t"}}"#,
            ),
        ],
        r#"
backends/b/backendInformation.json:2:12 error TG1011: "bad name" is no name of a header
backends/b/backendInformation.json:2:41 error TG1011: `X-Key` must be the value of a header: one line of ASCII characters
backends/b/backendInformation.json:2:49 error TG1011: `X-Key` must be the value of a header: one line of ASCII characters
backends/b/backendInformation.json:3:52 error TG1011: `parameter` must be the value of a header: one line of ASCII characters
"#,
    );
}

#[test]
fn what_hides_behind_something_else_is_told() {
    let catalog = check(
        &[
            ("apis/a/apiInformation.json", &api("")),
            (
                "apis/a/specification.yaml",
                "openapi: 3.0.1\npaths:\n  /a/{x}:\n    get: {operationId: one, responses: {}}\n  /A/{y}:\n    get: {operationId: two, responses: {}}\n    put: {operationId: three, responses: {}}\n  /a/{*rest}:\n    get: {operationId: four, responses: {}}\n",
            ),
            ("apis/a/specification.json", "{"),
        ],
        r"
apis/a/specification.json:1:1 warning TG1015: `specification.yaml` beside it is read: this file has no effect
apis/a/specification.yaml:6:5 warning TG1203: requests that this operation is for are all those of `one`, whose template is /a/{x}
",
    );
    assert_eq!(catalog.apis[0].operations.len(), 4);
}

#[test]
fn host_names_may_stand_for_all_of_a_domain() {
    let hostname = |name: &str| format!(r#"{{"properties": {{"hostname": "{name}"}}}}"#);
    let catalog = check(
        &[
            ("apis/a/apiInformation.json", &api("")),
            ("apis/a/specification.yaml", DESCRIPTION),
            ("gateways/g/gatewayInformation.json", r#"{"properties": {}}"#),
            ("gateways/g/apis.json", r#"["a"]"#),
            (
                "gateways/g/hostnameConfigurations/one/hostnameConfigurationInformation.json",
                &hostname("*.A.test"),
            ),
            (
                "gateways/g/hostnameConfigurations/two/hostnameConfigurationInformation.json",
                &hostname("a*.test"),
            ),
        ],
        r#"
gateways/g/hostnameConfigurations/two/hostnameConfigurationInformation.json:1:29 error TG1011: `hostname` must be a host name without scheme, port or path, `*.` before a domain, or `*`, found "a*.test"
"#,
    );
    assert_eq!(catalog.apis[0].hosts[0], "*.a.test");
}

#[test]
fn addresses_that_no_request_can_be_sent_to_are_told() {
    for (url, expected) in [
        ("http://b.test:65535/a?b=c", None),
        ("http://[::1]", None),
        ("http://[::1]:80/", None),
        ("http://u:p@b.test:80", None),
        ("http://b.test:", None),
        (
            "http://b.test/#f",
            Some("must have no fragment (`#…`), in which paths would end"),
        ),
        ("http://b.test:65536", Some("must have a port up to 65535, if any")),
        ("http://b.test:x/", Some("must have a port up to 65535, if any")),
        (
            "http://bücher.test",
            Some("must be ASCII: `xn--…` for such a host, `%…` for other characters"),
        ),
    ] {
        let backend = format!(r#"{{"properties": {{"url": "{url}"}}}}"#);
        let expected = expected.map_or_else(String::new, |expected| {
            format!("backends/b/backendInformation.json:1:24 error TG1011: `url` {expected}, found \"{url}\"")
        });
        check(&[("backends/b/backendInformation.json", &backend)], &expected);
    }
}
