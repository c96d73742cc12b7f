//! Values with more than one spelling, and bodies of refusals.

use chancery_sdk::models::{ErrorBody, OAuthClient, OAuthClientRequest, TokenInfo};
use chancery_sdk::request_of;
use serde_json::json;

use crate::objects::{client, token};
use crate::{read, written};

#[test]
fn a_grant_type_is_kept_as_it_is_spelled() {
    for spelling in ["CLIENT-CREDENTIALS", "CLIENT_CREDENTIALS", "SAML2-BEARER", "SAML2BEARER", "CODE_PKCE"] {
        let (mut client, mut token) = (client(), token());
        client["authorizedGrantType"] = json!(spelling);
        token["OAuthClient"]["authorizedGrantType"] = json!(spelling);
        let known = read::<OAuthClient>(&client);
        assert_eq!(known.authorized_grant_type, spelling);
        assert_eq!(written(&known.map(request_of))["authorizedGrantType"], spelling);
        let known = read::<TokenInfo>(&token);
        assert_eq!(known.oauth_client.as_ref().map(|it| &*it.authorized_grant_type), Some(spelling));
    }
}

#[test]
fn what_replaces_a_client_has_all_that_it_had_but_what_the_server_sets() {
    let mut answered = client();
    answered["limits"] = json!({ "perMinute": 300 });
    let sent = written(&read::<OAuthClient>(&answered).map(request_of));
    for member in ["name", "description", "scope", "roleDivisions", "state", "dateToDelete", "limits"] {
        assert_eq!(sent[member], answered[member], "{member}");
    }
    for member in ["id", "secret", "dateCreated", "createdBy", "selfUri"] {
        assert_eq!(sent.get(member), None, "{member}");
    }
}

#[test]
fn a_request_is_read_with_the_old_spelling_too() {
    let request =
        read::<OAuthClientRequest>(&json!({ "name": "x", "authorizedGrantType": "CLIENT_CREDENTIALS" }));
    assert_eq!(request.authorized_grant_type.as_deref(), Some("CLIENT_CREDENTIALS"));
}

#[test]
fn a_refusal_needs_no_member() {
    let bare: ErrorBody = serde_json::from_value(json!({ "code": "x", "surprise": {} })).expect("a refusal");
    assert_eq!(bare, ErrorBody { code: "x".into(), ..ErrorBody::default() });
    let newer = json!({ "limit": { "namespace": "something.new" }, "details": [{}], "errors": [{}] });
    let newer: ErrorBody = serde_json::from_value(newer).expect("a refusal");
    assert_eq!(newer.limit.expect("a limit").namespace, "something.new");
}
