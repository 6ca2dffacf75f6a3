//! Assignments, compound assignments, `++` and `--`.

use super::Checker;
use super::calls::{Given, GivenKind, indexers};
use super::dynamic::Site;
use super::expressions::Operand;
use super::members::{Found, members, record_member};
use super::typed::{CallArgument, Expr, Kind, LocalId};
use crate::library::MemberKind;
use crate::syntax::ast::{self, BinaryOperator, ExpressionKind, Increment};
use crate::types::{Simple, Type};
use diagnostic::Span;

/// Something that can be assigned to; its parts are evaluated once.
enum Place {
    Local(LocalId, Type),
    Property(Expr, Found),
    Indexer(Expr, Vec<Expr>),
    Element(Expr, Vec<Expr>, Type),
    /// An element of a tuple that is in a place: the tuple's type, which element, its type.
    Part(Box<Place>, Type, usize, Type),
    /// `dynamic.name`
    DynamicMember(Expr, ast::SimpleName),
    /// `dynamic[…]`
    DynamicIndexer(Vec<Expr>, Site),
    /// A problem was reported.
    Nothing,
}

/// A variable that stands for a place while a call is made.
pub struct StandIn {
    /// The variable.
    pub local: LocalId,
    /// Its type.
    pub ty: Type,
    temporaries: Vec<(LocalId, Expr)>,
    before: Expr,
    after: Expr,
}

impl Checker {
    /// `target = value`, `target += value`
    pub(super) fn assignment(
        &mut self,
        operator: Option<BinaryOperator>,
        target: &ast::Expression,
        value: &ast::Expression,
        span: Span,
    ) -> Expr {
        let apart = matches!(
            target.kind,
            ExpressionKind::Tuple(_)
                | ExpressionKind::Declaration {
                    designation: ast::Designation::Tuple(_),
                    ..
                }
        );
        if apart {
            return self.deconstruction(target, value, span);
        }
        if operator.is_none()
            && let ExpressionKind::Name(name) = &target.kind
            && name.identifier.text == "_"
            && self.lookup("_").is_none()
        {
            return self.value(value);
        }
        let place = self.place(target);
        match operator {
            None => {
                let Some(ty) = self.place_type(&place, span) else {
                    // The place's problem is told; the value may have its own.
                    self.value(value);
                    return Expr::error(span);
                };
                let value = self.value_of_type(value, &ty);
                self.store(place, value, span)
            }
            Some(operator) => {
                let (temporaries, place) = self.evaluated_once(place);
                let current = self.load(&place, target.span);
                let ty = current.ty.clone();
                let operand = self.value(value);
                let fits = self.compound_operand(operator, &operand, &ty);
                let result = self.binary(operator, current, operand, span);
                let result = if fits || result.ty == Type::Error {
                    self.compound_result(result, &ty, span)
                } else {
                    Expr::error(span)
                };
                let stored = self.store(place, result, span);
                wrap(temporaries, stored)
            }
        }
    }

    /// `x op= y` casts back to a narrow `x` only when `y` itself would fit there; reports when it would not.
    fn compound_operand(&mut self, operator: BinaryOperator, operand: &Expr, ty: &Type) -> bool {
        let numeric = |ty: &Type| ty.without_nullable().simple().is_some_and(Simple::is_numeric);
        let shift = matches!(operator, BinaryOperator::ShiftLeft | BinaryOperator::ShiftRight);
        if shift || !numeric(ty) || !numeric(&operand.ty) {
            return true;
        }
        self.convert(operand.clone(), ty).ty != Type::Error
    }

    /// The value of `x op y` as `x`'s type: C# casts back what promotion widened.
    fn compound_result(&mut self, result: Expr, ty: &Type, span: Span) -> Expr {
        let numeric = |ty: &Type| {
            ty.without_nullable().simple().is_some_and(Simple::is_numeric) || ty.without_nullable().is_enum()
        };
        if numeric(&result.ty) && numeric(ty) {
            self.cast(result, ty, span)
        } else {
            self.convert(result, ty)
        }
    }

    /// Gives a part of a deconstructed value to a variable, property or element.
    pub(super) fn assign_part(&mut self, target: &ast::Expression, part: Expr) -> Option<Expr> {
        let place = self.place(target);
        let ty = self.place_type(&place, target.span)?;
        let part = self.convert(part, &ty);
        Some(self.store(place, part, target.span))
    }

    /// A place that a call fills or changes (`out a[i]`): a variable that stands for it, its value before the call, and
    /// what puts the variable's value back after it.
    pub(super) fn stand_in(&mut self, target: &ast::Expression) -> Option<StandIn> {
        let place = self.place(target);
        let ty = self.place_type(&place, target.span)?;
        let (temporaries, place) = self.evaluated_once(place);
        let local = self.temporary(ty.clone());
        let before = self.load(&place, target.span);
        let changed = self.use_local(local, target.span);
        let after = self.store(place, changed, target.span);
        Some(StandIn {
            local,
            ty,
            temporaries,
            before,
            after,
        })
    }

    /// A call with the stand-ins of its arguments around it.
    pub(super) fn with_stand_ins(&mut self, call: Expr, stand_ins: Vec<StandIn>) -> Expr {
        if stand_ins.is_empty() {
            return call;
        }
        let (ty, span) = (call.ty.clone(), call.span);
        let result = self.temporary(ty.clone());
        let mut effects = vec![self.set_local(result, call, span)];
        let mut temporaries = Vec::new();
        for stand_in in stand_ins {
            temporaries.extend(stand_in.temporaries);
            temporaries.push((stand_in.local, stand_in.before));
            effects.push(stand_in.after);
        }
        let last = self.use_local(result, span);
        wrap(
            temporaries,
            Expr::new(Kind::Sequence(effects, Box::new(last)), ty, span),
        )
    }

    /// `++x`, `x++`
    pub(super) fn increment(
        &mut self,
        operator: Increment,
        operand: &ast::Expression,
        prefix: bool,
        span: Span,
    ) -> Expr {
        let before = self.problems.len();
        let place = self.place(operand);
        for problem in self
            .problems
            .iter_mut()
            .skip(before)
            .filter(|problem| problem.code == "CS0131")
        {
            problem.code = "CS1059";
            "only a variable, a property or an indexer can be incremented".clone_into(&mut problem.message);
        }
        let (mut temporaries, place) = self.evaluated_once(place);
        let current = self.load(&place, span);
        let ty = current.ty.clone();
        if ty == Type::Error {
            return Expr::error(span);
        }
        let numeric = ty.without_nullable().simple().is_some_and(Simple::is_numeric)
            || ty.without_nullable().is_enum()
            || ty.is_dynamic();
        if !numeric {
            let symbol = if operator == Increment::Increment { "++" } else { "--" };
            return self.error(
                "CS0023",
                span,
                format!("operator '{symbol}' cannot be applied to an operand of type '{ty}'"),
            );
        }
        let operator = if operator == Increment::Increment {
            BinaryOperator::Add
        } else {
            BinaryOperator::Subtract
        };
        let one = Expr::constant(1, Type::INT32, span);
        if prefix {
            let result = self.binary(operator, current, one, span);
            let result = self.compound_result(result, &ty, span);
            let stored = self.store(place, result, span);
            return wrap(temporaries, stored);
        }
        let before = self.temporary(ty.clone());
        temporaries.push((before, current));
        let old = self.use_local(before, span);
        let result = self.binary(operator, old.clone(), one, span);
        let result = self.compound_result(result, &ty, span);
        let stored = self.store(place, result, span);
        wrap(
            temporaries,
            Expr::new(Kind::Sequence(vec![stored], Box::new(old)), ty, span),
        )
    }

    fn place(&mut self, target: &ast::Expression) -> Place {
        let span = target.span;
        match &target.kind {
            ExpressionKind::Parenthesized(inner) => self.place(inner),
            ExpressionKind::Name(_) => match self.value(target) {
                Expr {
                    kind: Kind::Local(local),
                    ty,
                    ..
                } => {
                    if self.locals.get(local).is_some_and(|local| local.read_only) {
                        self.report(
                            "CS1656",
                            span,
                            "a `foreach` or `using` variable cannot be assigned to".to_owned(),
                            None,
                        );
                    }
                    Place::Local(local, ty)
                }
                Expr { ty: Type::Error, .. } => Place::Nothing,
                _ => self.no_place(span),
            },
            ExpressionKind::Member { receiver, name } => self.member_place(receiver, name, span),
            ExpressionKind::Element { receiver, arguments } => {
                let receiver = self.value(receiver);
                let given = self.arguments(arguments);
                match receiver.ty.clone() {
                    Type::Array(element, rank) => {
                        let indices = self.indices(given, rank, span);
                        Place::Element(receiver, indices, (*element).clone())
                    }
                    Type::Error => Place::Nothing,
                    ty if ty.is_dynamic() || given.iter().any(Given::is_dynamic) => {
                        match self.dynamic_index(receiver, given, span) {
                            Some((values, site)) => Place::DynamicIndexer(values, site),
                            None => Place::Nothing,
                        }
                    }
                    _ => {
                        let indices = given.into_iter().filter_map(|given| {
                            if let GivenKind::Value(value) = given.kind {
                                Some(value)
                            } else {
                                None
                            }
                        });
                        Place::Indexer(receiver, indices.collect())
                    }
                }
            }
            _ => {
                let value = self.value(target);
                if value.ty == Type::Error {
                    Place::Nothing
                } else {
                    self.no_place(span)
                }
            }
        }
    }

    fn no_place(&mut self, span: Span) -> Place {
        let message = "the left side of an assignment must be a variable, a property or an indexer".to_owned();
        self.report("CS0131", span, message, None);
        Place::Nothing
    }

    pub(super) fn property_setter(
        &mut self,
        ty: &Type,
        name: &ast::Identifier,
        missing: &'static str,
    ) -> Option<Found> {
        let found = members(ty, &name.text);
        if let Some(setter) = found.iter().find(|found| found.member.kind == MemberKind::Setter) {
            return Some(setter.clone());
        }
        if *ty == Type::Error {
            return None;
        }
        if found.is_empty() && record_member(ty, &name.text).is_none() {
            self.no_member(missing, ty, &name.text, "does not contain a definition for", name.span);
        } else {
            self.report(
                "CS0200",
                name.span,
                format!("'{}' of '{ty}' is read only", name.text),
                None,
            );
        }
        None
    }

    fn member_place(&mut self, receiver: &ast::Expression, name: &ast::SimpleName, span: Span) -> Place {
        let typed = match self.operand(receiver) {
            Operand::Type(ty) => {
                let setter = self.property_setter(&ty, &name.identifier, "CS0117");
                return match setter {
                    Some(_) => self.no_place(span),
                    None => Place::Nothing,
                };
            }
            other => self.demand_value(other, receiver.span),
        };
        if typed.ty.is_dynamic() {
            return Place::DynamicMember(typed, name.clone());
        }
        if let Type::Tuple(_) = typed.ty {
            let Some((at, ty)) = record_member(&typed.ty, &name.identifier.text) else {
                let what = "does not contain a definition for";
                self.no_member("CS1061", &typed.ty, &name.identifier.text, what, name.identifier.span);
                return Place::Nothing;
            };
            return match &typed.kind {
                Kind::Local(_) | Kind::ArrayGet(..) | Kind::RecordGet(..) => {
                    let whole = self.place(receiver);
                    Place::Part(Box::new(whole), typed.ty, at, ty)
                }
                _ => {
                    let message = "this tuple is a copy: changing an element of it would change nothing".to_owned();
                    self.report(
                        "CS1612",
                        receiver.span,
                        message,
                        Some("keep it in a variable".to_owned()),
                    );
                    Place::Nothing
                }
            };
        }
        match self.property_setter(&typed.ty.clone(), &name.identifier, "CS1061") {
            Some(setter) => Place::Property(typed, setter),
            None => Place::Nothing,
        }
    }

    /// The type of what is stored; an indexer's setter is chosen by its value too.
    fn place_type(&mut self, place: &Place, span: Span) -> Option<Type> {
        match place {
            Place::Local(_, ty) | Place::Element(_, _, ty) | Place::Part(_, _, _, ty) => Some(ty.clone()),
            Place::DynamicMember(..) | Place::DynamicIndexer(..) => Some(Type::Dynamic),
            Place::Property(_, setter) => Some(setter.result()),
            Place::Indexer(receiver, indices) => {
                let setters = indexers(&receiver.ty, MemberKind::Setter);
                // Any value will do to find the setter by its indices.
                let mut given = values(indices);
                given.push(Given {
                    name: None,
                    kind: GivenKind::Value(Expr::error(span)),
                    span,
                });
                match self.resolve(&setters, &given, &[]) {
                    Ok(candidate) => Some(candidate.result()),
                    Err(failure) => {
                        self.report_setter(receiver, failure, (&setters, &given), span);
                        None
                    }
                }
            }
            Place::Nothing => None,
        }
    }

    fn load(&mut self, place: &Place, span: Span) -> Expr {
        match place {
            Place::Local(local, _) => self.use_local(*local, span),
            Place::Element(array, indices, ty) => Expr::new(
                Kind::ArrayGet(Box::new(array.clone()), indices.clone()),
                ty.clone(),
                span,
            ),
            Place::Indexer(receiver, indices) => self.element_get(receiver.clone(), values(indices), span),
            Place::Property(receiver, setter) => {
                let getter = members(&receiver.ty, setter.member.name)
                    .into_iter()
                    .find(|found| found.member.kind == MemberKind::Getter);
                match getter {
                    Some(getter) => Self::call_member(&getter, Some(receiver.clone()), Vec::new(), span),
                    None => self.error("CS0154", span, format!("'{}' cannot be read", setter.member.name)),
                }
            }
            Place::Part(whole, _, at, ty) => {
                let whole = self.load(whole, span);
                Expr::new(Kind::RecordGet(Box::new(whole), *at), ty.clone(), span)
            }
            Place::DynamicMember(receiver, name) => Self::dynamic_member(receiver.clone(), name, span),
            Place::DynamicIndexer(values, site) => site.clone().expression(values.clone(), Type::Dynamic, span),
            Place::Nothing => Expr::error(span),
        }
    }

    fn store(&mut self, place: Place, value: Expr, span: Span) -> Expr {
        match place {
            Place::Local(local, _) => self.set_local(local, value, span),
            Place::Element(array, indices, ty) => {
                Expr::new(Kind::ArraySet(Box::new(array), indices, Box::new(value)), ty, span)
            }
            Place::Property(receiver, setter) => {
                Self::call_member(&setter, Some(receiver), vec![CallArgument::Value(value)], span)
            }
            Place::Indexer(receiver, indices) => {
                let setters = indexers(&receiver.ty, MemberKind::Setter);
                let mut given = values(&indices);
                given.push(Given {
                    name: None,
                    span: value.span,
                    kind: GivenKind::Value(value),
                });
                match self.resolve(&setters, &given, &[]) {
                    Ok(candidate) => self.finish_call(candidate, Some(receiver), given, span),
                    Err(failure) => self.report_setter(&receiver, failure, (&setters, &given), span),
                }
            }
            Place::Part(whole, ty, at, _) => self.store_part(*whole, &ty, (at, value), span),
            Place::DynamicMember(receiver, name) => Self::set_dynamic_member(receiver, name, value, span),
            Place::DynamicIndexer(mut values, site) => {
                values.push(value.clone());
                site.setting(&value).expression(values, Type::Dynamic, span)
            }
            Place::Nothing => Expr::error(span),
        }
    }

    /// A tuple is a value: changing an element replaces the whole.
    fn store_part(&mut self, whole: Place, ty: &Type, (at, value): (usize, Expr), span: Span) -> Expr {
        let Type::Tuple(types) = ty else {
            return Expr::error(span);
        };
        let before = self.load(&whole, span);
        let local = self.temporary(ty.clone());
        let old = self.use_local(local, span);
        let items = types
            .iter()
            .enumerate()
            .map(|(index, (ty, _))| {
                if index == at {
                    value.clone()
                } else {
                    Expr::new(Kind::RecordGet(Box::new(old.clone()), index), ty.clone(), span)
                }
            })
            .collect();
        let changed = Expr::new(Kind::Record(items), ty.clone(), span);
        let stored = self.store(whole, changed, span);
        let part = Expr::new(Kind::RecordGet(Box::new(stored), at), value.ty.clone(), span);
        wrap(vec![(local, before)], part)
    }

    /// Moves what a place is made of into temporaries, so that reading and writing it evaluates that once.
    fn evaluated_once(&mut self, place: Place) -> (Vec<(LocalId, Expr)>, Place) {
        let mut temporaries = Vec::new();
        let place = match place {
            Place::Property(receiver, setter) => Place::Property(self.hoist(receiver, &mut temporaries), setter),
            Place::Indexer(receiver, indices) => {
                let receiver = self.hoist(receiver, &mut temporaries);
                Place::Indexer(
                    receiver,
                    indices
                        .into_iter()
                        .map(|index| self.hoist(index, &mut temporaries))
                        .collect(),
                )
            }
            Place::Element(array, indices, ty) => {
                let array = self.hoist(array, &mut temporaries);
                Place::Element(
                    array,
                    indices
                        .into_iter()
                        .map(|index| self.hoist(index, &mut temporaries))
                        .collect(),
                    ty,
                )
            }
            Place::Part(whole, ty, at, part) => {
                let (inner, whole) = self.evaluated_once(*whole);
                temporaries.extend(inner);
                Place::Part(Box::new(whole), ty, at, part)
            }
            Place::DynamicMember(receiver, name) => Place::DynamicMember(self.hoist(receiver, &mut temporaries), name),
            Place::DynamicIndexer(values, site) => {
                let values = values
                    .into_iter()
                    .map(|value| self.hoist(value, &mut temporaries))
                    .collect();
                Place::DynamicIndexer(values, site)
            }
            other => other,
        };
        (temporaries, place)
    }

    fn hoist(&mut self, value: Expr, temporaries: &mut Vec<(LocalId, Expr)>) -> Expr {
        if value.constant_value().is_some() {
            return value;
        }
        let local = self.temporary(value.ty.clone());
        let span = value.span;
        temporaries.push((local, value));
        self.use_local(local, span)
    }
}

fn values<'t>(values: &[Expr]) -> Vec<Given<'t>> {
    values
        .iter()
        .map(|value| Given {
            name: None,
            kind: GivenKind::Value(value.clone()),
            span: value.span,
        })
        .collect()
}

fn wrap(temporaries: Vec<(LocalId, Expr)>, body: Expr) -> Expr {
    temporaries.into_iter().rev().fold(body, |body, (local, value)| {
        let (ty, span) = (body.ty.clone(), body.span);
        Expr::new(
            Kind::Let {
                local,
                value: Box::new(value),
                body: Box::new(body),
                null_stops: false,
            },
            ty,
            span,
        )
    })
}
