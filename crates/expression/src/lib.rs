//! APIM policy expressions: C# source text in, a closure over the exchange out.
//!
//! Stages, each with its own types: [`syntax`] (characters → tree) → `check` (tree → typed tree) → `compile` (typed
//! tree → closures); [`library`] is the .NET library as tables, one file a type. [`context`] is what the host provides.
//! Never here: I/O, a clock other than the one handed in, knowledge of policies, XML or HTTP.

mod arithmetic;
pub mod body;
pub mod certificate;
pub mod charset;
mod check;
mod closure;
mod collection;
mod compile;
pub mod context;
pub mod date;
mod described;
pub mod explained;
mod frame;
pub mod json;
pub mod kept;
pub mod library;
pub mod number;
pub mod recorded;
pub mod regex;
pub mod response;
pub mod runtime;
pub mod syntax;
mod target;
pub mod text;
mod thrown;
mod types;
pub mod value;

pub use described::Described;

use context::Context;
use diagnostic::Span;
use value::Value;

/// A problem in an expression's source text.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// C#'s number where it has one (`CS1061`), ours (`TG2…`) otherwise.
    pub code: &'static str,
    /// Bytes of the source text handed to [`Expression::compile`].
    pub span: Span,
    /// What was found and expected.
    pub message: String,
    /// What to do, for instance the nearest known name.
    pub help: Option<String>,
}

/// Compares two texts in .NET's invariant culture, as `string.Compare` does.
pub fn compare_by_culture(left: &str, right: &str) -> std::cmp::Ordering {
    library::culture_compare(left, right, false)
}

/// What the place that an expression stands in accepts (the type of a policy's attribute).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Anything, kept as it is (`set-variable`).
    Object,
    /// Anything, converted by .NET's `ToString` in the invariant culture; null gives an empty string.
    String,
    /// `bool`
    Boolean,
    /// `int`, or what converts to it implicitly
    Int32,
    /// `long`, or what converts to it implicitly
    Int64,
    /// `double`, or what converts to it implicitly
    Double,
    /// A message body: `string`, `byte[]`, JSON or anything with a `ToString`.
    Body,
}

/// Which bodies an expression may read; found while it is checked, never listed by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// `context.Request.Body`
    pub request_body: bool,
    /// `context.Response.Body`
    pub response_body: bool,
}

impl Reads {
    /// What either reads.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            request_body: self.request_body || other.request_body,
            response_body: self.response_body || other.response_body,
        }
    }
}

/// How much an evaluation may use before it is stopped with an exception.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Calls, loop turns and elements, and 64 bytes of text that a call reads through; a step is some 50 to 100 ns.
    pub steps: u64,
    /// Bytes of strings and collections made.
    pub allocation: u64,
    /// Calls inside calls (lambdas, local functions).
    pub depth: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            steps: 3_000_000,
            allocation: 64 << 20,
            depth: 200,
        }
    }
}

/// A .NET exception that left an expression.
#[derive(Clone, Debug)]
pub struct Exception {
    /// Full .NET name: `System.FormatException`.
    pub type_name: String,
    /// .NET's message.
    pub message: String,
    /// Where in the expression's source it was thrown.
    pub span: Span,
}

/// A compiled policy expression, shared by all requests.
pub struct Expression {
    code: closure::Code,
    locals: usize,
    reads: Reads,
    result: types::Type,
    target: Target,
}

impl Expression {
    /// Compiles `@(…)` or `@{…}` for a place that accepts `target`.
    ///
    /// # Errors
    /// All problems found, in the order of the source.
    pub fn compile(source: &str, target: Target) -> Result<Self, Vec<Problem>> {
        let (tree, problems) = syntax::parse(source);
        if !problems.is_empty() {
            return Err(problems);
        }
        let program = check::check(&tree, target)?;
        Ok(Self::of(compile::compile(&program), program, target))
    }

    fn of(compiled: compile::Compiled, program: check::typed::Program, target: Target) -> Self {
        Self {
            code: compiled.code,
            locals: compiled.locals,
            reads: program.reads,
            result: program.result,
            target,
        }
    }

    /// Which bodies it may read.
    pub fn reads(&self) -> Reads {
        self.reads
    }

    /// The full .NET name of the type that its value is known to have; `System.Object` for a block that returns values
    /// of several types.
    pub fn static_type(&self) -> String {
        self.result.dotnet_name()
    }

    /// Evaluates it and writes its value out, collections with their elements.
    ///
    /// # Errors
    /// As [`Expression::evaluate`].
    pub fn describe(&self, context: &dyn Context, budget: Budget) -> Result<Described, Exception> {
        let mut frame = frame::Frame::new(context, budget, self.locals);
        self.run(&mut frame)
            .and_then(|value| Described::of(&value, &mut frame))
            .map_err(Exception::from)
    }

    /// Evaluates it; the value has the target's type (`Target::String` gives `Value::String`, never null).
    ///
    /// # Errors
    /// The exception that left the expression, including the one that stops it when the budget is used up.
    pub fn evaluate(&self, context: &dyn Context, budget: Budget) -> Result<Value, Exception> {
        let mut frame = frame::Frame::new(context, budget, self.locals);
        self.run(&mut frame).map_err(Exception::from)
    }

    fn run(&self, frame: &mut frame::Frame<'_>) -> Result<Value, thrown::Thrown> {
        let outcome = target::convert((self.code)(frame), self.target);
        frame.finish(outcome.as_ref().unwrap_or(&Value::Null));
        outcome
    }
}

impl From<thrown::Thrown> for Exception {
    fn from(thrown: thrown::Thrown) -> Self {
        Self {
            type_name: thrown.exception().class.name.to_owned(),
            message: thrown.exception().message.to_string(),
            span: thrown.span().unwrap_or_default(),
        }
    }
}
