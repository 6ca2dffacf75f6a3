//! Steps in a row, with what each needs before it runs and where it came from.
//!
//! Never here: how bodies are read, what happens to a failure.

use crate::outline::Outline;
use crate::resolvers::Declared;
use crate::step::{Run, Step};
use crate::validation::Validated;
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

/// What a policy document belongs to, the broadest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// A step in its place.
pub(crate) struct Planned {
    pub run: Run,
    /// What must be there before it runs.
    pub needs: Needs,
    /// What the steps inside it will ask for.
    pub inside: Needs,
    /// How many steps it comes to: itself and those inside it.
    pub size: usize,
    /// Whether it or a step inside it keeps the response in the cache.
    pub keeps_response: bool,
    /// What it or a step inside it validates.
    pub validates: Validated,
    /// The resolvers of GraphQL's fields that it or a step inside it names.
    pub declares: Vec<Arc<Declared>>,
    /// Whether it always answers.
    pub ends: bool,
    /// The steps inside it.
    pub outline: Arc<[Outline]>,
    pub origin: Arc<Origin>,
}

/// Steps in a row of which some may wait.
#[derive(Default)]
pub(crate) struct Block {
    pub steps: Vec<Planned>,
}

/// Steps in a row, none of which waits apart from what was waited for before the first.
pub(crate) struct InstantBlock {
    pub steps: Vec<(Box<dyn Step>, Arc<Origin>)>,
}

impl Block {
    /// What all steps together, however deep, ask for.
    pub fn needs(&self) -> Needs {
        self.steps
            .iter()
            .fold(Needs::default(), |needs, step| needs.or(step.needs).or(step.inside))
    }

    /// How many steps there are, included ones counted with those that include them.
    pub fn size(&self) -> usize {
        self.steps.iter().fold(0, |size, step| size.saturating_add(step.size))
    }

    /// Whether it always answers, so that nothing behind it runs.
    pub fn ends(&self) -> bool {
        self.steps.iter().any(|step| step.ends)
    }

    /// Whether a step, however deep, keeps the response in the cache.
    pub fn keeps_response(&self) -> bool {
        self.steps.iter().any(|step| step.keeps_response)
    }

    /// What its steps, however deep, validate.
    pub fn validates(&self) -> Validated {
        let each = self.steps.iter().map(|step| step.validates);
        each.fold(Validated::default(), Validated::or)
    }

    /// The resolvers that its steps, however deep, name.
    pub fn declares(&self) -> Vec<Arc<Declared>> {
        self.steps
            .iter()
            .flat_map(|step| step.declares.iter().cloned())
            .collect()
    }

    /// Whether nothing in it waits for more than `covered`, so that it can be run as plain calls.
    pub fn is_instant(&self, covered: Needs) -> bool {
        self.needs().within(covered) && self.steps.iter().all(|step| matches!(step.run, Run::Now(_)))
    }

    /// The steps that are plain calls, which are all when [`Self::is_instant`].
    pub fn into_instant(self) -> InstantBlock {
        let steps = self.steps.into_iter().filter_map(|step| match step.run {
            Run::Waiting(_) => None,
            Run::Now(run) => Some((run, step.origin)),
        });
        InstantBlock { steps: steps.collect() }
    }
}
