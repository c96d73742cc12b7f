//! What a code can carry.

use super::standard::{ask, code, standard};

#[test]
fn what_a_code_cannot_carry_is_refused_before_anybody_is_asked() {
    let values = |value: &str, count| {
        let values = vec![value; count].join(",");
        format!(r#"{{"id_token":{{"acr":{{"values":[{values}]}}}}}}"#)
    };
    let nested = |depth| values(&format!("{}1{}", "[".repeat(depth), "]".repeat(depth)), 1);
    let none = "{}".to_owned();
    let refused = Some("invalid_request");
    for (nonce, claims, expected) in [
        ("n".repeat(4000), none.clone(), None),
        ("n".repeat(4096), none.clone(), refused),
        // It doubles, and more, where it is written down.
        ("\"".repeat(2000), none.clone(), None),
        ("\"".repeat(2100), none.clone(), refused),
        ("\u{1}".repeat(700), none, refused),
        ("n".to_owned(), values("1e15", 200), None),
        ("n".to_owned(), values("1e15", 250), refused),
        ("n".to_owned(), nested(122), None),
        ("n".to_owned(), nested(123), refused),
        ("n".to_owned(), nested(124), refused),
    ] {
        let mut world = standard();
        let told = ask(&mut world, &[("scope", "openid"), ("nonce", &nonce), ("claims", &claims)]);
        assert_eq!(told.error().as_deref(), expected, "{} {}", nonce.len(), claims.len());
        if expected.is_none() {
            let login = code(&world, &told).login.expect("a login");
            assert_eq!(login.nonce.as_deref(), Some(&*nonce));
        }
    }
}
