//! The authorization code grant of a web server: prints where the browser goes, then takes the address that it came back to.
//!
//! `CLIENT_SECRET=... code https://login.example CLIENT_ID REDIRECT_URI`

use chancery_sdk::login::{Authorize, ClientCredentials, random_state, redirected};

mod place;

#[tokio::main]
async fn main() -> Result<(), place::Failure> {
    let (id, back) = (place::argument(2)?, place::argument(3)?);
    let app = ClientCredentials::new(&id, place::variable("CLIENT_SECRET")?);
    let client = place::builder()?.build()?;
    let state = random_state();
    println!("{}", Authorize::code(&id, &back).state(&state).url(client.login()));
    let code = redirected(&place::line()?.parse()?, &state)?;
    let token = client.login().code(&app, code.expose(), &back).await?;
    println!("good for {} s", token.expires_in.as_secs());
    let next = client.login().refresh(&app, &token.refresh_token.ok_or("no refresh token came")?).await?;
    println!("and again for {} s", next.expires_in.as_secs());
    Ok(())
}
