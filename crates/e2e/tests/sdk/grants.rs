//! `AuthorizationApi`: who holds which role where.

use chancery_sdk::api::Page;
use chancery_sdk::models::{RoleDivision, RoleDivisionGrants};

use crate::place::Place;

#[tokio::test]
async fn a_role_is_granted_in_a_division_and_taken_back() {
    let place = Place::start();
    let api = place.sdk.authorization();
    let (viewer, home, ada) = (place.role("oauth viewer").await, place.home().await, place.user("Ada").await);
    api.post_authorization_subject_division_role(&ada.id, &home, &viewer, Some("PC_USER".into()))
        .await
        .expect("it is granted");
    let subject = api.get_authorization_subject(&ada.id).await.expect("a subject");
    let grant = subject.grants.iter().find(|it| it.role.id == viewer).expect("the grant");
    assert_eq!(grant.division.id.as_deref(), Some(&*home));
    let grants = api.get_authorization_division_grants(&home, &Page::default()).await.expect("a listing");
    assert!(grants.entities.iter().any(|it| it.subject_id.as_deref() == Some(&*ada.id)));
    let counts = api.get_authorization_subjects_rolecounts(vec![ada.id.clone()]).await.expect("counts");
    assert_eq!(counts[&ada.id], i64::try_from(subject.grants.len()).expect("a count"));
    api.delete_authorization_subject_division_role(&ada.id, &home, &viewer).await.expect("it is taken back");
    let subject = api.get_authorization_subject(&ada.id).await.expect("a subject");
    assert!(subject.grants.iter().all(|it| it.role.id != viewer));
}

#[tokio::test]
async fn many_grants_are_added_replaced_and_removed_at_once() {
    let place = Place::start();
    let api = place.sdk.authorization();
    let (viewer, home, robot) =
        (place.role("oauth viewer").await, place.home().await, place.server.registry().create("Robot"));
    let grants = |divisions: &[&str]| {
        let grants = divisions
            .iter()
            .map(|it| RoleDivision { role_id: viewer.clone(), division_id: (*it).to_owned() })
            .collect();
        RoleDivisionGrants { grants: Some(grants) }.into()
    };
    let held = async || {
        let subject = api.get_authorization_subject(&robot.id).await.expect("a subject");
        subject.grants.iter().filter_map(|it| it.division.id.clone()).collect::<Vec<_>>()
    };
    let kind = Some("PC_OAUTH_CLIENT".to_owned());
    api.post_authorization_subject_bulkadd(&robot.id, &grants(&[&home]), kind.clone()).await.expect("added");
    assert_eq!(held().await.len(), 2);
    api.post_authorization_subject_bulkreplace(&robot.id, &grants(&[&home]), kind).await.expect("replaced");
    assert_eq!(held().await, [&*home]);
    api.post_authorization_subject_bulkremove(&robot.id, &grants(&[&home])).await.expect("removed");
    assert!(held().await.is_empty());
}

#[tokio::test]
async fn the_caller_sees_what_it_holds() {
    let place = Place::start();
    let me = place.sdk.authorization().get_authorization_subjects_me().await.expect("a subject");
    assert_eq!(me.id, place.made.client_id);
    assert_eq!(me.grants[0].division.id.as_deref(), Some("*"));
}
