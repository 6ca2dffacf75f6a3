//! What names mean at a place of a stylesheet: prefixes, variables that are in scope, functions.

use crate::instruction::{Call, Function, Prefixes};
use std::collections::HashMap;
use std::sync::Arc;
use xml::Name;
use xml::xpath::Names;

/// The namespaces whose `node-set()` turns a tree that was made into nodes: .NET's own and EXSLT's.
const NODE_SET: [&str; 2] = ["urn:schemas-microsoft-com:xslt", "http://exslt.org/common"];

/// The function of a name, how many arguments it takes at least and at most.
pub fn function(name: &Name) -> Option<(Function, usize, usize)> {
    if NODE_SET.contains(&&**name.namespace()) {
        return (&**name.local() == "node-set").then_some((Function::NodeSet, 1, 1));
    }
    if !name.namespace().is_empty() {
        return None;
    }
    Some(match &**name.local() {
        "current" => (Function::Current, 0, 0),
        "element-available" => (Function::OffersElement, 1, 1),
        "format-number" => (Function::FormatNumber, 2, 3),
        "function-available" => (Function::Offers, 1, 1),
        "generate-id" => (Function::GenerateId, 0, 1),
        "key" => (Function::Key, 2, 2),
        "system-property" => (Function::SystemProperty, 1, 1),
        _ => return None,
    })
}

/// Variables of a template's content, innermost last.
#[derive(Debug, Default)]
pub struct Locals {
    in_scope: Vec<Name>,
    /// How many there are at once.
    pub most: usize,
}

impl Locals {
    /// A new variable's slot; `None` when the name is taken in this template.
    pub fn declare(&mut self, name: &Name) -> Option<usize> {
        if self.in_scope.contains(name) {
            return None;
        }
        self.in_scope.push(name.clone());
        self.most = self.most.max(self.in_scope.len());
        Some(self.in_scope.len() - 1)
    }

    /// How many are in scope.
    pub fn len(&self) -> usize {
        self.in_scope.len()
    }

    /// Leaves the scope of all but the first `length`.
    pub fn truncate(&mut self, length: usize) {
        self.in_scope.truncate(length);
    }

    fn slot(&self, name: &Name) -> Option<usize> {
        self.in_scope.iter().rposition(|known| known == name)
    }
}

/// What the names of one query mean. Numbers of variables below the number of globals are globals', those above slots.
pub struct Scope<'c> {
    /// Prefixes that mean something here.
    pub prefixes: Prefixes,
    /// Variables in scope; `None` where there may be none.
    pub locals: Option<&'c Locals>,
    /// Global variables with their numbers.
    pub globals: &'c HashMap<Name, usize>,
    /// Calls so far.
    pub calls: &'c mut Vec<Call>,
}

impl Names for Scope<'_> {
    fn namespace(&self, prefix: &str) -> Option<Arc<str>> {
        self.prefixes.get(prefix).cloned()
    }

    fn variable(&mut self, name: &Name) -> Option<usize> {
        let slot = self.locals?.slot(name).map(|slot| self.globals.len() + slot);
        slot.or_else(|| self.globals.get(name).copied())
    }

    fn function(&mut self, name: &Name, arguments: usize) -> Result<usize, String> {
        let Some((function, least, most)) = function(name) else {
            return Err(match (&**name.namespace(), &**name.local()) {
                ("", "document") => {
                    "document() is not available: a transformation reads nothing but the body".to_owned()
                }
                ("", "unparsed-entity-uri") => "unparsed-entity-uri() is not available, as in .NET".to_owned(),
                _ => format!("'{name}()' is an unknown XSLT function"),
            });
        };
        if arguments < least || arguments > most {
            let expected = if least == most {
                least.to_string()
            } else {
                format!("{least} to {most}")
            };
            return Err(format!("'{name}()' takes {expected} arguments, not {arguments}"));
        }
        let prefixes = Arc::clone(&self.prefixes);
        self.calls.push(Call { function, prefixes });
        Ok(self.calls.len() - 1)
    }
}
