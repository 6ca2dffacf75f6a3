//! Who may call, and what those hear who may not.

use crate::support::{Client, Upstream, api, body_of, catalog, fetch, full, get, request, start, text};
use catalog::{Api, Catalog, KeyDigest, Product, Subscription, SubscriptionScope, SubscriptionState};
use gateway::Running;
use http::{HeaderValue, StatusCode};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

fn subscription(key: &str, scope: SubscriptionScope) -> Subscription {
    Subscription {
        id: key.into(),
        name: key.into(),
        scope,
        state: SubscriptionState::Active,
        start_date: None,
        expiration_date: None,
        created_date: None,
        owner_id: None,
        keys: vec![KeyDigest::of(key), KeyDigest::of(&format!("{key}-2"))],
    }
}

fn product(id: &str, subscription_required: bool, apis: &[&str]) -> (String, Arc<Product>) {
    let product = Product {
        id: id.into(),
        name: id.into(),
        subscription_required,
        approval_required: false,
        subscriptions_limit: None,
        published: true,
        apis: apis.iter().map(|&api| api.to_owned()).collect(),
        groups: Vec::new(),
        policy: None,
    };
    (id.into(), Arc::new(product))
}

/// `closed`, `opened` (in an open product) and `other` need a key; `free` does not.
fn doors(upstream: &Upstream) -> Catalog {
    let closed = |path: &str| Api {
        subscription_required: true,
        ..api(path, upstream.address)
    };
    let mut catalog = catalog(vec![
        closed("closed"),
        closed("opened"),
        closed("other"),
        api("free", upstream.address),
    ]);
    catalog.products = [
        product("gold", true, &["closed"]),
        product("public", false, &["opened"]),
    ]
    .into();
    let hour = Duration::from_hours(1);
    let all = || SubscriptionScope::AllApis;
    for subscription in [
        subscription("product", SubscriptionScope::Product("gold".into())),
        subscription("api", SubscriptionScope::Api("closed".into())),
        subscription("all", all()),
        Subscription {
            state: SubscriptionState::Suspended,
            ..subscription("suspended", all())
        },
        Subscription {
            expiration_date: Some(SystemTime::now() - hour),
            ..subscription("expired", all())
        },
        Subscription {
            expiration_date: Some(SystemTime::now() + hour),
            ..subscription("expiring", all())
        },
        Subscription {
            start_date: Some(SystemTime::now() + hour),
            ..subscription("early", all())
        },
    ] {
        catalog.add_subscription(subscription);
    }
    catalog
}

async fn status(gateway: &Running, path: &str, key: &str) -> u16 {
    let mut wanted = get(path);
    if !key.is_empty() {
        wanted
            .headers_mut()
            .insert("ocp-apim-subscription-key", key.parse::<HeaderValue>().unwrap());
    }
    fetch(gateway, wanted).await.0.as_u16()
}

#[tokio::test]
async fn keys_open_what_their_scope_covers() {
    let upstream = Upstream::http(|_| async { text("ok") }).await;
    let gateway = start(doors(&upstream));
    for (key, closed, opened, other, free) in [
        ("", 401, 200, 401, 200),
        ("product", 200, 401, 401, 401),
        ("product-2", 200, 401, 401, 401),
        ("api", 200, 401, 401, 401),
        ("all", 200, 200, 200, 200),
        ("all-2", 200, 200, 200, 200),
        ("suspended", 401, 401, 401, 401),
        ("expired", 401, 401, 401, 401),
        ("expiring", 200, 200, 200, 200),
        ("early", 401, 401, 401, 401),
        ("unknown", 401, 401, 401, 401),
    ] {
        let mut found = Vec::new();
        for path in ["/closed", "/opened", "/other", "/free"] {
            found.push(status(&gateway, path, key).await);
        }
        assert_eq!(found, [closed, opened, other, free], "{key}");
    }
}

#[tokio::test]
async fn the_header_goes_before_the_query_and_neither_is_stripped() {
    let upstream = Upstream::http(|request| async move {
        let key = request.headers().get("ocp-apim-subscription-key").cloned();
        text(&format!("{} {key:?}", request.uri()))
    })
    .await;
    let gateway = start(doors(&upstream));
    assert_eq!(status(&gateway, "/closed?subscription-key=all", "").await, 200);
    assert_eq!(status(&gateway, "/closed?a=1&subscription-key=al%6C", "").await, 200);
    assert_eq!(status(&gateway, "/closed?subscription-key=all", "unknown").await, 401);
    assert_eq!(status(&gateway, "/closed?subscription-key=unknown", "all").await, 200);
    let mut wanted = get("/closed?subscription-key=all");
    wanted
        .headers_mut()
        .insert("ocp-apim-subscription-key", HeaderValue::from_static("all"));
    assert_eq!(fetch(&gateway, wanted).await.1, "/?subscription-key=all Some(\"all\")");
}

#[tokio::test]
async fn an_empty_key_is_none() {
    let upstream = Upstream::http(|_| async { text("ok") }).await;
    let gateway = start(doors(&upstream));
    for (path, status, message) in [
        ("/free", 200, "ok"),
        ("/closed?subscription-key=all", 200, "ok"),
        ("/closed", 401, "missing subscription key"),
        ("/closed?subscription-key=", 401, "missing subscription key"),
    ] {
        let mut wanted = get(path);
        wanted
            .headers_mut()
            .insert("ocp-apim-subscription-key", HeaderValue::from_static(""));
        let (found, body) = fetch(&gateway, wanted).await;
        assert_eq!(found.as_u16(), status, "{path}");
        assert!(body.contains(message), "{path}: {body}");
    }
}

#[tokio::test]
async fn refusals_read_as_apims_do() {
    let upstream = Upstream::http(|_| async { text("ok") }).await;
    let gateway = start(doors(&upstream));
    for (path, status, message) in [
        ("/nothing/here", 404, "Resource not found"),
        (
            "/closed",
            401,
            "Access denied due to missing subscription key. Make sure to include subscription key when making requests \
             to an API.",
        ),
        (
            "/closed?subscription-key=wrong",
            401,
            "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.",
        ),
    ] {
        let response = Client::connect(&gateway).await.send(get(path)).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{path}");
        assert_eq!(response.headers()["content-type"], "application/json", "{path}");
        assert!(response.headers().contains_key("date"), "{path}");
        let challenge = response.headers().get("www-authenticate").map(HeaderValue::as_bytes);
        let expected: &[u8] = br#"AzureApiManagementKey realm="http://gateway.test/closed",name="Ocp-Apim-Subscription-Key",type="header""#;
        assert_eq!(challenge, (status == 401).then_some(expected), "{path}");
        let expected = format!("{{ \"statusCode\": {status}, \"message\": \"{message}\" }}");
        assert_eq!(body_of(response).await, expected, "{path}");
    }
    assert_eq!(upstream.connections(), 0);
}

#[tokio::test]
async fn probes_need_no_key_and_metrics_are_the_operators() {
    let upstream = Upstream::http(|_| async { text("ok") }).await;
    let gateway = start(doors(&upstream));
    for probe in ["/status-0123456789abcdef", "/status-012345678990abcdef"] {
        assert_eq!(fetch(&gateway, get(probe)).await.0, StatusCode::OK, "{probe}");
    }
    assert_eq!(fetch(&gateway, get("/metrics")).await.0, StatusCode::NOT_FOUND);
    fetch(&gateway, get("/free")).await;
    let stream = tokio::net::TcpStream::connect(gateway.admin_address().unwrap())
        .await
        .unwrap();
    let (mut admin, connection) = hyper::client::conn::http1::handshake(hyper_util::rt::TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let response = admin.send_request(get("/metrics")).await.unwrap();
    let metrics = body_of(response).await;
    for line in [
        "tollgate_requests_total{api=\"\",status=\"4xx\"} 1",
        "tollgate_requests_total{api=\"free\",status=\"2xx\"} 1",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}\n{metrics}");
    }
}

#[tokio::test]
async fn a_browser_may_ask_without_a_key_whether_it_may_ask() {
    let upstream = Upstream::http(|_| async { text("ok") }).await;
    let mut catalog = doors(&upstream);
    let policy = "<policies><inbound><cors allow-credentials=\"false\"><allowed-origins><origin>https://app.test</origin>\
        </allowed-origins><allowed-methods><method>POST</method></allowed-methods></cors></inbound>\
        <backend><base /></backend><outbound /><on-error /></policies>";
    let source = diagnostic::Source::new("policy.xml", policy);
    let closed = Arc::get_mut(&mut catalog.apis[0]).unwrap();
    closed.policy = Some(Arc::new(catalog::PolicyText { source }));
    let gateway = start(catalog);
    for (path, method, status, allowed) in [
        ("/closed/x", "POST", 200, Some("https://app.test")),
        ("/closed/x", "BREW", 404, None),
        ("/other/x", "POST", 404, None),
        ("/nowhere", "POST", 404, None),
    ] {
        let mut wanted = request("OPTIONS", path, full(""));
        wanted
            .headers_mut()
            .insert("origin", HeaderValue::from_static("https://app.test"));
        wanted
            .headers_mut()
            .insert("access-control-request-method", HeaderValue::from_static(method));
        let response = Client::connect(&gateway).await.send(wanted).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{path} {method}");
        let origin = response
            .headers()
            .get("access-control-allow-origin")
            .map(|origin| origin.to_str().unwrap());
        assert_eq!(origin, allowed, "{path} {method}");
    }
    assert_eq!(upstream.connections(), 0);
}
