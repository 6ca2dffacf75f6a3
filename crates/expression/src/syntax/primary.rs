//! What stands between operators: literals, names, brackets, and the chain of members, calls and indices behind them.

use super::ast::{
    Argument, Expression, ExpressionKind, Identifier, Increment, Literal, SimpleName, TypeName, TypeNameKind,
};
use super::parser::Parser;
use super::token::TokenKind;
use super::type_scan::Question;

impl Parser<'_> {
    /// An operand with the chain behind it.
    pub(super) fn primary(&mut self) -> Expression {
        let outer = self.start_chain();
        let start = self.operand();
        let expression = self.chain(start);
        self.end_chain(outer);
        expression
    }

    fn operand(&mut self) -> Expression {
        let start = self.span().start;
        match self.kind() {
            TokenKind::Literal(literal) => {
                let literal = literal.clone();
                self.constant(literal)
            }
            TokenKind::InterpolationStart => self.interpolated_string(),
            TokenKind::Identifier { .. } => self.named_operand(start),
            TokenKind::Keyword(keyword) => self.keyword_operand(keyword, start),
            TokenKind::Symbol("(") if self.at_lambda() => self.lambda(),
            TokenKind::Symbol("(") => self.parenthesized(),
            TokenKind::Symbol("[") => self.collection_expression(start),
            _ => self.expected_expression(),
        }
    }

    /// Reports that an expression is missing; takes nothing.
    pub(super) fn expected_expression(&mut self) -> Expression {
        let code = if self.at_end() { "CS1733" } else { "CS1525" };
        self.report(
            code,
            self.span(),
            format!("expression expected, found {}", self.found()),
        );
        self.missing_expression()
    }

    fn named_operand(&mut self, start: usize) -> Expression {
        let next = self.position + 1;
        if self.at_lambda() {
            return self.lambda();
        }
        if self.at_query() {
            return self.query_expression();
        }
        if self.at_word("nameof") && self.is_at(next, "(") {
            self.bump();
            let operand = Box::new(self.in_brackets(Self::expression));
            return self.node(start, ExpressionKind::NameOf(operand));
        }
        if self.at_word("var") && self.is_at(next, "(") {
            let type_name = self.var();
            let designation = self.designation();
            return self.node(start, ExpressionKind::Declaration { type_name, designation });
        }
        if !self.is_name(self.position) {
            return self.expected_expression();
        }
        if self.at_word("global") && self.is_at(next, "::") {
            self.position += 2;
        }
        let name = self.simple_name();
        self.node(start, ExpressionKind::Name(name))
    }

    /// The word `var` as a type.
    pub(super) fn var(&mut self) -> TypeName {
        let span = self.span();
        self.bump();
        let identifier = Identifier {
            text: "var".to_owned(),
            span,
        };
        TypeName {
            kind: TypeNameKind::Named(vec![SimpleName {
                identifier,
                type_arguments: None,
            }]),
            span,
        }
    }

    fn keyword_operand(&mut self, keyword: &'static str, start: usize) -> Expression {
        match keyword {
            "null" => self.constant(Literal::Null),
            "true" => self.constant(Literal::Boolean(true)),
            "false" => self.constant(Literal::Boolean(false)),
            "new" => self.new_expression(),
            "delegate" => self.lambda(),
            "typeof" | "default" | "checked" | "unchecked" => self.bracketed_operator(keyword, start),
            "sizeof" => self.size_of(start),
            "this" | "base" => self.unavailable_operand(&format!("`{keyword}`")),
            "ref" => self.unavailable_operand("a reference (`ref`) outside of arguments"),
            "stackalloc" => self.unavailable_operand("`stackalloc`"),
            "static" if self.at_lambda_behind_modifier() => {
                self.report_newer(self.span(), "a `static` lambda", 9, "leave out `static`");
                self.bump();
                self.lambda()
            }
            _ => self.predefined_type_operand(start),
        }
    }

    fn constant(&mut self, literal: Literal) -> Expression {
        let start = self.span().start;
        self.bump();
        self.node(start, ExpressionKind::Literal(literal))
    }

    /// `typeof(T)`, `default(T)` or `default`, `checked(e)`, `unchecked(e)`
    fn bracketed_operator(&mut self, keyword: &'static str, start: usize) -> Expression {
        self.bump();
        let type_name = |parser: &mut Self| parser.type_name(Question::Nullable);
        let kind = match keyword {
            "typeof" => ExpressionKind::TypeOf(self.in_brackets(type_name)),
            "default" => ExpressionKind::Default(self.at("(").then(|| self.in_brackets(type_name))),
            _ => {
                let operand = Box::new(self.in_brackets(Self::expression));
                ExpressionKind::Checked {
                    overflow_throws: keyword == "checked",
                    operand,
                }
            }
        };
        self.node(start, kind)
    }

    fn unavailable_operand(&mut self, what: &str) -> Expression {
        let start = self.span().start;
        self.report_unavailable(what);
        self.bump();
        if matches!(self.kind(), TokenKind::Identifier { .. }) {
            self.bump();
        }
        self.node(start, ExpressionKind::Missing)
    }

    fn predefined_type_operand(&mut self, start: usize) -> Expression {
        match self.predefined_type(self.position) {
            Some(predefined) if self.is_at(self.position + 1, ".") => {
                self.bump();
                self.node(start, ExpressionKind::PredefinedType(predefined))
            }
            _ => self.expected_expression(),
        }
    }

    /// `sizeof(int)`: a constant for the types with a keyword.
    fn size_of(&mut self, start: usize) -> Expression {
        self.bump();
        let value = match self.kind_at(self.position + 1).spelling() {
            "bool" | "byte" | "sbyte" => 1,
            "char" | "short" | "ushort" => 2,
            "int" | "uint" | "float" => 4,
            "long" | "ulong" | "double" => 8,
            "decimal" => 16,
            _ => 0,
        };
        if value == 0 {
            let help = "only types such as `int` or `double` have a known size";
            self.report_with_help(
                "CS0233",
                self.span(),
                "`sizeof` takes a numeric type, `bool` or `char`".to_owned(),
                help,
            );
        }
        self.in_brackets(|parser| parser.type_name(Question::Nullable));
        self.node(
            start,
            ExpressionKind::Literal(Literal::Integer {
                value,
                unsigned: false,
                long: false,
            }),
        )
    }

    /// `(`, what `inner` reads, `)`.
    pub(super) fn in_brackets<T>(&mut self, inner: impl FnOnce(&mut Self) -> T) -> T {
        let open = self.position;
        self.expect("(");
        let result = inner(self);
        self.close(open, ")");
        result
    }

    /// `(e)` or a tuple.
    fn parenthesized(&mut self) -> Expression {
        let (open, start) = (self.position, self.span().start);
        self.bump();
        let first = self.element();
        if !self.at(",") {
            let named = first.name.as_ref().map(|name| name.span);
            self.close(open, ")");
            if let Some(span) = named {
                self.report(
                    "CS8124",
                    span,
                    "a tuple has at least two elements, found one".to_owned(),
                );
            }
            return self.node(start, ExpressionKind::Parenthesized(Box::new(first.value)));
        }
        let mut elements = vec![first];
        while self.eat(",") {
            elements.push(self.element());
        }
        self.close(open, ")");
        self.node(start, ExpressionKind::Tuple(elements))
    }

    /// `a.b(c)[d]?.e++` …: everything behind `receiver`.
    fn chain(&mut self, mut receiver: Expression) -> Expression {
        let start = receiver.span.start;
        loop {
            let spelling = self.kind().spelling();
            let links = matches!(spelling, "." | "(" | "[" | "++" | "--" | "->")
                || spelling == "!" && !self.starts_expression(self.position + 1)
                || spelling == "?" && self.at_conditional_access()
                || self.at_braces_behind();
            if !links || !self.grow() {
                return receiver;
            }
            receiver = self.link(receiver, spelling, start);
        }
    }

    fn link(&mut self, receiver: Expression, spelling: &str, start: usize) -> Expression {
        match spelling {
            "." | "->" => self.member(receiver, start),
            "(" | "[" => self.call_or_element(receiver, start),
            "?" => self.conditional_access(receiver, start),
            "++" | "--" => self.postfix(receiver, start),
            "!" => {
                self.report_newer(self.span(), "the null-forgiving operator `!`", 8, "leave it out");
                self.bump();
                receiver
            }
            _ => self.braces_behind(&receiver),
        }
    }

    fn member(&mut self, receiver: Expression, start: usize) -> Expression {
        if self.at("->") {
            self.report_unavailable("a pointer");
        }
        self.bump();
        let name = self.member_name();
        self.node(
            start,
            ExpressionKind::Member {
                receiver: Box::new(receiver),
                name,
            },
        )
    }

    fn call_or_element(&mut self, receiver: Expression, start: usize) -> Expression {
        let receiver = Box::new(receiver);
        let kind = if self.at("(") {
            ExpressionKind::Invocation {
                function: receiver,
                arguments: self.arguments(),
            }
        } else {
            ExpressionKind::Element {
                receiver,
                arguments: self.indices(),
            }
        };
        self.node(start, kind)
    }

    fn postfix(&mut self, operand: Expression, start: usize) -> Expression {
        let operator = if self.at("++") {
            Increment::Increment
        } else {
            Increment::Decrement
        };
        self.bump();
        self.node(
            start,
            ExpressionKind::Postfix {
                operator,
                operand: Box::new(operand),
            },
        )
    }

    /// A name behind a dot, where the words of queries are names too.
    fn member_name(&mut self) -> SimpleName {
        let (queries, in_case) = (std::mem::take(&mut self.queries), std::mem::take(&mut self.in_case));
        let name = self.simple_name();
        (self.queries, self.in_case) = (queries, in_case);
        name
    }

    /// Whether `?.` or `?[` comes next; `.5` is a number, not a dot.
    fn at_conditional_access(&self) -> bool {
        self.is_at(self.position + 1, ".") || self.is_at(self.position + 1, "[")
    }

    fn conditional_access(&mut self, receiver: Expression, start: usize) -> Expression {
        let Some(level) = self.enter() else { return receiver };
        self.bump();
        let inner = self.node(self.previous_end(), ExpressionKind::ConditionalReceiver);
        let access = Box::new(self.chain(inner));
        self.leave(level);
        self.node(
            start,
            ExpressionKind::ConditionalAccess {
                receiver: Box::new(receiver),
                access,
            },
        )
    }

    /// An element of a tuple, which may declare a variable.
    fn element(&mut self) -> Argument {
        match self.declaration_in_tuple() {
            Some(value) => Argument {
                name: None,
                passing: super::ast::Passing::Value,
                value,
            },
            None => self.named_value(),
        }
    }
}
