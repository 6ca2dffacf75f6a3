//! An API's operations by method and path.
//!
//! Precedence, segment by segment from the left: literal text, then patterns with literal text (the longer text first),
//! then a bare parameter, then a wildcard. Where the paths are the same, the operation with more query parameters in
//! its template comes first, then a named method before `*`. A path that fits several templates gives the first one
//! that has the method, so `POST /a/{x}` is found beside `GET /a/b`.
//! Never here: which API is meant.

use super::Query;
use super::segments::Segment;
use super::template::{Matcher, QueryValue, Rest, Template};
use expression::context;
use expression::text::Text;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// An operation that can be called.
pub struct ServedOperation {
    /// As the catalog has it.
    pub catalog: Arc<catalog::Operation>,
    /// As expressions see it.
    pub entity: Arc<context::Operation>,
}

/// An API's operations.
#[derive(Default)]
pub struct Operations {
    root: Node,
}

#[derive(Default)]
struct Node {
    literals: HashMap<String, Node>,
    /// In the order of [`Matcher`]: the most specific first.
    patterns: BTreeMap<Matcher, Node>,
    leaves: Vec<Leaf>,
    /// Those that accept whatever follows.
    wildcards: Vec<Leaf>,
}

struct Leaf {
    template: Template,
    operation: Arc<ServedOperation>,
}

/// An operation that a request calls, with its parameters in the template's order.
pub struct Found<'a> {
    /// The operation.
    pub operation: &'a Arc<ServedOperation>,
    /// Names and decoded values.
    pub parameters: Vec<(Text, Text)>,
}

/// What is looked for.
struct Wanted<'a> {
    method: &'a str,
    /// The path below the API's path.
    path: &'a str,
    /// Where that begins in the path that the segments were cut from.
    offset: usize,
    query: &'a Query<'a>,
}

impl Operations {
    /// The operations of an API.
    pub fn of(operations: &[Arc<catalog::Operation>]) -> Self {
        let mut root = Node::default();
        for catalog in operations {
            let entity = Arc::new(crate::entities::operation(catalog));
            let operation = Arc::new(ServedOperation {
                catalog: Arc::clone(catalog),
                entity,
            });
            root.add(Leaf {
                template: Template::parse(&catalog.url_template),
                operation,
            });
        }
        root.sort();
        Self { root }
    }

    /// The operation for a method and the segments below the API's path; `path` is what they were cut from, and
    /// `offset` where it begins there. `HEAD` falls back to `GET`.
    pub fn find<'a>(
        &'a self,
        method: &str,
        segments: &[Segment<'_>],
        (path, offset): (&str, usize),
        query: &Query<'_>,
    ) -> Option<Found<'a>> {
        let segments = match segments {
            [before @ .., last] if last.raw.is_empty() => before,
            segments => segments,
        };
        let wanted = Wanted {
            method,
            path,
            offset,
            query,
        };
        let mut values = Vec::new();
        let found = self.root.search(segments, &wanted, &mut values);
        match found {
            None if method == "HEAD" => {
                let wanted = Wanted {
                    method: "GET",
                    ..wanted
                };
                values.clear();
                self.root.search(segments, &wanted, &mut values)
            }
            found => found,
        }
    }
}

impl Node {
    fn add(&mut self, leaf: Leaf) {
        let mut node = self;
        for segment in &leaf.template.segments {
            node = match segment {
                Matcher::Literal(text) => node.literals.entry(text.clone()).or_default(),
                pattern @ Matcher::Pattern { .. } => node.patterns.entry(pattern.clone()).or_default(),
            };
        }
        if leaf.template.rest.is_some() {
            node.wildcards.push(leaf);
        } else {
            node.leaves.push(leaf);
        }
    }

    fn sort(&mut self) {
        let rank = |leaf: &Leaf| {
            (
                std::cmp::Reverse(leaf.template.query.len()),
                leaf.operation.catalog.method == "*",
            )
        };
        self.leaves.sort_by_key(rank);
        self.wildcards.sort_by_key(rank);
        self.literals.values_mut().for_each(Self::sort);
        self.patterns.values_mut().for_each(Self::sort);
    }

    /// Visits each node of the trie at most once, whatever the path: a node has one way to it.
    fn search<'a, 'p>(
        &'a self,
        segments: &'p [Segment<'p>],
        wanted: &Wanted<'_>,
        values: &mut Vec<Text>,
    ) -> Option<Found<'a>> {
        let Some((segment, below)) = segments.split_first() else {
            return choose(&self.leaves, wanted, values, None)
                .or_else(|| choose(&self.wildcards, wanted, values, Some("")));
        };
        if !self.literals.is_empty()
            && let Some(node) = self.literals.get(segment.folded().as_ref())
            && let Some(found) = node.search(below, wanted, values)
        {
            return Some(found);
        }
        for (pattern, node) in &self.patterns {
            let decoded = segment.decoded();
            let Some(matched) = pattern.values(&decoded) else {
                continue;
            };
            let known = values.len();
            values.extend(matched.into_iter().map(Text::from));
            if let Some(found) = node.search(below, wanted, values) {
                return Some(found);
            }
            values.truncate(known);
        }
        let rest = segment
            .start
            .checked_sub(wanted.offset)
            .and_then(|start| wanted.path.get(start..));
        choose(&self.wildcards, wanted, values, rest)
    }
}

fn choose<'a>(leaves: &'a [Leaf], wanted: &Wanted<'_>, values: &[Text], rest: Option<&str>) -> Option<Found<'a>> {
    leaves.iter().find_map(|leaf| {
        let method = leaf.operation.catalog.method.as_str();
        if method != wanted.method && method != "*" {
            return None;
        }
        let names = leaf.template.parameters.iter().map(|name| Text::from(name.as_str()));
        let queried = leaf.queried(wanted.query)?;
        let mut parameters: Vec<(Text, Text)> = names.zip(values.iter().cloned()).collect();
        if let (Some(Rest::Named(name)), Some(rest)) = (&leaf.template.rest, rest) {
            parameters.push((name.as_str().into(), Text::from(super::segments::decode(rest).as_ref())));
        }
        parameters.extend(queried);
        Some(Found {
            operation: &leaf.operation,
            parameters,
        })
    })
}

impl Leaf {
    /// The parameters that the query gives; `None` when it lacks one.
    fn queried(&self, query: &Query<'_>) -> Option<Vec<(Text, Text)>> {
        let mut parameters = Vec::new();
        for rule in &self.template.query {
            let value = query.get(&rule.name)?;
            match &rule.value {
                QueryValue::Parameter(name) => parameters.push((name.as_str().into(), owned(value))),
                QueryValue::Literal(literal) if value == literal.as_str() => {}
                QueryValue::Literal(_) => return None,
            }
        }
        Some(parameters)
    }
}

fn owned(value: Cow<'_, str>) -> Text {
    match value {
        Cow::Borrowed(value) => value.into(),
        Cow::Owned(value) => value.into(),
    }
}
