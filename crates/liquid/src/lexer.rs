//! A template's text cut into literal text, outputs `{{ … }}` and tags `{% … %}`.
//!
//! `-` inside a delimiter takes white space away as DotLiquid does: before it spaces and tabs, behind it either one line
//! end or spaces and tabs. Never here: what stands in a tag.

use crate::Problem;

/// A piece of a template.
#[derive(Debug, PartialEq)]
pub(crate) enum Token<'t> {
    /// Characters.
    Text(&'t str),
    /// `{{ markup }}`
    Output(Markup<'t>),
    /// `{% name markup %}`
    Tag {
        /// Its name.
        name: &'t str,
        /// What follows its name.
        markup: Markup<'t>,
    },
}

/// A stretch of the template that has a meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Markup<'t> {
    /// The characters.
    pub text: &'t str,
    /// Where they begin, in bytes of the template.
    pub start: usize,
}

/// All pieces in order. An output or a tag without end is reported, and what follows is left out.
pub(crate) fn tokens<'t>(template: &'t str, problems: &mut Vec<Problem>) -> Vec<Token<'t>> {
    let mut lexer = Lexer {
        template,
        at: 0,
        tokens: Vec::new(),
    };
    lexer.run(problems);
    lexer.tokens
}

struct Lexer<'t> {
    template: &'t str,
    at: usize,
    tokens: Vec<Token<'t>>,
}

impl<'t> Lexer<'t> {
    fn run(&mut self, problems: &mut Vec<Problem>) {
        while let Some(open) = self.next_open(self.at) {
            let (is_tag, close) = match self.slice(open, open + 2) {
                "{%" => (true, "%}"),
                _ => (false, "}}"),
            };
            let Some(length) = self.slice(open + 2, self.template.len()).find(close) else {
                let found = self.slice(open, open + 2);
                problems.push(Problem::error(
                    open..open + 2,
                    format!("`{found}` has no end, expected `{close}`"),
                ));
                self.text(open, false);
                self.at = self.template.len();
                return;
            };
            let inside = self.slice(open + 2, open + 2 + length);
            let (trims_before, trims_behind) = (inside.starts_with('-'), inside.ends_with('-'));
            self.text(open, trims_before);
            self.at = open + 2 + length + 2;
            if trims_behind {
                self.skip_space();
            }
            let start = open + 2 + usize::from(trims_before);
            let end = open + 2 + length - usize::from(trims_behind);
            let markup = Markup {
                text: self.slice(start, end.max(start)),
                start,
            };
            if is_tag {
                self.tag(markup, problems);
            } else {
                self.tokens.push(Token::Output(markup));
            }
        }
        self.text(self.template.len(), false);
    }

    fn next_open(&self, from: usize) -> Option<usize> {
        let rest = self.slice(from, self.template.len());
        let found = rest.as_bytes().windows(2).position(|two| matches!(two, b"{{" | b"{%"));
        found.map(|at| from + at)
    }

    fn slice(&self, start: usize, end: usize) -> &'t str {
        self.template.get(start..end).unwrap_or_default()
    }

    /// The text up to a byte, without the spaces and tabs at its end when a delimiter takes them away.
    fn text(&mut self, end: usize, is_trimmed: bool) {
        let text = self.slice(self.at, end);
        let text = if is_trimmed {
            text.trim_end_matches([' ', '\t'])
        } else {
            text
        };
        if !text.is_empty() {
            self.tokens.push(Token::Text(text));
        }
    }

    /// Passes over one line end, or over spaces and tabs.
    fn skip_space(&mut self) {
        let rest = self.slice(self.at, self.template.len());
        let line_end = ["\n", "\r\n"].into_iter().find(|end| rest.starts_with(end));
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        self.at += line_end.map_or(blanks, str::len);
    }

    fn tag(&mut self, markup: Markup<'t>, problems: &mut Vec<Problem>) {
        let text = markup.text;
        let blank = text.len() - text.trim_start().len();
        let rest = text.get(blank..).unwrap_or_default();
        let length = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
        let (name, arguments) = rest.split_at_checked(length).unwrap_or_default();
        match name {
            "raw" | "literal" => self.verbatim(name, markup.start, problems),
            "comment" => self.comment(markup.start, problems),
            _ => self.tokens.push(Token::Tag {
                name,
                markup: Markup {
                    text: arguments,
                    start: markup.start + blank + length,
                },
            }),
        }
    }

    /// Text up to `{% endraw %}`.
    fn verbatim(&mut self, name: &str, start: usize, problems: &mut Vec<Problem>) {
        let content = self.at;
        let Some((before, behind)) = self.end_of(name, content) else {
            return self.endless(name, start, problems);
        };
        self.text(before, false);
        self.at = behind;
    }

    /// Passes over everything up to the `{% endcomment %}` that belongs to this comment.
    fn comment(&mut self, start: usize, problems: &mut Vec<Problem>) {
        let mut open = 1_usize;
        while open > 0 {
            let Some(tag) = self.next_tag(self.at) else {
                return self.endless("comment", start, problems);
            };
            match tag.name {
                "comment" => open += 1,
                "endcomment" => open -= 1,
                _ => {}
            }
            self.at = tag.end;
        }
    }

    fn endless(&mut self, name: &str, start: usize, problems: &mut Vec<Problem>) {
        let message = format!("`{name}` has no end, expected `{{% end{name} %}}`");
        problems.push(Problem::error(start..start, message));
        self.at = self.template.len();
    }

    /// Where the next `{% end… %}` of this name begins, and where what follows it does.
    fn end_of(&self, name: &str, from: usize) -> Option<(usize, usize)> {
        let end = format!("end{name}");
        let mut at = from;
        loop {
            let tag = self.next_tag(at)?;
            if tag.name == end {
                return Some((tag.start, tag.end));
            }
            at = tag.end;
        }
    }

    /// The next tag, whatever it is; of several `{%` before one `%}` the last begins it.
    fn next_tag(&self, from: usize) -> Option<Place<'t>> {
        let first = from + self.slice(from, self.template.len()).find("{%")?;
        let close = first + 2 + self.slice(first + 2, self.template.len()).find("%}")?;
        let start = first + self.slice(first, close).rfind("{%")?;
        let inside = self.slice(start + 2, close).trim_matches('-');
        Some(Place {
            start,
            end: close + 2,
            name: inside.split_whitespace().next().unwrap_or_default(),
        })
    }
}

/// Where a tag stands that is not read.
struct Place<'t> {
    start: usize,
    end: usize,
    name: &'t str,
}
