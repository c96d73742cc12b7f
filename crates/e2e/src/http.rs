//! A small HTTP client that speaks JSON and forms.

use std::time::Duration;

use base64::Engine as _;
use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, Request};

/// No answer takes longer, even on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(60);
/// More than the largest listing of a test.
const LARGEST: u64 = 64 * 1024 * 1024;

/// An answer that arrived whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error} in the answer {}: {}", self.status, self.text))
    }

    /// A header, empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The text of a member of the body.
    #[track_caller]
    pub fn text_of(&self, member: &str) -> String {
        let json = self.json();
        json[member].as_str().unwrap_or_else(|| panic!("no {member} in {}", self.text)).to_owned()
    }

    /// Fails the test unless this is the status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

/// Connections to one server, perhaps with a bearer token. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
    url: String,
    token: Option<String>,
}

impl Client {
    /// To the server at `url`, without token.
    pub fn new(url: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .max_redirects(0)
            .timeout_global(Some(LIMIT))
            .max_idle_connections(128)
            .max_idle_connections_per_host(128)
            .build();
        Self { agent: config.new_agent(), url: url.to_owned(), token: None }
    }

    /// The same with a token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// One request just as written; an error if no whole answer came. The body's type is for `headers` to say.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = match body {
            Some(body) => self.agent.run(request.body(body)?)?,
            None => self.agent.run(request.body(())?)?,
        };
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.body_mut().with_config().limit(LARGEST).read_to_string()?,
        })
    }

    /// A request with a JSON body; an error if no whole answer came.
    pub fn send_json(&self, method: &str, path: &str, body: &Value) -> Result<Answer, ureq::Error> {
        let body = serde_json::to_vec(body).expect("a value is always JSON");
        self.send(method, path, &[("Content-Type", "application/json")], Some(body))
    }

    /// `GET`.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None).expect("an answer")
    }

    /// `POST` of JSON.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send_json("POST", path, body).expect("an answer")
    }

    /// `PUT` of JSON.
    #[track_caller]
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.send_json("PUT", path, body).expect("an answer")
    }

    /// `DELETE`.
    #[track_caller]
    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], None).expect("an answer")
    }

    /// `POST` of a form.
    #[track_caller]
    pub fn form(&self, path: &str, headers: &[(&str, &str)], pairs: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let mut all = vec![("Content-Type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send("POST", path, &all, Some(body.into_bytes())).expect("an answer")
    }

    /// Asks for a token with the client's own credentials in the form.
    #[track_caller]
    pub fn grant(&self, id: &str, secret: &str) -> Answer {
        let pairs = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
        self.form("/oauth/token", &[], &pairs)
    }

    /// Whether the secret authenticates the client. Any answer but a token or a plain refusal fails the test.
    #[track_caller]
    pub fn authenticates(&self, id: &str, secret: &str) -> bool {
        let answer = self.grant(id, secret);
        if answer.status == 200 {
            return true;
        }
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert_eq!(answer.text_of("error"), "invalid_client");
        false
    }

    /// The value of an `Authorization` header with Basic credentials.
    pub fn basic(id: &str, secret: &str) -> String {
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
        format!("Basic {pair}")
    }
}
