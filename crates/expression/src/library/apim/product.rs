//! `IProduct`, `IGroup`, `ProductState`

use crate::collection::Array;
use crate::context::{Group, Product};
use crate::library::{Arguments, Class, ClassKind, Row, named_type, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::{ClassRef, Type};
use crate::value::{Object, Value};
use std::any::Any;
use std::sync::Arc;

/// A product.
pub static PRODUCT: Class = Class::new("IProduct", ClassKind::Interface).rows(ROWS);
/// A group of users.
pub static GROUP: Class = Class::new("IGroup", ClassKind::Interface).rows(GROUP_ROWS);
/// Whether a product is published.
pub static STATE: Class = Class::enumeration("ProductState", &[("NotPublished", 0), ("Published", 1)]);

const ROWS: &[Row] = &[
    row("string Id { get; }", "context.Product.Id", "starter", |_, a| {
        ask(a, |product| product.id.clone().into())
    }),
    row("string Name { get; }", "context.Product.Name", "Starter", |_, a| {
        ask(a, |product| product.name.clone().into())
    }),
    row(
        "ProductState State { get; }",
        "context.Product.State",
        "Published",
        |_, a| ask(a, |product| Value::Enum(ClassRef(&STATE), i32::from(product.published))),
    ),
    row(
        "bool SubscriptionRequired { get; }",
        "context.Product.SubscriptionRequired",
        "True",
        |_, a| ask(a, |product| product.subscription_required.into()),
    ),
    row(
        "bool ApprovalRequired { get; }",
        "context.Product.ApprovalRequired",
        "False",
        |_, a| ask(a, |product| product.approval_required.into()),
    ),
    row(
        "int? SubscriptionsLimit { get; }",
        "context.Product.SubscriptionsLimit == null",
        "True",
        |_, a| ask(a, |product| product.subscriptions_limit.into()),
    ),
    row(
        "int? SubscriptionLimit { get; }",
        "context.Product.SubscriptionLimit == null",
        "True",
        |_, a| ask(a, |product| product.subscriptions_limit.into()),
    ),
    row(
        "IEnumerable<IApi> Apis { get; }",
        "context.Product.Apis.Count()",
        "0",
        |_, a| ask(a, |product| list("IApi", &product.apis)),
    ),
    row(
        "IEnumerable<IGroup> Groups { get; }",
        "context.Product.Groups.First().Name",
        "Developers",
        |_, a| ask(a, |product| list("IGroup", &product.groups)),
    ),
];

const GROUP_ROWS: &[Row] = &[
    row(
        "string Id { get; }",
        "context.User.Groups.First().Id",
        "developers",
        |_, a| of_group(a, |group| group.id.clone().into()),
    ),
    row(
        "string Name { get; }",
        "context.User.Groups.First().Name",
        "Developers",
        |_, a| of_group(a, |group| group.name.clone().into()),
    ),
];

/// Entities as an array.
pub fn list<T: Object>(type_name: &str, entities: &[Arc<T>]) -> Value {
    let element = named_type(type_name, Vec::new()).unwrap_or(Type::OBJECT);
    let items = entities
        .iter()
        .map(|entity| Value::Object(Arc::clone(entity) as Arc<dyn Object>))
        .collect();
    Value::of(Array::new(element, items))
}

fn ask(a: Arguments<'_>, part: impl FnOnce(&Product) -> Value) -> Outcome {
    a.value(0)
        .object::<Product>()
        .map(part)
        .ok_or_else(Thrown::null_reference)
}

fn of_group(a: Arguments<'_>, part: impl FnOnce(&Group) -> Value) -> Outcome {
    a.value(0)
        .object::<Group>()
        .map(part)
        .ok_or_else(Thrown::null_reference)
}

impl Object for Product {
    fn type_name(&self) -> String {
        "IProduct".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for Group {
    fn type_name(&self) -> String {
        "IGroup".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
