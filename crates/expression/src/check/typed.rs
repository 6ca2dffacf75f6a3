//! The typed tree: what `check` makes of the syntax tree. Every name is resolved, every conversion is written out, every
//! node has its type; what cannot be resolved cannot be expressed here.

use super::dynamic::Site;
use crate::library::Member;
use crate::syntax::ast::BinaryOperator;
use crate::types::{Simple, Type};
use crate::value::Value;
use diagnostic::Span;
use std::sync::Arc;

/// A local variable or parameter of the program.
pub type LocalId = usize;
/// A lambda or local function of the program.
pub type FunctionId = usize;
/// A label of the program.
pub type LabelId = usize;

/// A checked expression or block.
pub struct Program {
    /// What it does.
    pub body: Body,
    /// Every local variable of it and of the functions inside: whether a lambda captures it.
    pub captured: Vec<bool>,
    /// The outer variables that each function needs.
    pub captures: Vec<Vec<LocalId>>,
    /// The local functions.
    pub functions: Vec<Lambda>,
    /// The type of its value.
    pub result: Type,
    /// Which bodies it may read.
    pub reads: crate::Reads,
}

/// What a function or the program itself does.
pub enum Body {
    /// Gives the value of an expression.
    Expression(Expr),
    /// Runs statements until one returns.
    Block(Vec<Stmt>),
}

/// A typed expression.
#[derive(Clone)]
pub struct Expr {
    /// What it is.
    pub kind: Kind,
    /// Its type.
    pub ty: Type,
    /// Where it stands.
    pub span: Span,
}

impl Expr {
    /// An expression.
    pub fn new(kind: Kind, ty: Type, span: Span) -> Self {
        Self { kind, ty, span }
    }

    /// A constant.
    pub fn constant(value: impl Into<Value>, ty: Type, span: Span) -> Self {
        Self::new(Kind::Constant(value.into()), ty, span)
    }

    /// Stands where a problem was reported.
    pub fn error(span: Span) -> Self {
        Self::constant(Value::Null, Type::Error, span)
    }

    /// Its value, when it is a constant, which a nullable never is.
    pub fn constant_value(&self) -> Option<&Value> {
        if let Kind::Constant(value) = &self.kind
            && !matches!(self.ty, Type::Nullable(_))
        {
            Some(value)
        } else {
            None
        }
    }
}

/// The kinds of typed expressions.
#[derive(Clone)]
pub enum Kind {
    /// A value known now.
    Constant(Value),
    /// A local variable.
    Local(LocalId),
    /// Sets a local variable; its value is the variable's.
    SetLocal(LocalId, Box<Expr>),
    /// A library member.
    Call(Box<CallExpr>),
    /// A delegate is called.
    Invoke(Box<Expr>, Vec<Expr>),
    /// A local function is called.
    CallFunction(FunctionId, Vec<FunctionArgument>),
    /// A local function as a delegate.
    FunctionDelegate(FunctionId),
    /// What only the values at run time decide (`dynamic`).
    Dynamic(Arc<Site>, Vec<Expr>),
    /// Arithmetic, in a type that C# promotes to.
    Arithmetic(Box<Operation>),
    /// Comparison of numbers, giving `bool`.
    Compare(Box<Operation>),
    /// `==` (or `!=` when negated) of strings, booleans, enumerations, references.
    Equal {
        /// What is compared.
        left: Box<Expr>,
        /// With what.
        right: Box<Expr>,
        /// `!=`
        negated: bool,
        /// Identity rather than value.
        by_reference: bool,
    },
    /// `-x`; `checked`
    Negate(Box<Expr>, bool),
    /// `~x`
    Complement(Box<Expr>),
    /// `!x`
    Not(Box<Expr>),
    /// `&&` (`true`) or `||`
    Logical(bool, Box<Expr>, Box<Expr>),
    /// `&`, `|`, `^` of `bool` or `bool?`
    BooleanBits(BinaryOperator, Box<Expr>, Box<Expr>),
    /// `+` of strings and anything
    Concat(Vec<Expr>),
    /// `c ? a : b`
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `a ?? b`
    Coalesce(Box<Expr>, Box<Expr>),
    /// Sets a temporary, then gives the last expression; null when `null_stops` and the temporary is null.
    Let {
        /// The temporary.
        local: LocalId,
        /// Its value.
        value: Box<Expr>,
        /// What follows.
        body: Box<Expr>,
        /// `?.`
        null_stops: bool,
    },
    /// Evaluates all, gives the last.
    Sequence(Vec<Expr>, Box<Expr>),
    /// A conversion.
    Convert(Conversion, Box<Expr>),
    /// `e is T`
    IsInstance(Box<Expr>, Type),
    /// `e as T`
    AsInstance(Box<Expr>, Type),
    /// A lambda.
    Lambda(Arc<Lambda>),
    /// `new T[n]`, `new T[n, m]`
    NewArray(Type, Vec<Expr>),
    /// `new T[] { … }`: the element type, the lengths of its dimensions, the elements row by row.
    ArrayOf(Type, Vec<usize>, Vec<Expr>),
    /// `array[i]`
    ArrayGet(Box<Expr>, Vec<Expr>),
    /// `array[i] = v`
    ArraySet(Box<Expr>, Vec<Expr>, Box<Expr>),
    /// An anonymous object or a tuple.
    Record(Vec<Expr>),
    /// A member of one, by its place.
    RecordGet(Box<Expr>, usize),
    /// `throw e`
    Throw(Box<Expr>),
    /// `$"…"`
    Interpolated(Vec<Piece>),
    /// A pattern of `is` or `case` about a local variable.
    Matches(LocalId, Box<TypedPattern>),
}

/// A piece of an interpolated string.
#[derive(Clone)]
pub enum Piece {
    /// Text.
    Text(String),
    /// `{value,alignment:format}`
    Hole(Expr, i32, String),
}

/// A pattern.
#[derive(Clone)]
pub enum TypedPattern {
    /// Equal to a constant (which has the tested value's type, or is compared as an object).
    Constant(Value),
    /// Of this type; bound to a local.
    Type(Type, Option<LocalId>),
    /// Anything; bound to a local.
    Any(Option<LocalId>),
}

/// An operator with operands of one number type.
#[derive(Clone)]
pub struct Operation {
    /// Which.
    pub operator: BinaryOperator,
    /// The type that both operands were promoted to (`<<`, `>>`: that of the left one).
    pub number: Simple,
    /// `checked`
    pub overflow_throws: bool,
    /// An operand may be null.
    pub lifted: bool,
    /// Left operand.
    pub left: Expr,
    /// Right operand.
    pub right: Expr,
}

/// A library member is called.
#[derive(Clone)]
pub struct CallExpr {
    /// Which.
    pub member: &'static Member,
    /// Type arguments of its class, then its own.
    pub types: Vec<Type>,
    /// Receiver first, then one for each parameter.
    pub arguments: Vec<CallArgument>,
    /// The receiver must be tested for null.
    pub null_check: bool,
    /// A setter: the value is that of the last argument.
    pub gives_last_argument: bool,
    /// Null when the first argument is null (a user-defined operator on nullables).
    pub lifted: bool,
}

/// An argument of a call.
#[derive(Clone)]
pub enum CallArgument {
    /// By value.
    Value(Expr),
    /// `out x`: the local that receives the value; `None` for a discard.
    Out(Option<LocalId>),
}

/// What a conversion does at run time.
#[derive(Clone, Debug, PartialEq)]
pub enum Conversion {
    /// Between number types; null stays null.
    Numeric {
        /// Target.
        to: Simple,
        /// Throws instead of cutting off.
        overflow_throws: bool,
    },
    /// Number to enumeration.
    ToEnum(Type),
    /// Enumeration to number.
    FromEnum(Simple),
    /// Unboxing or downcast: an exception when the value has another type.
    Cast(Type),
    /// `T?` to `T`: an exception when null.
    Unwrap,
    /// Only the static type changes.
    Retype,
}

/// An argument of a local function.
#[derive(Clone)]
pub enum FunctionArgument {
    /// By value.
    Value(Expr),
    /// `ref x`, `out x`: the variable itself; whether it has its value already.
    Reference(LocalId, bool),
}

/// A lambda or local function.
pub struct Lambda {
    /// Which.
    pub id: FunctionId,
    /// Its parameters.
    pub parameters: Vec<LocalId>,
    /// Those of its parameters that must have a value when it returns (`out`).
    pub outs: Vec<LocalId>,
    /// Its body.
    pub body: Body,
    /// Its delegate type.
    pub ty: Type,
    /// The type of the elements that it yields.
    pub yields: Option<Type>,
}

/// A typed statement.
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of typed statements.
pub enum StmtKind {
    /// An expression for its effect.
    Expression(Expr),
    /// A variable comes to life.
    Declare(LocalId, Option<Expr>),
    /// Several statements.
    Block(Vec<Stmt>),
    /// A label and the statement behind it, which belong to the list around them.
    Labeled(Vec<Stmt>),
    /// `if`
    If(Expr, Box<Stmt>, Option<Box<Stmt>>),
    /// `while`, `for`
    Loop {
        /// Tested before each turn.
        condition: Option<Expr>,
        /// Run after each turn.
        step: Vec<Expr>,
        /// The body.
        body: Box<Stmt>,
    },
    /// `do … while`
    DoWhile(Box<Stmt>, Expr),
    /// `foreach`; `pairs` for a `JObject`, whose elements are its pairs.
    Foreach {
        /// The variable, with the conversion of the element.
        local: LocalId,
        /// The element, as the collection gives it.
        element: LocalId,
        /// What the variable is set to.
        value: Expr,
        /// The collection.
        collection: Expr,
        /// Of `JObject` type.
        pairs: bool,
        /// The body.
        body: Box<Stmt>,
    },
    /// `switch`
    Switch {
        /// Holds the value.
        local: LocalId,
        /// The value.
        value: Expr,
        /// The sections in order.
        sections: Vec<Section>,
    },
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `goto case`, `goto default`: the section to go on with.
    GotoSection(usize),
    /// A place that `goto` goes to.
    Label(LabelId),
    /// `goto`
    Goto(LabelId),
    /// `yield return`; `None` for `yield break`.
    Yield(Option<Expr>),
    /// `return`
    Return(Option<Expr>),
    /// `throw`; `None` throws again what a `catch` caught.
    Throw(Option<Expr>),
    /// `try`
    Try {
        /// The guarded block.
        body: Vec<Stmt>,
        /// The handlers.
        catches: Vec<Handler>,
        /// The last block.
        finally: Option<Vec<Stmt>>,
    },
    /// Nothing.
    Empty,
}

/// A section of a `switch`.
pub struct Section {
    /// Any of these, tested in the order of the source, leads to it.
    pub tests: Vec<Expr>,
    /// Whether `default` is among its labels.
    pub default: bool,
    /// What it does.
    pub body: Vec<Stmt>,
}

/// A `catch`.
pub struct Handler {
    /// Full name of the exception type it catches.
    pub class: crate::types::ClassRef,
    /// The exception.
    pub local: Option<LocalId>,
    /// `when`
    pub filter: Option<Expr>,
    /// The block.
    pub body: Vec<Stmt>,
}
