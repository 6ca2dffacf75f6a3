//! What Microsoft's library for tokens says of one that it does not accept: APIM passes that on in
//! `context.LastError.Message`, and people look for its numbers.
//!
//! Texts end where the library goes on to repeat the token. Never here: when a token is not accepted.

use super::rejection::Rejection;
use crate::fetch::shown;
use expression::date::{DateTime, DateTimeKind, UNIX_EPOCH_TICKS};
use expression::text::Text;
use jose::Key;

const INVALID_SIGNATURE: &str = "TokenInvalidSignature";
const KEY_NOT_FOUND: &str = "TokenSignatureKeyNotFound";

/// It has neither three parts nor five.
pub(super) fn segments() -> Rejection {
    Rejection::invalid(SEGMENTS)
}

/// The words of [`segments`].
pub(crate) const SEGMENTS: &str = "IDX12741: JWT must have three segments (JWS) or five segments (JWE).";

/// It has as many parts as a token, and is none.
pub(super) fn malformed(why: &str) -> Rejection {
    let message = format!("IDX12709: CanReadToken() returned false. JWT is not well formed: {why}.");
    Rejection::invalid(message)
}

/// What messages call a key.
pub(super) fn key_name(key: &Key) -> &str {
    key.id.as_deref().unwrap_or("(no kid)")
}

/// It is encrypted for none of these keys.
pub(super) fn undecryptable(keys: &[&str]) -> Rejection {
    Rejection::invalid(if keys.is_empty() {
        "IDX10609: Decryption failed. No Keys tried.".to_owned()
    } else {
        format!("IDX10603: Decryption failed. Keys tried: '{}'.", keys.join(", "))
    })
}

/// Nobody signed it.
pub(super) fn unsigned() -> Rejection {
    let message = "IDX10504: Unable to validate signature, token does not have a signature.";
    Rejection::denied(INVALID_SIGNATURE, message)
}

/// The key that it names has not signed it.
pub(super) fn signature_invalid(id: &str) -> Rejection {
    let message = format!("IDX10511: Signature validation failed. Keys tried: '{id}'. kid: '{id}'.");
    Rejection::denied(INVALID_SIGNATURE, message)
}

/// It names no key, and none of these has signed it.
pub(super) fn signed_by_none(keys: &[&str]) -> Rejection {
    let keys = keys.join(", ");
    let message = format!("IDX10503: Signature validation failed. Token does not have a kid. Keys tried: '{keys}'.");
    Rejection::denied(INVALID_SIGNATURE, message)
}

/// The key that it names is not there.
pub(super) fn key_not_found(id: &str) -> Rejection {
    let message = format!("IDX10501: Signature validation failed. Unable to match key: kid: '{id}'.");
    Rejection::denied(KEY_NOT_FOUND, message)
}

/// There are no keys.
pub(super) fn no_keys() -> Rejection {
    let message = "IDX10500: Signature validation failed. No security keys were provided to validate the signature.";
    Rejection::denied(INVALID_SIGNATURE, message)
}

/// The configuration of an issuer that may have signed it is not known.
pub(super) fn configuration_unknown(url: &str) -> Rejection {
    let message = format!("IDX20803: Unable to obtain configuration from: '{}'.", shown(url));
    Rejection::denied(KEY_NOT_FOUND, message)
}

/// It has no end.
pub(super) fn no_expiration() -> Rejection {
    let message = "IDX10225: Lifetime validation failed. The token is missing an Expiration Time. \
                   Tokentype: 'System.IdentityModel.Tokens.Jwt.JwtSecurityToken'.";
    Rejection::invalid(message)
}

/// It begins after its end.
pub(super) fn ends_first(starts: f64, expires: f64) -> Rejection {
    Rejection::invalid(format!(
        "IDX10224: Lifetime validation failed. The NotBefore (UTC): '{}' is after Expires (UTC): '{}'.",
        moment(starts),
        moment(expires)
    ))
}

/// It is not valid yet.
pub(super) fn not_yet_valid(starts: f64, now: f64) -> Rejection {
    Rejection::invalid(format!(
        "IDX10222: Lifetime validation failed. The token is not yet valid. \
         ValidFrom (UTC): '{}', Current time (UTC): '{}'.",
        moment(starts),
        moment(now)
    ))
}

/// It is no longer valid.
pub(super) fn expired(expires: f64, now: f64) -> Rejection {
    let message = format!(
        "IDX10223: Lifetime validation failed. The token is expired. \
         ValidTo (UTC): '{}', Current time (UTC): '{}'.",
        moment(expires),
        moment(now)
    );
    Rejection::denied("TokenExpired", message)
}

/// It is for none of these.
pub(super) fn audience(own: &[Text], valid: &[Text]) -> Rejection {
    let message = if own.is_empty() {
        "IDX10206: Unable to validate audience. The 'audiences' parameter is empty.".to_owned()
    } else {
        format!(
            "IDX10214: Audience validation failed. Audiences: '{}'. Did not match: \
             validationParameters.ValidAudience: '' or validationParameters.ValidAudiences: '{}'.",
            own.join(", "),
            valid.join(", ")
        )
    };
    Rejection::denied("TokenAudienceNotAllowed", message)
}

/// It comes from none of these.
pub(super) fn issuer(own: Option<&str>, valid: &[&str]) -> Rejection {
    let message = match own.filter(|own| !own.trim().is_empty()) {
        None => "IDX10211: Unable to validate issuer. The 'issuer' parameter is null or whitespace.".to_owned(),
        Some(own) => format!(
            "IDX10205: Issuer validation failed. Issuer: '{own}'. Did not match: \
             validationParameters.ValidIssuer: '' or validationParameters.ValidIssuers: '{}'.",
            valid.join(", ")
        ),
    };
    Rejection::denied("TokenIssuerNotAllowed", message)
}

/// Seconds since 1970 as .NET writes a moment in a text; those that it has no moment for as the number.
fn moment(seconds: f64) -> String {
    let ticks = UNIX_EPOCH_TICKS.saturating_add((seconds * 1e7) as i64);
    DateTime::new(ticks, DateTimeKind::Utc).map_or_else(|| seconds.to_string(), DateTime::general)
}
