//! A password that was presented, and what it is compared with: costly, so the shell does it on a thread of its own and
//! hands in the verdict as a fact.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::user::PasswordHash;

/// A password as somebody typed it. Never printed, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Arc<Zeroizing<String>>);

impl Password {
    /// Takes what was typed.
    pub fn new(text: &str) -> Self {
        Self(Arc::new(Zeroizing::new(text.to_owned())))
    }

    /// The text, for the verifier, the digest and the rules.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// One comparison. Without a hash it is made with one that nothing matches, so that it takes as long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordCheck {
    /// What was typed.
    pub password: Password,
    /// What is kept, if anything is.
    pub hash: Option<PasswordHash>,
}
