//! Where a person signs in.

use askama::Template;

use crate::pages::brand::Brand;
use crate::pages::texts::{self, Texts};
use crate::pages::views::About;

/// Where a person signs in. The form sends `email`, `password` and `csrf`.
#[derive(Clone, Template)]
#[template(path = "login.html")]
pub struct LoginPage<'a> {
    /// The texts.
    pub t: &'static Texts,
    /// Whose page it is.
    pub brand: &'a Brand,
    /// The name of the organization.
    pub organization: &'a str,
    /// The name of the client.
    pub app: &'a str,
    /// What the client says of itself.
    pub about: About<'a>,
    /// What the field is filled with.
    pub email: &'a str,
    /// Where the form goes.
    pub form: &'a str,
    /// The token of the form.
    pub csrf: &'a str,
    /// Why the person is asked again.
    pub problem: Option<LoginProblem>,
    /// The same page in every language.
    pub languages: Vec<Language>,
}

/// Why a person could not sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginProblem {
    /// No active user has this address and password.
    WrongCredentials,
    /// Too often in too short a time.
    TooManyAttempts {
        /// To wait.
        seconds: u32,
    },
    /// The form was too old.
    Expired,
    /// More people sign in than the server can serve.
    Busy,
}

impl LoginPage<'_> {
    /// Whether what stands in the fields is to blame.
    fn blames_fields(&self) -> bool {
        self.problem == Some(LoginProblem::WrongCredentials)
    }
}

impl LoginProblem {
    /// For the person.
    pub fn text(self, t: &Texts) -> String {
        match self {
            Self::WrongCredentials => t.login.wrong_credentials.to_string(),
            // No text needs a singular: less than two are two, and minutes begin at two.
            Self::TooManyAttempts { seconds } if seconds < 90 => {
                t.login.too_many_seconds.fill("seconds", seconds.max(2))
            }
            Self::TooManyAttempts { seconds } => {
                t.login.too_many_minutes.fill("minutes", seconds.div_ceil(60))
            }
            Self::Expired => t.login.expired.to_string(),
            Self::Busy => t.login.busy.to_string(),
        }
    }
}

/// A page in a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language {
    /// Its tag (RFC 5646).
    pub tag: &'static str,
    /// What it calls itself.
    pub name: &'static str,
    /// Where the page is in this language.
    pub href: String,
    /// Whether it is this page.
    pub current: bool,
}

/// Every language; `href` says where the page is in the one of a tag.
pub fn languages(current: &Texts, href: impl Fn(&str) -> String) -> Vec<Language> {
    let each = texts::all().iter().map(|texts| Language {
        tag: texts.tag,
        name: texts.language_name.as_str(),
        href: href(texts.tag),
        current: texts.tag == current.tag,
    });
    each.collect()
}
