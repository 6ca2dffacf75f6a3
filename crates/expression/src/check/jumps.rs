//! Jumps: `break`, `continue`, `goto`, `yield`, and the labels that they refer to.

use super::Checker;
use super::scope::{Jump, JumpKind};
use super::typed::{LabelId, StmtKind};
use crate::syntax::ast::{self, StatementKind};
use crate::types::Type;
use crate::value::Value;
use diagnostic::Span;

/// A typed statement, and whether what follows it can be reached.
type Checked = (StmtKind, bool);

impl Checker {
    /// `break`, `continue`
    pub(super) fn jump(&mut self, continues: bool, span: Span) -> Checked {
        let found = self.functions.last_mut().and_then(|function| {
            function.jumps.iter_mut().rev().find(|jump| match jump.kind {
                JumpKind::Loop | JumpKind::Finally => true,
                JumpKind::Switch => !continues,
                JumpKind::Try | JumpKind::Catch => false,
            })
        });
        match found {
            Some(jump) if jump.kind == JumpKind::Finally => self.leaves_finally(span),
            Some(_) if continues => {}
            Some(jump) => jump.broken = true,
            None => {
                let message = "there is no loop around this to break out of or continue".to_owned();
                self.report("CS0139", span, message, None);
            }
        }
        (if continues { StmtKind::Continue } else { StmtKind::Break }, false)
    }

    /// Reports a jump out of a `finally`.
    pub(super) fn leaves_finally(&mut self, span: Span) {
        let message = "control cannot leave the block of a `finally`".to_owned();
        self.report("CS0157", span, message, None);
    }

    /// Whether the current statement stands in a statement of this kind.
    pub(super) fn inside(&self, kind: JumpKind) -> bool {
        self.functions
            .last()
            .is_some_and(|function| function.jumps.iter().any(|jump| jump.kind == kind))
    }

    /// Runs `body` inside a part of a `try`.
    pub(super) fn within<R>(&mut self, kind: JumpKind, body: impl FnOnce(&mut Self) -> R) -> R {
        self.enter(kind, Vec::new());
        let result = body(self);
        self.leave();
        result
    }

    /// Enters a statement that jumps refer to.
    pub(super) fn enter(&mut self, kind: JumpKind, sections: Vec<(Option<Value>, usize)>) {
        if let Some(function) = self.functions.last_mut() {
            let lists = function.labels.len();
            function.jumps.push(Jump {
                kind,
                broken: false,
                sections,
                lists,
            });
        }
    }

    /// Leaves it; whether a `break` was seen.
    pub(super) fn leave(&mut self) -> bool {
        self.functions
            .last_mut()
            .and_then(|function| function.jumps.pop())
            .is_some_and(|jump| jump.broken)
    }

    /// Makes the labels of a statement list known while `body` runs.
    pub(super) fn with_labels<R>(&mut self, statements: &[ast::Statement], body: impl FnOnce(&mut Self) -> R) -> R {
        let mut labels: Vec<(String, LabelId)> = Vec::new();
        for statement in statements {
            let mut statement = statement;
            while let StatementKind::Labeled {
                label,
                statement: inner,
            } = &statement.kind
            {
                if labels.iter().any(|(name, _)| *name == label.text) {
                    self.report(
                        "CS0140",
                        label.span,
                        format!("the label '{}' is declared twice", label.text),
                        None,
                    );
                } else if self.label(&label.text).is_some() {
                    let message = format!("the label '{}' hides one of a block around it", label.text);
                    self.report("CS0158", label.span, message, None);
                }
                labels.push((label.text.clone(), self.labels));
                self.labels += 1;
                statement = inner;
            }
        }
        if let Some(function) = self.functions.last_mut() {
            function.labels.push(labels);
        }
        let result = body(self);
        if let Some(function) = self.functions.last_mut() {
            function.labels.pop();
        }
        result
    }

    /// A label in scope, and how many statement lists are around its own.
    pub(super) fn label(&self, name: &str) -> Option<(LabelId, usize)> {
        let labels = &self.functions.last()?.labels;
        labels.iter().enumerate().rev().find_map(|(at, list)| {
            let (_, label) = list.iter().find(|(own, _)| own == name)?;
            Some((*label, at))
        })
    }

    /// `goto label;`
    pub(super) fn goto_label(&mut self, name: &ast::Identifier, span: Span) -> Checked {
        let Some((label, list)) = self.label(&name.text) else {
            let message = format!("there is no label '{}' in the blocks around this", name.text);
            self.report("CS0159", name.span, message, None);
            return (StmtKind::Empty, false);
        };
        let leaves = self.functions.last().is_some_and(|function| {
            function
                .jumps
                .iter()
                .any(|jump| jump.kind == JumpKind::Finally && jump.lists > list)
        });
        if leaves {
            self.leaves_finally(span);
        }
        (StmtKind::Goto(label), false)
    }

    /// `goto case c;`, `goto default;`
    pub(super) fn goto_section(&mut self, label: Option<&ast::Expression>, span: Span) -> Checked {
        let switch = self
            .functions
            .last()
            .and_then(|function| function.jumps.iter().rev().find(|jump| jump.kind == JumpKind::Switch));
        let Some(sections) = switch.map(|jump| jump.sections.clone()) else {
            let message = "there is no `switch` around this".to_owned();
            self.report("CS0153", span, message, None);
            return (StmtKind::Empty, false);
        };
        let wanted = label.map(|label| self.value(label));
        let found = sections.iter().find(|(constant, _)| match (constant, &wanted) {
            (None, None) => true,
            (Some(constant), Some(wanted)) => wanted.constant_value().is_some_and(|wanted| {
                constant.is_null() && wanted.is_null() || constant.constant_equals(wanted) == Some(true)
            }),
            _ => false,
        });
        if let Some((_, section)) = found {
            return (StmtKind::GotoSection(*section), false);
        }
        let failed = wanted.is_some_and(|wanted| wanted.ty == Type::Error);
        if !failed {
            let message = "there is no such label in the `switch` around this".to_owned();
            self.report("CS0159", span, message, None);
        }
        (StmtKind::Empty, false)
    }

    /// `yield return e;`, `yield break;`
    pub(super) fn yield_statement(&mut self, value: Option<&ast::Expression>, span: Span) -> Checked {
        let Some(element) = self.functions.last().map(|function| function.yields.clone()) else {
            return (StmtKind::Empty, true);
        };
        let Some(element) = element else {
            let lambda = self.functions.len() > 1;
            let (code, message) = if lambda {
                ("CS1621", "`yield` cannot stand in a lambda")
            } else {
                ("CS1624", "`yield` needs a local function that returns `IEnumerable<T>`")
            };
            self.report(
                code,
                span,
                message.to_owned(),
                Some("write a local function".to_owned()),
            );
            return (StmtKind::Empty, true);
        };
        self.yield_place(value.is_some(), span);
        let value = value.map(|value| self.value_of_type(value, &element));
        let goes_on = value.is_some();
        (StmtKind::Yield(value), goes_on)
    }

    fn yield_place(&mut self, returns: bool, span: Span) {
        let (code, place) = if self.inside(JumpKind::Finally) {
            ("CS1625", "a `finally`")
        } else if returns && self.inside(JumpKind::Catch) {
            ("CS1631", "a `catch`")
        } else if returns && self.inside(JumpKind::Try) {
            ("CS1626", "a `try` that has a `catch`")
        } else {
            return;
        };
        self.report(
            code,
            span,
            format!("`yield` cannot stand in the block of {place}"),
            None,
        );
    }
}

/// Whether `yield` is among these statements, those of functions inside left out.
pub fn yields(statements: &[ast::Statement]) -> bool {
    statements.iter().any(statement_yields)
}

fn statement_yields(statement: &ast::Statement) -> bool {
    match &statement.kind {
        StatementKind::Yield(_) => true,
        StatementKind::Block(block) | StatementKind::Checked { body: block, .. } => yields(&block.statements),
        StatementKind::If { then, otherwise, .. } => {
            statement_yields(then) || otherwise.as_deref().is_some_and(statement_yields)
        }
        StatementKind::While { body, .. }
        | StatementKind::Do { body, .. }
        | StatementKind::For { body, .. }
        | StatementKind::Foreach { body, .. }
        | StatementKind::ForeachDeconstruct { body, .. }
        | StatementKind::Lock { body, .. }
        | StatementKind::Using { body, .. }
        | StatementKind::Labeled { statement: body, .. } => statement_yields(body),
        StatementKind::Switch { sections, .. } => sections.iter().any(|section| yields(&section.statements)),
        StatementKind::Try { body, catches, finally } => {
            yields(&body.statements)
                || catches.iter().any(|catch| yields(&catch.body.statements))
                || finally.as_ref().is_some_and(|finally| yields(&finally.statements))
        }
        _ => false,
    }
}
