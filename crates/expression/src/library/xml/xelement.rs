//! `System.Xml.Linq.XElement`

mod attributes;
mod namespaces;

use super::casts::OF_ELEMENT;
use super::content::{Item, add, items, remove_attributes, remove_children};
use super::linq_node::{copy, node, parse_element, save, value};
use super::search::{Axis, Only, along, first};
use super::text::text_of;
use super::xname;
use crate::collection::Sequence;
use crate::frame::Frame;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::Value;
use xml::{Kind, Name, Node, Tree};

/// An element.
pub static XELEMENT: Class = Class::new("System.Xml.Linq.XElement", ClassKind::Class)
    .inherits(&["XContainer"])
    .rows(ROWS)
    .more(&[OF_ELEMENT, attributes::ROWS, namespaces::ROWS]);

const ROWS: &[Row] = &[
    row(
        "static IEnumerable<XElement> EmptySequence { get; }",
        "XElement.EmptySequence.Count()",
        "0",
        |_, _| Ok(Sequence::of(Type::class(&XELEMENT), Vec::new())),
    ),
    row("new(XName name)", r#"new XElement("a")"#, "<a />", create),
    row(
        "new(XName name, object content)",
        r#"new XElement("a", 1.5)"#,
        "<a>1.5</a>",
        create,
    ),
    row(
        "new(XName name, params object[] content)",
        r#"new XElement("a", new XAttribute("b", true), "x", "y")"#,
        r#"<a b="true">xy</a>"#,
        create,
    ),
    row(
        "new(XElement other)",
        r#"new XElement(XElement.Parse("<a>x</a>"))"#,
        "<a>x</a>",
        |call, a| Ok(value(copy(call.frame, node(a, 0)?)?)),
    ),
    row(
        "static XElement Parse(string text)",
        r#"XElement.Parse("<a> <b/> </a>").Elements().Count()"#,
        "1",
        |call, a| parse_element(call.frame, parsed_text(a)?, false),
    ),
    row(
        "static XElement Parse(string text, LoadOptions options)",
        r#"XElement.Parse("<a> <b/> </a>", LoadOptions.PreserveWhitespace)"#,
        "<a> <b /> </a>",
        |call, a| parse_element(call.frame, parsed_text(a)?, a.int(1) & 1 == 1),
    ),
    row(
        "static XElement Load(TextReader textReader)",
        r#"XElement.Load(new StringReader("<a> </a>"))"#,
        "<a></a>",
        |call, a| parse_element(call.frame, &crate::library::io::rest(a, 0)?, false),
    ),
    row(
        "static XElement Load(TextReader textReader, LoadOptions options)",
        r#"XElement.Load(new StringReader("<a> </a>"), LoadOptions.PreserveWhitespace)"#,
        "<a> </a>",
        |call, a| parse_element(call.frame, &crate::library::io::rest(a, 0)?, a.int(1) & 1 == 1),
    ),
    row(
        "static XElement Load(XmlReader reader)",
        r#"XElement.Load(XElement.Parse("<a/>").CreateReader())"#,
        "<a />",
        |call, a| super::xml_reader::read_element(call.frame, a, 0),
    ),
    row(
        "static XElement Load(XmlReader reader, LoadOptions options)",
        "",
        "",
        |call, a| super::xml_reader::read_element(call.frame, a, 0),
    ),
    row("void Save(TextWriter textWriter)", "", "", save),
    row("void Save(TextWriter textWriter, SaveOptions options)", "", "", save),
    row("XName Name { get; }", r#"XElement.Parse("<a/>").Name"#, "a", |_, a| {
        let name = node(a, 0)?.read(|tree, id| tree.name(id).cloned());
        Ok(name.map_or(Value::Null, xname::value))
    }),
    row("XName Name { set; }", "", "", |_, a| {
        let name = xname::name(a, 1).ok_or_else(|| Thrown::argument_null("value"))?;
        node(a, 0)?.write(|tree, id| tree.set_name(id, name.clone()));
        Ok(Value::Null)
    }),
    row(
        "string Value { get; }",
        r#"XElement.Parse("<a>x<b>y</b></a>").Value"#,
        "xy",
        |call, a| {
            let (text, nodes) = node(a, 0)?.read(|tree, id| (tree.value(id), tree.descendants(id).count()));
            call.step(nodes as u64 / 8)?;
            call.read(text.len())?;
            call.allocate(text.len())?;
            Ok(Text::from(text).into())
        },
    ),
    row("string Value { set; }", "", "", |call, a| {
        let text = a.text_or_null(1).ok_or_else(|| Thrown::argument_null("value"))?;
        set_value(call.frame, node(a, 0)?, text)
    }),
    row("void SetValue(object value)", "", "", |call, a| {
        let text = text_of(a.required(1)?)?;
        set_value(call.frame, node(a, 0)?, &text)
    }),
    row(
        "void SetElementValue(XName name, object value)",
        "",
        "",
        set_element_value,
    ),
    row(
        "bool IsEmpty { get; }",
        r#"XElement.Parse("<a></a>").IsEmpty"#,
        "False",
        |_, a| {
            let empty = |tree: &Tree, id| tree.first_child(id).is_none() && !tree.is_open(id);
            Ok(node(a, 0)?.read(empty).into())
        },
    ),
    row(
        "bool HasElements { get; }",
        r#"XElement.Parse("<a>x</a>").HasElements"#,
        "False",
        |call, a| {
            let found = first(call.frame, node(a, 0)?, Axis::Children, &Only::Elements)?;
            Ok(found.is_some().into())
        },
    ),
    row("void RemoveAll()", "", "", |_, a| {
        remove_attributes(node(a, 0)?);
        remove_children(node(a, 0)?);
        Ok(Value::Null)
    }),
    row("void ReplaceAll(object content)", "", "", replace_all),
    row("void ReplaceAll(params object[] content)", "", "", replace_all),
    row(
        "IEnumerable<XElement> AncestorsAndSelf()",
        r#"XElement.Parse("<a><b/></a>").Element("b").AncestorsAndSelf().Count()"#,
        "2",
        |_, a| along(a, Axis::AncestorsAndSelf, Only::Elements),
    ),
    row(
        "IEnumerable<XElement> AncestorsAndSelf(XName name)",
        r#"XElement.Parse("<a><b/></a>").Element("b").AncestorsAndSelf("b").Count()"#,
        "1",
        |_, a| along(a, Axis::AncestorsAndSelf, Only::named(a, 1)),
    ),
    row(
        "IEnumerable<XElement> DescendantsAndSelf()",
        r#"XElement.Parse("<a><b/></a>").DescendantsAndSelf().Count()"#,
        "2",
        |_, a| along(a, Axis::DescendantsAndSelf, Only::Elements),
    ),
    row(
        "IEnumerable<XElement> DescendantsAndSelf(XName name)",
        r#"XElement.Parse("<a><b/></a>").DescendantsAndSelf("a").Count()"#,
        "1",
        |_, a| along(a, Axis::DescendantsAndSelf, Only::named(a, 1)),
    ),
    row(
        "IEnumerable<XNode> DescendantNodesAndSelf()",
        r#"XElement.Parse("<a>x</a>").DescendantNodesAndSelf().Count()"#,
        "2",
        |_, a| along(a, Axis::DescendantsAndSelf, Only::All),
    ),
];

fn parsed_text(a: Arguments<'_>) -> Result<&Text, Thrown> {
    a.text_or_null(0).ok_or_else(|| Thrown::argument_null("s"))
}

/// An element of this name without content.
fn element(name: Name) -> Node {
    Node::new(Kind::Element {
        name,
        prefix: None,
        open: false,
    })
}

fn create(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let name = xname::required(a, 0)?;
    call.allocate(super::linq_node::NODE_BYTES)?;
    let created = element(name.clone());
    let items = items(call.frame, a.value(1))?;
    add(call.frame, &created, items)?;
    Ok(value(created))
}

fn set_value(frame: &mut Frame<'_>, node: &Node, text: &Text) -> Outcome {
    remove_children(node);
    add(frame, node, vec![Item::Text(text.clone())])?;
    Ok(Value::Null)
}

fn set_element_value(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let (own, name) = (node(a, 0)?, xname::required(a, 1)?);
    let known = first(call.frame, own, Axis::Children, &Only::Named(name.clone()))?;
    if a.value(2).is_null() {
        if let Some(known) = known {
            super::content::remove(&known)?;
        }
        return Ok(Value::Null);
    }
    let text = text_of(a.value(2))?;
    if let Some(known) = known {
        return set_value(call.frame, &known, &text);
    }
    let created = element(name.clone());
    set_value(call.frame, &created, &text)?;
    add(call.frame, own, vec![Item::Node(created)])?;
    Ok(Value::Null)
}

fn replace_all(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let items = items(call.frame, a.value(1))?;
    remove_attributes(node(a, 0)?);
    remove_children(node(a, 0)?);
    add(call.frame, node(a, 0)?, items)?;
    Ok(Value::Null)
}
