//! A password that was presented, and what it is compared with: costly, so the shell does it on a thread of its own and
//! hands in the verdict as a fact.

use std::fmt;
use std::sync::Arc;

use icu_normalizer::ComposingNormalizerBorrowed;
use zeroize::Zeroizing;

use crate::user::PasswordHash;

/// A password as somebody typed it, whichever way their keyboard composes a letter (NFKC, as NIST SP 800-63B section
/// 3.1.1.2 asks for). Never printed, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Arc<Zeroizing<String>>);

impl Password {
    /// Takes what was typed.
    pub fn new(text: &str) -> Self {
        let text = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
        Self(Arc::new(Zeroizing::new(text.into_owned())))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_the_same_however_they_were_composed() {
        for (typed, kept) in [
            ("u\u{308}ber", "\u{fc}ber"),
            ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
            ("１２", "12"),
            (" a b ", " a b "),
        ] {
            assert_eq!(Password::new(typed).expose(), kept);
            assert_eq!(Password::new(kept).expose(), kept);
        }
        assert_ne!(Password::new("uber"), Password::new("\u{fc}ber"));
    }
}
