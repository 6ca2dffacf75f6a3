//! From a policy's element to a step: finds its entry, checks that it may stand here, and lets it read itself.
//!
//! Never here: what any policy does.

use crate::block::Planned;
use crate::codes;
use crate::compiler::Compiler;
use crate::element::ElementReader;
use crate::known::{KNOWN, Known};
use crate::policies::POLICIES;
use crate::registry::{Policy, Scopes, Sections};
use crate::witness::SpotKind;
use crate::xml::Element;
use diagnostic::nearest;
use std::sync::Arc;

/// Reads one policy element.
pub(crate) fn read_step(compiler: &mut Compiler<'_>, element: &Element, path: String) -> Option<Planned> {
    let name = element.name.text.as_str();
    let is_it = |policy: &&Policy| policy.name == name || policy.misspelt == Some(name);
    if let Some(policy) = POLICIES.iter().find(is_it) {
        if policy.name != name {
            let message = format!("`<{name}>` is a misspelling of `<{}>`", policy.name);
            compiler.refused_by_apim(codes::ALIAS, element.name.span, message);
        }
        check_place(compiler, element, policy.sections, policy.tolerated, policy.scopes);
        check_once(compiler, element, &path, policy.once);
        return read_policy(compiler, element, policy, path);
    }
    match KNOWN.iter().find(|known| known.name == name) {
        Some(known) => read_known(compiler, element, known),
        None => unknown(compiler, element),
    }
    None
}

fn read_policy(compiler: &mut Compiler<'_>, element: &Element, policy: &Policy, path: String) -> Option<Planned> {
    let errors = compiler.findings.errors();
    let mut reader = ElementReader::new(element, compiler, String::new());
    let id = reader.literal::<expression::text::Text>("id").map(|id| id.to_string());
    let run = (policy.parse)(&mut reader);
    let inner = reader.finish();
    let Some(run) = run else {
        // A policy that is left out without a word would be a hole in somebody's defence.
        if compiler.findings.options().serving && compiler.findings.errors() == errors {
            let message = format!("`<{}>` cannot be read", policy.name);
            compiler.error(codes::WRONG_VALUE, element.name.span, message);
        }
        return None;
    };
    compiler.spot(SpotKind::Step, element.name.span.start, policy.name);
    let origin = compiler.origin(policy.name, element.name.span, id, path);
    Some(Planned {
        run,
        needs: inner.needs,
        inside: inner.inside,
        size: inner.size.saturating_add(1),
        keeps_response: policy.keeps_response || inner.keeps_response,
        validates: inner.validates,
        declares: inner.declares,
        ends: policy.ends || inner.ends,
        outline: inner.outline.into(),
        origin: Arc::new(origin),
    })
}

fn read_known(compiler: &mut Compiler<'_>, element: &Element, known: &Known) {
    let message = format!("`<{}>` is not built yet", known.name);
    compiler.unready(codes::POLICY_NOT_BUILT, element.name.span, message);
    check_place(compiler, element, known.sections, known.tolerated, known.scopes);
    let mut reader = ElementReader::new(element, compiler, String::new());
    reader.anything();
    reader.finish();
}

fn unknown(compiler: &mut Compiler<'_>, element: &Element) {
    let name = &element.name.text;
    if name == "base" {
        let message = "`<base />` may stand once, directly in a section of a document";
        compiler.error(codes::MISPLACED_BASE, element.name.span, message);
        return;
    }
    let names = POLICIES
        .iter()
        .map(|policy| policy.name)
        .chain(KNOWN.iter().map(|known| known.name));
    let help = nearest(name, names).map(|near| format!("did you mean `<{near}>`?"));
    let message = format!("`<{name}>` is no policy");
    compiler.error_with_help(codes::UNKNOWN_POLICY, element.name.span, message, help);
}

fn check_place(
    compiler: &mut Compiler<'_>,
    element: &Element,
    sections: Sections,
    tolerated: Sections,
    scopes: Scopes,
) {
    let (name, span) = (&element.name.text, element.name.span);
    if let Some(section) = compiler.place.section.filter(|section| !sections.contains(*section)) {
        let message = format!(
            "`<{name}>` may not stand in {}, expected in {}",
            section.name(),
            sections.list()
        );
        if tolerated.contains(section) {
            compiler.refused_by_apim(codes::WRONG_SECTION, span, message);
        } else {
            compiler.error(codes::WRONG_SECTION, span, message);
        }
    }
    if let Some(scope) = compiler.place.scope.filter(|scope| !scopes.contains(*scope)) {
        let message = format!(
            "`<{name}>` may not stand at {} scope, expected at {}",
            scope.name(),
            scopes.list()
        );
        compiler.error(codes::WRONG_SCOPE, span, message);
    }
}

fn check_once(compiler: &mut Compiler<'_>, element: &Element, path: &str, once: bool) {
    if once && !path.ends_with("[1]") {
        let message = format!("`<{}>` may stand once in a section", element.name.text);
        compiler.refused_by_apim(codes::ONCE, element.name.span, message);
    }
}
