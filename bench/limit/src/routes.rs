//! The paths, and the work that each of them does: this and nothing else.

use std::path::Path;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};

use crate::Error;
use crate::client::Client;
use crate::jwt::{Key, Signer, Verifier};
use crate::list::List;
use crate::row::{Rows, Writer};
use crate::sealed::Seal;

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
    list: Option<List>,
}

impl Routes {
    /// With fresh keys; rows are written and read only where there is a folder for them.
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
            list: data_dir.map(List::start).transpose()?,
            client,
        })
    }

    /// Every body is read, so that the connection can be kept.
    pub fn router(&'static self) -> Router {
        let token = |make: fn(&Self) -> Option<String>| {
            post(
                move |headers: HeaderMap, body: Bytes| async move { self.token(&headers, &body, || make(self)) },
            )
        };
        Router::new()
            .route("/constant", any(async |_: Bytes| json(StatusCode::OK, CONSTANT)))
            .route("/jwt/es256", token(|routes| routes.es256.token()))
            .route("/jwt/eddsa", token(|routes| routes.eddsa.token()))
            .route("/jwt/rs256", token(|routes| routes.rs256.token()))
            .route("/sealed", token(|routes| routes.seal.token()))
            .route("/verify", post(async |body: Bytes| self.verify(&body)))
            .route("/row", post(async |_: Bytes| self.rows(Rows::Family).await))
            .route("/client", post(async |_: Bytes| self.rows(Rows::Client).await))
            .route("/list", any(async |_: Bytes| self.list().await))
    }

    /// The client credentials grant.
    fn token(&self, headers: &HeaderMap, body: &[u8], make: impl FnOnce() -> Option<String>) -> Response {
        let granted = form_urlencoded::parse(body)
            .any(|(name, value)| name == "grant_type" && value == "client_credentials");
        if !granted {
            return json(StatusCode::BAD_REQUEST, r#"{"error":"unsupported_grant_type"}"#);
        }
        if !self.client.is_asking(headers) {
            return json(StatusCode::UNAUTHORIZED, r#"{"error":"invalid_client"}"#);
        }
        match make() {
            Some(answer) => json(StatusCode::OK, answer),
            None => json(StatusCode::INTERNAL_SERVER_ERROR, r#"{"error":"server_error"}"#),
        }
    }

    fn verify(&self, body: &[u8]) -> Response {
        let token = form_urlencoded::parse(body).find(|(name, _)| name == "token");
        let is_good = token.is_some_and(|(_, token)| self.verifier.is_good(&token));
        json(StatusCode::OK, if is_good { ACTIVE } else { r#"{"active":false}"# })
    }

    async fn rows(&self, rows: Rows) -> Response {
        let Some(writer) = &self.writer else { return not_found() };
        written(writer.commit(rows).await.map(|()| CONSTANT))
    }

    async fn list(&'static self) -> Response {
        let Some(list) = &self.list else { return not_found() };
        written(list.read().await)
    }
}

fn written(answer: Option<impl IntoResponse>) -> Response {
    match answer {
        Some(answer) => json(StatusCode::OK, answer),
        None => json(StatusCode::SERVICE_UNAVAILABLE, r#"{"error":"temporarily_unavailable"}"#),
    }
}

fn not_found() -> Response {
    json(StatusCode::NOT_FOUND, r#"{"error":"not_found"}"#)
}

fn json(status: StatusCode, body: impl IntoResponse) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body).into_response()
}
