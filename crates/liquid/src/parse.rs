//! From a template's tokens to its tree: which tags there are and how they are nested.
//!
//! Never here: characters (`lexer`), values and filters (`scanner`), what a tag does (`render`).

use crate::Problem;
use crate::lexer::{Markup, Token, tokens};
use crate::scanner::Scanner;
use crate::syntax::{Condition, Loop, LoopKind, Node, Offset, Operand};
use expression::text::Text;

/// Tags inside of each other.
const DEEPEST: usize = 60;
/// Tags of DotLiquid that need what a template here has not: other templates, or filters of the host.
const UNAVAILABLE: &[&str] = &["include", "render", "extends", "block", "param", "addfilters"];
/// Tags that stand inside or at the end of others.
const INNER: &[&str] = &["else", "elsif", "elseif", "when"];

/// The tree of a template; what is wrong with it goes into `problems`.
pub(crate) fn parse(template: &str, problems: &mut Vec<Problem>) -> Vec<Node> {
    let tokens = tokens(template, problems);
    let mut parser = Parser {
        tokens: tokens.into_iter(),
        depth: 0,
        problems,
    };
    let mut nodes = Vec::new();
    loop {
        let (more, stopped) = parser.nodes(&[]);
        nodes.extend(more);
        let Some((name, markup)) = stopped else { return nodes };
        let message = format!("`{name}` closes nothing, or belongs to nothing");
        parser.report(markup, name, message);
    }
}

/// A tag that ended a stretch of nodes.
type Stop<'t> = (&'t str, Markup<'t>);

struct Parser<'t, 'p> {
    tokens: std::vec::IntoIter<Token<'t>>,
    depth: usize,
    problems: &'p mut Vec<Problem>,
}

impl<'t> Parser<'t, '_> {
    fn report(&mut self, markup: Markup<'t>, name: &str, message: String) {
        let start = markup.start.saturating_sub(name.len());
        self.problems.push(Problem::error(start..markup.start, message));
    }

    fn scanner(&mut self, markup: Markup<'t>) -> Scanner<'t, '_> {
        Scanner::new(markup, self.problems)
    }

    /// Nodes up to the first tag that is no node, such as one of `stops`, or the template's end.
    fn nodes(&mut self, stops: &[&str]) -> (Vec<Node>, Option<Stop<'t>>) {
        let mut nodes = Vec::new();
        while let Some(token) = self.tokens.next() {
            match token {
                Token::Text(text) => nodes.push(Node::Text(text.to_owned())),
                Token::Output(markup) if markup.text.trim().is_empty() => {}
                Token::Output(markup) => nodes.extend(self.scanner(markup).pipeline().map(Node::Output)),
                Token::Tag { name, markup } => {
                    if stops.contains(&name) || INNER.contains(&name) || is_end(name) {
                        return (nodes, Some((name, markup)));
                    }
                    nodes.extend(self.tag(name, markup));
                }
            }
        }
        (nodes, None)
    }

    /// The nodes inside of a tag, up to one of `stops`; a missing or wrong end is reported.
    fn inside(&mut self, name: &str, markup: Markup<'t>, stops: &[&str]) -> (Vec<Node>, Option<Stop<'t>>) {
        if self.depth >= DEEPEST {
            self.report(markup, name, format!("tags are nested deeper than {DEEPEST} levels"));
            self.tokens = Vec::new().into_iter();
            return (Vec::new(), None);
        }
        self.depth += 1;
        let (nodes, stopped) = self.nodes(stops);
        self.depth -= 1;
        let expected = stops.last().copied().unwrap_or_default();
        match stopped {
            Some((stop, _)) if stops.contains(&stop) => (nodes, stopped),
            Some((stop, at)) => {
                self.report(at, stop, format!("found `{stop}`, expected `{expected}` of `{name}`"));
                (nodes, None)
            }
            None => {
                if self.problems.iter().all(|problem| problem.is_warning) {
                    self.report(
                        markup,
                        name,
                        format!("`{name}` has no end, expected `{{% {expected} %}}`"),
                    );
                }
                (nodes, None)
            }
        }
    }

    fn tag(&mut self, name: &'t str, markup: Markup<'t>) -> Option<Node> {
        match name {
            "assign" => self.assign(markup),
            "capture" => {
                let to = self.variable_name(markup);
                let (content, _) = self.inside(name, markup, &["endcapture"]);
                Some(Node::Capture(to?, content))
            }
            "if" | "unless" => Some(self.branches(name, markup)),
            "case" => self.case(markup),
            "for" => self.looped(name, markup, "endfor", LoopKind::Plain),
            "tablerow" => self.looped(name, markup, "endtablerow", LoopKind::Table(None)),
            "break" => Some(Node::Break),
            "continue" => Some(Node::Continue),
            "cycle" => self.cycle(markup),
            "ifchanged" => Some(Node::IfChanged(self.inside(name, markup, &["endifchanged"]).0)),
            "increment" | "decrement" => Some(Node::Counter(self.variable_name(markup)?, name == "increment")),
            _ if name.eq_ignore_ascii_case("JSONArrayFor") => {
                self.looped(name, markup, "endJSONArrayFor", LoopKind::JsonArray)
            }
            _ => {
                let message = if UNAVAILABLE.contains(&name) {
                    format!("the tag `{name}` has nothing to work with here: a body's template stands alone")
                } else {
                    format!("unknown tag `{name}`")
                };
                self.report(markup, name, message);
                None
            }
        }
    }

    fn variable_name(&mut self, markup: Markup<'t>) -> Option<Text> {
        let mut scanner = self.scanner(markup);
        scanner.skip_space();
        let quote = ["'", "\""].into_iter().find(|quote| scanner.eat(quote));
        let name = scanner.name();
        if name.is_none() {
            scanner.expected("the name of a variable");
        }
        if let Some(quote) = quote {
            scanner.eat(quote);
        }
        scanner.finish();
        name.map(Text::from)
    }

    fn assign(&mut self, markup: Markup<'t>) -> Option<Node> {
        let mut scanner = self.scanner(markup);
        scanner.skip_space();
        let Some(name) = scanner.name() else {
            scanner.expected("the name of a variable");
            return None;
        };
        if !scanner.eat("=") {
            scanner.expected("`=`");
            return None;
        }
        Some(Node::Assign(name.into(), scanner.pipeline()?))
    }

    /// `if` and `unless` with their other branches.
    fn branches(&mut self, name: &'t str, markup: Markup<'t>) -> Node {
        let end = if name == "if" { "endif" } else { "endunless" };
        let mut branches = Vec::new();
        let first = self.scanner(markup).condition();
        let mut condition = if name == "unless" {
            first.map(|condition| Condition::Not(Box::new(condition)))
        } else {
            first
        };
        loop {
            let (content, stopped) = self.inside(name, markup, &["elsif", "elseif", "else", end]);
            branches.extend(condition.map(|condition| (condition, content)));
            condition = match stopped {
                Some(("else", at)) => {
                    self.scanner(at).finish();
                    Some(Condition::Always)
                }
                Some((stop, at)) if stop != end => self.scanner(at).condition(),
                _ => return Node::Branches(branches),
            };
        }
    }

    fn case(&mut self, markup: Markup<'t>) -> Option<Node> {
        let value = self.scanner(markup).operand();
        let stops = ["when", "else", "endcase"];
        // What stands before the first `when` is never written.
        let (_, mut stopped) = self.inside("case", markup, &stops);
        let (mut branches, mut otherwise) = (Vec::new(), Vec::new());
        while let Some((stop, at)) = stopped {
            match stop {
                "when" => {
                    let values = self.when(at);
                    let (content, next) = self.inside("case", markup, &stops);
                    branches.push((values, content));
                    stopped = next;
                }
                "else" => (otherwise, stopped) = self.inside("case", markup, &stops),
                _ => break,
            }
        }
        Some(Node::Case(value?, branches, otherwise))
    }

    /// `a, b or c`
    fn when(&mut self, markup: Markup<'t>) -> Vec<Operand> {
        let mut scanner = self.scanner(markup);
        let mut values = Vec::new();
        while let Some(value) = scanner.operand() {
            values.push(value);
            if !scanner.eat(",") && !scanner.keyword("or") {
                scanner.finish();
                break;
            }
        }
        values
    }

    fn looped(&mut self, name: &'t str, markup: Markup<'t>, end: &str, kind: LoopKind) -> Option<Node> {
        let head = self.loop_head(markup, kind);
        // `endJSONArrayFor` is taken in any case, as its beginning is.
        let lower = end.to_lowercase();
        let own = format!("end{name}");
        let stops = [&*lower, &*own, end];
        let (content, stopped) = if name == "tablerow" {
            self.inside(name, markup, &stops)
        } else {
            self.inside(name, markup, &["else", &lower, &own, end])
        };
        let otherwise = match stopped {
            Some(("else", at)) => {
                self.scanner(at).finish();
                self.inside(name, markup, &stops).0
            }
            _ => Vec::new(),
        };
        let mut head = head?;
        (head.content, head.otherwise) = (content, otherwise);
        Some(Node::Loop(Box::new(head)))
    }

    /// `item in collection reversed limit: 1 offset: continue cols: 3`
    fn loop_head(&mut self, markup: Markup<'t>, kind: LoopKind) -> Option<Loop> {
        let mut scanner = self.scanner(markup);
        let Some(variable) = scanner.word() else {
            scanner.expected("the name of an item");
            return None;
        };
        if !scanner.keyword("in") {
            scanner.expected("`in`");
            return None;
        }
        scanner.skip_space();
        let before = scanner.rest();
        let collection = scanner.operand()?;
        let written = before.get(..before.len() - scanner.rest().len()).unwrap_or_default();
        let mut head = Loop {
            kind,
            variable: variable.into(),
            name: format!("{variable}-{written}").into(),
            collection,
            is_reversed: false,
            limit: None,
            offset: None,
            content: Vec::new(),
            otherwise: Vec::new(),
        };
        loop {
            scanner.eat(",");
            let Some(word) = scanner.word() else { break };
            if word == "reversed" {
                head.is_reversed = true;
                continue;
            }
            if !scanner.eat(":") {
                scanner.expected(&format!("`:` behind `{word}`"));
                return None;
            }
            let value = scanner.operand()?;
            match (word, &mut head.kind) {
                ("limit", _) => head.limit = Some(value),
                ("offset", _) => head.offset = Some(offset(value)),
                ("cols", LoopKind::Table(columns)) => *columns = Some(value),
                // Others are read and never asked for.
                _ => {}
            }
        }
        scanner.finish();
        Some(head)
    }

    /// `group: a, b` or `a, b`
    fn cycle(&mut self, markup: Markup<'t>) -> Option<Node> {
        let mut scanner = self.scanner(markup);
        let mut values = vec![scanner.operand()?];
        let mut group = None;
        if scanner.eat(":") {
            group = values.pop();
            values.push(scanner.operand()?);
        }
        while scanner.eat(",") {
            values.push(scanner.operand()?);
        }
        scanner.finish();
        Some(Node::Cycle(group, markup.text.trim().to_owned(), values))
    }
}

fn offset(value: Operand) -> Offset {
    use crate::syntax::Part;
    match value {
        Operand::Path(Part::Name(name), parts) if name == "continue" && parts.is_empty() => Offset::Continue,
        other => Offset::At(other),
    }
}

fn is_end(name: &str) -> bool {
    name.len() > 3 && name.get(..3) == Some("end")
}
