//! Where a person says as whom.

use askama::Template;

use crate::pages::brand::Brand;
use crate::pages::texts::Texts;

/// Whether to go on as who is signed in, or as somebody else.
#[derive(Clone, Debug, Template)]
#[template(path = "choose.html")]
pub struct ChoosePage<'a> {
    /// The texts.
    pub t: &'static Texts,
    /// Whose page it is.
    pub brand: &'a Brand,
    /// The name of the organization.
    pub organization: &'a str,
    /// The name of the client.
    pub app: &'a str,
    /// Who is signed in.
    pub user_name: &'a str,
    /// The same by address.
    pub user_email: &'a str,
    /// Where they go on.
    pub go_on: &'a str,
    /// Where somebody else signs in.
    pub other_account: &'a str,
}
