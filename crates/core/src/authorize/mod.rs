//! The authorization endpoint (RFC 6749 section 3.1): an ordered table of checks, then what the person must still do, then
//! the answer. Nothing is kept on the way: the request is judged anew at each step, so that the back button and a second
//! tab need no care.

pub mod answer;
pub mod checks;
pub mod target;

use std::sync::Arc;

use crate::audit::{Entry, kinds};
use crate::client::{Actor, Client};
use crate::client_auth::AuthMethod;
use crate::consent::{Consent, ConsentState};
use crate::decision::{Decision, Event, Step, Undecided};
use crate::dialect::Dialect;
use crate::env::Env;
use crate::error::{ErrorCode, OAuthError};
use crate::facts::Facts;
use crate::form::Form;
use crate::grants::GrantType;
use crate::session::{self, Session};
use crate::ticket::Handle;
use crate::tokens::issue::Issued;
use crate::types::Scope;
use crate::user::User;
use crate::write::{Require, Write};

pub use answer::Answer;
pub use checks::CHECKS;
pub use target::Target;

/// How the client wants its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponseType {
    /// RFC 6749 section 4.1.1: a code, in the query.
    #[default]
    Code,
    /// RFC 6749 section 4.2.1: a token, in the fragment.
    Token,
}

/// A request at the authorization endpoint.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// How the client speaks.
    pub dialect: Dialect,
    /// The parameters, as sent.
    pub form: &'a Form<'a>,
    /// What the browser's cookie says.
    pub session: Option<&'a Handle>,
    /// What the person said just now, if asked.
    pub decision: Option<Verdict>,
}

/// What a person says to a client's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Allow,
    /// No.
    Deny,
}

/// What the checks read out of the parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// How the answer comes.
    pub response_type: ResponseType,
    /// The challenge of RFC 7636.
    pub challenge: Option<String>,
    /// What was asked for, cut down to what the client may have.
    pub scope: Scope,
    /// The person must log in, whoever has.
    pub log_in: bool,
    /// Whom the client believes it to be.
    pub login_hint: Option<String>,
}

/// What comes next.
pub enum Next {
    /// The person must log in.
    LogIn,
    /// The person must say whether that is wanted.
    Consent,
    /// The answer.
    Answer(Answer),
}

/// Why a request gets no answer at its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stray {
    /// The parameters cannot be read.
    Malformed,
    /// There is no such client.
    UnknownClient,
    /// The request names no redirect URI.
    NoRedirectUri,
    /// The redirect URI is not one of the client's.
    ForeignRedirectUri,
}

/// What a request is, before anything comes of it.
pub struct Seen {
    /// Where the answer goes.
    pub target: Target,
    /// What is wanted, or why it is refused there.
    pub wanted: Result<Wanted, OAuthError>,
    /// Who has logged in with this browser, if it is a person of the client's organization.
    pub person: Option<(Arc<Session>, Arc<User>)>,
}

/// Looks at a request, for the pages on its way.
pub fn see(facts: &Facts, ask: &Ask, env: &Env) -> Step<Seen, Stray> {
    look(facts, ask, env).map(Decision::allow).into()
}

/// Decides what comes next. A request that is not to be answered at its client is for the person's eyes only.
pub fn authorize(facts: &Facts, ask: &Ask, env: &Env) -> Step<Next, Stray> {
    decide(facts, ask, env).into()
}

fn look(facts: &Facts, ask: &Ask, env: &Env) -> Result<Seen, Undecided<Stray>> {
    let target = target::find(facts, ask.form)?;
    let wanted = match check(facts, ask, &target, env) {
        Ok(wanted) => Ok(wanted),
        Err(Undecided::Need(loads)) => return Err(Undecided::Need(loads)),
        Err(Undecided::Refused(error) | Undecided::RefusedWith(error, _)) => Err(error),
    };
    let found = ask.session.map(|handle| session::find(facts, handle, env)).transpose()?.flatten();
    let own = found.filter(|(session, _)| session.origin.organization == target.client.organization);
    let person = own.map(|(session, user)| (Arc::clone(session), Arc::clone(user)));
    Ok(Seen { target, wanted, person })
}

fn decide(facts: &Facts, ask: &Ask, env: &Env) -> Result<Decision<Next, Stray>, Undecided<Stray>> {
    let Seen { target, wanted, person } = look(facts, ask, env)?;
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(error) => return Ok(Decision::allow(Next::Answer(Answer::refusal(&target, error)))),
    };
    let Some((session, user)) = person.filter(|_| !wanted.log_in) else {
        return Ok(Decision::allow(Next::LogIn));
    };
    let consent = facts.consent((user.id, target.client.id))?.as_deref();
    if ask.decision == Some(Verdict::Deny) {
        let denied = Entry {
            actor: Some(Actor::User(user.id)),
            client: Some(target.client.id),
            ..Entry::of(user.organization, kinds::CONSENT_DENIED, env.now)
        };
        let error = OAuthError::new(ErrorCode::AccessDenied, "the person denied the request");
        let answer = Next::Answer(Answer::refusal(&target, error));
        return Ok(Decision::write(answer, vec![Write::Audit(Box::new(denied))]));
    }
    let asked = ask.decision == Some(Verdict::Allow);
    // What was taken back, only the person gives again.
    let taken_back = consent.is_some_and(|it| it.state == ConsentState::Revoked);
    let asks = taken_back || env.policy.require_consent && !covers(consent, &wanted.scope);
    if asks && !asked {
        return Ok(Decision::allow(Next::Consent));
    }
    let mut writes = vec![Write::Require(Require::Session(session.key))];
    let (consent_epoch, written) = agree(consent, &user, &target.client, &wanted.scope, asked, env);
    writes.extend(written);
    let (answer, written) = answer::grant(&target, &wanted, &user, consent_epoch, ask.dialect, env);
    writes.extend(written);
    let issued = answer.token().map(|issued| issued_event(issued, &target, env));
    let used = Event::SessionUsed { session: session.key, at: env.now };
    let decision = Decision::write(Next::Answer(answer), writes).and(used);
    Ok(issued.into_iter().fold(decision, Decision::and))
}

fn issued_event(issued: &Issued, target: &Target, env: &Env) -> Event {
    Event::TokenIssued {
        organization: target.client.organization,
        client: target.client.id,
        grant: GrantType::Implicit,
        user: issued.token.user.map(|(user, _)| user),
        proof: (AuthMethod::None, None),
        at: env.now,
    }
}

fn check(facts: &Facts, ask: &Ask, target: &Target, env: &Env) -> Result<Wanted, Undecided<OAuthError>> {
    let mut wanted = Wanted::default();
    for check in CHECKS {
        (check.run)(&mut wanted, &checks::Given { form: ask.form, target, facts, env })?;
    }
    Ok(wanted)
}

/// Whether the person was asked before, and said yes to all of it.
fn covers(consent: Option<&Consent>, scope: &Scope) -> bool {
    consent.is_some_and(|it| {
        it.state == ConsentState::Authorized && it.asked && scope.within(&it.scope) == *scope
    })
}

/// The record of the agreement: its epoch, and what must be written so that it says what was agreed.
fn agree(
    known: Option<&Consent>,
    user: &User,
    client: &Client,
    scope: &Scope,
    asked: bool,
    env: &Env,
) -> (u32, Option<Write>) {
    let Some(known) = known else {
        let consent = Consent {
            organization: user.organization,
            user: user.id,
            client: client.id,
            scope: scope.clone(),
            asked,
            state: ConsentState::Authorized,
            epoch: crate::client::first_epoch(env.random),
            version: 1,
            created_at: env.now,
            modified_at: env.now,
        };
        return (consent.epoch, Some(Write::CreateConsent(consent)));
    };
    // What was taken back is not given again by the way, and a yes is none to what nobody was asked for.
    let adds = known.state == ConsentState::Authorized && (known.asked || !asked);
    let next = Consent {
        scope: if adds { known.scope.union(scope) } else { scope.clone() },
        asked: asked || covers(Some(known), scope),
        state: ConsentState::Authorized,
        ..known.clone()
    };
    if next == *known {
        return (known.epoch, Some(Write::Require(Require::Consent(user.id, client.id, known.version))));
    }
    (known.epoch, Some(Write::ReplaceConsent(Consent { modified_at: env.now, ..next })))
}

#[cfg(test)]
mod tests;
