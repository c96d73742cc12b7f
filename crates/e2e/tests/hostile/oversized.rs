//! Everything that can be too large: lines, headers, queries, bodies, extensions, trailers.

use std::time::Instant;

use chancery_e2e::{Answer, CLIENTS, Server, Socket, code_client};

use crate::{SOON, get, impatient, ordinary, post};

const HEAD: usize = 64 * 1024;
const BODY: usize = 256 * 1024;

/// The first answer to a request that may be refused before it is sent.
#[track_caller]
fn first(server: &Server, bytes: impl AsRef<[u8]>) -> Answer {
    let mut socket = Socket::open(server.address());
    socket.send(bytes);
    socket.answer()
}

#[test]
fn a_head_that_is_too_large_is_refused_as_one() {
    let server = Server::start();
    let host = format!("Host: {}\r\n", server.address());
    let long = "x".repeat(HEAD);
    let many: String = (0..101).map(|at| format!("X-{at}: x\r\n")).collect();
    let pieces: String = (0..80).map(|at| format!("X-{at}: {}\r\n", "x".repeat(1_000))).collect();
    for (name, request, allowed) in [
        ("a path", format!("GET /{long} HTTP/1.1\r\n{host}\r\n"), &[414, 431][..]),
        ("a query", format!("GET /?{long} HTTP/1.1\r\n{host}\r\n"), &[414, 431]),
        ("a method", format!("{long} / HTTP/1.1\r\n{host}\r\n"), &[400, 414, 431]),
        ("a value", format!("GET / HTTP/1.1\r\n{host}X: {long}\r\n\r\n"), &[431]),
        ("a name", format!("GET / HTTP/1.1\r\n{host}{long}: x\r\n\r\n"), &[400, 431]),
        ("a host", format!("GET / HTTP/1.1\r\nHost: {long}\r\n\r\n"), &[431]),
        ("101 headers", format!("GET / HTTP/1.1\r\n{host}{many}\r\n"), &[431]),
        ("80 headers of a kilobyte", format!("GET / HTTP/1.1\r\n{host}{pieces}\r\n"), &[431]),
    ] {
        let status = first(&server, request).status;
        assert!(allowed.contains(&status), "{name}: {status}");
    }
    ordinary(&server, &server.token());
}

#[test]
fn a_head_just_within_the_bounds_is_served() {
    let server = Server::start();
    let token = server.token();
    let long = "x".repeat(60 * 1024);
    let many: String = (0..98).map(|at| format!("X-{at}: x\r\n")).collect();
    let authorized = format!("Host: {}\r\nAuthorization: Bearer {token}\r\n", server.address());
    for request in [
        format!("GET /api/v2/tokens/me?unknown={long} HTTP/1.1\r\n{authorized}\r\n"),
        format!("GET /api/v2/tokens/me HTTP/1.1\r\n{authorized}X: {long}\r\n\r\n"),
        format!("GET /api/v2/tokens/me HTTP/1.1\r\n{authorized}{many}\r\n"),
    ] {
        first(&server, request).expect(200);
    }
    let nobody = format!("Host: {}\r\nAuthorization: Bearer {long}\r\n", server.address());
    let refused = first(&server, format!("GET /api/v2/tokens/me HTTP/1.1\r\n{nobody}\r\n")).expect(401);
    assert!(!refused.text.contains("xxxx"), "a token is not repeated");
}

#[test]
fn a_body_that_is_too_large_is_refused_with_or_without_a_length() {
    let server = Server::start();
    let client = server.client().with_token(&server.token());
    let media = "Content-Type: application/json\r\n";
    let (fits, large) = (BODY, BODY + 1);
    for (size, status) in [(fits, 401), (large, 413)] {
        let data = "x".repeat(size);
        let whole = post(&server, CLIENTS, &format!("{media}Content-Length: {size}\r\n")) + &data;
        let pieces: String = data
            .as_bytes()
            .chunks(1_000)
            .map(|it| format!("{:x}\r\n{}\r\n", it.len(), "x".repeat(it.len())))
            .collect();
        let chunked =
            post(&server, CLIENTS, &format!("{media}Transfer-Encoding: chunked\r\n")) + &pieces + "0\r\n\r\n";
        for request in [whole, chunked] {
            let answer = first(&server, request).expect(status);
            assert_eq!(answer.json()["status"], status);
        }
    }
    let told = client.send("POST", CLIENTS, &[("Content-Type", "application/json")], Some(vec![b' '; large]));
    assert_eq!(told.expect("an answer").expect(413).text_of("code"), "request.entity.too.large");
}

#[test]
fn a_body_that_is_only_said_to_be_huge_is_not_waited_for() {
    let server = impatient().start();
    for length in ["1000000000", "9223372036854775807", "18446744073709551615"] {
        for more in ["", "Expect: 100-continue\r\n"] {
            let begun = Instant::now();
            let status =
                first(&server, post(&server, CLIENTS, &format!("Content-Length: {length}\r\n{more}"))).status;
            assert!([400, 408, 413, 431].contains(&status), "{length} {more}: {status}");
            assert!(begun.elapsed() < SOON, "{length} {more}");
        }
    }
}

#[test]
fn chunks_carry_no_unbounded_extensions_and_no_unbounded_trailers() {
    let server = impatient().start();
    let start = post(&server, "/health/live", "Transfer-Encoding: chunked\r\n");
    let trailers: String = (0..100_000).map(|at| format!("X-{at}: x\r\n")).collect();
    for (name, body) in [
        ("one long extension", format!("1;{}\r\nx\r\n0\r\n\r\n", "x".repeat(1 << 20))),
        ("many extensions", "1;extension=\"of a chunk\"\r\nx\r\n".repeat(100_000) + "0\r\n\r\n"),
        ("many trailers", format!("0\r\n{trailers}\r\n")),
        ("one long trailer", format!("0\r\nX: {}\r\n\r\n", "x".repeat(1 << 20))),
    ] {
        let mut socket = Socket::open(server.address());
        socket.send(format!("{start}{body}"));
        let statuses: Vec<_> = socket.rest().iter().map(|answer| answer.status).collect();
        // Hung up on while it still sends, a client may not get to read the answer.
        assert!(statuses.is_empty() || matches!(statuses[..], [400 | 413 | 431]), "{name}: {statuses:?}");
    }
    ordinary(&server, &server.token());
}

#[test]
fn json_that_is_deep_or_long_is_a_bad_request_and_no_more() {
    let server = Server::start();
    let client = server.client().with_token(&server.token());
    let (deep, digits) = (100_000, "9".repeat(100_000));
    let nested =
        |open: &str, close: &str, times: usize| format!("{}1{}", open.repeat(times), close.repeat(times));
    for (name, text) in [
        ("lists in a member", format!("{{\"name\":{}}}", nested("[", "]", deep))),
        ("lists in an unknown member", format!("{{\"x\":{}}}", nested("[", "]", deep))),
        ("lists that never close", format!("{{\"x\":{}", "[".repeat(deep))),
        ("lists", nested("[", "]", deep)),
        ("objects", nested("{\"a\":", "}", deep / 3)),
        ("objects in a list of texts", format!("{{\"scope\":[{}]}}", nested("{\"a\":", "}", deep / 3))),
        ("a number of 100,000 digits", format!("{{\"accessTokenValiditySeconds\":{digits}}}")),
        ("its fraction", format!("{{\"accessTokenValiditySeconds\":0.{digits}}}")),
        ("its exponent", format!("{{\"accessTokenValiditySeconds\":1e{digits}}}")),
        ("a number that is nobody's", format!("{{\"x\":{digits}}}")),
        ("a long name", format!("{{\"name\":\"{digits}\"}}")),
        ("many members", format!("{{{}\"x\":1}}", "\"y\":1,".repeat(30_000))),
        ("a list of many", format!("{{\"name\":\"x\",\"scope\":[{}\"x\"]}}", "\"x\",".repeat(50_000))),
        ("escapes", format!("{{\"name\":\"{}\"}}", "\\u0041".repeat(40_000))),
    ] {
        let begun = Instant::now();
        let sent =
            client.send("POST", CLIENTS, &[("Content-Type", "application/json")], Some(text.into_bytes()));
        let answer = sent.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(answer.status, 400, "{name}: {}", answer.text);
        assert!(answer.text.len() < 8 * 1024, "{name}: an answer of {} bytes", answer.text.len());
        assert!(begun.elapsed() < SOON, "{name}: {:?}", begun.elapsed());
    }
    let mut text = code_client("a number that is nobody's").to_string();
    text.truncate(text.len() - 1);
    text += &format!(",\"x\":{digits},\"y\":{}}}", nested("[", "]", 100));
    let sent = client.send("POST", CLIENTS, &[("Content-Type", "application/json")], Some(text.into_bytes()));
    sent.expect("an answer").expect(200);
}

#[test]
fn a_form_of_many_members_or_of_large_ones_is_refused_soon() {
    let server = Server::start();
    let client = server.client();
    let many: String = (0..20_000).map(|at| format!("m{at}=x&")).collect();
    for (name, text) in [
        ("many members", many),
        ("many separators", "&".repeat(BODY)),
        ("many escapes", format!("grant_type={}", "%41".repeat(80_000))),
        ("many scopes", format!("grant_type=client_credentials&client_id=x&scope={}", "a+".repeat(100_000))),
        (
            "a large secret",
            format!("grant_type=client_credentials&client_id=x&client_secret={}", "x".repeat(200_000)),
        ),
    ] {
        let begun = Instant::now();
        for path in ["/oauth/token", "/oauth2/token"] {
            let headers = [("Content-Type", "application/x-www-form-urlencoded")];
            let answer =
                client.send("POST", path, &headers, Some(text.clone().into_bytes())).expect("an answer");
            assert!([400, 401].contains(&answer.status), "{name}: {}", answer.status);
            assert!(answer.text.len() < 1024, "{name}: an answer of {} bytes", answer.text.len());
        }
        assert!(begun.elapsed() < SOON, "{name}: {:?}", begun.elapsed());
    }
    let basic = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Authorization", &format!("Basic {}", "QUFB".repeat(15_000))),
    ];
    let body = Some(b"grant_type=client_credentials".to_vec());
    client.send("POST", "/oauth/token", &basic, body).expect("an answer").expect(400);
    first(&server, get(&server, "/health/live")).expect(200);
}
