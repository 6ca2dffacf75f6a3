//! `cache-lookup` answers a GET with the response that `cache-store` has kept for the same request.
//!
//! Requests are the same when API, revision, operation, path (as the client sent it, and as policies before this one have
//! left it), backend (as policies before this one have chosen it), query parameters (those of `vary-by-query-parameter`, a list parted by `;`; all when none is named, apart
//! from the subscription key), the headers of `vary-by-header`, and, where asked for, the developer
//! (`vary-by-developer`, the subscription's owner) and the developer's groups are. Names of query parameters are
//! compared ignoring case.
//!
//! - A hit skips the rest of inbound and the backend; outbound goes on behind `cache-store`, since what stands before it
//!   is part of the kept response. A `cache-store` inside of `choose` counts with the whole `choose`.
//! - A miss lets the request go on, without the headers by which a client asks for less than the whole response or speaks
//!   to caches, as in APIM; `cache-store` then keeps its response. Without a `cache-store` in outbound nothing is looked
//!   up.
//! - Other methods, MCP servers, and requests with `Authorization` (unless `allow-private-response-caching`) go by as if
//!   the policy were not there.
//! - A kept response in a coding that the client's `Accept-Encoding` refuses is not found, and the next one takes its
//!   place. Otherwise what backends say of caching (`Cache-Control`, `Expires`, `Vary`) decides nothing: the
//!   duration and what the lookup varies by do.
//! - A response that was kept or found tells caches on its way what `downstream-caching-type` allows them:
//!   `Cache-Control: no-cache, no-store` for `none`, which is the default; otherwise `private` or `public` with the time
//!   that is left as `max-age`, `must-revalidate` unless that attribute is false, and a `Vary` for each header. The
//!   backend's `Age` and `Expires` are gone.

mod fingerprint;

use crate::caching::{self, CachingType, Downstream, DownstreamCaching, Entry, Missed};
use crate::codes;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, Sections, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::value::{Readable, Value};
use bytes::Bytes;
use expression::text::Text;
use http::Method;
use http::header::{
    AUTHORIZATION, CACHE_CONTROL, HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE,
};
use store::Reply;

pub(crate) const CACHE_LOOKUP: Policy = Policy {
    sections: Sections::INBOUND,
    once: true,
    ..Policy::new("cache-lookup", parse)
};

struct CacheLookup {
    by_developer: Value<bool>,
    by_groups: Value<bool>,
    by_headers: Vec<Value<HeaderName>>,
    by_parameters: Vec<Value<Text>>,
    caching_type: CachingType,
    downstream: Value<DownstreamCaching>,
    must_revalidate: Value<bool>,
    allows_private: Value<bool>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    if !element.compiler.including.is_empty() {
        let span = element.attribute_span("");
        let message = "`<cache-lookup>` may not stand in a fragment";
        element.compiler.refused_by_apim(codes::WRONG_SECTION, span, message);
    }
    let by_developer = element.required("vary-by-developer");
    let by_groups = element.required("vary-by-developer-groups");
    let caching_type = CachingType::read(element);
    let downstream = element.word("downstream-caching-type", DownstreamCaching::WORDS);
    let must_revalidate = element.or("must-revalidate", true);
    let allows_private = element.or("allow-private-response-caching", false);
    let by_headers = element.children("vary-by-header", text);
    let by_parameters = element.children("vary-by-query-parameter", text);
    waiting(CacheLookup {
        by_developer: by_developer?,
        by_groups: by_groups?,
        by_headers,
        by_parameters,
        caching_type,
        downstream: downstream.unwrap_or(Value::Constant(DownstreamCaching::None)),
        must_revalidate,
        allows_private,
    })
}

fn text<T: Readable>(element: &mut ElementReader<'_, '_>) -> Option<Value<T>> {
    element.required_text()
}

impl WaitingStep for CacheLookup {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        let asking = match self.asking(exchange) {
            Ok(Some(asking)) => asking,
            Ok(None) => return Outcome::Now(Ok(Flow::Next)),
            Err(failure) => return Outcome::Now(Err(failure)),
        };
        let Some(cache) = asking.caching_type.cache(exchange) else {
            return Outcome::Now(Ok(Flow::Next));
        };
        match cache.get(&asking.key, caching::now(exchange)) {
            Reply::Now(found) => Outcome::Now(Ok(decide(asking, found.as_ref(), exchange))),
            Reply::Later(found) => Outcome::Later(Box::pin(async move {
                let found = found.await;
                Ok(decide(asking, found.as_ref(), exchange))
            })),
        }
    }
}

/// Headers that a miss takes from the request. APIM's trace says that it removes headers for caches so that the backend
/// sends a complete response, and shows `Cache-Control`.
const FOR_CACHES: [HeaderName; 5] = [
    CACHE_CONTROL,
    IF_MATCH,
    IF_MODIFIED_SINCE,
    IF_NONE_MATCH,
    IF_UNMODIFIED_SINCE,
];

/// What the cache has: the answer, or something to keep later.
fn decide(asking: Missed, found: Option<&Bytes>, exchange: &mut Exchange) -> Flow {
    let kept = found.and_then(Entry::decode);
    let acceptable = |entry: &Entry| caching::is_acceptable(&entry.headers, &exchange.request.headers);
    let Some(entry) = kept.filter(acceptable) else {
        exchange.state.missed = Some(asking);
        for name in FOR_CACHES {
            exchange.request.headers.remove(name);
        }
        return Flow::Next;
    };
    let left = entry.left(exchange.services.clock.ticks());
    exchange.response = Some(entry.into_response(exchange.services.buffer_limit));
    exchange.state.from_cache = true;
    asking.downstream.tell(left, exchange);
    Flow::Answer
}

impl CacheLookup {
    /// What to look for; nothing when the request is none that responses are kept for.
    fn asking(&self, exchange: &Exchange) -> Result<Option<Missed>, Failure> {
        let request = &exchange.request;
        if !exchange.state.has_cache_store || exchange.state.is_mcp || request.method != Method::GET {
            return Ok(None);
        }
        if request.headers.contains_key(AUTHORIZATION) && !self.allows_private.get(exchange)? {
            return Ok(None);
        }
        let varies_by: Result<Vec<HeaderName>, Failure> = self.by_headers.iter().map(|it| it.get(exchange)).collect();
        let downstream = Downstream {
            caching: self.downstream.get(exchange)?,
            must_revalidate: self.must_revalidate.get(exchange)?,
            varies_by: varies_by?,
        };
        Ok(Some(Missed {
            key: self.fingerprint(&downstream.varies_by, exchange)?,
            caching_type: self.caching_type,
            downstream,
        }))
    }
}

#[cfg(test)]
mod tests;
