//! `IUser`

use super::product::list;
use super::subscription::date;
use crate::context::User;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use std::any::Any;
use std::sync::Arc;

/// `IUser`
pub static USER: Class = Class::new("IUser", ClassKind::Interface).rows(ROWS);

const ROWS: &[Row] = &[
    row("string Id { get; }", "context.User.Id", "ada", |_, a| {
        ask(a, |user| user.id.clone().into())
    }),
    row(
        "string Email { get; }",
        "context.User.Email",
        "ada@example.org",
        |_, a| ask(a, |user| user.email.clone().into()),
    ),
    row("string FirstName { get; }", "context.User.FirstName", "Ada", |_, a| {
        ask(a, |user| user.first_name.clone().into())
    }),
    row(
        "string LastName { get; }",
        "context.User.LastName",
        "Lovelace",
        |_, a| ask(a, |user| user.last_name.clone().into()),
    ),
    row("string Note { get; }", "context.User.Note", "", |_, a| {
        ask(a, |user| user.note.clone().into())
    }),
    row(
        "DateTime RegistrationDate { get; }",
        "context.User.RegistrationDate.Year",
        "1",
        |_, a| ask(a, |user| date(user.registration_date)),
    ),
    row(
        "IEnumerable<IGroup> Groups { get; }",
        "context.User.Groups.Select(g => g.Name).First()",
        "Developers",
        |_, a| ask(a, |user| list("IGroup", &user.groups)),
    ),
    row(
        "IEnumerable<IUserIdentity> Identities { get; }",
        "context.User.Identities.First().Provider",
        "Basic",
        |_, a| ask(a, identities),
    ),
];

fn ask(a: Arguments<'_>, part: impl FnOnce(&User) -> Value) -> Outcome {
    a.value(0).object::<User>().map(part).ok_or_else(Thrown::null_reference)
}

impl Object for User {
    fn type_name(&self) -> String {
        "IUser".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// An account of a user.
pub static IDENTITY: Class = Class::new("IUserIdentity", ClassKind::Interface).rows(IDENTITY_ROWS);

const IDENTITY_ROWS: &[Row] = &[
    row(
        "string Id { get; }",
        "context.User.Identities.First().Id",
        "ada",
        |_, a| of_identity(a, |identity| &identity.id),
    ),
    row(
        "string Provider { get; }",
        "context.User.Identities.First().Provider",
        "Basic",
        |_, a| of_identity(a, |identity| &identity.provider),
    ),
];

#[derive(Debug)]
struct Identity {
    id: Text,
    provider: Text,
}

fn of_identity(a: Arguments<'_>, part: impl FnOnce(&Identity) -> &Text) -> Outcome {
    a.value(0)
        .object::<Identity>()
        .map(|identity| part(identity).clone().into())
        .ok_or_else(Thrown::null_reference)
}

fn identities(user: &User) -> Value {
    let identities = user.identities.iter().map(|(id, provider)| {
        Arc::new(Identity {
            id: id.clone(),
            provider: provider.clone(),
        })
    });
    list("IUserIdentity", &identities.collect::<Vec<_>>())
}

impl Object for Identity {
    fn type_name(&self) -> String {
        "IUserIdentity".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
