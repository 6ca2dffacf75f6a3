//! The tree of a C# expression or block, as the author wrote it.
//!
//! Every node carries its span in the source text. Nothing is resolved here: a name may be a type, a variable or a
//! namespace; [`crate::check`] decides. A place where the parser found nothing usable holds [`ExpressionKind::Missing`].

mod query;
mod statement;

pub use query::*;
pub use statement::*;

use diagnostic::Span;

/// A whole policy expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// `@( expression )`
    Single(Expression),
    /// `@{ statements }`
    Block(Block),
}

/// A name with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Identifier {
    /// The name without a leading `@`.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A name with optional type arguments: `As<JObject>`.
#[derive(Clone, Debug, PartialEq)]
pub struct SimpleName {
    /// The name.
    pub identifier: Identifier,
    /// Type arguments; `None` when there is no `<…>`.
    pub type_arguments: Option<Vec<TypeName>>,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expressions, in the order of C#'s grammar.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpressionKind {
    /// A literal.
    Literal(Literal),
    /// `$"…"`, `$@"…"`
    Interpolated(Vec<Interpolation>),
    /// `x`, `List<int>`
    Name(SimpleName),
    /// `string`, `int` … where an expression is expected: `string.Join(…)`
    PredefinedType(PredefinedType),
    /// `(e)`
    Parenthesized(Box<Expression>),
    /// `(a, b: c)` with at least two elements
    Tuple(Vec<Argument>),
    /// `receiver.name`
    Member {
        /// What stands before the dot.
        receiver: Box<Expression>,
        /// The member.
        name: SimpleName,
    },
    /// `receiver(arguments)`
    Invocation {
        /// What is called.
        function: Box<Expression>,
        /// The arguments.
        arguments: Vec<Argument>,
    },
    /// `receiver[arguments]`
    Element {
        /// What is indexed.
        receiver: Box<Expression>,
        /// The indices.
        arguments: Vec<Argument>,
    },
    /// `receiver?.…` or `receiver?[…]`: `access` is the whole rest of the chain and is evaluated when `receiver` is
    /// not null; its innermost receiver is [`ExpressionKind::ConditionalReceiver`].
    ConditionalAccess {
        /// What may be null.
        receiver: Box<Expression>,
        /// The chain behind `?`.
        access: Box<Expression>,
    },
    /// The value before `?` inside a conditional access.
    ConditionalReceiver,
    /// `x++`, `x--`
    Postfix {
        /// Which.
        operator: Increment,
        /// The variable.
        operand: Box<Expression>,
    },
    /// `new T(arguments) { initializer }`; `arguments` is `None` for `new T { … }`.
    New {
        /// The type.
        type_name: TypeName,
        /// Constructor arguments.
        arguments: Option<Vec<Argument>>,
        /// Object or collection initializer.
        initializer: Option<Initializer>,
    },
    /// `new { A = 1, b.C }`
    NewAnonymous(Vec<AnonymousMember>),
    /// `new T[2, n] { … }`, `new T[] { … }`, `new[] { … }`
    NewArray {
        /// Element type; `None` for `new[]`.
        element: Option<TypeName>,
        /// Lengths of the first rank; empty when they follow from the initializer.
        lengths: Vec<Expression>,
        /// Dimensions of the first rank (1 for `[]`, 2 for `[,]`).
        rank: usize,
        /// Dimensions of the further ranks of a jagged array, outermost first.
        further_ranks: Vec<usize>,
        /// The elements.
        initializer: Option<ArrayInitializer>,
    },
    /// `typeof(T)`
    TypeOf(TypeName),
    /// `default(T)`; `None` for the literal `default` (C# 7.1)
    Default(Option<TypeName>),
    /// `nameof(e)`
    NameOf(Box<Expression>),
    /// `checked(e)`, `unchecked(e)`
    Checked {
        /// `checked` rather than `unchecked`.
        overflow_throws: bool,
        /// The expression.
        operand: Box<Expression>,
    },
    /// `delegate (parameters) { … }`, `x => …`, `(x, y) => …`
    Lambda {
        /// Parameters; `None` for `delegate { … }`.
        parameters: Option<Vec<Parameter>>,
        /// The body.
        body: LambdaBody,
    },
    /// `-x`, `!x` …
    Unary {
        /// Which.
        operator: UnaryOperator,
        /// The operand.
        operand: Box<Expression>,
    },
    /// `++x`, `--x`
    Prefix {
        /// Which.
        operator: Increment,
        /// The variable.
        operand: Box<Expression>,
    },
    /// `(T)e`
    Cast {
        /// The type.
        type_name: TypeName,
        /// The operand.
        operand: Box<Expression>,
    },
    /// `await e`, which policy expressions may not use; parsed for its diagnostic.
    Await(Box<Expression>),
    /// `a + b` …, without `is`, `as`, `??`, `&&`, `||`.
    Binary {
        /// Which.
        operator: BinaryOperator,
        /// Left operand.
        left: Box<Expression>,
        /// Right operand.
        right: Box<Expression>,
        /// Where the operator stands.
        operator_span: Span,
    },
    /// `a && b`, `a || b`
    Logical {
        /// `&&` rather than `||`.
        and: bool,
        /// Left operand.
        left: Box<Expression>,
        /// Right operand.
        right: Box<Expression>,
    },
    /// `a ?? b`
    Coalesce {
        /// Left operand.
        left: Box<Expression>,
        /// Right operand.
        right: Box<Expression>,
    },
    /// `e is pattern`
    Is {
        /// The operand.
        operand: Box<Expression>,
        /// The pattern; a bare type is [`Pattern::Type`].
        pattern: Box<Pattern>,
    },
    /// `e as T`
    As {
        /// The operand.
        operand: Box<Expression>,
        /// The type.
        type_name: TypeName,
    },
    /// `c ? a : b`
    Conditional {
        /// The condition.
        condition: Box<Expression>,
        /// Value when true.
        when_true: Box<Expression>,
        /// Value when false.
        when_false: Box<Expression>,
    },
    /// `a = b`, `a += b` …
    Assignment {
        /// `None` for `=`.
        operator: Option<BinaryOperator>,
        /// The target; a tuple for a deconstruction.
        target: Box<Expression>,
        /// The value.
        value: Box<Expression>,
    },
    /// `T x` or `var (a, b)` where C# declares inside an expression: `out var x`, `(var a, int b) = …`.
    Declaration {
        /// The type; `var` is a name.
        type_name: TypeName,
        /// What is declared.
        designation: Designation,
    },
    /// `throw e` as an expression
    Throw(Box<Expression>),
    /// `from x in xs … select …`
    Query(Box<Query>),
    /// Nothing usable stood here; a problem was reported.
    Missing,
}

/// A literal's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// A UTF-16 unit.
    Char(u16),
    /// Text with escapes resolved; a lone surrogate became U+FFFD.
    String(String),
    /// An integer with its suffix; C# picks the first type of the suffix's list that holds the value.
    Integer {
        /// The value.
        value: u64,
        /// `U` was written.
        unsigned: bool,
        /// `L` was written.
        long: bool,
    },
    /// `1.5f`
    Single(f32),
    /// `1.5`, `1d`
    Double(f64),
    /// `1.50m`, its digits as written (the scale counts)
    Decimal(String),
}

/// A piece of an interpolated string.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "few of them exist at a time")]
pub enum Interpolation {
    /// Text with escapes resolved.
    Text(String),
    /// `{value,alignment:format}`
    Hole {
        /// The expression.
        value: Expression,
        /// The constant behind the comma.
        alignment: Option<Expression>,
        /// The text behind the colon.
        format: Option<String>,
    },
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// `name:`
    pub name: Option<Identifier>,
    /// `ref`, `out`, `in`
    pub passing: Passing,
    /// The value.
    pub value: Expression,
}

/// How an argument or parameter is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// By value.
    Value,
    /// `ref`
    Ref,
    /// `out`
    Out,
    /// `in`
    In,
    /// `params` (parameters only)
    Params,
}

/// A member of an anonymous object; the name is taken from the value when not written.
#[derive(Clone, Debug, PartialEq)]
pub struct AnonymousMember {
    /// `name =`
    pub name: Option<Identifier>,
    /// The value.
    pub value: Expression,
}

/// What stands in braces behind `new T(…)`.
#[derive(Clone, Debug, PartialEq)]
pub enum Initializer {
    /// `{ A = 1, ["k"] = 2, B = { … } }`
    Object(Vec<MemberInitializer>),
    /// `{ 1, 2 }`, `{ { "k", 1 } }`: the arguments of one `Add` call each
    Collection(Vec<Vec<Expression>>),
}

/// One assignment of an object initializer.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberInitializer {
    /// What is set.
    pub target: InitializerTarget,
    /// To what.
    pub value: InitializerValue,
}

/// The left side in an object initializer.
#[derive(Clone, Debug, PartialEq)]
pub enum InitializerTarget {
    /// `A = …`
    Member(Identifier),
    /// `["k"] = …`
    Index(Vec<Argument>),
}

/// The right side in an object initializer.
#[derive(Clone, Debug, PartialEq)]
pub enum InitializerValue {
    /// A value.
    Expression(Expression),
    /// A nested initializer, which changes the member's value instead of replacing it.
    Nested(Initializer),
}

/// `{ 1, { 2, 3 } }` of an array.
#[derive(Clone, Debug, PartialEq)]
pub struct ArrayInitializer {
    /// Its elements.
    pub elements: Vec<ArrayElement>,
    /// Where it stands.
    pub span: Span,
}

/// An element of an array initializer.
#[derive(Clone, Debug, PartialEq)]
pub enum ArrayElement {
    /// A value.
    Expression(Expression),
    /// The next dimension.
    Nested(ArrayInitializer),
}

/// A parameter of a lambda or local function.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The type, where written.
    pub type_name: Option<TypeName>,
    /// The name.
    pub name: Identifier,
    /// How it is passed.
    pub passing: Passing,
    /// `= value` (local functions)
    pub default: Option<Expression>,
}

/// The body of a lambda.
#[derive(Clone, Debug, PartialEq)]
pub enum LambdaBody {
    /// `=> expression`
    Expression(Box<Expression>),
    /// `{ … }`
    Block(Block),
}

/// Prefix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `!`
    Not,
    /// `~`
    Complement,
}

/// `++` and `--`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Increment {
    /// `++`
    Increment,
    /// `--`
    Decrement,
}

/// Operators between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOperator {
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
    /// `<`
    Less,
    /// `>`
    Greater,
    /// `<=`
    LessOrEqual,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `&`
    And,
    /// `^`
    Xor,
    /// `|`
    Or,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeName {
    /// What it is.
    pub kind: TypeNameKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of types.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeNameKind {
    /// `string`
    Predefined(PredefinedType),
    /// `Newtonsoft.Json.Linq.JObject`, `List<int>`, `var`, `dynamic`
    Named(Vec<SimpleName>),
    /// `T?`
    Nullable(Box<TypeName>),
    /// `T[]`, `T[,]`
    Array {
        /// The element.
        element: Box<TypeName>,
        /// Dimensions: 1 for `[]`.
        rank: usize,
    },
    /// `(int a, string)`
    Tuple(Vec<(TypeName, Option<Identifier>)>),
    /// Nothing usable stood here.
    Missing,
}

/// Types with a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the C# keyword of its name")]
pub enum PredefinedType {
    Bool,
    Byte,
    Char,
    Decimal,
    Double,
    Float,
    Int,
    Long,
    Object,
    Sbyte,
    Short,
    String,
    Uint,
    Ulong,
    Ushort,
    Void,
}

/// What a declaration names.
#[derive(Clone, Debug, PartialEq)]
pub enum Designation {
    /// `x`
    Variable(Identifier),
    /// `_`
    Discard(Span),
    /// `(a, (b, _))`
    Tuple(Vec<Designation>),
}

/// A pattern of `is` or `case`.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// A bare type or constant name that only resolution can tell apart, or any other constant expression.
    Constant(Expression),
    /// A type without a variable (`is string`, `is List<int>`).
    Type(TypeName),
    /// `T x`, `T _`
    Declaration {
        /// The type.
        type_name: TypeName,
        /// What it binds.
        designation: Designation,
    },
    /// `var x`
    Var(Designation),
}
