//! What a case is run through.

use crate::mutate::mutated;
use crate::random::Random;
use crate::seeds::Seeds;
use expression::recorded::RecordedContext;
use expression::{Budget, Expression, Target};
use xml::NodeId;
use xml::reader::read_document;
use xml::writer::{Style, write};

const TARGETS: [Target; 7] = [
    Target::Object,
    Target::String,
    Target::Boolean,
    Target::Int32,
    Target::Int64,
    Target::Double,
    Target::Body,
];

/// One of the things that read what others wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Lexer and parser.
    Parse,
    /// The checker and the compiler, for every target.
    Compile,
    /// The evaluator, over a random exchange.
    Evaluate,
    /// The XML reader and writer.
    Xml,
}

/// What is run.
#[derive(Clone, Default)]
pub struct Case {
    /// An expression, or a document.
    pub source: String,
    /// The exchange, as JSON.
    pub exchange: String,
}

impl Aim {
    /// The aim of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Parse, Self::Compile, Self::Evaluate, Self::Xml]
            .into_iter()
            .find(|aim| format!("{aim:?}").eq_ignore_ascii_case(name))
    }

    /// A case that is the same for the same random numbers.
    pub fn case(self, seeds: &Seeds, random: &mut Random) -> Case {
        let from = if self == Self::Xml {
            &seeds.documents
        } else {
            &seeds.sources
        };
        let source = mutated(random.pick::<String>(from), seeds, random);
        let exchange = if self == Self::Evaluate {
            seeds.exchange(random)
        } else {
            String::new()
        };
        Case { source, exchange }
    }

    /// Runs a case. It may fail in all ways that a user is told of, and panics where it may not. Whether it was valid.
    pub fn run(self, case: &Case, budget: Budget) -> bool {
        match self {
            Self::Parse => expression::syntax::parse(&case.source).1.is_empty(),
            Self::Compile => {
                let compiled = TARGETS.map(|target| match Expression::compile(&case.source, target) {
                    Ok(_) => true,
                    Err(problems) => {
                        assert!(!problems.is_empty(), "not compiled, and no problem told");
                        false
                    }
                });
                compiled.contains(&true)
            }
            Self::Evaluate => evaluate(case, budget),
            Self::Xml => round_trip(&case.source),
        }
    }
}

fn evaluate(case: &Case, budget: Budget) -> bool {
    let context =
        RecordedContext::from_json(&case.exchange).unwrap_or_else(|_| RecordedContext::from_json("{}").unwrap());
    let target = TARGETS[case.source.len() % TARGETS.len()];
    let compiled =
        Expression::compile(&case.source, target).or_else(|_| Expression::compile(&case.source, Target::Object));
    let Ok(expression) = compiled else {
        return false;
    };
    // Exceptions are answers; only that it comes back counts.
    drop(expression.evaluate(&context, budget));
    drop(expression.describe(&context, budget));
    true
}

/// What was written reads the same.
fn round_trip(source: &str) -> bool {
    let Ok(tree) = read_document(source, true) else {
        return false;
    };
    if let Ok(text) = write(&tree, NodeId::FIRST, Style::OneLine, usize::MAX) {
        let again = read_document(&text, true)
            .unwrap_or_else(|error| panic!("what was written cannot be read: {error:?}: {text}"));
        assert_eq!(write(&again, NodeId::FIRST, Style::OneLine, usize::MAX), Ok(text));
    }
    true
}
