//! JSON as XML elements, the way of `json-to-xml`.

use expression::json::{JToken, Scalar};
use expression::text::Text;
use std::sync::Arc;
use xml::name::{XMLNS_NAMESPACE, encoded, is_ncname};
use xml::writer::{Style, WriteError, write};
use xml::{Kind, Name, NodeId, Tree};

/// The element around what would have no root or several.
const WRAPPER: &str = "Document";
const XSI_NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// What properties mean beside elements.
pub(super) struct Shape {
    pub parses_dates: bool,
    pub separator: Text,
    pub namespace_prefix: Option<Text>,
    pub attribute_block: Option<Text>,
}

/// The XML of a JSON document, of at most `limit` bytes; what is wrong with it otherwise.
pub(super) fn to_xml(json: &Text, shape: &Shape, limit: usize) -> Result<String, String> {
    let json = if shape.parses_dates {
        JToken::parse(json)
    } else {
        JToken::parse_without_dates(json)
    };
    let json = json.map_err(|error| error.message)?;
    let mut writer = Elements {
        tree: Tree::of(Kind::Document { declaration: None }),
        shape,
        scope: vec![(String::new(), "".into())],
        left: limit,
    };
    let properties = json.properties();
    match properties.as_slice() {
        [only] if !is_array(only) && !writer.is_aside(only) => writer.property(NodeId::FIRST, only)?,
        _ => writer.value(NodeId::FIRST, WRAPPER, &json, is_array_token(&json))?,
    }
    write(&writer.tree, NodeId::FIRST, Style::Prefixed, limit).map_err(|error| error.to_string())
}

fn is_array(property: &JToken) -> bool {
    property.property_value().is_some_and(|value| is_array_token(&value))
}

fn is_array_token(token: &JToken) -> bool {
    token.class() == "JArray"
}

struct Elements<'s> {
    tree: Tree,
    shape: &'s Shape,
    /// Prefixes with their namespaces, the innermost last.
    scope: Vec<(String, Arc<str>)>,
    /// Bytes that may still be written; what does not fit is not made at all, as elements are larger than their text.
    left: usize,
}

impl Elements<'_> {
    /// Whether a property is no element but a declaration or the attributes of its parent.
    fn is_aside(&self, property: &JToken) -> bool {
        let name = property.name().unwrap_or_default();
        self.declared(&name).is_some() || self.shape.attribute_block.as_ref() == Some(&name)
    }

    fn property(&mut self, parent: NodeId, property: &JToken) -> Result<(), String> {
        let (Some(name), Some(value)) = (property.name(), property.property_value()) else {
            return Ok(());
        };
        if !is_array_token(&value) {
            return self.value(parent, &name, &value, false);
        }
        let items = value.children();
        if items.is_empty() {
            return self.value(parent, &name, &value, false);
        }
        items
            .iter()
            .try_for_each(|item| self.value(parent, &name, item, is_array_token(item)))
    }

    /// An element with a value. The items of an array are elements of the same name, inside it when `nested`.
    fn value(&mut self, parent: NodeId, name: &str, value: &JToken, nested: bool) -> Result<(), String> {
        let outer = self.scope.len();
        let properties = value.properties();
        let declarations = self.declarations(&properties)?;
        // Instead of the separator a colon is written.
        self.take("< />".len() + name.len().saturating_sub(self.shape.separator.len()))?;
        let (prefix, name_here) = self.name(name, true);
        let element = self.tree.push(Kind::Element {
            name: name_here,
            prefix,
            open: false,
        });
        self.tree.append_child(parent, element);
        for (prefix, namespace) in declarations {
            self.declare(element, &prefix, namespace);
        }
        match value.scalar() {
            Some(Scalar::Null | Scalar::Undefined) => self.nil(element),
            Some(scalar) => {
                let text = scalar.to_text();
                if !text.is_empty() {
                    self.take(text.len())?;
                    let text = self.tree.push(Kind::Text(text.as_str().into()));
                    self.tree.append_child(element, text);
                }
            }
            None if nested => {
                for item in value.children() {
                    self.value(element, name, &item, is_array_token(&item))?;
                }
            }
            None => {
                for property in &properties {
                    if self.shape.attribute_block == property.name() {
                        self.attributes(element, property)?;
                    } else if !self.is_aside(property) {
                        self.property(element, property)?;
                    }
                }
            }
        }
        self.scope.truncate(outer);
        Ok(())
    }

    /// Counts bytes that will be written at least.
    fn take(&mut self, bytes: usize) -> Result<(), String> {
        let left = self.left.checked_sub(bytes);
        self.left = left.ok_or_else(|| WriteError::TooLong.to_string())?;
        Ok(())
    }

    fn nil(&mut self, element: NodeId) {
        let is_known = self.namespace_of("xsi").is_some_and(|known| &*known == XSI_NAMESPACE);
        let nil = self.tree.push(Kind::Attribute {
            name: Name::new(XSI_NAMESPACE, "nil"),
            prefix: Some("xsi".into()),
            value: "true".into(),
        });
        self.tree.append_attribute(element, nil);
        if !is_known {
            self.declare(element, "xsi", XSI_NAMESPACE.into());
        }
    }

    /// The prefixes that an object's properties declare; they are in scope from here on.
    fn declarations(&mut self, properties: &[JToken]) -> Result<Vec<(String, Arc<str>)>, String> {
        let outer = self.scope.len();
        for property in properties {
            let name = property.name().unwrap_or_default();
            let Some(prefix) = self.declared(&name).map(str::to_owned) else {
                continue;
            };
            let namespace = property.property_value().and_then(|value| value.scalar());
            let namespace = namespace
                .map(|scalar| scalar.to_text())
                .filter(|text| prefix.is_empty() || !text.is_empty());
            let Some(namespace) = namespace else {
                return Err(format!("\"{name}\" declares no namespace"));
            };
            self.scope.push((prefix, namespace.as_str().into()));
        }
        Ok(self.scope.get(outer..).unwrap_or_default().to_vec())
    }

    fn declare(&mut self, element: NodeId, prefix: &str, namespace: Arc<str>) {
        let name = if prefix.is_empty() {
            Name::local_only("xmlns")
        } else {
            Name::new(XMLNS_NAMESPACE, prefix)
        };
        let attribute = self.tree.push(Kind::Attribute {
            name,
            prefix: (!prefix.is_empty()).then(|| "xmlns".into()),
            value: namespace,
        });
        self.tree.append_attribute(element, attribute);
    }

    /// The prefix that a property of this name declares, empty for the default namespace.
    fn declared<'n>(&self, name: &'n str) -> Option<&'n str> {
        let rest = name.strip_prefix(self.shape.namespace_prefix.as_deref()?)?;
        if rest.is_empty() {
            return Some("");
        }
        let prefix = rest.strip_prefix(self.shape.separator.as_str())?;
        (is_ncname(prefix) && !matches!(prefix, "xml" | "xmlns")).then_some(prefix)
    }

    fn attributes(&mut self, element: NodeId, block: &JToken) -> Result<(), String> {
        let Some(block) = block.property_value() else {
            return Ok(());
        };
        for property in block.properties() {
            let name = property.name().unwrap_or_default();
            let Some(value) = property.property_value().and_then(|value| value.scalar()) else {
                return Err(format!("\"{name}\" is an attribute and cannot hold an object or array"));
            };
            let (prefix, name) = self.name(&name, false);
            let attribute = self.tree.push(Kind::Attribute {
                name,
                prefix,
                value: value.to_text().as_str().into(),
            });
            self.tree.append_attribute(element, attribute);
        }
        Ok(())
    }

    /// The prefix and name of an element or attribute.
    fn name(&self, name: &str, is_element: bool) -> (Option<Arc<str>>, Name) {
        let separator = self.shape.separator.as_str();
        let split = name
            .split_once(separator)
            .filter(|(prefix, local)| !separator.is_empty() && !prefix.is_empty() && !local.is_empty());
        if let Some((prefix, local)) = split
            && let Some(namespace) = self.namespace_of(prefix)
        {
            return (Some(prefix.into()), Name::new(namespace, encoded(local)));
        }
        let local = if name.is_empty() { "_".to_owned() } else { encoded(name) };
        let namespace = self.namespace_of("").filter(|_| is_element).unwrap_or_default();
        (None, Name::new(namespace, local))
    }

    fn namespace_of(&self, prefix: &str) -> Option<Arc<str>> {
        let known = self.scope.iter().rev().find(|(known, _)| known == prefix);
        known.map(|(_, namespace)| Arc::clone(namespace))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xml(json: &str, shape: &Shape) -> String {
        to_xml(&json.into(), shape, 1 << 20).unwrap_or_else(|error| format!("error: {error}"))
    }

    fn plain(parses_dates: bool) -> Shape {
        Shape {
            parses_dates,
            separator: "_".into(),
            namespace_prefix: None,
            attribute_block: None,
        }
    }

    const NIL: &str = "xsi:nil=\"true\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";

    #[test]
    fn values_and_roots() {
        for (json, expected) in [
            (r#"{"a":"x"}"#, "<a>x</a>".to_owned()),
            (r#"{"a":{}}"#, "<a />".into()),
            (r#"{"a":""}"#, "<a />".into()),
            (r#"{"a":1,"b":true}"#, "<Document><a>1</a><b>True</b></Document>".into()),
            (
                r#"{"a":null,"b":1.50}"#,
                format!("<Document><a {NIL} /><b>1.5</b></Document>"),
            ),
            (
                r#"{"a":[1,{"b":2}]}"#,
                "<Document><a>1</a><a><b>2</b></a></Document>".into(),
            ),
            (r#"{"r":{"a":[1]}}"#, "<r><a>1</a></r>".into()),
            (r#"{"r":{"a":[]}}"#, "<r><a /></r>".into()),
            (
                r#"{"r":{"a":[[1,2],[]]}}"#,
                "<r><a><a>1</a><a>2</a></a><a /></r>".into(),
            ),
            (
                "[1,2]",
                "<Document><Document>1</Document><Document>2</Document></Document>".into(),
            ),
            ("{}", "<Document />".into()),
            ("7", "<Document>7</Document>".into()),
            (
                r#"{"a b":{"1":"<&>"}}"#,
                "<a_x0020_b><_x0031_>&lt;&amp;&gt;</_x0031_></a_x0020_b>".into(),
            ),
            (r#"{"first_name":1}"#, "<first_name>1</first_name>".into()),
            (r#"{"a:b":1}"#, "<a_x003A_b>1</a_x003A_b>".into()),
            (r#"{"":1}"#, "<_>1</_>".into()),
        ] {
            assert_eq!(xml(json, &plain(true)), expected, "{json}");
        }
    }

    #[test]
    fn dates_are_read_unless_said_otherwise() {
        let json = r#"{"at":"2024-05-06T07:08:09Z"}"#;
        assert_eq!(xml(json, &plain(true)), "<at>05/06/2024 07:08:09</at>");
        assert_eq!(xml(json, &plain(false)), "<at>2024-05-06T07:08:09Z</at>");
    }

    #[test]
    fn namespaces_and_attributes() {
        let shape = Shape {
            parses_dates: false,
            separator: ":".into(),
            namespace_prefix: Some("xmlns".into()),
            attribute_block: Some("#attrs".into()),
        };
        for (json, expected) in [
            (
                r##"{"s:E":{"xmlns:s":"u","xmlns:v":"w","s:H":{},"s:B":{"v:Q":{"#attrs":{"n":"t","v:m":true},"v:I":{"x":"y"}}}}}"##,
                r#"<s:E xmlns:s="u" xmlns:v="w"><s:H /><s:B><v:Q n="t" v:m="True"><v:I><x>y</x></v:I></v:Q></s:B></s:E>"#,
            ),
            (r#"{"a":{"xmlns":"u","b":1}}"#, r#"<a xmlns="u"><b>1</b></a>"#),
            (
                r#"{"a":{"xmlns":"u","b":{"xmlns":"","c":1},"d":2}}"#,
                r#"<a xmlns="u"><b xmlns=""><c>1</c></b><d>2</d></a>"#,
            ),
            (r#"{"a":{"p:b":1}}"#, "<a><p_x003A_b>1</p_x003A_b></a>"),
            (r#"{"a":{"xmlnsx":1}}"#, "<a><xmlnsx>1</xmlnsx></a>"),
            (r#"{"xmlns:a":"u"}"#, r#"<Document xmlns:a="u" />"#),
            (r#"{"a":{"xmlns:p":{}}}"#, "error: \"xmlns:p\" declares no namespace"),
            (
                r##"{"a":{"#attrs":{"b":[]}}}"##,
                "error: \"b\" is an attribute and cannot hold an object or array",
            ),
        ] {
            assert_eq!(xml(json, &shape), expected, "{json}");
        }
    }

    #[test]
    fn the_text_is_bounded() {
        assert!(to_xml(&"[1,2,3]".into(), &plain(true), 20).is_err());
        let mut shape = plain(true);
        (shape.separator, shape.namespace_prefix) = ("___".into(), Some("n".into()));
        for json in [
            r#"{"a":{"b":[1,"xy"],"c":[]}}"#,
            r#"{"p___a":{"n___p":"u","p___b":[]}}"#,
            r#"{"":""}"#,
        ] {
            let length = xml(json, &shape).len();
            assert!(to_xml(&json.into(), &shape, length).is_ok(), "{json}");
            let error = to_xml(&json.into(), &shape, length / 2).unwrap_err();
            assert_eq!(error, to_xml(&json.into(), &shape, 1).unwrap_err(), "{json}");
        }
    }
}
