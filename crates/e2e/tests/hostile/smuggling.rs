//! Requests whose end two readers could see in two places (RFC 9112 section 11.2): refused, or one request whole.

use chancery_e2e::{Answer, Server, Socket};

use crate::{answers, get, impatient, ordinary};

/// A `POST` that a path without that method answers with 405, so that 400 can only mean the framing.
fn shape(server: &Server, headers: &str, body: &str) -> String {
    crate::post(server, "/health/live", headers) + body
}

/// What is hidden in a request.
fn hidden(server: &Server) -> String {
    get(server, "/smuggled")
}

/// What the server answers to each, on a connection of its own, until it hangs up.
fn all(server: &Server, shapes: &[(&str, String)]) -> Vec<Vec<Answer>> {
    let open = |(_, bytes): &(&str, String)| {
        let mut socket = Socket::open(server.address());
        socket.send(bytes);
        socket
    };
    let mut sockets: Vec<Socket> = shapes.iter().map(open).collect();
    sockets.iter_mut().map(Socket::rest).collect()
}

/// Fails the test for all shapes that are not refused with 400 and nothing else.
#[track_caller]
fn refused(server: &Server, shapes: &[(&str, String)]) {
    let mut wrong = Vec::new();
    for ((name, _), answers) in shapes.iter().zip(all(server, shapes)) {
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        if statuses != [400] {
            wrong.push(format!("{name}: {statuses:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n  {}\n", wrong.join("\n  "));
}

#[test]
fn a_length_that_is_none_or_two_is_refused() {
    let server = impatient().start();
    let hidden = hidden(&server);
    let length = |text: &str| shape(&server, &format!("Content-Length: {text}\r\n"), &hidden);
    refused(
        &server,
        &[
            ("two lengths", length(&format!("0\r\nContent-Length: {}", hidden.len()))),
            ("two lengths, the other way", length(&format!("{}\r\nContent-Length: 0", hidden.len()))),
            ("a list of lengths", length("0, 5")),
            ("negative", length("-1")),
            ("plus", length("+0")),
            ("hexadecimal", length("0x0")),
            ("a fraction", length("0.0")),
            ("an exponent", length("1e1")),
            ("empty", length("")),
            ("a space within", length("0 0")),
            ("more than 64 bits", length("18446744073709551616")),
            ("digits of another script", length("\u{0661}")),
            ("a NUL", length("0\0")),
        ],
    );
    ordinary(&server, &server.token());
}

#[test]
fn a_coding_that_is_not_chunked_is_refused() {
    let server = impatient().start();
    let body = format!("0\r\n\r\n{}", hidden(&server));
    let coding = |text: &str| shape(&server, &format!("Transfer-Encoding: {text}\r\n"), &body);
    refused(
        &server,
        &[
            ("xchunked", coding("xchunked")),
            ("chunkedx", coding("chunkedx")),
            ("identity", coding("identity")),
            ("chunked, then identity", coding("chunked, identity")),
            ("the same in two lines", coding("chunked\r\nTransfer-Encoding: identity")),
            ("quoted", coding("\"chunked\"")),
            ("empty", coding("")),
            ("in HTTP/1.0", coding("chunked").replace("HTTP/1.1", "HTTP/1.0")),
        ],
    );
}

#[test]
fn a_chunk_that_is_malformed_is_refused() {
    let server = impatient().start();
    let hidden = hidden(&server);
    let body = |text: &str| shape(&server, "Transfer-Encoding: chunked\r\n", &format!("{text}{hidden}"));
    refused(
        &server,
        &[
            ("a size over 64 bits", body("fffffffffffffffff\r\n")),
            ("a size that comes round to zero", body("10000000000000000\r\n\r\n")),
            ("a negative size", body("-1\r\n")),
            ("a plus", body("+0\r\n\r\n")),
            ("a prefix", body("0x0\r\n\r\n")),
            ("an underscore", body("0_0\r\n\r\n")),
            ("no size", body("\r\n\r\n")),
            ("no number", body("zz\r\n\r\n")),
            ("more data than said", body("3\r\nabcdef\r\n0\r\n\r\n")),
            ("a size that ends in a bare line feed", body("3\nabc\r\n0\r\n\r\n")),
            ("an extension with a bare line feed", body("3;a\nabc\r\n0\r\n\r\n")),
            ("data that ends in a bare line feed", body("3\r\nabc\n0\r\n\r\n")),
            ("a bare carriage return", body("3\rabc\r\n0\r\n\r\n")),
        ],
    );
}

#[test]
fn a_head_that_is_malformed_is_refused() {
    let server = impatient().start();
    let hidden = hidden(&server);
    let length = hidden.len();
    let host = server.address();
    let line = |line: &str| format!("{line}\r\nHost: {host}\r\n\r\n{hidden}");
    refused(
        &server,
        &[
            ("a space before the colon", shape(&server, &format!("Content-Length : {length}\r\n"), &hidden)),
            ("a tab before the colon", shape(&server, "Transfer-Encoding\t: chunked\r\n", &hidden)),
            ("a folded line", shape(&server, &format!("X: a\r\n Content-Length: {length}\r\n"), &hidden)),
            ("a folded value", shape(&server, "Transfer-Encoding:\r\n chunked\r\n", &hidden)),
            (
                "a space before the first name",
                shape(&server, "", "").replace("\r\nHost", "\r\n Host") + &hidden,
            ),
            ("a NUL in a value", shape(&server, "X: a\0b\r\n", &hidden)),
            ("a NUL in a name", shape(&server, "X\0: a\r\n", &hidden)),
            ("a bare carriage return in a value", shape(&server, "X: a\rContent-Length: 9\r\n", &hidden)),
            ("no name", shape(&server, ": a\r\n", &hidden)),
            ("no colon", shape(&server, "Content-Length\r\n", &hidden)),
            ("a version in small letters", line("GET /health/live http/1.1")),
            ("a version that is none", line("GET /health/live HTTP/1.x")),
            ("no version", line("GET /health/live")),
            ("two versions", line("GET /health/live HTTP/1.1 HTTP/1.1")),
            ("a space in the path", line("GET /health/ live HTTP/1.1")),
            ("a NUL in the path", line("GET /health\0/live HTTP/1.1")),
            ("no method", line(" /health/live HTTP/1.1")),
        ],
    );
}

#[test]
fn what_could_be_read_in_two_ways_is_one_request_at_most() {
    let server = impatient().start();
    let hidden = hidden(&server);
    let (length, host) = (hidden.len(), server.address());
    let shapes = [
        (
            "length and coding",
            shape(
                &server,
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                &format!("0\r\n\r\n{hidden}"),
            ),
        ),
        (
            "coding and length",
            shape(
                &server,
                &format!("Transfer-Encoding: chunked\r\nContent-Length: {}\r\n", length + 5),
                &format!("0\r\n\r\n{hidden}"),
            ),
        ),
        (
            "a length after a bare line feed",
            shape(&server, &format!("X: a\nContent-Length: {length}\r\n"), &hidden),
        ),
        (
            "a length and an odd coding",
            shape(&server, &format!("Content-Length: {length}\r\nTransfer-Encoding: x\r\n"), &hidden),
        ),
        (
            "a length in HTTP/1.0",
            shape(&server, &format!("Content-Length: {length}\r\n"), &hidden).replace("/1.1", "/1.0"),
        ),
        (
            "another host in the target",
            format!("GET http://evil.example/api/v2 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        ),
        (
            "our host in the target",
            format!("GET http://{host}/api/v2 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
        ),
        (
            "a name in the target",
            format!("GET http://a@{host}/api/v2 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        ),
    ];
    let mut wrong = Vec::new();
    for ((name, _), answers) in shapes.iter().zip(all(&server, &shapes)) {
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        if statuses.len() != 1 || !(400..500).contains(&statuses[0]) {
            wrong.push(format!("{name}: {statuses:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n  {}\n", wrong.join("\n  "));
}

#[test]
fn a_target_that_names_another_host_is_not_served_for_ours() {
    let server = impatient().start();
    let request = format!(
        "GET http://evil.example/.well-known/jwks.json HTTP/1.1\r\nHost: {}\r\n\r\n",
        server.address()
    );
    let statuses: Vec<_> = answers(&server, request).iter().map(|answer| answer.status).collect();
    assert!(statuses == [400] || statuses == [421], "{statuses:?}");
}
