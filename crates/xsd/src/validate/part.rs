//! Which part of a document is validated.
//!
//! Never here: how.

use xml::{NodeId, Tree};

const ENVELOPES: [&str; 2] = [
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
];

/// A part of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The root element.
    Root,
    /// What is within the body of a SOAP envelope (1.1 or 1.2). SOAP's own faults are not validated.
    SoapBody,
}

impl Part {
    /// The elements that are validated, each by itself.
    pub(super) fn roots(self, tree: &Tree) -> Result<Vec<NodeId>, String> {
        let root = tree.children(NodeId::FIRST).find(|id| tree.is_element(*id));
        let root = root.ok_or("Root element is missing.")?;
        if self == Self::Root {
            return Ok(vec![root]);
        }
        let is = |id: NodeId, namespace: &str, local: &str| {
            tree.name(id)
                .is_some_and(|name| **name.namespace() == *namespace && **name.local() == *local)
        };
        let soap = ENVELOPES.into_iter().find(|namespace| is(root, namespace, "Envelope"));
        let soap = soap.ok_or("The root element is not the envelope of SOAP 1.1 or 1.2.")?;
        let body = tree.children(root).find(|id| is(*id, soap, "Body"));
        let body = body.ok_or("The envelope has no body.")?;
        let elements = tree.children(body).filter(|id| tree.is_element(*id));
        Ok(elements.filter(|id| !is(*id, soap, "Fault")).collect())
    }
}
