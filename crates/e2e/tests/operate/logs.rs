//! Log lines: which there are, what they carry, and what they never say.

use chancery_e2e::http2::Http2;
use chancery_e2e::{Builder, Output, Server, Socket};
use serde_json::Value;

/// Has a server do what is told in lines at the level debug, and answers the correlation id of each answer, by what it
/// was asked, and all that nobody may read in a log.
fn work(server: &Server) -> (Vec<(&'static str, String)>, Vec<String>) {
    let made = server.credentials();
    let client = server.client();
    let issued = client.grant(&made.client_id, &made.client_secret).expect(200);
    let wrong = "a-secret-that-is-not-the-one-of-it";
    let refused = client.grant(&made.client_id, wrong).expect(400);
    let registry = server.registry();
    let listing = registry.client.get("/api/v2/oauth/clients").expect(200);
    let other = registry.create("another");
    let reset = registry.reset(&other.id).expect(200);
    let master = std::fs::read_to_string(server.data_dir().join("master.key")).expect("the master key");
    let secrets = [
        made.client_secret.clone(),
        made.text("/admin/password").to_owned(),
        issued.text_of("access_token"),
        wrong.to_owned(),
        other.secret,
        reset.text_of("secret"),
        master.trim().to_owned(),
    ];
    let ids = [("token issued", issued), ("token refused", refused), ("listing", listing)]
        .map(|(what, answer)| (what, answer.header("inin-correlation-id").to_owned()));
    (ids.into(), secrets.into())
}

fn start(format: &str, level: &str) -> Server {
    Builder::fresh().option("--log-format", format).option("--log-level", level).start()
}

fn lines(output: &Output) -> Vec<Value> {
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    output.stderr.lines().map(parse).collect()
}

#[test]
fn every_line_of_a_request_carries_the_correlation_id_of_its_answer() {
    let server = start("json", "debug");
    let (ids, _) = work(&server);
    let lines = lines(&server.stop());
    for (what, id) in &ids {
        let own: Vec<_> = lines.iter().filter(|line| line["correlation_id"] == **id).collect();
        let requests = own.iter().filter(|line| line["status"].is_number() && line["micros"].is_number());
        assert_eq!(requests.count(), 1, "one line says how the request {what} was answered: {own:?}");
        for line in &own {
            assert!(line["timestamp"].is_string() && line["message"].is_string(), "{line}");
        }
    }
    let refused = lines.iter().find(|line| line["message"] == "token refused").expect("a line");
    assert_eq!(refused["correlation_id"], *ids[1].1, "a line from deep inside: {refused}");
    assert_eq!(refused["level"], "DEBUG");
}

#[test]
fn lines_for_people_carry_it_too() {
    let server = start("text", "debug");
    let (ids, _) = work(&server);
    let output = server.stop();
    for (_, id) in ids {
        let own = output.stderr.lines().filter(|line| line.contains(&format!("correlation_id=\"{id}\"")));
        assert!(own.count() > 0, "{id} is not in {output}");
    }
}

#[test]
fn at_the_level_info_no_request_has_a_line() {
    for format in ["text", "json"] {
        let server = start(format, "info");
        let (ids, _) = work(&server);
        let output = server.stop();
        for (_, id) in ids {
            assert!(!output.stderr.contains(&id), "{output}");
        }
        assert_eq!(output.stderr.lines().count(), 2, "ready and stopped: {output}");
    }
}

#[test]
fn no_line_tells_a_secret() {
    for format in ["text", "json"] {
        let server = start(format, "debug");
        let (_, secrets) = work(&server);
        let output = server.stop();
        assert!(output.stderr.lines().count() > 6, "there is something to look at: {output}");
        for secret in secrets {
            assert!(!output.stderr.contains(&secret), "{secret} is in {output}");
        }
    }
}

#[test]
fn at_the_level_debug_a_request_over_http2_has_one_line_and_its_frames_have_none() {
    let server = start("json", "debug");
    let mut connection = Http2::start(Socket::open(server.address()));
    let asked = connection.ask("GET", server.address(), "/health/live?secret=sesame", None);
    assert_eq!(connection.answer(asked).expect("an answer").0, 200);
    drop(connection);
    let output = server.stop();
    assert!(!output.to_string().contains("sesame"), "{output}");
    let lines = lines(&output);
    let said = lines.iter().map(|line| line["message"].as_str().expect("a message"));
    assert_eq!(said.collect::<Vec<_>>(), ["ready", "GET live", "stopped"], "{output}");
}
