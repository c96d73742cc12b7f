//! A browser on its way through an authorization request: the request stands in the query of every page, so nothing is
//! kept in between, and each page judges it anew.

use std::sync::Arc;

use axum::http::header::ACCEPT_LANGUAGE;
use chancery_core::authorize::{self, Ask, Seen, Stray, Verdict};
use chancery_core::dialect::Dialect;
use chancery_core::form::Form;
use chancery_core::organization::Organization;
use chancery_core::ticket::Handle;

use super::texts::{self, Texts};
use crate::app::App;
use crate::failure::Failure;
use crate::http::Head;
use crate::settle::{look_up, settle_afresh};

/// See the module.
pub struct Visit<'a> {
    /// The server.
    pub app: &'a Arc<App>,
    /// The head of the request.
    pub parts: &'a Head,
    /// The query, as sent.
    pub query: &'a str,
    /// The query, read.
    pub form: Form<'a>,
    /// What the cookie of the session says.
    pub session: Option<Handle>,
    /// How the client speaks: the path says it.
    pub dialect: Dialect,
}

impl<'a> Visit<'a> {
    /// Reads the query.
    pub fn of(app: &'a Arc<App>, parts: &'a Head) -> Result<Self, Failure> {
        let query = parts.uri.query().unwrap_or_default();
        let form = Form::parse_all(query.as_bytes()).map_err(|_| Stray::Malformed)?;
        let session = app.cookies.session.find(&parts.headers).and_then(Handle::parse);
        let is_standard = parts.uri.path().starts_with("/oauth2/");
        let dialect = if is_standard { Dialect::Standard } else { Dialect::Genesys };
        Ok(Self { app, parts, query, form, session, dialect })
    }

    /// What the decisions ask for.
    pub fn ask(&self, decision: Option<Verdict>) -> Ask<'_> {
        let session = self.session.as_ref();
        Ask { dialect: self.dialect, form: &self.form, session, decision }
    }

    /// The cookie of the session, as it came; what forms are bound to.
    pub fn cookie(&self) -> &str {
        self.app.cookies.session.find(&self.parts.headers).unwrap_or_default()
    }

    /// What the request is.
    pub async fn see(&self) -> Result<Seen, Failure> {
        let seen = settle_afresh(self.app, |facts, env| authorize::see(facts, &self.ask(None), env)).await?;
        if let Some((session, _)) = &seen.person {
            self.app.recorder.session(session.key, self.app.clock.now());
        }
        Ok(seen)
    }

    /// The organization of the client.
    pub async fn organization(&self, seen: &Seen) -> Result<Arc<Organization>, Failure> {
        let id = seen.target.client.organization;
        let found = look_up(self.app, |facts| facts.organization(id).cloned()).await?;
        found.ok_or_else(|| Failure::Internal("a client has no organization".to_owned()))
    }

    /// The language that the person reads.
    pub fn texts(&self, organization: &Organization) -> &'static Texts {
        language(self.parts, self.form.find("ui_locales"), Some(&organization.default_language))
    }

    /// The same request on another of its pages.
    pub fn page(&self, name: &str) -> String {
        format!("{name}?{}", self.query)
    }

    /// The same request on another page, without these prompts.
    pub fn prompting(&self, name: &str, done: &[&str]) -> String {
        self.changed(name, &[("prompt", &self.prompts_but(done))])
    }

    /// What else the person must be asked, once these are done.
    pub fn prompts_but(&self, done: &[&str]) -> String {
        let prompt = self.form.find("prompt").unwrap_or_default();
        let rest: Vec<&str> = prompt.split(' ').filter(|it| !done.contains(it)).collect();
        rest.join(" ")
    }

    /// The same request with another parameter, on another page.
    pub fn with(&self, name: &str, parameter: &str, value: &str) -> String {
        self.changed(name, &[(parameter, value)])
    }

    /// The same request with other parameters, on another page; those without value are left out.
    pub fn changed(&self, name: &str, changes: &[(&str, &str)]) -> String {
        let is_other = |known: &str| !changes.iter().any(|(changed, _)| *changed == known);
        let others = form_urlencoded::parse(self.query.as_bytes()).filter(|(known, _)| is_other(known));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(others);
        query.extend_pairs(changes.iter().filter(|(_, value)| !value.is_empty()));
        format!("{name}?{}", query.finish())
    }
}

/// The language that a person reads.
pub fn language(parts: &Head, wished: Option<&str>, default: Option<&str>) -> &'static Texts {
    let accepted = parts.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    texts::choose(wished, accepted, default)
}
