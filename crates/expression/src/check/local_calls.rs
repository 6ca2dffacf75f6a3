//! Calls of local functions, and local functions as delegates.

use super::Checker;
use super::calls::{Given, GivenKind};
use super::convert::implicit;
use super::expressions::Operand;
use super::local_functions::{FunctionParameter, LocalFunction};
use super::typed::{Expr, FunctionArgument, Kind};
use crate::syntax::ast::Passing;
use crate::types::{DelegateType, Type, is_reference};
use diagnostic::Span;

/// Which parameter each argument is for, and whether the last ones are gathered by `params`.
struct Mapping {
    places: Vec<usize>,
    expanded: bool,
}

impl Checker {
    /// `function(arguments)` of a local function.
    pub(super) fn call_function(
        &mut self,
        (number, explicit): (usize, Vec<Type>),
        given: Vec<Given<'_>>,
        (name_span, span): (Span, Span),
    ) -> Expr {
        let failed = |given: &Given<'_>| matches!(&given.kind, GivenKind::Value(value) if value.ty == Type::Error);
        if given.iter().any(failed) {
            return Expr::error(span);
        }
        let Some(function) = self.local_functions.get(number).cloned() else {
            return Expr::error(span);
        };
        let Some(mapping) = self.map_to_parameters(&function, &given, name_span) else {
            return Expr::error(span);
        };
        let Some(types) = self.function_types(&function, explicit, &mapping, &given, name_span) else {
            return Expr::error(span);
        };
        let bindings = function.bindings(&types);
        let id = self.instance(number, &types, name_span);
        self.note_call(id);
        let mut slots: Vec<Vec<FunctionArgument>> = function.parameters.iter().map(|_| Vec::new()).collect();
        for (given, place) in given.into_iter().zip(&mapping.places) {
            let Some(parameter) = function.parameters.get(*place) else {
                continue;
            };
            let ty = argument_type(parameter, &mapping, function.parameters.len() == place + 1).substitute(&bindings);
            let argument = self.function_argument(given, parameter, &ty);
            if let (Some(slot), Some(argument)) = (slots.get_mut(*place), argument) {
                slot.push(argument);
            }
        }
        let count = slots.len();
        let arguments = slots
            .into_iter()
            .zip(&function.parameters)
            .enumerate()
            .map(|(at, (slot, parameter))| {
                let ty = parameter.ty.substitute(&bindings);
                finished(slot, parameter, ty, mapping.expanded && at + 1 == count, span)
            })
            .collect();
        let result = function.result.substitute(&bindings);
        Expr::new(Kind::CallFunction(id, arguments), result, span)
    }

    /// Notes that the current function needs what the called one needs.
    fn note_call(&mut self, id: usize) {
        if let Some(current) = self.functions.last_mut()
            && !current.uses.functions.contains(&id)
        {
            current.uses.functions.push(id);
        }
    }

    fn map_to_parameters(&mut self, function: &LocalFunction, given: &[Given<'_>], span: Span) -> Option<Mapping> {
        let name = &function.name;
        for given in given {
            if let Some(wrong) = given.name
                && !function.parameters.iter().any(|parameter| parameter.name == wrong.text)
            {
                let known = function.parameters.iter().map(|parameter| parameter.name.as_str());
                let help = diagnostic::nearest(&wrong.text, known).map(|near| format!("did you mean `{near}`?"));
                let message = format!("'{name}' has no parameter named '{}'", wrong.text);
                self.report("CS1739", wrong.span, message, help);
                return None;
            }
        }
        let gathers = function
            .parameters
            .last()
            .is_some_and(|parameter| parameter.passing == Passing::Params);
        for expanded in [false, true] {
            if expanded && !gathers {
                continue;
            }
            if let Some(places) = places(&function.parameters, given, expanded)
                && (expanded || !gathers || fits_unexpanded(function, &places, given))
            {
                return Some(Mapping { places, expanded });
            }
        }
        let missing = function.parameters.iter().enumerate().find(|(at, parameter)| {
            let named = given
                .iter()
                .any(|given| given.name.is_some_and(|name| name.text == parameter.name));
            let optional = parameter.default.is_some() || parameter.passing == Passing::Params;
            *at >= given.len() && !named && !optional
        });
        let (code, message) = match missing {
            Some((_, parameter)) => (
                "CS7036",
                format!(
                    "there is no argument for the parameter '{}' of '{name}'",
                    parameter.name
                ),
            ),
            None => ("CS1501", format!("'{name}' does not take {} arguments", given.len())),
        };
        self.report(code, span, message, None);
        None
    }

    fn function_types(
        &mut self,
        function: &LocalFunction,
        explicit: Vec<Type>,
        mapping: &Mapping,
        given: &[Given<'_>],
        span: Span,
    ) -> Option<Vec<Type>> {
        if !explicit.is_empty() || function.type_parameters.is_empty() {
            if explicit.len() == function.type_parameters.len() {
                return Some(explicit);
            }
            let (found, wanted) = (explicit.len(), function.type_parameters.len());
            let message = format!("'{}' takes {wanted} type arguments, found {found}", function.name);
            let code = if wanted == 0 { "CS0308" } else { "CS0305" };
            self.report(code, span, message, None);
            return None;
        }
        let count = function.parameters.len();
        let parameters: Vec<Type> = mapping
            .places
            .iter()
            .filter_map(|place| {
                let parameter = function.parameters.get(*place)?;
                Some(argument_type(parameter, mapping, count == place + 1))
            })
            .collect();
        let inferred = self.infer_types(function.type_parameters, &parameters, given);
        if inferred.is_none() {
            let name = &function.name;
            let message = format!("the type arguments of '{name}' cannot be inferred; write them: {name}<…>(…)");
            self.report("CS0411", span, message, None);
        }
        inferred
    }

    fn function_argument(
        &mut self,
        given: Given<'_>,
        parameter: &FunctionParameter,
        ty: &Type,
    ) -> Option<FunctionArgument> {
        let span = given.span;
        let by_reference = matches!(parameter.passing, Passing::Ref | Passing::Out);
        match given.kind {
            GivenKind::OutNew(own, name) if by_reference => {
                let ty = own.unwrap_or_else(|| ty.clone());
                let local = match name {
                    Some(name) => self.declare(name, ty.clone()),
                    None => self.temporary(ty.clone()),
                };
                self.touch(local);
                Some(FunctionArgument::Reference(local, false))
            }
            GivenKind::OutLocal(local, own, passing) if by_reference && passing == parameter.passing => {
                if own != *ty && own != Type::Error {
                    let message = format!("argument: cannot convert from '{own}' to '{ty}'");
                    self.report("CS1503", span, message, None);
                }
                self.touch(local);
                Some(FunctionArgument::Reference(local, passing == Passing::Ref))
            }
            GivenKind::OutNew(..) | GivenKind::OutLocal(..) if !by_reference => {
                let message = "the argument is not passed with `ref` or `out`".to_owned();
                self.report("CS1615", span, message, None);
                None
            }
            _ if by_reference => {
                let word = if parameter.passing == Passing::Ref {
                    "ref"
                } else {
                    "out"
                };
                self.report(
                    "CS1620",
                    span,
                    format!("the argument must be passed with `{word}`"),
                    None,
                );
                None
            }
            GivenKind::Value(value) => {
                if implicit(&value.ty, value.constant_value(), ty).is_none() {
                    let message = format!("the argument is a '{}', which does not convert to '{ty}'", value.ty);
                    self.report("CS1503", span, message, None);
                    return None;
                }
                Some(FunctionArgument::Value(self.convert(value, ty)))
            }
            GivenKind::Untyped(operand) => Some(FunctionArgument::Value(self.operand_to(operand, span, ty))),
            GivenKind::OutNew(..) | GivenKind::OutLocal(..) => None,
        }
    }

    /// A local function as a delegate.
    pub(super) fn function_delegate(&mut self, (number, explicit): (usize, &[Type]), ty: &Type, span: Span) -> Expr {
        let Type::Delegate(wanted) = ty else {
            return Expr::error(span);
        };
        let Some(types) = self.delegate_types(number, explicit, wanted) else {
            let name = self
                .local_functions
                .get(number)
                .map_or("", |function| function.name.as_str());
            return self.error("CS0123", span, format!("'{name}' cannot be a '{ty}'"));
        };
        let id = self.instance(number, &types, span);
        self.note_call(id);
        Expr::new(Kind::FunctionDelegate(id), ty.clone(), span)
    }

    /// The type arguments with which a local function can be this delegate.
    pub(super) fn delegate_types(
        &mut self,
        number: usize,
        explicit: &[Type],
        wanted: &DelegateType,
    ) -> Option<Vec<Type>> {
        let function = self.local_functions.get(number)?.clone();
        if function.parameters.len() != wanted.parameters.len() {
            return None;
        }
        let types = if explicit.is_empty() && !function.type_parameters.is_empty() {
            let parameters: Vec<Type> = function
                .parameters
                .iter()
                .map(|parameter| parameter.ty.clone())
                .collect();
            let given: Vec<Given<'_>> = wanted
                .parameters
                .iter()
                .map(|ty| Given {
                    name: None,
                    kind: GivenKind::Value(Expr {
                        ty: ty.clone(),
                        ..Expr::error(Span::default())
                    }),
                    span: Span::default(),
                })
                .collect();
            self.infer_types(function.type_parameters, &parameters, &given)?
        } else {
            explicit.to_vec()
        };
        let own = function.delegate(&types)?;
        let accepts = wanted
            .parameters
            .iter()
            .zip(&own.parameters)
            .all(|(wanted, own)| same_form(wanted, own));
        let gives = wanted.result == Type::VOID || same_form(&own.result, &wanted.result);
        (accepts && gives).then_some(types)
    }

    /// What a local function returns as a delegate over parameters of these types.
    pub(super) fn function_result(&mut self, operand: &Operand<'_>, types: &[Type]) -> Option<Type> {
        let Operand::Function(number, explicit) = operand else {
            return None;
        };
        let wanted = DelegateType {
            name: "System.Action",
            parameters: types.to_vec(),
            result: Type::VOID,
        };
        let arguments = self.delegate_types(*number, explicit, &wanted)?;
        let function = self.local_functions.get(*number)?;
        Some(function.delegate(&arguments)?.result)
    }
}

/// Whether the last argument is the `params` array itself.
fn fits_unexpanded(function: &LocalFunction, places: &[usize], given: &[Given<'_>]) -> bool {
    given.iter().zip(places).all(|(given, place)| {
        let Some(parameter) = function.parameters.get(*place) else {
            return false;
        };
        match &given.kind {
            GivenKind::Value(value) if parameter.passing == Passing::Params => {
                if parameter.ty.has_parameters() {
                    matches!(value.ty, Type::Array(..))
                } else {
                    implicit(&value.ty, value.constant_value(), &parameter.ty).is_some()
                }
            }
            _ => true,
        }
    })
}

/// Whether values of one type are values of the other as they are: what a delegate's parameters and result allow.
fn same_form(from: &Type, to: &Type) -> bool {
    from == to || (!from.is_value_type() && !matches!(from, Type::Nullable(_)) && is_reference(from, to))
}

fn argument_type(parameter: &FunctionParameter, mapping: &Mapping, last: bool) -> Type {
    if mapping.expanded && last {
        parameter.ty.element().unwrap_or(Type::OBJECT)
    } else {
        parameter.ty.clone()
    }
}

/// Which parameter each argument is for; `None` when they do not fit in number.
fn places(parameters: &[FunctionParameter], given: &[Given<'_>], expanded: bool) -> Option<Vec<usize>> {
    let fixed = parameters.len() - usize::from(expanded);
    let mut places = Vec::with_capacity(given.len());
    for (at, given) in given.iter().enumerate() {
        let place = match given.name {
            Some(name) => parameters.iter().position(|parameter| parameter.name == name.text)?,
            None if at < fixed => at,
            None if expanded => fixed,
            None => return None,
        };
        if places.contains(&place) && !(expanded && place == fixed) {
            return None;
        }
        places.push(place);
    }
    let complete = parameters
        .iter()
        .take(fixed)
        .enumerate()
        .all(|(at, parameter)| parameter.default.is_some() || places.contains(&at));
    complete.then_some(places)
}

fn finished(
    mut slot: Vec<FunctionArgument>,
    parameter: &FunctionParameter,
    ty: Type,
    gathered: bool,
    span: Span,
) -> FunctionArgument {
    if gathered {
        let element = ty.element().unwrap_or(Type::OBJECT);
        let items: Vec<Expr> = slot
            .into_iter()
            .filter_map(|item| match item {
                FunctionArgument::Value(item) => Some(item),
                FunctionArgument::Reference(..) => None,
            })
            .collect();
        let kind = Kind::ArrayOf(element, vec![items.len()], items);
        return FunctionArgument::Value(Expr::new(kind, ty, span));
    }
    slot.pop().unwrap_or_else(|| {
        let default = parameter.default.clone().filter(|default| !default.ty.has_parameters());
        let default = default.unwrap_or_else(|| Expr::constant(crate::value::Value::default_of(&ty), ty, span));
        FunctionArgument::Value(default)
    })
}
