//! Crowds that take connections and give nothing.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use chancery_e2e::{Builder, Heard, Server, Socket, connect};

use crate::{ALLOWANCE, forgotten, get, ordinary, post, resident, sockets};

/// Connections that say nothing, where the system lets this process open so many.
const IDLE: usize = 1_000;
/// Connections that say a byte now and then.
const SLOW: usize = 50;
const ROUNDS: usize = 5;

/// How many files this process may open, less those of the tests beside it.
fn allowed() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").expect("the limits of this process");
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).expect("a limit");
    let soft = line.split_whitespace().next().and_then(|it| it.parse::<usize>().ok());
    soft.unwrap_or(usize::MAX).saturating_sub(400)
}

/// A crowd around ordinary clients; answers the server's memory while it was there.
fn crowd(server: &Server, process: u32, token: &str) -> u64 {
    let count = IDLE.min(allowed());
    let mut idle: Vec<_> = (0..count).map(|_| connect(server.address())).collect();
    for stream in idle.iter_mut().step_by(2) {
        stream.write_all(get(server, "/health/live").as_bytes()).expect("a request is sent");
    }
    let slow = |text: String| -> Vec<TcpStream> {
        let mut streams: Vec<_> = (0..SLOW).map(|_| connect(server.address())).collect();
        for stream in &mut streams {
            stream.write_all(text.as_bytes()).expect("the beginning is sent");
        }
        streams
    };
    let mut heads = slow("GET /health/live HTTP/1.1\r\nX: ".to_owned());
    let mut bodies =
        slow(post(server, "/oauth/token", "Content-Type: application/json\r\nContent-Length: 99\r\n"));
    let mut most = 0;
    for _ in 0..ROUNDS {
        ordinary(server, token);
        assert!(sockets(process) > count, "the crowd is in");
        for stream in heads.iter_mut().chain(&mut bodies) {
            stream.write_all(b"x").expect("one more byte is sent");
        }
        most = most.max(resident(process));
    }
    most
}

#[test]
fn a_thousand_idle_and_slow_connections_cost_others_nothing_and_are_forgotten() {
    let mut server = Builder::fresh().start();
    let (process, token) = (server.process().id(), server.token());
    ordinary(&server, &token);
    let (files, before) = (sockets(process), resident(process));
    let first = crowd(&server, process, &token);
    assert!(first < before + ALLOWANCE, "{before} KiB before, {first} KiB with the crowd");
    forgotten(process, files);
    let second = crowd(&server, process, &token);
    assert!(second < first + ALLOWANCE / 4, "{first} KiB with one crowd, {second} KiB with the next");
    ordinary(&server, &token);
}

#[test]
fn who_reads_no_answers_is_not_answered_without_end() {
    let mut server = Builder::fresh().start();
    let (process, token) = (server.process().id(), server.token());
    let before = resident(process);
    let mut deaf = Socket::open(server.address());
    let many = get(&server, "/").repeat(1_000);
    // Some hundred MiB of answers: more than the buffers of any socket hold.
    let was_taken = (0..1_000).all(|_| deaf.send(&many));
    assert!(!was_taken, "the server went on reading though nobody reads its answers");
    ordinary(&server, &token);
    let after = resident(process);
    assert!(after < before + ALLOWANCE, "{before} KiB before, {after} KiB after");
}

#[test]
fn a_body_without_end_is_not_read_without_end() {
    let mut server = Builder::fresh().start();
    let (process, token) = (server.process().id(), server.token());
    let before = resident(process);
    let piece = format!("10000\r\n{}\r\n", "x".repeat(0x1_0000));
    let mut socket = Socket::open(server.address());
    socket.send(post(&server, "/oauth/token", "Transfer-Encoding: chunked\r\n"));
    let was_taken = (0..2_000).all(|_| socket.send(&piece));
    assert!(!was_taken, "the server took 125 MiB");
    assert!(!matches!(socket.heard(Duration::from_secs(10)), Heard::Silence), "the server does not hang up");
    ordinary(&server, &token);
    let after = resident(process);
    assert!(after < before + ALLOWANCE, "{before} KiB before, {after} KiB after");
}

#[test]
fn a_head_without_end_is_not_read_without_end() {
    let mut server = Builder::fresh().start();
    let (process, token) = (server.process().id(), server.token());
    let before = resident(process);
    let piece = "x".repeat(64 * 1024);
    for start in ["", "GET /", "GET / HTTP/1.1\r\nHost: ", "GET / HTTP/1.1\r\nHost: x\r\nX: "] {
        let mut socket = Socket::open(server.address());
        socket.send(start);
        let was_taken = (0..1_000).all(|_| socket.send(&piece));
        assert!(!was_taken, "after {start:?} the server took 62 MiB");
    }
    ordinary(&server, &token);
    let after = resident(process);
    assert!(after < before + ALLOWANCE, "{before} KiB before, {after} KiB after");
}
