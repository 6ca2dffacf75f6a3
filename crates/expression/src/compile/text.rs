//! Concatenation and interpolation.

use super::Compiler;
use crate::check::typed::{Expr, Piece};
use crate::closure::Code;
use crate::frame::Frame;
use crate::library::format_value;
use crate::thrown::Thrown;
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
                    pad(frame, &mut text, &formatted, *width)?;
                }
            }
        }
        frame.text(text)
    })
}

/// Appends a piece, padded on the left (or, for a negative width, on the right).
///
/// # Errors
/// When the allocation budget is used up.
pub fn pad(frame: &mut Frame<'_>, text: &mut String, piece: &str, width: i32) -> Result<(), Thrown> {
    let missing = (width.unsigned_abs() as usize).saturating_sub(piece.encode_utf16().count());
    frame.allocate(missing)?;
    let padding = std::iter::repeat_n(' ', missing);
    if width > 0 {
        text.extend(padding);
        text.push_str(piece);
    } else {
        text.push_str(piece);
        text.extend(padding);
    }
    Ok(())
}
