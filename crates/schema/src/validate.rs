//! A document against compiled schemas.
//!
//! What a schema says of a value is worked out once, however often it is asked, so that schemas that refer to themselves
//! take no more time than there are schemas and values; and the work is counted. Never here: what schemas are written like.

use crate::compile::{Compiled, Counts, Id, Node, TYPES, type_bit};
use crate::{Fault, Place};
use expression::regex::{Regex, Search};
use serde_json::{Map, Number, Value};
use std::collections::{HashMap, HashSet};

/// Schemas and values that are compared for one document, and steps of patterns.
const MOST_STEPS: u64 = 20_000_000;
/// Schemas within each other, beside those of the document's own nesting.
const MAX_DEPTH: usize = 600;
/// Texts of documents are quoted up to so many characters.
const LONGEST_QUOTE: usize = 200;

/// Why nothing can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exhausted;

/// What is wrong with a document: the first `most` things.
pub(crate) fn faults(compiled: &Compiled, document: &Value, most: usize) -> Result<Vec<Fault>, Exhausted> {
    let mut run = Run {
        nodes: &compiled.nodes,
        steps: MOST_STEPS,
        depth: 0,
        known: HashMap::new(),
        faults: Vec::new(),
        most,
        path: Vec::new(),
    };
    run.tell(compiled.top, document)?;
    Ok(run.faults)
}

struct Run<'c> {
    nodes: &'c [Node],
    steps: u64,
    depth: usize,
    /// Whether values, by their addresses, conform to nodes that join others.
    known: HashMap<(Id, *const Value), bool>,
    faults: Vec<Fault>,
    most: usize,
    path: Vec<String>,
}

impl Node {
    /// Whether it hands the same value on to other nodes.
    fn joins(&self) -> bool {
        self.references.is_some()
            || self.not.is_some()
            || self.condition.is_some()
            || !(self.all_of.is_empty() && self.any_of.is_empty() && self.one_of.is_empty() && self.with.is_empty())
    }

    /// The nodes that a property must conform to.
    fn of_property<'n>(&'n self, name: &'n str, steps: &mut u64) -> Result<Vec<Id>, Exhausted> {
        let mut found: Vec<Id> = self.properties.get(name).copied().into_iter().collect();
        for (pattern, id) in &self.named_like {
            if matches(&pattern.1, name, steps)? {
                found.push(*id);
            }
        }
        if found.is_empty() {
            found.extend(self.other_properties);
        }
        Ok(found)
    }

    fn of_item(&self, at: usize) -> Option<Id> {
        self.first_items.get(at).copied().or(self.other_items)
    }
}

impl<'c> Run<'c> {
    fn node(&self, id: Id) -> Result<&'c Node, Exhausted> {
        self.nodes.get(id).ok_or(Exhausted)
    }

    fn step(&mut self, steps: u64) -> Result<(), Exhausted> {
        self.steps = self.steps.checked_sub(steps).ok_or(Exhausted)?;
        Ok(())
    }

    /// Whether a value conforms.
    fn holds(&mut self, id: Id, value: &Value) -> Result<bool, Exhausted> {
        self.step(1)?;
        let node = self.node(id)?;
        if !node.joins() {
            return self.within(|run| run.holds_node(node, value));
        }
        let key = (id, std::ptr::from_ref(value));
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        // A schema that comes back to itself with the same value says nothing by that.
        self.known.insert(key, true);
        let holds = self.within(|run| run.holds_node(node, value))?;
        self.known.insert(key, holds);
        Ok(holds)
    }

    fn within<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Exhausted>) -> Result<T, Exhausted> {
        if self.depth >= MAX_DEPTH {
            return Err(Exhausted);
        }
        self.depth += 1;
        let done = work(self);
        self.depth -= 1;
        done
    }

    fn holds_node(&mut self, node: &'c Node, value: &Value) -> Result<bool, Exhausted> {
        let mut is_sound = true;
        self.own_faults(node, value, &mut |_| is_sound = false)?;
        if !is_sound {
            return Ok(false);
        }
        for (id, child, _) in self.inside(node, value)? {
            if !self.holds(id, child)? {
                return Ok(false);
            }
        }
        if self.joined_fault(node, value)?.is_some() {
            return Ok(false);
        }
        let also = self.also(node, value)?;
        self.all_hold(&also, value)
    }

    fn all_hold(&mut self, ids: &[Id], value: &Value) -> Result<bool, Exhausted> {
        for id in ids {
            if !self.holds(*id, value)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Tells what is wrong with a value.
    fn tell(&mut self, id: Id, value: &Value) -> Result<(), Exhausted> {
        if self.faults.len() >= self.most || self.holds(id, value)? {
            return Ok(());
        }
        let node = self.node(id)?;
        let mut own = Vec::new();
        self.own_faults(node, value, &mut |fault| own.push(fault))?;
        for (message, name) in own {
            self.fault(message, name);
        }
        for (id, child, token) in self.inside(node, value)? {
            self.path.push(token);
            self.within(|run| run.tell(id, child))?;
            self.path.pop();
        }
        if let Some(message) = self.joined_fault(node, value)? {
            self.fault(message, None);
        }
        for id in self.also(node, value)? {
            self.within(|run| run.tell(id, value))?;
        }
        Ok(())
    }

    fn fault(&mut self, message: String, name: Option<String>) {
        if self.faults.len() < self.most {
            let is_name = name.is_some();
            let path = self.path.iter().cloned().chain(name).collect();
            let place = Place { path, is_name };
            self.faults.push(Fault { message, place });
        }
    }

    /// The values inside of a value with the nodes that they must conform to, and their places.
    fn inside<'v>(&mut self, node: &'c Node, value: &'v Value) -> Result<Vec<(Id, &'v Value, String)>, Exhausted> {
        let mut found = Vec::new();
        match value {
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    let id = node
                        .of_item(at)
                        .filter(|id| !self.nodes.get(*id).is_some_and(|node| node.never));
                    found.extend(id.map(|id| (id, item, at.to_string())));
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    for id in node.of_property(name, &mut self.steps)? {
                        if !self.nodes.get(id).is_some_and(|node| node.never) {
                            found.push((id, member, name.clone()));
                        }
                    }
                }
            }
            _ => {}
        }
        self.step(found.len() as u64)?;
        Ok(found)
    }

    /// The nodes that the same value must conform to as well.
    fn also(&mut self, node: &'c Node, value: &Value) -> Result<Vec<Id>, Exhausted> {
        let mut found: Vec<Id> = node.references.into_iter().chain(node.all_of.iter().copied()).collect();
        if let Value::Object(members) = value {
            let with = node.with.iter().filter(|(name, _)| members.contains_key(name));
            found.extend(with.map(|(_, id)| *id));
        }
        if let Some([Some(condition), then, otherwise]) = node.condition {
            found.extend(if self.holds(condition, value)? { then } else { otherwise });
        }
        Ok(found)
    }

    /// What is wrong with a value by the nodes of which some must hold.
    fn joined_fault(&mut self, node: &'c Node, value: &Value) -> Result<Option<String>, Exhausted> {
        if !node.any_of.is_empty() {
            let mut holds = false;
            for id in &node.any_of {
                holds = holds || self.holds(*id, value)?;
            }
            if !holds {
                return Ok(Some("JSON does not match any schemas from 'anyOf'.".to_owned()));
            }
        }
        if !node.one_of.is_empty() {
            let mut holding = Vec::new();
            for (at, id) in node.one_of.iter().enumerate() {
                if self.holds(*id, value)? {
                    holding.push(at.to_string());
                }
            }
            match holding.len() {
                0 => return Ok(Some("JSON is valid against no schemas from 'oneOf'.".to_owned())),
                1 => {}
                _ => {
                    let list = holding.join(", ");
                    return Ok(Some(format!(
                        "JSON is valid against more than one schema from 'oneOf'. Valid schema indexes: {list}."
                    )));
                }
            }
        }
        if let Some(not) = node.not
            && self.holds(not, value)?
        {
            return Ok(Some("JSON is valid against schema from 'not'.".to_owned()));
        }
        Ok(None)
    }

    /// What is wrong with a value itself: the words, and the name of a property that is meant.
    fn own_faults(
        &mut self,
        node: &'c Node,
        value: &Value,
        add: &mut dyn FnMut((String, Option<String>)),
    ) -> Result<(), Exhausted> {
        let mut say = |message: String| add((message, None));
        if node.never {
            say("Schema always fails validation.".to_owned());
        }
        if node.types != 0 && !is_of(value, node.types) {
            say(format!(
                "Invalid type. Expected {} but got {}.",
                expected(node.types),
                class(value)
            ));
        }
        if let Some(values) = &node.values {
            self.step(values.len() as u64)?;
            if !values.iter().any(|known| is_same(known, value)) {
                say(format!(
                    "Value {} is not defined in enum.",
                    shortened(&value.to_string())
                ));
            }
        }
        if node.constant.as_ref().is_some_and(|known| !is_same(known, value)) {
            say(format!("Value {} does not match const.", shortened(&value.to_string())));
        }
        match value {
            Value::Number(number) => number_faults(node, number, &mut say),
            Value::String(text) => self.text_faults(node, text, &mut say)?,
            Value::Array(items) => self.array_faults(node, items, &mut say)?,
            Value::Object(members) => self.object_faults(node, members, add)?,
            Value::Null | Value::Bool(_) => {}
        }
        Ok(())
    }

    fn text_faults(&mut self, node: &Node, text: &str, say: &mut dyn FnMut(String)) -> Result<(), Exhausted> {
        let quoted = || format!("String '{}'", shortened(text));
        if node.lengths.least.is_some() || node.lengths.most.is_some() {
            self.step(text.len() as u64 / 64)?;
            let length = text.chars().count() as u64;
            if let Some(limit) = node.lengths.most.filter(|limit| length > *limit) {
                say(format!("{} exceeds maximum length of {limit}.", quoted()));
            }
            if let Some(limit) = node.lengths.least.filter(|limit| length < *limit) {
                say(format!("{} is less than minimum length of {limit}.", quoted()));
            }
        }
        if let Some((written, regex)) = &node.pattern
            && !matches(regex, text, &mut self.steps)?
        {
            say(format!("{} does not match regex pattern '{written}'.", quoted()));
        }
        if let Some(format) = node.format.filter(|format| !format.fits(text)) {
            say(format!(
                "{} does not validate against format '{}'.",
                quoted(),
                format.name()
            ));
        }
        Ok(())
    }

    fn array_faults(&mut self, node: &Node, items: &[Value], say: &mut dyn FnMut(String)) -> Result<(), Exhausted> {
        count_faults("Array item count", items.len(), node.items, say);
        if let Some(other) = node.other_items
            && self.node(other)?.never
            && items.len() > node.first_items.len()
        {
            say(format!(
                "Index {} has not been defined and the schema does not allow additional items.",
                node.first_items.len() + 1
            ));
        }
        if node.unique {
            let mut seen = HashSet::new();
            for (at, item) in items.iter().enumerate() {
                let text = canonical(item);
                self.step(text.len() as u64 / 8 + 1)?;
                if !seen.insert(text) {
                    say(format!("Non-unique array item at index {at}."));
                    break;
                }
            }
        }
        if let Some((contains, counts)) = node.contains {
            let mut found = 0;
            for item in items {
                found += u64::from(self.holds(contains, item)?);
            }
            if found < counts.least.unwrap_or(1) {
                say("No items match contains.".to_owned());
            }
            if counts.most.is_some_and(|most| found > most) {
                say("Too many items match contains.".to_owned());
            }
        }
        Ok(())
    }

    fn object_faults(
        &mut self,
        node: &'c Node,
        members: &Map<String, Value>,
        add: &mut dyn FnMut((String, Option<String>)),
    ) -> Result<(), Exhausted> {
        self.step(node.required.len() as u64)?;
        let missing = |names: &[String]| -> Vec<String> {
            names
                .iter()
                .filter(|name| !members.contains_key(*name))
                .cloned()
                .collect()
        };
        let absent = missing(&node.required);
        if !absent.is_empty() {
            add((
                format!("Required properties are missing from object: {}.", absent.join(", ")),
                None,
            ));
        }
        count_faults("Object property count", members.len(), node.members, &mut |message| {
            add((message, None));
        });
        for (name, needed) in node.needing.iter().filter(|(name, _)| members.contains_key(name)) {
            let absent = missing(needed);
            if !absent.is_empty() {
                let absent = absent.join(", ");
                add((
                    format!("Dependencies for property '{name}' failed. Missing required keys: {absent}."),
                    None,
                ));
            }
        }
        let refuses = |id: &Id| self.nodes.get(*id).is_some_and(|node| node.never);
        let may_refuse = node.other_properties.as_ref().is_some_and(refuses);
        for name in members.keys() {
            if may_refuse || !node.named_like.is_empty() {
                let mut steps = self.steps;
                let ids = node.of_property(name, &mut steps)?;
                self.steps = steps;
                if ids.iter().any(|id| self.nodes.get(*id).is_some_and(|node| node.never)) {
                    let short = shortened(name);
                    let message = format!(
                        "Property '{short}' has not been defined and the schema does not allow additional properties."
                    );
                    add((message, Some(name.clone())));
                }
            }
            if let Some(names) = node.names {
                // Its address is another's soon, so that nothing must be remembered of it.
                let known = std::mem::take(&mut self.known);
                let holds = self.holds(names, &Value::from(name.as_str()));
                self.known = known;
                if !holds? {
                    add((
                        format!("Property name '{}' does not match schema.", shortened(name)),
                        Some(name.clone()),
                    ));
                }
            }
        }
        Ok(())
    }
}

fn count_faults(what: &str, count: usize, limits: Counts, say: &mut dyn FnMut(String)) {
    if let Some(limit) = limits.most.filter(|limit| count as u64 > *limit) {
        say(format!("{what} {count} exceeds maximum count of {limit}."));
    }
    if let Some(limit) = limits.least.filter(|limit| (count as u64) < *limit) {
        say(format!("{what} {count} is less than minimum count of {limit}."));
    }
}

fn number_faults(node: &Node, number: &Number, say: &mut dyn FnMut(String)) {
    let Some(value) = number.as_f64() else { return };
    let class = if number.is_f64() { "Float" } else { "Integer" };
    let exceeds = |limit: f64| format!("{class} {number} exceeds maximum value of {limit}.");
    let is_less = |limit: f64| format!("{class} {number} is less than minimum value of {limit}.");
    if let Some(limit) = node.maximum.filter(|limit| value > *limit) {
        say(exceeds(limit));
    }
    if let Some(limit) = node.minimum.filter(|limit| value < *limit) {
        say(is_less(limit));
    }
    match node.below {
        Some(limit) if value > limit => say(exceeds(limit)),
        Some(limit) if value >= limit => say(format!(
            "{class} {number} equals maximum value of {limit} and exclusive maximum is true."
        )),
        _ => {}
    }
    match node.above {
        Some(limit) if value < limit => say(is_less(limit)),
        Some(limit) if value <= limit => say(format!(
            "{class} {number} equals minimum value of {limit} and exclusive minimum is true."
        )),
        _ => {}
    }
    if let Some(step) = node.multiple_of.filter(|step| !is_multiple(value, *step)) {
        say(format!("{class} {number} is not a multiple of {step}."));
    }
}

/// Whether a number is a multiple of another, as far as binary fractions can say.
fn is_multiple(value: f64, step: f64) -> bool {
    let times = value / step;
    times.is_finite() && (times - times.round()).abs() <= f64::EPSILON * times.abs().max(1.0) * 4.0
}

fn matches(regex: &Regex, text: &str, steps: &mut u64) -> Result<bool, Exhausted> {
    let search = Search {
        stretch: (0, text.len()),
        at: 0,
        after_empty: false,
    };
    *steps = steps.checked_sub(1).ok_or(Exhausted)?;
    regex
        .find(text, search, steps)
        .map(|found| found.is_some())
        .map_err(|_| Exhausted)
}

/// Newtonsoft's name of a value's type.
fn class(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(number) if number.is_f64() => "Number",
        Value::Number(_) => "Integer",
        Value::String(_) => "String",
        Value::Array(_) => "Array",
        Value::Object(_) => "Object",
    }
}

fn is_of(value: &Value, types: u8) -> bool {
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::Number(number) => {
            let is_whole = number.as_f64().is_some_and(|number| number.fract() == 0.0);
            return types & type_bit("number") != 0 || (is_whole && types & type_bit("integer") != 0);
        }
    };
    types & type_bit(name) != 0
}

fn expected(types: u8) -> String {
    let named = TYPES.iter().enumerate().filter(|(place, _)| types & (1 << place) != 0);
    named.map(|(_, (_, name))| *name).collect::<Vec<_>>().join(", ")
}

/// Whether two values are the same, whole numbers whatever they are written like.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(_) | Value::Object(_), _) => canonical(one) == canonical(other),
        _ => one == other,
    }
}

/// A text that is the same for values that are.
fn canonical(value: &Value) -> String {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
            _ => number.to_string(),
        },
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let mut written: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), canonical(value)))
                .collect();
            written.sort_unstable();
            format!("{{{}}}", written.join(","))
        }
        other => other.to_string(),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
