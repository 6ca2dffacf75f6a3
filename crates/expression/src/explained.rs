//! What the parts of an expression give, one after the other: for those who write policies.
//!
//! Never here: how an expression runs; code that tells is the same code with a closure around each part.

use crate::context::Context;
use crate::described::{Described, glance};
use crate::frame::Frame;
use crate::thrown::{Outcome, Thrown};
use crate::{Budget, Exception, Expression, Problem, Target, check, compile, syntax};
use diagnostic::Span;

/// Steps that are kept of one evaluation.
const STEPS: usize = 1000;

/// A part of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it stands in the source.
    pub span: Span,
    /// Full .NET name of the type that it is known to have.
    pub type_name: String,
}

/// What a part gave once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where the part stands in the source.
    pub span: Span,
    /// Full .NET name of the value's own type, or of the exception's.
    pub type_name: String,
    /// The value as C# would write it, cut after some 200 characters; the exception's message.
    pub text: String,
    /// Whether it threw.
    pub threw: bool,
}

/// An expression that tells what its parts give.
pub struct Explained {
    expression: Expression,
    parts: Vec<Part>,
}

/// What an evaluation told.
#[derive(Debug)]
pub struct Explanation {
    /// Its steps in their order, the first thousand at most.
    pub steps: Vec<Step>,
    /// Whether there were more.
    pub cut: bool,
    /// What it gave.
    pub outcome: Result<Described, Exception>,
}

/// What a frame keeps of the parts that ran in it.
#[derive(Default)]
pub struct Told {
    steps: Vec<Step>,
    cut: bool,
}

impl Explained {
    /// Compiles as [`Expression::compile`] does.
    ///
    /// # Errors
    /// All problems found, in the order of the source.
    pub fn compile(source: &str, target: Target) -> Result<Self, Vec<Problem>> {
        let (tree, problems) = syntax::parse(source);
        if !problems.is_empty() {
            return Err(problems);
        }
        let program = check::check(&tree, target)?;
        let (compiled, parts) = compile::compile_telling(&program);
        let expression = Expression::of(compiled, program, target);
        Ok(Self { expression, parts })
    }

    /// The expression itself.
    #[must_use]
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// Its parts with the types they are known to have, inner ones before outer ones; constants are left out.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Evaluates it.
    pub fn run(&self, context: &dyn Context, budget: Budget) -> Explanation {
        let mut frame = Frame::new(context, budget, self.expression.locals);
        frame.set_told(Box::default());
        let outcome = self.expression.run(&mut frame);
        let told = frame.take_told().unwrap_or_default();
        let outcome = outcome.and_then(|value| Described::of(&value, &mut frame));
        Explanation {
            steps: told.steps,
            cut: told.cut,
            outcome: outcome.map_err(Exception::from),
        }
    }
}

/// Notes what a part gave, when the frame keeps such notes.
pub fn tell(frame: &mut Frame<'_>, span: Span, outcome: &Outcome) {
    // Away while a value is written out, which may run parts of the expression.
    let Some(mut told) = frame.take_told() else { return };
    if told.steps.len() < STEPS {
        told.add(step(frame, span, outcome));
    } else {
        told.cut = true;
    }
    frame.set_told(told);
}

fn step(frame: &mut Frame<'_>, span: Span, outcome: &Outcome) -> Step {
    let thrown = |thrown: &Thrown| Step {
        span,
        type_name: thrown.exception().class.name.to_owned(),
        text: thrown.exception().message.to_string(),
        threw: true,
    };
    match outcome {
        Ok(value) => match glance(value, frame) {
            Ok(seen) => Step {
                span,
                type_name: seen.type_name,
                text: seen.text.unwrap_or_else(|| "null".to_owned()),
                threw: false,
            },
            Err(error) => thrown(&error),
        },
        Err(error) => thrown(error),
    }
}

impl Told {
    /// `?.` stands where the member that it leads to does: the reader sees one of both. An exception is told where it
    /// comes from, not on its way.
    fn add(&mut self, step: Step) {
        match self.steps.last_mut() {
            Some(last) if last.threw && step.threw && last.text == step.text => {}
            Some(last) if last.span == step.span && !last.threw => *last = step,
            _ => self.steps.push(step),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorded::RecordedContext;

    fn check(source: &str, expected: &[&str]) {
        let explained = Explained::compile(source, Target::Object).unwrap();
        let context = RecordedContext::from_json(r#"{"request": {"method": "POST"}}"#).unwrap();
        let told = explained.run(&context, Budget::default());
        let steps: Vec<String> = told
            .steps
            .iter()
            .map(|step| {
                let threw = if step.threw { "throws " } else { "" };
                let part = &source[step.span.start..step.span.end];
                format!("{part} = {threw}{} ({})", step.text, step.type_name)
            })
            .collect();
        assert_eq!(steps, expected, "{source}");
    }

    #[test]
    fn steps() {
        check(
            "@(context.Request.Method == \"GET\" || 1 + int.Parse(\"2\") > 2)",
            &[
                "context.Request.Method = \"POST\" (System.String)",
                "context.Request.Method == \"GET\" = False (System.Boolean)",
                "int.Parse(\"2\") = 2 (System.Int32)",
                "1 + int.Parse(\"2\") = 3 (System.Int32)",
                "1 + int.Parse(\"2\") > 2 = True (System.Boolean)",
                "context.Request.Method == \"GET\" || 1 + int.Parse(\"2\") > 2 = True (System.Boolean)",
            ],
        );
        check(
            "@{ var x = new[] { 1, 2 }; return x.Select(y => y * 2).First() / (x[0] - 1); }",
            &[
                "new[] { 1, 2 } = [1, 2] (System.Int32[])",
                "x = [1, 2] (System.Int32[])",
                "y => y * 2 = a function (System.Func`2[System.Int32,System.Int32])",
                "x.Select(y => y * 2) = a sequence that has not run (System.Collections.Generic.IEnumerable`1[System.Int32])",
                "y = 1 (System.Int32)",
                "y * 2 = 2 (System.Int32)",
                "x.Select(y => y * 2).First() = 2 (System.Int32)",
                "x = [1, 2] (System.Int32[])",
                "x[0] = 1 (System.Int32)",
                "(x[0] - 1) = 0 (System.Int32)",
                "x.Select(y => y * 2).First() / (x[0] - 1) = throws Attempted to divide by zero. (System.DivideByZeroException)",
            ],
        );
        check(
            "@(int.Parse(\"x\") + 1)",
            &["int.Parse(\"x\") = throws The input string 'x' was not in a correct format. (System.FormatException)"],
        );
    }

    #[test]
    fn a_long_run_is_cut() {
        let explained = Explained::compile("@{ var s = 0; while (s < 5000) s++; return s; }", Target::Object).unwrap();
        let context = RecordedContext::from_json("{}").unwrap();
        let told = explained.run(&context, Budget::default());
        assert!(told.cut);
        assert_eq!(told.steps.len(), STEPS);
        assert_eq!(told.outcome.unwrap().text.as_deref(), Some("5000"));
    }
}
