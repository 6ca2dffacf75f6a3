//! Subscriptions of GraphQL over WebSocket, by the protocol `graphql-transport-ws`: a connection from its handshake to
//! its end.
//!
//! Never here: what a subscription is sent of an event (the crate `policy`), the protocol's messages ([`message`]).

mod message;

use crate::visit::Visit;
use crate::worker::Worker;
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use message::{Heard, Refusal};
use policy::{LocalFuture, Refused, Subscriber};
use std::future::pending;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::futures::Notified;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};
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
        // Whoever stops the gateway tells it once.
        let mut drained = pin!(draining.notified());
        drained.as_mut().enable();
        if let Ok(upgraded) = client.await {
            let config = WebSocketConfig::default()
                .max_message_size(Some(LONGEST))
                .max_frame_size(Some(LONGEST));
            let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
            let mut session = Session {
                socket,
                subscriber,
                patience,
                making: None,
                has_begun: false,
                is_asked: false,
            };
            let why = session.run(drained).await;
            session.end(why).await;
        }
        // Until here it is one of the open connections.
        drop(visit);
    });
}

struct Session {
    socket: WebSocketStream<TokioIo<Upgraded>>,
    subscriber: Box<Subscriber>,
    /// The event that is under way to the client.
    making: Option<Making>,
    /// How long the client may take to take a message.
    patience: Duration,
    /// Whether it has said its first word.
    has_begun: bool,
    /// Whether it has said nothing since it was asked.
    is_asked: bool,
}

/// The response that is being made of an event. Meanwhile the client is listened to.
struct Making {
    /// The subscription.
    id: Arc<str>,
    response: LocalFuture<'static, String>,
}

/// Waits until the response is made; without one, for good.
async fn made(making: &mut Option<Making>) -> String {
    match making {
        Some(making) => making.response.as_mut().await,
        None => pending().await,
    }
}

/// Why a connection ends: what the client is told, nothing where nobody listens any more.
type Ending = Option<Refusal>;

impl Session {
    async fn run(&mut self, mut drained: Pin<&mut Notified<'_>>) -> Ending {
        let begun = Instant::now();
        let mut again = interval_at(begun + KEEP_ALIVE, KEEP_ALIVE);
        // Whoever was kept from asking asks once.
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                // What a client has said counts before it is taken for gone.
                biased;
                () = &mut drained => return Some(Refusal::going_away()),
                () = sleep_until(begun + FIRST_WORD), if !self.has_begun => return Some(Refusal::silent()),
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
                made = made(&mut self.making) => {
                    let id = self.making.take().map(|making| making.id).unwrap_or_default();
                    if let Err(why) = self.say(message::next(&id, &made)).await {
                        return why;
                    }
                }
                event = self.subscriber.event(), if self.making.is_none() => {
                    let Some((id, event)) = event else {
                        return Some(Refusal::slow());
                    };
                    let response = self.subscriber.made_of(&id, event);
                    self.making = response.map(|response| Making { id, response });
                }
                _ = again.tick() => {
                    if std::mem::replace(&mut self.is_asked, true) {
                        return None;
                    }
                    if let Err(why) = self.say(message::PING.to_owned()).await {
                        return why;
                    }
                }
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
            Heard::Subscribe { id, request } => match self.subscriber.subscribe(&id, request, text.len() as u64) {
                Ok(()) => Ok(()),
                Err(Refused::Taken) => Err(Some(Refusal::taken(&id))),
                Err(Refused::Errors(errors)) => self.say(message::error(&id, &errors)).await,
            },
            Heard::Complete { id } => {
                self.making.take_if(|making| *making.id == *id);
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
