//! Where a policy expression ends: brackets of its own kind, outside of strings, characters and comments.

/// No closing bracket.
pub(super) struct Unclosed;

/// The byte behind the bracket that closes the expression whose `@` stands at `at`.
pub(super) fn expression_end(text: &str, at: usize) -> Result<usize, Unclosed> {
    let bytes = text.as_bytes();
    let open = *bytes.get(at + 1).ok_or(Unclosed)?;
    let close = if open == b'(' { b')' } else { b'}' };
    let (mut depth, mut at) = (0usize, at + 1);
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        at += match rest {
            [b'/', b'/', ..] => rest.iter().position(|byte| *byte == b'\n').ok_or(Unclosed)?,
            [b'/', b'*', ..] => rest.windows(2).skip(2).position(|pair| pair == b"*/").ok_or(Unclosed)? + 4,
            [b'@', b'"', ..] => 1 + string(rest.get(1..).unwrap_or_default(), true)?,
            [b'"', ..] => string(rest, false)?,
            [b'\'', b'\\', _, b'\'', ..] => 4,
            [b'\'', _, b'\'', ..] => 3,
            [byte, ..] if *byte == open => {
                depth += 1;
                1
            }
            [byte, ..] if *byte == close => {
                depth -= 1;
                if depth == 0 {
                    return Ok(at + 1);
                }
                1
            }
            _ => 1,
        };
    }
    Err(Unclosed)
}

fn string(rest: &[u8], verbatim: bool) -> Result<usize, Unclosed> {
    let mut at = 1;
    loop {
        match rest.get(at..).unwrap_or_default() {
            [] => return Err(Unclosed),
            [b'"', b'"', ..] if verbatim => at += 2,
            [b'"', ..] => return Ok(at + 1),
            [b'\\', _, ..] if !verbatim => at += 2,
            _ => at += 1,
        }
    }
}
