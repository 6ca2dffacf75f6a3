//! `XPath` queries of nodes of either kind, under the budget.

use super::namespace_manager::namespaces;
use crate::frame::Frame;
use crate::thrown::Thrown;
use crate::value::Value;
use std::sync::Arc;
use xml::Node;
use xml::xpath::{Answer, Host, Query, XPathError};

/// Nested calls of this program that the deepest query makes.
const NODES: u32 = 160;

/// What a query found.
pub enum Found {
    /// Nodes in document order.
    Nodes(Vec<Node>),
    /// A `double`, `string` or `bool`.
    Value(Value),
}

struct Meter<'m, 'c> {
    frame: &'m mut Frame<'c>,
    resolver: &'m Value,
    stopped: Option<Thrown>,
}

impl Host for Meter<'_, '_> {
    fn namespace(&self, prefix: &str) -> Option<Arc<str>> {
        namespaces(self.resolver)?.find(prefix)
    }

    fn charge(&mut self, steps: u64) -> bool {
        self.stopped = self.frame.step(steps).err();
        self.stopped.is_none()
    }
}

impl From<XPathError> for Thrown {
    fn from(error: XPathError) -> Self {
        let class = match error {
            XPathError::Identifiers => "System.NotSupportedException",
            _ => "System.Xml.XPath.XPathException",
        };
        Self::new(class, error.to_string())
    }
}

/// Evaluates a query at a node; prefixes are those of a namespace manager, or none when it is null.
///
/// # Errors
/// `XPathException`; when the budget is used up.
pub fn evaluate(frame: &mut Frame<'_>, node: &Node, query: &Value, resolver: &Value) -> Result<Found, Thrown> {
    let query = query.as_text().map_or("", |text| text.as_str());
    frame.read(query.len() * 16)?;
    frame.allocate(query.len() * 64)?;
    let query = Query::parse(query)?;
    let (tree, id) = node.snapshot();
    frame.deeper(NODES, |frame| {
        let mut meter = Meter {
            frame,
            resolver,
            stopped: None,
        };
        let answer = query.evaluate(&tree, id, &mut meter);
        if let Some(stopped) = meter.stopped {
            return Err(stopped);
        }
        Ok(match answer? {
            Answer::Nodes(ids) => {
                frame.allocate(ids.len() * super::linq_node::NODE_BYTES / 2)?;
                Found::Nodes(node.handles(|_, _| ids))
            }
            Answer::Number(number) => Found::Value(Value::Double(number)),
            Answer::Text(text) => Found::Value(frame.text(text)?),
            Answer::Boolean(value) => Found::Value(value.into()),
        })
    })
}

/// The nodes of a query that must give nodes.
///
/// # Errors
/// As [`evaluate`].
pub fn nodes(frame: &mut Frame<'_>, node: &Node, query: &Value, resolver: &Value) -> Result<Vec<Node>, Thrown> {
    match evaluate(frame, node, query, resolver)? {
        Found::Nodes(nodes) => Ok(nodes),
        Found::Value(_) => Err(XPathError::NoNodes.into()),
    }
}
