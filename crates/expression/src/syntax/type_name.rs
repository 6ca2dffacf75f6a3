//! Types and names with type arguments. Never here: telling whether a type stands somewhere (`type_scan`).

use super::ast::{Identifier, PredefinedType, SimpleName, TypeName, TypeNameKind};
use super::parser::Parser;
use super::token::TokenKind;
use super::type_scan::Question;
use diagnostic::Span;

impl Parser<'_> {
    /// The type with a keyword at token `index`.
    pub(super) fn predefined_type(&self, index: usize) -> Option<PredefinedType> {
        use PredefinedType as P;
        Some(match self.kind_at(index).spelling() {
            "bool" => P::Bool,
            "byte" => P::Byte,
            "char" => P::Char,
            "decimal" => P::Decimal,
            "double" => P::Double,
            "float" => P::Float,
            "int" => P::Int,
            "long" => P::Long,
            "object" => P::Object,
            "sbyte" => P::Sbyte,
            "short" => P::Short,
            "string" => P::String,
            "uint" => P::Uint,
            "ulong" => P::Ulong,
            "ushort" => P::Ushort,
            "void" => P::Void,
            _ => return None,
        })
    }

    pub(super) fn is_predefined_type(&self, index: usize) -> bool {
        self.predefined_type(index).is_some()
    }

    /// A type; reports when none stands here.
    pub(super) fn type_name(&mut self, question: Question) -> TypeName {
        let start = self.span().start;
        let Some(level) = self.enter() else {
            return self.missing_type();
        };
        let mut type_name = self.type_without_suffix();
        loop {
            if self.at("?") && self.question_belongs_to_type(self.position, question) {
                if !self.grow() {
                    break;
                }
                self.bump();
                type_name = TypeName {
                    kind: TypeNameKind::Nullable(Box::new(type_name)),
                    span: self.since(start),
                };
            } else if self.scan_rank(self.position).is_some() {
                type_name = self.array_of(type_name);
            } else {
                break;
            }
        }
        self.leave(level);
        type_name
    }

    /// The type behind `new`, up to the brackets of an array's length.
    pub(super) fn created_type(&mut self) -> TypeName {
        let start = self.span().start;
        let type_name = self.type_without_suffix();
        if self.at("?") && (self.is_at(self.position + 1, "[") || self.is_at(self.position + 1, "(")) {
            self.bump();
            return TypeName {
                kind: TypeNameKind::Nullable(Box::new(type_name)),
                span: self.since(start),
            };
        }
        type_name
    }

    fn missing_type(&self) -> TypeName {
        TypeName {
            kind: TypeNameKind::Missing,
            span: Span::at(self.previous_end()),
        }
    }

    fn type_without_suffix(&mut self) -> TypeName {
        let start = self.span().start;
        let kind = match self.kind() {
            TokenKind::Identifier { .. } if self.is_name(self.position) => self.named_type(),
            TokenKind::Symbol("(") => self.tuple_type(),
            _ => {
                let Some(predefined) = self.predefined_type(self.position) else {
                    self.report("CS1031", self.span(), format!("type expected, found {}", self.found()));
                    return self.missing_type();
                };
                self.bump();
                TypeNameKind::Predefined(predefined)
            }
        };
        TypeName {
            kind,
            span: self.since(start),
        }
    }

    fn named_type(&mut self) -> TypeNameKind {
        if self.at_word("global") && self.is_at(self.position + 1, "::") {
            self.position += 2;
        }
        let mut names = vec![self.name_of_type()];
        while self.eat(".") {
            names.push(self.name_of_type());
        }
        TypeNameKind::Named(names)
    }

    fn name_of_type(&mut self) -> SimpleName {
        let identifier = self.identifier();
        let type_arguments = self.at("<").then(|| self.type_arguments());
        SimpleName {
            identifier,
            type_arguments,
        }
    }

    /// A name in an expression, where `<` starts type arguments only if the standard's rule says so.
    pub(super) fn simple_name(&mut self) -> SimpleName {
        let identifier: Identifier = self.identifier();
        let generic = self.at("<") && self.type_arguments_follow(self.position);
        let type_arguments = generic.then(|| self.type_arguments());
        SimpleName {
            identifier,
            type_arguments,
        }
    }

    fn type_arguments(&mut self) -> Vec<TypeName> {
        self.expect("<");
        let mut arguments = Vec::new();
        loop {
            if self.at(",") || self.at(">") {
                // `typeof(List<>)`
                arguments.push(self.missing_type());
            } else {
                arguments.push(self.type_name(Question::Nullable));
            }
            if !self.eat(",") {
                break;
            }
        }
        self.expect(">");
        arguments
    }

    fn tuple_type(&mut self) -> TypeNameKind {
        let open = self.position;
        self.bump();
        let mut elements = Vec::new();
        loop {
            let type_name = self.type_name(Question::Nullable);
            let name = self.is_name(self.position).then(|| self.identifier());
            elements.push((type_name, name));
            if !self.eat(",") {
                break;
            }
        }
        self.close(open, ")");
        TypeNameKind::Tuple(elements)
    }

    /// `element[…]…`: of several ranks the first one is the outermost array.
    fn array_of(&mut self, element: TypeName) -> TypeName {
        let start = element.span.start;
        let mut ranks = Vec::new();
        while let Some(rank) = self.array_rank() {
            ranks.push(rank);
            if !self.grow() {
                break;
            }
        }
        let span = self.since(start);
        ranks.into_iter().rev().fold(element, |element, rank| TypeName {
            kind: TypeNameKind::Array {
                element: Box::new(element),
                rank,
            },
            span,
        })
    }

    /// Takes `[]` or `[,]` and gives its dimensions.
    pub(super) fn array_rank(&mut self) -> Option<usize> {
        let end = self.scan_rank(self.position)?;
        let rank = end - self.position - 1;
        self.position = end;
        Some(rank)
    }
}
