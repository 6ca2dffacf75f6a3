//! Who watches exchanges on their way, and the places of documents that can be watched.
//!
//! Nobody does in a gateway that serves; tests of policies do, for what ran and what never did.
//! Never here: what is made of it.

use crate::block::Origin;
use crate::exchange::Exchange;
use diagnostic::Position;
use std::sync::Arc;

/// Watches exchanges. Each call is made by the exchange's own thread.
pub trait Witness {
    /// A step begins.
    fn step(&self, exchange: &Exchange, origin: &Arc<Origin>);
    /// A branch is taken, an expression is evaluated.
    fn spot(&self, exchange: &Exchange, spot: &Arc<Spot>);
    /// The response is ready to leave.
    fn leaving(&self, exchange: &Exchange);
}

/// A place of a policy document that an exchange may come by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The document's name.
    pub document: Arc<str>,
    /// Where in it.
    pub position: Position,
    /// What stands there.
    pub kind: SpotKind,
    /// What people read: the policy's element, the branch, the expression's text.
    pub name: String,
}

/// What stands at a [`Spot`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpotKind {
    /// A policy.
    Step,
    /// A branch of a policy that chooses.
    Branch,
    /// An expression.
    Expression,
}

impl Exchange {
    /// Tells whoever watches that a place is come by; only documents compiled for watching know their places.
    pub(crate) fn comes_by(&self, spot: Option<&Arc<Spot>>) {
        if let (Some(witness), Some(spot)) = (&self.services.witness, spot) {
            witness.spot(self, spot);
        }
    }
}
