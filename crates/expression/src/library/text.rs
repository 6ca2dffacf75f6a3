//! `System.Text` and `System.Text.RegularExpressions`.

mod encoding;
mod regex;
mod regex_match;
mod string_builder;

pub use regex::replace_pattern;
pub use regex_match::items;

use super::Class;

/// Their types.
pub const CLASSES: &[&Class] = &[
    &encoding::ENCODING,
    &regex::REGEX,
    &regex::REGEX_OPTIONS,
    &regex_match::CAPTURE,
    &regex_match::GROUP,
    &regex_match::GROUPS,
    &regex_match::MATCH,
    &regex_match::MATCHES,
    &string_builder::STRING_BUILDER,
];
