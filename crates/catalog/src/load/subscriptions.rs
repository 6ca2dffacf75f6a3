//! Subscriptions: which keys open what. Keys leave this module as digests only.

use super::{Loader, layout, references};
use crate::codes;
use crate::fields::Fields;
use crate::{Catalog, KeyDigest, Product, Subscription, SubscriptionScope, SubscriptionState};
use diagnostic::{Diagnostic, Severity};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// A key of fewer characters can be guessed.
const SHORTEST_KEY: usize = 16;

const STATES: [(&str, SubscriptionState); 6] = [
    ("active", SubscriptionState::Active),
    ("suspended", SubscriptionState::Suspended),
    ("submitted", SubscriptionState::Submitted),
    ("rejected", SubscriptionState::Rejected),
    ("cancelled", SubscriptionState::Cancelled),
    ("expired", SubscriptionState::Expired),
];

/// Adds all subscriptions to the catalog.
pub(crate) fn load(
    loader: &Loader<'_>,
    apis: &BTreeSet<String>,
    products: &BTreeMap<String, Arc<Product>>,
    catalog: &mut Catalog,
) {
    let mut owners: HashMap<KeyDigest, String> = HashMap::new();
    for entry in layout::entities(loader, layout::SUBSCRIPTIONS) {
        let Some(information) = loader.information(&entry.path, "subscriptionInformation.json") else {
            continue;
        };
        let fields = information.properties(loader.problems);
        let keys = keys(loader, fields, &entry.name, &mut owners);
        let state = fields.string("state");
        let state = state.map_or(Some(SubscriptionState::Active), |state| {
            fields.choose("state", state, &STATES)
        });
        // Extractors that are told what to extract write subscriptions of what they leave out.
        let severity = if keys.is_empty() {
            Severity::Warning
        } else {
            Severity::Error
        };
        let (Some(scope), Some(state)) = (scope(fields, severity, apis, products), state) else {
            continue;
        };
        catalog.add_subscription(Subscription {
            // Those that developers made have none.
            name: fields.text("displayName"),
            scope,
            state,
            start_date: fields.moment("startDate"),
            expiration_date: fields.moment("expirationDate"),
            created_date: fields.moment("createdDate"),
            owner_id: owner(fields, catalog),
            keys,
            id: entry.name,
        });
    }
}

fn keys(loader: &Loader<'_>, fields: Fields<'_>, id: &str, owners: &mut HashMap<KeyDigest, String>) -> Vec<KeyDigest> {
    let mut digests = Vec::new();
    for property in ["primaryKey", "secondaryKey"] {
        let Some(written) = fields.string(property) else {
            continue;
        };
        let key = loader.expand(fields, written);
        let key = key.trim();
        // A name that is not known was reported already.
        if key.is_empty() || key.contains("{{") {
            continue;
        }
        if key.chars().count() < SHORTEST_KEY {
            let message = format!("`{property}` is shorter than {SHORTEST_KEY} characters: it can be guessed");
            fields.warn(codes::SHORT_KEY, written.span, message);
        }
        let digest = KeyDigest::of(key);
        match owners.get(&digest).filter(|owner| *owner != id) {
            Some(owner) => {
                let message = format!("`{property}` is also a key of the subscription `{owner}`");
                fields.report(codes::SAME_KEY, written.span, message);
            }
            None if !digests.contains(&digest) => digests.push(digest.clone()),
            None => {}
        }
        owners.entry(digest).or_insert_with(|| id.to_owned());
    }
    if digests.is_empty() && fields.get("primaryKey").is_none() && fields.get("secondaryKey").is_none() {
        let message = format!("the subscription `{id}` has no keys: it opens nothing");
        let problem = Diagnostic::warning(codes::NO_KEYS, fields.source, fields.head(), message);
        let help = "extracts leave keys out; add `\"primaryKey\": \"{{name}}\"` and a secret named value of that name";
        fields.problems.push(problem.with_help(help));
    }
    digests
}

/// What a subscription opens; `severity` is that of a scope that is not there.
fn scope(
    fields: Fields<'_>,
    severity: Severity,
    apis: &BTreeSet<String>,
    products: &BTreeMap<String, Arc<Product>>,
) -> Option<SubscriptionScope> {
    let written = fields.required("scope")?;
    match parsed_scope(written.value) {
        Some(SubscriptionScope::Api(api)) => {
            let names = apis.iter().map(String::as_str);
            if apis.contains(&api) {
                return Some(SubscriptionScope::Api(api));
            }
            references::check_with(severity, fields, written, ("API", &api), names)
                .map(|api| SubscriptionScope::Api(api.to_owned()))
        }
        Some(SubscriptionScope::Product(product)) => {
            let names = products.keys().map(String::as_str);
            references::check_with(severity, fields, written, ("product", &product), names)
                .map(|product| SubscriptionScope::Product(product.to_owned()))
        }
        Some(SubscriptionScope::AllApis) => Some(SubscriptionScope::AllApis),
        None => {
            let message = format!(
                "`scope` must be `/apis`, `/apis/<api>` or `/products/<product>`, found \"{}\"",
                written.value
            );
            let problem = fields.error(codes::BAD_VALUE, written.span, message);
            fields.problems.push(Diagnostic { severity, ..problem });
            None
        }
    }
}

/// A scope in the short form or as ARM's id; the whole service opens all APIs.
fn parsed_scope(text: &str) -> Option<SubscriptionScope> {
    let trimmed = text.trim().trim_matches('/');
    let segments: Vec<&str> = trimmed.split('/').collect();
    let is = |segment: &str, word: &str| segment.eq_ignore_ascii_case(word);
    // An id of ARM's goes on with `/service/<name>`.
    let within = match segments
        .iter()
        .position(|segment| is(segment, "Microsoft.ApiManagement"))
    {
        Some(provider) => segments.get(provider + 3..)?,
        None => segments.as_slice(),
    };
    match within {
        [] | [""] => Some(SubscriptionScope::AllApis),
        [kind] if is(kind, "apis") => Some(SubscriptionScope::AllApis),
        [kind, name] if is(kind, "apis") => Some(SubscriptionScope::Api(references::without_revision(name).to_owned())),
        [kind, name] if is(kind, "products") => Some(SubscriptionScope::Product((*name).to_owned())),
        _ => None,
    }
}

fn owner(fields: Fields<'_>, catalog: &Catalog) -> Option<String> {
    let written = fields.string("ownerId")?;
    let name = references::name_in(written.value);
    if !catalog.users.contains_key(name) {
        let message = format!("there is no user `{name}`: policies know no more of the owner than this id");
        fields.warn(codes::UNKNOWN_REFERENCE, written.span, message);
    }
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_short_or_full_ids() {
        let service = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/x";
        let api = |name: &str| Some(SubscriptionScope::Api(name.to_owned()));
        let rows = [
            ("/apis", Some(SubscriptionScope::AllApis)),
            ("/apis/", Some(SubscriptionScope::AllApis)),
            (service, Some(SubscriptionScope::AllApis)),
            (&format!("{service}/apis"), Some(SubscriptionScope::AllApis)),
            ("/apis/orders", api("orders")),
            ("apis/orders;rev=2", api("orders")),
            (&format!("{service}/apis/orders"), api("orders")),
            (
                "/products/starter",
                Some(SubscriptionScope::Product("starter".to_owned())),
            ),
            (
                "/Products/starter",
                Some(SubscriptionScope::Product("starter".to_owned())),
            ),
            ("/things/x", None),
            (
                "/products/service",
                Some(SubscriptionScope::Product("service".to_owned())),
            ),
            ("/subscriptions/s", None),
            ("orders", None),
        ];
        for (text, expected) in rows {
            assert_eq!(parsed_scope(text), expected, "{text}");
        }
    }
}
