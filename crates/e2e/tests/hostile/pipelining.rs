//! Requests that do not wait for the answers to those before them.

use chancery_e2e::{Server, Socket};

use crate::{get, impatient, post};

#[test]
fn fifty_requests_in_one_write_are_answered_in_order() {
    let server = Server::start();
    let form = "grant_type=nonsense";
    let length =
        format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", form.len());
    let kinds = [
        (get(&server, "/health/live"), 200),
        (get(&server, "/nothing"), 404),
        (get(&server, "/api/v2/tokens/me"), 401),
        (post(&server, "/oauth/token", &length) + form, 400),
        (post(&server, "/health/live", "Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n0\r\n\r\n", 405),
    ];
    let all: String = kinds.iter().map(|(text, _)| text.as_str()).collect();
    let mut socket = Socket::open(server.address());
    socket.send(all.repeat(10));
    for at in 0..50 {
        assert_eq!(socket.answer().status, kinds[at % 5].1, "answer {at}");
    }
}

#[test]
fn a_body_where_none_is_wanted_is_not_the_next_request() {
    let server = impatient().start();
    let inner = get(&server, "/health/ready");
    for (method, path, status) in
        [("GET", "/health/live", 200), ("DELETE", "/api/v2/tokens/me", 401), ("GET", "/nothing", 404)]
    {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", server.address());
        let mut socket = Socket::open(server.address());
        socket.send(format!("{head}Content-Length: {}\r\n\r\n{inner}", inner.len()));
        socket.send(format!(
            "{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{inner}\r\n0\r\n\r\n",
            inner.len()
        ));
        let statuses: Vec<_> = socket.rest().iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [status, status], "{method} {path}");
    }
}

#[test]
fn an_upgrade_that_is_not_there_is_an_ordinary_request() {
    let server = impatient().start();
    for (upgrade, more) in
        [("h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n"), ("websocket", ""), ("TLS/1.3", "")]
    {
        let request = format!(
            "GET /health/live HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade, HTTP2-Settings\r\n\
             Upgrade: {upgrade}\r\n{more}\r\n",
            server.address()
        );
        let answers = crate::answers(&server, request);
        assert_eq!(answers.len(), 1, "{upgrade}");
        assert_eq!(answers[0].status, 200, "{upgrade}");
    }
}

#[test]
fn a_method_that_nobody_serves_opens_nothing() {
    let server = impatient().start();
    let address = server.address();
    for line in [
        "CONNECT 127.0.0.1:1",
        "TRACE /health/live",
        "OPTIONS *",
        "PRI *",
        "BREW /health/live",
        "get /health/live",
    ] {
        let request = format!("{line} HTTP/1.1\r\nHost: {address}\r\n\r\n{}", get(&server, "/health/ready"));
        let answers = crate::answers(&server, request);
        // What follows is the next request, or nothing; never the inside of a tunnel.
        assert!((1..=2).contains(&answers.len()), "{line}: {answers:?}");
        assert!((400..500).contains(&answers[0].status), "{line}: {}", answers[0].status);
    }
}
