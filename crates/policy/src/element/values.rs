//! From the pieces of an attribute or text to its value: literals are read, expressions compiled, problems placed.

use super::ElementReader;
use super::kind::Kind;
use crate::codes;
use crate::pending;
use crate::value::{Computed, Part, Placed, Value};
use crate::witness::SpotKind;
use crate::xml::{Attribute, Piece};
use diagnostic::{Mapped, Span};
use expression::value::Value as Object;
use expression::{Expression, Target};

impl<'r> ElementReader<'r, '_> {
    pub(super) fn attribute_value<T: 'static>(&mut self, attribute: &'r Attribute, kind: Kind<T>) -> Option<Value<T>> {
        let pieces: Vec<&Piece> = attribute.value.iter().collect();
        let what = format!("`{}` of `<{}>`", attribute.name.text, self.name());
        self.value(&pieces, attribute.span, &what, Some(&attribute.name.text), kind)
    }

    /// The value that `pieces` make up, of the attribute `field` or a text; nothing when it is wrong, which is reported.
    pub(super) fn value<T: 'static>(
        &mut self,
        pieces: &[&Piece],
        span: Span,
        what: &str,
        field: Option<&str>,
        kind: Kind<T>,
    ) -> Option<Value<T>> {
        let computed = match pieces {
            [] | [Piece::Literal { .. }] => return self.constant(pieces, span, what, &kind),
            [Piece::Expression { source, .. }] => Computed::Single(self.expression(source, kind.target)?),
            _ if pieces.iter().all(|piece| matches!(piece, Piece::Literal { .. })) => {
                return self.constant(pieces, span, what, &kind);
            }
            _ => Computed::Mixed(self.parts(pieces)?),
        };
        let Kind {
            expected,
            object,
            refusal,
            ..
        } = kind;
        let message = format!("The value of {what} must be {expected}.");
        let missing = field.map_or_else(|| message.clone(), |field| format!("The {field} field is required."));
        let convert = move |value: Object| {
            let why = match refusal(&value) {
                _ if is_blank(&value) => missing.as_str(),
                Some(own) => own,
                None => message.as_str(),
            };
            object(value).ok_or_else(|| why.to_owned())
        };
        Some(Value::Computed(computed, std::sync::Arc::new(convert)))
    }

    fn constant<T>(&mut self, pieces: &[&Piece], span: Span, what: &str, kind: &Kind<T>) -> Option<Value<T>> {
        let text: String = pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Literal { text, .. } => Some(text.as_str()),
                Piece::Expression { .. } => None,
            })
            .collect();
        let text = if kind.keeps_space { text.as_str() } else { text.trim() };
        if let Some(value) = (kind.literal)(text) {
            return Some(Value::Constant(value));
        }
        // A named value that is not known yet: whoever expands names reports it.
        if pending::has_named_value(text) && !self.compiler.findings.options().serving {
            return None;
        }
        if let Some(token) = pending::token(text) {
            let message = format!("{what} must be {}, found the token `{token}`", kind.expected);
            self.compiler.unready(codes::TOKEN, span, message);
            return None;
        }
        let quoted = self.compiler.place.source.quote(span).trim().to_owned();
        let message = format!("{what} must be {}, found \"{quoted}\"", kind.expected);
        self.compiler.error(codes::WRONG_VALUE, span, message);
        None
    }

    fn parts(&mut self, pieces: &[&Piece]) -> Option<Vec<Part>> {
        let parts: Vec<Option<Part>> = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal { text, .. } => Some(Part::Literal(text.clone())),
                Piece::Expression { source, .. } => self.expression(source, Target::String).map(Part::Expression),
            })
            .collect();
        parts.into_iter().collect()
    }

    fn expression(&mut self, source: &Mapped, target: Target) -> Option<Placed> {
        match Expression::compile(source.text(), target) {
            Ok(expression) => {
                self.needs.reads = self.needs.reads.or(expression.reads());
                let span = source.original(Span::new(0, source.text().len()));
                let name = self.compiler.place.source.discreet(span, source.text().to_owned());
                let spot = self.compiler.spot(SpotKind::Expression, span.start, name);
                Some(Placed { expression, spot })
            }
            Err(mut problems) => {
                if pending::has_named_value(source.text()) && !self.compiler.findings.options().serving {
                    problems = pending::problems_with_any_values(source.text(), target);
                }
                for problem in problems {
                    let span = source.original(problem.span);
                    self.compiler
                        .error_with_help(problem.code, span, problem.message, problem.help);
                }
                None
            }
        }
    }
}

fn is_blank(value: &Object) -> bool {
    match value {
        Object::Null => true,
        Object::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// `pieces` without white space at both ends.
pub(super) fn trimmed<'p>(pieces: &'p [&'p Piece]) -> &'p [&'p Piece] {
    let blank = |piece: &&Piece| piece.is_blank();
    let start = pieces.iter().position(|piece| !blank(piece)).unwrap_or(pieces.len());
    let end = pieces
        .iter()
        .rposition(|piece| !blank(piece))
        .map_or(start, |last| last + 1);
    pieces.get(start..end).unwrap_or_default()
}
