//! Users, the owners of subscriptions.

use super::{Loader, layout, references};
use crate::User;
use crate::document::Content;
use crate::fields::Fields;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a user's `state` may be: whether the user is kept from calling.
const STATES: [(&str, bool); 4] = [
    ("active", false),
    ("blocked", true),
    ("pending", false),
    ("deleted", true),
];

/// All users by id. `groups` is an array of ids or names of groups, or of groups as the management API lists them.
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
            registration_date: fields.moment("registrationDate"),
            identities: identities(fields),
            groups: groups(fields),
            blocked: fields.choice("state", &STATES).unwrap_or(false),
        };
        users.insert(entry.name, Arc::new(user));
    }
    users
}

fn identities(fields: Fields<'_>) -> Vec<(String, String)> {
    let identities = fields.objects("identities").into_iter();
    identities
        .map(|identity| (identity.text("provider"), identity.text("id")))
        .collect()
}

fn groups(fields: Fields<'_>) -> Vec<String> {
    let are_objects = fields
        .array("groups")
        .first()
        .is_some_and(|first| matches!(first.content, Content::Object(_)));
    if !are_objects {
        let names = fields.strings("groups");
        return names
            .iter()
            .map(|group| references::name_in(group.value).to_owned())
            .collect();
    }
    let name_of = |group: Fields<'_>| {
        let id = group.string("id").map(|id| references::name_in(id.value).to_owned());
        id.or_else(|| group.required("name").map(|name| name.value.to_owned()))
    };
    fields.objects("groups").into_iter().filter_map(name_of).collect()
}
