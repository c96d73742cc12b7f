//! Moves, backups and restores of a store that no server serves, or of one that is served where that does no harm.

use std::path::Path;

use chancery_core::keyring::{KeyRow, Keyring, Purpose, rotation};
use chancery_core::write::Write;
use chancery_store::StoreError;
pub use chancery_store::transfer::Step;
use chancery_store::transfer::{self, CarryError, Place, Sums};

use super::StartError;
use super::data_dir::{DataDir, MasterKeySource};
use crate::clock::{Clock, SystemClock, SystemRandom};

/// A table, and how many of its rows were carried.
pub type Carried = Vec<(&'static str, u64)>;

fn place(folder: &DataDir) -> Place {
    match &folder.shared {
        None => Place::File(folder.path.join("chancery.db")),
        Some(settings) => Place::Shared(Box::new(settings.clone())),
    }
}

fn carried(sums: Sums) -> Carried {
    sums.into_iter().map(|(table, sum)| (table.name, sum.rows)).collect()
}

/// Moves everything, but for the master key, to a place that holds nothing yet. Goes on where it was interrupted.
pub async fn move_store(
    from: &DataDir,
    to: &DataDir,
    progress: impl FnMut(Step) + Send,
) -> Result<Carried, StartError> {
    let _from = from.lock()?;
    if to.shared.is_none() {
        to.make()?;
    }
    let _to = to.lock()?;
    let done = transfer::carry(&place(from), &place(to), progress).await;
    done.map(carried).map_err(|error| {
        StartError(format!(
            "{} was not moved to {}: {error}. {} is as it was.",
            from.database(),
            to.database(),
            from.database()
        ))
    })
}

/// Writes a backup of a store, which may be served meanwhile.
pub async fn back_up(
    from: &DataDir,
    file: &Path,
    progress: impl FnMut(Step) + Send,
) -> Result<Carried, StartError> {
    let done = transfer::back_up(&place(from), file, progress).await;
    done.map(carried).map_err(|error| {
        // What is half written is none.
        if error != CarryError::Exists {
            for end in ["", "-wal", "-shm", ".lock"] {
                drop(std::fs::remove_file(format!("{}{end}", file.display())));
            }
        }
        StartError(format!("No backup of {} was made at {}: {error}.", from.database(), file.display()))
    })
}

/// Reads a backup whole; what is in it, if it is as it was when it was made.
pub async fn verify(file: &Path) -> Result<Carried, StartError> {
    present(file)?;
    let done = transfer::verify(file).await;
    done.map(carried).map_err(|error| StartError(format!("{} is not good: {error}.", file.display())))
}

/// Fills an empty place with a backup. Whatever could have been ended since does not come back: sessions and logins stay
/// behind, and tokens and codes are void, since the keys that they were made with go.
pub async fn restore(
    file: &Path,
    to: &DataDir,
    master: &MasterKeySource,
    progress: impl FnMut(Step) + Send,
) -> Result<Carried, StartError> {
    present(file)?;
    if to.shared.is_none() {
        to.make()?;
    }
    let _to = to.lock()?;
    let master = to.master_key(master)?;
    let keys = |rows: Vec<KeyRow>| {
        let failed = |why: &str| StoreError::Corrupt(why.to_owned());
        Keyring::open(&rows, &master).map_err(|_| failed("the master key does not belong to it"))?;
        let (kept, gone): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.purpose == Purpose::Digest);
        // Numbers go on, lest a token of an old key be taken for one of a new.
        let last = gone.iter().chain(&kept).max_by_key(|row| row.id).cloned();
        let numbered: Vec<_> = kept.into_iter().chain(last).collect();
        let now = SystemClock.now();
        let made = rotation::renewed(&numbered, &master, &SystemRandom, now);
        let mut writes = made.ok_or_else(|| failed("no new keys could be made"))?;
        writes.extend(gone.into_iter().map(|row| Write::DeleteKey(row.id)));
        Ok(writes)
    };
    let done = transfer::restore(file, &place(to), progress, keys).await;
    done.map(carried).map_err(|error| {
        StartError(format!("{} was not restored to {}: {error}.", file.display(), to.database()))
    })
}

fn present(file: &Path) -> Result<(), StartError> {
    if file.is_file() {
        return Ok(());
    }
    Err(StartError(format!("There is no backup at {}.", file.display())))
}
