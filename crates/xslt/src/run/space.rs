//! The source before it is transformed: text that stands beside text becomes one node, whitespace that does not count
//! goes (3.4).

use crate::instruction::{Program, Space, SpaceTest};
use xml::name::{XML_NAMESPACE, is_blank};
use xml::{Kind, Name, NodeId, Tree};

/// Joins texts and takes out those of nothing but whitespace where the stylesheet says so.
pub fn prepare(tree: &mut Tree, program: &Program) {
    let elements: Vec<NodeId> = tree
        .descendants(NodeId::FIRST)
        .filter(|id| tree.is_element(*id))
        .collect();
    // Whether an element keeps whitespace, by the elements around it, of which each comes before what it holds.
    let mut preserving = std::collections::HashSet::new();
    for element in elements {
        let space = tree.attribute(element, &Name::new(XML_NAMESPACE, "space"));
        let said = space
            .and_then(|id| tree.attribute_value(id))
            .map(|value| &**value == "preserve");
        let around = || tree.parent(element).is_some_and(|parent| preserving.contains(&parent));
        if said.unwrap_or_else(around) {
            preserving.insert(element);
        }
        join(tree, element);
        if !preserving.contains(&element) && strips(program, tree.name(element)) {
            let blank: Vec<NodeId> = tree
                .children(element)
                .filter(|id| tree.text(*id).is_some_and(|text| is_blank(text)))
                .collect();
            for id in blank {
                tree.unlink(id);
            }
        }
    }
}

fn join(tree: &mut Tree, element: NodeId) {
    let mut next = tree.first_child(element);
    while let Some(first) = next {
        next = tree.next(first);
        let Some(text) = tree.text(first) else { continue };
        let follows = next.is_some_and(|id| tree.text(id).is_some());
        if !follows && matches!(tree.kind(first), Kind::Text(_)) {
            continue;
        }
        let mut all = text.to_string();
        while let Some(more) = next
            && let Some(text) = tree.text(more)
        {
            all.push_str(text);
            next = tree.next(more);
            tree.unlink(more);
        }
        tree.set_kind(first, Kind::Text(all.into()));
    }
}

/// The most specific test decides, of equals the last.
fn strips(program: &Program, name: Option<&Name>) -> bool {
    let Some(name) = name else { return false };
    let rank = |space: &Space| match &space.test {
        SpaceTest::Named(wanted) => (wanted == name).then_some(2),
        SpaceTest::In(namespace) => (namespace == name.namespace()).then_some(1),
        SpaceTest::Any => Some(0),
    };
    let applying = program
        .spaces
        .iter()
        .filter_map(|space| Some((rank(space)?, space.strips)));
    applying.max_by_key(|(rank, _)| *rank).is_some_and(|(_, strips)| strips)
}
