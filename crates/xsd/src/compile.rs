//! Schema documents in, a model out: global components first, then what they hold, then what needs all of them.
//!
//! Every problem is told, with its place; a component with one is left as it is, so that one mistake is one problem.
//! Never here: documents that schemas validate.

mod attributes;
mod complex;
mod elements;
mod finish;
mod redefine;
mod simple;
mod syntax;

use crate::content::{Particle, Term};
use crate::document::{At, Documents, XS};
use crate::identity::Constraint;
use crate::model::{ANY_TYPE, Attribute, ElementId, Kind, Model, Namespaces, Process, Type, TypeId, Ways, Wildcard};
use crate::problem::{MOST_PROBLEMS, Problem};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use xml::Name;

/// Types between one and the first that it comes from, and groups within groups.
const DEEPEST: usize = 100;
/// Particles of all content models together.
const MOST_PARTICLES: usize = 400_000;

/// Kinds of global components, each with names of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Space {
    Type,
    Element,
    Attribute,
    Group,
    AttributeGroup,
    Notation,
}

impl Space {
    fn noun(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Element => "element",
            Self::Attribute => "attribute",
            Self::Group => "group",
            Self::AttributeGroup => "attribute group",
            Self::Notation => "notation",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filled {
    No(At),
    Now,
    Yes,
}

/// A default or fixed value that its type must have.
struct Given {
    at: At,
    kind: TypeId,
    text: Arc<str>,
}

struct Compiler<'d> {
    documents: &'d Documents<'d>,
    model: Model,
    problems: Vec<Problem>,
    globals: HashMap<(Space, Name), At>,
    /// Where global components stand.
    tops: HashSet<At>,
    /// What components of `xs:redefine` took the place of.
    redefined: HashMap<At, (Space, At)>,
    /// Whether each type is what its declaration says yet.
    filled: Vec<Filled>,
    waiting: Vec<TypeId>,
    types: HashMap<At, TypeId>,
    elements: HashMap<At, ElementId>,
    /// What complex types hold, until all elements are known.
    particles: HashMap<TypeId, Particle>,
    /// Members of substitution groups, by their heads.
    members: HashMap<Name, Vec<ElementId>>,
    /// Which elements of substitution groups come after their heads.
    finals: HashMap<ElementId, Ways>,
    constraints: HashMap<Name, (Arc<Constraint>, At)>,
    given: Vec<Given>,
    /// Where each type is declared.
    places: HashMap<TypeId, At>,
    groups_open: Vec<At>,
    attribute_groups_open: Vec<At>,
    depth: usize,
    size: usize,
    reported: HashSet<(At, String)>,
}

/// Compiles documents.
pub(crate) fn compile(documents: &Documents<'_>) -> Result<Model, Vec<Problem>> {
    let mut model = Model::new();
    let mut particles = HashMap::new();
    let any = Particle {
        min: 0,
        max: None,
        term: Term::Any(Wildcard {
            namespaces: Namespaces::Any,
            process: Process::Lax,
        }),
    };
    particles.insert(ANY_TYPE, any);
    model.has_constraints = false;
    let filled = vec![Filled::Yes; model.types.len()];
    let mut compiler = Compiler {
        documents,
        model,
        problems: Vec::new(),
        globals: HashMap::new(),
        tops: HashSet::new(),
        redefined: HashMap::new(),
        filled,
        waiting: Vec::new(),
        types: HashMap::new(),
        elements: HashMap::new(),
        particles,
        members: HashMap::new(),
        finals: HashMap::new(),
        constraints: HashMap::new(),
        given: Vec::new(),
        places: HashMap::new(),
        groups_open: Vec::new(),
        attribute_groups_open: Vec::new(),
        depth: 0,
        size: 0,
        reported: HashSet::new(),
    };
    compiler.run();
    if compiler.problems.is_empty() {
        Ok(compiler.model)
    } else {
        Err(compiler.problems)
    }
}

impl Compiler<'_> {
    fn run(&mut self) {
        let documents = self.documents;
        let mut tops = Vec::new();
        for (instance, found) in documents.instances.iter().enumerate() {
            let root = At {
                instance,
                node: found.node,
            };
            self.check_syntax(root);
            let children = documents.children(root);
            tops.extend(children.into_iter().filter(|at| !documents.local(*at).is_empty()));
        }
        if !self.problems.is_empty() {
            return;
        }
        self.tops.extend(&tops);
        for at in &tops {
            self.collect(*at);
        }
        // A schema that redefines another comes before it, and may be redefined itself.
        let redefines = tops.iter().rev().filter(|at| documents.local(**at) == "redefine");
        for at in redefines.flat_map(|at| documents.children(*at)).collect::<Vec<_>>() {
            self.tops.insert(at);
            self.redefine(at);
            tops.push(at);
        }
        for at in tops {
            // Those that were redefined are what is left of them in others.
            if self.tops.contains(&at) {
                self.define(at);
            }
        }
        while let Some(id) = self.waiting.pop() {
            self.fill(id);
        }
        if self.problems.is_empty() {
            self.finish();
        }
    }

    fn report(&mut self, at: At, message: impl Into<String>) {
        let message = message.into();
        if self.problems.len() < MOST_PROBLEMS && self.reported.insert((at, message.clone())) {
            self.problems.push(self.documents.problem(at, message));
        }
    }

    /// Puts down a global component by its name.
    fn collect(&mut self, at: At) {
        let Some((space, name)) = self.global(at) else { return };
        if self.globals.insert((space, name.clone()), at).is_some() {
            self.report(at, format!("the {} `{name}` is declared twice", space.noun()));
        }
    }

    /// The kind and name of a global component.
    fn global(&mut self, at: At) -> Option<(Space, Name)> {
        let space = match self.documents.local(at) {
            "simpleType" | "complexType" => Space::Type,
            "element" => Space::Element,
            "attribute" => Space::Attribute,
            "group" => Space::Group,
            "attributeGroup" => Space::AttributeGroup,
            "notation" => Space::Notation,
            _ => return None,
        };
        Some((space, self.own_name(at)?))
    }

    /// The name that a global component declares.
    fn own_name(&mut self, at: At) -> Option<Name> {
        match self.documents.attribute(at, "name") {
            Some(local) if xml::name::is_ncname(local) => Some(Name::new(self.documents.target(at), local)),
            Some(local) => {
                self.report(at, format!("`{local}` is not a name"));
                None
            }
            None => {
                let what = self.documents.local(at);
                self.report(at, format!("an `xs:{what}` here needs a `name`"));
                None
            }
        }
    }

    fn define(&mut self, at: At) {
        match self.documents.local(at) {
            "simpleType" | "complexType" => {
                self.type_at(at);
            }
            "element" => {
                if let Some(id) = self.element_at(at)
                    && let Some(element) = self.model.element(id)
                {
                    self.model.global_elements.insert(element.name.clone(), id);
                }
            }
            "attribute" => {
                if let Some(name) = self.own_name(at)
                    && let Some(attribute) = self.attribute_of(at)
                {
                    self.model.global_attributes.insert(name, attribute);
                }
            }
            // Groups are also looked at where nothing refers to them.
            "group" => {
                self.group_at(at);
            }
            "attributeGroup" => {
                let mut into = attributes::Attributes::default();
                self.attribute_group_at(at, &mut into);
            }
            _ => {}
        }
    }

    /// The global component that an attribute names.
    fn referred(&mut self, at: At, attribute: &str, space: Space) -> Option<(Name, At)> {
        let name = self.name_in(at, attribute)?;
        if let Some(before) = self.before_redefinition(at, space, &name) {
            return Some((name, before));
        }
        if let Some(found) = self.globals.get(&(space, name.clone())) {
            let found = *found;
            self.is_imported(at, &name);
            Some((name, found))
        } else {
            self.report(at, format!("there is no {} `{name}`", space.noun()));
            None
        }
    }

    fn is_imported(&mut self, at: At, name: &Name) {
        if !self.documents.imports(at, name.namespace()) {
            let namespace = name.namespace();
            self.report(
                at,
                format!("`{name}` is of namespace `{namespace}`, which this schema does not import"),
            );
        }
    }

    fn name_in(&mut self, at: At, attribute: &str) -> Option<Name> {
        let written = self.documents.attribute(at, attribute)?;
        match self.documents.qualified(at, written) {
            Ok(name) => Some(name),
            Err(problem) => {
                self.report(at, problem);
                None
            }
        }
    }

    /// The type of a name, which may not be filled yet.
    fn type_named(&mut self, at: At, name: &Name) -> Option<TypeId> {
        if **name.namespace() == *XS
            && let Some(id) = self.model.global_types.get(name)
        {
            return Some(*id);
        }
        if let Some(found) = self.globals.get(&(Space::Type, name.clone())).copied() {
            self.is_imported(at, name);
            return self.type_at(found);
        }
        self.report(at, format!("there is no type `{name}`"));
        None
    }

    /// The type that an attribute names.
    fn type_in(&mut self, at: At, attribute: &str) -> Option<TypeId> {
        let name = self.name_in(at, attribute)?;
        if attribute == "base"
            && let Some(before) = self.before_redefinition(at, Space::Type, &name)
        {
            return self.type_at(before);
        }
        self.type_named(at, &name)
    }

    /// The type that is declared at a place.
    fn type_at(&mut self, at: At) -> Option<TypeId> {
        if let Some(id) = self.types.get(&at) {
            return Some(*id);
        }
        let is_global = self.tops.contains(&at);
        let name = if is_global { Some(self.own_name(at)?) } else { None };
        let id = TypeId(self.model.types.len());
        if let Some(name) = &name {
            self.model.global_types.insert(name.clone(), id);
        }
        self.model.types.push(Type {
            name,
            base: Some(ANY_TYPE),
            is_extension: false,
            is_abstract: false,
            block: Ways::default(),
            last: Ways::default(),
            kind: Kind::Complex(Box::default()),
        });
        self.filled.push(Filled::No(at));
        self.types.insert(at, id);
        self.places.insert(id, at);
        self.waiting.push(id);
        Some(id)
    }

    /// A simple type that no schema writes as such.
    fn anonymous(&mut self, at: At, base: TypeId, simple: crate::simple::Simple) -> TypeId {
        let id = TypeId(self.model.types.len());
        self.model.types.push(Type {
            name: None,
            base: Some(base),
            is_extension: false,
            is_abstract: false,
            block: Ways::default(),
            last: Ways::default(),
            kind: Kind::Simple(Box::new(simple)),
        });
        self.filled.push(Filled::Yes);
        self.places.insert(id, at);
        id
    }

    /// Makes a type what its declaration says; says whether it is now.
    fn fill(&mut self, id: TypeId) -> bool {
        let at = match self.filled.get(id.0) {
            Some(Filled::No(at)) => *at,
            Some(Filled::Yes) => return true,
            _ => return false,
        };
        if self.depth >= DEEPEST {
            self.report(at, "types are derived from each other too often");
            return false;
        }
        self.set_filled(id, Filled::Now);
        self.depth += 1;
        match self.documents.local(at) {
            "simpleType" => self.fill_simple(id, at),
            _ => self.fill_complex(id, at),
        }
        self.depth -= 1;
        self.set_filled(id, Filled::Yes);
        true
    }

    fn set_filled(&mut self, id: TypeId, filled: Filled) {
        if let Some(own) = self.filled.get_mut(id.0) {
            *own = filled;
        }
    }

    /// Fills what a type is made of, which must not be itself.
    fn fill_for(&mut self, at: At, id: TypeId) -> Option<TypeId> {
        if self.fill(id) {
            return Some(id);
        }
        self.report(at, "a type is made of itself");
        None
    }

    fn change(&mut self, id: TypeId, change: impl FnOnce(&mut Type)) {
        if let Some(found) = self.model.types.get_mut(id.0) {
            change(found);
        }
    }

    /// The ways that an attribute names, or its default of the whole schema.
    fn ways(&mut self, at: At, attribute: &str, default: &str) -> Ways {
        let written = self.documents.attribute(at, attribute);
        let written = written.or_else(|| self.documents.schema_attribute(at, default));
        let mut ways = Ways::default();
        for word in written.unwrap_or_default().split(xml::name::is_space) {
            match word {
                "#all" => {
                    ways = Ways {
                        extension: true,
                        restriction: true,
                        substitution: true,
                    }
                }
                "extension" => ways.extension = true,
                "restriction" => ways.restriction = true,
                "substitution" => ways.substitution = true,
                "" | "list" | "union" => {}
                _ => self.report(at, format!("`{attribute}` cannot be `{word}`")),
            }
        }
        ways
    }

    fn flag(&mut self, at: At, attribute: &str) -> Option<bool> {
        match self.documents.attribute(at, attribute)? {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            other => {
                self.report(at, format!("`{attribute}` is `{other}`, expected `true` or `false`"));
                None
            }
        }
    }

    /// Default and fixed value of an element or attribute.
    fn given(&mut self, at: At, kind: TypeId) -> (Option<Arc<str>>, Option<Arc<str>>) {
        let text = |name| self.documents.raw_attribute(at, name).map(Arc::from);
        let (default, fixed): (Option<Arc<str>>, Option<Arc<str>>) = (text("default"), text("fixed"));
        if default.is_some() && fixed.is_some() {
            self.report(at, "`default` and `fixed` exclude each other");
        }
        for text in [&default, &fixed].into_iter().flatten() {
            self.given.push(Given {
                at,
                kind,
                text: Arc::clone(text),
            });
        }
        (default, fixed)
    }

    fn wildcard(&mut self, at: At) -> Wildcard {
        let target = self.documents.target(at);
        let namespaces = match self.documents.attribute(at, "namespace") {
            None | Some("##any") => Namespaces::Any,
            Some("##other") => Namespaces::Other(target),
            Some(list) => {
                let mut known = HashSet::new();
                for word in list.split(xml::name::is_space).filter(|word| !word.is_empty()) {
                    match word {
                        "##targetNamespace" => known.insert(Arc::clone(&target)),
                        "##local" => known.insert(Arc::from("")),
                        _ if word.starts_with("##") => {
                            self.report(at, format!("`namespace` cannot be `{word}`"));
                            continue;
                        }
                        _ => known.insert(Arc::from(word)),
                    };
                }
                Namespaces::Of(known)
            }
        };
        let process = match self.documents.attribute(at, "processContents") {
            None | Some("strict") => Process::Strict,
            Some("lax") => Process::Lax,
            Some("skip") => Process::Skip,
            Some(other) => {
                self.report(
                    at,
                    format!("`processContents` is `{other}`, expected `strict`, `lax` or `skip`"),
                );
                Process::Strict
            }
        };
        Wildcard { namespaces, process }
    }

    fn attribute_of(&mut self, at: At) -> Option<Attribute> {
        let kind = self.attribute_type(at)?;
        let (default, fixed) = self.given(at, kind);
        Some(Attribute {
            kind,
            is_required: false,
            fixed,
            default,
        })
    }
}
