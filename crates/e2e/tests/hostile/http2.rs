//! HTTP/2 with prior knowledge, and those who use it to make the server work for nothing.

use chancery_e2e::http2::{Http2, field, frame, head, kind};
use chancery_e2e::{Builder, Server, Socket};

use crate::{ALLOWANCE, get, impatient, ordinary, resident};

type Connection = Http2<std::net::TcpStream>;

/// What a frame can hold unless the server says otherwise.
const FRAME: usize = 16 * 1024;
/// `SETTINGS_MAX_CONCURRENT_STREAMS`.
const STREAMS: u16 = 3;

fn open(server: &Server) -> Connection {
    Http2::start(Socket::open(server.address()))
}

/// An open connection that was answered, so that what is refused next is refused for itself.
#[track_caller]
fn spoken(server: &Server) -> Connection {
    let mut connection = open(server);
    let stream = connection.ask("GET", server.address(), "/health/live", None);
    assert_eq!(connection.answer(stream).expect("an answer").0, 200);
    connection
}

/// Runs `attack` against a new server, and fails the test if ordinary clients or the server's memory feel it.
#[track_caller]
fn harmless(builder: &Builder, attack: impl FnOnce(&Server)) {
    let mut server = builder.start();
    let (process, token) = (server.process().id(), server.token());
    ordinary(&server, &token);
    let before = resident(process);
    attack(&server);
    ordinary(&server, &token);
    spoken(&server);
    let after = resident(process);
    assert!(after < before + ALLOWANCE, "{before} KiB before, {after} KiB after");
    let said = server.stop().stderr;
    assert!(!said.contains("panicked") && !said.contains("ERROR"), "{said}");
}

#[test]
fn prior_knowledge_is_enough() {
    let server = Server::start();
    let own = server.credentials();
    let host = server.address();
    let mut connection = open(&server);
    let live = connection.ask("GET", host, "/health/live", None);
    let (status, text) = connection.answer(live).expect("an answer");
    assert_eq!(status, 200);
    assert!(text.contains("live"), "{text}");
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        own.client_id, own.client_secret
    );
    let token =
        connection.ask("POST", host, "/oauth/token", Some(("application/x-www-form-urlencoded", &form)));
    let (status, text) = connection.answer(token).expect("an answer");
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("access_token"), "no token");
    for (path, expected) in [("/nothing", 404), ("/api/v2/tokens/me", 401), ("/oauth/token", 405)] {
        let stream = connection.ask("GET", host, path, None);
        assert_eq!(connection.answer(stream).expect("an answer").0, expected, "{path}");
    }
}

#[test]
fn the_hosts_that_are_served_are_the_same() {
    let server = Server::start();
    let mut connection = open(&server);
    for (host, path, expected) in [
        ("evil.example", "/.well-known/jwks.json", 421),
        ("evil.example", "/health/live", 200),
        ("localhost:1", "/.well-known/jwks.json", 200),
    ] {
        let stream = connection.ask("GET", host, path, None);
        assert_eq!(connection.answer(stream).expect("an answer").0, expected, "{host} {path}");
    }
}

#[test]
fn a_hundred_streams_are_open_at_a_time_at_most() {
    let server = Server::start();
    let mut connection = open(&server);
    let settings = loop {
        let frame = connection.frame().expect("settings");
        if frame.kind == kind::SETTINGS && frame.flags & Connection::ACK == 0 {
            break frame.payload;
        }
    };
    let value = settings.chunks(6).find(|it| it[..2] == STREAMS.to_be_bytes()).expect("the setting");
    assert_eq!(u32::from_be_bytes([value[2], value[3], value[4], value[5]]), 100);
    // None of these ends, so all stay open.
    let request = head("POST", server.address(), "/oauth/token");
    let ids: Vec<_> = (0..101).map(|_| connection.stream()).collect();
    for id in &ids {
        connection.send(kind::HEADERS, Connection::END_HEADERS, *id, &request);
    }
    assert!(connection.answer(ids[100]).is_none(), "one more stream is refused");
}

#[test]
fn a_head_that_never_ends_is_not_gathered() {
    harmless(&impatient(), |server| {
        let mut connection = spoken(server);
        let stream = connection.stream();
        let start = head("GET", server.address(), "/health/live");
        connection.send(kind::HEADERS, Connection::END_STREAM, stream, &start);
        let more = frame(kind::CONTINUATION, 0, stream, &field("x", &"x".repeat(FRAME - 100)));
        let was_taken = (0..4_000).all(|_| connection.send_all(std::slice::from_ref(&more)));
        assert!(!was_taken, "the server took 62 MiB of one head");
        connection.given_up();
    });
}

#[test]
fn empty_pieces_of_a_head_are_not_taken_without_end() {
    harmless(&impatient(), |server| {
        let mut connection = spoken(server);
        let stream = connection.stream();
        connection.send(kind::HEADERS, Connection::END_STREAM, stream, &head("GET", server.address(), "/"));
        let more = vec![frame(kind::CONTINUATION, 0, stream, &[]); 1_000];
        for _ in 0..100 {
            connection.send_all(&more);
        }
        connection.given_up();
    });
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    harmless(&Builder::fresh(), |server| {
        let mut connection = open(server);
        let stream = connection.stream();
        connection.send(
            kind::HEADERS,
            Connection::END_STREAM,
            stream,
            &head("GET", server.address(), "/health/live"),
        );
        let piece: Vec<u8> = field("x", &"x".repeat(FRAME - 100));
        for _ in 0..7 {
            connection.send(kind::CONTINUATION, 0, stream, &piece);
        }
        connection.send(kind::CONTINUATION, Connection::END_HEADERS, stream, &piece);
        let status = connection.answer(stream).map(|(status, _)| status);
        assert!(status.is_none_or(|it| it == 431), "{status:?}");
    });
}

#[test]
fn ten_thousand_streams_opened_and_reset_cost_others_nothing() {
    harmless(&Builder::fresh(), |server| {
        let mut connection = open(server);
        let request = head("GET", server.address(), "/.well-known/jwks.json");
        let both = Connection::END_HEADERS | Connection::END_STREAM;
        for wave in 0..100 {
            let mut frames = Vec::new();
            for _ in 0..100 {
                let stream = connection.stream();
                frames.push(frame(kind::HEADERS, both, stream, &request));
                frames.push(frame(kind::RST_STREAM, 0, stream, &[0, 0, 0, 8]));
            }
            if !connection.send_all(&frames) {
                break;
            }
            if wave % 10 == 0 {
                let mut other = Socket::open(server.address());
                other.send(get(server, "/health/live"));
                assert_eq!(other.answer().status, 200, "wave {wave}");
            }
        }
    });
}

#[test]
fn settings_and_pings_without_end_cost_others_nothing() {
    for flood in [
        frame(kind::SETTINGS, 0, 0, &[0, 4, 0, 1, 0, 0]),
        frame(kind::PING, 0, 0, &[0; 8]),
        frame(kind::WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]),
        frame(200, 0, 0, &[0; 100]),
    ] {
        harmless(&Builder::fresh(), |server| {
            let mut connection = open(server);
            let wave = vec![flood; 1_000];
            // Nobody reads what the server answers.
            for _ in 0..200 {
                if !connection.send_all(&wave) {
                    break;
                }
            }
        });
    }
}

#[test]
fn frames_that_break_the_rules_end_the_connection() {
    let server = Server::start();
    let host = server.address();
    let request = head("GET", host, "/health/live");
    let both = Connection::END_HEADERS | Connection::END_STREAM;
    let cases: &[(&str, Vec<Vec<u8>>)] = &[
        ("a body on no stream", vec![frame(kind::DATA, 0, 0, b"x")]),
        ("a body on an idle stream", vec![frame(kind::DATA, 0, 3, b"x")]),
        ("a stream of the server's", vec![frame(kind::HEADERS, both, 2, &request)]),
        ("settings of five bytes", vec![frame(kind::SETTINGS, 0, 0, &[0; 5])]),
        ("a ping of seven bytes", vec![frame(kind::PING, 0, 0, &[0; 7])]),
        ("a window of nothing", vec![frame(kind::WINDOW_UPDATE, 0, 0, &[0; 4])]),
        ("a head out of the blue", vec![frame(kind::CONTINUATION, 4, 3, &request)]),
        (
            "a frame within a head",
            vec![frame(kind::HEADERS, 1, 3, &request), frame(kind::PING, 0, 0, &[0; 8])],
        ),
        ("a head that cannot be read", vec![frame(kind::HEADERS, both, 3, &[0xff; 20])]),
        ("a frame that is too long", vec![frame(kind::DATA, 0, 3, &vec![0; FRAME + 1])]),
    ];
    for (name, frames) in cases {
        let mut connection = spoken(&server);
        // Shown if the test fails.
        println!("{name}");
        connection.send_all(frames);
        connection.given_up();
    }
    ordinary(&server, &server.token());
}

#[test]
fn fields_that_have_no_place_in_http_2_are_refused() {
    let server = Server::start();
    let both = Connection::END_HEADERS | Connection::END_STREAM;
    for (name, value) in [
        ("connection", "close"),
        ("transfer-encoding", "chunked"),
        ("Upper", "x"),
        (":unknown", "x"),
        ("x", "a\r\nhost: evil.example"),
        ("x", "a\0b"),
        ("a b", "x"),
    ] {
        let mut connection = spoken(&server);
        let stream = connection.stream();
        let request = [head("GET", server.address(), "/health/live"), field(name, value)].concat();
        connection.send(kind::HEADERS, both, stream, &request);
        let status = connection.answer(stream).map(|(status, _)| status);
        assert!(status.is_none_or(|it| it == 400), "{name}: {status:?}");
    }
}
