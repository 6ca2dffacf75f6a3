//! The catalog's entities as expressions see them, made once for each snapshot.
//!
//! Never here: routing, keys.

use crate::clock::ticks;
use catalog::Catalog;
use expression::context::{Api, Group, Operation, Product, Subscription, Url, User};
use expression::text::Text;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

/// All entities of a catalog by id.
pub struct Entities {
    /// By address of the catalog's API, since revisions share an id.
    apis: HashMap<*const catalog::Api, Arc<Api>>,
    products: HashMap<String, Arc<Product>>,
    users: HashMap<String, Arc<User>>,
}

impl Entities {
    /// The entities of `catalog`; `known` has those of APIs that were there before.
    pub fn of(catalog: &Catalog, known: impl Fn(&Arc<catalog::Api>) -> Option<Arc<Api>>) -> Self {
        let entity = |entry| known(entry).unwrap_or_else(|| Arc::new(api(entry)));
        let apis: HashMap<_, _> = catalog
            .apis
            .iter()
            .map(|entry| (Arc::as_ptr(entry), entity(entry)))
            .collect();
        let current = catalog.apis.iter().rev().filter(|entry| entry.is_current);
        let current: HashMap<&str, _> = current.map(|entry| (entry.id.as_str(), Arc::as_ptr(entry))).collect();
        let current = |id: &String| apis.get(current.get(id.as_str())?).cloned();
        let products = catalog.products.iter().map(|(id, entry)| {
            let apis = entry.apis.iter().filter_map(current).collect();
            let groups = groups(catalog, &entry.groups);
            (id.clone(), Arc::new(product(entry, apis, groups)))
        });
        let products = products.collect();
        let users = catalog
            .users
            .iter()
            .map(|(id, entry)| (id.clone(), Arc::new(user(entry, groups(catalog, &entry.groups)))))
            .collect();
        Self { apis, products, users }
    }

    /// The entity of one of the catalog's APIs.
    pub fn api(&self, entry: &Arc<catalog::Api>) -> Arc<Api> {
        self.apis
            .get(&Arc::as_ptr(entry))
            .map_or_else(|| Arc::new(api(entry)), Arc::clone)
    }

    /// A product.
    pub fn product(&self, id: &str) -> Option<Arc<Product>> {
        self.products.get(id).cloned()
    }

    /// A user; of one who is not described, as extractors describe none, the id alone is known.
    pub fn user(&self, id: &str) -> Arc<User> {
        let unknown = || {
            Arc::new(User {
                id: text(id),
                ..User::default()
            })
        };
        self.users.get(id).map_or_else(unknown, Arc::clone)
    }
}

fn api(entry: &catalog::Api) -> Api {
    Api {
        id: text(&entry.id),
        name: text(&entry.name),
        path: text(&entry.path),
        protocols: entry.protocols.iter().map(|protocol| text(protocol)).collect(),
        service_url: entry.service_url.as_deref().and_then(url).map(Arc::new),
        subscription_key_header: text(&entry.subscription_key_header),
        subscription_key_query: text(&entry.subscription_key_query),
        revision: text(&entry.revision),
        version: entry
            .version
            .as_ref()
            .map_or_else(Text::default, |version| text(&version.name)),
        is_current_revision: entry.is_current,
    }
}

/// An operation.
pub fn operation(entry: &catalog::Operation) -> Operation {
    Operation {
        id: text(&entry.id),
        name: text(&entry.name),
        method: text(&entry.method),
        url_template: text(&entry.url_template),
    }
}

fn product(entry: &catalog::Product, apis: Vec<Arc<Api>>, groups: Vec<Arc<Group>>) -> Product {
    Product {
        id: text(&entry.id),
        name: text(&entry.name),
        published: entry.published,
        subscription_required: entry.subscription_required,
        approval_required: entry.approval_required,
        subscriptions_limit: entry.subscriptions_limit.and_then(|limit| i32::try_from(limit).ok()),
        apis,
        groups,
    }
}

/// A subscription.
pub fn subscription(entry: &catalog::Subscription) -> Subscription {
    Subscription {
        id: text(&entry.id),
        name: text(&entry.name),
        created_date: ticks(entry.created_date.unwrap_or(UNIX_EPOCH)),
        start_date: entry.start_date.map(ticks),
        end_date: entry.expiration_date.map(ticks),
        // Keys are kept as digests only, so expressions see none.
        primary_key: Text::default(),
        secondary_key: Text::default(),
    }
}

fn user(entry: &catalog::User, groups: Vec<Arc<Group>>) -> User {
    User {
        id: text(&entry.id),
        email: text(&entry.email),
        first_name: text(&entry.first_name),
        last_name: text(&entry.last_name),
        note: text(&entry.note),
        registration_date: entry.registration_date.map(ticks).unwrap_or_default(),
        identities: entry
            .identities
            .iter()
            .map(|(provider, id)| (text(id), text(provider)))
            .collect(),
        groups,
    }
}

/// Groups that are told by their ids or by their names.
fn groups(catalog: &Catalog, told: &[String]) -> Vec<Arc<Group>> {
    let group = |told: &String| {
        let known = catalog
            .groups
            .get_key_value(told)
            .or_else(|| catalog.groups.iter().find(|(_, name)| *name == told));
        let (id, name) = known.unwrap_or((told, told));
        Arc::new(Group {
            id: text(id),
            name: text(name),
        })
    };
    told.iter().map(group).collect()
}

fn url(written: &str) -> Option<Url> {
    let uri: http::Uri = written.parse().ok()?;
    let scheme = uri.scheme_str()?;
    let default = if matches!(scheme, "https" | "wss" | "grpcs") {
        443
    } else {
        80
    };
    Some(Url {
        scheme: text(scheme),
        host: text(uri.host()?),
        port: i32::from(uri.port_u16().unwrap_or(default)),
        path: text(uri.path()),
        ..Url::default()
    })
}

fn text(text: &str) -> Text {
    text.into()
}
