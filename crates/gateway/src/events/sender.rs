//! Sending a batch to whatever kind its logger is of.
//!
//! Never here: when, how often.

use super::queue::Batch;
use super::sent::Sent;
use super::{event_hub, file, kafka, nats, otlp};
use crate::upstream::ClientTls;
use catalog::Sink;
use policy::Services;
use std::rc::Rc;
use std::sync::Arc;

/// Sends the batches of one queue.
pub struct Sender {
    services: Rc<Services>,
    tls: Arc<ClientTls>,
    kafka: kafka::Client,
    nats: nats::Client,
}

impl Sender {
    /// With no connection yet.
    pub fn new(services: Rc<Services>, tls: Arc<ClientTls>) -> Self {
        Self {
            services,
            tls,
            kafka: kafka::Client::default(),
            nats: nats::Client::default(),
        }
    }

    /// Sends a batch. Dropped before it is ready, the batch may have arrived.
    pub async fn send(&mut self, batch: &Batch) -> Sent {
        match &batch.logger.sink {
            Sink::EventHub(hub) => event_hub::send(&self.services, hub, &batch.events).await,
            Sink::File(path) => file::append(path, &batch.events).await,
            Sink::Kafka(kafka) => self.kafka.publish(kafka, &self.tls, &batch.events).await,
            Sink::Nats(nats) => self.nats.publish(nats, &self.tls, &batch.events).await,
            Sink::Otlp(otlp) => otlp::send(&self.services, otlp, &batch.events).await,
            Sink::Unusable(why) => Sent::refused(batch.events.len() as u64, why),
            Sink::Elsewhere => Sent::refused(batch.events.len() as u64, "its credentials are not known"),
        }
    }
}
