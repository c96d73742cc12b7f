//! Where a person decides what an application gets.

use askama::Template;

use crate::pages::brand::Brand;
use crate::pages::texts::Texts;
use crate::pages::views::About;

/// Who asks, for what, as whom, and where it goes. The form sends `decision`, `allow` or `deny`, and `csrf`.
#[derive(Clone, Template)]
#[template(path = "consent.html")]
pub struct ConsentPage<'a> {
    /// The texts.
    pub t: &'static Texts,
    /// Whose page it is.
    pub brand: &'a Brand,
    /// The name of the organization.
    pub organization: &'a str,
    /// The name of the client.
    pub app: &'a str,
    /// The host that the person will be sent to.
    pub host: &'a str,
    /// Whether nobody but itself says who it is.
    pub unchecked: bool,
    /// Who is signed in.
    pub user_name: &'a str,
    /// The same by address.
    pub user_email: &'a str,
    /// What is asked for, in words: `Texts::scopes`.
    pub scopes: Vec<String>,
    /// What the client says of itself.
    pub about: About<'a>,
    /// Where the form goes.
    pub form: &'a str,
    /// The token of the form.
    pub csrf: &'a str,
    /// Where somebody else signs in.
    pub other_account: &'a str,
}
