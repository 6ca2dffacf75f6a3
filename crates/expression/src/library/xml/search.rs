//! The nodes along an axis, looked up when a sequence of them is gone through.

use super::linq_node::{NODE_BYTES, node, value};
use super::{xattribute, xelement, xname, xnode};
use crate::collection::Sequence;
use crate::frame::Frame;
use crate::library::Arguments;
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::Value;
use xml::{Name, Node, NodeId, Tree};

/// Where to look, from a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Direct children.
    Children,
    /// All nodes below.
    Descendants,
    /// The node, then all below.
    DescendantsAndSelf,
    /// Its parent, that one's parent, …
    Ancestors,
    /// The node, then its ancestors.
    AncestorsAndSelf,
    /// Siblings before it, in document order.
    Before,
    /// Siblings behind it.
    After,
    /// Its attributes.
    Attributes,
}

/// What to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Only {
    /// Whatever is there.
    All,
    /// Elements.
    Elements,
    /// Elements or attributes of this name.
    Named(Name),
    /// Nothing: what a name that is null finds.
    Nothing,
}

impl Axis {
    fn walk<'t>(self, tree: &'t Tree, id: NodeId) -> Box<dyn Iterator<Item = NodeId> + 't> {
        let with_self = std::iter::once(id);
        match self {
            Self::Children => Box::new(tree.children(id)),
            Self::Descendants => Box::new(tree.descendants(id)),
            Self::DescendantsAndSelf => Box::new(with_self.chain(tree.descendants(id))),
            Self::Ancestors => Box::new(tree.ancestors_and_self(id).skip(1)),
            Self::AncestorsAndSelf => Box::new(tree.ancestors_and_self(id)),
            Self::Before => {
                let mut before: Vec<NodeId> =
                    std::iter::successors(tree.previous(id), |id| tree.previous(*id)).collect();
                before.reverse();
                Box::new(before.into_iter())
            }
            Self::After => Box::new(std::iter::successors(tree.next(id), |id| tree.next(*id))),
            Self::Attributes => Box::new(tree.attributes(id)),
        }
    }
}

impl Only {
    /// What the name at an argument's place asks for.
    pub fn named(a: Arguments<'_>, index: usize) -> Self {
        xname::name(a, index).map_or(Self::Nothing, |name| Self::Named(name.clone()))
    }

    fn takes(&self, tree: &Tree, id: NodeId) -> bool {
        match self {
            Self::All => true,
            Self::Elements => tree.is_element(id),
            Self::Named(name) => tree.name(id) == Some(name),
            Self::Nothing => false,
        }
    }
}

/// All that is found, accounted for.
///
/// # Errors
/// When the budget is used up.
pub fn find(frame: &mut Frame<'_>, node: &Node, axis: Axis, only: &Only) -> Result<Vec<Value>, Thrown> {
    let mut visited = 0;
    let found = node.handles(|tree, id| {
        let walk = axis.walk(tree, id).inspect(|_| visited += 1);
        walk.filter(|id| only.takes(tree, *id)).collect()
    });
    frame.step(visited)?;
    frame.allocate(found.len() * NODE_BYTES / 2)?;
    Ok(found.into_iter().map(value).collect())
}

/// The first that is found.
///
/// # Errors
/// When the budget is used up.
pub fn first(frame: &mut Frame<'_>, node: &Node, axis: Axis, only: &Only) -> Result<Option<Node>, Thrown> {
    let mut visited = 0;
    let found = node.sibling_handle(|tree, id| {
        let mut walk = axis.walk(tree, id).inspect(|_| visited += 1);
        walk.find(|id| only.takes(tree, *id))
    });
    frame.step(visited / 8)?;
    Ok(found)
}

/// The element type of what an axis gives.
pub fn element(axis: Axis, only: &Only) -> Type {
    Type::class(match (axis, only) {
        (Axis::Attributes, _) => &xattribute::XATTRIBUTE,
        (_, Only::All) => &xnode::XNODE,
        _ => &xelement::XELEMENT,
    })
}

/// A sequence of what is found from the receiver, looked up each time that it is gone through.
///
/// # Errors
/// `NullReferenceException`
pub fn along(a: Arguments<'_>, axis: Axis, only: Only) -> Outcome {
    let node = node(a, 0)?.clone();
    Ok(Sequence::new(element(axis, &only), move |frame| {
        Ok(find(frame, &node, axis, &only)?.into_iter())
    }))
}
