//! XML as JSON, in the two shapes of `xml-to-json`.

use expression::json::{Formatting, JToken, Scalar};
use std::collections::HashMap;
use xml::name::XMLNS_NAMESPACE;
use xml::reader::read_document;
use xml::{JsonNames, Kind as NodeKind, NodeId, Tree};

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
    let names = JsonNames::of(&tree);
    let converter = Converter {
        tree: &tree,
        names,
        shape,
    };
    let mut document = Members::default();
    if let (
        NodeKind::Document {
            declaration: Some(declaration),
        },
        Kind::Direct,
    ) = (tree.kind(NodeId::FIRST), shape.kind)
    {
        let parts = [
            ("@version", declaration.version.as_deref()),
            ("@encoding", declaration.encoding.as_deref()),
            ("@standalone", declaration.standalone.as_deref()),
        ];
        document.add("?xml".to_owned(), record(&parts), false);
    }
    for top in tree.children(NodeId::FIRST) {
        match tree.kind(top) {
            NodeKind::Element { .. } => {
                let value = converter.element(top, 0)?;
                document.add(converter.name(top), value, converter.asks_for_array(top));
            }
            NodeKind::DocumentType(of) if converter.is_direct() => {
                let parts = [
                    ("@name", Some(of.name.as_ref())),
                    ("@public", of.public.as_deref()),
                    ("@system", of.system.as_deref()),
                    ("@internalSubset", of.subset.as_deref()),
                ];
                document.add("!DOCTYPE".to_owned(), record(&parts), false);
            }
            NodeKind::Instruction { target, content } if converter.is_direct() => {
                document.add(format!("?{target}"), Json::text(content), false);
            }
            NodeKind::Comment(text) if converter.is_direct() => document.add_comment(text),
            _ => {}
        }
    }
    let mut out = String::new();
    document.write(&mut out);
    Ok(out)
}

/// An object of the parts that are there.
fn record(parts: &[(&str, Option<&str>)]) -> Json {
    let mut members = Members::default();
    for (name, part) in parts {
        if let Some(part) = part.filter(|part| !part.is_empty()) {
            members.add((*name).to_owned(), Json::text(part), false);
        }
    }
    Json::Object(members)
}

/// What XML becomes.
enum Json {
    Null,
    Text(String),
    Array(Vec<Json>),
    Object(Members),
}

/// The members of an object in their order, those of one name together.
#[derive(Default)]
struct Members {
    list: Vec<(String, Json)>,
    places: HashMap<String, usize>,
    /// The texts of comments, and how many members stand before the first.
    comments: Vec<String>,
    before_comments: usize,
}

impl Json {
    fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Text(text) => write_text(text, out),
            Self::Array(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => members.write(out),
        }
    }
}

impl Members {
    fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds a member; those of one name become an array.
    fn add(&mut self, name: String, value: Json, in_array: bool) {
        let known = self.places.get(&name).and_then(|place| self.list.get_mut(*place));
        match known {
            // Values of members are no arrays otherwise.
            Some((_, Json::Array(values))) => values.push(value),
            Some((_, known)) => {
                let first = std::mem::replace(known, Json::Null);
                *known = Json::Array(vec![first, value]);
            }
            None => {
                let value = if in_array { Json::Array(vec![value]) } else { value };
                self.places.insert(name.clone(), self.list.len());
                self.list.push((name, value));
            }
        }
    }

    fn add_comment(&mut self, text: &str) {
        if self.comments.is_empty() {
            self.before_comments = self.list.len();
        }
        self.comments.push(text.to_owned());
    }

    /// A comment is one of JavaScript's; several are an array in which nothing stands.
    fn write(&self, out: &mut String) {
        out.push('{');
        let mut is_first = true;
        let mut separate = |out: &mut String| {
            if !std::mem::take(&mut is_first) {
                out.push(',');
            }
        };
        for place in 0..=self.list.len() {
            if place == self.before_comments {
                match self.comments.as_slice() {
                    [] => {}
                    [comment] => {
                        out.push_str("/*");
                        out.push_str(comment);
                        out.push_str("*/");
                    }
                    _ => {
                        separate(out);
                        out.push_str(r##""#comment":[]"##);
                    }
                }
            }
            if let Some((name, value)) = self.list.get(place) {
                separate(out);
                write_text(name, out);
                out.push(':');
                value.write(out);
            }
        }
        out.push('}');
    }
}

/// A text as Newtonsoft writes it.
fn write_text(text: &str, out: &mut String) {
    out.push_str(&JToken::value(Scalar::String(text.into())).to_json(Formatting::None));
}

struct Converter<'t> {
    tree: &'t Tree,
    names: JsonNames<'t>,
    shape: Shape,
}

impl Converter<'_> {
    fn element(&self, id: NodeId, depth: usize) -> Result<Json, String> {
        if depth >= MAX_DEPTH {
            return Err(format!(
                "its elements are nested deeper than the {MAX_DEPTH} levels that are converted"
            ));
        }
        let mut members = Members::default();
        for attribute in self.tree.attributes(id) {
            if let Some((name, value)) = self.attribute(attribute) {
                members.add(name, Json::text(value), false);
            }
        }
        let mut children = self
            .tree
            .children(id)
            .filter(|child| self.is_content(*child))
            .peekable();
        if members.is_empty() {
            let Some(first) = children.peek().copied() else {
                return Ok(if self.tree.is_open(id) {
                    Json::text("")
                } else {
                    Json::Null
                });
            };
            let is_alone = self
                .tree
                .children(id)
                .filter(|child| self.is_content(*child))
                .nth(1)
                .is_none();
            if let (NodeKind::Text(text), true) = (self.tree.kind(first), is_alone) {
                return Ok(Json::text(text));
            }
        }
        for child in children {
            match self.tree.kind(child) {
                NodeKind::Text(text) => {
                    let name = if self.is_direct() { "#text" } else { "text" };
                    members.add(name.to_owned(), Json::text(text), false);
                }
                NodeKind::CData(text) => {
                    let name = if self.is_direct() { "#cdata-section" } else { "text" };
                    members.add(name.to_owned(), Json::text(text), false);
                }
                NodeKind::Instruction { target, content } => {
                    members.add(format!("?{target}"), Json::text(content), false);
                }
                NodeKind::Comment(text) => members.add_comment(text),
                _ => {
                    let value = self.element(child, depth + 1)?;
                    let in_array = self.shape.always_array || self.asks_for_array(child);
                    members.add(self.name(child), value, in_array);
                }
            }
        }
        Ok(Json::Object(members))
    }

    fn is_direct(&self) -> bool {
        self.shape.kind == Kind::Direct
    }

    fn is_content(&self, id: NodeId) -> bool {
        match self.tree.kind(id) {
            NodeKind::Text(_) | NodeKind::CData(_) | NodeKind::Element { .. } => true,
            NodeKind::Instruction { .. } | NodeKind::Comment(_) => self.is_direct(),
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
            return self.names.name(id);
        }
        self.tree
            .name(id)
            .map_or_else(String::new, |name| name.local().to_string())
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
                r#"{"?xml":{"@version":"1.0","@encoding":"utf-8"}/* c */,"s:E":{"@xmlns:s":"u","@xmlns":"v","s:B":{"@s:q":"1"}}}"#,
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
            ("<a>x<!-- c --></a>", r##"{"a":{"#text":"x"/* c */}}"##, r#"{"a":"x"}"#),
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
            (
                "<!-- a --><r><b>1</b><!-- c --><b>2</b><c>x</c></r>",
                r#"{/* a */"r":{"b":["1","2"]/* c */,"c":"x"}}"#,
            ),
            ("<a><!--c--></a>", r#"{"a":{/*c*/}}"#),
            (
                "<a i='1'>x<!--c--><!--d--></a>",
                r##"{"a":{"@i":"1","#text":"x","#comment":[]}}"##,
            ),
            ("<a>\u{2028}</a>", r#"{"a":"\u2028"}"#),
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
    fn many_declarations_cost_no_more_than_they_are() {
        // Looked up one by one for each element they would be three billion.
        let many = |of: fn(usize) -> String| (0..60_000).map(of).collect::<String>();
        let declarations = many(|at| format!(" xmlns:p{at}='u'"));
        let text = format!("<r{declarations}>{}</r>", "<p59999:a/>".repeat(60_000));
        let made = json(&text, Kind::Direct, false);
        assert!(
            made.ends_with(",null,null]}}") && made.contains("\"p0:a\":[null,"),
            "{made:.200}"
        );
    }

    #[test]
    fn deep_documents_are_refused() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(json(&nested(256), Kind::Direct, true).starts_with('{'));
        assert!(json(&nested(257), Kind::Direct, true).starts_with("its elements are nested deeper"));
    }
}
