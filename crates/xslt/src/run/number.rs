//! `xsl:number` (7.7): which number a node has.

use super::Machine;
use super::state::Halt;
use crate::format::counting;
use crate::instruction::{Level, Numbering};
use xml::xpath::Pattern;
use xml::{Kind, NodeId};

impl Machine<'_> {
    /// The current node's number as text.
    pub fn number(&mut self, numbering: &Numbering) -> Result<String, Halt> {
        let format = self.avt(&numbering.format)?;
        let separator = self.avt(&numbering.grouping_separator)?;
        let size = self.avt(&numbering.grouping_size)?.trim().parse().unwrap_or(0);
        let numbers = match &numbering.value {
            Some(value) => {
                let number = value.query.number(&self.tree, self.focus.place, &mut self.state);
                vec![self.state.checked(number, &value.text)?]
            }
            None => self.counted(numbering)?,
        };
        if numbers.is_empty() {
            return Ok(String::new());
        }
        Ok(counting::format(&numbers, &format, &separator, size))
    }

    fn counted(&mut self, numbering: &Numbering) -> Result<Vec<f64>, Halt> {
        let node = self.focus.place.node;
        if numbering.level == Level::Any {
            let number = self.counted_anywhere(node, numbering)?;
            return Ok(number.into_iter().collect());
        }
        // From the node outwards, up to where counting begins.
        let (mut found, mut at) = (Vec::new(), Some(node));
        let mut has_begun = numbering.from.is_none();
        while let Some(ancestor) = at {
            self.state.steps(1)?;
            if self.is_start(numbering, ancestor)? && ancestor != node {
                has_begun = true;
                break;
            }
            // Of one level the innermost counts.
            if (numbering.level == Level::Multiple || found.is_empty()) && self.counts(numbering, node, ancestor)? {
                found.push(ancestor);
            }
            at = self.tree.parent(ancestor);
        }
        if !has_begun {
            found.clear();
        }
        let mut numbers = Vec::new();
        for ancestor in found.into_iter().rev() {
            let (mut count, mut sibling) = (1.0, self.tree.previous(ancestor));
            while let Some(id) = sibling {
                self.state.steps(1)?;
                if self.counts(numbering, node, id)? {
                    count += 1.0;
                }
                sibling = self.tree.previous(id);
            }
            numbers.push(count);
        }
        Ok(numbers)
    }

    /// How many nodes count up to this one, in document order, behind the last one where counting begins.
    fn counted_anywhere(&mut self, node: NodeId, numbering: &Numbering) -> Result<Option<f64>, Halt> {
        let root = self.tree.root(node);
        let (mut count, mut at) = (0.0, Some(root));
        let mut has_begun = numbering.from.is_none();
        while let Some(id) = at {
            self.state.steps(1)?;
            if id > node {
                break;
            }
            if id != node && self.is_start(numbering, id)? {
                count = 0.0;
                has_begun = true;
            } else if self.counts(numbering, node, id)? {
                count += 1.0;
            }
            at = self.tree.following_inside(id, root);
        }
        if self.tree.is_attribute(node) && self.counts(numbering, node, node)? {
            count += 1.0;
        }
        Ok(Some(count).filter(|count| has_begun && *count > 0.0))
    }

    fn is_start(&mut self, numbering: &Numbering, id: NodeId) -> Result<bool, Halt> {
        match &numbering.from {
            Some(patterns) => self.matches(patterns, id),
            None => Ok(false),
        }
    }

    /// Whether a node counts: it matches, or is of the current node's kind and name.
    fn counts(&mut self, numbering: &Numbering, current: NodeId, id: NodeId) -> Result<bool, Halt> {
        if let Some(patterns) = &numbering.count {
            return self.matches(patterns, id);
        }
        Ok(match (self.tree.kind(current), self.tree.kind(id)) {
            (Kind::Element { name: own, .. }, Kind::Element { name, .. })
            | (Kind::Attribute { name: own, .. }, Kind::Attribute { name, .. }) => own == name,
            (Kind::Instruction { target: own, .. }, Kind::Instruction { target, .. }) => own == target,
            (own, other) => std::mem::discriminant(own) == std::mem::discriminant(other),
        })
    }

    fn matches(&mut self, patterns: &[Pattern], id: NodeId) -> Result<bool, Halt> {
        for pattern in patterns {
            let answer = pattern.matches(&self.tree, id, &mut self.state);
            if self.state.checked(answer, "a pattern of xsl:number")? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
