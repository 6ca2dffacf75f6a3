//! Subscriptions of GraphQL over WebSocket, by the protocol `graphql-transport-ws`: a connection from its handshake to
//! its end.
//!
//! Never here: what a subscription is sent of an event (the crate `policy`), the protocol's messages ([`message`]).

mod message;

use crate::worker::{Visit, Worker};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use message::{Heard, Refusal};
use policy::{Refused, Subscriber};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, interval_at, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};

/// Bytes of a client's message.
const LONGEST: usize = 256 << 10;
/// How long a client may take to say its first word.
const FIRST_WORD: Duration = Duration::from_secs(10);
/// How often a client is asked whether it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// Serves a client whose handshake is answered by `101`, once that has been sent.
pub fn serve(worker: &Worker, visit: Rc<Visit>, client: OnUpgrade, subscriber: Box<Subscriber>) {
    let (draining, patience) = (Arc::clone(&worker.draining), worker.settings.timeouts.write_stall);
    tokio::task::spawn_local(async move {
        if let Ok(upgraded) = client.await {
            let config = WebSocketConfig::default()
                .max_message_size(Some(LONGEST))
                .max_frame_size(Some(LONGEST));
            let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
            let mut session = Session {
                socket,
                subscriber,
                patience,
                has_begun: false,
                is_asked: false,
            };
            let why = session.run(&draining).await;
            session.end(why).await;
        }
        // Until here it is one of the open connections.
        drop(visit);
    });
}

struct Session {
    socket: WebSocketStream<TokioIo<Upgraded>>,
    subscriber: Box<Subscriber>,
    /// How long the client may take to take a message.
    patience: Duration,
    /// Whether it has said its first word.
    has_begun: bool,
    /// Whether it has said nothing since it was asked.
    is_asked: bool,
}

/// Why a connection ends: what the client is told, nothing where nobody listens any more.
type Ending = Option<Refusal>;

impl Session {
    async fn run(&mut self, draining: &Notify) -> Ending {
        let begun = Instant::now();
        // Whoever stops the gateway tells it once.
        let mut drained = pin!(draining.notified());
        drained.as_mut().enable();
        let mut again = interval_at(begun + KEEP_ALIVE, KEEP_ALIVE);
        loop {
            tokio::select! {
                said = self.socket.next() => {
                    self.is_asked = false;
                    let ended = match said {
                        Some(Ok(Message::Text(text))) => self.heard(&text).await,
                        Some(Ok(Message::Binary(_))) => Err(Some(Refusal::malformed())),
                        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Ok(()),
                        Some(Ok(Message::Close(_)) | Err(_)) | None => Err(None),
                    };
                    if let Err(why) = ended {
                        return why;
                    }
                }
                event = self.subscriber.event() => {
                    let Some((id, event)) = event else {
                        return Some(Refusal::slow());
                    };
                    let made = self.subscriber.made_of(&id, &event).await;
                    if let Some(made) = made
                        && let Err(why) = self.say(message::next(&id, &made)).await
                    {
                        return why;
                    }
                }
                _ = again.tick() => {
                    if std::mem::replace(&mut self.is_asked, true) {
                        return None;
                    }
                    if let Err(why) = self.say(message::PING.to_owned()).await {
                        return why;
                    }
                }
                () = sleep_until(begun + FIRST_WORD), if !self.has_begun => return Some(Refusal::silent()),
                () = &mut drained => return Some(Refusal::going_away()),
            }
        }
    }

    async fn heard(&mut self, text: &str) -> Result<(), Ending> {
        match Heard::read(text).map_err(Some)? {
            Heard::Init if self.has_begun => Err(Some(Refusal::begun_twice())),
            Heard::Init => {
                self.has_begun = true;
                self.say(message::ACK.to_owned()).await
            }
            Heard::Ping => self.say(message::PONG.to_owned()).await,
            Heard::Pong => Ok(()),
            Heard::Subscribe { .. } if !self.has_begun => Err(Some(Refusal::not_begun())),
            Heard::Subscribe { id, request } => match self.subscriber.subscribe(&id, request) {
                Ok(()) => Ok(()),
                Err(Refused::Taken) => Err(Some(Refusal::taken(&id))),
                Err(Refused::Errors(errors)) => self.say(message::error(&id, &errors)).await,
            },
            Heard::Complete { id } => {
                self.subscriber.complete(&id);
                Ok(())
            }
        }
    }

    async fn say(&mut self, text: String) -> Result<(), Ending> {
        match timeout(self.patience, self.socket.send(Message::text(text))).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(None),
        }
    }

    async fn end(mut self, why: Ending) {
        let Some(Refusal { code, reason }) = why else { return };
        let frame = CloseFrame {
            code: code.into(),
            reason: reason.into(),
        };
        // The client may be gone, or take its time.
        let _ = timeout(self.patience, async {
            if self.socket.close(Some(frame)).await.is_ok() {
                while let Some(Ok(_)) = self.socket.next().await {}
            }
        })
        .await;
    }
}
