//! Statements, as the author wrote them.

use super::{Designation, Expression, Identifier, LambdaBody, Parameter, Pattern, TypeName};
use diagnostic::Span;

/// `{ … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Its statements.
    pub statements: Vec<Statement>,
    /// Where it stands, braces included.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// What it is.
    pub kind: StatementKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// `{ … }`
    Block(Block),
    /// `T a = 1, b;` `const T c = 2;`
    Declaration(VariableDeclaration),
    /// `T f(int x) => …;` `T f(int x) { … }`
    LocalFunction(Box<LocalFunction>),
    /// `e;`
    Expression(Expression),
    /// `;`
    Empty,
    /// `if (c) … else …`
    If {
        /// The condition.
        condition: Expression,
        /// When true.
        then: Box<Statement>,
        /// When false.
        otherwise: Option<Box<Statement>>,
    },
    /// `switch (e) { … }`
    Switch {
        /// The value.
        value: Expression,
        /// The sections.
        sections: Vec<SwitchSection>,
    },
    /// `while (c) …`
    While {
        /// The condition.
        condition: Expression,
        /// The body.
        body: Box<Statement>,
    },
    /// `do … while (c);`
    Do {
        /// The body.
        body: Box<Statement>,
        /// The condition.
        condition: Expression,
    },
    /// `for (…; …; …) …`
    For {
        /// First part.
        initializer: ForInitializer,
        /// Second part.
        condition: Option<Expression>,
        /// Third part.
        iterators: Vec<Expression>,
        /// The body.
        body: Box<Statement>,
    },
    /// `foreach (T x in xs) …`
    Foreach {
        /// The type; `var` is a name.
        type_name: TypeName,
        /// The variable, or a deconstruction.
        designation: Designation,
        /// The collection.
        collection: Expression,
        /// The body.
        body: Box<Statement>,
    },
    /// `foreach ((T a, var b) in xs) …`: the target is a tuple of declarations
    ForeachDeconstruct {
        /// The tuple.
        target: Expression,
        /// The collection.
        collection: Expression,
        /// The body.
        body: Box<Statement>,
    },
    /// `break;`
    Break,
    /// `continue;`
    Continue,
    /// `goto label;`
    Goto(Identifier),
    /// `goto case e;`
    GotoCase(Expression),
    /// `goto default;`
    GotoDefault,
    /// `return e;`
    Return(Option<Expression>),
    /// `throw e;`
    Throw(Option<Expression>),
    /// `try … catch … finally …`
    Try {
        /// The guarded block.
        body: Block,
        /// The handlers.
        catches: Vec<Catch>,
        /// The last block.
        finally: Option<Block>,
    },
    /// `checked { … }`, `unchecked { … }`
    Checked {
        /// `checked` rather than `unchecked`.
        overflow_throws: bool,
        /// The block.
        body: Block,
    },
    /// `lock (e) …`
    Lock {
        /// The object.
        value: Expression,
        /// The body.
        body: Box<Statement>,
    },
    /// `using (…) …`
    Using {
        /// A declaration or an expression.
        resource: UsingResource,
        /// The body.
        body: Box<Statement>,
    },
    /// `yield return e;` (`Some`), `yield break;` (`None`)
    Yield(Option<Expression>),
    /// `label: …`
    Labeled {
        /// The label.
        label: Identifier,
        /// The statement.
        statement: Box<Statement>,
    },
    /// Nothing usable stood here; a problem was reported.
    Missing,
}

/// `T a = 1, b = 2`
#[derive(Clone, Debug, PartialEq)]
pub struct VariableDeclaration {
    /// `const` was written.
    pub constant: bool,
    /// The type; `var` is a name.
    pub type_name: TypeName,
    /// The variables.
    pub variables: Vec<Declarator>,
}

/// One variable of a declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct Declarator {
    /// The name.
    pub name: Identifier,
    /// Its value; `T[] a = { 1, 2 }` gives an array creation.
    pub value: Option<Expression>,
}

/// A function declared in a block.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalFunction {
    /// What it returns.
    pub return_type: TypeName,
    /// Its name.
    pub name: Identifier,
    /// Its type parameters.
    pub type_parameters: Vec<Identifier>,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Its body.
    pub body: LambdaBody,
}

/// `case a: case b when c: …`
#[derive(Clone, Debug, PartialEq)]
pub struct SwitchSection {
    /// The labels.
    pub labels: Vec<SwitchLabel>,
    /// The statements.
    pub statements: Vec<Statement>,
}

/// A label of a switch section.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "few of them exist at a time")]
pub enum SwitchLabel {
    /// `case pattern when condition:`
    Case {
        /// The pattern.
        pattern: Pattern,
        /// The condition.
        when: Option<Expression>,
        /// Where it stands.
        span: Span,
    },
    /// `default:`
    Default(Span),
}

/// The first part of a `for`.
#[derive(Clone, Debug, PartialEq)]
pub enum ForInitializer {
    /// `var i = 0`
    Declaration(VariableDeclaration),
    /// `i = 0, j = 1`, or nothing
    Expressions(Vec<Expression>),
}

/// A handler of a `try`.
#[derive(Clone, Debug, PartialEq)]
pub struct Catch {
    /// The exception's type; `None` catches all.
    pub type_name: Option<TypeName>,
    /// Its variable.
    pub variable: Option<Identifier>,
    /// `when (…)`
    pub filter: Option<Expression>,
    /// The block.
    pub body: Block,
    /// Where `catch` stands.
    pub span: Span,
}

/// What a `using` statement disposes of.
#[derive(Clone, Debug, PartialEq)]
pub enum UsingResource {
    /// `using (var x = …)`
    Declaration(VariableDeclaration),
    /// `using (e)`
    Expression(Expression),
}
