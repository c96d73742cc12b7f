//! What is wrong, and what to do: everything that a server stands on, looked at without changing any of it.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use chancery_store::Store;

use super::bootstrap::Wishes;
use super::data_dir::{self, DataDir, MasterKeySource};
use super::{StartError, files, unreadable};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, usable};

/// Clocks of nodes and database may differ by so much, in milliseconds.
const SKEW: i64 = 2000;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub name: &'static str,
    /// What was found; the error says what is wrong and what to do.
    pub found: Result<String, String>,
}

/// Looks at configuration, permissions, limits, database, keys, clock and administrators, each if the one before lets it.
pub async fn examine(
    config: Config,
    master: &MasterKeySource,
    wishes: impl FnOnce() -> Result<Wishes, StartError>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut note = |name, found: Result<String, String>| {
        let is_good = found.is_ok();
        findings.push(Finding { name, found });
        is_good
    };
    let usable = usable(&config, master, wishes);
    note("configuration", usable.map(|()| "can be used".to_owned()).map_err(|error| error.0));
    note(
        "limits",
        match files::too_few(config.max_connections) {
            None => Ok(format!("{} connections can be open", config.max_connections)),
            Some(most) => Err(format!(
                "Only {most} files can be open. Raise the limit (ulimit -n, LimitNOFILE=), or lower --max-connections."
            )),
        },
    );
    if config.database.is_none() && !DataDir::has_database(&config.data_dir) {
        note("database", Ok("none yet: the first start makes it".to_owned()));
        return findings;
    }
    let folder = DataDir { path: config.data_dir, shared: config.database };
    if folder.shared.is_none() {
        note("data directory", private(&folder));
    }
    if !note("schema", schema(&folder).await) {
        return findings;
    }
    let store = match folder.open_store().await {
        Ok(store) => store,
        Err(error) => {
            note("database", Err(error.0));
            return findings;
        }
    };
    note("database", Ok(folder.database()));
    note("keys", keys(&*store, &folder, master).await.map_err(|error| error.0));
    note("clock", clock(&*store).await);
    note("administrators", administrators(&store).await);
    note("counts", counts(&*store).await);
    drop(store.close().await);
    findings
}

fn private(folder: &DataDir) -> Result<String, String> {
    let shown = folder.path.display();
    let mode = std::fs::metadata(&folder.path).map(|found| found.permissions().mode() & 0o777);
    match mode {
        Ok(mode) if mode & 0o077 == 0 => Ok(format!("{shown} is private")),
        Ok(mode) => {
            Err(format!("{shown} has mode {mode:o}: others can look into it. Run `chmod 700 {shown}`."))
        }
        Err(error) => Err(format!("{shown} cannot be looked at: {error}.")),
    }
}

async fn schema(folder: &DataDir) -> Result<String, String> {
    let schema = folder.schema().await.map_err(|error| error.0)?;
    if schema.is_too_new() {
        return Err(format!(
            "It has version {}, and this version of Chancery knows {}. Use the version that wrote it, or a newer one.",
            schema.found, schema.known
        ));
    }
    if schema.is_outdated() {
        return Err(format!(
            "It has version {} of {}. Run `chancery migrate up`, or start the server.",
            schema.found, schema.known
        ));
    }
    Ok(format!("version {}", schema.found))
}

async fn keys(store: &dyn Store, folder: &DataDir, master: &MasterKeySource) -> Result<String, StartError> {
    if store.keys().await.map_err(|error| unreadable(folder, &error))?.is_empty() {
        return Ok("none yet: the first start makes them".to_owned());
    }
    let master = folder.master_key(master)?;
    data_dir::check_keys(store, &master, folder).await?;
    Ok("the master key opens them".to_owned())
}

async fn clock(store: &dyn Store) -> Result<String, String> {
    let before = SystemClock.now();
    let there = store
        .clock()
        .await
        .map_err(|error| format!("The database does not say what time it is: {error}."))?;
    let Some(there) = there else { return Ok("the only one".to_owned()) };
    let apart = (there.millis() - before.millis()).abs();
    if apart > SKEW {
        return Err(format!(
            "It differs from that of the database by {} seconds. Have both follow one source of time (NTP).",
            apart / 1000
        ));
    }
    Ok(format!("within {SKEW} ms of the database's"))
}

async fn counts(store: &dyn Store) -> Result<String, String> {
    let failed = |error: chancery_store::StoreError| format!("Clients cannot be counted: {error}.");
    for organization in store.organizations().await.map_err(failed)? {
        let known = store.count_clients(organization.id).await.map_err(failed)?;
        let there = store.client_ids(organization.id).await.map_err(failed)?.len();
        if known as usize != there {
            return Err(format!(
                "{} has {there} clients, and {known} are counted. Run `chancery migrate up`, which counts anew.",
                organization.name
            ));
        }
    }
    Ok("as many clients as are counted".to_owned())
}

async fn administrators(store: &Arc<dyn Store>) -> Result<String, String> {
    let failed = |error: chancery_store::StoreError| format!("They cannot be read: {error}.");
    let organizations = store.organizations().await.map_err(failed)?;
    for organization in &organizations {
        let mut found = false;
        for role in
            store.roles(organization.id).await.map_err(failed)?.iter().filter(|role| role.is_almighty())
        {
            found |= !store.working_holders(role.id).await.map_err(failed)?.is_empty();
        }
        if !found {
            return Err(format!(
                "Nobody can administer {}. Run `chancery recover --organization {}`.",
                organization.name, organization.short_name
            ));
        }
    }
    Ok(format!("organizations with one who can act: {}", organizations.len()))
}
