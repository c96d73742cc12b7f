//! Whether an application may sign somebody out.

use askama::Template;

use crate::pages::brand::Brand;
use crate::pages::texts::Texts;

/// Asks. The form sends `decision`, `leave` or `stay`, and `csrf`.
#[derive(Clone, Template)]
#[template(path = "log_out.html")]
pub struct LogOutPage<'a> {
    /// The texts.
    pub t: &'static Texts,
    /// Whose page it is.
    pub brand: &'a Brand,
    /// The name of the client, if it is known.
    pub app: Option<&'a str>,
    /// Where the form goes.
    pub form: &'a str,
    /// The token of the form.
    pub csrf: &'a str,
}

/// Says that somebody is still signed in.
#[derive(Clone, Debug, Template)]
#[template(path = "stayed.html")]
pub struct StayedPage<'a> {
    /// The texts.
    pub t: &'static Texts,
    /// Whose page it is.
    pub brand: &'a Brand,
}
