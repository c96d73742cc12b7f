//! The facade that waits, in a test that has no runtime.

use chancery_sdk::login::ClientCredentials;
use chancery_sdk::{Client, blocking};
use futures_util::TryStreamExt as _;

use chancery_e2e::Server;

#[test]
fn everything_can_be_waited_for() {
    let server = Server::start();
    let made = server.credentials();
    let robot = ClientCredentials::new(&made.client_id, &*made.client_secret);
    let client = Client::at(server.url()).credentials(robot).build().expect("a client");
    let client = blocking::Client::new(client).expect("a runtime");
    let me = client.tokens().get_tokens_me().expect("a token");
    assert_eq!(me.oauth_client.as_ref().and_then(|it| it.id.as_deref()), Some(&*made.client_id));
    assert_eq!(client.oauth().get_oauth_clients().expect("a listing").total, 1);
    assert_eq!(client.users().get_users(&Default::default()).expect("a listing").total, 1);
    assert!(client.authorization().get_authorization_divisions_limit().expect("a limit") > 0);
    assert_eq!(client.organization().get_organizations_me().expect("it").name.as_deref(), Some("Chancery"));
    assert!(!client.chancery().get_chancery_audit(&Default::default()).expect("a page").entities.is_empty());
    let roles = client.inner().authorization().all_roles(&Default::default());
    assert_eq!(client.wait(roles.try_collect::<Vec<_>>()).expect("roles").len(), 2);
    let refused = client.oauth().get_oauth_client("x").expect_err("there is none");
    assert_eq!(refused.status(), Some(404));
}

#[test]
fn clones_share_one_runtime_in_many_threads() {
    let server = Server::start();
    let client = Client::at(server.url()).token(server.token()).build().expect("a client");
    let client = blocking::Client::new(client).expect("a runtime");
    let answers = chancery_e2e::at_once(|_| client.clone().tokens().head_tokens_me());
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}
