//! Creates an OAuth client for an application with a web server, and prints its id and its secret.
//!
//! `ACCESS_TOKEN=... post_oauth_clients https://api.example NAME REDIRECT_URI`

use chancery_sdk::models::OAuthClientRequest;

mod place;

#[tokio::main]
async fn main() -> Result<(), place::Failure> {
    let client = place::client_with_token()?;
    let body = OAuthClientRequest {
        name: Some(place::argument(2)?),
        authorized_grant_type: Some("CODE".into()),
        registered_redirect_uri: Some(vec![place::argument(3)?]),
        scope: Some(vec!["users:readonly".into()]),
        ..OAuthClientRequest::default()
    };
    let made = client.oauth().post_oauth_clients(&body.into()).await?;
    let secret = made.secret.as_ref().map(|secret| secret.expose()).unwrap_or_default();
    println!("{}\t{secret}", made.id);
    Ok(())
}
