//! The effective section of a chain of documents: each document's steps with `<base />` replaced by what encloses it.
//!
//! A scope without a document is transparent; a section that a document lacks is empty; without `<base />` everything
//! broader is cut off (APIM: "Set or edit policies", scopes).

use crate::block::{Block, Section};
use crate::document::Document;
use std::sync::Arc;

/// The blocks of a section in the order in which they run. `chain` is the documents from the most specific one outwards.
pub(crate) fn effective(chain: &[Arc<Document>], section: Section) -> Vec<Arc<Block>> {
    let mut before = Vec::new();
    let mut after = Vec::new();
    for document in chain {
        let steps = document.section(section);
        before.push(Arc::clone(&steps.before));
        after.push(Arc::clone(&steps.after));
        if !steps.has_base {
            break;
        }
    }
    after.reverse();
    before.extend(after);
    before.retain(|block| !block.steps.is_empty());
    before
}
