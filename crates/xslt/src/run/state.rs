//! What queries see of a transformation: variables, keys, the functions that `XSLT` adds, and what is left to use.

use crate::compile::{function, is_known};
use crate::instruction::{Call, Function, Program};
use crate::{Limits, TransformError, format};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;
use xml::xpath::{Answer, Host, Place, XPathError, text_number, text_of};
use xml::{Name, NodeId, Tree};

/// Why a step was not done.
pub enum Halt {
    /// A global variable has to be evaluated first.
    Global(usize),
    /// The transformation fails.
    Error(TransformError),
}

impl Halt {
    /// The transformation fails for a reason of its own.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Error(TransformError::Failed(message.into()))
    }
}

/// What is passed to templates.
pub type Arguments = Rc<Vec<(Name, Answer)>>;

/// Variables of a template that runs.
pub struct Frame {
    slots: Vec<Option<Answer>>,
    arguments: Arguments,
}

impl Frame {
    /// Variables without values, and what was passed.
    pub fn of(slots: usize, arguments: Arguments) -> Self {
        Self {
            slots: vec![None; slots],
            arguments,
        }
    }
}

#[derive(Clone)]
enum GlobalValue {
    Unknown,
    InProgress,
    Known(Answer),
}

/// Nodes by the values of a key.
type Index = HashMap<String, Vec<NodeId>>;

/// A transformation's state beside its tree.
pub struct State<'p> {
    program: &'p Program,
    limits: &'p Limits,
    steps: u64,
    bytes: usize,
    globals: Vec<GlobalValue>,
    /// The global variable that a query needed.
    wanted: Option<usize>,
    /// Variables of the templates that run, innermost last.
    pub frames: Vec<Frame>,
    /// What `current()` gives.
    pub current: NodeId,
    keys: HashMap<(Name, NodeId), Rc<Index>>,
    indexing: HashSet<Name>,
}

/// What a node takes.
const NODE_BYTES: usize = 128;

impl<'p> State<'p> {
    /// At the beginning.
    pub fn new(program: &'p Program, limits: &'p Limits) -> Self {
        Self {
            program,
            limits,
            steps: limits.steps,
            bytes: limits.bytes,
            globals: vec![GlobalValue::Unknown; program.globals.len()],
            wanted: None,
            frames: Vec::new(),
            current: NodeId::FIRST,
            keys: HashMap::new(),
            indexing: HashSet::new(),
        }
    }

    /// Accounts for work.
    pub fn steps(&mut self, steps: usize) -> Result<(), Halt> {
        if self.charge(steps as u64) {
            Ok(())
        } else {
            Err(Halt::Error(TransformError::Steps(self.limits.steps)))
        }
    }

    /// Accounts for room.
    pub fn room(&mut self, bytes: usize) -> Result<(), Halt> {
        self.steps(bytes / 16)?;
        match self.bytes.checked_sub(bytes) {
            Some(left) => {
                self.bytes = left;
                Ok(())
            }
            None => Err(Halt::Error(TransformError::Bytes(self.limits.bytes))),
        }
    }

    /// Accounts for a node.
    pub fn node(&mut self) -> Result<(), Halt> {
        self.room(NODE_BYTES)
    }

    /// What a query gave, or why it gave nothing.
    pub fn checked<T>(&mut self, answer: Result<T, XPathError>, query: &str) -> Result<T, Halt> {
        answer.map_err(|error| match (self.wanted.take(), error) {
            (Some(global), _) => Halt::Global(global),
            (None, XPathError::Stopped) => Halt::Error(TransformError::Steps(self.limits.steps)),
            (None, error) => Halt::failed(format!("'{query}': {error}")),
        })
    }

    /// Marks a global variable as being evaluated; `false` when it is already.
    pub fn begin_global(&mut self, number: usize) -> bool {
        match self.globals.get_mut(number) {
            Some(value @ GlobalValue::Unknown) => {
                *value = GlobalValue::InProgress;
                true
            }
            _ => false,
        }
    }

    /// Gives a global variable its value.
    pub fn set_global(&mut self, number: usize, value: Answer) {
        if let Some(global) = self.globals.get_mut(number) {
            *global = GlobalValue::Known(value);
        }
    }

    /// Gives a template's variable its value.
    pub fn set_slot(&mut self, slot: usize, value: Answer) {
        if let Some(slot) = self.frames.last_mut().and_then(|frame| frame.slots.get_mut(slot)) {
            *slot = Some(value);
        }
    }

    /// What was passed to the template that runs.
    pub fn argument(&self, name: &Name) -> Option<Answer> {
        let arguments = &self.frames.last()?.arguments;
        arguments
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.clone())
    }

    /// A value as a text.
    pub fn text_of(&mut self, tree: &Tree, value: &Answer) -> Result<String, Halt> {
        let text = text_of(tree, value, self);
        self.checked(text, "a text")
    }

    /// The template for a node in a mode.
    pub fn template_for(&mut self, tree: &Tree, node: NodeId, mode: Option<&'p Name>) -> Result<Option<usize>, Halt> {
        let program = self.program;
        let Some(rules) = program.rules.get(&mode.cloned()) else {
            return Ok(None);
        };
        let own = tree
            .name(node)
            .filter(|_| tree.is_element(node))
            .map(|name| &**name.local());
        for rule in &rules.0 {
            if rule.pattern.element_name().is_some_and(|wanted| Some(wanted) != own) {
                continue;
            }
            let answer = rule.pattern.matches(tree, node, self);
            if self.checked(answer, "the pattern of a template")? {
                return Ok(Some(rule.template));
            }
        }
        Ok(None)
    }

    fn number_of(&mut self, tree: &Tree, value: &Answer) -> Result<f64, XPathError> {
        Ok(match value {
            Answer::Number(number) => *number,
            Answer::Boolean(value) => f64::from(u8::from(*value)),
            other => text_number(&text_of(tree, other, self)?),
        })
    }

    /// A name in the argument of a function.
    fn named(call: &Call, written: &str) -> Result<Name, XPathError> {
        match written.split_once(':') {
            None => Ok(Name::local_only(written)),
            Some((prefix, local)) => match call.prefixes.get(prefix) {
                Some(namespace) => Ok(Name::new(Arc::clone(namespace), local)),
                None => Err(XPathError::Prefix(prefix.to_owned())),
            },
        }
    }

    /// `key()`
    fn keyed(&mut self, name: Name, value: &Answer, (tree, at): (&Tree, Place)) -> Result<Answer, XPathError> {
        if !self.program.keys.contains_key(&name) {
            return Err(XPathError::Host(format!("there is no xsl:key of the name '{name}'")));
        }
        let root = tree.root(at.node);
        let index = if let Some(index) = self.keys.get(&(name.clone(), root)) {
            Rc::clone(index)
        } else {
            let index = Rc::new(self.index(&name, tree, root)?);
            self.keys.insert((name, root), Rc::clone(&index));
            index
        };
        let values = match value {
            Answer::Nodes(nodes) => {
                let texts = nodes
                    .iter()
                    .map(|node| text_of(tree, &Answer::Nodes(vec![*node]), self));
                texts.collect::<Result<Vec<_>, _>>()?
            }
            other => vec![text_of(tree, other, self)?],
        };
        let mut found: Vec<NodeId> = Vec::new();
        for nodes in values.iter().filter_map(|value| index.get(value)) {
            if !self.charge(nodes.len() as u64 / 4) {
                return Err(XPathError::Stopped);
            }
            found.extend(nodes);
        }
        found.sort_unstable();
        found.dedup();
        Ok(Answer::Nodes(found))
    }

    fn index(&mut self, name: &Name, tree: &Tree, root: NodeId) -> Result<Index, XPathError> {
        if !self.indexing.insert(name.clone()) {
            return Err(XPathError::Host(format!("the key '{name}' needs itself")));
        }
        let outer = self.current;
        let (program, mut index) = (self.program, Index::new());
        let keys = program.keys.get(name).map(Vec::as_slice).unwrap_or_default();
        for node in std::iter::once(root).chain(tree.descendants(root)) {
            self.index_node(keys, &mut index, (tree, node))?;
            for attribute in tree.attributes(node) {
                self.index_node(keys, &mut index, (tree, attribute))?;
            }
        }
        self.current = outer;
        self.indexing.remove(name);
        Ok(index)
    }

    fn index_node(
        &mut self,
        keys: &[crate::instruction::Key],
        index: &mut Index,
        (tree, node): (&Tree, NodeId),
    ) -> Result<(), XPathError> {
        for key in keys {
            let mut matches = false;
            for pattern in &key.patterns {
                matches = matches || pattern.matches(tree, node, self)?;
            }
            if !matches {
                continue;
            }
            self.current = node;
            let values = match key.value.query.evaluate(tree, Place::alone(node), self)? {
                Answer::Nodes(nodes) => {
                    let texts = nodes
                        .into_iter()
                        .map(|node| text_of(tree, &Answer::Nodes(vec![node]), self));
                    texts.collect::<Result<Vec<_>, _>>()?
                }
                other => vec![text_of(tree, &other, self)?],
            };
            for value in values {
                if self.room(NODE_BYTES / 2 + value.len()).is_err() {
                    return Err(XPathError::Stopped);
                }
                index.entry(value).or_default().push(node);
            }
        }
        Ok(())
    }
}

impl Host for State<'_> {
    fn charge(&mut self, steps: u64) -> bool {
        if let Some(left) = self.steps.checked_sub(steps) {
            self.steps = left;
            true
        } else {
            self.steps = 0;
            false
        }
    }

    fn is_in_order(&self) -> bool {
        true
    }

    fn number_text(&self, number: f64) -> String {
        format::number(number)
    }

    fn variable(&mut self, number: usize) -> Result<Answer, XPathError> {
        if let Some(slot) = number.checked_sub(self.globals.len()) {
            let value = self
                .frames
                .last()
                .and_then(|frame| frame.slots.get(slot))
                .cloned()
                .flatten();
            return value.ok_or_else(|| XPathError::Host("the variable has no value yet".to_owned()));
        }
        if let Some(GlobalValue::Known(value)) = self.globals.get(number) {
            Ok(value.clone())
        } else {
            self.wanted = Some(number);
            Err(XPathError::Host("a global variable has no value yet".to_owned()))
        }
    }

    fn call(
        &mut self,
        number: usize,
        arguments: Vec<Answer>,
        (tree, at): (&Tree, Place),
    ) -> Result<Answer, XPathError> {
        let program = self.program;
        let Some(call) = program.calls.get(number) else {
            return Err(XPathError::Host("the function is not known".to_owned()));
        };
        let mut given = arguments.into_iter();
        let (first, second, third) = (given.next(), given.next(), given.next());
        let text = |state: &mut Self, value: &Option<Answer>| match value {
            Some(value) => text_of(tree, value, state),
            None => Ok(String::new()),
        };
        Ok(match call.function {
            Function::Current => Answer::Nodes(vec![self.current]),
            Function::GenerateId => {
                let node = match &first {
                    None => Some(at.node),
                    Some(Answer::Nodes(nodes)) => nodes.first().copied(),
                    Some(_) => return Err(XPathError::NoNodes),
                };
                Answer::Text(node.map(|node| format!("id{}", node.number())).unwrap_or_default())
            }
            Function::NodeSet => match first {
                Some(nodes @ Answer::Nodes(_)) => nodes,
                _ => return Err(XPathError::NoNodes),
            },
            Function::Key => {
                let name = text(self, &first)?;
                let value = second.unwrap_or(Answer::Text(String::new()));
                return self.keyed(Self::named(call, &name)?, &value, (tree, at));
            }
            Function::FormatNumber => {
                let number = match &first {
                    Some(value) => self.number_of(tree, value)?,
                    None => f64::NAN,
                };
                let picture = text(self, &second)?;
                let name = match &third {
                    Some(_) => Some(Self::named(call, &text(self, &third)?)?),
                    None => None,
                };
                let unnamed = format::decimal::DecimalFormat::default();
                let format = match program.decimal_formats.get(&name) {
                    Some(format) => format,
                    None if name.is_none() => &unnamed,
                    None => {
                        let name = name.map(|name| name.to_string()).unwrap_or_default();
                        let message = format!("there is no xsl:decimal-format of the name '{name}'");
                        return Err(XPathError::Host(message));
                    }
                };
                Answer::Text(format.format(number, &picture).map_err(XPathError::Host)?)
            }
            Function::SystemProperty => {
                let name = Self::named(call, &text(self, &first)?)?;
                // Stylesheets ask for the vendor to know which extensions there are: those of .NET.
                match (&**name.namespace() == crate::compile::XSL, &**name.local()) {
                    (true, "version") => Answer::Number(1.0),
                    (true, "vendor") => Answer::Text("Microsoft".to_owned()),
                    (true, "vendor-url") => Answer::Text("http://www.microsoft.com".to_owned()),
                    _ => Answer::Text(String::new()),
                }
            }
            Function::Offers => {
                let name = Self::named(call, &text(self, &first)?)?;
                let of_xpath = name.namespace().is_empty() && xml::xpath::is_function(name.local());
                Answer::Boolean(of_xpath || function(&name).is_some())
            }
            Function::OffersElement => {
                let name = Self::named(call, &text(self, &first)?)?;
                let unavailable = ["import", "include"].contains(&&**name.local());
                let is_instruction = &**name.namespace() == crate::compile::XSL && is_known(name.local());
                Answer::Boolean(is_instruction && !unavailable)
            }
        })
    }
}
