//! Programs over documents, one task after the other: what is nested waits on a stack of tasks, so that neither deep
//! templates nor deep documents can use up the thread's own stack.
//!
//! A step evaluates its queries before it changes anything. So when a query needs a global variable that has no value
//! yet, the step is put back, the variable is evaluated, and the step runs again.

mod build;
mod copy;
mod number;
mod sort;
mod space;
mod state;

use crate::avt::{Avt, Part};
use crate::instruction::{AttributeSet, Body, Content, Instruction, Literal, Prefixes, Program, Select, Sort, With};
use crate::{Limits, TransformError};
use build::{Builder, text_fragment};
use state::{Arguments, Frame, Halt, State};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use xml::name::{XML_NAMESPACE, is_ncname};
use xml::xpath::{Answer, Place};
use xml::{Kind, Name, NodeId, Tree};

/// A finished transformation.
pub struct Finished {
    /// All nodes: the source's, the result's, and those made on the way.
    pub tree: Tree,
    /// The result's document node.
    pub result: NodeId,
}

/// Transforms a document.
///
/// # Errors
/// As [`crate::Stylesheet::transform`].
pub fn run(
    program: &Program,
    mut source: Tree,
    parameters: &HashMap<String, String>,
    limits: &Limits,
) -> Result<Finished, TransformError> {
    space::prepare(&mut source, program);
    let result = source.push(Kind::Document { declaration: None });
    let mut state = State::new(program, limits);
    for (name, value) in parameters {
        if let Some(number) = program.parameter(&Name::local_only(name.as_str())) {
            state.set_global(number, Answer::Text(value.clone()));
        }
    }
    let root = Focus {
        place: Place::alone(NodeId::FIRST),
        mode: None,
    };
    let mut machine = Machine {
        program,
        limits,
        state,
        builder: Builder::at(result),
        tree: source,
        focus: root,
        tasks: vec![Task::Templates {
            nodes: Rc::new(vec![NodeId::FIRST]),
            at: 0,
            mode: None,
        }],
        arguments: vec![Arguments::default()],
    };
    machine.run()?;
    machine.builder.flush(&mut machine.tree);
    Ok(Finished {
        tree: machine.tree,
        result,
    })
}

/// The current node with its place in the current list, and the mode it was reached in.
#[derive(Clone, Copy)]
struct Focus<'p> {
    place: Place,
    mode: Option<&'p Name>,
}

/// Something that waits to be done.
#[derive(Clone)]
enum Task<'p> {
    /// The rest of a body.
    Body(&'p [Instruction]),
    /// `xsl:for-each` from its node `at` on.
    Each {
        nodes: Rc<Vec<NodeId>>,
        at: usize,
        body: &'p Body,
    },
    /// `xsl:apply-templates` from its node `at` on; its arguments are the last ones gathered.
    Templates {
        nodes: Rc<Vec<NodeId>>,
        at: usize,
        mode: Option<&'p Name>,
    },
    /// Gathers arguments.
    With(&'p [With]),
    /// Calls a template with the last arguments gathered.
    Call(usize),
    /// Works out a value and puts it somewhere.
    Value(&'p Content, Target<'p>),
    /// Attribute sets by name.
    Sets(&'p [Name]),
    /// One attribute set.
    Set(&'p AttributeSet),
    /// Back to an outer current node.
    Focus(Focus<'p>),
    /// A template's variables are gone.
    EndFrame,
    /// An element of the result is complete.
    EndElement(NodeId),
    /// What was made beside the result is complete; the result goes on at `outer`.
    EndFragment {
        outer: Builder,
        fragment: NodeId,
        end: End<'p>,
    },
}

/// Where a value goes.
#[derive(Clone, Copy)]
enum Target<'p> {
    Slot(usize),
    Argument(&'p Name),
    Global(usize),
}

/// What becomes of something that was made beside the result.
#[derive(Clone)]
enum End<'p> {
    Value(Target<'p>),
    Attribute(Name, Option<Arc<str>>),
    Comment,
    Processing(Arc<str>),
    Message { terminates: bool },
}

struct Machine<'p> {
    program: &'p Program,
    limits: &'p Limits,
    state: State<'p>,
    builder: Builder,
    tree: Tree,
    focus: Focus<'p>,
    tasks: Vec<Task<'p>>,
    /// Arguments that are being gathered or waiting for a call, innermost last.
    arguments: Vec<Arguments>,
}

impl<'p> Machine<'p> {
    fn run(&mut self) -> Result<(), TransformError> {
        while let Some(task) = self.tasks.pop() {
            if self.tasks.len() >= self.limits.depth {
                return Err(TransformError::Depth(self.limits.depth));
            }
            let waiting = self.tasks.len();
            self.state.current = self.focus.place.node;
            let done = self.state.steps(1).and_then(|()| self.step(task.clone()));
            match done {
                Ok(()) => {}
                Err(Halt::Global(number)) => {
                    self.tasks.truncate(waiting);
                    self.tasks.push(task);
                    self.start_global(number)?;
                }
                Err(Halt::Error(error)) => return Err(error),
            }
        }
        Ok(())
    }

    fn start_global(&mut self, number: usize) -> Result<(), TransformError> {
        let Some(global) = self.program.globals.get(number) else {
            return Ok(());
        };
        if !self.state.begin_global(number) {
            let message = format!("the value of the global variable '{}' needs itself", global.name);
            return Err(TransformError::Failed(message));
        }
        self.tasks.push(Task::Focus(self.focus));
        self.tasks.push(Task::EndFrame);
        self.state.frames.push(Frame::of(global.slots, Rc::default()));
        self.focus = Focus {
            place: Place::alone(NodeId::FIRST),
            mode: None,
        };
        self.tasks.push(Task::Value(&global.value, Target::Global(number)));
        Ok(())
    }

    fn step(&mut self, task: Task<'p>) -> Result<(), Halt> {
        match task {
            Task::Body(body) => {
                if let Some((first, rest)) = body.split_first() {
                    if !rest.is_empty() {
                        self.tasks.push(Task::Body(rest));
                    }
                    self.instruction(first)?;
                }
            }
            Task::Each { nodes, at, body } => {
                let Some(node) = nodes.get(at).copied() else {
                    return Ok(());
                };
                self.focus_on(node, at, nodes.len(), None);
                self.tasks.push(Task::Each {
                    nodes,
                    at: at + 1,
                    body,
                });
                self.tasks.push(Task::Body(body));
            }
            Task::Templates { nodes, at, mode } => {
                let Some(node) = nodes.get(at).copied() else {
                    self.arguments.pop();
                    return Ok(());
                };
                self.focus_on(node, at, nodes.len(), mode);
                self.state.current = node;
                let template = self.state.template_for(&self.tree, node, mode)?;
                self.tasks.push(Task::Templates {
                    nodes,
                    at: at + 1,
                    mode,
                });
                match template {
                    Some(template) => {
                        // All templates see the same ones, however many there are.
                        let arguments = self.arguments.last().cloned().unwrap_or_default();
                        self.enter(template, arguments);
                    }
                    None => self.built_in(node, mode)?,
                }
            }
            Task::With(with) => {
                if let Some((first, rest)) = with.split_first() {
                    self.tasks.push(Task::With(rest));
                    self.value(&first.value, Target::Argument(&first.name))?;
                }
            }
            Task::Call(template) => {
                let arguments = self.arguments.pop().unwrap_or_default();
                self.enter(template, arguments);
            }
            Task::Value(content, target) => self.value(content, target)?,
            Task::Sets(names) => {
                if let Some((first, rest)) = names.split_first() {
                    self.tasks.push(Task::Sets(rest));
                    self.tasks.extend(self.program.attribute_sets.get(first).map(Task::Set));
                }
            }
            Task::Set(set) => {
                self.state.frames.push(Frame::of(set.slots, Rc::default()));
                self.tasks.push(Task::EndFrame);
                self.tasks.push(Task::Body(&set.body));
                self.tasks.push(Task::Sets(&set.uses));
            }
            Task::Focus(focus) => self.focus = focus,
            Task::EndFrame => {
                self.state.frames.pop();
            }
            Task::EndElement(outer) => self.builder.close(&mut self.tree, outer),
            Task::EndFragment { outer, fragment, end } => {
                self.builder.end_fragment(&mut self.tree, outer);
                self.end_fragment(fragment, end)?;
            }
        }
        Ok(())
    }

    fn focus_on(&mut self, node: NodeId, at: usize, size: usize, mode: Option<&'p Name>) {
        let position = at + 1;
        let place = Place { node, position, size };
        self.focus = Focus { place, mode };
    }

    fn enter(&mut self, template: usize, arguments: Arguments) {
        if let Some(template) = self.program.templates.get(template) {
            self.state.frames.push(Frame::of(template.slots, arguments));
            self.tasks.push(Task::EndFrame);
            self.tasks.push(Task::Body(&template.body));
        }
    }

    /// The built-in template rules (5.8).
    fn built_in(&mut self, node: NodeId, mode: Option<&'p Name>) -> Result<(), Halt> {
        match self.tree.kind(node) {
            Kind::Element { .. } | Kind::Document { .. } | Kind::Fragment => {
                let children = self.children(node)?;
                self.tasks.push(Task::Focus(self.focus));
                self.arguments.push(Arguments::default());
                self.tasks.push(Task::Templates {
                    nodes: Rc::new(children),
                    at: 0,
                    mode,
                });
            }
            Kind::Text(text) | Kind::CData(text) | Kind::Attribute { value: text, .. } => {
                let text = Arc::clone(text);
                self.text(&text, false)?;
            }
            Kind::Comment(_) | Kind::Instruction { .. } | Kind::DocumentType(_) => {}
        }
        Ok(())
    }

    fn children(&mut self, node: NodeId) -> Result<Vec<NodeId>, Halt> {
        let children: Vec<NodeId> = self
            .tree
            .children(node)
            .filter(|id| !matches!(self.tree.kind(*id), Kind::DocumentType(_)))
            .collect();
        self.state.steps(children.len())?;
        Ok(children)
    }

    fn instruction(&mut self, instruction: &'p Instruction) -> Result<(), Halt> {
        match instruction {
            Instruction::Text { text, raw } => self.text(text, *raw)?,
            Instruction::ValueOf { select, raw } => {
                let text = self.select_text(select)?;
                self.text(&text, *raw)?;
            }
            Instruction::Literal(literal) => self.literal(literal)?,
            Instruction::Element {
                name,
                namespace,
                prefixes,
                uses,
                body,
            } => {
                let (name, prefix) = self.constructed(name, namespace.as_ref(), (prefixes, true))?;
                self.element(name, prefix)?;
                self.fill(uses, body);
            }
            Instruction::Attribute {
                name,
                namespace,
                prefixes,
                body,
            } => {
                let (name, prefix) = self.constructed(name, namespace.as_ref(), (prefixes, false))?;
                self.fragment(body, End::Attribute(name, prefix))?;
            }
            Instruction::Comment(body) => self.fragment(body, End::Comment)?,
            Instruction::Processing { name, body } => {
                let target = self.avt(name)?;
                if !is_ncname(&target) || target.eq_ignore_ascii_case("xml") {
                    let message = format!("'{target}' is no name of a processing instruction");
                    return Err(Halt::failed(message));
                }
                self.fragment(body, End::Processing(target.into()))?;
            }
            Instruction::Copy { uses, body } => self.copy(uses, body)?,
            Instruction::CopyOf(select) => self.copy_of(select)?,
            Instruction::ForEach { select, sorts, body } => {
                let nodes = self.select_nodes(select)?;
                let nodes = self.sorted(nodes, sorts)?;
                self.tasks.push(Task::Focus(self.focus));
                self.tasks.push(Task::Each {
                    nodes: Rc::new(nodes),
                    at: 0,
                    body,
                });
            }
            Instruction::Choose { whens, otherwise } => self.choose(whens, otherwise)?,
            Instruction::ApplyTemplates {
                select,
                mode,
                sorts,
                with,
            } => {
                let nodes = match select {
                    Some(select) => self.select_nodes(select)?,
                    None => self.children(self.focus.place.node)?,
                };
                let nodes = self.sorted(nodes, sorts)?;
                self.tasks.push(Task::Focus(self.focus));
                self.tasks.push(Task::Templates {
                    nodes: Rc::new(nodes),
                    at: 0,
                    mode: mode.as_ref(),
                });
                self.gather(with);
            }
            Instruction::ApplyImports => self.built_in(self.focus.place.node, self.focus.mode)?,
            Instruction::CallTemplate { template, with } => {
                self.tasks.push(Task::Call(*template));
                self.gather(with);
            }
            Instruction::Variable { slot, value } => self.value(value, Target::Slot(*slot))?,
            Instruction::Parameter { slot, name, value } => match self.state.argument(name) {
                Some(given) => self.set(Target::Slot(*slot), given)?,
                None => self.value(value, Target::Slot(*slot))?,
            },
            Instruction::Number(numbering) => {
                let text = self.number(numbering)?;
                self.text(&text, false)?;
            }
            Instruction::Message { terminates, body } => {
                let terminates = *terminates;
                self.fragment(body, End::Message { terminates })?;
            }
            Instruction::Fallback(body) => self.tasks.push(Task::Body(body)),
        }
        Ok(())
    }

    fn copy_of(&mut self, select: &Select) -> Result<(), Halt> {
        match self.select(select)? {
            Answer::Nodes(nodes) => {
                for node in nodes {
                    self.copy_whole(node)?;
                }
                Ok(())
            }
            other => {
                let text = self.state.text_of(&self.tree, &other)?;
                self.text(&text, false)
            }
        }
    }

    fn choose(&mut self, whens: &'p [(Select, Body)], otherwise: &'p Body) -> Result<(), Halt> {
        let mut chosen = otherwise;
        for (test, body) in whens {
            let answer = test.query.truth(&self.tree, self.focus.place, &mut self.state);
            if self.state.checked(answer, &test.text)? {
                chosen = body;
                break;
            }
        }
        self.tasks.push(Task::Body(chosen));
        Ok(())
    }

    fn gather(&mut self, with: &'p [With]) {
        self.arguments.push(Arguments::default());
        if !with.is_empty() {
            self.tasks.push(Task::With(with));
        }
    }

    fn sorted(&mut self, nodes: Vec<NodeId>, sorts: &'p [Sort]) -> Result<Vec<NodeId>, Halt> {
        if sorts.is_empty() || nodes.len() < 2 {
            return Ok(nodes);
        }
        sort::sorted(self, nodes, sorts)
    }

    fn value(&mut self, content: &'p Content, target: Target<'p>) -> Result<(), Halt> {
        match content {
            Content::Select(select) => {
                let answer = self.select(select)?;
                self.set(target, answer)
            }
            Content::Empty => self.set(target, Answer::Text(String::new())),
            Content::Body(body) => self.fragment(body, End::Value(target)),
        }
    }

    fn set(&mut self, target: Target<'p>, value: Answer) -> Result<(), Halt> {
        self.state.room(match &value {
            Answer::Nodes(nodes) => nodes.len() * size_of::<NodeId>(),
            Answer::Text(text) => text.len(),
            Answer::Number(_) | Answer::Boolean(_) => 0,
        })?;
        match target {
            Target::Slot(slot) => self.state.set_slot(slot, value),
            Target::Global(number) => self.state.set_global(number, value),
            Target::Argument(name) => {
                if let Some(arguments) = self.arguments.last_mut() {
                    Rc::make_mut(arguments).push((name.clone(), value));
                }
            }
        }
        Ok(())
    }

    /// Makes something beside the result.
    fn fragment(&mut self, body: &'p Body, end: End<'p>) -> Result<(), Halt> {
        self.state.node()?;
        let (outer, fragment) = self.builder.begin_fragment(&mut self.tree);
        self.tasks.push(Task::EndFragment { outer, fragment, end });
        self.tasks.push(Task::Body(body));
        Ok(())
    }

    fn end_fragment(&mut self, fragment: NodeId, end: End<'p>) -> Result<(), Halt> {
        let text = |machine: &mut Self| {
            let fragment = Answer::Nodes(vec![fragment]);
            machine.state.text_of(&machine.tree, &fragment)
        };
        match end {
            End::Value(target) => self.set(target, Answer::Nodes(vec![fragment]))?,
            End::Attribute(name, prefix) => {
                let value = text(self)?;
                self.attribute(name, prefix, value.into())?;
            }
            End::Comment => {
                let text = text(self)?;
                self.leaf(Kind::Comment(text.into()))?;
            }
            End::Processing(target) => {
                let content = text(self)?.into();
                self.leaf(Kind::Instruction { target, content })?;
            }
            End::Message { terminates: true } => return Err(Halt::Error(TransformError::Terminated(text(self)?))),
            End::Message { terminates: false } => {}
        }
        Ok(())
    }

    fn literal(&mut self, literal: &'p Literal) -> Result<(), Halt> {
        let mut attributes = Vec::new();
        for (name, prefix, value) in &literal.attributes {
            attributes.push((name.clone(), prefix.clone(), self.avt(value)?));
        }
        let outer = self.element(literal.name.clone(), literal.prefix.clone())?;
        for (prefix, namespace) in &literal.declarations {
            self.declaration(outer, prefix, namespace)?;
        }
        if literal.uses.is_empty() {
            for (name, prefix, value) in attributes {
                self.attribute(name, prefix, value.into())?;
            }
            self.tasks.push(Task::Body(&literal.body));
            return Ok(());
        }
        // The sets come first, so the attributes wait, as texts made beside the result.
        self.tasks.push(Task::Body(&literal.body));
        for (name, prefix, value) in attributes.into_iter().rev() {
            self.state.node()?;
            let fragment = text_fragment(&mut self.tree, &value);
            self.tasks.push(Task::EndFragment {
                outer: self.builder.clone(),
                fragment,
                end: End::Attribute(name, prefix),
            });
        }
        self.tasks.push(Task::Sets(&literal.uses));
        Ok(())
    }

    /// Begins an element; what it holds is what is done until its task ends. Gives the element around it.
    fn element(&mut self, name: Name, prefix: Option<Arc<str>>) -> Result<NodeId, Halt> {
        self.state.node()?;
        let outer = self.builder.open(&mut self.tree, name, prefix);
        self.tasks.push(Task::EndElement(outer));
        Ok(outer)
    }

    fn fill(&mut self, uses: &'p [Name], body: &'p Body) {
        self.tasks.push(Task::Body(body));
        if !uses.is_empty() {
            self.tasks.push(Task::Sets(uses));
        }
    }

    /// The name that `xsl:element` or `xsl:attribute` makes, with its prefix.
    fn constructed(
        &mut self,
        name: &Avt,
        namespace: Option<&Avt>,
        (prefixes, is_element): (&Prefixes, bool),
    ) -> Result<(Name, Option<Arc<str>>), Halt> {
        let written = self.avt(name)?;
        let namespace = namespace.map(|namespace| self.avt(namespace)).transpose()?;
        let (prefix, local) = match written.split_once(':') {
            Some((prefix, local)) => (Some(prefix), local),
            None => (None, written.as_str()),
        };
        let sound = is_ncname(local) && prefix.is_none_or(is_ncname) && (is_element || written != "xmlns");
        if !sound {
            let kind = if is_element { "element" } else { "attribute" };
            return Err(Halt::failed(format!("'{written}' is an invalid name for an {kind}")));
        }
        let namespace: Arc<str> = match (namespace, prefix) {
            (Some(namespace), _) => namespace.into(),
            (None, None) if !is_element => "".into(),
            (None, prefix) => match prefixes.get(prefix.unwrap_or_default()) {
                Some(namespace) => Arc::clone(namespace),
                None if prefix.is_none() => "".into(),
                None => {
                    let prefix = prefix.unwrap_or_default();
                    return Err(Halt::failed(format!(
                        "the prefix '{prefix}' of '{written}' is not declared"
                    )));
                }
            },
        };
        // These two mean what they mean.
        let is_free = |prefix: &str| prefix != "xmlns" && (prefix == "xml") == (*namespace == *XML_NAMESPACE);
        let prefix = prefix
            .filter(|prefix| !namespace.is_empty() && is_free(prefix))
            .map(Arc::from);
        Ok((Name::new(namespace, local), prefix))
    }

    fn select(&mut self, select: &Select) -> Result<Answer, Halt> {
        let answer = select.query.evaluate(&self.tree, self.focus.place, &mut self.state);
        self.state.checked(answer, &select.text)
    }

    fn select_text(&mut self, select: &Select) -> Result<String, Halt> {
        let answer = select.query.text(&self.tree, self.focus.place, &mut self.state);
        self.state.checked(answer, &select.text)
    }

    fn select_nodes(&mut self, select: &Select) -> Result<Vec<NodeId>, Halt> {
        let answer = select.query.nodes(&self.tree, self.focus.place, &mut self.state);
        self.state.checked(answer, &select.text)
    }

    fn avt(&mut self, avt: &Avt) -> Result<String, Halt> {
        let mut text = String::new();
        for part in &avt.0 {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Query(select) => text.push_str(&self.select_text(select)?),
            }
        }
        self.state.room(text.len())?;
        Ok(text)
    }
}
