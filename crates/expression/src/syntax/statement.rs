//! Statements. Never here: declarations, `switch` and `try`, which have their own modules; rules such as "every path
//! returns".

use super::ast::{Block, Designation, Expression, ForInitializer, Statement, StatementKind, UsingResource};
use super::parser::Parser;
use super::token::TokenKind;
use super::type_scan::Question;

impl Parser<'_> {
    /// `{ … }`
    pub(super) fn block(&mut self) -> Block {
        let start = self.span().start;
        let Some(level) = self.enter() else {
            return Block {
                statements: Vec::new(),
                span: self.since(start),
            };
        };
        let mut statements = Vec::new();
        if self.expect("{") {
            while !self.at("}") && !self.at_end() {
                statements.push(self.statement_with_progress());
            }
            self.expect("}");
        }
        self.leave(level);
        Block {
            statements,
            span: self.since(start),
        }
    }

    /// A statement of a list; passes over a token that can start none, so that the list comes to its end.
    pub(super) fn statement_with_progress(&mut self) -> Statement {
        let before = self.position;
        let statement = self.statement();
        if self.position == before {
            self.skip_brackets();
        }
        statement
    }

    /// A statement of any kind.
    pub(super) fn statement(&mut self) -> Statement {
        let start = self.span().start;
        let Some(level) = self.enter() else {
            return Statement {
                kind: StatementKind::Missing,
                span: self.span(),
            };
        };
        let kind = match self.kind() {
            TokenKind::Keyword(keyword) => self.keyword_statement(keyword),
            TokenKind::Symbol("{") => StatementKind::Block(self.block()),
            TokenKind::Symbol(";") => {
                self.bump();
                StatementKind::Empty
            }
            _ => self.other_statement(),
        };
        self.leave(level);
        Statement {
            kind,
            span: self.since(start),
        }
    }

    fn keyword_statement(&mut self, keyword: &'static str) -> StatementKind {
        match keyword {
            "if" => self.if_statement(),
            "while" => self.while_statement(),
            "do" => self.do_statement(),
            "for" => self.for_statement(),
            "foreach" => self.foreach_statement(),
            "switch" => self.switch_statement(),
            "try" => self.try_statement(),
            "using" => self.using_statement(),
            "goto" => self.goto_statement(),
            "const" => self.constant_declaration(),
            "break" | "continue" | "return" | "throw" => self.jump_statement(keyword),
            "lock" => {
                self.bump();
                let value = self.in_brackets(Self::expression);
                StatementKind::Lock {
                    value,
                    body: self.embedded(),
                }
            }
            "checked" | "unchecked" if self.is_at(self.position + 1, "{") => {
                self.bump();
                StatementKind::Checked {
                    overflow_throws: keyword == "checked",
                    body: self.block(),
                }
            }
            "else" | "catch" | "finally" | "case" => self.stray(keyword),
            "default" if self.is_at(self.position + 1, ":") => self.stray(keyword),
            "unsafe" | "fixed" | "class" | "struct" | "interface" | "enum" | "namespace" => {
                self.unavailable_statement(keyword)
            }
            "public" | "private" | "protected" | "internal" | "static" | "extern" | "readonly" => {
                self.modifier(keyword)
            }
            _ => self.other_statement(),
        }
    }

    /// What does not start with a word of its own.
    fn other_statement(&mut self) -> StatementKind {
        let next = self.position + 1;
        if self.at_word("yield") && (self.is_at(next, "return") || self.is_at(next, "break")) {
            return self.yield_statement();
        }
        if self.is_name(self.position) && self.is_at(next, ":") {
            let label = self.identifier();
            self.bump();
            return StatementKind::Labeled {
                label,
                statement: self.embedded(),
            };
        }
        if self.at_word("async")
            && self
                .scan_type(next, Question::Nullable)
                .is_some_and(|end| self.is_name(end))
        {
            self.report_unavailable("`async`");
            self.bump();
        }
        if let Some(name) = self.declared_name() {
            return if self.is_local_function(name) {
                self.local_function()
            } else {
                self.local_declaration()
            };
        }
        let expression = self.expression();
        self.end_statement();
        StatementKind::Expression(expression)
    }

    /// A statement inside another one.
    pub(super) fn embedded(&mut self) -> Box<Statement> {
        if self.at("}") || self.at_end() {
            self.report(
                "CS1525",
                self.span(),
                format!("statement expected, found {}", self.found()),
            );
            return Box::new(Statement {
                kind: StatementKind::Missing,
                span: self.since(self.previous_end()),
            });
        }
        Box::new(self.statement())
    }

    /// Takes the `;`; without one, goes on where the next statement seems to start.
    pub(super) fn end_statement(&mut self) {
        if self.expect(";") || self.on_new_line() {
            return;
        }
        while !self.at_end() && !self.at("}") {
            if let TokenKind::Keyword(keyword) = self.kind()
                && STATEMENT_WORDS.contains(keyword)
            {
                return;
            }
            let ends = self.at(";") || self.at("{");
            self.skip_brackets();
            if ends {
                return;
            }
        }
    }

    fn if_statement(&mut self) -> StatementKind {
        self.bump();
        let condition = self.in_brackets(Self::expression);
        let then = self.embedded();
        let otherwise = self.eat("else").then(|| self.embedded());
        StatementKind::If {
            condition,
            then,
            otherwise,
        }
    }

    fn while_statement(&mut self) -> StatementKind {
        self.bump();
        let condition = self.in_brackets(Self::expression);
        StatementKind::While {
            condition,
            body: self.embedded(),
        }
    }

    fn do_statement(&mut self) -> StatementKind {
        self.bump();
        let body = self.embedded();
        self.expect("while");
        let condition = self.in_brackets(Self::expression);
        self.end_statement();
        StatementKind::Do { body, condition }
    }

    fn for_statement(&mut self) -> StatementKind {
        self.bump();
        let open = self.position;
        self.expect("(");
        let initializer = if self.declared_name().is_some() {
            ForInitializer::Declaration(self.variables(false))
        } else {
            ForInitializer::Expressions(self.expressions_before(";"))
        };
        self.expect(";");
        let condition = (!self.at(";")).then(|| self.expression());
        self.expect(";");
        let iterators = self.expressions_before(")");
        self.close(open, ")");
        StatementKind::For {
            initializer,
            condition,
            iterators,
            body: self.embedded(),
        }
    }

    fn expressions_before(&mut self, end: &str) -> Vec<Expression> {
        let mut expressions = Vec::new();
        if !self.at(end) {
            expressions.push(self.expression());
            while self.eat(",") {
                expressions.push(self.expression());
            }
        }
        expressions
    }

    fn foreach_statement(&mut self) -> StatementKind {
        self.bump();
        let open = self.position;
        self.expect("(");
        if self.at("(") && self.declared_name().is_none() {
            let target = self.primary();
            let (collection, body) = self.foreach_rest(open);
            return StatementKind::ForeachDeconstruct {
                target,
                collection,
                body,
            };
        }
        let type_name = self.type_name(Question::Nullable);
        let designation = if self.at("in") {
            let help = "write the variable's type before its name: `foreach (var item in items)`";
            self.report_with_help(
                "CS0230",
                self.span(),
                "`foreach` needs a type and a name".to_owned(),
                help,
            );
            Designation::Discard(type_name.span)
        } else {
            self.designation()
        };
        let (collection, body) = self.foreach_rest(open);
        StatementKind::Foreach {
            type_name,
            designation,
            collection,
            body,
        }
    }

    fn foreach_rest(&mut self, open: usize) -> (Expression, Box<Statement>) {
        let collection = if self.expect("in") {
            self.expression()
        } else {
            self.missing_expression()
        };
        self.close(open, ")");
        (collection, self.embedded())
    }

    fn jump_statement(&mut self, keyword: &'static str) -> StatementKind {
        self.bump();
        let takes_value = matches!(keyword, "return" | "throw") && !self.at(";");
        if takes_value && self.at("ref") {
            self.report_unavailable("a reference (`ref`) outside of arguments");
            self.bump();
        }
        let missing = self.at("}") || self.at_end();
        let value = (takes_value && !missing).then(|| self.expression());
        self.end_statement();
        match keyword {
            "return" => StatementKind::Return(value),
            "throw" => StatementKind::Throw(value),
            "break" => StatementKind::Break,
            _ => StatementKind::Continue,
        }
    }

    fn goto_statement(&mut self) -> StatementKind {
        self.bump();
        let kind = if self.eat("case") {
            StatementKind::GotoCase(self.expression())
        } else if self.eat("default") {
            StatementKind::GotoDefault
        } else {
            StatementKind::Goto(self.identifier())
        };
        self.end_statement();
        kind
    }

    fn yield_statement(&mut self) -> StatementKind {
        self.bump();
        let value = if self.eat("return") {
            Some(self.expression())
        } else {
            self.bump();
            None
        };
        self.end_statement();
        StatementKind::Yield(value)
    }

    fn using_statement(&mut self) -> StatementKind {
        if !self.is_at(self.position + 1, "(") {
            self.report_newer(
                self.span(),
                "a `using` declaration",
                8,
                "write `using (var x = …) { … }`",
            );
            self.bump();
            return self.other_statement();
        }
        self.bump();
        let resource = self.in_brackets(|parser| match parser.declared_name() {
            Some(_) => UsingResource::Declaration(parser.variables(false)),
            None => UsingResource::Expression(parser.expression()),
        });
        StatementKind::Using {
            resource,
            body: self.embedded(),
        }
    }

    /// A word that continues a statement which is not there.
    fn stray(&mut self, keyword: &'static str) -> StatementKind {
        let (code, belongs_to) = match keyword {
            "else" => ("CS8641", "`if`"),
            "catch" | "finally" => ("CS1003", "`try`"),
            _ => ("CS1003", "`switch`"),
        };
        self.report(
            code,
            self.span(),
            format!("`{keyword}` without the {belongs_to} that it belongs to"),
        );
        self.bump();
        if self.at("(") {
            self.skip_brackets();
        }
        if !self.at("{") {
            return StatementKind::Missing;
        }
        StatementKind::Block(self.block())
    }

    fn unavailable_statement(&mut self, keyword: &'static str) -> StatementKind {
        self.report_unavailable(&format!("`{keyword}`"));
        while !self.at("{") && !self.at(";") && !self.at("}") && !self.at_end() {
            self.bump();
        }
        if !self.at("}") {
            self.skip_brackets();
        }
        StatementKind::Missing
    }

    fn modifier(&mut self, keyword: &'static str) -> StatementKind {
        if keyword == "static" {
            self.report_newer(self.span(), "a `static` local function", 8, "leave out `static`");
        } else {
            self.report_unavailable(&format!("the modifier `{keyword}`"));
        }
        self.bump();
        self.statement().kind
    }
}

/// Words at which a statement certainly starts.
const STATEMENT_WORDS: [&str; 16] = [
    "break", "case", "const", "continue", "do", "for", "foreach", "goto", "if", "lock", "return", "switch", "throw",
    "try", "using", "while",
];
