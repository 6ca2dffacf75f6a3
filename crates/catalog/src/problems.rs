//! The problems found so far.

use diagnostic::{Diagnostic, nearest};
use std::cell::RefCell;

/// Collects problems while the folder is read.
#[derive(Default)]
pub(crate) struct Problems(RefCell<Vec<Diagnostic>>);

impl Problems {
    /// Adds one.
    pub fn push(&self, diagnostic: Diagnostic) {
        self.0.borrow_mut().push(diagnostic);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Those behind the first `number`.
    pub fn since(&self, number: usize) -> Vec<Diagnostic> {
        self.0.borrow().iter().skip(number).cloned().collect()
    }

    /// All of them, by file and place.
    pub fn into_sorted(self) -> Vec<Diagnostic> {
        let mut all = self.0.into_inner();
        all.sort_by(|a, b| (a.file(), a.span).cmp(&(b.file(), b.span)));
        all
    }
}

/// The problem with "did you mean …" as its advice, when a name is alike.
pub(crate) fn suggest<'n>(problem: Diagnostic, name: &str, known: impl IntoIterator<Item = &'n str>) -> Diagnostic {
    match nearest(name, known) {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None => problem,
    }
}
