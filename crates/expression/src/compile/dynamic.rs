//! `dynamic`: an operation is bound to the types that its operands turn out to have, once for each set of types.
//!
//! JSON tokens answer some operations themselves, as Newtonsoft's `DynamicObject`s do: a property of an object is its
//! member, a scalar calculates and converts as the value that it holds.

use super::Compiler;
use crate::check::dynamic::{Operation, Site, bind, operand_type};
use crate::check::typed::Expr;
use crate::closure::Code;
use crate::frame::{Frame, Slot};
use crate::library;
use crate::syntax::ast::BinaryOperator;
use crate::thrown::{Outcome, Thrown};
use crate::types::{Simple, Type};
use crate::value::Value;
use diagnostic::Span;
use parking_lot::Mutex;
use std::sync::Arc;

/// What one binding costs of the budget.
const BINDING: u64 = 500;
/// Sets of types that an operation keeps its binding for.
const KEPT: usize = 16;

/// An operation bound to types.
struct Binding {
    code: Code,
    locals: usize,
    depth: u32,
}

type Kept = Mutex<Vec<(Vec<Type>, Arc<Result<Binding, String>>)>>;

/// Code of an operation on `dynamic`.
pub fn compile(compiler: &mut Compiler<'_>, site: &Arc<Site>, operands: &[Expr], span: Span) -> Code {
    let (site, operands) = (Arc::clone(site), compiler.values(operands));
    let kept = Kept::default();
    let others = [Kept::default(), Kept::default()];
    Box::new(move |frame| {
        let values = operands
            .iter()
            .map(|operand| operand(frame))
            .collect::<Result<Vec<Value>, Thrown>>()?;
        let outcome = match of_json(&site, &values) {
            None => run(&site, &kept, values, frame),
            Some(Own { site, values, token }) => {
                let [first, second] = &others;
                let result = run(&site, first, values, frame);
                match (result, token) {
                    (Ok(result), Some(wrap)) if !matches!(result, Value::Boolean(_)) => {
                        run(&wrap, second, vec![result], frame)
                    }
                    (result, _) => result,
                }
            }
        };
        outcome.map_err(|thrown| thrown.at(span))
    })
}

fn run(site: &Site, kept: &Kept, values: Vec<Value>, frame: &mut Frame<'_>) -> Outcome {
    let types: Vec<Type> = site
        .types
        .iter()
        .zip(&values)
        .map(|(known, value)| operand_type(known.as_ref(), value))
        .collect();
    if needs_object(&site.operation) && types.first() == Some(&Type::Null) {
        return Err(refused("Cannot perform runtime binding on a null reference"));
    }
    let known = kept
        .lock()
        .iter()
        .find(|(own, _)| *own == types)
        .map(|(_, binding)| Arc::clone(binding));
    let binding = if let Some(binding) = known {
        binding
    } else {
        frame.step(BINDING)?;
        let binding = Arc::new(bound(site, &types));
        let mut kept = kept.lock();
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push((types, Arc::clone(&binding)));
        binding
    };
    match &*binding {
        Ok(binding) => {
            let fill = |slots: &mut Vec<Slot>| slots.extend(values.into_iter().map(Slot::Own));
            frame.nested((binding.locals, binding.depth), (&[], fill), &binding.code)
        }
        Err(message) => Err(refused(message)),
    }
}

fn bound(site: &Site, types: &[Type]) -> Result<Binding, String> {
    let bound = bind(site, types)?;
    let shared = super::Shared {
        parts: None,
        captured: bound.captured,
        captures: bound.captures,
        functions: std::collections::HashMap::new(),
    };
    let mut compiler = Compiler::new(&shared);
    for local in 0..types.len() {
        compiler.slot(local);
    }
    let code = compiler.value(&bound.value);
    Ok(Binding {
        code,
        locals: compiler.slots.len(),
        depth: compiler.deepest + 2,
    })
}

fn refused(message: &str) -> Thrown {
    Thrown::new("Microsoft.CSharp.RuntimeBinder.RuntimeBinderException", message)
}

fn needs_object(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Member(_)
            | Operation::SetMember(_)
            | Operation::Call(None, _)
            | Operation::Invoke
            | Operation::Index
            | Operation::SetIndex
    )
}

/// What a JSON token does instead: another operation on other operands, and the conversion of its result.
struct Own {
    site: Site,
    values: Vec<Value>,
    token: Option<Site>,
}

fn of_json(site: &Site, values: &[Value]) -> Option<Own> {
    // Only an operand of type `dynamic` answers for itself.
    let Some(Value::Json(token)) = values.first().filter(|_| site.types.first() == Some(&None)) else {
        return None;
    };
    let with = |operation, types, values| Own {
        site: site.with(operation, types),
        values,
        token: None,
    };
    let is_object = token.class() == "JObject";
    match &site.operation {
        Operation::Member(name) if is_object => {
            let key = Value::from(name.identifier.text.clone());
            Some(with(
                Operation::Index,
                vec![None, None],
                vec![token.clone().into(), key],
            ))
        }
        Operation::SetMember(name) if is_object => {
            let key = Value::from(name.identifier.text.clone());
            let mut all = vec![token.clone().into(), key];
            all.extend(values.iter().skip(1).cloned());
            Some(with(Operation::SetIndex, vec![None, None, None], all))
        }
        Operation::Binary(operator) => {
            let left = library::scalar_value(&token.scalar()?);
            let right = match values.get(1) {
                Some(Value::Json(token)) => library::scalar_value(&token.scalar()?),
                other => other.cloned().unwrap_or_default(),
            };
            calculated(site, *operator, left, right)
        }
        Operation::Convert(to, false) if token.scalar().is_some() && !is_token(to) => {
            Some(with(Operation::Convert(to.clone(), true), vec![None], values.to_vec()))
        }
        _ => None,
    }
}

fn is_token(ty: &Type) -> bool {
    matches!(ty, Type::Class(class, _) if class.name.starts_with("Newtonsoft.Json.Linq."))
}

/// A scalar calculates as the value that it holds; the result is a scalar again.
fn calculated(site: &Site, operator: BinaryOperator, left: Value, right: Value) -> Option<Own> {
    use BinaryOperator::{Add, Divide, Multiply, Subtract};
    let token = library::named_type("Newtonsoft.Json.Linq.JToken", Vec::new())?;
    let wraps = matches!(operator, Add | Subtract | Multiply | Divide) && left.simple() != Some(Simple::Boolean);
    Some(Own {
        site: site.with(Operation::Binary(operator), vec![None, None]),
        values: vec![left, right],
        token: wraps.then(|| site.with(Operation::Convert(token, false), vec![None])),
    })
}
