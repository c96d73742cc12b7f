//! Deletes an OAuth client.
//!
//! `ACCESS_TOKEN=... delete_oauth_client https://api.example CLIENT_ID`

mod place;

#[tokio::main]
async fn main() -> Result<(), place::Failure> {
    let client = place::client_with_token()?;
    client.oauth().delete_oauth_client(&place::argument(2)?).await?;
    Ok(())
}
