//! The sample gateway in this repository loads without a word, and says what it is meant to say.

use catalog::{ApiKind, ProcessEnvironment, SubscriptionScope, load};
use std::path::Path;

#[test]
fn the_sample_gateway_loads_without_a_word() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/gateway");
    let (catalog, diagnostics) = load(&folder, &ProcessEnvironment);
    assert_eq!(diagnostic::render(&diagnostics), "");

    let apis: Vec<&str> = catalog.apis.iter().map(|api| api.id.as_str()).collect();
    assert_eq!(apis, ["learn", "learn-allowlist", "learn-denylist", "orders", "tools"]);
    assert_eq!(catalog.products["starter"].apis, apis);
    assert!(
        catalog
            .apis
            .iter()
            .all(|api| api.subscription_required && api.products == ["starter"])
    );

    let ApiKind::Mcp(learn) = &catalog.api("learn").unwrap().kind else {
        panic!("learn is no MCP API")
    };
    assert_eq!((learn.backend_id.as_str(), learn.endpoint.as_str()), ("learn", "/mcp"));
    let orders = &catalog.api("orders").unwrap().operations;
    let orders: Vec<String> = orders
        .iter()
        .map(|one| format!("{} {}", one.method, one.url_template))
        .collect();
    assert_eq!(orders, ["GET /orders", "POST /orders", "GET /orders/{id}"]);

    for key in ["sample-primary-key-0001", "sample-secondary-key-0001"] {
        let subscription = catalog.subscription_by_key(key).unwrap();
        assert_eq!(subscription.scope, SubscriptionScope::Product("starter".to_owned()));
    }
    let limit = catalog.api("orders").unwrap().policy.as_ref().unwrap();
    assert!(limit.source.text().contains("calls=\"5\""));
}
