//! Tokens → expressions, by rank of operators.

use super::ast::{Axis, Expr, Function, Operator, Start, Step, Test};
use super::lexer::{Token, tokens};
use super::{Names, XPathError};
use crate::name::Name;
use std::sync::Arc;

/// How deep expressions may be nested.
const MAX_NESTING: usize = 40;

/// What was parsed.
pub struct Parsed {
    /// The query.
    pub expression: Expr,
    /// The prefixes of its tests.
    pub prefixes: Vec<Arc<str>>,
}

/// Parses a query; its variables and functions beyond the recommendation's are those that `names` knows.
///
/// # Errors
/// [`XPathError::Malformed`]; with names, [`XPathError::Prefix`].
pub fn parse(text: &str, names: Option<&mut dyn Names>) -> Result<Parsed, XPathError> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        nesting: 0,
        prefixes: Vec::new(),
        names,
    };
    let expression = parser.expression()?;
    if parser.peek().is_some() {
        return Err(parser.unexpected());
    }
    Ok(Parsed {
        expression,
        prefixes: parser.prefixes,
    })
}

struct Parser<'n> {
    tokens: Vec<Token>,
    at: usize,
    nesting: usize,
    prefixes: Vec<Arc<str>>,
    names: Option<&'n mut dyn Names>,
}

/// Ranks of operators, loosest first.
const RANKS: [&[Operator]; 6] = [
    &[Operator::Or],
    &[Operator::And],
    &[Operator::Equal, Operator::NotEqual],
    &[
        Operator::Less,
        Operator::LessOrEqual,
        Operator::Greater,
        Operator::GreaterOrEqual,
    ],
    &[Operator::Add, Operator::Subtract],
    &[Operator::Multiply, Operator::Divide, Operator::Remainder],
];

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn eat(&mut self, token: &Token) -> bool {
        let comes = self.peek() == Some(token);
        self.at += usize::from(comes);
        comes
    }

    fn expect(&mut self, token: &Token) -> Result<(), XPathError> {
        if self.eat(token) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn unexpected(&self) -> XPathError {
        XPathError::Malformed(match self.peek() {
            Some(token) => format!("The expression has an invalid token: {token:?}."),
            None => "Expression must evaluate to a node-set: it ends too early.".to_owned(),
        })
    }

    fn expression(&mut self) -> Result<Expr, XPathError> {
        if self.nesting == MAX_NESTING {
            let message = format!("The expression is nested deeper than {MAX_NESTING} levels.");
            return Err(XPathError::Malformed(message));
        }
        self.nesting += 1;
        let parsed = self.ranked(0);
        self.nesting -= 1;
        parsed
    }

    fn ranked(&mut self, rank: usize) -> Result<Expr, XPathError> {
        let Some(operators) = RANKS.get(rank) else {
            return self.unary();
        };
        let first = self.ranked(rank + 1)?;
        let mut more = Vec::new();
        while let Some(Token::Operator(operator)) = self.peek()
            && operators.contains(operator)
        {
            let operator = *operator;
            self.at += 1;
            more.push((operator, self.ranked(rank + 1)?));
        }
        Ok(if more.is_empty() {
            first
        } else {
            Expr::Row(Box::new(first), more)
        })
    }

    fn unary(&mut self) -> Result<Expr, XPathError> {
        let mut negated = false;
        let mut signed = false;
        while self.eat(&Token::Operator(Operator::Subtract)) {
            negated = !negated;
            signed = true;
        }
        let operand = self.union()?;
        Ok(match (signed, negated) {
            (false, _) => operand,
            (true, true) => Expr::Negated(Box::new(operand)),
            // Two signs make a number of it all the same.
            (true, false) => Expr::Call(Function::Number, vec![operand]),
        })
    }

    fn union(&mut self) -> Result<Expr, XPathError> {
        let first = self.path()?;
        if self.peek() != Some(&Token::Pipe) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.eat(&Token::Pipe) {
            parts.push(self.path()?);
        }
        Ok(Expr::Union(parts))
    }

    fn path(&mut self) -> Result<Expr, XPathError> {
        match self.peek() {
            Some(Token::Slash) => {
                self.at += 1;
                if self.begins_step() {
                    let steps = self.steps()?;
                    return Ok(Expr::Path(Start::Root, steps));
                }
                Ok(Expr::Path(Start::Root, Vec::new()))
            }
            Some(Token::DoubleSlash) => Ok(Expr::Path(Start::Root, self.more_steps(Vec::new())?)),
            _ if self.begins_step() => Ok(Expr::Path(Start::Context, self.steps()?)),
            _ => {
                let primary = self.primary()?;
                let predicates = self.predicates()?;
                let filtered = if predicates.is_empty() {
                    primary
                } else {
                    Expr::Filter(Box::new(primary), predicates)
                };
                if matches!(self.peek(), Some(Token::Slash | Token::DoubleSlash)) {
                    let steps = self.more_steps(Vec::new())?;
                    return Ok(Expr::Path(Start::Nodes(Box::new(filtered)), steps));
                }
                Ok(filtered)
            }
        }
    }

    fn begins_step(&self) -> bool {
        match self.peek() {
            Some(Token::Call(name)) => is_node_kind(name),
            Some(
                Token::Name(..)
                | Token::AnyIn(_)
                | Token::Star
                | Token::Axis(_)
                | Token::At
                | Token::Dot
                | Token::DoubleDot,
            ) => true,
            _ => false,
        }
    }

    fn steps(&mut self) -> Result<Vec<Step>, XPathError> {
        let first = self.step()?;
        self.more_steps(vec![first])
    }

    fn more_steps(&mut self, mut steps: Vec<Step>) -> Result<Vec<Step>, XPathError> {
        loop {
            let anywhere = self.eat(&Token::DoubleSlash);
            if !anywhere && !self.eat(&Token::Slash) {
                return Ok(steps);
            }
            let mut step = self.step()?;
            if anywhere && step.axis == Axis::Child && step.predicates.is_empty() {
                // The same nodes as by the long form, without a detour over every node.
                step.axis = Axis::Descendant;
            } else if anywhere {
                steps.push(Step {
                    axis: Axis::DescendantOrSelf,
                    test: Test::AnyNode,
                    predicates: Vec::new(),
                });
            }
            steps.push(step);
        }
    }

    fn step(&mut self) -> Result<Step, XPathError> {
        let whole = |axis| Step {
            axis,
            test: Test::AnyNode,
            predicates: Vec::new(),
        };
        if self.eat(&Token::Dot) {
            return Ok(whole(Axis::Itself));
        }
        if self.eat(&Token::DoubleDot) {
            return Ok(whole(Axis::Parent));
        }
        let axis = if self.eat(&Token::At) {
            Axis::Attribute
        } else if let Some(Token::Axis(name)) = self.peek() {
            let axis = Axis::named(name);
            let axis = axis.ok_or_else(|| XPathError::Malformed(format!("'{name}' is no axis.")))?;
            self.at += 1;
            axis
        } else {
            Axis::Child
        };
        let test = self.test()?;
        let predicates = self.predicates()?;
        Ok(Step { axis, test, predicates })
    }

    fn test(&mut self) -> Result<Test, XPathError> {
        let token = self.peek().cloned().ok_or_else(|| self.unexpected())?;
        self.at += 1;
        Ok(match token {
            Token::Star => Test::AnyName,
            Token::AnyIn(prefix) => {
                self.prefixes.push(Arc::clone(&prefix));
                Test::AnyIn(prefix)
            }
            Token::Name(None, name) => Test::Local(name),
            Token::Name(Some(prefix), name) => {
                self.prefixes.push(Arc::clone(&prefix));
                Test::Named(prefix, name)
            }
            Token::Call(kind) if is_node_kind(&kind) => {
                self.expect(&Token::Open)?;
                let test = match &*kind {
                    "text" => Test::Text,
                    "comment" => Test::Comment,
                    "node" => Test::AnyNode,
                    _ => Test::Instruction(self.target()),
                };
                self.expect(&Token::Close)?;
                test
            }
            _ => {
                self.at -= 1;
                return Err(self.unexpected());
            }
        })
    }

    fn target(&mut self) -> Option<Arc<str>> {
        if let Some(Token::Literal(target)) = self.peek() {
            let target = Arc::clone(target);
            self.at += 1;
            return Some(target);
        }
        None
    }

    fn predicates(&mut self) -> Result<Vec<Expr>, XPathError> {
        let mut predicates = Vec::new();
        while self.eat(&Token::OpenBracket) {
            predicates.push(self.expression()?);
            self.expect(&Token::CloseBracket)?;
        }
        Ok(predicates)
    }

    fn primary(&mut self) -> Result<Expr, XPathError> {
        let token = self.peek().cloned().ok_or_else(|| self.unexpected())?;
        self.at += 1;
        match token {
            Token::Number(number) => Ok(Expr::Number(number)),
            Token::Literal(text) => Ok(Expr::Literal(text)),
            Token::Open => {
                let inner = self.expression()?;
                self.expect(&Token::Close)?;
                Ok(inner)
            }
            Token::Call(name) => self.call(&name),
            Token::PrefixedCall(prefix, name) => self.host_call(Some(&prefix), &name),
            Token::Variable(prefix, name) => self.variable(prefix.as_deref(), &name),
            _ => {
                self.at -= 1;
                Err(self.unexpected())
            }
        }
    }

    fn call(&mut self, name: &str) -> Result<Expr, XPathError> {
        let Some((function, least, most)) = Function::named(name) else {
            return self.host_call(None, name);
        };
        let arguments = self.arguments()?;
        if arguments.len() < least || arguments.len() > most {
            let message = format!("Function '{name}' has an invalid number of arguments.");
            return Err(XPathError::Malformed(message));
        }
        Ok(Expr::Call(function, arguments))
    }

    fn arguments(&mut self) -> Result<Vec<Expr>, XPathError> {
        self.expect(&Token::Open)?;
        let mut arguments = Vec::new();
        if !self.eat(&Token::Close) {
            loop {
                arguments.push(self.expression()?);
                if self.eat(&Token::Close) {
                    break;
                }
                self.expect(&Token::Comma)?;
            }
        }
        Ok(arguments)
    }

    fn host_call(&mut self, prefix: Option<&str>, name: &str) -> Result<Expr, XPathError> {
        let shown = prefix.map_or_else(|| name.to_owned(), |prefix| format!("{prefix}:{name}"));
        let unknown = || XPathError::Malformed(format!("'{shown}' is no function of XPath 1.0."));
        if self.names.is_none() {
            return Err(unknown());
        }
        let arguments = self.arguments()?;
        let name = self.host_name(prefix, name)?;
        let known = self.names.as_mut().map(|names| names.function(&name, arguments.len()));
        let number = known.ok_or_else(unknown)?;
        Ok(Expr::HostCall(number.map_err(XPathError::Malformed)?, arguments))
    }

    fn variable(&mut self, prefix: Option<&str>, name: &str) -> Result<Expr, XPathError> {
        let name = self.host_name(prefix, name)?;
        let known = self.names.as_mut().and_then(|names| names.variable(&name));
        let number = known.ok_or_else(|| {
            let message = format!("The variable or parameter '{name}' is not defined or it is out of scope.");
            XPathError::Malformed(message)
        })?;
        Ok(Expr::Variable(number))
    }

    fn host_name(&mut self, prefix: Option<&str>, name: &str) -> Result<Name, XPathError> {
        let Some(prefix) = prefix else {
            return Ok(Name::local_only(name));
        };
        let namespace = self.names.as_ref().and_then(|names| names.namespace(prefix));
        let namespace = namespace.ok_or_else(|| XPathError::Prefix(prefix.to_owned()))?;
        Ok(Name::new(namespace, name))
    }
}

fn is_node_kind(name: &str) -> bool {
    matches!(name, "text" | "comment" | "node" | "processing-instruction")
}
