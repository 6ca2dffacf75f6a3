//! News of changed lists and resources, and its ways to clients: the streams of `subscriptions/listen` (2026-07-28), and
//! the sessions of the revisions before.
//!
//! Never here: a change itself; the fixture's lists stay as they are, only the news goes out.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use rmcp::model::ServerNotification;
use rmcp::service::{Peer, SubscriptionContext};
use rmcp::{ErrorData, RoleServer};
use serde_json::json;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::mcp::typed;

/// How much news a slow client may fall behind before it misses some.
const BACKLOG: usize = 16;

/// What may change.
#[derive(Clone, Copy)]
pub enum Change {
    /// The list of tools.
    Tools,
    /// The list of prompts.
    Prompts,
    /// The content of the resource with this URI.
    Resource(&'static str),
}

impl Change {
    fn notification(self) -> Result<ServerNotification, ErrorData> {
        typed(match self {
            Self::Tools => json!({"method": "notifications/tools/list_changed"}),
            Self::Prompts => json!({"method": "notifications/prompts/list_changed"}),
            Self::Resource(uri) => json!({"method": "notifications/resources/updated", "params": {"uri": uri}}),
        })
    }
}

/// Where all clients of this process hear of changes.
#[derive(Clone)]
pub struct Changes(broadcast::Sender<Change>);

impl Default for Changes {
    fn default() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }
}

impl Changes {
    /// Tells everybody.
    pub fn publish(&self, change: Change) {
        // Nobody listening is no failure.
        let _ = self.0.send(change);
    }

    /// Tells one `subscriptions/listen` stream until its client is gone.
    pub async fn tell(&self, context: &SubscriptionContext) -> Result<(), ErrorData> {
        let mut news = self.0.subscribe();
        loop {
            tokio::select! {
                () = context.cancelled() => return Ok(()),
                change = news.recv() => match change {
                    // The stream itself leaves out what its client did not ask for.
                    Ok(change) => drop(context.sink().send(change.notification()?).await),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return Ok(()),
                },
            }
        }
    }

    /// Tells one session until it ends; of resources only those `watched`.
    pub fn forward(&self, peer: Peer<RoleServer>, watched: Arc<Mutex<BTreeSet<String>>>) {
        let mut news = self.0.subscribe();
        tokio::spawn(async move {
            loop {
                let change = match news.recv().await {
                    Ok(change) => change,
                    Err(RecvError::Lagged(_)) => continue,
                    Err(RecvError::Closed) => return,
                };
                if let Change::Resource(uri) = change
                    && !watched.lock().unwrap_or_else(PoisonError::into_inner).contains(uri)
                {
                    continue;
                }
                let Ok(notification) = change.notification() else {
                    return;
                };
                if peer.send_notification(notification).await.is_err() {
                    return;
                }
            }
        });
    }
}
