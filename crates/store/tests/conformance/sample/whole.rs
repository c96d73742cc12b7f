//! A store with something of everything, all that it holds, and one of each write.

use std::sync::Arc;

use chancery_core::audit::Audited;
use chancery_core::client::Client;
use chancery_core::consent::Consent;
use chancery_core::family::Family;
use chancery_core::keyring::KeyRow;
use chancery_core::organization::{Division, DivisionUse, Organization};
use chancery_core::rbac::{Role, RoleGrant, SubjectKind};
use chancery_core::session::Session;
use chancery_core::ticket::Ticket;
use chancery_core::types::{ClientId, FamilyKey, KeyId, SessionKey, SubjectId, TicketKey, UserId};
use chancery_core::usage::UsageCount;
use chancery_core::user::{User, UserState};
use chancery_core::write::{Revoked, Write};
use chancery_store::{Made, Store};

use super::*;

/// The rows that `populate` made.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    pub ticket: TicketKey,
    /// That of the first code.
    pub family: FamilyKey,
    /// One of two sessions of the first user.
    pub session: SessionKey,
    /// The session of the third user.
    pub other_session: SessionKey,
}

/// What the store has of everything that the samples name, and of the rows that `populate` made.
#[derive(Debug, PartialEq)]
pub struct Everything {
    organizations: Vec<Organization>,
    divisions: Vec<Vec<Division>>,
    deleted_divisions: Vec<Vec<Division>>,
    division_uses: Vec<DivisionUse>,
    division_grants: Vec<Vec<RoleGrant>>,
    roles: Vec<Vec<Role>>,
    role_holders: Vec<Vec<RoleGrant>>,
    working_holders: Vec<Vec<(SubjectId, SubjectKind)>>,
    users: Vec<Option<User>>,
    user_ids: Vec<Vec<UserId>>,
    users_by_email: Vec<Option<User>>,
    sessions: Vec<Option<Session>>,
    sessions_of_users: Vec<Vec<Session>>,
    consents: Vec<Option<Consent>>,
    consents_of_users: Vec<Vec<Consent>>,
    audit: Vec<Vec<Audited>>,
    clients: Vec<(Client, Vec<RoleGrant>)>,
    client_ids: Vec<Vec<ClientId>>,
    role_grants: Vec<Vec<RoleGrant>>,
    usage: Vec<UsageCount>,
    keys: Vec<KeyRow>,
    tickets: Vec<Option<Ticket>>,
    families: Vec<Option<Family>>,
    revoked: Vec<Revoked>,
}

pub async fn everything(store: &Arc<dyn Store>, made: Rows) -> Everything {
    let mut all = Everything {
        organizations: store.organizations().await.expect("organizations"),
        divisions: Vec::new(),
        deleted_divisions: Vec::new(),
        division_uses: Vec::new(),
        division_grants: Vec::new(),
        roles: Vec::new(),
        role_holders: Vec::new(),
        working_holders: Vec::new(),
        users: Vec::new(),
        user_ids: Vec::new(),
        users_by_email: Vec::new(),
        sessions: Vec::new(),
        sessions_of_users: Vec::new(),
        consents: Vec::new(),
        consents_of_users: Vec::new(),
        audit: Vec::new(),
        clients: store.clients((0..6).map(client_id).collect()).await.expect("clients"),
        client_ids: Vec::new(),
        role_grants: Vec::new(),
        usage: Vec::new(),
        keys: store.keys().await.expect("keys"),
        tickets: Vec::new(),
        families: Vec::new(),
        revoked: read_revoked(store, NOW).await,
    };
    for n in 0..6 {
        all.divisions.push(store.divisions(organization_id(n)).await.expect("divisions"));
        all.deleted_divisions.push(store.deleted_divisions(organization_id(n)).await.expect("divisions"));
        all.division_uses.push(store.division_use(division_id(n)).await.expect("a use"));
        all.division_grants.push(store.division_grants(division_id(n)).await.expect("grants"));
        all.roles.push(store.roles(organization_id(n)).await.expect("roles"));
        all.role_holders.push(store.role_holders(role_id(n)).await.expect("grants"));
        all.working_holders.push(store.working_holders(role_id(n)).await.expect("holders"));
        all.users.push(store.find_user(user_id(n)).await.expect("a user"));
        for state in [None, Some(UserState::Active), Some(UserState::Deleted)] {
            all.user_ids.push(store.user_ids(organization_id(n), state).await.expect("ids"));
        }
        let by_email = store.find_user_by_email(organization_id(1), user(n).email.into());
        all.users_by_email.push(by_email.await.expect("a user"));
        all.sessions_of_users.push(store.sessions(user_id(n)).await.expect("sessions"));
        all.consents.push(store.find_consent(user_id(1), client_id(n)).await.expect("a consent"));
        all.consents_of_users.push(store.consents(user_id(n)).await.expect("consents"));
        all.audit.push(read_audit(store, all_of(n)).await);
        all.client_ids.push(store.client_ids(organization_id(n)).await.expect("ids"));
        all.role_grants.push(store.role_grants(user_id(n).into()).await.expect("grants"));
        all.role_grants.push(store.role_grants(client_id(n).into()).await.expect("grants"));
        all.usage.extend(read_usage(store, n).await);
    }
    // A row that came after would most likely have one of the next keys.
    for next in 0..6 {
        all.tickets.push(store.find_ticket(TicketKey(made.ticket.0 + next)).await.expect("a ticket"));
        all.families.push(store.find_family(FamilyKey(made.family.0 + next)).await.expect("a family"));
        all.sessions.push(store.find_session(SessionKey(made.session.0 + next)).await.expect("a session"));
    }
    all.keys.sort_by_key(|key| key.id);
    all.revoked.sort_by_key(|revoked| revoked.id);
    all
}

/// Enough for `one_of_each`; answers the keys that were made.
pub async fn populate(store: &Arc<dyn Store>) -> Rows {
    let grants = vec![grant(user_id(1), SubjectKind::User, 2), grant(user_id(1), SubjectKind::User, 1)];
    let own = vec![grant(client_id(1), SubjectKind::Client, 1), grant(client_id(1), SubjectKind::Client, 3)];
    let mut writes = vec![
        Write::CreateOrganization(organization(1)),
        Write::CreateDivision(division(1)),
        Write::CreateDivision(division(3)),
        Write::CreateDivision(division(4)),
        Write::CreateDivision(division(5)),
        delete_division(4),
        Write::CreateRole(role(1)),
        Write::CreateRole(role(2)),
        Write::CreateRole(role(4)),
        Write::CreateUser(user(1)),
        Write::CreateUser(User { division: division_id(3), ..user(3) }),
        Write::CreateUser(user(4)),
        Write::CreateUser(User { state: UserState::Deleted, ..user(5) }),
        Write::CreateClient(Box::new(client(1))),
        Write::CreateClient(Box::new(client(2))),
        Write::ReplaceRoleGrants(organization_id(1), user_id(1).into(), grants),
        Write::ReplaceRoleGrants(organization_id(1), client_id(1).into(), own),
        Write::CountUsage(vec![usage(1), usage(2)]),
        Write::CreateTicket(ticket()),
        Write::CreateFamily(from_code(1)),
        Write::CreateSession(session(1)),
        Write::CreateSession(session(1)),
        Write::CreateSession(session(3)),
        Write::CreateSession(session(4)),
        Write::CreateConsent(consent(1, 1)),
        Write::CreateConsent(consent(1, 2)),
        Write::CreateConsent(consent(4, 1)),
        Write::Audit(Box::new(entry(1))),
        Write::Revoke(revoked(1)),
    ];
    writes.extend(keys().into_iter().map(Write::CreateKey));
    match store.commit(writes, NOW).await.expect("an empty store takes it")[..] {
        [
            Made::Ticket(ticket),
            Made::Family(family),
            Made::Session(session),
            Made::Session(_),
            Made::Session(other_session),
            Made::Session(_),
        ] => Rows { ticket, family, session, other_session },
        ref other => panic!("a ticket, a family and four sessions made {other:?}"),
    }
}

/// Deletes the division of that number; the home of its users is the first.
pub fn delete_division(n: u64) -> Write {
    Write::DeleteDivision {
        organization: organization_id(1),
        id: division_id(n),
        home: division_id(1),
        at: NOW,
    }
}

/// One of each write, all of which fit a store that `populate` filled, and each of which changes something.
pub fn one_of_each(made: Rows) -> Vec<Write> {
    let renamed = "renamed".to_owned();
    vec![
        Write::CreateOrganization(organization(2)),
        Write::ReplaceOrganization(Box::new(Organization { name: renamed.clone(), ..organization(1) })),
        Write::AdvanceAuthority(organization_id(1), 5),
        Write::CreateDivision(division(2)),
        Write::ReplaceDivision(Division { name: renamed.clone(), ..division(5) }),
        delete_division(3),
        Write::RestoreDivision(organization_id(1), division_id(4)),
        Write::CreateRole(role(3)),
        Write::ReplaceRole(Role { name: renamed.clone(), ..role(4) }),
        Write::DeleteRole(organization_id(1), role_id(2)),
        Write::CreateUser(user(2)),
        Write::ReplaceUser(Box::new(User { name: renamed.clone(), ..user(1) })),
        Write::DeleteUser(organization_id(1), user_id(4), 7),
        Write::RecordToken(user_id(1), NOW),
        Write::RecordLogin(user_id(1), NOW),
        Write::CreateClient(Box::new(client(3))),
        Write::ReplaceClient(Box::new(Client { name: renamed, ..client(1) })),
        Write::CountUsage(vec![usage(1), usage(3)]),
        Write::RecordUse(secret_id(2), NOW),
        Write::ReplaceSecrets(client_id(1), vec![secret(8)]),
        Write::RecordUse(secret_id(8), NOW),
        Write::DeleteClient(organization_id(1), client_id(2)),
        Write::ReplaceRoleGrants(organization_id(1), user_id(1).into(), Vec::new()),
        Write::CreateKey(KeyRow { id: KeyId(4), ..keys().remove(0) }),
        Write::DeleteKey(KeyId(2)),
        Write::CreateTicket(ticket()),
        Write::Spend(made.ticket, NOW),
        Write::CreateFamily(from_code(2)),
        advance(made.family, 0, NOW),
        Write::RevokeFamily(made.family, NOW),
        Write::RecordFamily(made.family, NOW),
        Write::RecordSession(made.session, NOW + MINUTE),
        Write::EndSession(made.other_session),
        Write::EndSessions(user_id(1), Some(made.session)),
        Write::CreateSession(session(1)),
        Write::CreateConsent(consent(1, 3)),
        Write::ReplaceConsent(Consent { asked: false, ..consent(1, 1) }),
        Write::Audit(Box::new(entry(2))),
        Write::Revoke(revoked(2)),
    ]
}
