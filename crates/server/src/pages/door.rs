//! The login form and what it is sent to, wherever it stands.

use std::sync::Arc;

use axum::http::header::{RETRY_AFTER, SET_COOKIE, USER_AGENT};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use chancery_core::form::Form;
use chancery_core::organization::Organization;
use chancery_core::session::attempts::{Login, Outcome, Who};
use chancery_core::session::login::{self, Attempt};
use chancery_core::ticket::{Handle, Verifier};
use chancery_core::types::ClientId;
use chancery_core::user::Password;
use chancery_store::Made;

use super::show::{Forms, html};
use super::texts::Texts;
use super::views::{About, Language, LoginPage, LoginProblem};
use super::{device, forged};
use crate::app::App;
use crate::failure::Failure;
use crate::http::Head;
use crate::limits::logins;
use crate::settle::settle_afresh_made;

const PURPOSE: &str = "login";

/// Where somebody logs in, and to what.
pub struct Door<'a> {
    /// The server.
    pub app: &'a Arc<App>,
    /// The head of the request.
    pub parts: &'a Head,
    /// Whose people come in.
    pub organization: &'a Organization,
    /// The client that they are on their way to, if to one.
    pub client: Option<ClientId>,
    /// What that is called.
    pub name: &'a str,
    /// What it says of itself.
    pub about: About<'a>,
    /// The language of the page.
    pub t: &'static Texts,
    /// Where the form goes.
    pub form: String,
    /// The same page in every language.
    pub languages: Vec<Language>,
}

impl Door<'_> {
    /// The page.
    pub fn page(&self, email: &str, problem: Option<LoginProblem>) -> Response {
        let cookies = &self.app.cookies;
        let known = cookies.form.find(&self.parts.headers).filter(|value| value.len() == 43);
        let cookie = known.map_or_else(|| fresh(self.app), str::to_owned);
        let view = LoginPage {
            t: self.t,
            brand: &self.app.brand,
            organization: &self.organization.name,
            app: self.name,
            about: self.about.clone(),
            email: if email.len() <= 254 { email } else { "" },
            form: &self.form,
            csrf: &forged::token(&cookie, PURPOSE, &self.app.keys()),
            problem,
            languages: self.languages.clone(),
        };
        let status = match problem {
            None => StatusCode::OK,
            Some(LoginProblem::WrongCredentials) => StatusCode::BAD_REQUEST,
            Some(LoginProblem::Expired) => StatusCode::FORBIDDEN,
            Some(LoginProblem::TooManyAttempts { .. }) => StatusCode::TOO_MANY_REQUESTS,
            Some(LoginProblem::Busy) => StatusCode::SERVICE_UNAVAILABLE,
        };
        let mut response = html(status, &view, Forms::Anywhere);
        if let Some(LoginProblem::TooManyAttempts { seconds }) = problem {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if known.is_none() {
            response.headers_mut().extend(cookies.form.set(&cookie).map(|cookie| (SET_COOKIE, cookie)));
        }
        response
    }

    /// Lets in whoever sent the form: `onward` with the cookies of a new session, or the page again.
    pub async fn enter(
        &self,
        form: &Form<'_>,
        onward: impl FnOnce() -> Result<Response, Failure>,
    ) -> Result<Response, Failure> {
        let (app, parts) = (self.app, self.parts);
        let email = form.find("email").unwrap_or_default();
        if forged::is_foreign(parts) || !self.is_ours(form) {
            return Ok(self.page(email, Some(LoginProblem::Expired)));
        }
        let from = parts.address;
        let is_known = device::is_known(app, parts, self.organization.id, email).await?;
        let who = if is_known { Who::Known } else { Who::Stranger };
        let login = Login::of(self.organization.id, email, from, who);
        let admitted = match logins::admit(app, login).await? {
            Ok(admitted) => admitted,
            Err(seconds) => {
                return Ok(self.page(email, Some(LoginProblem::TooManyAttempts { seconds })));
            }
        };
        let agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        let old = app.cookies.session.find(&parts.headers).and_then(Handle::parse);
        let attempt = Attempt {
            organization: self.organization.id,
            email,
            password: &Password::new(form.find("password").unwrap_or_default()),
            client: self.client,
            old: old.as_ref(),
            address: from,
            agent: agent.unwrap_or_default(),
        };
        let logged_in = settle_afresh_made(app, |facts, env| login::log_in(facts, &attempt, env)).await;
        let (outcome, problem) = match &logged_in {
            Ok(_) => (Outcome::Right, None),
            Err(Failure::WrongCredentials) => (Outcome::Wrong, Some(LoginProblem::WrongCredentials)),
            Err(Failure::Unavailable(_)) => (Outcome::Unjudged, Some(LoginProblem::Busy)),
            Err(_) => (Outcome::Unjudged, None),
        };
        logins::judge(app, admitted, outcome).await;
        if let Some(problem) = problem {
            return Ok(self.page(email, Some(problem)));
        }
        let (logged_in, made) = logged_in?;
        let mut response = onward()?;
        let known = device::cookie(app, logged_in.user, logged_in.user_epoch);
        for cookie in cookie_of(app, &made, logged_in.verifier).into_iter().chain(known) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        Ok(response)
    }

    fn is_ours(&self, form: &Form) -> bool {
        let cookie = self.app.cookies.form.find(&self.parts.headers).unwrap_or_default();
        let csrf = form.find("csrf").unwrap_or_default();
        !cookie.is_empty() && forged::is_genuine(csrf, cookie, PURPOSE, &self.app.keys())
    }
}

/// The cookie of a session that a commit made.
pub fn cookie_of(app: &App, made: &[Made], verifier: Verifier) -> Option<HeaderValue> {
    let key = made.iter().find_map(|made| if let Made::Session(key) = made { Some(*key) } else { None })?;
    app.cookies.session.set(&Handle { row: key.0, verifier }.expose())
}

/// 256 random bits.
fn fresh(app: &App) -> String {
    let mut bytes = [0; 32];
    app.random.fill(&mut bytes);
    chancery_core::jose::base64url(&bytes)
}
