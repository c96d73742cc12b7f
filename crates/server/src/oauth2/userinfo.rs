//! The userinfo endpoint (OpenID Connect Core section 5.3).

use std::sync::Arc;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::IntoResponse;
use bytes::Bytes;
use chancery_core::error::{ErrorCode, OAuthError};
use chancery_core::form::Form;
use chancery_core::openid::userinfo::{self, userinfo};

use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;
use crate::http::{Request, authorization, body, respond};
use crate::settle::settle;

/// `GET` and `POST`.
pub async fn show(app: Arc<App>, request: Request) -> Answer {
    let (parts, content) = request.into_parts();
    // RFC 6750 section 2.2: a form may carry the token.
    let is_form = parts.method == Method::POST && body::is_form(&parts.headers);
    let sent = if is_form { body::form(&parts.headers, content)? } else { Bytes::new() };
    let form = Form::parse(&sent)?;
    let text = bearer(&parts.headers, &form)?;
    if app.is_deaf() {
        return Err(Failure::Unavailable("no word of other nodes".to_owned()));
    }
    let token = app.open_token(text);
    let told = settle(&app, |facts, env| userinfo(facts, token.as_ref(), env)).await?;
    let Some(alg) = told.alg else { return Ok(respond::ok(&told.claims)) };
    let signed = app.sign(alg, move |env| userinfo::sign(alg, &told.claims, env)).await?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("application/jwt"))], signed).into_response())
}

/// The one token that a request presents.
fn bearer<'a>(headers: &'a HeaderMap, form: &'a Form) -> Result<&'a str, Failure> {
    let header = authorization::find(headers).and_then(|header| header.credentials("bearer"));
    let header = header.filter(|token| !token.is_empty());
    match (header, form.find("access_token")) {
        (Some(_), Some(_)) => {
            let detail = "the access token stands in the header and in the form";
            Err(OAuthError::new(ErrorCode::InvalidRequest, detail).into())
        }
        (Some(token), None) | (None, Some(token)) => Ok(token),
        (None, None) => Err(OAuthError::new(ErrorCode::TokenRequired, "an access token is required").into()),
    }
}
