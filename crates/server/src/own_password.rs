//! A person changes their own password, at the API or on the account page.

use std::net::IpAddr;
use std::sync::Arc;

use chancery_core::audit::Entry;
use chancery_core::error::ApiCode;
use chancery_core::session::Session;
use chancery_core::session::attempts::{Login, Outcome, Who};
use chancery_core::ticket::Verifier;
use chancery_core::user::{Password, User, password as rules};
use chancery_store::Made;

use crate::app::App;
use crate::failure::Failure;
use crate::limits::logins;
use crate::password;
use crate::settle::settle_afresh_made;

/// What is to be changed.
pub struct Change<'a> {
    /// Whose it is.
    pub user: &'a User,
    /// From where the request comes.
    pub address: IpAddr,
    /// What should be the password now.
    pub old: &'a str,
    /// What it is to become.
    pub new: &'a str,
    /// The session that the person does it in, if in one.
    pub session: Option<&'a Session>,
    /// What the audit log says of it.
    pub entry: Entry,
}

/// Changes it; answers what proves the session from now on, and the keys that the commit made.
pub async fn change(app: &Arc<App>, it: &Change<'_>) -> Result<(Option<Verifier>, Vec<Made>), Failure> {
    // Whoever sits at somebody else's browser, or has their token, guesses no faster than at the login.
    let login = Login::of(it.user.organization, &it.user.email, it.address, Who::Own);
    let admitted = logins::admit(app, login).await?.map_err(|seconds| Failure::RateLimited(seconds, None))?;
    let changed = judged(app, it).await;
    let outcome = match &changed {
        Err(Failure::Api(error)) if error.code == ApiCode::InvalidOldPassword => Outcome::Wrong,
        // Whatever else was refused, the old password was right.
        Ok(_) | Err(Failure::Api(_)) => Outcome::Right,
        Err(_) => Outcome::Unjudged,
    };
    logins::judge(app, admitted, outcome).await;
    changed
}

async fn judged(app: &Arc<App>, it: &Change<'_>) -> Result<(Option<Verifier>, Vec<Made>), Failure> {
    let old = Password::new(it.old);
    let new = password::prepare(&app.hashing, Password::new(it.new), Arc::clone(&app.random)).await?;
    let _turn = app.turn(it.user.id).await;
    settle_afresh_made(app, |facts, env| {
        rules::change(facts, it.user.id, &old, &new, it.session, &it.entry, env)
    })
    .await
}
