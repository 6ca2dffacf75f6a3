//! Assignments, compound assignments, `++` and `--`.

use super::Checker;
use super::calls::{Given, GivenKind, indexers};
use super::members::{Found, members};
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
    /// A problem was reported.
    Nothing,
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
        if let ExpressionKind::Tuple(elements) = &target.kind {
            return self.deconstruction(elements, value, span);
        }
        if let ExpressionKind::Declaration {
            designation: ast::Designation::Tuple(names),
            ..
        } = &target.kind
        {
            let value = self.value(value);
            let mut stores = self.deconstruct_names(names, value, span);
            return match stores.pop() {
                Some(last) => {
                    let ty = last.ty.clone();
                    Expr::new(Kind::Sequence(stores, Box::new(last)), ty, span)
                }
                None => Expr::error(span),
            };
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
                let ty = self.place_type(&place, span);
                let value = match ty {
                    Some(ty) => self.value_of_type(value, &ty),
                    None => self.value(value),
                };
                self.store(place, value, span)
            }
            Some(operator) => {
                let (temporaries, place) = self.evaluated_once(place);
                let current = self.load(&place, target.span);
                let ty = current.ty.clone();
                let operand = self.value(value);
                let result = self.binary(operator, current, operand, span);
                let result = self.compound_result(result, &ty, span);
                let stored = self.store(place, result, span);
                wrap(temporaries, stored)
            }
        }
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

    fn deconstruction(&mut self, elements: &[ast::Argument], value: &ast::Expression, span: Span) -> Expr {
        let value = self.value(value);
        let types: Vec<Type> = match &value.ty {
            Type::Tuple(types) if types.len() == elements.len() => types.iter().map(|(ty, _)| ty.clone()).collect(),
            Type::Error => return value,
            ty => {
                let message = format!(
                    "a value of type '{ty}' cannot be deconstructed into {} variables",
                    elements.len()
                );
                return self.error("CS8129", span, message);
            }
        };
        let local = self.temporary(value.ty.clone());
        let mut stores = Vec::with_capacity(elements.len());
        for (at, (element, ty)) in elements.iter().zip(&types).enumerate() {
            let record = self.use_local(local, element.value.span);
            let part = Expr::new(Kind::RecordGet(Box::new(record), at), ty.clone(), element.value.span);
            stores.extend(self.deconstruct_into(&element.value, part));
        }
        let whole = self.use_local(local, span);
        let ty = whole.ty.clone();
        let body = Expr::new(Kind::Sequence(stores, Box::new(whole)), ty.clone(), span);
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
    }

    fn deconstruct_into(&mut self, target: &ast::Expression, part: Expr) -> Option<Expr> {
        let span = target.span;
        match &target.kind {
            ExpressionKind::Declaration {
                type_name,
                designation: ast::Designation::Variable(name),
            } => {
                let ty = if super::calls::is_var(type_name) {
                    part.ty.clone()
                } else {
                    self.resolve_type(type_name)
                };
                let part = self.convert(part, &ty);
                let local = self.declare(name, ty);
                Some(self.set_local(local, part, span))
            }
            ExpressionKind::Declaration {
                designation: ast::Designation::Discard(_),
                ..
            } => None,
            ExpressionKind::Name(name) if name.identifier.text == "_" && self.lookup("_").is_none() => None,
            _ => {
                let place = self.place(target);
                let ty = self.place_type(&place, span)?;
                let part = self.convert(part, &ty);
                Some(self.store(place, part, span))
            }
        }
    }

    /// `var (a, b) = value`
    pub(super) fn deconstruct_names(
        &mut self,
        designations: &[ast::Designation],
        value: Expr,
        span: Span,
    ) -> Vec<Expr> {
        let Type::Tuple(types) = value.ty.clone() else {
            if value.ty != Type::Error {
                self.report(
                    "CS8129",
                    span,
                    format!("a value of type '{}' cannot be deconstructed", value.ty),
                    None,
                );
            }
            return Vec::new();
        };
        let local = self.temporary(value.ty.clone());
        let mut stores = vec![self.set_local(local, value, span)];
        for (at, (designation, (ty, _))) in designations.iter().zip(types.iter()).enumerate() {
            let record = self.use_local(local, span);
            let part = Expr::new(Kind::RecordGet(Box::new(record), at), ty.clone(), span);
            match designation {
                ast::Designation::Variable(name) => {
                    let local = self.declare(name, ty.clone());
                    stores.push(self.set_local(local, part, span));
                }
                ast::Designation::Discard(_) => {}
                ast::Designation::Tuple(inner) => stores.extend(self.deconstruct_names(inner, part, span)),
            }
        }
        stores
    }

    /// `++x`, `x++`
    pub(super) fn increment(
        &mut self,
        operator: Increment,
        operand: &ast::Expression,
        prefix: bool,
        span: Span,
    ) -> Expr {
        let place = self.place(operand);
        let (mut temporaries, place) = self.evaluated_once(place);
        let current = self.load(&place, span);
        let ty = current.ty.clone();
        if ty == Type::Error {
            return Expr::error(span);
        }
        let numeric = ty.without_nullable().simple().is_some_and(Simple::is_numeric) || ty.is_enum();
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
            ExpressionKind::Member { receiver, name } => {
                let receiver = self.value(receiver);
                self.property_place(receiver, &name.identifier, span)
            }
            ExpressionKind::Element { receiver, arguments } => {
                let receiver = self.value(receiver);
                let given = self.arguments(arguments);
                match receiver.ty.clone() {
                    Type::Array(element, rank) => {
                        let indices = self.indices(given, rank, span);
                        Place::Element(receiver, indices, (*element).clone())
                    }
                    Type::Error => Place::Nothing,
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

    pub(super) fn property_setter(&mut self, ty: &Type, name: &ast::Identifier) -> Option<Found> {
        let found = members(ty, &name.text);
        if let Some(setter) = found.iter().find(|found| found.member.kind == MemberKind::Setter) {
            return Some(setter.clone());
        }
        if *ty == Type::Error {
            return None;
        }
        if found.is_empty() && super::members::record_member(ty, &name.text).is_none() {
            self.no_member("CS1061", ty, &name.text, "does not contain a definition for", name.span);
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

    fn property_place(&mut self, receiver: Expr, name: &ast::Identifier, span: Span) -> Place {
        if let Type::Tuple(_) = receiver.ty {
            self.unsupported(span, "assigning to an element of a tuple");
            return Place::Nothing;
        }
        match self.property_setter(&receiver.ty.clone(), name) {
            Some(setter) => Place::Property(receiver, setter),
            None => Place::Nothing,
        }
    }

    /// The type of what is stored; an indexer's setter is chosen by its value too.
    fn place_type(&mut self, place: &Place, span: Span) -> Option<Type> {
        match place {
            Place::Local(_, ty) | Place::Element(_, _, ty) => Some(ty.clone()),
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
                        if setters.is_empty() {
                            self.report(
                                "CS0200",
                                span,
                                format!("elements of '{}' cannot be assigned to", receiver.ty),
                                None,
                            );
                        } else {
                            self.report_failure("this[]", failure, &setters, &given, span);
                        }
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
                    Err(failure) => self.report_failure("this[]", failure, &setters, &given, span),
                }
            }
            Place::Nothing => Expr::error(span),
        }
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
