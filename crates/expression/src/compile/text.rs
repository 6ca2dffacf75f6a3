//! Concatenation and interpolation.

use super::Compiler;
use crate::check::typed::{Expr, Piece};
use crate::closure::Code;
use crate::library::format_value;
use crate::value::Value;
use diagnostic::Span;

/// `a + b + …`
pub fn concat(compiler: &mut Compiler<'_>, pieces: &[Expr]) -> Code {
    let pieces = compiler.values(pieces);
    Box::new(move |frame| {
        let mut text = String::new();
        for piece in &pieces {
            match piece(frame)? {
                Value::Null => {}
                Value::String(piece) => text.push_str(&piece),
                other => text.push_str(&other.display_string()),
            }
        }
        frame.text(text)
    })
}

enum Part {
    Text(String),
    Hole(Code, i32, String),
}

/// `$"…"`
pub fn interpolated(compiler: &mut Compiler<'_>, pieces: &[Piece], span: Span) -> Code {
    let parts: Vec<Part> = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => Part::Text(text.clone()),
            Piece::Hole(value, width, format) => Part::Hole(compiler.value(value), *width, format.clone()),
        })
        .collect();
    Box::new(move |frame| {
        let mut text = String::new();
        for part in &parts {
            match part {
                Part::Text(piece) => text.push_str(piece),
                Part::Hole(value, width, format) => {
                    let value = value(frame)?;
                    let formatted = format_value(&value, format).map_err(|thrown| thrown.at(span))?;
                    pad(&mut text, &formatted, *width);
                }
            }
        }
        frame.text(text)
    })
}

/// Appends a piece, padded on the left (or, for a negative width, on the right).
pub fn pad(text: &mut String, piece: &str, width: i32) {
    let columns = (width.unsigned_abs() as usize).min(1 << 20);
    let filler = columns.saturating_sub(piece.encode_utf16().count());
    let spaces = std::iter::repeat_n(' ', filler);
    if width < 0 {
        text.push_str(piece);
        text.extend(spaces);
    } else {
        text.extend(spaces);
        text.push_str(piece);
    }
}
