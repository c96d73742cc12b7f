//! `/api/v2/chancery/keys`: the keys of the server, which all organizations share: administrators of the first one keep them.

use std::sync::Arc;

use chancery_api::{ServerKey, ServerKeyListing, ServerKeyRotation};
use chancery_core::audit::{Entry, kinds};
use chancery_core::error::{ApiCode, ApiError};
use chancery_core::jose::Alg;
use chancery_core::rbac::permission::{ADMIN_WORD, DIRECTORY_ORGANIZATION_ADMIN};
use chancery_core::write::Write;
use chancery_store::StoreError;

use super::{Answer, Call, ORGANIZATION, ORGANIZATION_READ, Operation, date};
use crate::failure::Failure;
use crate::http::respond;
use crate::keys;

const PATH: &str = "/api/v2/chancery/keys";

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::get("getChanceryKeys", PATH, "List the keys of the server", |call| Box::pin(list(call)))
        .about("Chancery's own. For administrators of the organization that was founded first.")
        .any(&[ADMIN_WORD, DIRECTORY_ORGANIZATION_ADMIN])
        .scopes(ORGANIZATION_READ)
        .answers::<ServerKeyListing>()
        .refuses(&[ApiCode::NotFound]),
    Operation::post("postChanceryKeys", PATH, "Replace a signing key ahead of time", |call| Box::pin(rotate(call)))
        .about("Chancery's own. The new key is published now and signs in a day, unless it is wanted at once. Keys replace themselves in time: this is for one that may be known to others.")
        .any(&[ADMIN_WORD, DIRECTORY_ORGANIZATION_ADMIN])
        .scopes(ORGANIZATION)
        .takes::<ServerKeyRotation>()
        .answers::<ServerKeyListing>()
        .refuses(&[ApiCode::NotFound, ApiCode::ConstraintValidation, ApiCode::GeneralConflict]),
];

/// `GET`.
async fn list(call: Call) -> Answer {
    guard(&call).await?;
    shown(&call).await
}

/// `POST`.
async fn rotate(call: Call) -> Answer {
    guard(&call).await?;
    let wanted: ServerKeyRotation = call.json()?;
    let alg = wanted.algorithm.as_deref().and_then(Alg::find);
    let alg =
        alg.ok_or_else(|| ApiError::constraint("algorithm", "algorithm is ES256, RS256, EdDSA or PS256."))?;
    let (at_once, discard) = (wanted.at_once.unwrap_or_default(), wanted.discard.unwrap_or_default());
    let (app, now) = (Arc::clone(&call.app), call.app.clock.now());
    let rows = app.store.keys().await?;
    // An RSA key takes a blink to find.
    let make = move || keys::rotate(&rows, alg, at_once, discard, &app.master, now);
    let made = tokio::task::spawn_blocking(make).await.ok().flatten();
    let mut writes = made.ok_or_else(|| Failure::Internal("a key could not be made".to_owned()))?;
    let entry = Entry::by(&call.caller, kinds::KEY_ROTATED, ("key", alg.as_str()), now);
    writes.push(Write::Audit(Box::new(entry)));
    match call.app.commit(writes).await {
        Ok(_) => shown(&call).await,
        Err(StoreError::Conflict) => Err(ApiCode::GeneralConflict.into()),
        Err(error) => Err(error.into()),
    }
}

async fn shown(call: &Call) -> Answer {
    let rows = call.app.store.keys().await?;
    let listed = keys::list(&rows, &call.app.master, call.app.clock.now());
    let listed = listed.map_err(|error| Failure::Internal(error.to_string()))?;
    let entities: Vec<_> = listed
        .into_iter()
        .map(|it| ServerKey {
            id: it.id.to_string(),
            purpose: it.purpose.to_owned(),
            standing: it.standing.to_owned(),
            key_id: it.kid,
            date_active: Some(date(it.active_from)),
        })
        .collect();
    Ok(respond::ok(&ServerKeyListing { total: i64::try_from(entities.len()).unwrap_or(i64::MAX), entities }))
}

/// Whoever administers another organization does not touch what all share.
async fn guard(call: &Call) -> Result<(), Failure> {
    let first = call.app.store.organizations().await?.first().map(|it| it.id);
    if first == Some(call.caller.organization) { Ok(()) } else { Err(ApiCode::NotFound.into()) }
}
