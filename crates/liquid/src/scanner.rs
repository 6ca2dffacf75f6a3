//! Reads values, filters and conditions from the markup of outputs and tags.
//!
//! DotLiquid reads markup by patterns and passes over what fits none; that is reported here and passed over too.
//! Never here: tags.

use crate::Problem;
use crate::filters;
use crate::lexer::Markup;
use crate::syntax::{Call, Condition, Operand, Operator, Part, Pipeline};

/// Values inside of each other: brackets and ranges.
const DEEPEST: usize = 30;
/// Conditions joined by `and` and `or`.
const MOST_CONDITIONS: usize = 200;

/// A way through markup.
pub(crate) struct Scanner<'t, 'p> {
    markup: Markup<'t>,
    at: usize,
    depth: usize,
    problems: &'p mut Vec<Problem>,
}

impl<'t, 'p> Scanner<'t, 'p> {
    pub fn new(markup: Markup<'t>, problems: &'p mut Vec<Problem>) -> Self {
        Self {
            markup,
            at: 0,
            depth: 0,
            problems,
        }
    }

    pub fn rest(&self) -> &'t str {
        self.markup.text.get(self.at..).unwrap_or_default()
    }

    /// Reports what was found here.
    pub fn error(&mut self, message: impl Into<String>) {
        let at = self.markup.start + self.at;
        let end = at + self.rest().trim_end().len();
        self.problems.push(Problem::error(at..end, message));
    }

    /// What was expected, and what stands here instead.
    pub fn expected(&mut self, what: &str) {
        let rest = self.rest().trim();
        let found: String = rest.chars().take(40).collect();
        let message = if found.is_empty() {
            format!("found nothing, expected {what}")
        } else {
            format!("found `{found}`, expected {what}")
        };
        self.error(message);
    }

    pub fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Passes over these characters, if they come next.
    pub fn eat(&mut self, expected: &str) -> bool {
        self.skip_space();
        let comes = self.rest().starts_with(expected);
        if comes {
            self.at += expected.len();
        }
        comes
    }

    /// A name of word characters.
    pub fn word(&mut self) -> Option<&'t str> {
        self.skip_space();
        self.take(|c| c.is_alphanumeric() || c == '_')
    }

    /// Passes over this word, if it comes next.
    pub fn keyword(&mut self, wanted: &str) -> bool {
        let before = self.at;
        let comes = self.word() == Some(wanted);
        if !comes {
            self.at = before;
            self.skip_space();
        }
        comes
    }

    /// A name of a variable, which may have dashes.
    pub fn name(&mut self) -> Option<&'t str> {
        self.take(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> Option<&'t str> {
        let rest = self.rest();
        let length = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).filter(|word| !word.is_empty())
    }

    /// Says that what is left has no meaning.
    pub fn finish(&mut self) {
        self.skip_space();
        let rest = self.rest().trim_end();
        if rest.is_empty() {
            return;
        }
        let start = self.markup.start + self.at;
        let shown: String = rest.chars().take(40).collect();
        let message = format!("`{shown}` has no meaning here and is passed over");
        self.problems.push(Problem::warning(start..start + rest.len(), message));
        self.at = self.markup.text.len();
    }

    /// `operand | filter: argument, … | …`
    pub fn pipeline(&mut self) -> Option<Pipeline> {
        let operand = self.operand()?;
        let mut filters = Vec::new();
        self.skip_space();
        if !self.rest().is_empty() && !self.rest().starts_with('|') {
            self.pass_over_until('|');
        }
        while self.eat("|") {
            self.filter(&mut filters)?;
        }
        self.finish();
        Some(Pipeline { operand, filters })
    }

    fn pass_over_until(&mut self, stop: char) {
        let rest = self.rest();
        let length = rest.find(stop).unwrap_or(rest.len());
        let junk = rest.get(..length).unwrap_or_default().trim_end();
        let start = self.markup.start + self.at;
        let message = format!("`{junk}` has no meaning here and is passed over");
        self.problems.push(Problem::warning(start..start + junk.len(), message));
        self.at += length;
    }

    /// A filter, added to `filters` if there is one of its name.
    fn filter(&mut self, filters: &mut Vec<Call>) -> Option<()> {
        self.skip_space();
        let start = self.markup.start + self.at;
        let Some(name) = self.word() else {
            self.expected("the name of a filter");
            return None;
        };
        let filter = filters::find(name);
        if filter.is_none() {
            let message = format!("there is no filter `{name}`: the value passes unchanged");
            self.problems
                .push(Problem::warning(start..start + name.len(), message).with_help(filters::nearest(name)));
        }
        let mut arguments = Vec::new();
        if self.eat(":") {
            loop {
                arguments.push(self.operand()?);
                if !self.eat(",") && !self.eat(":") {
                    break;
                }
            }
        }
        filters.extend(filter.map(|filter| Call { filter, arguments }));
        Some(())
    }

    /// A value.
    pub fn operand(&mut self) -> Option<Operand> {
        self.skip_space();
        if self.depth >= DEEPEST {
            self.error("brackets are nested too deep");
            return None;
        }
        self.depth += 1;
        let operand = self.operand_inside();
        self.depth -= 1;
        operand
    }

    fn operand_inside(&mut self) -> Option<Operand> {
        let rest = self.rest();
        match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let inside = rest.get(1..).unwrap_or_default();
                let Some(length) = inside.find(quote) else {
                    self.error(format!("the text has no end, expected {quote}"));
                    return None;
                };
                self.at += length + 2;
                Some(Operand::Text(inside.get(..length).unwrap_or_default().into()))
            }
            Some('(') => self.range(),
            Some(c) if c.is_ascii_digit() || matches!(c, '+' | '-') => {
                self.number().or_else(|| self.path()).or_else(|| {
                    self.expected("a value");
                    None
                })
            }
            _ => {
                let path = self.path();
                if path.is_none() {
                    self.expected("a value");
                }
                path
            }
        }
    }

    fn range(&mut self) -> Option<Operand> {
        self.eat("(");
        let first = self.operand()?;
        if !self.eat("..") {
            self.expected("`..` of a range");
            return None;
        }
        let last = self.operand()?;
        if !self.eat(")") {
            self.expected("`)`");
            return None;
        }
        Some(Operand::Range(Box::new(first), Box::new(last)))
    }

    fn number(&mut self) -> Option<Operand> {
        let rest = self.rest();
        let sign = usize::from(rest.starts_with(['+', '-']));
        let digits = |from: usize| {
            let tail = rest.get(from..).unwrap_or_default();
            tail.len() - tail.trim_start_matches(|c: char| c.is_ascii_digit()).len()
        };
        let whole = sign + digits(sign);
        let is_point = rest.get(whole..).is_some_and(|tail| tail.starts_with('.'));
        let fraction = if is_point { digits(whole + 1) } else { 0 };
        let length = if fraction > 0 { whole + 1 + fraction } else { whole };
        let follows = rest.get(length..).unwrap_or_default().chars().next();
        let goes_on = follows.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '['));
        let text = rest.get(..length)?;
        if whole == sign || goes_on {
            return None;
        }
        let text = text.strip_prefix('+').unwrap_or(text);
        let integer = text.parse().ok().map(Operand::Integer);
        let number = integer.or_else(|| text.parse().ok().map(Operand::Double))?;
        self.at += length;
        Some(number)
    }

    /// A word that stands for a value, or a path.
    fn path(&mut self) -> Option<Operand> {
        let root = if self.rest().starts_with('[') {
            self.index()?
        } else {
            let name = self.name()?;
            if self.rest().starts_with('?') {
                self.at += 1;
            }
            let next = self.rest().trim_start();
            let goes_on = next.starts_with('[') || next.starts_with('.') && !next.starts_with("..");
            let is_alone = !goes_on;
            match name {
                "nil" | "null" if is_alone => return Some(Operand::Nil),
                "empty" | "blank" if is_alone => return Some(Operand::Empty),
                "true" if is_alone => return Some(Operand::Boolean(true)),
                "false" if is_alone => return Some(Operand::Boolean(false)),
                name => Part::Name(name.into()),
            }
        };
        let mut parts = Vec::new();
        loop {
            let rest = self.rest();
            if rest.starts_with('[') {
                parts.push(self.index()?);
            } else if rest.starts_with('.') && !rest.starts_with("..") {
                self.at += 1;
                let Some(name) = self.name() else {
                    self.expected("a name behind `.`");
                    return None;
                };
                if self.rest().starts_with('?') {
                    self.at += 1;
                }
                parts.push(Part::Name(name.into()));
            } else {
                return Some(Operand::Path(root, parts));
            }
        }
    }

    fn index(&mut self) -> Option<Part> {
        self.eat("[");
        let operand = self.operand()?;
        if !self.eat("]") {
            self.expected("`]`");
            return None;
        }
        Some(Part::Index(Box::new(operand)))
    }

    /// `a`, `a == b`, joined by `and` and `or`. DotLiquid groups from the right: `a and b or c` is `a and (b or c)`.
    pub fn condition(&mut self) -> Option<Condition> {
        let mut joined: Vec<(Condition, bool)> = Vec::new();
        let mut last = self.comparison()?;
        while let Some(is_and) = self.joint() {
            if joined.len() >= MOST_CONDITIONS {
                self.error("there are too many conditions in one tag");
                return None;
            }
            let next = self.comparison()?;
            joined.push((std::mem::replace(&mut last, next), is_and));
        }
        self.finish();
        while let Some((left, is_and)) = joined.pop() {
            let (left, right) = (Box::new(left), Box::new(last));
            last = if is_and {
                Condition::And(left, right)
            } else {
                Condition::Or(left, right)
            };
        }
        Some(last)
    }

    fn joint(&mut self) -> Option<bool> {
        if self.keyword("and") {
            return Some(true);
        }
        self.keyword("or").then_some(false)
    }

    fn comparison(&mut self) -> Option<Condition> {
        let left = self.operand()?;
        Some(match self.operator() {
            Some(operator) => Condition::Compare(left, operator, self.operand()?),
            None => Condition::Truth(left),
        })
    }

    fn operator(&mut self) -> Option<Operator> {
        const SIGNS: &[(&str, Operator)] = &[
            ("==", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<>", Operator::NotEqual),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        const WORDS: &[(&str, Operator)] = &[
            ("contains", Operator::Contains),
            ("startswith", Operator::StartsWith),
            ("endswith", Operator::EndsWith),
            ("haskey", Operator::HasKey),
            ("hasvalue", Operator::HasValue),
        ];
        self.skip_space();
        if let Some((sign, operator)) = SIGNS.iter().find(|(sign, _)| self.rest().starts_with(sign)) {
            self.at += sign.len();
            return Some(*operator);
        }
        let before = self.at;
        let word = self.word().unwrap_or_default();
        let found = WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
        if found.is_none() {
            self.at = before;
        }
        found.map(|(_, operator)| *operator)
    }
}
