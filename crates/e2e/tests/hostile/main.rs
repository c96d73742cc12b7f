//! Clients that are hostile, broken or merely odd, over raw sockets: none of them harms the others.
#![expect(clippy::expect_used, reason = "what cannot be set up fails the test")]

mod bodies;
mod connections;
mod cors;
mod dying;
mod flooding;
mod forms;
mod forwarded;
mod hosts;
mod http2;
mod oversized;
mod patience;
mod pipelining;
mod roles;
mod room;
mod smuggling;

use std::time::{Duration, Instant};

use chancery_e2e::{Answer, Builder, Client, Server, Socket, until};

/// Far longer than any answer takes, and far shorter than any time limit of the server.
const SOON: Duration = Duration::from_secs(5);
/// What a crowd may cost, in KiB.
const ALLOWANCE: u64 = 64 * 1024;

/// A server that soon hangs up on those who keep it waiting.
fn impatient() -> Builder {
    let seconds = |builder: Builder, option: &str| builder.option(option, "1");
    ["--head-timeout", "--body-timeout", "--idle-timeout"].into_iter().fold(Builder::fresh(), seconds)
}

/// A request without body, as text.
fn get(server: &Server, path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", server.address())
}

/// A request with these header lines, as text; the body is for the caller to add.
fn post(server: &Server, path: &str, headers: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n", server.address())
}

/// All that a connection of its own answers to these bytes, until the server hangs up.
#[track_caller]
fn answers(server: &Server, bytes: impl AsRef<[u8]>) -> Vec<Answer> {
    let mut socket = Socket::open(server.address());
    socket.send(bytes);
    socket.rest()
}

/// What an ordinary client does, on connections of its own: all of it works, and soon.
#[track_caller]
fn ordinary(server: &Server, token: &str) {
    let begun = Instant::now();
    let client = Client::new(server.url());
    client.get("/health/ready").expect(200);
    client.grant("5bfa8c2e-90b5-4a0f-8a53-2a7b1b8ff1d3", "nobody's secret").expect(400);
    client.with_token(token).get("/api/v2/tokens/me").expect(200);
    let taken = begun.elapsed();
    assert!(taken < SOON, "three requests of an ordinary client took {taken:?}");
}

/// The memory that a server occupies, in KiB.
fn resident(process: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).expect("the process is there");
    let size = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
    size.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// How many sockets a process has open. Its files are another matter: a database opens them when it likes.
fn sockets(process: u32) -> usize {
    let files = std::fs::read_dir(format!("/proc/{process}/fd")).expect("the process is there");
    let targets = files.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}

/// Waits until a server has no more connections than it had before.
#[track_caller]
fn forgotten(process: u32, before: usize) {
    until("the connections are closed", Duration::from_secs(20), || {
        (sockets(process) <= before).then_some(())
    });
}
