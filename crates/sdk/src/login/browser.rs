//! A login in the browser of the person at this machine: a listener on the loopback interface takes the code (RFC 8252,
//! section 7.3), PKCE proves that it is ours.

use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::{Authorize, Login, Token, Verifier, random_state, redirected};
use crate::error::LoginError;
use crate::{Error, Secret};

/// The head of a request for the page that ends a login fits.
const HEAD: usize = 16 * 1024;
const READ: Duration = Duration::from_secs(5);

/// How a login in a browser is to be done.
#[derive(Clone, Debug)]
pub struct Browser {
    /// The port to come back to; 0 takes any, which the client's registered address must allow: Chancery does for every loopback
    /// address that is registered without a port.
    pub port: u16,
    /// The host of the address that is registered: `localhost` or `127.0.0.1`.
    pub host: String,
    /// Its path.
    pub path: String,
    /// How long to wait for the person.
    pub timeout: Duration,
    /// Who is to log in.
    pub login_hint: Option<String>,
    /// What opens the browser, given the address; the system's own way unless another is named. An error is no matter: the
    /// address can be shown to the person instead.
    pub open: Open,
}

/// What opens a browser.
///
/// ```
/// let tell = chancery_sdk::login::Open::with(|url| {
///     println!("log in at {url}");
///     Ok(())
/// });
/// assert_eq!(format!("{tell:?}"), "Open(..)");
/// ```
#[derive(Clone)]
pub struct Open(Arc<Opening>);

type Opening = dyn Fn(&Url) -> io::Result<()> + Send + Sync;

impl Open {
    /// In this way, which must not wait for the person.
    pub fn with(open: impl Fn(&Url) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self(Arc::new(open))
    }
}

impl Default for Open {
    /// In the system's own way.
    fn default() -> Self {
        Self::with(|url| open::that_detached(url.as_str()))
    }
}

impl fmt::Debug for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Open(..)")
    }
}

impl Default for Browser {
    /// `http://localhost`, at any port, within five minutes.
    fn default() -> Self {
        Self {
            port: 0,
            host: "localhost".to_owned(),
            path: String::new(),
            timeout: Duration::from_secs(300),
            login_hint: None,
            open: Open::default(),
        }
    }
}

/// Waits on the loopback interface for the browser to come back.
#[derive(Debug)]
pub struct Listener {
    listener: TcpListener,
    redirect_uri: String,
}

impl Login {
    /// Sends the person at this machine to the login page, and waits for the token. The client needs no secret, but a registered
    /// address on the loopback interface.
    ///
    /// ```no_run
    /// # async fn example(client: &chancery_sdk::Client) -> Result<(), chancery_sdk::Error> {
    /// use chancery_sdk::login::Browser;
    /// let token = client.login().in_browser("client id", Browser::default()).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Login`] if the person refuses, does not come back in time, or the address cannot be listened on.
    pub async fn in_browser(&self, client_id: &str, how: Browser) -> Result<Token, Error> {
        let listener = Listener::bind(&how.host, how.port, &how.path).await?;
        let (state, verifier) = (random_state(), Verifier::random());
        let mut request =
            Authorize::code(client_id, listener.redirect_uri()).state(&state).verifier(&verifier);
        if let Some(hint) = &how.login_hint {
            request = request.login_hint(hint);
        }
        let url = request.url(self);
        if let Err(error) = (how.open.0)(&url) {
            tracing::info!(%error, "the browser could not be opened");
        }
        let code = listener.code(&state, how.timeout).await?;
        self.code_with_verifier(client_id, code.expose(), &verifier, listener.redirect_uri()).await
    }
}

impl Listener {
    /// Listens at `http://<host>:<port><path>`; only programs on this machine reach it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), chancery_sdk::Error> {
    /// let listener = chancery_sdk::login::Listener::bind("localhost", 0, "/back").await?;
    /// assert!(listener.redirect_uri().starts_with("http://localhost:"));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn bind(host: &str, port: u16, path: &str) -> Result<Self, Error> {
        let failed = |error: io::Error| LoginError::Listener(format!("{host}:{port}: {error}"));
        if !matches!(host, "localhost" | "127.0.0.1") {
            return Err(LoginError::Listener(format!("{host} is not localhost or 127.0.0.1")).into());
        }
        let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let redirect_uri = format!("http://{host}:{port}{path}");
        Ok(Self { listener, redirect_uri })
    }

    /// The address that the browser comes back to.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The code, once the browser has brought it. Whatever else asks (an icon, another program) does not end the wait.
    pub async fn code(&self, state: &str, timeout: Duration) -> Result<Secret, Error> {
        let wait = async {
            // Whoever connects and says nothing keeps nobody waiting.
            let mut visits = FuturesUnordered::new();
            loop {
                tokio::select! {
                    Ok((stream, _)) = self.listener.accept() => visits.push(self.answer(stream, state)),
                    Some(Some(code)) = visits.next() => return code,
                }
            }
        };
        tokio::time::timeout(timeout, wait).await.unwrap_or(Err(LoginError::TimedOut.into()))
    }

    /// The code or the refusal, if this was the browser that came back.
    async fn answer(&self, mut stream: TcpStream, state: &str) -> Option<Result<Secret, Error>> {
        let head = tokio::time::timeout(READ, head(&mut stream)).await.ok()??;
        let target = head.strip_prefix("GET ")?.split(' ').next()?;
        let back = Url::parse(&self.redirect_uri).and_then(|base| base.join(target)).ok()?;
        let code = redirected(&back, state);
        let ends = !matches!(code, Err(Error::Login(LoginError::State | LoginError::Missing(_))));
        let (status, text) = match &code {
            _ if !ends => ("404 Not Found", "There is nothing here."),
            Ok(_) => ("200 OK", "You are logged in. You can close this page."),
            Err(_) => ("200 OK", "The login was refused. You can close this page."),
        };
        let page = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\
             Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nContent-Security-Policy: default-src 'none'; \
             style-src 'unsafe-inline'\r\n\r\n{}",
            html(text).len(),
            html(text)
        );
        let _ = stream.write_all(page.as_bytes()).await;
        let _ = stream.shutdown().await;
        ends.then_some(code)
    }
}

fn html(text: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta name=\"viewport\" content=\"width=device-width\"><title>Login</title>\
         <style>:root{{color-scheme:light dark;font:1.25rem system-ui,sans-serif}}body{{display:grid;place-items:center;\
         min-height:90vh;margin:1rem;text-align:center}}</style><p>{text}</html>"
    )
}

async fn head(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut part = [0; 1024];
    while !bytes.windows(4).any(|it| it == b"\r\n\r\n") {
        let count = stream.read(&mut part).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&part[..count]);
        if bytes.len() > HEAD {
            return None;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(listener: &Listener, target: &str) -> String {
        let port = listener.listener.local_addr().expect("an address").port();
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
        stream
            .write_all(format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())
            .await
            .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        answer
    }

    #[tokio::test]
    async fn only_the_browser_that_was_sent_ends_the_wait() {
        let listener = Listener::bind("localhost", 0, "/back").await.expect("a listener");
        let wait = listener.code("s", Duration::from_secs(20));
        let visits = async {
            for strange in ["/favicon.ico", "/back?code=stolen&state=guessed", "/back?state=s"] {
                assert!(get(&listener, strange).await.starts_with("HTTP/1.1 404 "), "{strange}");
            }
            get(&listener, "/back?code=c&state=s").await
        };
        let (code, page) = tokio::join!(wait, visits);
        assert_eq!(code.expect("a code").expose(), "c");
        assert!(page.contains("You are logged in") && !page.contains("code="), "{page}");
    }

    #[tokio::test]
    async fn a_refusal_and_silence_end_it_too() {
        let listener = Listener::bind("127.0.0.1", 0, "").await.expect("a listener");
        let wait = listener.code("s", Duration::from_secs(20));
        let (refused, _) = tokio::join!(wait, get(&listener, "/?error=access_denied&state=s"));
        assert!(matches!(refused, Err(Error::Login(LoginError::Refused { .. }))), "{refused:?}");
        let silence = listener.code("s", Duration::from_millis(20)).await;
        assert!(matches!(silence, Err(Error::Login(LoginError::TimedOut))), "{silence:?}");
        let taken =
            Listener::bind("localhost", listener.listener.local_addr().expect("an address").port(), "").await;
        assert!(matches!(taken, Err(Error::Login(LoginError::Listener(_)))));
        assert!(Listener::bind("0.0.0.0", 0, "").await.is_err());
    }
}
