//! `new`: objects, anonymous objects and arrays, with their initializers.

use super::ast::{
    AnonymousMember, ArrayElement, ArrayInitializer, Expression, ExpressionKind, Initializer, InitializerTarget,
    InitializerValue, MemberInitializer, TypeName,
};
use super::parser::Parser;
use super::token::TokenKind;
use diagnostic::Span;

impl Parser<'_> {
    /// A creation, at `new`.
    pub(super) fn new_expression(&mut self) -> Expression {
        let start = self.span().start;
        let next = self.position + 1;
        if self.is_at(next, "(") && !self.closing(next).is_some_and(|close| self.is_at(close + 1, "[")) {
            return self.target_typed_new(start);
        }
        self.bump();
        if self.at("{") {
            let members = self.braced(Self::anonymous_member);
            return self.node(start, ExpressionKind::NewAnonymous(members));
        }
        if self.at("[") {
            return self.new_array(start, None);
        }
        let type_name = self.created_type();
        if self.at("[") {
            return self.new_array(start, Some(type_name));
        }
        let arguments = self.at("(").then(|| self.arguments());
        let initializer = self.at("{").then(|| self.initializer());
        if arguments.is_none() && initializer.is_none() {
            self.missing("CS1526", "`(`, `[` or `{` behind the type of `new`");
        }
        self.node(
            start,
            ExpressionKind::New {
                type_name,
                arguments,
                initializer,
            },
        )
    }

    /// `[…]…` behind `new` or `new T`.
    fn new_array(&mut self, start: usize, element: Option<TypeName>) -> Expression {
        let (lengths, rank) = self.array_lengths();
        if let (None, Some(length)) = (&element, lengths.first()) {
            let help = "write the type of the elements: `new int[3]`";
            self.report_with_help(
                "CS0178",
                length.span,
                "an array's length without the type of its elements".to_owned(),
                help,
            );
        }
        let further_ranks = std::iter::from_fn(|| self.array_rank()).collect();
        let initializer = self.at("{").then(|| self.array_initializer());
        if initializer.is_none() && lengths.is_empty() {
            self.missing("CS1586", "the array's length or `{ … }` with its elements");
        }
        self.node(
            start,
            ExpressionKind::NewArray {
                element,
                lengths,
                rank,
                further_ranks,
                initializer,
            },
        )
    }

    /// `[2, n]`, or `[,]` without lengths: the lengths and the dimensions.
    fn array_lengths(&mut self) -> (Vec<Expression>, usize) {
        if let Some(rank) = self.array_rank() {
            return (Vec::new(), rank);
        }
        let open = self.position;
        self.bump();
        let mut lengths = vec![self.expression()];
        while self.eat(",") {
            lengths.push(self.expression());
        }
        self.close(open, "]");
        let rank = lengths.len();
        (lengths, rank)
    }

    /// `{ 1, { 2, 3 } }`
    pub(super) fn array_initializer(&mut self) -> ArrayInitializer {
        let start = self.span().start;
        let elements = match self.enter() {
            Some(level) => {
                let elements = self.braced(|parser| {
                    if parser.at("{") {
                        ArrayElement::Nested(parser.array_initializer())
                    } else {
                        ArrayElement::Expression(parser.expression())
                    }
                });
                self.leave(level);
                elements
            }
            None => Vec::new(),
        };
        ArrayInitializer {
            elements,
            span: self.since(start),
        }
    }

    /// A list in braces; a comma may end it.
    fn braced<T>(&mut self, mut element: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let open = self.position;
        self.expect("{");
        let mut elements = Vec::new();
        while !self.at("}") && !self.at_end() {
            elements.push(element(self));
            if !self.eat(",") {
                break;
            }
        }
        self.close(open, "}");
        elements
    }

    /// `A = 1`, `b.C` or `b?.C`
    fn anonymous_member(&mut self) -> AnonymousMember {
        let named = matches!(self.kind(), TokenKind::Identifier { .. }) && self.is_at(self.position + 1, "=");
        let name = named.then(|| self.identifier());
        if named {
            self.bump();
        }
        AnonymousMember {
            name,
            value: self.expression(),
        }
    }

    fn initializer(&mut self) -> Initializer {
        let Some(level) = self.enter() else {
            return Initializer::Object(Vec::new());
        };
        let first = self.position + 1;
        let assigns =
            self.is_name(first) && self.is_at(first + 1, "=") || self.is_at(first, "[") || self.is_at(first, "}");
        let initializer = if assigns {
            Initializer::Object(self.braced(Self::member_initializer))
        } else {
            Initializer::Collection(self.braced(|parser| {
                if parser.at("{") {
                    parser.braced(Self::expression)
                } else {
                    vec![parser.expression()]
                }
            }))
        };
        self.leave(level);
        initializer
    }

    fn member_initializer(&mut self) -> MemberInitializer {
        let target = if self.at("[") {
            InitializerTarget::Index(self.indices())
        } else {
            InitializerTarget::Member(self.identifier())
        };
        let value = if !self.expect("=") {
            InitializerValue::Expression(Expression {
                kind: ExpressionKind::Missing,
                span: Span::at(self.previous_end()),
            })
        } else if self.at("{") {
            InitializerValue::Nested(self.initializer())
        } else {
            InitializerValue::Expression(self.expression())
        };
        MemberInitializer { target, value }
    }
}
