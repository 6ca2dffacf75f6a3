//! The trace of an exchange: every step with where it stands, when it ran, how long it took, what it changed, and how it
//! ended. Nothing is recorded, and next to nothing asked, unless somebody wants the trace.
//!
//! What is recorded has no bodies, and every text goes through [`Secrets`]. Never here: who may have a trace.

mod changes;
mod secrets;

use crate::block::{Origin, Section};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::headers::text_of;
use crate::step::Flow;
use changes::{Messages, headers};
use expression::date::{DateTime, DateTimeKind, format_time_span};
use expression::text::Text;
use expression::value::Value as Object;
pub use secrets::Secrets;
use serde_json::{Map, Value, json};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Steps of a trace at most.
const MOST: usize = 1_000;
/// Bytes of a trace at most, about.
const ROOM: usize = 256 << 10;

/// What an exchange that is traced holds; its copies share the trace.
pub(crate) struct Recorder {
    trace: Rc<Trace>,
    view: RefCell<View>,
}

/// What was recorded of one copy of the exchange.
#[derive(Clone)]
struct View {
    /// The steps that run now, the outermost first: their entries and their paths.
    running: Vec<(usize, String)>,
    section: Section,
    /// The messages as the last step left them.
    messages: Messages,
}

struct Trace {
    secrets: Arc<Secrets>,
    /// Secrets that came up on the way.
    hidden: RefCell<Vec<Text>>,
    /// When the exchange began: by the monotonic clock, and in ticks.
    began: (Duration, i64),
    entries: RefCell<Vec<Entry>>,
    left_out: Cell<usize>,
    room: Cell<usize>,
}

struct Entry {
    section: Section,
    source: &'static str,
    began: Duration,
    data: Map<String, Value>,
}

/// The entry of a step that runs; none when nothing is recorded.
pub(crate) type Entered = Option<usize>;

/// A step begins.
#[inline]
pub(crate) fn enter(exchange: &Exchange, origin: &Origin) -> Entered {
    exchange.state.recorder.as_ref()?.enter(exchange, origin)
}

/// It has ended.
#[inline]
pub(crate) fn leave(entered: Entered, exchange: &Exchange, result: &Result<Flow, Failure>) {
    if let (Some(entry), Some(recorder)) = (entered, &exchange.state.recorder) {
        recorder.leave(entry, exchange, result);
    }
}

impl Exchange {
    /// Has its steps recorded from now on.
    pub fn start_trace(&mut self, secrets: Arc<Secrets>) {
        let clock = &self.services.clock;
        let began = (clock.monotonic(), clock.ticks());
        self.state.recorder = Some(Box::new(Recorder {
            trace: Rc::new(Trace {
                secrets,
                hidden: RefCell::default(),
                began,
                entries: RefCell::default(),
                left_out: Cell::default(),
                room: Cell::new(ROOM),
            }),
            view: RefCell::new(View {
                running: Vec::new(),
                section: Section::Inbound,
                messages: Messages::of(self),
            }),
        }));
    }

    /// What was recorded, as JSON.
    pub fn finish_trace(&mut self) -> Option<String> {
        let recorder = self.state.recorder.take()?;
        recorder.record(Section::Outbound, "transfer-response", self, |trace| {
            let response = self.response.as_ref();
            response.map_or(Value::Null, |response| {
                json!({ "response": {
                    "status": response.status.as_u16(),
                    "headers": headers(trace, &response.headers),
                } })
            })
        });
        Some(recorder.trace.json(&format!("{:032x}", self.request_id)))
    }

    /// Records the request as it came, and what it was matched to.
    pub(crate) fn trace_request(&self) {
        let Some(recorder) = &self.state.recorder else { return };
        if let Some(key) = &self.identity.key {
            self.hide(key);
        }
        let (request, matched) = (&self.request, &self.matched);
        recorder.record(Section::Inbound, "api-inspector", self, |trace| {
            let url = format!("{}://{}{}", request.scheme, request.authority, request.original);
            json!({
                "request": {
                    "method": request.method.as_str(),
                    "url": trace.url(&url),
                    "headers": headers(trace, &request.headers),
                },
                "configuration": {
                    "api": matched.api.as_ref().map(|api| api.id.to_string()),
                    "operation": matched.operation.as_ref().map(|operation| operation.id.to_string()),
                    "product": matched.product.as_ref().map(|product| product.id.to_string()),
                    "subscription": self.identity.subscription.as_ref().map(|own| own.id.to_string()),
                    "user": self.identity.user.as_ref().map(|user| user.id.to_string()),
                },
            })
        });
    }

    /// Adds something to the entry of the step that runs.
    pub(crate) fn note(&self, name: &'static str, value: impl FnOnce() -> Value) {
        if let Some(recorder) = &self.state.recorder {
            recorder.note(name, value());
        }
    }

    /// Adds a request that a step sends.
    pub(crate) fn note_call(&self, call: &crate::Call) {
        if let Some(recorder) = &self.state.recorder {
            let trace = &recorder.trace;
            let url = trace.url(&call.url.to_string());
            recorder.add("sent", &json!({ "method": call.method.as_str(), "url": url }));
        }
    }

    /// Keeps a text that came up on the way out of the trace.
    pub(crate) fn hide(&self, secret: &Text) {
        if let Some(recorder) = &self.state.recorder {
            recorder.trace.hidden.borrow_mut().push(secret.clone());
        }
    }

    /// A text as the log may have it: without what the configuration and this exchange keep secret.
    pub(crate) fn discreet(&self, text: &str) -> String {
        let secrets = (self.services.secrets)();
        let mut hidden: Vec<Text> = self.identity.key.iter().cloned().collect();
        let response = self.response.iter().flat_map(|response| &response.headers);
        for (name, value) in self.request.headers.iter().chain(response) {
            if secrets.is_secret(name.as_str()) {
                let value = text_of(value);
                hidden.extend(secrets::parts(name.as_str(), &value).map(Text::from));
            }
        }
        secrets.without(text, &hidden)
    }

    /// Records that a variable was set.
    pub(crate) fn note_variable(&self, name: &Text, value: &Object) {
        if let Some(recorder) = &self.state.recorder {
            let trace = &recorder.trace;
            let shown = trace.named(name, &shown(value));
            recorder.add("variables", &json!({ "name": trace.text(name), "value": shown }));
        }
    }
}

/// A value as a trace shows it: what has no short text by its type.
fn shown(value: &Object) -> Text {
    match value {
        Object::Null => "null".into(),
        Object::String(text) => text.clone(),
        Object::Json(_) => "Newtonsoft.Json.Linq.JToken".into(),
        Object::Host(part) => format!("{part:?}").into(),
        Object::Object(object) => object.type_name().into(),
        simple => simple.display_string(),
    }
}

impl Recorder {
    /// For a copy of the exchange.
    pub fn fork(&self) -> Self {
        Self {
            trace: Rc::clone(&self.trace),
            view: RefCell::new(self.view.borrow().clone()),
        }
    }

    fn enter(&self, exchange: &Exchange, origin: &Origin) -> Entered {
        let mut view = self.view.borrow_mut();
        view.section = origin.section.unwrap_or(view.section);
        let mut path: Vec<&str> = view.running.iter().map(|(_, path)| path.as_str()).collect();
        path.push(&origin.path);
        let step = json!({
            "path": path.join("/"),
            "id": origin.id.as_ref().map(|id| self.trace.text(id)),
            "scope": origin.scope.map(crate::Scope::name),
            "document": &*origin.document,
            "line": origin.position.line,
        });
        let data = Map::from_iter([("step".to_owned(), step)]);
        let entry = self.trace.push(view.section, origin.element, exchange, data)?;
        view.running.push((entry, origin.path.clone()));
        Some(entry)
    }

    fn leave(&self, entry: usize, exchange: &Exchange, result: &Result<Flow, Failure>) {
        let mut view = self.view.borrow_mut();
        if let Some(depth) = view.running.iter().position(|(running, _)| *running == entry) {
            view.running.truncate(depth);
        }
        let now = Messages::of(exchange);
        let mut data = view.messages.changes(&now, &self.trace);
        view.messages = now;
        match result {
            Ok(Flow::Next) => {}
            Ok(Flow::Answer) => drop(data.insert("answers".to_owned(), true.into())),
            Err(failure) => {
                let error = json!({ "reason": failure.reason, "message": self.trace.text(&failure.message) });
                data.insert("error".to_owned(), error);
            }
        }
        let trace = &self.trace;
        if let Some(entry) = trace.entries.borrow_mut().get_mut(entry) {
            let took = exchange.services.clock.monotonic().saturating_sub(entry.began);
            data.insert("duration".to_owned(), span(took).into());
            trace.extend(entry, data);
        }
    }

    /// Adds to the entry of the step that runs what is masked already. More of one name become a list.
    fn add(&self, name: &str, value: &Value) {
        let running = self.view.borrow().running.last().map(|(entry, _)| *entry);
        let mut entries = self.trace.entries.borrow_mut();
        if let Some(entry) = running.and_then(|running| entries.get_mut(running)) {
            self.trace
                .extend(entry, Map::from_iter([(name.to_owned(), json!([value]))]));
        }
    }

    fn note(&self, name: &str, value: Value) {
        self.add(name, &self.trace.masked(value));
    }

    /// Adds an entry that no step makes.
    fn record(&self, section: Section, source: &'static str, exchange: &Exchange, data: impl FnOnce(&Trace) -> Value) {
        let Value::Object(data) = data(&self.trace) else { return };
        self.trace.push(section, source, exchange, data);
    }
}

impl Trace {
    fn push(
        &self,
        section: Section,
        source: &'static str,
        exchange: &Exchange,
        data: Map<String, Value>,
    ) -> Option<usize> {
        let mut entries = self.entries.borrow_mut();
        if entries.len() == MOST {
            self.left_out.set(self.left_out.get() + 1);
            return None;
        }
        let mut entry = Entry {
            section,
            source,
            began: exchange.services.clock.monotonic(),
            data: Map::new(),
        };
        self.extend(&mut entry, data);
        entries.push(entry);
        Some(entries.len() - 1)
    }

    /// Adds to an entry for as long as there is room; lists of one name are joined.
    fn extend(&self, entry: &mut Entry, data: Map<String, Value>) {
        for (name, value) in data {
            let size = name.len() + value.to_string().len();
            let Some(room) = self.room.get().checked_sub(size) else {
                entry.data.insert("cut".to_owned(), true.into());
                continue;
            };
            self.room.set(room);
            match (entry.data.get_mut(&name), value) {
                (Some(Value::Array(known)), Value::Array(more)) => known.extend(more),
                (_, value) => drop(entry.data.insert(name, value)),
            }
        }
    }

    /// A text without secrets, and not longer than a trace wants it.
    fn text(&self, text: &str) -> String {
        self.secrets.masked(text, &self.hidden.borrow())
    }

    /// The value of something that has this name.
    fn named(&self, name: &str, value: &str) -> String {
        if self.secrets.is_secret(name) {
            secrets::MASK.to_owned()
        } else {
            self.text(value)
        }
    }

    /// The value of a header; what is a secret in it is one wherever it is copied to.
    fn header(&self, name: &str, value: &str) -> String {
        if self.secrets.is_secret(name) {
            let mut hidden = self.hidden.borrow_mut();
            for part in secrets::parts(name, value) {
                if !hidden.iter().any(|known| known.as_str() == part) {
                    hidden.push(part.into());
                }
            }
        }
        self.named(name, value)
    }

    fn url(&self, url: &str) -> String {
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let (scheme, rest) = place.split_once("://").unwrap_or(("", place));
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let place = self.text(&format!("{scheme}://{host}{path}"));
        if query.is_empty() {
            return place;
        }
        format!("{place}?{}", self.query(query))
    }

    fn query(&self, query: &str) -> String {
        let pair = |pair: &str| match pair.split_once('=') {
            Some((name, value)) => format!("{}={}", self.text(name), self.named(name, value)),
            None => self.text(pair),
        };
        query.split('&').take(100).map(pair).collect::<Vec<_>>().join("&")
    }

    /// A value with all its texts masked.
    fn masked(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.text(&text).into(),
            Value::Array(items) => items.into_iter().map(|item| self.masked(item)).collect(),
            Value::Object(members) => {
                let member = |(name, value): (String, Value)| {
                    let value = match value {
                        Value::String(text) => self.named(&name, &text).into(),
                        other => self.masked(other),
                    };
                    (name, value)
                };
                members.into_iter().map(member).collect()
            }
            other => other,
        }
    }

    fn json(&self, id: &str) -> String {
        let (began, ticks) = self.began;
        let mut sections = Map::new();
        for section in Section::ALL {
            let entries = self.entries.borrow();
            let entries = entries.iter().filter(|entry| entry.section == section);
            let entries = entries.map(|entry| {
                let elapsed = entry.began.saturating_sub(began);
                let time = ticks.saturating_add(in_ticks(elapsed));
                let time = DateTime::new(time, DateTimeKind::Utc).map(DateTime::iso);
                json!({
                    "source": entry.source,
                    "timestamp": time,
                    "elapsed": span(elapsed),
                    "data": entry.data,
                })
            });
            sections.insert(section.name().to_owned(), entries.collect());
        }
        let mut trace = Map::from_iter([
            ("traceId".to_owned(), id.into()),
            ("traceEntries".to_owned(), sections.into()),
        ]);
        if self.left_out.get() > 0 {
            trace.insert("leftOut".to_owned(), self.left_out.get().into());
        }
        Value::from(trace).to_string()
    }
}

fn in_ticks(time: Duration) -> i64 {
    i64::try_from(time.as_nanos() / 100).unwrap_or(i64::MAX)
}

fn span(time: Duration) -> String {
    format_time_span(in_ticks(time))
}

#[cfg(test)]
mod tests;
