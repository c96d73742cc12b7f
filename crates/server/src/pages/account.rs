//! `/account`: where a person is signed in, what they have allowed, and their password.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use chancery_core::audit::{Entry, kinds};
use chancery_core::client::Actor;
use chancery_core::consent::{self, ConsentState};
use chancery_core::decision::{Decision, Step, Undecided};
use chancery_core::error::{ApiCode, ApiError};
use chancery_core::form::Form;
use chancery_core::session::end::{Which, log_out};
use chancery_core::session::{self, Session};
use chancery_core::ticket::Handle;
use chancery_core::types::{ClientId, SessionKey, from_wire, wire_name};
use chancery_core::user::User;

use super::account_login::organization;
use super::door::cookie_of;
use super::forged;
use super::logout::forget;
use super::show::{Forms, html, onward};
use super::views::{
    AccountNotice, AccountPage, ConsentRow, LoggedOutPage, Moment, PasswordRefusal, SessionRow,
};
use super::visit::language;
use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;
use crate::http::{Head, Request, body, origin};
use crate::own_password::{self, Change};
use crate::settle::{look_up, settle_afresh};

const PURPOSE: &str = "account";

/// Who looks, and in which session.
struct Person {
    session: Arc<Session>,
    user: Arc<User>,
    cookie: String,
}

/// What was done, by the name that the page is then asked for with: asked for again, it does nothing again.
const DONE: &[(AccountNotice, &str)] = &[
    (AccountNotice::SessionEnded, "session-ended"),
    (AccountNotice::OthersEnded, "others-ended"),
    (AccountNotice::ConsentRevoked, "consent-revoked"),
    (AccountNotice::PasswordChanged, "password-changed"),
];

fn done(parts: &Head, notice: AccountNotice) -> Answer {
    onward(&parts.method, &format!("account?done={}", wire_name(DONE, notice)))
}

/// `GET`.
pub async fn show(app: Arc<App>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let query = Form::parse(parts.uri.query().unwrap_or_default().as_bytes())?;
    match person(&app, &parts).await? {
        Some(person) => {
            let notice = query.find("done").and_then(|name| from_wire(DONE, name));
            page(&app, &parts, &person, notice).await
        }
        None => {
            let named = query.find("org");
            match organization(&app, named).await? {
                Some(_) => onward(&parts.method, &door(named)),
                // Nobody knows whose account is meant.
                None => Ok(nobody(&app, &parts)),
            }
        }
    }
}

/// Where the person logs in.
fn door(named: Option<&str>) -> String {
    let page = "account/login?";
    let mut query = form_urlencoded::Serializer::for_suffix(page.to_owned(), page.len());
    query.extend_pairs(named.map(|name| ("org", name)));
    query.finish().trim_end_matches('?').to_owned()
}

/// `POST`: one of the things that the page offers.
pub async fn submit(app: Arc<App>, request: Request) -> Answer {
    let (parts, content) = request.into_parts();
    let bytes = body::form(&parts.headers, content)?;
    let form = Form::parse(&bytes)?;
    let Some(person) = person(&app, &parts).await? else { return Ok(nobody(&app, &parts)) };
    let csrf = form.find("csrf").unwrap_or_default();
    if forged::is_foreign(&parts) || !forged::is_genuine(csrf, &person.cookie, PURPOSE, &app.keys()) {
        return page(&app, &parts, &person, Some(AccountNotice::Expired)).await;
    }
    if form.find("log_out").is_some() {
        if let Some(handle) = Handle::parse(&person.cookie) {
            settle_afresh(&app, |facts, env| log_out(facts, &handle, env)).await?;
        }
        let mut response = nobody(&app, &parts);
        forget(&app, &mut response);
        return Ok(response);
    }
    if form.find("change_password").is_some() {
        return change_password(&app, &parts, person, &form).await;
    }
    if let Some(id) = form.find("end_session") {
        return end_session(&app, &parts, &person, id).await;
    }
    if form.find("end_others").is_some() {
        end(&app, &person, Which::AllBut(Some(person.session.key))).await?;
        return done(&parts, AccountNotice::OthersEnded);
    }
    if let Some(client) = form.find("revoke_consent").and_then(ClientId::parse) {
        let user = person.user.id;
        settle_afresh(&app, |facts, env| consent::revoke(facts, user, client, env)).await?;
        return done(&parts, AccountNotice::ConsentRevoked);
    }
    page(&app, &parts, &person, None).await
}

async fn end_session(app: &Arc<App>, parts: &Head, person: &Person, id: &str) -> Answer {
    let ended = match end(app, person, Which::One(id)).await {
        // It has ended already.
        Err(Failure::Api(error)) if error.code == ApiCode::NotFound => None,
        ended => ended?,
    };
    if ended != Some(person.session.key) {
        return done(parts, AccountNotice::SessionEnded);
    }
    let mut response = nobody(app, parts);
    forget(app, &mut response);
    Ok(response)
}

async fn end(app: &Arc<App>, person: &Person, which: Which<'_>) -> Result<Option<SessionKey>, Failure> {
    let known = app.store.sessions(person.user.id).await?;
    let entry = entry(app, person);
    settle_afresh(app, |_, _| session::end::end(&person.user, &known, which, entry.clone())).await
}

async fn change_password(app: &Arc<App>, parts: &Head, person: Person, form: &Form<'_>) -> Answer {
    let change = Change {
        user: &person.user,
        address: parts.address,
        old: form.find("old_password").unwrap_or_default(),
        new: form.find("new_password").unwrap_or_default(),
        session: Some(&person.session),
        entry: Entry { kind: kinds::PASSWORD_CHANGED.to_owned(), ..entry(app, &person) },
    };
    let (verifier, made) = match own_password::change(app, &change).await {
        Ok(changed) => changed,
        Err(Failure::Api(error)) => return page(app, parts, &person, Some(refusal(&error))).await,
        Err(failure) => return Err(failure),
    };
    let mut response = done(parts, AccountNotice::PasswordChanged)?;
    let cookie = verifier.and_then(|verifier| cookie_of(app, &made, verifier));
    response.headers_mut().extend(cookie.map(|cookie| (SET_COOKIE, cookie)));
    Ok(response)
}

fn refusal(error: &ApiError) -> AccountNotice {
    let least = error.params.iter().find(|(name, _)| *name == "least");
    let least = least.and_then(|(_, value)| value.parse().ok()).unwrap_or_default();
    AccountNotice::PasswordRefused(match error.code {
        ApiCode::InvalidOldPassword => return AccountNotice::WrongPassword,
        ApiCode::PasswordTooShort => PasswordRefusal::TooShort { least },
        ApiCode::PasswordCompromised => PasswordRefusal::Common,
        ApiCode::PasswordReused => PasswordRefusal::Reused,
        ApiCode::PasswordTooYoung => PasswordRefusal::TooYoung,
        ApiCode::PasswordLetters => PasswordRefusal::Letters,
        ApiCode::PasswordDigits => PasswordRefusal::Digits,
        ApiCode::PasswordSpecials => PasswordRefusal::Specials,
        ApiCode::PasswordLowercase => PasswordRefusal::Lowercase,
        ApiCode::PasswordUppercase => PasswordRefusal::Uppercase,
        _ => PasswordRefusal::NotAcceptable,
    })
}

fn entry(app: &App, person: &Person) -> Entry {
    Entry {
        actor: Some(Actor::User(person.user.id)),
        entity: Some(("user".to_owned(), person.user.id.to_string())),
        ..Entry::of(person.user.organization, kinds::SESSIONS_ENDED, app.clock.now())
    }
}

async fn person(app: &Arc<App>, parts: &Head) -> Result<Option<Person>, Failure> {
    let Some(cookie) = app.cookies.session.find(&parts.headers) else { return Ok(None) };
    let found = find(app, cookie).await?;
    Ok(found.map(|(session, user)| {
        app.recorder.session(session.key, app.clock.now());
        origin::person(user.id);
        Person { session, user, cookie: cookie.to_owned() }
    }))
}

/// Whether somebody is signed in.
pub async fn is_signed_in(app: &Arc<App>, parts: &Head) -> Result<bool, Failure> {
    Ok(person(app, parts).await?.is_some())
}

async fn find(app: &Arc<App>, cookie: &str) -> Result<Option<(Arc<Session>, Arc<User>)>, Failure> {
    let Some(handle) = Handle::parse(cookie) else { return Ok(None) };
    settle_afresh(app, |facts, env| {
        let found = session::find(facts, &handle, env);
        let owned = |found: Option<(&Arc<Session>, &Arc<User>)>| {
            Decision::allow(found.map(|(session, user)| (Arc::clone(session), Arc::clone(user))))
        };
        Step::from(found.map(owned).map_err(|it: Undecided<ApiError>| it))
    })
    .await
}

async fn page(app: &Arc<App>, parts: &Head, person: &Person, notice: Option<AccountNotice>) -> Answer {
    let Person { session, user, cookie } = person;
    let id = user.organization;
    let found = look_up(app, |facts| facts.organization(id).cloned()).await?;
    let organization = found.ok_or(Failure::NotFound)?;
    let t = language(parts, None, Some(&organization.default_language));
    let (now, idle) = (app.clock.now(), app.policy.login.session_idle);
    let sessions = app.store.sessions(user.id).await?;
    let live = |it: &Session| it.stands_for(user, idle, now);
    let row = |it: Session| SessionRow {
        id: it.key.0.to_string(),
        user_agent: it.origin.agent,
        address: it.origin.address.map(|address| address.to_string()).unwrap_or_default(),
        since: Moment(it.origin.created_at),
        last_seen: Moment(if it.key == session.key { now } else { it.seen_at }),
        current: it.key == session.key,
    };
    let mut consents = Vec::new();
    for it in app.store.consents(user.id).await? {
        let client = look_up(app, |facts| facts.client(it.client).cloned()).await?;
        if let Some(client) = client.filter(|_| it.state == ConsentState::Authorized) {
            consents.push(ConsentRow {
                client_id: client.id.to_string(),
                app: client.name.clone(),
                scopes: t.scopes(it.scope.names()),
                since: Moment(it.modified_at),
            });
        }
    }
    let view = AccountPage {
        t,
        brand: &app.brand,
        organization: &organization.name,
        user_name: &user.name,
        user_email: &user.email,
        sessions: sessions.into_iter().filter(live).map(row).collect(),
        consents,
        form: "account",
        csrf: &forged::token(cookie, PURPOSE, &app.keys()),
        notice,
    };
    let status =
        if notice.is_some_and(AccountNotice::is_problem) { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok(html(status, &view, Forms::Here))
}

/// Nobody is signed in: there is nothing to show, and no client to sign in for.
fn nobody(app: &App, parts: &Head) -> Response {
    let t = language(parts, None, None);
    html(StatusCode::OK, &LoggedOutPage { t, brand: &app.brand, organization: None }, Forms::Here)
}
