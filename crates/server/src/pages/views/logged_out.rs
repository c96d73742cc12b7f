//! After signing out.

use askama::Template;

use crate::pages::brand::Brand;
use crate::pages::texts::Texts;

/// Says that nobody is signed in any more.
#[derive(Clone, Debug, Template)]
#[template(path = "logged_out.html")]
pub struct LoggedOutPage<'a> {
    /// The texts.
    pub t: &'static Texts,
    /// Whose page it is.
    pub brand: &'a Brand,
    /// The name of the organization, if it is known.
    pub organization: Option<&'a str>,
}
