//! The end of the pipeline: what was presented is spent or advanced, and a replay takes down all that came of it. A grant
//! cannot forget to spend, because it does not spend.

use crate::audit::{Entry, kinds};
use crate::client::Client;
use crate::client_auth::{AuthMethod, Proven};
use crate::decision::Undecided;
use crate::dialect::Dialect;
use crate::env::Env;
use crate::error::{ErrorCode, OAuthError};
use crate::facts::Facts;
use crate::family::{Family, NewFamily};
use crate::grants::authorization_code::Code;
use crate::grants::{Behalf, Grant, GrantType, Presented};
use crate::openid::{self, Login};
use crate::policy::{CODE_RETRY, LONGEST_TOKEN};
use crate::tokens::issue::{Issued, Refresh};
use crate::types::{CodeId, FamilyKey, OrganizationId, Scope, Timestamp};
use crate::write::{Require, Revoked, RevokedId, Write};

/// What a token stands on.
pub struct Basis<'a> {
    /// The grant that was used.
    pub grant: &'a dyn Grant,
    /// The client, and how it proved who it is.
    pub proven: &'a Proven<'a>,
    /// The user.
    pub behalf: Option<Behalf>,
    /// The most that can ever be asked for.
    pub scope: Scope,
    /// How the client speaks.
    pub dialect: Dialect,
    /// The login, where the client asked for one.
    pub login: Option<Login>,
}

/// Spends what was presented, and binds the token to its family.
pub fn spend(
    presented: &Presented,
    basis: &Basis,
    issued: &mut Issued,
    facts: &Facts,
    env: &Env,
) -> Result<Vec<Write>, Undecided<OAuthError>> {
    match presented {
        Presented::Nothing => Ok(found(basis, None, issued, env).into_iter().collect()),
        Presented::Code(code) => {
            refuse_used(code, basis, facts, env)?;
            Ok(found(basis, Some(code.id), issued, env).into_iter().collect())
        }
        Presented::Refresh(family, generation) => advance(family, *generation, basis, issued, env),
    }
}

/// A family for what is issued on behalf of a person; the commit makes its key. What cannot be refreshed ends with its only
/// token.
fn found(basis: &Basis, code: Option<CodeId>, issued: &mut Issued, env: &Env) -> Option<Write> {
    let (behalf, client) = (basis.behalf?, basis.proven.client);
    let mut ends = issued.token.expires_at;
    let is_refreshable = basis.grant.is_refreshable() && may_refresh(client, basis);
    if is_refreshable {
        ends = env.now + env.policy.login.refresh_lifetime;
    }
    let is_proven = basis.proven.method != AuthMethod::None;
    let (scope, audience) = (basis.scope.clone(), issued.token.audience);
    // The nonce is of this answer, not of those that follow (OpenID Connect Core section 12.2).
    let login = basis.login.clone().map(|login| Login { nonce: None, ..login });
    let family =
        NewFamily::begin(client, behalf, scope, audience, basis.dialect, login, is_proven, ends, env);
    let family = NewFamily { code, ..family };
    issued.refresh = is_refreshable.then(|| Refresh { generation: 0, origin: Box::new(family.clone()) });
    Some(Write::CreateFamily(family))
}

/// A client that is registered for it; one that speaks OpenID Connect, where `offline_access` was allowed (Core section 11).
fn may_refresh(client: &Client, basis: &Basis) -> bool {
    let is_offline = !openid::is_asked(&basis.scope) || basis.scope.has_named("offline_access");
    client.grant_types.contains(GrantType::RefreshToken) && (is_offline || basis.dialect == Dialect::Genesys)
}

/// RFC 6749 section 4.1.2: a code is used once. The commit sees to that; who comes back from there, or after the code's time,
/// has proved to be the client, and to have the verifier if there is a challenge: soon after the first use that is a retry,
/// later it is a theft on one side or the other.
fn refuse_used(code: &Code, basis: &Basis, facts: &Facts, env: &Env) -> Result<(), Undecided<OAuthError>> {
    let is_live = env.now < code.expires_at;
    if is_live && !facts.is_anew() {
        return Ok(());
    }
    let refused = |detail| OAuthError::new(ErrorCode::InvalidGrant, detail);
    match facts.family_of_code(code.id)?.as_deref() {
        None if is_live => Ok(()),
        None => Err(refused("the code has expired").into()),
        // What has ended already, ends and is told of once.
        Some(family) if env.now < family.origin.created_at + CODE_RETRY || !family.is_live(env.now) => {
            Err(refused("the code was used before").into())
        }
        Some(family) => {
            let replayed = downfall(family, kinds::CODE_REPLAYED, basis.proven.client, env);
            Err(Undecided::RefusedWith(refused("the code was used before"), replayed))
        }
    }
}

/// The successor of a refresh token: the same for whoever presents the same token again in time. Later, somebody has a copy,
/// and all that came of the login ends.
fn advance(
    family: &Family,
    generation: u32,
    basis: &Basis,
    issued: &mut Issued,
    env: &Env,
) -> Result<Vec<Write>, Undecided<OAuthError>> {
    issued.token.family = Some(family.key);
    let successor = |generation| Some(Refresh { generation, origin: Box::new(family.origin.clone()) });
    if generation == family.generation {
        issued.refresh = successor(generation + 1);
        let (key, began) = (family.key, family.origin.created_at);
        return Ok(vec![Write::Advance { key, began, generation, at: env.now }]);
    }
    let in_time = env.now < family.rotated_at + env.policy.login.refresh_reuse;
    if generation.checked_add(1) == Some(family.generation) && in_time {
        issued.refresh = successor(family.generation);
        return Ok(Vec::new());
    }
    let refused = OAuthError::new(ErrorCode::InvalidGrant, "the refresh token was used before");
    let replayed = downfall(family, kinds::REFRESH_REPLAYED, basis.proven.client, env);
    Err(Undecided::RefusedWith(refused, replayed))
}

/// Somebody has a copy: all that came of the login ends, and the audit log says why.
fn downfall(family: &Family, kind: &str, client: &Client, env: &Env) -> Vec<Write> {
    // Of many who come with a copy at once, one finds it so.
    let mut writes = vec![Write::Require(Require::Family(family.key, family.version))];
    writes.extend(revoke(client.organization, family.key, env.now));
    writes.push(Write::Audit(Box::new(Entry {
        client: Some(client.id),
        entity: Some(("user".to_owned(), family.origin.user.to_string())),
        ..Entry::of(client.organization, kind, env.now)
    })));
    writes
}

/// Ends a family: it is never refreshed again, and no access token of it is accepted.
pub fn revoke(organization: OrganizationId, family: FamilyKey, now: Timestamp) -> Vec<Write> {
    let revoked = Revoked { organization, id: RevokedId::Family(family), expires_at: now + LONGEST_TOKEN };
    vec![Write::RevokeFamily(family, now), Write::Revoke(revoked)]
}
