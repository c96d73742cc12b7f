//! The way to the login page and back (RFC 6749, sections 4.1 and 4.2).

use std::collections::HashMap;
use std::time::Duration;

use url::Url;

use super::{Login, Token, Verifier};
use crate::error::LoginError;
use crate::{Error, Secret};

/// A request to the login page.
///
/// ```
/// use chancery_sdk::{Client, login::{Authorize, Verifier, random_state}};
///
/// let client = Client::at("https://id.example").build()?;
/// let (state, verifier) = (random_state(), Verifier::random());
/// let url = Authorize::code("client id", "https://app.example/back")
///     .state(&state)
///     .verifier(&verifier)
///     .login_hint("ada@example.com")
///     .url(client.login());
/// assert!(url.as_str().starts_with("https://id.example/oauth/authorize?response_type=code&client_id=client+id&"));
/// # Ok::<(), chancery_sdk::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Authorize {
    pairs: Vec<(&'static str, String)>,
}

impl Authorize {
    /// Asks for a code.
    pub fn code(client_id: &str, redirect_uri: &str) -> Self {
        Self::of("code", client_id, redirect_uri)
    }

    /// Asks for a token at once, by the implicit grant: read what comes back with [`implicit`].
    pub fn implicit(client_id: &str, redirect_uri: &str) -> Self {
        Self::of("token", client_id, redirect_uri)
    }

    fn of(kind: &str, client_id: &str, redirect_uri: &str) -> Self {
        let pairs = [("response_type", kind), ("client_id", client_id), ("redirect_uri", redirect_uri)];
        Self { pairs: pairs.map(|(name, value)| (name, value.to_owned())).into() }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.pairs.push((name, value.to_owned()));
        self
    }

    /// Comes back as it is sent.
    pub fn state(self, state: &str) -> Self {
        self.with("state", state)
    }

    /// The code is for whoever has this (RFC 7636, section 4.3).
    pub fn verifier(self, verifier: &Verifier) -> Self {
        self.with("code_challenge", &verifier.challenge()).with("code_challenge_method", "S256")
    }

    /// Fewer scopes than the client has.
    pub fn scope(self, scope: &str) -> Self {
        self.with("scope", scope)
    }

    /// Who is to log in.
    pub fn login_hint(self, hint: &str) -> Self {
        self.with("login_hint", hint)
    }

    /// Asks for a new login, whoever is logged in.
    pub fn login_again(self) -> Self {
        self.with("prompt", "login")
    }

    /// Goes straight to an identity provider of an organization, which is known by its short name.
    pub fn provider(self, organization: &str, provider: &str) -> Self {
        self.with("org", organization).with("provider", provider)
    }

    /// Where the browser goes.
    pub fn url(&self, login: &Login) -> Url {
        let mut url = login.url(&["oauth", "authorize"]);
        url.query_pairs_mut().extend_pairs(&self.pairs);
        url
    }
}

/// Reads the code out of the address that the browser came back to.
///
/// ```
/// let back = "https://app.example/back?code=abc&state=xyz".parse().expect("a URL");
/// assert_eq!(chancery_sdk::login::redirected(&back, "xyz")?.expose(), "abc");
/// assert!(chancery_sdk::login::redirected(&back, "another").is_err());
/// # Ok::<(), chancery_sdk::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Login`] if the login was refused, or belongs to another `state`.
pub fn redirected(back: &Url, state: &str) -> Result<Secret, Error> {
    let mut members = members(back.query().unwrap_or_default(), state)?;
    Ok(members.remove("code").ok_or(LoginError::Missing("code"))?.into())
}

/// Reads the token out of the address that the browser came back to (RFC 6749, section 4.2.2).
///
/// ```
/// let back = "https://app.example/back#access_token=abc&expires_in=300&token_type=bearer&state=xyz";
/// let token = chancery_sdk::login::implicit(&back.parse().expect("a URL"), "xyz")?;
/// assert_eq!(token.access_token.expose(), "abc");
/// # Ok::<(), chancery_sdk::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Login`] if the login was refused, or belongs to another `state`.
pub fn implicit(back: &Url, state: &str) -> Result<Token, Error> {
    let mut members = members(back.fragment().unwrap_or_default(), state)?;
    let token = members.remove("access_token").ok_or(LoginError::Missing("access_token"))?;
    let seconds =
        members.get("expires_in").and_then(|it| it.parse().ok()).ok_or(LoginError::Missing("expires_in"))?;
    Ok(Token::new(token.into(), Duration::from_secs(seconds), None, members.remove("scope")))
}

fn members(text: &str, state: &str) -> Result<HashMap<String, String>, LoginError> {
    let mut members: HashMap<_, _> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    if members.get("state").map(String::as_str) != Some(state) {
        return Err(LoginError::State);
    }
    if let Some(error) = members.remove("error") {
        let description = members.remove("error_description").unwrap_or_default();
        return Err(LoginError::Refused { error, description });
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("a URL")
    }

    fn refused(error: Error) -> LoginError {
        let Error::Login(error) = error else { panic!("{error}") };
        error
    }

    #[test]
    fn a_refusal_is_told_and_nothing_is_taken_from_strangers() {
        let denied = url("https://app.example/back?error=access_denied&error_description=no+thanks&state=s");
        let said = refused(redirected(&denied, "s").expect_err("a refusal"));
        assert_eq!(
            said,
            LoginError::Refused { error: "access_denied".into(), description: "no thanks".into() }
        );
        assert_eq!(said.to_string(), "the login was refused: access_denied (no thanks)");
        for strange in ["?code=c", "?code=c&state=", "?code=c&state=other", "?error=x", "#code=c&state=s"] {
            let back = url(&format!("https://app.example/back{strange}"));
            assert_eq!(
                refused(redirected(&back, "s").expect_err("a refusal")),
                LoginError::State,
                "{strange}"
            );
        }
        let empty = url("https://app.example/back?state=s");
        assert_eq!(refused(redirected(&empty, "s").expect_err("a refusal")), LoginError::Missing("code"));
        let query = url("https://app.example/back?access_token=a&expires_in=5&state=s");
        assert_eq!(refused(implicit(&query, "s").expect_err("a refusal")), LoginError::State);
        let denied = url("https://app.example/back#error=access_denied&state=s");
        assert!(matches!(
            refused(implicit(&denied, "s").expect_err("a refusal")),
            LoginError::Refused { .. }
        ));
    }

    #[test]
    fn the_fragment_is_decoded() {
        let back =
            url("https://app.example/back#access_token=a%2Bb&expires_in=86400&token_type=bearer&state=x%20y");
        let token = implicit(&back, "x y").expect("a token");
        assert_eq!((token.access_token.expose(), token.expires_in.as_secs()), ("a+b", 86_400));
    }
}
