//! Characters that XML writes as references, and those that it cannot write at all.

use super::WriteError;
use crate::name::is_character;

/// Text as it stands between tags or, with `attribute`, between quotes.
///
/// # Errors
/// A character that XML does not have.
pub fn escape(text: &str, attribute: bool, out: &mut String) -> Result<(), WriteError> {
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if attribute => out.push_str("&quot;"),
            '\n' if attribute => out.push_str("&#xA;"),
            '\r' if attribute => out.push_str("&#xD;"),
            '\t' if attribute => out.push_str("&#x9;"),
            '\r' => {
                characters.next_if_eq(&'\n');
                out.push('\n');
            }
            other if is_character(other) => out.push(other),
            other => {
                return Err(WriteError::Character(format!(
                    "'{other}', hexadecimal value 0x{:02X}, is an invalid character.",
                    u32::from(other)
                )));
            }
        }
    }
    Ok(())
}

/// A comment's or instruction's text, with a space inside of what would end it.
pub fn separated(text: &str, first: char, second: Option<char>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        out.push(c);
        let ends = match second {
            None => characters.peek().is_none_or(|next| *next == first),
            Some(second) => characters.peek() == Some(&second),
        };
        if c == first && ends {
            out.push(' ');
        }
    }
    out
}
