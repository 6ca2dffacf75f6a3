//! Products: APIs that are offered together.

use super::apis::LoadedApis;
use super::links::{linked, names};
use super::{Loader, layout};
use crate::Product;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// All products by id; the APIs learn which products they are in.
pub(crate) fn load(loader: &Loader<'_>, apis: &mut LoadedApis) -> BTreeMap<String, Arc<Product>> {
    let mut products = BTreeMap::new();
    let mut by_id: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, loaded) in apis.served.iter().enumerate() {
        by_id.entry(loaded.api.id.clone()).or_default().push(at);
    }
    for entry in layout::entities(loader, layout::PRODUCTS) {
        let Some(information) = loader.information(&entry.path, "productInformation.json") else {
            continue;
        };
        layout::check_within(loader, &entry.path);
        let fields = information.properties(loader.problems);
        let published = fields.choice("state", &[("published", true), ("notPublished", false)]);
        let product = Product {
            name: fields
                .required("displayName")
                .map(|name| name.value.to_owned())
                .unwrap_or_default(),
            subscription_required: fields.boolean("subscriptionRequired").unwrap_or(true),
            approval_required: fields.boolean("approvalRequired").unwrap_or(false),
            subscriptions_limit: fields.number("subscriptionsLimit"),
            published: published.unwrap_or(false),
            apis: linked(loader, &entry.path, "apis", "API", &apis.known),
            groups: names(loader, &entry.path, "groups"),
            policy: loader.policy(&entry.path),
            id: entry.name.clone(),
        };
        for at in product.apis.iter().filter_map(|id| by_id.get(id)).flatten() {
            if let Some(loaded) = apis.served.get_mut(*at) {
                loaded.products.push(product.id.clone());
            }
        }
        products.insert(entry.name, Arc::new(product));
    }
    products
}
