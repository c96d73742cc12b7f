//! The paths, and the work that each of them does: this and nothing else.

use std::path::Path;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};

use crate::Error;
use crate::client::Client;
use crate::jwt::{Key, Signer, Verifier};
use crate::row::Writer;
use crate::sealed::Seal;

type Answer = Response<Full<Bytes>>;

/// As long as a sealed token's answer.
const CONSTANT: &str = concat!(
    r#"{"access_token":"00000000000000000000000000000000000000000000000000000000000"#,
    r#"000000000000000000000000000000000000000000000000000000000000","token_type":"bearer","expires_in":86400}"#
);
/// As long as what an introspection tells of a JWT.
const ACTIVE: &str = concat!(
    r#"{"active":true,"aud":"http://127.0.0.1:00000","client_id":"00000000-0000-0000-0000-000000000000","#,
    r#""exp":1700003600,"iat":1700000000,"iss":"http://127.0.0.1:00000","jti":"00000000-0000-0000-0000-000000000000","#,
    r#""sub":"00000000-0000-0000-0000-000000000000","token_type":"Bearer"}"#
);

/// Everything that answers need.
pub struct Routes {
    client: Client,
    es256: Signer,
    eddsa: Signer,
    rs256: Signer,
    verifier: Verifier,
    seal: Seal,
    writer: Option<Writer>,
}

impl Routes {
    /// With fresh keys; rows are written only where there is a folder for them.
    pub fn new(issuer: &str, data_dir: Option<&Path>) -> Result<Self, Error> {
        let client = Client::from_env()?;
        let signer = |key| Signer::new(key, issuer, &client.id);
        let es256 = signer(Key::es256()?)?;
        Ok(Self {
            verifier: es256.verifier()?,
            es256,
            eddsa: signer(Key::eddsa()?)?,
            rs256: signer(Key::rs256()?)?,
            seal: Seal::new()?,
            writer: data_dir.map(Writer::start).transpose()?,
            client,
        })
    }

    /// Every body is read, so that the connection can be kept.
    pub async fn answer(&self, request: Request<Incoming>) -> Result<Answer, hyper::Error> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(match (head.uri.path(), &head.method) {
            ("/constant", _) => json(StatusCode::OK, CONSTANT),
            ("/jwt/es256", &Method::POST) => self.token(&head, &body, || self.es256.token()),
            ("/jwt/eddsa", &Method::POST) => self.token(&head, &body, || self.eddsa.token()),
            ("/jwt/rs256", &Method::POST) => self.token(&head, &body, || self.rs256.token()),
            ("/sealed", &Method::POST) => self.token(&head, &body, || self.seal.token()),
            ("/verify", &Method::POST) => self.verify(&body),
            ("/row", &Method::POST) => self.row().await,
            _ => json(StatusCode::NOT_FOUND, r#"{"error":"not_found"}"#),
        })
    }

    /// The client credentials grant.
    fn token(&self, head: &Parts, body: &[u8], make: impl FnOnce() -> Option<String>) -> Answer {
        let granted = form_urlencoded::parse(body)
            .any(|(name, value)| name == "grant_type" && value == "client_credentials");
        if !granted {
            return json(StatusCode::BAD_REQUEST, r#"{"error":"unsupported_grant_type"}"#);
        }
        if !self.client.is_asking(&head.headers) {
            return json(StatusCode::UNAUTHORIZED, r#"{"error":"invalid_client"}"#);
        }
        match make() {
            Some(answer) => json(StatusCode::OK, answer),
            None => json(StatusCode::INTERNAL_SERVER_ERROR, r#"{"error":"server_error"}"#),
        }
    }

    fn verify(&self, body: &[u8]) -> Answer {
        let token = form_urlencoded::parse(body).find(|(name, _)| name == "token");
        let is_good = token.is_some_and(|(_, token)| self.verifier.is_good(&token));
        json(StatusCode::OK, if is_good { ACTIVE } else { r#"{"active":false}"# })
    }

    async fn row(&self) -> Answer {
        let Some(writer) = &self.writer else {
            return json(StatusCode::NOT_FOUND, r#"{"error":"not_found"}"#);
        };
        match writer.commit().await {
            Some(()) => json(StatusCode::OK, CONSTANT),
            None => json(StatusCode::SERVICE_UNAVAILABLE, r#"{"error":"temporarily_unavailable"}"#),
        }
    }
}

fn json(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
