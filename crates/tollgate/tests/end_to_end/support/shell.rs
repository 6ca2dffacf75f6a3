//! A command from its start to its end, as a shell sees it.

use super::programs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a command printed, and its exit code.
#[derive(Debug)]
pub struct Outcome {
    /// Exit code.
    pub code: Option<i32>,
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub errors: String,
}

/// Runs `tollgate` with these arguments to its end.
pub fn run(arguments: &[&str]) -> Outcome {
    run_with(arguments, "")
}

/// Runs it in a folder.
pub fn run_in(folder: &Path, arguments: &[&str]) -> Outcome {
    finished(
        Command::new(programs::tollgate()).current_dir(folder).args(arguments),
        "",
    )
}

/// Runs it with something on its standard input.
pub fn run_with(arguments: &[&str], input: &str) -> Outcome {
    finished(Command::new(programs::tollgate()).args(arguments), input)
}

fn finished(command: &mut Command, input: &str) -> Outcome {
    let piped = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // A command that reads no input may have closed it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let outcome = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Outcome {
        code: outcome.status.code(),
        output: text(outcome.stdout),
        errors: text(outcome.stderr),
    }
}
