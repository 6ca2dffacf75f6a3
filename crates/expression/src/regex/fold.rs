//! Case of single characters, in the invariant culture.

/// The lower case of a character that has one of a single character, else itself.
pub fn lower(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut mapped = c.to_lowercase();
    match (mapped.next(), mapped.next()) {
        // İ is another letter than i.
        (Some(only), None) => only,
        _ => c,
    }
}

fn upper(c: char) -> char {
    let mut mapped = c.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(only), None) if lower(only) == c => only,
        _ => c,
    }
}

/// The characters that differ from this one in case only, itself among them.
pub fn variants(c: char) -> [char; 4] {
    let lower = lower(c);
    // Three letters have a third form, a symbol.
    let symbol = match lower {
        'k' => '\u{212a}',
        'å' => '\u{212b}',
        'ω' => '\u{2126}',
        _ => c,
    };
    [c, lower, upper(lower), symbol]
}
