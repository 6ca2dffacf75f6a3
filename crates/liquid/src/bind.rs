//! What templates can ask for: a message's body, the exchange, and values of variables.
//!
//! Nothing is copied that no template asks for. Never here: what a template does with it.

mod context;
mod json;
mod variable;
mod xml;

pub use self::xml::{Nil, xml};
pub(crate) use context::context;
pub use json::{json, token};
