//! What caches between the gateway and its clients are told about a response that the gateway keeps.

use crate::element::Words;
use crate::exchange::Exchange;
use expression::Reads;
use http::header::{AGE, CACHE_CONTROL, EXPIRES, HeaderName, HeaderValue, VARY};
use std::time::Duration;

/// `downstream-caching-type`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DownstreamCaching {
    None,
    Private,
    Public,
}

impl DownstreamCaching {
    pub const WORDS: Words<Self> = &[
        ("none", Self::None),
        ("private", Self::Private),
        ("public", Self::Public),
    ];
}

/// Who else may keep the response, and which requests it answers.
#[derive(Clone)]
pub(crate) struct Downstream {
    pub caching: DownstreamCaching,
    pub must_revalidate: bool,
    /// Headers of the request that the response depends on.
    pub varies_by: Vec<HeaderName>,
}

impl Downstream {
    /// Has the response say it when it leaves, in place of what the backend said; it lasts for `lasts` yet.
    pub fn tell(self, lasts: Duration, exchange: &mut Exchange) {
        exchange.when_leaving(Reads::default(), move |exchange| {
            let headers = &mut exchange.response_mut().headers;
            // They would contradict the time that is left.
            headers.remove(AGE);
            headers.remove(EXPIRES);
            headers.insert(CACHE_CONTROL, self.cache_control(lasts));
            if self.caching != DownstreamCaching::None {
                let names = self.varies_by.into_iter().map(HeaderValue::from);
                headers.extend(names.map(|name| (VARY, name)));
            }
            None
        });
    }

    fn cache_control(&self, lasts: Duration) -> HeaderValue {
        let whose = match self.caching {
            DownstreamCaching::None => return HeaderValue::from_static("no-cache, no-store"),
            DownstreamCaching::Private => "private",
            DownstreamCaching::Public => "public",
        };
        let revalidates = if self.must_revalidate { ", must-revalidate" } else { "" };
        let text = format!("{whose}, max-age={}{revalidates}", lasts.as_secs());
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("no-cache, no-store"))
    }
}
