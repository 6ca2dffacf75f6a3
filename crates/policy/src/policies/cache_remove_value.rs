//! `cache-remove-value` forgets the value that is kept under a key.
//!
//! A key without a value is as good. A cache that cannot be reached fails the request if `fail-on-cache-removal-error`
//! is true, and otherwise keeps its value without a word but in the log.

use crate::caching::{self, CachingType};
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::key::Key;
use crate::registry::{Policy, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::value::Value;
use store::{Reply, Unavailable};

pub(crate) const CACHE_REMOVE_VALUE: Policy = Policy::new("cache-remove-value", parse);

struct CacheRemoveValue {
    key: Value<Key>,
    caching_type: CachingType,
    fails: Value<bool>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let key = element.required("key");
    let caching_type = CachingType::read(element);
    let fails = element.or("fail-on-cache-removal-error", false);
    waiting(CacheRemoveValue {
        key: key?,
        caching_type,
        fails,
    })
}

impl WaitingStep for CacheRemoveValue {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        let key = match self.key.get(exchange) {
            Ok(Key(key)) => caching::value_key(&key),
            Err(failure) => return Outcome::Now(Err(failure)),
        };
        match self.caching_type.cache(exchange).map(|cache| cache.remove(&key)) {
            None => Outcome::Now(Ok(Flow::Next)),
            Some(Reply::Now(removed)) => Outcome::Now(self.outcome(removed, exchange)),
            Some(Reply::Later(removed)) => Outcome::Later(Box::pin(async move {
                let removed = removed.await;
                self.outcome(removed, exchange)
            })),
        }
    }
}

impl CacheRemoveValue {
    fn outcome(&self, removed: Result<(), Unavailable>, exchange: &Exchange) -> Result<Flow, Failure> {
        let Err(error) = removed else { return Ok(Flow::Next) };
        if self.fails.get(exchange)? {
            return Err(Failure::internal("CacheRemovalError", error.to_string()));
        }
        let request_id = exchange.activity_id();
        tracing::warn!(%request_id, "a value stays in the cache: {error}");
        Ok(Flow::Next)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, ready, reports, response_text};
    use bytes::Bytes;
    use std::sync::Arc;
    use std::time::Duration;
    use store::{Cache, Caches, Reply, Unavailable};

    #[test]
    fn a_removed_value_is_gone() {
        let mut bench = Bench::new(
            "<inbound><cache-remove-value key='@(\"k\")' /><cache-store-value key='k' value='1' duration='9' />\
             <cache-store-value key='l' value='2' duration='9' /><cache-remove-value key='k' />\
             <cache-lookup-value key='k' variable-name='k' default-value='none' />\
             <cache-lookup-value key='l' variable-name='l' default-value='none' /></inbound><backend /><outbound>\
             <set-body>@(context.Variables[\"k\"] + \" \" + context.Variables[\"l\"])</set-body></outbound>",
        );
        assert_eq!(bench.run("GET /"), "200 OK\n\nnone 2");
    }

    /// A cache that answers later, and never with anything.
    struct Gone;

    impl Cache for Gone {
        fn get(&self, _: &str, _: Duration) -> Reply<Option<Bytes>> {
            Reply::Later(Box::pin(async { None }))
        }
        fn put(&self, _: &str, _: Bytes, _: Duration, _: Duration) {}
        fn remove(&self, _: &str) -> Reply<Result<(), Unavailable>> {
            Reply::Later(Box::pin(async { Err(Unavailable("refused".into())) }))
        }
    }

    #[test]
    fn a_cache_that_is_away_fails_nobody_who_does_not_ask_for_it() {
        for (caching_type, fails, expected) in [
            ("external", "false", "200 OK"),
            (
                "external",
                "true",
                "500 CacheRemovalError the cache cannot be reached: refused",
            ),
            (
                "prefer-external",
                "@(true)",
                "500 CacheRemovalError the cache cannot be reached: refused",
            ),
            ("internal", "true", "200 OK"),
        ] {
            let mut bench = Bench::new(&format!(
                "<inbound><cache-lookup-value key='k' variable-name='v' caching-type='{caching_type}' />\
                 <cache-remove-value key='k' caching-type='{caching_type}' fail-on-cache-removal-error='{fails}' />\
                 </inbound><backend />"
            ));
            bench.caches = Caches {
                external: Some(Arc::new(Gone)),
                ..Caches::default()
            };
            let plan = bench.plan(None);
            let mut exchange = bench.exchange("GET /");
            ready(plan.run(&mut exchange));
            let found = match exchange.last_error.take() {
                Some(error) => format!("500 {} {}", error.reason, error.message),
                None => response_text(&mut exchange),
            };
            assert_eq!(found, expected, "{caching_type} {fails}");
        }
    }

    #[test]
    fn what_is_missing_is_reported() {
        reports(&[(
            "<cache-remove-value fail-on-cache-removal-error='maybe' />",
            "`<cache-remove-value>` lacks the attribute `key`\n\
             `fail-on-cache-removal-error` of `<cache-remove-value>` must be `true` or `false`, found \"maybe\"",
        )]);
    }
}
