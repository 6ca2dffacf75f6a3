//! Who watches the exchanges of a scenario, and keeps what specifications ask for.
//!
//! Never here: what is expected.

use crate::scenario::PARTITION;
use expression::context::LastError;
use expression::{Budget, Expression, Target};
use http::{HeaderMap, HeaderName, HeaderValue};
use policy::{Events, Exchange, Measurement, Origin, Partition, Spot, SpotKind, Telemetry, Witness};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// What was seen of one exchange.
#[derive(Clone, Default)]
pub struct Seen {
    id: u128,
    /// The policies that ran: section and element.
    pub steps: Vec<String>,
    /// The variables that were asked for, as text; `None` for those that were not set.
    pub variables: BTreeMap<String, Option<String>>,
    /// `context.LastError`
    pub last_error: Option<LastError>,
}

/// Keeps what is seen.
#[derive(Default)]
pub struct Recorder {
    exchanges: RefCell<Vec<Seen>>,
    spots: RefCell<BTreeSet<Spot>>,
    wanted: RefCell<Vec<String>>,
}

impl Recorder {
    /// Forgets the exchanges so far; of those to come these variables are wanted.
    pub fn begin(&self, wanted: Vec<String>) {
        self.exchanges.borrow_mut().clear();
        *self.wanted.borrow_mut() = wanted;
    }

    /// What was seen of the exchange that began last.
    pub fn last(&self) -> Seen {
        self.exchanges.borrow().last().cloned().unwrap_or_default()
    }

    /// The places of documents that were come by, ever.
    pub fn spots(&self) -> BTreeSet<Spot> {
        self.spots.take()
    }

    fn with(&self, exchange: &Exchange, act: impl FnOnce(&mut Seen)) {
        let mut exchanges = self.exchanges.borrow_mut();
        let id = exchange.request_id;
        if !exchanges.iter().any(|seen| seen.id == id) {
            exchanges.push(Seen { id, ..Seen::default() });
        }
        if let Some(seen) = exchanges.iter_mut().find(|seen| seen.id == id) {
            act(seen);
        }
    }
}

impl Witness for Recorder {
    fn step(&self, exchange: &Exchange, origin: &Arc<Origin>) {
        let section = origin.section.map_or("", policy::Section::name);
        let id = origin.id.as_ref().map_or_else(String::new, |id| format!(" {id}"));
        self.with(exchange, |seen| {
            seen.steps.push(format!("{section} {}{id}", origin.element));
        });
        self.spots.borrow_mut().insert(Spot {
            document: Arc::clone(&origin.document),
            position: origin.position,
            kind: SpotKind::Step,
            name: origin.element.to_owned(),
        });
    }

    fn spot(&self, _: &Exchange, spot: &Arc<Spot>) {
        self.spots.borrow_mut().insert(Spot::clone(spot));
    }

    fn leaving(&self, exchange: &Exchange) {
        let wanted = self.wanted.borrow();
        let values = wanted.iter().map(|name| (name.clone(), variable(exchange, name)));
        self.with(exchange, |seen| {
            seen.variables = values.collect();
            seen.last_error.clone_from(&exchange.last_error);
        });
    }
}

/// A variable as an expression would write it.
fn variable(exchange: &Exchange, name: &str) -> Option<String> {
    if !exchange.variables.iter().any(|(known, _)| known.as_str() == name) {
        return None;
    }
    let source = format!("@(context.Variables[{name:?}])");
    let expression = Expression::compile(&source, Target::Object).ok()?;
    let described = expression.describe(exchange, Budget::default());
    Some(described.map_or_else(
        |exception| exception.message.clone(),
        |described| described.text.unwrap_or_else(|| "null".to_owned()),
    ))
}

/// Measurements, as lines.
#[derive(Default)]
pub struct Measured(Mutex<Vec<String>>);

impl Measured {
    /// The lines since the last time.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Telemetry for Measured {
    fn measure(&self, measurement: Measurement<'_>) {
        let mut line = format!("{}/{} {}", measurement.namespace, measurement.name, measurement.value);
        for (name, value) in measurement.dimensions {
            let _ = write!(line, " {name}={value}");
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

/// An event that a logger was handed.
pub struct Logged {
    /// The logger's id.
    pub logger: String,
    /// The partition, as a header that [`PARTITION`] names, or none.
    pub partition: HeaderMap,
    /// The event.
    pub body: String,
}

/// Loggers, which keep what they are handed.
#[derive(Default)]
pub struct Loggers(Mutex<Vec<Logged>>);

impl Loggers {
    /// The events since the last time.
    pub fn take(&self) -> Vec<Logged> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Events for Loggers {
    fn log(&self, logger: &Arc<catalog::Logger>, event: policy::Event) {
        let [id, key] = PARTITION;
        let partition = match &event.partition {
            Partition::Any => None,
            Partition::Id(value) => Some((id, value)),
            Partition::Key(value) => Some((key, value)),
        };
        // A key may hold what no header may.
        let header = |(name, value): (&'static str, &String)| {
            let shown: String = value
                .chars()
                .map(|c| if c.is_control() { '\u{fffd}' } else { c })
                .collect();
            Some((
                HeaderName::from_static(name),
                HeaderValue::from_bytes(shown.as_bytes()).ok()?,
            ))
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Logged {
            logger: logger.id.clone(),
            partition: partition.and_then(header).into_iter().collect(),
            body: event.body,
        });
    }
}

/// What policies trace, as lines `severity source: message metadata`.
#[derive(Clone, Default)]
pub struct Traced(Arc<Mutex<Vec<String>>>);

impl Traced {
    /// The lines since the last time.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[derive(Default)]
struct Line {
    message: String,
    source: String,
    metadata: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let text = format!("{value:?}");
        match field.name() {
            "message" => self.message = text,
            "source" => self.source = text,
            "metadata" => self.metadata = text,
            _ => {}
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "source" => value.clone_into(&mut self.source),
            "metadata" => value.clone_into(&mut self.metadata),
            _ => {}
        }
    }
}

impl Subscriber for Traced {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && metadata.target() == "policy.trace"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let severity = match *event.metadata().level() {
            Level::ERROR => "error",
            Level::INFO => "information",
            _ => "verbose",
        };
        let text = format!("{severity} {}: {} {}", line.source, line.message, line.metadata);
        let text = text.replace(" : ", ": ");
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(text.trim_end().to_owned());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
