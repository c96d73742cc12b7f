//! The login page.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use chancery_core::authorize::{Seen, Wanted};
use chancery_core::form::Form;
use chancery_core::organization::Organization;
use chancery_core::session::login::{self, Attempt, normal};
use chancery_core::ticket::{Handle, Verifier};
use chancery_core::types::{OrganizationId, RedirectUri, TicketKey};
use chancery_core::user::Password;
use chancery_store::Made;

use super::forged;
use super::show::{html, onward};
use super::views::{LoginPage, LoginProblem, languages};
use super::visit::Visit;
use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;
use crate::http::body;
use crate::limits::logins::Outcome;
use crate::settle::settle_afresh_made;

const PURPOSE: &str = "login";
/// The cookie of a device is bound to no other cookie.
const DEVICE: &str = "device";

/// `GET`: whoever has logged in already, and is not asked to do it again, goes on.
pub async fn show(app: Arc<App>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let visit = Visit::of(&app, &parts)?;
    let seen = visit.see().await?;
    match &seen.wanted {
        Ok(wanted) if seen.person.is_none() || wanted.log_in => {
            let organization = visit.organization(&seen).await?;
            let email = wanted.login_hint.clone().unwrap_or_default();
            page(&visit, &seen, &organization, &email, None)
        }
        _ => onward(&visit.page("authorize")),
    }
}

/// `POST`: logs the person in, and goes on with the request.
pub async fn submit(app: Arc<App>, request: Request) -> Answer {
    let (parts, content) = request.into_parts();
    let visit = Visit::of(&app, &parts)?;
    let bytes = body::form(&parts.headers, content).await?;
    let form = Form::parse(&bytes)?;
    let seen = visit.see().await?;
    let Ok(wanted) = &seen.wanted else { return onward(&visit.page("authorize")) };
    let organization = visit.organization(&seen).await?;
    let email = form.find("email").unwrap_or_default();
    let again = |problem| page(&visit, &seen, &organization, email, Some(problem));

    let cookie = app.cookies.form.find(&parts.headers).unwrap_or_default();
    let csrf = form.find("csrf").unwrap_or_default();
    let is_ours = !cookie.is_empty() && forged::is_genuine(csrf, cookie, PURPOSE, &app.keys());
    if forged::is_foreign(&parts) || !is_ours {
        return again(LoginProblem::Expired);
    }

    let now = app.clock.now();
    let known = app.cookies.device.find(&parts.headers).unwrap_or_default();
    let is_known = forged::is_genuine(known, DEVICE, &device(organization.id, email), &app.keys());
    let admitted = app.limits.logins.admit(organization.id, email, visit.address(), is_known, now);
    let admitted = match admitted {
        Ok(admitted) => admitted,
        Err(seconds) => return again(LoginProblem::TooManyAttempts { seconds }),
    };
    let password = Password::new(form.find("password").unwrap_or_default());
    let attempt = Attempt {
        organization: organization.id,
        email,
        password: &password,
        client: Some(seen.target.client.id),
        old: visit.proven().await?,
        address: visit.address(),
        agent: visit.agent(),
    };
    let logged_in = settle_afresh_made(&app, |facts, env| login::log_in(facts, &attempt, env)).await;
    let (outcome, problem) = match &logged_in {
        Ok(_) => (Outcome::Right, None),
        Err(Failure::WrongCredentials) => (Outcome::Wrong, Some(LoginProblem::WrongCredentials)),
        Err(Failure::Unavailable(_)) => (Outcome::Unjudged, Some(LoginProblem::Busy)),
        Err(_) => (Outcome::Unjudged, None),
    };
    app.limits.logins.judge(admitted, outcome, now);
    if let Some(problem) = problem {
        return again(problem);
    }
    let (logged_in, made) = logged_in?;
    let mut response = onward(&after(&visit, wanted))?;
    let headers = response.headers_mut();
    headers.extend(cookie_of(&app, &made, logged_in.verifier).map(|cookie| (SET_COOKIE, cookie)));
    let device = forged::token(DEVICE, &device(organization.id, email), &app.keys());
    if let Some(cookie) = app.cookies.device.set(&device) {
        headers.append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The cookie of a session that a commit made.
pub fn cookie_of(app: &App, made: &[Made], verifier: Verifier) -> Option<HeaderValue> {
    let key = made.iter().find_map(|made| if let Made::Session(key) = made { Some(*key) } else { None })?;
    app.cookies.session.set(&Handle { key: TicketKey(key.0), verifier }.expose())
}

/// The request again, without the wish for a login that has just been fulfilled.
fn after(visit: &Visit, wanted: &Wanted) -> String {
    if !wanted.log_in {
        return visit.page("authorize");
    }
    let prompt = visit.form.find("prompt").unwrap_or_default();
    let rest: Vec<&str> = prompt.split(' ').filter(|it| *it != "login").collect();
    visit.with("authorize", "prompt", &rest.join(" "))
}

fn device(organization: OrganizationId, email: &str) -> String {
    format!("{organization} {}", normal(email))
}

fn page(
    visit: &Visit,
    seen: &Seen,
    organization: &Organization,
    email: &str,
    problem: Option<LoginProblem>,
) -> Answer {
    let app = visit.app;
    let t = visit.texts(organization);
    let known = app.cookies.form.find(&visit.parts.headers).filter(|value| value.len() == 43);
    let cookie = known.map_or_else(|| fresh(app), str::to_owned);
    let view = LoginPage {
        t,
        brand: &app.brand,
        organization: &organization.name,
        app: &seen.target.client.name,
        email: if email.len() <= 254 { email } else { "" },
        form: &visit.page("login"),
        csrf: &forged::token(&cookie, PURPOSE, &app.keys()),
        problem,
        languages: languages(t, |tag| visit.with("login", "ui_locales", tag)),
    };
    let status = match problem {
        None => StatusCode::OK,
        Some(LoginProblem::WrongCredentials) => StatusCode::BAD_REQUEST,
        Some(LoginProblem::Expired) => StatusCode::FORBIDDEN,
        Some(LoginProblem::TooManyAttempts { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(LoginProblem::Busy) => StatusCode::SERVICE_UNAVAILABLE,
    };
    let mut response = html(status, &view, &[RedirectUri::source(&seen.target.redirect_uri)]);
    if let Some(LoginProblem::TooManyAttempts { seconds }) = problem {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if known.is_none() {
        response.headers_mut().extend(app.cookies.form.set(&cookie).map(|cookie| (SET_COOKIE, cookie)));
    }
    Ok(response)
}

/// 256 random bits.
fn fresh(app: &App) -> String {
    let mut bytes = [0; 32];
    app.random.fill(&mut bytes);
    chancery_core::jose::base64url(&bytes)
}
