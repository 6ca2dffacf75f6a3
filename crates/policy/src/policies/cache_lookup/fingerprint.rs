//! What makes two requests the same to the cache.

use super::CacheLookup;
use crate::context::decode_query;
use crate::exchange::Exchange;
use crate::failure::Failure;
use expression::text::Text;
use http::header::HeaderName;
use std::fmt::Write;

impl CacheLookup {
    /// The key of the request's response. Each part has a line of its own: none of them holds a line break.
    pub(super) fn fingerprint(&self, headers: &[HeaderName], exchange: &Exchange) -> Result<String, Failure> {
        let (request, matched) = (&exchange.request, &exchange.matched);
        let mut key = String::from("response");
        if let Some(api) = &matched.api {
            let _ = write!(key, "\napi {} {}", api.id, api.revision);
        }
        if let Some(operation) = &matched.operation {
            let _ = write!(key, "\noperation {}", operation.id);
        }
        let (original, _) = request.original.split_once('?').unwrap_or((&request.original, ""));
        let _ = write!(key, "\npath {original}\nto {}", request.path);
        let target = &exchange.target;
        let backend = target.backend.as_ref().map(|backend| backend.id.as_str());
        let _ = write!(key, "\nbackend {backend:?} {:?}", target.base_url.as_deref());
        for parameter in self.parameters(exchange)? {
            let _ = write!(key, "\n{parameter}");
        }
        for name in headers {
            let _ = write!(key, "\n{name}:");
            for value in request.headers.get_all(name) {
                let _ = write!(key, " {:?}", value.as_bytes().escape_ascii().to_string());
            }
        }
        let user = exchange.identity.user.as_ref();
        if self.by_developer.get(exchange)? {
            let _ = write!(key, "\ndeveloper {:?}", user.map(|user| user.id.as_str()));
        }
        if self.by_groups.get(exchange)? {
            let groups = user.into_iter().flat_map(|user| &user.groups);
            let mut groups: Vec<&str> = groups.map(|group| group.id.as_str()).collect();
            groups.sort_unstable();
            let _ = write!(key, "\ngroups {groups:?}");
        }
        Ok(key)
    }

    /// The query parameters that count, in an order of their own.
    fn parameters(&self, exchange: &Exchange) -> Result<Vec<String>, Failure> {
        let mut listed = Vec::new();
        for names in &self.by_parameters {
            let names: Text = names.get(exchange)?;
            listed.extend(names.split(';').map(|name| name.trim().to_lowercase()));
        }
        let subscription = exchange
            .matched
            .api
            .as_ref()
            .map(|api| api.subscription_key_query.to_lowercase());
        let counts = |name: &str| {
            if listed.is_empty() {
                subscription.as_deref() != Some(name)
            } else {
                listed.iter().any(|listed| listed == name)
            }
        };
        let pairs = exchange.request.query.split('&').filter(|pair| !pair.is_empty());
        let named = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode_query(name).to_lowercase(), decode_query(value))
        });
        let mut parameters: Vec<(String, String)> = named.filter(|(name, _)| counts(name)).collect();
        // Values of one name keep their order.
        parameters.sort_by(|(one, _), (other, _)| one.cmp(other));
        let lines = parameters
            .into_iter()
            .map(|(name, value)| format!("{name:?}={value:?}"));
        Ok(lines.collect())
    }
}
