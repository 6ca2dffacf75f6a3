//! The schemas of SOAP bodies of style `rpc`, which a WSDL (1.1) describes by messages instead of elements.
//!
//! A body holds one element named like the operation (with `Response` behind it in the answer), in the namespace that
//! `soap:body` names, and within it an element of no namespace for each part of the message, of the part's type. What
//! SOAP's own rules encode (`use="encoded"`) has no schema.
//! Never here: operations, actions.

use super::wsdl::{WSDL, attribute, is, soap};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;
use xml::reader::read_document;
use xml::{NodeId, Tree};

const XS: &str = "http://www.w3.org/2001/XMLSchema";

/// What a part of a message is: `type` or `element`, and the name of it.
#[derive(Clone, PartialEq, Eq)]
struct Part {
    name: Arc<str>,
    is_element: bool,
    namespace: Arc<str>,
    local: Arc<str>,
}

/// The parts of an element's message; `None` where operations of one name differ, and it may hold anything.
type Parts = Option<Vec<Part>>;

/// The elements of bodies, by namespace and name.
type Bodies = BTreeMap<(Arc<str>, String), Parts>;

/// The text of a WSDL with schemas of the bodies that it describes by messages in it; the same text where it has none.
pub(crate) fn with_schemas(text: String) -> String {
    let Some(schemas) = read_document(&text, false).ok().and_then(|tree| schemas(&tree)) else {
        return text;
    };
    // Behind everything else, where nothing that is there gets another place.
    match text.rfind("</") {
        Some(end) => {
            let (before, after) = text.split_at(end);
            format!("{before}<types xmlns=\"{WSDL}\">{schemas}</types>{after}")
        }
        None => text,
    }
}

fn schemas(tree: &Tree) -> Option<String> {
    let mut bodies = Bodies::new();
    for binding in named(tree, "binding", None) {
        for operation in within(tree, binding, "operation") {
            for (direction, ending) in [("input", ""), ("output", "Response")] {
                let _ = collect(tree, binding, operation, direction, ending, &mut bodies);
            }
        }
    }
    let mut known = BTreeSet::new();
    for schema in elements(tree, NodeId::FIRST).filter(|&node| is(tree, node, &[XS], "schema")) {
        let target = attribute(tree, schema, "targetNamespace").cloned().unwrap_or_default();
        let declared = tree.children(schema).filter(|&node| is(tree, node, &[XS], "element"));
        known.extend(
            declared.filter_map(|node| Some((Arc::clone(&target), attribute(tree, node, "name")?.to_string()))),
        );
    }
    bodies.retain(|name, _| !known.contains(name));
    let namespaces: BTreeSet<_> = bodies.keys().map(|(namespace, _)| namespace).collect();
    let written = namespaces.into_iter().map(|namespace| schema(namespace, &bodies));
    (!bodies.is_empty()).then(|| written.collect())
}

/// Takes in the body of one direction of an operation; `None` where it is not of this style, or lacks something.
fn collect(
    tree: &Tree,
    binding: NodeId,
    operation: NodeId,
    direction: &str,
    ending: &str,
    bodies: &mut Bodies,
) -> Option<()> {
    let own = soap(tree, operation, "operation").and_then(|node| attribute(tree, node, "style"));
    let style = own.or_else(|| attribute(tree, soap(tree, binding, "binding")?, "style"))?;
    let body = soap(tree, within(tree, operation, direction).next()?, "body")?;
    let is_encoded = attribute(tree, body, "use").is_some_and(|using| &**using == "encoded");
    if &**style != "rpc" || is_encoded {
        return None;
    }
    let name = attribute(tree, operation, "name")?;
    let namespace = attribute(tree, body, "namespace").cloned().unwrap_or_default();
    let port = named(tree, "portType", Some(local(attribute(tree, binding, "type")?))).next()?;
    let mut described = within(tree, port, "operation")
        .filter(|&node| attribute(tree, node, "name") == Some(name))
        .filter_map(|node| within(tree, node, direction).next());
    let message = attribute(tree, described.next()?, "message")?;
    let message = named(tree, "message", Some(local(message))).next()?;
    let wanted = attribute(tree, body, "parts");
    let parts = within(tree, message, "part").filter(|&part| {
        let name = attribute(tree, part, "name");
        wanted.is_none_or(|wanted| {
            wanted
                .split_whitespace()
                .any(|one| name.is_some_and(|name| **name == *one))
        })
    });
    let parts: Parts = parts.map(|node| part(tree, node)).collect();
    let parts = parts.filter(|_| described.next().is_none());
    let element = (namespace, format!("{name}{ending}"));
    bodies
        .entry(element)
        .and_modify(|before| *before = before.take().filter(|before| Some(before) == parts.as_ref()))
        .or_insert(parts);
    Some(())
}

fn part(tree: &Tree, node: NodeId) -> Option<Part> {
    let of_type = attribute(tree, node, "type");
    let written = of_type.or_else(|| attribute(tree, node, "element"))?;
    let (prefix, local) = written.split_once(':').unwrap_or(("", written));
    Some(Part {
        name: attribute(tree, node, "name").cloned()?,
        is_element: of_type.is_none(),
        namespace: tree.namespace_of_prefix(node, prefix).unwrap_or_default(),
        local: Arc::from(local),
    })
}

/// The schema of a namespace's bodies.
fn schema(namespace: &Arc<str>, bodies: &Bodies) -> String {
    let own = || bodies.iter().filter(|((of, _), _)| of == namespace);
    let parts = own().filter_map(|(_, parts)| parts.as_ref()).flatten();
    let used: BTreeSet<_> = parts
        .map(|part| &part.namespace)
        .filter(|used| **used != *namespace && &***used != XS)
        .collect();
    let mut out = format!("<xs:schema xmlns:xs=\"{XS}\"{}>", given("targetNamespace", namespace));
    for used in used {
        let _ = write!(out, "<xs:import{}/>", given("namespace", used));
    }
    for ((_, name), parts) in own() {
        let Some(parts) = parts else {
            let _ = write!(out, "<xs:element{}/>", given("name", name));
            continue;
        };
        let _ = write!(out, "<xs:element{}><xs:complexType><xs:sequence>", given("name", name));
        for part in parts {
            // The prefix is declared where it is used, and stays away where there is no namespace.
            let prefix = if part.namespace.is_empty() { "" } else { "t:" };
            let (declared, referred) = (given("xmlns:t", &part.namespace), format!("{prefix}{}", part.local));
            let means = if part.is_element {
                given("ref", &referred)
            } else {
                given("name", &part.name) + &given("type", &referred)
            };
            let _ = write!(out, "<xs:element{declared}{means}/>");
        }
        out.push_str("</xs:sequence></xs:complexType></xs:element>");
    }
    out + "</xs:schema>"
}

/// An attribute with its name before it; nothing where the value is empty.
fn given(name: &str, value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    format!(" {name}=\"{value}\"")
}

fn elements(tree: &Tree, within: NodeId) -> impl Iterator<Item = NodeId> {
    tree.descendants(within).filter(|&node| tree.is_element(node))
}

/// WSDL's own elements of a kind, of any name or of one.
fn named<'t>(tree: &'t Tree, kind: &'t str, name: Option<&'t str>) -> impl Iterator<Item = NodeId> + 't {
    elements(tree, NodeId::FIRST)
        .filter(move |&node| is(tree, node, &[WSDL], kind))
        .filter(move |&node| name.is_none_or(|name| attribute(tree, node, "name").is_some_and(|own| **own == *name)))
}

fn within<'t>(tree: &'t Tree, parent: NodeId, kind: &'t str) -> impl Iterator<Item = NodeId> + 't {
    tree.children(parent).filter(move |&node| is(tree, node, &[WSDL], kind))
}

/// A name without its prefix: a WSDL has one namespace for what it defines.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::with_schemas;

    const HEAD: &str = r#"<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:t="urn:t" xmlns:x="http://www.w3.org/2001/XMLSchema">"#;
    const SCHEMA: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:a&amp;b">"#;

    fn added(messages: &str, ports: &str, operations: &str) -> String {
        let text = format!(
            r#"{HEAD}{messages}<w:portType name="P">{ports}</w:portType><w:binding name="B" type="t:P"><s:binding style="rpc"/>{operations}</w:binding></w:definitions>"#
        );
        let with = with_schemas(text.clone());
        let (before, after) = text.split_at(text.len() - "</w:definitions>".len());
        let added = with.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        let added = added
            .unwrap()
            .strip_prefix(r#"<types xmlns="http://schemas.xmlsoap.org/wsdl/">"#);
        added.map_or_else(String::new, |added| added.strip_suffix("</types>").unwrap().to_owned())
    }

    fn operation(name: &str, attributes: &str) -> String {
        format!(
            r#"<w:operation name="{name}"><s:operation/><w:input><s:body use="literal" namespace="urn:a&amp;b" {attributes}/></w:input></w:operation>"#
        )
    }

    fn port(name: &str, message: &str) -> String {
        format!(r#"<w:operation name="{name}"><w:input message="t:{message}"/></w:operation>"#)
    }

    #[test]
    fn a_body_holds_the_parts_of_its_message() {
        let messages = r#"<w:message name="M"><w:part name="a" type="x:int"/><w:part name="b" type="t:T"/></w:message><w:message name="N"/>"#;
        let one = r#"<xs:element name="Add"><xs:complexType><xs:sequence>"#;
        let a = r#"<xs:element xmlns:t="http://www.w3.org/2001/XMLSchema" name="a" type="t:int"/>"#;
        let b = r#"<xs:element xmlns:t="urn:t" name="b" type="t:T"/>"#;
        let end = "</xs:sequence></xs:complexType></xs:element></xs:schema>";
        let import = r#"<xs:import namespace="urn:t"/>"#;
        let (add, m) = (operation("Add", ""), port("Add", "M"));
        assert_eq!(added(messages, &m, &add), format!("{SCHEMA}{import}{one}{a}{b}{end}"));
        let some = operation("Add", r#"parts="a""#);
        assert_eq!(added(messages, &m, &some), format!("{SCHEMA}{one}{a}{end}"));
        let n = port("Add", "N");
        assert_eq!(added(messages, &n, &add), format!("{SCHEMA}{one}{end}"));
        // Two of a name cannot be told apart.
        let any = format!(r#"{SCHEMA}<xs:element name="Add"/></xs:schema>"#);
        assert_eq!(added(messages, &format!("{m}{n}"), &add), any);
        let answer = r#"<w:operation name="Add"><s:operation/><w:output><s:body namespace="urn:a&amp;b"/></w:output></w:operation>"#;
        let port = m.replace("input", "output").replace(":M", ":N");
        let response = one.replace("Add", "AddResponse");
        assert_eq!(added(messages, &port, answer), format!("{SCHEMA}{response}{end}"));
    }

    #[test]
    fn a_text_without_such_bodies_stays() {
        for (messages, ports, operations) in [
            ("", port("Add", "M"), operation("Add", "")),
            (r#"<w:message name="M"/>"#, String::new(), operation("Add", "")),
            (
                r#"<w:message name="M"/>"#,
                port("Add", "M"),
                operation("Add", "").replace("literal", "encoded"),
            ),
            (
                r#"<w:message name="M"/>"#,
                port("Add", "M"),
                operation("Add", "").replace("<s:operation/>", r#"<s:operation style="document"/>"#),
            ),
            (
                r#"<w:types><x:schema targetNamespace="urn:a&amp;b"><x:element name="Add"/></x:schema></w:types><w:message name="M"/>"#,
                port("Add", "M"),
                operation("Add", ""),
            ),
        ] {
            assert_eq!(
                added(messages, &ports, &operations),
                "",
                "{messages}{ports}{operations}"
            );
        }
        for text in ["", "<a", "<a/>", "no XML"] {
            assert_eq!(with_schemas(text.to_owned()), text);
        }
    }
}
