//! XML as JSON, in the two shapes of `xml-to-json`.

use serde_json::{Map, Value};
use xml::name::XMLNS_NAMESPACE;
use xml::reader::read_document;
use xml::{Kind as NodeKind, NodeId, Tree};

/// How JSON shows what XML has and it has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The structure as it is.
    Direct,
    /// Names for use with a dot.
    JavaScriptFriendly,
}

/// The shape of the result.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub kind: Kind,
    /// Whether each child element is in an array.
    pub always_array: bool,
}

/// The namespace of attributes that tell Newtonsoft's converter something and are not written.
const JSON_NAMESPACE: &str = "http://james.newtonking.com/projects/json";

/// How deep elements are nested at most, so that nobody's document fills the stack.
const MAX_DEPTH: usize = 256;

/// The JSON of an XML document; what is wrong with it otherwise.
pub(super) fn to_json(text: &str, shape: Shape) -> Result<String, String> {
    let tree = read_document(text, false).map_err(|error| error.to_string())?;
    let converter = Converter { tree: &tree, shape };
    let mut document = Map::new();
    if let (
        NodeKind::Document {
            declaration: Some(declaration),
        },
        Kind::Direct,
    ) = (tree.kind(NodeId::FIRST), shape.kind)
    {
        let parts = [
            ("@version", &declaration.version),
            ("@encoding", &declaration.encoding),
            ("@standalone", &declaration.standalone),
        ];
        let parts = parts
            .into_iter()
            .filter_map(|(name, part)| Some((name.to_owned(), Value::from(part.as_deref()?))));
        document.insert("?xml".to_owned(), Value::Object(parts.collect()));
    }
    for top in tree.children(NodeId::FIRST) {
        match tree.kind(top) {
            NodeKind::Element { .. } => {
                let value = converter.element(top, 0)?;
                add(&mut document, converter.name(top), value, converter.asks_for_array(top));
            }
            NodeKind::DocumentType(of) if converter.is_direct() => {
                let parts = [
                    ("@name", Some(&of.name)),
                    ("@public", of.public.as_ref()),
                    ("@system", of.system.as_ref()),
                    ("@internalSubset", of.subset.as_ref()),
                ];
                let parts = parts
                    .into_iter()
                    .filter_map(|(name, part)| Some((name.to_owned(), part.filter(|part| !part.is_empty())?)))
                    .map(|(name, part)| (name, part.as_ref().into()));
                document.insert("!DOCTYPE".to_owned(), Value::Object(parts.collect()));
            }
            NodeKind::Instruction { target, content } if converter.is_direct() => {
                add(&mut document, format!("?{target}"), content.as_ref().into(), false);
            }
            _ => {}
        }
    }
    serde_json::to_string(&document).map_err(|error| error.to_string())
}

struct Converter<'t> {
    tree: &'t Tree,
    shape: Shape,
}

impl Converter<'_> {
    fn element(&self, id: NodeId, depth: usize) -> Result<Value, String> {
        if depth >= MAX_DEPTH {
            return Err(format!(
                "its elements are nested deeper than the {MAX_DEPTH} levels that are converted"
            ));
        }
        let mut members = Map::new();
        for attribute in self.tree.attributes(id) {
            if let Some((name, value)) = self.attribute(attribute) {
                add(&mut members, name, value.into(), false);
            }
        }
        let mut children = self
            .tree
            .children(id)
            .filter(|child| self.is_content(*child))
            .peekable();
        if members.is_empty() {
            let Some(first) = children.peek().copied() else {
                return Ok(if self.tree.is_open(id) { "".into() } else { Value::Null });
            };
            let is_alone = self
                .tree
                .children(id)
                .filter(|child| self.is_content(*child))
                .nth(1)
                .is_none();
            if let (NodeKind::Text(text), true) = (self.tree.kind(first), is_alone) {
                return Ok(text.as_ref().into());
            }
        }
        for child in children {
            match self.tree.kind(child) {
                NodeKind::Text(text) => {
                    let name = if self.is_direct() { "#text" } else { "text" };
                    add(&mut members, name.to_owned(), text.as_ref().into(), false);
                }
                NodeKind::CData(text) => {
                    let name = if self.is_direct() { "#cdata-section" } else { "text" };
                    add(&mut members, name.to_owned(), text.as_ref().into(), false);
                }
                NodeKind::Instruction { target, content } => {
                    add(&mut members, format!("?{target}"), content.as_ref().into(), false);
                }
                _ => {
                    let value = self.element(child, depth + 1)?;
                    let in_array = self.shape.always_array || self.asks_for_array(child);
                    add(&mut members, self.name(child), value, in_array);
                }
            }
        }
        Ok(Value::Object(members))
    }

    fn is_direct(&self) -> bool {
        self.shape.kind == Kind::Direct
    }

    fn is_content(&self, id: NodeId) -> bool {
        match self.tree.kind(id) {
            NodeKind::Text(_) | NodeKind::CData(_) | NodeKind::Element { .. } => true,
            NodeKind::Instruction { .. } => self.is_direct(),
            _ => false,
        }
    }

    /// Whether `json:Array="true"` asks for an array even of one.
    fn asks_for_array(&self, element: NodeId) -> bool {
        self.is_direct()
            && self.tree.attributes(element).any(|id| {
                let name = self.tree.name(id);
                name.is_some_and(|name| **name.namespace() == *JSON_NAMESPACE && **name.local() == *"Array")
                    && self.tree.attribute_value(id).is_some_and(|value| **value == *"true")
            })
    }

    /// An attribute as a member; nothing for what the shape leaves out.
    fn attribute(&self, id: NodeId) -> Option<(String, &str)> {
        let (NodeKind::Attribute { name, value, .. }, is_direct) = (self.tree.kind(id), self.is_direct()) else {
            return None;
        };
        if is_direct {
            let is_for_converter = **name.namespace() == *JSON_NAMESPACE
                || (**name.namespace() == *XMLNS_NAMESPACE && **value == *JSON_NAMESPACE);
            return (!is_for_converter).then(|| (format!("@{}", self.name(id)), value.as_ref()));
        }
        let is_declaration = **name.namespace() == *XMLNS_NAMESPACE || **name.local() == *"xmlns";
        (!is_declaration).then(|| (name.local().to_string(), value.as_ref()))
    }

    /// A name as Newtonsoft has it, or without its prefix.
    fn name(&self, id: NodeId) -> String {
        if self.is_direct() {
            return self.tree.json_name(id);
        }
        self.tree
            .name(id)
            .map_or_else(String::new, |name| name.local().to_string())
    }
}

/// Adds a member; those of one name become an array.
fn add(members: &mut Map<String, Value>, name: String, value: Value, in_array: bool) {
    match members.get_mut(&name) {
        // Values of members are no arrays otherwise.
        Some(Value::Array(values)) => values.push(value),
        Some(known) => {
            let first = known.take();
            *known = Value::Array(vec![first, value]);
        }
        None => {
            let value = if in_array { Value::Array(vec![value]) } else { value };
            members.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str, kind: Kind, always_array: bool) -> String {
        to_json(text, Shape { kind, always_array }).unwrap_or_else(|error| error)
    }

    #[test]
    fn both_shapes() {
        for (text, direct, friendly) in [
            ("<a>x</a>", r#"{"a":"x"}"#, r#"{"a":"x"}"#),
            ("<a/>", r#"{"a":null}"#, r#"{"a":null}"#),
            ("<a></a>", r#"{"a":""}"#, r#"{"a":""}"#),
            (
                "<a><b>1</b><b>2</b><c/></a>",
                r#"{"a":{"b":["1","2"],"c":null}}"#,
                r#"{"a":{"b":["1","2"],"c":null}}"#,
            ),
            (
                "<a id='7'>x</a>",
                r##"{"a":{"@id":"7","#text":"x"}}"##,
                r#"{"a":{"id":"7","text":"x"}}"#,
            ),
            (
                "<a id='7'><id>8</id></a>",
                r#"{"a":{"@id":"7","id":"8"}}"#,
                r#"{"a":{"id":["7","8"]}}"#,
            ),
            (
                "<?xml version='1.0' encoding='utf-8'?><!-- c --><s:E xmlns:s='u' xmlns='v'><s:B s:q='1'/></s:E>",
                r#"{"?xml":{"@version":"1.0","@encoding":"utf-8"},"s:E":{"@xmlns:s":"u","@xmlns":"v","s:B":{"@s:q":"1"}}}"#,
                r#"{"E":{"B":{"q":"1"}}}"#,
            ),
            (
                "<a><![CDATA[<x>]]></a>",
                r##"{"a":{"#cdata-section":"<x>"}}"##,
                r#"{"a":{"text":"<x>"}}"#,
            ),
            (
                "<a>x<b/>y</a>",
                r##"{"a":{"#text":["x","y"],"b":null}}"##,
                r#"{"a":{"text":["x","y"],"b":null}}"#,
            ),
            ("<a>x<!-- c --></a>", r#"{"a":"x"}"#, r#"{"a":"x"}"#),
            ("<a>\n  <b>&lt;</b>\n</a>", r#"{"a":{"b":"<"}}"#, r#"{"a":{"b":"<"}}"#),
        ] {
            assert_eq!(json(text, Kind::Direct, false), direct, "{text}");
            assert_eq!(json(text, Kind::JavaScriptFriendly, false), friendly, "{text}");
        }
    }

    #[test]
    fn direct_is_newtonsofts() {
        for (text, expected) in [
            ("<a id='7'/>", r#"{"a":{"@id":"7"}}"#),
            ("<a> </a>", r#"{"a":""}"#),
            ("<?pi some text?><a/>", r#"{"?pi":"some text","a":null}"#),
            ("<a><?pi t?></a>", r#"{"a":{"?pi":"t"}}"#),
            ("<a>x<![CDATA[y]]></a>", r##"{"a":{"#text":"x","#cdata-section":"y"}}"##),
            (
                "<a><![CDATA[x]]><![CDATA[y]]></a>",
                r##"{"a":{"#cdata-section":["x","y"]}}"##,
            ),
            ("<a><b>1</b><c/><b>2</b></a>", r#"{"a":{"b":["1","2"],"c":null}}"#),
            (
                "<a xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><b xsi:nil='true'/></a>",
                r#"{"a":{"@xmlns:xsi":"http://www.w3.org/2001/XMLSchema-instance","b":{"@xsi:nil":"true"}}}"#,
            ),
            (
                "<a xmlns:json='http://james.newtonking.com/projects/json'><b json:Array='true'>1</b></a>",
                r#"{"a":{"b":["1"]}}"#,
            ),
            (
                "<a xmlns='u'><b xmlns=''/></a>",
                r#"{"a":{"@xmlns":"u","b":{"@xmlns":""}}}"#,
            ),
            ("<a xml:lang='en'>x</a>", r##"{"a":{"@xml:lang":"en","#text":"x"}}"##),
            ("<a_x0020_b/>", r#"{"a b":null}"#),
            (
                "<?xml version='1.0' encoding='utf-8' standalone='yes'?><a/>",
                r#"{"?xml":{"@version":"1.0","@encoding":"utf-8","@standalone":"yes"},"a":null}"#,
            ),
            (
                "<!DOCTYPE a SYSTEM \"x\"><a/>",
                r#"{"!DOCTYPE":{"@name":"a","@system":"x"},"a":null}"#,
            ),
            ("<a>\n  t\n  <b/>\n</a>", r##"{"a":{"#text":"\n  t\n  ","b":null}}"##),
        ] {
            assert_eq!(json(text, Kind::Direct, false), expected, "{text}");
        }
    }

    #[test]
    fn each_child_may_be_in_an_array() {
        let text = "<a id='7'><b>1</b><c><d/></c>x</a>";
        let expected = r##"{"a":{"@id":"7","b":["1"],"c":[{"d":[null]}],"#text":"x"}}"##;
        assert_eq!(json(text, Kind::Direct, true), expected);
    }

    #[test]
    fn deep_documents_are_refused() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(json(&nested(256), Kind::Direct, true).starts_with('{'));
        assert!(json(&nested(257), Kind::Direct, true).starts_with("its elements are nested deeper"));
    }
}
