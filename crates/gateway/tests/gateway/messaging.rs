//! Messages that policies send to the Dapr runtime and to Service Bus, which are real servers here.

use crate::support::{Upstream, api, catalog, fetch, full, request, start_with, text};
use catalog::{Api, PolicyText};
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use policy::IdentitySource;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// What the server was sent for these policies, a line each.
async fn sent(policies: &str, status: u16) -> (StatusCode, Vec<String>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let keeps = Arc::clone(&heard);
    let server = Upstream::http(move |request: Request<Incoming>| {
        let heard = Arc::clone(&keeps);
        async move {
            let (parts, body) = request.into_parts();
            let authorization = parts
                .headers
                .get("authorization")
                .map(|value| value.to_str().unwrap().to_owned());
            let body = body.collect().await.unwrap().to_bytes();
            let body = String::from_utf8_lossy(&body).into_owned();
            let line = format!(
                "{} {} {} {body}",
                parts.method,
                parts.uri,
                authorization.unwrap_or_default()
            );
            heard.lock().unwrap().push(line);
            let mut response = text("{}");
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            response
        }
    })
    .await;
    let document = format!("<policies><inbound>{policies}<return-response /></inbound></policies>");
    let catalog = catalog(vec![Api {
        policy: Some(Arc::new(PolicyText {
            source: diagnostic::Source::new("policy.xml", document),
        })),
        ..api("echo", server.address)
    }]);
    let token = Path::new(env!("CARGO_TARGET_TMPDIR")).join("messaging.token");
    std::fs::write(&token, "t0k3n").unwrap();
    let url = format!("http://{}", server.address);
    let gateway = start_with(catalog, |config| {
        config.dapr = Some(url.clone());
        config.service_bus = Some(url);
        config.identity = Arc::new(IdentitySource::File(token));
    });
    let (status, _) = fetch(&gateway, request("POST", "/echo/x", full("{\"a\":1}"))).await;
    let heard = heard.lock().unwrap().clone();
    (status, heard)
}

const BODY: &str = "@(context.Request.Body.As<string>(true))";

#[tokio::test]
async fn messages_arrive() {
    for (policies, expected) in [
        (
            format!("<publish-to-dapr pubsub-name='orders' topic='new'>{BODY}</publish-to-dapr>"),
            r#"POST /v1.0/publish/orders/new  {"a":1}"#,
        ),
        (
            format!("<invoke-dapr-binding name='mail' operation='create'><data>{BODY}</data></invoke-dapr-binding>"),
            r#"POST /v1.0/bindings/mail  {"operation":"create","data":{"a":1}}"#,
        ),
        (
            format!(
                "<send-service-bus-message queue-name='q' namespace='ns'><payload>{BODY}</payload>\
                 </send-service-bus-message>"
            ),
            r#"POST /q/messages Bearer t0k3n [{"Body":"{\"a\":1}"}]"#,
        ),
    ] {
        assert_eq!(sent(&policies, 201).await, (StatusCode::OK, vec![expected.to_owned()]));
        assert_eq!(sent(&policies, 500).await.0, StatusCode::INTERNAL_SERVER_ERROR);
    }
}
