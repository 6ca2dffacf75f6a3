//! `new`: objects, arrays, anonymous objects, tuples, initializers.

use super::Checker;
use super::calls::{Given, GivenKind, indexers};
use super::expressions::MethodGroup;
use super::infer::best_common;
use super::members::{Found, members};
use super::typed::{CallArgument, Expr, Kind};
use crate::library::{ClassKind, MemberKind};
use crate::syntax::ast::{self, ArrayElement, Initializer, InitializerTarget, InitializerValue};
use crate::types::Type;
use diagnostic::Span;
use std::sync::Arc;

/// The shape of `new T[2, 3][]`.
pub struct ArrayShape<'t> {
    /// Element type; `None` for `new[]`.
    pub element: Option<&'t ast::TypeName>,
    /// Lengths of the first rank.
    pub lengths: &'t [ast::Expression],
    /// Dimensions of the first rank.
    pub rank: usize,
    /// Dimensions of the further ranks.
    pub further_ranks: &'t [usize],
}

impl Checker {
    /// `new T(arguments) { initializer }`
    pub(super) fn new_object(
        &mut self,
        type_name: &ast::TypeName,
        arguments: Option<&[ast::Argument]>,
        initializer: Option<&Initializer>,
        span: Span,
    ) -> Expr {
        if is_unbound(type_name) {
            let message = "the type arguments are left out: an object needs them".to_owned();
            return self.error("CS7003", type_name.span, message);
        }
        let ty = self.resolve_type(type_name);
        let given = self.arguments(arguments.unwrap_or_default());
        let created = match &ty {
            Type::Error => Expr::error(span),
            Type::Delegate(_) => return self.new_delegate(&ty, given, span),
            Type::Dynamic => self.error("CS8382", span, "`dynamic` cannot be created with `new`".to_owned()),
            _ if given.iter().any(Given::is_dynamic) => self.dynamic_new(&ty, given, span),
            Type::Class(class, _) if class.kind == ClassKind::Static => {
                self.error("CS0712", span, format!("'{ty}' is static: there are no objects of it"))
            }
            Type::Class(class, _) if class.kind == ClassKind::Interface => {
                self.error("CS0144", span, format!("'{ty}' cannot be created with `new`"))
            }
            _ => self.construct(&ty, given, span),
        };
        match initializer {
            Some(initializer) if created.ty != Type::Error => self.initialized(created, initializer, span),
            _ => created,
        }
    }

    fn new_delegate(&mut self, ty: &Type, mut given: Vec<Given<'_>>, span: Span) -> Expr {
        match given.pop() {
            Some(Given {
                kind: GivenKind::Untyped(operand),
                span,
                ..
            }) => self.operand_to(operand, span, ty),
            Some(Given {
                kind: GivenKind::Value(value),
                ..
            }) => self.convert(value, ty),
            _ => self.error("CS0149", span, format!("'{ty}' is made from a method or a lambda")),
        }
    }

    pub(super) fn construct(&mut self, ty: &Type, given: Vec<Given<'_>>, span: Span) -> Expr {
        let Some(class) = ty.library_class() else {
            return Expr::error(span);
        };
        if given
            .iter()
            .any(|given| matches!(&given.kind, GivenKind::Value(value) if value.ty == Type::Error))
        {
            return Expr::error(span);
        }
        if given.is_empty()
            && ty.is_value_type()
            && !class.0.members("new").iter().any(|member| member.parameters.is_empty())
        {
            return Expr::constant(crate::value::Value::default_of(ty), ty.clone(), span);
        }
        let constructors: Vec<Found> = class
            .0
            .members("new")
            .iter()
            .map(|member| Found {
                member,
                owner: ty.clone(),
            })
            .collect();
        if constructors.is_empty() {
            return self.error(
                "CS1729",
                span,
                format!("'{ty}' has no constructor that policy expressions may use"),
            );
        }
        match self.resolve(&constructors, &given, &[]) {
            Ok(candidate) => Expr {
                ty: ty.clone(),
                ..self.finish_call(candidate, None, given, span)
            },
            Err(failure) => self.report_failure("new", failure, &constructors, &given, span),
        }
    }

    /// Runs an initializer on a new object.
    fn initialized(&mut self, created: Expr, initializer: &Initializer, span: Span) -> Expr {
        let ty = created.ty.clone();
        let local = self.temporary(ty.clone());
        let object = self.use_local(local, span);
        let effects = self.initializer(&object, initializer);
        let body = Expr::new(Kind::Sequence(effects, Box::new(object)), ty.clone(), span);
        Expr::new(
            Kind::Let {
                local,
                value: Box::new(created),
                body: Box::new(body),
                null_stops: false,
            },
            ty,
            span,
        )
    }

    fn initializer(&mut self, object: &Expr, initializer: &Initializer) -> Vec<Expr> {
        match initializer {
            Initializer::Collection(items) => items.iter().filter_map(|item| self.add(object, item)).collect(),
            Initializer::Object(members) => members
                .iter()
                .flat_map(|member| self.initialize(object, member))
                .collect(),
        }
    }

    fn add(&mut self, object: &Expr, item: &[ast::Expression]) -> Option<Expr> {
        let span = item.first()?.span.to(item.last()?.span);
        let given = item
            .iter()
            .map(|value| {
                let kind = match self.operand(value) {
                    untyped @ (super::expressions::Operand::Untyped(_)
                    | super::expressions::Operand::Methods(_)
                    | super::expressions::Operand::Function(..)) => GivenKind::Untyped(untyped),
                    other => GivenKind::Value(self.demand_value(other, value.span)),
                };
                Given {
                    name: None,
                    kind,
                    span: value.span,
                }
            })
            .collect();
        let identifier = ast::Identifier {
            text: "Add".to_owned(),
            span,
        };
        let name = ast::SimpleName {
            identifier,
            type_arguments: None,
        };
        let group = MethodGroup {
            receiver: Some(Box::new(object.clone())),
            ty: object.ty.clone(),
            name: &name,
        };
        Some(self.call_group(group, given, span))
    }

    fn initialize(&mut self, object: &Expr, member: &ast::MemberInitializer) -> Vec<Expr> {
        match (&member.target, &member.value) {
            (InitializerTarget::Member(name), InitializerValue::Expression(value)) => {
                let Some(setter) = self.property_setter(&object.ty, name, "CS0117") else {
                    return Vec::new();
                };
                let value = self.value_of_type(value, &setter.result());
                let span = name.span.to(value.span);
                vec![Self::call_member(
                    &setter,
                    Some(object.clone()),
                    vec![CallArgument::Value(value)],
                    span,
                )]
            }
            (InitializerTarget::Index(arguments), InitializerValue::Expression(value)) => {
                let mut given = self.arguments(arguments);
                let (value, span) = (self.value(value), value.span);
                given.push(Given {
                    name: None,
                    kind: GivenKind::Value(value),
                    span,
                });
                let setters = indexers(&object.ty, MemberKind::Setter);
                vec![match self.resolve(&setters, &given, &[]) {
                    Ok(candidate) => self.finish_call(candidate, Some(object.clone()), given, span),
                    Err(failure) => self.report_failure("this[]", failure, &setters, &given, span),
                }]
            }
            (InitializerTarget::Member(name), InitializerValue::Nested(nested)) => {
                let getter = members(&object.ty, &name.text)
                    .into_iter()
                    .find(|found| found.member.kind == MemberKind::Getter);
                let Some(getter) = getter else {
                    self.no_member(
                        "CS1061",
                        &object.ty,
                        &name.text,
                        "does not contain a definition for",
                        name.span,
                    );
                    return Vec::new();
                };
                let inner = Self::call_member(&getter, Some(object.clone()), Vec::new(), name.span);
                self.initializer(&inner, nested)
            }
            (InitializerTarget::Index(arguments), InitializerValue::Nested(nested)) => {
                let given = self.arguments(arguments);
                let inner = self.element_get(object.clone(), given, object.span);
                self.initializer(&inner, nested)
            }
        }
    }

    /// `new { A = 1, b.C }`
    pub(super) fn anonymous(&mut self, members: &[ast::AnonymousMember], span: Span) -> Expr {
        let mut shape: Vec<(Arc<str>, Type)> = Vec::with_capacity(members.len());
        let mut values = Vec::with_capacity(members.len());
        for member in members {
            let name = member
                .name
                .as_ref()
                .map(|name| name.text.as_str())
                .or_else(|| implied_name(&member.value));
            let value = self.value(&member.value);
            if let Some(name) = name
                && shape.iter().any(|(known, _)| **known == *name)
            {
                let message = format!("the anonymous object has two members named '{name}'");
                self.report("CS0833", member.value.span, message, None);
            }
            let Some(name) = name else {
                self.report(
                    "CS0746",
                    member.value.span,
                    "this member needs a name: `name = …`".to_owned(),
                    None,
                );
                continue;
            };
            if value.ty == Type::Null || value.ty == Type::VOID {
                let message = format!(
                    "cannot give '{}' to a member of an anonymous object; cast it to a type",
                    value.ty
                );
                self.report("CS0828", value.span, message, None);
            }
            shape.push((name.into(), value.ty.clone()));
            values.push(value);
        }
        Expr::new(Kind::Record(values), Type::Anonymous(shape.into()), span)
    }

    /// `(a, b)` for a tuple of known types, which its elements are converted to.
    pub(super) fn tuple_of_type(
        &mut self,
        elements: &[ast::Argument],
        types: &[(Type, Option<Arc<str>>)],
        span: Span,
    ) -> Expr {
        let values = elements
            .iter()
            .zip(types)
            .map(|(element, (ty, _))| self.value_of_type(&element.value, ty))
            .collect();
        Expr::new(Kind::Record(values), Type::Tuple(types.into()), span)
    }

    /// `(a, b: c)`
    pub(super) fn tuple(&mut self, elements: &[ast::Argument], span: Span) -> Expr {
        let mut types = Vec::with_capacity(elements.len());
        let mut values = Vec::with_capacity(elements.len());
        for element in elements {
            let value = self.value(&element.value);
            let name = element
                .name
                .as_ref()
                .map(|name| name.text.as_str())
                .or_else(|| implied_name(&element.value));
            types.push((value.ty.clone(), name.map(Arc::from)));
            values.push(value);
        }
        Expr::new(Kind::Record(values), Type::Tuple(types.into()), span)
    }

    /// `new T[n]`, `new T[] { … }`, `new[] { … }`
    pub(super) fn new_array(
        &mut self,
        shape: &ArrayShape<'_>,
        initializer: Option<&ast::ArrayInitializer>,
        span: Span,
    ) -> Expr {
        let element = shape.element.map(|element| {
            let innermost = self.resolve_type(element);
            shape
                .further_ranks
                .iter()
                .rev()
                .fold(innermost, |element, rank| Type::Array(element.into(), *rank))
        });
        match initializer {
            None => {
                let element = element.unwrap_or(Type::Error);
                let lengths = shape.lengths.iter().map(|length| self.array_length(length)).collect();
                let ty = Type::Array(Arc::new(element.clone()), shape.rank);
                Expr::new(Kind::NewArray(element, lengths), ty, span)
            }
            Some(initializer) => self.array_of(element, shape, initializer, span),
        }
    }

    fn array_length(&mut self, length: &ast::Expression) -> Expr {
        let value = self.value(length);
        if value
            .constant_value()
            .and_then(crate::value::Value::integer)
            .is_some_and(|length| length < 0)
        {
            return self.error(
                "CS0248",
                length.span,
                "the length of an array cannot be negative".to_owned(),
            );
        }
        let long = super::convert::implicit(&value.ty, value.constant_value(), &Type::INT32).is_none();
        self.convert(value, if long { &Type::INT64 } else { &Type::INT32 })
    }

    fn array_of(
        &mut self,
        element: Option<Type>,
        shape: &ArrayShape<'_>,
        initializer: &ast::ArrayInitializer,
        span: Span,
    ) -> Expr {
        let mut layout = Layout {
            lengths: vec![None; shape.rank],
            items: Vec::new(),
        };
        self.lay_out(initializer, 0, element.as_ref(), &mut layout);
        let lengths: Vec<usize> = layout.lengths.iter().map(|length| length.unwrap_or_default()).collect();
        self.written_lengths(shape, &lengths, initializer.span);
        let items = layout.items;
        let element = element.unwrap_or_else(|| {
            let types: Vec<Type> = items
                .iter()
                .map(|item| item.ty.clone())
                .filter(|ty| *ty != Type::Null)
                .collect();
            best_common(&types).unwrap_or_else(|| {
                self.report(
                    "CS0826",
                    span,
                    "no best type found for the array; write `new T[] { … }`".to_owned(),
                    None,
                );
                Type::Error
            })
        });
        let items = items.into_iter().map(|item| self.convert(item, &element)).collect();
        let ty = Type::Array(Arc::new(element.clone()), shape.rank);
        Expr::new(Kind::ArrayOf(element, lengths, items), ty, span)
    }

    /// Takes the elements of a dimension, which must be as many as in its other rows.
    fn lay_out(&mut self, row: &ast::ArrayInitializer, dimension: usize, element: Option<&Type>, layout: &mut Layout) {
        let count = row.elements.len();
        match layout.lengths.get_mut(dimension) {
            Some(Some(length)) if *length != count => {
                let message = format!("an array initializer of length {length} is expected, found {count}");
                self.report("CS0847", row.span, message, None);
            }
            Some(length) => *length = Some(count),
            None => {}
        }
        let innermost = dimension + 1 == layout.lengths.len();
        for item in &row.elements {
            match (item, element) {
                (ArrayElement::Nested(nested), _) if !innermost => {
                    self.lay_out(nested, dimension + 1, element, layout);
                }
                (ArrayElement::Nested(nested), _) => {
                    let message = "write `new[] { … }` for an array inside an array".to_owned();
                    self.report("CS0623", nested.span, message, None);
                }
                (ArrayElement::Expression(item), _) if !innermost => {
                    let message = "an array initializer `{ … }` of the next dimension is expected".to_owned();
                    self.report("CS0846", item.span, message, None);
                }
                (ArrayElement::Expression(item), Some(ty)) => layout.items.push(self.value_of_type(item, ty)),
                (ArrayElement::Expression(item), None) => layout.items.push(self.value(item)),
            }
        }
    }

    /// Lengths in the brackets must be constants, and those of the initializer.
    fn written_lengths(&mut self, shape: &ArrayShape<'_>, lengths: &[usize], span: Span) {
        for (written, length) in shape.lengths.iter().zip(lengths) {
            let value = self.value_of_type(written, &Type::INT32);
            match value.constant_value().and_then(crate::value::Value::integer) {
                Some(number) if usize::try_from(number).ok() == Some(*length) => {}
                Some(number) => {
                    let message = format!("an array initializer of length {number} is expected, found {length}");
                    self.report("CS0847", span, message, None);
                }
                None if value.ty == Type::Error => {}
                None => {
                    let message = "beside an initializer the length must be a constant".to_owned();
                    self.report("CS0150", written.span, message, None);
                }
            }
        }
    }
}

/// The elements of an array initializer, row by row, and the lengths of its dimensions.
struct Layout {
    lengths: Vec<Option<usize>>,
    items: Vec<Expr>,
}

/// Whether type arguments are left out: `List<>`.
fn is_unbound(name: &ast::TypeName) -> bool {
    let missing = |argument: &ast::TypeName| matches!(argument.kind, ast::TypeNameKind::Missing);
    matches!(&name.kind, ast::TypeNameKind::Named(parts)
        if parts.iter().flat_map(|part| &part.type_arguments).flatten().any(missing))
}

/// The name of a member whose name is not written: that of the variable or property it is taken from.
fn implied_name(value: &ast::Expression) -> Option<&str> {
    match &value.kind {
        ast::ExpressionKind::Name(name) | ast::ExpressionKind::Member { name, .. } => Some(&name.identifier.text),
        ast::ExpressionKind::ConditionalAccess { access, .. } => implied_name(access),
        _ => None,
    }
}
