//! What a commit is in the audit log. Made from the writes themselves, so that no change can be forgotten: the compiler
//! asks for the arm of a new one. What no write tells, a login for example, its decision adds as an entry of its own.

use crate::audit::{Entry, kinds};
use crate::client::Actor;
use crate::consent::ConsentState;
use crate::types::{OrganizationId, Timestamp};
use crate::write::{RevokedId, Write};

/// A commit with its entries.
pub fn audited(mut writes: Vec<Write>, now: Timestamp) -> Vec<Write> {
    let entries = entries(&writes, now);
    writes.extend(entries.into_iter().map(|entry| Write::Audit(Box::new(entry))));
    writes
}

/// The entries of a commit, which do not say yet who did it and from where.
pub fn entries(writes: &[Write], now: Timestamp) -> Vec<Entry> {
    let of = |write: &Write| {
        let (organization, kind, (thing, id)) = describe(write, writes)?;
        let entity = Some((thing.to_owned(), id));
        let entry = Entry { entity, ..Entry::of(organization, kind, now) };
        Some(match write {
            // Nobody agrees for another.
            Write::CreateConsent(it) | Write::ReplaceConsent(it) => {
                Entry { actor: Some(Actor::User(it.user)), client: Some(it.client), ..entry }
            }
            _ => entry,
        })
    };
    writes.iter().filter_map(of).collect()
}

type Described = (OrganizationId, &'static str, (&'static str, String));

fn describe(write: &Write, all: &[Write]) -> Option<Described> {
    Some(match write {
        Write::CreateOrganization(it) => {
            (it.id, kinds::ORGANIZATION_CREATED, ("organization", it.id.to_string()))
        }
        Write::ReplaceOrganization(it) => {
            (it.id, kinds::ORGANIZATION_CHANGED, ("organization", it.id.to_string()))
        }
        Write::CreateDivision(it) => {
            (it.organization, kinds::DIVISION_CREATED, ("division", it.id.to_string()))
        }
        Write::ReplaceDivision(it) => {
            (it.organization, kinds::DIVISION_CHANGED, ("division", it.id.to_string()))
        }
        Write::DeleteDivision { organization, id, .. } => {
            (*organization, kinds::DIVISION_DELETED, ("division", id.to_string()))
        }
        Write::RestoreDivision(organization, id) => {
            (*organization, kinds::DIVISION_RESTORED, ("division", id.to_string()))
        }
        Write::CreateRole(it) => (it.organization, kinds::ROLE_CREATED, ("role", it.id.to_string())),
        Write::ReplaceRole(it) => (it.organization, kinds::ROLE_CHANGED, ("role", it.id.to_string())),
        Write::DeleteRole(organization, id) => (*organization, kinds::ROLE_DELETED, ("role", id.to_string())),
        Write::ReplaceRoleGrants(organization, subject, _) => {
            (*organization, kinds::GRANTS_CHANGED, ("subject", subject.to_string()))
        }
        Write::CreateUser(it) => (it.organization, kinds::USER_CREATED, ("user", it.id.to_string())),
        Write::ReplaceUser(it) => (it.organization, kinds::USER_CHANGED, ("user", it.id.to_string())),
        Write::DeleteUser(organization, id, _) => {
            (*organization, kinds::USER_DELETED, ("user", id.to_string()))
        }
        Write::CreateClient(it) => (it.organization, kinds::CLIENT_CREATED, ("client", it.id.to_string())),
        Write::ReplaceClient(it) => (it.organization, kinds::CLIENT_CHANGED, ("client", it.id.to_string())),
        Write::ReplaceSecrets(id, _) => {
            // Where one of them alone is concerned, the decision says which.
            let is_said =
                |other: &Write| matches!(other, Write::Audit(it) if it.kind.starts_with("client.secret_"));
            if all.iter().any(is_said) {
                return None;
            }
            // Never alone: the client's record is replaced with it.
            let organization = all.iter().find_map(|other| match other {
                Write::ReplaceClient(it) if it.id == *id => Some(it.organization),
                _ => None,
            })?;
            (organization, kinds::CLIENT_SECRET_REPLACED, ("client", id.to_string()))
        }
        Write::DeleteClient(organization, id) => {
            (*organization, kinds::CLIENT_DELETED, ("client", id.to_string()))
        }
        Write::CreateConsent(it) | Write::ReplaceConsent(it) => {
            let kind = match it.state {
                ConsentState::Authorized if it.asked => kinds::CONSENT_GIVEN,
                ConsentState::Authorized => kinds::CONSENT_IMPLIED,
                ConsentState::Revoked => kinds::CONSENT_REVOKED,
            };
            (it.organization, kind, ("client", it.client.to_string()))
        }
        Write::Revoke(it) => match it.id {
            RevokedId::Token(id) => (it.organization, kinds::TOKEN_REVOKED, ("token", id.to_string())),
            // A replay has an entry of its own.
            RevokedId::Family(_) => return None,
        },
        Write::Require(_)
        | Write::AdvanceAuthority(..)
        | Write::CreateKey(_)
        | Write::DeleteKey(_)
        | Write::CreateTicket(_)
        | Write::Spend(..)
        | Write::CreateFamily(_)
        | Write::Advance { .. }
        | Write::UseAssertion(..)
        | Write::RevokeFamily(..)
        | Write::CreateSession(_)
        | Write::EndSession(_)
        | Write::EndSessions(..)
        | Write::AskAgain(_)
        | Write::Audit(_)
        | Write::CountAttempts { .. }
        | Write::RecordUse(..)
        | Write::RecordToken(..)
        | Write::RecordLogin(..)
        | Write::RecordSession(..)
        | Write::RecordFamily(..)
        | Write::CountUsage(_) => return None,
    })
}

#[cfg(test)]
mod tests;
