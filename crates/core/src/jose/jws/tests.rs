//! The examples of the specifications, and everything that is no signature.

use serde_json::json;

use super::*;

/// RFC 7515 appendix A.2.1 (RSA), A.3.1 (EC) and RFC 8037 appendix A.2 (Edwards), with the tokens that they signed.
fn examples() -> Vec<(Alg, KeySet, String)> {
    let payload =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let rsa = json!({ "kty": "RSA", "e": "AQAB",
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ" });
    let ec = json!({ "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" });
    let okp = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    let set = |key| KeySet::read(&json!({ "keys": [key] })).expect("a key set");
    vec![
        (
            Alg::Rs256,
            set(rsa),
            format!(
                "eyJhbGciOiJSUzI1NiJ9.{payload}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
            ),
        ),
        (
            Alg::Es256,
            set(ec),
            format!(
                "eyJhbGciOiJFUzI1NiJ9.{payload}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
            ),
        ),
    ]
    .into_iter()
    .chain([(Alg::EdDsa, set(okp), String::new())])
    .collect()
}

#[test]
fn the_examples_of_the_specifications_are_signed_by_their_keys_and_by_no_other() {
    let all = examples();
    for (alg, keys, token) in all.iter().filter(|(_, _, token)| !token.is_empty()) {
        let read = Foreign::read(token).expect("an example");
        assert_eq!(read.alg, *alg);
        assert!(read.is_signed_by(keys), "{alg:?}");
        assert_eq!(read.claims["iss"], "joe");
        for (_, others, _) in all.iter().filter(|(other, ..)| other != alg) {
            assert!(!read.is_signed_by(others), "{alg:?}");
        }
    }
}

#[test]
fn an_edwards_key_verifies_the_example_and_has_its_thumbprint() {
    // RFC 8037 appendix A.4 signs "Example of Ed25519 signing", A.3 names the thumbprint.
    let (_, keys, _) = examples().pop().expect("three examples");
    let message = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let signature = from_base64url(
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
    );
    let signature = signature.expect("base64url");
    assert!(keys.keys[0].verify(Alg::EdDsa, message.as_bytes(), &signature));
    assert!(!keys.keys[0].verify(Alg::EdDsa, b"another", &signature));
    assert!(!keys.keys[0].verify(Alg::Es256, message.as_bytes(), &signature));
    let x = from_base64url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").expect("base64url");
    let published = Jwk::publish(Alg::EdDsa, crate::jose::jwk::Material::okp(&x));
    assert_eq!(published.kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn what_is_signed_with_a_key_of_ours_verifies_in_its_own_algorithm_alone() {
    for (alg, name) in Alg::ALL {
        let key = PrivateKey::from_pkcs8(*alg, &alg.generate().expect("a key")).expect("its own form");
        let jwk = key.jwk();
        let token = sign(&key, &header("JWT", *alg, jwk.kid()), br#"{"sub":"me"}"#).expect("a token");
        let keys = KeySet { keys: vec![jwk.clone()] };
        let read = Foreign::read(&token).expect("a token");
        assert_eq!(
            (read.alg, read.typ.as_deref(), read.kid.as_deref()),
            (*alg, Some("jwt"), Some(jwk.kid()))
        );
        assert!(read.is_signed_by(&keys), "{name}");
        for (other, _) in Alg::ALL.iter().filter(|(other, _)| other != alg) {
            assert!(!jwk.is_for(*other), "{name} {other:?}");
        }
        let private = serde_json::to_value(&jwk).expect("JSON");
        assert!(private.get("d").is_none() && private["alg"] == **name, "{private}");
    }
}

#[test]
fn nothing_else_is_a_signature() {
    let key = PrivateKey::from_pkcs8(Alg::Es256, &Alg::Es256.generate().expect("a key")).expect("a key");
    let keys = KeySet { keys: vec![key.jwk()] };
    let signed = |header: &str, claims: &str| {
        sign(&key, &base64url(header.as_bytes()), claims.as_bytes()).expect("a token")
    };
    let good = signed(r#"{"alg":"ES256"}"#, r#"{"a":1}"#);
    let accepted = |token: &str| Foreign::read(token).is_some_and(|read| read.is_signed_by(&keys));
    assert!(accepted(&good));
    let (message, signature) = good.rsplit_once('.').expect("three parts");
    let embedded = json!({ "alg": "ES256", "jwk": key.jwk() }).to_string();
    let none = format!("{}.{}.", base64url(br#"{"alg":"none"}"#), base64url(br#"{"a":1}"#));
    for (what, token) in [
        ("no algorithm", none.clone()),
        ("no algorithm, with a signature", format!("{none}{signature}")),
        ("a symmetric algorithm", signed(r#"{"alg":"HS256"}"#, r#"{"a":1}"#)),
        ("another algorithm", signed(r#"{"alg":"RS256"}"#, r#"{"a":1}"#)),
        ("an algorithm in other letters", signed(r#"{"alg":"es256"}"#, r#"{"a":1}"#)),
        ("an extension", signed(r#"{"alg":"ES256","crit":["exp"],"exp":1}"#, r#"{"a":1}"#)),
        ("an empty extension", signed(r#"{"alg":"ES256","crit":[]}"#, r#"{"a":1}"#)),
        ("two algorithms", signed(r#"{"alg":"none","alg":"ES256"}"#, r#"{"a":1}"#)),
        ("two claims of a name", signed(r#"{"alg":"ES256"}"#, r#"{"a":1,"a":2}"#)),
        ("claims that are no object", signed(r#"{"alg":"ES256"}"#, "[1]")),
        ("a header that is no object", signed(r#"["ES256"]"#, r#"{"a":1}"#)),
        ("an unknown key", signed(r#"{"alg":"ES256","kid":"other"}"#, r#"{"a":1}"#)),
        ("a number for a key id", signed(r#"{"alg":"ES256","kid":1}"#, r#"{"a":1}"#)),
        ("no signature", format!("{message}.")),
        ("two parts", message.to_owned()),
        ("four parts", format!("{good}.AAAA")),
        ("a cut signature", good[..good.len() - 2].to_owned()),
        ("padding", format!("{good}=")),
        ("white space", format!("{good} ")),
        ("another message", good.replacen('.', ".e", 1)),
        ("no text", String::new()),
        ("dots", "..".to_owned()),
        ("length", format!("{}.{signature}", "A".repeat(MOST_CHARACTERS))),
    ] {
        assert!(!accepted(&token), "{what}");
    }
    // The last character of 64 bytes in base64url has four bits that must be zero.
    let last = good.chars().last().expect("a character");
    let bent =
        "AQgw".contains(last).then(|| format!("{}{}", &good[..good.len() - 1], (last as u8 + 1) as char));
    assert!(bent.is_none_or(|token| !accepted(&token)), "base64url has one form");
    let other = PrivateKey::from_pkcs8(Alg::Es256, &Alg::Es256.generate().expect("a key")).expect("a key");
    let stranger = sign(&other, &base64url(embedded.as_bytes()), br#"{"a":1}"#).expect("a token");
    assert!(!accepted(&stranger), "a key in the token proves nothing");
    let mine = signed(&embedded, r#"{"a":1}"#);
    assert!(accepted(&mine), "and does no harm beside a key that is known");
}

#[test]
fn a_key_serves_what_it_says_it_serves() {
    let key = PrivateKey::from_pkcs8(Alg::Es256, &Alg::Es256.generate().expect("a key")).expect("a key");
    let mut jwk = serde_json::to_value(key.jwk()).expect("JSON");
    for (member, value, good) in [
        ("use", "sig", true),
        ("use", "enc", false),
        ("alg", "ES256", true),
        ("alg", "ES384", false),
        ("alg", "Ed25519", false),
        ("crv", "P-384", false),
    ] {
        let before = jwk[member].take();
        jwk[member] = value.into();
        let read: Jwk = serde_json::from_value(jwk.clone()).expect("a key");
        assert_eq!(read.is_for(Alg::Es256), good, "{member} {value}");
        jwk[member] = before;
    }
}

#[test]
fn a_key_set_shrugs_at_keys_of_others() {
    let set = |keys| KeySet::read(&json!({ "keys": keys }));
    assert_eq!(set(json!([])).map(|set| set.keys.len()), Ok(0));
    let strange = json!([{ "kty": "AKP", "alg": "ML-DSA-44" }, { "no": "kty" }, 7]);
    assert_eq!(set(strange).map(|set| set.keys.len()), Ok(0));
    for wrong in [json!({}), json!([]), json!({ "keys": {} }), json!(null)] {
        assert!(KeySet::read(&wrong).is_err(), "{wrong}");
    }
}
