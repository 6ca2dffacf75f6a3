//! The operations of an API by its WADL (the submission to the W3C of 31 August 2009): the methods of its resources, with
//! the query parameters that requests must have, which importing makes part of the template.
//!
//! Never here: representations, types of resources, other files.

use super::{Described, Specification, resource_name};
use diagnostic::{Source, Span};
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::sync::Arc;
use xml::reader::{Places, read_with_places};
use xml::{Name, NodeId, Tree};

/// Both of the format's versions.
const WADL: [&str; 2] = [
    "http://wadl.dev.java.net/2009/02",
    "http://research.sun.com/wadl/2006/10",
];

/// What a WADL says; `None` where it tells no operations.
pub(super) fn read(source: &Arc<Source>) -> Option<Specification> {
    let (tree, places) = read_with_places(source.text(), false).ok()?;
    let description = Description { tree, places, source };
    let application = description.child(NodeId::FIRST, "application")?;
    let shared = description.children(application, "method");
    let shared = shared.filter_map(|method| Some((&**description.attribute(method, "id")?, method)));
    let shared: HashMap<&str, NodeId> = shared.collect();
    let (mut operations, mut known) = (Vec::new(), HashSet::new());
    let mut server = None;
    for resources in description.children(application, "resources") {
        let base = description
            .attribute(resources, "base")
            .filter(|base| base.starts_with("http"));
        server = server.or_else(|| base.map(ToString::to_string));
        let mut left = description.below(resources, "", &[]);
        while let Some(resource) = left.pop() {
            for method in description.children(resource.node, "method") {
                let operation = description.operation(method, &resource, &shared);
                operations.extend(operation.filter(|operation| known.insert(operation.id.clone())));
            }
            left.extend(description.below(resource.node, &resource.path, &resource.query));
        }
    }
    (!operations.is_empty()).then_some(Specification { operations, server })
}

/// A description while it is read.
struct Description<'d> {
    tree: Tree,
    places: Places,
    source: &'d Arc<Source>,
}

/// A resource that may have methods.
struct Resource {
    node: NodeId,
    /// From the base on; empty for the base itself.
    path: String,
    /// Query parameters that requests must have.
    query: Vec<String>,
}

impl Description<'_> {
    /// The resources directly within an element, the last one first.
    fn below(&self, within: NodeId, path: &str, query: &[String]) -> Vec<Resource> {
        let resource = |node| {
            let own = self.attribute(node, "path").map_or("", |path| path.trim_matches('/'));
            Resource {
                node,
                path: format!("{path}/{own}").trim_end_matches('/').to_owned(),
                query: query.iter().cloned().chain(self.required(node)).collect(),
            }
        };
        let mut found: Vec<Resource> = self.children(within, "resource").map(resource).collect();
        found.reverse();
        found
    }

    /// The operation of a method, or of the one of `shared` that it refers to.
    fn operation(&self, method: NodeId, resource: &Resource, shared: &HashMap<&str, NodeId>) -> Option<Described> {
        let meant = match self.attribute(method, "href") {
            Some(href) => *shared.get(href.strip_prefix('#')?)?,
            None => method,
        };
        let name = self.attribute(meant, "name")?;
        let own = self.child(meant, "request");
        let own: Vec<String> = own.into_iter().flat_map(|request| self.required(request)).collect();
        let mut template = resource.path.clone();
        if template.is_empty() {
            template.push('/');
        }
        for (at, name) in resource.query.iter().chain(&own).enumerate() {
            let sign = if at == 0 { '?' } else { '&' };
            let _ = write!(template, "{sign}{name}={{{name}}}");
        }
        let id = self.attribute(meant, "id").map(ToString::to_string);
        let id = id.unwrap_or_else(|| resource_name(&format!("{name}-{}", resource.path)));
        let title = self.child(meant, "doc").and_then(|doc| self.attribute(doc, "title"));
        Some(Described {
            name: title.map_or_else(|| id.clone(), ToString::to_string),
            id,
            method: name.to_ascii_uppercase(),
            url_template: template,
            responses: Vec::new(),
            place: None,
            policy: None,
            source: Arc::clone(self.source),
            span: Span::at(self.places.of(method).unwrap_or_default()),
        })
    }

    /// Names of the query parameters that must be there.
    fn required(&self, within: NodeId) -> impl Iterator<Item = String> {
        let is = |param, name, value: &str| self.attribute(param, name).is_some_and(|own| **own == *value);
        self.children(within, "param")
            .filter(move |&param| is(param, "style", "query") && is(param, "required", "true"))
            .filter_map(|param| Some(self.attribute(param, "name")?.to_string()))
    }

    fn children(&self, within: NodeId, local: &str) -> impl Iterator<Item = NodeId> {
        self.tree.children(within).filter(move |&node| {
            let name = self.tree.name(node).filter(|_| self.tree.is_element(node));
            name.is_some_and(|name| &**name.local() == local && WADL.contains(&&**name.namespace()))
        })
    }

    fn child(&self, within: NodeId, local: &str) -> Option<NodeId> {
        self.children(within, local).next()
    }

    fn attribute(&self, element: NodeId, name: &str) -> Option<&Arc<str>> {
        let tree = &self.tree;
        tree.attribute_value(tree.attribute(element, &Name::local_only(name))?)
    }
}
