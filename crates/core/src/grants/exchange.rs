//! The token endpoint (RFC 6749 section 3.2): one pipeline for every grant. Each check stands here, in order,
//! so a grant cannot forget one.

use crate::client::Client;
use crate::client_auth::{self, AuthMethod, Claims, Proven};
use crate::decision::{Decision, Event, Step, Undecided};
use crate::dialect::Dialect;
use crate::env::Env;
use crate::error::{ErrorCode, OAuthError};
use crate::facts::{Facts, Load};
use crate::family::Family;
use crate::form::Form;
use crate::grants::authorization_code::Code;
use crate::grants::spend::{Basis, spend};
use crate::grants::{ALL, Ask, Authorization, Behalf, Grant, Handles, Presented};
use crate::openid::{self, id_token};
use crate::tokens::issue::{Issued, mint};
use crate::tokens::refresh::RefreshToken;
use crate::tokens::{Audience, sealed, verify};
use crate::types::{ClientId, OrganizationId, Scope, UserId};

/// A request at the token endpoint.
#[derive(Debug)]
pub struct TokenRequest<'a> {
    /// How the caller speaks.
    pub dialect: Dialect,
    /// The `Authorization` header.
    pub authorization: Option<&'a client_auth::Header<'a>>,
    /// The body.
    pub form: &'a Form<'a>,
    /// What both say of the client, read once.
    pub claims: Claims,
}

impl<'a> TokenRequest<'a> {
    /// The request that these are parts of.
    pub fn new(
        dialect: Dialect,
        authorization: Option<&'a client_auth::Header<'a>>,
        form: &'a Form<'a>,
    ) -> Self {
        let bare = Self { dialect, authorization, form, claims: Claims::default() };
        Self { claims: Claims::of(&bare), ..bare }
    }
}

/// Decides a token request.
pub fn exchange(facts: &Facts, request: &TokenRequest, env: &Env) -> Step<Issued, OAuthError> {
    let (error, writes) = match decide(facts, request, env) {
        Ok(decision) => return Step::Done(decision),
        Err(Undecided::Need(loads)) => return Step::Need(loads),
        Err(Undecided::Refused(error)) => (error, Vec::new()),
        Err(Undecided::RefusedWith(error, writes)) => (error, writes),
    };
    let refusal = Decision { writes, ..Decision::refuse(error) };
    let client = asking(facts, request);
    Step::Done(refusal.and(Event::TokenRefused { client, code: error.code, at: env.now }))
}

/// The client that the request says it comes from, if the decision came as far as to look it up.
fn asking(facts: &Facts, request: &TokenRequest) -> Option<(ClientId, OrganizationId)> {
    let client = facts.client::<()>(client_auth::claimed(request)?).ok()?.as_ref()?;
    Some((client.id, client.organization))
}

fn decide(
    facts: &Facts,
    request: &TokenRequest,
    env: &Env,
) -> Result<Decision<Issued, OAuthError>, Undecided<OAuthError>> {
    let form = request.form;
    let grant_type =
        form.find("grant_type").ok_or(OAuthError::new(ErrorCode::InvalidRequest, "grant_type is missing"))?;
    let offered = |grant: &&&dyn Grant| {
        grant.grant_type().as_str() == grant_type && grant.is_offered(request.dialect, env.policy)
    };
    let grant = *ALL
        .iter()
        .find(offered)
        .ok_or(OAuthError::new(ErrorCode::UnsupportedGrantType, "the grant type is not supported"))?;

    let proven = client_auth::authenticate(facts, request, env)?;
    // What proved the client is used up, whatever comes of the rest.
    issue(grant, &proven, facts, request, env).map_err(|undecided| undecided.with(&proven.writes))
}

fn issue(
    grant: &dyn Grant,
    proven: &Proven,
    facts: &Facts,
    request: &TokenRequest,
    env: &Env,
) -> Result<Decision<Issued, OAuthError>, Undecided<OAuthError>> {
    let (client, form) = (proven.client, request.form);
    if grant.handles() == Handles::None && grant.needs_proof(&Presented::Nothing) {
        proven.demand()?;
    }
    // Whoever proves nothing learns of no client what it is registered for.
    if proven.method != AuthMethod::None {
        may_use(client, grant)?;
    }
    let presented = presented(grant, client, request, facts, env)?;
    if grant.needs_proof(&presented) {
        proven.demand()?;
    }
    may_use(client, grant)?;
    let ask = Ask { proven, form, presented: &presented, facts, env };
    let Authorization { user, scope: allowed, audience, login, mut writes } = grant.authorize(&ask)?;
    if let Some(behalf) = &user {
        still_stands(behalf, client, facts)?;
    }
    // What the client lost since the person agreed, its logins lost too.
    let left = if user.is_some() { allowed.within(&client.reach()) } else { allowed.clone() };
    // RFC 6749 section 4.1.3: the scope of a code was settled when it was given.
    let scope = match presented {
        Presented::Code(_) => left,
        _ => narrow_scope(form, &left, user.is_some(), request.dialect)?,
    };
    let audience = narrow_audience(form, audience, request.dialect, env)?;

    let holder = user.map(|behalf| (behalf.user, behalf.user_epoch));
    let mut issued = mint(client, holder, scope, audience, request.dialect, env);
    issued.token.consent_epoch = user.and_then(|behalf| behalf.consent_epoch);
    if let (Some(behalf), Some(login)) = (&user, &login)
        && openid::is_asked(&issued.token.scope)
        && let Some(user) = facts.user(behalf.user)?
    {
        issued.id_token = Some(id_token::build(client, user, login, env));
    }
    let dialect = request.dialect;
    let basis = Basis { grant, proven, behalf: user, scope: allowed, dialect, login };
    // First what conflicts if anything does, so that nothing was done by then.
    writes.splice(0..0, spend(&presented, &basis, &mut issued, facts, env)?);
    writes.extend(basis.proven.writes.iter().cloned());
    if let Presented::Refresh(family, _) = &presented {
        not_lapsed(family, facts, env)?;
    }
    let event = issued_event(proven, grant, user.map(|behalf| behalf.user), env);
    Ok(Decision::write(issued, writes).and(event))
}

/// What the request presented: it is one of ours, this client's and this side's. Whether it was used or has expired comes
/// later, since a replay must first be known to be one.
fn presented(
    grant: &dyn Grant,
    client: &Client,
    request: &TokenRequest,
    facts: &Facts,
    env: &Env,
) -> Result<Presented, Undecided<OAuthError>> {
    let member = |name| {
        let missing = OAuthError::new(ErrorCode::InvalidRequest, "what the grant type is about is missing");
        request.form.find(name).ok_or(missing)
    };
    match grant.handles() {
        Handles::None => Ok(Presented::Nothing),
        Handles::Code(name) => {
            let refused = OAuthError::new(ErrorCode::InvalidGrant, "the code is not valid");
            let code: Code = sealed::open(member(name)?, env).ok_or(refused)?;
            if code.client != client.id || code.dialect != request.dialect {
                return Err(refused.into());
            }
            // Whether it still stands will ask for these.
            let user = code.behalf.user;
            facts.together([Load::User(user), Load::Consent((user, client.id))])?;
            Ok(Presented::Code(Box::new(code)))
        }
        Handles::Refresh(name) => {
            let refused = OAuthError::new(ErrorCode::InvalidGrant, "the refresh token is not valid");
            let token = RefreshToken::open(member(name)?, env.keys).ok_or(refused)?;
            let generation = token.generation;
            // The commit fails unless the family is as hoped; who comes back from there hears of it as it is.
            let family = match facts.is_anew() || facts.knows(&Load::Family(token.family)) {
                false => token.hoped(),
                true => {
                    let stored = facts.family(token.family)?.as_deref();
                    stored.and_then(|stored| token.of(stored)).ok_or(refused)?
                }
            };
            let origin = &family.origin;
            let is_right =
                origin.client == client.id && origin.dialect == request.dialect && family.is_live(env.now);
            if !is_right {
                return Err(refused.into());
            }
            // All that comes of it will ask for these.
            let consent = Load::Consent((origin.user, client.id));
            facts.together([Load::User(origin.user), Load::Organization(origin.organization), consent])?;
            Ok(Presented::Refresh(Box::new(family), generation))
        }
    }
}

/// Whoever agreed can still act, and has not been told otherwise since.
fn still_stands(behalf: &Behalf, client: &Client, facts: &Facts) -> Result<(), Undecided<OAuthError>> {
    let gone = || OAuthError::new(ErrorCode::InvalidGrant, "the authorization is not valid any more");
    if client.epoch != behalf.client_epoch
        || verify::user(facts, (behalf.user, behalf.user_epoch), client)?.is_none()
        || !verify::consented(facts, behalf.user, client.id, behalf.consent_epoch)?
    {
        return Err(gone().into());
    }
    Ok(())
}

/// Whoever did not use the tokens of a login for so long that they lapsed logs in again. Of tokens for others nobody here
/// knows when they were used.
fn not_lapsed(family: &Family, facts: &Facts, env: &Env) -> Result<(), Undecided<OAuthError>> {
    if family.origin.dialect != Dialect::Genesys {
        return Ok(());
    }
    let organization = facts.organization(family.origin.organization)?.as_ref();
    let idle = organization.and_then(|it| it.settings.idle.limit());
    if verify::has_lapsed(facts, idle, Some(family.key), env)? {
        // If the token was used before, that is what is told.
        facts.family(family.key)?;
        return Err(OAuthError::new(ErrorCode::InvalidGrant, "the login was not used for too long").into());
    }
    Ok(())
}

/// The client may act at all, and is registered for the grant.
fn may_use(client: &Client, grant: &dyn Grant) -> Result<(), OAuthError> {
    client_auth::refuse_unless_active(client)?;
    if !client.grant_types.contains(grant.grant_type()) {
        return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "the client may not use this grant type"));
    }
    Ok(())
}

/// RFC 6749 section 3.3: never more than was allowed. A refresh that asks for more gets what was granted, and is told so: libraries
/// send along what they asked for in the first place.
fn narrow_scope(form: &Form, allowed: &Scope, has_user: bool, dialect: Dialect) -> Result<Scope, OAuthError> {
    let Some(asked) = form.find("scope") else { return Ok(allowed.clone()) };
    let asked =
        dialect.scope(asked).ok_or(OAuthError::new(ErrorCode::InvalidScope, "the scope is not known"))?;
    let scope = asked.within(allowed);
    if scope.is_empty() && dialect.refuses_empty(&asked) && (has_user || !dialect.drops_scope_without_user())
    {
        return Err(OAuthError::new(ErrorCode::InvalidScope, "the client may not ask for this scope"));
    }
    Ok(scope)
}

/// RFC 8707 section 2. The management API is the audience at `/oauth/token`; at `/oauth2/token` only if it is asked for, and
/// of what was `settled` before, a token request changes nothing.
fn narrow_audience(
    form: &Form,
    settled: Option<Audience>,
    dialect: Dialect,
    env: &Env,
) -> Result<Audience, OAuthError> {
    if dialect == Dialect::Genesys {
        return Ok(Audience::Management);
    }
    match (asked_audience(form, env)?, settled) {
        (Some(asked), Some(settled)) if asked != settled => {
            Err(OAuthError::new(ErrorCode::InvalidTarget, "the authorization is for another resource"))
        }
        (asked, settled) => Ok(settled.or(asked).unwrap_or(Audience::Issuer)),
    }
}

/// The one resource that a request names, if it names one.
pub fn asked_audience(form: &Form, env: &Env) -> Result<Option<Audience>, OAuthError> {
    let refused = |detail| OAuthError::new(ErrorCode::InvalidTarget, detail);
    let mut resources = form.values("resource");
    let Some(resource) = resources.next() else { return Ok(None) };
    if resources.next().is_some() {
        return Err(refused("a token is for one resource"));
    }
    Audience::find(resource, env).map(Some).ok_or(refused("the resource is not known"))
}

fn issued_event(proven: &Proven, grant: &dyn Grant, user: Option<UserId>, env: &Env) -> Event {
    Event::TokenIssued {
        organization: proven.client.organization,
        client: proven.client.id,
        grant: grant.grant_type(),
        user,
        proof: (proven.method, proven.secret),
        at: env.now,
    }
}

#[cfg(test)]
mod tests;
