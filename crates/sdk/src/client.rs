//! The client: where the service is, who calls it, and how patiently.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use tracing::Instrument as _;
use url::Url;

use crate::api::{AuthorizationApi, ChanceryApi, OAuthApi, OrganizationApi, TokensApi, UsersApi};
use crate::call::{self, Answer, Call};
use crate::login::{ClientCredentials, FixedToken, Login, Renewed, TokenSource};
use crate::{Error, Region, Retry, Secret};

/// A client of one service. Clones share connections and tokens; it can be used by many tasks at once.
///
/// ```no_run
/// use chancery_sdk::{Client, Region, login::ClientCredentials};
///
/// # async fn example() -> Result<(), chancery_sdk::Error> {
/// let client = Client::at_region(&Region::EU_CENTRAL_1)
///     .credentials(ClientCredentials::new("client id", "client secret"))
///     .build()?;
/// for found in client.oauth().get_oauth_clients().await?.entities {
///     println!("{} {}", found.id, found.name);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    http: reqwest::Client,
    api: Url,
    tokens: Option<Arc<dyn TokenSource>>,
    login: Login,
    retry: Retry,
}

/// How a client is to be made.
#[derive(Clone)]
pub struct Builder {
    api: Result<Url, Error>,
    login: Result<Url, Error>,
    who: Who,
    retry: Retry,
    timeout: Duration,
    http: Option<reqwest::Client>,
}

#[derive(Clone)]
enum Who {
    Nobody,
    Credentials(ClientCredentials),
    Source(Arc<dyn TokenSource>),
}

impl Client {
    /// At a region of the vendor.
    ///
    /// ```
    /// use chancery_sdk::{Client, Region};
    /// let client = Client::at_region(&"eu_central_1".parse::<Region>()?).token("an access token").build()?;
    /// # Ok::<(), chancery_sdk::Error>(())
    /// ```
    pub fn at_region(region: &Region) -> Builder {
        let host = |name: &str| format!("https://{name}.{}", region.domain());
        Builder::new(&host("api"), &host("login"))
    }

    /// At any other address, which serves both the API and logins; it may have a path, behind which they are.
    ///
    /// ```
    /// let client = chancery_sdk::Client::at("http://127.0.0.1:8080").build()?;
    /// # Ok::<(), chancery_sdk::Error>(())
    /// ```
    pub fn at(url: &str) -> Builder {
        Builder::new(url, url)
    }

    /// Clients, scopes, authorizations and usage.
    pub fn oauth(&self) -> OAuthApi {
        OAuthApi(self.clone())
    }

    /// Tokens: one's own, and those of others.
    pub fn tokens(&self) -> TokensApi {
        TokensApi(self.clone())
    }

    /// People.
    pub fn users(&self) -> UsersApi {
        UsersApi(self.clone())
    }

    /// The organization, and how its people log in.
    pub fn organization(&self) -> OrganizationApi {
        OrganizationApi(self.clone())
    }

    /// Roles, divisions, and who holds what.
    pub fn authorization(&self) -> AuthorizationApi {
        AuthorizationApi(self.clone())
    }

    /// What Chancery has beyond the vendor.
    pub fn chancery(&self) -> ChanceryApi {
        ChanceryApi(self.clone())
    }

    /// The login host.
    pub fn login(&self) -> &Login {
        &self.inner.login
    }

    /// The access token that the next request would carry.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), chancery_sdk::Error> {
    /// let client = chancery_sdk::Client::at("https://id.example").token("a token").build()?;
    /// assert_eq!(client.access_token().await?.expect("a token").expose(), "a token");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn access_token(&self) -> Result<Option<Secret>, Error> {
        match &self.inner.tokens {
            None => Ok(None),
            Some(source) => source.token().await.map(Some),
        }
    }

    pub(crate) async fn send<T: Answer>(&self, call: Call) -> Result<T, Error> {
        let name = call.name();
        let span = tracing::debug_span!("chancery", operation = %name);
        self.try_until_done(&call, &name).instrument(span).await
    }

    async fn try_until_done<T: Answer>(&self, call: &Call, name: &str) -> Result<T, Error> {
        let (mut tried, mut renewed, mut unsure) = (0, false, false);
        loop {
            let token = self.access_token().await?;
            tried += 1;
            let error = match self.attempt(call, name, token.as_ref()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            // A token can be revoked before its time: once, another is asked for.
            if error.status() == Some(401)
                && !renewed
                && let (Some(source), Some(token)) = (&self.inner.tokens, &token)
                && source.renew(token).await? == Renewed::Yes
            {
                renewed = true;
                continue;
            }
            // A try whose answer was lost may have done it.
            if unsure && call.method == Method::DELETE && error.status() == Some(404) {
                return T::read(b"").map_err(|why| Error::Unreadable { operation: name.to_owned(), why });
            }
            unsure |= !matches!(error.status(), Some(..500));
            let Some(pause) = self.inner.retry.pause(&error, tried, call.method.is_idempotent()) else {
                tracing::debug!(%error, "refused");
                return Err(error);
            };
            tracing::debug!(%error, millis = pause.as_millis(), "tried again after a pause");
            tokio::time::sleep(pause).await;
        }
    }

    async fn attempt<T: Answer>(&self, call: &Call, name: &str, token: Option<&Secret>) -> Result<T, Error> {
        let mut request = self.inner.http.request(call.method.clone(), call.url(&self.inner.api)?);
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, bearer(token)?);
        }
        if let Some(body) = &call.body {
            let unwritten = |why: &String| Error::Invalid(format!("{name} cannot be sent: {why}"));
            let body = body.0.as_ref().map_err(unwritten)?.clone();
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let response = request.send().await.map_err(|error| call::transport(name, &error))?;
        tracing::debug!(
            status = response.status().as_u16(),
            correlation = call::correlation_id(response.headers()),
            "answered"
        );
        call::read(name, response).await
    }
}

fn bearer(token: &Secret) -> Result<HeaderValue, Error> {
    let invalid = |_| Error::Invalid("the access token has characters that no header can carry".to_owned());
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose())).map_err(invalid)?;
    value.set_sensitive(true);
    Ok(value)
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("api", &self.inner.api.as_str()).finish_non_exhaustive()
    }
}

impl Builder {
    fn new(api: &str, login: &str) -> Self {
        Self {
            api: address(api),
            login: address(login),
            who: Who::Nobody,
            retry: Retry::default(),
            timeout: Duration::from_secs(30),
            http: None,
        }
    }

    /// Logins are elsewhere than the API, as behind a gateway that maps each on its own.
    ///
    /// ```
    /// use chancery_sdk::Client;
    ///
    /// let client = Client::at("https://gateway.example/api").login_at("https://gateway.example/login").build()?;
    /// # Ok::<(), chancery_sdk::Error>(())
    /// ```
    pub fn login_at(mut self, url: &str) -> Self {
        self.login = address(url);
        self
    }

    /// Calls as a client of the grant CLIENT-CREDENTIALS: a token is fetched when the first request needs it, shared by all, and
    /// renewed before it expires.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use chancery_sdk::{Client, Retry, login::{ClientCredentials, FixedToken}};
    /// let client = Client::at("https://id.example").credentials(ClientCredentials::new("client id", "client secret")).build()?;
    /// # Ok::<(), chancery_sdk::Error>(())
    /// ```
    pub fn credentials(mut self, credentials: ClientCredentials) -> Self {
        self.who = Who::Credentials(credentials);
        self
    }

    /// Calls with this token until it expires.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use chancery_sdk::{Client, Retry, login::{ClientCredentials, FixedToken}};
    /// let client = Client::at("https://id.example").token("an access token").build()?;
    /// # Ok::<(), chancery_sdk::Error>(())
    /// ```
    pub fn token(self, token: impl Into<Secret>) -> Self {
        self.token_source(FixedToken::new(token))
    }

    /// Calls with the tokens of a source of one's own.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use chancery_sdk::{Client, Retry, login::{ClientCredentials, FixedToken}};
    /// let client = Client::at("https://id.example").token_source(FixedToken::new("an access token")).build()?;
    /// # Ok::<(), chancery_sdk::Error>(())
    /// ```
    pub fn token_source(mut self, source: impl TokenSource) -> Self {
        self.who = Who::Source(Arc::new(source));
        self
    }

    /// How often and how patiently to try again.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use chancery_sdk::{Client, Retry, login::{ClientCredentials, FixedToken}};
    /// let client = Client::at("https://id.example").retry(Retry::never()).build()?;
    /// # Ok::<(), chancery_sdk::Error>(())
    /// ```
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// How long a single try may take; 30 seconds unless it is said otherwise.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use chancery_sdk::{Client, Retry, login::{ClientCredentials, FixedToken}};
    /// let client = Client::at("https://id.example").timeout(Duration::from_secs(5)).build()?;
    /// # Ok::<(), chancery_sdk::Error>(())
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sends through an HTTP client of one's own: proxies, roots, timeouts are as it has them.
    pub fn http(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// The client. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if an address is no http or https URL.
    pub fn build(self) -> Result<Client, Error> {
        let http = match self.http {
            Some(http) => http,
            None => http(self.timeout)?,
        };
        let login = Login::new(http.clone(), self.login?, self.retry.clone());
        let tokens = match self.who {
            Who::Nobody => None,
            Who::Source(source) => Some(source),
            Who::Credentials(credentials) => {
                Some(Arc::new(credentials.source(login.clone())) as Arc<dyn TokenSource>)
            }
        };
        let inner = Inner { http, api: self.api?, tokens, login, retry: self.retry };
        Ok(Client { inner: Arc::new(inner) })
    }
}

fn http(timeout: Duration) -> Result<reqwest::Client, Error> {
    let mut headers = HeaderMap::new();
    headers.insert("Accept", HeaderValue::from_static("application/json"));
    reqwest::Client::builder()
        .user_agent(concat!("chancery-sdk/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        // A token goes where it was meant to go, and nowhere else.
        .redirect(reqwest::redirect::Policy::none())
        .timeout(timeout)
        .build()
        .map_err(|error| Error::Invalid(format!("HTTP cannot be spoken: {error}")))
}

fn address(text: &str) -> Result<Url, Error> {
    // It may have a password, so it is not repeated.
    if text.contains('@') {
        return Err(Error::Invalid("the address of a server has no user and no password".to_owned()));
    }
    let hint = if text.contains("://") { "" } else { ": it begins with http:// or https://" };
    let url =
        Url::parse(text).map_err(|error| Error::Invalid(format!("{text:?} is no URL ({error}){hint}")))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(Error::Invalid(format!("{text:?} is no http or https URL")));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Error::Invalid(format!("{text:?} has a query or a fragment: leave it out")));
    }
    Ok(url)
}
