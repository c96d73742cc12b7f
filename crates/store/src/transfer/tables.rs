//! What there is to carry: every table that both backends have, its columns, and what tells its rows apart.

use std::sync::LazyLock;

/// A table, and the statements that read it page by page and fill it.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Where the columns of the key stand in a row.
    pub(super) key: Vec<usize>,
    pub(super) count: String,
    pub(super) first: String,
    pub(super) next: String,
    pub(super) insert: String,
}

/// Name, columns, and the columns of the key. Leases and the change log are about nodes that run, and stay behind.
/// Organizations come last: a store without any is one in which nothing has begun.
const TABLES: &[(&str, &[&str], &[&str])] = &[
    ("keys", &["id", "purpose", "wrapped", "created_at", "active_from"], &["id"]),
    ("divisions", &["id", "organization_id", "name", "description", "home", "deleted_at"], &["id"]),
    (
        "roles",
        &[
            "id",
            "organization_id",
            "name",
            "description",
            "template",
            "permissions",
            "policies",
            "version",
            "needs_update",
        ],
        &["id"],
    ),
    (
        "users",
        &[
            "id",
            "organization_id",
            "division_id",
            "name",
            "email",
            "state",
            "password",
            "epoch",
            "version",
            "created_at",
            "last_token_at",
            "profile",
            "password_changed_at",
            "former_passwords",
            "last_login_at",
        ],
        &["id"],
    ),
    (
        "clients",
        &[
            "id",
            "organization_id",
            "version",
            "created_at",
            "created_by",
            "name",
            "description",
            "token_lifetime",
            "redirect_uris",
            "grant_types",
            "scope",
            "state",
            "date_to_delete",
            "epoch",
            "modified_at",
            "modified_by",
            "metadata",
        ],
        &["id"],
    ),
    (
        "client_secrets",
        &[
            "id",
            "client_id",
            "organization_id",
            "position",
            "digest_key",
            "digest",
            "created_at",
            "expires_at",
            "last_used_at",
            "name",
        ],
        &["id"],
    ),
    (
        "role_grants",
        &["organization_id", "subject_id", "subject_kind", "role_id", "division", "position", "granted_at"],
        &["subject_id", "role_id", "division"],
    ),
    (
        "consents",
        &[
            "user_id",
            "client_id",
            "organization_id",
            "scope",
            "asked",
            "state",
            "epoch",
            "version",
            "created_at",
            "modified_at",
        ],
        &["user_id", "client_id"],
    ),
    (
        "usage_counts",
        &[
            "client_id",
            "day",
            "template",
            "method",
            "organization_id",
            "status200",
            "status300",
            "status400",
            "status500",
            "status429",
        ],
        &["client_id", "day", "template", "method"],
    ),
    (
        "audit",
        &[
            "key",
            "organization_id",
            "at",
            "kind",
            "actor",
            "client_id",
            "entity_kind",
            "entity_id",
            "address",
            "correlation_id",
            "count",
            "detail",
        ],
        &["key"],
    ),
    ("assertions", &["digest", "expires_at"], &["digest"]),
    ("attempts", &["key", "count", "last_at"], &["key"]),
    ("revoked", &["id", "organization_id", "expires_at"], &["id"]),
    (
        "tickets",
        &["key", "kind", "digest_key", "digest", "organization_id", "expires_at", "spent_at", "payload"],
        &["key"],
    ),
    (
        "families",
        &[
            "key",
            "version",
            "generation",
            "organization_id",
            "client_id",
            "client_epoch",
            "user_id",
            "user_epoch",
            "scope",
            "mac_key",
            "client_authenticated",
            "created_at",
            "rotated_at",
            "expires_at",
            "revoked_at",
            "consent_epoch",
            "dialect",
            "last_used_at",
            "audience",
            "login",
            "code",
        ],
        &["key"],
    ),
    (
        "sessions",
        &[
            "key",
            "organization_id",
            "user_id",
            "user_epoch",
            "digest_key",
            "digest",
            "address",
            "agent",
            "created_at",
            "expires_at",
            "seen_at",
        ],
        &["key"],
    ),
    ("client_counts", &["organization_id", "clients"], &["organization_id"]),
    (
        "organizations",
        &["id", "name", "short_name", "default_language", "version", "created_at", "authority", "settings"],
        &["id"],
    ),
];

/// All of them, in the order in which they are carried.
pub static ALL: LazyLock<Vec<Table>> = LazyLock::new(|| TABLES.iter().map(table).collect());

fn table(&(name, columns, key): &(&'static str, &'static [&'static str], &[&'static str])) -> Table {
    let (listed, keys) = (columns.join(", "), key.join(", "));
    let numbers = |from: usize, count: usize| {
        (from..from + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
    };
    let key_at = |column: &&str| columns.iter().position(|it| it == column).unwrap_or_default();
    Table {
        name,
        key: key.iter().map(key_at).collect(),
        count: format!("SELECT COUNT(*) FROM {name}"),
        first: format!("SELECT {listed} FROM {name} ORDER BY {keys} LIMIT $1"),
        next: format!(
            "SELECT {listed} FROM {name} WHERE ({keys}) > ({}) ORDER BY {keys} LIMIT ${}",
            numbers(1, key.len()),
            key.len() + 1
        ),
        insert: format!("INSERT INTO {name} ({listed}) VALUES ({})", numbers(1, columns.len())),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::Sqlite;

    #[test]
    fn no_table_and_no_column_is_left_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("chancery.db");
        drop(Sqlite::open(&path).expect("a database"));
        let connection = rusqlite::Connection::open(&path).expect("the database");
        let sql = "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c
                   WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";
        let mut statement = connection.prepare(sql).expect("a statement");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in rows {
            let (table, column) = row.expect("a row");
            found.entry(table).or_default().push(column);
        }
        for left in ["refinery_schema_history", "schema_served", "leases", "change_log"] {
            assert!(found.remove(left).is_some(), "{left}");
        }
        let owned = |columns: &[&str]| columns.iter().map(|&it| it.to_owned()).collect();
        let mut carried: BTreeMap<String, Vec<String>> =
            TABLES.iter().map(|(name, columns, _)| ((*name).to_owned(), owned(columns))).collect();
        for columns in found.values_mut().chain(carried.values_mut()) {
            columns.sort();
        }
        assert_eq!(carried, found);
    }
}
