//! Expressions → values: paths, predicates, operators.

use super::ast::{Axis, Expr, Operator, Start, Step, Test};
use super::axis::walk;
use super::value::{Answer, text_number};
use super::{Host, XPathError};
use crate::name::Name;
use crate::tree::{Kind, NodeId, Tree};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// An evaluation in progress.
pub struct Evaluation<'e> {
    /// The document.
    pub tree: &'e Tree,
    namespaces: &'e HashMap<Arc<str>, Arc<str>>,
    /// What knows variables and functions, and what it may cost.
    pub host: &'e mut dyn Host,
    /// Places in the document, counted when they are needed first.
    places: Option<HashMap<NodeId, usize>>,
}

/// Where an expression is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The node.
    pub node: NodeId,
    /// Its number among `size`, from 1.
    pub position: usize,
    /// How many nodes there are.
    pub size: usize,
}

impl Place {
    /// At a node that is the only one.
    pub fn alone(node: NodeId) -> Self {
        Self {
            node,
            position: 1,
            size: 1,
        }
    }
}

impl<'e> Evaluation<'e> {
    /// An evaluation over a document.
    pub fn new(tree: &'e Tree, namespaces: &'e HashMap<Arc<str>, Arc<str>>, host: &'e mut dyn Host) -> Self {
        Self {
            tree,
            namespaces,
            host,
            places: None,
        }
    }

    /// Accounts for work.
    ///
    /// # Errors
    /// [`XPathError::Stopped`]
    pub fn charge(&mut self, steps: usize) -> Result<(), XPathError> {
        if self.host.charge(steps as u64) {
            Ok(())
        } else {
            Err(XPathError::Stopped)
        }
    }

    /// What an expression gives.
    ///
    /// # Errors
    /// As [`super::Bound::evaluate`].
    pub fn value(&mut self, expression: &Expr, at: Place) -> Result<Answer, XPathError> {
        self.charge(1)?;
        Ok(match expression {
            Expr::Number(number) => Answer::Number(*number),
            Expr::Literal(text) => {
                self.charge(text.len() / 16)?;
                Answer::Text(text.to_string())
            }
            Expr::Negated(operand) => Answer::Number(-self.number(operand, at)?),
            Expr::Row(first, more) => return self.row(first, more, at),
            Expr::Union(parts) => {
                let mut all = Vec::new();
                for part in parts {
                    all.append(&mut self.nodes(part, at)?);
                }
                Answer::Nodes(self.ordered(all)?)
            }
            Expr::Call(function, arguments) => return self.call(*function, arguments, at),
            Expr::Variable(number) => {
                let value = self.host.variable(*number)?;
                self.charge(match &value {
                    Answer::Nodes(nodes) => nodes.len() / 4,
                    Answer::Text(text) => text.len() / 16,
                    Answer::Number(_) | Answer::Boolean(_) => 0,
                })?;
                value
            }
            Expr::HostCall(number, arguments) => {
                let mut values = Vec::new();
                for argument in arguments {
                    values.push(self.value(argument, at)?);
                }
                return self.host.call(*number, values, (self.tree, at));
            }
            Expr::Path(start, steps) => Answer::Nodes(self.path(start, steps, at)?),
            Expr::Filter(base, predicates) => {
                let mut nodes = self.nodes(base, at)?;
                for predicate in predicates {
                    nodes = self.filtered(nodes, predicate)?;
                }
                Answer::Nodes(nodes)
            }
        })
    }

    /// The nodes of an expression.
    ///
    /// # Errors
    /// [`XPathError::NoNodes`] when it gives something else.
    pub fn nodes(&mut self, expression: &Expr, at: Place) -> Result<Vec<NodeId>, XPathError> {
        match self.value(expression, at)? {
            Answer::Nodes(nodes) => Ok(nodes),
            _ => Err(XPathError::NoNodes),
        }
    }

    /// The number of an expression.
    ///
    /// # Errors
    /// As [`super::Bound::evaluate`].
    pub fn number(&mut self, expression: &Expr, at: Place) -> Result<f64, XPathError> {
        let value = self.value(expression, at)?;
        self.number_of(&value)
    }

    /// A value as a number.
    ///
    /// # Errors
    /// [`XPathError::Stopped`]
    pub fn number_of(&mut self, value: &Answer) -> Result<f64, XPathError> {
        Ok(match value {
            Answer::Number(number) => *number,
            Answer::Boolean(value) => f64::from(u8::from(*value)),
            other => text_number(&self.text_of(other)?),
        })
    }

    /// The text of an expression.
    ///
    /// # Errors
    /// As [`super::Bound::evaluate`].
    pub fn text(&mut self, expression: &Expr, at: Place) -> Result<String, XPathError> {
        let value = self.value(expression, at)?;
        self.text_of(&value)
    }

    /// A value as a text: of nodes the first one's.
    ///
    /// # Errors
    /// [`XPathError::Stopped`]
    pub fn text_of(&mut self, value: &Answer) -> Result<String, XPathError> {
        match value {
            Answer::Nodes(nodes) => match nodes.first() {
                Some(first) => self.node_text(*first),
                None => Ok(String::new()),
            },
            Answer::Number(number) => Ok(self.host.number_text(*number)),
            Answer::Text(text) => {
                self.charge(text.len() / 16)?;
                Ok(text.clone())
            }
            Answer::Boolean(value) => Ok(value.to_string()),
        }
    }

    /// The text of a node and all below it.
    ///
    /// # Errors
    /// [`XPathError::Stopped`]
    pub fn node_text(&mut self, id: NodeId) -> Result<String, XPathError> {
        let whole = matches!(
            self.tree.kind(id),
            Kind::Element { .. } | Kind::Document { .. } | Kind::Fragment
        );
        if !whole {
            let text = self.tree.value(id);
            self.charge(1 + text.len() / 16)?;
            return Ok(text.to_string());
        }
        let (mut all, mut next) = (String::new(), self.tree.first_child(id));
        while let Some(node) = next {
            let text = self.tree.text(node).map_or("", AsRef::as_ref);
            self.charge(1 + text.len() / 16)?;
            all.push_str(text);
            next = self.tree.following_inside(node, id);
        }
        Ok(all)
    }

    fn row(&mut self, first: &Expr, more: &[(Operator, Expr)], at: Place) -> Result<Answer, XPathError> {
        let mut left = self.value(first, at)?;
        for (operator, right) in more {
            left = match operator {
                Operator::Or | Operator::And => {
                    let decided = truth(&left);
                    if decided == (*operator == Operator::Or) {
                        Answer::Boolean(decided)
                    } else {
                        Answer::Boolean(truth(&self.value(right, at)?))
                    }
                }
                Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Remainder => {
                    let (left, right) = (self.number_of(&left)?, self.number(right, at)?);
                    Answer::Number(match operator {
                        Operator::Add => left + right,
                        Operator::Subtract => left - right,
                        Operator::Multiply => left * right,
                        Operator::Divide => left / right,
                        _ => left % right,
                    })
                }
                comparison => {
                    let right = self.value(right, at)?;
                    Answer::Boolean(self.compare(*comparison, &left, &right)?)
                }
            };
        }
        Ok(left)
    }

    fn path(&mut self, start: &Start, steps: &[Step], at: Place) -> Result<Vec<NodeId>, XPathError> {
        let mut nodes = match start {
            Start::Root => {
                let depth = self.tree.ancestors_and_self(at.node).count();
                self.charge(depth / 8)?;
                vec![self.tree.root(at.node)]
            }
            Start::Context => vec![at.node],
            Start::Nodes(expression) => self.nodes(expression, at)?,
        };
        for step in steps {
            let mut all = Vec::new();
            for node in &nodes {
                all.append(&mut self.step(step, *node)?);
            }
            nodes = if nodes.len() > 1 {
                self.ordered(all)?
            } else if step.axis.is_reverse() {
                all.reverse();
                all
            } else {
                all
            };
        }
        Ok(nodes)
    }

    /// The nodes of a step from one node, nearest first.
    fn step(&mut self, step: &Step, from: NodeId) -> Result<Vec<NodeId>, XPathError> {
        let tree = self.tree;
        let mut nodes = Vec::new();
        if step.axis == Axis::Namespace {
            for _ in tree.ancestors_and_self(from).flat_map(|id| tree.attributes(id)) {
                self.charge(1)?;
            }
        }
        for id in walk(tree, from, step.axis) {
            self.charge(1)?;
            if self.takes(&step.test, id) || self.is_namespace(step, id) {
                nodes.push(id);
            }
        }
        for predicate in &step.predicates {
            nodes = self.filtered(nodes, predicate)?;
        }
        Ok(nodes)
    }

    /// Namespace nodes are declarations here; they have the prefix for a name.
    fn is_namespace(&self, step: &Step, id: NodeId) -> bool {
        step.axis == Axis::Namespace
            && matches!(&step.test, Test::Local(wanted)
                if self.tree.name(id).and_then(Name::declared_prefix) == Some(wanted))
    }

    /// Whether a test takes a node of an axis' kind.
    pub fn takes(&self, test: &Test, id: NodeId) -> bool {
        // The declaration is a node for `XmlDocument` and none for queries.
        if matches!(self.tree.kind(id), Kind::Instruction { target, .. } if **target == *"xml") {
            return false;
        }
        let named = |namespace: &str, local: &str| {
            let name = self.tree.name(id);
            name.is_some_and(|name| **name.local() == *local && **name.namespace() == *namespace)
        };
        let namespace = |prefix| self.namespaces.get(prefix).map_or("", |namespace| namespace);
        match test {
            Test::AnyNode => !matches!(self.tree.kind(id), Kind::DocumentType(_)),
            Test::AnyName => self.tree.name(id).is_some(),
            Test::AnyIn(prefix) => {
                let own = self.tree.name(id).map(Name::namespace);
                own.is_some_and(|own| **own == *namespace(prefix))
            }
            Test::Local(local) => named("", local),
            Test::Named(prefix, local) => named(namespace(prefix), local),
            Test::Text => self.tree.text(id).is_some(),
            Test::Comment => matches!(self.tree.kind(id), Kind::Comment(_)),
            Test::Instruction(wanted) => match self.tree.kind(id) {
                Kind::Instruction { target, .. } => wanted.as_ref().is_none_or(|wanted| wanted == target),
                _ => false,
            },
        }
    }

    /// The nodes for which a predicate holds.
    ///
    /// # Errors
    /// As [`super::Bound::evaluate`].
    pub fn filtered(&mut self, nodes: Vec<NodeId>, predicate: &Expr) -> Result<Vec<NodeId>, XPathError> {
        let size = nodes.len();
        let mut kept = Vec::new();
        for (index, node) in nodes.into_iter().enumerate() {
            let position = index + 1;
            let holds = match self.value(predicate, Place { node, position, size })? {
                #[expect(clippy::float_cmp, reason = "a position is a whole number")]
                Answer::Number(number) => number == position as f64,
                other => truth(&other),
            };
            if holds {
                kept.push(node);
            }
        }
        Ok(kept)
    }

    /// Nodes in document order, each once.
    fn ordered(&mut self, mut nodes: Vec<NodeId>) -> Result<Vec<NodeId>, XPathError> {
        let mut seen = HashSet::new();
        nodes.retain(|id| seen.insert(*id));
        let Some(first) = nodes.first().filter(|_| nodes.len() > 1) else {
            return Ok(nodes);
        };
        self.charge(nodes.len())?;
        if self.host.is_in_order() {
            nodes.sort_unstable();
            return Ok(nodes);
        }
        if self.places.is_none() {
            let places = self.count_places(*first)?;
            self.places = Some(places);
        }
        if let Some(places) = &self.places {
            nodes.sort_by_key(|id| places.get(id).copied());
        }
        Ok(nodes)
    }

    fn count_places(&mut self, inside: NodeId) -> Result<HashMap<NodeId, usize>, XPathError> {
        let tree = self.tree;
        let root = tree.root(inside);
        let mut places = HashMap::new();
        for id in std::iter::once(root).chain(tree.descendants(root)) {
            self.charge(1)?;
            places.insert(id, places.len());
            for attribute in tree.attributes(id) {
                self.charge(1)?;
                places.insert(attribute, places.len());
            }
        }
        Ok(places)
    }
}

/// `boolean(value)`
pub fn truth(value: &Answer) -> bool {
    match value {
        Answer::Nodes(nodes) => !nodes.is_empty(),
        Answer::Number(number) => *number != 0.0 && !number.is_nan(),
        Answer::Text(text) => !text.is_empty(),
        Answer::Boolean(value) => *value,
    }
}
