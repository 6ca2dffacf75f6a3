//! The functions (`XPath` 1.0, 4).

use super::XPathError;
use super::ast::{Expr, Function};
use super::evaluate::{Evaluation, Place, truth};
use super::strings::{substring, translate};
use super::value::{Answer, text_number};
use crate::name::{Name, XML_NAMESPACE, is_space};
use crate::tree::{Kind, NodeId};

impl Evaluation<'_> {
    /// What a function gives.
    ///
    /// # Errors
    /// As [`super::Query::evaluate`].
    pub fn call(&mut self, function: Function, arguments: &[Expr], at: Place) -> Result<Answer, XPathError> {
        Ok(match function {
            Function::Last => Answer::Number(at.size as f64),
            Function::Position => Answer::Number(at.position as f64),
            Function::True => Answer::Boolean(true),
            Function::False => Answer::Boolean(false),
            Function::Id => return Err(XPathError::Identifiers),
            Function::Count => Answer::Number(self.argument_nodes(arguments, at)?.len() as f64),
            Function::Sum => {
                let mut sum = 0.0;
                for node in self.argument_nodes(arguments, at)? {
                    sum += text_number(&self.node_text(node)?);
                }
                Answer::Number(sum)
            }
            Function::LocalName | Function::NamespaceUri | Function::Name => {
                let node = if arguments.is_empty() {
                    Some(at.node)
                } else {
                    self.argument_nodes(arguments, at)?.first().copied()
                };
                if let Some(node) = node.filter(|_| function == Function::Name) {
                    // Which prefix it has is looked up outwards.
                    self.charge(self.tree.attributes_around(node) / 16)?;
                }
                Answer::Text(node.map(|node| self.name_part(function, node)).unwrap_or_default())
            }
            Function::Boolean | Function::Not => {
                let Some(argument) = arguments.first() else {
                    return Err(XPathError::NoNodes);
                };
                Answer::Boolean(truth(&self.value(argument, at)?) == (function == Function::Boolean))
            }
            Function::Lang => {
                let wanted = self.argument_text(arguments, 0, at)?;
                Answer::Boolean(self.speaks(at.node, &wanted))
            }
            Function::Number | Function::Floor | Function::Ceiling | Function::Round => {
                self.numeric(function, arguments, at)?
            }
            _ => return self.textual(function, arguments, at),
        })
    }

    fn numeric(&mut self, function: Function, arguments: &[Expr], at: Place) -> Result<Answer, XPathError> {
        let number = match arguments.first() {
            Some(argument) => self.number(argument, at)?,
            None => text_number(&self.node_text(at.node)?),
        };
        Ok(Answer::Number(match function {
            Function::Floor => number.floor(),
            Function::Ceiling => number.ceil(),
            // Halves go up.
            Function::Round => (number + 0.5).floor(),
            _ => number,
        }))
    }

    fn textual(&mut self, function: Function, arguments: &[Expr], at: Place) -> Result<Answer, XPathError> {
        let first = match arguments.first() {
            Some(argument) => self.text(argument, at)?,
            None => self.node_text(at.node)?,
        };
        if function == Function::Concat {
            let mut all = first;
            for argument in arguments.iter().skip(1) {
                let text = self.text(argument, at)?;
                self.charge(text.len() / 16)?;
                all.push_str(&text);
            }
            return Ok(Answer::Text(all));
        }
        self.charge(first.len() / 16)?;
        if function == Function::Substring {
            let start = arguments.get(1).map(|argument| self.number(argument, at)).transpose()?;
            let length = arguments.get(2).map(|argument| self.number(argument, at)).transpose()?;
            return Ok(Answer::Text(substring(&first, start.unwrap_or(f64::NAN), length)));
        }
        let second = self.argument_text(arguments, 1, at)?;
        Ok(match function {
            Function::StartsWith => Answer::Boolean(first.starts_with(&second)),
            Function::Contains => Answer::Boolean(first.contains(&second)),
            Function::SubstringBefore => {
                let before = first.split_once(second.as_str()).map(|(before, _)| before);
                Answer::Text(before.unwrap_or_default().to_owned())
            }
            Function::SubstringAfter => {
                let after = first.split_once(second.as_str()).map(|(_, after)| after);
                Answer::Text(after.unwrap_or_default().to_owned())
            }
            Function::StringLength => Answer::Number(first.encode_utf16().count() as f64),
            Function::NormalizeSpace => {
                let words: Vec<&str> = first.split(is_space).filter(|word| !word.is_empty()).collect();
                Answer::Text(words.join(" "))
            }
            Function::Translate => {
                let third = self.argument_text(arguments, 2, at)?;
                Answer::Text(translate(&first, &second, &third))
            }
            _ => Answer::Text(first),
        })
    }

    fn argument_text(&mut self, arguments: &[Expr], index: usize, at: Place) -> Result<String, XPathError> {
        match arguments.get(index) {
            Some(argument) => self.text(argument, at),
            None => Ok(String::new()),
        }
    }

    fn argument_nodes(&mut self, arguments: &[Expr], at: Place) -> Result<Vec<NodeId>, XPathError> {
        match arguments.first() {
            Some(argument) => self.nodes(argument, at),
            None => Err(XPathError::NoNodes),
        }
    }

    fn name_part(&self, function: Function, id: NodeId) -> String {
        let name = match self.tree.kind(id) {
            Kind::Instruction { target, .. } => Name::local_only(target.clone()),
            _ => match self.tree.name(id) {
                Some(name) => match name.declared_prefix() {
                    Some(prefix) => Name::local_only(prefix),
                    None => name.clone(),
                },
                None => return String::new(),
            },
        };
        match function {
            Function::LocalName => name.local().to_string(),
            Function::NamespaceUri => name.namespace().to_string(),
            _ if name.namespace().is_empty() => name.local().to_string(),
            _ => {
                let default = self.tree.namespace_of_prefix(id, "");
                let is_default = !self.tree.is_attribute(id) && default.as_ref() == Some(name.namespace());
                let known = || self.tree.prefix_of_namespace(id, name.namespace());
                match self.tree.prefix(id).cloned().or_else(known) {
                    Some(prefix) if !prefix.is_empty() && !is_default => {
                        format!("{prefix}:{}", name.local())
                    }
                    _ => name.local().to_string(),
                }
            }
        }
    }

    /// Whether the nearest `xml:lang` is a language or a kind of it.
    fn speaks(&self, node: NodeId, wanted: &str) -> bool {
        let name = Name::new(XML_NAMESPACE, "lang");
        let found = self
            .tree
            .ancestors_and_self(node)
            .find_map(|id| self.tree.attribute_value(self.tree.attribute(id, &name)?));
        found.is_some_and(|found| {
            let (found, wanted) = (found.to_lowercase(), wanted.to_lowercase());
            found
                .strip_prefix(&wanted)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
    }
}
