//! `Newtonsoft.Json` and `Newtonsoft.Json.Linq`.

mod array;
mod comparer;
mod constructor;
mod container;
mod convert;
mod host_objects;
mod json_convert;
mod linq_extensions;
mod merge_settings;
mod object;
mod options;
mod property;
mod serializer;
mod settings;
mod text_reader;
mod to_object;
mod token;
mod value;

pub use comparer::{compares_tokens, token_comparer};
pub use convert::read_as;
pub use token::{keep, read_through};
pub use value::{compared, content, scalar_value};

use super::Class;

pub use options::CLASSES as OPTIONS;

/// Their types.
pub const CLASSES: &[&Class] = &[
    &array::JARRAY,
    &comparer::TOKEN_COMPARER,
    &constructor::JCONSTRUCTOR,
    &container::JCONTAINER,
    &json_convert::JSON_CONVERT,
    &linq_extensions::EXTENSIONS,
    &merge_settings::ARRAY_HANDLING,
    &merge_settings::NULL_HANDLING,
    &merge_settings::MERGE_SETTINGS,
    &object::JOBJECT,
    &property::JPROPERTY,
    &serializer::SERIALIZER,
    &serializer::SETTINGS,
    &settings::FORMATTING,
    &settings::JTOKEN_TYPE,
    &text_reader::JSON_READER,
    &text_reader::JSON_TEXT_READER,
    &text_reader::JSON_TOKEN,
    &token::JENUMERABLE,
    &token::JTOKEN,
    &value::JRAW,
    &value::JVALUE,
];
