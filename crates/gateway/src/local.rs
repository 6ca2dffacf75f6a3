//! Tasks of the HTTP library on the thread of the worker whose connections they serve.
//!
//! Never here: work that goes on after a request.

use std::future::Future;

/// Runs tasks of hyper's on the worker's own thread.
#[derive(Clone, Copy)]
pub struct Local;

impl<F: Future + 'static> hyper::rt::Executor<F> for Local {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(async move {
            future.await;
        });
    }
}
