//! A limit for all that a document is for, with limits for single APIs and operations in it (`api`, `operation`), each
//! with a counter of its own for every subscription.

use crate::block::Scope;
use crate::codes;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use expression::text::Text;
use std::fmt::Write;

/// Reads the limit's own attributes of the policy's element, an `api` or an `operation`.
type ReadLimit<L> = fn(&mut ElementReader<'_, '_>) -> Option<L>;

/// A limit and those inside it.
pub(crate) struct Scoped<L> {
    limit: L,
    scope: Option<Scope>,
    /// The fragment that it stands in, wherever that is included: its calls are counted together.
    fragment: Option<String>,
    apis: Vec<Part<L>>,
}

/// A limit of one API or operation.
struct Part<L> {
    named: Named,
    limit: L,
    operations: Vec<Self>,
}

/// What a part is for: its id, or its name where no id is given.
enum Named {
    Id(Text),
    Name(Text),
}

impl Named {
    fn read(element: &mut ElementReader<'_, '_>) -> Option<Self> {
        let id = element.literal("id");
        let name = element.literal("name");
        if !element.has("id") && !element.has("name") {
            let message = format!("`<{}>` lacks the attribute `name` or `id`", element.name());
            element.error_at("", codes::MISSING_ATTRIBUTE, message);
        }
        id.map(Self::Id).or_else(|| name.map(Self::Name))
    }

    fn is(&self, id: &Text, name: &Text) -> bool {
        match self {
            Self::Id(own) => own == id,
            Self::Name(own) => own == name,
        }
    }
}

impl<L> Scoped<L> {
    pub fn read(element: &mut ElementReader<'_, '_>, read: ReadLimit<L>) -> Option<Self> {
        let limit = read(element);
        let apis = element.children("api", |api| {
            let (named, limit) = (Named::read(api), read(api));
            let operations = api.children("operation", |operation| {
                let (named, limit) = (Named::read(operation), read(operation));
                Some(Part {
                    named: named?,
                    limit: limit?,
                    operations: Vec::new(),
                })
            });
            Some(Part {
                named: named?,
                limit: limit?,
                operations,
            })
        });
        Some(Self {
            limit: limit?,
            scope: element.compiler.place.scope,
            fragment: element.compiler.including.last().cloned(),
            apis,
        })
    }

    /// The limits that the call is under: the group of their counters, which begins with `policy`, and, broadest first,
    /// the parts of the group, each with its limit. Nothing for a call without a subscription.
    pub fn of(&self, policy: &str, exchange: &Exchange) -> Option<(String, Vec<(String, &L)>)> {
        let subscription = exchange.identity.subscription.as_ref()?;
        let matched = &exchange.matched;
        let (api, operation) = (matched.api.as_ref(), matched.operation.as_ref());
        let mut name = format!("{policy}/{:?}", subscription.id.as_str());
        match (self.scope, &matched.product) {
            _ if self.fragment.is_some() => {
                let _ = write!(name, "/fragment {:?}", self.fragment.as_deref());
            }
            (Some(Scope::Product), Some(product)) => {
                let _ = write!(name, "/product {:?}", product.id.as_str());
            }
            (Some(Scope::Api | Scope::Operation), _) => {
                let api = api.map(|api| api.id.as_str());
                let operation = operation.filter(|_| self.scope == Some(Scope::Operation));
                let _ = write!(
                    name,
                    "/api {api:?} {:?}",
                    operation.map(|operation| operation.id.as_str())
                );
            }
            _ => {}
        }
        let mut limits = Vec::with_capacity(1);
        let part = api.and_then(|api| Some((api, self.apis.iter().find(|part| part.named.is(&api.id, &api.name))?)));
        if let Some((api, part)) = part {
            let of_api = format!("/of api {:?}", api.id.as_str());
            let inner = operation.and_then(|operation| {
                let mut parts = part.operations.iter();
                Some((
                    operation,
                    parts.find(|part| part.named.is(&operation.id, &operation.name))?,
                ))
            });
            let of_operation = inner.map(|(operation, part)| {
                let name = format!("{of_api}/operation {:?}", operation.id.as_str());
                (name, &part.limit)
            });
            limits.extend([(String::new(), &self.limit), (of_api, &part.limit)]);
            limits.extend(of_operation);
        } else {
            limits.push((String::new(), &self.limit));
        }
        Some((name, limits))
    }
}
