//! Newtonsoft's `JToken` family: a mutable tree with parents, its lenient reader, its writer and its path language.
//!
//! A [`JToken`] is a handle to a node in a shared tree (`tree`, `arena`), so it aliases as a .NET reference does.
//! [`JToken::parse`] and its siblings read, [`JToken::to_text`] writes, `token` navigates, `mutation` changes, `convert`
//! holds the explicit conversions and `path` `SelectToken`. Never here: C#'s static types of all this, and
//! serialisation of other objects.

mod arena;
mod constructor;
mod convert;
mod edit;
mod equality;
mod error;
mod guid;
mod load;
mod merge;
mod mutation;
mod path;
mod position;
mod reader;
mod scalar;
mod select;
mod style;
mod token;
mod tree;
mod writer;

pub use error::{ExceptionType, JsonError};
pub use guid::{format_guid, parse_guid};
pub use merge::{ArrayHandling, MergeSettings};
pub use mutation::Content;
pub use reader::{Reader, Token};
pub use scalar::{JTokenType, Scalar};
pub use style::{DateParse, Escape, FloatFormat, MAX_DEPTH, ReadStyle, WriteStyle, Zone};
pub use token::JToken;
pub(crate) use writer::base64;
pub use writer::{Formatting, quoted};
