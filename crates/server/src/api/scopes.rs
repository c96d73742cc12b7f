//! `/api/v2/oauth/scopes`: the scope names that the server knows.

use std::sync::Arc;

use axum::extract::{Request, State};
use chancery_api::{OAuthScope, OAuthScopeListing};
use chancery_core::types::ScopeName;

use super::{Answer, admit};
use crate::app::App;
use crate::failure::Failure;
use crate::http::respond;
use crate::http::segment::Segment;

const PATH: &str = "/api/v2/oauth/scopes";

/// `GET`: all of them, by name.
pub async fn list(State(app): State<Arc<App>>, request: Request) -> Answer {
    admit(&app, request.headers(), &[]).await?;
    let entities: Vec<_> = ScopeName::all().into_iter().map(represent).collect();
    let total = i64::try_from(entities.len()).unwrap_or(i64::MAX);
    Ok(respond::ok(&OAuthScopeListing { total, entities, self_uri: Some(PATH.to_owned()) }))
}

/// `GET` of one; its id is its name.
pub async fn read(State(app): State<Arc<App>>, Segment(id): Segment, request: Request) -> Answer {
    admit(&app, request.headers(), &[]).await?;
    ScopeName::find(&id).map(|name| respond::ok(&represent(name))).ok_or(Failure::NotFound)
}

fn represent(name: ScopeName) -> OAuthScope {
    OAuthScope {
        id: name.as_str().to_owned(),
        description: Some(name.description()),
        self_uri: Some(format!("{PATH}/{}", name.as_str())),
    }
}
