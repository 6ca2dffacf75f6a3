//! The gateway's own identity towards other services: access tokens for a resource, from whoever issues them here, kept
//! until shortly before they expire.
//!
//! Never here: what a token is for.

mod answer;
mod authorizations;
mod source;

use crate::exchange::Services;
use crate::fetch::Reach;
use crate::kept::{Fetch, Kept};
pub(crate) use authorizations::Permission;
pub use authorizations::{Authorizations, KnownAuthorizations};
use expression::text::Text;
pub use source::{ClientCredentials, IdentitySource, Secret};
use std::rc::Rc;
use std::sync::Arc;

/// A worker's identity with the tokens that it has.
#[derive(Default)]
pub struct OwnIdentity {
    source: Arc<IdentitySource>,
    tokens: Kept<Text>,
}

impl OwnIdentity {
    /// With tokens from this source.
    pub fn new(source: Arc<IdentitySource>) -> Self {
        Self {
            source,
            tokens: Kept::default(),
        }
    }

    /// A token for `resource`, of the identity that has this client id where the source has several.
    pub async fn token(
        &self,
        services: &Rc<Services>,
        resource: &Text,
        client_id: Option<&Text>,
    ) -> Result<Text, Rc<str>> {
        // No id has a line break.
        let key = Text::from(format!("{resource}\n{}", client_id.map_or("", Text::as_str)));
        let fetch = || -> Fetch<Text> {
            let (source, services) = (Arc::clone(&self.source), Rc::clone(services));
            let (resource, client_id) = (resource.clone(), client_id.cloned());
            Box::pin(async move {
                let fetched = source.fetch(Reach::of(&services), &resource, client_id.as_ref()).await;
                if let Err(error) = &fetched {
                    tracing::error!(%resource, error, "there is no access token of the gateway's identity");
                }
                fetched
            })
        };
        let token = self.tokens.get(services, &key, fetch).await;
        token.map(|token| Text::clone(&token))
    }
}
