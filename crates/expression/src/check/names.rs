//! What names mean: types, variables, namespaces.

use super::Checker;
use super::expressions::Operand;
use super::scope::Named;
use super::typed::{Expr, Kind};
use crate::library;
use crate::syntax::ast::{self, PredefinedType, TypeNameKind};
use crate::types::{Simple, Type};
use crate::value::{HostPart, Value};
use diagnostic::Span;

/// The type of a keyword.
pub fn predefined(keyword: PredefinedType) -> Simple {
    match keyword {
        PredefinedType::Bool => Simple::Boolean,
        PredefinedType::Byte => Simple::Byte,
        PredefinedType::Char => Simple::Char,
        PredefinedType::Decimal => Simple::Decimal,
        PredefinedType::Double => Simple::Double,
        PredefinedType::Float => Simple::Single,
        PredefinedType::Int => Simple::Int32,
        PredefinedType::Long => Simple::Int64,
        PredefinedType::Object => Simple::Object,
        PredefinedType::Sbyte => Simple::SByte,
        PredefinedType::Short => Simple::Int16,
        PredefinedType::String => Simple::String,
        PredefinedType::Uint => Simple::UInt32,
        PredefinedType::Ulong => Simple::UInt64,
        PredefinedType::Ushort => Simple::UInt16,
        PredefinedType::Void => Simple::Void,
    }
}

impl Checker {
    /// The type that a type name means; [`Type::Error`] when it was reported.
    pub(super) fn resolve_type(&mut self, name: &ast::TypeName) -> Type {
        match &name.kind {
            TypeNameKind::Predefined(keyword) => Type::Simple(predefined(*keyword)),
            TypeNameKind::Named(parts) => self.named_type(parts, name.span),
            TypeNameKind::Nullable(inner) => {
                let inner_type = self.resolve_type(inner);
                if inner_type.is_value_type() || inner_type == Type::Error {
                    return Type::nullable(inner_type);
                }
                let message = format!("the type '{inner_type}' must be a value type to be written with `?`");
                self.report(
                    "CS0453",
                    name.span,
                    message,
                    Some(format!("write `{inner_type}`, it may be null as it is")),
                );
                Type::Error
            }
            TypeNameKind::Array { element, rank } => Type::Array(self.resolve_type(element).into(), *rank),
            TypeNameKind::Tuple(elements) => Type::Tuple(
                elements
                    .iter()
                    .map(|(element, name)| {
                        (
                            self.resolve_type(element),
                            name.as_ref().map(|name| name.text.as_str().into()),
                        )
                    })
                    .collect(),
            ),
            TypeNameKind::Missing => Type::Error,
        }
    }

    fn named_type(&mut self, parts: &[ast::SimpleName], span: Span) -> Type {
        let full: Vec<&str> = parts.iter().map(|part| part.identifier.text.as_str()).collect();
        let full = full.join(".");
        let arguments = self.type_arguments(parts.last().and_then(|part| part.type_arguments.as_deref()));
        if let Some(Named::Type(ty)) = self.lookup(&full) {
            return ty;
        }
        if full == "dynamic" {
            return Type::Dynamic;
        }
        if let Some(found) = library::named_type(&full, arguments) {
            return found;
        }
        self.unknown_type("CS0246", &full, span);
        Type::Error
    }

    pub(super) fn unknown_type(&mut self, code: &'static str, name: &str, span: Span) {
        let short = name.rsplit('.').next().unwrap_or(name);
        let known = library::all().map(library::Class::short_name);
        let help = diagnostic::nearest(short, known).map(|near| format!("did you mean `{near}`?"));
        let message = format!(
            "the type or namespace name '{name}' could not be found among those that policy expressions may use"
        );
        self.report(code, span, message, help);
    }

    /// Explicit type arguments.
    pub(super) fn type_arguments(&mut self, arguments: Option<&[ast::TypeName]>) -> Vec<Type> {
        arguments
            .unwrap_or_default()
            .iter()
            .map(|argument| self.resolve_type(argument))
            .collect()
    }

    /// A name on its own: a variable, `context`, a type, or the beginning of a namespace.
    pub(super) fn simple_name<'t>(&mut self, name: &ast::SimpleName, span: Span) -> Operand<'t> {
        let text = &name.identifier.text;
        if let Some(Named::Function(function)) = self.lookup(text) {
            let explicit = self.type_arguments(name.type_arguments.as_deref());
            return Operand::Function(function, explicit);
        }
        if name.type_arguments.is_none() {
            match self.lookup(text) {
                Some(Named::Local(local)) => return Operand::Value(self.use_local(local, span)),
                Some(Named::Constant(constant)) => return Operand::Value(Expr { span, ..constant }),
                Some(Named::Range(local, path)) => return Operand::Value(self.range_variable(local, &path, span)),
                Some(Named::Type(ty)) => return Operand::Type(ty),
                Some(Named::Function(_)) | None => {}
            }
            if text == "context"
                && let Some(ty) = library::named_type("IProxyRequestContext", Vec::new())
            {
                return Operand::Value(Expr::constant(Value::Host(HostPart::Context), ty, span));
            }
        }
        let arguments = self.type_arguments(name.type_arguments.as_deref());
        if let Some(found) = library::named_type(text, arguments) {
            return Operand::Type(found);
        }
        if library::is_namespace(text) {
            return Operand::Namespace(text.clone());
        }
        let near = diagnostic::nearest(text, self.names_in_scope()).map(str::to_owned);
        let near = near
            .or_else(|| diagnostic::nearest(text, library::all().map(library::Class::short_name)).map(str::to_owned));
        let help = near.map(|near| format!("did you mean `{near}`?"));
        if let Some(code) = self.declared_later(text) {
            let message = format!("the variable '{text}' is used before it has a value");
            self.report(code, span, message, Some("declare it before".to_owned()));
            return Operand::Value(Expr::error(span));
        }
        self.report(
            "CS0103",
            span,
            format!("the name '{text}' does not exist in the current context"),
            help,
        );
        Operand::Value(Expr::error(span))
    }

    /// A range variable of a query, inside of a transparent parameter.
    fn range_variable(&mut self, local: usize, path: &[usize], span: Span) -> Expr {
        path.iter().fold(self.use_local(local, span), |record, at| {
            let ty = match &record.ty {
                Type::Anonymous(members) => members.get(*at).map_or(Type::Error, |(_, ty)| ty.clone()),
                _ => Type::Error,
            };
            Expr::new(Kind::RecordGet(Box::new(record), *at), ty, span)
        })
    }

    /// `Namespace.name`
    pub(super) fn in_namespace<'t>(&mut self, namespace: &str, name: &ast::SimpleName, span: Span) -> Operand<'t> {
        let full = format!("{namespace}.{}", name.identifier.text);
        let arguments = self.type_arguments(name.type_arguments.as_deref());
        if let Some(found) = library::named_type(&full, arguments) {
            return Operand::Type(found);
        }
        if library::is_namespace(&full) {
            return Operand::Namespace(full);
        }
        self.unknown_type("CS0234", &full, span);
        Operand::Value(Expr::error(span))
    }
}
