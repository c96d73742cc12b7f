//! The schema: which version a database has, and how it comes to have this one's. Several nodes may try at once.

use std::time::Duration;

use tokio_postgres::Client;

use super::row::Fault;
use crate::OpenError;

mod migrations {
    refinery::embed_migrations!("src/postgres/migrations");
}

/// So often a node tries, while another one brings the schema up.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(250);

/// The highest version known here.
pub fn known() -> i32 {
    let runner = migrations::migrations::runner();
    runner.get_migrations().iter().map(refinery::Migration::version).max().unwrap_or_default()
}

/// The version of the database; 0 if it has no schema.
pub async fn found(client: &Client) -> Result<i32, OpenError> {
    let table = "SELECT COUNT(*) FROM information_schema.tables
                 WHERE table_schema = CURRENT_SCHEMA AND table_name = 'refinery_schema_history'";
    let failed = |error: tokio_postgres::Error| OpenError::from(Fault::from(error));
    let tables: i64 = client.query_one(table, &[]).await.map_err(failed)?.try_get(0).map_err(failed)?;
    if tables == 0 {
        return Ok(0);
    }
    let version = "SELECT COALESCE(MAX(version), 0) FROM refinery_schema_history";
    client.query_one(version, &[]).await.map_err(failed)?.try_get(0).map_err(failed)
}

/// The oldest version whose binaries understand the schema as it is.
async fn served_since(client: &Client) -> Result<i64, OpenError> {
    let failed = |error: tokio_postgres::Error| OpenError::from(Fault::from(error));
    let since = "SELECT COALESCE(MAX(since), 0) FROM schema_served";
    client.query_one(since, &[]).await.map_err(failed)?.try_get(0).map_err(failed)
}

/// Brings an older schema up. A newer one is left as it is, and refused if this version does not understand it.
pub async fn bring_up(client: &mut Client) -> Result<(), OpenError> {
    let mut tries = 0;
    loop {
        let (found, known) = (found(client).await?, known());
        if found > known && served_since(client).await? > i64::from(known) {
            return Err(OpenError::TooNew { found, known });
        }
        if found >= known {
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
