//! How many files and connections the process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What the server opens beside connections: the database, its log, listeners.
const OWN: u64 = 64;

/// How many the process could have open, if that is too few for `connections`.
pub fn too_few(connections: usize) -> Option<u64> {
    getrlimit(Resource::Nofile).maximum.filter(|most| *most < connections as u64 + OWN)
}

/// Raises the soft limit as far as it goes, and says so in the log if that is too little for `connections`.
pub fn allow(connections: usize) {
    let limit = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    let most = if raised.is_ok() { limit.maximum } else { limit.current };
    let wanted = connections as u64 + OWN;
    if let Some(most) = most.filter(|most| *most < wanted) {
        tracing::warn!(
            most,
            "the process may open fewer files than max_connections asks for: raise its limit, or lower the option"
        );
    }
}
