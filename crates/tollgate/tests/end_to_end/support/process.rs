//! A program that runs during a test: what it prints is kept, and it ends with the test.

use super::patience::eventually;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};

/// A running program.
pub struct Process {
    child: Child,
    output: Printed,
    log: Printed,
}

/// What a program has printed so far.
type Printed = Arc<Mutex<String>>;

impl Process {
    /// Starts it.
    pub fn start(program: &Path, arguments: &[&str]) -> Self {
        Self::start_in(program, arguments, &[])
    }

    /// Starts it with further environment variables.
    pub fn start_in(program: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(program)
            .args(arguments)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", program.display()));
        let output = keep(child.stdout.take().unwrap());
        let log = keep(child.stderr.take().unwrap());
        Self { child, output, log }
    }

    /// What follows `start` in a line of its standard output, once that line is there.
    pub async fn announced(&mut self, start: &str) -> String {
        let (output, log) = (Arc::clone(&self.output), Arc::clone(&self.log));
        let child = &mut self.child;
        eventually(start, async || {
            let line = text(&output)
                .lines()
                .find_map(|line| Some(line.strip_prefix(start)?.trim().to_owned()));
            if line.is_none()
                && let Ok(Some(status)) = child.try_wait()
            {
                panic!(
                    "it ended with {status} before it printed {start:?}: {}{}",
                    text(&output),
                    text(&log)
                );
            }
            line
        })
        .await
    }

    /// What it has printed on standard error so far.
    pub fn log(&self) -> String {
        text(&self.log)
    }

    /// What it has printed on standard output so far.
    pub fn output(&self) -> String {
        text(&self.output)
    }

    /// Sends a signal by its name, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status();
        assert!(sent.is_ok_and(|status| status.success()), "cannot send SIG{name}");
    }

    /// How it ended, once it has.
    pub async fn end(&mut self) -> ExitStatus {
        let child = &mut self.child;
        eventually("the end of the process", async || child.try_wait().unwrap()).await
    }

    /// Memory that is its own and resident, in KiB.
    pub fn resident_kib(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// The most that was ever resident, in KiB.
    pub fn peak_kib(&self) -> u64 {
        self.status("VmHWM:")
    }

    fn status(&self, line: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("the process runs");
        let value = status.lines().find_map(|found| found.strip_prefix(line));
        let number = value.and_then(|value| value.trim().strip_suffix(" kB")?.parse().ok());
        number.unwrap_or_else(|| panic!("no {line} in {status}"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() && std::env::var_os("SHOW_LOGS").is_some() {
            eprintln!("log of a program of the failed test:\n{}", self.log());
        }
    }
}

fn keep(from: impl Read + Send + 'static) -> Printed {
    let printed = Printed::default();
    let kept = Arc::clone(&printed);
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let mut kept = kept.lock().unwrap();
            kept.push_str(&line);
            kept.push('\n');
        }
    });
    printed
}

fn text(printed: &Printed) -> String {
    printed.lock().unwrap().clone()
}
