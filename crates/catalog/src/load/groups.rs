//! Groups of users: what they are called.

use super::{Loader, layout};
use std::collections::BTreeMap;

/// The groups that every service has, whether a folder describes them or not.
const BUILT_IN: [(&str, &str); 3] = [
    ("administrators", "Administrators"),
    ("developers", "Developers"),
    ("guests", "Guests"),
];

/// The names of all groups by id.
pub(crate) fn load(loader: &Loader<'_>) -> BTreeMap<String, String> {
    let mut groups: BTreeMap<_, _> = BUILT_IN
        .map(|(id, name)| (id.to_owned(), name.to_owned()))
        .into_iter()
        .collect();
    for entry in layout::entities(loader, layout::GROUPS) {
        let Some(information) = loader.information(&entry.path, "groupInformation.json") else {
            continue;
        };
        if let Some(name) = information.properties(loader.problems).required("displayName") {
            groups.insert(entry.name, name.value.to_owned());
        }
    }
    groups
}
