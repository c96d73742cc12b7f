//! Refresh tokens: `base64url(key id, family, generation, AES-256-GCM-SIV(what the family was made with))`. None is stored. The
//! nonce is family and generation, so that the next one can be derived again by whoever answers the same request twice:
//! the mode allows for a nonce that returns with the same content (RFC 8452).

use crate::family::{Family, NewFamily};
use crate::keyring::Keyring;
use crate::tokens::sealed::{Sealed, open_with, seal_with};
use crate::types::FamilyKey;

impl Sealed for NewFamily {
    const CONTEXT: &'static [u8] = b"chancery refresh token 2";
}

/// A refresh token of ours. Whether it is still good, its family knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// The family that it names.
    pub family: FamilyKey,
    /// Which of the family's tokens it is.
    pub generation: u32,
    /// What the family was made with.
    pub origin: NewFamily,
}

impl RefreshToken {
    /// Reads the text form, made of `[A-Za-z0-9_-]`; `None` if it is not one of ours.
    pub fn open(text: &str, keys: &Keyring) -> Option<Self> {
        let (nonce, origin) = open_with::<NewFamily>(text, |id| keys.refresh_key(id))?;
        let (family, generation) = nonce.split_first_chunk::<8>()?;
        Some(Self {
            family: FamilyKey(i64::from_be_bytes(*family)),
            generation: u32::from_be_bytes(generation.try_into().ok()?),
            origin,
        })
    }

    /// The family as it is; `None` if that is another: in a store that was put back to an older state, its key may be.
    pub fn of(&self, stored: &Family) -> Option<Family> {
        let origin = self.origin.clone();
        let is_same = stored.key == self.family && stored.origin.created_at == origin.created_at;
        is_same.then(|| Family { origin, ..stored.clone() })
    }

    /// The family as it is if nobody used this token yet, nor revoked it.
    pub fn hoped(self) -> Family {
        Family {
            key: self.family,
            generation: self.generation,
            rotated_at: self.origin.created_at,
            revoked_at: None,
            last_used_at: None,
            version: 0,
            origin: self.origin,
        }
    }
}

/// The text form of a family's token: the same whenever it is asked for; `None` if its key is gone.
pub fn seal(family: FamilyKey, generation: u32, origin: &NewFamily, keys: &Keyring) -> Option<String> {
    let key = keys.refresh_key(origin.mac_key)?;
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&family.0.to_be_bytes());
    nonce[8..].copy_from_slice(&generation.to_be_bytes());
    seal_with(origin, (origin.mac_key, key), nonce)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::env::fixed::Counting;
    use crate::keyring::tests::keyring;
    use crate::openid::{ClaimsRequest, Login};
    use crate::tokens::Audience;
    use crate::types::{ClientId, CodeId, KeyId, Lifetime, OrganizationId, Scope, Timestamp, UserId};

    fn sealed(it: &RefreshToken, keys: &Keyring) -> Option<String> {
        seal(it.family, it.generation, &it.origin, keys)
    }

    fn token(keys: &Keyring) -> RefreshToken {
        let random = Counting::new(7);
        let claims = r#"{"id_token":{"acr":{"values":[0.1234567890123456789,"é",null,1e300,5e-324,9007199254740993]}}}"#;
        let origin = NewFamily {
            organization: OrganizationId::random(&random),
            client: ClientId::random(&random),
            client_epoch: u32::MAX,
            user: UserId::random(&random),
            user_epoch: 1,
            consent_epoch: Some(9),
            dialect: Dialect::Standard,
            scope: Scope::parse("openid users offline_access").expect("known"),
            audience: Audience::Issuer,
            login: Some(Login {
                auth_time: Timestamp::from_seconds(1_700_000_000),
                nonce: None,
                claims: ClaimsRequest::parse(claims).expect("a request"),
            }),
            mac_key: keys.digest_key(),
            client_authenticated: true,
            code: None,
            created_at: Timestamp::from_millis(1_700_000_000_123),
            expires_at: Timestamp::from_seconds(1_800_000_000) + Lifetime::from_seconds(1),
        };
        RefreshToken { family: FamilyKey(-7), generation: 3, origin }
    }

    #[test]
    fn a_token_is_made_again_as_it_was_by_whoever_reads_it() {
        let (keys, mut read) = (keyring(), token(&keyring()));
        let text = sealed(&read, &keys).expect("a token");
        assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{text}");
        for _ in 0..3 {
            read = RefreshToken::open(&text, &keys).expect("ours");
            assert_eq!(sealed(&read, &keys).as_deref(), Some(&*text));
        }
        assert_eq!((read.family, read.generation), (FamilyKey(-7), 3));
        let next = RefreshToken { generation: 4, ..read.clone() };
        assert_eq!(RefreshToken::open(&sealed(&next, &keys).expect("a token"), &keys), Some(next));
        // Who holds it need not know of which code it came.
        let code = CodeId::random(&Counting::new(1));
        let with_code =
            RefreshToken { origin: NewFamily { code: Some(code), ..read.origin.clone() }, ..read };
        assert_eq!(sealed(&with_code, &keys).as_deref(), Some(&*text));
    }

    #[test]
    fn a_changed_one_is_none_of_ours() {
        let keys = keyring();
        let text = sealed(&token(&keys), &keys).expect("a token");
        for at in 0..text.len() {
            let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
            let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            // The last character may have bits that stand for nothing; those are refused as well.
            assert_eq!(RefreshToken::open(&changed, &keys), None, "{at}");
        }
        let long = "A".repeat(12_289);
        for wrong in ["", "abc", &text[1..], &format!("{text}A"), &long] {
            assert_eq!(RefreshToken::open(wrong, &keys), None, "{wrong}");
        }
        let gone =
            RefreshToken { origin: NewFamily { mac_key: KeyId(99), ..token(&keys).origin }, ..token(&keys) };
        assert_eq!(sealed(&gone, &keys), None);
    }
}
