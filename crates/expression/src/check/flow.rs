//! Definite assignment: a variable must have a value before it is read (C# specification, "Definite assignment").
//!
//! Never here: reachability, which the statements' own check finds.

use super::typed::{Body, CallArgument, Expr, Handler, Kind, Lambda, LocalId, Piece, Stmt, StmtKind, TypedPattern};
use crate::value::Value;
use diagnostic::Span;

/// Reports each local variable that may be read before it is assigned.
pub fn check(body: &Body, locals: usize, report: &mut dyn FnMut(LocalId, Span)) {
    let mut flow = Flow {
        declared: vec![false; locals],
        report,
    };
    flow.body(body, &Assigned::none(locals));
}

/// Which variables are certainly assigned; `None` where nothing is reached.
#[derive(Clone)]
struct Assigned(Option<Vec<bool>>);

impl Assigned {
    fn none(locals: usize) -> Self {
        Self(Some(vec![false; locals]))
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
    report: &'r mut dyn FnMut(LocalId, Span),
}

impl Flow<'_> {
    fn body(&mut self, body: &Body, before: &Assigned) {
        let mut state = before.clone();
        match body {
            Body::Expression(value) => self.expr(value, &mut state),
            Body::Block(statements) => self.statements(statements, &mut state, &mut Vec::new()),
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
            }
            StmtKind::Declare(local, Some(value)) => {
                self.expr(value, state);
                state.set(*local);
            }
            StmtKind::Block(statements) => self.statements(statements, state, breaks),
            StmtKind::If(condition, then, otherwise) => {
                let (mut when_true, mut when_false) = self.condition(condition, state.clone());
                self.statement(&then.kind, &mut when_true, breaks);
                if let Some(otherwise) = otherwise {
                    self.statement(&otherwise.kind, &mut when_false, breaks);
                }
                *state = when_true.join(&when_false);
            }
            StmtKind::Loop { condition, step, body } => {
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
                *state = Assigned::unreachable();
            }
            StmtKind::Try { body, catches, finally } => {
                self.try_statement((body, catches, finally.as_deref()), state, breaks);
            }
            StmtKind::Empty => {}
        }
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
            other => self.operands(other, state),
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
            Kind::Concat(values) | Kind::NewArray(_, values) | Kind::ArrayOf(_, values) | Kind::Record(values) => {
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
        self.body(&lambda.body, &inside);
    }

    fn read(&mut self, local: LocalId, span: Span, state: &mut Assigned) {
        if self.declared.get(local).copied().unwrap_or(false) && !state.has(local) {
            (self.report)(local, span);
            state.set(local);
        }
    }
}
