//! Calls of library members and of delegates.

use super::Compiler;
use crate::check::typed::{CallArgument, CallExpr, Expr, Kind};
use crate::closure::Code;
use crate::frame::Frame;
use crate::library::{Arguments, Call, Member, MemberKind, Passing};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::Value;
use diagnostic::Span;

/// What a call needs besides its arguments' code.
struct Callee {
    member: &'static Member,
    types: Vec<Type>,
    /// Arguments behind those that are computed, the same in every call.
    constants: Vec<Value>,
    /// What is read of their texts.
    constant_bytes: usize,
    null_check: bool,
    lifted: bool,
    span: Span,
}

impl Callee {
    fn run(&self, frame: &mut Frame<'_>, values: &[Value]) -> Outcome {
        if self.null_check && values.first().is_none_or(Value::is_null) {
            return Err(Thrown::null_reference().at(self.span));
        }
        if self.lifted
            && let Some(result) = lifted(self.member.name, values)
        {
            return Ok(result);
        }
        frame.step(1)?;
        frame.read(self.read_bytes(values) + self.constant_bytes)?;
        let arguments = Arguments::with_constants(values, &self.constants, self.member);
        (self.member.run)(
            &mut Call {
                frame,
                types: &self.types,
            },
            arguments,
        )
        .map_err(|thrown| thrown.at(self.span))
    }

    /// The length of the texts that the call reads through. Properties (`Length`, `[i]`) only look whether one is ASCII and
    /// then have nothing to count.
    fn read_bytes(&self, values: &[Value]) -> usize {
        let read = values.iter().filter_map(Value::as_text).map(|text| {
            let is_looked_at = self.member.kind == MemberKind::Getter && text.is_ascii();
            if is_looked_at { text.len() / 64 } else { text.len() }
        });
        read.sum()
    }
}

/// An operator on nullables: what null gives, `None` when there is no null.
fn lifted(name: &str, values: &[Value]) -> Option<Value> {
    let nulls = values.iter().filter(|value| value.is_null()).count();
    if nulls == 0 {
        return None;
    }
    let all = nulls == values.len();
    Some(match name {
        "operator ==" => Value::Boolean(all),
        "operator !=" => Value::Boolean(!all),
        "operator <" | "operator >" | "operator <=" | "operator >=" => Value::Boolean(false),
        _ => Value::Null,
    })
}

/// A library member is called.
pub fn call(compiler: &mut Compiler<'_>, call: &CallExpr, span: Span) -> Code {
    let mut callee = Callee {
        member: call.member,
        types: call.types.iter().map(Type::erased).collect(),
        constants: Vec::new(),
        constant_bytes: 0,
        null_check: call.null_check,
        lifted: call.lifted,
        span,
    };
    let out = call
        .arguments
        .iter()
        .any(|argument| matches!(argument, CallArgument::Out(_)));
    if out {
        return with_outs(compiler, callee, &call.arguments);
    }
    if let Some(code) = on_constants(&callee, &call.arguments, call.gives_last_argument) {
        return code;
    }
    let is_split = !callee.lifted && !call.gives_last_argument;
    let (computed, constants) = if is_split {
        split_constants(&call.arguments)
    } else {
        (call.arguments.as_slice(), Vec::new())
    };
    callee.constant_bytes = callee.read_bytes(&constants);
    callee.constants = constants;
    let mut codes: Vec<Code> = Vec::with_capacity(computed.len());
    for argument in computed {
        if let CallArgument::Value(value) = argument {
            codes.push(compiler.value(value));
        }
    }
    if call.gives_last_argument {
        return Box::new(move |frame| {
            let mut values = codes
                .iter()
                .map(|code| code(frame))
                .collect::<Result<Vec<Value>, Thrown>>()?;
            callee.run(frame, &values)?;
            Ok(values.pop().unwrap_or_default())
        });
    }
    by_count(callee, codes)
}

/// The constants behind the last argument that must be computed, and the arguments before them. The first one, which calls
/// check for null, is never among the constants.
fn split_constants(arguments: &[CallArgument]) -> (&[CallArgument], Vec<Value>) {
    let computed = arguments.iter().rposition(|argument| constant(argument).is_none());
    let count = computed.map_or(1, |last| last + 1).min(arguments.len());
    let (computed, constants) = arguments.split_at(count);
    (computed, constants.iter().filter_map(constant).cloned().collect())
}

/// The value of an argument that is a constant.
fn constant(argument: &CallArgument) -> Option<&Value> {
    match argument {
        CallArgument::Value(Expr {
            kind: Kind::Constant(constant),
            ..
        }) => Some(constant),
        _ => None,
    }
}

/// Up to three arguments are passed without a vector.
fn by_count(callee: Callee, mut codes: Vec<Code>) -> Code {
    match (codes.pop(), codes.pop(), codes.pop(), codes.pop()) {
        (None, ..) => Box::new(move |frame| callee.run(frame, &[])),
        (Some(only), None, ..) => Box::new(move |frame| {
            let values = [only(frame)?];
            callee.run(frame, &values)
        }),
        (Some(second), Some(first), None, _) => Box::new(move |frame| {
            let values = [first(frame)?, second(frame)?];
            callee.run(frame, &values)
        }),
        (Some(third), Some(second), Some(first), None) => Box::new(move |frame| {
            let values = [first(frame)?, second(frame)?, third(frame)?];
            callee.run(frame, &values)
        }),
        (Some(last), Some(third), Some(second), Some(first)) => {
            codes.extend([first, second, third, last]);
            Box::new(move |frame| {
                let values = codes
                    .iter()
                    .map(|code| code(frame))
                    .collect::<Result<Vec<Value>, Thrown>>()?;
                callee.run(frame, &values)
            })
        }
    }
}

/// A call whose arguments are all constants, such as a member of a part of `context`: they are made once, and what is
/// asked of them before each call is asked now.
fn on_constants(callee: &Callee, arguments: &[CallArgument], setter: bool) -> Option<Code> {
    let constants: Option<Vec<Value>> = arguments.iter().map(|argument| constant(argument).cloned()).collect();
    let constants = constants.filter(|constants| !setter && !constants.is_empty())?;
    if callee.lifted || constants.first().is_none_or(Value::is_null) {
        return None;
    }
    let (member, types, span) = (callee.member, callee.types.clone(), callee.span);
    let steps = 1 + callee.read_bytes(&constants) / 64;
    Some(Box::new(move |frame| {
        frame.step(steps as u64)?;
        let mut call = Call { frame, types: &types };
        let arguments = Arguments::new(&constants, member);
        (member.run)(&mut call, arguments).map_err(|thrown| thrown.at(span))
    }))
}

fn with_outs(compiler: &mut Compiler<'_>, callee: Callee, arguments: &[CallArgument]) -> Code {
    enum Part {
        Value(Code),
        Out(Option<usize>, bool),
    }
    let receiver = usize::from(!callee.member.is_static);
    let parts: Vec<Part> = arguments
        .iter()
        .enumerate()
        .map(|(index, argument)| match argument {
            CallArgument::Value(value) => Part::Value(compiler.value(value)),
            CallArgument::Out(local) => {
                let parameter = index
                    .checked_sub(receiver)
                    .and_then(|at| callee.member.parameters.get(at));
                let reads = parameter.is_some_and(|parameter| parameter.passing == Passing::Ref);
                Part::Out(local.map(|local| compiler.slot(local)), reads)
            }
        })
        .collect();
    Box::new(move |frame| {
        let mut values = Vec::with_capacity(parts.len());
        for part in &parts {
            values.push(match part {
                Part::Value(code) => code(frame)?,
                Part::Out(Some(slot), true) => frame.local(*slot),
                Part::Out(..) => Value::Null,
            });
        }
        frame.take_outs();
        let result = callee.run(frame, &values)?;
        let mut outs = frame.take_outs().into_iter();
        for part in &parts {
            if let Part::Out(local, _) = part {
                let value = outs.next().unwrap_or_default();
                if let Some(slot) = local {
                    frame.set_local(*slot, value);
                }
            }
        }
        Ok(result)
    })
}

/// A delegate is called.
pub fn invoke(compiler: &mut Compiler<'_>, delegate: &Expr, arguments: &[Expr], span: Span) -> Code {
    let (delegate, arguments) = (compiler.value(delegate), compiler.values(arguments));
    Box::new(move |frame| {
        let delegate = delegate(frame)?;
        let values = arguments
            .iter()
            .map(|argument| argument(frame))
            .collect::<Result<Vec<Value>, Thrown>>()?;
        frame.call(&delegate, &values).map_err(|thrown| thrown.at(span))
    })
}
