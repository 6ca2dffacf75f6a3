//! The operations of a SOAP API by its WSDL (1.1): those of its bindings to SOAP, each with the action that tells it
//! apart, as Azure imports them.
//!
//! A service whose operations have no actions is described as a whole or not at all: messages cannot be told apart then.
//! Never here: types, which `xml_schema` reads; messages, which `rpc` does.

use super::{Described, Silent, Specification};
use diagnostic::{Source, Span};
use std::collections::HashSet;
use std::sync::Arc;
use xml::reader::{Places, read_with_places};
use xml::{Name, NodeId, Tree};

pub(super) const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
const SOAP: [&str; 2] = [
    "http://schemas.xmlsoap.org/wsdl/soap/",
    "http://schemas.xmlsoap.org/wsdl/soap12/",
];

/// What a WSDL says, or why it tells no operations.
pub(super) fn read(source: &Arc<Source>) -> Result<Specification, Silent> {
    let text = source.text();
    let (tree, places) = read_with_places(text, false).map_err(|error| Silent::malformed(text, &error))?;
    let (mut operations, mut known) = (Vec::new(), HashSet::new());
    for binding in tree
        .descendants(NodeId::FIRST)
        .filter(|&node| is(&tree, node, &[WSDL], "binding"))
    {
        if soap(&tree, binding, "binding").is_none() {
            continue;
        }
        for operation in tree
            .children(binding)
            .filter(|&node| is(&tree, node, &[WSDL], "operation"))
        {
            let Some(described) = described(&tree, &places, operation, source) else {
                let name = attribute(&tree, operation, "name").map_or("", |name| &**name);
                return Err(Silent {
                    message: format!(
                        "the operation `{name}` has no `soapAction`, by which its messages would be told apart, so none \
                         of this file's operations is known"
                    ),
                    at: places.of(operation).unwrap_or_default(),
                });
            };
            // SOAP 1.1 and 1.2 have bindings of their own, with the same operations.
            if known.insert(described.url_template.clone()) {
                operations.push(described);
            }
        }
    }
    let location = tree
        .descendants(NodeId::FIRST)
        .find(|&node| is(&tree, node, &SOAP, "address"))
        .and_then(|address| attribute(&tree, address, "location"))
        .filter(|location| location.starts_with("http"));
    if operations.is_empty() {
        let message = "this file tells no operations: no `binding` of WSDL 1.1 to SOAP has any";
        return Err(Silent::whole(message));
    }
    Ok(Specification {
        operations,
        server: location.map(ToString::to_string),
    })
}

/// An operation of a binding; `None` where it has no name or no action.
fn described(tree: &Tree, places: &Places, operation: NodeId, source: &Arc<Source>) -> Option<Described> {
    let name = attribute(tree, operation, "name")?;
    let action = attribute(tree, soap(tree, operation, "operation")?, "soapAction")?;
    if action.is_empty() {
        return None;
    }
    // As it stands in a template, whose braces are parameters, and in a query.
    let action = [("%", "%25"), ("&", "%26"), ("+", "%2B"), ("{", "%7B"), ("}", "%7D")]
        .iter()
        .fold(action.to_string(), |action, (plain, escaped)| {
            action.replace(plain, escaped)
        });
    Some(Described {
        id: name.to_string(),
        name: name.to_string(),
        method: "POST".to_owned(),
        url_template: format!("/?soapAction={action}"),
        responses: Vec::new(),
        place: None,
        policy: None,
        source: Arc::clone(source),
        span: Span::at(places.of(operation).unwrap_or_default()),
    })
}

/// The element of SOAP's own within one of WSDL.
pub(super) fn soap(tree: &Tree, within: NodeId, local: &str) -> Option<NodeId> {
    tree.children(within).find(|&node| is(tree, node, &SOAP, local))
}

pub(super) fn is(tree: &Tree, node: NodeId, namespaces: &[&str], local: &str) -> bool {
    tree.is_element(node)
        && tree
            .name(node)
            .is_some_and(|name| &**name.local() == local && namespaces.contains(&&**name.namespace()))
}

pub(super) fn attribute<'t>(tree: &'t Tree, element: NodeId, name: &str) -> Option<&'t Arc<str>> {
    tree.attribute_value(tree.attribute(element, &Name::local_only(name))?)
}
