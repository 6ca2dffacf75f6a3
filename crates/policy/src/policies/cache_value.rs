//! `cache-value` sets a variable to the value that is kept under a key; where there is none, or where it is old, the
//! policies in `value` make it, and it is kept.
//!
//! - They make it by setting the variable. What they make is kept for `expires-after` seconds (28800) and is fresh for
//!   `refresh-after` (as long; 0: never). Both are evaluated after the policies have run.
//! - While a value is fresh, `value` is skipped. When it is not, one exchange of the gateway makes it anew; others go on
//!   with the old one meanwhile, and so does that exchange if its policies leave the variable unset or null.
//! - Without a value, every exchange makes it. If its policies leave the variable unset or null, it gets `default-value`,
//!   which is not kept; without that attribute it is unset.
//! - Inside `value` the variable is unset. A policy that fails there is a failure like any other.
//! - The value is the one that `cache-lookup-value` finds under the key and `cache-remove-value` removes; what can be
//!   kept is said with `cache-store-value`. A key of null fails the request.

use super::cache_store_value::put;
use crate::block::Block;
use crate::caching::{self, CachingType};
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::key::Key;
use crate::registry::{Policy, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::value::Value;
use bytes::Bytes;
use expression::context::Context as _;
use expression::kept;
use expression::text::Text;
use expression::value::Value as Object;
use std::rc::Rc;
use std::time::Duration;

pub(crate) const CACHE_VALUE: Policy = Policy::new("cache-value", parse);

struct CacheValue {
    key: Value<Key>,
    variable: Text,
    expires: Value<Duration>,
    /// How long it is fresh; `None`: until it expires.
    refresh: Option<Value<Duration>>,
    default: Option<Value<Object>>,
    caching_type: CachingType,
    block: Block,
}

const LASTS: Duration = Duration::from_hours(8);

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let key = element.required("key");
    let variable = element.required_literal("variable-name");
    let expires = element.or("expires-after", LASTS);
    let refresh = element.optional("refresh-after");
    let default = element.optional("default-value");
    let caching_type = CachingType::read(element);
    let block = element.one("value", |value| Some(value.steps()));
    waiting(CacheValue {
        key: key?,
        variable: variable?,
        expires,
        refresh,
        default,
        caching_type,
        block: block?,
    })
}

impl WaitingStep for CacheValue {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        match self.key.get(exchange) {
            Ok(Key(key)) => Outcome::Later(Box::pin(self.look_up(key, exchange))),
            Err(failure) => Outcome::Now(Err(failure)),
        }
    }
}

impl CacheValue {
    async fn look_up(&self, key: Text, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let services = Rc::clone(&exchange.services);
        let old = self.kept(&caching::value_key(&key), exchange).await;
        let Some(old) = old.and_then(|bytes| kept::decode(&bytes)) else {
            return self.make(&key, None, exchange).await;
        };
        let is_fresh = self.kept(&fresh_key(&key), exchange).await.is_some();
        let slot = if is_fresh {
            None
        } else {
            // A name that no `limit-concurrency` has by accident.
            services.slots.take(&format!("\ncache-value {key}").into(), 1)
        };
        if slot.is_none() {
            exchange.set_variable(&self.variable, old);
            return Ok(Flow::Next);
        }
        self.make(&key, Some(old), exchange).await
    }

    async fn kept(&self, key: &str, exchange: &Exchange) -> Option<Bytes> {
        let reply = self.caching_type.cache(exchange)?.get(key, caching::now(exchange));
        reply.wait().await
    }

    /// Has the policies make the value, and keeps it.
    async fn make(&self, key: &Text, old: Option<Object>, exchange: &mut Exchange) -> Result<Flow, Failure> {
        exchange.variables.retain(|(name, _)| *name != self.variable);
        let flow = self.block.run(exchange).await?;
        let made = exchange.variable(&self.variable).filter(|value| !value.is_null());
        if let Some(value) = made {
            let expires = self.expires.get(exchange)?;
            let refresh = match &self.refresh {
                Some(refresh) => refresh.get(exchange)?.min(expires),
                None => expires,
            };
            self.keep(key, &value, (expires, refresh), exchange);
            return Ok(flow);
        }
        let stand_in = match (old, &self.default) {
            (Some(old), _) => Some(old),
            (None, Some(default)) => Some(default.get(exchange)?),
            (None, None) => None,
        };
        if let Some(value) = stand_in {
            exchange.set_variable(&self.variable, value);
        }
        Ok(flow)
    }

    fn keep(&self, key: &str, value: &Object, (expires, refresh): (Duration, Duration), exchange: &Exchange) {
        let Some(cache) = self.caching_type.cache(exchange) else {
            return;
        };
        if put(cache, &caching::value_key(key), value, expires, exchange) {
            cache.put(&fresh_key(key), Bytes::new(), refresh, caching::now(exchange));
        }
    }
}

/// Under which it is kept that a value is fresh.
fn fresh_key(key: &str) -> String {
    format!("fresh/{key}")
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, reports};

    /// An API that answers with the variable; the header `make` is what `value` sets it to, if there is one.
    fn bench(attributes: &str) -> Bench {
        Bench::new(&format!(
            "<inbound><set-variable name='v' value='before' /><cache-value key='k' variable-name='v' {attributes}><value>\
             <set-variable name='ran' value='!' /><choose><when condition='@(context.Request.Headers.ContainsKey(\"make\"))'>\
             <set-variable name='v' value='@(context.Request.Headers.GetValueOrDefault(\"make\"))' /></when></choose></value>\
             </cache-value></inbound><backend /><outbound><set-body>@(context.Variables.GetValueOrDefault(\"ran\", \"\")\
             + context.Variables.GetValueOrDefault(\"v\", \"unset\"))</set-body></outbound>"
        ))
    }

    fn body(bench: &mut Bench, make: &str) -> String {
        let headers = if make.is_empty() {
            String::new()
        } else {
            format!("\nmake: {make}")
        };
        let response = bench.run(&format!("GET /{headers}"));
        response.split_once("\n\n").unwrap().1.to_owned()
    }

    #[test]
    fn a_fresh_value_is_not_made_again() {
        let mut bench = bench("expires-after='100'");
        assert_eq!(body(&mut bench, "a"), "!a");
        assert_eq!(body(&mut bench, "b"), "a");
        bench.clock.pass(100);
        assert_eq!(body(&mut bench, "c"), "!c");
    }

    #[test]
    fn an_old_value_is_made_anew_or_stays() {
        let mut bench = bench("expires-after='100' refresh-after='@(10)'");
        assert_eq!(body(&mut bench, "a"), "!a");
        bench.clock.pass(9);
        assert_eq!(body(&mut bench, "b"), "a");
        bench.clock.pass(1);
        assert_eq!(body(&mut bench, ""), "!a");
        assert_eq!(body(&mut bench, "c"), "!c");
        assert_eq!(body(&mut bench, "d"), "c");
    }

    #[test]
    fn while_one_exchange_makes_it_others_go_on_with_the_old_one() {
        let mut bench = bench("refresh-after='0'");
        assert_eq!(body(&mut bench, "a"), "!a");
        assert_eq!(body(&mut bench, "b"), "!b");
        let other = bench.slots.take(&"\ncache-value k".into(), 1).unwrap();
        assert_eq!(body(&mut bench, "c"), "b");
        drop(other);
        assert_eq!(body(&mut bench, "d"), "!d");
    }

    #[test]
    fn what_is_not_made_is_the_default_and_is_not_kept() {
        for (default, expected) in [
            ("", "!unset"),
            ("default-value='d'", "!d"),
            ("default-value='@(null)'", "!"),
        ] {
            let mut bench = bench(default);
            assert_eq!(body(&mut bench, ""), expected, "{default}");
            assert_eq!(body(&mut bench, "a"), "!a", "{default}");
        }
    }

    #[test]
    fn a_failure_inside_is_a_failure() {
        let mut bench = Bench::new(
            "<inbound><cache-value key='k' variable-name='v'><value><set-variable name='v' value='@(int.Parse(\"x\"))' />\
             </value></cache-value></inbound><backend /><on-error><set-body>@(context.LastError.Path)</set-body></on-error>",
        );
        assert!(
            bench
                .run("GET /")
                .ends_with("\n\ncache-value[1]/value[1]/set-variable[1]")
        );
    }

    #[test]
    fn what_is_missing_or_wrong_is_reported() {
        reports(&[(
            "<cache-value refresh-after='later'><set-method>GET</set-method></cache-value>",
            "`<cache-value>` lacks the attribute `key`\n\
             `<cache-value>` lacks the attribute `variable-name`\n\
             `<cache-value>` lacks `<value>`\n\
             `refresh-after` of `<cache-value>` must be a number of seconds that is not negative, found \"later\"\n\
             `<cache-value>` holds no element `<set-method>`",
        )]);
    }
}
