//! On the way back to a client that wants its answer in a form.

use askama::Template;

use crate::pages::brand::Brand;
use crate::pages::texts::Texts;

/// A form that sends itself, or is sent by a button. Never printed: it carries a code.
#[derive(Clone, Template)]
#[template(path = "onward.html")]
pub struct OnwardPage<'a> {
    /// The texts.
    pub t: &'static Texts,
    /// Whose page it is.
    pub brand: &'a Brand,
    /// Where the form goes.
    pub action: &'a str,
    /// What it carries.
    pub members: &'a [(&'static str, String)],
}
