//! The rules on an authorization request, in the order in which they are looked at: one rule a file. What breaks one is
//! told to the client, at its redirect URI (RFC 6749 section 4.1.2.1).

mod carried;
mod claims;
mod client;
mod hint;
mod login;
mod max_age;
mod nonce;
mod organization;
mod pkce;
pub mod prompt;
mod repeated;
mod request_object;
mod resource;
mod response_mode;
mod response_type;
mod scope;

use crate::authorize::{Target, Wanted};
use crate::decision::Undecided;
use crate::dialect::Dialect;
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
    /// The only dialect that has it; `None`: both.
    pub dialect: Option<Dialect>,
    /// The rule.
    pub run: fn(&mut Wanted, &Given) -> Checked,
}

macro_rules! checks {
    ($($dialect:ident $module:ident $name:literal;)+) => {
        /// All of them.
        pub const CHECKS: &[Check] = &[$(
            Check { name: $name, dialect: checks!(@ $dialect), run: $module::check },
        )+];
    };
    (@ Both) => { None };
    (@ $dialect:ident) => { Some(Dialect::$dialect) };
}

checks! {
    Both     repeated       "no parameter stands twice";
    Both     client         "the client can act";
    Standard request_object "the request is its parameters";
    Standard response_mode  "the answer stands where the request says";
    Both     response_type  "the response type is one that the client may use";
    Both     pkce           "a challenge is one of S256, and a public client has one";
    Both     scope          "the scope is the client's";
    Standard resource       "the resource is one of ours, and the client's";
    Genesys  organization   "the organization is the client's";
    Both     login          "how the person logs in";
    Standard prompt         "what the person is asked";
    Standard max_age        "how old a login may be";
    Standard nonce          "what the client will tell the ID token by";
    Standard claims         "the claims are ones that a client can ask for, and demands can be met";
    Standard carried        "what the code must carry is not too long";
    Standard hint           "whom the client means";
}
