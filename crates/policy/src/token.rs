//! Tokens that clients present: where they are, whose they are, what they must claim. `validate-jwt` and
//! `validate-azure-ad-token` say which of it they want.
//!
//! Never here: fetching issuers' keys, cryptography.

mod claims;
pub(crate) mod entra;
mod idx;
mod keys;
#[cfg(test)]
pub(crate) mod minted;
mod presented;
mod rejection;
mod skew;
mod validation;
mod vouching;

pub(crate) use claims::{RequiredClaims, missing_claims, value_mismatch};
pub(crate) use idx::SEGMENTS;
pub(crate) use keys::{DecryptionKeys, InlineKeys, public_key};
pub(crate) use presented::Presented;
pub(crate) use rejection::{Refusal, Rejection};
pub(crate) use skew::Skew;
pub(crate) use validation::{Validation, seconds_now};
pub(crate) use vouching::Trusted;
