//! From a schema as a description writes it to nodes that refer to each other, each reference followed once.
//!
//! `OpenAPI`'s own words (`nullable`, exclusive bounds as truth values) become plain JSON Schema here, and what a policy
//! overrides is built in. Never here: documents.

use crate::format::Format;
use crate::{MAX_SCHEMA, Use};
use expression::regex::{Options, Regex};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Schemas within each other that are read.
const MAX_NESTING: usize = 128;

/// The place of a node.
pub(crate) type Id = usize;

/// Types that a value may have, a bit each, in the order of Newtonsoft's flags.
pub(crate) const TYPES: [(&str, &str); 7] = [
    ("string", "String"),
    ("number", "Number"),
    ("integer", "Integer"),
    ("boolean", "Boolean"),
    ("object", "Object"),
    ("array", "Array"),
    ("null", "Null"),
];

/// A compiled pattern with its text.
pub(crate) type Pattern = (String, Regex);

/// One schema.
#[derive(Default)]
pub(crate) struct Node {
    /// Nothing conforms.
    pub never: bool,
    pub references: Option<Id>,
    /// Bits of [`TYPES`]; 0 for any.
    pub types: u8,
    pub values: Option<Vec<Value>>,
    pub constant: Option<Value>,
    pub minimum: Option<f64>,
    pub maximum: Option<f64>,
    pub above: Option<f64>,
    pub below: Option<f64>,
    pub multiple_of: Option<f64>,
    pub lengths: Counts,
    pub pattern: Option<Pattern>,
    pub format: Option<Format>,
    pub items: Counts,
    pub first_items: Vec<Id>,
    pub other_items: Option<Id>,
    pub contains: Option<(Id, Counts)>,
    pub unique: bool,
    pub members: Counts,
    pub properties: HashMap<String, Id>,
    pub named_like: Vec<(Pattern, Id)>,
    pub other_properties: Option<Id>,
    pub names: Option<Id>,
    pub required: Vec<String>,
    pub needing: Vec<(String, Vec<String>)>,
    pub with: Vec<(String, Id)>,
    pub all_of: Vec<Id>,
    pub any_of: Vec<Id>,
    pub one_of: Vec<Id>,
    pub not: Option<Id>,
    pub condition: Option<[Option<Id>; 3]>,
}

/// How many of something there may be.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counts {
    pub least: Option<u64>,
    pub most: Option<u64>,
}

/// A schema with all that it refers to.
pub(crate) struct Compiled {
    pub nodes: Vec<Node>,
    pub top: Id,
}

impl Compiled {
    /// A schema that stands in `root`.
    pub fn new(root: &Value, schema: &Value, used: Use) -> Result<Self, String> {
        let mut compiler = Compiler {
            used,
            references_stand_alone: stand_alone(root),
            nodes: Vec::new(),
            known: HashMap::new(),
            waiting: Vec::new(),
            size: 0,
        };
        let top = compiler.node(schema, 0)?;
        while let Some((id, pointer)) = compiler.waiting.pop() {
            let target = root
                .pointer(&pointer)
                .ok_or_else(|| format!("there is no `#{pointer}`"))?;
            compiler.fill(id, target, 0)?;
        }
        Ok(Self {
            nodes: compiler.nodes,
            top,
        })
    }
}

/// Whether what stands beside a reference means nothing, as before draft 2019-09 and in `OpenAPI` before 3.1.
fn stand_alone(root: &Value) -> bool {
    let text = |key: &str| root.get(key).and_then(Value::as_str);
    match (text("openapi"), text("$schema")) {
        (Some(version), _) => version.starts_with("3.0"),
        (None, Some(dialect)) => ["draft-03", "draft-04", "draft-05", "draft-06", "draft-07"]
            .iter()
            .any(|old| dialect.contains(old)),
        (None, None) => root.get("swagger").is_some(),
    }
}

/// The JSON pointer of a reference into the same document.
pub(crate) fn pointer_of(reference: &str) -> Option<String> {
    let pointer = reference.strip_prefix('#')?;
    (pointer.is_empty() || pointer.starts_with('/')).then(|| pointer.replace("%7B", "{").replace("%7D", "}"))
}

struct Compiler {
    used: Use,
    references_stand_alone: bool,
    nodes: Vec<Node>,
    /// Nodes by the pointers that refer to them.
    known: HashMap<String, Id>,
    /// Those that are not filled yet.
    waiting: Vec<(Id, String)>,
    size: usize,
}

type Members = Map<String, Value>;

impl Compiler {
    fn node(&mut self, schema: &Value, depth: usize) -> Result<Id, String> {
        let id = self.nodes.len();
        self.nodes.push(Node::default());
        self.fill(id, schema, depth)?;
        Ok(id)
    }

    fn fill(&mut self, id: Id, schema: &Value, depth: usize) -> Result<(), String> {
        if depth > MAX_NESTING {
            return Err(format!("it is nested deeper than {MAX_NESTING} levels"));
        }
        let node = match schema {
            Value::Bool(allows) => Node {
                never: !allows,
                ..Node::default()
            },
            Value::Object(members) => {
                self.size += 64 + members.keys().map(String::len).sum::<usize>();
                if self.size > MAX_SCHEMA {
                    return Err(format!("it is larger than {MAX_SCHEMA} bytes"));
                }
                self.of_members(members, depth)?
            }
            _ => return Err("a schema must be an object".to_owned()),
        };
        if let Some(place) = self.nodes.get_mut(id) {
            *place = node;
        }
        Ok(())
    }

    /// The node that a reference leads to.
    fn reference(&mut self, reference: &str) -> Result<Id, String> {
        let Some(pointer) = pointer_of(reference) else {
            return Err(format!("`{reference}` is not in this document"));
        };
        if let Some(known) = self.known.get(&pointer) {
            return Ok(*known);
        }
        let id = self.nodes.len();
        self.nodes.push(Node::default());
        self.known.insert(pointer.clone(), id);
        self.waiting.push((id, pointer));
        Ok(id)
    }

    fn of_members(&mut self, members: &Members, depth: usize) -> Result<Node, String> {
        for word in [
            "unevaluatedProperties",
            "unevaluatedItems",
            "$dynamicRef",
            "$recursiveRef",
        ] {
            if members.contains_key(word) {
                return Err(format!("`{word}` is not supported"));
            }
        }
        let mut node = Node::default();
        if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
            node.references = Some(self.reference(reference)?);
            if self.references_stand_alone {
                return Ok(node);
            }
        }
        node.types = types(members.get("type"));
        node.values = members.get("enum").and_then(Value::as_array).cloned();
        node.constant = members.get("const").cloned();
        numbers(members, &mut node);
        node.lengths = counts(members, "minLength", "maxLength");
        node.pattern = members
            .get("pattern")
            .and_then(Value::as_str)
            .map(pattern)
            .transpose()?;
        node.format = members.get("format").and_then(Value::as_str).and_then(Format::of);
        self.items(members, &mut node, depth)?;
        self.properties(members, &mut node, depth)?;
        node.all_of = self.several(members.get("allOf"), depth)?;
        node.any_of = self.several(members.get("anyOf"), depth)?;
        node.one_of = self.several(members.get("oneOf"), depth)?;
        node.not = self.one(members.get("not"), depth)?;
        if let Some(condition) = self.one(members.get("if"), depth)? {
            let (then, otherwise) = (
                self.one(members.get("then"), depth)?,
                self.one(members.get("else"), depth)?,
            );
            node.condition = Some([Some(condition), then, otherwise]);
        }
        if members.get("nullable") == Some(&Value::Bool(true)) {
            return Ok(self.nullable(node));
        }
        Ok(node)
    }

    /// A schema that null conforms to as well.
    fn nullable(&mut self, mut node: Node) -> Node {
        let null = type_bit("null");
        if let Some(values) = &mut node.values {
            values.push(Value::Null);
        }
        if node.types != 0 {
            node.types |= null;
            return node;
        }
        // Without a type of its own, the rest does not apply to null.
        let rest = self.nodes.len();
        self.nodes.push(node);
        let only_null = self.nodes.len();
        self.nodes.push(Node {
            types: null,
            ..Node::default()
        });
        Node {
            any_of: vec![only_null, rest],
            ..Node::default()
        }
    }

    fn items(&mut self, members: &Members, node: &mut Node, depth: usize) -> Result<(), String> {
        node.items = counts(members, "minItems", "maxItems");
        node.unique = members.get("uniqueItems") == Some(&Value::Bool(true));
        node.first_items = self.several(members.get("prefixItems"), depth)?;
        match members.get("items") {
            Some(Value::Array(_)) => {
                node.first_items = self.several(members.get("items"), depth)?;
                node.other_items = self.one(members.get("additionalItems"), depth)?;
            }
            items => node.other_items = self.one(items, depth)?,
        }
        if let Some(contains) = self.one(members.get("contains"), depth)? {
            node.contains = Some((contains, counts(members, "minContains", "maxContains")));
        }
        Ok(())
    }

    fn properties(&mut self, members: &Members, node: &mut Node, depth: usize) -> Result<(), String> {
        let lowered = |name: &str| {
            if self.used.ignores_case {
                name.to_lowercase()
            } else {
                name.to_owned()
            }
        };
        let texts = |value: &Value| -> Vec<String> {
            let items = value.as_array().into_iter().flatten();
            items.filter_map(Value::as_str).map(lowered).collect()
        };
        node.members = counts(members, "minProperties", "maxProperties");
        // Draft 3 and untidy descriptions say `required` of a property itself.
        node.required = members.get("required").map(texts).unwrap_or_default();
        let named = |key: &str| members.get(key).and_then(Value::as_object).into_iter().flatten();
        let dependencies = named("dependencies").chain(named("dependentRequired"));
        node.needing = dependencies
            .clone()
            .filter(|(_, names)| names.is_array())
            .map(|(name, names)| (lowered(name), texts(names)))
            .collect();
        let with: Vec<(String, &Value)> = dependencies
            .chain(named("dependentSchemas"))
            .filter(|(_, schema)| !schema.is_array())
            .map(|(name, schema)| (lowered(name), schema))
            .collect();
        let properties: Vec<(String, &Value)> = named("properties")
            .map(|(name, schema)| (lowered(name), schema))
            .collect();
        for (name, schema) in with {
            let id = self.node(schema, depth + 1)?;
            node.with.push((name, id));
        }
        for (name, schema) in properties {
            let id = self.node(schema, depth + 1)?;
            node.properties.insert(name, id);
        }
        for (written, schema) in named("patternProperties") {
            let id = self.node(schema, depth + 1)?;
            node.named_like.push((pattern(written)?, id));
        }
        let says_object = members.contains_key("properties") || node.types == type_bit("object");
        let written = members.get("additionalProperties");
        let written = match self.used.additional_properties {
            Some(false) if says_object => Some(&Value::Bool(false)),
            Some(true) => written.filter(|written| **written != Value::Bool(false)),
            _ => written,
        };
        node.other_properties = self.one(written, depth)?;
        node.names = self.one(members.get("propertyNames"), depth)?;
        Ok(())
    }

    fn one(&mut self, schema: Option<&Value>, depth: usize) -> Result<Option<Id>, String> {
        schema.map(|schema| self.node(schema, depth + 1)).transpose()
    }

    fn several(&mut self, schemas: Option<&Value>, depth: usize) -> Result<Vec<Id>, String> {
        let schemas = schemas.and_then(Value::as_array).into_iter().flatten();
        schemas.map(|schema| self.node(schema, depth + 1)).collect()
    }
}

/// The bit of a type's name; none for names that are not known, such as Swagger's `file`.
pub(crate) fn type_bit(name: &str) -> u8 {
    let place = TYPES.iter().position(|(known, _)| *known == name);
    place.map_or(0, |place| 1 << place)
}

fn types(written: Option<&Value>) -> u8 {
    match written {
        Some(Value::String(name)) => type_bit(name),
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .fold(0, |all, name| all | type_bit(name)),
        _ => 0,
    }
}

/// Bounds; an exclusive one may be a truth value beside the bound.
fn numbers(members: &Members, node: &mut Node) {
    let number = |key: &str| members.get(key).and_then(Value::as_f64);
    let is_exclusive = |key: &str| members.get(key) == Some(&Value::Bool(true));
    (node.minimum, node.above) = (number("minimum"), number("exclusiveMinimum"));
    (node.maximum, node.below) = (number("maximum"), number("exclusiveMaximum"));
    if is_exclusive("exclusiveMinimum") {
        node.above = node.minimum.take();
    }
    if is_exclusive("exclusiveMaximum") {
        node.below = node.maximum.take();
    }
    node.multiple_of = number("multipleOf").filter(|step| *step > 0.0);
}

fn counts(members: &Members, least: &str, most: &str) -> Counts {
    let number = |key: &str| {
        let value = members.get(key)?;
        value.as_u64().or_else(|| {
            value
                .as_f64()
                .filter(|number| *number >= 0.0)
                .map(|number| number as u64)
        })
    };
    Counts {
        least: number(least),
        most: number(most),
    }
}

fn pattern(written: &str) -> Result<Pattern, String> {
    match Regex::new(written, Options(0)) {
        Ok(regex) => Ok((written.to_owned(), regex)),
        Err(_) => Err(format!("the pattern `{written}` cannot be read")),
    }
}
