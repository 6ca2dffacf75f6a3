//! The operations of an API by its WADL (the submission to the W3C of 31 August 2009): the methods of its resources, with
//! the query parameters that requests must have, which importing makes part of the template.
//!
//! Never here: representations, types of resources, other files.

use super::{Described, Silent, Specification, resource_name};
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

/// Bytes of a template at most, four times as many as Azure takes: what is within a resource has its path as well, so
/// that one long path could be written a hundred thousand times.
const LONGEST: usize = 4000;

/// What a WADL says, or why it tells no operations.
pub(super) fn read(source: &Arc<Source>) -> Result<Specification, Silent> {
    let text = source.text();
    let (tree, places) = read_with_places(text, false).map_err(|error| Silent::malformed(text, &error))?;
    let description = Description { tree, places, source };
    let application = description.child(NodeId::FIRST, "application").ok_or_else(none)?;
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
        let mut left = description.below(resources, "", "");
        while let Some(resource) = left.pop() {
            for method in description.children(resource.node, "method") {
                operations.extend(description.operation(method, &resource, &shared, &mut known));
            }
            left.extend(description.below(resource.node, &resource.path, &resource.query));
        }
    }
    if operations.is_empty() {
        return Err(none());
    }
    Ok(Specification { operations, server })
}

fn none() -> Silent {
    Silent::whole("this file tells no operations: no `resource` of a WADL `application` has a `method` with a name")
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
    /// The template's query: the parameters that requests must have.
    query: String,
}

impl Description<'_> {
    /// The resources directly within an element, the last one first.
    fn below(&self, within: NodeId, path: &str, query: &str) -> Vec<Resource> {
        let resource = |node| {
            let own = self.attribute(node, "path").map_or("", |path| path.trim_matches('/'));
            let path = format!("{path}/{own}").trim_end_matches('/').to_owned();
            let query = self.with_required(query, node);
            (path.len() + query.len() <= LONGEST).then_some(Resource { node, path, query })
        };
        let mut found: Vec<Resource> = self.children(within, "resource").filter_map(resource).collect();
        found.reverse();
        found
    }

    /// The operation of a method, or of the one of `shared` that it refers to; nothing for a second one of its id.
    fn operation(
        &self,
        method: NodeId,
        resource: &Resource,
        shared: &HashMap<&str, NodeId>,
        known: &mut HashSet<String>,
    ) -> Option<Described> {
        let meant = match self.attribute(method, "href") {
            Some(href) => *shared.get(href.strip_prefix('#')?)?,
            None => method,
        };
        let name = self.attribute(meant, "name")?;
        let id = self.attribute(meant, "id").map(ToString::to_string);
        let id = id.unwrap_or_else(|| resource_name(&format!("{name}-{}", resource.path)));
        if !known.insert(id.clone()) {
            return None;
        }
        let request = self.child(meant, "request");
        let query = request.map_or_else(
            || resource.query.clone(),
            |request| self.with_required(&resource.query, request),
        );
        let path = if resource.path.is_empty() { "/" } else { &resource.path };
        let template = format!("{path}{query}");
        if template.len() > LONGEST {
            return None;
        }
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

    /// A template's query with the parameters that must be there by what stands in an element; it may end beyond
    /// [`LONGEST`].
    fn with_required(&self, query: &str, within: NodeId) -> String {
        let mut query = query.to_owned();
        let is = |param, name, value: &str| self.attribute(param, name).is_some_and(|own| **own == *value);
        let params = self.children(within, "param");
        let required = params.filter(|&param| is(param, "style", "query") && is(param, "required", "true"));
        for name in required.filter_map(|param| self.attribute(param, "name")) {
            let sign = if query.is_empty() { '?' } else { '&' };
            let _ = write!(query, "{sign}{name}={{{name}}}");
            if query.len() > LONGEST {
                break;
            }
        }
        query
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
