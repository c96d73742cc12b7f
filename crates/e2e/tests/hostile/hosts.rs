//! Requests for hosts that the server is not: a page that has its own name point here reads nothing.

use chancery_e2e::{Builder, Server, Socket};

use crate::impatient;

fn ask(server: &Server, hosts: &[&str], path: &str) -> chancery_e2e::Answer {
    let lines: String = hosts.iter().map(|host| format!("Host: {host}\r\n")).collect();
    let mut socket = Socket::open(server.address());
    socket.send(format!("GET {path} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n"));
    socket.answer()
}

#[test]
fn another_host_is_misdirected_in_the_words_of_each_group() {
    let server = Server::start();
    let evil = &["evil.example"];
    let api = ask(&server, evil, "/api/v2/tokens/me").expect(421);
    assert_eq!(api.text_of("code"), "bad.request");
    assert_eq!(api.json()["status"], 421);
    assert_eq!(api.text_of("contextId"), api.header("inin-correlation-id"));
    for path in ["/oauth/token", "/oauth2/token", "/.well-known/jwks.json"] {
        let answer = ask(&server, evil, path).expect(421);
        assert!(answer.json()["error"].is_string(), "{path}: {}", answer.text);
    }
    for path in ["/", "/nothing"] {
        ask(&server, evil, path).expect(421);
    }
    for path in ["/health/live", "/health/ready"] {
        ask(&server, evil, path).expect(200);
    }
}

#[test]
fn every_name_of_this_machine_is_served_on_loopback() {
    let server = Server::start();
    for host in [
        "localhost",
        "LOCALHOST",
        "localhost:1",
        "127.0.0.1",
        "127.0.0.1:65535",
        "127.9.9.9:80",
        "[::1]",
        "[::1]:99",
        server.address(),
    ] {
        assert_eq!(ask(&server, &[host], "/.well-known/jwks.json").status, 200, "{host}");
    }
}

#[test]
fn the_issuer_and_the_allowed_hosts_are_served() {
    let server = Builder::fresh()
        .option("--issuer", "https://id.example:8443/prefix")
        .option("--allowed-hosts", "a.example,b.example")
        .start();
    for host in ["id.example:8443", "ID.Example:8443", "a.example", "b.example", "B.EXAMPLE"] {
        assert_eq!(ask(&server, &[host], "/.well-known/jwks.json").status, 200, "{host}");
    }
    for host in ["x.a.example", "example", "a.example.evil", "id.example.evil:8443", "a.example,b.example"] {
        let status = ask(&server, &[host], "/.well-known/jwks.json").status;
        assert!([400, 421].contains(&status), "{host}: {status}");
    }
}

#[test]
fn a_host_that_only_looks_like_ours_is_none_of_ours() {
    let server = Server::start();
    let own = server.address();
    let mut wrong = Vec::new();
    for host in [
        &format!("evil@{own}"),
        &format!("{own}@evil.example"),
        &format!("{own}.evil.example"),
        &format!("{own}, evil.example"),
        &format!("{own} evil.example"),
        &format!("{own}/evil.example"),
        &format!("{own}#evil.example"),
        &format!("http://{own}"),
        "localhost.evil.example",
        "evil.localhost.example",
        "127.0.0.1.evil.example",
        "127.evil.example",
        "127.0.0.evil",
        "localhost:port",
        "127.0.0.1:-1",
        "[::1",
        "::1]",
        "[::1]evil.example",
        "[::2]",
        "[::ffff:192.0.2.1]",
        "10.0.0.1",
        "",
        ":80",
        "%6cocalhost",
        "l\u{f6}calhost",
    ] {
        let status = ask(&server, &[host], "/.well-known/jwks.json").status;
        if ![400, 421].contains(&status) {
            wrong.push(format!("{host}: {status}"));
        }
    }
    assert!(wrong.is_empty(), "\n  {}\n", wrong.join("\n  "));
}

#[test]
fn no_host_and_two_hosts_are_bad_requests() {
    let server = impatient().start();
    let own = server.address();
    for path in ["/.well-known/jwks.json", "/api/v2/tokens/me", "/oauth/token", "/"] {
        for hosts in [&[][..], &[own, own], &[own, "evil.example"], &["evil.example", own]] {
            assert_eq!(ask(&server, hosts, path).status, 400, "{path} {hosts:?}");
        }
    }
}
