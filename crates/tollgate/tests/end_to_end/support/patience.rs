//! Waiting with an end, so that no test hangs and none depends on how fast a machine is.

use std::fmt::Debug;
use std::future::Future;
use std::time::Duration;

/// Runs a test to its end, or fails it after this many seconds.
pub fn within(seconds: u64, test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let ended = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(seconds), test).await });
    assert!(ended.is_ok(), "the test did not end within {seconds} seconds");
}

/// How long something that must happen may take, in seconds. Generous: machines that run tests are busy.
const PATIENCE: u64 = 30;

/// The value once there is one; `what` says what was waited for in vain.
pub async fn eventually<T>(what: impl Debug, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let found = tokio::time::timeout(Duration::from_secs(PATIENCE), async {
        loop {
            if let Some(value) = probe().await {
                return value;
            }
            pause().await;
        }
    });
    found
        .await
        .unwrap_or_else(|_| panic!("waited {PATIENCE} seconds in vain for {what:?}"))
}

/// The value of `future`, which must come.
pub async fn soon<T>(what: impl Debug, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(PATIENCE), future)
        .await
        .unwrap_or_else(|_| panic!("waited {PATIENCE} seconds in vain for {what:?}"))
}

/// A moment for others to work.
pub async fn pause() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}
