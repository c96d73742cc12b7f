//! The port that shows metrics.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use chancery_e2e::{Builder, CLIENTS, Client, Server, folder};

const LIMIT: Duration = Duration::from_secs(30);

/// A server that keeps metrics, and a client of the port that shows them.
fn start() -> (Server, Client) {
    let mut server = Builder::fresh().option("--metrics-listen", "127.0.0.1:0").start();
    let line = server.process().line(LIMIT).expect("a second line");
    let url = line.strip_prefix("metrics on ").unwrap_or_else(|| panic!("the second line is {line}"));
    let metrics = Client::new(url);
    (server, metrics)
}

/// The value of a series, 0 if it is not there yet.
fn value(metrics: &Client, series: &str) -> f64 {
    let text = metrics.get("/metrics").expect(200).text;
    let found = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    found.map_or(0.0, |it| it.parse().expect("a number"))
}

#[test]
fn what_happens_is_counted() {
    let (server, metrics) = start();
    let series = [
        "chancery_tokens_issued_total{grant=\"client_credentials\"}",
        "chancery_tokens_refused_total{error=\"invalid_client\"}",
        "chancery_commits_total{outcome=\"done\"}",
        "chancery_commit_duration_seconds_count",
        "chancery_http_requests_total{operation=\"token\",method=\"POST\",status=\"200\"}",
        "chancery_http_requests_total{operation=\"token\",method=\"POST\",status=\"400\"}",
        "chancery_http_requests_total{operation=\"postOauthClients\",method=\"POST\",status=\"200\"}",
        "chancery_http_request_duration_seconds_count{operation=\"postOauthClients\"}",
        "chancery_connections_total",
    ];
    let before = series.map(|it| value(&metrics, it));
    let made = server.registry().create("counted");
    assert!(!server.client().authenticates(&made.id, "not-the-secret-of-this-client-at-all"));
    for (series, before) in series.into_iter().zip(before) {
        assert!(value(&metrics, series) > before, "{series} does not move");
    }
    assert_eq!(
        value(&metrics, &format!("chancery_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"))),
        1.0
    );
    assert!(value(&metrics, "chancery_start_time_seconds") > 1.7e9);
}

#[test]
fn metrics_are_text_of_the_format_0_0_4_with_a_description_each() {
    let (server, metrics) = start();
    server.token();
    let answer = metrics.get("/metrics").expect(200);
    assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"), "{:?}", answer.headers);
    for line in answer.text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let name = line.split(' ').next().unwrap_or_default();
        assert!(name.starts_with("chancery_"), "{name}");
        assert!(answer.text.contains(&format!("# HELP {name} ")), "{name} has no description");
    }
    assert!(answer.text.contains("chancery_http_request_duration_seconds_bucket{"), "{}", answer.text);
}

#[test]
fn metrics_have_a_port_of_their_own() {
    let (server, metrics) = start();
    server.client().get("/metrics").expect(404);
    for path in ["/", CLIENTS, "/oauth/token", "/health/live"] {
        metrics.get(path).expect(404);
    }
    let plain = Server::start();
    plain.client().get("/metrics").expect(404);
    assert_eq!(plain.stop().stdout.lines().count(), 1, "without --metrics-listen there is no second port");
}

/// Asks for a method that no client library sends.
fn brew(server: &Server) {
    let mut stream = TcpStream::connect(server.address()).expect("a connection");
    stream.write_all(b"BREW / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
}

#[test]
fn what_a_caller_chooses_makes_no_series() {
    let (server, metrics) = start();
    let registry = server.registry();
    let made = registry.create("counted");
    registry.get(&made.id).expect(200);
    let client = server.client().with_token(&server.token());
    client.get("/a-path-of-my-own").expect(404);
    client.get("/api/v2/another-path").expect(404);
    brew(&server);
    drop(client.form("/oauth/token", &[], &[("grant_type", "a-grant-of-my-own")]));
    let text = metrics.get("/metrics").expect(200).text;
    for word in [&*made.id, "a-path-of-my-own", "another-path", "BREW", "a-grant-of-my-own"] {
        assert!(!text.contains(word), "{word} is in\n{text}");
    }
}

#[test]
fn a_port_in_use_is_refused_and_nothing_is_made() {
    let folder = folder();
    let data = folder.path().join("data");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let output = Builder::on(&data).option("--metrics-listen", &address).refused();
    assert!(output.stderr.contains(&address) && output.stderr.contains("--metrics-listen"), "{output}");
    assert!(!data.exists(), "something was made");
}
