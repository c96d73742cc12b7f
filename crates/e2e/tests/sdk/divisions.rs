//! `AuthorizationApi`: divisions.

use chancery_sdk::api::{GetDivisions, GetDivisionsPermitted, GetDivisionsQuery, Page};
use chancery_sdk::models::{AuthzDivision, AuthzDivisionRequest};
use futures_util::TryStreamExt as _;

use crate::place::Place;

fn named(name: &str) -> AuthzDivisionRequest {
    AuthzDivisionRequest { name: Some(name.into()), description: Some(String::new()) }
}

#[tokio::test]
async fn a_division_is_made_read_renamed_deleted_and_restored() {
    let place = Place::start();
    let api = place.sdk.authorization();
    let made = api.post_authorization_divisions(&named("North").into()).await.expect("a division");
    let id = made.id.clone().expect("an id");
    assert_eq!(api.get_authorization_division(&id).await.expect("a division"), made);
    let renamed = api.put_authorization_division(&id, &named("South").into()).await.expect("a division");
    assert_eq!((renamed.name.as_deref(), renamed.home_division), (Some("South"), Some(false)));
    api.delete_authorization_division(&id, Some(true)).await.expect("it is gone");
    let gone = api.get_authorization_divisions_deleted(&Page::default()).await.expect("a listing");
    assert_eq!(gone.entities.iter().map(|it| &it.id).collect::<Vec<_>>(), [&made.id]);
    let back = api.post_authorization_division_restore(&id, &AuthzDivision::default().into()).await;
    assert_eq!(back.expect("a division"), renamed);
}

#[tokio::test]
async fn divisions_are_listed_by_page_by_cursor_and_by_permission() {
    let place = Place::start();
    let api = place.sdk.authorization();
    for name in ["North", "South"] {
        api.post_authorization_divisions(&named(name).into()).await.expect("a division");
    }
    let query =
        GetDivisions { object_count: Some(true), name: Some("*ort*".into()), ..GetDivisions::default() };
    let listing = api.get_authorization_divisions(&query).await.expect("a listing");
    assert_eq!((listing.total, listing.entities[0].name.as_deref()), (1, Some("North")));
    assert!(listing.entities[0].object_counts.is_some());
    let query = GetDivisions { page_size: Some(1), ..GetDivisions::default() };
    let all: Vec<_> = api.all_divisions(&query).try_collect().await.expect("divisions");
    assert_eq!(all.len(), 3);

    let first = GetDivisionsQuery { page_size: Some(2), ..GetDivisionsQuery::default() };
    let page = api.get_authorization_divisions_query(&first).await.expect("a page");
    assert_eq!((page.entities.len(), page.next_uri.is_some()), (2, true));

    let home = api.get_authorization_divisions_home().await.expect("a division");
    assert_eq!(home.home_division, Some(true));
    assert!(api.get_authorization_divisions_limit().await.expect("a limit") > 3);
    let query = GetDivisionsPermitted {
        permission: Some("oauth:client:view".into()),
        ..GetDivisionsPermitted::default()
    };
    let permitted = api.get_authorization_divisionspermitted_paged_me(&query).await.expect("divisions");
    assert!(permitted.all_divs_permitted);
}
