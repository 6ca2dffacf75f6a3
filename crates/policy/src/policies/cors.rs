//! `cors` lets pages of other origins call an API from a browser.
//!
//! - A preflight (`OPTIONS` with `Origin` and `Access-Control-Request-Method`, and no operation for it) is answered by
//!   the `cors` policies that stand directly in inbound, broadest scope as `<base/>` puts it; nothing else runs, and no
//!   key is asked for, though one in the query tells of a product. The first one that allows origin, method and headers
//!   answers 200 with what it allows. One that does not answers an empty 200, or leaves the matter to the next if
//!   `terminate-unmatched-request` is false; if no one answers, an empty 200 it is.
//! - Any other request with an allowed `Origin` gets its headers when the response leaves, whatever made the response.
//!   They replace those of the backend. The first policy that allows the origin is the one that counts.
//! - A GET or HEAD of an origin that is not allowed gets an empty 200 without asking the backend, unless
//!   `terminate-unmatched-request` is false; other methods go on without headers.
//! - All of that comes before a request is refused for its key or because no operation was found, if the policy stands
//!   directly in inbound: pages can read why.
//! - Without `Origin` the policy does nothing.
//!
//! `terminate-unmatched-request` is true unless given: APIM's page says both, the service does this. With
//! `allow-credentials`, or with listed origins, the origin is repeated and `Vary: Origin` added. Expressions work in
//! all places. Without `allowed-methods` these are GET and POST.

mod answer;
mod origin;

use crate::codes;
use crate::element::ElementReader;
use crate::exchange::{Exchange, ResponseMessage};
use crate::failure::Failure;
use crate::pending;
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::value::{Readable, Value};
use answer::{Grant, Requested};
use expression::Reads;
use expression::text::Text;
use http::header::ORIGIN;
use http::{HeaderValue, Method};
use origin::AllowedOrigin;

pub(crate) const CORS: Policy = Policy {
    sections: Sections::INBOUND,
    once: true,
    ..Policy::new("cors", parse)
};

struct Cors {
    allow_credentials: Value<bool>,
    terminates_unmatched: Value<bool>,
    origins: Vec<Value<AllowedOrigin>>,
    methods: Vec<Value<Text>>,
    headers: Vec<Value<Text>>,
    exposed: Vec<Value<Text>>,
    max_age: Value<u32>,
}

/// Marks a request for which a `cors` policy has already promised headers.
#[derive(Clone)]
struct Granted;

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let allow_credentials = element.or("allow-credentials", false);
    let terminates_unmatched = element.or("terminate-unmatched-request", true);
    let origins = element.one("allowed-origins", |list| Some(origins(list)));
    let methods = element.at_most_one("allowed-methods", |list| {
        let max_age = list.or("preflight-result-max-age", 0);
        Some((max_age, texts(list, "method")))
    });
    let headers = element.at_most_one("allowed-headers", |list| Some(texts(list, "header")));
    let exposed = element.at_most_one("expose-headers", |list| Some(texts(list, "header")));
    let (max_age, methods) = methods.unwrap_or_else(|| {
        let methods = ["GET", "POST"].map(|method| Value::Constant(method.into()));
        (Value::Constant(0), methods.into())
    });
    now(Cors {
        allow_credentials,
        terminates_unmatched,
        origins: origins?,
        methods,
        headers: headers.unwrap_or_default(),
        exposed: exposed.unwrap_or_default(),
        max_age,
    })
}

/// The origins that a list has; at least one.
fn origins(list: &mut ElementReader<'_, '_>) -> Vec<Value<AllowedOrigin>> {
    list.one_or_more("origin", |child| {
        let origin: Value<AllowedOrigin> = child.required_text()?;
        let nowhere = origin.constant().and_then(AllowedOrigin::nowhere);
        if let Some(nowhere) = nowhere.filter(|text| !pending::has_named_value(text)) {
            let expected = AllowedOrigin::EXPECTED;
            let message = format!("the text of `<origin>` must be {expected}, found \"{nowhere}\"");
            let span = child.content_span();
            child.compiler.refused_by_apim(codes::WRONG_VALUE, span, message);
        }
        Some(origin)
    })
}

fn texts<T: Readable>(list: &mut ElementReader<'_, '_>, name: &'static str) -> Vec<Value<T>> {
    fn text<T: Readable>(element: &mut ElementReader<'_, '_>) -> Option<Value<T>> {
        element.required_text()
    }
    list.one_or_more(name, text)
}

impl Step for Cors {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let Some(origin) = exchange.request.headers.get(ORIGIN).cloned() else {
            return Ok(Flow::Next);
        };
        if !self.allows(&origin, exchange)? {
            let is_simple = matches!(exchange.request.method, Method::GET | Method::HEAD);
            return if is_simple {
                self.terminate(exchange)
            } else {
                Ok(Flow::Next)
            };
        }
        if exchange.request.extensions.insert(Granted).is_none() {
            let grant = self.grant(origin, exchange)?;
            let exposed = evaluate(&self.exposed, exchange)?;
            exchange.when_leaving(Reads::default(), move |exchange| {
                let headers = &mut exchange.response_mut().headers;
                grant.write(headers);
                answer::expose(headers, &exposed);
                None
            });
        }
        Ok(Flow::Next)
    }

    fn before_refusal(&self, exchange: &mut Exchange, _refusal: &Failure) -> Result<Flow, Failure> {
        self.run(exchange)
    }

    fn preflight(&self, exchange: &mut Exchange) -> Option<Result<Flow, Failure>> {
        let origin = exchange.request.headers.get(ORIGIN).cloned()?;
        Some(self.answer_preflight(origin, exchange))
    }

    fn allows_origin(&self, origin: &HeaderValue, exchange: &Exchange) -> bool {
        // A list that cannot be had allows nothing; the request fails where the policy runs.
        self.allows(origin, exchange).unwrap_or(false)
    }
}

impl Cors {
    fn answer_preflight(&self, origin: HeaderValue, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let requested = Requested::of(&exchange.request.headers);
        let methods = evaluate(&self.methods, exchange)?;
        let headers = evaluate(&self.headers, exchange)?;
        if !self.allows(&origin, exchange)? || !requested.is_allowed(&methods, &headers) {
            return self.terminate(exchange);
        }
        let mut response = ResponseMessage::default();
        self.grant(origin, exchange)?.write(&mut response.headers);
        requested.write(&mut response.headers, &methods, self.max_age.get(exchange)?);
        exchange.response = Some(response);
        Ok(Flow::Answer)
    }

    /// An empty 200, unless the policy lets the request go on.
    fn terminate(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        if !self.terminates_unmatched.get(exchange)? {
            return Ok(Flow::Next);
        }
        exchange.response = Some(ResponseMessage::default());
        Ok(Flow::Answer)
    }

    fn allows(&self, origin: &HeaderValue, exchange: &Exchange) -> Result<bool, Failure> {
        for allowed in &self.origins {
            if allowed.get(exchange)?.matches(origin) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn grant(&self, origin: HeaderValue, exchange: &Exchange) -> Result<Grant, Failure> {
        let credentials = self.allow_credentials.get(exchange)?;
        let mut any = false;
        for allowed in &self.origins {
            any |= matches!(allowed.get(exchange)?, AllowedOrigin::Any);
        }
        Ok(Grant {
            origin: (credentials || !any).then_some(origin),
            credentials,
        })
    }
}

fn evaluate(values: &[Value<Text>], exchange: &Exchange) -> Result<Vec<Text>, Failure> {
    let mut texts = Vec::with_capacity(values.len());
    for value in values {
        texts.push(value.get(exchange)?);
    }
    Ok(texts)
}

#[cfg(test)]
mod tests;
