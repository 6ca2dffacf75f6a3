//! An object's members, read one level deep, each name once.

use super::Fault;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::HashSet;
use std::fmt;

/// The members of a JSON object; values are not read.
pub(crate) struct Members<'a> {
    list: Vec<(String, &'a RawValue)>,
    /// A name that came twice, be it in other letter case.
    twice: Option<String>,
}

impl<'a> Members<'a> {
    /// Reads an object.
    pub(crate) fn read(text: &'a str) -> Result<Self, Fault> {
        serde_json::from_str(text).map_err(|wrong| {
            // A data error may also stand before broken syntax, which is then the truth to tell.
            match serde_json::from_str::<IgnoredAny>(text) {
                Ok(_) => Fault::invalid(format!("expected a JSON object: {wrong}")),
                Err(_) => Fault::not_json(&wrong),
            }
        })
    }

    /// The value of the member `name`; of a name that came twice none, as nobody can tell which one is meant.
    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        if self.twice.as_deref().is_some_and(|twice| folded(twice) == folded(name)) {
            return None;
        }
        self.list.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// Whether there is a member `name`, be it twice.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.list.iter().any(|(key, _)| key == name)
    }

    /// Whether there are no members.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The member `name`, if it is a string.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.get(name)?.get()).ok()
    }

    /// Refuses names given twice, and names that a parser which ignores letter case takes for one of `known`.
    pub(super) fn check_names(&self, known: &[&str]) -> Result<(), String> {
        if let Some(twice) = &self.twice {
            return Err(format!("the member `{twice}` is there twice (letter case aside)"));
        }
        let meant = |key: &str| known.iter().find(|name| **name != key && folded(name) == folded(key));
        match self.list.iter().find_map(|(key, _)| Some((key, meant(key)?))) {
            Some((key, name)) => Err(format!("the member `{key}` must be written `{name}`")),
            None => Ok(()),
        }
    }
}

/// `name` without differences of letter case. Upper case first: `ſ` is an `S` to parsers that fold, and has no lower.
fn folded(name: &str) -> String {
    if name.is_ascii() {
        name.to_ascii_lowercase()
    } else {
        name.to_uppercase().to_lowercase()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let (mut list, mut twice, mut seen) = (Vec::new(), None, HashSet::new());
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value::<&RawValue>()?;
            if !seen.insert(folded(&key)) {
                twice.get_or_insert_with(|| key.clone());
            }
            list.push((key, value));
        }
        Ok(Members { list, twice })
    }
}
