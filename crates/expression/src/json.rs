//! Newtonsoft's `JToken`: a mutable tree with parents, its reader and its writer.

use crate::text::Text;

/// Under construction.
#[derive(Clone, Debug)]
pub struct JToken;

/// Why a text is not JSON, with Newtonsoft's message.
#[derive(Clone, Debug)]
pub struct JsonError {
    /// Newtonsoft's words.
    pub message: String,
}

impl JToken {
    /// Parses a text.
    pub fn parse(_text: &Text) -> Result<Self, JsonError> {
        Ok(Self)
    }

    /// A tree of the caller's own that shares this one's nodes until either is changed.
    #[must_use]
    pub fn detached_copy(&self) -> Self {
        self.clone()
    }
}
