//! Who may call: subscription keys, as APIM's documentation tabulates them.
//!
//! A key is looked for in the header, then in the query. One that is there must be good: known, active, of an owner
//! who is not blocked and of a scope that covers the API; otherwise the call is refused, whether the API needs a key or
//! not. A call without a key comes in under the product of the API that needs no subscription, whatever the API itself
//! needs; where there is none, only an API that needs no key is open. The key is not taken out of the request.
//! Never here: tokens, client certificates; those are policies.

use crate::clock::ticks;
use crate::entities::Entities;
use crate::route::{Called, Query};
use catalog::{Api, Catalog, SubscriptionScope, SubscriptionState};
use expression::context;
use http::{HeaderMap, HeaderValue, StatusCode};
use policy::{Failure, Identity, RequestMessage};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// The subscriptions of a snapshot, and its open products.
pub struct Doors {
    catalog: Arc<Catalog>,
    /// By the subscription's id.
    subscribers: HashMap<String, Subscriber>,
    /// By API id: the product that opens it without a subscription.
    open: HashMap<String, ServedProduct>,
}

/// A product that calls come in under.
#[derive(Clone)]
pub struct ServedProduct {
    /// As the catalog has it.
    pub catalog: Arc<catalog::Product>,
    /// As expressions see it.
    pub entity: Arc<context::Product>,
}

struct Subscriber {
    /// Where the subscription's scope is a product.
    product: Option<ServedProduct>,
    /// Ticks from and until which it works.
    from: i64,
    until: i64,
    /// Its owner may not call.
    blocked: bool,
    identity: Identity,
}

/// Proof that a caller may call; made by [`Doors::admit`] alone.
pub struct Admitted {
    /// The product that the call came in under.
    pub product: Option<ServedProduct>,
    /// The subscription and its owner.
    pub identity: Identity,
}

impl Doors {
    /// The doors of a catalog.
    pub fn of(catalog: Arc<Catalog>, entities: &Entities) -> Self {
        let served = |id: &String| {
            let product = catalog.products.get(id)?;
            Some(ServedProduct {
                catalog: Arc::clone(product),
                entity: entities.product(id)?,
            })
        };
        let subscribers = catalog.subscriptions.values().map(|subscription| {
            let product = match &subscription.scope {
                SubscriptionScope::Product(id) => served(id),
                SubscriptionScope::AllApis | SubscriptionScope::Api(_) => None,
            };
            let owner = subscription.owner_id.as_ref().and_then(|id| catalog.users.get(id));
            let blocked = owner.is_some_and(|user| user.blocked);
            let subscriber = Subscriber::of(subscription, product, blocked, entities);
            (subscription.id.clone(), subscriber)
        });
        let subscribers = subscribers.collect();
        let mut open = HashMap::new();
        for (id, product) in &catalog.products {
            let opens = product.published && !product.subscription_required;
            let Some(served) = served(id).filter(|_| opens) else {
                continue;
            };
            for api in catalog.apis.iter().filter(|api| covers(product, api)) {
                open.entry(api.id.clone()).or_insert_with(|| served.clone());
            }
        }
        Self {
            catalog,
            subscribers,
            open,
        }
    }

    /// Lets a call in, or says why not. `now` is in ticks.
    pub fn admit(&self, called: &Called, request: &RequestMessage, now: i64) -> Result<Admitted, Failure> {
        let api = &called.api.catalog;
        let without_key = |product| Admitted {
            product,
            identity: Identity::default(),
        };
        match presented(api, &request.headers, &request.query) {
            Some(key) => self
                .with_key(&key, api, now)
                .ok_or_else(|| refused(&Refusal::Invalid, api, request)),
            None => match self.open.get(&api.id) {
                Some(product) => Ok(without_key(Some(product.clone()))),
                None if !api.subscription_required => Ok(without_key(None)),
                None => Err(refused(&Refusal::Missing, api, request)),
            },
        }
    }

    fn with_key(&self, key: &str, api: &Api, now: i64) -> Option<Admitted> {
        let subscription = self.catalog.subscription_by_key(key)?;
        let subscriber = self.subscribers.get(&subscription.id)?;
        let active = subscription.state == SubscriptionState::Active;
        if !active || subscriber.blocked || now < subscriber.from || now >= subscriber.until {
            return None;
        }
        let covered = match (&subscription.scope, &subscriber.product) {
            (SubscriptionScope::AllApis, _) => true,
            (SubscriptionScope::Api(id), _) => *id == api.id,
            (SubscriptionScope::Product(_), product) => {
                product.as_ref().is_some_and(|product| covers(&product.catalog, api))
            }
        };
        covered.then(|| Admitted {
            product: subscriber.product.clone(),
            identity: Identity {
                key: Some(key.into()),
                ..subscriber.identity.clone()
            },
        })
    }
}

impl Subscriber {
    fn of(
        subscription: &catalog::Subscription,
        product: Option<ServedProduct>,
        blocked: bool,
        entities: &Entities,
    ) -> Self {
        Self {
            product,
            blocked,
            from: subscription.start_date.map_or(i64::MIN, ticks),
            until: subscription.expiration_date.map_or(i64::MAX, ticks),
            identity: Identity {
                subscription: Some(Arc::new(crate::entities::subscription(subscription))),
                key: None,
                user: subscription.owner_id.as_deref().map(|id| entities.user(id)),
            },
        }
    }
}

fn covers(product: &catalog::Product, api: &Api) -> bool {
    product.apis.contains(&api.id) || api.products.contains(&product.id)
}

/// The key that a request carries; an empty one is none, one that is no text is a wrong one. So are several: whoever stands
/// behind the gateway could take another one for the caller's.
fn presented<'a>(api: &Api, headers: &'a HeaderMap, query: &'a str) -> Option<Cow<'a, str>> {
    let in_headers = headers.get_all(api.subscription_key_header.as_str()).iter();
    let in_headers = in_headers.map(|key| bare(key.to_str().unwrap_or(NO_KEY), api).into());
    only(in_headers).or_else(|| {
        if query.is_empty() {
            None
        } else {
            only(Query(query).all(&api.subscription_key_query))
        }
    })
}

/// What no subscription has.
const NO_KEY: &str = ",";

/// The key that all say that say one.
fn only<'a>(keys: impl Iterator<Item = Cow<'a, str>>) -> Option<Cow<'a, str>> {
    keys.filter(|key| !key.is_empty())
        .reduce(|first, other| if first == other { first } else { NO_KEY.into() })
}

/// A key without the scheme that clients of `OpenAI` and their like write before it, where it comes by `Authorization`.
fn bare<'a>(key: &'a str, api: &Api) -> &'a str {
    if !api.subscription_key_header.eq_ignore_ascii_case("authorization") {
        return key;
    }
    match key.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim_start(),
        _ => key,
    }
}

enum Refusal {
    Missing,
    Invalid,
}

fn refused(refusal: &Refusal, api: &Api, request: &RequestMessage) -> Failure {
    let (reason, message, client) = match refusal {
        Refusal::Missing => (
            "SubscriptionKeyNotFound",
            "Access denied due to missing subscription key. Make sure to include subscription key when making requests to this API.",
            "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.",
        ),
        Refusal::Invalid => (
            "SubscriptionKeyInvalid",
            "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.",
            "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.",
        ),
    };
    let mut failure = Failure::refused(reason, StatusCode::UNAUTHORIZED, message, client);
    failure.source = "authorization";
    // The host is the client's own word: a quoted string must not end in it (RFC 9110, section 5.6.4).
    let host = request.authority.replace(['"', '\\'], "");
    let challenge = format!(
        "AzureApiManagementKey realm=\"{}://{host}/{}\",name=\"{}\",type=\"header\"",
        request.scheme, api.path, api.subscription_key_header
    );
    if let Ok(challenge) = HeaderValue::try_from(challenge) {
        failure.headers.insert(http::header::WWW_AUTHENTICATE, challenge);
    }
    failure
}
