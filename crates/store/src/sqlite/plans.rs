//! How SQLite answers what grows without end or is asked often: by an index, never by reading a whole table.

use chancery_core::audit::Wanted;
use chancery_core::env::fixed::Counting;
use chancery_core::types::{AuditKey, ClientId, CodeId, OrganizationId, SessionKey, Timestamp, UserId};
use chancery_core::user::UserState;
use rusqlite::Connection;
use tempfile::TempDir;

use super::open;
use crate::sql::{self, Value};

fn database() -> (TempDir, Connection) {
    let directory = TempDir::new().expect("a temporary directory");
    let connection = open::prepare(&directory.path().join("chancery.db")).expect("a new database");
    (directory, connection)
}

/// The steps of the plan.
fn plan(connection: &Connection, sql: &str, params: &[Value]) -> String {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
    let steps = statement.query_map(rusqlite::params_from_iter(params), |row| row.get("detail"));
    let steps: Result<Vec<String>, _> = steps.expect("steps").collect();
    steps.expect("steps").join("; ")
}

fn organization() -> OrganizationId {
    OrganizationId::random(&Counting::new(1))
}

fn user() -> UserId {
    UserId::random(&Counting::new(2))
}

fn client() -> ClientId {
    ClientId::random(&Counting::new(3))
}

#[test]
fn the_audit_log_is_read_in_its_order() {
    let (_directory, connection) = database();
    let plain = Wanted {
        organization: organization(),
        from: None,
        until: None,
        actor: None,
        client: None,
        kind: None,
        before: None,
        limit: 25,
    };
    let now = Timestamp::from_millis(1);
    let filtered = Wanted {
        from: Some(now),
        until: Some(now),
        actor: Some(user().into()),
        client: Some(client()),
        kind: Some("client".to_owned()),
        before: Some((now, AuditKey(1))),
        ..plain.clone()
    };
    for wanted in [plain, filtered] {
        let query = sql::audit::wanted(&wanted);
        let expected = "SEARCH audit USING INDEX audit_by_organization (organization_id=? AND at>? AND at<?)";
        assert_eq!(plan(&connection, query.sql, &query.params), expected);
    }
}

#[test]
fn users_are_listed_from_the_index_alone() {
    let (_directory, connection) = database();
    for state in [None, Some(UserState::Active)] {
        let query = sql::user::names(organization(), state);
        let found = plan(&connection, query.sql, &query.params);
        assert!(found.contains("COVERING INDEX users_by_organization"), "{state:?}: {found}");
    }
    let query = sql::user::find_by_email(organization(), "ann@example.com");
    let expected = "SEARCH users USING INDEX users_by_email (organization_id=? AND email=?)";
    assert_eq!(plan(&connection, query.sql, &query.params), expected);
}

#[test]
fn many_clients_are_found_by_their_keys() {
    let (_directory, connection) = database();
    for query in sql::client::parts_of_many(&[client()]) {
        assert_eq!(query.params.len(), sql::MANY);
        let found = plan(&connection, query.sql, &query.params);
        assert!(found.contains("SEARCH") && !found.contains("SCAN"), "{}: {found}", query.sql);
    }
}

#[test]
fn the_family_of_a_code_is_found_by_its_index() {
    let (_directory, connection) = database();
    let query = sql::family::of_code(CodeId::random(&Counting::new(4)));
    let expected = "SEARCH families USING INDEX families_by_code (code=?)";
    assert_eq!(plan(&connection, query.sql, &query.params), expected);
}

#[test]
fn nothing_of_people_is_found_or_deleted_by_reading_a_whole_table() {
    let (_directory, connection) = database();
    let now = Timestamp::from_millis(1);
    let (sessions, consents) = (sql::session::of_user(user()), sql::consent::of_user(user()));
    let mut all = vec![(sessions.sql, sessions.params), (consents.sql, consents.params)];
    let mut statements = sql::user::delete(organization(), user(), 1);
    statements.extend(sql::client::delete(organization(), client()));
    statements.push(sql::session::delete_of_user(user(), Some(SessionKey(1))));
    statements.extend(sql::sweep::statements(now, now, 100));
    all.extend(statements.into_iter().map(|it| (it.sql, it.params)));
    for (sql, params) in all {
        let found = plan(&connection, sql, &params);
        assert!(found.contains("SEARCH") || sql.starts_with("INSERT"), "{sql}: {found}");
        assert!(!found.contains("SCAN"), "{sql}: {found}");
    }
}
