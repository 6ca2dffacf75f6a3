//! Random expressions of a grammar, with their parts.

use crate::grammar::{Grammar, Part};
use crate::random::Random;

/// The types that variables of a case have, as C# writes them.
const VARIABLES: &[(&str, &str)] = &[
    ("int", "int"),
    ("uint", "uint"),
    ("long", "long"),
    ("ulong", "ulong"),
    ("short", "short"),
    ("ushort", "ushort"),
    ("byte", "byte"),
    ("sbyte", "sbyte"),
    ("char", "char"),
    ("float", "float"),
    ("double", "double"),
    ("decimal", "decimal"),
    ("bool", "bool"),
    ("string", "string"),
    ("nint", "int?"),
    ("nbool", "bool?"),
    ("ndecimal", "decimal?"),
    ("date", "DateTime"),
    ("span", "TimeSpan"),
    ("ints", "int[]"),
    ("strings", "string[]"),
    ("object", "object"),
    ("small", "int"),
];

/// The largest expression has about this many nodes.
const SIZE: usize = 14;

/// An expression: text around its sub-expressions.
struct Node {
    texts: Vec<String>,
    children: Vec<Node>,
}

impl Node {
    fn write(&self, source: &mut String) {
        for (index, text) in self.texts.iter().enumerate() {
            source.push_str(text);
            if let Some(child) = self.children.get(index) {
                child.write(source);
            }
        }
    }

    fn text(&self) -> String {
        let mut source = String::new();
        self.write(&mut source);
        source
    }

    fn collect(&self, parts: &mut Vec<String>) {
        for child in &self.children {
            parts.push(child.text());
            child.collect(parts);
        }
    }
}

/// An expression with the variables that it may use.
pub struct Case {
    root: Node,
    variables: Vec<(String, String)>,
}

impl Case {
    /// Its policy expression.
    pub fn source(&self) -> String {
        self.with_variables(&self.root.text())
    }

    /// Policy expressions of all its sub-expressions.
    pub fn parts(&self) -> Vec<String> {
        let mut parts = Vec::new();
        self.root.collect(&mut parts);
        parts.iter().map(|part| self.with_variables(part)).collect()
    }

    fn with_variables(&self, expression: &str) -> String {
        let used: String = self
            .variables
            .iter()
            .filter(|(name, _)| expression.contains(name))
            .map(|(_, declaration)| format!("{declaration} "))
            .collect();
        if used.is_empty() {
            return format!("@({expression})");
        }
        format!("@{{ {used}return {expression}; }}")
    }
}

/// Makes one case.
pub struct Generator<'g> {
    grammar: &'g Grammar,
    random: Random,
    fresh: usize,
    /// The variables that the place being filled sees: type and name.
    scope: Vec<(String, String)>,
}

impl<'g> Generator<'g> {
    /// A generator.
    pub fn new(grammar: &'g Grammar, random: Random) -> Self {
        Self {
            grammar,
            random,
            fresh: 0,
            scope: Vec::new(),
        }
    }

    /// The case.
    pub fn case(mut self) -> Case {
        let mut variables = Vec::new();
        let mut scope = Vec::new();
        if self.random.percent(85) {
            for (ty, keyword) in VARIABLES {
                let value = self.node(ty, 0).text();
                let name = format!("{ty}_v");
                variables.push((name.clone(), format!("{keyword} {name} = {value};")));
                scope.push(((*ty).to_owned(), name));
            }
        }
        self.scope = scope;
        let ty = self.random.pick(&self.grammar.weighted_types()).to_string();
        let size = 1 + self.random.below(SIZE);
        let root = self.node(&ty, size);
        Case { root, variables }
    }

    fn node(&mut self, ty: &str, size: usize) -> Node {
        let templates = self.grammar.templates(ty);
        if size == 0 || templates.nodes.is_empty() {
            let variables: Vec<String> = self
                .scope
                .iter()
                .filter(|(known, _)| known == ty)
                .map(|(_, name)| name.clone())
                .collect();
            if !variables.is_empty() && (templates.leaves.is_empty() || self.random.percent(60)) {
                // The innermost variable is the one that the place is about.
                let name = if self.random.percent(60) {
                    variables[variables.len() - 1].clone()
                } else {
                    self.random.pick(&variables).clone()
                };
                return Node {
                    texts: vec![name],
                    children: Vec::new(),
                };
            }
            if !templates.leaves.is_empty() {
                let template = self.random.pick(&templates.leaves).clone();
                return self.filled(&template, 0);
            }
        }
        let template = self.random.pick(&templates.nodes).clone();
        self.filled(&template, size.saturating_sub(1))
    }

    /// The template without choices.
    fn chosen(&mut self, template: &[Part], into: &mut Vec<Part>) {
        for part in template {
            match part {
                Part::Choice(choices) => {
                    let choice = self.random.pick(choices).clone();
                    self.chosen(&choice, into);
                }
                other => into.push(other.clone()),
            }
        }
    }

    fn filled(&mut self, template: &[Part], size: usize) -> Node {
        let mut parts = Vec::new();
        self.chosen(template, &mut parts);
        let holes = parts.iter().filter(|part| matches!(part, Part::Hole(..))).count();
        let fresh = self.fresh;
        self.fresh += 2;
        let name = |number: usize| format!("x{}", fresh + number);
        let mut node = Node {
            texts: vec![String::new()],
            children: Vec::new(),
        };
        let mut left = size;
        for part in &parts {
            match part {
                Part::Hole(types, variables) => {
                    let group = self.random.pick(types).clone();
                    let ty = self.random.pick(self.grammar.types(&group)).clone();
                    let share = if holes > 1 { self.random.below(left + 1) } else { left };
                    left -= share;
                    let before = self.scope.len();
                    for (number, variable) in variables.iter().enumerate() {
                        self.scope.push((variable.clone(), name(number)));
                    }
                    let child = self.node(&ty, share);
                    self.scope.truncate(before);
                    node.children.push(child);
                    node.texts.push(String::new());
                }
                Part::Fresh(number) => node.texts.last_mut().unwrap().push_str(&name(*number)),
                Part::Text(text) => node.texts.last_mut().unwrap().push_str(text),
                Part::Choice(_) => {}
            }
        }
        node
    }
}
