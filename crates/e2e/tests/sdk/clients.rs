//! `OAuthApi`.

use chancery_e2e::REDIRECT;
use chancery_sdk::models::{ApiUsageClientQuery, ClientSecret, OAuthClientRequest, RoleDivision};
use chancery_sdk::request_of;

use crate::place::Place;

fn code(error: chancery_sdk::Error) -> String {
    error.code().expect("a code").to_owned()
}

#[tokio::test]
async fn a_client_is_made_listed_read_changed_and_deleted() {
    let place = Place::start();
    let oauth = place.sdk.oauth();
    let robot = OAuthClientRequest {
        name: Some("Robot".into()),
        authorized_grant_type: Some("CLIENT_CREDENTIALS".into()),
        role_divisions: Some(vec![RoleDivision {
            role_id: place.role("oauth viewer").await,
            division_id: "*".into(),
        }]),
        ..OAuthClientRequest::default()
    };
    let made = oauth.post_oauth_clients(&robot.into()).await.expect("a client");
    assert_eq!((&*made.name, &*made.authorized_grant_type), ("Robot", "CLIENT-CREDENTIALS"));
    let secret = made.secret.as_ref().expect("its secret");
    assert!(place.server.client().authenticates(&made.id, secret.expose()));

    let listing = oauth.get_oauth_clients().await.expect("a listing");
    assert_eq!((listing.total, listing.page_count, listing.entities.len()), (2, 1, 2));
    let listed = listing.entities.iter().find(|it| it.id == made.id).expect("the new one is listed");
    let read = oauth.get_oauth_client(&made.id).await.expect("a client");
    assert_eq!(*listed, read);
    assert!(read.secret.is_none() && read.unknown().next().is_none());

    let mut request = read.clone().map(request_of);
    request.name = Some("Android".into());
    let renamed = oauth.put_oauth_client(&made.id, &request).await.expect("a client");
    assert_eq!((&*renamed.name, &renamed.role_divisions), ("Android", &read.role_divisions));
    let stopped = oauth.edit_oauth_client(&made.id, |it| it.state = Some("inactive".into())).await;
    let stopped = stopped.expect("a client");
    assert_eq!((&*stopped.name, stopped.state.as_deref()), ("Android", Some("inactive")));

    oauth.delete_oauth_client(&made.id).await.expect("it is gone");
    let missing = oauth.get_oauth_client(&made.id).await.expect_err("it is gone");
    assert_eq!(code(missing), "client.not.found");
}

#[tokio::test]
async fn a_new_secret_takes_the_place_of_the_old_one() {
    let place = Place::start();
    let app = place.server.registry().create("Robot");
    let changed = place.sdk.oauth().post_oauth_client_secret(&app.id).await.expect("a client");
    let secret = changed.secret.as_ref().map(ClientSecret::expose).expect("a secret");
    assert_ne!(secret, app.secret);
    assert!(place.server.client().authenticates(&app.id, secret));
    assert!(!place.server.client().authenticates(&app.id, &app.secret));
}

#[tokio::test]
async fn usage_is_asked_for_and_fetched() {
    let place = Place::start();
    let (oauth, id) = (place.sdk.oauth(), &*place.made.client_id);
    let query = ApiUsageClientQuery {
        interval: Some("2026-01-01/2026-12-31".into()),
        group_by: Some(vec!["HttpMethod".into()]),
        ..ApiUsageClientQuery::default()
    };
    let asked = oauth.post_oauth_client_usage_query(id, &query.into()).await;
    let summary = oauth.get_oauth_client_usage_summary(id, Some(1)).await;
    for execution in [asked, summary] {
        let execution = execution.expect("an execution");
        assert!(execution.results_uri.ends_with(&execution.execution_id), "{execution:?}");
        let result = oauth.get_oauth_client_usage_query_result(&execution.execution_id, id).await;
        let result = result.expect("a result");
        assert_eq!(result.query_status, "Complete");
        assert!(result.results.as_ref().expect("rows").iter().all(|row| row.requests > 0), "{result:?}");
    }
}

#[tokio::test]
async fn scopes_are_listed_and_read() {
    let place = Place::start();
    let oauth = place.sdk.oauth();
    let all = oauth.get_oauth_scopes().await.expect("scopes");
    assert_eq!(all.total, i64::try_from(all.entities.len()).expect("a count"));
    let one = oauth.get_oauth_scope("users:readonly").await.expect("a scope");
    assert!(all.entities.contains(&one));
}

#[tokio::test]
async fn what_a_person_allowed_is_listed_read_and_taken_back() {
    let place = Place::start();
    let (app, other) = (place.app("CODE", REDIRECT).await, place.app("CODE", REDIRECT).await);
    let oauth = place.administrator(&app).await.oauth();
    place.administrator(&other).await;
    let all = oauth.get_oauth_authorizations().await.expect("a listing");
    assert_eq!((all.total, all.entities.len()), (2, 2));
    let one = oauth.get_oauth_authorization(&other.id).await.expect("an authorization");
    assert_eq!(one.state.as_deref(), Some("Authorized"));
    assert_eq!(one.client.as_ref().map(|it| &*it.id), Some(&*other.id));
    oauth.delete_oauth_authorization(&other.id).await.expect("it is taken back");
    let one = oauth.get_oauth_authorization(&other.id).await.expect("an authorization");
    assert_eq!(one.state.as_deref(), Some("Revoked"));
}
