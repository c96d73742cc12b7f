//! A person logs in with the browser of this machine; the client has no secret. The token renews itself.
//!
//! `pkce https://login.example CLIENT_ID`

use chancery_sdk::login::{Browser, ClientCredentials, Open, RefreshedToken};

mod place;

#[tokio::main]
async fn main() -> Result<(), place::Failure> {
    let id = place::argument(2)?;
    let host = place::builder()?.build()?;
    let open = Open::with(|url| {
        println!("{url}");
        Ok(())
    });
    let token = host.login().in_browser(&id, Browser { open, ..Browser::default() }).await?;
    let tokens = RefreshedToken::new(host.login(), ClientCredentials::public(id), token);
    let client = place::builder()?.token_source(tokens).build()?;
    let me = client.users().get_users_me(&Default::default()).await?;
    println!("{}", me.user.name.as_deref().unwrap_or_default());
    Ok(())
}
