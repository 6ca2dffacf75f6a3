//! Members of types: properties, methods, indexers, and the fields of tuples and anonymous objects.

use super::Checker;
use super::expressions::{MethodGroup, Operand};
use super::typed::{CallArgument, CallExpr, Expr, Kind};
use crate::library::{self, ClassKind, Member, MemberKind};
use crate::syntax::ast;
use crate::types::Type;
use crate::value::{HostPart, Value};
use diagnostic::Span;

/// A member with the type, as seen from a receiver, that has it.
#[derive(Clone)]
pub struct Found {
    /// The member.
    pub member: &'static Member,
    /// Its class with type arguments.
    pub owner: Type,
}

/// All members of a name, nearest type first.
pub fn members(ty: &Type, name: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for owner in ty.ancestry() {
        let Some(class) = owner.library_class() else { continue };
        // A class shows the members it declares; those of its interfaces only when it is seen as one of them.
        if class.kind == ClassKind::Interface && !ty.is_interface() {
            continue;
        }
        let owner = if let Type::Array(element, _) = &owner {
            Type::Class(class, vec![(**element).clone()].into())
        } else {
            owner.clone()
        };
        found.extend(class.0.members(name).iter().map(|member| Found {
            member,
            owner: owner.clone(),
        }));
    }
    found
}

impl Found {
    /// The member's result as seen from its owner.
    pub fn result(&self) -> Type {
        self.member
            .result
            .substitute(&self.member.class.bind(&self.owner.type_arguments()))
    }
}

impl Checker {
    /// `receiver.name`; when it is `invoked`, properties that are no delegates are passed over, as C# does.
    pub(super) fn member_access<'t>(
        &mut self,
        receiver: Operand<'t>,
        name: &'t ast::SimpleName,
        span: Span,
        invoked: bool,
    ) -> Operand<'t> {
        match receiver {
            Operand::Namespace(namespace) => self.in_namespace(&namespace, name, span),
            Operand::Type(ty) => self.static_member(&ty, name, span),
            Operand::Value(value) => self.instance_member(value, name, span, invoked),
            other => {
                let _ = self.demand_value(other, span);
                Operand::Value(self.error(
                    "CS0023",
                    span,
                    format!("'.{}' cannot be applied to it", name.identifier.text),
                ))
            }
        }
    }

    fn static_member<'t>(&mut self, ty: &Type, name: &'t ast::SimpleName, span: Span) -> Operand<'t> {
        let text = &name.identifier.text;
        if let Type::Class(class, _) = ty
            && let Some(value) = Value::enumeration(*class, text)
        {
            return Operand::Value(Expr::constant(value, ty.clone(), span));
        }
        if let Some(value) = ty.library_class().and_then(|class| class.0.constant(text)) {
            let ty = value.simple().map_or_else(|| ty.clone(), Type::Simple);
            return Operand::Value(Expr::constant(value.clone(), ty, span));
        }
        let found = members(ty, text);
        if let Some(getter) = found
            .iter()
            .find(|found| found.member.kind == MemberKind::Getter && found.member.is_static)
        {
            return Operand::Value(Self::call_member(getter, None, Vec::new(), span));
        }
        if found.iter().any(|found| found.member.kind == MemberKind::Method) {
            return Operand::Methods(MethodGroup {
                receiver: None,
                ty: ty.clone(),
                name,
            });
        }
        if found.iter().any(|found| found.member.kind == MemberKind::Extension) {
            return Operand::Methods(MethodGroup {
                receiver: None,
                ty: ty.clone(),
                name,
            });
        }
        if *ty == Type::Error {
            return Operand::Value(Expr::error(span));
        }
        if let Some(class) = ty.library_class()
            && let Some(nested) = library::named_type(&format!("{}.{text}", class.name), Vec::new())
        {
            return Operand::Type(nested);
        }
        let code = if found.is_empty() { "CS0117" } else { "CS0120" };
        let what = if found.is_empty() {
            "does not contain a definition for"
        } else {
            "needs an object to use"
        };
        self.no_member(code, ty, text, what, name.identifier.span);
        Operand::Value(Expr::error(span))
    }

    fn instance_member<'t>(
        &mut self,
        value: Expr,
        name: &'t ast::SimpleName,
        span: Span,
        invoked: bool,
    ) -> Operand<'t> {
        let text = &name.identifier.text;
        if value.ty == Type::Error {
            return Operand::Value(Expr::error(span));
        }
        if value.ty == Type::Null {
            return Operand::Value(self.error("CS0023", span, "'.' cannot be applied to null".to_owned()));
        }
        if value.ty.is_dynamic() {
            if !invoked {
                return Operand::Value(Self::dynamic_member(value, name, span));
            }
            return Operand::Methods(MethodGroup {
                receiver: Some(Box::new(value)),
                ty: Type::Dynamic,
                name,
            });
        }
        self.note_read(&value.ty, text);
        if let Some((index, ty)) = record_member(&value.ty, text) {
            return Operand::Value(Expr::new(Kind::RecordGet(Box::new(value), index), ty, span));
        }
        let found = members(&value.ty, text);
        if let Some(getter) = found
            .iter()
            .find(|found| found.member.kind == MemberKind::Getter && !found.member.is_static)
            .filter(|getter| !invoked || matches!(getter.result(), Type::Delegate(_)))
        {
            return Operand::Value(Self::call_member(getter, Some(value), Vec::new(), span));
        }
        let method = found.iter().any(|found| found.member.kind == MemberKind::Method);
        let setter = found.iter().any(|found| found.member.kind == MemberKind::Setter);
        if method
            || !library::extensions(text).is_empty()
            || (text == "Invoke" && matches!(value.ty, Type::Delegate(_)))
        {
            return Operand::Methods(MethodGroup {
                ty: value.ty.clone(),
                receiver: Some(Box::new(value)),
                name,
            });
        }
        let ty = value.ty.clone();
        if invoked && found.iter().any(|found| found.member.kind == MemberKind::Getter) {
            let message = format!("'{text}' is a property and cannot be called like a method");
            self.report(
                "CS1955",
                name.identifier.span,
                message,
                Some("leave out `()`".to_owned()),
            );
            return Operand::Value(Expr::error(span));
        }
        let what = if setter {
            "has no getter for"
        } else {
            "does not contain a definition for"
        };
        self.no_member("CS1061", &ty, text, what, name.identifier.span);
        Operand::Value(Expr::error(span))
    }

    /// Notes which bodies the expression reads. A response may also come from a variable: only an expression that
    /// mentions `context.Response` can read its body.
    fn note_read(&mut self, ty: &Type, name: &str) {
        if name == "Response" && ty.is_named("IProxyRequestContext") {
            self.response_mentioned = true;
        }
        if name != "Body" {
            return;
        }
        if ty.is_named("IRequest") {
            self.reads.request_body = true;
        }
        if ty.is_named("IResponse") {
            self.response_body_read = true;
        }
    }

    /// Reports a missing member with the nearest one that exists.
    pub(super) fn no_member(&mut self, code: &'static str, ty: &Type, name: &str, what: &str, span: Span) {
        let ancestry = ty.ancestry();
        let known = ancestry
            .iter()
            .filter_map(Type::library_class)
            .flat_map(|class| class.0.member_names());
        let values = ancestry
            .iter()
            .filter_map(Type::library_class)
            .flat_map(|class| class.0.values.iter().map(|(name, _)| *name));
        let help = diagnostic::nearest(name, known.chain(values)).map(|near| format!("did you mean `{near}`?"));
        self.report(code, span, format!("'{ty}' {what} '{name}'"), help);
    }

    /// A call of a member whose arguments have their parameters' types.
    pub(super) fn call_member(found: &Found, receiver: Option<Expr>, arguments: Vec<CallArgument>, span: Span) -> Expr {
        let member = found.member;
        let result = found.result();
        let setter = member.kind == MemberKind::Setter;
        let null_check = receiver
            .as_ref()
            .is_some_and(|receiver| may_be_null(receiver) && !handles_null(member));
        let mut all: Vec<CallArgument> = Vec::with_capacity(arguments.len() + 1);
        all.extend(receiver.map(CallArgument::Value));
        all.extend(arguments);
        let call = CallExpr {
            member,
            types: found.owner.type_arguments(),
            arguments: all,
            null_check,
            gives_last_argument: setter,
            lifted: false,
        };
        fold_part(Expr::new(Kind::Call(Box::new(call)), result, span))
    }
}

fn may_be_null(receiver: &Expr) -> bool {
    !receiver.ty.is_value_type() && !matches!(receiver.constant_value(), Some(constant) if !constant.is_null())
}

/// Members of `Nullable<T>` work on null.
fn handles_null(member: &Member) -> bool {
    member.class.name == "System.Nullable"
}

/// Parts of `context` that always exist are constants, so that reaching into them costs nothing.
fn fold_part(call: Expr) -> Expr {
    let part = match &call.kind {
        Kind::Call(inner) => match inner.arguments.first() {
            Some(CallArgument::Value(Expr {
                kind: Kind::Constant(Value::Host(part)),
                ..
            })) => part_of(*part, inner.member.name),
            _ => None,
        },
        _ => None,
    };
    match part {
        Some(part) => Expr::constant(Value::Host(part), call.ty, call.span),
        None => call,
    }
}

fn part_of(part: HostPart, member: &str) -> Option<HostPart> {
    match (part, member) {
        (HostPart::Context, "Request") => Some(HostPart::Request),
        (HostPart::Context, "Variables") => Some(HostPart::Variables),
        (HostPart::Request, "Headers") => Some(HostPart::RequestHeaders),
        (HostPart::Request, "MatchedParameters") => Some(HostPart::MatchedParameters),
        _ => None,
    }
}

/// A member of a tuple or an anonymous object: its place and type.
pub fn record_member(ty: &Type, name: &str) -> Option<(usize, Type)> {
    match ty {
        Type::Anonymous(members) => members
            .iter()
            .position(|(member, _)| **member == *name)
            .and_then(|at| Some((at, members.get(at)?.1.clone()))),
        Type::Tuple(elements) => {
            let by_name = elements
                .iter()
                .position(|(_, element)| element.as_deref() == Some(name));
            let by_number = || name.strip_prefix("Item")?.parse::<usize>().ok()?.checked_sub(1);
            let at = by_name.or_else(by_number)?;
            Some((at, elements.get(at)?.0.clone()))
        }
        _ => None,
    }
}
