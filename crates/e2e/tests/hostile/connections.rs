//! More connections than the server takes at a time.

use std::time::Duration;

use chancery_e2e::{Builder, Heard, Server, Socket};

use crate::get;

/// A server that has the next of a waiting crowd in hand has answered by then.
const SHORT: Duration = Duration::from_millis(300);

/// An open connection that was answered, so that the server has certainly taken it.
fn taken(server: &Server) -> Socket {
    let mut socket = Socket::open(server.address());
    socket.send(get(server, "/health/live"));
    assert_eq!(socket.answer().status, 200);
    socket
}

#[test]
fn one_connection_too_many_waits_until_another_goes() {
    let server = Builder::fresh().option("--max-connections", "3").start();
    let mut others: Vec<_> = (0..3).map(|_| taken(&server)).collect();
    let mut waiting = Socket::open(server.address());
    waiting.send(get(&server, "/health/live"));
    assert!(matches!(waiting.heard(SHORT), Heard::Silence), "a fourth connection was answered");
    for other in &mut others {
        other.send(get(&server, "/health/live"));
        assert_eq!(other.answer().status, 200, "those who are in are served");
    }
    drop(others.pop());
    assert_eq!(waiting.answer().status, 200);
}

#[test]
fn connections_that_come_and_go_do_not_use_the_places_up() {
    let server = Builder::fresh().option("--max-connections", "3").start();
    for _ in 0..50 {
        drop(taken(&server));
        let mut broken = Socket::open(server.address());
        broken.send("no HTTP at all\r\n\r\n");
        drop(broken);
    }
    taken(&server);
}
