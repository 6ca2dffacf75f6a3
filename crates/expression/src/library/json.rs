//! `Newtonsoft.Json` and `Newtonsoft.Json.Linq`.

mod array;
mod comparer;
mod container;
mod convert;
mod json_convert;
mod linq_extensions;
mod object;
mod property;
mod settings;
mod token;
mod value;

pub use comparer::{compares_tokens, token_comparer};
pub use value::{content, scalar_value};

use super::Class;

/// Their types.
pub const CLASSES: &[&Class] = &[
    &array::JARRAY,
    &comparer::TOKEN_COMPARER,
    &container::JCONTAINER,
    &json_convert::JSON_CONVERT,
    &linq_extensions::EXTENSIONS,
    &object::JOBJECT,
    &property::JPROPERTY,
    &settings::FORMATTING,
    &settings::JTOKEN_TYPE,
    &token::JENUMERABLE,
    &token::JTOKEN,
    &value::JVALUE,
];
