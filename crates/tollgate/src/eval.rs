//! `tollgate eval`: under construction.
use clap::Args;
use std::process::ExitCode;
/// Evaluate policy expressions.
#[derive(Args)]
pub struct Eval {}
impl Eval {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        ExitCode::SUCCESS
    }
}
