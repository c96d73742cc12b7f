//! The authorization code (RFC 6749 section 4.1.3), with the verifier of its challenge (RFC 7636 section 4.6).

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::decision::Undecided;
use crate::dialect::Dialect;
use crate::error::{ErrorCode, OAuthError};
use crate::grants::{Ask, Authorization, Behalf, Grant, GrantType, Handles, Presented};
use crate::jose::base64url;
use crate::openid::Login;
use crate::ticket::Payload;
use crate::tokens::Audience;
use crate::types::Scope;

/// What a code stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// The side that issued it.
    pub dialect: Dialect,
    /// Where it was sent.
    pub redirect_uri: String,
    /// The challenge (RFC 7636 section 4.2, S256), if the client sent one.
    pub challenge: Option<String>,
    /// Who agreed.
    pub behalf: Behalf,
    /// To what.
    pub scope: Scope,
    /// For what the token will be good, unless the token request says otherwise.
    #[serde(default)]
    pub audience: Option<Audience>,
    /// The login, where the client asked for one (OpenID Connect).
    #[serde(default)]
    pub login: Option<Login>,
}

impl Payload for Code {
    const KIND: &'static str = "authorization_code";
}

/// See the module.
pub struct AuthorizationCode;

impl Grant for AuthorizationCode {
    fn grant_type(&self) -> GrantType {
        GrantType::AuthorizationCode
    }

    fn handles(&self) -> Handles {
        Handles::Ticket("code", Code::KIND)
    }

    fn is_refreshable(&self) -> bool {
        true
    }

    /// A code without challenge is anybody's who sees it, so the client must prove itself.
    fn needs_proof(&self, presented: &Presented) -> bool {
        !matches!(presented, Presented::Code(_, code) if code.challenge.is_some())
    }

    fn authorize(&self, ask: &Ask) -> Result<Authorization, Undecided<OAuthError>> {
        let refused = |detail| Err(OAuthError::new(ErrorCode::InvalidGrant, detail).into());
        let Presented::Code(_, code) = ask.presented else { return refused("the code is not valid") };
        // Section 4.1.3: the same as in the authorization request, which always has one here.
        if ask.form.find("redirect_uri") != Some(&code.redirect_uri) {
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
fn answers(verifier: &str, challenge: &str) -> bool {
    // Section 4.1.
    let is_verifier = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    let made = base64url(digest(&SHA256, verifier.as_bytes()).as_ref());
    is_verifier && bool::from(made.as_bytes().ct_eq(challenge.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verifier_answers_its_own_challenge() {
        // RFC 7636 appendix B.
        let (verifier, challenge) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert!(answers(verifier, challenge));
        for (verifier, challenge) in [
            (challenge, challenge),
            (verifier, verifier),
            (&verifier[1..], challenge),
            ("null", challenge),
            ("", challenge),
            (verifier, ""),
        ] {
            assert!(!answers(verifier, challenge), "{verifier} {challenge}");
        }
        let spaced = " ".repeat(43);
        assert!(!answers(&spaced, &base64url(digest(&SHA256, spaced.as_bytes()).as_ref())));
    }
}
