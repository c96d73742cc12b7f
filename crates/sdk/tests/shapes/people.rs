//! People, the organization, and what Chancery knows beyond the vendor.

use chancery_sdk::models::{
    AuditListing, OAuthClientSecretListing, OrgAuthSettings, Organization, ServerKeyListing, User,
    UserAuthorization, UserClaims, UserMe, UserReference, UserSessionListing,
};
use serde_json::{Value, json};

use crate::objects::token;
use crate::roles::{condition, role};
use crate::{is_read_in_every_shape, read, written};

fn authorization() -> Value {
    json!({
        "roles": [{ "id": "r1", "name": "Clerk" }], "unusedRoles": [{ "id": "r2" }],
        "permissions": ["oauth:client:view"],
        "permissionPolicies": [{
            "id": "p1", "domain": "oauth", "entityName": "client", "policyName": "x", "policyDescription": "y",
            "actionSetKey": "z", "allowConditions": true, "resourceConditionNode": condition(),
            "namedResources": ["c1"], "resourceCondition": "w", "actionSet": ["view"],
        }],
    })
}

fn user() -> Value {
    json!({
        "id": "u1", "name": "Ada", "division": { "id": "d1", "name": "Home", "selfUri": "/d" },
        "email": "ada@example.com", "username": "ada@example.com", "state": "active", "title": "Countess",
        "department": "Engines", "preferredName": "A",
        "primaryContactInfo": [{ "address": "ada@example.com", "mediaType": "EMAIL", "type": "PRIMARY" }],
        "addresses": [{
            "address": "+1", "display": "1", "mediaType": "PHONE", "type": "WORK2", "extension": "5",
            "countryCode": "GB",
        }],
        "images": [{ "resolution": "x48", "imageUri": "https://img.example/1" }],
        "version": 3, "acdAutoAnswer": false, "authorization": authorization(),
        "lastTokenIssued": { "dateIssued": "2026-07-01T12:00:00.000Z" },
        "dateLastLogin": "2026-07-01T12:00:00.000Z", "selfUri": "/api/v2/users/u1",
    })
}

fn organization() -> Value {
    json!({
        "id": "o1", "name": "Acme", "defaultLanguage": "en-us", "defaultCountryCode": "US",
        "thirdPartyOrgName": "acme", "thirdPartyURI": "https://x.example", "domain": "acme", "version": 4,
        "state": "active", "defaultSiteId": "s1", "supportURI": "https://y.example", "voicemailEnabled": true,
        "productPlatform": "PureCloud", "selfUri": "/o", "features": { "directory": true, "chat": false },
    })
}

#[test]
fn a_user_is_read_in_every_shape() {
    is_read_in_every_shape::<User>(&user(), &[]);
    is_read_in_every_shape::<UserAuthorization>(&authorization(), &[]);
    is_read_in_every_shape::<UserReference>(&json!({ "id": "u1", "selfUri": "/u" }), &[]);
    assert!(read::<User>(&user()).unknown().eq(["images"]));
}

#[test]
fn oneself_is_read_in_every_shape() {
    let mut whole = user();
    whole["organization"] = organization();
    whole["token"] = token();
    whole["orgAuthorization"] = json!([role()]);
    whole["trustors"] = json!([]);
    is_read_in_every_shape::<UserMe>(&whole, &["roleId", "divisionId"]);
}

#[test]
fn the_organization_is_read_in_every_shape() {
    is_read_in_every_shape::<Organization>(&organization(), &[]);
    let settings = json!({
        "multifactorAuthenticationRequired": false, "domainAllowlistEnabled": true, "domainAllowlist": ["a"],
        "ipAddressAllowlist": ["192.0.2.0/24"],
        "passwordRequirements": {
            "minimumLength": 8, "minimumDigits": 1, "minimumLetters": 1, "minimumUpper": 1, "minimumLower": 1,
            "minimumSpecials": 1, "minimumAgeSeconds": 0, "expirationDays": 0,
        },
        "inactivityTimeoutExclusions": ["x"], "universalLogout": true,
    });
    is_read_in_every_shape::<OrgAuthSettings>(&settings, &[]);
}

#[test]
fn what_the_vendor_does_not_have_may_grow_too() {
    let entry = json!({
        "id": "a1", "date": "2026-07-01T12:00:00.000Z", "kind": "login", "count": 1, "actor": { "id": "u1" },
        "client": { "id": "c1" }, "entity": { "type": "user", "id": "u1", "name": "Ada" },
        "address": "192.0.2.1", "correlationId": "x", "detail": "y",
    });
    let log = json!({ "entities": [entry], "nextUri": "/n", "selfUri": "/s" });
    is_read_in_every_shape::<AuditListing>(&log, &["id", "date", "kind", "count", "type"]);
    let session = json!({
        "id": "s1", "address": "192.0.2.1", "userAgent": "x", "dateCreated": "2026-07-01T09:00:00.000Z",
        "dateLastSeen": "2026-07-01T09:00:00.000Z", "dateExpires": "2026-07-01T09:00:00.000Z", "selfUri": "/s",
    });
    let sessions = json!({ "entities": [session], "total": 1, "selfUri": "/s" });
    is_read_in_every_shape::<UserSessionListing>(&sessions, &["id", "dateCreated", "dateExpires"]);
    let secret = json!({
        "id": "s1", "name": "blue", "secret": "x", "dateCreated": "2026-07-01T09:00:00.000Z",
        "dateExpires": "2026-07-01T09:00:00.000Z", "dateLastUsed": "2026-07-01T09:00:00.000Z", "selfUri": "/s",
    });
    let secrets = json!({ "entities": [secret], "total": 1, "selfUri": "/s" });
    is_read_in_every_shape::<OAuthClientSecretListing>(&secrets, &["id"]);
    let key = json!({
        "id": "k1", "purpose": "ES256", "standing": "active", "keyId": "x",
        "dateActive": "2026-07-01T09:00:00.000Z",
    });
    let keys = json!({ "entities": [key], "total": 1 });
    is_read_in_every_shape::<ServerKeyListing>(&keys, &["id", "purpose", "standing"]);
    let claims = json!({
        "family_name": "Lovelace", "email_verified": true, "updated_at": 5, "address": { "locality": "London" },
    });
    is_read_in_every_shape::<UserClaims>(&claims, &[]);
}

#[test]
fn null_takes_a_claim_away_when_it_is_sent() {
    let change = json!({ "nickname": null, "locale": "en" });
    assert_eq!(written(&read::<UserClaims>(&change)), change);
}
