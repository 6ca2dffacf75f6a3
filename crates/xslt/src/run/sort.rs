//! `xsl:sort` (10): keys of all nodes first, then one stable sort.

use super::state::Halt;
use super::{Focus, Machine};
use crate::instruction::Sort;
use std::cmp::Ordering;
use xml::NodeId;
use xml::xpath::{Place, text_number};

enum Key {
    Number(f64),
    Text(String),
}

/// How the keys of one `xsl:sort` compare.
struct Direction {
    is_descending: bool,
    /// Upper case first, lower case first, or as the language has it.
    upper_first: Option<bool>,
}

/// Nodes in the order of their keys.
pub fn sorted<'p>(machine: &mut Machine<'p>, nodes: Vec<NodeId>, sorts: &'p [Sort]) -> Result<Vec<NodeId>, Halt> {
    let (mut directions, mut kinds) = (Vec::new(), Vec::new());
    for sort in sorts {
        kinds.push(machine.avt(&sort.kind)? == "number");
        directions.push(Direction {
            is_descending: machine.avt(&sort.order)? == "descending",
            upper_first: match machine.avt(&sort.case)?.as_str() {
                "upper-first" => Some(true),
                "lower-first" => Some(false),
                _ => None,
            },
        });
    }
    let outer = machine.focus;
    let size = nodes.len();
    let mut keyed = Vec::with_capacity(size);
    for (index, node) in nodes.into_iter().enumerate() {
        let position = index + 1;
        let place = Place { node, position, size };
        machine.focus = Focus {
            place,
            mode: outer.mode,
        };
        machine.state.current = node;
        let mut keys = Vec::with_capacity(sorts.len());
        for (sort, is_number) in sorts.iter().zip(&kinds) {
            let text = machine.select_text(&sort.key);
            if text.is_err() {
                machine.focus = outer;
            }
            let text = text?;
            machine.state.room(text.len() + 32)?;
            keys.push(if *is_number {
                Key::Number(text_number(&text))
            } else {
                Key::Text(text)
            });
        }
        keyed.push((keys, node));
    }
    machine.focus = outer;
    machine.state.current = outer.place.node;
    let cost: usize = keyed.iter().map(|(keys, _)| keys.len() * 2).sum();
    machine.state.steps(cost.saturating_mul(size.ilog2() as usize + 1))?;
    let collate = machine.limits.collate;
    keyed.sort_by(|(left, _), (right, _)| {
        let orders = left
            .iter()
            .zip(right)
            .zip(&directions)
            .map(|((left, right), direction)| {
                let order = compare(left, right, direction, collate);
                if direction.is_descending {
                    order.reverse()
                } else {
                    order
                }
            });
        orders.fold(Ordering::Equal, Ordering::then)
    });
    Ok(keyed.into_iter().map(|(_, node)| node).collect())
}

fn compare(left: &Key, right: &Key, direction: &Direction, collate: fn(&str, &str) -> Ordering) -> Ordering {
    match (left, right) {
        // What is no number comes first.
        (Key::Number(left), Key::Number(right)) => left
            .partial_cmp(right)
            .unwrap_or_else(|| right.is_nan().cmp(&left.is_nan())),
        (Key::Text(left), Key::Text(right)) => match direction.upper_first {
            None => collate(left, right),
            Some(upper_first) => {
                collate(&left.to_lowercase(), &right.to_lowercase()).then_with(|| by_case(left, right, upper_first))
            }
        },
        _ => Ordering::Equal,
    }
}

/// Texts that differ in case only: the first such letter decides.
fn by_case(left: &str, right: &str, upper_first: bool) -> Ordering {
    let differing = left.chars().zip(right.chars()).find(|(left, right)| left != right);
    let Some((left, _)) = differing else {
        return Ordering::Equal;
    };
    if left.is_uppercase() == upper_first {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}
