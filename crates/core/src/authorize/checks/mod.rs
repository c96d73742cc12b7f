//! The rules on an authorization request, in the order in which they are looked at: one rule a file. What breaks one is
//! told to the client, at its redirect URI (RFC 6749 section 4.1.2.1).

mod client;
mod login;
mod organization;
mod pkce;
mod repeated;
mod response_type;
mod scope;

use crate::authorize::{Target, Wanted};
use crate::decision::Undecided;
use crate::env::Env;
use crate::error::OAuthError;
use crate::facts::Facts;
use crate::form::Form;

/// What a check looks at.
pub struct Given<'a> {
    /// The parameters, as sent.
    pub form: &'a Form<'a>,
    /// Where the answer goes.
    pub target: &'a Target,
    /// What is known.
    pub facts: &'a Facts,
    /// The surroundings.
    pub env: &'a Env<'a>,
}

/// What comes of a check.
pub type Checked = Result<(), Undecided<OAuthError>>;

/// One rule: refuses, or notes what the parameters say.
pub struct Check {
    /// What it is about.
    pub name: &'static str,
    /// The rule.
    pub run: fn(&mut Wanted, &Given) -> Checked,
}

/// All of them.
pub const CHECKS: &[Check] = &[
    Check { name: "no parameter stands twice", run: repeated::check },
    Check { name: "the client can act", run: client::check },
    Check { name: "the response type is one that the client may use", run: response_type::check },
    Check { name: "a challenge is one of S256", run: pkce::check },
    Check { name: "the scope is the client's", run: scope::check },
    Check { name: "the organization is the client's", run: organization::check },
    Check { name: "how the person logs in", run: login::check },
];
