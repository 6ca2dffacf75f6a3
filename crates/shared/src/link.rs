//! The connection to Redis: one thread that keeps it, and calls on it that end in time.
//!
//! A call that is not answered in time, or whose connection breaks, ends the connection for all: the calls that follow
//! fail at once until there is a new one. It is sought after a pause, which doubles with each failure. A connection that
//! nobody uses is asked each second whether it is alive.
//! Never here: what is kept in Redis.

use crate::address::{Address, CONNECT, Connection, said};
use parking_lot::Mutex;
use redis::{ErrorKind, RedisError, RedisResult, ServerErrorKind};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use store::Unavailable;
use tokio::runtime::Handle;
use tokio::sync::{Notify, oneshot};

/// How the link is used.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long a call waits for its answer.
    pub patience: Duration,
    /// What all keys begin with; gateways with the same prefix share their state.
    pub prefix: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            patience: Duration::from_millis(200),
            prefix: "tollgate:".to_owned(),
        }
    }
}

/// The connection to one Redis, for all workers. Dropping it ends its thread.
pub struct Link {
    state: Arc<State>,
    options: Options,
    runtime: Handle,
    /// Dropped with the link.
    _stop: oneshot::Sender<()>,
}

struct State {
    /// The connection with its number, while there is one.
    connection: Mutex<Option<(u64, Connection)>>,
    /// Told when the connection is given up.
    lost: Notify,
    /// Calls that wait for an answer.
    waiting: AtomicUsize,
    /// Calls that had no answer, ever.
    unanswered: AtomicU64,
    /// The answer that is an error that was last logged, and when.
    complained: Mutex<Option<(String, Instant)>>,
    shown: String,
}

/// Calls that may wait for answers at once; more fail at once.
const MOST_WAITING: usize = 1 << 16;
/// Before the first attempt to connect again, and at most between two.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));
/// Between two questions whether the server is alive.
const PULSE: Duration = Duration::from_secs(1);
/// Between two lines of the log about the same trouble.
const QUIET: Duration = Duration::from_secs(10);

impl Link {
    /// Starts the thread and waits for its first attempt to connect, whatever comes of it.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(address: Address, options: Options) -> Result<Arc<Self>, String> {
        let failed = |error: std::io::Error| format!("cannot start the thread for Redis: {error}");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        let handle = runtime.handle().clone();
        let state = Arc::new(State {
            connection: Mutex::new(None),
            lost: Notify::new(),
            waiting: AtomicUsize::new(0),
            unanswered: AtomicU64::new(0),
            complained: Mutex::new(None),
            shown: address.shown().to_owned(),
        });
        let (stop, stopped) = oneshot::channel();
        let (told, tried) = std::sync::mpsc::channel();
        let kept = Arc::clone(&state);
        std::thread::Builder::new()
            .name("redis".to_owned())
            .spawn(move || {
                runtime.block_on(async move {
                    tokio::select! {
                        () = keep(address, &kept, || { let _ = told.send(()); }) => {}
                        _ = stopped => {}
                    }
                });
            })
            .map_err(failed)?;
        let _ = tried.recv_timeout(2 * CONNECT);
        Ok(Arc::new(Self {
            state,
            options,
            runtime: handle,
            _stop: stop,
        }))
    }

    /// Whether there is a connection.
    pub fn is_connected(&self) -> bool {
        self.state.connection.lock().is_some()
    }

    /// Calls that had no answer since the start.
    pub fn unanswered(&self) -> u64 {
        self.state.unanswered.load(Ordering::Relaxed)
    }

    /// The key in Redis of what has this name among those of its kind.
    pub(crate) fn key(&self, kind: &str, name: &str) -> String {
        format!("{}{kind}:{name}", self.options.prefix)
    }

    /// Makes a call on the link's thread, in the order of the calls of a caller; the answer can be left alone.
    ///
    /// # Errors
    /// At once when there is no connection.
    pub(crate) fn call<T, F>(
        &self,
        call: impl FnOnce(Connection) -> F,
    ) -> Result<oneshot::Receiver<Result<T, Unavailable>>, Unavailable>
    where
        T: Send + 'static,
        F: Future<Output = RedisResult<T>> + Send + 'static,
    {
        let state = &self.state;
        let open = state.connection.lock().clone();
        let Some((number, connection)) = open else {
            state.unanswered.fetch_add(1, Ordering::Relaxed);
            return Err(Unavailable("there is no connection to Redis".to_owned()));
        };
        let place = Place::take(state).ok_or_else(|| {
            state.unanswered.fetch_add(1, Ordering::Relaxed);
            Unavailable(format!("{MOST_WAITING} calls to Redis wait already"))
        })?;
        let patience = self.options.patience;
        let answer = call(connection);
        let (told, answered) = oneshot::channel();
        self.runtime.spawn(async move {
            let state = &place.0;
            let result = match tokio::time::timeout(patience, answer).await {
                Ok(Ok(value)) => Ok(value),
                Ok(Err(error)) => {
                    if breaks(&error) {
                        state.give_up(number, &said(&error));
                    } else {
                        state.complain(&said(&error));
                    }
                    Err(Unavailable(said(&error)))
                }
                Err(_) => {
                    let reason = format!("no answer within {} ms", patience.as_millis());
                    state.give_up(number, &reason);
                    Err(Unavailable(reason))
                }
            };
            if result.is_err() {
                state.unanswered.fetch_add(1, Ordering::Relaxed);
            }
            let _ = told.send(result);
        });
        Ok(answered)
    }
}

/// The place of a call among those that wait.
struct Place(Arc<State>);

impl Place {
    fn take(state: &Arc<State>) -> Option<Self> {
        // The place is given back when this is dropped, whether or not there was one.
        let before = state.waiting.fetch_add(1, Ordering::Relaxed);
        let place = Self(Arc::clone(state));
        (before < MOST_WAITING).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl State {
    /// Ends the connection of this number, if it is still the one.
    fn give_up(&self, number: u64, reason: &str) {
        let given_up = self.connection.lock().take_if(|(open, _)| *open == number).is_some();
        if given_up {
            tracing::error!(
                redis = self.shown,
                "lost Redis: {reason}; until it is back, limits and the shared cache do without it"
            );
            self.lost.notify_one();
        }
    }

    /// Logs an answer that is an error, the same one now and then.
    fn complain(&self, reason: &str) {
        let mut last = self.complained.lock();
        let is_known = |(said, at): &(String, Instant)| said == reason && at.elapsed() < QUIET;
        if !last.as_ref().is_some_and(is_known) {
            *last = Some((reason.to_owned(), Instant::now()));
            tracing::error!(redis = self.shown, "Redis refuses a call: {reason}");
        }
    }
}

/// Whether the server that gives this answer is of no use for the calls that follow.
fn breaks(error: &RedisError) -> bool {
    let left = matches!(
        error.kind(),
        ErrorKind::Server(ServerErrorKind::ReadOnly | ServerErrorKind::BusyLoading | ServerErrorKind::MasterDown)
    );
    left || error.is_io_error() || error.is_unrecoverable_error()
}

/// Keeps a connection for ever; tells when the first attempt has been made.
async fn keep(address: Address, state: &Arc<State>, tried: impl Fn()) {
    let mut number = 0;
    let mut pause = PAUSES.0;
    let mut told: Option<Instant> = None;
    let mut away = false;
    loop {
        number += 1;
        match connect(&address).await {
            Ok(connection) => {
                *state.connection.lock() = Some((number, connection.clone()));
                if std::mem::take(&mut away) {
                    let unanswered = state.unanswered.load(Ordering::Relaxed);
                    tracing::warn!(redis = state.shown, unanswered, "Redis is back");
                } else {
                    tracing::info!(redis = state.shown, "connected to Redis");
                }
                told = None;
                tried();
                if watch(number, connection, state).await {
                    pause = PAUSES.0;
                }
            }
            Err(reason) => {
                if told.is_none_or(|told| told.elapsed() >= QUIET) {
                    told = Some(Instant::now());
                    tracing::error!(
                        redis = state.shown,
                        "cannot connect to Redis: {reason}; limits and the shared cache do without it"
                    );
                }
                tried();
            }
        }
        away = true;
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSES.1);
    }
}

async fn connect(address: &Address) -> Result<Connection, String> {
    let connecting = async {
        let mut connection = address.connect().await?;
        redis::cmd("PING").exec_async(&mut connection).await?;
        Ok(connection)
    };
    match tokio::time::timeout(CONNECT, connecting).await {
        Ok(connected) => connected.map_err(|error: RedisError| said(&error)),
        Err(_) => Err(format!("no answer within {} s", CONNECT.as_secs())),
    }
}

/// Waits until the connection is given up; whether it has answered in between.
async fn watch(number: u64, mut connection: Connection, state: &State) -> bool {
    let mut answered = false;
    loop {
        tokio::select! {
            () = state.lost.notified() => return answered,
            () = tokio::time::sleep(PULSE) => {}
        }
        let ping = redis::cmd("PING");
        match tokio::time::timeout(PULSE, ping.exec_async(&mut connection)).await {
            Ok(Ok(())) => answered = true,
            Ok(Err(error)) => state.give_up(number, &said(&error)),
            Err(_) => state.give_up(number, "it does not answer"),
        }
    }
}
