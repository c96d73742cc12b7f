//! Clients that keep the server waiting, and how long it does.

use std::time::Duration;

use chancery_e2e::{Answer, CLIENTS, Heard, Server, Socket};

use crate::{get, impatient, ordinary, post};

/// Between two bytes of a slow client.
const PAUSE: Duration = Duration::from_millis(50);
/// So many bytes take longer than the server waits for anything.
const BYTES: usize = 600;

/// Sends byte after byte until the server answers or hangs up.
#[track_caller]
fn trickle(server: &Server, start: &str) -> Option<Answer> {
    let mut socket = Socket::open(server.address());
    socket.send(start);
    for _ in 0..BYTES {
        match socket.heard(PAUSE) {
            Heard::Answer(answer) => return Some(answer),
            Heard::End => return None,
            Heard::Silence => drop(socket.send("x")),
        }
    }
    panic!("the server still waits after {BYTES} bytes, one every {PAUSE:?}");
}

#[test]
fn a_head_that_comes_byte_by_byte_is_not_waited_for() {
    let server = impatient().start();
    for start in ["", "G", "GET /", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: x\r\nX: "] {
        if let Some(answer) = trickle(&server, start) {
            assert!([400, 408].contains(&answer.status), "{start:?}: {}", answer.status);
        }
    }
    ordinary(&server, &server.token());
}

#[test]
fn a_body_that_comes_byte_by_byte_is_told_that_it_is_too_slow() {
    let server = impatient().start();
    let token = server.token();
    let headers = format!(
        "Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n"
    );
    let answer = trickle(&server, &post(&server, CLIENTS, &headers)).expect("an answer").expect(408);
    assert_eq!(answer.text_of("code"), "client.timeout");
    assert_eq!(answer.json()["status"], 408);
    assert_eq!(answer.text_of("contextId"), answer.header("inin-correlation-id"));
    for path in ["/oauth/token", "/oauth2/token"] {
        let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9999\r\n";
        let answer = trickle(&server, &post(&server, path, form)).expect("an answer");
        assert!([400, 408].contains(&answer.status), "{path}: {}", answer.status);
        assert!(answer.json()["error"].is_string(), "{path}: {}", answer.text);
    }
}

#[test]
fn a_chunk_that_does_not_come_is_too_slow_as_well() {
    let server = impatient().start();
    for start in ["", "5\r\nab", "5\r\nabcde\r\n", "5\r\nabcde\r\n0\r\n"] {
        let request = post(&server, "/api/v2/nothing", "Transfer-Encoding: chunked\r\n");
        let mut socket = Socket::open(server.address());
        socket.send(request + start);
        assert_eq!(socket.answer().expect(408).text_of("code"), "client.timeout", "{start:?}");
        assert!(socket.rest().is_empty(), "the connection goes with the request");
    }
}

#[test]
fn an_idle_connection_is_closed_whether_it_was_used_or_not() {
    let server = impatient().start();
    let mut unused = Socket::open(server.address());
    let mut used = Socket::open(server.address());
    for _ in 0..3 {
        used.send(get(&server, "/health/live"));
        used.answer().expect(200);
    }
    assert!(used.rest().is_empty());
    let said: Vec<_> = unused.rest().iter().map(|answer| answer.status).collect();
    assert!(said.is_empty() || said == [408], "{said:?}");
}
