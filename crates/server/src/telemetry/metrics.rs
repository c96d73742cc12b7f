//! Every metric, with one function for each thing that is counted. Labels come from bounded sets: never an id, a path
//! or what a caller chose.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ::metrics::{counter, gauge, histogram};
use chancery_store::StoreError;

/// How a metric counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only goes up.
    Counter,
    /// Goes up and down.
    Gauge,
    /// How many seconds, in buckets.
    Histogram,
}

/// One metric.
#[derive(Debug)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// How it counts.
    pub kind: Kind,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// What it counts.
    pub help: &'static str,
}

macro_rules! metrics {
    ($($id:ident $kind:ident $name:literal $labels:tt $help:literal;)+) => {
        $(const $id: &str = $name;)+
        /// All metrics.
        pub const ALL: &[Metric] =
            &[$(Metric { name: $name, kind: Kind::$kind, labels: &$labels, help: $help }),+];
    };
}

metrics! {
    REQUESTS    Counter   "chancery_http_requests_total"           ["operation", "method", "status"] "Requests answered.";
    ANSWERING   Histogram "chancery_http_request_duration_seconds" ["operation"] "Time from the head of a request to its answer.";
    CONNECTIONS Counter   "chancery_connections_total"             [] "Connections accepted.";
    OPEN        Gauge     "chancery_connections_open"              [] "Connections open now.";
    THROTTLED   Counter   "chancery_throttled_total"               ["kind"] "Requests turned away by a limit.";
    ISSUED      Counter   "chancery_tokens_issued_total"           ["grant"] "Access tokens issued.";
    REFUSED     Counter   "chancery_tokens_refused_total"          ["error"] "Token requests refused.";
    LOGINS      Counter   "chancery_logins_total"                  ["outcome"] "Passwords judged: right, wrong, or not looked at.";
    COMMITS     Counter   "chancery_commits_total"                 ["outcome"] "Commits to the store: done, conflict, or failed.";
    COMMITTING  Histogram "chancery_commit_duration_seconds"       [] "Time that a commit took.";
    JOBS        Counter   "chancery_job_failures_total"            ["job"] "Runs of a job that failed.";
    BUILD       Gauge     "chancery_build_info"                    ["version"] "1, with the version as label.";
    STARTED     Gauge     "chancery_start_time_seconds"            [] "When the server started, in seconds since 1970.";
}

/// Whether anybody looks: else nothing is counted, and that costs nothing.
static KEPT: AtomicBool = AtomicBool::new(false);

fn kept() -> bool {
    KEPT.load(Ordering::Relaxed)
}

/// From now on everything is counted, by the recorder of this process.
pub(super) fn keep() {
    for metric in ALL {
        match metric.kind {
            Kind::Counter => ::metrics::describe_counter!(metric.name, metric.help),
            Kind::Gauge => ::metrics::describe_gauge!(metric.name, metric.help),
            Kind::Histogram => ::metrics::describe_histogram!(metric.name, metric.help),
        }
    }
    gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    gauge!(STARTED).set(now.as_secs_f64());
    gauge!(OPEN).set(0.0);
    KEPT.store(true, Ordering::Relaxed);
}

/// A request was answered.
pub fn http_request(operation: &'static str, method: &str, status: u16, elapsed: Duration) {
    if kept() {
        let method = known(method);
        counter!(REQUESTS, "operation" => operation, "method" => method, "status" => status.to_string())
            .increment(1);
        histogram!(ANSWERING, "operation" => operation).record(elapsed);
    }
}

/// A caller can invent methods; those are one.
fn known(method: &str) -> &'static str {
    const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    METHODS.iter().find(|known| **known == method).copied().unwrap_or("other")
}

/// A connection was accepted.
pub fn connection_opened() {
    if kept() {
        counter!(CONNECTIONS).increment(1);
        gauge!(OPEN).increment(1);
    }
}

/// A connection ended.
pub fn connection_closed() {
    if kept() {
        gauge!(OPEN).decrement(1);
    }
}

/// A limit turned a request away.
pub fn throttled(kind: &'static str) {
    if kept() {
        counter!(THROTTLED, "kind" => kind).increment(1);
    }
}

/// An access token was issued.
pub fn token_issued(grant: &'static str) {
    if kept() {
        counter!(ISSUED, "grant" => grant).increment(1);
    }
}

/// A token request was refused.
pub fn token_refused(error: &'static str) {
    if kept() {
        counter!(REFUSED, "error" => error).increment(1);
    }
}

/// A password was judged, or would have been.
pub fn login(outcome: &'static str) {
    if kept() {
        counter!(LOGINS, "outcome" => outcome).increment(1);
    }
}

/// The store committed, found the world changed, or failed.
pub fn commit<T>(elapsed: Duration, made: &Result<T, StoreError>) {
    if kept() {
        let outcome = match made {
            Ok(_) => "done",
            Err(StoreError::Conflict) => "conflict",
            Err(_) => "failed",
        };
        counter!(COMMITS, "outcome" => outcome).increment(1);
        histogram!(COMMITTING).record(elapsed);
    }
}

/// A run of a job failed.
pub fn job_failed(job: &'static str) {
    if kept() {
        counter!(JOBS, "job" => job).increment(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_has_every_metric() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide/operate.md");
        let guide = std::fs::read_to_string(path).expect("docs/guide/operate.md");
        let rows: Vec<_> = guide.lines().filter(|line| line.starts_with("| `chancery_")).collect();
        let expected: Vec<_> = ALL
            .iter()
            .map(|it| {
                let labels: Vec<_> = it.labels.iter().map(|label| format!("`{label}`")).collect();
                let kind = format!("{:?}", it.kind).to_lowercase();
                format!("| `{}` | {kind} | {} | {} |", it.name, labels.join(" "), it.help)
            })
            .collect();
        assert_eq!(rows, expected);
    }

    #[test]
    fn a_method_that_a_caller_invented_makes_no_series() {
        assert_eq!(known("PUT"), "PUT");
        assert_eq!(known("BREW"), "other");
    }
}
