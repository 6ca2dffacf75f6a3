//! Compiled patterns and what is found with them.

use super::regex_match::Found;
use crate::collection::ELEMENT_BYTES;
use crate::frame::Frame;
use crate::library::{Arguments, Call, utf16};
use crate::regex::{Options, Regex, Search};
use crate::text::Text;
use crate::thrown::Thrown;
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// Compiled patterns by their text and options.
type Recent = HashMap<(Text, i32), Arc<Pattern>>;
/// How many compiled patterns are kept.
const KEPT: usize = 256;
/// Steps that the compilation of a pattern takes, before its length is counted.
const COMPILING: u64 = 1_000;
/// How long a pattern may be.
const LONGEST: usize = 64 << 10;
/// How many steps of its own one match may take.
const FUEL: u64 = 8_000_000;
/// How many of them are a step of the budget.
const FUEL_OF_STEP: u64 = 8;

/// A compiled pattern.
#[derive(Debug)]
pub struct Pattern {
    /// Its source.
    pub text: Text,
    /// `RegexOptions`
    pub options: i32,
    /// What it was compiled to.
    pub regex: Regex,
}

impl Object for Pattern {
    fn type_name(&self) -> String {
        "System.Text.RegularExpressions.Regex".to_owned()
    }
    fn display(&self) -> String {
        self.text.to_string()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Pattern {
    /// The compiled pattern, paid for where it is a new one; recent ones are kept, as .NET keeps those of its static
    /// methods.
    ///
    /// # Errors
    /// What is wrong with the pattern or the options.
    pub fn of(frame: &mut Frame<'_>, pattern: &Text, options: i32) -> Result<Arc<Self>, Thrown> {
        static RECENT: LazyLock<Mutex<Recent>> = LazyLock::new(Mutex::default);
        let key = (pattern.clone(), options);
        if let Some(known) = RECENT.lock().get(&key) {
            return Ok(Arc::clone(known));
        }
        if !Options(options).is_valid() {
            let message = "Specified argument was out of the range of valid values.";
            return Err(Thrown::out_of_range(message, "options"));
        }
        frame.step(COMPILING + 16 * pattern.len() as u64)?;
        if pattern.len() > LONGEST {
            return Err(Thrown::limit(
                "the expression was stopped: a regular expression is too long",
            ));
        }
        let invalid = |error: crate::regex::Invalid| {
            let message = format!(
                "Invalid pattern '{pattern}' at offset {}. {}",
                error.offset, error.message
            );
            Thrown::new("System.ArgumentException", message)
        };
        let regex = Regex::new(pattern, Options(options)).map_err(invalid)?;
        // The key's text may be a stretch of something large.
        let text = Text::from(pattern.as_str());
        let compiled = Arc::new(Self { text, options, regex });
        let mut recent = RECENT.lock();
        if recent.len() >= KEPT {
            recent.clear();
        }
        recent.insert((compiled.text.clone(), options), Arc::clone(&compiled));
        Ok(compiled)
    }

    /// The pattern that a static method is given: its text, and behind `options` a time limit, each if there is one.
    ///
    /// # Errors
    /// What is wrong with any of them.
    pub fn given(
        call: &mut Call<'_, '_>,
        a: Arguments<'_>,
        pattern: usize,
        options: usize,
    ) -> Result<Arc<Self>, Thrown> {
        if let Value::TimeSpan(ticks) = a.value(options + 1)
            && *ticks <= 0
            && *ticks != INFINITE
        {
            let message = "Specified argument was out of the range of valid values.";
            return Err(Thrown::out_of_range(message, "matchTimeout"));
        }
        Self::of(call.frame, a.text(pattern)?, a.int(options))
    }

    /// The pattern that an instance method is called on.
    ///
    /// # Errors
    /// `NullReferenceException`
    pub fn own(a: Arguments<'_>) -> Result<Arc<Self>, Thrown> {
        let Value::Object(object) = a.value(0) else {
            return Err(Thrown::null_reference());
        };
        (Arc::clone(object) as Arc<dyn Any + Send + Sync>)
            .downcast()
            .map_err(|_| Thrown::null_reference())
    }

    /// Where a search of a whole text begins.
    pub fn whole(&self, input: &Text) -> Search {
        Search {
            stretch: (0, input.len()),
            at: if self.regex.is_backward() { input.len() } else { 0 },
            after_empty: false,
        }
    }

    /// Where a search begins that is given a place.
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException`
    pub fn search_at(input: &Text, a: Arguments<'_>, place: usize) -> Result<Search, Thrown> {
        let at = usize::try_from(a.long(place)).ok();
        let at = at.and_then(|at| utf16::byte_offset(input, at)).ok_or_else(|| {
            Thrown::out_of_range(
                "Start index cannot be less than 0 or greater than input length.",
                "startat",
            )
        })?;
        Ok(Search {
            stretch: (0, input.len()),
            at,
            after_empty: false,
        })
    }

    /// The first match.
    ///
    /// # Errors
    /// `RegexMatchTimeoutException` when matching takes too long.
    pub fn find(
        self: &Arc<Self>,
        frame: &mut Frame<'_>,
        input: &Text,
        search: Search,
    ) -> Result<Option<Found>, Thrown> {
        let mut fuel = FUEL;
        let captures = self.regex.find(input, search, &mut fuel);
        frame.step(1 + (FUEL - fuel) / FUEL_OF_STEP)?;
        let captures = captures.map_err(|_| {
            Thrown::new(
                "System.Text.RegularExpressions.RegexMatchTimeoutException",
                "The Regex engine has timed out while trying to match a pattern to an input string.",
            )
        })?;
        let found = captures.map(|captures| Found::new(self, input, search.stretch, captures));
        let read = found.as_ref().map_or(input.len(), |found| {
            let (start, end) = found.range();
            end.abs_diff(search.at).max(start.abs_diff(search.at))
        });
        frame.read(read)?;
        Ok(found)
    }

    /// At most so many matches, one after the other.
    ///
    /// # Errors
    /// As for `find`.
    pub fn all(
        self: &Arc<Self>,
        frame: &mut Frame<'_>,
        input: &Text,
        mut search: Search,
        most: usize,
    ) -> Result<Vec<Found>, Thrown> {
        let mut found = Vec::new();
        while found.len() < most
            && let Some(next) = self.find(frame, input, search)?
        {
            frame.allocate(ELEMENT_BYTES * (2 + 2 * self.regex.groups().count()))?;
            search = next.next_search();
            found.push(next);
        }
        Ok(found)
    }
}

/// `Regex.InfiniteMatchTimeout` in ticks.
pub const INFINITE: i64 = -10_000;
