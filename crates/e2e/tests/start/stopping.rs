//! The orderly end: what is in flight is finished, and nothing else holds it up.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use chancery_e2e::{Builder, Output, Server, folder, until};

const LIMIT: Duration = Duration::from_secs(30);

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address()).expect("a connection");
    stream.set_read_timeout(Some(LIMIT)).expect("a time limit");
    stream
}

/// The server takes no new connections: it knows that it is to end.
fn closes(address: &str) {
    until("the server takes no new connections", LIMIT, || {
        TcpStream::connect(address).is_err().then_some(())
    });
}

/// Stops a server while it reads a request, and answers what the request got and how the server ended.
fn stop_in_flight(signal: &str) -> (String, Output) {
    let mut server = Server::start();
    let address = server.address().to_owned();
    let made = server.credentials();
    let body = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        made.client_id, made.client_secret
    );
    let (first, second) = body.split_at(body.len() / 2);

    let mut stream = connect(&server);
    // `100 Continue` says that the server has taken the request and waits for its body.
    let head = format!(
        "POST /oauth/token HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("the head is sent");
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).expect("the server asks for the body");
    assert_eq!(String::from_utf8_lossy(&go_on), "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(first.as_bytes()).expect("half of the body is sent");

    server.process().signal(signal);
    closes(&address);
    assert!(server.process().ended().is_none(), "the server did not wait for the request");
    stream.write_all(second.as_bytes()).expect("the rest of the body is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer, and the end of the connection");
    (answer, server.stop_with(signal))
}

#[test]
fn what_is_in_flight_is_finished_before_the_end() {
    for signal in ["TERM", "INT"] {
        let (answer, output) = stop_in_flight(signal);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{signal}: {answer}");
        assert!(answer.contains("\"access_token\""), "{signal}: {answer}");
        assert_eq!(output.code, Some(0), "{signal}: {output}");
    }
}

#[test]
fn an_idle_connection_does_not_hold_up_the_end() {
    let server = Server::start();
    let mut stream = connect(&server);
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").expect("a request");
    let mut seen = [0; 1024];
    assert!(stream.read(&mut seen).expect("an answer") > 0);
    let silent = connect(&server);
    let begun = Instant::now();
    server.stop();
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    drop(silent);
}

#[test]
fn an_idle_server_ends_with_code_0_and_says_nothing_bad() {
    for signal in ["TERM", "INT"] {
        let output = Server::start().stop_with(signal);
        assert_eq!(output.code, Some(0), "{output}");
        assert!(!output.stderr.contains("WARN") && !output.stderr.contains("ERROR"), "{output}");
    }
}

#[test]
fn after_an_orderly_end_everything_is_in_the_database_itself() {
    let folder = folder();
    let server = Builder::on(&folder.path().join("data")).start();
    server.registry().create("flushed");
    let data = server.data_dir().to_owned();
    server.stop();
    let log = data.join("chancery.db-wal");
    assert!(!log.exists() || std::fs::metadata(&log).is_ok_and(|it| it.len() == 0), "a log is left");
    let database = data.join("chancery.db");
    assert_eq!(chancery_e2e::query(&database, "SELECT COUNT(*) FROM clients WHERE name = 'flushed'"), "1");
    // When a secret was last used is recorded in batches; the last one is written at the end.
    let used = "SELECT COUNT(*) FROM client_secrets WHERE last_used_at IS NOT NULL";
    assert_eq!(chancery_e2e::query(&database, used), "1");
}

#[test]
fn every_orderly_end_leaves_one_whole_file() {
    // Whoever copies the database of a server that has stopped has everything. Many ends, since connections that close
    // at the same moment may each leave the log to the other.
    let folder = folder();
    let data = folder.path().join("data");
    Builder::on(&data).start().stop();
    let mut left = Vec::new();
    for end in 0..200 {
        let output = chancery_e2e::run(["organization", "list", "--data-dir", &*data.to_string_lossy()]);
        assert_eq!(output.code, Some(0), "{output}");
        if ["chancery.db-wal", "chancery.db-shm"].iter().any(|name| data.join(name).exists()) {
            left.push(end);
        }
    }
    assert!(left.is_empty(), "a log was left behind at the ends {left:?}");
}

#[test]
fn a_port_in_use_is_refused_and_nothing_is_made() {
    let folder = folder();
    let data = folder.path().join("data");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let output = Builder::on(&data).listen(&address).refused();
    let said = super::one_sentence(&output);
    assert!(said.contains(&address) && said.contains("in use"), "{said}");
    assert!(!data.exists(), "something was made");
}

#[test]
fn a_job_in_the_middle_of_its_work_ends_before_the_store_and_without_a_word() {
    for _ in 0..20 {
        // The jobs run for the first time while the signal comes.
        let output = Server::start().stop();
        assert!(!output.stderr.contains("job"), "{output}");
    }
}
