//! The authorization code (RFC 6749 section 4.1.3), with the verifier of its challenge (RFC 7636 section 4.6).

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::decision::Undecided;
use crate::dialect::Dialect;
use crate::error::{ErrorCode, OAuthError};
use crate::grants::{Ask, Authorization, Behalf, Grant, GrantType, Handles, Presented};
use crate::jose::sha256;
use crate::openid::Login;
use crate::tokens::Audience;
use crate::tokens::sealed::Sealed;
use crate::types::{ClientId, CodeId, Scope, Timestamp};

/// A code: all that it stands for, under a seal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// Its own id: what comes of it keeps it, so that nothing else does.
    pub id: CodeId,
    /// For whom it is.
    pub client: ClientId,
    /// The side that issued it.
    pub dialect: Dialect,
    /// The SHA-256 digest of where it was sent.
    pub redirect_uri: [u8; 32],
    /// The challenge (RFC 7636 section 4.2, S256), if the client sent one.
    pub challenge: Option<[u8; 32]>,
    /// Who agreed.
    pub behalf: Behalf,
    /// To what.
    pub scope: Scope,
    /// For what the token will be good, unless the token request says otherwise.
    pub audience: Option<Audience>,
    /// The login, where the client asked for one (OpenID Connect).
    #[serde(with = "crate::openid::as_json")]
    pub login: Option<Login>,
    /// From then on it is refused.
    pub expires_at: Timestamp,
}

impl Sealed for Code {
    const CONTEXT: &'static [u8] = b"chancery authorization code 1";
}

/// See the module.
pub struct AuthorizationCode;

impl Grant for AuthorizationCode {
    fn grant_type(&self) -> GrantType {
        GrantType::AuthorizationCode
    }

    fn handles(&self) -> Handles {
        Handles::Code("code")
    }

    fn is_refreshable(&self) -> bool {
        true
    }

    /// A code without challenge is anybody's who sees it, so the client must prove itself.
    fn needs_proof(&self, presented: &Presented) -> bool {
        !matches!(presented, Presented::Code(code) if code.challenge.is_some())
    }

    fn authorize(&self, ask: &Ask) -> Result<Authorization, Undecided<OAuthError>> {
        let refused = |detail| Err(OAuthError::new(ErrorCode::InvalidGrant, detail).into());
        let Presented::Code(code) = ask.presented else { return refused("the code is not valid") };
        // Section 4.1.3: the same as in the authorization request, which always has one here.
        if ask.form.find("redirect_uri").map(sha256) != Some(code.redirect_uri) {
            return refused("redirect_uri is not that of the authorization request");
        }
        match (&code.challenge, ask.form.find("code_verifier")) {
            (None, None) => {}
            (Some(_), None) => return refused("code_verifier is missing"),
            // RFC 9700 section 2.1.1: a verifier without challenge is a downgrade.
            (None, Some(_)) => return refused("the authorization request had no code_challenge"),
            (Some(challenge), Some(verifier)) if answers(verifier, challenge) => {}
            (Some(_), Some(_)) => return refused("code_verifier does not match the code_challenge"),
        }
        Ok(Authorization {
            login: code.login.clone(),
            audience: code.audience,
            ..Authorization::of(code.behalf, code.scope.clone())
        })
    }
}

/// RFC 7636 section 4.6, for the method S256 alone.
fn answers(verifier: &str, challenge: &[u8; 32]) -> bool {
    // Section 4.1.
    let is_verifier = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    is_verifier && bool::from(sha256(verifier).ct_eq(challenge))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::from_base64url;

    #[test]
    fn a_verifier_answers_its_own_challenge() {
        // RFC 7636 appendix B.
        let (verifier, challenge) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let digest = from_base64url(challenge).expect("base64url").try_into().expect("32 bytes");
        assert!(answers(verifier, &digest));
        for wrong in [challenge, &verifier[1..], "null", ""] {
            assert!(!answers(wrong, &digest), "{wrong}");
            assert!(!answers(verifier, &sha256(wrong)), "{wrong}");
        }
        let spaced = " ".repeat(43);
        assert!(!answers(&spaced, &sha256(&spaced)));
    }
}
