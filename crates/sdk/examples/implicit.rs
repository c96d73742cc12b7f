//! The implicit grant: prints where the browser goes, then takes the address that it came back to, with its fragment.
//!
//! `implicit https://login.example CLIENT_ID REDIRECT_URI`

use chancery_sdk::login::{Authorize, implicit, random_state};

mod place;

#[tokio::main]
async fn main() -> Result<(), place::Failure> {
    let client = place::builder()?.build()?;
    let state = random_state();
    let request = Authorize::implicit(&place::argument(2)?, &place::argument(3)?).state(&state);
    println!("{}", request.url(client.login()));
    let token = implicit(&place::line()?.parse()?, &state)?;
    let client = place::builder()?.token(token.access_token).build()?;
    client.tokens().head_tokens_me().await?;
    println!("good for {} s", token.expires_in.as_secs());
    Ok(())
}
