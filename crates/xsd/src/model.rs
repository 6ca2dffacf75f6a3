//! The components of compiled schemas: types, elements, attributes, wildcards, identity constraints.
//!
//! Components refer to each other by number, as types may hold elements of their own type.
//! Never here: how schemas write them.

use crate::content::Content;
use crate::identity::Constraint;
use crate::simple::{DERIVED, Facets, Form, Identity, LISTS, PRIMITIVES, Simple, Variety, Whitespace};
use crate::value::{Primitive, Value};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use xml::Name;

/// A type's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TypeId(pub usize);

/// An element declaration's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ElementId(pub usize);

/// The type that everything is of.
pub(crate) const ANY_TYPE: TypeId = TypeId(0);
/// The type that every simple value is of.
pub(crate) const ANY_SIMPLE_TYPE: TypeId = TypeId(1);

/// Ways in which types come from others, and elements take others' place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ways {
    pub extension: bool,
    pub restriction: bool,
    pub substitution: bool,
}

/// A type.
#[derive(Clone, Debug)]
pub(crate) struct Type {
    pub name: Option<Name>,
    pub base: Option<TypeId>,
    /// Whether it extends its base; it restricts it otherwise.
    pub is_extension: bool,
    pub is_abstract: bool,
    pub block: Ways,
    pub last: Ways,
    pub kind: Kind,
}

/// What a type is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Simple(Box<Simple>),
    Complex(Box<Complex>),
}

/// A type of elements with attributes or children.
#[derive(Clone, Debug, Default)]
pub(crate) struct Complex {
    pub attributes: HashMap<Name, Attribute>,
    pub any_attribute: Option<Wildcard>,
    pub content: Content,
    pub is_mixed: bool,
}

/// An attribute that an element may have.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub kind: TypeId,
    pub is_required: bool,
    pub fixed: Option<Arc<str>>,
    pub default: Option<Arc<str>>,
}

/// A declared element.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    pub name: Name,
    pub kind: TypeId,
    pub is_nillable: bool,
    pub is_abstract: bool,
    pub fixed: Option<Arc<str>>,
    pub default: Option<Arc<str>>,
    pub block: Ways,
    pub constraints: Vec<Arc<Constraint>>,
}

/// How what a wildcard lets through is validated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Process {
    Skip,
    Lax,
    Strict,
}

/// Namespaces that a wildcard lets through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Namespaces {
    Any,
    /// All but this one, and none.
    Other(Arc<str>),
    Of(HashSet<Arc<str>>),
}

/// `xs:any` or `xs:anyAttribute`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wildcard {
    pub namespaces: Namespaces,
    pub process: Process,
}

impl Wildcard {
    /// Whether it lets names of a namespace through.
    pub fn allows(&self, namespace: &str) -> bool {
        match &self.namespaces {
            Namespaces::Any => true,
            Namespaces::Other(own) => !namespace.is_empty() && **own != *namespace,
            Namespaces::Of(known) => known.contains(namespace),
        }
    }

    /// Whether there is a namespace that both let through.
    pub fn overlaps(&self, other: &Self) -> bool {
        match (&self.namespaces, &other.namespaces) {
            (Namespaces::Of(known), _) => known.iter().any(|namespace| other.allows(namespace)),
            (_, Namespaces::Of(known)) => known.iter().any(|namespace| self.allows(namespace)),
            _ => true,
        }
    }

    /// What both let through, as an attribute group's and a type's own wildcard together mean.
    pub fn intersection(&self, other: &Self) -> Self {
        let namespaces = match (&self.namespaces, &other.namespaces) {
            (Namespaces::Any, both) | (both, Namespaces::Any) => both.clone(),
            (Namespaces::Of(known), _) => Namespaces::Of(known.iter().filter(|it| other.allows(it)).cloned().collect()),
            (_, Namespaces::Of(known)) => Namespaces::Of(known.iter().filter(|it| self.allows(it)).cloned().collect()),
            (Namespaces::Other(own), Namespaces::Other(_)) => Namespaces::Other(Arc::clone(own)),
        };
        Self {
            namespaces,
            process: self.process,
        }
    }

    /// What either lets through, as an extension's and its base's wildcard together mean.
    pub fn union(&self, other: &Self) -> Self {
        let namespaces = match (&self.namespaces, &other.namespaces) {
            (Namespaces::Of(left), Namespaces::Of(right)) => Namespaces::Of(left.union(right).cloned().collect()),
            (Namespaces::Other(own), Namespaces::Of(known)) | (Namespaces::Of(known), Namespaces::Other(own))
                if !known.contains(own) && !known.contains("") =>
            {
                Namespaces::Other(Arc::clone(own))
            }
            (Namespaces::Other(left), Namespaces::Other(right)) if left == right => Namespaces::Other(Arc::clone(left)),
            _ => Namespaces::Any,
        };
        Self {
            namespaces,
            process: self.process,
        }
    }
}

/// Compiled schemas.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub types: Vec<Type>,
    pub elements: Vec<Element>,
    pub global_elements: HashMap<Name, ElementId>,
    pub global_types: HashMap<Name, TypeId>,
    pub global_attributes: HashMap<Name, Attribute>,
    /// Whether any element has identity constraints.
    pub has_constraints: bool,
}

impl Model {
    /// The built-in types alone.
    pub fn new() -> Self {
        let mut model = Self::default();
        model.add_built_in("anyType", None, Kind::Complex(Box::new(any_type())));
        model.add_built_in("anySimpleType", Some(ANY_TYPE), Kind::Simple(Box::new(Simple::any())));
        for (name, primitive) in PRIMITIVES {
            let whitespace = if *primitive == Primitive::String {
                Whitespace::Preserve
            } else {
                Whitespace::Collapse
            };
            let simple = Simple {
                variety: Variety::Atomic(*primitive),
                whitespace,
                ..Simple::any()
            };
            model.add_built_in(name, Some(ANY_SIMPLE_TYPE), Kind::Simple(Box::new(simple)));
        }
        for (name, base, form, identity, least, greatest) in DERIVED {
            let base = model.built_in(base);
            let mut simple = model.simple(base).cloned().unwrap_or_else(Simple::any);
            (simple.form, simple.identity) = (*form, *identity);
            simple.whitespace = match *name {
                "normalizedString" => Whitespace::Replace,
                _ => Whitespace::Collapse,
            };
            let bound = |text: &str| Value::parse(Primitive::Decimal, text, &|_| None).ok();
            simple.facets.min_inclusive = bound(least).or(simple.facets.min_inclusive);
            simple.facets.max_inclusive = bound(greatest).or(simple.facets.max_inclusive);
            model.add_built_in(name, Some(base), Kind::Simple(Box::new(simple)));
        }
        for (name, item) in LISTS {
            let simple = Simple {
                variety: Variety::List(model.built_in(item)),
                whitespace: Whitespace::Collapse,
                form: Form::Any,
                identity: Identity::None,
                facets: Facets {
                    min_length: Some(1),
                    ..Facets::default()
                },
            };
            model.add_built_in(name, Some(ANY_SIMPLE_TYPE), Kind::Simple(Box::new(simple)));
        }
        model
    }

    fn add_built_in(&mut self, name: &str, base: Option<TypeId>, kind: Kind) {
        let name = Name::new(crate::document::XS, name);
        let id = TypeId(self.types.len());
        self.global_types.insert(name.clone(), id);
        self.types.push(Type {
            name: Some(name),
            base,
            is_extension: false,
            is_abstract: false,
            block: Ways::default(),
            last: Ways::default(),
            kind,
        });
    }

    /// The built-in type of a name.
    pub fn built_in(&self, name: &str) -> TypeId {
        let name = Name::new(crate::document::XS, name);
        self.global_types.get(&name).copied().unwrap_or(ANY_SIMPLE_TYPE)
    }

    /// A type.
    pub fn of(&self, id: TypeId) -> Option<&Type> {
        self.types.get(id.0)
    }

    /// A type that is simple.
    pub fn simple(&self, id: TypeId) -> Option<&Simple> {
        match &self.of(id)?.kind {
            Kind::Simple(simple) => Some(simple),
            Kind::Complex(_) => None,
        }
    }

    /// A type that is complex.
    pub fn complex(&self, id: TypeId) -> Option<&Complex> {
        match &self.of(id)?.kind {
            Kind::Complex(complex) => Some(complex),
            Kind::Simple(_) => None,
        }
    }

    /// The simple type of what is between an element's tags.
    pub fn text_type(&self, id: TypeId) -> Option<TypeId> {
        match &self.of(id)?.kind {
            Kind::Simple(_) => Some(id),
            Kind::Complex(complex) => match complex.content {
                Content::Simple(simple) => Some(simple),
                _ => None,
            },
        }
    }

    /// An element declaration.
    pub fn element(&self, id: ElementId) -> Option<&Element> {
        self.elements.get(id.0)
    }

    /// Whether a type is another or comes from it, in ways that are not blocked.
    pub fn is_derived(&self, id: TypeId, base: TypeId, block: Ways) -> bool {
        let mut at = id;
        // A chain is never longer than there are types.
        for _ in 0..=self.types.len() {
            if at == base {
                return true;
            }
            let Some(found) = self.of(at) else { return false };
            if (found.is_extension && block.extension) || (!found.is_extension && block.restriction) {
                return false;
            }
            // A member takes the place of its union.
            if let Some(simple) = self.simple(base)
                && let Variety::Union(members) = &simple.variety
                && members.contains(&at)
            {
                return true;
            }
            match found.base {
                Some(next) => at = next,
                None => return false,
            }
        }
        false
    }

    /// A type's name as messages write it.
    pub fn type_name(&self, id: TypeId) -> String {
        // A type without a name goes by what it comes from.
        let mut at = Some(id);
        for _ in 0..=self.types.len() {
            let Some(found) = at.and_then(|id| self.of(id)) else {
                break;
            };
            if let Some(name) = &found.name {
                return match &**name.namespace() {
                    "" => name.local().to_string(),
                    namespace => format!("{namespace}:{}", name.local()),
                };
            }
            at = found.base;
        }
        "anonymous".to_owned()
    }
}

fn any_type() -> Complex {
    let any = Wildcard {
        namespaces: Namespaces::Any,
        process: Process::Lax,
    };
    Complex {
        attributes: HashMap::new(),
        any_attribute: Some(any.clone()),
        content: Content::anything(any),
        is_mixed: true,
    }
}
