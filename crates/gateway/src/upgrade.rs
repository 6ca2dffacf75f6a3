//! Connections that stop speaking HTTP (`101 Switching Protocols`): both sides' bytes pass as they are.
//!
//! Never here: WebSocket frames.

use crate::ticker::Alarm;
use crate::visit::Visit;
use http::Extensions;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use policy::ResponseMessage;
use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Two connections that will have switched protocols once the `101` has been sent.
#[derive(Clone)]
pub struct Switching {
    client: OnUpgrade,
    upstream: OnUpgrade,
}

/// Keeps both connections with the reply to a call that was answered by `101`.
pub fn keep(call: &mut Extensions, reply: &mut Extensions) {
    if let (Some(client), Some(upstream)) = (call.remove(), reply.remove()) {
        reply.insert(Switching { client, upstream });
    }
}

/// Joins the client's connection and the upstream's. Without both the response is no `101`.
/// They are closed when nothing has come from either side for `idle`.
pub fn splice(alarm: Alarm, idle: Duration, visit: Rc<Visit>, response: &mut ResponseMessage) {
    let Some(Switching { client, upstream }) = response.extensions.remove() else {
        response.status = http::StatusCode::BAD_GATEWAY;
        return;
    };
    tokio::task::spawn_local(async move {
        if let (Ok(client), Ok(upstream)) = tokio::join!(client, upstream) {
            join(client, upstream, alarm, idle).await;
        }
        // Until here it is one of the open connections: one that counts, and that a gateway which stops waits for.
        drop(visit);
    });
}

async fn join(client: Upgraded, upstream: Upgraded, alarm: Alarm, idle: Duration) {
    let (client_read, client_write) = tokio::io::split(TokioIo::new(client));
    let (upstream_read, upstream_write) = tokio::io::split(TokioIo::new(upstream));
    let moved = Cell::new(0_u64);
    let mut both = pin!(async {
        tokio::join!(
            copy(client_read, upstream_write, &moved),
            copy(upstream_read, client_write, &moved)
        )
    });
    loop {
        let before = moved.get();
        if alarm.limit(idle, both.as_mut()).await.is_some() || moved.get() == before {
            return;
        }
    }
}

/// Copies until the end, which it passes on, so that either side may stop speaking first.
async fn copy(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, moved: &Cell<u64>) {
    let mut buffer = vec![0; 16 << 10];
    loop {
        let length = from.read(&mut buffer).await.unwrap_or(0);
        let Some(bytes) = buffer.get(..length).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        if to.write_all(bytes).await.is_err() {
            return;
        }
        moved.set(moved.get() + 1);
    }
    // The other side may be gone already.
    let _ = to.shutdown().await;
}
