//! `System.Net`

mod ip_address;
mod web_utility;

pub use web_utility::{html_decode, html_encode, url_decode, url_encode};

use super::Class;

/// Its types.
pub const CLASSES: &[&Class] = &[
    &ip_address::ADDRESS_FAMILY,
    &ip_address::IP_ADDRESS,
    &web_utility::WEB_UTILITY,
];
