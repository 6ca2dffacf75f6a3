//! Operations of a WSDL 1.1 document, as importing it into Azure makes them: `POST /?soapAction=…`, one for each action.
//!
//! Never here: the types of messages (`crate::XmlSchema`), other bindings than those of SOAP.

use super::Described;
use super::markup::{Element, Markup};
use diagnostic::Source;
use std::sync::Arc;

/// The namespaces of SOAP's bindings begin so: `…/soap/` is of SOAP 1.1, `…/soap12/` of SOAP 1.2.
const SOAP: &str = "http://schemas.xmlsoap.org/wsdl/soap";

/// The operations in the order of the document; none when it does not tell them apart: an action is missing, or two
/// operations have the same one.
pub(super) fn operations(source: &Arc<Source>, markup: &Markup) -> Vec<Described> {
    let bindings = markup.root().into_iter().flat_map(|root| root.children("binding"));
    let mut found: Vec<(&str, &str, Element<'_>)> = Vec::new();
    for operation in bindings.flat_map(|binding| binding.children("operation")) {
        let mut soap = operation.children("operation");
        let Some(soap) = soap.find(|inner| inner.namespace().starts_with(SOAP)) else {
            continue;
        };
        let (Some(name), Some(action)) = (operation.attribute("name"), soap.attribute("soapAction")) else {
            return Vec::new();
        };
        match found.iter().find(|(_, known, _)| *known == action) {
            // A service has its operations once for SOAP 1.1 and once for SOAP 1.2.
            Some((known, ..)) if *known == name => {}
            Some(_) => return Vec::new(),
            None => found.push((name, action, operation)),
        }
    }
    let described = |(name, action, operation): (&str, &str, Element<'_>)| Described {
        id: name.to_owned(),
        name: name.to_owned(),
        method: "POST".to_owned(),
        url_template: format!("/?soapAction={action}"),
        responses: Vec::new(),
        place: None,
        policy: None,
        source: Arc::clone(source),
        span: operation.span(),
    };
    found.into_iter().map(described).collect()
}
