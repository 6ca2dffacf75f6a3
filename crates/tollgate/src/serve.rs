//! `tollgate serve`: the gateway on an artifact folder, which is watched.

use crate::configuration::{Configuration, Source};
use crate::descriptors;
use crate::logging::{self, LogFormat, LogLevel};
use crate::vault::VaultEnvironment;
use crate::{EXIT_FAILED, EXIT_PROBLEMS, output};
use catalog::{Changed, Watch};
use clap::Args;
use diagnostic::{Diagnostic, Severity};
use expression::context::Deployment;
use gateway::{Config, Gateway, Limits, Listen, Running, SystemClock, TlsIdentity};
use policy::{IdentitySource, Network, Vaults};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use shared::{Address, Link, Options, RedisCache, RedisCounters, WhenAway};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use store::{CACHE_BYTES, Caches, Counters, InProcessCache, InProcessCounters};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// The environment variable that holds the key for traces.
const TRACING_KEY: &str = "TOLLGATE_TRACING_KEY";
/// The environment variable that holds the address of Redis, and with it the password.
const REDIS: &str = "TOLLGATE_REDIS";
/// Characters that the key has at least.
const SHORTEST_TRACING_KEY: usize = 16;

/// Serve the APIs of an artifact folder; a change of the folder is live at once, a broken one is refused.
#[derive(Args)]
pub struct Serve {
    /// The artifact folder.
    #[arg(long, value_name = "DIR")]
    config: PathBuf,
    /// Properties that entities have in one environment: `configuration.<environment>.yaml` of the `APIOps` tools; watched.
    #[arg(long, value_name = "FILE")]
    overrides: Option<PathBuf>,
    /// Where clients connect.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where health checks and metrics are served; keep it away from clients.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    admin_listen: SocketAddr,
    /// Certificate chain (PEM) for TLS on the listen address; needs --tls-key.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// Private key (PEM) of the certificate.
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// Ask clients for a certificate, which policies read as context.Request.Certificate; they may have none.
    #[arg(long, requires = "tls_certificate")]
    tls_client_certificates: bool,
    /// Proxy in front of the gateway whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: an address, or a
    /// network such as `10.0.0.0/8`; may be repeated.
    #[arg(long, value_name = "NETWORK")]
    trusted_proxy: Vec<Network>,
    /// Origin whose pages may call MCP servers from a browser, such as `https://app.example`; may be repeated.
    /// Those on an API's own hosts and those that its `cors` policies allow need not be named.
    #[arg(long, value_name = "ORIGIN")]
    mcp_origin: Vec<String>,
    /// Client connections that may be open at once; more wait until one closes.
    #[arg(long, value_name = "NUMBER", default_value_t = Limits::default().connections)]
    max_connections: usize,
    /// Bytes of a body that a policy reads whole; of a larger request the client is told (413), a larger response fails.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().buffer_bytes)]
    max_buffered_body: u64,
    /// Bytes that the gateway's own cache holds at most; what was used longest ago makes room.
    #[arg(long, value_name = "BYTES", default_value_t = CACHE_BYTES)]
    cache_bytes: usize,
    /// What becomes of calls under a limit while Redis, which `TOLLGATE_REDIS` names, cannot be reached.
    #[arg(long, value_enum, default_value = "fail-open")]
    redis_away: RedisAway,
    /// Certificates (PEM) of authorities that sign those of Redis; none: those that the system trusts.
    #[arg(long, value_name = "FILE")]
    redis_ca: Option<PathBuf>,
    /// `context.Deployment.Region`: where the gateway runs, such as `West Europe`.
    #[arg(long, value_name = "NAME", default_value = "")]
    region: String,
    /// `context.Deployment.ServiceName` and `ServiceId`: what the service is called.
    #[arg(long, value_name = "NAME", default_value = "")]
    service_name: String,
    /// `context.Deployment.Gateway.Id`; any other than `managed` is that of a self-hosted gateway.
    #[arg(long, value_name = "ID", default_value = Deployment::MANAGED)]
    gateway_id: String,
    /// Base URL that `send-service-bus-message` sends to in place of the namespaces that policies name, such as a proxy.
    #[arg(long, value_name = "URL")]
    service_bus_url: Option<String>,
    /// Base URL of the Dapr runtime that policies call.
    #[arg(long, value_name = "URL", default_value = "http://localhost:3500")]
    dapr_url: String,
    /// Base URL that is asked for secrets in place of the Key Vaults that the folder names, such as an emulator.
    #[arg(long, value_name = "URL")]
    key_vault_url: Option<String>,
    /// Seconds after which secrets of Key Vault are read again.
    #[arg(long, value_name = "SECONDS", default_value_t = 4 * 60 * 60)]
    key_vault_refresh: u64,
    /// Worker threads; 0: one for each processor.
    #[arg(long, default_value_t = 0)]
    workers: usize,
    /// Seconds that requests in flight may take to end after a signal to stop.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    drain: u64,
    /// Form of the log on standard error.
    #[arg(long, value_enum, default_value = "pretty")]
    log_format: LogFormat,
    /// How much is logged.
    #[arg(long, value_enum, default_value = "info")]
    log_level: LogLevel,
}

/// `--redis-away`
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum RedisAway {
    /// They pass and are not counted.
    FailOpen,
    /// They are refused with 503.
    FailClosed,
}

impl Serve {
    /// Runs the command until a signal ends it.
    pub fn run(self) -> ExitCode {
        logging::start(self.log_format, self.log_level);
        // Before the folder is read, or a change in between would be missed.
        let (told, changes) = channel();
        let overridden = self.overrides.as_deref().map(|file| {
            let told = told.clone();
            catalog::watch_file(file, move || {
                let _ = told.send(Changed::Anything);
            })
        });
        let watch = catalog::watch(&self.config, move |changed| {
            let _ = told.send(changed);
        });
        let vaults = match self.vaults() {
            Ok(vaults) => vaults,
            Err(message) => {
                tracing::error!("{message}");
                return ExitCode::from(EXIT_FAILED);
            }
        };
        let (stop, stopped) = watch::channel(false);
        let environment = VaultEnvironment::new(vaults, stopped);
        let mut source = Source::new(&self.config, self.overrides.as_deref(), environment);
        let configuration = source.read(&Changed::Anything);
        report(&configuration.diagnostics, self.log_format);
        if !configuration.is_sound() {
            tracing::error!(folder = %self.config.display(), "this folder cannot be served");
            return ExitCode::from(EXIT_PROBLEMS);
        }
        let cannot = |path: &Path, error| format!("cannot watch {}: {error}", path.display());
        let watches = watch.map_err(|error| cannot(&self.config, error)).and_then(|watch| {
            let overridden = overridden.transpose();
            let path = self.overrides.as_deref().unwrap_or(&self.config);
            Ok([Some(watch), overridden.map_err(|error| cannot(path, error))?])
        });
        match watches.and_then(|watches| self.serve(configuration, source, (watches, changes), &stop)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                tracing::error!("{message}");
                ExitCode::from(EXIT_FAILED)
            }
        }
    }

    fn serve(
        &self,
        configuration: Configuration,
        mut source: Source,
        (watches, changes): ([Option<Watch>; 2], Receiver<Changed>),
        stop: &watch::Sender<bool>,
    ) -> Result<(), String> {
        descriptors::raise();
        let stopped = stop_signal()?;
        let running = self.start(configuration, source.environment().identity())?;
        // Scripts wait for these lines.
        let scheme = if self.tls_certificate.is_some() {
            "https"
        } else {
            "http"
        };
        let address = |address: Option<SocketAddr>| address.map_or_else(String::new, |address| address.to_string());
        output::notice(format_args!("listening on {scheme}://{}", address(running.address())));
        output::notice(format_args!("admin on http://{}", address(running.admin_address())));
        std::thread::scope(|scope| -> Result<(), String> {
            let running = &running;
            let thread = std::thread::Builder::new().stack_size(policy::STACK);
            let reloads = move || {
                while let Some(changed) = self.next_change(&changes, source.environment()) {
                    self.reload(running, &mut source, &changed);
                }
            };
            let reloading = thread.spawn_scoped(scope, reloads);
            reloading.map_err(|error| format!("no thread for changes of the folder: {error}"))?;
            let _ = stopped.recv();
            tracing::info!(seconds = self.drain, "stopping: requests in flight may end");
            // No watch, no changes: the thread ends, and does not wait for vaults before.
            stop.send_replace(true);
            drop(watches);
            Ok(())
        })?;
        running.shutdown(Duration::from_secs(self.drain));
        Ok(())
    }

    fn start(&self, configuration: Configuration, identity: Arc<IdentitySource>) -> Result<Running, String> {
        let config = Config {
            listen: vec![Listen {
                address: self.listen,
                tls: self.tls_identity()?,
                client_certificates: self.tls_client_certificates,
            }],
            admin_listen: Some(self.admin_listen),
            workers: self.workers,
            deployment: Arc::new(Deployment {
                region: self.region.as_str().into(),
                service_id: self.service_name.as_str().into(),
                service_name: self.service_name.as_str().into(),
                ..Deployment::of_gateway(&self.gateway_id)
            }),
            limits: Limits {
                connections: self.max_connections,
                buffer_bytes: self.max_buffered_body,
                ..Limits::default()
            },
            trusted_proxies: self.trusted_proxy.clone(),
            mcp_origins: self.mcp_origin.clone(),
            service_bus: self.service_bus_url.clone(),
            dapr: Some(self.dapr_url.clone()),
            identity,
            authorizations: Arc::new(match std::env::var_os("TOLLGATE_AUTHORIZATIONS_DIR") {
                Some(folder) => policy::KnownAuthorizations::read(Path::new(&folder))?,
                None => policy::KnownAuthorizations::default(),
            }),
            tracing_key: tracing_key()?,
            entra: std::env::var("AZURE_AUTHORITY_HOST").ok().filter(|url| !url.is_empty()),
            ..Config::default()
        };
        let mut counters: Arc<dyn Counters> = Arc::new(InProcessCounters::default());
        let mut caches = Caches {
            internal: Arc::new(InProcessCache::with_room_for(self.cache_bytes)),
            external: None,
        };
        if let Some(link) = self.redis()? {
            let when_away = match self.redis_away {
                RedisAway::FailOpen => WhenAway::LetPass,
                RedisAway::FailClosed => WhenAway::Refuse,
            };
            counters = Arc::new(RedisCounters::new(Arc::clone(&link), when_away));
            caches.external = Some(Arc::new(RedisCache::new(link)));
        }
        Gateway::start(
            config,
            Arc::new(configuration.catalog),
            configuration.plans,
            counters,
            caches,
            Arc::new(SystemClock::default()),
        )
    }

    /// How vaults are asked for secrets.
    fn vaults(&self) -> Result<Vaults, String> {
        Ok(Vaults {
            identity: Arc::new(IdentitySource::from_environment(|name| std::env::var(name).ok())?),
            url: self.key_vault_url.clone(),
        })
    }

    /// What has changed next, in the folder or in a vault; nothing when no change will come.
    fn next_change(&self, told: &Receiver<Changed>, environment: &VaultEnvironment) -> Option<Changed> {
        let refresh = Duration::from_secs(self.key_vault_refresh.max(1));
        loop {
            match told.recv_timeout(refresh.saturating_sub(environment.age())) {
                Ok(mut changed) => {
                    // What has changed while the last change was read.
                    for more in told.try_iter() {
                        changed.add(more);
                    }
                    return Some(changed);
                }
                Err(RecvTimeoutError::Timeout) => {
                    if environment.renew() {
                        tracing::info!("a secret of a vault has changed");
                        return Some(Changed::Anything);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    /// The connection to the Redis that the environment names.
    fn redis(&self) -> Result<Option<Arc<Link>>, String> {
        let Some(url) = std::env::var(REDIS).ok().filter(|url| !url.is_empty()) else {
            return Ok(None);
        };
        let authorities = self
            .redis_ca
            .as_ref()
            .map(|path| std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display())));
        let address = Address::new(&url, authorities.transpose()?).map_err(|error| format!("{REDIS}: {error}"))?;
        Link::start(address, Options::default()).map(Some)
    }

    fn tls_identity(&self) -> Result<Option<Vec<TlsIdentity>>, String> {
        let (Some(certificate), Some(key)) = (&self.tls_certificate, &self.tls_key) else {
            return Ok(None);
        };
        let unreadable = |path: &Path| {
            let path = path.display().to_string();
            move |error: rustls_pki_types::pem::Error| format!("cannot read {path} as PEM: {error}")
        };
        let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect);
        let chain = chain.map_err(unreadable(certificate))?;
        if chain.is_empty() {
            return Err(format!("{} holds no certificate", certificate.display()));
        }
        let key = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key))?;
        Ok(Some(vec![TlsIdentity {
            hosts: Vec::new(),
            chain,
            key,
        }]))
    }

    fn reload(&self, running: &Running, source: &mut Source, changed: &Changed) {
        let began = Instant::now();
        let configuration = source.read(changed);
        if source.environment().stops() {
            return;
        }
        report(&configuration.diagnostics, self.log_format);
        if configuration.is_sound() {
            running.replace(Arc::new(configuration.catalog), configuration.plans);
            tracing::info!(
                milliseconds = began.elapsed().as_millis() as u64,
                "the changed configuration is live"
            );
        } else {
            running.refused();
            tracing::error!("the changed configuration is broken; the last good one stays in service");
        }
    }
}

/// The key that traces of requests are had with; none: nothing is traced.
fn tracing_key() -> Result<Option<String>, String> {
    let Some(key) = std::env::var(TRACING_KEY).ok().filter(|key| !key.is_empty()) else {
        return Ok(None);
    };
    if key.len() < SHORTEST_TRACING_KEY {
        let message =
            format!("{TRACING_KEY} is short enough to be guessed: it needs {SHORTEST_TRACING_KEY} characters");
        return Err(message);
    }
    Ok(Some(key))
}

/// Tells people with excerpts, machines with fields.
fn report(diagnostics: &[Diagnostic], format: LogFormat) {
    if format == LogFormat::Pretty {
        output::aside(diagnostic::render(diagnostics));
        return;
    }
    for diagnostic in diagnostics {
        let position = diagnostic.position();
        let (file, line, column, code) = (diagnostic.file(), position.line, position.column, diagnostic.code);
        let help = diagnostic.help.as_deref();
        match diagnostic.severity {
            Severity::Error => tracing::error!(file, line, column, code, help, "{}", diagnostic.message),
            Severity::Warning => tracing::warn!(file, line, column, code, help, "{}", diagnostic.message),
        }
    }
}

/// Receives once when the process is asked to stop (SIGTERM, SIGINT).
fn stop_signal() -> Result<Receiver<()>, String> {
    let failed = |error: std::io::Error| format!("cannot listen for signals: {error}");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .map_err(failed)?;
    let (told, stopped) = channel();
    let (terminate, interrupt) = {
        let _inside = runtime.enter();
        (
            signal(SignalKind::terminate()).map_err(failed)?,
            signal(SignalKind::interrupt()).map_err(failed)?,
        )
    };
    std::thread::spawn(move || {
        runtime.block_on(async move {
            let (mut terminate, mut interrupt) = (terminate, interrupt);
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        });
        let _ = told.send(());
    });
    Ok(stopped)
}
