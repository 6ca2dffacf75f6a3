//! An API's operations by method and path.
//!
//! Precedence, segment by segment from the left: literal text, then patterns with literal text (the longer text first),
//! then a bare parameter, then a wildcard. Where the paths are the same, the operation with more query parameters in
//! its template comes first, then a named method before `*`. A path that fits several templates gives the first one
//! that has the method, so `POST /a/{x}` is found beside `GET /a/b`.
//! Never here: which API is meant.

use super::Query;
use super::segments::Segment;
use super::template::{Matcher, QueryRule, QueryValue, Rest, Template};
use expression::context;
use expression::text::Text;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// An operation that can be called.
pub struct ServedOperation {
    /// As the catalog has it.
    pub catalog: Arc<catalog::Operation>,
    entity: OnceLock<Arc<context::Operation>>,
}

impl ServedOperation {
    /// An operation of the catalog.
    pub fn new(catalog: &Arc<catalog::Operation>) -> Self {
        Self {
            catalog: Arc::clone(catalog),
            entity: OnceLock::new(),
        }
    }

    /// The operation as expressions see it; made when it is called first, since most of many never are.
    pub fn entity(&self) -> &Arc<context::Operation> {
        self.entity
            .get_or_init(|| Arc::new(crate::entities::operation(&self.catalog)))
    }
}

/// An API's operations.
#[derive(Default)]
pub struct Operations {
    root: Node,
}

/// There are many nodes, each with few others below it: lists in order are smaller than maps and as fast.
#[derive(Default)]
struct Node {
    /// By their text.
    literals: Vec<(Box<str>, Node)>,
    /// In the order of [`Matcher`]: the most specific first.
    patterns: Vec<(Matcher, Node)>,
    leaves: Vec<Leaf>,
    /// Those that accept whatever follows.
    wildcards: Vec<Leaf>,
}

struct Leaf {
    /// Names of the parameters in the path, in order.
    parameters: Box<[Text]>,
    rest: Option<Rest>,
    query: Box<[QueryRule]>,
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
            root.add(Template::parse(&catalog.url_template), ServedOperation::new(catalog));
        }
        root.sort();
        Self { root }
    }

    /// The operation for a method and the segments below the API's path; `path` is what they were cut from, and
    /// `offset` where it begins there. As in APIM, `HEAD` is a method like any other.
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
        self.root.search(segments, &wanted, &mut values)
    }
}

impl Node {
    fn add(&mut self, template: Template, operation: ServedOperation) {
        let mut node = self;
        for segment in template.segments {
            let next = match segment {
                Matcher::Literal(text) => below(&mut node.literals, text.into_boxed_str()),
                pattern @ Matcher::Pattern { .. } => below(&mut node.patterns, pattern),
            };
            let Some(next) = next else { return };
            node = next;
        }
        let leaves = if template.rest.is_some() {
            &mut node.wildcards
        } else {
            &mut node.leaves
        };
        leaves.push(Leaf {
            parameters: template
                .parameters
                .iter()
                .map(|name| Text::from(name.as_str()))
                .collect(),
            rest: template.rest,
            query: template.query.into(),
            operation: Arc::new(operation),
        });
    }

    fn sort(&mut self) {
        let rank = |leaf: &Leaf| {
            (
                std::cmp::Reverse(leaf.query.len()),
                &*leaf.operation.catalog.method == "*",
            )
        };
        self.leaves.sort_by_key(rank);
        self.wildcards.sort_by_key(rank);
        for list in [&mut self.leaves, &mut self.wildcards] {
            list.shrink_to_fit();
        }
        self.literals.shrink_to_fit();
        self.patterns.shrink_to_fit();
        self.literals.iter_mut().for_each(|(_, node)| node.sort());
        self.patterns.iter_mut().for_each(|(_, node)| node.sort());
    }

    fn literal(&self, text: &str) -> Option<&Self> {
        let at = self.literals.binary_search_by(|(own, _)| (**own).cmp(text)).ok()?;
        self.literals.get(at).map(|(_, node)| node)
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
            && let Some(node) = self.literal(segment.folded().as_ref())
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

/// The node under a key, which is put into its place in the list where it is not there.
fn below<K: Ord>(nodes: &mut Vec<(K, Node)>, key: K) -> Option<&mut Node> {
    let at = nodes.binary_search_by(|(own, _)| own.cmp(&key)).unwrap_or_else(|at| {
        nodes.insert(at, (key, Node::default()));
        at
    });
    nodes.get_mut(at).map(|(_, node)| node)
}

fn choose<'a>(leaves: &'a [Leaf], wanted: &Wanted<'_>, values: &[Text], rest: Option<&str>) -> Option<Found<'a>> {
    leaves.iter().find_map(|leaf| {
        let method = &*leaf.operation.catalog.method;
        if method != wanted.method && method != "*" {
            return None;
        }
        let queried = leaf.queried(wanted.query)?;
        let mut parameters: Vec<(Text, Text)> = leaf.parameters.iter().cloned().zip(values.iter().cloned()).collect();
        if let (Some(Rest::Named(name)), Some(rest)) = (&leaf.rest, rest) {
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
        for rule in &self.query {
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
