//! Specifications of policies: documents with examples that are run.
//!
//! A document is Markdown or YAML. It gives policies or an artifact folder, named values, servers and their answers, a
//! clock, and requests; and it says what comes of them: responses, what servers got, variables, traces. It runs on the
//! very code that serves, offline and in virtual time.
//! Never here: what a policy means, sockets, printing on a terminal.

mod block;
pub mod codes;
mod compare;
mod coverage;
mod document;
mod find;
mod given;
mod markdown;
mod message;
mod mutants;
mod opened;
mod pattern;
mod recorder;
pub mod report;
mod run;
mod scenario;
mod servers;
mod settings;
mod suite;
mod time;
mod tokens;
mod yaml;

pub use compare::Difference;
pub use coverage::{Coverage, Covered};
pub use find::{Read, read, read_text};
pub use mutants::{Mutants, Survivor, mutate};
pub use suite::{Ran, Report, Tested, test};
