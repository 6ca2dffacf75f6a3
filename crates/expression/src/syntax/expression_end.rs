//! Where a policy expression ends inside an XML document, whose own quotes and tags must not be mistaken for C#.
//!
//! Looks only at brackets, strings, characters and comments. Never here: whether the expression is right.

use std::fmt;

/// A policy expression whose closing bracket is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unclosed {
    /// The byte of its `@`.
    pub at: usize,
    /// The bracket that was looked for.
    pub bracket: char,
}

impl fmt::Display for Unclosed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the policy expression that starts here has no closing `{}`",
            self.bracket
        )
    }
}

impl std::error::Error for Unclosed {}

/// The byte behind the bracket that closes the expression whose `@(` or `@{` stands at byte `at` of `text`.
///
/// `text` is XML source: quotes may be written as `&quot;`, and one document may mix both forms. Strings with their
/// holes, character literals and comments are passed over; only brackets of the kind that opened count. A `//` comment
/// ends with its line; when that leaves the expression open (it stands on the line of its closing bracket), it is read
/// as code instead.
///
/// # Errors
/// The bracket is missing.
pub fn expression_end(text: &str, at: usize) -> Result<usize, Unclosed> {
    let (open, close) = if text.get(at..).is_some_and(|rest| rest.starts_with("@{")) {
        ('{', '}')
    } else {
        ('(', ')')
    };
    let scan = |line_comments| {
        Scan {
            text,
            at: at + 1,
            line_comments,
            open,
            close,
            depth: 0,
            frames: Vec::new(),
        }
        .run()
    };
    scan(true)
        .or_else(|| scan(false))
        .ok_or(Unclosed { at, bracket: close })
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    line_comments: bool,
    open: char,
    close: char,
    /// Brackets of the opening kind around this place.
    depth: usize,
    /// Interpolated strings around this place and their holes.
    frames: Vec<Frame>,
}

#[derive(Clone, Copy)]
enum Frame {
    /// Text of an interpolated string.
    Text(Quoting),
    /// A hole, with the braces open inside it.
    Hole(usize),
}

/// How a string is written.
#[derive(Clone, Copy)]
struct Quoting {
    verbatim: bool,
    /// Its quote is an XML entity; then so is the one that ends it.
    entity: bool,
}

/// A character of the decoded text.
#[derive(Clone, Copy)]
struct Unit {
    character: char,
    /// Bytes in the XML source.
    length: usize,
    entity: bool,
}

impl Scan<'_> {
    fn run(mut self) -> Option<usize> {
        loop {
            let unit = self.unit()?;
            match self.frames.last().copied() {
                Some(Frame::Text(quoting)) => self.interpolated_text(unit, quoting),
                Some(Frame::Hole(braces)) => {
                    if !self.literal_or_comment(unit) {
                        self.hole_bracket(unit, braces);
                    }
                }
                None if self.literal_or_comment(unit) => {}
                None => {
                    self.at += unit.length;
                    if unit.character == self.open {
                        self.depth += 1;
                    } else if unit.character == self.close {
                        self.depth = self.depth.saturating_sub(1);
                        if self.depth == 0 {
                            return Some(self.at);
                        }
                    }
                }
            }
        }
    }

    fn unit(&self) -> Option<Unit> {
        self.unit_at(self.at)
    }

    fn unit_at(&self, at: usize) -> Option<Unit> {
        let rest = self.text.get(at..)?;
        let character = rest.chars().next()?;
        let decoded = if character == '&' { entity(rest) } else { None };
        Some(match decoded {
            Some((character, length)) => Unit {
                character,
                length,
                entity: true,
            },
            None => Unit {
                character,
                length: character.len_utf8(),
                entity: false,
            },
        })
    }

    fn hole_bracket(&mut self, unit: Unit, braces: usize) {
        self.at += unit.length;
        let braces = match (unit.character, braces) {
            ('{', _) => braces + 1,
            ('}', 0) => {
                self.frames.pop();
                return;
            }
            ('}', _) => braces - 1,
            _ => return,
        };
        if let Some(frame) = self.frames.last_mut() {
            *frame = Frame::Hole(braces);
        }
    }

    fn interpolated_text(&mut self, unit: Unit, quoting: Quoting) {
        self.at += unit.length;
        let doubled = self
            .unit()
            .filter(|next| next.character == unit.character && next.entity == unit.entity);
        match (unit.character, doubled) {
            ('{', Some(second)) => self.at += second.length,
            ('{', None) => self.frames.push(Frame::Hole(0)),
            _ => {
                if self.ends_string(unit, quoting) {
                    self.frames.pop();
                }
            }
        }
    }

    /// Behind `unit` of a string: whether it was the last one. Takes the rest of an escape.
    fn ends_string(&mut self, unit: Unit, quoting: Quoting) -> bool {
        let next = self.unit();
        match unit.character {
            '"' if unit.entity == quoting.entity => {
                let doubled =
                    next.filter(|next| quoting.verbatim && next.character == '"' && next.entity == unit.entity);
                self.at += doubled.map_or(0, |quote| quote.length);
                doubled.is_none()
            }
            '\\' if !quoting.verbatim => {
                self.at += next.filter(|next| next.character != '\n').map_or(0, |next| next.length);
                false
            }
            // A string cannot go on in the next line: its end was forgotten, and the parser will say so.
            '\n' => !quoting.verbatim,
            _ => false,
        }
    }

    /// Passes over a string, a character or a comment; enters an interpolated string. False if none starts here.
    fn literal_or_comment(&mut self, unit: Unit) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        match unit.character {
            '/' if rest.starts_with("//") && self.line_comments => {
                self.at += rest.find('\n').unwrap_or(rest.len());
                true
            }
            '/' if rest.starts_with("/*") => {
                self.at += rest
                    .get(2..)
                    .and_then(|inside| inside.find("*/"))
                    .map_or(rest.len(), |inside| inside + 4);
                true
            }
            '\'' => self.character(unit),
            '"' | '$' | '@' => self.string(),
            _ => false,
        }
    }

    fn string(&mut self) -> bool {
        let (mut at, mut verbatim, mut interpolated) = (self.at, false, false);
        let quote = loop {
            let Some(unit) = self.unit_at(at) else { return false };
            at += unit.length;
            match unit.character {
                '$' if !interpolated => interpolated = true,
                '@' if !verbatim => verbatim = true,
                '"' => break unit,
                _ => return false,
            }
        };
        self.at = at;
        let quoting = Quoting {
            verbatim,
            entity: quote.entity,
        };
        if interpolated {
            self.frames.push(Frame::Text(quoting));
            return true;
        }
        while let Some(unit) = self.unit() {
            self.at += unit.length;
            if self.ends_string(unit, quoting) {
                break;
            }
        }
        true
    }

    /// `'x'` or an escape in apostrophes; any other apostrophe is none of a literal.
    fn character(&mut self, quote: Unit) -> bool {
        let mut at = self.at + quote.length;
        let mut escaped = false;
        // The longest is `'\U0001F600'`.
        for index in 0..11 {
            let Some(unit) = self.unit_at(at).filter(|unit| unit.character != '\n') else {
                return false;
            };
            at += unit.length;
            let closes = unit.character == '\'' && unit.entity == quote.entity && index > 0 && !(escaped && index == 1);
            if closes {
                self.at = at;
                return true;
            }
            escaped |= index == 0 && unit.character == '\\';
            if index == 1 && !escaped {
                return false;
            }
        }
        false
    }
}

/// The character that the XML entity at the start of `text` stands for, and the entity's length.
fn entity(text: &str) -> Option<(char, usize)> {
    // `&#x10FFFF;` is the longest; leading zeros are not worth a search through the whole text.
    let end = text.bytes().take(12).position(|byte| byte == b';')?;
    let character = match text.get(1..end)? {
        "quot" => '"',
        "apos" => '\'',
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        number => {
            let number = number.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((character, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text up to `¦` is the expression; it must end there.
    fn check(marked: &str) {
        let end = marked.find('¦').expect("a mark");
        let text = marked.replace('¦', "");
        let at = text.find('@').expect("an expression");
        assert_eq!(expression_end(&text, at), Ok(end), "{marked}");
    }

    #[test]
    fn brackets_of_the_opening_kind_count() {
        check(r#"<a b="@(f(x))¦" c=")"/>"#);
        check("<a>@{ if (x) { return 1; } return 2; }¦ }</a>");
        check("@(a}}[{ b)¦)");
        check("@{ f((((; }¦");
    }

    #[test]
    fn literals_hide_brackets() {
        check(r#"@(")")¦"#);
        check(r#"@("\")" + ")")¦"#);
        check(r#"@(@"\" + ")" + @"a"")")¦"#);
        check(r#"@(')' + '\'' + ')' + '"' + '\u0029' + ")")¦"#);
        check(r#"@($"){{)}} {f(")")} {a["}"]:N2} )")¦"#);
        check(r#"@($@"\{ $"{ x )}" + ")" } "" )")¦"#);
        check(r#"@(@$"\{ x }" + ")")¦"#);
        check("@(a ? 'b' : don't)¦");
        check("@{ /* } */ return 1; // }\n }¦");
        check("@(\"http://x)\" + y)¦");
    }

    #[test]
    fn entities_stand_for_quotes() {
        check("@(&quot;)&quot;)¦");
        check("@(&quot;\\&quot;)&quot; + a)¦");
        check("@(&#34;)&#34; + &#x22;)&#x22;)¦");
        check("@(&quot;)\" )&quot;)¦");
        check("@(\"&quot;)\" + 1)¦");
        check("@($&quot;{f(&quot;)}&quot;)} )&quot;)¦");
        check("@(&apos;)&apos; + '&quot;' + (a &lt; b))¦)");
        check("@(a && b & c)¦");
    }

    #[test]
    fn a_comment_cannot_swallow_the_closing_bracket_of_its_line() {
        check("<a b=\"@(x // why)¦\"/>\n");
        check("@(x // why )\n)¦");
    }

    #[test]
    fn a_forgotten_quote_ends_with_its_line() {
        check("@{ var a = \"b;\n return a; }¦ \" }");
    }

    #[test]
    fn what_is_not_closed_is_reported_at_its_start() {
        for (text, bracket) in [
            ("ab @( x", ')'),
            ("ab @{ \"}\" ", '}'),
            ("ab @(/* )", ')'),
            ("ab @($\"{x", ')'),
            ("ab @(", ')'),
        ] {
            assert_eq!(expression_end(text, 3), Err(Unclosed { at: 3, bracket }), "{text}");
        }
    }
}
