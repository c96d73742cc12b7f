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
use crate::openid::{self, ClaimsRequest, subject};
use crate::session::{self, Session};
use crate::ticket::Handle;
use crate::tokens::Audience;
use crate::tokens::issue::Issued;
use crate::types::{Lifetime, Scope};
use crate::user::User;
use crate::write::{Require, Write};

pub use answer::{Answer, Written};
pub use checks::CHECKS;
pub use target::Target;

/// Whoever logged in within this time did so for this request.
const JUST_NOW: Lifetime = Lifetime::from_seconds(60);

/// How the client wants its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseType {
    /// RFC 6749 section 4.1.1: a code.
    Code,
    /// RFC 6749 section 4.2.1: a token.
    Token,
}

/// Where an answer stands (OAuth 2.0 Multiple Response Type Encoding Practices section 2.1, OAuth 2.0 Form Post Response Mode).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    Query,
    /// In its fragment.
    Fragment,
    /// In a form that the browser sends there.
    FormPost,
}

impl ResponseMode {
    /// All of them with their names.
    pub const ALL: &[(Self, &str)] =
        &[(Self::Query, "query"), (Self::Fragment, "fragment"), (Self::FormPost, "form_post")];

    /// The mode of that name.
    pub fn find(name: &str) -> Option<Self> {
        crate::types::from_wire(Self::ALL, name)
    }
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// How the answer comes.
    pub response_type: ResponseType,
    /// The challenge of RFC 7636.
    pub challenge: Option<[u8; 32]>,
    /// What was asked for, cut down to what the client may have.
    pub scope: Scope,
    /// For what the token will be good.
    pub audience: Audience,
    /// The person must log in, whoever has.
    pub log_in: bool,
    /// The person must be asked, whatever they said before.
    pub ask: bool,
    /// The person must say as whom.
    pub choose: bool,
    /// Nobody may be asked anything.
    pub silent: bool,
    /// The person must have logged in within this time.
    pub max_age: Option<Lifetime>,
    /// What the client will tell the ID token from others by.
    pub nonce: Option<String>,
    /// Which claims are asked for one by one.
    pub claims: ClaimsRequest,
    /// What the client calls the person whom it means, or those of whom any will do.
    pub subjects: Option<Vec<String>>,
    /// Whom the client believes it to be.
    pub login_hint: Option<String>,
}

impl Wanted {
    /// Before anything was read.
    pub fn nothing(dialect: Dialect) -> Self {
        Self {
            response_type: ResponseType::Code,
            challenge: None,
            scope: Scope::EMPTY,
            audience: if dialect == Dialect::Genesys { Audience::Management } else { Audience::Issuer },
            log_in: false,
            ask: false,
            choose: false,
            silent: false,
            max_age: None,
            nonce: None,
            claims: ClaimsRequest::default(),
            subjects: None,
            login_hint: None,
        }
    }

    /// Whether the client means whoever it calls so.
    fn is_meant(&self, subject: &str) -> bool {
        self.subjects.as_ref().is_none_or(|subjects| subjects.iter().any(|it| it == subject))
    }

    /// What the person must agree to: the scope, and that of every claim asked for by name.
    pub fn agreed(&self) -> Scope {
        self.scope.union(&self.claims.scope())
    }

    /// Whether it is a request of OpenID Connect, which is answered with an ID token.
    pub fn asks_who(&self) -> bool {
        openid::is_asked(&self.scope)
    }
}

/// What comes next.
pub enum Next {
    /// The person must log in.
    LogIn,
    /// The person must say as whom.
    Choose,
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
    /// Somebody has just logged in, and is not whom the client means.
    pub another: bool,
    /// Nobody may be asked anything, however wrong the rest is.
    pub silent: bool,
}

impl Seen {
    /// Whether somebody must log in before anything else. Of a request that is refused, too: nobody is sent anywhere by
    /// whom they do not know (RFC 9700 section 4.11.2). The vendor's service sends them at once.
    pub fn needs_login(&self) -> bool {
        match &self.wanted {
            Ok(wanted) => self.person.is_none() || wanted.log_in,
            Err(_) => self.person.is_none() && !self.silent && self.target.dialect == Dialect::Standard,
        }
    }
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
    let target = target::find(facts, ask.form, ask.dialect)?;
    let wanted = match check(facts, ask, &target, env) {
        Ok(wanted) => Ok(wanted),
        Err(Undecided::Need(loads)) => return Err(Undecided::Need(loads)),
        Err(Undecided::Refused(error) | Undecided::RefusedWith(error, _)) => Err(error),
    };
    let found = ask.session.map(|handle| session::find(facts, handle, env)).transpose()?.flatten();
    let own = found.filter(|(session, _)| session.origin.organization == target.client.organization);
    let mut another = false;
    let person = match (own, &wanted) {
        (Some((session, user)), Ok(wanted)) => {
            let is_young = wanted.max_age.is_none_or(|age| env.now <= session.origin.created_at + age);
            let is_meant = wanted.is_meant(&subject::of(&target.client, user.id, env.keys));
            another = is_young && !is_meant && env.now < session.origin.created_at + JUST_NOW;
            own.filter(|_| is_young && is_meant)
        }
        (own, _) => own,
    };
    let person = person.map(|(session, user)| (Arc::clone(session), Arc::clone(user)));
    Ok(Seen { target, wanted, person, another, silent: ask.form.find("prompt") == Some("none") })
}

fn decide(facts: &Facts, ask: &Ask, env: &Env) -> Result<Decision<Next, Stray>, Undecided<Stray>> {
    let seen = look(facts, ask, env)?;
    let needs_login = seen.needs_login();
    let Seen { target, wanted, person, another, .. } = seen;
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(_) if needs_login => return Ok(Decision::allow(Next::LogIn)),
        Err(error) => return Ok(Decision::allow(Next::Answer(Answer::refusal(&target, error)))),
    };
    let refuse = |code, detail| {
        Ok(Decision::allow(Next::Answer(Answer::refusal(&target, OAuthError::new(code, detail)))))
    };
    let Some((session, user)) = person.filter(|_| !wanted.log_in) else {
        if wanted.silent || another {
            return refuse(ErrorCode::LoginRequired, "the person who is meant must log in");
        }
        return Ok(Decision::allow(Next::LogIn));
    };
    if wanted.choose {
        return Ok(Decision::allow(Next::Choose));
    }
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
    let always = env.policy.require_consent || target.client.metadata.self_registered;
    // RFC 8252 section 8.6: whatever runs on the same machine can say that it is such a client.
    let could_be_another = always && target.is_forgeable();
    let agreed = wanted.agreed();
    let asks = taken_back || wanted.ask || could_be_another || always && !covers(consent, &agreed);
    if asks && !asked {
        if wanted.silent {
            return refuse(ErrorCode::ConsentRequired, "the person must be asked");
        }
        return Ok(Decision::allow(Next::Consent));
    }
    let mut writes = vec![Write::Require(Require::Session(session.key))];
    if asked && target.client.metadata.self_registered {
        // A yes to what it called itself then.
        writes.push(Write::Require(Require::Client(target.client.id, target.client.version)));
    }
    let (consent_epoch, written) = agree(consent, &user, &target.client, &agreed, asked, env);
    writes.extend(written);
    let (answer, written) = answer::grant(&target, &wanted, &session, &user, consent_epoch, env);
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
    let mut wanted = Wanted::nothing(ask.dialect);
    for check in CHECKS.iter().filter(|check| check.dialect.is_none_or(|only| only == ask.dialect)) {
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
