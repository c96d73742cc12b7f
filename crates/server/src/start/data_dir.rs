//! The data directory: the database, the master key, and the lock that keeps a second server out.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chancery_core::env::Random;
use chancery_core::keyring::{Keyring, MasterKey};
use chancery_store::postgres::Settings;
use chancery_store::{OpenError, Postgres, Schema, Sqlite, Store};
use zeroize::Zeroizing;

use super::{StartError, unreadable};

/// A database that does not answer has so long to begin.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_secs(1);

/// A folder that is ours, and the database: in it, unless it is one that nodes share.
#[derive(Debug)]
pub struct DataDir {
    /// Where it is.
    pub path: PathBuf,
    /// The database that nodes share.
    pub shared: Option<Settings>,
}

/// Where the master key comes from.
#[derive(Default)]
pub enum MasterKeySource {
    /// `master.key` in the data directory, made at the first start.
    #[default]
    DataDir,
    /// Another file.
    File(PathBuf),
    /// The key itself, from the environment.
    Value(Zeroizing<String>),
    /// What a command prints; run by `sh -c`.
    Command(String),
}

impl DataDir {
    /// The folder at `path`, made with mode 0700 if it is not there. A node with a database elsewhere makes it when it has
    /// something to keep.
    pub fn prepare(path: &Path, shared: Option<Settings>) -> Result<Self, StartError> {
        let folder = Self { path: path.to_owned(), shared };
        if folder.shared.is_none() {
            folder.make()?;
        }
        Ok(folder)
    }

    /// Makes the folder, if it is not there.
    pub fn make(&self) -> Result<(), StartError> {
        let path = &self.path;
        let refused = |error: std::io::Error| {
            StartError(format!(
                "The data directory {} cannot be used: {error}. Make it readable and writable for this user, or choose another with --data-dir.",
                path.display()
            ))
        };
        if !path.exists() {
            DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(refused)?;
        }
        std::fs::read_dir(path).map_err(refused).map(drop)
    }

    /// The folder at `path`, if a server has begun in it, or elsewhere.
    pub fn existing(path: &Path, shared: Option<Settings>) -> Result<Self, StartError> {
        if shared.is_some() || Self::has_database(path) {
            return Ok(Self { path: path.to_owned(), shared });
        }
        Err(StartError(format!(
            "There is no database in {}. Start `chancery serve` first, or name its directory with --data-dir.",
            path.display()
        )))
    }

    /// Whether a server has begun in the folder at `path`.
    pub fn has_database(path: &Path) -> bool {
        file(path).exists()
    }

    /// Where everything is kept, for people.
    pub fn database(&self) -> String {
        self.shared.as_ref().map_or_else(|| file(&self.path).display().to_string(), Settings::place)
    }

    /// Held as long as a server runs here; ends with the process, however that ends. A database that nodes share needs none.
    pub fn lock(&self) -> Result<Option<File>, StartError> {
        if self.shared.is_some() {
            return Ok(None);
        }
        let path = self.path.join("server.lock");
        let refused = |error: std::io::Error| {
            StartError(format!(
                "The lock file {} cannot be used: {error}. Make it writable for this user, or choose another directory with --data-dir.",
                path.display()
            ))
        };
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(refused)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Err(StartError(format!(
                "Another server is using {}. Stop it, or choose another directory with --data-dir.",
                self.path.display()
            ))),
            Err(TryLockError::Error(error)) => Err(refused(error)),
        }
    }

    /// Opens the database, or makes it.
    pub async fn open_store(&self) -> Result<Arc<dyn Store>, StartError> {
        self.whole(self.open().await).await
    }

    /// The same, and waits for a database elsewhere that does not answer yet.
    pub async fn await_store(&self) -> Result<Arc<dyn Store>, StartError> {
        let begun = Instant::now();
        loop {
            match self.open().await {
                Err(OpenError::Unreachable(why)) if begun.elapsed() < PATIENCE => {
                    tracing::warn!(database = self.database(), why, "the database does not answer yet");
                    tokio::time::sleep(PAUSE).await;
                }
                opened => return self.whole(opened).await,
            }
        }
    }

    async fn open(&self) -> Result<Arc<dyn Store>, OpenError> {
        Ok(match &self.shared {
            None => Arc::new(Sqlite::open(&file(&self.path))?),
            Some(settings) => Arc::new(Postgres::open(settings).await?),
        })
    }

    /// Refuses what cannot be used, and what is not whole.
    async fn whole(&self, opened: Result<Arc<dyn Store>, OpenError>) -> Result<Arc<dyn Store>, StartError> {
        let store = opened.map_err(|error| self.refused(&error))?;
        if store.is_unfinished().await.map_err(|error| unreadable(self, &error))? {
            return Err(StartError(format!(
                "The database {} was not filled to the end, or is a backup. Run the same `chancery db move` or `chancery backup restore` again.",
                self.database()
            )));
        }
        Ok(store)
    }

    /// The schema of the database; nothing is changed.
    pub async fn schema(&self) -> Result<Schema, StartError> {
        let schema = match &self.shared {
            None => Sqlite::schema(&file(&self.path)),
            Some(settings) => Postgres::schema(settings).await,
        };
        schema.map_err(|error| self.refused(&error))
    }

    fn refused(&self, error: &OpenError) -> StartError {
        let advice = match (error, &self.shared) {
            (OpenError::TooNew { .. }, _) => "Use the version that wrote it, or a newer one",
            (OpenError::Migration(_), Some(_)) => {
                "Let its user create tables in the schema, or see what the database says"
            }
            (OpenError::Damaged(_) | OpenError::Migration(_), _) => "Restore it from a backup",
            (OpenError::Foreign, _) => "Choose another directory with --data-dir",
            (OpenError::Io(_), None) => "Make it readable and writable for this user",
            (OpenError::Io(_), Some(_)) => "Change --database-url, or [database]",
            (OpenError::Unreachable(_), _) => "Start it, or change --database-url",
        };
        StartError(format!("The database {} cannot be used: {error}. {advice}.", self.database()))
    }

    fn key_file(&self) -> PathBuf {
        self.path.join("master.key")
    }

    /// The master key of a database that is in use.
    pub fn master_key(&self, source: &MasterKeySource) -> Result<MasterKey, StartError> {
        let (text, origin) = match source {
            MasterKeySource::Value(text) => (text.clone(), "in CHANCERY_MASTER_KEY".to_owned()),
            MasterKeySource::Command(command) => {
                (run(command)?, "printed by the master key command".to_owned())
            }
            MasterKeySource::File(path) => (read(path)?, format!("in {}", path.display())),
            MasterKeySource::DataDir => (self.read_own_key()?, format!("in {}", self.key_file().display())),
        };
        MasterKey::parse(&text).ok_or_else(|| {
            StartError(format!(
                "The master key {origin} is not 32 bytes in base64url. Restore it from a backup."
            ))
        })
    }

    /// A file that this server made must have stayed private; one that others mount is theirs to guard.
    fn read_own_key(&self) -> Result<Zeroizing<String>, StartError> {
        let path = self.key_file();
        let shared = std::fs::metadata(&path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0);
        if shared {
            let path = path.display();
            return Err(StartError(format!(
                "The master key {path} can be read by others. Run `chmod 600 {path}`."
            )));
        }
        read(&path)
    }

    /// The master key of an empty database; made in the data directory if that is where it belongs.
    pub fn master_key_or_new(
        &self,
        source: &MasterKeySource,
        random: &dyn Random,
    ) -> Result<MasterKey, StartError> {
        if matches!(source, MasterKeySource::DataDir) && !self.key_file().exists() {
            self.make()?;
            let master = MasterKey::random(random);
            write_private(&self.key_file(), master.expose().as_bytes()).map_err(|error| {
                StartError(format!(
                    "The master key {} cannot be written: {error}.",
                    self.key_file().display()
                ))
            })?;
        }
        self.master_key(source)
    }
}

/// The database in a data directory.
fn file(folder: &Path) -> PathBuf {
    folder.join("chancery.db")
}

/// Refuses a master key that does not open the keys in the store.
pub async fn check_keys(
    store: &dyn Store,
    master: &MasterKey,
    folder: &DataDir,
) -> Result<Keyring, StartError> {
    let rows = store.keys().await.map_err(|error| unreadable(folder, &error))?;
    Keyring::open(&rows, master).map_err(|_| {
        StartError(format!(
            "The master key does not belong to the database {}. Use the key that was made with it.",
            folder.database()
        ))
    })
}

fn read(path: &Path) -> Result<Zeroizing<String>, StartError> {
    let refused = |why: &str| {
        Err(StartError(format!(
            "The master key {} {why}. Without it the database cannot be used: restore it from a backup.",
            path.display()
        )))
    };
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => refused("is missing"),
        Err(error) => refused(&format!("cannot be read: {error}")),
    }
}

fn run(command: &str) -> Result<Zeroizing<String>, StartError> {
    let failed = |why: String| {
        StartError(format!("The master key command failed: {why}. Check --master-key-command."))
    };
    let output = std::process::Command::new("sh")
        .args(["-c", command])
        .stderr(std::process::Stdio::inherit())
        .output();
    let output = output.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    String::from_utf8(output.stdout)
        .map(Zeroizing::new)
        .map_err(|_| failed("it did not print text".to_owned()))
}

/// Writes a file of mode 0600 so that it is there whole, and on disk, or not at all.
pub fn write_private(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().ok_or(std::io::ErrorKind::InvalidInput)?.to_string_lossy();
    // Not through a link: the rename would replace the link itself, /dev/stdout for example.
    if path.symlink_metadata().is_ok_and(|found| !found.is_file()) {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let draft = folder.join(format!(".{name}.{}", std::process::id()));
    // A draft that a crash left behind must not lend its mode to this one.
    drop(std::fs::remove_file(&draft));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written =
        file.write_all(content).and_then(|()| file.sync_all()).and_then(|()| std::fs::rename(&draft, path));
    if written.is_err() {
        drop(std::fs::remove_file(&draft));
    }
    written?;
    File::open(folder)?.sync_all()
}
