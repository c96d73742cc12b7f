//! Calls as a client of the grant CLIENT-CREDENTIALS; its tokens are fetched and renewed by themselves.
//!
//! `CLIENT_SECRET=... client_credentials https://api.example CLIENT_ID`

use chancery_sdk::login::ClientCredentials;

mod place;

#[tokio::main]
async fn main() -> Result<(), place::Failure> {
    let credentials = ClientCredentials::new(place::argument(2)?, place::variable("CLIENT_SECRET")?);
    let client = place::builder()?.credentials(credentials).build()?;
    let me = client.tokens().get_tokens_me().await?;
    let organization = me.organization.as_ref().and_then(|it| it.name.as_deref()).unwrap_or_default();
    println!("{organization}");
    Ok(())
}
