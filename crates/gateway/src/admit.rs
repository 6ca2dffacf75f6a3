//! Who may call: subscription keys, as APIM's documentation tabulates them.
//!
//! A key is looked for in the header, then in the query. One that is there must be good: known, active, of a scope
//! that covers the API; otherwise the call is refused, whether the API needs a key or not. Without a key, an API that
//! needs none is open, and so is one in a product that needs no subscription. The key is not taken out of the request.
//! Never here: tokens, client certificates; those are policies.

use crate::clock::ticks;
use crate::entities::Entities;
use crate::route::{Called, Query};
use catalog::{Api, Catalog, KeyDigest, SubscriptionScope, SubscriptionState};
use expression::context;
use http::{HeaderMap, HeaderValue, StatusCode};
use policy::{Failure, Identity};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;

/// The subscriptions of a snapshot by key, and its open products.
#[derive(Default)]
pub struct Doors {
    keys: HashMap<KeyDigest, Arc<Subscriber>>,
    /// By API id: the product that opens it without a subscription.
    open: HashMap<String, Arc<context::Product>>,
}

struct Subscriber {
    scope: SubscriptionScope,
    /// The APIs and the entity of the product, where the scope is one.
    product: Option<(Vec<String>, Arc<context::Product>)>,
    active: bool,
    /// Ticks from and until which it works.
    from: i64,
    until: i64,
    identity: Identity,
}

/// Proof that a caller may call; made by [`Doors::admit`] alone.
pub struct Admitted {
    /// The product that the call came in under.
    pub product: Option<Arc<context::Product>>,
    /// The subscription and its owner.
    pub identity: Identity,
}

impl Doors {
    /// The doors of a catalog.
    pub fn of(catalog: &Catalog, entities: &Entities) -> Self {
        let mut doors = Self::default();
        for subscription in catalog.subscriptions.values() {
            let subscriber = Arc::new(Subscriber::of(subscription, catalog, entities));
            for key in &subscription.keys {
                doors.keys.insert(key.clone(), Arc::clone(&subscriber));
            }
        }
        for (id, product) in catalog.products.iter().filter(|(_, product)| !product.subscription_required) {
            let Some(entity) = entities.product(id) else { continue };
            let apis = catalog.apis.iter().filter(|api| covers(product, api));
            for api in apis.filter(|_| product.published) {
                doors.open.entry(api.id.clone()).or_insert_with(|| Arc::clone(&entity));
            }
        }
        doors
    }

    /// Lets a call in, or says why not. `now` is in ticks.
    pub fn admit(&self, called: &Called, headers: &HeaderMap, query: &str, now: i64) -> Result<Admitted, Failure> {
        let api = &called.api.catalog;
        match presented(api, headers, query) {
            Some(key) => self.with_key(key, api, now).ok_or_else(|| refused(Refusal::Invalid, api)),
            None if !api.subscription_required => Ok(Admitted { product: None, identity: Identity::default() }),
            None => match self.open.get(&api.id) {
                Some(product) => {
                    Ok(Admitted { product: Some(Arc::clone(product)), identity: Identity::default() })
                }
                None => Err(refused(Refusal::Missing, api)),
            },
        }
    }

    fn with_key(&self, key: KeyDigest, api: &Api, now: i64) -> Option<Admitted> {
        // Only digests are compared, so the time that takes says nothing about a key.
        let subscriber = self.keys.get(&key)?;
        if !subscriber.active || now < subscriber.from || now >= subscriber.until {
            return None;
        }
        let product = match &subscriber.scope {
            SubscriptionScope::AllApis => None,
            SubscriptionScope::Api(id) if *id == api.id => None,
            SubscriptionScope::Api(_) => return None,
            SubscriptionScope::Product(id) => {
                let (apis, product) = subscriber.product.as_ref()?;
                let covered = api.products.contains(id) || apis.contains(&api.id);
                Some(covered.then(|| Arc::clone(product))?)
            }
        };
        Some(Admitted { product, identity: subscriber.identity.clone() })
    }
}

impl Subscriber {
    fn of(subscription: &catalog::Subscription, catalog: &Catalog, entities: &Entities) -> Self {
        let product = match &subscription.scope {
            SubscriptionScope::Product(id) => {
                catalog.products.get(id).map(|product| product.apis.clone()).zip(entities.product(id))
            }
            _ => None,
        };
        Self {
            scope: subscription.scope.clone(),
            product,
            active: subscription.state == SubscriptionState::Active,
            from: subscription.start_date.map_or(i64::MIN, ticks),
            until: subscription.expiration_date.map_or(i64::MAX, ticks),
            identity: Identity {
                subscription: Some(Arc::new(crate::entities::subscription(subscription))),
                user: subscription.owner_id.as_deref().and_then(|id| entities.user(id)),
            },
        }
    }
}

fn covers(product: &catalog::Product, api: &Api) -> bool {
    product.apis.contains(&api.id) || api.products.contains(&product.id)
}

fn presented(api: &Api, headers: &HeaderMap, query: &str) -> Option<KeyDigest> {
    let digest = |key: &[u8]| KeyDigest(Sha256::digest(key).into());
    if let Some(key) = headers.get(api.subscription_key_header.as_str()) {
        return Some(digest(key.as_bytes()));
    }
    if query.is_empty() {
        return None;
    }
    Query(query).get(&api.subscription_key_query).map(|key| digest(key.as_bytes()))
}

enum Refusal {
    Missing,
    Invalid,
}

fn refused(refusal: Refusal, api: &Api) -> Failure {
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
    let challenge = format!(
        "AzureApiManagementKey realm=\"/{}\",name=\"{}\",type=\"header\"",
        api.path, api.subscription_key_header
    );
    if let Ok(challenge) = HeaderValue::try_from(challenge) {
        failure.headers.insert(http::header::WWW_AUTHENTICATE, challenge);
    }
    failure
}
