//! Sample values, numbered: the same number gives the same value. And what most tests do with a store.

use std::sync::{Arc, LazyLock};

use chancery_core::client::{Actor, Client, ClientState};
use chancery_core::env::fixed::Counting;
use chancery_core::family::{Family, NewFamily};
use chancery_core::grants::{GrantType, GrantTypes};
use chancery_core::keyring::rotation::first_keys;
use chancery_core::keyring::{KeyRow, MasterKey};
use chancery_core::organization::{Division, Organization};
use chancery_core::rbac::{DivisionScope, PermissionPolicy, Role, RoleGrant, SubjectKind};
use chancery_core::ticket::{NewTicket, Ticket};
use chancery_core::types::{
    ClientId, Digest, DivisionId, FamilyKey, KeyId, Lifetime, OrganizationId, RedirectUri, RoleId, Scope,
    Secret, SecretId, SubjectId, TicketKey, Timestamp, TokenId, UserId,
};
use chancery_core::user::{PasswordHash, User, UserState};
use chancery_core::write::{Revoked, RevokedId, Write};
use chancery_store::{Made, Store, StoreError};
use tokio::sync::Barrier;

/// The time of every commit that does not say otherwise; not a whole second.
pub const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_123);
pub const MINUTE: Lifetime = Lifetime::from_seconds(60);
pub const DAY: Lifetime = Lifetime::from_days(1);

/// Composed, decomposed, beyond the basic plane, right to left, and what SQL and JSON would trip over.
pub const UNICODE: &str = "Zoë Zoe\u{308} 🗝️ עברית 漢字 %_'\"\\;--\n\t";

/// The moment before.
pub fn before(time: Timestamp) -> Timestamp {
    Timestamp::from_millis(time.millis() - 1)
}

/// The moment after.
pub fn after(time: Timestamp) -> Timestamp {
    Timestamp::from_millis(time.millis() + 1)
}

pub fn organization_id(n: u64) -> OrganizationId {
    OrganizationId::random(&Counting::new(1000 + n))
}

pub fn division_id(n: u64) -> DivisionId {
    DivisionId::random(&Counting::new(2000 + n))
}

pub fn role_id(n: u64) -> RoleId {
    RoleId::random(&Counting::new(3000 + n))
}

pub fn user_id(n: u64) -> UserId {
    UserId::random(&Counting::new(4000 + n))
}

pub fn client_id(n: u64) -> ClientId {
    ClientId::random(&Counting::new(5000 + n))
}

pub fn secret_id(n: u64) -> SecretId {
    SecretId::random(&Counting::new(6000 + n))
}

pub fn token_id(n: u64) -> TokenId {
    TokenId::random(&Counting::new(7000 + n))
}

pub fn digest(n: u8) -> Digest {
    Digest { key: KeyId(u32::from(n)), bytes: [n; 32] }
}

pub fn organization(n: u64) -> Organization {
    Organization {
        id: organization_id(n),
        name: format!("{UNICODE} {n}"),
        short_name: format!("org-{n}"),
        default_language: "en-US".to_owned(),
        version: 1,
        created_at: NOW,
    }
}

pub fn division(n: u64) -> Division {
    Division {
        id: division_id(n),
        organization: organization_id(1),
        name: format!("division {n}"),
        description: UNICODE.to_owned(),
        home: n == 1,
    }
}

pub fn role(n: u64) -> Role {
    Role {
        id: role_id(n),
        organization: organization_id(1),
        name: format!("role {n}"),
        description: UNICODE.to_owned(),
        template: Some("admin".to_owned()),
        permissions: vec!["group_administration".to_owned(), "admin".to_owned(), UNICODE.to_owned()],
        policies: vec![
            PermissionPolicy {
                domain: "oauth".to_owned(),
                entity: "client".to_owned(),
                actions: vec!["view".to_owned(), "add".to_owned()],
            },
            PermissionPolicy { domain: "*".to_owned(), entity: "*".to_owned(), actions: vec![] },
        ],
        version: 1,
    }
}

pub fn grant(subject: impl Into<SubjectId>, kind: SubjectKind, n: u64) -> RoleGrant {
    RoleGrant {
        subject: subject.into(),
        kind,
        role: role_id(n),
        division: if n.is_multiple_of(2) { DivisionScope::All } else { DivisionScope::One(division_id(n)) },
        granted_at: NOW,
    }
}

pub fn user(n: u64) -> User {
    User {
        id: user_id(n),
        organization: organization_id(1),
        division: division_id(1),
        name: format!("{UNICODE} {n}"),
        email: format!("user-{n}@example.com"),
        state: UserState::Active,
        password: Some(PasswordHash::new("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned())),
        epoch: 3,
        version: 7,
        created_at: NOW,
    }
}

/// A client with two secrets and everything filled in.
pub fn client(n: u64) -> Client {
    let uri = |text: &str| RedirectUri::parse(text).expect("a callback");
    Client {
        id: client_id(n),
        organization: organization_id(1),
        name: format!("client {n}"),
        description: Some(UNICODE.to_owned()),
        token_lifetime: Lifetime::from_seconds(1800),
        redirect_uris: vec![
            uri("https://b.example/?x=\"1\""),
            uri("https://a.example/é"),
            uri("com.example:/"),
        ],
        grant_types: GrantTypes::default().with(GrantType::AuthorizationCode).with(GrantType::RefreshToken),
        scope: Scope::parse("users oauth:readonly analytics").expect("a scope"),
        state: ClientState::Active,
        date_to_delete: Some(NOW + DAY),
        secrets: vec![secret(2 * n), secret(2 * n + 1)],
        epoch: 4,
        version: 1,
        created_at: NOW,
        created_by: Some(Actor::User(user_id(1))),
        modified_at: NOW + MINUTE,
        modified_by: Some(Actor::Client(client_id(1))),
    }
}

pub fn secret(n: u64) -> Secret {
    Secret {
        id: secret_id(n),
        digest: digest(u8::try_from(n % 250).expect("small")),
        created_at: NOW,
        expires_at: n.is_multiple_of(2).then_some(NOW + DAY),
        last_used_at: None,
    }
}

/// A ticket with everything filled in.
pub fn ticket() -> NewTicket {
    NewTicket {
        kind: "code".to_owned(),
        digest: digest(9),
        organization: organization_id(1),
        client: Some(client_id(1)),
        user: Some(user_id(1)),
        family: Some(FamilyKey(-42)),
        expires_at: NOW + MINUTE,
        payload: format!("{{\"nonce\":{UNICODE:?}}}"),
    }
}

pub fn family() -> NewFamily {
    NewFamily {
        organization: organization_id(1),
        client: client_id(1),
        client_epoch: 4,
        user: user_id(1),
        user_epoch: 3,
        scope: Scope::parse("openid users offline_access").expect("a scope"),
        mac_key: KeyId(1),
        client_authenticated: true,
        created_at: NOW,
        expires_at: NOW + DAY,
    }
}

/// The keys of a new store: one of each purpose, with the ids 1, 2 and 3. Made once, as one of them follows from no
/// seed.
pub fn keys() -> Vec<KeyRow> {
    static KEYS: LazyLock<Vec<KeyRow>> = LazyLock::new(|| {
        first_keys(&MasterKey::random(&Counting::new(8000)), &Counting::new(8001), NOW).expect("keys")
    });
    KEYS.clone()
}

pub fn revoked(n: u64) -> Revoked {
    Revoked { organization: organization_id(1), id: RevokedId::Token(token_id(n)), expires_at: NOW + DAY }
}

/// Commits, and answers the keys that were made.
pub async fn commit<const N: usize>(store: &Arc<dyn Store>, writes: [Write; N]) -> Vec<Made> {
    store.commit(writes.into(), NOW).await.expect("nothing stands in the way of the commit")
}

/// Commits in vain.
pub async fn conflict<const N: usize>(store: &Arc<dyn Store>, writes: [Write; N]) {
    let text = format!("{writes:?}");
    assert_eq!(store.commit(writes.into(), NOW).await, Err(StoreError::Conflict), "{text}");
}

pub async fn create_client(store: &Arc<dyn Store>, client: Client) {
    commit(store, [Write::CreateClient(Box::new(client))]).await;
}

pub async fn create_ticket(store: &Arc<dyn Store>, ticket: NewTicket) -> TicketKey {
    match commit(store, [Write::CreateTicket(ticket)]).await[..] {
        [Made::Ticket(key)] => key,
        ref other => panic!("one ticket made {other:?}"),
    }
}

pub async fn create_family(store: &Arc<dyn Store>, family: NewFamily) -> FamilyKey {
    match commit(store, [Write::CreateFamily(family)]).await[..] {
        [Made::Family(key)] => key,
        ref other => panic!("one family made {other:?}"),
    }
}

pub async fn read_client(store: &Arc<dyn Store>, id: ClientId) -> Client {
    store.find_client(id).await.expect("the store answers").expect("the client exists")
}

pub async fn read_ticket(store: &Arc<dyn Store>, key: TicketKey) -> Ticket {
    store.find_ticket(key).await.expect("the store answers").expect("the ticket exists")
}

pub async fn read_family(store: &Arc<dyn Store>, key: FamilyKey) -> Family {
    store.find_family(key).await.expect("the store answers").expect("the family exists")
}

/// Commits from so many tasks at once; all start together. The results are in the order of the numbers.
/// With several stores, the tasks take turns among them.
pub async fn race(
    stores: &[Arc<dyn Store>],
    tasks: u64,
    writes: impl Fn(u64) -> Vec<Write>,
) -> Vec<Result<Vec<Made>, StoreError>> {
    let start = Arc::new(Barrier::new(usize::try_from(tasks).expect("small")));
    let running: Vec<_> = (0..tasks)
        .zip(stores.iter().cycle())
        .map(|(number, store)| {
            let (store, start, writes) = (Arc::clone(store), Arc::clone(&start), writes(number));
            tokio::spawn(async move {
                start.wait().await;
                store.commit(writes, NOW).await
            })
        })
        .collect();
    let mut results = Vec::new();
    for task in running {
        results.push(task.await.expect("the task ends"));
    }
    results
}

/// How many succeeded; all the others must have met a conflict.
pub fn winners(results: &[Result<Vec<Made>, StoreError>]) -> usize {
    let others = results.iter().filter(|result| result.is_err());
    for result in others {
        assert_eq!(*result, Err(StoreError::Conflict));
    }
    results.iter().filter(|result| result.is_ok()).count()
}

/// What the store has of everything that the samples name, and of the tickets and families that `populate` made.
#[derive(Debug, PartialEq)]
pub struct Everything {
    organizations: Vec<Organization>,
    divisions: Vec<Vec<Division>>,
    roles: Vec<Vec<Role>>,
    users: Vec<Option<User>>,
    clients: Vec<(Client, Vec<RoleGrant>)>,
    client_ids: Vec<Vec<ClientId>>,
    role_grants: Vec<Vec<RoleGrant>>,
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
        roles: Vec::new(),
        users: Vec::new(),
        clients: store.clients((0..6).map(client_id).collect()).await.expect("clients"),
        client_ids: Vec::new(),
        role_grants: Vec::new(),
        keys: store.keys().await.expect("keys"),
        tickets: Vec::new(),
        families: Vec::new(),
        revoked: store.revoked(NOW).await.expect("revoked ids"),
    };
    for n in 0..6 {
        all.divisions.push(store.divisions(organization_id(n)).await.expect("divisions"));
        all.roles.push(store.roles(organization_id(n)).await.expect("roles"));
        all.users.push(store.find_user(user_id(n)).await.expect("a user"));
        all.client_ids.push(store.client_ids(organization_id(n)).await.expect("ids"));
        all.role_grants.push(store.role_grants(user_id(n).into()).await.expect("grants"));
        all.role_grants.push(store.role_grants(client_id(n).into()).await.expect("grants"));
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

/// Two clients and one of everything else; answers the keys that were made.
pub async fn populate(store: &Arc<dyn Store>) -> (TicketKey, FamilyKey) {
    let grants = vec![grant(user_id(1), SubjectKind::User, 2), grant(user_id(1), SubjectKind::User, 1)];
    let own = vec![grant(client_id(1), SubjectKind::Client, 1)];
    let mut writes = vec![
        Write::CreateOrganization(organization(1)),
        Write::CreateDivision(division(1)),
        Write::CreateRole(role(1)),
        Write::CreateUser(user(1)),
        Write::CreateClient(Box::new(client(1))),
        Write::CreateClient(Box::new(client(2))),
        Write::ReplaceRoleGrants(organization_id(1), user_id(1).into(), grants),
        Write::ReplaceRoleGrants(organization_id(1), client_id(1).into(), own),
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

/// One of each write, all of which fit a store that `populate` filled, and each of which changes something.
pub fn one_of_each((ticket_key, family_key): (TicketKey, FamilyKey)) -> Vec<Write> {
    let renamed = Client { name: "renamed".to_owned(), ..client(1) };
    vec![
        Write::CreateOrganization(organization(2)),
        Write::CreateDivision(division(2)),
        Write::CreateRole(role(2)),
        Write::CreateUser(user(2)),
        Write::CreateClient(Box::new(client(3))),
        Write::ReplaceClient(Box::new(renamed)),
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
