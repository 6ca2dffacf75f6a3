//! Which API and operation requests call, as tables.

use super::*;
use catalog::{ApiVersion, Operation};
use proptest::prelude::*;

/// An API from `path`, `path;rev=n`, and operations as `METHOD /template` whose ids are what is written.
fn api(id: &str, path: &str, operations: &[&str]) -> Api {
    let operation = |written: &&str| {
        let (method, template) = written.split_once(' ').unwrap();
        Arc::new(Operation {
            id: (*written).into(),
            name: "".into(),
            method: method.into(),
            url_template: template.into(),
            responses: Box::default(),
            described: None,
            policy: None,
        })
    };
    Api {
        id: id.into(),
        name: id.into(),
        kind: ApiKind::Http,
        path: path.into(),
        protocols: Vec::new(),
        service_url: None,
        revision: "1".into(),
        is_current: true,
        is_online: true,
        version: None,
        subscription_required: false,
        subscription_key_header: String::new(),
        subscription_key_query: String::new(),
        graphql_schema: None,
        wsdl: None,
        resolvers: Vec::new(),
        hosts: Vec::new(),
        operations: operations.iter().map(operation).collect(),
        policy: None,
        products: Vec::new(),
    }
}

fn router(apis: Vec<Api>) -> Router {
    let catalog = Catalog {
        apis: apis.into_iter().map(Arc::new).collect(),
        ..Catalog::default()
    };
    Router::of(
        &catalog,
        &Entities::of(&catalog, |_| None),
        &Metrics::new(1),
        &Router::default(),
    )
}

/// What `METHOD target` finds: `api operation name=value … below`, or `-`.
fn found(router: &Router, authority: &str, request: &str, headers: &HeaderMap) -> String {
    let (method, target) = request.split_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let address = Address {
        authority,
        path,
        query,
        method,
        headers,
        scheme: None,
    };
    let Some(called) = router.find(&address) else {
        return "-".into();
    };
    let operation = called
        .operation
        .map_or("-".into(), |operation| operation.catalog.id.clone());
    let parameters: String = called
        .parameters
        .iter()
        .fold(String::new(), |all, (name, value)| all + &format!(" {name}={value}"));
    format!(
        "{} {operation}{parameters} {}",
        called.api.catalog.id,
        &path[called.below..]
    )
}

#[track_caller]
fn check(router: &Router, request: &str, expected: &str) {
    assert_eq!(
        found(router, "gateway.test", request, &HeaderMap::new()),
        expected,
        "{request}"
    );
}

#[test]
fn operations_by_method_and_template() {
    let router = router(vec![api(
        "shop",
        "shop",
        &[
            "GET /",
            "GET /orders",
            "GET /orders/{id}",
            "GET /orders/new",
            "POST /orders/{id}",
            "DELETE /orders/{order}/lines/{line}",
            "GET /orders/{id}.{format}",
            "GET /orders/{id}/{*rest}",
            "GET /Reports/Daily",
            "GET /search?q={q}",
            "GET /search?q={q}&page={page}",
            "GET /search?kind=all",
            "* /any/{x}",
            "GET /any/{x}",
            "GET /files/*",
            "GET /files/{name}",
            "GET /sp%20ace/{x}",
        ],
    )]);
    for (request, expected) in [
        ("GET /shop", "shop GET / "),
        ("GET /shop/", "shop GET / /"),
        ("GET /shop/orders", "shop GET /orders /orders"),
        ("GET /shop/orders/", "shop GET /orders /orders/"),
        ("GET /SHOP/Orders/NEW", "shop GET /orders/new /Orders/NEW"),
        ("GET /shop/orders/7", "shop GET /orders/{id} id=7 /orders/7"),
        ("POST /shop/orders/new", "shop POST /orders/{id} id=new /orders/new"),
        (
            "GET /shop/orders/7.json",
            "shop GET /orders/{id}.{format} id=7 format=json /orders/7.json",
        ),
        (
            "GET /shop/orders/7.json/",
            "shop GET /orders/{id}.{format} id=7 format=json /orders/7.json/",
        ),
        (
            "DELETE /shop/orders/7/lines/8",
            "shop DELETE /orders/{order}/lines/{line} order=7 line=8 /orders/7/lines/8",
        ),
        (
            "GET /shop/orders/7/a/b%2Fc",
            "shop GET /orders/{id}/{*rest} id=7 rest=a/b/c /orders/7/a/b%2Fc",
        ),
        ("GET /shop/any/a%2Fb", "shop GET /any/{x} x=a/b /any/a%2Fb"),
        ("GET /shop/orders/%C3%B1", "shop GET /orders/{id} id=ñ /orders/%C3%B1"),
        ("GET /shop/%6Frders", "shop GET /orders /%6Frders"),
        ("HEAD /shop/orders/7", "-"),
        ("GET /shop/reports/daily", "shop GET /Reports/Daily /reports/daily"),
        ("GET /shop/search?q=a+b", "shop GET /search?q={q} q=a b /search"),
        (
            "GET /shop/search?page=2&q=%41",
            "shop GET /search?q={q}&page={page} q=A page=2 /search",
        ),
        ("GET /shop/search?kind=all", "shop GET /search?kind=all /search"),
        ("GET /shop/search?kind=some", "-"),
        ("GET /shop/any/1", "shop GET /any/{x} x=1 /any/1"),
        ("PURGE /shop/any/1", "shop * /any/{x} x=1 /any/1"),
        ("GET /shop/files/a", "shop GET /files/{name} name=a /files/a"),
        ("GET /shop/files/a/b", "shop GET /files/* /files/a/b"),
        ("GET /shop/files", "shop GET /files/* /files"),
        ("GET /shop/sp%20ace/1", "shop GET /sp%20ace/{x} x=1 /sp%20ace/1"),
        ("PUT /shop/orders", "-"),
        ("GET /shop/orders//lines", "-"),
        ("GET /shop/nothing", "-"),
        ("GET /shopping", "-"),
        ("GET /", "-"),
        ("get /shop/orders", "-"),
    ] {
        check(&router, request, expected);
    }
}

#[test]
fn the_longest_path_wins_and_hosts_go_first() {
    let mut hosted = api("hosted", "a", &["GET /*"]);
    hosted.hosts = vec!["Own.Test".into()];
    let mut within = api("within", "a", &["GET /*"]);
    within.hosts = vec!["*.Own.Test".into()];
    let router = router(vec![
        within,
        api("root", "", &["GET /*"]),
        api("a", "a", &["GET /*"]),
        api("ab", "a/b", &["GET /only"]),
        hosted,
    ]);
    check(&router, "GET /x", "root GET /* /x");
    check(&router, "GET /", "root GET /* /");
    check(&router, "GET /a/x", "a GET /* /x");
    check(&router, "GET /A/b/only", "ab GET /only /only");
    check(&router, "GET /a/b/other", "-");
    for (authority, expected) in [
        ("own.test", "hosted GET /* /x"),
        ("OWN.test:8080", "hosted GET /* /x"),
        ("own.test.", "hosted GET /* /x"),
        ("x.own.test", "within GET /* /x"),
        ("X.y.own.test:80", "within GET /* /x"),
        ("badown.test", "a GET /* /x"),
        ("other.test", "a GET /* /x"),
        ("own.test.evil", "a GET /* /x"),
        ("[::1]:80", "a GET /* /x"),
    ] {
        assert_eq!(
            found(&router, authority, "GET /a/x", &HeaderMap::new()),
            expected,
            "{authority}"
        );
    }
    assert_eq!(
        found(&router, "own.test", "GET /x", &HeaderMap::new()),
        "root GET /* /x"
    );
}

#[test]
fn a_path_that_upstreams_could_take_for_another_operations_calls_none() {
    let mut second = api("second", "shop", &["GET /*"]);
    (second.revision, second.is_current) = ("2".into(), false);
    let router = router(vec![
        api("root", "", &["GET /*"]),
        api(
            "shop",
            "shop",
            &["GET /*", "GET /admin", "GET /{a}/secret", "POST /admin"],
        ),
        second,
    ]);
    for refused in [
        "//admin",
        "/admin//",
        "/admin;x",
        "/admin;x=1/",
        "/admin%3Bx",
        "/;x/admin",
        "/%2Fadmin",
        "/%2fadmin",
        "/admin%2F",
        "/\\admin",
        "/%5Cadmin",
        "/a%2Fb//secret",
        "/a%2Fsecret",
        "/admin;rev=2",
    ] {
        check(&router, &format!("GET /shop{refused}"), "-");
    }
    for refused in ["//shop/x", "/shop%2Fx", "/%2Fshop/x", "/shop;x/admin"] {
        check(&router, &format!("GET {refused}"), "-");
    }
    for served in ["//x", "/a;x", "/a%2Fb", "/a//b", "/a/;x", "/a\\b%5Cc"] {
        check(&router, &format!("GET /shop{served}"), &format!("shop GET /* {served}"));
    }
    check(&router, "GET /shop;rev=2/admin", "second GET /* /admin");
    check(&router, "GET /shop;rev=2//admin", "second GET /* //admin");
}

fn version(id: &str, name: &str, scheme: VersioningScheme) -> Api {
    Api {
        version: Some(ApiVersion {
            name: name.into(),
            scheme,
        }),
        ..api(id, "shop", &["GET /*"])
    }
}

#[test]
fn versions_by_segment() {
    let segment = || VersioningScheme::Segment;
    let mut second_revision = version("v2-rev2", "v2", segment());
    (second_revision.revision, second_revision.is_current) = ("2".into(), false);
    let router = router(vec![
        version("original", "", segment()),
        version("v1", "v1", segment()),
        version("v2", "v2", segment()),
        second_revision,
    ]);
    check(&router, "GET /shop/x", "original GET /* /x");
    check(&router, "GET /shop/v1/x", "v1 GET /* /x");
    check(&router, "GET /shop/V2/x", "v2 GET /* /x");
    check(&router, "GET /shop/v2", "v2 GET /* ");
    check(&router, "GET /shop/v2;rev=2/x", "v2-rev2 GET /* /x");
    check(&router, "GET /shop/v2;rev=1/x", "v2 GET /* /x");
    check(&router, "GET /shop/v3/x", "original GET /* /v3/x");
}

#[test]
fn versions_by_query_and_header() {
    let query = || VersioningScheme::Query("api-version".into());
    let by_query = router(vec![
        version("original", "", query()),
        version("new", "2024-01-01", query()),
    ]);
    check(&by_query, "GET /shop/x", "original GET /* /x");
    check(&by_query, "GET /shop/x?a=1&api-version=2024-01-01", "new GET /* /x");
    check(&by_query, "GET /shop/x?API-Version=2024-01-01", "new GET /* /x");
    check(&by_query, "GET /shop/x?api-version=1999", "-");
    let by_header = router(vec![version(
        "new",
        "v2",
        VersioningScheme::Header("Api-Version".into()),
    )]);
    check(&by_header, "GET /shop/x", "-");
    let headers = HeaderMap::from_iter([("api-version".parse().unwrap(), "V2".parse().unwrap())]);
    assert_eq!(found(&by_header, "a", "GET /shop/x", &headers), "new GET /* /x");
}

#[test]
fn revisions() {
    let revision = |number: &str, is_current, is_online| Api {
        revision: number.into(),
        is_current,
        is_online,
        ..api(&format!("rev{number}"), "shop", &["GET /x"])
    };
    let router = router(vec![
        revision("1", false, true),
        revision("2", true, true),
        revision("3", false, false),
        api("root", "", &["GET /x"]),
    ]);
    check(&router, "GET /shop/x", "rev2 GET /x /x");
    check(&router, "GET /shop;rev=1/x", "rev1 GET /x /x");
    check(&router, "GET /shop;rev=2/x", "rev2 GET /x /x");
    check(&router, "GET /shop;rev=3/x", "-");
    check(&router, "GET /shop;rev=9/x", "-");
    check(&router, "GET /shop;rev=/x", "-");
    check(&router, "GET /;rev=1/x", "root GET /x /x");
}

#[test]
fn apis_without_templates() {
    let socket = Api {
        kind: ApiKind::WebSocket,
        ..api("socket", "socket", &["GET /"])
    };
    let server = catalog::McpServer {
        backend_id: "server".into(),
        url: None,
        endpoint: "/mcp".into(),
    };
    let tools = Api {
        kind: ApiKind::Mcp(server),
        ..api("tools", "tools", &[])
    };
    let graph = Api {
        kind: ApiKind::GraphQl,
        ..api("graph", "graph", &[])
    };
    let router = router(vec![socket, tools, graph, api("empty", "empty", &[])]);
    check(&router, "GET /socket/room/1", "socket GET / /room/1");
    check(&router, "POST /socket/room/1", "-");
    check(&router, "POST /tools/mcp", "tools - /mcp");
    check(&router, "DELETE /Tools/MCP/", "tools - /MCP/");
    check(&router, "POST /tools", "-");
    check(&router, "POST /tools/mcp/x", "-");
    check(&router, "POST /graph", "graph - ");
    check(&router, "GET /empty", "-");
}

#[test]
fn soap_operations_by_action() {
    let operations = [
        "POST /?soapAction=http://tempuri.org/Add",
        "POST /?soapAction=http://tempuri.org/Get",
    ];
    let soap = Api {
        kind: ApiKind::Soap,
        ..api("soap", "soap", &operations)
    };
    let router = router(vec![soap]);
    for (action, expected) in [
        ("\"http://tempuri.org/Get\"", format!("soap {} ", operations[1])),
        ("http://tempuri.org/Add", format!("soap {} ", operations[0])),
        ("\"http://tempuri.org/Other\"", "-".into()),
        ("http://tempuri.org/Other&soapAction=http://tempuri.org/Add", "-".into()),
    ] {
        let headers = HeaderMap::from_iter([("soapaction".parse().unwrap(), action.parse().unwrap())]);
        assert_eq!(found(&router, "a", "POST /soap", &headers), expected, "{action}");
        let other = "POST /soap?soapAction=http://tempuri.org/Add";
        assert_eq!(
            found(&router, "a", other, &headers),
            expected,
            "{action} beside {other}"
        );
    }
    check(&router, "POST /soap", "-");
    let get = format!("soap {} ", operations[1]);
    for (content_type, expected) in [
        ("application/soap+xml; action=\"http://tempuri.org/Get\"", get.as_str()),
        (
            "Application/SOAP+XML;charset=\"a;b=c\" ; Action = http://tempuri.org/Get ; x=1",
            &get,
        ),
        (
            "application/soap+xml; charset=utf-8",
            &format!("soap {} ", operations[0]),
        ),
        ("application/soap+xml; charset", &format!("soap {} ", operations[0])),
        (
            "text/xml; action=http://tempuri.org/Get",
            &format!("soap {} ", operations[0]),
        ),
    ] {
        let headers = HeaderMap::from_iter([
            ("content-type".parse().unwrap(), content_type.parse().unwrap()),
            ("soapaction".parse().unwrap(), "http://tempuri.org/Add".parse().unwrap()),
        ]);
        assert_eq!(found(&router, "a", "POST /soap", &headers), expected, "{content_type}");
    }
}

#[test]
fn an_api_answers_by_its_protocols() {
    for (protocols, by_http, by_https) in [
        (&[][..], true, true),
        (&["https"], false, true),
        (&["http"], true, false),
        (&["http", "https"], true, true),
        (&["wss"], false, true),
        (&["ws", "wss"], true, true),
    ] {
        let mut only = api("a", "a", &["GET /"]);
        only.protocols = protocols.iter().map(|&protocol| protocol.into()).collect();
        // The shorter path is another API's: its requests are none of this one's.
        let router = router(vec![only, api("root", "", &["GET /a"])]);
        let headers = HeaderMap::new();
        for (scheme, expected) in [(None, true), (Some("http"), by_http), (Some("https"), by_https)] {
            let called = router.find(&Address {
                authority: "a",
                path: "/a",
                query: "",
                method: "GET",
                headers: &headers,
                scheme,
            });
            assert_eq!(called.is_some(), expected, "{protocols:?} {scheme:?}");
        }
    }
}

proptest! {
    #[test]
    fn no_target_makes_it_panic(path in ".{0,60}", query in ".{0,20}", authority in ".{0,12}") {
        let router = router(vec![
            api("a", "a", &["GET /{x}/{y}-{z}/{*rest}", "GET /b/*"]),
            version("v", "v1", VersioningScheme::Segment),
        ]);
        for path in [path.clone(), format!("/a/{path}"), format!("/shop/{path}")] {
            let headers = HeaderMap::new();
            router.find(&Address { authority: &authority, path: &path, query: &query, method: "GET", headers: &headers, scheme: None });
        }
    }
}
