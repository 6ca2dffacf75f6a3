//! The problems found so far, and the nearest known name to a mistyped one.

use diagnostic::Diagnostic;
use std::cell::RefCell;

/// Collects problems while the folder is read.
#[derive(Default)]
pub(crate) struct Problems(RefCell<Vec<Diagnostic>>);

impl Problems {
    /// Adds one.
    pub fn push(&self, diagnostic: Diagnostic) {
        self.0.borrow_mut().push(diagnostic);
    }

    /// All of them, by file and place.
    pub fn into_sorted(self) -> Vec<Diagnostic> {
        let mut all = self.0.into_inner();
        all.sort_by(|a, b| (a.file(), a.span).cmp(&(b.file(), b.span)));
        all
    }
}

/// Names less alike than this are no suggestion.
const ALIKE: f64 = 0.75;

/// The name most like `name`, when one is alike at all.
pub(crate) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    // Comparing costs the product of both lengths, and no known name is nearly as long.
    if name.len() > 200 {
        return None;
    }
    let name = name.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&name, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// The problem with "did you mean …" as its advice, when a name is alike.
pub(crate) fn suggest<'n>(problem: Diagnostic, name: &str, known: impl IntoIterator<Item = &'n str>) -> Diagnostic {
    match nearest(name, known) {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None => problem,
    }
}
