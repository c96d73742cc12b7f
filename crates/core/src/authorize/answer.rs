//! The answer at the redirect URI (RFC 6749 sections 4.1.2 and 4.2.2): a code, a token, or an error.

use crate::authorize::{ResponseType, Target, Wanted};
use crate::dialect::Dialect;
use crate::env::Env;
use crate::error::OAuthError;
use crate::family::NewFamily;
use crate::grants::Behalf;
use crate::grants::authorization_code::Code;
use crate::policy::CODE;
use crate::ticket::{Handle, NewTicket, Payload, Verifier};
use crate::tokens::Audience;
use crate::tokens::issue::{Issued, mint, render};
use crate::types::{FamilyKey, TicketKey};
use crate::user::User;
use crate::write::Write;

/// What goes back, to where; complete once the commit has made its key.
pub struct Answer {
    redirect_uri: String,
    state: Option<String>,
    dialect: Dialect,
    content: Content,
}

enum Content {
    Error(ResponseType, OAuthError),
    Code(Verifier),
    Token(Box<Issued>),
}

/// A key that the commit made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// Of the code's ticket.
    Ticket(TicketKey),
    /// Of the token's family.
    Family(FamilyKey),
}

/// Answers with what was wanted, for a person who agreed.
pub fn grant(
    target: &Target,
    wanted: &Wanted,
    user: &User,
    consent_epoch: u32,
    dialect: Dialect,
    env: &Env,
) -> (Answer, Vec<Write>) {
    let client = &target.client;
    let behalf = Behalf {
        user: user.id,
        user_epoch: user.epoch,
        client_epoch: client.epoch,
        consent_epoch: Some(consent_epoch),
    };
    let (content, write) = match wanted.response_type {
        ResponseType::Code => {
            let verifier = Verifier::random(env.random);
            let code = Code {
                dialect,
                redirect_uri: target.redirect_uri.clone(),
                challenge: wanted.challenge.clone(),
                behalf,
                scope: wanted.scope.clone(),
            };
            let ticket = NewTicket {
                kind: Code::KIND.to_owned(),
                digest: verifier.digest(env.keys),
                organization: client.organization,
                client: Some(client.id),
                user: Some(user.id),
                family: None,
                expires_at: env.now + CODE,
                payload: serde_json::to_string(&code).unwrap_or_default(),
            };
            (Content::Code(verifier), Write::CreateTicket(ticket))
        }
        ResponseType::Token => {
            let holder = Some((user.id, user.epoch));
            let scope = wanted.scope.clone();
            let mut issued = mint(client, holder, scope, Audience::Management, dialect.token_format(), env);
            issued.token.consent_epoch = Some(consent_epoch);
            let ends = issued.token.expires_at;
            let family = NewFamily::begin(client, behalf, wanted.scope.clone(), dialect, false, ends, env);
            (Content::Token(Box::new(issued)), Write::CreateFamily(family))
        }
    };
    let (redirect_uri, state) = (target.redirect_uri.clone(), target.state.clone());
    (Answer { redirect_uri, state, dialect, content }, vec![write])
}

impl Answer {
    /// An error.
    pub fn refusal(target: &Target, error: OAuthError) -> Self {
        Self {
            redirect_uri: target.redirect_uri.clone(),
            state: target.state.clone(),
            dialect: Dialect::Genesys,
            content: Content::Error(target.response_type, error),
        }
    }

    /// The token that it carries, if it carries one.
    pub fn token(&self) -> Option<&Issued> {
        if let Content::Token(issued) = &self.content { Some(issued) } else { None }
    }

    /// The URL that the browser is sent to; `None` if the token cannot be written, or the key is missing.
    pub fn url(self, made: Option<Made>, env: &Env) -> Option<String> {
        let (response_type, pairs) = match (self.content, made) {
            (Content::Error(response_type, error), _) => (
                response_type,
                vec![
                    ("error", error.code.as_str().to_owned()),
                    ("error_description", error.detail.to_owned()),
                ],
            ),
            (Content::Code(verifier), Some(Made::Ticket(key))) => {
                (ResponseType::Code, vec![("code", Handle { row: key.0, verifier }.expose())])
            }
            (Content::Token(mut issued), Some(Made::Family(key))) => {
                issued.token.family = Some(key);
                let mut pairs = vec![
                    ("access_token", render(&issued, env)?),
                    ("expires_in", issued.lifetime.seconds().to_string()),
                    ("token_type", self.dialect.token_type().to_owned()),
                ];
                // RFC 6749 section 4.2.2: required where it is less than what was asked for.
                if self.dialect == Dialect::Standard {
                    pairs.push(("scope", issued.token.scope.to_string()));
                }
                (ResponseType::Token, pairs)
            }
            _ => return None,
        };
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs);
        query.extend_pairs(self.state.map(|state| ("state", state)));
        let query = query.finish();
        let mark = match response_type {
            ResponseType::Token => '#',
            // What was registered with a query keeps it (RFC 6749 section 3.1.2).
            ResponseType::Code if self.redirect_uri.contains('?') => '&',
            ResponseType::Code => '?',
        };
        Some(format!("{}{mark}{query}", self.redirect_uri))
    }
}
