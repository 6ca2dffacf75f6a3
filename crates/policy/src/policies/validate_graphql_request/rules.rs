//! Who may ask for which fields: `authorize` and its rules.

use crate::codes;
use crate::element::{ElementReader, Words};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::value::Value;
use expression::text::Text;
use graphql::Asked;
use std::cell::RefCell;
use std::collections::HashMap;

/// What is done about a field, the strictest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Action {
    Allow,
    Remove,
    Reject,
}

/// What a rule says.
#[derive(Clone, Copy)]
enum Said {
    /// Ask the next rule.
    Ignore,
    Do(Action),
}

const SAID: Words<Said> = &[
    ("allow", Said::Do(Action::Allow)),
    ("remove", Said::Do(Action::Remove)),
    ("reject", Said::Do(Action::Reject)),
    ("ignore", Said::Ignore),
];

/// What introspection asks for beside this belongs to every request.
const TYPE_NAME: &str = "__typename";

/// The most exact rules first.
#[derive(Default)]
pub(super) struct Rules(Vec<Rule>);

struct Rule {
    /// The path, without the `*` at its end.
    path: String,
    is_prefix: bool,
    action: Value<Said>,
}

/// Reads `authorize`.
pub(super) fn read(element: &mut ElementReader<'_, '_>) -> Rules {
    let mut rules = element.children("rule", |element| {
        let path: Option<Text> = element.required_literal("path");
        let action = if element.has("action") {
            element.word("action", SAID)
        } else {
            Some(Value::Constant(Said::Do(Action::Allow)))
        };
        let path = path?;
        let is_path = path.strip_prefix('/').is_some_and(|rest| {
            let parts: Vec<&str> = rest.trim_end_matches('*').split('/').collect();
            let is_whole = rest.ends_with('*') || parts.len() == 2 || rest.starts_with("__");
            !rest.trim_end_matches('*').contains('*') && parts.len() <= 2 && is_whole && !rest.is_empty()
        });
        if !is_path {
            let message = format!("`path` of `<rule>` must be `/Type/field`, `/Type/*` or `/__*`, found \"{path}\"");
            element.error_at("path", codes::WRONG_VALUE, message);
            return None;
        }
        Some(Rule {
            path: path.trim_end_matches('*').to_owned(),
            is_prefix: path.ends_with('*'),
            action: action?,
        })
    });
    rules.sort_by_key(|rule| (rule.is_prefix, std::cmp::Reverse(rule.path.len())));
    Rules(rules)
}

impl Rule {
    /// Whether it is for a field of a type.
    fn is_for(&self, ty: &str, name: &str) -> bool {
        if name.starts_with("__") {
            let own = format!("/{name}");
            let is_introspection = name != TYPE_NAME && self.fits(&own);
            // A rule for all fields of a type means those that the schema has.
            return is_introspection || (!self.is_prefix && self.path == format!("/{ty}/{name}"));
        }
        self.fits(&format!("/{ty}/{name}"))
    }

    fn fits(&self, path: &str) -> bool {
        if self.is_prefix {
            path.starts_with(&self.path)
        } else {
            path == self.path
        }
    }
}

impl Rules {
    /// The rules with their actions for one request.
    pub fn for_exchange<'r>(&'r self, exchange: &'r Exchange) -> Actions<'r> {
        Actions {
            rules: self,
            exchange,
            said: RefCell::new(vec![None; self.0.len()]),
            known: RefCell::default(),
        }
    }
}

/// The actions for one request, each expression evaluated once at most.
pub(super) struct Actions<'r> {
    rules: &'r Rules,
    exchange: &'r Exchange,
    said: RefCell<Vec<Option<Said>>>,
    known: RefCell<HashMap<Asked, Action>>,
}

impl Actions<'_> {
    /// What is done about a field.
    pub fn of(&self, asked: &Asked) -> Result<Action, Failure> {
        if let Some(action) = self.known.borrow().get(asked) {
            return Ok(*action);
        }
        let mut strictest = Action::Allow;
        for ty in &asked.types {
            strictest = strictest.max(self.of_type(ty, &asked.name)?);
        }
        self.known.borrow_mut().insert(asked.clone(), strictest);
        Ok(strictest)
    }

    fn of_type(&self, ty: &str, name: &str) -> Result<Action, Failure> {
        for (at, rule) in self.rules.0.iter().enumerate() {
            if !rule.is_for(ty, name) {
                continue;
            }
            if let Said::Do(action) = self.said_by(rule, at)? {
                return Ok(action);
            }
        }
        Ok(Action::Allow)
    }
    fn said_by(&self, rule: &Rule, at: usize) -> Result<Said, Failure> {
        if let Some(said) = self.said.borrow().get(at).copied().flatten() {
            return Ok(said);
        }
        let said = rule.action.get(self.exchange)?;
        if let Some(place) = self.said.borrow_mut().get_mut(at) {
            *place = Some(said);
        }
        Ok(said)
    }
}
