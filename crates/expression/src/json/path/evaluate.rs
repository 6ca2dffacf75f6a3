//! Applies a path to a tree.

use super::{Condition, Filter, Names, Operator, Query, Side};
use crate::json::arena::{Arena, Kind, NodeId};
use crate::json::error::JsonError;
use crate::json::guid::format_guid;
use crate::json::scalar::{JTokenType, Scalar};
use crate::json::writer::base64;
use crate::text::Text;
use std::cell::Cell;
use std::cmp::Ordering;

/// Nodes that one search may look at: `$..*..*` grows with a power of the document.
const MAX_WORK: usize = 5_000_000;

/// The nodes that the path finds from `node`, in Newtonsoft's order, and how many it looked at.
///
/// # Errors
/// `strict` (errorWhenNoMatch) and a step finds nothing, a zero step, or operands that cannot be compared.
pub(in crate::json) fn evaluate(
    query: &Query,
    arena: &Arena,
    node: NodeId,
    strict: bool,
) -> Result<(Vec<NodeId>, usize), JsonError> {
    let work = Cell::new(0);
    let search = Search {
        arena,
        root: node,
        strict,
        work: &work,
    };
    let found = search.run(&query.filters, node)?;
    Ok((found, work.get()))
}

struct Search<'a> {
    arena: &'a Arena,
    root: NodeId,
    strict: bool,
    work: &'a Cell<usize>,
}

impl Search<'_> {
    fn run(&self, filters: &[Filter], from: NodeId) -> Result<Vec<NodeId>, JsonError> {
        let mut current = vec![from];
        for filter in filters {
            let mut found = Vec::new();
            for node in &current {
                self.apply(filter, *node, &mut found)?;
            }
            current = found;
        }
        Ok(current)
    }

    fn apply(&self, filter: &Filter, node: NodeId, found: &mut Vec<NodeId>) -> Result<(), JsonError> {
        self.work()?;
        match filter {
            Filter::Root => found.push(self.root),
            Filter::Fields { names, scan: true } => self.scan(names, node, found)?,
            Filter::Fields { names, scan: false } => self.fields(names, node, found)?,
            Filter::Indexes(indexes) => {
                for index in indexes {
                    self.element(*index, node, found)?;
                }
            }
            Filter::AllElements => match self.arena.kind(node).elements() {
                Some(elements) => found.extend(elements),
                None => self.complain(|class| format!("Index * not valid on {class}."), node)?,
            },
            Filter::Slice { start, end, step } => self.slice((*start, *end, *step), node, found)?,
            Filter::Condition { condition, scan: false } => {
                for child in self.arena.children(node) {
                    if self.fulfils(condition, *child)? {
                        found.push(*child);
                    }
                }
            }
            Filter::Condition { condition, scan: true } => {
                for candidate in std::iter::once(node).chain(self.arena.descendants(node)) {
                    if self.fulfils(condition, candidate)? {
                        found.push(candidate);
                    }
                }
            }
        }
        Ok(())
    }

    /// An exception if every step must match.
    fn complain(&self, message: impl FnOnce(&str) -> String, node: NodeId) -> Result<(), JsonError> {
        if self.strict {
            Err(JsonError::json(message(self.arena.class(node))))
        } else {
            Ok(())
        }
    }

    /// Counts a step.
    fn work(&self) -> Result<(), JsonError> {
        self.work.set(self.work.get() + 1);
        if self.work.get() > MAX_WORK {
            return Err(JsonError::json(format!(
                "path looks at more than {MAX_WORK} tokens; name more of its steps"
            )));
        }
        Ok(())
    }

    fn scan(&self, names: &Names, node: NodeId, found: &mut Vec<NodeId>) -> Result<(), JsonError> {
        if *names == Names::Every {
            found.push(node);
        }
        for descendant in self.arena.descendants(node) {
            self.work()?;
            let name = self.arena.name(descendant).map(Text::as_str);
            match (names, name) {
                (Names::Every, None) => found.push(descendant),
                (Names::One(wanted), Some(name)) if wanted == name => {
                    found.extend(self.arena.property_value(descendant));
                }
                (Names::Several(wanted), Some(name)) if wanted.iter().any(|wanted| wanted == name) => {
                    found.extend(self.arena.property_value(descendant));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn fields(&self, names: &Names, node: NodeId, found: &mut Vec<NodeId>) -> Result<(), JsonError> {
        let value = |name: &str| self.arena.property_value(self.arena.find(node, name)?);
        let is_object = matches!(self.arena.kind(node), Kind::Object(_));
        match names {
            Names::Every if is_object => {
                found.extend(
                    self.arena
                        .children(node)
                        .iter()
                        .filter_map(|child| self.arena.property_value(*child)),
                );
            }
            Names::One(name) if is_object => self.field(name, value(name), found)?,
            Names::Several(names) if is_object => {
                for name in names {
                    self.field(name, value(name), found)?;
                }
            }
            Names::Every => self.complain(|class| format!("Property '*' not valid on {class}."), node)?,
            Names::One(name) => self.complain(|class| format!("Property '{name}' not valid on {class}."), node)?,
            Names::Several(names) => {
                let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
                self.complain(
                    |class| format!("Properties {} not valid on {class}.", quoted.join(", ")),
                    node,
                )?;
            }
        }
        Ok(())
    }

    fn field(&self, name: &str, value: Option<NodeId>, found: &mut Vec<NodeId>) -> Result<(), JsonError> {
        if value.is_none() && self.strict {
            return Err(JsonError::json(format!("Property '{name}' does not exist on JObject.")));
        }
        found.extend(value);
        Ok(())
    }

    fn element(&self, index: i64, node: NodeId, found: &mut Vec<NodeId>) -> Result<(), JsonError> {
        let Some(elements) = self.arena.kind(node).elements() else {
            return self.complain(|class| format!("Index {index} not valid on {class}."), node);
        };
        let Ok(at) = usize::try_from(index) else {
            let message = "Index was out of range. Must be non-negative and less than the size of the collection.";
            return Err(JsonError::out_of_range(message));
        };
        match elements.get(at) {
            Some(element) => found.push(*element),
            None => self.complain(|class| format!("Index {index} outside the bounds of {class}."), node)?,
        }
        Ok(())
    }

    fn slice(
        &self,
        slice: (Option<i64>, Option<i64>, Option<i64>),
        node: NodeId,
        found: &mut Vec<NodeId>,
    ) -> Result<(), JsonError> {
        let (start, end, step) = slice;
        if step == Some(0) {
            return Err(JsonError::json("Step cannot be zero."));
        }
        let Kind::Array(elements) = self.arena.kind(node) else {
            return self.complain(|class| format!("Array slice is not valid on {class}."), node);
        };
        let (step, count) = (step.unwrap_or(1), elements.len() as i64);
        let forward = step > 0;
        let from_end = |index: i64| if index < 0 { count + index } else { index };
        let start_default = if forward { 0 } else { count - 1 };
        let mut at = start.map_or(start_default, from_end);
        at = if forward {
            at.max(0).min(count)
        } else {
            at.min(count - 1)
        };
        let limit = end
            .map_or(if forward { count } else { -1 }, from_end)
            .max(-1)
            .min(count);
        let inside = |at: i64| if forward { at < limit } else { at > limit };
        if !inside(at) {
            let bound = |bound: Option<i64>| bound.map_or_else(|| "*".to_string(), |bound| bound.to_string());
            return self.complain(
                |_| format!("Array slice of {} to {} returned no results.", bound(start), bound(end)),
                node,
            );
        }
        while inside(at) {
            found.extend(usize::try_from(at).ok().and_then(|at| elements.get(at)));
            at += step;
        }
        Ok(())
    }

    fn fulfils(&self, condition: &Condition, node: NodeId) -> Result<bool, JsonError> {
        self.work()?;
        match condition {
            Condition::Exists(Side::Literal(_)) => Ok(true),
            Condition::Exists(Side::Path(path)) => Ok(!self.lenient().run(path, node)?.is_empty()),
            Condition::Compare(left, operator, right) => self.compares(left, *operator, right, node),
            Condition::All(members) => {
                for member in members {
                    if !self.fulfils(member, node)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Condition::Any(members) => {
                for member in members {
                    if self.fulfils(member, node)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }

    fn lenient(&self) -> Search<'_> {
        Search { strict: false, ..*self }
    }

    fn compares(&self, left: &Side, operator: Operator, right: &Side, node: NodeId) -> Result<bool, JsonError> {
        let (left, right) = (self.operands(left, node)?, self.operands(right, node)?);
        for one in &left {
            for other in &right {
                self.work()?;
                let matches = match (one, other) {
                    (Some(one), Some(other)) => operator.holds(one, other)?,
                    _ => operator == Operator::NotEqual,
                };
                if matches {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The values of a side; `None` for containers.
    fn operands<'s>(&'s self, side: &'s Side, node: NodeId) -> Result<Vec<Option<&'s Scalar>>, JsonError> {
        match side {
            Side::Literal(scalar) => Ok(vec![Some(scalar)]),
            Side::Path(path) => {
                let found = self.lenient().run(path, node)?;
                Ok(found.into_iter().map(|node| self.arena.scalar(node)).collect())
            }
        }
    }
}

impl Operator {
    fn holds(self, left: &Scalar, right: &Scalar) -> Result<bool, JsonError> {
        Ok(match self {
            Self::Equal => equal(left, right)?,
            Self::NotEqual => !equal(left, right)?,
            Self::StrictEqual => strictly_equal(left, right),
            Self::StrictNotEqual => !strictly_equal(left, right),
            Self::Less => left.compare(right)? == Ordering::Less,
            Self::LessOrEqual => left.compare(right)? != Ordering::Greater,
            Self::Greater => left.compare(right)? == Ordering::Greater,
            Self::GreaterOrEqual => left.compare(right)? != Ordering::Less,
        })
    }
}

/// `==`: also a number with one of the other kind, and a string with the text of a date, GUID and so on.
fn equal(value: &Scalar, literal: &Scalar) -> Result<bool, JsonError> {
    if value.equals(literal) {
        return Ok(true);
    }
    let numeric = |scalar: &Scalar| matches!(scalar.token_type(), JTokenType::Integer | JTokenType::Float);
    if numeric(value) && numeric(literal) && value.token_type() != literal.token_type() {
        return Ok(value.compare_as(value.token_type(), literal)? == Ordering::Equal);
    }
    let Scalar::String(text) = literal else {
        return Ok(false);
    };
    Ok(match value {
        Scalar::Date(date) => date.iso() == text.as_str(),
        Scalar::DateOffset(date, offset) => date.iso_with_offset(i64::from(*offset)) == text.as_str(),
        Scalar::Bytes(bytes) => base64(bytes) == text.as_str(),
        Scalar::Guid(guid) => format_guid(*guid) == text.as_str(),
        Scalar::TimeSpan(_) | Scalar::Uri(_) => value.to_text() == *text,
        _ => false,
    })
}

/// `===`: the same type, except that the two kinds of numbers compare.
fn strictly_equal(left: &Scalar, right: &Scalar) -> bool {
    let numeric = |scalar: &Scalar| matches!(scalar.token_type(), JTokenType::Integer | JTokenType::Float);
    if numeric(left) && numeric(right) {
        return matches!(left.compare_as(left.token_type(), right), Ok(Ordering::Equal));
    }
    left.equals(right)
}
