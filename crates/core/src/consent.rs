//! What a person allowed a client to do.

use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::error::{ApiCode, ApiError};
use crate::facts::Facts;
use crate::types::{ClientId, OrganizationId, Scope, Timestamp, UserId};
use crate::write::Write;

/// Whether the client may act for the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentState {
    /// It may.
    Authorized,
    /// It might, until this was taken back.
    Revoked,
}

impl ConsentState {
    /// All of them with their names in the store.
    pub const ALL: &[(Self, &str)] = &[(Self::Authorized, "authorized"), (Self::Revoked, "revoked")];

    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        crate::types::wire_name(Self::ALL, self)
    }
}

/// The record of a person and a client; there is one from the first authorization on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Whose organization it is.
    pub organization: OrganizationId,
    /// Who allowed it.
    pub user: UserId,
    /// To whom.
    pub client: ClientId,
    /// What.
    pub scope: Scope,
    /// Whether the person was asked; `false`: an own client of the organization, which needs no question.
    pub asked: bool,
    /// Whether it holds.
    pub state: ConsentState,
    /// Tokens carry it; counting it up kills them all.
    pub epoch: u32,
    /// Counted up by every change.
    pub version: u32,
    /// When it was first given.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub modified_at: Timestamp,
}

/// Takes back what a user allowed a client: every token that came of it is dead.
pub fn revoke(facts: &Facts, user: UserId, client: ClientId, env: &Env) -> Step<Consent, ApiError> {
    let decide = || -> Result<Decision<Consent, ApiError>, Undecided<ApiError>> {
        let known = facts.consent((user, client))?.as_deref();
        let known = known.ok_or_else(|| ApiError::new(ApiCode::NotFound))?;
        if known.state == ConsentState::Revoked {
            return Ok(Decision::allow(known.clone()));
        }
        let revoked = Consent {
            state: ConsentState::Revoked,
            epoch: known.epoch + 1,
            modified_at: env.now,
            ..known.clone()
        };
        let answer = Consent { version: known.version + 1, ..revoked.clone() };
        Ok(Decision::write(answer, vec![Write::ReplaceConsent(revoked)]))
    };
    decide().into()
}
