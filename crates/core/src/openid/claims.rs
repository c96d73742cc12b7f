//! The claims of section 5.1, by the scopes that ask for them (section 5.4). What the user of the management API has is read
//! from there; the rest is kept beside it.

use serde_json::{Map, Value};

use crate::openid::request::Wishes;
use crate::types::Scope;
use crate::user::User;

/// What values a claim has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A URL.
    Url,
    /// Yes or no.
    Flag,
    /// Seconds since 1970.
    Moment,
    /// The object of section 5.1.1.
    Address,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// What the management API says of the user.
    User,
    /// What is kept beside it.
    Kept,
}

/// A standard claim.
pub struct Claim {
    /// Its name.
    pub name: &'static str,
    /// The scope that asks for it.
    pub scope: &'static str,
    /// What values it has.
    pub kind: Kind,
    /// Where they come from.
    pub source: Source,
}

macro_rules! claims {
    ($($scope:literal: $($name:literal $kind:ident $source:ident),+;)+) => {
        /// All of them.
        pub const ALL: &[Claim] = &[$($(
            Claim { name: $name, scope: $scope, kind: Kind::$kind, source: Source::$source },
        )+)+];
    };
}

claims! {
    "profile": "name" Text User, "family_name" Text Kept, "given_name" Text Kept, "middle_name" Text Kept,
        "nickname" Text Kept, "preferred_username" Text Kept, "profile" Url Kept, "picture" Url Kept, "website" Url Kept,
        "gender" Text Kept, "birthdate" Text Kept, "zoneinfo" Text Kept, "locale" Text Kept, "updated_at" Moment Kept;
    "email": "email" Text User, "email_verified" Flag Kept;
    "address": "address" Address Kept;
    "phone": "phone_number" Text Kept, "phone_number_verified" Flag Kept;
}

impl Claim {
    /// What is known of `user`.
    pub fn of(&self, user: &User, knows_email: bool) -> Option<Value> {
        let kept = || user.profile.claims.get(self.name).cloned();
        match self.name {
            "name" => Some(user.name.clone().into()),
            "email" => Some(user.email.clone().into()),
            "email_verified" => Some(kept().unwrap_or_else(|| false.into())),
            // What people log in with; but an address is told to those only who may know it.
            "preferred_username" => kept().or_else(|| knows_email.then(|| user.email.clone().into())),
            "nickname" => kept().or_else(|| user.profile.preferred_name.clone().map(Value::from)),
            _ => kept(),
        }
    }
}

/// What is known of `user`, of that which the scope or a wish asks for.
pub fn of(user: &User, scope: &Scope, wishes: &Wishes) -> Map<String, Value> {
    let asked = ALL.iter().filter(|it| scope.has_named(it.scope) || wishes.contains_key(it.name));
    let knows_email = scope.has_named("email") || wishes.contains_key("email");
    asked.filter_map(|it| Some((it.name.to_owned(), it.of(user, knows_email)?))).collect()
}
