//! Those who speak something else at the TLS port, or nothing.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use chancery_e2e::{Builder, Heard, Server, Socket, connect, folder};

use crate::certificate::Authority;
use crate::client::{USUAL, open, try_open};
use crate::{address, get, with_pair};

/// A server that waits a second for a handshake.
fn impatient(folder: &Path, authority: &Authority) -> Builder {
    with_pair(folder, &authority.pair()).option("--head-timeout", "1").option("--idle-timeout", "1")
}

#[track_caller]
fn is_served(server: &Server, authority: &Authority) {
    let mut socket = open(server, authority);
    socket.send(get(server, "/health/live"));
    socket.answer().expect(200);
}

/// Sends bytes that are no handshake; whatever comes back, the connection ends.
#[track_caller]
fn ends(server: &Server, what: &str, bytes: &[u8]) {
    let mut socket = Socket::open(address(server));
    socket.send(bytes);
    drain(socket.stream(), what);
}

/// Reads to the end of a connection on which no HTTP is expected.
#[track_caller]
fn drain(mut stream: &TcpStream, what: &str) {
    let mut piece = [0; 1024];
    chancery_e2e::until(what, Duration::from_secs(20), || match stream.read(&mut piece) {
        Ok(0) => Some(()),
        Ok(_) => None,
        Err(error) if error.kind() == ErrorKind::WouldBlock => None,
        Err(_) => Some(()),
    });
}

#[test]
fn what_is_no_handshake_ends_and_leaves_others_alone() {
    let (folder, authority) = (folder(), Authority::new());
    let server = impatient(folder.path(), &authority).start();
    let plain = get(&server, "/health/live");
    let huge = [&[0x16, 3, 1, 0xff, 0xff][..], &[0; 70_000]].concat();
    let cases: [(&str, &[u8]); 7] = [
        ("plain HTTP", plain.as_bytes()),
        ("HTTP/2 without TLS", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("half of a record", &[0x16, 3, 1, 2]),
        ("a record of zeros", &[0x16, 3, 1, 0, 4, 0, 0, 0, 0]),
        ("a record that is too long", &huge),
        ("an alert", &[0x15, 3, 1, 0, 2, 2, 40]),
        ("SSH", b"SSH-2.0-OpenSSH_9.9\r\n"),
    ];
    for (what, bytes) in cases {
        ends(&server, what, bytes);
        is_served(&server, &authority);
    }
    let said = server.stop().stderr;
    assert!(!said.contains("panicked") && !said.contains("ERROR"), "{said}");
}

#[test]
fn silent_clients_block_nobody_and_are_hung_up_on() {
    let (folder, authority) = (folder(), Authority::new());
    let server = impatient(folder.path(), &authority).start();
    let silent: Vec<_> = (0..200).map(|_| connect(address(&server))).collect();
    is_served(&server, &authority);
    for stream in &silent {
        drain(stream, "a silent client is hung up on");
    }
}

#[test]
fn silent_clients_give_their_places_back() {
    let (folder, authority) = (folder(), Authority::new());
    let server = impatient(folder.path(), &authority).option("--max-connections", "3").start();
    let _silent: Vec<_> = (0..3).map(|_| connect(address(&server))).collect();
    is_served(&server, &authority);
}

#[test]
fn a_client_that_does_not_trust_the_authority_leaves_others_alone() {
    let (folder, authority) = (folder(), Authority::new());
    let server = impatient(folder.path(), &authority).start();
    let refused = try_open(&server, &Authority::new(), USUAL);
    assert!(refused.is_err(), "the test's own client would trust anybody");
    is_served(&server, &authority);
}

#[test]
fn a_client_that_stalls_in_the_middle_of_a_record_is_hung_up_on() {
    let (folder, authority) = (folder(), Authority::new());
    let server = impatient(folder.path(), &authority).start();
    let mut socket = open(&server, &authority);
    socket.send("GET /health/live HTTP/1.1\r\n");
    let mut below: &TcpStream = &socket.stream().sock;
    below.write_all(&[0x17, 3, 3, 0x40, 0, 1, 2, 3]).expect("half a record is sent");
    assert!(matches!(socket.heard(Duration::from_secs(20)), Heard::End | Heard::Answer(_)));
    is_served(&server, &authority);
}
