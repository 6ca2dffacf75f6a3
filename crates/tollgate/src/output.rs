//! What commands print: results on standard output, everything else on standard error.
//!
//! A reader that has seen enough (`| head`) is no failure. Results that cannot be written, because the disk is full, are:
//! whoever reads them later would take a part for the whole. Never here: the log of a gateway that serves.

use crate::EXIT_FAILED;
use std::fmt::Display;
use std::io::{ErrorKind, Write};

/// Prints a part of a command's result.
pub fn print(text: impl Display) {
    let mut out = std::io::stdout().lock();
    let written = write!(out, "{text}").and_then(|()| out.flush());
    match written {
        Err(failed) if failed.kind() != ErrorKind::BrokenPipe => {
            error(format_args!("cannot write to standard output: {failed}"));
            std::process::exit(EXIT_FAILED.into());
        }
        _ => {}
    }
}

/// Prints a line of a command's result.
pub fn line(text: impl Display) {
    print(format_args!("{text}\n"));
}

/// Prints a line that nobody depends on: a gateway serves whether or not it can be written.
pub fn notice(text: impl Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Says what is no part of the result.
pub fn aside(text: impl Display) {
    // There is nobody left to be told.
    let _ = write!(std::io::stderr(), "{text}");
}

/// Says why a command did not do its work.
pub fn error(message: impl Display) {
    aside(format_args!("error: {message}\n"));
}
