//! What is at hand while documents are compiled: the place, the catalog, the problems found so far.
//!
//! Never here: which policies exist; whoever makes a [`Compiler`] hands in how a step is read.

use crate::block::{Block, Origin, Planned, Scope, Section};
use crate::codes;
use crate::findings::Findings;
use crate::fragment::Compiled;
use crate::pending;
use crate::witness::{Spot, SpotKind};
use crate::xml::{Element, Node, Piece};
use catalog::Catalog;
use diagnostic::{Diagnostic, Source, Span};
use std::collections::HashMap;
use std::sync::Arc;

/// Reads one policy element, which stands at `path` within the step or section around it.
pub(crate) type ReadStep = fn(&mut Compiler<'_>, &Element, String) -> Option<Planned>;

/// The document and section that is being compiled.
#[derive(Clone)]
pub(crate) struct Place {
    pub source: Arc<Source>,
    pub document: Arc<str>,
    /// Unknown when a fragment or snippet is checked by itself.
    pub section: Option<Section>,
    /// Unknown when a document is checked by itself.
    pub scope: Option<Scope>,
}

/// Key of a compiled fragment: its id and where it is included.
pub(crate) type FragmentKey = (String, Option<Section>, Option<Scope>);

/// Compiles documents one after another.
pub(crate) struct Compiler<'c> {
    pub findings: Findings,
    /// Fragments and backends; `None` when a file is checked by itself.
    pub catalog: Option<&'c Catalog>,
    pub place: Place,
    /// The schema of the GraphQL API whose resolvers are being compiled.
    pub graphql: Option<Arc<graphql::Schema>>,
    /// Fragments compiled so far.
    pub fragments: HashMap<FragmentKey, Compiled>,
    /// How many fragments were in each other at most, in what is being compiled.
    pub reached: usize,
    /// Ids of fragments that were included, as often as they were.
    pub included: Vec<String>,
    /// Fragments that are being compiled, outermost first.
    pub including: Vec<String>,
    /// The places of documents so far; `None` when nobody will watch them.
    pub spots: Option<Vec<Arc<Spot>>>,
    read_step: ReadStep,
}

impl<'c> Compiler<'c> {
    pub fn new(findings: Findings, catalog: Option<&'c Catalog>, place: Place, read_step: ReadStep) -> Self {
        Self {
            findings,
            catalog,
            place,
            graphql: None,
            fragments: HashMap::new(),
            reached: 0,
            included: Vec::new(),
            including: Vec::new(),
            spots: None,
            read_step,
        }
    }

    /// The policies in `content`, whose paths begin with `prefix`.
    pub fn steps(&mut self, content: &[Node], prefix: &str) -> Block {
        self.counted_steps(content, prefix, &mut HashMap::new())
    }

    /// Like [`Self::steps`] for a part of a content: `counts` are the elements by name before it.
    pub fn counted_steps<'n>(
        &mut self,
        content: &'n [Node],
        prefix: &str,
        counts: &mut HashMap<&'n str, usize>,
    ) -> Block {
        self.stray_text(content);
        let (mut steps, mut reached) = (Vec::new(), None);
        for node in content {
            let Node::Element(element) = node else { continue };
            let name = element.name.text.as_str();
            let count = counts.entry(name).or_default();
            *count += 1;
            let path = format!("{prefix}{name}[{count}]");
            let step = (self.read_step)(self, element, path);
            if reached.is_none() && step.as_ref().is_some_and(|step| step.ends) {
                reached = Some(self.spots_so_far());
            }
            steps.extend(step);
        }
        self.keep_spots(reached);
        Block { steps }
    }

    /// How many places there are so far.
    pub fn spots_so_far(&self) -> usize {
        self.spots.as_ref().map_or(0, Vec::len)
    }

    /// Forgets all places but the first ones: no exchange ever comes by what stands behind a step that always answers.
    pub fn keep_spots(&mut self, first: Option<usize>) {
        if let (Some(first), Some(spots)) = (first, &mut self.spots) {
            spots.truncate(first);
        }
    }

    /// Reports text where only elements may stand.
    pub fn stray_text(&mut self, content: &[Node]) {
        let Some(piece) = crate::xml::text(content).into_iter().find(|piece| !piece.is_blank()) else {
            return;
        };
        let space = match piece {
            Piece::Literal { text, .. } => text.len() - text.trim_start().len(),
            Piece::Expression { .. } => 0,
        };
        let span = Span::new(piece.span().start + space, piece.span().end);
        if let Piece::Literal { text, .. } = piece
            && pending::token(text) == Some(text.trim())
        {
            let message = format!("found the token `{}`, expected elements only", text.trim());
            return self.unready(codes::TOKEN, span, message);
        }
        let message = format!(
            "found the text \"{}\", expected elements only",
            excerpt(self.place.source.quote(span))
        );
        self.error(codes::STRAY_TEXT, span, message);
    }

    /// Where a step stands.
    pub fn origin(&self, element: &'static str, span: Span, id: Option<String>, path: String) -> Origin {
        Origin {
            element,
            id,
            path,
            scope: self.place.scope,
            section: self.place.section,
            document: Arc::clone(&self.place.document),
            position: self.place.source.position(span.start),
        }
    }

    /// A place that an exchange may come by; nothing when nobody will watch.
    pub fn spot(&mut self, kind: SpotKind, at: usize, name: impl Into<String>) -> Option<Arc<Spot>> {
        let spots = self.spots.as_mut()?;
        let spot = Arc::new(Spot {
            document: Arc::clone(&self.place.document),
            position: self.place.source.position(at),
            kind,
            name: name.into(),
        });
        spots.push(Arc::clone(&spot));
        Some(spot)
    }

    pub fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        self.findings.error(code, &self.place.source, span, message);
    }

    /// What very likely does not do what its author means.
    pub fn warning(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        self.findings
            .push(Diagnostic::warning(code, &self.place.source, span, message));
    }

    /// An error with advice.
    pub fn error_with_help(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: Option<String>,
    ) {
        let error = Diagnostic::error(code, &self.place.source, span, message);
        self.findings.push(match help {
            Some(help) => error.with_help(help),
            None => error,
        });
    }

    /// A name of something that is not there; which one a name that holds a named value means may not be known yet.
    pub fn unknown_reference<'n>(
        &mut self,
        (kind, name): (&str, &str),
        span: Span,
        known: impl IntoIterator<Item = &'n String>,
    ) {
        if !pending::has_named_value(name) || self.findings.options().serving {
            let near = diagnostic::nearest(name, known.into_iter().map(String::as_str));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            let message = format!("there is no {kind} \"{name}\"");
            self.error_with_help(codes::UNKNOWN_REFERENCE, span, message, help);
        }
    }

    /// What works here although APIM refuses it.
    pub fn refused_by_apim(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        let diagnostic = Diagnostic::warning(code, &self.place.source, span, message);
        self.findings.refused_by_apim(diagnostic);
    }

    /// A certificate that is not there. Extracts never have any: whoever serves them adds those that they need.
    pub fn unknown_certificate(&mut self, span: Span, message: impl Into<String>) {
        let diagnostic = Diagnostic::warning(codes::UNKNOWN_REFERENCE, &self.place.source, span, message);
        let help = "put it into `certificates/<id>/certificate.pem` or `certificate.pfx`";
        self.findings.unready(diagnostic.with_help(help));
    }

    /// What can be checked and not served: not built, or left to the deployment.
    pub fn unready(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        let diagnostic = Diagnostic::warning(code, &self.place.source, span, message);
        self.findings.unready(diagnostic);
    }
}

/// The beginning of a text, on one line.
fn excerpt(text: &str) -> String {
    const LONGEST: usize = 30;
    let line = text.trim().lines().next().unwrap_or_default().trim_end();
    let cut: String = line.chars().take(LONGEST).collect();
    if cut.len() < text.trim().len() {
        cut + "…"
    } else {
        cut
    }
}
