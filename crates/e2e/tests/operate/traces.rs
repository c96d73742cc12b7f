//! Traces, as a collector gets them.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use chancery_e2e::http2::Http2;
use chancery_e2e::{Builder, Server, Socket};
use serde_json::json;

use crate::collector;

fn start(endpoint: &str) -> Server {
    Builder::fresh().option("--otlp-endpoint", endpoint).start()
}

/// Requests enough for several batches.
fn much(server: &Server) {
    let client = server.client();
    for _ in 0..1100 {
        client.get("/health/live").expect(200);
    }
}

#[test]
fn a_request_its_decision_and_its_commit_are_spans_in_the_trace_of_the_caller() {
    let (url, batches) = collector::start();
    let server = start(&url);
    let registry = server.registry();
    let body = json!({ "name": "traced", "authorizedGrantType": "CODE", "scope": ["users"] });
    let headers = [
        ("Content-Type", "application/json"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ];
    let made = registry.client.send("POST", "/api/v2/oauth/clients", &headers, Some(body.to_string().into()));
    let made = made.expect("an answer").expect(200);
    let secrets = [server.credentials().client_secret, server.token(), made.text_of("secret")];
    let output = server.stop();
    assert_eq!(output.code, Some(0), "{output}");

    let batches: Vec<_> = batches.try_iter().collect();
    let has = |bytes: &[u8]| batches.iter().any(|batch| batch.has(bytes));
    for word in ["chancery", "postOauthClients", "token", "settle", "commit", "http.request.method"] {
        assert!(has(word.as_bytes()), "no span has {word}");
    }
    assert!(has(made.header("inin-correlation-id").as_bytes()), "the correlation id is in the trace");
    let caller = [10, 247, 101, 25, 22, 205, 67, 221, 132, 72, 235, 33, 28, 128, 49, 156];
    assert!(has(&caller), "the trace is the caller's");
    assert!(secrets.iter().all(|secret| !has(secret.as_bytes())), "a secret is in a trace");
    for batch in &batches {
        assert_eq!(batch.line, "POST /v1/traces HTTP/1.1");
        assert!(batch.headers.contains("content-type: application/x-protobuf"), "{}", batch.headers);
    }
}

#[test]
fn a_request_over_http2_is_a_span_and_its_frames_are_none() {
    let (url, batches) = collector::start();
    let server = start(&url);
    let mut connection = Http2::start(Socket::open(server.address()));
    let asked = connection.ask("GET", server.address(), "/health/live", None);
    assert_eq!(connection.answer(asked).expect("an answer").0, 200);
    drop(connection);
    server.stop();
    let batches: Vec<_> = batches.try_iter().collect();
    let has = |text: &str| batches.iter().any(|batch| batch.has(text.as_bytes()));
    assert!(has("live"));
    for name in ["Connection", "FramedRead", "FramedWrite", "poll", "hpack"] {
        assert!(!has(name), "{name} is a span");
    }
}

#[test]
fn a_collector_that_is_away_is_told_of_once_and_hinders_nobody() {
    let gone = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address");
    let server = start(&format!("http://{gone}"));
    much(&server);
    server.registry().create("made without a collector");
    let output = server.stop();
    let told = output.stderr.lines().filter(|line| line.contains("collector"));
    assert_eq!(told.count(), 1, "{output}");
}

#[test]
fn a_collector_that_never_answers_holds_up_neither_requests_nor_the_end_for_long() {
    // Connections are taken by the system; nobody reads from them.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let server = start(&format!("http://{}", silent.local_addr().expect("its address")));
    much(&server);
    server.registry().create("made without an answer");
    let begun = Instant::now();
    server.stop();
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}
