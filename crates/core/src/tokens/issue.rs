//! The only place that mints access tokens.

use crate::client::Client;
use crate::dialect::Dialect;
use crate::env::Env;
use crate::family::NewFamily;
use crate::jose::Alg;
use crate::openid::id_token::IdToken;
use crate::tokens::{AccessToken, Audience, TokenFormat, jwt, refresh, sealed};
use crate::types::{Lifetime, Scope, TokenId, UserId};

/// What a grant came to: a token that is not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// What it says.
    pub token: AccessToken,
    /// How it will be written.
    pub format: TokenFormat,
    /// How long it is good for.
    pub lifetime: Lifetime,
    /// The refresh token that comes with it.
    pub refresh: Option<Refresh>,
    /// The ID token that comes with it.
    pub id_token: Option<IdToken>,
}

/// A refresh token that is not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refresh {
    /// Which of the family's tokens.
    pub generation: u32,
    /// What the family was made with; on the heap, since few tokens come with one, and all are moved about.
    pub origin: Box<NewFamily>,
}

/// Mints a token for `client`, on behalf of `user` if there is one.
pub fn mint(
    client: &Client,
    user: Option<(UserId, u32)>,
    scope: Scope,
    audience: Audience,
    dialect: Dialect,
    env: &Env,
) -> Issued {
    let lifetime = match audience {
        Audience::Management => client.token_lifetime,
        Audience::Issuer => client.token_lifetime.min(crate::policy::RESOURCE_TOKEN),
    };
    let issued_at = crate::types::Timestamp::from_seconds(env.now.seconds());
    let token = AccessToken {
        id: TokenId::random(env.random),
        client: client.id,
        client_epoch: client.epoch,
        user,
        consent_epoch: None,
        family: None,
        audience,
        scope,
        // Else any application that a person logs in to could administer the server in their name.
        scoped: dialect == Dialect::Standard && user.is_some(),
        issued_at,
        expires_at: issued_at + lifetime,
    };
    // A token that everybody can read would tell every client the same name for a person.
    let is_pairwise = user.is_some() && client.metadata.sector.is_some();
    let format = if is_pairwise { TokenFormat::Sealed } else { dialect.token_format() };
    Issued { token, format, lifetime, refresh: None, id_token: None }
}

/// Writes the token down; `None` if the library fails.
pub fn render(issued: &Issued, env: &Env) -> Option<String> {
    match issued.format {
        TokenFormat::Sealed => sealed::seal(&issued.token, env),
        TokenFormat::Jwt => jwt::sign(&issued.token, env),
    }
}

/// What the token is signed with, if it is.
pub fn alg(issued: &Issued, env: &Env) -> Option<Alg> {
    (issued.format == TokenFormat::Jwt).then_some(env.policy.access_token_alg)
}

/// Writes the refresh token down, once its family has a key; `None` if there is none to write.
pub fn render_refresh(issued: &Issued, env: &Env) -> Option<String> {
    let Refresh { generation, origin } = issued.refresh.as_ref()?;
    refresh::seal(issued.token.family?, *generation, origin, env.keys)
}

/// Reads a token of ours in either format. Says nothing about whether it is still good: see `verify`.
pub fn open(text: &str, env: &Env) -> Option<AccessToken> {
    if text.contains('.') { jwt::open(text, env) } else { sealed::open(text, env) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::verify::tests::world;

    #[test]
    fn both_formats_read_back_and_a_changed_character_does_not() {
        let world = world();
        for dialect in [Dialect::Genesys, Dialect::Standard] {
            for audience in [Audience::Management, Audience::Issuer] {
                let scope = Scope::parse("users oauth:readonly").expect("known");
                let user = Some((UserId::random(world.env().random), 3));
                let issued = mint(&world.client, user, scope, audience, dialect, &world.env());
                let text = render(&issued, &world.env()).expect("renders");
                assert_eq!(open(&text, &world.env()).as_ref(), Some(&issued.token), "{dialect:?}");
                for position in [0, text.len() / 2, text.len() - 5] {
                    let mut bent = text.clone().into_bytes();
                    bent[position] = if bent[position] == b'A' { b'B' } else { b'A' };
                    let bent = String::from_utf8(bent).expect("text");
                    assert_eq!(open(&bent, &world.env()), None, "{dialect:?} {position}");
                }
            }
        }
    }

    #[test]
    fn a_sealed_token_survives_any_path_or_fragment() {
        let world = world();
        let issued =
            mint(&world.client, None, Scope::EMPTY, Audience::Management, Dialect::Genesys, &world.env());
        let text = render(&issued, &world.env()).expect("renders");
        assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{text}");
    }

    #[test]
    fn a_token_for_others_lives_an_hour_at_most() {
        let world = world();
        let lifetime = |audience| {
            mint(&world.client, None, Scope::EMPTY, audience, Dialect::Standard, &world.env())
                .lifetime
                .seconds()
        };
        assert_eq!((lifetime(Audience::Management), lifetime(Audience::Issuer)), (86_400, 3600));
    }

    #[test]
    fn rubbish_is_no_token() {
        let world = world();
        for text in
            ["", ".", "..", "a.b.c", "AAAA", "\u{0}", &"A".repeat(5000), &format!("{}..", "A".repeat(100))]
        {
            assert_eq!(open(text, &world.env()), None, "{text}");
        }
    }
}
