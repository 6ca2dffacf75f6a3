//! Issuers of tokens as `OpenID` Connect Discovery describes them: their name and their keys, fetched and kept.
//!
//! A configuration and its keys are fetched through the gateway's upstreams when a token first needs them, again after
//! 50 minutes, and when a token names a key that is not there, at most every five seconds. While the issuer is away the
//! last good keys keep working. Never here: what tokens say.

use crate::exchange::Services;
use crate::fetch::{Reach, Wanted, shown, text};
use crate::kept::{Fetch, Fetched, Kept, Outcome};
use crate::token::public_key;
use expression::text::Text;
use jose::Key;
use std::rc::Rc;
use std::time::Duration;

/// APIM keeps them for an hour; fetched again before that, nobody waits for it.
const RENEW_AFTER: Duration = Duration::from_mins(50);

/// An issuer.
pub(crate) struct Issuer {
    /// `iss` of its tokens; `{tenantid}` in it stands for a token's `tid`. Empty: it does not say.
    pub name: String,
    /// Its keys.
    pub keys: Vec<Key>,
}

/// A worker's issuers, by the URLs of their configurations.
#[derive(Default)]
pub struct Issuers(Kept<Issuer>);

impl Issuers {
    /// An issuer, or why it is not known.
    pub(crate) async fn get(&self, services: &Rc<Services>, url: &Text) -> Outcome<Issuer> {
        self.0.get(services, url, || fetch(services, url)).await
    }

    /// An issuer, if it is known by now.
    pub(crate) fn at_hand(&self, services: &Rc<Services>, url: &Text) -> Option<Rc<Issuer>> {
        self.0.at_hand(services, url, || fetch(services, url))
    }

    /// The issuer with newer keys; `None` when there are none, or somebody asked just now.
    pub(crate) async fn renew(&self, services: &Rc<Services>, url: &Text) -> Option<Rc<Issuer>> {
        self.0.renew(services, url, || fetch(services, url)).await
    }
}

impl Issuer {
    /// Whether a token of this issuer with this `tid` has this `iss`.
    pub fn is_called(&self, iss: &str, tenant: Option<&str>) -> bool {
        !self.name.is_empty()
            && match self.name.split_once("{tenantid}") {
                None => self.name == iss,
                Some((before, after)) => tenant.is_some_and(|tenant| {
                    let rest = iss.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
                    !tenant.is_empty() && rest == Some(tenant)
                }),
            }
    }
}

fn fetch(services: &Rc<Services>, url: &Text) -> Fetch<Issuer> {
    let (services, url) = (Rc::clone(services), url.clone());
    Box::pin(async move {
        let issuer = issuer(&services, &url).await;
        if let Err(error) = &issuer {
            let url = shown(&url);
            tracing::error!(
                url,
                error,
                "the keys of an issuer of tokens cannot be fetched; known ones keep working"
            );
        }
        issuer.map(|value| Fetched {
            value,
            renew_after: RENEW_AFTER,
            usable_for: None,
        })
    })
}

async fn issuer(services: &Services, url: &str) -> Result<Issuer, String> {
    let here = shown(url);
    let failed = |error| format!("{here}: {error}");
    let configuration = Wanted::get(url).json(Reach::of(services)).await.map_err(failed)?;
    let place = text(&configuration, "jwks_uri").ok_or_else(|| format!("{here}: it has no `jwks_uri`"))?;
    if url.starts_with("https:") && !place.starts_with("https:") {
        return Err(format!("{here}: its `jwks_uri` is not https"));
    }
    let there = shown(place);
    let failed = |error| format!("{there}: {error}");
    let (status, body) = Wanted::get(place).fetch(Reach::of(services)).await.map_err(failed)?;
    let keys = jose::key_set(&body, public_key).filter(|keys| status.is_success() && !keys.is_empty());
    Ok(Issuer {
        name: text(&configuration, "issuer").unwrap_or_default().to_owned(),
        keys: keys.ok_or_else(|| format!("{there}: it answered {} without usable keys", status.as_u16()))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_of_many_tenants_is_called_after_the_tokens_one() {
        let issuer = |name: &str| Issuer {
            name: name.to_owned(),
            keys: Vec::new(),
        };
        for (name, iss, tenant, expected) in [
            ("https://i", "https://i", None, true),
            ("https://i", "https://i/", None, false),
            ("https://i/{tenantid}/v2.0", "https://i/t/v2.0", Some("t"), true),
            ("https://i/{tenantid}/v2.0", "https://i/t/v2.0", Some("u"), false),
            ("https://i/{tenantid}/v2.0", "https://i/t/v2.0", None, false),
            ("https://i/{tenantid}/v2.0", "https://i//v2.0", Some(""), false),
            ("", "", None, false),
        ] {
            assert_eq!(issuer(name).is_called(iss, tenant), expected, "{name} {iss}");
        }
    }
}
