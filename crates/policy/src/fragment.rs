//! Fragments: compiled once for each section and scope that they are included in, and shared.
//!
//! Never here: how an included fragment runs.

use crate::block::Block;
use crate::codes;
use crate::compiler::{Compiler, Place};
use crate::document::root;
use diagnostic::{Diagnostic, Span};
use std::sync::Arc;

/// Fragments inside fragments; APIM allows none.
const DEEPEST: usize = 8;
/// Steps that a fragment may come to when all fragments in it are counted.
const MOST_STEPS: usize = 100_000;

/// What a fragment has come to.
#[derive(Clone)]
pub(crate) struct Compiled {
    /// Its steps; none when it cannot be used.
    block: Option<Arc<Block>>,
    /// How many fragments are in each other, itself and those that it includes.
    height: usize,
    /// What is wrong in it.
    problems: Vec<Diagnostic>,
    /// Fragments that it includes.
    included: Vec<String>,
}

/// The steps of the fragment `id`, which is named at `span`. `None` when it cannot be had, which is reported, or when
/// there is no catalog to look it up in.
pub(crate) fn fragment(compiler: &mut Compiler<'_>, id: &str, span: Span) -> Option<Arc<Block>> {
    let catalog = compiler.catalog?;
    let Some((id, text)) = catalog::entity(&catalog.fragments, id) else {
        compiler.unknown_reference(("fragment", id), span, catalog.fragments.keys());
        return None;
    };
    let key = (id.to_owned(), compiler.place.section, compiler.place.scope);
    compiler.included.push(id.to_owned());
    let is_within_itself = compiler.including.iter().any(|including| including == id);
    if !compiler.including.is_empty() && !is_within_itself {
        // Whether or not it was compiled before, so that what is said does not depend on who came first.
        compiler.refused_by_apim(codes::FRAGMENT_CYCLE, span, "a fragment includes another one");
    }
    let known = compiler.fragments.get(&key).cloned();
    let height = known.as_ref().map_or(1, |known| known.height);
    if is_within_itself || compiler.including.len() + height > DEEPEST {
        let way = compiler.including.join(" → ");
        let message = format!("fragment \"{id}\" is included by itself or too deeply: {way} → {id}");
        compiler.error(codes::FRAGMENT_CYCLE, span, message);
        return None;
    }
    compiler.reached = compiler.reached.max(height);
    if let Some(known) = known {
        // Each document that includes it has its problems, which are told once all the same.
        let Compiled {
            block,
            problems,
            included,
            ..
        } = known;
        for problem in problems {
            compiler.findings.push(problem);
        }
        compiler.included.extend(included);
        return block;
    }
    compiler.including.push(id.to_owned());
    let place = Place {
        source: Arc::clone(&text.source),
        document: text.source.name().into(),
        ..compiler.place.clone()
    };
    let outer = std::mem::replace(&mut compiler.place, place);
    let errors = compiler.findings.errors();
    let (found, included) = (compiler.findings.len(), compiler.included.len());
    let around = std::mem::take(&mut compiler.reached);
    let nodes = crate::xml::read(&text.source, &mut compiler.findings);
    let block = root(compiler, &nodes, "fragment").map(|root| compiler.steps(&root.content, ""));
    let is_whole = compiler.findings.errors() == errors;
    compiler.place = outer;
    compiler.including.pop();
    let mut block = block
        .filter(|_| is_whole || !compiler.findings.options().serving)
        .map(Arc::new);
    if block.as_ref().is_some_and(|block| block.size() > MOST_STEPS) {
        let message = format!("fragment \"{id}\" comes to more than {MOST_STEPS} policies");
        compiler.error(codes::DOCUMENT_LIMIT, span, message);
        block = None;
    }
    let height = compiler.reached + 1;
    compiler.reached = around.max(height);
    let known = Compiled {
        height,
        block: block.clone(),
        problems: compiler.findings.since(found),
        included: compiler.included.get(included..).unwrap_or_default().to_vec(),
    };
    compiler.fragments.insert(key, known);
    block
}
