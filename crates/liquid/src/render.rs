//! Writes a template's text for one exchange.
//!
//! A tag or output that fails writes `Liquid error: …` in its place, as DotLiquid does; only a budget or a limit that is
//! used up ends it. Never here: what filters and operators give.

mod loops;

use crate::compare::{equal, holds};
use crate::syntax::{Condition, Node, Operand, Part, Pipeline};
use crate::value::Value;
use expression::runtime::{Fault, Runtime};
use expression::text::Text;
use std::collections::HashMap;

/// What goes on behind a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

/// One rendering.
pub(crate) struct Render<'v> {
    pub runtime: Runtime<'v>,
    /// What names mean that no tag has set.
    roots: Vec<(&'static str, Value<'v>)>,
    /// Set by `assign` and `capture`.
    assigned: HashMap<Text, Value<'v>>,
    /// Of the loops that run, innermost last.
    items: Vec<(Text, Value<'v>)>,
    out: String,
    /// Bytes that may be written.
    limit: usize,
    /// Where each `cycle` is.
    cycles: HashMap<String, usize>,
    /// Where loops of each name ended.
    ends: HashMap<Text, usize>,
    counters: HashMap<Text, i64>,
    /// What the last `ifchanged` held.
    last_changed: Option<String>,
}

/// The text of a template; `roots` are `body` and `context`.
pub(crate) fn render<'v>(
    nodes: &[Node],
    runtime: Runtime<'v>,
    roots: Vec<(&'static str, Value<'v>)>,
    limit: usize,
) -> Result<String, Fault> {
    let mut render = Render {
        runtime,
        roots,
        assigned: HashMap::new(),
        items: Vec::new(),
        out: String::new(),
        limit,
        cycles: HashMap::new(),
        ends: HashMap::new(),
        counters: HashMap::new(),
        last_changed: None,
    };
    render.nodes(nodes)?;
    Ok(render.out)
}

impl<'v> Render<'v> {
    fn nodes(&mut self, nodes: &[Node]) -> Result<Flow, Fault> {
        for node in nodes {
            match self.node(node) {
                Ok(Flow::Next) => {}
                Ok(flow) => return Ok(flow),
                Err(fault) if fault.is_final => return Err(fault),
                Err(fault) => {
                    self.write("Liquid error: ")?;
                    self.write(&fault.message)?;
                }
            }
        }
        Ok(Flow::Next)
    }

    fn node(&mut self, node: &Node) -> Result<Flow, Fault> {
        self.runtime.step(1)?;
        match node {
            Node::Text(text) => self.write(text)?,
            Node::Output(pipeline) => {
                let value = self.pipeline(pipeline)?;
                let text = value.written(&mut self.runtime)?;
                self.write(&text)?;
            }
            Node::Assign(name, pipeline) => {
                let value = self.pipeline(pipeline)?;
                self.assigned.insert(name.clone(), value);
            }
            Node::Capture(name, content) => {
                let (flow, text) = self.captured(content)?;
                let value = Value::text(text, &mut self.runtime)?;
                self.assigned.insert(name.clone(), value);
                return Ok(flow);
            }
            Node::Branches(branches) => {
                for (condition, content) in branches {
                    if self.condition(condition)? {
                        return self.nodes(content);
                    }
                }
            }
            Node::Case(value, branches, otherwise) => return self.case(value, branches, otherwise),
            Node::Loop(head) => return self.looped(head),
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
            Node::Cycle(group, written, values) => self.cycle(group.as_ref(), written, values)?,
            Node::IfChanged(content) => {
                let (flow, text) = self.captured(content)?;
                if self.last_changed.as_ref() != Some(&text) {
                    self.runtime.allocate(text.len())?;
                    self.write(&text)?;
                    self.last_changed = Some(text);
                }
                return Ok(flow);
            }
            Node::Counter(name, is_up) => self.count(name, *is_up)?,
        }
        Ok(Flow::Next)
    }

    /// Writes text, as far as the limit allows.
    fn write(&mut self, text: &str) -> Result<(), Fault> {
        self.runtime.step(text.len() as u64 / 64)?;
        if self.out.len().saturating_add(text.len()) > self.limit {
            let message = format!("the template's output is larger than {} bytes", self.limit);
            return Err(Fault {
                message,
                is_final: true,
            });
        }
        self.out.push_str(text);
        Ok(())
    }

    /// What nodes write, not written.
    fn captured(&mut self, nodes: &[Node]) -> Result<(Flow, String), Fault> {
        let before = std::mem::take(&mut self.out);
        let flow = self.nodes(nodes);
        let text = std::mem::replace(&mut self.out, before);
        Ok((flow?, text))
    }

    fn case(
        &mut self,
        value: &Operand,
        branches: &[(Vec<Operand>, Vec<Node>)],
        otherwise: &[Node],
    ) -> Result<Flow, Fault> {
        let value = self.operand(value)?.settled();
        let mut is_met = false;
        for (wanted, content) in branches {
            for operand in wanted {
                let operand = self.operand(operand)?.settled();
                if equal(&value, &operand, &mut self.runtime)? {
                    is_met = true;
                    match self.nodes(content)? {
                        Flow::Next => {}
                        flow => return Ok(flow),
                    }
                    break;
                }
            }
        }
        if is_met { Ok(Flow::Next) } else { self.nodes(otherwise) }
    }

    fn cycle(&mut self, group: Option<&Operand>, written: &str, values: &[Operand]) -> Result<(), Fault> {
        let key = match group {
            Some(group) => self.operand(group)?.to_text(&mut self.runtime)?.to_string(),
            None => written.to_owned(),
        };
        self.runtime.allocate(key.len())?;
        let place = self.cycles.entry(key).or_default();
        let current = values.get(*place % values.len().max(1));
        *place += 1;
        if let Some(current) = current {
            let text = self.operand(current)?.written(&mut self.runtime)?;
            self.write(&text)?;
        }
        Ok(())
    }

    fn count(&mut self, name: &Text, is_up: bool) -> Result<(), Fault> {
        let counter = self.counters.entry(name.clone()).or_default();
        let shown = if is_up { *counter } else { counter.wrapping_sub(1) };
        *counter = if is_up { counter.wrapping_add(1) } else { shown };
        self.write(&shown.to_string())
    }

    fn pipeline(&mut self, pipeline: &Pipeline) -> Result<Value<'v>, Fault> {
        let mut value = self.operand(&pipeline.operand)?;
        for call in &pipeline.filters {
            let arguments: Result<Vec<_>, _> = call
                .arguments
                .iter()
                .map(|argument| self.operand(argument).map(Value::settled))
                .collect();
            self.runtime.step(1)?;
            value = (call.filter.run)(&mut self.runtime, value.settled(), &arguments?)?;
        }
        Ok(value)
    }

    fn condition(&mut self, condition: &Condition) -> Result<bool, Fault> {
        self.runtime.step(1)?;
        match condition {
            Condition::Always => Ok(true),
            Condition::Truth(operand) => Ok(self.operand(operand)?.is_true()),
            Condition::Compare(left, operator, right) => {
                let (left, right) = (self.operand(left)?, self.operand(right)?);
                holds(left, *operator, right, &mut self.runtime)
            }
            Condition::And(left, right) => Ok(self.condition(left)? && self.condition(right)?),
            Condition::Or(left, right) => Ok(self.condition(left)? || self.condition(right)?),
            Condition::Not(inner) => Ok(!self.condition(inner)?),
        }
    }

    fn operand(&mut self, operand: &Operand) -> Result<Value<'v>, Fault> {
        Ok(match operand {
            Operand::Nil => Value::Nil,
            Operand::Empty => Value::Empty,
            Operand::Boolean(value) => Value::Boolean(*value),
            Operand::Integer(value) => Value::Integer(*value),
            Operand::Double(value) => Value::Double(*value),
            Operand::Text(text) => Value::Text(text.clone()),
            Operand::Range(first, last) => {
                let (first, last) = (self.whole(first)?, self.whole(last)?);
                let count = last.saturating_sub(first).saturating_add(1).max(0);
                self.runtime.step(count as u64)?;
                self.runtime.allocate((count as usize).saturating_mul(48))?;
                Value::list((first..=last).map(Value::Integer).collect(), &mut self.runtime)?
            }
            Operand::Path(root, parts) => {
                let mut value = match root {
                    Part::Name(name) => self.variable(name)?,
                    Part::Index(operand) => {
                        let name = self.operand(operand)?.to_text(&mut self.runtime)?;
                        self.variable(&name)?
                    }
                };
                for part in parts {
                    value = match part {
                        Part::Name(name) => value.member(name, &mut self.runtime)?,
                        Part::Index(operand) => {
                            let index = self.operand(operand)?.settled();
                            value.index(&index, &mut self.runtime)?
                        }
                    };
                    if value.is_nil() {
                        break;
                    }
                }
                value
            }
        })
    }

    /// A whole number, as `Convert.ToInt32` makes one.
    fn whole(&mut self, operand: &Operand) -> Result<i64, Fault> {
        let value = self.operand(operand)?.settled();
        whole(&value)
    }

    fn variable(&mut self, name: &str) -> Result<Value<'v>, Fault> {
        self.runtime.step(1)?;
        if let Some((_, value)) = self.items.iter().rev().find(|(known, _)| known.as_str() == name) {
            return Ok(value.clone());
        }
        if let Some(value) = self.assigned.get(name) {
            return Ok(value.clone());
        }
        let root = self.roots.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let value = root.map(|(_, value)| value.clone());
        let counter = || self.counters.get(name).copied().map(Value::Integer);
        Ok(value.or_else(counter).unwrap_or(Value::Nil))
    }
}

/// A whole number, as `Convert.ToInt32` makes one; zero of nil.
pub(crate) fn whole(value: &Value<'_>) -> Result<i64, Fault> {
    use rust_decimal::prelude::ToPrimitive;
    let number = match value {
        Value::Nil => Some(0),
        Value::Integer(number) => Some(*number),
        Value::Boolean(value) => Some(i64::from(*value)),
        Value::Double(number) if number.is_finite() => Some(number.round_ties_even() as i64),
        Value::Decimal(number) => number.round().to_i64(),
        Value::Text(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| Fault {
        message: "Input string was not in a correct format.".to_owned(),
        is_final: false,
    })
}
