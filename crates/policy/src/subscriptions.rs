//! Subscriptions of GraphQL: who waits for which events of which API.
//!
//! An event goes to everybody who waits in this gateway, whatever thread serves them: each connection has a mailbox. A
//! connection that does not keep up loses its mailbox, and is told so. Never here: what is made of an event
//! (`subscriber.rs`), the protocol in which clients subscribe.

use bytes::Bytes;
use expression::text::Text;
use futures_util::task::AtomicWaker;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

/// Events that wait for one connection at most.
const MOST_EVENTS: usize = 256;
/// Bytes of events that wait for one connection at most.
const MOST_BYTES: usize = 16 << 20;

/// The API and the field of its subscription type.
type Topic = (Text, Text);

/// Who waits for what, for all threads of a gateway.
#[derive(Default)]
pub struct Subscriptions {
    topics: Mutex<HashMap<Topic, BTreeMap<u64, Listener>>>,
    count: AtomicU64,
}

struct Listener {
    mailbox: Arc<Mailbox>,
    subscription: Arc<str>,
}

impl Subscriptions {
    /// Has events of a topic put into a mailbox, as those of `subscription`, until what it gives is dropped.
    pub(crate) fn listen(self: &Arc<Self>, topic: Topic, mailbox: &Arc<Mailbox>, subscription: &str) -> Listening {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let listener = Listener {
            mailbox: Arc::clone(mailbox),
            subscription: subscription.into(),
        };
        let mut topics = self.topics();
        topics.entry(topic.clone()).or_default().insert(number, listener);
        drop(topics);
        Listening {
            subscriptions: Arc::clone(self),
            topic,
            number,
        }
    }

    /// Tells everybody who waits for events of this field of this API.
    pub(crate) fn publish(&self, topic: &Topic, event: &Bytes) {
        if let Some(listeners) = self.topics().get(topic) {
            for listener in listeners.values() {
                listener.mailbox.put(&listener.subscription, event);
            }
        }
    }

    fn topics(&self) -> MutexGuard<'_, HashMap<Topic, BTreeMap<u64, Listener>>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody's waiting for events; it ends when this is dropped.
pub(crate) struct Listening {
    subscriptions: Arc<Subscriptions>,
    topic: Topic,
    number: u64,
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut topics = self.subscriptions.topics();
        if let Some(listeners) = topics.get_mut(&self.topic) {
            listeners.remove(&self.number);
            if listeners.is_empty() {
                topics.remove(&self.topic);
            }
        }
    }
}

/// The events that wait for a connection.
#[derive(Default)]
pub(crate) struct Mailbox {
    waiting: Mutex<Waiting>,
    waker: AtomicWaker,
}

#[derive(Default)]
struct Waiting {
    events: VecDeque<(Arc<str>, Bytes)>,
    bytes: usize,
    is_lost: bool,
}

impl Mailbox {
    fn put(&self, subscription: &Arc<str>, event: &Bytes) {
        let mut waiting = self.waiting();
        let bytes = waiting.bytes.saturating_add(event.len());
        if waiting.is_lost || waiting.events.len() >= MOST_EVENTS || bytes > MOST_BYTES {
            *waiting = Waiting {
                is_lost: true,
                ..Waiting::default()
            };
        } else {
            waiting.events.push_back((Arc::clone(subscription), event.clone()));
            waiting.bytes = bytes;
        }
        drop(waiting);
        self.waker.wake();
    }

    /// The next event with the subscription that it is for; nothing when events were lost.
    pub fn poll(&self, context: &Context<'_>) -> Poll<Option<(Arc<str>, Bytes)>> {
        self.waker.register(context.waker());
        let mut waiting = self.waiting();
        if waiting.is_lost {
            return Poll::Ready(None);
        }
        match waiting.events.pop_front() {
            Some((subscription, event)) => {
                waiting.bytes = waiting.bytes.saturating_sub(event.len());
                Poll::Ready(Some((subscription, event)))
            }
            None => Poll::Pending,
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    fn next(mailbox: &Mailbox) -> Poll<Option<String>> {
        let found = mailbox.poll(&Context::from_waker(Waker::noop()));
        found.map(|found| found.map(|(id, event)| format!("{id} {}", String::from_utf8_lossy(&event))))
    }

    #[test]
    fn events_go_to_those_who_wait_for_them() {
        let subscriptions = Arc::new(Subscriptions::default());
        let topic = |api: &str, field: &str| (Text::from(api), Text::from(field));
        let (ann, bob) = (Arc::default(), Arc::default());
        let first = subscriptions.listen(topic("a", "x"), &ann, "1");
        let _other = subscriptions.listen(topic("a", "y"), &ann, "2");
        let _bobs = subscriptions.listen(topic("a", "x"), &bob, "1");
        let publish = |api, field, event: &'static str| {
            subscriptions.publish(&topic(api, field), &Bytes::from_static(event.as_bytes()));
        };
        publish("a", "x", "one");
        publish("b", "x", "two");
        publish("a", "y", "three");
        assert_eq!(next(&ann), Poll::Ready(Some("1 one".to_owned())));
        assert_eq!(next(&ann), Poll::Ready(Some("2 three".to_owned())));
        assert_eq!(next(&ann), Poll::Pending);
        assert_eq!(next(&bob), Poll::Ready(Some("1 one".to_owned())));
        drop(first);
        publish("a", "x", "four");
        assert_eq!(next(&ann), Poll::Pending);
        assert_eq!(next(&bob), Poll::Ready(Some("1 four".to_owned())));
    }

    #[test]
    fn who_does_not_keep_up_loses_everything() {
        let subscriptions = Arc::new(Subscriptions::default());
        let topic = (Text::from("a"), Text::from("x"));
        for (length, most) in [(1, MOST_EVENTS), (MOST_BYTES / 2, 2)] {
            let mailbox = Arc::default();
            let _listening = subscriptions.listen(topic.clone(), &mailbox, "1");
            let event = Bytes::from(vec![b'1'; length]);
            (0..most).for_each(|_| subscriptions.publish(&topic, &event));
            assert!(matches!(next(&mailbox), Poll::Ready(Some(_))));
            subscriptions.publish(&topic, &event);
            subscriptions.publish(&topic, &event);
            assert_eq!(next(&mailbox), Poll::Ready(None));
        }
    }
}
