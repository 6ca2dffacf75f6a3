//! The operations of an API by its WADL: each method of each resource, with the query parameters that it must have, as
//! Azure imports them.
//!
//! Never here: grammars, representations, methods and resource types that other documents hold.

use super::{Described, Specification, resource_name};
use diagnostic::{Source, Span};
use std::fmt::Write;
use std::sync::Arc;
use xml::reader::{Places, read_with_places};
use xml::{Name, NodeId, Tree};

/// Resources within resources beyond this are passed over.
const MAX_DEPTH: usize = 64;

/// What a WADL says; `None` where it tells no operations.
pub(super) fn read(source: &Arc<Source>) -> Option<Specification> {
    let (tree, places) = read_with_places(source.text(), false).ok()?;
    let mut reader = Reader {
        tree: &tree,
        places: &places,
        source,
        operations: Vec::new(),
    };
    let resources: Vec<NodeId> = tree
        .descendants(NodeId::FIRST)
        .filter(|&node| reader.is(node, "resources"))
        .collect();
    for &within in &resources {
        reader.resources(within, "", MAX_DEPTH);
    }
    let base = resources.first().and_then(|&node| reader.attribute(node, "base"));
    let server = base.filter(|base| base.starts_with("http")).map(str::to_owned);
    let operations = reader.operations;
    (!operations.is_empty()).then_some(Specification { operations, server })
}

struct Reader<'t> {
    tree: &'t Tree,
    places: &'t Places,
    source: &'t Arc<Source>,
    operations: Vec<Described>,
}

impl<'t> Reader<'t> {
    /// The methods of the resources in an element, whose own path stands before theirs.
    fn resources(&mut self, within: NodeId, path: &str, depth: usize) {
        let children: Vec<NodeId> = self.tree.children(within).collect();
        for node in children {
            if self.is(node, "method") {
                self.method(node, path);
            } else if self.is(node, "resource") && depth > 0 {
                let below = self.attribute(node, "path").unwrap_or_default().trim_matches('/');
                let path = if below.is_empty() {
                    path.to_owned()
                } else {
                    format!("{path}/{below}")
                };
                self.resources(node, &path, depth - 1);
            }
        }
    }

    fn method(&mut self, node: NodeId, path: &str) {
        // A method may stand elsewhere in the document.
        let elsewhere = self
            .attribute(node, "href")
            .and_then(|href| self.method_of(href.strip_prefix('#')?));
        let method = elsewhere.unwrap_or(node);
        let Some(verb) = self.attribute(method, "name") else {
            return;
        };
        let path = if path.is_empty() { "/" } else { path };
        let written = self.attribute(method, "id").filter(|id| !id.is_empty());
        let id = written.map_or_else(|| resource_name(&format!("{verb}-{path}")), str::to_owned);
        let title = self.tree.children(method).find(|&child| self.is(child, "doc"));
        let title = title
            .and_then(|doc| self.attribute(doc, "title"))
            .filter(|title| !title.is_empty());
        let described = Described {
            name: title
                .or(written)
                .map_or_else(|| format!("{verb} {path}"), str::to_owned),
            id,
            method: verb.to_ascii_uppercase(),
            url_template: self.url_template(path, method),
            responses: Vec::new(),
            place: None,
            policy: None,
            source: Arc::clone(self.source),
            span: Span::at(self.places.of(method).unwrap_or_default()),
        };
        self.operations.push(described);
    }

    fn method_of(&self, id: &str) -> Option<NodeId> {
        let mut methods = self
            .tree
            .descendants(NodeId::FIRST)
            .filter(|&node| self.is(node, "method"));
        methods.find(|&node| self.attribute(node, "id") == Some(id))
    }

    /// The path with the query parameters that a request must have.
    fn url_template(&self, path: &str, method: NodeId) -> String {
        let mut template = path.to_owned();
        let request = self.tree.children(method).find(|&child| self.is(child, "request"));
        for parameter in request.into_iter().flat_map(|request| self.tree.children(request)) {
            let is = |name: &str, value: &str| self.attribute(parameter, name) == Some(value);
            if self.is(parameter, "param")
                && is("style", "query")
                && is("required", "true")
                && let Some(name) = self.attribute(parameter, "name")
            {
                let sign = if template.contains('?') { '&' } else { '?' };
                let _ = write!(template, "{sign}{name}={{{name}}}");
            }
        }
        template
    }

    fn is(&self, node: NodeId, local: &str) -> bool {
        self.tree.is_element(node) && self.tree.name(node).is_some_and(|name| &**name.local() == local)
    }

    fn attribute(&self, element: NodeId, name: &str) -> Option<&'t str> {
        let attribute = self.tree.attribute(element, &Name::local_only(name))?;
        self.tree.attribute_value(attribute).map(|value| &**value)
    }
}
