//! Steps in a row, with what each needs before it runs and where it came from.
//!
//! Never here: how bodies are read, what happens to a failure.

use crate::step::{Run, Step};
use diagnostic::Position;
use expression::Reads;
use std::sync::Arc;

/// The sections of a policy document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section {
    /// `inbound`
    Inbound,
    /// `backend`
    Backend,
    /// `outbound`
    Outbound,
    /// `on-error`
    OnError,
}

impl Section {
    /// All four in the order of documents.
    pub const ALL: [Self; 4] = [Self::Inbound, Self::Backend, Self::Outbound, Self::OnError];

    /// Its element's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Backend => "backend",
            Self::Outbound => "outbound",
            Self::OnError => "on-error",
        }
    }
}

/// What a policy document belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All APIs.
    Global,
    /// A product.
    Product,
    /// An API.
    Api,
    /// An operation.
    Operation,
}

impl Scope {
    /// Its name in `context.LastError.Scope`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Product => "product",
            Self::Api => "api",
            Self::Operation => "operation",
        }
    }
}

/// What must be there before a step runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Bodies that its expressions read.
    pub reads: Reads,
    /// That the answer within a stream of messages has come, because the step replaces it.
    pub answer: bool,
}

impl Needs {
    pub fn or(self, other: Self) -> Self {
        Self {
            reads: self.reads.or(other.reads),
            answer: self.answer || other.answer,
        }
    }

    /// Whether nothing is left to wait for once `other`'s needs are met.
    pub fn within(self, other: Self) -> bool {
        let response = other.reads.response_body;
        (!self.reads.request_body || other.reads.request_body)
            && (!self.reads.response_body || response)
            && (!self.answer || other.answer || response)
    }
}

/// Where a step stands in its document.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The policy's element name.
    pub element: &'static str,
    /// The value of its `id` attribute.
    pub id: Option<String>,
    /// Its path within the step or section around it: `set-header[1]`, `when[2]/set-header[1]`.
    pub path: String,
    /// The scope of its document.
    pub scope: Option<Scope>,
    /// The section it runs in.
    pub section: Option<Section>,
    /// The document's name.
    pub document: Arc<str>,
    /// Where in it.
    pub position: Position,
}

/// A step in its place; `R` is [`Run`], or a boxed [`Step`] where nothing waits.
pub(crate) struct Planned<R> {
    pub run: R,
    /// What must be there before it runs.
    pub needs: Needs,
    /// What the steps inside it will ask for.
    pub inside: Needs,
    pub origin: Origin,
}

/// Steps in a row of which some may wait.
#[derive(Default)]
pub(crate) struct Block {
    pub steps: Vec<Planned<Run>>,
}

/// Steps in a row none of which waits, apart from what was waited for before the first.
pub(crate) struct InstantBlock {
    pub steps: Vec<Planned<Box<dyn Step>>>,
}

impl Block {
    /// What all steps together, however deep, ask for.
    pub fn needs(&self) -> Needs {
        self.steps
            .iter()
            .fold(Needs::default(), |needs, step| needs.or(step.needs).or(step.inside))
    }

    /// The same steps as plain calls, if `covered` is all that they ever wait for.
    pub fn instant(self, covered: Needs) -> Result<InstantBlock, Self> {
        if !self.needs().within(covered) || self.steps.iter().any(|step| matches!(step.run, Run::Waiting(_))) {
            return Err(self);
        }
        let steps = self.steps.into_iter().filter_map(|step| match step.run {
            Run::Waiting(_) => None,
            Run::Now(run) => Some(Planned {
                run,
                needs: step.needs,
                inside: step.inside,
                origin: step.origin,
            }),
        });
        Ok(InstantBlock { steps: steps.collect() })
    }
}
