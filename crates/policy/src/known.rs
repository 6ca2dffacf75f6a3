//! Policies of APIM's reference that are not built yet, so that a document that uses them is understood around them.

use crate::registry::{Scopes, Sections};

/// A policy that is known by name only.
pub(crate) struct Known {
    pub name: &'static str,
    pub sections: Sections,
    /// Sections that its page does not name and where APIM accepts it nevertheless.
    pub tolerated: Sections,
    pub scopes: Scopes,
}

const I: Sections = Sections::INBOUND;
const O: Sections = Sections::OUTBOUND;
const IO: Sections = I.and(O);

/// All of them, in the order of the reference.
pub(crate) const KNOWN: &[Known] = &[
    known("llm-token-limit", I),
    known("azure-openai-token-limit", I),
    known("llm-semantic-cache-lookup", I),
    known("azure-openai-semantic-cache-lookup", I),
    known("llm-semantic-cache-store", O),
    known("azure-openai-semantic-cache-store", O),
    tolerated("llm-emit-token-metric", I, O),
    tolerated("azure-openai-emit-token-metric", I, O),
    known("llm-content-safety", IO),
];

const fn tolerated(name: &'static str, sections: Sections, tolerated: Sections) -> Known {
    Known {
        tolerated,
        ..known(name, sections)
    }
}

const fn known(name: &'static str, sections: Sections) -> Known {
    Known {
        name,
        sections,
        tolerated: Sections::NONE,
        scopes: Scopes::ALL,
    }
}
