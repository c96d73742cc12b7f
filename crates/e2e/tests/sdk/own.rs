//! `ChanceryApi`.

use chancery_e2e::REDIRECT;
use chancery_sdk::Model;
use chancery_sdk::api::GetAudit;
use chancery_sdk::models::{
    ClientSecret, OAuthClientSecretPatch, OAuthClientSecretRequest, ServerKeyRotation, UserClaims,
};
use futures_util::TryStreamExt as _;

use crate::place::{PASSWORD, Place};

#[tokio::test]
async fn the_audit_log_is_read_page_after_page() {
    let place = Place::start();
    for name in ["Ada", "Ben", "Cleo"] {
        place.user(name).await;
    }
    let api = place.sdk.chancery();
    let query = GetAudit { page_size: Some(1), kind: Some("user.created".into()), ..GetAudit::default() };
    let page = api.get_chancery_audit(&query).await.expect("a page");
    assert_eq!((page.entities.len(), page.next_uri.is_some()), (1, true));
    let all: Vec<_> = api.all_audit(&query).try_collect().await.expect("entries");
    assert!(all.len() >= 3 && all.iter().all(|it| it.kind == "user.created"), "{all:?}");
    let ids: std::collections::BTreeSet<_> = all.iter().map(|it| &it.id).collect();
    assert_eq!(ids.len(), all.len(), "none comes twice");
}

#[tokio::test]
async fn claims_are_read_set_and_taken_away() {
    let place = Place::start();
    let (api, ada) = (place.sdk.chancery(), place.user("Ada").await);
    let body = UserClaims {
        family_name: Some("Lovelace".into()),
        nickname: Some("Countess".into()),
        ..UserClaims::default()
    };
    let set = api.patch_chancery_user_claims(&ada.id, &body.into()).await.expect("claims");
    assert_eq!(set.family_name.as_deref(), Some("Lovelace"));
    let body: Model<UserClaims> = serde_json::from_str(r#"{"nickname":null}"#).expect("claims");
    api.patch_chancery_user_claims(&ada.id, &body).await.expect("claims");
    let left = api.get_chancery_user_claims(&ada.id).await.expect("claims");
    assert_eq!((left.family_name.as_deref(), left.nickname.as_deref()), (Some("Lovelace"), None));
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let place = Place::start();
    let (api, app, ada) = (place.sdk.chancery(), place.app("CODE", REDIRECT).await, place.user("Ada").await);
    for _ in 0..3 {
        place.logged_in(&app, "ada@example.com", PASSWORD).await;
    }
    let listing = api.get_chancery_user_sessions(&ada.id).await.expect("a listing");
    assert_eq!((listing.total, listing.entities.len()), (3, 3));
    api.delete_chancery_user_session(&ada.id, &listing.entities[0].id).await.expect("it has ended");
    assert_eq!(api.get_chancery_user_sessions(&ada.id).await.expect("a listing").total, 2);
    api.delete_chancery_user_sessions(&ada.id).await.expect("they have ended");
    assert_eq!(api.get_chancery_user_sessions(&ada.id).await.expect("a listing").total, 0);
}

#[tokio::test]
async fn secrets_are_added_named_and_removed_one_by_one() {
    let place = Place::start();
    let (api, http) = (place.sdk.chancery(), place.server.client());
    let robot = place.server.registry().create("Robot");
    let blue = OAuthClientSecretRequest { name: Some("blue".into()), ..OAuthClientSecretRequest::default() };
    let added = api.post_chancery_client_secrets(&robot.id, &blue.into()).await.expect("a secret");
    let secret = added.secret.as_ref().map(ClientSecret::expose).expect("its value");
    assert!(http.authenticates(&robot.id, secret) && http.authenticates(&robot.id, &robot.secret));

    let green = OAuthClientSecretPatch { name: Some("green".into()), ..OAuthClientSecretPatch::default() };
    let named = api.patch_chancery_client_secret(&robot.id, &added.id, &green.into()).await;
    assert_eq!(named.expect("a secret").name.as_deref(), Some("green"));
    let listing = api.get_chancery_client_secrets(&robot.id).await.expect("a listing");
    let newest = &listing.entities[0];
    assert_eq!((listing.total, &newest.id, newest.name.as_deref()), (2, &added.id, Some("green")));
    assert!(listing.entities.iter().all(|it| it.secret.is_none()));

    api.delete_chancery_client_secret(&robot.id, &added.id).await.expect("it is gone");
    assert!(!http.authenticates(&robot.id, secret) && http.authenticates(&robot.id, &robot.secret));
}

#[tokio::test]
async fn keys_are_listed_and_replaced_ahead_of_time() {
    let place = Place::start();
    let api = place.sdk.chancery();
    let before = api.get_chancery_keys().await.expect("a listing");
    let body = ServerKeyRotation { algorithm: Some("ES256".into()), ..ServerKeyRotation::default() };
    let after = api.post_chancery_keys(&body.into()).await.expect("a listing");
    assert!(after.total > before.total, "{after:?}");
    assert_eq!(api.get_chancery_keys().await.expect("a listing"), after);
}
