//! The list of OAuth clients.
//!
//! `ACCESS_TOKEN=... get_oauth_clients https://api.example`

mod place;

#[tokio::main]
async fn main() -> Result<(), place::Failure> {
    let client = place::client_with_token()?;
    for found in client.oauth().get_oauth_clients().await?.entities {
        println!("{}\t{}\t{}", found.id, found.authorized_grant_type, found.name);
    }
    Ok(())
}
