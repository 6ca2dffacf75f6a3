//! Who vouches for a token: whose keys may have signed it, and whether it comes from whom it says.
//!
//! The keys of an issuer sign for that issuer: another one's do not make its tokens. An issuer that is away holds up
//! only tokens that may be its own. What is known of the issuers is asked once for a token, so that both questions have
//! the same answer. Never here: fetching keys, cryptography, what else a token says.

use super::idx;
use super::rejection::Rejection;
use crate::exchange::Exchange;
use crate::openid::Issuer;
use expression::library::Jwt;
use expression::text::Text;
use futures_util::future::join_all;
use jose::{Key, Signed};
use std::rc::Rc;

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

/// Who may vouch for a token.
pub(super) struct Vouching<'t> {
    exchange: &'t Exchange,
    trusted: &'t Trusted,
    jwt: &'t Jwt,
    /// The issuers that are known, by their configurations.
    known: Vec<(&'t Text, Rc<Issuer>)>,
    /// Whether those that are not known could not be fetched.
    is_all: bool,
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

impl<'t> Vouching<'t> {
    /// For this token; waits for issuers only if none that is at hand is its own.
    pub async fn of(exchange: &'t Exchange, trusted: &'t Trusted, jwt: &'t Jwt) -> Self {
        let services = &exchange.services;
        let at_hand = |url: &'t Text| Some((url, services.issuers.at_hand(services, url)?));
        let known: Vec<_> = trusted.configurations.iter().filter_map(at_hand).collect();
        let mut vouching = Self {
            is_all: known.len() == trusted.configurations.len(),
            exchange,
            trusted,
            jwt,
            known,
        };
        if !vouching.is_listed() && !vouching.is_known() {
            vouching.wait_for_all().await;
        }
        vouching
    }

    async fn wait_for_all(&mut self) {
        if self.is_all {
            return;
        }
        let services = &self.exchange.services;
        let fetch = async |url: &'t Text| Some((url, services.issuers.get(services, url).await.ok()?));
        let fetched = join_all(self.trusted.configurations.iter().map(fetch)).await;
        self.known = fetched.into_iter().flatten().collect();
        self.is_all = true;
    }

    /// Whether the document names the token's issuer.
    fn is_listed(&self) -> bool {
        let own = self.jwt.values("iss").first();
        own.is_some_and(|own| self.trusted.issuers.contains(own))
    }

    /// Whether the configuration of the token's issuer is known.
    fn is_known(&self) -> bool {
        self.known.iter().any(|(_, issuer)| is_from(self.jwt, issuer))
    }

    /// A token whose issuer nobody restricts is accepted from anyone who has the key.
    pub fn check_issuer(&self) -> Result<(), Rejection> {
        let is_open = self.trusted.issuers.is_empty() && self.trusted.configurations.is_empty();
        if is_open || self.is_listed() || self.is_known() {
            return Ok(());
        }
        let listed = self.trusted.issuers.iter().map(Text::as_str);
        let known = self.known.iter().map(|(_, issuer)| issuer.name.as_str());
        let valid: Vec<&str> = listed.chain(known).collect();
        Err(idx::issuer(self.jwt.values("iss").first().map(Text::as_str), &valid))
    }

    /// Whether one of the keys has signed it; those of issuers are fetched again if it names one that is not there.
    pub async fn check_signature(&mut self, signed: &Signed<'_>) -> Result<(), Rejection> {
        if signed.is_unsigned() {
            return Err(idx::unsigned());
        }
        let mut verdict = self.verdict(signed);
        if verdict == Verdict::Unknown && !self.is_all {
            self.wait_for_all().await;
            verdict = self.verdict(signed);
        }
        if verdict == Verdict::Unknown && self.renew().await {
            verdict = self.verdict(signed);
        }
        match (verdict, signed.header.key_id.as_deref()) {
            (Verdict::Signed, _) => Ok(()),
            (Verdict::Forged, id) => Err(idx::signature_invalid(id.unwrap_or_default())),
            (Verdict::Unknown, id) => Err(self.nobody(id)),
        }
    }

    /// No key has signed it.
    fn nobody(&self, id: Option<&str>) -> Rejection {
        let is_absent = |url: &&Text| self.known.iter().all(|(known, _)| known != url);
        if let Some(url) = self.trusted.configurations.iter().find(is_absent) {
            return idx::configuration_unknown(url);
        }
        let names: Vec<&str> = self.keys().map(idx::key_name).collect();
        match id {
            _ if names.is_empty() => idx::no_keys(),
            Some(id) => idx::key_not_found(id),
            None => idx::signed_by_none(&names),
        }
    }

    /// Whether the keys of an issuer may have signed the token.
    fn may_sign(&self, issuer: &Issuer) -> bool {
        // Without one that has issued it the issuer is refused later, with a better reason.
        self.is_listed() || !self.is_known() || is_from(self.jwt, issuer)
    }

    fn keys(&self) -> impl Iterator<Item = &Key> {
        let issuers = self.known.iter().map(|(_, issuer)| &**issuer);
        let issuers = issuers.filter(|issuer| self.may_sign(issuer));
        self.trusted.keys.iter().chain(issuers.flat_map(|issuer| &issuer.keys))
    }

    /// The key of the name that the token asks for, or else any of them.
    fn verdict(&self, signed: &Signed<'_>) -> Verdict {
        let keys: Vec<&Key> = self.keys().collect();
        let is_asked_for = |key: &Key| signed.header.key_id.is_some() && key.id == signed.header.key_id;
        let is_there = keys.iter().any(|key| is_asked_for(key));
        let mut candidates = keys.iter().filter(|key| !is_there || is_asked_for(key));
        if candidates.any(|key| signed.is_signed_by(key)) {
            Verdict::Signed
        } else if is_there {
            Verdict::Forged
        } else {
            Verdict::Unknown
        }
    }

    /// Fetches the keys of those issuers again; whether there are others now.
    async fn renew(&mut self) -> bool {
        let services = &self.exchange.services;
        let mut is_renewed = false;
        for at in 0..self.known.len() {
            let Some((url, issuer)) = self.known.get(at).cloned() else {
                continue;
            };
            if !self.may_sign(&issuer) {
                continue;
            }
            if let Some(newer) = services.issuers.renew(services, url).await
                && let Some(known) = self.known.get_mut(at)
            {
                *known = (url, newer);
                is_renewed = true;
            }
        }
        is_renewed
    }
}

fn is_from(jwt: &Jwt, issuer: &Issuer) -> bool {
    let tenant = jwt.values("tid").first().map(Text::as_str);
    let own = jwt.values("iss").first();
    own.is_some_and(|iss| issuer.is_called(iss, tenant))
}
