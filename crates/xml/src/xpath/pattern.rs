//! Patterns: which nodes a template or key of `XSLT` 1.0 is for (W3C recommendation of 1999, 5.2).
//!
//! A pattern is a query that uses only some steps; it is read from right to left, from a node up to its ancestors.

use super::ast::{Axis, Expr, Function, Operator, Start, Step, Test};
use super::evaluate::{Evaluation, Place};
use super::{Host, Names, Namespaces, XPathError, parser, resolved};
use crate::name::Name;
use crate::tree::{Kind, NodeId, Tree};
use std::sync::Arc;

/// One alternative of a pattern.
#[derive(Debug)]
pub struct Pattern {
    start: Start,
    /// Each step with whether any number of elements may stand before it.
    steps: Vec<(Step, bool)>,
    namespaces: Arc<Namespaces>,
}

impl Pattern {
    /// The alternatives of a pattern.
    ///
    /// # Errors
    /// [`XPathError::Malformed`], [`XPathError::Prefix`].
    pub fn parse(text: &str, names: &mut dyn Names) -> Result<Vec<Self>, XPathError> {
        let parser::Parsed { expression, prefixes } = parser::parse(text, Some(&mut *names))?;
        let namespaces = Arc::new(resolved(&prefixes, |prefix| names.namespace(prefix))?);
        let alternatives = match expression {
            Expr::Union(alternatives) => alternatives,
            single => vec![single],
        };
        let no_pattern = || XPathError::Malformed(format!("'{text}' is an invalid XSLT pattern."));
        alternatives
            .into_iter()
            .map(|expression| {
                let (start, steps) = match expression {
                    Expr::Path(start, steps) => (start, steps),
                    call @ Expr::HostCall(..) => (Start::Nodes(Box::new(call)), Vec::new()),
                    _ => return Err(no_pattern()),
                };
                if matches!(&start, Start::Nodes(nodes) if !matches!(**nodes, Expr::HostCall(..))) {
                    return Err(no_pattern());
                }
                let steps = joined(steps).ok_or_else(no_pattern)?;
                let namespaces = Arc::clone(&namespaces);
                Ok(Self {
                    start,
                    steps,
                    namespaces,
                })
            })
            .collect()
    }

    /// How specific it is: the priority of a template that says none (5.5).
    pub fn default_priority(&self) -> f64 {
        match (&self.start, self.steps.as_slice()) {
            (Start::Context, [(step, false)]) if step.predicates.is_empty() => match step.test {
                Test::Local(_) | Test::Named(..) | Test::Instruction(Some(_)) => 0.0,
                Test::AnyIn(_) => -0.25,
                _ => -0.5,
            },
            _ => 0.5,
        }
    }

    /// The local name that a node must have, when only elements of one name can match.
    pub fn element_name(&self) -> Option<&str> {
        match self.steps.last() {
            Some((step, _)) if step.axis == Axis::Child => match &step.test {
                Test::Local(name) | Test::Named(_, name) => Some(name),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it is for a node.
    ///
    /// # Errors
    /// As [`super::Bound::evaluate`].
    pub fn matches(&self, tree: &Tree, node: NodeId, host: &mut dyn Host) -> Result<bool, XPathError> {
        let mut evaluation = Evaluation::new(tree, &self.namespaces, host);
        self.matches_up_to(&self.steps, node, &mut evaluation)
    }

    /// Whether a node is where these steps lead. Recurses once a step.
    fn matches_up_to(
        &self,
        steps: &[(Step, bool)],
        node: NodeId,
        evaluation: &mut Evaluation<'_>,
    ) -> Result<bool, XPathError> {
        let Some(((step, anywhere), before)) = steps.split_last() else {
            return self.starts_at(node, evaluation);
        };
        evaluation.charge(1)?;
        if !takes(step, node, evaluation)? {
            return Ok(false);
        }
        if before.is_empty() && matches!(self.start, Start::Context) {
            return Ok(true);
        }
        let tree = evaluation.tree;
        if before.is_empty() && *anywhere && matches!(self.start, Start::Root) {
            return Ok(tree.parent(node).is_some());
        }
        let ancestors = if *anywhere { usize::MAX } else { 1 };
        for ancestor in tree.ancestors_and_self(node).skip(1).take(ancestors) {
            evaluation.charge(1)?;
            if self.matches_up_to(before, ancestor, evaluation)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn starts_at(&self, node: NodeId, evaluation: &mut Evaluation<'_>) -> Result<bool, XPathError> {
        Ok(match &self.start {
            Start::Context => true,
            Start::Root => {
                let kind = evaluation.tree.kind(node);
                matches!(kind, Kind::Document { .. } | Kind::Fragment) && evaluation.tree.parent(node).is_none()
            }
            Start::Nodes(nodes) => evaluation.nodes(nodes, Place::alone(node))?.contains(&node),
        })
    }
}

/// Steps with `//` made a mark of the step behind it; `None` for steps that no pattern has.
fn joined(steps: Vec<Step>) -> Option<Vec<(Step, bool)>> {
    let (mut joined, mut anywhere) = (Vec::new(), false);
    for mut step in steps {
        match step.axis {
            Axis::Child | Axis::Attribute => joined.push((step, std::mem::take(&mut anywhere))),
            Axis::Descendant => {
                step.axis = Axis::Child;
                joined.push((step, true));
                anywhere = false;
            }
            Axis::DescendantOrSelf if step.test == Test::AnyNode && step.predicates.is_empty() => anywhere = true,
            _ => return None,
        }
    }
    (!anywhere).then_some(joined)
}

fn takes(step: &Step, node: NodeId, evaluation: &mut Evaluation<'_>) -> Result<bool, XPathError> {
    let tree = evaluation.tree;
    let of_axis = |id: NodeId| {
        let declares = tree.name(id).is_some_and(|name| Name::declared_prefix(name).is_some());
        (step.axis == Axis::Attribute) == tree.is_attribute(id) && !declares && tree.parent(id).is_some()
    };
    if !of_axis(node) || !evaluation.takes(&step.test, node) {
        return Ok(false);
    }
    if !step.predicates.iter().any(is_positional) {
        for predicate in &step.predicates {
            if evaluation.filtered(vec![node], predicate)?.is_empty() {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    let Some(parent) = tree.parent(node) else {
        return Ok(false);
    };
    let first = match step.axis {
        Axis::Attribute => tree.first_attribute(parent),
        _ => tree.first_child(parent),
    };
    let mut siblings = Vec::new();
    for sibling in std::iter::successors(first, |id| tree.next(*id)) {
        evaluation.charge(1)?;
        if of_axis(sibling) && evaluation.takes(&step.test, sibling) {
            siblings.push(sibling);
        }
    }
    for predicate in &step.predicates {
        siblings = evaluation.filtered(siblings, predicate)?;
    }
    Ok(siblings.contains(&node))
}

/// Whether a predicate may depend on how many nodes stand before a node: it may be a number, or asks for one.
fn is_positional(predicate: &Expr) -> bool {
    let boolean = match predicate {
        Expr::Row(_, more) => more.iter().all(|(operator, _)| {
            !matches!(
                operator,
                Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Remainder
            )
        }),
        Expr::Path(..) | Expr::Union(_) | Expr::Filter(..) | Expr::Literal(_) => true,
        Expr::Call(function, _) => matches!(
            function,
            Function::Boolean
                | Function::Not
                | Function::True
                | Function::False
                | Function::Lang
                | Function::Contains
                | Function::StartsWith
        ),
        _ => false,
    };
    !boolean || asks_position(predicate)
}

fn asks_position(expression: &Expr) -> bool {
    match expression {
        Expr::Number(_) | Expr::Literal(_) | Expr::Variable(_) | Expr::Path(Start::Root | Start::Context, _) => false,
        Expr::Negated(operand) | Expr::Path(Start::Nodes(operand), _) | Expr::Filter(operand, _) => {
            asks_position(operand)
        }
        Expr::Row(first, more) => asks_position(first) || more.iter().any(|(_, operand)| asks_position(operand)),
        Expr::Union(parts) => parts.iter().any(asks_position),
        Expr::Call(Function::Last | Function::Position, _) => true,
        Expr::Call(_, arguments) | Expr::HostCall(_, arguments) => arguments.iter().any(asks_position),
    }
}
