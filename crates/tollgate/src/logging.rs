//! The program's own log: structured, on standard error, as JSON lines or for people. Requests are not logged here;
//! they are counted in the metrics. Never here: secrets; nothing that a request carries is logged.

use clap::ValueEnum;
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The form of the log.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One line an event, for people.
    Pretty,
    /// One JSON object an event.
    Json,
}

/// How much is logged.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// Only what needs somebody.
    Error,
    /// And what may.
    Warn,
    /// And what happens to the configuration and the listeners.
    Info,
    /// And what happens to connections.
    Debug,
}

/// Starts logging for the rest of the process; of a bug that panics only its place is told, since its message may quote
/// what a request holds.
pub fn start(format: LogFormat, level: LogLevel) {
    let level = match level {
        LogLevel::Error => Level::ERROR,
        LogLevel::Warn => Level::WARN,
        LogLevel::Info => Level::INFO,
        LogLevel::Debug => Level::DEBUG,
    };
    let builder = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_target(false);
    // What the client for Kafka does is told by those who use it, once.
    let targets = Targets::new().with_default(level);
    let targets = targets.with_target("rskafka", if level == Level::DEBUG { level } else { Level::ERROR });
    match format {
        LogFormat::Pretty => builder
            .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
            .finish()
            .with(targets)
            .init(),
        LogFormat::Json => builder.json().flatten_event(true).finish().with(targets).init(),
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(tracing::field::display);
        tracing::error!(place, "this is a bug in Tollgate; please report it with its place");
    }));
}
