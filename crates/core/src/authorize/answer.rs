//! The answer at the redirect URI (RFC 6749 sections 4.1.2 and 4.2.2): a code, a token, or an error.

use crate::authorize::{ResponseMode, ResponseType, Target, Wanted};
use crate::dialect::Dialect;
use crate::env::Env;
use crate::error::OAuthError;
use crate::family::NewFamily;
use crate::grants::Behalf;
use crate::grants::authorization_code::Code;
use crate::jose::sha256;
use crate::openid::Login;
use crate::policy::CODE;
use crate::session::Session;
use crate::tokens::issue::{Issued, mint, render};
use crate::tokens::{Audience, sealed};
use crate::types::{CodeId, FamilyKey};
use crate::user::User;
use crate::write::Write;

/// What goes back, to where; complete once what it stands on is committed.
pub struct Answer {
    target: Target,
    content: Content,
}

enum Content {
    Error(OAuthError),
    Code(Box<Code>),
    Token(Box<Issued>),
}

/// An answer that is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// The URL that the browser is sent to.
    Url(String),
    /// The form that the browser sends to that URI (OAuth 2.0 Form Post Response Mode).
    Form(String, Vec<(&'static str, String)>),
}

/// Answers with what was wanted, for a person who agreed.
pub fn grant(
    target: &Target,
    wanted: &Wanted,
    session: &Session,
    user: &User,
    consent_epoch: u32,
    env: &Env,
) -> (Answer, Option<Write>) {
    let (client, dialect) = (&target.client, target.dialect);
    let behalf = Behalf {
        user: user.id,
        user_epoch: user.epoch,
        client_epoch: client.epoch,
        consent_epoch: Some(consent_epoch),
    };
    let (content, write) = match wanted.response_type {
        ResponseType::Code => {
            let is_standard = dialect == Dialect::Standard;
            let code = Code {
                id: CodeId::made_at(env.now, env.random),
                client: client.id,
                dialect,
                redirect_uri: sha256(&target.redirect_uri),
                challenge: wanted.challenge,
                behalf,
                scope: wanted.scope.clone(),
                audience: is_standard.then_some(wanted.audience),
                // The vendor's service knows no ID tokens.
                login: (is_standard && wanted.asks_who()).then(|| Login {
                    auth_time: session.origin.created_at,
                    nonce: wanted.nonce.clone(),
                    claims: wanted.claims.clone(),
                }),
                expires_at: env.now + CODE,
            };
            (Content::Code(Box::new(code)), None)
        }
        ResponseType::Token => {
            let holder = Some((user.id, user.epoch));
            let scope = wanted.scope.clone();
            let mut issued = mint(client, holder, scope, Audience::Management, dialect, env);
            issued.token.consent_epoch = Some(consent_epoch);
            let ends = issued.token.expires_at;
            let (scope, audience) = (wanted.scope.clone(), Audience::Management);
            let family = NewFamily::begin(client, behalf, scope, audience, dialect, None, false, ends, env);
            (Content::Token(Box::new(issued)), Some(Write::CreateFamily(family)))
        }
    };
    (Answer { target: target.clone(), content }, write)
}

impl Answer {
    /// An error.
    pub fn refusal(target: &Target, error: OAuthError) -> Self {
        Self { target: target.clone(), content: Content::Error(error) }
    }

    /// The token that it carries, if it carries one.
    pub fn token(&self) -> Option<&Issued> {
        if let Content::Token(issued) = &self.content { Some(issued) } else { None }
    }

    /// Writes it down, a token with the key of the family that the commit made; `None` if it cannot be written.
    pub fn write(self, made: Option<FamilyKey>, env: &Env) -> Option<Written> {
        let Target { redirect_uri, state, mode, dialect, .. } = self.target;
        let mut pairs = match (self.content, made) {
            (Content::Error(error), _) => {
                vec![
                    ("error", error.code.as_str().to_owned()),
                    ("error_description", error.detail.to_owned()),
                ]
            }
            (Content::Code(code), _) => vec![("code", sealed::seal(&*code, env)?)],
            (Content::Token(mut issued), Some(key)) => {
                issued.token.family = Some(key);
                vec![
                    ("access_token", render(&issued, env)?),
                    ("expires_in", issued.lifetime.seconds().to_string()),
                    ("token_type", dialect.token_type().to_owned()),
                ]
            }
            (Content::Token(_), None) => return None,
        };
        pairs.extend(state.map(|state| ("state", state)));
        // RFC 9207 section 2: so that no other server's answer is taken for ours.
        if dialect == Dialect::Standard {
            pairs.push(("iss", env.issuer.to_owned()));
        }
        let mark = match mode {
            ResponseMode::FormPost => return Some(Written::Form(redirect_uri, pairs)),
            ResponseMode::Fragment => '#',
            // What was registered with a query keeps it (RFC 6749 section 3.1.2).
            ResponseMode::Query if redirect_uri.contains('?') => '&',
            ResponseMode::Query => '?',
        };
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        Some(Written::Url(format!("{redirect_uri}{mark}{query}")))
    }
}
