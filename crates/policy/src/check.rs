//! Checking one file: a document, a fragment, or a snippet of policies or sections.
//!
//! Never here: files, named values (the source has them replaced), references between files.

use crate::block::Section;
use crate::codes;
use crate::compiler::{Compiler, Place};
use crate::document::{compile_document, compile_sections, root};
use crate::findings::{Findings, Options};
use crate::steps::read_step;
use crate::xml::{Node, read};
use diagnostic::{Diagnostic, Source, Span};
use std::sync::Arc;

/// All problems of a file, in the order of the text.
pub fn check(source: &Arc<Source>, options: Options) -> Vec<Diagnostic> {
    let place = Place {
        source: Arc::clone(source),
        document: source.name().into(),
        section: None,
        scope: None,
    };
    let mut compiler = Compiler::new(Findings::new(options), None, place, read_step);
    let nodes = read(source, &mut compiler.findings);
    let first = nodes.iter().find_map(|node| match node {
        Node::Element(element) => Some(element.name.text.as_str()),
        Node::Text(_) => None,
    });
    match first {
        Some("policies") => drop(compile_document(&mut compiler, &nodes)),
        Some("fragment") => {
            if let Some(root) = root(&mut compiler, &nodes, "fragment") {
                compiler.steps(&root.content, "");
            }
        }
        Some(name) if Section::ALL.iter().any(|section| section.name() == name) => {
            compile_sections(&mut compiler, &nodes);
        }
        Some(_) => drop(compiler.steps(&nodes, "")),
        None => {
            compiler.stray_text(&nodes);
            if compiler.findings.errors() == 0 {
                let message = "expected `<policies>`, `<fragment>` or policies";
                compiler.error(codes::DOCUMENT_SHAPE, Span::at(0), message);
            }
        }
    }
    compiler.findings.finish()
}
