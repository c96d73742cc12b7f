//! Token requests that are not what they should be.

use chancery_e2e::{Answer, Client, Server};

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const PATHS: [&str; 2] = ["/oauth/token", "/oauth2/token"];

#[track_caller]
fn send(client: &Client, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    client.send("POST", path, headers, Some(body.to_vec())).expect("an answer")
}

#[test]
fn a_parameter_that_stands_twice_is_refused_even_if_it_says_the_same() {
    let server = Server::start();
    let (client, own) = (server.client(), server.credentials());
    let (id, secret) = (&own.client_id, &own.client_secret);
    let good = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    for path in PATHS {
        send(&client, path, &[FORM], good.as_bytes()).expect(200);
        for more in [
            "grant_type=client_credentials",
            "grant_type=",
            "gr%61nt_type=client_credentials",
            &format!("client_id={id}"),
            &format!("client_secret={secret}"),
            "client_secret=another",
            "scope=a&scope=b",
            "unknown=1&unknown=2",
        ] {
            for body in [format!("{good}&{more}"), format!("{more}&{good}")] {
                let answer = send(&client, path, &[FORM], body.as_bytes()).expect(400);
                assert_eq!(answer.text_of("error"), "invalid_request", "{path} {more}");
                assert!(!answer.text.contains(secret.as_str()), "a secret is not repeated");
            }
        }
    }
}

#[test]
fn a_body_that_is_no_form_is_an_invalid_request() {
    let server = Server::start();
    let (client, own) = (server.client(), server.credentials());
    let good = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        own.client_id, own.client_secret
    );
    let json = br#"{"grant_type":"client_credentials"}"#;
    let cases: &[(&str, Option<&str>, &[u8])] = &[
        ("no type", None, good.as_bytes()),
        ("JSON's type", Some("application/json"), good.as_bytes()),
        ("JSON", Some("application/json"), json),
        ("JSON under a form's type", Some(FORM.1), json),
        ("multipart", Some("multipart/form-data; boundary=x"), good.as_bytes()),
        ("nothing", Some(FORM.1), b""),
        ("null", Some(FORM.1), b"null"),
        ("bytes", Some(FORM.1), b"\x00\xff\xfe\x80"),
        ("bytes that are not UTF-8", Some(FORM.1), b"grant_type=\xff\xfe"),
        ("escapes that are not UTF-8", Some(FORM.1), b"grant_type=client_credentials&client_id=%ff%fe"),
        ("half a character", Some(FORM.1), b"grant_type=%c3"),
        ("no grant type", Some(FORM.1), b"client_id=x"),
        ("an empty grant type", Some(FORM.1), b"grant_type="),
        ("separators", Some(FORM.1), b"&&==&=&"),
    ];
    for path in PATHS {
        for (name, media, body) in cases {
            let headers: Vec<_> = media.iter().map(|it| (FORM.0, *it)).collect();
            let answer = send(&client, path, &headers, body);
            assert_eq!(answer.status, 400, "{path} {name}: {}", answer.text);
            assert_eq!(answer.text_of("error"), "invalid_request", "{path} {name}");
        }
    }
}

#[test]
fn credentials_that_are_odd_are_refused_in_the_words_of_the_endpoint() {
    let server = Server::start();
    let (client, own) = (server.client(), server.credentials());
    let right = Client::basic(&own.client_id, &own.client_secret);
    let grant: &[u8] = b"grant_type=client_credentials";
    for path in PATHS {
        for value in [
            "",
            "Basic",
            "Basic ",
            "Basic %%%",
            "Basic =",
            "Basic Og==",
            "Basic /w==",
            "Bearer x",
            "Digest x",
            ":",
            "Basic AAAA",
        ] {
            let answer = send(&client, path, &[FORM, ("Authorization", value)], grant);
            assert!([400, 401].contains(&answer.status), "{path} {value}: {}", answer.status);
            let error = answer.text_of("error");
            assert!(
                ["invalid_client", "invalid_request"].contains(&error.as_str()),
                "{path} {value}: {error}"
            );
        }
        let twice = [FORM, ("Authorization", &right), ("Authorization", &right)];
        let answer = send(&client, path, &twice, grant);
        assert!([400, 401].contains(&answer.status), "{path}: two headers: {}", answer.status);
        send(&client, path, &[FORM, ("Authorization", &right.replace("Basic", "bASIC"))], grant).expect(200);
    }
}

#[test]
fn a_token_in_an_odd_header_is_refused_and_never_repeated() {
    let server = Server::start();
    let (client, token) = (server.client(), server.token());
    let path = "/api/v2/tokens/me";
    for value in [format!("bearer {token}"), format!("BEARER {token}")] {
        client.send("GET", path, &[("Authorization", &value)], None).expect("an answer").expect(200);
    }
    for (name, value) in [
        ("no scheme", token.clone()),
        ("another scheme", format!("Basic {token}")),
        ("no token", "Bearer".to_owned()),
        ("two tokens", format!("Bearer {token} {token}")),
        ("a comma", format!("Bearer {token},")),
        ("cut short", format!("Bearer {}", &token[..token.len() - 1])),
        ("one more", format!("Bearer {token}A")),
        ("quoted", format!("Bearer \"{token}\"")),
    ] {
        let answer = client.send("GET", path, &[("Authorization", &value)], None).expect("an answer");
        assert_eq!(answer.status, 401, "{name}");
        assert!(!answer.text.contains(&token[..token.len() - 1]), "{name}");
    }
    let twice = [("Authorization", &*format!("Bearer {token}")), ("Authorization", "Bearer other")];
    client.send("GET", path, &twice, None).expect("an answer").expect(401);
    client.get(&format!("{path}?access_token={token}")).expect(401);
}
