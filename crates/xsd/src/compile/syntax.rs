//! What may stand in each element of a schema: its attributes and its children.
//!
//! Never here: what they mean.

use super::Compiler;
use crate::document::At;

const FACETS: &str = "minExclusive minInclusive maxExclusive maxInclusive totalDigits fractionDigits length minLength \
                      maxLength enumeration whiteSpace pattern";
const ATTRIBUTES: &str = "attribute attributeGroup anyAttribute";
const MODELS: &str = "group all choice sequence";

/// An element, its attributes and its children, each between spaces; `@` stands for attributes, `#` for facets.
const SYNTAX: &[(&str, &str, &str)] = &[
    (
        "schema",
        "targetNamespace version finalDefault blockDefault attributeFormDefault elementFormDefault",
        "include import redefine simpleType complexType group attributeGroup element attribute notation",
    ),
    ("include", "schemaLocation", ""),
    ("import", "namespace schemaLocation", ""),
    (
        "redefine",
        "schemaLocation",
        "simpleType complexType group attributeGroup",
    ),
    ("notation", "name public system", ""),
    (
        "element",
        "name ref type substitutionGroup default fixed nillable abstract final block form minOccurs maxOccurs",
        "simpleType complexType key unique keyref",
    ),
    ("attribute", "name ref type use default fixed form", "simpleType"),
    ("simpleType", "name final", "restriction list union"),
    (
        "complexType",
        "name mixed abstract final block",
        "simpleContent complexContent group all choice sequence @",
    ),
    ("simpleContent", "", "restriction extension"),
    ("complexContent", "mixed", "restriction extension"),
    ("restriction", "base", "simpleType group all choice sequence # @"),
    ("extension", "base", "group all choice sequence @"),
    ("list", "itemType", "simpleType"),
    ("union", "memberTypes", "simpleType"),
    ("group", "name ref minOccurs maxOccurs", "all choice sequence"),
    ("attributeGroup", "name ref", "@"),
    ("all", "minOccurs maxOccurs", "element"),
    ("choice", "minOccurs maxOccurs", "element group choice sequence any"),
    ("sequence", "minOccurs maxOccurs", "element group choice sequence any"),
    ("any", "namespace processContents minOccurs maxOccurs", ""),
    ("anyAttribute", "namespace processContents", ""),
    ("key", "name", "selector field"),
    ("unique", "name", "selector field"),
    ("keyref", "name refer", "selector field"),
    ("selector", "xpath", ""),
    ("field", "xpath", ""),
];

fn has(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| match known {
        "@" => has(ATTRIBUTES, word),
        "#" => has(FACETS, word),
        _ => known == word,
    })
}

/// Where a child stands among those before it: an earlier kind must not come behind a later one.
fn rank(parent: &str, child: &str) -> u8 {
    match (parent, child) {
        ("schema", "include" | "import" | "redefine") => 0,
        ("schema", _) => 1,
        (_, "simpleType" | "complexType" | "simpleContent" | "complexContent" | "selector") => 0,
        (_, "anyAttribute") => 4,
        (_, "attribute" | "attributeGroup") => 3,
        ("complexType" | "restriction" | "extension", child) if has(MODELS, child) => 1,
        _ => 2,
    }
}

impl Compiler<'_> {
    /// Checks the form of a schema, without meaning.
    pub(super) fn check_syntax(&mut self, root: At) {
        let documents = self.documents;
        let mut open = vec![(root, false)];
        while let Some((at, is_top)) = open.pop() {
            let local = documents.local(at);
            let (attributes, children) = match SYNTAX.iter().find(|(known, ..)| *known == local) {
                Some((_, attributes, children)) => (*attributes, *children),
                None => ("value fixed", ""),
            };
            for name in documents.attribute_names(at) {
                if name != "id" && !has(attributes, name) {
                    self.report(at, format!("`xs:{local}` has no attribute `{name}`"));
                }
            }
            self.check_use(at, is_top, local);
            let mut last = 0;
            for child in documents.children(at) {
                let name = documents.local(child);
                if !has(children, name) {
                    let name = documents.name(child);
                    self.report(child, format!("`{name}` cannot stand in `xs:{local}`"));
                    continue;
                }
                let own = rank(local, name);
                if own < last {
                    self.report(child, format!("`xs:{name}` stands too late in `xs:{local}`"));
                }
                last = last.max(own);
                open.push((child, matches!(local, "schema" | "redefine")));
            }
        }
    }

    /// What depends on where a declaration stands: at the top or within another.
    fn check_use(&mut self, at: At, is_top: bool, local: &str) {
        let documents = self.documents;
        let has = |name: &str| documents.attribute(at, name).is_some();
        let refuse = |compiler: &mut Self, names: &[&str], why: &str| {
            for name in names.iter().filter(|name| has(name)) {
                compiler.report(at, format!("`{name}` cannot stand {why}"));
            }
        };
        match local {
            "element" | "attribute" if is_top => {
                refuse(
                    self,
                    &["ref", "form", "minOccurs", "maxOccurs", "use"],
                    "on a global declaration",
                );
            }
            "element" | "attribute" if has("ref") => {
                let others = ["name", "type", "form", "nillable", "block"];
                refuse(self, &others, "beside `ref`");
                if local == "element" {
                    refuse(self, &["default", "fixed"], "beside `ref`");
                }
                if !documents.children(at).is_empty() {
                    self.report(at, "beside `ref` nothing can stand within");
                }
            }
            "element" => refuse(self, &["substitutionGroup", "final", "abstract"], "on a local element"),
            "group" | "attributeGroup" if is_top => {
                refuse(self, &["ref", "minOccurs", "maxOccurs"], "on a global declaration");
            }
            "group" | "attributeGroup" => {
                refuse(self, &["name"], "on a reference");
                if !has("ref") {
                    self.report(at, format!("an `xs:{local}` here needs a `ref`"));
                }
            }
            "simpleType" | "complexType" if !is_top => refuse(self, &["name"], "on a type within a declaration"),
            "include" | "redefine" if !has("schemaLocation") => self.report(at, "a `schemaLocation` is needed"),
            "schema" if documents.attribute(at, "targetNamespace") == Some("") => {
                self.report(at, "`targetNamespace` is empty; leave it out for no namespace");
            }
            _ => {}
        }
    }
}
