//! One change after another to a source text: what a hostile or hurried author of a policy could have written.

use crate::random::Random;
use crate::seeds::Seeds;

/// Sources do not grow beyond this many bytes.
const LONGEST: usize = 100_000;

/// Literals at the ends of what their types hold, and text that is longer or odder than what one expects.
const LITERALS: &[&str] = &[
    "0",
    "-1",
    "int.MaxValue",
    "int.MinValue",
    "long.MaxValue",
    "long.MinValue",
    "ulong.MaxValue",
    "decimal.MaxValue",
    "decimal.MinValue",
    "1e-28m",
    "double.NaN",
    "double.MaxValue",
    "double.NegativeInfinity",
    "2147483648",
    "100000",
    "'\\0'",
    "'\\ud800'",
    "\"\"",
    "\"\\ud800\"",
    "\"\\u0130é😀\"",
    "\"a,b;c=d&e\"",
    "\"(a+)+$\"",
    "\"{0,9999999}\"",
    "\"{0:N999}\"",
    "\"9999-12-31T23:59:59.9999999Z\"",
    "\"0001-01-01T00:00:00+14:00\"",
    "\"$..[?(@.a)]\"",
    "\"//*[last()]\"",
    "\"{\\\"a\\\":[1,{\\\"b\\\":null}]}\"",
    "\"<a b='c'><d/>e</a>\"",
    "new string('a', 1000000)",
    "new byte[1000000]",
    "DateTime.MaxValue",
    "DateTime.MinValue",
    "TimeSpan.MinValue",
    "null",
    "default",
];

/// Pieces of C#.
const TOKENS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "?",
    "??",
    "?.",
    "=>",
    "=",
    "==",
    "!",
    "~",
    "-",
    "--",
    "++",
    "<<",
    ">>",
    "*",
    "/",
    "%",
    "&",
    "|",
    "^",
    "&&",
    "||",
    ",",
    ";",
    ":",
    ".",
    "..",
    "$\"{",
    "@\"",
    "\"",
    "'",
    "//",
    "/*",
    "*/",
    "is",
    "as",
    "in",
    "new",
    "new[]",
    "var",
    "dynamic",
    "return",
    "throw",
    "try",
    "catch",
    "finally",
    "while",
    "for",
    "foreach",
    "switch",
    "case",
    "when",
    "goto",
    "yield",
    "checked",
    "unchecked",
    "typeof",
    "default",
    "from",
    "select",
    "orderby",
    "group",
    "by",
    "let",
    "join",
    "into",
    "static",
    "ref",
    "out",
    "int",
    "string",
    "object",
    "#if",
    "\u{0}",
    "\u{feff}",
    "é",
    "\\u0041",
];

/// Words, numbers and quoted text as one piece, all else a character a piece.
pub fn pieces(source: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut characters = source.chars().peekable();
    while let Some(first) = characters.next() {
        let mut piece = String::from(first);
        if first == '"' {
            while let Some(next) = characters.next() {
                piece.push(next);
                if next == '\\' {
                    piece.extend(characters.next());
                } else if next == '"' {
                    break;
                }
            }
        } else if first.is_alphanumeric() || first == '_' {
            while let Some(next) = characters.next_if(|next| next.is_alphanumeric() || *next == '_') {
                piece.push(next);
            }
        }
        pieces.push(piece);
    }
    pieces
}

/// Where what stands between a pair of brackets begins and ends.
fn groups(pieces: &[String]) -> Vec<(usize, usize)> {
    let (mut open, mut found) = (Vec::new(), Vec::new());
    for (index, piece) in pieces.iter().enumerate() {
        match piece.as_str() {
            "(" | "[" | "{" => open.push(index + 1),
            ")" | "]" | "}" => found.extend(open.pop().map(|start| (start, index))),
            _ => {}
        }
    }
    found
}

fn is_literal(piece: &str) -> bool {
    piece.starts_with(|first: char| first == '"' || first.is_ascii_digit())
}

fn is_word(piece: &str) -> bool {
    piece.starts_with(char::is_alphabetic)
}

/// An index of a piece for which `wanted` holds.
fn any(pieces: &[String], random: &mut Random, wanted: fn(&str) -> bool) -> Option<usize> {
    let found: Vec<usize> = (0..pieces.len()).filter(|index| wanted(&pieces[*index])).collect();
    (!found.is_empty()).then(|| *random.pick(&found))
}

/// Puts a part of another seed in the place of a part of this one.
fn splice(pieces: &mut Vec<String>, other: &[String], random: &mut Random) {
    let (ours, theirs) = (groups(pieces), groups(other));
    if ours.is_empty() || theirs.is_empty() {
        return;
    }
    let ((start, end), (from, to)) = (*random.pick(&ours), *random.pick(&theirs));
    pieces.splice(start..end, other[from..to].iter().cloned());
}

/// Repeats some pieces, often enough to nest deeply.
fn repeat(pieces: &mut Vec<String>, random: &mut Random) {
    let start = random.below(pieces.len());
    let end = (start + 1 + random.below(6)).min(pieces.len());
    let part: Vec<String> = pieces[start..end].to_vec();
    let times = *random.pick(&[1, 2, 3, 50, 300, 5000]);
    for _ in 0..times {
        pieces.splice(start..start, part.iter().cloned());
        if pieces.len() > LONGEST / 4 {
            break;
        }
    }
}

/// Changes a character.
fn edit(pieces: &mut [String], random: &mut Random) {
    let index = random.below(pieces.len());
    let mut characters: Vec<char> = pieces[index].chars().collect();
    let at = random.below(characters.len());
    if random.percent(50) && characters.len() > 1 {
        characters.remove(at);
    } else if let Some(character) = characters.get_mut(at) {
        *character = char::from_u32(random.below(0x250) as u32).unwrap_or('x');
    }
    pieces[index] = characters.into_iter().collect();
}

fn change(pieces: &mut Vec<String>, seeds: &Seeds, random: &mut Random) {
    if pieces.is_empty() {
        return;
    }
    let at = random.below(pieces.len());
    match random.below(100) {
        0..35 => {
            if let Some(index) = any(pieces, random, is_literal) {
                pieces[index] = (*random.pick(LITERALS)).to_owned();
            }
        }
        35..60 => splice(pieces, &self::pieces(random.pick::<String>(&seeds.sources)), random),
        60..75 => {
            if let Some(index) = any(pieces, random, is_word) {
                pieces[index] = (*random.pick(&seeds.names)).to_owned();
            }
        }
        75..82 => pieces.insert(at, (*random.pick(TOKENS)).to_owned()),
        82..88 => drop(pieces.remove(at)),
        88..94 => repeat(pieces, random),
        _ => edit(pieces, random),
    }
}

/// A seed with a few changes.
pub fn mutated(from: &str, seeds: &Seeds, random: &mut Random) -> String {
    let mut pieces = pieces(from);
    for _ in 0..=random.below(3) {
        change(&mut pieces, seeds, random);
    }
    let mut source = pieces.concat();
    source.truncate(source.floor_char_boundary(LONGEST));
    source
}
