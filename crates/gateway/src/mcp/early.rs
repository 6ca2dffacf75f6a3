//! A response that begins while its policies still wait for the message they read: its head and the events before that
//! message go to the client at once.
//!
//! The rest of the pipeline runs inside of the response's body then, so it ends when the client leaves.
//! Never here: event streams' format.

use crate::unwinding::contained;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame};
use policy::{Body, BodyError, Exchange, Head, ResponseMessage, StreamBody};
use std::future::{Future, ready};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::sync::{mpsc, oneshot};

/// Events under way to the client at most, each as large as an event may be; more wait at the upstream.
const EVENTS: usize = 1;

struct Begun {
    head: Head,
    events: mpsc::Receiver<Bytes>,
}

/// Where the server waits for a response to begin early.
pub struct Early {
    begun: oneshot::Receiver<Begun>,
    unanswered: Arc<AtomicBool>,
}

/// With which a response begins early. It travels with the request to its upstream.
#[derive(Clone)]
pub struct Opening {
    begin: Arc<Mutex<Option<oneshot::Sender<Begun>>>>,
    events: Option<mpsc::Sender<Bytes>>,
    unanswered: Arc<AtomicBool>,
}

impl Opening {
    /// Passes an event on; the first one, which may be empty, sends `head` ahead.
    pub async fn pass(&mut self, head: &Head, event: Bytes) -> Result<(), BodyError> {
        let gone = || BodyError::Client("nobody waits for the response".into());
        if self.events.is_none() {
            let (sender, events) = mpsc::channel(EVENTS);
            let begin = self
                .begin
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take()
                .ok_or_else(gone)?;
            begin
                .send(Begun {
                    head: head.clone(),
                    events,
                })
                .map_err(|_| gone())?;
            self.events = Some(sender);
        }
        let Some(events) = &self.events else { return Err(gone()) };
        events.send(event).await.map_err(|_| gone())
    }

    /// The stream has ended in good order but without the answer, as a server may do that wants to be polled.
    pub fn unanswered(&self) {
        self.unanswered.store(true, Ordering::Relaxed);
    }
}

impl Early {
    /// Lets the response to this exchange begin early.
    pub fn attach(exchange: &mut Exchange) -> Self {
        let (sender, begun) = oneshot::channel();
        let unanswered = Arc::new(AtomicBool::new(false));
        let sender = Arc::new(Mutex::new(Some(sender)));
        exchange.request.extensions.insert(Opening {
            begin: sender,
            events: None,
            unanswered: Arc::clone(&unanswered),
        });
        Self { begun, unanswered }
    }

    /// The exchange after its run; or, when it begins early, a response that carries the run on.
    pub async fn race(
        self,
        run: impl Future<Output = Box<Exchange>> + 'static,
    ) -> Result<Box<Exchange>, ResponseMessage> {
        let mut run: Pin<Box<Run>> = Box::pin(async { contained(pin!(run)).await });
        let mut begun = self.begun;
        let ended = tokio::select! {
            biased;
            ended = run.as_mut() => Err(ended),
            Ok(begun) = &mut begun => Ok(begun),
        };
        let (begun, run) = match ended {
            Ok(begun) => (begun, run),
            // Events and the answer may have come at once: the response has begun, and the run is over.
            Err(ended) => match begun.try_recv() {
                Ok(begun) => (begun, Box::pin(ready(ended)) as Pin<Box<Run>>),
                Err(_) => return ended,
            },
        };
        let body = Begin {
            run: Some(run),
            events: Some(begun.events),
            rest: None,
            unanswered: self.unanswered,
        };
        let (status, headers) = (begun.head.status, begun.head.headers);
        Err(ResponseMessage {
            status,
            headers,
            body: Body::Stream(Box::pin(body)),
            ..ResponseMessage::default()
        })
    }
}

/// A run through the pipeline, to its exchange or to the response of one that a bug broke off.
type Run = dyn Future<Output = Result<Box<Exchange>, ResponseMessage>>;

/// The body of a response that has begun early.
struct Begin {
    run: Option<Pin<Box<Run>>>,
    events: Option<mpsc::Receiver<Bytes>>,
    rest: Option<StreamBody>,
    unanswered: Arc<AtomicBool>,
}

impl Begin {
    /// What follows when the pipeline is through. A response that policies have put in the stream's place comes too
    /// late; then the stream breaks off rather than show what they withheld.
    fn end_run(&mut self, ended: Result<Box<Exchange>, ResponseMessage>) -> Result<(), BodyError> {
        self.run = None;
        let exchange = ended.map_err(|_| BodyError::Upstream("a bug broke the response off".into()))?;
        match exchange.response.map(|response| response.body) {
            Some(Body::Stream(rest)) => self.rest = Some(rest),
            _ if self.unanswered.load(Ordering::Relaxed) => {}
            _ => {
                return Err(BodyError::Upstream(
                    "the response was replaced after it had begun".into(),
                ));
            }
        }
        Ok(())
    }
}

impl HttpBody for Begin {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let mut broken = None;
        if let Some(run) = &mut this.run
            && let Poll::Ready(ended) = run.as_mut().poll(context)
        {
            broken = this.end_run(ended).err();
        }
        if let Some(events) = &mut this.events {
            match events.poll_recv(context) {
                Poll::Ready(Some(event)) if broken.is_none() => return Poll::Ready(Some(Ok(Frame::data(event)))),
                Poll::Pending if broken.is_none() => return Poll::Pending,
                _ => this.events = None,
            }
        }
        if let Some(error) = broken {
            return Poll::Ready(Some(Err(error)));
        }
        match &mut this.rest {
            Some(rest) => rest.as_mut().poll_frame(context),
            None if this.run.is_some() => Poll::Pending,
            None => Poll::Ready(None),
        }
    }
}
