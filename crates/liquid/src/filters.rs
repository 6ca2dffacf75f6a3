//! Filters: a row each, with an example and what it gives.
//!
//! Names are DotLiquid's in C# mode (`UrlEncode`); other spellings (`url_encode`, `urlencode`) are taken too. A missing
//! argument is nil. Never here: how filters are written in a template (`scanner`).

pub(crate) mod arithmetic;
mod dates;
mod lists;
mod texts;

use crate::value::Value;
use expression::runtime::{Fault, Runtime};
use std::fmt;

/// What a filter gives.
pub(crate) type Outcome<'v> = Result<Value<'v>, Fault>;
/// Runs a filter: its input, and its arguments.
type Run = for<'v> fn(&mut Runtime<'v>, Value<'v>, &[Value<'v>]) -> Outcome<'v>;

/// A filter.
pub(crate) struct Filter {
    /// DotLiquid's name of it.
    pub name: &'static str,
    /// A template that uses it.
    #[cfg_attr(not(test), expect(dead_code, reason = "examples are for readers, and run by tests"))]
    pub example: &'static str,
    /// What that template gives.
    #[cfg_attr(not(test), expect(dead_code, reason = "examples are for readers, and run by tests"))]
    pub shows: &'static str,
    /// Runs it.
    pub run: Run,
}

impl fmt::Debug for Filter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

/// A row of a table of filters.
const fn row(name: &'static str, example: &'static str, shows: &'static str, run: Run) -> Filter {
    Filter {
        name,
        example,
        shows,
        run,
    }
}

/// All filters.
pub(crate) fn all() -> impl Iterator<Item = &'static Filter> {
    [texts::ROWS, arithmetic::ROWS, lists::ROWS, dates::ROWS]
        .into_iter()
        .flatten()
}

/// The filter of a name, in any case, with or without underscores.
pub(crate) fn find(name: &str) -> Option<&'static Filter> {
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    let wanted = plain(name);
    all().find(|filter| plain(filter.name) == wanted)
}

/// Advice for a name that is nearly a filter's.
pub(crate) fn nearest(name: &str) -> Option<String> {
    let near = diagnostic::nearest(name, all().map(|filter| filter.name))?;
    Some(format!("did you mean `{near}`?"))
}

/// An exception of .NET's, which is written in the filter's place.
pub(crate) fn fails<T>(message: impl Into<String>) -> Result<T, Fault> {
    Err(Fault {
        message: message.into(),
        is_final: false,
    })
}

/// An argument; nil when it is missing.
pub(crate) fn argument<'v, 'a>(arguments: &'a [Value<'v>], index: usize) -> &'a Value<'v> {
    arguments.get(index).unwrap_or(&Value::Nil)
}
