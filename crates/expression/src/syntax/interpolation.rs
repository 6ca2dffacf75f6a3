//! Interpolated strings: their texts and holes. Never here: formatting.

use super::ast::{Expression, ExpressionKind, Interpolation};
use super::parser::Parser;
use super::token::TokenKind;

impl Parser<'_> {
    /// `$"…"`, at its start.
    pub(super) fn interpolated_string(&mut self) -> Expression {
        let start = self.span().start;
        self.bump();
        let mut pieces = Vec::new();
        loop {
            match self.kind() {
                TokenKind::Text(text) => {
                    pieces.push(Interpolation::Text(text.clone()));
                    self.bump();
                }
                TokenKind::HoleStart => pieces.push(self.hole()),
                TokenKind::InterpolationEnd => {
                    self.bump();
                    break;
                }
                _ => break,
            }
        }
        self.node(start, ExpressionKind::Interpolated(pieces))
    }

    fn hole(&mut self) -> Interpolation {
        let open = self.position;
        self.bump();
        let value = self.expression();
        if matches!(value.kind, ExpressionKind::Conditional { .. }) {
            let help = "put the conditional in brackets: `{(a ? b : c)}`";
            let message = "`:` ends the value in an interpolated string, so a bare `?:` cannot stand there".to_owned();
            self.report_with_help("CS8361", value.span, message, help);
        }
        let alignment = self.eat(",").then(|| self.expression());
        let format = match self.kind() {
            TokenKind::Format(format) => {
                let format = format.clone();
                self.bump();
                Some(format)
            }
            _ => None,
        };
        if matches!(self.kind(), TokenKind::HoleEnd) {
            self.bump();
        } else {
            self.missing("CS1513", "`}` of the interpolated string");
            if let Some(close) = self
                .closing(open)
                .filter(|close| *close >= self.position && !self.at_end())
            {
                self.position = close + 1;
            }
        }
        Interpolation::Hole {
            value,
            alignment,
            format,
        }
    }
}
