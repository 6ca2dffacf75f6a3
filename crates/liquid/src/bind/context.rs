//! `context`: the exchange, looked into when a template asks. Names are found in any case.

use super::variable;
use crate::value::{Object, Pair, Value};
use expression::context::{Context, Headers, Request, Url, WhichUrl};
use expression::runtime::{Fault, Runtime};
use expression::text::Text;
use std::sync::Arc;

/// `context`
pub(crate) fn context(context: &dyn Context) -> Value<'_> {
    Value::object(Exchange(context))
}

type Member<'v> = Result<Option<Value<'v>>, Fault>;

struct Exchange<'v>(&'v dyn Context);

impl<'v> Object<'v> for Exchange<'v> {
    fn member(&self, name: &str, _: &mut Runtime<'v>) -> Member<'v> {
        Ok(match name.to_ascii_lowercase().as_str() {
            "request" => Some(Value::object(OfRequest(self.0.request()))),
            "response" => self.0.response().is_some().then(|| Value::object(OfResponse(self.0))),
            "variables" => Some(Value::object(Variables(self.0))),
            _ => None,
        })
    }
}

struct OfRequest<'v>(&'v dyn Request);

impl<'v> Object<'v> for OfRequest<'v> {
    fn member(&self, name: &str, runtime: &mut Runtime<'v>) -> Member<'v> {
        let request = self.0;
        Ok(match name.to_ascii_lowercase().as_str() {
            "method" => Some(Value::Text(request.method())),
            "originalmethod" => Some(Value::Text(request.original_method())),
            "url" => Some(Value::object(OfUrl(request.url(WhichUrl::Current)))),
            "originalurl" => Some(Value::object(OfUrl(request.url(WhichUrl::Original)))),
            "ipaddress" => Some(Value::Text(request.ip_address())),
            "headers" => Some(Value::object(OfHeaders(request.headers()))),
            "matchedparameters" => {
                let one = |(name, value): &(Text, Text)| (name.clone(), vec![value.clone()]);
                Some(parameters(request.matched_parameters().iter().map(one), runtime)?)
            }
            "hasbody" => Some(Value::Boolean(request.body().is_some())),
            "clientcertificates" => {
                let certificate = request.certificate().map(|certificate| {
                    let fields = [
                        ("Subject", certificate.subject.to_string()),
                        ("Issuer", certificate.issuer.to_string()),
                        ("Thumbprint", certificate.thumbprint()),
                    ];
                    let fields = fields.map(|(name, text)| (Text::from(name), vec![Text::from(text)]));
                    Value::object(Named(fields.to_vec()))
                });
                Some(Value::list(certificate.into_iter().collect(), runtime)?)
            }
            _ => None,
        })
    }
}

struct OfResponse<'v>(&'v dyn Context);

impl<'v> Object<'v> for OfResponse<'v> {
    fn member(&self, name: &str, _: &mut Runtime<'v>) -> Member<'v> {
        let Some(response) = self.0.response() else {
            return Ok(None);
        };
        Ok(match name.to_ascii_lowercase().as_str() {
            "statuscode" => Some(Value::Integer(response.status_code().into())),
            "statusreason" => Some(Value::Text(response.status_reason())),
            "method" => Some(Value::Text(self.0.request().method())),
            "headers" => Some(Value::object(OfHeaders(response.headers()))),
            _ => None,
        })
    }
}

/// A URL; written as a whole when nobody looks into it.
struct OfUrl(Arc<Url>);

impl<'v> Object<'v> for OfUrl {
    fn member(&self, name: &str, runtime: &mut Runtime<'v>) -> Member<'v> {
        let url = &self.0;
        Ok(match name.to_ascii_lowercase().as_str() {
            "scheme" => Some(Value::Text(url.scheme.clone())),
            "host" => Some(Value::Text(url.host.clone())),
            "port" => Some(Value::Integer(url.port.into())),
            "path" => Some(Value::Text(url.path.clone())),
            "querystring" => Some(Value::Text(url.query_string.clone())),
            "query" => Some(parameters(url.query.iter().cloned(), runtime)?),
            _ => None,
        })
    }

    fn scalar(&self) -> Option<Value<'v>> {
        let Url {
            scheme,
            host,
            port,
            path,
            query_string,
            ..
        } = self.0.as_ref();
        let default_port = if scheme.as_str() == "https" { 443 } else { 80 };
        let port = if *port == default_port {
            String::new()
        } else {
            format!(":{port}")
        };
        Some(Value::Text(
            format!("{scheme}://{host}{port}{path}{query_string}").into(),
        ))
    }
}

/// Names with their values, accounted for.
fn parameters<'v>(
    named: impl Iterator<Item = (Text, Vec<Text>)>,
    runtime: &mut Runtime<'v>,
) -> Result<Value<'v>, Fault> {
    let named: Vec<_> = named.collect();
    runtime.step(named.len() as u64)?;
    runtime.allocate(named.len().saturating_mul(64))?;
    Ok(Value::object(Named(named)))
}

/// Names with their values, which are written joined by commas.
struct Named(Vec<(Text, Vec<Text>)>);

impl<'v> Object<'v> for Named {
    fn member(&self, name: &str, runtime: &mut Runtime<'v>) -> Member<'v> {
        runtime.step(1 + self.0.len() as u64 / 8)?;
        let exact = self.0.iter().find(|(known, _)| known.as_str() == name);
        let found = exact.or_else(|| self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)));
        Ok(found.map(|(_, values)| Value::Text(joined(values))))
    }

    fn items(&self, _: &mut Runtime<'v>) -> Result<Option<Vec<Value<'v>>>, Fault> {
        let pair = |(name, values): &(Text, Vec<Text>)| Pair::of(name.clone(), Value::Text(joined(values)));
        Ok(Some(self.0.iter().map(pair).collect()))
    }
}

fn joined(values: &[Text]) -> Text {
    match values {
        [one] => one.clone(),
        _ => values.iter().map(Text::as_str).collect::<Vec<_>>().join(",").into(),
    }
}

/// A message's headers; several values are joined by commas.
struct OfHeaders<'v>(&'v dyn Headers);

impl<'v> Object<'v> for OfHeaders<'v> {
    fn member(&self, name: &str, _: &mut Runtime<'v>) -> Member<'v> {
        Ok(self.0.joined(name).map(Value::Text))
    }

    fn items(&self, _: &mut Runtime<'v>) -> Result<Option<Vec<Value<'v>>>, Fault> {
        let pair = |name: Text| {
            let value = self.0.joined(&name).map_or(Value::Nil, Value::Text);
            Pair::of(name, value)
        };
        Ok(Some(self.0.names().into_iter().map(pair).collect()))
    }
}

struct Variables<'v>(&'v dyn Context);

impl<'v> Object<'v> for Variables<'v> {
    fn member(&self, name: &str, runtime: &mut Runtime<'v>) -> Member<'v> {
        let value = self.0.variable(name).or_else(|| {
            let names = self.0.variable_names();
            let known = names.iter().find(|known| known.eq_ignore_ascii_case(name))?;
            self.0.variable(known)
        });
        value.map(|value| variable::of(&value, runtime)).transpose()
    }

    fn items(&self, runtime: &mut Runtime<'v>) -> Result<Option<Vec<Value<'v>>>, Fault> {
        let mut items = Vec::new();
        for name in self.0.variable_names() {
            let value = self.0.variable(&name).unwrap_or_default();
            let value = variable::of(&value, runtime)?;
            items.push(Pair::of(name, value));
        }
        Ok(Some(items))
    }
}
