//! `switch` statements.

use super::Checker;
use super::scope::JumpKind;
use super::typed::{Expr, Kind, Section, StmtKind, TypedPattern};
use crate::syntax::ast::{self, SwitchLabel};
use crate::types::Type;
use crate::value::Value;
use diagnostic::Span;

impl Checker {
    /// `switch (value) { … }`
    pub(super) fn switch(&mut self, value: &ast::Expression, sections: &[ast::SwitchSection]) -> (StmtKind, bool) {
        let value = self.value(value);
        let ty = value.ty.clone();
        let local = self.temporary(ty.clone());
        let labels = self.constant_labels(sections);
        self.enter(JumpKind::Switch, labels);
        let mut typed = Vec::with_capacity(sections.len());
        let mut last_end = false;
        for section in sections {
            let (section, end) = self.scoped(|checker| checker.section(section, local, &ty));
            last_end |= end;
            typed.push(section);
        }
        let broken = self.leave();
        let has_default = typed.iter().any(|section| section.default);
        (
            StmtKind::Switch {
                local,
                value,
                sections: typed,
            },
            !has_default || broken || last_end,
        )
    }

    /// The constants of the labels, which `goto case` refers to.
    fn constant_labels(&mut self, sections: &[ast::SwitchSection]) -> Vec<(Option<Value>, usize)> {
        let mut labels = Vec::new();
        for (at, section) in sections.iter().enumerate() {
            for label in &section.labels {
                match label {
                    SwitchLabel::Default(_) => labels.push((None, at)),
                    SwitchLabel::Case {
                        pattern: ast::Pattern::Constant(constant),
                        when: None,
                        ..
                    } => {
                        let span = constant.span;
                        let (_, constant) = self.trial(|checker| checker.operand_constant(constant));
                        let twice = constant.as_ref().is_some_and(|constant| {
                            let same = |known: &Value| {
                                known.is_null() && constant.is_null() || known.constant_equals(constant) == Some(true)
                            };
                            labels
                                .iter()
                                .any(|(known, _): &(Option<Value>, usize)| known.as_ref().is_some_and(same))
                        });
                        if twice {
                            self.report("CS0152", span, "the `switch` has this label twice".to_owned(), None);
                        }
                        labels.extend(constant.map(|constant| (Some(constant), at)));
                    }
                    SwitchLabel::Case { .. } => {}
                }
            }
        }
        labels
    }

    fn operand_constant(&mut self, expression: &ast::Expression) -> Option<Value> {
        self.value(expression).constant_value().cloned()
    }

    fn section(&mut self, section: &ast::SwitchSection, local: usize, ty: &Type) -> (Section, bool) {
        let mut tests = Vec::with_capacity(section.labels.len());
        let mut default = false;
        for label in &section.labels {
            match label {
                SwitchLabel::Default(_) => default = true,
                SwitchLabel::Case { pattern, when, span } => {
                    tests.extend(self.case_label(pattern, when.as_ref(), (local, ty), *span));
                }
            }
        }
        let (body, end) = self.statements(&section.statements);
        if end && let Some(last) = section.statements.last() {
            let help = Some("end it with `break;` or `return …;`".to_owned());
            self.report(
                "CS0163",
                last.span,
                "control cannot fall through from one case label to another".to_owned(),
                help,
            );
        }
        (Section { tests, default, body }, false)
    }

    fn case_label(
        &mut self,
        pattern: &ast::Pattern,
        when: Option<&ast::Expression>,
        (local, ty): (usize, &Type),
        span: Span,
    ) -> Option<Expr> {
        let pattern: TypedPattern = self.pattern(pattern, ty, span)?;
        let test = Expr::new(Kind::Matches(local, Box::new(pattern)), Type::BOOLEAN, span);
        Some(match when {
            Some(when) => {
                let condition = self.condition(when);
                super::constants::logical(true, test, condition, span)
            }
            None => test,
        })
    }
}
