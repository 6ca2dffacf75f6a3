//! Schema documents as parsed trees, and the ones that a schema needs: those it includes, redefines and imports, and
//! no others.
//!
//! A place that `schemaLocation` names is looked for among the documents that are given, by the last segment of its path
//! (with or without `.xsd`, ignoring case); an import that finds none takes every document of its namespace. Nothing is
//! ever fetched. A WSDL document stands for the schemas in its `types`.
//! Never here: what the declarations mean.

use crate::Source;
use crate::problem::{MOST_PROBLEMS, Problem, StartTags, line_and_position};
use std::collections::HashSet;
use std::sync::Arc;
use xml::reader::read_document;
use xml::{Kind, Name, NodeId, Tree};

/// XML Schema's own namespace.
pub(crate) const XS: &str = "http://www.w3.org/2001/XMLSchema";
/// The namespace of `xsi:type` and `xsi:nil`.
pub(crate) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";

/// A document that could be read.
pub(crate) struct Parsed<'s> {
    source: &'s Source<'s>,
    pub tree: Tree,
}

/// An `xs:schema` element, with the namespace that its components are in: an included schema without one takes the
/// includer's.
pub(crate) struct Instance {
    pub document: usize,
    pub node: NodeId,
    pub target: Arc<str>,
}

/// The schema documents of one compilation.
#[derive(Default)]
pub(crate) struct Documents<'s> {
    parsed: Vec<Parsed<'s>>,
    pub instances: Vec<Instance>,
}

/// An element of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct At {
    pub instance: usize,
    pub node: NodeId,
}

impl<'s> Documents<'s> {
    fn tree(&self, at: At) -> Option<&Tree> {
        let instance = self.instances.get(at.instance)?;
        Some(&self.parsed.get(instance.document)?.tree)
    }

    /// The namespace of the components beside an element.
    pub fn target(&self, at: At) -> Arc<str> {
        self.instances
            .get(at.instance)
            .map_or_else(|| Arc::from(""), |instance| Arc::clone(&instance.target))
    }

    /// An attribute without a namespace, without the white space around it.
    pub fn attribute(&self, at: At, name: &str) -> Option<&str> {
        self.raw_attribute(at, name).map(trimmed)
    }

    /// An attribute as it is written.
    pub fn raw_attribute(&self, at: At, name: &str) -> Option<&str> {
        let tree = self.tree(at)?;
        let found = tree.attributes(at.node).find(|id| {
            tree.name(*id)
                .is_some_and(|own| own.namespace().is_empty() && **own.local() == *name)
        })?;
        tree.attribute_value(found).map(|value| &**value)
    }

    /// The names of an element's attributes that are in no namespace and declare none.
    pub fn attribute_names(&self, at: At) -> Vec<&str> {
        let Some(tree) = self.tree(at) else {
            return Vec::new();
        };
        let names = tree.attributes(at.node).filter_map(|id| tree.name(id));
        names
            .filter(|name| name.declared_prefix().is_none() && name.namespace().is_empty())
            .map(|name| &**name.local())
            .collect()
    }

    /// The attribute of the whole schema that an element is in.
    pub fn schema_attribute(&self, at: At, name: &str) -> Option<&str> {
        let node = self.instances.get(at.instance)?.node;
        self.attribute(At { node, ..at }, name)
    }

    /// The local name of an element of XML Schema; empty for others.
    pub fn local(&self, at: At) -> &str {
        let name = self.tree(at).and_then(|tree| tree.name(at.node));
        name.filter(|name| **name.namespace() == *XS)
            .map_or("", |name| name.local())
    }

    /// The name of an element as it is.
    pub fn name(&self, at: At) -> String {
        self.tree(at)
            .and_then(|tree| tree.name(at.node))
            .map_or_else(String::new, ToString::to_string)
    }

    /// The elements within an element, without annotations.
    pub fn children(&self, at: At) -> Vec<At> {
        let Some(tree) = self.tree(at) else {
            return Vec::new();
        };
        tree.children(at.node)
            .filter(|id| tree.is_element(*id))
            .map(|node| At { node, ..at })
            .filter(|child| self.local(*child) != "annotation")
            .collect()
    }

    /// The element that an element stands directly in, up to the schema's.
    pub fn parent(&self, at: At) -> Option<At> {
        let root = self.instances.get(at.instance)?.node;
        let node = self.tree(at)?.parent(at.node).filter(|_| at.node != root)?;
        Some(At { node, ..at })
    }

    /// The first child of a name.
    pub fn child(&self, at: At, local: &str) -> Option<At> {
        self.children(at).into_iter().find(|child| self.local(*child) == local)
    }

    /// The name that a prefixed text means at an element. A name without a prefix and a default namespace is in the
    /// includer's namespace where a schema without one is included.
    pub fn qualified(&self, at: At, written: &str) -> Result<Name, String> {
        let (prefix, local) = written.split_once(':').unwrap_or(("", written));
        if !xml::name::is_ncname(local) || (written.contains(':') && !xml::name::is_ncname(prefix)) {
            return Err(format!("`{written}` is not a name"));
        }
        let namespace = self.tree(at).and_then(|tree| tree.namespace_of_prefix(at.node, prefix));
        match namespace {
            Some(namespace) if !namespace.is_empty() => Ok(Name::new(namespace, local)),
            _ if prefix.is_empty() => {
                let is_chameleon = self.schema_attribute(at, "targetNamespace").is_none();
                let namespace = if is_chameleon { self.target(at) } else { Arc::from("") };
                Ok(Name::new(namespace, local))
            }
            _ => Err(format!("the prefix of `{written}` is not declared")),
        }
    }

    /// The namespace that a prefix means at an element.
    pub fn namespace_of_prefix(&self, at: At, prefix: &str) -> Option<Arc<str>> {
        self.tree(at)?.namespace_of_prefix(at.node, prefix)
    }

    /// Whether a schema says that it uses components of a namespace, which only those may that import it.
    pub fn imports(&self, at: At, namespace: &str) -> bool {
        let Some(instance) = self.instances.get(at.instance) else {
            return false;
        };
        let root = At {
            node: instance.node,
            ..at
        };
        *instance.target == *namespace
            || self
                .children(root)
                .into_iter()
                .filter(|child| self.local(*child) == "import")
                .any(|child| self.attribute(child, "namespace").unwrap_or_default() == namespace)
    }

    /// A problem at an element.
    pub fn problem(&self, at: At, message: impl Into<String>) -> Problem {
        let parsed = self
            .instances
            .get(at.instance)
            .and_then(|instance| self.parsed.get(instance.document));
        place(parsed, at.node, message.into())
    }

    /// Reads the schema of a name, and what it needs.
    pub fn load(start: &str, sources: &'s [Source<'s>]) -> (Self, Vec<Problem>) {
        let mut loader = Loader {
            documents: Self::default(),
            sources,
            problems: Vec::new(),
            read: Vec::new(),
            seen: HashSet::new(),
        };
        match sources.iter().position(|source| source.name == start) {
            Some(source) => loader.take(source, None, None),
            None => loader.problems.push(Problem {
                document: start.to_owned(),
                line: 1,
                position: 1,
                message: "there is no such schema".to_owned(),
            }),
        }
        let mut next = 0;
        while next < loader.documents.instances.len() && loader.problems.len() < MOST_PROBLEMS {
            loader.follow(next);
            next += 1;
        }
        (loader.documents, loader.problems)
    }
}

/// A text without XML's white space around it.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(xml::name::is_space)
}

fn place(parsed: Option<&Parsed<'_>>, node: NodeId, message: String) -> Problem {
    let Some(parsed) = parsed else {
        return Problem {
            document: String::new(),
            line: 1,
            position: 1,
            message,
        };
    };
    let before = parsed
        .tree
        .descendants(NodeId::FIRST)
        .filter(|id| parsed.tree.is_element(*id))
        .take_while(|id| *id != node)
        .count();
    let offset = StartTags::of(parsed.source.text).nth(before).unwrap_or(0);
    let (line, position) = line_and_position(parsed.source.text, offset);
    Problem {
        document: parsed.source.name.to_owned(),
        line,
        position,
        message,
    }
}

struct Loader<'s> {
    documents: Documents<'s>,
    sources: &'s [Source<'s>],
    problems: Vec<Problem>,
    /// Where each source that was read stands among the parsed; none for one that could not be.
    read: Vec<(usize, Option<usize>)>,
    seen: HashSet<(usize, NodeId, Arc<str>)>,
}

impl Loader<'_> {
    fn parsed(&mut self, source: usize) -> Option<usize> {
        if let Some((_, parsed)) = self.read.iter().find(|(known, _)| *known == source) {
            return *parsed;
        }
        let given = self.sources.get(source)?;
        let parsed = match read_document(given.text, true) {
            Ok(tree) => {
                self.documents.parsed.push(Parsed { source: given, tree });
                Some(self.documents.parsed.len() - 1)
            }
            Err(error) => {
                self.problems.push(Problem {
                    document: given.name.to_owned(),
                    line: error.line.max(1),
                    position: error.position.max(1),
                    message: format!("the schema is no XML: {}", error.message),
                });
                None
            }
        };
        self.read.push((source, parsed));
        parsed
    }

    /// Takes in the schemas of a source: those of a namespace where an import wants one, or for the includer's.
    fn take(&mut self, source: usize, imported: Option<&str>, includer: Option<&Arc<str>>) {
        let Some(document) = self.parsed(source) else { return };
        let Some(parsed) = self.documents.parsed.get(document) else {
            return;
        };
        let roots = roots(&parsed.tree);
        if roots.is_empty() {
            let message = "expected an `xs:schema` element, or a WSDL document with one in its `types`";
            let node = parsed
                .tree
                .children(NodeId::FIRST)
                .find(|id| parsed.tree.is_element(*id));
            let problem = place(Some(parsed), node.unwrap_or(NodeId::FIRST), message.to_owned());
            self.problems.push(problem);
            return;
        }
        for node in roots {
            let own = target_of(&parsed.tree, node);
            if let (Some(includer), Some(own)) = (includer, &own)
                && own != includer
            {
                let message = format!("a schema of namespace `{own}` cannot be included in one of `{includer}`");
                self.problems.push(place(Some(parsed), node, message));
                continue;
            }
            let target = own.or_else(|| includer.cloned()).unwrap_or_else(|| Arc::from(""));
            if imported.is_some_and(|namespace| *target != *namespace) {
                continue;
            }
            if self.seen.insert((document, node, Arc::clone(&target))) {
                self.documents.instances.push(Instance { document, node, target });
            }
        }
    }

    fn follow(&mut self, instance: usize) {
        let Some(found) = self.documents.instances.get(instance) else {
            return;
        };
        let (node, target) = (found.node, Arc::clone(&found.target));
        for child in self.documents.children(At { instance, node }) {
            let location = self.documents.attribute(child, "schemaLocation").map(str::to_owned);
            match self.documents.local(child) {
                "include" | "redefine" => {
                    if let Some(source) = location.as_deref().and_then(|location| self.at(location)) {
                        self.take(source, None, Some(&target));
                    } else {
                        let message = format!(
                            "`{}` is none of the schemas here, and nothing is fetched from elsewhere",
                            location.unwrap_or_default()
                        );
                        self.problems.push(self.documents.problem(child, message));
                    }
                }
                "import" => {
                    let namespace = self
                        .documents
                        .attribute(child, "namespace")
                        .unwrap_or_default()
                        .to_owned();
                    if *namespace == *target {
                        let message = "a schema cannot import its own namespace; `xs:include` is for that";
                        self.problems.push(self.documents.problem(child, message));
                        continue;
                    }
                    self.import(&namespace, location.as_deref());
                }
                _ => {}
            }
        }
    }

    fn import(&mut self, namespace: &str, location: Option<&str>) {
        if let Some(source) = location.and_then(|location| self.at(location)) {
            self.take(source, Some(namespace), None);
            return;
        }
        for source in 0..self.sources.len() {
            // Others of the folder may be broken: only what is needed is complained about.
            let mentions = self
                .sources
                .get(source)
                .is_some_and(|source| source.text.contains(namespace));
            if mentions
                && self
                    .sources
                    .get(source)
                    .is_some_and(|source| has_target(source, namespace))
            {
                self.take(source, Some(namespace), None);
            }
        }
    }

    /// The source that a location names.
    fn at(&self, location: &str) -> Option<usize> {
        let wanted = key(location);
        self.sources.iter().position(|source| key(source.name) == wanted)
    }
}

fn key(location: &str) -> String {
    let path = location.split(['?', '#']).next().unwrap_or(location);
    let last = path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase();
    last.strip_suffix(".xsd").unwrap_or(&last).to_owned()
}

fn has_target(source: &Source<'_>, namespace: &str) -> bool {
    read_document(source.text, true).is_ok_and(|tree| {
        roots(&tree)
            .into_iter()
            .any(|node| target_of(&tree, node).as_deref().unwrap_or_default() == namespace)
    })
}

fn target_of(tree: &Tree, schema: NodeId) -> Option<Arc<str>> {
    let found = tree.attribute(schema, &Name::local_only("targetNamespace"))?;
    tree.attribute_value(found).map(|value| Arc::from(trimmed(value)))
}

/// The schema elements of a document.
fn roots(tree: &Tree) -> Vec<NodeId> {
    let is = |id: NodeId, namespace: &str, local: &str| match tree.kind(id) {
        Kind::Element { name, .. } => **name.namespace() == *namespace && **name.local() == *local,
        _ => false,
    };
    let within = |parents: Vec<NodeId>, namespace: &'static str, local: &'static str| -> Vec<NodeId> {
        let children = parents.into_iter().flat_map(|parent| tree.children(parent));
        children.filter(|id| is(*id, namespace, local)).collect()
    };
    let schemas = within(vec![NodeId::FIRST], XS, "schema");
    if !schemas.is_empty() {
        return schemas;
    }
    let definitions = within(vec![NodeId::FIRST], WSDL, "definitions");
    within(within(definitions, WSDL, "types"), XS, "schema")
}
