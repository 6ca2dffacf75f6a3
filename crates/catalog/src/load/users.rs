//! Users, the owners of subscriptions.

use super::{Loader, layout};
use crate::User;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All users by id. `groups` is an array of ids or names of groups.
pub(crate) fn load(loader: &Loader<'_>) -> BTreeMap<String, Arc<User>> {
    let mut users = BTreeMap::new();
    for entry in layout::entities(loader, layout::USERS) {
        let Some(information) = loader.information(&entry.path, "userInformation.json") else {
            continue;
        };
        let fields = information.properties(loader.problems);
        let user = User {
            id: entry.name.clone(),
            email: fields.text("email"),
            first_name: fields.text("firstName"),
            last_name: fields.text("lastName"),
            note: fields.text("note"),
            groups: fields
                .strings("groups")
                .iter()
                .map(|group| group.value.to_owned())
                .collect(),
        };
        users.insert(entry.name, Arc::new(user));
    }
    users
}
