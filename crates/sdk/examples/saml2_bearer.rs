//! Exchanges what an identity provider said of a person for a token.
//!
//! `CLIENT_SECRET=... saml2_bearer https://login.example CLIENT_ID ORGANIZATION` with the assertion, in base64, on standard input

use chancery_sdk::login::ClientCredentials;

mod place;

#[tokio::main]
async fn main() -> Result<(), place::Failure> {
    let app = ClientCredentials::new(place::argument(2)?, place::variable("CLIENT_SECRET")?);
    let client = place::builder()?.build()?;
    let token = client.login().saml2_bearer(&app, &place::argument(3)?, &place::line()?.into()).await?;
    println!("good for {} s", token.expires_in.as_secs());
    Ok(())
}
