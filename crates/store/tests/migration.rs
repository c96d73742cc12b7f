//! A database of an earlier schema is brought up with nothing lost.

#![expect(clippy::expect_used, reason = "all of this is test code")]

#[expect(dead_code, reason = "the suite needs more of it")]
mod conformance {
    pub mod sample;
}

use std::path::Path;
use std::sync::Arc;

use chancery_core::client::Client;
use chancery_core::organization::{Division, DivisionUse, Organization, Settings};
use chancery_core::rbac::{DivisionScope, PermissionPolicy, Role, SubjectKind};
use chancery_core::types::{FamilyKey, Secret, TicketKey};
use chancery_core::user::User;
use chancery_core::write::Write;
use chancery_store::{Sqlite, Store};
use conformance::sample::*;
use rusqlite::Connection;
use tempfile::TempDir;

const V1: &str = include_str!("../src/sqlite/migrations/V1__initial.sql");

/// As the first version left it, with a row of each kind that later schemas add to, and a client.
fn first(path: &Path) {
    let mut connection = Connection::open(path).expect("a new database");
    let migration = refinery::Migration::unapplied("V1__initial", V1).expect("a migration");
    refinery::Runner::new(&[migration]).run(&mut connection).expect("the first schema");
    let (o, d, r, u, c) = (organization_id(1), division_id(1), role_id(1), user_id(1), client_id(1));
    let (at, secret) = (NOW.millis(), secret_id(2));
    let rows = format!(
        r#"PRAGMA application_id = 0x4368616e; PRAGMA journal_mode = WAL;
        INSERT INTO organizations VALUES ('{o}', 'Example', 'example', 'en-US', 7, {at});
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
    connection.execute_batch(&rows).expect("rows of the first schema");
    connection.close().expect("the connection closes");
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
        ..user(1)
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
    let keys = (TicketKey(1), FamilyKey(1));
    let before = everything(&store, keys).await;
    store.close().await.expect("the store closes");

    let store: Arc<dyn Store> = Arc::new(Sqlite::open(&path).expect("the database opens again"));
    assert_eq!(everything(&store, keys).await, before);
    store.close().await.expect("the store closes");
}
