//! Requests to the API as they are sent.

use chancery_sdk::api::{GetRoles, GetUsers};
use chancery_sdk::login::ClientCredentials;
use chancery_sdk::models::{ApiUsageClientQuery, OAuthClientRequest};
use chancery_sdk::{Client, Error, Region};
use serde_json::json;

use crate::canned::{Canned, answer, json};

#[tokio::test]
async fn a_request_says_what_is_asked_for_and_by_whom() {
    let server = Canned::start([json(200, &json!({}))]).await;
    server.client().oauth().get_oauth_client("a b/c?d").await.expect("a client");
    let sent = server.request();
    assert_eq!(sent.line(), "GET /api/v2/oauth/clients/a%20b%2Fc%3Fd");
    assert_eq!(sent.header("Authorization"), Some("Bearer t0ken"));
    assert_eq!(sent.header("Accept"), Some("application/json"));
    assert_eq!(sent.header("User-Agent"), Some(concat!("chancery-sdk/", env!("CARGO_PKG_VERSION"))));
    assert_eq!((sent.header("Content-Type"), &*sent.body), (None, ""));
}

#[tokio::test]
async fn nobody_sends_no_token() {
    let server = Canned::start([answer(200, &[], "")]).await;
    server.builder().build().expect("a client").tokens().head_tokens_me().await.expect("an answer");
    assert_eq!(server.request().line(), "HEAD /api/v2/tokens/me");
    assert_eq!(server.request().header("Authorization"), None);
}

#[tokio::test]
async fn lists_are_repeated_in_a_query_and_what_is_absent_is_not_there() {
    let empty = json(200, &json!({}));
    let server = Canned::start([empty.clone(), empty.clone(), empty.clone(), empty]).await;
    let client = server.client();
    let people = GetUsers {
        page_size: Some(5),
        id: vec!["a".into(), "b&c".into()],
        expand: vec!["authorization".into()],
        ..GetUsers::default()
    };
    client.users().get_users(&people).await.expect("a listing");
    client.users().get_users(&GetUsers::default()).await.expect("a listing");
    let roles = GetRoles { name: Some("ä b".into()), user_count: Some(false), ..GetRoles::default() };
    client.authorization().get_authorization_roles(&roles).await.expect("a listing");
    let ids = vec!["u1".into(), "u2".into()];
    client.authorization().get_authorization_subjects_rolecounts(ids).await.expect("counts");
    let sent = [
        "GET /api/v2/users?pageSize=5&id=a&id=b%26c&expand=authorization",
        "GET /api/v2/users",
        "GET /api/v2/authorization/roles?name=%C3%A4+b&userCount=false",
        "GET /api/v2/authorization/subjects/rolecounts?id=u1&id=u2",
    ];
    assert_eq!(server.lines(), sent);
}

#[tokio::test]
async fn a_body_is_json_without_what_is_absent() {
    let answers = [json(200, &json!({})), json(202, &json!({})), json(200, &json!({}))];
    let server = Canned::start(answers).await;
    let (oauth, users) = (server.client().oauth(), server.client().users());
    let request = OAuthClientRequest { name: Some("Röbot".into()), ..OAuthClientRequest::default() };
    oauth.put_oauth_client("c1", &request.into()).await.expect("a client");
    let query = ApiUsageClientQuery { interval: Some("a/b".into()), ..ApiUsageClientQuery::default() };
    oauth.post_oauth_client_usage_query("c1", &query.into()).await.expect("a place");
    users.put_user_roles("u1", &["r1".into(), "r2".into()]).await.expect("roles");
    let sent = server.requests();
    assert_eq!(sent[0].line(), "PUT /api/v2/oauth/clients/c1");
    assert_eq!(sent[1].line(), "POST /api/v2/oauth/clients/c1/usage/query");
    assert_eq!(sent[2].line(), "PUT /api/v2/users/u1/roles");
    let bodies: Vec<_> = sent.iter().map(|it| it.json()).collect();
    assert_eq!(bodies, [json!({ "name": "Röbot" }), json!({ "interval": "a/b" }), json!(["r1", "r2"])]);
    assert!(sent.iter().all(|it| it.header("Content-Type") == Some("application/json")));
}

#[tokio::test]
async fn an_operation_without_a_body_sends_none() {
    let server = Canned::start([json(200, &json!({})), answer(204, &[], "")]).await;
    let client = server.client();
    client.oauth().post_oauth_client_secret("c1").await.expect("a client");
    client.oauth().delete_oauth_client("c1").await.expect("it is gone");
    assert_eq!(server.lines(), ["POST /api/v2/oauth/clients/c1/secret", "DELETE /api/v2/oauth/clients/c1"]);
    assert!(server.requests().iter().all(|it| it.body.is_empty() && it.header("Content-Type").is_none()));
}

#[tokio::test]
async fn a_gateway_has_a_prefix_for_each_host() {
    let token = json(200, &json!({ "access_token": "t", "expires_in": 600 }));
    let server = Canned::start([token, json(200, &json!({}))]).await;
    let client = Client::at(&format!("{}/front/api/", server.url))
        .login_at(&format!("{}/front/login", server.url))
        .credentials(ClientCredentials::new("id", "secret"))
        .build();
    client.expect("a client").tokens().get_tokens_me().await.expect("a token");
    assert_eq!(server.lines(), ["POST /front/login/oauth/token", "GET /front/api/api/v2/tokens/me"]);
}

#[tokio::test]
async fn an_id_that_names_something_else_is_not_sent() {
    let server = Canned::start([]).await;
    for bad in ["", ".", ".."] {
        let refused = server.client().oauth().delete_oauth_client(bad).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
    let client = server.builder().token("line\nbreak").build().expect("a client");
    let refused = client.tokens().get_tokens_me().await.expect_err("no header can carry it");
    assert!(matches!(refused, Error::Invalid(_)) && !refused.to_string().contains("break"));
}

#[test]
fn a_region_has_a_host_for_each() {
    let client = Client::at_region(&Region::EU_CENTRAL_1).build().expect("a client");
    assert!(format!("{client:?}").contains("https://api.mypurecloud.de/"), "{client:?}");
    let logout = client.login().logout_url("c1", None);
    assert_eq!(logout.as_str(), "https://login.mypurecloud.de/logout?client_id=c1");
}

#[test]
fn an_address_of_another_kind_is_refused() {
    for bad in ["", "localhost", "localhost:8080", "ftp://localhost", "http://", "mailto:ada@example.com"] {
        for builder in [Client::at(bad), Client::at("http://localhost").login_at(bad)] {
            assert!(matches!(builder.build(), Err(Error::Invalid(_))), "{bad}");
        }
    }
}
