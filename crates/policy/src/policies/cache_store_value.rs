//! `cache-store-value` keeps a value under a key for `duration` seconds.
//!
//! Text, numbers, dates, JSON, a whole response (`context.Response`, or what `send-request` has made), bytes, and arrays,
//! lists and dictionaries of these keep their type. What belongs to its exchange (`context` and its parts, anonymous
//! objects …), what comes to more than 2 MiB, null, and what would last no time is not kept; the request goes on, and
//! the log says so. A value that another gateway shares may take a moment to arrive; in one process a lookup right
//! after finds it.

use crate::block::Needs;
use crate::buffer::meet;
use crate::caching::{self, CachingType, LARGEST};
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::key::Key;
use crate::registry::{Policy, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::value::Value;
use expression::Reads;
use expression::body::MessageBody;
use expression::context::Response;
use expression::kept;
use expression::response::{HeaderList, StoredResponse};
use expression::value::{HostPart, Value as Object};
use std::time::Duration;
use store::Cache;

pub(crate) const CACHE_STORE_VALUE: Policy = Policy::new("cache-store-value", parse);

struct CacheStoreValue {
    key: Value<Key>,
    value: Value<Object>,
    duration: Value<Duration>,
    caching_type: CachingType,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let key = element.required("key");
    let value = element.required("value");
    let duration = element.required("duration");
    let caching_type = CachingType::read(element);
    waiting(CacheStoreValue {
        key: key?,
        value: value?,
        duration: duration?,
        caching_type,
    })
}

/// What is to be kept, and under which key.
struct Keeping {
    key: String,
    value: Object,
    duration: Duration,
}

impl WaitingStep for CacheStoreValue {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        match self.evaluate(exchange) {
            Err(failure) => Outcome::Now(Err(failure)),
            // Its body is kept first, which other values do not wait for.
            Ok(keeping) if matches!(keeping.value, Object::Host(HostPart::Response)) => {
                Outcome::Later(Box::pin(async move {
                    let reads = Reads {
                        response_body: true,
                        ..Reads::default()
                    };
                    meet(Needs { reads, answer: false }, exchange).await?;
                    let value = stored(exchange);
                    self.keep(Keeping { value, ..keeping }, exchange);
                    Ok(Flow::Next)
                }))
            }
            Ok(keeping) => {
                self.keep(keeping, exchange);
                Outcome::Now(Ok(Flow::Next))
            }
        }
    }
}

impl CacheStoreValue {
    fn evaluate(&self, exchange: &Exchange) -> Result<Keeping, Failure> {
        let Key(key) = self.key.get(exchange)?;
        Ok(Keeping {
            key: caching::value_key(&key),
            value: self.value.get(exchange)?,
            duration: self.duration.get(exchange)?,
        })
    }

    fn keep(&self, keeping: Keeping, exchange: &Exchange) {
        let Keeping { key, value, duration } = keeping;
        let cache = self.caching_type.cache(exchange).filter(|_| !value.is_null());
        if let Some(cache) = cache {
            put(cache, &key, &value, duration, exchange);
        }
    }
}

/// Keeps a value; whether it can be.
pub(super) fn put(cache: &dyn Cache, key: &str, value: &Object, lasts: Duration, exchange: &Exchange) -> bool {
    if let Some(bytes) = kept::encode(value, LARGEST) {
        cache.put(key, bytes.into(), lasts, caching::now(exchange));
        return true;
    }
    let (request_id, value) = (exchange.activity_id(), value.type_name());
    tracing::warn!(%request_id, "a {value} is not kept in the cache: its type cannot be, or it is too large");
    false
}

/// The exchange's response as a value of its own; null when there is none.
fn stored(exchange: &Exchange) -> Object {
    let Some(response) = &exchange.response else {
        return Object::Null;
    };
    let seen: &dyn Response = exchange;
    let names = seen.headers().names();
    let body = seen.body();
    let is_decoded = body.is_encoded() && body.fault().is_none();
    let names = names
        .into_iter()
        .filter(|name| !(is_decoded && name.eq_ignore_ascii_case("content-encoding")));
    let headers = names.map(|name| {
        let values = seen.headers().values(&name);
        (name, values)
    });
    Object::of(StoredResponse {
        status_code: response.status.as_u16().into(),
        status_reason: seen.status_reason(),
        headers: HeaderList(headers.collect()),
        body: MessageBody::new(body.content().clone()).in_charset(body.charset()),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, reports};

    /// What an expression over the kept value `v` of `value` gives in the next exchange.
    fn kept(value: &str, seen: &str) -> String {
        let mut bench = Bench::new(&format!(
            "<inbound><cache-lookup-value key='k' variable-name='v' /></inbound>\
             <outbound><choose><when condition='@(!context.Variables.ContainsKey(\"v\"))'>\
             <cache-store-value key='k' value='{value}' duration='@(60)' /></when><otherwise>\
             <set-body>{seen}</set-body></otherwise></choose></outbound>"
        ))
        .answer("203 Fine\nA: 1\nA: 2\n\nbody");
        bench.run("GET /");
        bench.run("GET /").split_once("\n\n").unwrap().1.to_owned()
    }

    #[test]
    fn values_keep_their_type() {
        for (value, seen, expected) in [
            ("text", "@((string)context.Variables[\"v\"])", "text"),
            ("@(2)", "@(((int)context.Variables[\"v\"] + 1).ToString())", "3"),
            (
                "@(JObject.Parse(\"{a: [1]}\"))",
                "@(((JObject)context.Variables[\"v\"])[\"a\"].ToString(Formatting.None))",
                "[1]",
            ),
            (
                "@(new List&lt;string> { \"a\" })",
                "@(string.Join(\",\", (List&lt;string>)context.Variables[\"v\"]))",
                "a",
            ),
            (
                "@(context.Response)",
                "@{ var r = (IResponse)context.Variables[\"v\"]; return r.StatusCode + r.Headers.GetValueOrDefault(\"a\") + r.Body.As&lt;string>(); }",
                "2031,2body",
            ),
        ] {
            assert_eq!(kept(value, seen), expected, "{value}");
        }
    }

    #[test]
    fn a_response_that_is_kept_goes_on_to_the_client() {
        let policies = "<outbound><cache-store-value key='k' value='@(context.Response)' duration='60' /></outbound>";
        let mut bench = Bench::new(policies).answer("200\n\nbody");
        assert_eq!(bench.run("GET /"), "200 OK\n\nbody");
    }

    #[test]
    fn what_cannot_be_kept_does_not_fail_the_request() {
        for value in [
            "@(null)",
            "@(context)",
            "@(new { A = 1 })",
            "@(new string(\"x\"[0], 3000000))",
        ] {
            assert_eq!(kept(value, "found"), "body", "{value}");
        }
    }

    #[test]
    fn what_is_missing_or_wrong_is_reported() {
        reports(&[(
            "<cache-store-value duration='soon' />",
            "`<cache-store-value>` lacks the attribute `key`\n\
             `<cache-store-value>` lacks the attribute `value`\n\
             `duration` of `<cache-store-value>` must be a number of seconds that is not negative, found \"soon\"",
        )]);
    }
}
