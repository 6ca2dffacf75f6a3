//! Members of `System.Xml`'s elements and their attributes that take names as local names and namespaces, or attributes
//! as nodes.

use super::super::content::remove;
use super::super::linq_node::NODE_BYTES;
use super::super::xname::checked;
use super::attribute_collection::{attribute, own as element_of};
use super::node_list::node_list;
use super::{node, related, value};
use crate::library::{Arguments, Call, Row, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;
use xml::{Kind, Name, Node, NodeId, Tree};

/// `XmlElement`'s members.
pub const ELEMENT_ROWS: &[Row] = &[
    row(
        "string GetAttribute(string localName, string namespaceURI)",
        "",
        "",
        |call, a| {
            let found = found(call, node(a, 0)?, a)?;
            Ok(Text::from(found.map(|node| node.read(Tree::value)).unwrap_or_default()).into())
        },
    ),
    row(
        "XmlAttribute GetAttributeNode(string localName, string namespaceURI)",
        "",
        "",
        |call, a| Ok(found(call, node(a, 0)?, a)?.map_or(Value::Null, value)),
    ),
    row(
        "bool HasAttribute(string localName, string namespaceURI)",
        r#"new XmlDocument().CreateElement("a").HasAttribute("b", "u")"#,
        "False",
        |call, a| Ok(found(call, node(a, 0)?, a)?.is_some().into()),
    ),
    row(
        "void RemoveAttribute(string localName, string namespaceURI)",
        "",
        "",
        |call, a| {
            if let Some(known) = found(call, node(a, 0)?, a)? {
                remove(&known)?;
            }
            Ok(Value::Null)
        },
    ),
    row(
        "string SetAttribute(string localName, string namespaceURI, string value)",
        "",
        "",
        |call, a| {
            let own = node(a, 0)?;
            let text = a.text_or_null(3).map_or("", |text| text.as_str());
            call.allocate(NODE_BYTES + text.len())?;
            if let Some(known) = found(call, own, a)? {
                known.write(|tree, id| tree.set_text(id, text.into()));
            } else {
                let new = Node::new(Kind::Attribute {
                    name: wanted(a)?,
                    prefix: None,
                    value: text.into(),
                });
                own.join(&new, Tree::append_attribute);
            }
            Ok(a.value(3).clone())
        },
    ),
    row(
        "XmlAttribute SetAttributeNode(XmlAttribute newAttr)",
        "",
        "",
        |call, a| {
            let new = node(a, 1)?;
            if new.read(|tree, id| tree.parent(id).is_some()) {
                return Err(owned());
            }
            put(call, node(a, 0)?, new, false)
        },
    ),
    row(
        "XmlAttribute RemoveAttributeNode(XmlAttribute oldAttr)",
        "",
        "",
        |_, a| take(node(a, 0)?, a),
    ),
    row("void RemoveAllAttributes()", "", "", |_, a| {
        super::super::content::remove_attributes(node(a, 0)?);
        Ok(Value::Null)
    }),
    row(
        "XmlNodeList GetElementsByTagName(string localName, string namespaceURI)",
        "",
        "",
        by_tag_name,
    ),
];

/// `XmlNode`'s members.
pub const NODE_ROWS: &[Row] = &[
    row(
        "XmlElement this[string localname, string ns] { get; }",
        "",
        "",
        |call, a| {
            let name = wanted(a)?;
            let mut visited = 0;
            let found = related(node(a, 0)?, |tree, id| {
                let mut walk = tree.children(id).inspect(|_| visited += 1);
                walk.find(|id| tree.is_element(*id) && tree.name(*id) == Some(&name))
            });
            call.step(visited / 8)?;
            Ok(found)
        },
    ),
    row(
        "string GetNamespaceOfPrefix(string prefix)",
        r#"new XmlDocument().CreateElement("p:a", "u").GetNamespaceOfPrefix("q")"#,
        "",
        |_, a| {
            let prefix = a.text_or_null(1).map_or("", |text| text.as_str());
            let found = node(a, 0)?.read(|tree, id| {
                let own = tree.prefix(id).filter(|own| ***own == *prefix);
                let name = own.and_then(|_| tree.name(id));
                name.map(|name| name.namespace().clone())
                    .or_else(|| tree.namespace_of_prefix(id, prefix))
            });
            Ok(Text::from(found.unwrap_or_default()).into())
        },
    ),
    row(
        "string GetPrefixOfNamespace(string namespaceURI)",
        r#"new XmlDocument().CreateElement("p:a", "u").GetPrefixOfNamespace("u")"#,
        "p",
        |_, a| {
            let namespace = a.text_or_null(1).map_or("", |text| text.as_str());
            let found = node(a, 0)?.read(|tree, id| {
                let of_own = tree.name(id).is_some_and(|name| **name.namespace() == *namespace);
                let own = tree.prefix(id).filter(|_| of_own).cloned();
                own.or_else(|| tree.prefix_of_namespace(id, namespace))
            });
            Ok(Text::from(found.unwrap_or_default()).into())
        },
    ),
];

/// `XmlAttributeCollection`'s members.
pub const COLLECTION_ROWS: &[Row] = &[
    row(
        "XmlAttribute this[string localName, string namespaceURI] { get; }",
        "",
        "",
        |call, a| Ok(found(call, element_of(a)?, a)?.map_or(Value::Null, value)),
    ),
    row("XmlAttribute Append(XmlAttribute node)", "", "", |call, a| {
        put(call, element_of(a)?, node(a, 1)?, true)?;
        Ok(a.value(1).clone())
    }),
    row("XmlNode SetNamedItem(XmlNode node)", "", "", |call, a| {
        put(call, element_of(a)?, node(a, 1)?, false)
    }),
    row("XmlAttribute Remove(XmlAttribute node)", "", "", |_, a| {
        take(element_of(a)?, a)
    }),
    row("XmlNode RemoveNamedItem(string name)", "", "", |_, a| {
        let name = a.text(1)?;
        let known = element_of(a)?.sibling_handle(|tree, id| attribute(tree, id, name));
        removed(known)
    }),
    row("XmlAttribute RemoveAt(int i)", "", "", |call, a| {
        let index = usize::try_from(a.int(1)).unwrap_or(usize::MAX);
        call.step(index.min(1 << 20) as u64 / 8)?;
        removed(element_of(a)?.sibling_handle(|tree, id| tree.attributes(id).nth(index)))
    }),
    row("void RemoveAll()", "", "", |_, a| {
        super::super::content::remove_attributes(element_of(a)?);
        Ok(Value::Null)
    }),
];

/// The name that the first two arguments say.
fn wanted(a: Arguments<'_>) -> Result<Name, Thrown> {
    checked(a.text_or_null(2).map_or("", |text| text.as_str()), a.text(1)?)
}

fn found(call: &mut Call<'_, '_>, own: &Node, a: Arguments<'_>) -> Result<Option<Node>, Thrown> {
    let name = wanted(a)?;
    call.step(own.read(|tree, id| tree.attributes(id).count() as u64) / 8)?;
    Ok(own.sibling_handle(|tree, id| tree.attribute(id, &name)))
}

fn removed(known: Option<Node>) -> Outcome {
    match known {
        Some(known) => {
            remove(&known)?;
            Ok(value(known))
        }
        None => Ok(Value::Null),
    }
}

/// Takes the attribute that is the first argument out of an element; null when it is not its.
fn take(own: &Node, a: Arguments<'_>) -> Outcome {
    let known = node(a, 1)?;
    let parent = known.sibling_handle(Tree::parent);
    if parent.is_some_and(|parent| parent.is_same(own)) {
        removed(Some(known.clone()))
    } else {
        Ok(Value::Null)
    }
}

fn owned() -> Thrown {
    Thrown::invalid_operation(
        "The 'Attribute' node cannot be inserted because it is already an attribute of another element.",
    )
}

/// Puts an attribute into an element, at the end or in the place of the one of the same name, which is then the result.
fn put(call: &mut Call<'_, '_>, own: &Node, new: &Node, at_end: bool) -> Outcome {
    let parent = new.sibling_handle(Tree::parent);
    if parent.is_some_and(|parent| !parent.is_same(own)) {
        return Err(owned());
    }
    let Some(name) = new.read(|tree, id| tree.name(id).cloned().filter(|_| tree.is_attribute(id))) else {
        return Err(Thrown::new(
            "System.ArgumentException",
            "An 'Attributes' collection can only contain 'Attribute' objects.",
        ));
    };
    call.step(own.read(|tree, id| tree.attributes(id).count() as u64) / 4)?;
    let known = own.sibling_handle(|tree, id| tree.attribute(id, &name));
    let Some(known) = known.filter(|known| !known.is_same(new)) else {
        if new.read(|tree, id| tree.parent(id).is_none()) {
            own.join(new, Tree::append_attribute);
        }
        return Ok(value(new.clone()));
    };
    let behind = known.handles(|tree, id| std::iter::successors(tree.next(id), |id| tree.next(*id)).collect());
    remove(&known)?;
    own.join(new, Tree::append_attribute);
    for later in behind.into_iter().filter(|_| !at_end) {
        later.write(|tree, id| {
            if let Some(element) = tree.parent(id) {
                tree.unlink(id);
                tree.append_attribute(element, id);
            }
        });
    }
    Ok(value(known))
}

/// Elements below of a local name and a namespace; `*` is any.
pub fn by_tag_name(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let (own, local, namespace) = (node(a, 0)?, a.text(1)?, a.text(2)?);
    let mut visited = 0;
    let is_wanted = |tree: &Tree, id: NodeId| {
        tree.name(id).is_some_and(|name| {
            (local.as_str() == "*" || **name.local() == **local)
                && (namespace.as_str() == "*" || **name.namespace() == **namespace)
        })
    };
    let found = own.handles(|tree, id| {
        let walk = tree.descendants(id).inspect(|_| visited += 1);
        walk.filter(|id| tree.is_element(*id) && is_wanted(tree, *id)).collect()
    });
    call.step(visited)?;
    call.allocate(found.len() * NODE_BYTES / 2)?;
    Ok(node_list(found.into_iter().map(value).collect()))
}
