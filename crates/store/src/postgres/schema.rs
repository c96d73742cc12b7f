//! The schema: which version a database has, and how it comes to have this one's. Several nodes may try at once.

use std::time::Duration;

use tokio_postgres::Client;

use super::row::Fault;
use crate::{OpenError, Schema};

mod migrations {
    refinery::embed_migrations!("src/postgres/migrations");
}

/// So often a node tries, while another one brings the schema up.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(250);

/// The schema of the database.
pub async fn look(client: &Client) -> Result<Schema, OpenError> {
    let runner = migrations::migrations::runner();
    let known = runner.get_migrations().iter().map(refinery::Migration::version).max().unwrap_or_default();
    let number = |sql| number(client, sql);
    // Not by information_schema, which hides tables from whoever has no right to them.
    let tables = "SELECT COUNT(*) FROM pg_catalog.pg_tables
                  WHERE schemaname = CURRENT_SCHEMA AND tablename = 'refinery_schema_history'";
    if number(tables).await? == 0 {
        return Ok(Schema { found: 0, known, served_since: 0 });
    }
    let found =
        number("SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) FROM refinery_schema_history").await?;
    let found = i32::try_from(found).unwrap_or(i32::MAX);
    let since = "SELECT COALESCE(MAX(since), 0) FROM schema_served";
    let served_since = if found > known { number(since).await? } else { 0 };
    Ok(Schema { found, known, served_since: i32::try_from(served_since).unwrap_or(i32::MAX) })
}

/// Whether the database can say what became of a transaction whose end was not heard: not all that speak its protocol can.
pub async fn remembers(client: &Client) -> Result<bool, OpenError> {
    let functions = "SELECT COUNT(*) FROM pg_proc WHERE proname IN ('pg_current_xact_id', 'pg_xact_status')";
    Ok(number(client, functions).await? == 2)
}

async fn number(client: &Client, sql: &str) -> Result<i64, OpenError> {
    let failed = |error: tokio_postgres::Error| OpenError::from(Fault::from(error));
    // In one message: behind a pooler the next one may go elsewhere.
    client.query_typed_one(sql, &[]).await.map_err(failed)?.try_get(0).map_err(failed)
}

/// Brings an older schema up. A newer one is left as it is, and refused if this version does not understand it.
pub async fn bring_up(client: &mut Client) -> Result<(), OpenError> {
    let mut tries = 0;
    loop {
        let schema = look(client).await?;
        if schema.is_too_new() {
            return Err(OpenError::TooNew { found: schema.found, known: schema.known });
        }
        if !schema.is_outdated() {
            return Ok(());
        }
        // Grouped: all that lacks is one transaction, so that a node that dies leaves all of it or none.
        let migrated = migrations::migrations::runner().set_grouped(true).run_async(client).await;
        let Err(error) = migrated else { continue };
        tries += 1;
        if tries == TRIES {
            return Err(OpenError::Migration(super::settings::root(&error)));
        }
        // Another node may be at it.
        tokio::time::sleep(PAUSE).await;
    }
}
