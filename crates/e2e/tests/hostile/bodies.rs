//! Bodies of the management API that are not what they should be, and those that SDKs send where none belongs.

use chancery_e2e::{CLIENTS, Server, code_client};
use serde_json::{Value, json};

const JSON: &str = "application/json";

#[test]
fn what_is_no_object_of_ours_is_a_bad_request() {
    let server = Server::start();
    let client = server.client().with_token(&server.token());
    let utf16: Vec<u8> = "{\"name\":\"x\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: &[(&str, &[u8])] = &[
        ("nothing", b""),
        ("blanks", b" \r\n\t "),
        ("null", b"null"),
        ("a number", b"1"),
        ("a text", b"\"name\""),
        ("a list", b"[]"),
        ("a list of one", b"[{\"name\":\"x\"}]"),
        ("an object without end", b"{\"name\":\"x\""),
        ("two objects", b"{} {}"),
        ("an object and more", b"{}x"),
        ("single quotes", b"{'name':'x'}"),
        ("a comma too many", b"{\"name\":\"x\",}"),
        ("a comment", b"{/* x */}"),
        ("no quotes", b"{name:1}"),
        ("not a number", b"{\"accessTokenValiditySeconds\":NaN}"),
        ("a number with a plus", b"{\"accessTokenValiditySeconds\":+1}"),
        ("a number with zeros", b"{\"accessTokenValiditySeconds\":007}"),
        ("a member that stands twice", b"{\"name\":\"x\",\"name\":\"y\"}"),
        ("bytes that are not UTF-8", b"{\"name\":\"\xff\xfe\"}"),
        ("half a character", b"{\"name\":\"\xc3\"}"),
        ("an overlong character", b"{\"name\":\"\xc0\xaf\"}"),
        ("half a surrogate", b"{\"name\":\"\\ud800\"}"),
        ("a control character", b"{\"name\":\"\x01\"}"),
        ("a NUL", b"{\"name\":\"x\"}\0"),
        ("a byte order mark", b"\xef\xbb\xbf{\"name\":\"x\"}"),
        ("UTF-16", &utf16),
        ("a form", b"name=x"),
        ("XML", b"<name>x</name>"),
        ("compressed", b"\x1f\x8b\x08\x00"),
    ];
    for (name, body) in cases {
        let answer = client.send("POST", CLIENTS, &[("Content-Type", JSON)], Some(body.to_vec()));
        let answer = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(answer.status, 400, "{name}: {}", answer.text);
        assert_eq!(answer.text_of("code"), "bad.request", "{name}: {}", answer.text);
        assert_eq!(answer.json()["details"], json!([]), "{name}");
    }
}

#[test]
fn a_member_of_the_wrong_kind_is_named() {
    let server = Server::start();
    let client = server.client().with_token(&server.token());
    for (member, value) in [
        ("name", json!(1)),
        ("name", json!({})),
        ("scope", json!("users:readonly")),
        ("scope", json!([1])),
        ("registeredRedirectUri", json!({})),
        ("accessTokenValiditySeconds", json!("300")),
        ("accessTokenValiditySeconds", json!(1.5)),
        ("accessTokenValiditySeconds", json!(1e300)),
        ("accessTokenValiditySeconds", json!(-9_223_372_036_854_775_808_i64)),
        ("roleDivisions", json!(["x"])),
    ] {
        let mut body = code_client("of the wrong kind");
        body[member] = value.clone();
        let answer = client.post(CLIENTS, &body).expect(400);
        let code = answer.text_of("code");
        assert!(
            ["invalid.value", "constraint.validation"].contains(&code.as_str()),
            "{member} {value}: {code}"
        );
        assert!(answer.text.contains(member), "{member} {value}: {}", answer.text);
    }
}

#[test]
fn another_type_of_body_is_not_supported() {
    let server = Server::start();
    let client = server.client().with_token(&server.token());
    let body = code_client("of another type").to_string().into_bytes();
    for media in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "text/json",
        "json",
        "",
        ";",
        "multipart/form-data; boundary=x",
    ] {
        let answer = client.send("POST", CLIENTS, &[("Content-Type", media)], Some(body.clone()));
        let answer = answer.expect("an answer").expect(415);
        assert_eq!(answer.text_of("code"), "unsupported.media.type", "{media}");
    }
    for media in ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8;x=y"]
    {
        client
            .send("POST", CLIENTS, &[("Content-Type", media)], Some(body.clone()))
            .expect("an answer")
            .expect(200);
    }
    client.send("POST", CLIENTS, &[], Some(body)).expect("an answer").expect(200);
}

#[test]
fn what_sdks_send_where_no_body_belongs_is_accepted() {
    let server = Server::start();
    let registry = server.registry();
    let made = registry.create("reset in many ways");
    let path = format!("{CLIENTS}/{}/secret", made.id);
    let mut secrets = vec![made.secret];
    for (headers, body) in [
        (&[][..], &b""[..]),
        (&[("Content-Type", JSON)], b""),
        (&[("Content-Type", JSON)], b"null"),
        (&[("Content-Type", JSON)], b"{}"),
        (&[], b"null"),
    ] {
        let answer = registry.client.send("POST", &path, headers, Some(body.to_vec())).expect("an answer");
        secrets.push(answer.expect(200).text_of("secret"));
    }
    let last = secrets.last().expect("a secret");
    assert!(registry.client.authenticates(&made.id, last));
    secrets.sort();
    secrets.dedup();
    assert_eq!(secrets.len(), 6, "each reset makes another secret");
    let typed = [("Content-Type", JSON)];
    let one = format!("{CLIENTS}/{}", made.id);
    for (method, path, status) in
        [("GET", CLIENTS, 200), ("GET", "/api/v2/tokens/me", 200), ("DELETE", &one, 204)]
    {
        registry.client.send(method, path, &typed, None).expect("an answer").expect(status);
    }
}

#[test]
fn unknown_members_and_parameters_are_ignored() {
    let server = Server::start();
    let client = server.client().with_token(&server.token());
    let mut body = code_client("with more than is asked");
    body["fromTheFuture"] = json!({ "deep": [{ "er": null }] });
    body["__proto__"] = json!({ "state": "disabled" });
    body["id"] = json!("5bfa8c2e-90b5-4a0f-8a53-2a7b1b8ff1d3");
    body["secret"] = json!("chosen by the caller");
    let made = client.post(&format!("{CLIENTS}?unknown=1&unknown=2&=&%ff"), &body).expect(200).json();
    assert_eq!(made["fromTheFuture"], Value::Null);
    assert_ne!(made["id"], body["id"], "what is read-only is ignored");
    assert_ne!(made["secret"], body["secret"]);
    client.get("/api/v2/tokens/me?_=1&expand=nonsense,more&id=a&id=b").expect(200);
}

#[test]
fn a_path_that_is_odd_names_nothing() {
    let server = Server::start();
    let client = server.client().with_token(&server.token());
    for path in
        ["%00", "%ff", "..", "%2e%2e", "%2f", "a%2fb", "%", "%zz", "5bfa8c2e", "null", "*", "%F0%9F%92%A9"]
    {
        let Ok(answer) = client.send("GET", &format!("{CLIENTS}/{path}"), &[], None) else {
            // The test's own client does not send it.
            continue;
        };
        assert!([400, 404].contains(&answer.status), "{path}: {}", answer.status);
        assert!(answer.json()["code"].is_string(), "{path}: {}", answer.text);
    }
}
