//! The templates of random expressions: text files, a line each: `type: template`.
//!
//! In a template, `$int` is a sub-expression of that type and `$‹int|long›` of one of these; `§` and `¶` are fresh
//! names, which a sub-expression sees as variables when it says so: `$bool/int,string`; `‹a|b›` is a choice. A line
//! `@name int long` names a choice of types.

use std::collections::BTreeMap;

/// A piece of a template.
#[derive(Clone, Debug)]
pub enum Part {
    /// As it is.
    Text(String),
    /// A fresh name, by its number in the template.
    Fresh(usize),
    /// One of these.
    Choice(Vec<Vec<Part>>),
    /// A sub-expression of one of these types, which sees the fresh names as variables of these types.
    Hole(Vec<String>, Vec<String>),
}

/// The templates of a type.
#[derive(Default)]
pub struct Templates {
    /// Those without sub-expressions.
    pub leaves: Vec<Vec<Part>>,
    /// The others.
    pub nodes: Vec<Vec<Part>>,
}

/// The templates of all types.
pub struct Grammar {
    templates: BTreeMap<String, Templates>,
    groups: BTreeMap<String, Vec<String>>,
}

impl Grammar {
    /// The grammar of all files.
    pub fn all() -> Self {
        let mut grammar = Self {
            templates: BTreeMap::new(),
            groups: BTreeMap::new(),
        };
        for text in [
            include_str!("numbers.grammar"),
            include_str!("text.grammar"),
            include_str!("collections.grammar"),
            include_str!("dates.grammar"),
            include_str!("json.grammar"),
        ] {
            for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
                grammar.line(line);
            }
        }
        grammar
    }

    fn line(&mut self, line: &str) {
        if let Some(group) = line.strip_prefix('@') {
            let mut names = group.split(' ').map(str::to_owned);
            self.groups.insert(names.next().unwrap(), names.collect());
            return;
        }
        let (ty, template) = line.split_once(": ").unwrap();
        let mut reader = Reader {
            rest: template,
            inside: 0,
        };
        let parts = reader.parts();
        assert!(
            reader.rest.is_empty(),
            "what follows is not read: {} of {line}",
            reader.rest
        );
        let templates = self.templates.entry(ty.to_owned()).or_default();
        if has_hole(&parts) {
            templates.nodes.push(parts);
        } else {
            templates.leaves.push(parts);
        }
    }

    /// The templates of a type.
    pub fn templates(&self, ty: &str) -> &Templates {
        self.templates
            .get(ty)
            .unwrap_or_else(|| panic!("no template of type {ty}"))
    }

    /// The types that a name stands for.
    pub fn types<'g>(&'g self, name: &'g String) -> &'g [String] {
        self.groups.get(name).map_or(std::slice::from_ref(name), Vec::as_slice)
    }

    /// Every type, as often as it has templates with sub-expressions.
    pub fn weighted_types(&self) -> Vec<&str> {
        self.templates
            .iter()
            .flat_map(|(ty, templates)| std::iter::repeat_n(ty.as_str(), templates.nodes.len()))
            .collect()
    }
}

fn has_hole(parts: &[Part]) -> bool {
    parts.iter().any(|part| match part {
        Part::Hole(..) => true,
        Part::Choice(choices) => choices.iter().any(|choice| has_hole(choice)),
        _ => false,
    })
}

struct Reader<'t> {
    rest: &'t str,
    inside: usize,
}

impl Reader<'_> {
    fn eat(&mut self, token: char) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Pieces until the end, or until the end of an alternative.
    fn parts(&mut self) -> Vec<Part> {
        let (mut parts, mut text) = (Vec::new(), String::new());
        while let Some(next) = self.rest.chars().next() {
            if self.inside > 0 && (next == '|' || next == '›') {
                break;
            }
            let part = match next {
                '§' => Part::Fresh(0),
                '¶' => Part::Fresh(1),
                '‹' => Part::Choice(Vec::new()),
                '$' if self.rest[1..].starts_with(|c: char| c == '‹' || c.is_ascii_lowercase()) => {
                    Part::Hole(Vec::new(), Vec::new())
                }
                _ => {
                    text.push(next);
                    self.eat(next);
                    continue;
                }
            };
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            self.eat(next);
            parts.push(match part {
                Part::Choice(_) => Part::Choice(self.choices()),
                Part::Hole(..) => self.hole(),
                other => other,
            });
        }
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        parts
    }

    fn choices(&mut self) -> Vec<Vec<Part>> {
        self.inside += 1;
        let mut choices = vec![self.parts()];
        while self.eat('|') {
            choices.push(self.parts());
        }
        self.inside -= 1;
        assert!(self.eat('›'), "a choice does not end: {}", self.rest);
        choices
    }

    fn word(&mut self) -> String {
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_lowercase())
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn hole(&mut self) -> Part {
        let mut types = Vec::new();
        if self.eat('‹') {
            types.push(self.word());
            while self.eat('|') {
                types.push(self.word());
            }
            assert!(self.eat('›'), "a choice of types does not end: {}", self.rest);
        } else {
            types.push(self.word());
        }
        let mut variables = Vec::new();
        if self.rest.starts_with('/') && self.rest[1..].starts_with(|c: char| c.is_ascii_lowercase()) {
            while self.eat('/') || self.eat(',') {
                variables.push(self.word());
                if !self
                    .rest
                    .strip_prefix(',')
                    .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()))
                {
                    break;
                }
            }
        }
        Part::Hole(types, variables)
    }
}
