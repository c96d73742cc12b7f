//! Bodies that together take more room than the server gives them: memory is bounded, and others are served.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use chancery_e2e::http2::{Http2, Uploads, field, head};
use chancery_e2e::{Builder, CLIENTS, Heard, Server, Socket, code_client, connect, until};

use crate::{ALLOWANCE, SOON, forgotten, get, ordinary, post, resident, sockets};

/// A body of the crowd; none of them ends.
const LENGTH: usize = 200 * 1024;
/// Streams of a connection.
const STREAMS: usize = 100;
/// What the bodies of all connections together may take.
const ROOM: usize = 64 * 1024 * 1024;
/// What a crowd may cost at most, in KiB. Without a bound, 1,600 bodies would hold 320,000 KiB and more.
const MOST: u64 = 192 * 1024;
/// The one body that needs no room goes on through what others leave of its connection's window, a byte at a time.
const TRICKLE: usize = 1024;
/// A crowd that gets no more than that sent for so long has been stopped.
const QUIET: Duration = Duration::from_millis(500);
/// Who is not answered in this time waits.
const SHORT: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(30);

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// Connections over HTTP/2, each with as many bodies as it may have.
fn crowd(server: &Server, connections: usize) -> Vec<Uploads> {
    let open = |_| {
        let mut uploads = Uploads::over(Http2::start(Socket::open(server.address())));
        for at in 0..STREAMS {
            let (path, media) = [("/oauth/token", FORM), (CLIENTS, JSON)][at % 2];
            let head = [head("POST", server.address(), path), field("content-type", media)].concat();
            uploads.begin(&head, LENGTH);
        }
        uploads
    };
    (0..connections).map(open).collect()
}

/// Sends what the server takes until it takes no more; answers how much that was.
#[track_caller]
fn pushed(crowd: &mut [Uploads], mut meanwhile: impl FnMut()) -> usize {
    let (begun, mut last) = (Instant::now(), Instant::now());
    while last.elapsed() < QUIET {
        if crowd.iter_mut().map(Uploads::push).sum::<usize>() > TRICKLE {
            last = Instant::now();
        }
        meanwhile();
        assert!(begun.elapsed() < PATIENCE, "the server is still taking bodies");
    }
    crowd.iter().map(Uploads::sent).sum()
}

/// Tokens and small writes of another client, on connections of its own: all of it works, and soon.
#[track_caller]
fn served(server: &Server, token: &str) {
    ordinary(server, token);
    let begun = Instant::now();
    let own = server.credentials();
    let client = chancery_e2e::Client::new(server.url());
    client.grant(&own.client_id, &own.client_secret).expect(200);
    let client = client.with_token(token);
    let made = client.post(CLIENTS, &code_client("beside a crowd")).expect(200).text_of("id");
    client.put(&format!("{CLIENTS}/{made}"), &code_client("renamed beside a crowd")).expect(200);
    client.delete(&format!("{CLIENTS}/{made}")).expect(204);
    let taken = begun.elapsed();
    assert!(taken < SOON, "four requests of an ordinary client took {taken:?}");
}

/// A registration of `LENGTH` bytes and more, whole.
fn large(server: &Server, token: &str) -> String {
    let mut body = code_client("of many bytes");
    body["ignored"] = "x".repeat(LENGTH).into();
    let body = body.to_string();
    let length = body.len();
    let headers =
        format!("Authorization: Bearer {token}\r\nContent-Type: {JSON}\r\nContent-Length: {length}\r\n");
    post(server, CLIENTS, &headers) + &body
}

#[test]
fn the_bodies_of_1_600_streams_do_not_fill_the_memory() {
    let mut server = Builder::fresh().option("--body-timeout", "300").start();
    let (process, token) = (server.process().id(), server.token());
    served(&server, &token);
    let (connections, before) = (sockets(process), resident(process));
    // What the first crowd had, the second can have: nothing of the room is lost.
    for _ in 0..2 {
        let (mut crowd, mut most) = (crowd(&server, 16), 0);
        let sent = pushed(&mut crowd, || {
            served(&server, &token);
            most = most.max(resident(process));
        });
        // Room is given before a frame comes, so some of it is still empty.
        assert!(sent >= ROOM / 4, "the server took {sent} bytes only");
        assert!(sent < 2 * ROOM, "the server took {sent} bytes");
        assert!(most < before + MOST, "{before} KiB before, {most} KiB with the crowd");
        drop(crowd);
        forgotten(process, connections);
        until("the memory is as before", PATIENCE, || {
            served(&server, &token);
            (resident(process) < before + ALLOWANCE).then_some(())
        });
    }
    let said = server.stop().stderr;
    assert!(!said.contains("panicked") && !said.contains("ERROR"), "{said}");
}

#[test]
fn the_bodies_of_400_connections_take_the_room_and_the_next_waits_until_they_go() {
    let mut server = Builder::fresh().option("--body-timeout", "300").start();
    let (process, token) = (server.process().id(), server.token());
    served(&server, &token);
    let (connections, before) = (sockets(process), resident(process));
    let mut crowd: Vec<_> = (0..400).map(|_| Unended::open(&server)).collect();
    let mut most = 0;
    // Once those before have the room, a large body is not answered.
    let mut waiting = until("a large body waits", PATIENCE, || {
        crowd.iter_mut().for_each(Unended::push);
        served(&server, &token);
        most = most.max(resident(process));
        let mut socket = Socket::open(server.address());
        socket.send(large(&server, &token));
        matches!(socket.heard(SHORT), Heard::Silence).then_some(socket)
    });
    served(&server, &token);
    assert!(matches!(waiting.heard(SHORT), Heard::Silence), "a large body was answered");
    most = most.max(resident(process));
    assert!(most < before + MOST, "{before} KiB before, {most} KiB with the crowd");
    drop(crowd);
    let begun = Instant::now();
    waiting.answer().expect(200);
    assert!(begun.elapsed() < SOON, "the answer took {:?}", begun.elapsed());
    drop(waiting);
    forgotten(process, connections);
    until("the memory is as before", PATIENCE, || {
        served(&server, &token);
        (resident(process) < before + ALLOWANCE).then_some(())
    });
}

#[test]
fn a_body_that_finds_no_room_in_time_is_told_that_it_is_not_to_blame() {
    let server = Builder::fresh().option("--body-timeout", "8").start();
    let token = server.token();
    // These begin before the crowd does, so their time is over before the crowd's is.
    let begin = |(path, media)| {
        let headers = format!("Content-Type: {media}\r\nContent-Length: {LENGTH}\r\n");
        let mut socket = Socket::open(server.address());
        socket.send(post(&server, path, &headers) + &"x".repeat(1024));
        (path, socket)
    };
    let mut late = [("/oauth/token", FORM), ("/oauth2/token", FORM), (CLIENTS, JSON)].map(begin);
    ordinary(&server, &token);
    let mut crowd = crowd(&server, 4);
    pushed(&mut crowd, || {});
    for (path, socket) in &mut late {
        assert!(socket.send("x".repeat(LENGTH - 1024)), "{path}: the body is sent");
    }
    for (path, mut socket) in late {
        let answer = socket.answer().expect(503);
        if path == CLIENTS {
            assert_eq!(answer.text_of("code"), "service.unavailable");
            assert_eq!(answer.json()["status"], 503);
            assert_eq!(answer.text_of("contextId"), answer.header("inin-correlation-id"));
        } else {
            assert_eq!(answer.text_of("error"), "temporarily_unavailable", "{path}");
        }
        // A connection that goes with the rest of the body goes with notice.
        socket.send(get(&server, "/health/live"));
        let is_kept = match socket.heard(SOON) {
            Heard::Answer(answer) => answer.status == 200,
            Heard::End => false,
            Heard::Silence => panic!("{path}: neither an answer nor the end"),
        };
        assert_eq!(
            is_kept,
            answer.header("connection") != "close",
            "{path}: the connection goes unannounced"
        );
    }
    ordinary(&server, &token);
}

/// A body over HTTP/1.1 that lacks its last byte.
struct Unended {
    stream: TcpStream,
    left: Vec<u8>,
}

impl Unended {
    fn open(server: &Server) -> Self {
        let stream = connect(server.address());
        stream.set_nonblocking(true).expect("an option");
        let headers = format!("Content-Type: {JSON}\r\nContent-Length: {}\r\n", LENGTH + 1);
        let left = (post(server, CLIENTS, &headers) + &" ".repeat(LENGTH)).into_bytes();
        Self { stream, left }
    }

    /// Sends as much as there is room for on the way.
    fn push(&mut self) {
        while let Ok(sent @ 1..) = self.stream.write(&self.left) {
            self.left.drain(..sent);
        }
    }
}
