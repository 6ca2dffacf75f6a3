//! The nodes along an axis, nearest first.

use super::ast::Axis;
use crate::tree::{NodeId, Tree};

type Nodes<'t> = Box<dyn Iterator<Item = NodeId> + 't>;

/// The nodes along an axis from a node.
pub fn walk(tree: &Tree, id: NodeId, axis: Axis) -> Nodes<'_> {
    let itself = std::iter::once(id);
    let none = || Box::new(std::iter::empty());
    // An attribute has no siblings.
    let sibling = Some(id).filter(|id| !tree.is_attribute(*id));
    match axis {
        Axis::Itself => Box::new(itself),
        Axis::Parent => Box::new(tree.parent(id).into_iter()),
        Axis::Ancestor => Box::new(tree.ancestors_and_self(id).skip(1)),
        Axis::AncestorOrSelf => Box::new(tree.ancestors_and_self(id)),
        Axis::Child => Box::new(tree.children(id)),
        Axis::Descendant => Box::new(tree.descendants(id)),
        Axis::DescendantOrSelf => Box::new(itself.chain(tree.descendants(id))),
        Axis::Attribute => {
            let declares = |id: &NodeId| tree.name(*id).is_some_and(|name| name.declared_prefix().is_some());
            Box::new(tree.attributes(id).filter(move |id| !declares(id)))
        }
        Axis::Namespace if tree.is_element(id) => Box::new(tree.declarations_in_scope(id).into_iter()),
        Axis::Namespace => none(),
        Axis::FollowingSibling => match sibling.and_then(|id| tree.next(id)) {
            Some(next) => Box::new(std::iter::successors(Some(next), |id| tree.next(*id))),
            None => none(),
        },
        Axis::PrecedingSibling => match sibling.and_then(|id| tree.previous(id)) {
            Some(previous) => Box::new(std::iter::successors(Some(previous), |id| tree.previous(*id))),
            None => none(),
        },
        Axis::Following => following(tree, id),
        Axis::Preceding => Box::new(
            tree.ancestors_and_self(id)
                .filter(|id| !tree.is_attribute(*id))
                .flat_map(|id| std::iter::successors(tree.previous(id), |id| tree.previous(*id)))
                .flat_map(|id| backwards(tree, id)),
        ),
    }
}

fn following(tree: &Tree, id: NodeId) -> Nodes<'_> {
    if tree.is_attribute(id) {
        // What follows an attribute begins with the content of its element.
        let Some(element) = tree.parent(id) else {
            return Box::new(std::iter::empty());
        };
        return Box::new(tree.descendants(element).chain(following(tree, element)));
    }
    Box::new(
        tree.ancestors_and_self(id)
            .flat_map(|id| std::iter::successors(tree.next(id), |id| tree.next(*id)))
            .flat_map(|id| std::iter::once(id).chain(tree.descendants(id))),
    )
}

/// A node and all below it, last in the document first.
fn backwards(tree: &Tree, top: NodeId) -> impl Iterator<Item = NodeId> + '_ {
    let deepest = move |mut id: NodeId| {
        while let Some(last) = tree.last_child(id) {
            id = last;
        }
        id
    };
    std::iter::successors(Some(deepest(top)), move |id| {
        if *id == top {
            return None;
        }
        match tree.previous(*id) {
            Some(previous) => Some(deepest(previous)),
            None => tree.parent(*id),
        }
    })
}
