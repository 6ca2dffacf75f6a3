//! Time that passes and work that goes on by itself, as the gateway gives them to policies.
//!
//! Never here: which clock, which executor; what is waited for.

use crate::LocalFuture;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// What drives the exchanges of a thread, so that tests need not wait.
pub trait Runtime {
    /// Ready when this time has passed. No time at all lets other exchanges go on before this one.
    fn sleep(&self, time: Duration) -> LocalFuture<'static, ()>;

    /// Has a task go on beside the exchange and after it. `false`: as many as may are under way, and it was dropped.
    fn spawn(&self, task: LocalFuture<'static, ()>) -> bool;
}

/// What `future` gives, or nothing when the time is over first.
pub(crate) async fn within<T>(runtime: &dyn Runtime, time: Duration, future: impl Future<Output = T>) -> Option<T> {
    let (mut future, mut over) = (pin!(future), runtime.sleep(time));
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => over.as_mut().poll(context).map(|()| None),
    })
    .await
}
