//! What endpoints for tokens answer: the token, and how long it works.

use crate::kept::Fetched;
use expression::text::Text;
use serde_json::Value;
use std::time::Duration;

/// How long a token works whose issuer does not say.
const UNSTATED: Duration = Duration::from_mins(5);

/// The token of an answer (RFC 6749, section 5.1, and Azure's variations of it); `now` is in seconds since 1970.
pub(super) fn token(answer: &Value, now: f64) -> Result<Fetched<Text>, String> {
    let token = crate::fetch::text(answer, "access_token").filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| "its answer has no `access_token`".to_owned())?;
    let lifetime = number(answer, "expires_in").or_else(|| Some(number(answer, "expires_on")? - now));
    let lifetime = lifetime.and_then(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).ok());
    Ok(kept(token.into(), lifetime.unwrap_or(UNSTATED)))
}

/// Fetched again five minutes before it expires, or after half its time; not used when it is about to expire on its way.
fn kept(value: Text, lifetime: Duration) -> Fetched<Text> {
    Fetched {
        value,
        renew_after: lifetime.saturating_sub((lifetime / 2).min(Duration::from_mins(5))),
        usable_for: Some(lifetime.saturating_sub((lifetime / 10).min(Duration::from_secs(30)))),
    }
}

/// A number, which some write as a text.
fn number(answer: &Value, name: &str) -> Option<f64> {
    let value = answer.get(name)?;
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_a_token_works() {
        for (answer, renew, usable) in [
            (r#"{"access_token":"t","expires_in":3600}"#, 3300, 3570),
            (r#"{"access_token":"t","expires_in":"3600"}"#, 3300, 3570),
            (r#"{"access_token":"t","expires_on":"1100"}"#, 50, 90),
            (r#"{"access_token":"t","expires_on":900}"#, 0, 0),
            (r#"{"access_token":"t"}"#, 150, 270),
            (r#"{"access_token":"t","expires_in":"soon"}"#, 150, 270),
        ] {
            let fetched = token(&serde_json::from_str(answer).unwrap(), 1000.0).unwrap();
            assert_eq!(fetched.renew_after.as_secs(), renew, "{answer}");
            assert_eq!(fetched.usable_for.map(|time| time.as_secs()), Some(usable), "{answer}");
        }
        for none in ["{}", r#"{"access_token":""}"#, r#"{"access_token":7}"#] {
            assert!(token(&serde_json::from_str(none).unwrap(), 0.0).is_err(), "{none}");
        }
    }
}
