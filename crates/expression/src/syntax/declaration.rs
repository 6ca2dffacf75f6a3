//! Declarations: local variables, constants and local functions.

use super::ast::{
    ArrayInitializer, Declarator, Expression, ExpressionKind, Identifier, LambdaBody, LocalFunction, StatementKind,
    TypeName, TypeNameKind, VariableDeclaration,
};
use super::parser::Parser;
use super::type_scan::Question;

impl Parser<'_> {
    /// The token of the first name that a declaration here would declare: a type and a name stand here.
    pub(super) fn declared_name(&self) -> Option<usize> {
        if self.at_query() || self.at_word("await") {
            return None;
        }
        let start = self.position + usize::from(self.at("ref"));
        let name = self
            .scan_type(start, Question::Nullable)
            .filter(|end| self.is_name(*end))?;
        // `a ? b : c` starts like a nullable type.
        let conditional = self.is_at(name.saturating_sub(1), "?")
            && !["=", ";", ",", "in", "(", ")", "<"]
                .iter()
                .any(|follower| self.is_at(name + 1, follower));
        (!conditional).then_some(name)
    }

    /// Whether a local function's parameters and body follow the name at token `name`.
    pub(super) fn is_local_function(&self, name: usize) -> bool {
        let open = if self.is_at(name + 1, "<") {
            self.scan_arguments(name + 1, 0)
        } else {
            Some(name + 1)
        };
        open.filter(|open| self.is_at(*open, "("))
            .and_then(|open| self.closing(open))
            .is_some_and(|close| {
                self.is_at(close + 1, "{")
                    || self.is_at(close + 1, "=>")
                    || self.kind_at(close + 1).is_contextual("where")
            })
    }

    /// `T a = 1, b;`
    pub(super) fn local_declaration(&mut self) -> StatementKind {
        let declaration = self.variables(false);
        self.end_statement();
        StatementKind::Declaration(declaration)
    }

    /// `const T a = 1;`, at `const`.
    pub(super) fn constant_declaration(&mut self) -> StatementKind {
        self.bump();
        let declaration = self.variables(true);
        self.end_statement();
        StatementKind::Declaration(declaration)
    }

    /// A type and the variables of that type.
    pub(super) fn variables(&mut self, constant: bool) -> VariableDeclaration {
        let by_reference = self.at("ref");
        if by_reference {
            self.report_unavailable("a reference (`ref`) outside of arguments");
            self.bump();
        }
        let type_name = self.type_name(Question::Nullable);
        let mut variables = vec![self.declarator(&type_name, by_reference)];
        while self.eat(",") {
            variables.push(self.declarator(&type_name, by_reference));
        }
        VariableDeclaration {
            constant,
            type_name,
            variables,
        }
    }

    fn declarator(&mut self, type_name: &TypeName, by_reference: bool) -> Declarator {
        let name = self.identifier();
        if self.at("[") {
            let help = "the brackets of an array stand behind its type: `int[] a = new int[3];`";
            self.report_with_help(
                "CS0650",
                self.span(),
                "brackets behind the variable's name".to_owned(),
                help,
            );
            self.skip_brackets();
        }
        let value = self.eat("=").then(|| {
            if by_reference {
                self.eat("ref");
            }
            if self.at("{") {
                let initializer = self.array_initializer();
                self.array_of_variable(type_name, initializer)
            } else {
                self.expression()
            }
        });
        Declarator { name, value }
    }

    /// `{ 1, 2 }` as the value of a variable: the creation of an array of the variable's type.
    fn array_of_variable(&mut self, type_name: &TypeName, initializer: ArrayInitializer) -> Expression {
        let span = initializer.span;
        if matches!(&type_name.kind, TypeNameKind::Named(parts) if parts.iter().any(|part| part.identifier.text == "var"))
        {
            let help = "write `new[] { … }`";
            let message = "`{ … }` alone has no type for `var`".to_owned();
            self.report_with_help("CS0820", span, message, help);
            return Expression {
                kind: ExpressionKind::Missing,
                span,
            };
        }
        let TypeNameKind::Array { element, rank } = &type_name.kind else {
            let help = "write `new T { … }`, or `new[] { … }` for an array";
            self.report_with_help(
                "CS0622",
                span,
                "only an array's variable takes `{ … }` alone".to_owned(),
                help,
            );
            return Expression {
                kind: ExpressionKind::Missing,
                span,
            };
        };
        let (mut element, mut further_ranks) = (element, Vec::new());
        while let TypeNameKind::Array { element: inner, rank } = &element.kind {
            further_ranks.push(*rank);
            element = inner;
        }
        let kind = ExpressionKind::NewArray {
            element: Some((**element).clone()),
            lengths: Vec::new(),
            rank: *rank,
            further_ranks,
            initializer: Some(initializer),
        };
        Expression { kind, span }
    }

    /// `T f<U>(int x) => …;` or with a block.
    pub(super) fn local_function(&mut self) -> StatementKind {
        if self.at("ref") {
            self.report_unavailable("a reference (`ref`) outside of arguments");
            self.bump();
        }
        let return_type = self.type_name(Question::Nullable);
        let name = self.identifier();
        let type_parameters = if self.eat("<") {
            self.type_parameters()
        } else {
            Vec::new()
        };
        let parameters = self.parameters();
        // Constraints only restrict what callers may write; none is needed to run the function.
        while !self.at("{") && !self.at("=>") && self.at_word("where") {
            while !self.at("{") && !self.at("=>") && !self.at(";") && !self.at_end() {
                self.bump();
            }
        }
        let body = if self.eat("=>") {
            let body = LambdaBody::Expression(Box::new(self.expression_or_throw()));
            self.end_statement();
            body
        } else {
            LambdaBody::Block(self.block())
        };
        StatementKind::LocalFunction(Box::new(LocalFunction {
            return_type,
            name,
            type_parameters,
            parameters,
            body,
        }))
    }

    fn type_parameters(&mut self) -> Vec<Identifier> {
        let mut names = vec![self.identifier()];
        while self.eat(",") {
            names.push(self.identifier());
        }
        self.expect(">");
        names
    }
}
