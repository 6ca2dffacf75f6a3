//! Definite assignment: a variable must have a value before it is read (C# specification, "Definite assignment").
//!
//! Never here: reachability, which the statements' own check finds.

use super::typed::{
    Body, CallArgument, Expr, FunctionArgument, FunctionId, Handler, Kind, LabelId, Lambda, LocalId, Piece, Stmt,
    StmtKind, TypedPattern,
};
use crate::value::Value;
use diagnostic::Span;
use std::collections::{BTreeMap, HashMap};

/// Reports each local variable that may be read before it is assigned.
pub fn check(
    (body, functions): (&Body, &[Lambda]),
    locals: usize,
    report: &mut dyn FnMut(&'static str, LocalId, Span),
) {
    let mut flow = Flow {
        declared: vec![false; locals],
        functions: functions.iter().map(|function| (function.id, function)).collect(),
        jumps: HashMap::new(),
        outs: Vec::new(),
        report,
    };
    flow.body(body, &Assigned::none(locals));
    // A function that nobody calls is looked at as if everything around it were assigned.
    while let Some(id) = flow.functions.keys().next().copied() {
        flow.function(id, &Assigned::all(locals));
    }
}

/// Which variables are certainly assigned; `None` where nothing is reached.
#[derive(Clone)]
struct Assigned(Option<Vec<bool>>);

impl Assigned {
    fn none(locals: usize) -> Self {
        Self(Some(vec![false; locals]))
    }

    fn all(locals: usize) -> Self {
        Self(Some(vec![true; locals]))
    }

    fn unset(&mut self, local: LocalId) {
        if let Some(assigned) = self.0.as_mut().and_then(|all| all.get_mut(local)) {
            *assigned = false;
        }
    }

    fn unreachable() -> Self {
        Self(None)
    }

    fn set(&mut self, local: LocalId) {
        if let Some(assigned) = self.0.as_mut().and_then(|all| all.get_mut(local)) {
            *assigned = true;
        }
    }

    fn has(&self, local: LocalId) -> bool {
        self.0
            .as_ref()
            .is_none_or(|all| all.get(local).copied().unwrap_or(true))
    }

    fn join(self, other: &Self) -> Self {
        match (self.0, &other.0) {
            (None, other) => Self(other.clone()),
            (own, None) => Self(own),
            (Some(own), Some(other)) => Self(Some(
                own.iter().zip(other).map(|(left, right)| *left && *right).collect(),
            )),
        }
    }
}

struct Flow<'r> {
    /// Declared without a value: only these can be unassigned.
    declared: Vec<bool>,
    /// Local functions that were not looked at yet: each is, where it is first used.
    functions: BTreeMap<FunctionId, &'r Lambda>,
    /// What is assigned at the `goto`s that lead to a label.
    jumps: HashMap<LabelId, Assigned>,
    /// The `out` parameters of the function that is looked at.
    outs: Vec<LocalId>,
    report: &'r mut dyn FnMut(&'static str, LocalId, Span),
}

impl Flow<'_> {
    fn body(&mut self, body: &Body, before: &Assigned) {
        let mut state = before.clone();
        match body {
            Body::Expression(value) => {
                self.expr(value, &mut state);
                self.returns(&state, value.span);
            }
            Body::Block(statements) => {
                self.statements(statements, &mut state, &mut Vec::new());
                let end = statements.last().map_or_else(Span::default, |last| last.span);
                self.returns(&state, end);
            }
        }
    }

    fn statements(&mut self, statements: &[Stmt], state: &mut Assigned, breaks: &mut Vec<Assigned>) {
        for statement in statements {
            self.statement(&statement.kind, state, breaks);
        }
    }

    fn statement(&mut self, statement: &StmtKind, state: &mut Assigned, breaks: &mut Vec<Assigned>) {
        match statement {
            StmtKind::Expression(value) => self.expr(value, state),
            StmtKind::Declare(local, None) => {
                if let Some(declared) = self.declared.get_mut(*local) {
                    *declared = true;
                }
                state.unset(*local);
            }
            StmtKind::Declare(local, Some(value)) => {
                self.expr(value, state);
                state.set(*local);
            }
            StmtKind::Block(statements) | StmtKind::Labeled(statements) => self.statements(statements, state, breaks),
            StmtKind::Label(label) => {
                if let Some(jumped) = self.jumps.get(label) {
                    *state = std::mem::replace(state, Assigned::unreachable()).join(jumped);
                }
            }
            StmtKind::Goto(label) => {
                let here = std::mem::replace(state, Assigned::unreachable());
                let known = self.jumps.remove(label).unwrap_or_else(Assigned::unreachable);
                self.jumps.insert(*label, known.join(&here));
            }
            StmtKind::Yield(value) => {
                self.all(value, state);
                if value.is_none() {
                    *state = Assigned::unreachable();
                }
            }
            StmtKind::If(condition, then, otherwise) => {
                let (mut when_true, mut when_false) = self.condition(condition, state.clone());
                self.statement(&then.kind, &mut when_true, breaks);
                if let Some(otherwise) = otherwise {
                    self.statement(&otherwise.kind, &mut when_false, breaks);
                }
                *state = when_true.join(&when_false);
            }
            StmtKind::Loop { condition, step, body } => self.loop_statement(condition.as_ref(), step, body, state),
            StmtKind::DoWhile(body, condition) => {
                let mut own_breaks = Vec::new();
                self.statement(&body.kind, state, &mut own_breaks);
                let (_, mut after) = self.condition(condition, state.clone());
                for broken in &own_breaks {
                    after = after.join(broken);
                }
                *state = after;
            }
            StmtKind::Foreach {
                local,
                element,
                value,
                collection,
                body,
                ..
            } => {
                self.expr(collection, state);
                let mut inside = state.clone();
                inside.set(*element);
                self.expr(value, &mut inside);
                inside.set(*local);
                self.statement(&body.kind, &mut inside, &mut Vec::new());
            }
            StmtKind::Switch { local, value, sections } => {
                self.expr(value, state);
                state.set(*local);
                self.switch(sections, state);
            }
            StmtKind::Break => {
                breaks.push(std::mem::replace(state, Assigned::unreachable()));
            }
            StmtKind::Continue | StmtKind::GotoSection(_) => *state = Assigned::unreachable(),
            StmtKind::Return(value) | StmtKind::Throw(value) => {
                if let Some(value) = value {
                    self.expr(value, state);
                }
                if let StmtKind::Return(value) = statement {
                    self.returns(state, value.as_ref().map_or_else(Span::default, |value| value.span));
                }
                *state = Assigned::unreachable();
            }
            StmtKind::Try { body, catches, finally } => {
                self.try_statement((body, catches, finally.as_deref()), state, breaks);
            }
            StmtKind::Empty => {}
        }
    }

    fn loop_statement(&mut self, condition: Option<&Expr>, step: &[Expr], body: &Stmt, state: &mut Assigned) {
        let (mut inside, mut after) = match condition {
            Some(condition) => self.condition(condition, state.clone()),
            None => (state.clone(), Assigned::unreachable()),
        };
        let mut own_breaks = Vec::new();
        self.statement(&body.kind, &mut inside, &mut own_breaks);
        for step in step {
            self.expr(step, &mut inside);
        }
        for broken in &own_breaks {
            after = after.join(broken);
        }
        *state = after;
    }

    fn try_statement(
        &mut self,
        (body, catches, finally): (&[Stmt], &[Handler], Option<&[Stmt]>),
        state: &mut Assigned,
        breaks: &mut Vec<Assigned>,
    ) {
        let before = state.clone();
        self.statements(body, state, breaks);
        for handler in catches {
            let mut inside = before.clone();
            if let Some(local) = handler.local {
                inside.set(local);
            }
            if let Some(filter) = &handler.filter {
                self.expr(filter, &mut inside);
            }
            self.statements(&handler.body, &mut inside, breaks);
            *state = state.clone().join(&inside);
        }
        if let Some(finally) = finally {
            let mut inside = before;
            self.statements(finally, &mut inside, breaks);
            for local in 0..self.declared.len() {
                if inside.has(local) {
                    state.set(local);
                }
            }
        }
    }

    fn switch(&mut self, sections: &[super::typed::Section], state: &mut Assigned) {
        let mut after = if sections.iter().any(|section| section.default) {
            Assigned::unreachable()
        } else {
            state.clone()
        };
        for section in sections {
            let mut inside = Assigned::unreachable();
            for test in &section.tests {
                let (when_true, _) = self.condition(test, state.clone());
                inside = inside.join(&when_true);
            }
            if section.default {
                inside = inside.join(state);
            }
            let mut breaks = Vec::new();
            self.statements(&section.body, &mut inside, &mut breaks);
            for broken in &breaks {
                after = after.join(broken);
            }
        }
        *state = after;
    }

    /// What is assigned when a condition is true, and when it is false.
    fn condition(&mut self, condition: &Expr, state: Assigned) -> (Assigned, Assigned) {
        let mut state = state;
        match &condition.kind {
            Kind::Constant(Value::Boolean(true)) => (state, Assigned::unreachable()),
            Kind::Constant(Value::Boolean(false)) => (Assigned::unreachable(), state),
            Kind::Not(inner) => {
                let (when_true, when_false) = self.condition(inner, state);
                (when_false, when_true)
            }
            Kind::Logical(and, left, right) => {
                let (left_true, left_false) = self.condition(left, state);
                if *and {
                    let (right_true, right_false) = self.condition(right, left_true);
                    (right_true, left_false.join(&right_false))
                } else {
                    let (right_true, right_false) = self.condition(right, left_false);
                    (left_true.join(&right_true), right_false)
                }
            }
            Kind::Let {
                local,
                value,
                body,
                null_stops: false,
            } => {
                self.expr(value, &mut state);
                state.set(*local);
                self.condition(body, state)
            }
            Kind::Matches(_, pattern) => {
                let mut when_true = state.clone();
                if let TypedPattern::Type(_, Some(local)) | TypedPattern::Any(Some(local)) = &**pattern {
                    self.must_assign(*local);
                    when_true.set(*local);
                }
                (when_true, state)
            }
            _ => {
                self.expr(condition, &mut state);
                (state.clone(), state)
            }
        }
    }

    fn must_assign(&mut self, local: LocalId) {
        if let Some(declared) = self.declared.get_mut(local) {
            *declared = true;
        }
    }

    fn all<'e>(&mut self, values: impl IntoIterator<Item = &'e Expr>, state: &mut Assigned) {
        for value in values {
            self.expr(value, state);
        }
    }

    fn expr(&mut self, value: &Expr, state: &mut Assigned) {
        match &value.kind {
            Kind::Constant(_) => {}
            Kind::Local(local) => self.read(*local, value.span, state),
            Kind::SetLocal(local, value) => {
                self.expr(value, state);
                state.set(*local);
            }
            Kind::Call(call) => {
                for argument in &call.arguments {
                    if let CallArgument::Value(value) = argument {
                        self.expr(value, state);
                    }
                }
                for argument in &call.arguments {
                    if let CallArgument::Out(Some(local)) = argument {
                        state.set(*local);
                    }
                }
            }
            Kind::Not(_) | Kind::Logical(..) | Kind::Matches(..) => {
                let (when_true, when_false) = self.condition(value, state.clone());
                *state = when_true.join(&when_false);
            }
            Kind::Conditional(condition, left, right) => {
                let (mut when_true, mut when_false) = self.condition(condition, state.clone());
                self.expr(left, &mut when_true);
                self.expr(right, &mut when_false);
                *state = when_true.join(&when_false);
            }
            Kind::Coalesce(left, right) => {
                self.expr(left, state);
                self.expr(right, &mut state.clone());
            }
            Kind::Let {
                local,
                value,
                body,
                null_stops,
            } => {
                self.expr(value, state);
                state.set(*local);
                if *null_stops {
                    self.expr(body, &mut state.clone());
                } else {
                    self.expr(body, state);
                }
            }
            Kind::Lambda(lambda) => self.lambda(lambda, state),
            Kind::Throw(thrown) => {
                self.expr(thrown, state);
                *state = Assigned::unreachable();
            }
            Kind::Interpolated(pieces) => {
                self.all(
                    pieces.iter().filter_map(|piece| {
                        if let Piece::Hole(value, ..) = piece {
                            Some(value)
                        } else {
                            None
                        }
                    }),
                    state,
                );
            }
            Kind::CallFunction(id, arguments) => self.call_function((*id, value.span), arguments, state),
            Kind::FunctionDelegate(id) => self.function(*id, state),
            other => self.operands(other, state),
        }
    }

    fn call_function(&mut self, (id, span): (FunctionId, Span), arguments: &[FunctionArgument], state: &mut Assigned) {
        for argument in arguments {
            match argument {
                FunctionArgument::Value(value) => self.expr(value, state),
                FunctionArgument::Reference(local, true) => self.read(*local, span, state),
                FunctionArgument::Reference(_, false) => {}
            }
        }
        for argument in arguments {
            if let FunctionArgument::Reference(local, _) = argument {
                state.set(*local);
            }
        }
        self.function(id, state);
    }

    /// A local function, where it is first used.
    fn function(&mut self, id: FunctionId, state: &Assigned) {
        if let Some(function) = self.functions.remove(&id) {
            self.lambda(function, state);
        }
    }

    fn operands(&mut self, kind: &Kind, state: &mut Assigned) {
        match kind {
            Kind::Invoke(function, arguments) => {
                self.expr(function, state);
                self.all(arguments, state);
            }
            Kind::Arithmetic(operation) | Kind::Compare(operation) => {
                self.all([&operation.left, &operation.right], state);
            }
            Kind::Equal { left, right, .. } | Kind::BooleanBits(_, left, right) => self.all([&**left, &**right], state),
            Kind::Negate(inner, ..)
            | Kind::Complement(inner)
            | Kind::Convert(_, inner)
            | Kind::IsInstance(inner, _)
            | Kind::AsInstance(inner, _)
            | Kind::RecordGet(inner, _) => self.expr(inner, state),
            Kind::Concat(values)
            | Kind::NewArray(_, values)
            | Kind::ArrayOf(_, _, values)
            | Kind::Record(values)
            | Kind::Dynamic(_, values) => {
                self.all(values, state);
            }
            Kind::Sequence(effects, last) => {
                self.all(effects, state);
                self.expr(last, state);
            }
            Kind::ArrayGet(array, indices) => {
                self.expr(array, state);
                self.all(indices, state);
            }
            Kind::ArraySet(array, indices, value) => {
                self.expr(array, state);
                self.all(indices, state);
                self.expr(value, state);
            }
            _ => {}
        }
    }

    fn lambda(&mut self, lambda: &Lambda, state: &Assigned) {
        let mut inside = state.clone();
        for parameter in &lambda.parameters {
            inside.set(*parameter);
        }
        for out in &lambda.outs {
            inside.unset(*out);
            self.must_assign(*out);
        }
        let outer = std::mem::replace(&mut self.outs, lambda.outs.clone());
        self.body(&lambda.body, &inside);
        self.outs = outer;
    }

    /// A function returns: what it gives by `out` must be there.
    fn returns(&mut self, state: &Assigned, span: Span) {
        for out in self.outs.clone() {
            if !state.has(out) {
                (self.report)("CS0177", out, span);
            }
        }
    }

    fn read(&mut self, local: LocalId, span: Span, state: &mut Assigned) {
        if self.declared.get(local).copied().unwrap_or(false) && !state.has(local) {
            (self.report)("CS0165", local, span);
            state.set(local);
        }
    }
}
