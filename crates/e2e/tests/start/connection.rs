//! Connections that are used again, as every SDK does: a server that closes one says so, or keeps it.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use chancery_e2e::{CLIENTS, Registry, Server};

const LIMIT: Duration = Duration::from_secs(10);
/// A server that has not answered by then waits for the body.
const SHORT: Duration = Duration::from_millis(500);

/// Reads one answer with its body; `None` if nothing comes within `limit`. An early end is an empty answer.
fn answer(stream: &mut TcpStream, limit: Duration) -> Option<String> {
    stream.set_read_timeout(Some(limit)).expect("a time limit");
    let mut seen = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&seen).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |it| it.parse().expect("a length")) {
                return Some(text);
            }
        }
        match stream.read(&mut piece) {
            Ok(0) => return Some(text),
            Ok(read) => seen.extend_from_slice(&piece[..read]),
            Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => {
                return None;
            }
            Err(_) => return Some(text),
        }
    }
}

/// Sends the head and the body apart, as most programs do, and another request after the answer. Says what is wrong.
fn check(server: &Server, method: &str, path: &str, token: &str, status: u16) -> Option<String> {
    let mut stream = TcpStream::connect(server.address()).expect("a connection");
    stream.set_nodelay(true).expect("an option");
    let body = "{\"name\":\"sent apart\"}";
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("the head is sent");
    let early = answer(&mut stream, SHORT);
    let sent = stream.write_all(body.as_bytes());
    let first = early.or_else(|| answer(&mut stream, LIMIT)).unwrap_or_default();
    assert!(first.starts_with(&format!("http/1.1 {status} ")), "{method} {path}: {first}");
    if first.contains("\r\nconnection: close\r\n") {
        return None;
    }
    let again = sent.and_then(|()| stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    let second = again.ok().and_then(|()| answer(&mut stream, LIMIT)).unwrap_or_default();
    let is_kept = second.starts_with("http/1.1 200 ");
    (!is_kept).then(|| format!("{method} {path}: closed after {status} without `Connection: close`"))
}

#[test]
fn a_connection_whose_answer_came_before_the_body_is_kept_or_said_to_be_closed() {
    let server = Server::start();
    let (token, registry) = (server.token(), server.registry());
    let own = registry.create("answered early");
    let (missing, secret) =
        (Registry::path("5bfa8c2e-90b5-4a0f-8a53-2a7b1b8ff1d3"), format!("{CLIENTS}/{}/secret", own.id));
    let wrong: Vec<_> = [
        check(&server, "POST", CLIENTS, "no token of ours", 401),
        check(&server, "PUT", &missing, &token, 404),
        check(&server, "POST", &secret, &token, 200),
        check(&server, "POST", "/nothing", &token, 404),
        check(&server, "PATCH", CLIENTS, &token, 405),
        check(&server, "DELETE", &Registry::path(&own.id), &token, 204),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn an_answer_does_not_wait_for_the_rest_of_the_next_request() {
    let server = Server::start();
    let mut stream = TcpStream::connect(server.address()).expect("a connection");
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hea").expect("it is sent");
    let first = answer(&mut stream, LIMIT).expect("an answer to the whole request");
    assert!(first.starts_with("http/1.1 200 "), "{first}");
    stream.write_all(b"lth/live HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("the rest is sent");
    let second = answer(&mut stream, LIMIT).expect("an answer to the other");
    assert!(second.starts_with("http/1.1 200 "), "{second}");
}

#[test]
fn what_is_no_http_is_told_so() {
    let server = Server::start();
    for request in [
        "GET / HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n",
        "POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        "POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(server.address()).expect("a connection");
        stream.write_all(request.as_bytes()).expect("it is sent");
        let said = answer(&mut stream, LIMIT).expect("an answer");
        assert!(said.starts_with("http/1.1 400 "), "{request}: {said}");
    }
}
