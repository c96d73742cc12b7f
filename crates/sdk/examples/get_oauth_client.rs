//! One OAuth client.
//!
//! `ACCESS_TOKEN=... get_oauth_client https://api.example CLIENT_ID`

mod place;

#[tokio::main]
async fn main() -> Result<(), place::Failure> {
    let client = place::client_with_token()?;
    let found = client.oauth().get_oauth_client(&place::argument(2)?).await?;
    println!("{}", serde_json::to_string_pretty(&found)?);
    Ok(())
}
