//! The tokens of a query, with the names that are operators told from those that are not (`XPath` 1.0, 3.7).

use super::XPathError;
use super::ast::Operator;
use crate::name::{is_name_part, is_name_start, is_space};
use std::sync::Arc;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Number(f64),
    Literal(Arc<str>),
    /// A name, perhaps with a prefix.
    Name(Option<Arc<str>>, Arc<str>),
    /// `p:*`
    AnyIn(Arc<str>),
    Star,
    /// `axis::`
    Axis(Arc<str>),
    /// A name before `(`: a function or a kind of node.
    Call(Arc<str>),
    /// A name with a prefix before `(`: a function of the host.
    PrefixedCall(Arc<str>, Arc<str>),
    /// `$name`
    Variable(Option<Arc<str>>, Arc<str>),
    Operator(Operator),
    Pipe,
    Slash,
    DoubleSlash,
    Dot,
    DoubleDot,
    At,
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    Comma,
}

/// A query's tokens.
///
/// # Errors
/// The first character that begins none.
pub fn tokens(text: &str) -> Result<Vec<Token>, XPathError> {
    let mut lexer = Lexer {
        rest: text,
        tokens: Vec::new(),
    };
    while lexer.token()? {}
    Ok(lexer.tokens)
}

struct Lexer<'t> {
    rest: &'t str,
    tokens: Vec<Token>,
}

const SYMBOLS: [(&str, Token); 20] = [
    ("//", Token::DoubleSlash),
    ("/", Token::Slash),
    ("..", Token::DoubleDot),
    (".", Token::Dot),
    ("@", Token::At),
    ("(", Token::Open),
    (")", Token::Close),
    ("[", Token::OpenBracket),
    ("]", Token::CloseBracket),
    (",", Token::Comma),
    ("|", Token::Pipe),
    ("!=", Token::Operator(Operator::NotEqual)),
    ("<=", Token::Operator(Operator::LessOrEqual)),
    (">=", Token::Operator(Operator::GreaterOrEqual)),
    ("=", Token::Operator(Operator::Equal)),
    ("<", Token::Operator(Operator::Less)),
    (">", Token::Operator(Operator::Greater)),
    ("+", Token::Operator(Operator::Add)),
    ("-", Token::Operator(Operator::Subtract)),
    ("*", Token::Star),
];

impl<'t> Lexer<'t> {
    fn eat(&mut self, symbol: &str) -> bool {
        match self.rest.strip_prefix(symbol) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn spaces(&mut self) {
        self.rest = self.rest.trim_start_matches(is_space);
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// Whether an operand ends here, so that a name or `*` that follows is an operator.
    fn after_operand(&self) -> bool {
        !matches!(
            self.tokens.last(),
            None | Some(
                Token::At
                    | Token::Axis(_)
                    | Token::Open
                    | Token::OpenBracket
                    | Token::Comma
                    | Token::Operator(_)
                    | Token::Pipe
                    | Token::Slash
                    | Token::DoubleSlash
            )
        )
    }

    /// Reads one token; whether there was one.
    fn token(&mut self) -> Result<bool, XPathError> {
        self.spaces();
        let Some(first) = self.rest.chars().next() else {
            return Ok(false);
        };
        let second_is_digit = self.rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
        let token = if matches!(first, '"' | '\'') {
            self.literal(first)?
        } else if first.is_ascii_digit() || (first == '.' && second_is_digit) {
            let digits = self.take(|c| c.is_ascii_digit() || c == '.');
            let number = digits.parse().map_err(|_| invalid(digits))?;
            Token::Number(number)
        } else if is_name_start(first) {
            self.name()
        } else if first == '$' {
            self.variable()?
        } else {
            self.symbol()?
        };
        self.tokens.push(token);
        Ok(true)
    }

    fn literal(&mut self, quote: char) -> Result<Token, XPathError> {
        let inside = self.rest.get(1..).unwrap_or_default();
        let Some((text, rest)) = inside.split_once(quote) else {
            return Err(XPathError::Malformed("This is an unclosed string.".to_owned()));
        };
        self.rest = rest;
        Ok(Token::Literal(text.into()))
    }

    fn symbol(&mut self) -> Result<Token, XPathError> {
        for (symbol, token) in SYMBOLS {
            if self.eat(symbol) {
                let multiplies = token == Token::Star && self.after_operand();
                return Ok(if multiplies {
                    Token::Operator(Operator::Multiply)
                } else {
                    token
                });
            }
        }
        Err(invalid(self.rest))
    }

    fn variable(&mut self) -> Result<Token, XPathError> {
        let whole = self.rest;
        self.eat("$");
        if !self.rest.starts_with(is_name_start) {
            return Err(invalid(whole));
        }
        let name = self.take(is_name_part);
        let after = self
            .rest
            .strip_prefix(':')
            .filter(|after| after.starts_with(is_name_start));
        let Some(after) = after else {
            return Ok(Token::Variable(None, name.into()));
        };
        self.rest = after;
        Ok(Token::Variable(Some(name.into()), self.take(is_name_part).into()))
    }

    fn name(&mut self) -> Token {
        let name = self.take(is_name_part);
        if self.after_operand()
            && let Some(operator) = word_operator(name)
        {
            return Token::Operator(operator);
        }
        if self.rest.starts_with(':') && !self.rest.starts_with("::") {
            let after = self.rest.get(1..).unwrap_or_default();
            if after.starts_with('*') {
                self.rest = after.get(1..).unwrap_or_default();
                return Token::AnyIn(name.into());
            }
            if after.starts_with(is_name_start) {
                self.rest = after;
                let local = self.take(is_name_part);
                self.spaces();
                if self.rest.starts_with('(') {
                    return Token::PrefixedCall(name.into(), local.into());
                }
                return Token::Name(Some(name.into()), local.into());
            }
        }
        self.spaces();
        if self.eat("::") {
            return Token::Axis(name.into());
        }
        if self.rest.starts_with('(') {
            return Token::Call(name.into());
        }
        Token::Name(None, name.into())
    }
}

fn word_operator(name: &str) -> Option<Operator> {
    Some(match name {
        "or" => Operator::Or,
        "and" => Operator::And,
        "div" => Operator::Divide,
        "mod" => Operator::Remainder,
        _ => return None,
    })
}

fn invalid(rest: &str) -> XPathError {
    let shown: String = rest.chars().take(20).collect();
    XPathError::Malformed(format!("'{shown}' has an invalid token."))
}
