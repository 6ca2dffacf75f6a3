//! Paths as Newtonsoft writes them: `a.b[0]['odd name']`.
//!
//! Never here: paths that are searched for (`path`).

use super::arena::{Arena, NodeId};
use super::style::Escape;
use super::writer::escape_into;
use std::fmt::Write;

/// Adds a property's name.
pub(super) fn write_name(path: &mut String, name: &str) {
    let special = |c| {
        matches!(
            c,
            '.' | ' '
                | '\''
                | '/'
                | '"'
                | '['
                | ']'
                | '('
                | ')'
                | '\t'
                | '\n'
                | '\r'
                | '\u{c}'
                | '\u{8}'
                | '\\'
                | '\u{85}'
                | '\u{2028}'
                | '\u{2029}'
        )
    };
    if name.contains(special) {
        path.push_str("['");
        escape_into(path, name, '\'', Escape::Default);
        path.push_str("']");
    } else {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
    }
}

/// Adds an element's index.
pub(super) fn write_index(path: &mut String, index: i64) {
    let _ = write!(path, "[{index}]");
}

/// `JToken.Path`
pub(super) fn path_of(arena: &Arena, node: NodeId) -> String {
    let mut way: Vec<NodeId> = arena.ancestors_and_self(node).collect();
    way.reverse();
    let mut path = String::new();
    for (at, node) in way.iter().enumerate() {
        if way.len() > 1
            && let Some(name) = arena.name(*node)
        {
            write_name(&mut path, name);
        }
        if let (Some(_), Some(child)) = (arena.kind(*node).elements(), way.get(at + 1)) {
            let index = arena
                .position(*node, *child)
                .and_then(|index| i64::try_from(index).ok());
            write_index(&mut path, index.unwrap_or(-1));
        }
    }
    path
}
