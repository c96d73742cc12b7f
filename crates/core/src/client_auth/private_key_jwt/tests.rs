//! What an assertion must say, and that it says it once.

use serde_json::json;

use super::*;
use crate::grants::{GrantType, GrantTypes};
use crate::jose::alg::PrivateKey;
use crate::jose::{Alg, jws};
use crate::tenant::Tenant;
use crate::tenant::flow::App;
use crate::types::ClientId;

struct World {
    tenant: Tenant,
    id: ClientId,
    key: PrivateKey,
}

fn world() -> World {
    let mut tenant = Tenant::found();
    let App { id, .. } = tenant.app("CODE", "users");
    let key = PrivateKey::from_pkcs8(Alg::Es256, &Alg::Es256.generate().expect("a key")).expect("a key");
    let client = tenant.clients.get_mut(&id).expect("a client");
    client.grant_types = GrantTypes::default().with(GrantType::ClientCredentials);
    client.secrets.clear();
    client.metadata.auth_method = Some(AuthMethod::PrivateKeyJwt);
    client.metadata.jwks = Some(KeySet { keys: vec![key.jwk()] });
    World { tenant, id, key }
}

impl World {
    /// Claims that are right, with these changed; those that are null are left out.
    fn claims(&self, changes: Value) -> Value {
        let id = self.id.to_string();
        let (now, jti) = (self.tenant.now.seconds(), "one");
        let mut claims =
            json!({ "iss": id, "sub": id, "aud": "https://id.example", "exp": now + 60, "jti": jti });
        for (name, value) in changes.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        claims.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
        claims
    }

    fn signed(&self, changes: Value) -> String {
        self.signed_as("JWT", changes)
    }

    fn signed_as(&self, typ: &str, changes: Value) -> String {
        let header = jws::header(typ, Alg::Es256, self.key.jwk().kid());
        let claims = serde_json::to_vec(&self.claims(changes)).expect("JSON");
        jws::sign(&self.key, &header, &claims).expect("a token")
    }

    /// The reason for the refusal, if it is one.
    fn ask(&mut self, assertion: &str, more: &str) -> Option<&'static str> {
        let body = format!(
            "grant_type=client_credentials&client_assertion_type={}&client_assertion={assertion}{more}",
            TYPE.replace(':', "%3A")
        );
        self.tenant.token_at(Dialect::Standard, None, &body).err().map(|error| error.detail)
    }
}

#[test]
fn an_assertion_is_good_once() {
    let mut world = world();
    let one = world.signed(json!({}));
    assert_eq!(world.ask(&one, ""), None);
    assert_eq!(world.ask(&one, ""), Some("the client assertion was used before"));
    let same_id = world.signed(json!({ "exp": world.tenant.now.seconds() + 61 }));
    assert_eq!(world.ask(&same_id, ""), Some("the client assertion was used before"));
    let another = world.signed(json!({ "jti": "another" }));
    assert_eq!(world.ask(&another, &format!("&client_id={}", world.id)), None);
}

#[test]
fn a_token_that_was_made_for_something_else_is_no_assertion() {
    let mut world = world();
    for (number, typ) in
        ["JWT", "jwt", "application/jwt", "client-authentication+jwt"].into_iter().enumerate()
    {
        let good = world.signed_as(typ, json!({ "jti": number.to_string() }));
        assert_eq!(world.ask(&good, ""), None, "{typ}");
    }
    for typ in ["at+jwt", "application/at+jwt", "dpop+jwt", "logout+jwt", ""] {
        let other = world.signed_as(typ, json!({ "jti": "other" }));
        assert_eq!(world.ask(&other, ""), Some("the client assertion is a token of another type"), "{typ}");
    }
}

#[test]
fn each_claim_is_looked_at() {
    let mut world = world();
    let (now, id) = (world.tenant.now.seconds(), world.id.to_string());
    let by = Some("the client assertion is not by the client, about itself");
    let odd = Some("a time in the client assertion is not a number");
    let aim = Some("the client assertion is for another server");
    let future = Some("the client assertion is from the future");
    for (number, (changes, refused)) in [
        (json!({ "aud": "https://id.example/oauth2/token" }), None),
        (json!({ "aud": ["https://id.example"] }), None),
        (json!({ "aud": ["https://id.example", "https://other.example"] }), aim),
        (json!({ "aud": [] }), aim),
        (json!({ "aud": null }), aim),
        (json!({ "aud": "https://id.example/" }), aim),
        (json!({ "aud": "https://id.example/api/v2" }), aim),
        (json!({ "aud": "https://id.example.evil.example" }), aim),
        (json!({ "iss": "another" }), by),
        (json!({ "iss": null }), by),
        (json!({ "exp": null }), Some("the client assertion does not expire")),
        (json!({ "exp": "soon" }), odd),
        (json!({ "nbf": "now" }), odd),
        (json!({ "iat": [] }), odd),
        (json!({ "exp": now - 60 }), Some("the client assertion has expired")),
        (json!({ "exp": now - 59 }), None),
        (json!({ "exp": (now as f64) + 0.5 }), None),
        (json!({ "exp": now + 86_400 }), None),
        (json!({ "exp": now + 86_401 }), Some("the client assertion is good for more than a day")),
        (json!({ "nbf": now + 60, "iat": now + 60 }), None),
        (json!({ "nbf": now + 61 }), future),
        (json!({ "iat": now + 61 }), future),
        (json!({ "jti": null }), Some("the client assertion has no jti")),
        (json!({ "jti": "" }), Some("the client assertion has no jti")),
        (json!({ "jti": 7 }), Some("the client assertion has no jti")),
    ]
    .into_iter()
    .enumerate()
    {
        let mut changes = changes;
        if changes.get("jti").is_none() {
            changes["jti"] = format!("{number}").into();
        }
        let assertion = world.signed(changes.clone());
        assert_eq!(world.ask(&assertion, ""), refused, "{changes}");
    }
    let stranger = world.signed(json!({ "sub": world.tenant.admin.to_string(), "jti": "x" }));
    assert_eq!(world.ask(&stranger, ""), Some("the client assertion is not by the client, about itself"));
    let mine = world.signed(json!({ "jti": "y" }));
    assert_eq!(
        world.ask(&mine, &format!("&client_id={}", world.tenant.admin)),
        Some("the form names another client than the assertion")
    );
    assert_eq!(world.ask(&mine, "&client_secret=x"), Some("the client authenticates in more than one way"));
    assert_eq!(world.ask("nonsense", ""), Some("the client assertion cannot be read"));
    assert_eq!(world.ask(&mine, &format!("&client_id={id}")), None);
}

#[test]
fn a_key_is_the_clients_own_wherever_it_stands() {
    let mut world = world();
    let (own, place) = (KeySet { keys: vec![world.key.jwk()] }, "https://app.example/keys");
    let other = PrivateKey::from_pkcs8(Alg::Es256, &Alg::Es256.generate().expect("a key")).expect("a key");
    let other = KeySet { keys: vec![other.jwk()] };
    let unsigned = Some("the client assertion is not signed by a key of the client");
    let missing = Some("the client has no keys, or they cannot be fetched");
    for (number, (jwks, jwks_uri, kept, refused)) in [
        (Some(own.clone()), None, None, None),
        (Some(other.clone()), None, None, unsigned),
        (Some(other.clone()), Some(place), Some(own.clone()), unsigned),
        (None, Some(place), Some(own), None),
        (None, Some(place), Some(other), unsigned),
        (None, Some(place), None, missing),
        (None, None, None, missing),
    ]
    .into_iter()
    .enumerate()
    {
        let metadata = &mut world.tenant.clients.get_mut(&world.id).expect("a client").metadata;
        (metadata.jwks, metadata.jwks_uri) = (jwks, jwks_uri.map(str::to_owned));
        world.tenant.key_sets = kept.into_iter().map(|keys| (place.to_owned(), keys)).collect();
        let assertion = world.signed(json!({ "jti": number.to_string() }));
        assert_eq!(world.ask(&assertion, ""), refused, "{number}");
    }
}

#[test]
fn a_client_authenticates_as_it_registered() {
    let mut world = world();
    let client = world.tenant.clients.get_mut(&world.id).expect("a client");
    client.metadata.auth_alg = Some(Alg::EdDsa);
    let assertion = world.signed(json!({}));
    assert_eq!(world.ask(&assertion, ""), Some("the client assertion is signed with another algorithm"));
    let client = world.tenant.clients.get_mut(&world.id).expect("a client");
    (client.metadata.auth_alg, client.metadata.auth_method) = (None, Some(AuthMethod::ClientSecretBasic));
    let refused = Some("the client is registered for another method of authentication");
    assert_eq!(world.ask(&assertion, ""), refused);
    let body = format!("grant_type=client_credentials&client_id={}", world.id);
    let error = world.tenant.token_at(Dialect::Standard, None, &body).expect_err("no proof at all");
    assert_eq!(Some(error.detail), refused);
}

#[test]
fn the_vendors_side_knows_no_assertions() {
    let mut world = world();
    let assertion = world.signed(json!({}));
    let kind = TYPE.replace(':', "%3A");
    let body =
        format!("grant_type=client_credentials&client_assertion_type={kind}&client_assertion={assertion}");
    let error = world.tenant.token_at(Dialect::Genesys, None, &body).expect_err("a refusal");
    assert_eq!(error.detail, "no client credentials were presented");
}
