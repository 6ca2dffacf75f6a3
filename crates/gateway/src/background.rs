//! Time that passes for policies, and what they leave to be done in the background, on a worker's own thread.
//!
//! Never here: what is done.

use policy::{LocalFuture, Runtime};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Tasks in the background of one worker at most; each may hold a body that is kept.
const MOST: usize = 256;

/// A worker's background.
pub struct Background {
    room: Arc<Semaphore>,
}

impl Background {
    /// Nothing is under way.
    pub fn new() -> Self {
        Self {
            room: Arc::new(Semaphore::new(MOST)),
        }
    }

    /// Whether something is under way.
    pub fn is_busy(&self) -> bool {
        self.room.available_permits() < MOST
    }
}

impl Runtime for Background {
    fn sleep(&self, time: Duration) -> LocalFuture<'static, ()> {
        if time.is_zero() {
            return Box::pin(tokio::task::yield_now());
        }
        Box::pin(tokio::time::sleep(time))
    }

    fn spawn(&self, task: LocalFuture<'static, ()>) -> bool {
        let Ok(place) = Arc::clone(&self.room).try_acquire_owned() else {
            return false;
        };
        tokio::task::spawn_local(async move {
            task.await;
            drop(place);
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "local")]
    async fn there_is_room_for_so_many_and_again_for_one_when_one_is_done() {
        let background = Background::new();
        let (end, ended) = tokio::sync::watch::channel(false);
        let task = || -> LocalFuture<'static, ()> {
            let mut ended = ended.clone();
            Box::pin(async move { drop(ended.changed().await) })
        };
        assert!((0..MOST).all(|_| background.spawn(task())));
        assert!(!background.spawn(task()));
        end.send_replace(true);
        while background.is_busy() {
            background.sleep(Duration::ZERO).await;
        }
        assert!(background.spawn(task()));
    }
}
