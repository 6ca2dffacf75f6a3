//! What a specification says: scenarios, each with its world and the steps that are taken in it.
//!
//! Never here: how a document says it, running it.

use crate::message::Message;
use crate::tokens::Token;
use catalog::Overlay;
use diagnostic::{Mapped, Source, Span};
use expression::context::Deployment;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A document that was read.
pub struct Specification {
    /// Its text.
    pub source: Arc<Source>,
    /// Its first heading, or its name.
    pub title: String,
    /// In the document's order.
    pub scenarios: Vec<Scenario>,
}

/// Requests in a world, and what is expected of them.
#[derive(Clone)]
pub struct Scenario {
    /// The headings that lead to it, without the document's title.
    pub name: String,
    /// Its heading.
    pub span: Span,
    /// What is given.
    pub world: World,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// What is given.
#[derive(Clone)]
pub struct World {
    /// The artifact folder; none: the document's own files are all there is.
    pub folder: Option<PathBuf>,
    /// Files that the document brings, and where each stands in it.
    pub files: BTreeMap<String, File>,
    /// Named values.
    pub named_values: BTreeMap<String, String>,
    /// Where the clock starts, in ticks since 0001-01-01 UTC.
    pub clock: i64,
    /// The address that requests come from.
    pub ip: IpAddr,
    /// Whether clients' certificates are trusted.
    pub trusts: bool,
    /// `context.Deployment`
    pub deployment: Deployment,
    /// Tokens that requests may carry.
    pub tokens: BTreeMap<String, Token>,
    /// Servers; those that were given later come first.
    pub servers: Vec<Vec<Server>>,
}

/// A file of an artifact folder in a document.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// Its bytes.
    pub text: String,
    /// Bytes before what the document has of it.
    pub before: usize,
    /// What the document has of it, if anything.
    pub written: Option<Mapped>,
    /// What brings it.
    pub origin: Origin,
}

/// What of a document brings a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A block that stands for it.
    Block(Span),
    /// A setting of a `given` block.
    Setting(Span),
    /// Nothing: a document that does not have it has this one.
    Default,
}

impl Origin {
    /// Where it stands.
    pub fn place(self) -> Option<Span> {
        match self {
            Self::Block(span) | Self::Setting(span) => Some(span),
            Self::Default => None,
        }
    }
}

impl File {
    /// A file of which the document has nothing.
    pub fn implied(text: String, origin: Origin) -> Self {
        Self {
            text,
            before: 0,
            written: None,
            origin,
        }
    }

    /// Where a byte of it stands in the document; bytes that the document does not have stand at the ends of what it
    /// has.
    pub fn home(&self, at: usize) -> Option<usize> {
        let written = self.written.as_ref()?;
        Some(written.original(Span::at(at.saturating_sub(self.before))).start)
    }

    /// Whether the document has this byte.
    pub fn has(&self, at: usize) -> bool {
        let length = self.written.as_ref().map_or(0, |written| written.text().len());
        (self.before..self.before + length).contains(&at)
    }
}

impl World {
    /// Whether both have the same policies, whatever else differs.
    pub fn has_policies_of(&self, other: &Self) -> bool {
        self.folder == other.folder && self.files == other.files && self.named_values == other.named_values
    }

    /// The files as they lie over the folder.
    pub fn overlay(&self) -> Overlay {
        let mut overlay = if self.folder.is_some() {
            Overlay::default()
        } else {
            Overlay::alone()
        };
        for (path, file) in &self.files {
            overlay.insert(path, file.text.as_bytes());
        }
        overlay
    }
}

/// Answers of a server.
#[derive(Clone)]
pub struct Server {
    /// The method that it answers; none: any.
    pub method: Option<String>,
    /// The URLs that it answers, with `*` for anything.
    pub url: String,
    /// How often it answers; none: always.
    pub times: Option<u32>,
    /// Time before the answer, or before the failure.
    pub delay: Duration,
    /// What it answers.
    pub answer: Answer,
    /// Where it stands.
    pub span: Span,
}

/// What a server answers.
#[derive(Clone)]
pub enum Answer {
    /// A response.
    Response(Reply),
    /// Nothing, ever.
    Silence,
    /// There is no connection.
    Refused,
}

/// A server's response.
#[derive(Clone)]
pub struct Reply {
    /// Status code and reason.
    pub status: (u16, Option<String>),
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: String,
    /// Bytes of the body after which the connection breaks.
    pub breaks_after: Option<usize>,
}

/// Requests that go out at the same time, and what is expected behind them.
#[derive(Clone, Default)]
pub struct Step {
    /// Time that passes first.
    pub after: Duration,
    /// Servers that answer from now on.
    pub servers: Vec<Server>,
    /// The requests.
    pub requests: Vec<Request>,
    /// A response for each request.
    pub responses: Vec<Expected>,
    /// The requests that servers got, in order; none: any.
    pub sent: Option<Vec<Sent>>,
    /// The events that loggers got, in order; none: any.
    pub events: Option<Vec<Event>>,
    /// Other expectations.
    pub seen: Vec<Seen>,
}

/// A request that a server is expected to get.
#[derive(Clone)]
pub struct Sent {
    /// Method, URL, headers and body.
    pub message: Message,
    /// Whether the bodies are compared as JSON.
    pub is_json: bool,
    /// The proxy that it went through, `host:port`.
    pub proxy: Option<String>,
    /// The thumbprint of the certificate that the server was shown.
    pub certificate: Option<String>,
}

/// An event that a logger is expected to get.
#[derive(Clone)]
pub struct Event {
    /// The logger's id, headers that name the partition ([`PARTITION`]), and the event's text as the body.
    pub message: Message,
    /// Whether the texts are compared as JSON.
    pub is_json: bool,
}

/// The headers of an event: the id of its partition, or the key that chooses it.
pub const PARTITION: [&str; 2] = ["partition-id", "partition-key"];

/// A request.
#[derive(Clone)]
pub struct Request {
    /// Method, URL, headers and body.
    pub message: Message,
    /// The address that it comes from, where it is another.
    pub ip: Option<IpAddr>,
    /// The certificate that the client shows (DER).
    pub certificate: Option<Vec<u8>>,
    /// How often it is sent, one after another.
    pub times: u32,
}

/// A response that is expected.
#[derive(Clone)]
pub struct Expected {
    /// Status line, headers and body.
    pub message: Message,
    /// Status code.
    pub status: u16,
    /// Whether the bodies are compared as JSON.
    pub is_json: bool,
    /// Whether it has no other headers than those.
    pub is_whole: bool,
    /// How much time passes until it has come.
    pub took: Option<Duration>,
    /// Whether the body breaks off.
    pub breaks: bool,
}

/// What else is expected of the last request.
#[derive(Clone)]
pub struct Seen {
    /// Where it stands.
    pub span: Span,
    /// What.
    pub what: What,
}

/// See [`Seen`].
#[derive(Clone)]
pub enum What {
    /// Values of variables; none: not set.
    Variables(Vec<(String, Option<String>)>),
    /// Messages that policies traced, a line each.
    Trace(Vec<String>),
    /// Policies that ran, a line each.
    Steps(Vec<String>),
    /// Members of `context.LastError`.
    Error(Vec<(String, String)>),
    /// Measurements, a line each.
    Metrics(Vec<String>),
    /// Parts of the trace that debug credentials ask for.
    Traced(serde_json::Value),
}
