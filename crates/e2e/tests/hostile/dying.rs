//! Clients that die in the middle of it.

use chancery_e2e::{Builder, CLIENTS, Socket, code_client};

use crate::{forgotten, get, ordinary, post, resident, sockets};

#[test]
fn a_client_that_dies_in_the_middle_of_a_request_leaves_nothing_behind() {
    let mut server = Builder::fresh().start();
    let (process, token) = (server.process().id(), server.token());
    let body = code_client("never made").to_string();
    let headers = format!(
        "Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
        body.len() + 1
    );
    let whole = post(&server, CLIENTS, &headers) + &body;
    ordinary(&server, &token);
    let before = sockets(process);
    for at in (0..whole.len()).step_by(3) {
        Socket::open(server.address()).send(&whole[..at]);
    }
    forgotten(process, before);
    ordinary(&server, &token);
    assert_eq!(server.registry().names().len(), 1, "no half request made a client");
    let said = server.stop().stderr;
    assert!(!said.contains("panicked") && !said.contains("ERROR"), "{said}");
}

#[test]
fn a_client_that_dies_before_its_answer_leaves_nothing_behind() {
    let mut server = Builder::fresh().start();
    let (process, token) = (server.process().id(), server.token());
    ordinary(&server, &token);
    let (before, memory) = (sockets(process), resident(process));
    let request = get(&server, "/.well-known/jwks.json");
    for times in [1, 2, 50] {
        for _ in 0..100 {
            Socket::open(server.address()).send(request.repeat(times));
        }
    }
    forgotten(process, before);
    ordinary(&server, &token);
    assert!(resident(process) < memory + crate::ALLOWANCE);
    let said = server.stop().stderr;
    assert!(!said.contains("panicked") && !said.contains("ERROR"), "{said}");
}

#[test]
fn a_client_that_dies_in_the_middle_of_a_chunk_is_no_client() {
    let server = Builder::fresh().start();
    let token = server.token();
    let headers = format!(
        "Authorization: Bearer {token}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
    );
    let body = code_client("half a chunk").to_string();
    for end in ["", "\r\n", "\r\n0", "\r\n0\r\n"] {
        let request = format!("{}{:x}\r\n{body}{end}", post(&server, CLIENTS, &headers), body.len());
        Socket::open(server.address()).send(request);
    }
    ordinary(&server, &token);
    // A body without its end could have been cut short: nothing is made of it.
    assert_eq!(server.registry().names().len(), 1);
}
