//! `System.Net`

mod web_utility;

pub use web_utility::{percent_decode, url_decode, url_encode};

use super::Class;

/// Its types.
pub const CLASSES: &[&Class] = &[&web_utility::WEB_UTILITY];
