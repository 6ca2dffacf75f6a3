//! How many files and sockets the process may have open.
//!
//! Never here: how many connections are accepted; that is the gateway's.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the limit to as many as the system lets this process have. Shells start with 1,024 by tradition, for programs
/// that use `select`; a proxy needs two for a request.
pub fn raise() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, current = limit.current, "the limit of open files stays as it is");
    }
}
