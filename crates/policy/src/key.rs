//! A text that names something for all exchanges, so that it must not be missing: the key of a counter or of a cache.

use crate::value::Readable;
use expression::Target;
use expression::text::Text;
use expression::value::Value;

/// A text that is not null; the empty one is a key.
#[derive(Clone)]
pub(crate) struct Key(pub Text);

impl Readable for Key {
    const TARGET: Target = Target::Object;
    const EXPECTED: &'static str = "text that is not null";
    const KEEPS_SPACE: bool = true;
    fn from_literal(text: &str) -> Option<Self> {
        Some(Self(text.into()))
    }
    fn from_object(object: Value) -> Option<Self> {
        (!object.is_null()).then(|| Self(object.display_string()))
    }
}
