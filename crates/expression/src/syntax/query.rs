//! LINQ query expressions.

use super::ast::{Direction, Expression, ExpressionKind, Identifier, Query, QueryClause, QueryEnd, TypeName};
use super::parser::Parser;
use super::type_scan::Question;

impl Parser<'_> {
    /// Whether `from x in` or `from T x in` comes next; otherwise `from` is a name.
    pub(super) fn at_query(&self) -> bool {
        let next = self.position + 1;
        let named = |index: usize| self.is_name(index) && self.is_at(index + 1, "in");
        self.at_word("from") && (named(next) || self.scan_type(next, Question::Nullable).is_some_and(named))
    }

    /// A query, at its `from`.
    pub(super) fn query_expression(&mut self) -> Expression {
        let start = self.span().start;
        let Some(level) = self.enter() else {
            return self.missing_expression();
        };
        self.queries += 1;
        let first = self.first_clause();
        let query = self.query_body(vec![first]);
        self.queries -= 1;
        self.leave(level);
        self.node(start, ExpressionKind::Query(Box::new(query)))
    }

    fn first_clause(&mut self) -> QueryClause {
        self.bump();
        let (type_name, name) = self.range_variable();
        self.expect("in");
        QueryClause::From {
            type_name,
            name,
            source: self.expression(),
        }
    }

    fn range_variable(&mut self) -> (Option<TypeName>, Identifier) {
        let typed = !(self.is_name(self.position) && self.is_at(self.position + 1, "in"));
        let typed = typed && self.scan_type(self.position, Question::Nullable).is_some();
        (typed.then(|| self.type_name(Question::Nullable)), self.identifier())
    }

    fn query_body(&mut self, mut clauses: Vec<QueryClause>) -> Query {
        while let Some(clause) = self.query_clause() {
            clauses.push(clause);
        }
        let end = self.query_end();
        let continuation = if self.at_word("into") {
            self.continuation()
        } else {
            None
        };
        Query {
            clauses,
            end,
            continuation,
        }
    }

    fn continuation(&mut self) -> Option<(Identifier, Box<Query>)> {
        let level = self.enter()?;
        self.bump();
        let name = self.identifier();
        let query = self.query_body(Vec::new());
        self.leave(level);
        Some((name, Box::new(query)))
    }

    fn query_clause(&mut self) -> Option<QueryClause> {
        let begins = ["from", "let", "where", "join", "orderby"];
        if !begins.iter().any(|word| self.at_word(word)) || !self.grow() {
            return None;
        }
        if self.at_word("from") {
            return Some(self.first_clause());
        }
        if self.eat_word("let") {
            let name = self.identifier();
            self.expect("=");
            return Some(QueryClause::Let {
                name,
                value: self.expression(),
            });
        }
        if self.eat_word("where") {
            return Some(QueryClause::Where(self.expression()));
        }
        if self.eat_word("join") {
            return Some(self.join_clause());
        }
        self.eat_word("orderby").then(|| self.order_by_clause())
    }

    fn join_clause(&mut self) -> QueryClause {
        let (type_name, name) = self.range_variable();
        self.expect("in");
        let source = self.expression();
        self.expect_word("on");
        let left = self.expression();
        self.expect_word("equals");
        let right = self.expression();
        let into = self.eat_word("into").then(|| self.identifier());
        QueryClause::Join {
            type_name,
            name,
            source,
            left,
            right,
            into,
        }
    }

    fn order_by_clause(&mut self) -> QueryClause {
        let mut keys = vec![self.order_key()];
        while self.eat(",") && self.grow() {
            keys.push(self.order_key());
        }
        QueryClause::OrderBy(keys)
    }

    fn order_key(&mut self) -> (Expression, Direction) {
        let key = self.expression();
        let descending = self.eat_word("descending");
        if !descending {
            self.eat_word("ascending");
        }
        (
            key,
            if descending {
                Direction::Descending
            } else {
                Direction::Ascending
            },
        )
    }

    fn query_end(&mut self) -> QueryEnd {
        if self.eat_word("group") {
            let element = self.expression();
            self.expect_word("by");
            return QueryEnd::Group {
                element,
                key: self.expression(),
            };
        }
        if !self.eat_word("select") {
            let message = format!("a query ends with `select` or `group … by …`, found {}", self.found());
            self.report("CS0742", self.span(), message);
            return QueryEnd::Select(self.missing_expression());
        }
        QueryEnd::Select(self.expression())
    }

    fn expect_word(&mut self, word: &str) {
        if !self.eat_word(word) {
            self.missing("CS1003", &format!("`{word}`"));
        }
    }
}
