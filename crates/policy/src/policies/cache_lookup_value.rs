//! `cache-lookup-value` sets a variable to the value that `cache-store-value` has kept under a key.
//!
//! The value has the type that it was kept with. When there is none, or it has expired, the variable gets
//! `default-value`; without that attribute it stays as it is, so that `ContainsKey` says no and the indexer gives null.
//! A cache that cannot be reached has nothing. Keys are those of the whole gateway, whatever the API; a key of null
//! fails the request.

use crate::caching::{self, CachingType};
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::key::Key;
use crate::registry::{Policy, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::value::Value;
use bytes::Bytes;
use expression::kept;
use expression::text::Text;
use expression::value::Value as Object;
use store::Reply;

pub(crate) const CACHE_LOOKUP_VALUE: Policy = Policy::new("cache-lookup-value", parse);

struct CacheLookupValue {
    key: Value<Key>,
    variable: Text,
    default: Option<Value<Object>>,
    caching_type: CachingType,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let key = element.required("key");
    let variable = element.required_literal("variable-name");
    let default = element.optional("default-value");
    let caching_type = CachingType::read(element);
    waiting(CacheLookupValue {
        key: key?,
        variable: variable?,
        default,
        caching_type,
    })
}

impl WaitingStep for CacheLookupValue {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        let key = match self.key.get(exchange) {
            Ok(Key(key)) => caching::value_key(&key),
            Err(failure) => return Outcome::Now(Err(failure)),
        };
        let cache = self.caching_type.cache(exchange);
        match cache.map(|cache| cache.get(&key, caching::now(exchange))) {
            None => Outcome::Now(self.set(exchange, None)),
            Some(Reply::Now(found)) => Outcome::Now(self.set(exchange, found)),
            Some(Reply::Later(found)) => Outcome::Later(Box::pin(async move {
                let found = found.await;
                self.set(exchange, found)
            })),
        }
    }
}

impl CacheLookupValue {
    fn set(&self, exchange: &mut Exchange, found: Option<Bytes>) -> Result<Flow, Failure> {
        let found = found.and_then(|bytes| kept::decode(&bytes));
        let value = match (found, &self.default) {
            (Some(value), _) => Some(value),
            (None, Some(default)) => Some(default.get(exchange)?),
            (None, None) => None,
        };
        if let Some(value) = value {
            exchange.set_variable(&self.variable, value);
        }
        Ok(Flow::Next)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, reports};

    const STORE: &str = "<choose><when condition='@(context.Request.Method == \"PUT\")'>\
        <cache-store-value key='k' value='@(41)' duration='10' /></when></choose>";

    /// The text of the variable `v` after the lookup.
    fn bench(lookup: &str) -> Bench {
        Bench::new(&format!(
            "<inbound>{STORE}<cache-lookup-value variable-name='v' {lookup} /></inbound><backend /><outbound><set-body>@{{\
             object v; return !context.Variables.TryGetValue(\"v\", out v) ? \"unset\" : v + \" \" + v?.GetType(); }}\
             </set-body></outbound>"
        ))
    }

    #[test]
    fn a_value_is_found_until_it_expires() {
        let mut bench = bench("key='@(\"k\")'");
        assert_eq!(bench.run("GET /"), "200 OK\n\nunset");
        assert_eq!(bench.run("PUT /"), "200 OK\n\n41 System.Int32");
        bench.clock.pass(9);
        assert_eq!(bench.run("GET /"), "200 OK\n\n41 System.Int32");
        bench.clock.pass(1);
        assert_eq!(bench.run("GET /"), "200 OK\n\nunset");
    }

    #[test]
    fn the_default_stands_in_for_what_is_not_there() {
        for (default, expected) in [
            ("default-value='d'", "d System.String"),
            ("default-value='@(1.5)'", "1.5 System.Double"),
            ("default-value='@(null)'", " "),
            ("default-value='' caching-type='external'", " System.String"),
        ] {
            let mut bench = bench(&format!("key='other' {default}"));
            assert_eq!(bench.run("PUT /"), format!("200 OK\n\n{expected}"), "{default}");
        }
    }

    #[test]
    fn keys_are_told_apart_and_null_is_none() {
        for (key, expected) in [
            ("'K'", "unset"),
            ("' k'", "unset"),
            ("''", "unset"),
            ("'k'", "41 System.Int32"),
        ] {
            let mut bench = bench(&format!("key={key}"));
            assert_eq!(bench.run("PUT /"), format!("200 OK\n\n{expected}"), "{key}");
        }
        assert!(bench("key='@((string)null)'").run("GET /").starts_with("500"));
    }

    #[test]
    fn what_is_missing_is_reported() {
        reports(&[
            (
                "<cache-lookup-value default-value='x' caching-type='redis' />",
                "`<cache-lookup-value>` lacks the attribute `key`\n\
                 `<cache-lookup-value>` lacks the attribute `variable-name`\n\
                 `caching-type` of `<cache-lookup-value>` must be `internal` or `external` or `prefer-external`, found \"redis\"",
            ),
            (
                "<cache-lookup-value key='k' variable-name='@(1)' />",
                "`variable-name` of `<cache-lookup-value>` takes no expression, expected a literal",
            ),
        ]);
    }
}
