//! The login host: tokens for every grant, and the addresses that a browser is sent to.
//!
//! | grant | begin with |
//! |---|---|
//! | client credentials | [`ClientCredentials`], given to [`crate::client::Builder::credentials`] |
//! | authorization code, with a server that keeps a secret | [`Authorize`], [`Login::code`] |
//! | authorization code with PKCE, on a person's machine | [`Login::in_browser`] |
//! | authorization code with PKCE, in an application of one's own | [`Authorize`], [`Verifier`], [`Login::code_with_verifier`] |
//! | implicit | [`Authorize`], [`implicit`] |
//! | refresh | [`Login::refresh`], [`RefreshedToken`] |
//! | SAML 2 bearer | [`Login::saml2_bearer`] |

mod authorize;
mod browser;
mod credentials;
mod pkce;
mod source;
mod token;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use tracing::Instrument as _;
use url::Url;

pub use authorize::{Authorize, implicit, redirected};
pub use browser::{Browser, Listener, Open};
pub use credentials::{ClientCredentials, CredentialsSource};
pub use pkce::{Verifier, random_state};
pub use source::{FixedToken, RefreshedToken, Renewed, TokenSource};
pub use token::Token;

use crate::{AuthError, Error, Retry, Secret, call};

const TOKEN: &str = "POST /oauth/token";
const REVOKE: &str = "POST /oauth2/revoke";

/// The login host of a service. Clones share connections.
#[derive(Clone)]
pub struct Login {
    http: reqwest::Client,
    base: Url,
    retry: Retry,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// Who asks for a token.
#[derive(Clone, Debug)]
enum Asks<'a> {
    /// A client with its secret (HTTP Basic).
    Known(&'a ClientCredentials),
    /// A client that can keep none.
    Public(&'a str),
}

impl Login {
    pub(crate) fn new(http: reqwest::Client, base: Url, retry: Retry) -> Self {
        Self { http, base, retry }
    }

    /// A token for the client itself (RFC 6749, section 4.4). A client that is given such credentials at
    /// [`crate::client::Builder::credentials`] asks by itself.
    ///
    /// ```no_run
    /// # async fn example(client: &chancery_sdk::Client) -> Result<(), chancery_sdk::Error> {
    /// use chancery_sdk::login::ClientCredentials;
    /// let token = client.login().client_credentials(&ClientCredentials::new("id", "secret")).await?;
    /// println!("good for {:?}", token.expires_in);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn client_credentials(&self, client: &ClientCredentials) -> Result<Token, Error> {
        self.ask(&Asks::Known(client), &[("grant_type", "client_credentials")]).await
    }

    /// A token for the code that came back from the login page (RFC 6749, section 4.1.3). `redirect_uri` is the one that was sent.
    ///
    /// ```no_run
    /// # async fn example(client: &chancery_sdk::Client) -> Result<(), chancery_sdk::Error> {
    /// use chancery_sdk::login::ClientCredentials;
    /// let app = ClientCredentials::new("id", "secret");
    /// let token = client.login().code(&app, "the code", "https://app.example/back").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn code(
        &self,
        client: &ClientCredentials,
        code: &str,
        redirect_uri: &str,
    ) -> Result<Token, Error> {
        let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect_uri)];
        self.ask(&Asks::Known(client), &form).await
    }

    /// The same for a client without a secret, which proves that it is the one that began (RFC 7636, section 4.5).
    ///
    /// ```no_run
    /// # async fn example(client: &chancery_sdk::Client) -> Result<(), chancery_sdk::Error> {
    /// use chancery_sdk::login::Verifier;
    /// let verifier = Verifier::random();
    /// // ... the browser goes to the login page with `verifier.challenge()`, and comes back with a code.
    /// let token =
    ///     client.login().code_with_verifier("id", "the code", &verifier, "http://localhost:8400").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn code_with_verifier(
        &self,
        client_id: &str,
        code: &str,
        verifier: &Verifier,
        redirect_uri: &str,
    ) -> Result<Token, Error> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", verifier.expose()),
            ("redirect_uri", redirect_uri),
        ];
        self.ask(&Asks::Public(client_id), &form).await
    }

    /// The next token of a login (RFC 6749, section 6), with the secret of the client if it has one. The answer has a refresh token
    /// again, which takes the place of this one.
    ///
    /// ```no_run
    /// # async fn example(client: &chancery_sdk::Client) -> Result<(), chancery_sdk::Error> {
    /// use chancery_sdk::{Secret, login::ClientCredentials};
    /// let app = ClientCredentials::new("id", "secret");
    /// let token = client.login().refresh(&app, &Secret::from("the refresh token")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn refresh(&self, client: &ClientCredentials, refresh_token: &Secret) -> Result<Token, Error> {
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())];
        let asks = if client.is_public() { Asks::Public(client.id()) } else { Asks::Known(client) };
        self.ask(&asks, &form).await
    }

    /// A token for the person whom an identity provider vouches for (RFC 7522, in the vendor's form): `assertion` is the response or
    /// assertion of SAML 2 in base64, `organization` the short name of the organization.
    ///
    /// ```no_run
    /// # async fn example(client: &chancery_sdk::Client) -> Result<(), chancery_sdk::Error> {
    /// use chancery_sdk::{Secret, login::ClientCredentials};
    /// let app = ClientCredentials::new("id", "secret");
    /// let token = client.login().saml2_bearer(&app, "acme", &Secret::from("PHNhbWw+...")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn saml2_bearer(
        &self,
        client: &ClientCredentials,
        organization: &str,
        assertion: &Secret,
    ) -> Result<Token, Error> {
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:saml2-bearer"),
            ("orgName", organization),
            ("assertion", assertion.expose()),
        ];
        self.ask(&Asks::Known(client), &form).await
    }

    /// Ends the login that a refresh token came of, with every token of it (RFC 7009). Chancery's own: the vendor has no such
    /// endpoint, and answers 404.
    ///
    /// ```no_run
    /// # async fn example(client: &chancery_sdk::Client) -> Result<(), chancery_sdk::Error> {
    /// use chancery_sdk::{Secret, login::ClientCredentials};
    /// let app = ClientCredentials::public("id");
    /// client.login().revoke(&app, &Secret::from("the refresh token")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn revoke(&self, client: &ClientCredentials, token: &Secret) -> Result<(), Error> {
        let asks = if client.is_public() { Asks::Public(client.id()) } else { Asks::Known(client) };
        let form = [("token", token.expose()), ("token_type_hint", "refresh_token")];
        self.post(&["oauth2", "revoke"], REVOKE, &asks, &form).await.map(drop)
    }

    /// Where a browser goes to log out; `redirect_uri` is where it goes then.
    ///
    /// ```
    /// # let client = chancery_sdk::Client::at("https://id.example").build()?;
    /// let url = client.login().logout_url("id", Some("https://app.example/"));
    /// assert_eq!(url.as_str(), "https://id.example/logout?client_id=id&redirect_uri=https%3A%2F%2Fapp.example%2F");
    /// # Ok::<(), chancery_sdk::Error>(())
    /// ```
    pub fn logout_url(&self, client_id: &str, redirect_uri: Option<&str>) -> Url {
        let mut url = self.url(&["logout"]);
        url.query_pairs_mut().append_pair("client_id", client_id);
        if let Some(uri) = redirect_uri {
            url.query_pairs_mut().append_pair("redirect_uri", uri);
        }
        url
    }

    pub(crate) fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    async fn ask(&self, asks: &Asks<'_>, form: &[(&str, &str)]) -> Result<Token, Error> {
        let span = tracing::debug_span!("chancery", operation = TOKEN, grant = form[0].1);
        async {
            for tried in 1.. {
                let error = match self.attempt(asks, form).await {
                    Ok(token) => return Ok(token),
                    Err(error) => error,
                };
                // A code can be redeemed once: whether an answer that was lost brought the token, nobody knows.
                let repeatable = form[0].1 == "client_credentials";
                let Some(pause) = self.retry.pause(&error, tried, repeatable) else { return Err(error) };
                tracing::debug!(%error, millis = pause.as_millis(), "tried again after a pause");
                tokio::time::sleep(pause).await;
            }
            Err(Error::Invalid("no token was asked for".to_owned()))
        }
        .instrument(span)
        .await
    }

    async fn attempt(&self, asks: &Asks<'_>, form: &[(&str, &str)]) -> Result<Token, Error> {
        Token::read(&self.post(&["oauth", "token"], TOKEN, asks, form).await?)
    }

    async fn post(
        &self,
        path: &[&str],
        name: &str,
        asks: &Asks<'_>,
        form: &[(&str, &str)],
    ) -> Result<Vec<u8>, Error> {
        let request = self.http.post(self.url(path));
        // Basic is not encoded before, contrary to RFC 6749, section 2.3.1, as every SDK of the vendor has it.
        let (request, id) = match asks {
            Asks::Public(id) => (request, Some(*id)),
            Asks::Known(client) => (request.header(AUTHORIZATION, basic(client)?), None),
        };
        let request =
            request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(encoded(form, id));
        let response = request.send().await.map_err(|error| call::transport(name, &error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.map_err(|error| call::transport(name, &error))?;
        if status == 200 {
            return Ok(body.to_vec());
        }
        let said: Refusal = call::refusal(&body).unwrap_or_default();
        let description = said.error_description.or(said.description).unwrap_or_default();
        Err(AuthError {
            status,
            error: said.error.unwrap_or_else(|| "refused".to_owned()),
            retry_after: call::pause(&headers).or_else(|| seconds(&description)),
            description,
            correlation_id: call::correlation_id(&headers),
        }
        .into())
    }
}

/// What the token endpoint says with a refusal; either name of the description is in use.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: Option<String>,
    error_description: Option<String>,
    description: Option<String>,
}

fn encoded(form: &[(&str, &str)], client_id: Option<&str>) -> String {
    let pairs = form.iter().copied().chain(client_id.map(|id| ("client_id", id)));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn basic(client: &ClientCredentials) -> Result<HeaderValue, Error> {
    let pair = zeroize::Zeroizing::new(format!("{}:{}", client.id(), client.secret().expose()));
    let text = zeroize::Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
    let invalid = |_| Error::Invalid("the client's id or secret cannot be sent".to_owned());
    let mut value = HeaderValue::try_from(text.as_str()).map_err(invalid)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The seconds that a text about a rate limit names.
fn seconds(description: &str) -> Option<std::time::Duration> {
    let text = description.strip_prefix("rate limit exceeded;")?;
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok().map(std::time::Duration::from_secs)
}
