//! Gives an OAuth client a new secret, and prints it: all who use the old one must be told.
//!
//! `ACCESS_TOKEN=... post_oauth_client_secret https://api.example CLIENT_ID`

mod place;

#[tokio::main]
async fn main() -> Result<(), place::Failure> {
    let client = place::client_with_token()?;
    let changed = client.oauth().post_oauth_client_secret(&place::argument(2)?).await?;
    println!("{}", changed.secret.as_ref().map(|secret| secret.expose()).unwrap_or_default());
    Ok(())
}
