//! `System.Text` and `System.Text.RegularExpressions`.

mod encoding;
mod pattern;
mod regex;
mod regex_match;
mod regex_replacement;
mod regex_static;
mod string_builder;

pub use encoding::code_page::CodePage;
pub use encoding::utf16 as utf16_encoding;
pub use regex_match::items;
pub use regex_replacement::replace_pattern;
pub use string_builder::{append_to as append_to_builder, new_builder};

use super::Class;

/// Their types.
pub const CLASSES: &[&Class] = &[
    &encoding::ASCII,
    &encoding::ENCODING,
    &encoding::UNICODE,
    &encoding::UTF32,
    &encoding::UTF8,
    &regex::REGEX,
    &regex::REGEX_OPTIONS,
    &regex_match::CAPTURE,
    &regex_match::CAPTURES,
    &regex_match::GROUP,
    &regex_match::GROUPS,
    &regex_match::MATCH,
    &regex_match::MATCHES,
    &string_builder::STRING_BUILDER,
];
