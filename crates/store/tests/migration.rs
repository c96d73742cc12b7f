//! A database of an earlier schema is brought up with nothing lost.

#![expect(clippy::expect_used, reason = "all of this is test code")]

#[expect(dead_code, reason = "the suite needs more of it")]
mod conformance {
    pub mod sample;
}

use std::path::Path;
use std::sync::Arc;

use chancery_core::client::{Client, Metadata};
use chancery_core::dialect::Dialect;
use chancery_core::family::{Family, NewFamily};
use chancery_core::organization::{Division, DivisionUse, Organization, Settings};
use chancery_core::rbac::{DivisionScope, PermissionPolicy, Role, SubjectKind};
use chancery_core::ticket::{NewTicket, Ticket};
use chancery_core::tokens::Audience;
use chancery_core::types::{AssertionKey, FamilyKey, Scope, Secret, SessionKey, TicketKey};
use chancery_core::usage::{Tally, UsageCount};
use chancery_core::user::{PasswordHash, Profile, User, UserState};
use chancery_core::write::Write;
use chancery_store::{Made, Sqlite, Store};
use conformance::sample::*;
use rusqlite::Connection;
use tempfile::TempDir;

/// All but the last, with their names.
const MIGRATIONS: [(&str, &str); 7] = [
    ("V1__initial", include_str!("../src/sqlite/migrations/V1__initial.sql")),
    ("V2__authorization_and_usage", include_str!("../src/sqlite/migrations/V2__authorization_and_usage.sql")),
    ("V3__people", include_str!("../src/sqlite/migrations/V3__people.sql")),
    ("V4__standard", include_str!("../src/sqlite/migrations/V4__standard.sql")),
    ("V5__nodes", include_str!("../src/sqlite/migrations/V5__nodes.sql")),
    ("V6__client_counts", include_str!("../src/sqlite/migrations/V6__client_counts.sql")),
    ("V7__named_secrets", include_str!("../src/sqlite/migrations/V7__named_secrets.sql")),
];

/// A database as the version of that number left it, with these rows.
fn left_behind(version: usize, path: &Path, rows: &str) {
    let mut connection = Connection::open(path).expect("a new database");
    let migrations = MIGRATIONS[..version].iter();
    let migrations: Vec<_> = migrations
        .map(|(name, sql)| refinery::Migration::unapplied(name, sql).expect("a migration"))
        .collect();
    refinery::Runner::new(&migrations).run(&mut connection).expect("the earlier schema");
    let ours = "PRAGMA application_id = 0x4368616e; PRAGMA journal_mode = WAL;";
    connection.execute_batch(ours).expect("the marks of ours");
    connection.execute_batch(rows).expect("rows of the earlier schema");
    connection.close().expect("the connection closes");
}

/// What is looked at: all keys that there can be here.
fn rows() -> Rows {
    let (ticket, session) = (TicketKey(1), SessionKey(1));
    Rows { ticket, family: FamilyKey(6), session, other_session: session }
}

/// A user of whom only that is known what the first versions knew.
fn early(n: u64) -> User {
    User { password_changed_at: None, former_passwords: vec![], profile: Profile::default(), ..user(n) }
}

/// As the first version left it, with a row of each kind that later schemas add to, and a client.
fn first(path: &Path) {
    let (o, d, r, u, c) = (organization_id(1), division_id(1), role_id(1), user_id(1), client_id(1));
    let (at, secret) = (NOW.millis(), secret_id(2));
    let rows = format!(
        r#"INSERT INTO organizations VALUES ('{o}', 'Example', 'example', 'en-US', 7, {at});
        INSERT INTO divisions VALUES ('{d}', '{o}', 'Home', 'of all', 1);
        INSERT INTO roles VALUES ('{r}', '{o}', 'admin', '', 'admin', '["admin"]',
            '[{{"domain":"*","entity":"*","actions":["*"]}}]', 3);
        INSERT INTO users VALUES ('{u}', '{o}', '{d}', 'Ann', 'ann@example.com', 'active', NULL, 2, 4, {at});
        INSERT INTO clients VALUES ('{c}', '{o}', 5, {at}, NULL, 'first', NULL, 86400, '[]', 'client_credentials', '',
            'active', NULL, 6, {at}, NULL);
        INSERT INTO client_secrets VALUES ('{secret}', '{c}', '{o}', 0, 2, x'{digest}', {at}, NULL, {at});
        INSERT INTO role_grants VALUES ('{o}', '{c}', 'PC_OAUTH_CLIENT', '{r}', '*', 0, {at});
        INSERT INTO role_grants VALUES ('{o}', '{u}', 'PC_USER', '{r}', '{d}', 0, {at});"#,
        digest = "02".repeat(32),
    );
    left_behind(1, path, &rows);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_schema_comes_up_with_nothing_lost() {
    let directory = TempDir::new().expect("a temporary directory");
    let path = directory.path().join("chancery.db");
    first(&path);

    let organization = Organization {
        name: "Example".to_owned(),
        short_name: "example".to_owned(),
        settings: Settings::default(),
        version: 7,
        authority: 1,
        ..organization(1)
    };
    let division = Division { name: "Home".to_owned(), description: "of all".to_owned(), ..division(1) };
    let role = Role {
        name: "admin".to_owned(),
        description: String::new(),
        permissions: vec!["admin".to_owned()],
        policies: vec![PermissionPolicy::new("*", "*", &["*"])],
        version: 3,
        ..role(1)
    };
    let user = User {
        name: "Ann".to_owned(),
        email: "ann@example.com".to_owned(),
        password: None,
        epoch: 2,
        version: 4,
        ..early(1)
    };
    let used = Secret { expires_at: None, last_used_at: Some(NOW), ..secret(2) };
    let mut everywhere = grant(client_id(1), SubjectKind::Client, 1);
    everywhere.division = DivisionScope::All;

    let store: Arc<dyn Store> = Arc::new(Sqlite::open(&path).expect("the database comes up"));
    assert_eq!(store.organizations().await, Ok(vec![organization]));
    assert_eq!(store.divisions(organization_id(1)).await, Ok(vec![division.clone()]));
    assert_eq!(store.deleted_divisions(organization_id(1)).await, Ok(vec![]));
    assert_eq!(store.roles(organization_id(1)).await, Ok(vec![role]));
    assert_eq!(read_user(&store, user_id(1)).await, user);
    let Client { name, version, secrets, .. } = read_client(&store, client_id(1)).await;
    assert_eq!((&*name, version, secrets), ("first", 5, vec![used]));
    assert_eq!(store.role_grants(client_id(1).into()).await, Ok(vec![everywhere]));
    let working = vec![(client_id(1).into(), SubjectKind::Client)];
    assert_eq!(store.working_holders(role_id(1)).await, Ok(working));
    let one_of_each = DivisionUse { users: 1, grants: 1 };
    assert_eq!(store.division_use(division_id(1)).await, Ok(one_of_each));

    // It takes what it could not take before, and still refuses what it refused.
    let division = Division { id: division_id(2), ..division };
    conflict(&store, [Write::CreateDivision(division.clone())]).await;
    commit(&store, [delete_division(1), Write::CreateDivision(division)]).await;
    commit(&store, [Write::CountUsage(vec![usage(1)]), Write::RecordToken(user_id(1), NOW)]).await;
    let keys = rows();
    let before = everything(&store, keys).await;
    store.close().await.expect("the store closes");

    let store: Arc<dyn Store> = Arc::new(Sqlite::open(&path).expect("the database opens again"));
    assert_eq!(everything(&store, keys).await, before);
    store.close().await.expect("the store closes");
}

/// As the second version left it, with a row of each kind that the third adds to, and of some that it does not.
fn second(path: &Path) {
    let (o, d, c, at) = (organization_id(1), division_id(1), client_id(1), NOW.millis());
    let (active, gone, inactive) = (user_id(1), user_id(2), user_id(3));
    let (expiry, day) = ((NOW + DAY).millis(), usage(1).day.0);
    let rows = format!(
        r#"INSERT INTO organizations VALUES ('{o}', 'Example', 'example', 'en-US', 7, {at}, 9, '{{}}');
        INSERT INTO users VALUES ('{active}', '{o}', '{d}', 'Ann', 'ann@example.com', 'active', 'hash', 2, 4, {at}, {at});
        INSERT INTO users VALUES ('{gone}', '{o}', '{d}', 'Bob', 'bob@example.com', 'deleted', NULL, 2, 5, {at}, NULL);
        INSERT INTO users VALUES ('{inactive}', '{o}', '{d}', 'Cy', 'cy@example.com', 'inactive', NULL, 0, 1, {at}, NULL);
        INSERT INTO tickets VALUES (7, 'code', 9, x'{digest}', 3, '{o}', '{c}', '{active}', NULL, NULL, {expiry}, NULL,
            '{{}}');
        INSERT INTO families VALUES (8, 2, 1, '{o}', '{c}', 4, '{active}', 3, 'openid', 1, 1, {at}, {at}, {expiry}, NULL);
        INSERT INTO usage_counts VALUES ('{c}', {day}, '/', 'GET', '{o}', 1, 2, 3, 4, 5);"#,
        digest = "09".repeat(32),
    );
    left_behind(2, path, &rows);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_schema_comes_up_with_nothing_lost() {
    let directory = TempDir::new().expect("a temporary directory");
    let path = directory.path().join("chancery.db");
    second(&path);

    let named = |n, name: &str, state, version| {
        let email = format!("{}@example.com", name.to_lowercase());
        User { name: name.to_owned(), email, state, version, password: None, epoch: 2, ..early(n) }
    };
    let ann = User {
        password: Some(PasswordHash::new("hash".to_owned())),
        last_token_at: Some(NOW),
        ..named(1, "Ann", UserState::Active, 4)
    };
    let bob = named(2, "Bob", UserState::Deleted, 5);
    let cy = User { epoch: 0, ..named(3, "Cy", UserState::Inactive, 1) };
    let content = NewTicket { payload: "{}".to_owned(), expires_at: NOW + DAY, ..ticket() };
    let code = Ticket { key: TicketKey(7), content, spent_at: None };
    let origin = NewFamily {
        consent_epoch: None,
        dialect: Dialect::Genesys,
        scope: Scope::parse("openid").expect("a scope"),
        audience: Audience::Management,
        login: None,
        ..family()
    };
    let kept = Family {
        key: FamilyKey(8),
        origin,
        generation: 1,
        rotated_at: NOW,
        revoked_at: None,
        last_used_at: None,
        version: 2,
    };
    let count = UsageCount {
        template: "/".to_owned(),
        tally: Tally { status200: 1, status300: 2, status400: 3, status500: 4, status429: 5 },
        ..usage(1)
    };

    let store: Arc<dyn Store> = Arc::new(Sqlite::open(&path).expect("the database comes up"));
    let ids = store.user_ids(organization_id(1), None).await.expect("ids");
    assert_eq!(store.users(ids).await, Ok(vec![ann.clone(), bob.clone(), cy]));
    assert_eq!(store.find_ticket(TicketKey(7)).await, Ok(Some(code)));
    assert_eq!(store.find_family(FamilyKey(8)).await, Ok(Some(kept)));
    assert_eq!(read_usage(&store, 1).await, vec![count]);
    assert_eq!(read_organization(&store, organization_id(1)).await.authority, 9);

    // It takes what it could not take before, and still refuses what it refused.
    let heir = |n, email: &str| Write::CreateUser(User { email: email.to_owned(), ..user(n) });
    conflict(&store, [heir(4, &ann.email)]).await;
    commit(&store, [heir(4, &bob.email)]).await;
    conflict(&store, [heir(5, &bob.email)]).await;
    let made = commit(&store, [Write::CreateFamily(from_code(1)), Write::Spend(TicketKey(7), NOW)]).await;
    assert_eq!(made, vec![Made::Family(FamilyKey(9))]);
    create_session(&store, session(1)).await;
    commit(&store, [Write::CreateConsent(consent(1, 1)), Write::Audit(Box::new(entry(1)))]).await;
    let before = everything(&store, rows()).await;
    store.close().await.expect("the store closes");

    let store: Arc<dyn Store> = Arc::new(Sqlite::open(&path).expect("the database opens again"));
    assert_eq!(everything(&store, rows()).await, before);
    store.close().await.expect("the store closes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_third_schema_comes_up_with_nothing_lost() {
    let directory = TempDir::new().expect("a temporary directory");
    let path = directory.path().join("chancery.db");
    let (o, c, u, at) = (organization_id(1), client_id(1), user_id(1), NOW.millis());
    let expiry = (NOW + DAY).millis();
    let rows = format!(
        r#"INSERT INTO clients (id, organization_id, version, created_at, name, token_lifetime, redirect_uris, grant_types,
            scope, state, epoch, modified_at)
            VALUES ('{c}', '{o}', 5, {at}, 'third', 300, '[]', '', 'users', 'active', 4, {at});
        INSERT INTO families (key, version, generation, organization_id, client_id, client_epoch, user_id, user_epoch,
            dialect, scope, mac_key, client_authenticated, created_at, rotated_at, expires_at)
            VALUES (8, 2, 1, '{o}', '{c}', 4, '{u}', 3, 'genesys', 'users', 1, 1, {at}, {at}, {expiry});"#
    );
    left_behind(3, &path, &rows);
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(&path).expect("the database comes up"));
    let Client { name, version, metadata, .. } = read_client(&store, c).await;
    assert_eq!((&*name, version, metadata), ("third", 5, Metadata::default()));
    let kept = store.find_family(FamilyKey(8)).await.expect("reads").expect("a family");
    assert_eq!((kept.origin.audience, kept.origin.login), (Audience::Management, None));
    commit(&store, [Write::CreateClient(Box::new(client(2))), Write::CreateFamily(family())]).await;
    assert_eq!(read_client(&store, client_id(2)).await, client(2));
    store.close().await.expect("the store closes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_fourth_schema_comes_up_with_nothing_lost() {
    let directory = TempDir::new().expect("a temporary directory");
    let path = directory.path().join("chancery.db");
    let (client, expires_at) = (client_id(1), NOW.millis());
    let rows = format!(
        "INSERT INTO assertions VALUES (x'{}', {expires_at});
         INSERT INTO consents VALUES ('{}', '{client}', '{}', 'users', 1, 'authorized', 7, 3, {expires_at}, {expires_at});",
        "07".repeat(32),
        user_id(1),
        organization_id(1),
    );
    left_behind(4, &path, &rows);
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(&path).expect("the schema comes up"));
    assert_eq!(store.was_used(AssertionKey([7; 32])).await, Ok(true));
    let consent = read_consent(&store, 1, 1).await;
    assert_eq!((consent.epoch, consent.version, consent.asked), (7, 3, true));
    store.close().await.expect("the store closes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_seventh_schema_comes_up_with_nothing_lost() {
    let directory = TempDir::new().expect("a temporary directory");
    let path = directory.path().join("chancery.db");
    let (o, c, u, at) = (organization_id(1), client_id(1), user_id(1), NOW.millis());
    let expiry = (NOW + DAY).millis();
    let rows = format!(
        "INSERT INTO families (key, version, generation, organization_id, client_id, client_epoch, user_id, user_epoch,
            dialect, scope, mac_key, client_authenticated, created_at, rotated_at, expires_at)
            VALUES (8, 2, 1, '{o}', '{c}', 4, '{u}', 3, 'standard', 'users', 1, 1, {at}, {at}, {expiry});
        INSERT INTO tickets (key, kind, digest_key, digest, version, organization_id, client_id, user_id, family_key,
            expires_at, spent_at, payload)
            VALUES (7, 'authorization_code', 9, x'{digest}', 1, '{o}', '{c}', '{u}', 8, {expiry}, {at}, '{{}}');
        INSERT INTO tickets (key, kind, digest_key, digest, version, organization_id, expires_at, payload)
            VALUES (8, 'initial_access_token', 9, x'{digest}', 1, '{o}', {expiry}, '{{}}');",
        digest = "09".repeat(32),
    );
    left_behind(7, &path, &rows);
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(&path).expect("the schema comes up"));
    let kept = read_family(&store, FamilyKey(8)).await;
    assert_eq!((kept.generation, kept.origin.code), (1, None));
    assert_eq!(read_ticket(&store, TicketKey(7)).await.spent_at, Some(NOW));
    commit(&store, [Write::Spend(TicketKey(8), NOW), advance(FamilyKey(8), 1, NOW)]).await;
    commit(&store, [Write::CreateFamily(from_code(1))]).await;
    conflict(&store, [Write::CreateFamily(from_code(1))]).await;
    store.close().await.expect("the store closes");
}
