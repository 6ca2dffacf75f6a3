//! What the caching policies share: which cache, under which key, and how a response is kept.
//!
//! Never here: what any of them does.

mod acceptable;
mod downstream;
mod entry;

use crate::element::{ElementReader, Words};
use crate::exchange::Exchange;
pub(crate) use acceptable::is_acceptable;
pub(crate) use downstream::{Downstream, DownstreamCaching};
pub(crate) use entry::Entry;
use std::sync::Arc;
use std::time::Duration;
use store::Cache;

/// Bytes of the largest thing that is kept, as in APIM.
pub(crate) const LARGEST: usize = 2 << 20;

/// `caching-type`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum CachingType {
    /// The gateway's own.
    Internal,
    /// The one that gateways share; without one nothing is kept.
    External,
    /// The shared one if there is one, else the gateway's own.
    #[default]
    PreferExternal,
}

impl CachingType {
    const WORDS: Words<Self> = &[
        ("internal", Self::Internal),
        ("external", Self::External),
        ("prefer-external", Self::PreferExternal),
    ];

    pub fn read(element: &mut ElementReader<'_, '_>) -> Self {
        element.literal_word("caching-type", Self::WORDS).unwrap_or_default()
    }

    /// The cache, if there is one.
    pub fn cache(self, exchange: &Exchange) -> Option<&dyn Cache> {
        let caches = &exchange.services.caches;
        let internal = || Some(&*caches.internal);
        let external = caches.external.as_ref().map(Arc::as_ref);
        match self {
            Self::Internal => internal(),
            Self::External => external,
            Self::PreferExternal => external.or_else(internal),
        }
    }
}

/// A request whose response may be kept: what `cache-lookup` leaves for `cache-store`.
pub(crate) struct Missed {
    /// The response's key.
    pub key: String,
    pub caching_type: CachingType,
    pub downstream: Downstream,
}

/// What the caches take for the time.
pub(crate) fn now(exchange: &Exchange) -> Duration {
    exchange.services.clock.monotonic()
}

/// The key of a value in a cache, where responses are kept as well.
pub(crate) fn value_key(key: &str) -> String {
    format!("value/{key}")
}
