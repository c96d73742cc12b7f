//! `/api/v2/oauth/scopes`: the scope names that the server knows.

use chancery_api::{OAuthScope, OAuthScopeListing};
use chancery_core::error::ApiCode;
use chancery_core::types::ScopeName;

use super::{Answer, Call, OAUTH_READ, Operation};
use crate::failure::Failure;
use crate::http::respond;

const PATH: &str = "/api/v2/oauth/scopes";
const ONE: &str = "/api/v2/oauth/scopes/{scopeId}";

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::get("getOauthScopes", PATH, "The list of scopes", |call| Box::pin(list(call)))
        .scopes(OAUTH_READ)
        .answers::<OAuthScopeListing>(),
    Operation::get("getOauthScope", ONE, "An individual scope", |call| Box::pin(read(call)))
        .scopes(OAUTH_READ)
        .answers::<OAuthScope>()
        .refuses(&[ApiCode::NotFound]),
];

/// `GET`: all of them, by name.
async fn list(_: Call) -> Answer {
    let entities: Vec<_> = ScopeName::all().into_iter().map(represent).collect();
    let total = i64::try_from(entities.len()).unwrap_or(i64::MAX);
    Ok(respond::ok(&OAuthScopeListing { total, entities, self_uri: Some(PATH.to_owned()) }))
}

/// `GET` of one; its id is its name.
async fn read(call: Call) -> Answer {
    ScopeName::find(call.segment("scopeId"))
        .map(|name| respond::ok(&represent(name)))
        .ok_or(Failure::NotFound)
}

fn represent(name: ScopeName) -> OAuthScope {
    OAuthScope {
        id: name.as_str().to_owned(),
        description: Some(name.description()),
        self_uri: Some(format!("{PATH}/{}", name.as_str())),
    }
}
