//! Products: APIs that are offered together.

use super::apis::LoadedApis;
use super::links::{linked, names};
use super::{Loader, layout};
use crate::Product;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// All products by id; `apis` are the ids of all APIs.
pub(crate) fn load(loader: &Loader<'_>, apis: &BTreeSet<String>) -> BTreeMap<String, Arc<Product>> {
    let mut products = BTreeMap::new();
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
            apis: linked(loader, &entry.path, "apis", "API", apis),
            groups: names(loader, &entry.path, "groups"),
            policy: loader.policy(&entry.path),
            id: entry.name.clone(),
        };
        products.insert(entry.name, Arc::new(product));
    }
    products
}

/// Tells each API which products it is in.
pub(crate) fn assign(products: &BTreeMap<String, Arc<Product>>, apis: &mut LoadedApis) {
    let mut by_api: HashMap<&str, Vec<&str>> = HashMap::new();
    for (id, product) in products {
        for api in &product.apis {
            by_api.entry(api).or_default().push(id);
        }
    }
    for loaded in &mut apis.served {
        if let Some(ids) = by_api.get(loaded.api.id.as_str()) {
            loaded.products = ids.iter().map(|id| (*id).to_owned()).collect();
        }
    }
}
