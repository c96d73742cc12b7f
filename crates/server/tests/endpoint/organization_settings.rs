//! `PUT /api/v2/organizations/me` and `/api/v2/organizations/authentication/settings`: what administrators choose.

use axum::http::StatusCode;
use chancery_core::write::Write;
use chancery_store::Store;
use serde_json::{Value, json};

use crate::world::{Table, World, get, patch, put, transcript};

const ME: &str = "/api/v2/organizations/me";
const SETTINGS: &str = "/api/v2/organizations/authentication/settings";

#[tokio::test]
async fn an_organization_is_changed_and_what_is_not_named_stays() {
    let world = World::new().await;
    let token = world.administrator().await;
    let body = json!({
        "version": 1, "name": "Acme Limited", "defaultLanguage": "de-DE", "defaultCountryCode": "DE",
        "domain": "acme.example", "supportURI": "https://help.acme.example", "defaultSiteId": "s1",
        "voicemailEnabled": true, "id": "x", "thirdPartyOrgName": "other", "state": "deleted", "features": { "x": true },
    });
    let changed = put(ME).bearer(&token).json(&body).send(&world).await;
    assert_eq!(get(ME).bearer(&token).send(&world).await.json(), changed.json());
    transcript!(changed);
    let again = put(ME).bearer(&token).json(&json!({ "version": 2 })).send(&world).await.json();
    let mut expected = changed.json();
    expected["version"] = 3.into();
    assert_eq!(again, expected);
    // What is empty is taken out; what was read can be sent back.
    let mut body = expected;
    for member in ["domain", "supportURI", "defaultCountryCode", "defaultSiteId"] {
        body[member] = "".into();
    }
    body["voicemailEnabled"] = false.into();
    let emptied = put(ME).bearer(&token).json(&body).send(&world).await.json();
    for member in ["domain", "supportURI", "defaultCountryCode", "defaultSiteId", "voicemailEnabled"] {
        assert_eq!(emptied.get(member), None, "{emptied}");
    }
    assert_eq!(emptied["name"], "Acme Limited");
}

#[tokio::test]
async fn every_rule_has_its_code_and_names_the_member() {
    let world = World::new().await;
    let token = world.administrator().await;
    let mut table = Table::default();
    for (case, body) in [
        ("an old version", json!({ "version": 0 })),
        ("a version to come", json!({ "version": 2 })),
        ("a negative version", json!({ "version": -1 })),
        ("a version of text", json!({ "version": "1" })),
        ("a blank name", json!({ "version": 1, "name": " " })),
        ("an empty name", json!({ "version": 1, "name": "" })),
        ("a name of 257 characters", json!({ "version": 1, "name": "n".repeat(257) })),
        ("a control character", json!({ "version": 1, "domain": "a\nb" })),
        ("an empty language", json!({ "version": 1, "defaultLanguage": "" })),
        ("a list", json!([])),
    ] {
        table.row(case, put(ME).bearer(&token).json(&body).send(&world).await.verdict());
    }
    transcript!(table);
}

#[tokio::test]
async fn a_change_without_version_is_refused_as_a_rule_on_it() {
    let world = World::new().await;
    let token = world.administrator().await;
    let answer = put(ME).bearer(&token).json(&json!({ "name": "x" })).send(&world).await;
    assert_eq!(answer.json()["code"], "constraint.validation", "{answer}");
    assert_eq!(answer.json()["details"][0]["fieldName"], "version", "{answer}");
}

#[tokio::test]
async fn of_two_who_change_one_version_one_succeeds() {
    let world = World::new().await;
    let token = world.administrator().await;
    let ask = |name: &str| put(ME).bearer(&token).json(&json!({ "version": 1, "name": name })).send(&world);
    let (first, second) = tokio::join!(ask("One"), ask("Two"));
    let statuses = [first.status, second.status];
    assert!(
        statuses.contains(&StatusCode::OK) && statuses.contains(&StatusCode::CONFLICT),
        "{first}\n{second}"
    );
}

#[tokio::test]
async fn only_who_administers_the_organization_sees_and_changes_its_settings() {
    let world = World::new().await;
    let mut table = Table::default();
    for (who, token) in [
        ("a bad token", "x".to_owned()),
        ("nobody", world.token(&world.robot(&[]).await).await),
        ("who may", world.may(&["directory:organization:admin"]).await),
    ] {
        for (what, ask) in [
            ("reads the settings", get(SETTINGS)),
            ("changes the settings to rubbish", patch(SETTINGS).body("rubbish")),
            ("changes the organization to rubbish", put(ME).body("rubbish")),
        ] {
            table.row(format!("{who} {what}"), ask.bearer(&token).send(&world).await.verdict());
        }
    }
    transcript!(table);
}

#[tokio::test]
async fn settings_are_shown_and_changed_one_by_one() {
    let world = World::new().await;
    let token = world.administrator().await;
    let fresh = get(SETTINGS).bearer(&token).send(&world).await;
    let body = json!({
        "multifactorAuthenticationRequired": true,
        "domainAllowlistEnabled": true,
        "domainAllowlist": ["acme.example"],
        "ipAddressAllowlist": ["127.0.0.1", "192.0.2.0/24"],
        "passwordRequirements": {
            "minimumLength": 12, "minimumDigits": 1, "minimumLetters": 2, "minimumUpper": 3, "minimumLower": 4,
            "minimumSpecials": 5, "minimumAgeSeconds": 3600, "expirationDays": 90,
        },
        "inactivityTimeoutExclusions": ["presence"],
        "universalLogout": true,
    });
    let changed = patch(SETTINGS).bearer(&token).json(&body).send(&world).await;
    assert_eq!(changed.json(), body);
    assert_eq!(get(SETTINGS).bearer(&token).send(&world).await.json(), body);
    transcript!(fresh, changed);
    let mut expected = body;
    for (change, path) in [
        (json!({ "universalLogout": false }), "/universalLogout"),
        (json!({ "domainAllowlist": [] }), "/domainAllowlist"),
        (json!({ "passwordRequirements": { "minimumLength": 8 } }), "/passwordRequirements/minimumLength"),
        (json!({ "passwordRequirements": { "expirationDays": 0 } }), "/passwordRequirements/expirationDays"),
        (
            json!({ "multifactorAuthenticationRequired": false, "surprise": 1 }),
            "/multifactorAuthenticationRequired",
        ),
    ] {
        *expected.pointer_mut(path).expect("is there") = change.pointer(path).expect("is there").clone();
        assert_eq!(patch(SETTINGS).bearer(&token).json(&change).send(&world).await.json(), expected);
    }
    for change in [json!({}), json!({ "passwordRequirements": null, "domainAllowlist": null })] {
        assert_eq!(patch(SETTINGS).bearer(&token).json(&change).send(&world).await.json(), expected);
    }
}

#[tokio::test]
async fn a_setting_that_cannot_be_is_refused() {
    let world = World::new().await;
    let token = world.administrator().await;
    let before = get(SETTINGS).bearer(&token).send(&world).await.json();
    let mut table = Table::default();
    for (case, body) in [
        ("no address", json!({ "ipAddressAllowlist": ["127.0.0.1", "here"] })),
        ("no range", json!({ "ipAddressAllowlist": ["127.0.0.0/33"] })),
        ("an empty address", json!({ "ipAddressAllowlist": [""] })),
        ("without the own address", json!({ "ipAddressAllowlist": ["192.0.2.1"], "universalLogout": true })),
        ("1001 domains", json!({ "domainAllowlist": vec!["acme.example"; 1001] })),
        ("a long domain", json!({ "domainAllowlist": ["d".repeat(257)] })),
        ("a control character", json!({ "inactivityTimeoutExclusions": ["a\nb"] })),
        ("a negative number", json!({ "passwordRequirements": { "minimumLength": -1 } })),
        ("a fraction", json!({ "passwordRequirements": { "minimumLength": 1.5 } })),
        ("text for a flag", json!({ "universalLogout": "yes" })),
        ("a list for an object", json!({ "passwordRequirements": [8] })),
        ("a list", json!([])),
    ] {
        table.row(case, patch(SETTINGS).bearer(&token).json(&body).send(&world).await.verdict());
    }
    transcript!(table);
    assert_eq!(get(SETTINGS).bearer(&token).send(&world).await.json(), before);
}

#[tokio::test]
async fn what_was_changed_elsewhere_meanwhile_is_not_undone() {
    let world = World::new().await;
    let token = world.administrator().await;
    let mut organization =
        world.store.find_organization(world.acme.id).await.expect("reads").expect("is there");
    organization.settings.authentication.multifactor_required = true;
    let request = patch(SETTINGS).bearer(&token).json(&json!({ "universalLogout": true })).send(&world);
    let elsewhere = world.elsewhere(vec![Write::ReplaceOrganization(Box::new(organization))]);
    let (answer, ()) = tokio::join!(biased; request, elsewhere);
    let both: [&Value; 2] =
        [&answer.json()["multifactorAuthenticationRequired"], &answer.json()["universalLogout"]];
    assert_eq!(both, [true, true], "{answer}");
}
