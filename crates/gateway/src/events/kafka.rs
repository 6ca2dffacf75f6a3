//! Kafka: events as records of a topic. They have arrived when the leaders of their partitions, with all that are in step
//! with them, say so.
//!
//! A `partition-id` is the partition's number, a `partition-key` the record's key, which chooses the partition as Kafka's
//! own clients do; other records of a batch go to one partition, and the next batch's to the next. Never here:
//! transactions; connections and retries within a request, which are the library's.

use super::sent::Sent;
use crate::upstream::{ClientTls, Verification};
use catalog::{Kafka, KafkaLogin, SaslMechanism};

use expression::date::UNIX_EPOCH_TICKS;
use policy::{Event, Partition};
use rskafka::BackoffConfig;
use rskafka::chrono::{DateTime, Utc};
use rskafka::client::error::{Error, ProtocolError};
use rskafka::client::partition::{Compression, PartitionClient, UnknownTopicHandling};
use rskafka::client::{Client as Cluster, ClientBuilder, Credentials, SaslConfig};
use rskafka::record::Record;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long the library tries on its own, each of several times within each other; then the events wait like those for
/// any other logger.
const DEADLINE: Duration = Duration::from_secs(1);
/// The longest wait between two of these attempts.
const LONGEST_WAIT: Duration = Duration::from_millis(400);
/// After this time it is looked up again which partitions there are.
const LOOKUP: Duration = Duration::from_mins(5);
/// Bytes of an answer at most.
const LARGEST: usize = 16 << 20;

/// A client that knows a cluster or none.
#[derive(Default)]
pub struct Client {
    topic: Option<Topic>,
}

/// A topic of a cluster.
struct Topic {
    cluster: Cluster,
    /// What it was found for.
    kafka: Kafka,
    /// The numbers of its partitions, in order.
    partitions: Vec<i32>,
    writers: BTreeMap<i32, PartitionClient>,
    found: Instant,
    batches: usize,
}

impl Client {
    /// Writes events and waits until the cluster has them.
    pub async fn publish(&mut self, kafka: &Kafka, tls: &ClientTls, events: &[Event]) -> Sent {
        let kept = self.topic.take();
        let kept = kept.filter(|kept| kept.kafka == *kafka && kept.found.elapsed() < LOOKUP);
        let topic = match kept {
            Some(topic) => Ok(topic),
            None => Topic::find(kafka, tls).await,
        };
        let mut topic = match topic {
            Ok(topic) => topic,
            Err(why) => return Sent::later(why),
        };
        match topic.write(events).await {
            Ok((refused, why)) => {
                self.topic = Some(topic);
                Sent::refused(refused, why)
            }
            Err(why) => Sent::later(why),
        }
    }
}

impl Topic {
    async fn find(kafka: &Kafka, tls: &ClientTls) -> Result<Self, String> {
        let failed = |error: Error| format!("no connection to {}: {}", kafka.bootstrap.join(","), told(&error));
        let mut builder = ClientBuilder::new(kafka.bootstrap.clone())
            .client_id("tollgate")
            .max_message_size(LARGEST)
            .backoff_config(BackoffConfig {
                deadline: Some(DEADLINE),
                max_backoff: LONGEST_WAIT,
                ..BackoffConfig::default()
            });
        if kafka.tls {
            let checked = Verification {
                chain: true,
                name: true,
            };
            builder = builder.tls_config(tls.config(checked, &[], None)?);
        }
        if let Some(login) = &kafka.login {
            builder = builder.sasl_config(sasl(login));
        }
        let cluster = builder.build().await.map_err(failed)?;
        let partitions = partitions(&cluster, &kafka.topic).await?;
        Ok(Self {
            cluster,
            kafka: kafka.clone(),
            partitions,
            writers: BTreeMap::new(),
            found: Instant::now(),
            batches: 0,
        })
    }

    /// Gives how many the topic will never take, and why the last of them.
    async fn write(&mut self, events: &[Event]) -> Result<(u64, String), String> {
        self.batches = self.batches.wrapping_add(1);
        let mut parts = BTreeMap::<i32, Vec<&Event>>::new();
        let (mut refused, mut why) = (0, String::new());
        for event in events {
            if let Some(partition) = self.partition(&event.partition) {
                parts.entry(partition).or_default().push(event);
            } else {
                refused += 1;
                why = format!("its topic has the partitions {:?}", self.partitions);
            }
        }
        for (partition, events) in parts {
            let writer = self.writer(partition).await?;
            // Those that are too long together are sent in halves.
            let mut left = vec![events.as_slice()];
            while let Some(some) = left.pop() {
                let records = some.iter().map(|event| record(event)).collect();
                match writer.produce(records, Compression::NoCompression).await {
                    Ok(_) => {}
                    Err(error) if is_too_long(&error) => match some.split_at_checked(some.len() / 2) {
                        Some((first, second)) if !first.is_empty() => left.extend([second, first]),
                        _ => {
                            refused += 1;
                            "it is longer than a record may be there".clone_into(&mut why);
                        }
                    },
                    Err(error) => return Err(told(&error)),
                }
            }
        }
        Ok((refused, why))
    }

    /// Where an event goes; nowhere, where the partition that it names is not there.
    fn partition(&self, wanted: &Partition) -> Option<i32> {
        let count = self.partitions.len();
        match wanted {
            Partition::Any => self.partitions.get(self.batches.checked_rem(count)?).copied(),
            Partition::Key(key) => {
                let hash = usize::try_from(murmur2(key.as_bytes()) & 0x7fff_ffff).ok()?;
                self.partitions.get(hash.checked_rem(count)?).copied()
            }
            Partition::Id(id) => {
                let id = id.trim().parse().ok()?;
                self.partitions.contains(&id).then_some(id)
            }
        }
    }

    async fn writer(&mut self, partition: i32) -> Result<&PartitionClient, String> {
        if !self.writers.contains_key(&partition) {
            let topic = self.kafka.topic.as_str();
            let writer = self
                .cluster
                .partition_client(topic, partition, UnknownTopicHandling::Error);
            let writer = writer.await.map_err(|error| told(&error))?;
            self.writers.insert(partition, writer);
        }
        let writer = self.writers.get(&partition);
        writer.ok_or_else(|| format!("partition {partition} is not there"))
    }
}

/// The numbers of a topic's partitions. A cluster that makes topics when they are asked for makes this one.
async fn partitions(cluster: &Cluster, name: &str) -> Result<Vec<i32>, String> {
    for _ in 0..2 {
        let topics = cluster.list_topics().await.map_err(|error| told(&error))?;
        let found = topics.into_iter().find(|topic| topic.name == name);
        if let Some(topic) = found.filter(|topic| !topic.partitions.is_empty()) {
            return Ok(topic.partitions.into_iter().collect());
        }
        let asked = cluster.partition_client(name, 0, UnknownTopicHandling::Error).await;
        asked.map_err(|error| format!("the topic \"{name}\" is not there: {}", told(&error)))?;
    }
    Err(format!("the topic \"{name}\" is not there"))
}

fn sasl(login: &KafkaLogin) -> SaslConfig {
    let credentials = Credentials::new(login.user.clone(), login.password.0.clone());
    match login.mechanism {
        SaslMechanism::Plain => SaslConfig::Plain(credentials),
        SaslMechanism::ScramSha256 => SaslConfig::ScramSha256(credentials),
        SaslMechanism::ScramSha512 => SaslConfig::ScramSha512(credentials),
    }
}

fn record(event: &Event) -> Record {
    let microseconds = event.ticks.saturating_sub(UNIX_EPOCH_TICKS) / 10;
    Record {
        key: match &event.partition {
            Partition::Key(key) => Some(key.clone().into_bytes()),
            Partition::Any | Partition::Id(_) => None,
        },
        value: Some(event.body.clone().into_bytes()),
        headers: BTreeMap::new(),
        timestamp: DateTime::<Utc>::from_timestamp_micros(microseconds).unwrap_or_default(),
    }
}

fn is_too_long(error: &Error) -> bool {
    let Error::ServerError { protocol_error, .. } = error else {
        return false;
    };
    matches!(
        protocol_error,
        ProtocolError::MessageTooLarge | ProtocolError::RecordListTooLarge
    )
}

/// What went wrong, without the request.
fn told(error: &Error) -> String {
    match error {
        Error::ServerError {
            protocol_error,
            error_message,
            ..
        } => match error_message {
            Some(message) => format!("it answered {protocol_error}: {message}"),
            None => format!("it answered {protocol_error}"),
        },
        other => {
            // How often the library has tried is not what is wrong.
            let text = other.to_string();
            text.rsplit_once("Source: ")
                .map_or(text.clone(), |(_, cause)| cause.to_owned())
        }
    }
}

/// The hash by which Kafka's clients spread keys: `MurmurHash2` of 32 bits, with their seed.
fn murmur2(bytes: &[u8]) -> u32 {
    const FACTOR: u32 = 0x5bd1_e995;
    const SEED: u32 = 0x9747_b28c;
    let mixed = |word: u32| {
        let word = word.wrapping_mul(FACTOR);
        (word ^ (word >> 24)).wrapping_mul(FACTOR)
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the hash takes the length's lowest 32 bits"
    )]
    let mut hash = SEED ^ (bytes.len() as u32);
    let (words, rest) = bytes.as_chunks::<4>();
    for word in words {
        hash = hash.wrapping_mul(FACTOR) ^ mixed(u32::from_le_bytes(*word));
    }
    if !rest.is_empty() {
        for (byte, shift) in rest.iter().zip([0, 8, 16]) {
            hash ^= u32::from(*byte) << shift;
        }
        hash = hash.wrapping_mul(FACTOR);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(FACTOR);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_where_other_clients_send_them() {
        // As Kafka's own tests have them.
        for (key, expected) in [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] {
            assert_eq!(murmur2(key.as_bytes()).cast_signed(), expected, "{key}");
        }
    }
}
