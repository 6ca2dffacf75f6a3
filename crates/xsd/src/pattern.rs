//! Regular expressions as XML Schema writes them, in the words of a library that matches in linear time.
//!
//! Never here: which values patterns are for.

use regex::{Regex, RegexBuilder};
use std::fmt::Write;

/// Bytes that a compiled pattern may take.
const MOST_BYTES: usize = 2 * 1024 * 1024;

const NAME_START: &str = r"_:A-Za-z\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{2FF}\u{370}-\u{37D}\u{37F}-\u{1FFF}\u{200C}-\u{200D}\u{2070}-\u{218F}\u{2C00}-\u{2FEF}\u{3001}-\u{D7FF}\u{F900}-\u{FDCF}\u{FDF0}-\u{FFFD}";
const NAME_PART: &str = r"\-.0-9\u{B7}\u{300}-\u{36F}\u{203F}-\u{2040}";

/// Blocks of characters that patterns name.
const BLOCKS: &[(&str, u32, u32)] = &[
    ("BasicLatin", 0x0, 0x7F),
    ("Latin-1Supplement", 0x80, 0xFF),
    ("LatinExtended-A", 0x100, 0x17F),
    ("LatinExtended-B", 0x180, 0x24F),
    ("IPAExtensions", 0x250, 0x2AF),
    ("SpacingModifierLetters", 0x2B0, 0x2FF),
    ("CombiningDiacriticalMarks", 0x300, 0x36F),
    ("Greek", 0x370, 0x3FF),
    ("GreekandCoptic", 0x370, 0x3FF),
    ("Cyrillic", 0x400, 0x4FF),
    ("Armenian", 0x530, 0x58F),
    ("Hebrew", 0x590, 0x5FF),
    ("Arabic", 0x600, 0x6FF),
    ("Devanagari", 0x900, 0x97F),
    ("Bengali", 0x980, 0x9FF),
    ("Tamil", 0xB80, 0xBFF),
    ("Thai", 0xE00, 0xE7F),
    ("Georgian", 0x10A0, 0x10FF),
    ("HangulJamo", 0x1100, 0x11FF),
    ("LatinExtendedAdditional", 0x1E00, 0x1EFF),
    ("GreekExtended", 0x1F00, 0x1FFF),
    ("GeneralPunctuation", 0x2000, 0x206F),
    ("SuperscriptsandSubscripts", 0x2070, 0x209F),
    ("CurrencySymbols", 0x20A0, 0x20CF),
    ("LetterlikeSymbols", 0x2100, 0x214F),
    ("NumberForms", 0x2150, 0x218F),
    ("Arrows", 0x2190, 0x21FF),
    ("MathematicalOperators", 0x2200, 0x22FF),
    ("BoxDrawing", 0x2500, 0x257F),
    ("GeometricShapes", 0x25A0, 0x25FF),
    ("MiscellaneousSymbols", 0x2600, 0x26FF),
    ("Dingbats", 0x2700, 0x27BF),
    ("CJKSymbolsandPunctuation", 0x3000, 0x303F),
    ("Hiragana", 0x3040, 0x309F),
    ("Katakana", 0x30A0, 0x30FF),
    ("CJKUnifiedIdeographs", 0x4E00, 0x9FFF),
    ("HangulSyllables", 0xAC00, 0xD7A3),
    ("PrivateUse", 0xE000, 0xF8FF),
    ("HalfwidthandFullwidthForms", 0xFF00, 0xFFEF),
];

/// General categories of Unicode.
const CATEGORIES: &str =
    " L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po Z Zs Zl Zp S Sm Sc Sk So C Cc Cf Co Cn ";

/// Compiles a pattern; a text matches it as a whole.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    let mut translator = Translator {
        rest: pattern.chars().collect::<Vec<_>>().into_iter().peekable(),
        out: String::from(r"\A(?:"),
        depth: 0,
    };
    translator.expression()?;
    translator.out.push_str(r")\z");
    RegexBuilder::new(&translator.out)
        .size_limit(MOST_BYTES)
        .nest_limit(100)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            _ => "it is no regular expression of XML Schema".to_owned(),
        })
}

struct Translator {
    rest: std::iter::Peekable<std::vec::IntoIter<char>>,
    out: String,
    depth: usize,
}

impl Translator {
    fn expression(&mut self) -> Result<(), String> {
        let mut can_repeat = false;
        while let Some(c) = self.rest.next() {
            let could_repeat = std::mem::replace(&mut can_repeat, true);
            match c {
                '[' => self.class(0)?,
                '\\' => self.escape()?,
                '.' => self.out.push_str(r"[^\n\r]"),
                '(' => {
                    self.depth += 1;
                    self.out.push_str("(?:");
                    can_repeat = false;
                }
                ')' => {
                    self.depth = self.depth.checked_sub(1).ok_or("a `)` has no `(`")?;
                    self.out.push(')');
                }
                '|' => {
                    self.out.push('|');
                    can_repeat = false;
                }
                '*' | '+' | '?' | '{' => {
                    if !could_repeat {
                        return Err(format!("`{c}` has nothing to repeat"));
                    }
                    self.out.push(c);
                    if c == '{' {
                        self.quantity()?;
                    }
                    can_repeat = false;
                }
                ']' | '}' => return Err(format!("a `{c}` stands alone; write `\\{c}`")),
                '^' | '$' => {
                    self.out.push('\\');
                    self.out.push(c);
                }
                _ => self.literal(c),
            }
        }
        if self.depth > 0 {
            return Err("a `(` has no `)`".to_owned());
        }
        Ok(())
    }

    fn quantity(&mut self) -> Result<(), String> {
        let mut written = String::new();
        for c in self.rest.by_ref() {
            self.out.push(c);
            if c == '}' {
                let (least, most) = written.split_once(',').unwrap_or((&written, &written));
                let number = |text: &str| text.parse::<u32>().ok().filter(|_| !text.starts_with('+'));
                let is_sound = match (number(least), number(most)) {
                    (Some(least), Some(most)) => least <= most,
                    (Some(_), None) => most.is_empty(),
                    _ => false,
                };
                return is_sound
                    .then_some(())
                    .ok_or_else(|| format!("`{{{written}}}` is no quantity"));
            }
            written.push(c);
        }
        Err("a `{` has no `}`".to_owned())
    }

    fn literal(&mut self, c: char) {
        // Writing to a string cannot fail.
        let _ = write!(self.out, r"\u{{{:X}}}", u32::from(c));
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Result<(), String> {
        let c = self.rest.next().ok_or("a `\\` stands at the end")?;
        let class = match c {
            'n' => r"\n".to_owned(),
            'r' => r"\r".to_owned(),
            't' => r"\t".to_owned(),
            's' => r"[ \t\n\r]".to_owned(),
            'S' => r"[^ \t\n\r]".to_owned(),
            'd' => r"\p{Nd}".to_owned(),
            'D' => r"\P{Nd}".to_owned(),
            'w' => r"[^\p{P}\p{Z}\p{C}]".to_owned(),
            'W' => r"[\p{P}\p{Z}\p{C}]".to_owned(),
            'i' => format!("[{NAME_START}]"),
            'I' => format!("[^{NAME_START}]"),
            'c' => format!("[{NAME_START}{NAME_PART}]"),
            'C' => format!("[^{NAME_START}{NAME_PART}]"),
            'p' | 'P' => return self.category(c == 'P'),
            '\\' | '|' | '.' | '?' | '*' | '+' | '(' | ')' | '{' | '}' | '-' | '[' | ']' | '^' | '$'
            // .NET takes these as they are.
            | '/' | '"' | '\'' | '#' | '@' | '&' | '%' | ',' | ':' | ';' | '=' | '!' | '<' | '>' | '~' | '`' | ' ' => {
                self.literal(c);
                return Ok(());
            }
            _ => return Err(format!("`\\{c}` means nothing")),
        };
        self.out.push_str(&class);
        Ok(())
    }

    fn category(&mut self, is_negative: bool) -> Result<(), String> {
        if self.rest.next() != Some('{') {
            return Err("`\\p` needs a category in braces".to_owned());
        }
        let name: String = self.rest.by_ref().take_while(|c| *c != '}').collect();
        let not = if is_negative { "^" } else { "" };
        if let Some(block) = name.strip_prefix("Is") {
            let (_, first, last) = BLOCKS
                .iter()
                .find(|(known, ..)| *known == block)
                .ok_or_else(|| format!("there is no block `{name}` here"))?;
            let _ = write!(self.out, r"[{not}\u{{{first:X}}}-\u{{{last:X}}}]");
            return Ok(());
        }
        if name.is_empty() || name.contains(' ') || !CATEGORIES.contains(&format!(" {name} ")) {
            return Err(format!("there is no category `{name}`"));
        }
        let _ = write!(self.out, r"[{not}\p{{{name}}}]");
        Ok(())
    }

    /// A class in brackets, the first of which is read.
    fn class(&mut self, depth: usize) -> Result<(), String> {
        if depth > 20 {
            return Err("its classes are nested too deep".to_owned());
        }
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        // What is taken out is taken out of all that stands before it.
        self.out.push('[');
        let mut is_empty = true;
        // Whether a hyphen here would begin a range.
        let mut can_range = false;
        while let Some(c) = self.rest.next() {
            match c {
                ']' if !is_empty => {
                    self.out.push_str("]]");
                    return Ok(());
                }
                '-' if self.rest.peek() == Some(&'[') && !is_empty => {
                    self.rest.next();
                    self.out.push_str("]--");
                    self.class(depth + 1)?;
                    self.out.push(']');
                    return match self.rest.next() {
                        Some(']') => Ok(()),
                        _ => Err("what a class is without must stand at its end".to_owned()),
                    };
                }
                '-' if can_range && self.rest.peek().is_some_and(|next| *next != ']') => {
                    self.out.push('-');
                    can_range = false;
                }
                '\\' => {
                    self.escape()?;
                    can_range = true;
                }
                '[' | ']' => return Err(format!("a `{c}` in a class must be written `\\{c}`")),
                _ => {
                    let was_range_end = self.out.ends_with('-');
                    self.literal(c);
                    can_range = !was_range_end;
                }
            }
            is_empty = false;
        }
        Err("a `[` has no `]`".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("[0-9]{3}", "123", true),
            ("[0-9]{3}", "1234", false),
            ("a|b", "ab", false),
            ("^a$", "a", false),
            ("^a$", "^a$", true),
            (r"\d+\.\d{2}", "10.50", true),
            (r"\i\c*", "xs:name", true),
            (r"\i\c*", "1x", false),
            ("[a-z-[aeiou]]+", "xyz", true),
            ("[a-z-[aeiou]]+", "xyza", false),
            ("[^a-c]", "d", true),
            (r"[\w.-]+@[\w.-]+", "a.b-c@d", true),
            ("[-a]", "-", true),
            ("[a-]", "-", true),
            (r"\p{Lu}\p{IsBasicLatin}*", "Abc", true),
            (r"[\p{L}\s]+", "é a", true),
            (".", "\n", false),
            ("(a{0,2})*", "aaaaa", true),
            ("", "", true),
            ("[&&~~]+", "&~", true),
            (r"\p{IsGreek}", "λ", true),
        ] {
            assert_eq!(compile(pattern).unwrap().is_match(text), expected, "{pattern} {text}");
        }
        for pattern in [
            "(",
            ")",
            "[",
            "a**",
            "*",
            "a{2,1}",
            "a{,2}",
            r"\q",
            r"\p{Xx}",
            "]",
            "(?i)a",
            "[a",
            r"\",
            "a{100000000}",
        ] {
            assert!(compile(pattern).is_err(), "{pattern}");
        }
    }
}
