//! Numbers and names of a pattern's groups: group 0, those without a name by their places, then those with one.

use std::collections::{BTreeMap, BTreeSet};

/// What is found out about groups while a pattern is read the first time.
#[derive(Debug, Default)]
pub struct Found {
    numbers: BTreeSet<i32>,
    names: Vec<String>,
    /// How many have neither a name nor a number of their own.
    pub unnamed: i32,
}

impl Found {
    /// A group of this number.
    pub fn number(&mut self, number: i32) {
        self.numbers.insert(number);
    }

    /// A group of this name.
    pub fn name(&mut self, name: &str) {
        if !self.names.iter().any(|known| known == name) {
            self.names.push(name.to_owned());
        }
    }
}

/// The groups of a pattern.
#[derive(Clone, Debug)]
pub struct Groups {
    /// Numbers in order with their names; a place in this list is what the matcher counts with.
    all: Vec<(i32, String)>,
}

impl From<Found> for Groups {
    fn from(found: Found) -> Self {
        let mut numbers: BTreeMap<i32, String> = found
            .numbers
            .iter()
            .map(|number| (*number, number.to_string()))
            .collect();
        numbers.insert(0, "0".to_owned());
        let mut next = found.unnamed + 1;
        for name in found.names {
            while numbers.contains_key(&next) {
                next += 1;
            }
            numbers.insert(next, name);
        }
        Self {
            all: numbers.into_iter().collect(),
        }
    }
}

impl Groups {
    /// How many there are, group 0 included.
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// The place of the group of a number.
    pub fn of_number(&self, number: i32) -> Option<usize> {
        self.all.binary_search_by_key(&number, |(known, _)| *known).ok()
    }

    /// The place of the group of a name, which may be digits.
    pub fn of_name(&self, name: &str) -> Option<usize> {
        self.all.iter().position(|(_, known)| known == name)
    }

    /// Number and name of the group at a place.
    pub fn at(&self, place: usize) -> Option<(i32, &str)> {
        self.all.get(place).map(|(number, name)| (*number, name.as_str()))
    }

    /// Numbers and names in order.
    pub fn iter(&self) -> impl Iterator<Item = (i32, &str)> {
        self.all.iter().map(|(number, name)| (*number, name.as_str()))
    }
}
