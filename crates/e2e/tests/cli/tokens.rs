//! `chancery token`: get one, look into one, revoke one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chancery_e2e::{Builder, Person, REDIRECT};
use serde_json::{Value, json};

use crate::place::{Place, redact, shows};

fn inspect(place: &Place, token: &str, more: &[&str]) -> String {
    let output = place.hear(token, &[&["token", "inspect"], more].concat(), &[]);
    assert_eq!(output.code, Some(0), "{output}");
    let secret = token.trim();
    assert!(secret.is_empty() || !output.stdout.contains(secret), "the token is repeated: {output}");
    redact(&output.stdout)
}

fn jwt(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", part(header), part(claims), URL_SAFE_NO_PAD.encode([7; 64]))
}

#[test]
fn the_token_of_a_profile_is_printed_for_programs() {
    let place = Place::start();
    let token = place.done(&["token", "get"]);
    assert_eq!(token.lines().count(), 1);
    place.server.client().with_token(token.trim_end()).get("/api/v2/tokens/me").expect(200);
}

#[test]
fn a_good_token_is_explained() {
    let place = Place::start();
    let token = place.done(&["token", "get"]);
    let own = redact(&place.done(&["token", "inspect", "--own"]));
    assert_eq!(inspect(&place, &token, &[]), own);
    assert_eq!(inspect(&place, &format!("Bearer {token}"), &[]), own);
    shows!(format!("{own}\n{}", inspect(&place, &token, &["--offline"])));
    let output = place.hear("", &["token", "inspect"], &[("CHANCERY_INSPECT_TOKEN", token.trim_end())]);
    assert_eq!(redact(&output.stdout), own);
}

#[test]
fn what_is_wrong_with_a_token_is_said() {
    let place = Place::start();
    let access = json!({ "alg": "ES256", "typ": "at+jwt", "kid": "one" });
    let foreign =
        json!({ "iss": "https://id.example", "sub": "ada", "exp": 4_000_000_000_u64, "iat": 1_700_000_000 });
    let good = jwt(&access, &foreign);
    let mangled = good.replacen('.', ".!", 1);
    let texts = [
        inspect(&place, &good, &[]),
        inspect(&place, &mangled, &[]),
        inspect(&place, "not a token", &[]),
        inspect(&place, "bm90LWEtdG9rZW4", &[]),
        inspect(&place, &jwt(&json!({ "alg": "none" }), &json!({ "sub": "ada" })), &["--offline"]),
    ];
    shows!(texts.join("\n"));
    let old = jwt(&access, &json!({ "exp": 1_700_000_000 }));
    assert!(inspect(&place, &old, &["--offline"]).contains("it expired "));
    let output = place.run(&["token", "inspect"]);
    assert_eq!(output.code, Some(1), "{output}");
    assert!(output.stderr.contains("CHANCERY_INSPECT_TOKEN"), "{output}");
}

#[test]
fn the_tokens_of_the_standard_side_are_told_apart() {
    let place = Place::start();
    let app = ["--grant-type", "CODE", "--scope", "openid", "--scope", "users", "--redirect-uri", REDIRECT];
    let (id, secret) = place.client("App", &app);
    let client = place.server.client();
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("client_id", &*id),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("scope", "openid users"),
        ])
        .finish();
    let back = Person::new(&client, "192.0.2.1").come_back(
        &format!("/oauth2/authorize?{query}"),
        place.made.text("/admin/email"),
        place.made.text("/admin/password"),
    );
    let code = form_urlencoded::parse(back.split_once('?').expect("a query").1.as_bytes())
        .find_map(|(name, value)| (name == "code").then(|| value.into_owned()))
        .expect("a code");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", REDIRECT),
        ("client_id", &*id),
        ("client_secret", &*secret),
    ];
    let answer = client.form("/oauth2/token", &[], &form).expect(200);
    let texts = ["id_token", "access_token"].map(|name| inspect(&place, &answer.text_of(name), &[]));
    shows!(texts.join("\n"));
}

#[test]
fn a_token_of_another_server_is_refused_by_this_one() {
    let place = Place::start();
    let other = Builder::fresh().start();
    let shown = inspect(&place, &other.token(), &[]);
    assert!(shown.contains("refused by the API of the server"), "{shown}");
    let shown = inspect(&place, &other.token(), &["--url", other.url()]);
    assert!(shown.contains("good: the API of the server takes it"), "{shown}");
}

#[test]
fn a_revoked_token_is_dead() {
    let place = Place::start();
    let token = place.done(&["token", "get"]);
    let output = place.hear(&token, &["token", "revoke"], &[]);
    assert_eq!((output.code, &*output.stderr), (Some(0), "The token is revoked.\n"), "{output}");
    assert!(inspect(&place, &token, &[]).contains("refused by the API"));
    let output = place.hear(&token, &["token", "revoke"], &[]);
    assert_eq!(output.code, Some(3), "{output}");
    place.done(&["token", "revoke", "--own"]);
}
