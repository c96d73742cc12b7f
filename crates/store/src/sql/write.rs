//! From a write to its statements. The compiler lists the arm that a new write lacks.

use chancery_core::write::{Require, Write};

use super::{Statement, client, family, key, organization, revoked, role, ticket, user};

pub fn statements(write: &Write) -> Vec<Statement> {
    vec![match write {
        Write::CreateClient(it) => return client::insert(it),
        Write::ReplaceSecrets(id, secrets) => return client::replace_secrets(*id, secrets),
        Write::DeleteClient(organization, id) => return client::delete(*organization, *id),
        Write::ReplaceRoleGrants(organization, subject, grants) => {
            return role::replace_grants(*organization, *subject, grants);
        }
        Write::Require(Require::Client(id, version)) => client::require(*id, *version),
        Write::Require(Require::User(id, version)) => user::require(*id, *version),
        Write::Require(Require::Family(key, version)) => family::require(*key, *version),
        Write::Require(Require::ClientsBelow(organization, limit)) => {
            client::require_below(*organization, *limit)
        }
        Write::Require(Require::NoOrganization) => organization::none(),
        Write::CreateOrganization(it) => organization::insert(it),
        Write::CreateDivision(it) => organization::insert_division(it),
        Write::CreateRole(it) => role::insert(it),
        Write::CreateUser(it) => user::insert(it),
        Write::ReplaceClient(it) => client::replace(it),
        Write::CreateKey(it) => key::insert(it),
        Write::DeleteKey(id) => key::delete(*id),
        Write::CreateTicket(it) => ticket::insert(it),
        Write::Spend(key, at) => ticket::spend(*key, *at),
        Write::ReplaceTicket { key, expect, digest, expires_at, payload } => {
            ticket::replace(*key, *expect, digest, *expires_at, payload)
        }
        Write::CreateFamily(it) => family::insert(it),
        Write::Advance(key, generation, at) => family::advance(*key, *generation, *at),
        Write::RevokeFamily(key, at) => family::revoke(*key, *at),
        Write::Revoke(it) => revoked::insert(it),
        Write::RecordUse(secret, at) => client::record_use(*secret, *at),
    }]
}
