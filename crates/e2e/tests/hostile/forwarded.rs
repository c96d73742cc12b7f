//! Headers that say for whom a request was forwarded: believed from a proxy, else worth nothing.

use chancery_e2e::{Builder, Client, Server};

/// So many wrong secrets from one address are answered as such.
const FAILURES: usize = 3;

fn server(proxies: &[&str]) -> Server {
    let builder = Builder::fresh().env("CHANCERY_GENESYS_MAX_FAILED_AUTHENTICATIONS", FAILURES.to_string());
    proxies.iter().fold(builder, |builder, it| builder.option("--trusted-proxies", it)).start()
}

/// What is told to somebody with a wrong secret who says to come from `address`.
#[track_caller]
fn told(client: &Client, address: &str, id: &str) -> String {
    let pairs =
        [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", "a wrong secret")];
    client
        .form("/oauth/token", &[("X-Forwarded-For", address)], &pairs)
        .expect(400)
        .text_of("error_description")
}

fn is_braked(said: &str) -> bool {
    said.starts_with("rate limit exceeded;")
}

#[test]
fn nobody_escapes_the_brake_by_saying_to_be_somebody_else() {
    let server = server(&[]);
    let (client, id) = (server.client(), server.credentials().client_id);
    let said: Vec<_> = (0..=FAILURES).map(|at| told(&client, &format!("192.0.2.{at}"), &id)).collect();
    assert_eq!(
        said.iter().map(|it| is_braked(it)).collect::<Vec<_>>(),
        [false, false, false, true],
        "{said:?}"
    );
}

#[test]
fn behind_a_trusted_proxy_everybody_has_a_brake_of_their_own() {
    let server = server(&["10.0.0.0/8,127.0.0.0/8"]);
    let (client, id) = (server.client(), server.credentials().client_id);
    for _ in 0..FAILURES {
        assert!(!is_braked(&told(&client, "192.0.2.1", &id)));
    }
    assert!(is_braked(&told(&client, "192.0.2.1", &id)));
    assert!(is_braked(&told(&client, "192.0.2.9, 192.0.2.1, 10.0.0.1", &id)), "the nearest stranger counts");
    assert!(!is_braked(&told(&client, "192.0.2.2", &id)), "another has done nothing");
}

#[test]
fn a_header_that_is_nonsense_harms_nothing() {
    let server = server(&["127.0.0.1"]);
    let long = "192.0.2.1, ".repeat(5_000);
    for value in [
        "",
        ",",
        ",,,,",
        "nonsense",
        "[::1",
        "::1]:80",
        "999.1.1.1",
        "192.0.2.1:99999",
        "unknown",
        "_x",
        &long,
    ] {
        for name in ["X-Forwarded-For", "Forwarded", "X-Forwarded-Host", "X-Forwarded-Proto"] {
            let answer = server.client().send("GET", "/api/v2/tokens/me", &[(name, value)], None);
            assert_eq!(answer.expect("an answer").status, 401, "{name}: {value:.40}");
        }
    }
}
