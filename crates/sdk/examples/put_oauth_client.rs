//! Renames an OAuth client, and leaves all else as it is.
//!
//! `ACCESS_TOKEN=... put_oauth_client https://api.example CLIENT_ID NAME`

use chancery_sdk::request_of;

mod place;

#[tokio::main]
async fn main() -> Result<(), place::Failure> {
    let (client, id) = (place::client_with_token()?, place::argument(2)?);
    let mut body = client.oauth().get_oauth_client(&id).await?.map(request_of);
    body.name = Some(place::argument(3)?);
    println!("{}", client.oauth().put_oauth_client(&id, &body).await?.name);
    Ok(())
}
