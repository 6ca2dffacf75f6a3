//! Whether a token is accepted: who signed it, when it is valid, who issued it and for whom, what it claims.

use super::claims::RequiredClaims;
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
use jose::{Compact, Key, Signed};
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
    /// The key that it asks for is not there.
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
            return Ok(Err(Rejection::invalid("JWT is malformed.")));
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
        let is_for_anyone = self.audiences.is_empty() && self.applications.is_empty();
        if !is_for_anyone && !self.is_for_us(exchange, jwt)? {
            let what = format!("JWT audience {} is not allowed.", list(jwt.values("aud")));
            return Ok(Err(Rejection::denied("TokenAudienceNotAllowed", what)));
        }
        if !is_issuer_allowed(exchange, jwt, trusted).await {
            let what = format!("JWT issuer {} is not allowed.", list(jwt.values("iss")));
            return Ok(Err(Rejection::denied("TokenIssuerNotAllowed", what)));
        }
        self.claims.check(jwt, exchange)
    }

    fn is_for_us(&self, exchange: &Exchange, jwt: &Jwt) -> Result<bool, Failure> {
        for audience in &self.audiences {
            let audience = audience.get(exchange)?;
            if jwt.values("aud").contains(&audience) {
                return Ok(true);
            }
        }
        for application in &self.applications {
            let application = application.get(exchange)?;
            let is_own = |audience: &Text| {
                let id = audience.strip_prefix("api://").unwrap_or(audience);
                audience == &application || id == application.as_str()
            };
            if jwt.values("aud").iter().any(is_own) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Keys that may speak for a token's issuer.
struct Vouching<'t> {
    keys: &'t [Key],
    issuers: Vec<(&'t Text, Rc<Issuer>)>,
    /// Configurations that nothing is known of.
    absent: bool,
}

/// The keys of an issuer sign for that issuer: another one's do not make its tokens.
async fn vouching<'t>(exchange: &Exchange, trusted: &'t Trusted, jwt: &Jwt) -> Vouching<'t> {
    let known = known(exchange, trusted).await;
    let absent = known.len() < trusted.configurations.len();
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
            return Err(Rejection::denied("TokenSignatureInvalid", "JWT is not signed."));
        }
        let mut verdict = self.verdict(signed);
        if verdict == Verdict::Unknown && self.renew(exchange).await {
            verdict = self.verdict(signed);
        }
        match verdict {
            Verdict::Signed => Ok(()),
            Verdict::Forged => Err(Rejection::denied("TokenSignatureInvalid", "JWT signature is invalid.")),
            Verdict::Unknown => {
                let id = signed.header.key_id.as_deref().unwrap_or("(none)");
                let why = if self.absent {
                    " The keys of an issuer could not be fetched."
                } else {
                    ""
                };
                let what = format!("JWT signature key was not found, key id {id}.{why}");
                Err(Rejection::denied("TokenSignatureKeyNotFound", what))
            }
        }
    }

    /// The key of the name that the token asks for, or else any of them.
    fn verdict(&self, signed: &Signed<'_>) -> Verdict {
        let all = || {
            self.keys
                .iter()
                .chain(self.issuers.iter().flat_map(|(_, issuer)| &issuer.keys))
        };
        let is_asked_for = |key: &&Key| signed.header.key_id.is_some() && key.id == signed.header.key_id;
        let is_known = all().any(|key| is_asked_for(&key));
        let mut candidates = all().filter(|key| !is_known || is_asked_for(key));
        if candidates.any(|key| signed.is_signed_by(key)) {
            Verdict::Signed
        } else if is_known || self.issuers.is_empty() && !self.keys.is_empty() && !self.absent {
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
async fn is_issuer_allowed(exchange: &Exchange, jwt: &Jwt, trusted: &Trusted) -> bool {
    if trusted.issuers.is_empty() && trusted.configurations.is_empty() {
        return true;
    }
    let listed = jwt
        .values("iss")
        .first()
        .is_some_and(|iss| trusted.issuers.contains(iss));
    listed
        || known(exchange, trusted)
            .await
            .iter()
            .any(|(_, issuer)| names(issuer, jwt))
}

/// The signed token: itself, or what is inside of an encrypted one. Content that is no token counts as an unsigned one.
fn opened<'t>(token: &'t str, keys: [&[Key]; 2]) -> Result<Cow<'t, str>, Rejection> {
    let encrypted = match Compact::parse(token) {
        Ok(Compact::Signed(_)) => return Ok(Cow::Borrowed(token)),
        Ok(Compact::Encrypted(encrypted)) => encrypted,
        Err(malformed) => return Err(Rejection::invalid(format!("JWT is malformed: {malformed}."))),
    };
    let content = keys.into_iter().flatten().find_map(|key| encrypted.decrypt(key));
    let content = content.ok_or_else(|| Rejection::invalid("JWT could not be decrypted."))?;
    let content = String::from_utf8(content).map_err(|_| Rejection::invalid("JWT is malformed."))?;
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
            let malformed = || Rejection::invalid(format!("JWT claim {name} is no time."));
            seconds.map(Some).ok_or_else(malformed)
        }
    };
    let (expires, starts) = (moment("exp")?, moment("nbf")?);
    match expires {
        None if requires_expiration => return Err(Rejection::invalid("JWT has no expiration time.")),
        Some(expires) if now > expires + skew => {
            return Err(Rejection::denied("TokenExpired", "JWT is expired."));
        }
        _ => {}
    }
    if starts.is_some_and(|starts| now < starts - skew) {
        return Err(Rejection::invalid("JWT is not valid yet."));
    }
    Ok(())
}

/// Seconds since 1970.
pub(crate) fn seconds_now(clock: &dyn Clock) -> f64 {
    (clock.ticks() - UNIX_EPOCH_TICKS) as f64 / 1e7
}

fn list(values: &[Text]) -> String {
    let values: Vec<&str> = values.iter().map(Text::as_str).collect();
    values.join(", ")
}
