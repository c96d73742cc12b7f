//! The revocation endpoint (RFC 7009).

use std::sync::Arc;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chancery_core::dialect::Dialect;
use chancery_core::form::Form;
use chancery_core::grants::exchange::TokenRequest;
use chancery_core::tokens::revoke::revoke;

use super::asking;
use crate::api::Answer;
use crate::app::App;
use crate::http::{authorization, body};

/// `POST`. Section 2.2: a token that is none is as good as revoked.
pub async fn answer(app: Arc<App>, request: Request) -> Answer {
    let (parts, content) = request.into_parts();
    let bytes = body::form(&parts.headers, content).await?;
    let form = Form::parse(&bytes)?;
    let header = authorization::find(&parts.headers);
    let request = TokenRequest { dialect: Dialect::Standard, authorization: header.as_ref(), form: &form };
    asking::admit(&app, &parts, &request)?;
    let opened = asking::opened(&app, &form)?;
    asking::settle_for(&app, &parts, &request, |facts, request, env| {
        revoke(facts, request, opened.as_ref(), env)
    })
    .await?;
    Ok(StatusCode::OK.into_response())
}
