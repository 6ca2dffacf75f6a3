//! `tollgate serve`: the gateway on an artifact folder, which is watched.

use crate::configuration::Configuration;
use crate::logging::{self, LogFormat, LogLevel};
use crate::{EXIT_FAILED, EXIT_PROBLEMS};
use clap::Args;
use gateway::{Gateway, Running};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Serve the APIs of an artifact folder; a change of the folder is live at once, a broken one is refused.
#[derive(Args)]
pub struct Serve {
    /// The artifact folder.
    #[arg(long, value_name = "DIR")]
    config: PathBuf,
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

impl Serve {
    /// Runs the command until a signal ends it.
    pub fn run(self) -> ExitCode {
        logging::start(self.log_format, self.log_level);
        let configuration = Configuration::load(&self.config);
        eprint!("{}", diagnostic::render(&configuration.diagnostics));
        if !configuration.is_sound() {
            eprintln!("error: the folder {} cannot be served, see above", self.config.display());
            return ExitCode::from(EXIT_PROBLEMS);
        }
        match self.start(configuration) {
            Ok(running) => self.serve(running),
            Err(message) => {
                eprintln!("error: {message}");
                ExitCode::from(EXIT_FAILED)
            }
        }
    }
}
