//! What stands in parentheses.

use super::{DEEPEST, Node, Options, Parser, Read};

impl Parser<'_> {
    /// A group, behind its `(`; `None` when it changes options only.
    pub(super) fn group(&mut self) -> Read<Option<Node>> {
        self.deeper()?;
        let node = self.group_inside()?;
        self.depth -= 1;
        Ok(node)
    }

    pub(super) fn deeper(&mut self) -> Read<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.fail("Groups are nested too deep.");
        }
        Ok(())
    }

    fn group_inside(&mut self) -> Read<Option<Node>> {
        if !self.eat("?") {
            if self.has(Options::EXPLICIT_CAPTURE) {
                return self.body().map(Some);
            }
            self.found.unnamed += 1;
            let number = self.found.unnamed;
            self.found.number(number);
            return self.capture(Some(number.to_string()), None).map(Some);
        }
        let look = |body, behind, negative| {
            Some(Node::Look {
                body: Box::new(body),
                behind,
                negative,
            })
        };
        Ok(if self.eat(":") {
            Some(self.body()?)
        } else if self.eat("=") {
            look(self.body()?, false, false)
        } else if self.eat("!") {
            look(self.body()?, false, true)
        } else if self.eat(">") {
            Some(Node::Atomic(Box::new(self.body()?)))
        } else if self.eat("<=") {
            look(self.body()?, true, false)
        } else if self.eat("<!") {
            look(self.body()?, true, true)
        } else if self.eat("<") {
            Some(self.named(">")?)
        } else if self.eat("'") {
            Some(self.named("'")?)
        } else if self.eat("(") {
            Some(self.conditional()?)
        } else {
            return self.inline_options();
        })
    }

    /// Alternatives and the `)` that ends them.
    fn body(&mut self) -> Read<Node> {
        let body = self.choice()?;
        if !self.eat(")") {
            return self.fail("Not enough )'s.");
        }
        Ok(body)
    }

    fn capture(&mut self, keep: Option<String>, take: Option<usize>) -> Read<Node> {
        let body = Box::new(self.body()?);
        let keep = keep.and_then(|name| self.place_of(&name));
        Ok(Node::Capture { body, keep, take })
    }

    /// `(?<name>…)`, `(?<1>…)`, `(?<name-taken>…)`, `(?<-taken>…)`, behind the first quote.
    fn named(&mut self, close: &str) -> Read<Node> {
        let keep = self.name();
        let digits = keep.starts_with(|c: char| c.is_ascii_digit());
        let number = if digits { keep.parse::<i32>().ok() } else { None };
        if digits && number.is_none() {
            return self.fail("Invalid group name: Group names must begin with a word character.");
        }
        match number {
            Some(0) => return self.fail("Capture number cannot be zero."),
            Some(number) => self.found.number(number),
            None if !keep.is_empty() => self.found.name(&keep),
            None => {}
        }
        let mut take = None;
        if self.eat("-") {
            let taken = self.name();
            take = self.place_of(&taken);
            if taken.is_empty() || take.is_none() {
                return self.fail(format!("Reference to undefined group name '{taken}'."));
            }
        }
        if !self.eat(close) || keep.is_empty() && take.is_none() {
            return self.fail("Invalid group name: Group names must begin with a word character.");
        }
        let keep = number
            .map(|number| number.to_string())
            .or(Some(keep).filter(|name| !name.is_empty()));
        self.capture(keep, take)
    }

    /// `(?(…)yes|no)`, behind `(?(`.
    fn conditional(&mut self) -> Read<Node> {
        let begin = self.at;
        let name = self.name();
        let named = !name.is_empty() && self.eat(")");
        let place = if named { self.place_of(&name) } else { None };
        let digits = name.starts_with(|c: char| c.is_ascii_digit());
        if named && digits && place.is_none() {
            return self.fail(format!("(?({name}) ) reference to undefined group."));
        }
        // A name that no group has is a pattern.
        let condition = if place.is_some() {
            None
        } else {
            self.at = begin;
            if self.eat("?#") {
                return self.fail("Alternation conditions cannot be comments.");
            }
            if self.peek() == Some('?') {
                let captures = match (self.peek_at(1), self.peek_at(2)) {
                    (Some('\''), _) => true,
                    (Some('<'), Some(after)) => !matches!(after, '=' | '!'),
                    _ => false,
                };
                if captures {
                    return self.fail("Alternation conditions do not capture and cannot be named.");
                }
                self.group()?
            } else {
                Some(self.body()?)
            }
        };
        let (yes, no) = match self.body()? {
            Node::Choice(choices) => {
                let mut choices = choices.into_iter();
                let both = (choices.next(), choices.next());
                if choices.next().is_some() {
                    return self.fail("Too many | in (?()|).");
                }
                both
            }
            only => (Some(only), None),
        };
        let boxed = |node: Option<Node>| Box::new(node.unwrap_or(Node::Sequence(Vec::new())));
        Ok(match place {
            Some(place) => Node::IfCaptured(place, boxed(yes), boxed(no)),
            None => Node::IfAhead(boxed(condition), boxed(yes), boxed(no)),
        })
    }

    /// `(?i-s)` and `(?i-s:…)`, behind `(?`.
    fn inline_options(&mut self) -> Read<Option<Node>> {
        let outside = self.options;
        let mut on = true;
        while let Some(c) = self.next() {
            match c {
                '-' => on = false,
                '+' => on = true,
                ')' => return Ok(None),
                ':' => {
                    let body = self.body()?;
                    self.options = outside;
                    return Ok(Some(body));
                }
                _ => match Options::of_letter(c) {
                    Some(option) => self.options = self.options.with(option, on),
                    None => break,
                },
            }
        }
        self.fail("Unrecognized grouping construct.")
    }
}
