//! What a counter is called, and which counters may be taken from in one step.
//!
//! Counters of one group lie together wherever they are kept: in one process under one lock, in a cluster on one node.
//! So a group is small, such as what one policy counts of one subscription.
//! Never here: what is counted.

/// The name of a counter: its group, and its part in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterName {
    text: String,
    /// Bytes of the text that name the group.
    group: usize,
}

impl CounterName {
    /// A counter that is a group by itself.
    pub fn alone(text: impl Into<String>) -> Self {
        let text = text.into();
        let group = text.len();
        Self { text, group }
    }

    /// A counter of a group. The group's name must not be empty; that of a counter, the two together, is its alone.
    pub fn of_group(group: &str, part: &str) -> Self {
        Self {
            text: [group, part].concat(),
            group: group.len(),
        }
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The group's name, and what comes after it.
    pub fn parts(&self) -> (&str, &str) {
        self.text.split_at_checked(self.group).unwrap_or((&self.text, ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_group_and_its_part() {
        let name = CounterName::of_group("quota/é", "/calls");
        assert_eq!((name.as_str(), name.parts()), ("quota/é/calls", ("quota/é", "/calls")));
        assert_eq!(CounterName::alone("k").parts(), ("k", ""));
    }
}
