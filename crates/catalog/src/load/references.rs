//! References between entities: the short form `/products/p` and ARM's long one.

use crate::codes;
use crate::fields::{Fields, Text};
use crate::problems::suggest;
use diagnostic::{Diagnostic, Severity};

/// The name that a reference ends with: `orders` for `/apis/orders` and for a bare `orders`.
pub(crate) fn name_in(reference: &str) -> &str {
    reference.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// An API's id without `;rev=…`.
pub(crate) fn without_revision(name: &str) -> &str {
    name.split_once(";rev=").map_or(name, |(id, _)| id)
}

/// The name, as its folder spells it, of the entity that a reference means: Azure's ids are the same in any letter case.
/// One that is not among the known ones is reported.
pub(crate) fn check<'n>(
    fields: Fields<'_>,
    reference: Text<'_>,
    kind: &str,
    name: &str,
    known: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    check_with(Severity::Error, fields, reference, (kind, name), known)
}

/// Like [`check`], as severe as it is to lack the entity, which has a kind and a name.
pub(crate) fn check_with<'n>(
    severity: Severity,
    fields: Fields<'_>,
    reference: Text<'_>,
    (kind, name): (&str, &str),
    known: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    let known: Vec<&str> = known.into_iter().collect();
    let exactly = known.iter().find(|one| **one == name);
    let found = exactly.or_else(|| known.iter().find(|one| one.eq_ignore_ascii_case(name)));
    if let Some(found) = found {
        return Some(found);
    }
    let problem = fields.error(
        codes::UNKNOWN_REFERENCE,
        reference.span,
        format!("there is no {kind} `{name}`"),
    );
    let problem = suggest(problem, name, known);
    fields.problems.push(Diagnostic { severity, ..problem });
    None
}
