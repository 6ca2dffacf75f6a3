//! Whether a token is accepted: who signed it, when it is valid, who issued it and for whom, what it claims.

use super::claims::RequiredClaims;
use super::idx;
use super::keys::DecryptionKeys;
use super::rejection::Rejection;
use super::skew::Skew;
use crate::exchange::{Clock, Exchange};
use crate::failure::Failure;
use crate::openid::Issuer;
use crate::value::Value;
use expression::date::UNIX_EPOCH_TICKS;
use expression::library::{Jwt, parse_jwt};
use expression::text::Text;
use jose::{Compact, Key, Malformed, Signed};
use std::borrow::Cow;
use std::rc::Rc;

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

/// Whose tokens are accepted.
#[derive(Default)]
pub(crate) struct Trusted {
    /// Configurations of issuers.
    pub configurations: Vec<Text>,
    /// Names of issuers beside those of the configurations.
    pub issuers: Vec<Text>,
    /// Keys beside those of the configurations.
    pub keys: Vec<Key>,
}

/// What became of a signature.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Signed,
    /// The key that it asks for is there and has not signed it.
    Forged,
    /// The key that it asks for is not there, or it asks for none, and no other has signed it.
    Unknown,
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
        if !signed.is_unsigned() || self.requires_signature.get(exchange)? {
            let mut vouching = vouching(exchange, trusted, &jwt).await;
            if let Err(rejection) = vouching.check(exchange, &signed).await {
                return Ok(Err(rejection));
            }
        }
        self.check(exchange, &jwt, trusted)
            .await
            .map(|checked| checked.map(|()| jwt))
    }

    async fn check(&self, exchange: &Exchange, jwt: &Jwt, trusted: &Trusted) -> Result<Result<(), Rejection>, Failure> {
        let now = seconds_now(&*exchange.services.clock);
        let requires_expiration = self.requires_expiration.get(exchange)?;
        if let Err(rejection) = lifetime(jwt, now, self.skew.get(exchange)?, requires_expiration) {
            return Ok(Err(rejection));
        }
        if let Err(rejection) = self.check_audience(exchange, jwt)? {
            return Ok(Err(rejection));
        }
        if let Err(rejection) = check_issuer(exchange, jwt, trusted).await {
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

/// Keys that may speak for a token's issuer.
struct Vouching<'t> {
    keys: &'t [Key],
    issuers: Vec<(&'t Text, Rc<Issuer>)>,
    /// The first configuration that nothing is known of.
    absent: Option<&'t Text>,
}

/// The keys of an issuer sign for that issuer: another one's do not make its tokens.
async fn vouching<'t>(exchange: &Exchange, trusted: &'t Trusted, jwt: &Jwt) -> Vouching<'t> {
    let known = known(exchange, trusted).await;
    let is_absent = |url: &&Text| known.iter().all(|(known, _)| known != url);
    let absent = trusted.configurations.iter().find(is_absent);
    let is_listed = jwt
        .values("iss")
        .first()
        .is_some_and(|iss| trusted.issuers.contains(iss));
    let own: Vec<_> = known.iter().filter(|(_, issuer)| names(issuer, jwt)).cloned().collect();
    Vouching {
        keys: &trusted.keys,
        // Without one that has issued it the issuer is refused later, with a better reason.
        issuers: if is_listed || own.is_empty() { known } else { own },
        absent,
    }
}

async fn known<'t>(exchange: &Exchange, trusted: &'t Trusted) -> Vec<(&'t Text, Rc<Issuer>)> {
    let mut known = Vec::with_capacity(trusted.configurations.len());
    for url in &trusted.configurations {
        if let Ok(issuer) = exchange.services.issuers.get(&exchange.services, url).await {
            known.push((url, issuer));
        }
    }
    known
}

fn names(issuer: &Issuer, jwt: &Jwt) -> bool {
    let tenant = jwt.values("tid").first().map(Text::as_str);
    jwt.values("iss")
        .first()
        .is_some_and(|iss| issuer.is_called(iss, tenant))
}

impl Vouching<'_> {
    async fn check(&mut self, exchange: &Exchange, signed: &Signed<'_>) -> Result<(), Rejection> {
        if signed.is_unsigned() {
            return Err(idx::unsigned());
        }
        let mut verdict = self.verdict(signed);
        if verdict == Verdict::Unknown && self.renew(exchange).await {
            verdict = self.verdict(signed);
        }
        match (verdict, signed.header.key_id.as_deref(), self.absent) {
            (Verdict::Signed, _, _) => Ok(()),
            (Verdict::Forged, id, _) => Err(idx::signature_invalid(id.unwrap_or_default())),
            (Verdict::Unknown, _, Some(url)) => Err(idx::configuration_unknown(url)),
            (Verdict::Unknown, _, None) if self.keys().next().is_none() => Err(idx::no_keys()),
            (Verdict::Unknown, Some(id), None) => Err(idx::key_not_found(id)),
            (Verdict::Unknown, None, None) => {
                let names: Vec<&str> = self.keys().map(name).collect();
                Err(idx::signed_by_none(&names))
            }
        }
    }

    fn keys(&self) -> impl Iterator<Item = &Key> {
        self.keys
            .iter()
            .chain(self.issuers.iter().flat_map(|(_, issuer)| &issuer.keys))
    }

    /// The key of the name that the token asks for, or else any of them.
    fn verdict(&self, signed: &Signed<'_>) -> Verdict {
        let is_asked_for = |key: &&Key| signed.header.key_id.is_some() && key.id == signed.header.key_id;
        let is_known = self.keys().any(|key| is_asked_for(&key));
        let mut candidates = self.keys().filter(|key| !is_known || is_asked_for(key));
        if candidates.any(|key| signed.is_signed_by(key)) {
            Verdict::Signed
        } else if is_known {
            Verdict::Forged
        } else {
            Verdict::Unknown
        }
    }

    /// Fetches the keys of those issuers again; whether there are others now.
    async fn renew(&mut self, exchange: &Exchange) -> bool {
        let mut is_renewed = false;
        for (url, issuer) in &mut self.issuers {
            if let Some(newer) = exchange.services.issuers.renew(&exchange.services, url).await {
                *issuer = newer;
                is_renewed = true;
            }
        }
        is_renewed
    }
}

/// A token whose issuer nobody restricts is accepted from anyone who has the key.
async fn check_issuer(exchange: &Exchange, jwt: &Jwt, trusted: &Trusted) -> Result<(), Rejection> {
    if trusted.issuers.is_empty() && trusted.configurations.is_empty() {
        return Ok(());
    }
    let own = jwt.values("iss").first();
    let is_listed = own.is_some_and(|iss| trusted.issuers.contains(iss));
    if is_listed {
        return Ok(());
    }
    let known = known(exchange, trusted).await;
    if known.iter().any(|(_, issuer)| names(issuer, jwt)) {
        return Ok(());
    }
    let listed = trusted.issuers.iter().map(Text::as_str);
    let valid: Vec<&str> = listed
        .chain(known.iter().map(|(_, issuer)| issuer.name.as_str()))
        .collect();
    Err(idx::issuer(own.map(Text::as_str), &valid))
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
    let tried = || keys.into_iter().flatten().map(name).collect::<Vec<_>>();
    let content = content.ok_or_else(|| idx::undecryptable(&tried()))?;
    let content = String::from_utf8(content).map_err(|_| idx::malformed("what is encrypted is no text"))?;
    if content.trim_start().starts_with('{') {
        return Ok(Cow::Owned(jose::unsigned(&content)));
    }
    Ok(Cow::Owned(content))
}

/// What messages call a key.
fn name(key: &Key) -> &str {
    key.id.as_deref().unwrap_or("(no kid)")
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
