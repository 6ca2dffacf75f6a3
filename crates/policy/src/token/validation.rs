//! Whether a token is accepted: who signed it, when it is valid, who issued it and for whom, what it claims.

use super::claims::RequiredClaims;
use super::idx;
use super::keys::DecryptionKeys;
use super::rejection::Rejection;
use super::skew::Skew;
use super::vouching::{Trusted, Vouching};
use crate::exchange::{Clock, Exchange};
use crate::failure::Failure;
use crate::value::Value;
use expression::date::UNIX_EPOCH_TICKS;
use expression::library::{Jwt, parse_jwt};
use expression::text::Text;
use jose::{Compact, Key, Malformed};
use std::borrow::Cow;

/// What is asked of a token whoever issued it.
pub(crate) struct Validation {
    pub requires_expiration: Value<bool>,
    pub requires_signature: Value<bool>,
    pub skew: Value<Skew>,
    pub decryption_keys: DecryptionKeys,
    pub audiences: Vec<Value<Text>>,
    /// Ids of applications that are audiences too, with `api://` before them or without.
    pub applications: Vec<Value<Text>>,
    pub claims: RequiredClaims,
}

impl Validation {
    /// The token, if it is accepted.
    pub async fn validate(
        &self,
        exchange: &Exchange,
        token: &str,
        trusted: &Trusted,
    ) -> Result<Result<Jwt, Rejection>, Failure> {
        let decryption_keys = self.decryption_keys.get(exchange)?;
        let text = match opened(token, [&decryption_keys, &trusted.keys]) {
            Ok(text) => text,
            Err(rejection) => return Ok(Err(rejection)),
        };
        let (Ok(Compact::Signed(signed)), Some(jwt)) = (Compact::parse(&text), parse_jwt(&text)) else {
            return Ok(Err(idx::malformed("its claims are no JSON object")));
        };
        let mut vouching = Vouching::of(exchange, trusted, &jwt).await;
        let may_be_unsigned = signed.is_unsigned() && !self.requires_signature.get(exchange)?;
        if !may_be_unsigned && let Err(rejection) = vouching.check_signature(&signed).await {
            return Ok(Err(rejection));
        }
        let checked = self.check(exchange, &jwt, &vouching)?;
        Ok(checked.map(|()| jwt))
    }

    fn check(&self, exchange: &Exchange, jwt: &Jwt, vouching: &Vouching<'_>) -> Result<Result<(), Rejection>, Failure> {
        let now = seconds_now(&*exchange.services.clock);
        let requires_expiration = self.requires_expiration.get(exchange)?;
        if let Err(rejection) = lifetime(jwt, now, self.skew.get(exchange)?, requires_expiration) {
            return Ok(Err(rejection));
        }
        if let Err(rejection) = self.check_audience(exchange, jwt)? {
            return Ok(Err(rejection));
        }
        if let Err(rejection) = vouching.check_issuer() {
            return Ok(Err(rejection));
        }
        self.claims.check(jwt, exchange)
    }

    fn check_audience(&self, exchange: &Exchange, jwt: &Jwt) -> Result<Result<(), Rejection>, Failure> {
        let get = |values: &[Value<Text>]| -> Result<Vec<Text>, Failure> {
            values.iter().map(|value| value.get(exchange)).collect()
        };
        let (audiences, applications) = (get(&self.audiences)?, get(&self.applications)?);
        if audiences.is_empty() && applications.is_empty() {
            return Ok(Ok(()));
        }
        let own = jwt.values("aud");
        let is_meant = |audience: &Text| {
            let id = audience.strip_prefix("api://").unwrap_or(audience);
            audiences.iter().any(|one| is_audience(one, audience))
                || applications.iter().any(|one| one == audience || one.as_str() == id)
        };
        if own.iter().any(is_meant) {
            return Ok(Ok(()));
        }
        Ok(Err(idx::audience(own, &[audiences, applications].concat())))
    }
}

/// Whether a token's audience is a wanted one; a slash at the end of either does not count, as in Microsoft's library.
fn is_audience(wanted: &str, own: &str) -> bool {
    let bare = |text: &str| text.strip_suffix('/').map(str::to_owned);
    wanted == own || bare(wanted).is_some_and(|wanted| wanted == own) || bare(own).is_some_and(|own| wanted == own)
}

/// The signed token: itself, or what is inside of an encrypted one. Content that is no token counts as an unsigned one.
fn opened<'t>(token: &'t str, keys: [&[Key]; 2]) -> Result<Cow<'t, str>, Rejection> {
    let encrypted = match Compact::parse(token) {
        Ok(Compact::Signed(_)) => return Ok(Cow::Borrowed(token)),
        Ok(Compact::Encrypted(encrypted)) => encrypted,
        Err(Malformed::Parts) => return Err(idx::segments()),
        Err(malformed) => return Err(idx::malformed(&malformed.to_string())),
    };
    let content = keys.into_iter().flatten().find_map(|key| encrypted.decrypt(key));
    let tried = || keys.into_iter().flatten().map(idx::key_name).collect::<Vec<_>>();
    let content = content.ok_or_else(|| idx::undecryptable(&tried()))?;
    let content = String::from_utf8(content).map_err(|_| idx::malformed("what is encrypted is no text"))?;
    if content.trim_start().starts_with('{') {
        return Ok(Cow::Owned(jose::unsigned(&content)));
    }
    Ok(Cow::Owned(content))
}

fn lifetime(jwt: &Jwt, now: f64, Skew(skew): Skew, requires_expiration: bool) -> Result<(), Rejection> {
    let moment = |name: &str| match jwt.values(name).first() {
        None => Ok(None),
        Some(text) => {
            let seconds = text.parse::<f64>().ok().filter(|seconds| seconds.is_finite());
            let malformed = || idx::malformed(&format!("its claim {name} is no time"));
            seconds.map(Some).ok_or_else(malformed)
        }
    };
    let (expires, starts) = (moment("exp")?, moment("nbf")?);
    if expires.is_none() && requires_expiration {
        return Err(idx::no_expiration());
    }
    if let (Some(starts), Some(expires)) = (starts, expires)
        && starts > expires
    {
        return Err(idx::ends_first(starts, expires));
    }
    if let Some(starts) = starts.filter(|starts| now < starts - skew) {
        return Err(idx::not_yet_valid(starts, now));
    }
    if let Some(expires) = expires.filter(|expires| now > expires + skew) {
        return Err(idx::expired(expires, now));
    }
    Ok(())
}

/// Seconds since 1970.
pub(crate) fn seconds_now(clock: &dyn Clock) -> f64 {
    (clock.ticks() - UNIX_EPOCH_TICKS) as f64 / 1e7
}
