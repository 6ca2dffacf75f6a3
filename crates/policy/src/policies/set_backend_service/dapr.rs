//! `backend-id="dapr"`: a method of an application, through the Dapr runtime beside the gateway.
//!
//! Follows Dapr's service invocation API: `/v1.0/invoke/{app-id}[.{namespace}]/method/{method}`. The request's query
//! stays, its path does not.

use super::base_url;
use crate::codes;
use crate::element::ElementReader;
use crate::exchange::{Exchange, Target};
use crate::failure::Failure;
use crate::policies::dapr::name;
use crate::value::Value;
use expression::text::Text;

/// The id that stands for the Dapr runtime.
pub(super) const DAPR: &str = "dapr";

pub(super) struct Dapr {
    app: Value<Text>,
    method: Value<Text>,
    namespace: Option<Value<Text>>,
}

const ATTRIBUTES: [&str; 3] = ["dapr-app-id", "dapr-method", "dapr-namespace"];

impl Dapr {
    pub fn read(element: &mut ElementReader<'_, '_>) -> Option<Self> {
        let app = element.required("dapr-app-id");
        let method = element.required("dapr-method");
        let namespace = element.optional("dapr-namespace");
        Some(Self {
            app: app?,
            method: method?,
            namespace,
        })
    }

    /// Reports its attributes where the backend is another one.
    pub fn refuse(element: &mut ElementReader<'_, '_>) {
        for name in ATTRIBUTES {
            if element.optional::<Text>(name).is_some() {
                let message = format!("`{name}` is for `backend-id=\"{DAPR}\"` only");
                element.error_at(name, codes::CONFLICT, message);
            }
        }
    }

    /// Where the request goes.
    pub fn target(&self, exchange: &Exchange) -> Result<Target, Failure> {
        let app = name("dapr-app-id", self.app.get(exchange)?).map_err(not_found)?;
        let namespace = match &self.namespace {
            Some(namespace) => name("dapr-namespace", namespace.get(exchange)?).map_err(not_found)?,
            None => Text::default(),
        };
        let dot = if namespace.is_empty() { "" } else { "." };
        let method = self.method.get(exchange)?;
        let method = method.trim_start_matches('/');
        let runtime = exchange.services.dapr.trim_end_matches('/');
        let url = base_url(&format!("{runtime}/v1.0/invoke/{app}{dot}{namespace}/method/{method}"));
        let base_url = url.ok_or_else(|| {
            let message = format!("`dapr-method` \"{method}\" is no path");
            Failure::internal("BackendNotFound", message)
        })?;
        Ok(Target {
            base_url: Some(base_url),
            whole_endpoint: true,
            ..Target::default()
        })
    }
}

fn not_found(message: String) -> Failure {
    Failure::internal("BackendNotFound", message)
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    fn sent(attributes: &str, request: &str) -> String {
        let policies = format!("<inbound><set-backend-service backend-id='dapr' {attributes} /></inbound>");
        let mut bench = Bench::new(&policies).answer("204");
        bench.run(request);
        let sent = bench.sent.borrow();
        sent.first().cloned().unwrap_or_default()
    }

    #[test]
    fn a_method_of_an_application_is_called() {
        let invoke = "http://localhost:3500/v1.0/invoke";
        for (attributes, request, expected) in [
            (
                "dapr-app-id='shop' dapr-method='order'",
                "GET /x?y=1",
                format!("GET {invoke}/shop/method/order?y=1"),
            ),
            (
                "dapr-app-id='shop' dapr-method='/a/b' dapr-namespace='west'",
                "POST /x",
                format!("POST {invoke}/shop.west/method/a/b"),
            ),
            (
                r#"dapr-app-id='@("sh" + "op")' dapr-method='@(context.Request.Method)'"#,
                "PUT /",
                format!("PUT {invoke}/shop/method/PUT"),
            ),
            (r#"dapr-app-id='@("a/b")' dapr-method='m'"#, "GET /", String::new()),
            (r#"dapr-app-id='@("..")' dapr-method='m'"#, "GET /", String::new()),
            (r#"dapr-app-id='a' dapr-method='@("b c")'"#, "GET /", String::new()),
        ] {
            assert_eq!(sent(attributes, request), expected, "{attributes}");
        }
    }

    #[test]
    fn wrong_attributes_are_errors_of_the_document() {
        for (attributes, expected) in [
            (
                "backend-id='dapr'",
                "`<set-backend-service>` lacks the attribute `dapr-app-id`",
            ),
            (
                "base-url='http://a' dapr-method='m'",
                "`dapr-method` is for `backend-id=\"dapr\"` only",
            ),
            (
                "base-url='http://a' sf-listener-name='x'",
                "`sf-listener-name`: backends in a Service Fabric cluster are not offered",
            ),
        ] {
            let bench = Bench::new(&format!("<inbound><set-backend-service {attributes} /></inbound>"));
            let (_, problems) = crate::Plans::compile(&bench.catalog);
            assert_eq!(problems.first().map(|problem| problem.message.as_str()), Some(expected));
        }
    }
}
