//! Proof Key for Code Exchange (RFC 7636), method S256.

use aws_lc_rs::{digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::Secret;

/// What proves that whoever redeems a code is whoever asked for it (RFC 7636, section 4.1).
///
/// ```
/// use chancery_sdk::login::Verifier;
///
/// // The example of RFC 7636, appendix B.
/// let verifier = Verifier::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
/// assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
/// ```
#[derive(Clone, Debug)]
pub struct Verifier(Secret);

impl Verifier {
    /// A new one, of 256 random bits.
    pub fn random() -> Self {
        Self(random().into())
    }

    /// What is sent with the browser (section 4.2).
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.0.expose().as_bytes()))
    }

    /// What is sent with the code.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl From<&str> for Verifier {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

/// A value that nobody can guess, for `state`: what comes back must have it.
///
/// ```
/// assert_ne!(chancery_sdk::login::random_state(), chancery_sdk::login::random_state());
/// ```
pub fn random_state() -> String {
    random()
}

fn random() -> String {
    let mut bytes = [0; 32];
    // The random numbers of the operating system do not fail once they have begun.
    #[expect(clippy::expect_used, reason = "without random numbers nothing is safe")]
    rand::fill(&mut bytes).expect("the operating system has random numbers");
    URL_SAFE_NO_PAD.encode(bytes)
}
