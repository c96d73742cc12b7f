//! From a write to its statements. The compiler lists the arm that a new write lacks.

use std::collections::BTreeMap;

use chancery_core::types::OrganizationId;
use chancery_core::write::{Require, Write};

use super::{
    Statement, assertion, attempt, audit, client, consent, division, family, key, organization, revoked,
    role, session, ticket, usage, user,
};

/// All statements of a commit. The counts come last, since whoever adds a client waits for them.
pub fn all(writes: &[Write]) -> Vec<Statement> {
    let mut more: BTreeMap<OrganizationId, i64> = BTreeMap::new();
    for write in writes {
        match write {
            Write::CreateClient(it) => *more.entry(it.organization).or_default() += 1,
            Write::DeleteClient(organization, _) => *more.entry(*organization).or_default() -= 1,
            _ => {}
        }
    }
    let counts = more.into_iter().map(|(organization, more)| client::count_more(organization, more));
    writes.iter().flat_map(statements).chain(counts).collect()
}

fn statements(write: &Write) -> Vec<Statement> {
    vec![match write {
        Write::DeleteDivision { organization, id, home, at } => {
            return division::delete(*organization, *id, *home, *at);
        }
        Write::DeleteRole(organization, id) => return role::delete(*organization, *id),
        Write::CountUsage(counts) => return counts.iter().map(usage::add).collect(),
        Write::CreateOrganization(it) => return organization::insert(it),
        Write::CreateClient(it) => return client::insert(it),
        Write::ReplaceSecrets(id, secrets) => return client::replace_secrets(*id, secrets),
        Write::DeleteClient(organization, id) => return client::delete(*organization, *id),
        Write::DeleteUser(organization, id, version) => return user::delete(*organization, *id, *version),
        Write::Require(Require::NoOrganization) => return organization::none(),
        Write::ReplaceRoleGrants(organization, subject, grants) => {
            return role::replace_grants(*organization, *subject, grants);
        }
        Write::Require(Require::Client(id, version)) => client::require(*id, *version),
        Write::Require(Require::User(id, version)) => user::require(*id, *version),
        Write::Require(Require::Family(key, version)) => family::require(*key, *version),
        Write::Require(Require::Session(key)) => session::require(*key),
        Write::Require(Require::Consent(user, client, version)) => consent::require(*user, *client, *version),
        Write::Require(Require::ClientsBelow(organization, limit)) => {
            client::require_below(*organization, *limit)
        }
        Write::Require(Require::Authority(organization, authority)) => {
            organization::require_authority(*organization, *authority)
        }
        Write::ReplaceOrganization(it) => organization::replace(it),
        Write::AdvanceAuthority(id, authority) => organization::advance_authority(*id, *authority),
        Write::CreateDivision(it) => division::insert(it),
        Write::ReplaceDivision(it) => division::replace(it),
        Write::RestoreDivision(organization, id) => division::restore(*organization, *id),
        Write::CreateRole(it) => role::insert(it),
        Write::ReplaceRole(it) => role::replace(it),
        Write::CreateUser(it) => user::insert(it),
        Write::ReplaceUser(it) => user::replace(it),
        Write::ReplaceClient(it) => client::replace(it),
        Write::CreateKey(it) => key::insert(it),
        Write::DeleteKey(id) => key::delete(*id),
        Write::CreateTicket(it) => ticket::insert(it),
        Write::Spend(key, at) => ticket::spend(*key, *at),
        Write::CreateFamily(it) => family::insert(it),
        Write::Advance { key, began, generation, at } => family::advance(*key, *began, *generation, *at),
        Write::RevokeFamily(key, at) => family::revoke(*key, *at),
        Write::CreateSession(it) => session::insert(it),
        Write::EndSession(key) => session::delete(*key),
        Write::EndSessions(user, but) => session::delete_of_user(*user, *but),
        Write::CreateConsent(it) => consent::insert(it),
        Write::ReplaceConsent(it) => consent::replace(it),
        Write::AskAgain(client) => consent::ask_again(*client),
        Write::Audit(it) => audit::insert(it),
        Write::CountAttempts { key, known, next } => attempt::replace(key, *known, *next),
        Write::UseAssertion(key, expires_at) => assertion::insert(key, *expires_at),
        Write::Revoke(it) => revoked::insert(it),
        Write::RecordUse(secret, at) => client::record_use(*secret, *at),
        Write::RecordToken(user, at) => user::record_token(*user, *at),
        Write::RecordLogin(user, at) => user::record_login(*user, *at),
        Write::RecordSession(key, at) => session::record(*key, *at),
        Write::RecordFamily(key, at) => family::record(*key, *at),
    }]
}
