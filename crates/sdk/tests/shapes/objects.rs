//! Clients, tokens, scopes, usage.

use chancery_sdk::models::{
    ApiUsageQueryResult, IdleTokenTimeout, OAuthAuthorization, OAuthAuthorizationListing, OAuthClient,
    OAuthScope, OAuthScopeListing, TokenInfo, UsageExecutionResult,
};
use serde_json::{Value, json};

use crate::{is_read_in_every_shape, read};

/// A role without its division, or the other way round, is none.
const ROLE: [&str; 2] = ["roleId", "divisionId"];

pub fn client() -> Value {
    json!({
        "id": "c1", "name": "Robot", "accessTokenValiditySeconds": 38_880_000, "description": "",
        "registeredRedirectUri": ["https://app.example/cb"], "secret": "s", "roleIds": ["r1"],
        "dateCreated": "2026-07-01T12:00:00.000Z", "dateModified": "2026-07-01T12:00:00Z",
        "createdBy": { "id": "u1", "name": "Ada", "selfUri": "/api/v2/users/u1" }, "modifiedBy": { "id": "u1" },
        "authorizedGrantType": "CLIENT-CREDENTIALS", "scope": [],
        "roleDivisions": [{ "roleId": "r1", "divisionId": "*" }, { "roleId": "r2", "divisionId": "d1" }],
        "state": "active", "dateToDelete": "2026-08-01T12:00:00.000Z", "selfUri": "/api/v2/oauth/clients/c1",
    })
}

pub fn token() -> Value {
    json!({
        "organization": { "id": "o1", "name": "Acme" }, "homeOrganization": { "id": "o1", "name": "Acme" },
        "authorizedScope": ["users:readonly"], "clonedUser": { "id": "u1", "organization": { "id": "o2" } },
        "dateTokenIdles": "2026-07-01T12:00:00.000Z",
        "OAuthClient": {
            "id": "c1", "name": "Robot", "dateCreated": "2026-07-01T12:00:00.000Z",
            "dateModified": "2026-07-01T12:00:00.000Z", "createdBy": { "id": "u1" }, "modifiedBy": { "id": "u1" },
            "authorizedGrantType": "CODE", "scope": ["users"],
            "roleDivisions": [{ "roleId": "r1", "divisionId": "*" }], "state": "active",
            "dateToDelete": "2026-08-01T12:00:00.000Z", "organization": { "id": "o1", "name": "Acme" },
        },
    })
}

fn authorization() -> Value {
    let mut client = client();
    client["authorizedGrantType"] = json!("CODE");
    json!({
        "client": client, "scope": ["users"], "roles": ["r1"], "resourceOwner": { "id": "u1", "name": "Ada" },
        "dateCreated": "2026-07-01T12:00:00.000Z", "dateModified": "2026-07-01T12:00:00.000Z",
        "createdBy": { "id": "u1" }, "modifiedBy": { "id": "u1" }, "pending": true, "state": "Requested",
        "selfUri": "/api/v2/oauth/authorizations/c1",
    })
}

#[test]
fn a_client_is_read_in_every_shape() {
    is_read_in_every_shape::<OAuthClient>(&client(), &ROLE);
    let bare = read::<OAuthClient>(&json!({}));
    assert_eq!((&*bare.id, &*bare.name, &*bare.authorized_grant_type), ("", "", ""));
}

#[test]
fn a_token_is_read_in_every_shape_and_its_client_under_its_odd_name() {
    is_read_in_every_shape::<TokenInfo>(&token(), &ROLE);
    let info = read::<TokenInfo>(&token());
    let client = info.oauth_client.as_ref().expect("the client");
    assert_eq!((&*client.name, &*client.organization.id), ("Robot", "o1"));
    let lower = read::<TokenInfo>(&json!({ "oauthClient": { "name": 5 } }));
    assert!(lower.oauth_client.is_none() && lower.unknown().eq(["oauthClient"]));
}

#[test]
fn authorizations_are_read_in_every_shape() {
    is_read_in_every_shape::<OAuthAuthorization>(&authorization(), &ROLE);
    let listing =
        json!({ "total": 1, "entities": [authorization()], "selfUri": "/api/v2/oauth/authorizations" });
    is_read_in_every_shape::<OAuthAuthorizationListing>(&listing, &ROLE);
}

#[test]
fn scopes_are_read_in_every_shape() {
    let scope =
        json!({ "id": "users:readonly", "description": "x", "selfUri": "/api/v2/oauth/scopes/users" });
    is_read_in_every_shape::<OAuthScope>(&scope, &[]);
    let listing = json!({ "total": 1, "entities": [scope], "selfUri": "/api/v2/oauth/scopes" });
    is_read_in_every_shape::<OAuthScopeListing>(&listing, &[]);
}

#[test]
fn usage_is_read_in_every_shape_and_while_it_is_counted() {
    is_read_in_every_shape::<UsageExecutionResult>(&json!({ "executionId": "e", "resultsUri": "/r" }), &[]);
    let row = json!({
        "clientId": "c1", "clientName": "", "organizationId": "", "userId": "", "templateUri": "",
        "httpMethod": "GET", "status200": 5, "status300": 0, "status400": 2, "status500": 0, "status429": 1,
        "requests": 7, "date": "2026-07-01T00:00:00.000Z",
    });
    let whole =
        json!({ "results": [row], "queryStatus": "Complete", "cursors": { "before": "b", "after": "a" } });
    is_read_in_every_shape::<ApiUsageQueryResult>(&whole, &[]);
    let running = read::<ApiUsageQueryResult>(&json!({ "queryStatus": "Running" }));
    assert!(running.results.is_none() && running.query_status == "Running");
    let sparse = json!({ "results": [{ "clientId": "c1", "requests": 7 }], "queryStatus": "Complete" });
    let sparse = read::<ApiUsageQueryResult>(&sparse);
    let row = &sparse.results.as_ref().expect("rows")[0];
    assert_eq!((&*row.client_id, row.requests, row.status200, &*row.date.0), ("c1", 7, 0, ""));
}

#[test]
fn a_timeout_is_read_in_every_shape() {
    let whole = json!({
        "idleTokenTimeoutSeconds": 300, "enableIdleTokenTimeout": true, "inactivityTimeoutUnit": "Minutes",
        "inactivityTimeoutGroupsEnabled": true,
        "inactivityTimeoutGroupBundles": [{
            "priority": 1, "timeoutSeconds": 300, "inactivityTimeoutUnit": "Hours", "groups": ["g1"],
        }],
    });
    is_read_in_every_shape::<IdleTokenTimeout>(&whole, &["priority", "timeoutSeconds", "groups"]);
}
