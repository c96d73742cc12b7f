//! A store with something of everything, all that it holds, and one of each write.

use std::sync::Arc;

use chancery_core::client::Client;
use chancery_core::family::Family;
use chancery_core::keyring::KeyRow;
use chancery_core::organization::{Division, DivisionUse, Organization};
use chancery_core::rbac::{Role, RoleGrant, SubjectKind};
use chancery_core::ticket::Ticket;
use chancery_core::types::{ClientId, FamilyKey, KeyId, SubjectId, TicketKey};
use chancery_core::usage::UsageCount;
use chancery_core::user::User;
use chancery_core::write::{Revoked, Write};
use chancery_store::{Made, Store};

use super::*;

/// What the store has of everything that the samples name, and of the tickets and families that `populate` made.
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
    clients: Vec<(Client, Vec<RoleGrant>)>,
    client_ids: Vec<Vec<ClientId>>,
    role_grants: Vec<Vec<RoleGrant>>,
    usage: Vec<UsageCount>,
    keys: Vec<KeyRow>,
    tickets: Vec<Option<Ticket>>,
    families: Vec<Option<Family>>,
    revoked: Vec<Revoked>,
}

pub async fn everything(store: &Arc<dyn Store>, made: (TicketKey, FamilyKey)) -> Everything {
    let (ticket, family) = made;
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
        clients: store.clients((0..6).map(client_id).collect()).await.expect("clients"),
        client_ids: Vec::new(),
        role_grants: Vec::new(),
        usage: Vec::new(),
        keys: store.keys().await.expect("keys"),
        tickets: Vec::new(),
        families: Vec::new(),
        revoked: store.revoked(NOW).await.expect("revoked ids"),
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
        all.client_ids.push(store.client_ids(organization_id(n)).await.expect("ids"));
        all.role_grants.push(store.role_grants(user_id(n).into()).await.expect("grants"));
        all.role_grants.push(store.role_grants(client_id(n).into()).await.expect("grants"));
        all.usage.extend(read_usage(store, n).await);
    }
    // A row that came after would most likely have one of the next keys.
    for next in 0..6 {
        all.tickets.push(store.find_ticket(TicketKey(ticket.0 + next)).await.expect("a ticket"));
        all.families.push(store.find_family(FamilyKey(family.0 + next)).await.expect("a family"));
    }
    all.keys.sort_by_key(|key| key.id);
    all.revoked.sort_by_key(|revoked| revoked.id);
    all
}

/// Enough for `one_of_each`; answers the keys that were made.
pub async fn populate(store: &Arc<dyn Store>) -> (TicketKey, FamilyKey) {
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
        Write::CreateClient(Box::new(client(1))),
        Write::CreateClient(Box::new(client(2))),
        Write::ReplaceRoleGrants(organization_id(1), user_id(1).into(), grants),
        Write::ReplaceRoleGrants(organization_id(1), client_id(1).into(), own),
        Write::CountUsage(vec![usage(1), usage(2)]),
        Write::CreateTicket(ticket()),
        Write::CreateFamily(family()),
        Write::Revoke(revoked(1)),
    ];
    writes.extend(keys().into_iter().map(Write::CreateKey));
    match store.commit(writes, NOW).await.expect("an empty store takes it")[..] {
        [Made::Ticket(ticket), Made::Family(family)] => (ticket, family),
        ref other => panic!("a ticket and a family made {other:?}"),
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
pub fn one_of_each((ticket_key, family_key): (TicketKey, FamilyKey)) -> Vec<Write> {
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
        Write::RecordToken(user_id(1), NOW),
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
        Write::ReplaceTicket {
            key: ticket_key,
            expect: 1,
            digest: digest(10),
            expires_at: NOW + DAY,
            payload: "{}".to_owned(),
        },
        Write::Spend(ticket_key, NOW),
        Write::CreateFamily(family()),
        Write::Advance(family_key, 0, NOW),
        Write::RevokeFamily(family_key, NOW),
        Write::Revoke(revoked(2)),
    ]
}
