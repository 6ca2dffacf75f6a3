//! `tollgate`, the command line; the only place where the parts are wired together.
//!
//! Each command is a module with its arguments and one function that gives the exit code. Never here: what a policy,
//! an expression or a request means.

mod check;
mod configuration;
mod descriptors;
mod eval;
mod explain;
mod logging;
mod output;
mod serve;
mod test;
mod vault;

use clap::{Parser, Subcommand, ValueEnum};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// An API, LLM and MCP gateway that runs Azure API Management policies as they are.
#[derive(Parser)]
#[command(name = "tollgate", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(Box<serve::Serve>),
    Check(check::Check),
    Eval(eval::Eval),
    Explain(explain::Explain),
    Test(test::Test),
}

/// How a command prints what it found.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// A command's input is wrong: a document, a folder, an expression.
const EXIT_PROBLEMS: u8 = 1;
/// A command could not do its work: a file that cannot be read, an address that is taken.
const EXIT_FAILED: u8 = 2;

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    // How much stack the process's first thread has is the operator's shell's to say.
    let thread = std::thread::Builder::new().stack_size(policy::STACK);
    let ended = thread.spawn(move || run(command)).map(std::thread::JoinHandle::join);
    match ended {
        Ok(Ok(code)) => code,
        // It has said why.
        Ok(Err(_)) => ExitCode::from(EXIT_FAILED),
        Err(error) => {
            output::error(format_args!("there is no thread to work in: {error}"));
            ExitCode::from(EXIT_FAILED)
        }
    }
}

fn run(command: Command) -> ExitCode {
    match command {
        Command::Serve(serve) => serve.run(),
        Command::Check(check) => check.run(),
        Command::Eval(eval) => eval.run(),
        Command::Explain(explain) => explain.run(),
        Command::Test(test) => test.run(),
    }
}
