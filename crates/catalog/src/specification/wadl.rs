//! Operations of a WADL document: resources within resources, and the methods of each.
//!
//! Never here: representations and grammars; references to other documents, which extractors do not write.

use super::markup::{Element, Markup};
use super::{Described, Specification, is_azures_gateway, resource_name};
use diagnostic::Source;
use std::sync::Arc;

/// What the document says; resources that hold others are nested at most as deep as the reader of XML allows.
pub(super) fn read(source: &Arc<Source>, markup: &Markup) -> Specification {
    let all: Vec<Element<'_>> = markup
        .root()
        .into_iter()
        .flat_map(|root| root.children("resources"))
        .collect();
    let server = all.iter().find_map(|resources| resources.attribute("base"));
    let server = server.filter(|url| url.contains("://") && !is_azures_gateway(url));
    let mut operations = Vec::new();
    // What is still to be read, the next one last: a resource, the path and the query around it.
    let mut open: Vec<(Element<'_>, String, Vec<&str>)> = Vec::new();
    for resources in all.iter().rev() {
        open.push((*resources, String::new(), Vec::new()));
    }
    while let Some((resource, mut path, mut query)) = open.pop() {
        if let Some(own) = resource.attribute("path") {
            path = format!("{path}/{}", own.trim_matches('/'));
        }
        query.extend(required(resource));
        for method in resource.children("method") {
            operations.extend(operation(source, method, &path, &query));
        }
        let within: Vec<Element<'_>> = resource.children("resource").collect();
        let within = within.into_iter().rev();
        open.extend(within.map(|inner| (inner, path.clone(), query.clone())));
    }
    Specification {
        operations,
        server: server.map(|url| url.trim_end_matches('/').to_owned()),
    }
}

/// Names of the query parameters that a request must have.
fn required(holder: Element<'_>) -> impl Iterator<Item = &str> {
    let is_required = |parameter: &Element<'_>| {
        parameter.attribute("style") == Some("query") && matches!(parameter.attribute("required"), Some("true" | "1"))
    };
    let parameters = holder.children("param").filter(is_required);
    parameters.filter_map(|parameter| parameter.attribute("name"))
}

fn operation(source: &Arc<Source>, method: Element<'_>, path: &str, query: &[&str]) -> Option<Described> {
    let verb = method.attribute("name")?;
    let own = method.children("request").flat_map(required);
    let mut url_template = if path.is_empty() {
        "/".to_owned()
    } else {
        path.to_owned()
    };
    // Importing makes them part of the template.
    for (index, name) in query.iter().copied().chain(own).enumerate() {
        let sign = if index == 0 { '?' } else { '&' };
        url_template.push_str(&format!("{sign}{name}={{{name}}}"));
    }
    let written = method.attribute("id");
    let title = method.children("doc").find_map(|doc| doc.attribute("title"));
    let name = title
        .or(written)
        .map_or_else(|| format!("{verb} {path}"), str::to_owned);
    let id = written.map_or_else(|| resource_name(&format!("{verb}-{path}")), str::to_owned);
    Some(Described {
        id,
        name,
        method: verb.to_ascii_uppercase(),
        url_template,
        responses: Vec::new(),
        place: None,
        policy: None,
        source: Arc::clone(source),
        span: method.span(),
    })
}
