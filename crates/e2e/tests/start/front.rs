//! What stands outside the two APIs, and the bounds of every body.

use chancery_e2e::{CLIENTS, Server};
use serde_json::Value;

const LARGEST: usize = 256 * 1024;
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("Content-Type", "application/json");

#[test]
fn health_and_the_front_page_are_open_to_everybody() {
    let client = Server::start();
    let (server, client) = (&client, client.client());
    for path in ["/health/live", "/health/ready"] {
        let answer = client.get(path).expect(200);
        assert!(answer.header("cache-control").contains("no-store"), "{path}");
    }
    assert_eq!(client.get("/health/live").text_of("status"), "live");
    assert_eq!(client.get("/health/ready").text_of("status"), "ready");
    let front = client.get("/").expect(200);
    assert!(front.text.contains(&format!("{}/oauth/token", server.url())), "{}", front.text);
}

#[test]
fn an_unknown_path_is_not_found_in_the_words_of_its_group() {
    let server = Server::start();
    let client = server.client().with_token(&server.token());
    for path in ["/nothing", "/oauth/nothing", "/health", "/health/live/", "/.well-known/nothing", "/api"] {
        client.get(path).expect(404);
        client.post(path, &Value::Null).expect(404);
    }
    let answer = client.get("/api/v2/nothing").expect(404);
    assert_eq!(answer.text_of("code"), "not.found");
    assert_eq!(answer.text_of("contextId"), answer.header("inin-correlation-id"));
}

#[test]
fn a_method_that_a_path_does_not_have_is_told_with_those_it_has() {
    let server = Server::start();
    let client = server.client().with_token(&server.token());
    for (method, path, allowed) in [
        ("GET", "/oauth/token", "OPTIONS,POST"),
        ("PUT", "/oauth2/token", "OPTIONS,POST"),
        ("DELETE", "/.well-known/jwks.json", "GET,HEAD,OPTIONS"),
        ("POST", "/health/live", "GET,HEAD"),
        ("POST", "/", "GET,HEAD"),
        ("DELETE", CLIENTS, "GET,HEAD,OPTIONS,POST"),
        ("POST", "/api/v2/oauth/clients/5bfa8c2e-90b5-4a0f-8a53-2a7b1b8ff1d3", "DELETE,GET,HEAD,OPTIONS,PUT"),
        ("POST", "/api/v2/tokens/me", "DELETE,GET,HEAD,OPTIONS"),
    ] {
        let body = (method != "GET" && method != "DELETE").then(Vec::new);
        let answer = client.send(method, path, &[], body).expect("an answer").expect(405);
        let mut told: Vec<_> = answer.header("allow").split(',').map(str::trim).collect();
        told.sort_unstable();
        assert_eq!(told.join(","), allowed, "{method} {path}");
        if path.starts_with("/api/v2") {
            assert_eq!(answer.text_of("code"), "method.not.allowed");
        }
    }
}

#[test]
fn an_empty_body_is_a_bad_request() {
    let server = Server::start();
    let client = server.client().with_token(&server.token());
    for headers in [vec![], vec![FORM]] {
        for path in ["/oauth/token", "/oauth2/token"] {
            let answer =
                client.send("POST", path, &headers, Some(Vec::new())).expect("an answer").expect(400);
            assert_eq!(answer.text_of("error"), "invalid_request", "{path}");
        }
    }
    for headers in [vec![], vec![JSON]] {
        let answer = client.send("POST", CLIENTS, &headers, Some(Vec::new())).expect("an answer");
        assert_eq!(answer.expect(400).text_of("code"), "bad.request");
    }
}

/// The answers of the four kinds of endpoints with a body, to a body of this size.
fn answers(server: &Server, size: usize) -> Vec<(&'static str, chancery_e2e::Answer)> {
    let client = server.client().with_token(&server.token());
    let own = format!("{CLIENTS}/{}", server.credentials().client_id);
    let form = |start: &str| [start.as_bytes(), &vec![b'x'; size - start.len()]].concat();
    let json = || {
        let (start, end) = ("{\"name\":\"", "\"}");
        [start.as_bytes(), &vec![b'x'; size - start.len() - end.len()], end.as_bytes()].concat()
    };
    let send = |method: &str, path: &str, header, body| {
        let answer = client.send(method, path, &[header], Some(body));
        answer.unwrap_or_else(|error| panic!("{method} {path} with {size} bytes: {error}"))
    };
    vec![
        ("oauth", send("POST", "/oauth/token", FORM, form("grant_type=client_credentials&x="))),
        ("oauth", send("POST", "/oauth2/token", FORM, form("grant_type=client_credentials&x="))),
        ("api", send("POST", CLIENTS, JSON, json())),
        ("api", send("PUT", &own, JSON, json())),
    ]
}

#[track_caller]
fn are_too_large(server: &Server, size: usize) {
    for (kind, answer) in answers(server, size) {
        let answer = answer.expect(413);
        if kind == "oauth" {
            assert_eq!(answer.text_of("error"), "invalid_request", "{size}");
        } else {
            assert_eq!(answer.text_of("code"), "request.entity.too.large", "{size}");
            assert_eq!(answer.json()["status"], 413);
            assert_eq!(answer.text_of("contextId"), answer.header("inin-correlation-id"));
        }
    }
}

#[test]
fn a_body_of_256_kib_is_read_and_one_byte_more_is_refused() {
    let server = Server::start();
    for (kind, answer) in answers(&server, LARGEST) {
        assert!([400, 401].contains(&answer.status), "{kind}: {} {}", answer.status, answer.text);
    }
    are_too_large(&server, LARGEST + 1);
    server.registry().create("still at work");
}

#[test]
fn whoever_sends_far_too_much_is_told_so() {
    // A server that closes while its client is still sending takes the answer away again (RFC 9112 section 9.6).
    let server = Server::start();
    for size in [2 * LARGEST, 4 * LARGEST, 4 * 1024 * 1024] {
        are_too_large(&server, size);
    }
    server.registry().create("still at work");
}
