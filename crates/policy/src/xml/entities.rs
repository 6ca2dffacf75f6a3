//! XML's entity references: five names and character numbers.

use diagnostic::{Mapped, Span};

/// An entity reference in a text.
pub(super) struct Reference {
    /// What it stands for; `None` when XML does not define it.
    pub character: Option<char>,
    /// Its length with `&` and `;`.
    pub length: usize,
}

const LONGEST: usize = 12;

/// The reference that `text` starts with; `None` when its `&` is just a character.
pub(super) fn reference(text: &str) -> Option<Reference> {
    let inside = text.strip_prefix('&')?;
    let length = inside.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let name = inside.get(..length)?;
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let character = match name {
        "quot" => Some('"'),
        "apos" => Some('\''),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        _ => match name.strip_prefix('#') {
            Some(number) if is_name(number) => number
                .strip_prefix(['x', 'X'])
                .map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())
                .and_then(char::from_u32),
            None if is_name(name) => None,
            _ => return None,
        },
    };
    Some(Reference {
        character,
        length: length + 2,
    })
}

/// `text`, which starts at byte `start` of the document, with known references decoded. Unknown ones stay as they are
/// and are handed to `unknown`.
pub(super) fn decode(text: &str, start: usize, mut unknown: impl FnMut(Span)) -> Mapped {
    if !text.contains('&') {
        return Mapped::verbatim(text, start);
    }
    let mut decoded = Mapped::default();
    let mut plain = 0;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('&')) {
        at += found;
        let Some(reference) = text.get(at..).and_then(reference) else {
            at += 1;
            continue;
        };
        let span = Span::new(start + at, start + at + reference.length);
        if let Some(character) = reference.character {
            push(&mut decoded, text, plain..at, start);
            decoded.push(character.encode_utf8(&mut [0; 4]), span);
            plain = at + reference.length;
        } else {
            unknown(span);
        }
        at += reference.length;
    }
    push(&mut decoded, text, plain..text.len(), start);
    decoded
}

fn push(decoded: &mut Mapped, text: &str, range: std::ops::Range<usize>, start: usize) {
    if let Some(piece) = text.get(range.clone()).filter(|piece| !piece.is_empty()) {
        decoded.push(piece, Span::new(start + range.start, start + range.end));
    }
}
