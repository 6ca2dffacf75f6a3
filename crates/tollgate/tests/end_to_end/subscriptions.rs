//! Who gets in: APIM's rules for subscription keys, and its very words for those who do not.

use crate::support::artifacts::{Artifacts, document};
use crate::support::client::{self, Connection, request};
use crate::support::gateway::Gateway;
use crate::support::patience::within;
use crate::support::upstream::{Upstream, full};
use http::Response;

const MISSING: &str = r#"{ "statusCode": 401, "message": "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API." }"#;
const INVALID: &str = r#"{ "statusCode": 401, "message": "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription." }"#;
const NOT_FOUND: &str = r#"{ "statusCode": 404, "message": "Resource not found" }"#;

/// The header and the query parameter that carry a key unless an API says otherwise.
const HEADER: &str = "ocp-apim-subscription-key";

/// A folder with APIs of each kind, a product, and subscriptions of each scope and state.
fn folder(upstream: &str) -> Artifacts {
    let folder = Artifacts::passing("open", upstream);
    folder.write_api("keyed", upstream, r#""subscriptionRequired": true"#);
    folder.write_api("other", upstream, r#""subscriptionRequired": true"#);
    let custom =
        r#""subscriptionRequired": true, "subscriptionKeyParameterNames": {"header": "api-key", "query": "key"}"#;
    folder.write_api("custom", upstream, custom);
    folder.write(
        "products/starter/productInformation.json",
        r#"{"properties": {"displayName": "Starter", "subscriptionRequired": true, "state": "published"}}"#,
    );
    folder.write("products/starter/apis/keyed/productApiInformation.json", "{}");
    let product = r#"<set-header name="X-Product"><value>@(context.Product.Name)</value></set-header>"#;
    folder.write("products/starter/policy.xml", &document(&[("outbound", product)]));
    for (name, scope, more) in [
        ("everything", "/apis", r#""state": "active""#),
        ("one-api", "/apis/keyed", r#""state": "active""#),
        ("one-product", "/products/starter", r#""state": "active""#),
        ("suspended", "/apis", r#""state": "suspended""#),
        ("submitted", "/apis", r#""state": "submitted""#),
        ("rejected", "/apis", r#""state": "rejected""#),
        ("cancelled", "/apis", r#""state": "cancelled""#),
        ("expired", "/apis", r#""state": "expired""#),
        (
            "run-out",
            "/apis",
            r#""state": "active", "expirationDate": "2020-01-31T00:00:00Z""#,
        ),
        (
            "not-yet",
            "/apis",
            r#""state": "active", "startDate": "2999-01-31T00:00:00Z""#,
        ),
        (
            "running",
            "/apis",
            r#""state": "active", "startDate": "2020-01-31T00:00:00Z", "expirationDate": "2999-01-31T00:00:00Z""#,
        ),
    ] {
        let information = format!(
            r#"{{"properties": {{"displayName": "{name}", "scope": "{scope}", {more},
                "primaryKey": "{name}-primary-0123456789", "secondaryKey": "{name}-secondary-0123456789"}}}}"#
        );
        folder.write(
            &format!("subscriptions/{name}/subscriptionInformation.json"),
            &information,
        );
    }
    folder
}

/// What comes of a request.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    /// It gets through.
    Through,
    /// It gets through under a product.
    Under(&'static str),
    /// It is answered with this body.
    Refused(u16, &'static str),
}

use Outcome::{Refused, Through, Under};

/// Target, headers, and what comes of it.
type Row = (&'static str, &'static [(&'static str, &'static str)], Outcome);

async fn check(rows: &[Row]) {
    let upstream = Upstream::answering(|_| async { Response::new(full("through")) }).await;
    let folder = folder(&upstream.url);
    let gateway = Gateway::serve(&folder).await;
    for (target, headers, outcome) in rows {
        let answer = client::get_with(gateway.address, target, headers).await;
        let context = format!("{target} {headers:?}: {answer:?}");
        match *outcome {
            Through => assert_eq!(
                (&*answer.text(), answer.header("x-product")),
                ("through", ""),
                "{context}"
            ),
            Under(product) => assert_eq!(
                (&*answer.text(), answer.header("x-product")),
                ("through", product),
                "{context}"
            ),
            Refused(status, body) => {
                assert_eq!((answer.status.as_u16(), &*answer.text()), (status, body), "{context}");
                assert_eq!(answer.header("content-type"), "application/json", "{context}");
            }
        }
    }
}

#[test]
fn where_a_key_may_stand() {
    let rows: &[Row] = &[
        ("/open/x", &[], Through),
        ("/keyed/x", &[], Refused(401, MISSING)),
        ("/keyed/x", &[(HEADER, "everything-primary-0123456789")], Through),
        ("/keyed/x", &[(HEADER, "everything-secondary-0123456789")], Through),
        ("/keyed/x?subscription-key=everything-primary-0123456789", &[], Through),
        (
            "/keyed/x?a=1&subscription-key=everything-primary-0123456789&b=2",
            &[],
            Through,
        ),
        (
            "/keyed/x?subscription-key=everything%2Dprimary%2D0123456789",
            &[],
            Through,
        ),
        (
            "/keyed/x?subscription-key=wrong",
            &[(HEADER, "everything-primary-0123456789")],
            Through,
        ),
        (
            "/keyed/x?subscription-key=everything-primary-0123456789",
            &[(HEADER, "wrong")],
            Refused(401, INVALID),
        ),
        (
            "/keyed/x",
            &[(HEADER, "everything-primary-012345678")],
            Refused(401, INVALID),
        ),
        (
            "/keyed/x",
            &[(HEADER, "EVERYTHING-PRIMARY-0123456789")],
            Refused(401, INVALID),
        ),
        (
            "/keyed/x",
            &[("api-key", "everything-primary-0123456789")],
            Refused(401, MISSING),
        ),
        ("/custom/x", &[("api-key", "everything-primary-0123456789")], Through),
        ("/custom/x?key=everything-primary-0123456789", &[], Through),
        (
            "/custom/x",
            &[(HEADER, "everything-primary-0123456789")],
            Refused(401, MISSING),
        ),
        (
            "/custom/x?subscription-key=everything-primary-0123456789",
            &[],
            Refused(401, MISSING),
        ),
    ];
    within(60, check(rows));
}

#[test]
fn what_a_key_opens() {
    let rows: &[Row] = &[
        ("/keyed/x", &[(HEADER, "everything-primary-0123456789")], Through),
        ("/other/x", &[(HEADER, "everything-primary-0123456789")], Through),
        ("/keyed/x", &[(HEADER, "one-api-primary-0123456789")], Through),
        (
            "/other/x",
            &[(HEADER, "one-api-primary-0123456789")],
            Refused(401, INVALID),
        ),
        (
            "/keyed/x",
            &[(HEADER, "one-product-primary-0123456789")],
            Under("Starter"),
        ),
        (
            "/keyed/x",
            &[(HEADER, "one-product-secondary-0123456789")],
            Under("Starter"),
        ),
        (
            "/other/x",
            &[(HEADER, "one-product-primary-0123456789")],
            Refused(401, INVALID),
        ),
        ("/keyed/x", &[(HEADER, "running-primary-0123456789")], Through),
        (
            "/keyed/x",
            &[(HEADER, "suspended-primary-0123456789")],
            Refused(401, INVALID),
        ),
        (
            "/keyed/x",
            &[(HEADER, "suspended-secondary-0123456789")],
            Refused(401, INVALID),
        ),
        (
            "/keyed/x",
            &[(HEADER, "submitted-primary-0123456789")],
            Refused(401, INVALID),
        ),
        (
            "/keyed/x",
            &[(HEADER, "rejected-primary-0123456789")],
            Refused(401, INVALID),
        ),
        (
            "/keyed/x",
            &[(HEADER, "cancelled-primary-0123456789")],
            Refused(401, INVALID),
        ),
        (
            "/keyed/x",
            &[(HEADER, "expired-primary-0123456789")],
            Refused(401, INVALID),
        ),
        (
            "/keyed/x",
            &[(HEADER, "run-out-primary-0123456789")],
            Refused(401, INVALID),
        ),
        (
            "/keyed/x",
            &[(HEADER, "not-yet-primary-0123456789")],
            Refused(401, INVALID),
        ),
    ];
    within(60, check(rows));
}

#[test]
fn what_is_not_there_is_said_in_the_same_words_to_everyone() {
    let key: &[(&str, &str)] = &[(HEADER, "everything-primary-0123456789")];
    let rows: &[Row] = &[
        ("/", &[], Refused(404, NOT_FOUND)),
        ("/nothing/x", &[], Refused(404, NOT_FOUND)),
        ("/nothing/x", key, Refused(404, NOT_FOUND)),
        ("/openx", &[], Refused(404, NOT_FOUND)),
        ("/open%2Fx", &[], Refused(404, NOT_FOUND)),
    ];
    within(60, check(rows));
}

#[test]
fn a_method_that_no_operation_has_is_not_found() {
    within(60, async {
        let upstream = Upstream::answering(|_| async { Response::new(full("through")) }).await;
        let folder = Artifacts::passing("api", &upstream.url);
        let only_get = r#"{"properties": {"displayName": "get", "method": "GET", "urlTemplate": "/orders/{id}"}}"#;
        folder.write("apis/api/operations/any/operationInformation.json", only_get);
        let gateway = Gateway::serve(&folder).await;
        let mut client = Connection::http1(gateway.address).await;
        for (method, target, status) in [
            ("GET", "/api/orders/1", 200),
            ("GET", "/API/orders/1", 200),
            ("POST", "/api/orders/1", 404),
            ("GET", "/api/orders", 404),
            ("GET", "/api/orders/1/lines", 404),
            ("GET", "/api", 404),
        ] {
            let answer = client.answer(request(method, target, &[])).await;
            assert_eq!(answer.status, status, "{method} {target}: {}", answer.text());
            if status == 404 {
                assert_eq!(answer.text(), NOT_FOUND, "{method} {target}");
            }
        }
    });
}

#[test]
fn on_error_sees_who_was_refused() {
    within(60, async {
        let upstream = Upstream::answering(|_| async { Response::new(full("through")) }).await;
        let folder = folder(&upstream.url);
        let tell = "<set-header name=\"X-Told\"><value>@(context.LastError.Source + \"/\" + context.LastError.Reason)</value></set-header>";
        folder.write(
            "policy.xml",
            &crate::support::artifacts::GLOBAL_POLICY.replace("<on-error />", &format!("<on-error>{tell}</on-error>")),
        );
        let gateway = Gateway::serve(&folder).await;
        for (target, key, told) in [
            ("/keyed/x", "", "authorization/SubscriptionKeyNotFound"),
            ("/keyed/x", "wrong", "authorization/SubscriptionKeyInvalid"),
            ("/nothing/x", "", "configuration/OperationNotFound"),
        ] {
            let headers = if key.is_empty() { vec![] } else { vec![(HEADER, key)] };
            let answer = client::get_with(gateway.address, target, &headers).await;
            assert_eq!(answer.header("x-told"), told, "{target} {key}");
        }
    });
}
