//! `=`, `!=`, `<` and their kin: with nodes, whether any of them compares (`XPath` 1.0, 3.4).

use super::XPathError;
use super::ast::Operator;
use super::evaluate::{Evaluation, truth};
use super::value::{Answer, text_number};
use crate::tree::NodeId;
use std::collections::HashSet;

impl Evaluation<'_> {
    /// Whether two values compare.
    ///
    /// # Errors
    /// [`XPathError::Stopped`]
    pub fn compare(&mut self, operator: Operator, left: &Answer, right: &Answer) -> Result<bool, XPathError> {
        match (left, right) {
            (Answer::Nodes(_), Answer::Boolean(_)) | (Answer::Boolean(_), Answer::Nodes(_)) => Ok(numbers(
                operator,
                f64::from(u8::from(truth(left))),
                f64::from(u8::from(truth(right))),
            )),
            (Answer::Nodes(left), Answer::Nodes(right)) => self.sets(operator, left, right),
            (Answer::Nodes(nodes), single) => self.any(operator, nodes, single),
            (single, Answer::Nodes(nodes)) => self.any(mirrored(operator), nodes, single),
            _ => self.singles(operator, left, right),
        }
    }

    fn singles(&mut self, operator: Operator, left: &Answer, right: &Answer) -> Result<bool, XPathError> {
        let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        if equality && matches!((left, right), (Answer::Boolean(_), _) | (_, Answer::Boolean(_))) {
            return Ok((truth(left) == truth(right)) == (operator == Operator::Equal));
        }
        if equality && matches!((left, right), (Answer::Text(_), Answer::Text(_))) {
            return Ok((self.text_of(left)? == self.text_of(right)?) == (operator == Operator::Equal));
        }
        Ok(numbers(operator, self.number_of(left)?, self.number_of(right)?))
    }

    fn any(&mut self, operator: Operator, nodes: &[NodeId], single: &Answer) -> Result<bool, XPathError> {
        for node in nodes {
            let text = self.node_text(*node)?;
            let own = match single {
                Answer::Number(_) => Answer::Number(text_number(&text)),
                _ => Answer::Text(text),
            };
            if self.singles(operator, &own, single)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether any pair compares, without looking at every pair.
    fn sets(&mut self, operator: Operator, left: &[NodeId], right: &[NodeId]) -> Result<bool, XPathError> {
        let texts = |evaluation: &mut Self, nodes: &[NodeId]| {
            nodes
                .iter()
                .map(|node| evaluation.node_text(*node))
                .collect::<Result<HashSet<String>, _>>()
        };
        let (left, right) = (texts(self, left)?, texts(self, right)?);
        if left.is_empty() || right.is_empty() {
            return Ok(false);
        }
        Ok(match operator {
            Operator::Equal => left.intersection(&right).next().is_some(),
            Operator::NotEqual => left.len() > 1 || right.len() > 1 || left != right,
            _ => {
                let bounds = |texts: &HashSet<String>| {
                    let numbers = texts
                        .iter()
                        .map(|text| text_number(text))
                        .filter(|number| !number.is_nan());
                    numbers.fold(None, |bounds: Option<(f64, f64)>, number| {
                        let (least, most) = bounds.unwrap_or((number, number));
                        Some((least.min(number), most.max(number)))
                    })
                };
                let (Some(left), Some(right)) = (bounds(&left), bounds(&right)) else {
                    return Ok(false);
                };
                match operator {
                    Operator::Less | Operator::LessOrEqual => numbers(operator, left.0, right.1),
                    _ => numbers(operator, left.1, right.0),
                }
            }
        })
    }
}

fn mirrored(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessOrEqual => Operator::GreaterOrEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterOrEqual => Operator::LessOrEqual,
        other => other,
    }
}

#[expect(clippy::float_cmp, reason = "XPath compares numbers exactly")]
fn numbers(operator: Operator, left: f64, right: f64) -> bool {
    match operator {
        Operator::Equal => left == right,
        Operator::NotEqual => left != right,
        Operator::Less => left < right,
        Operator::LessOrEqual => left <= right,
        Operator::Greater => left > right,
        _ => left >= right,
    }
}
