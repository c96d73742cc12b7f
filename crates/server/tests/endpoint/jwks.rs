//! `/.well-known/jwks.json`: the keys that verify tokens (RFC 7517 section 5).

use aws_lc_rs::digest::{SHA256, digest};
use chancery_core::jose::jws::Foreign;
use chancery_core::jose::{Alg, KeySet, base64url, from_base64url};
use chancery_core::keyring::{MasterKey, rotation};
use chancery_core::policy::Policy;
use chancery_core::types::Lifetime;
use chancery_core::write::Changed;
use serde_json::{Value, json};

use crate::world::{Answer, Ask, World, get, post, transcript};

const PATH: &str = "/.well-known/jwks.json";

/// Those that sign access tokens.
async fn keys(world: &World) -> Vec<Value> {
    let answer = get(PATH).send(world).await;
    let mut keys = answer.json()["keys"].as_array().expect("keys").clone();
    keys.retain(|key| key["alg"] == "ES256");
    keys
}

/// What nobody can foresee of a key is named, not shown.
fn redact(mut answer: Answer) -> Answer {
    let mut text = String::from_utf8(answer.body.to_vec()).expect("text");
    for key in answer.json()["keys"].as_array().expect("keys") {
        for (member, length) in [("kid", 32), ("x", 32), ("y", 32), ("n", 256)] {
            let Some(value) = key[member].as_str() else { continue };
            assert_eq!(from_base64url(value).map(|bytes| bytes.len()), Some(length), "{member}");
            text = text.replace(value, &format!("[{member}]"));
        }
    }
    answer.body = text.into();
    answer
}

/// What the client may ask.
fn ask(world: &World, path: &str, form: &str) -> Ask {
    post(path).basic(&world.acme.robot.id.to_string(), world.acme.robot.secret.expose()).form(form)
}

async fn token(world: &World) -> String {
    let answer = ask(world, "/oauth2/token", "grant_type=client_credentials").send(world).await.json();
    answer["access_token"].as_str().expect("text").to_owned()
}

async fn jwt_header(world: &World) -> Value {
    let header = token(world).await.split('.').next().and_then(from_base64url).expect("base64url");
    serde_json::from_slice(&header).expect("JSON")
}

#[tokio::test]
async fn access_tokens_are_signed_as_the_operator_says() {
    for (alg, name) in Alg::ALL {
        let world = World::with(Policy { access_token_alg: *alg, ..Policy::default() }).await;
        let token = token(&world).await;
        let keys = get(PATH).send(&world).await.json();
        let keys = KeySet::read(&keys).expect("a key set");
        let read = Foreign::read(&token).expect("a JWT");
        assert_eq!(read.alg.as_str(), *name);
        assert!(read.is_signed_by(&keys), "{name}");
        let told = ask(&world, "/oauth2/introspect", &format!("token={token}")).send(&world).await.json();
        assert_eq!(told["active"], true, "{name}");
    }
}

#[tokio::test]
async fn the_keys_are_public_and_may_be_kept_for_an_hour() {
    let world = World::new().await;
    transcript!(redact(get(PATH).send(&world).await));
}

#[tokio::test]
async fn every_algorithm_has_its_own_key_and_asking_again_makes_no_more() {
    let world = World::new().await;
    let (first, second) = tokio::join!(get(PATH).send(&world), get(PATH).send(&world));
    assert_eq!(first.json(), second.json());
    let keys = first.json();
    let text = |member: &str| -> Vec<String> {
        let keys = keys["keys"].as_array().expect("keys");
        keys.iter().map(|key| key[member].as_str().expect("text").to_owned()).collect()
    };
    assert_eq!(text("alg"), ["ES256", "RS256", "EdDSA", "PS256"]);
    assert_eq!(text("kty"), ["EC", "RSA", "OKP", "RSA"]);
    let mut ids = text("kid");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
    let rows = chancery_store::Store::keys(&*world.store).await.expect("reads");
    assert_eq!(rows.len(), 6);
}

#[tokio::test]
async fn a_key_is_named_by_its_thumbprint_and_tokens_name_it() {
    let world = World::new().await;
    let keys = keys(&world).await;
    let text = |member: &str| keys[0][member].as_str().expect("text");
    // RFC 7638 section 3.2: the required members in this order, and nothing else.
    let thumb = format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, text("x"), text("y"));
    assert_eq!(text("kid"), base64url(digest(&SHA256, thumb.as_bytes()).as_ref()));
    assert_eq!(jwt_header(&world).await, json!({ "alg": "ES256", "typ": "at+jwt", "kid": text("kid") }));
}

#[tokio::test]
async fn a_successor_is_published_a_day_before_it_signs() {
    let world = World::new().await;
    let old = keys(&world).await;
    let day = Lifetime::from_days(1).millis();
    world.pass(29 * day);
    // Another node makes the successor.
    let master = MasterKey::parse(&world.app.master.expose()).expect("its own text form");
    let rows = chancery_store::Store::keys(&*world.store).await.expect("reads");
    let due = rotation::due(&rows, &master, &*world.app.random, Lifetime::from_days(30), world.now())
        .expect("keys");
    world.elsewhere(due).await;
    assert_eq!(keys(&world).await, old);
    world.hears(Changed::Keys).await;
    let both = keys(&world).await;
    assert_eq!((both.len(), &both[1]), (2, &old[0]));
    assert_eq!(jwt_header(&world).await["kid"], old[0]["kid"]);
    world.pass(day - 1);
    assert_eq!(jwt_header(&world).await["kid"], old[0]["kid"]);
    world.pass(1);
    assert_eq!(jwt_header(&world).await["kid"], both[0]["kid"]);
    // The last token that the old key signed has expired; ID tokens of it are hints for longer.
    world.pass(2 * day);
    assert_eq!(keys(&world).await.len(), 2);
    world.pass(1);
    assert_eq!(keys(&world).await, both[..1]);
    let kept = world.app.keys();
    assert_eq!(kept.signing_keys().filter(|key| key.alg == chancery_core::jose::Alg::Es256).count(), 2);
}
