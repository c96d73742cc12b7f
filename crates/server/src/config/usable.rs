//! Whether what a configuration names is there and can be used. Looks, and makes nothing.

use std::fs::OpenOptions;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::Config;
use crate::http::tls;
use crate::pages::brand::Brand;
use crate::start::StartError;
use crate::start::bootstrap::Wishes;
use crate::start::data_dir::{DataDir, MasterKeySource};

/// Refuses what a start would refuse, as far as that can be seen without starting. A command for the master key is run,
/// as a start would.
pub fn usable(
    config: &Config,
    master: &MasterKeySource,
    wishes: impl FnOnce() -> Result<Wishes, StartError>,
) -> Result<(), StartError> {
    config.check()?;
    if let Some(files) = &config.tls {
        tls::read(files)?;
    }
    Brand::load(&config.branding)?;
    crate::start::outbound(config)?;
    if config.database.is_some() {
        // What is in it, only a start can see.
        return wishes()?.check().map(drop);
    }
    let path = &config.data_dir;
    let is_first = !DataDir::has_database(path);
    if is_first {
        wishes()?.check()?;
    }
    data_dir(path)?;
    if is_first && let Some(file) = &config.bootstrap_file {
        bootstrap_file(file, path)?;
    }
    let will_be_made =
        is_first && matches!(master, MasterKeySource::DataDir) && !path.join("master.key").exists();
    if !will_be_made {
        DataDir { path: path.clone(), shared: None }.master_key(master)?;
    }
    Ok(())
}

fn data_dir(path: &Path) -> Result<(), StartError> {
    let shown = path.display();
    let refused = |why: String| {
        Err(StartError(format!(
            "The data directory {shown} cannot be used: {why}. Choose another with --data-dir."
        )))
    };
    // If it is not there it will be made, inside what is.
    let mut folders = path.ancestors().map(or_here);
    let Some(folder) = folders.find(|it| it.symlink_metadata().is_ok()) else {
        return refused("nothing is above it".to_owned());
    };
    if !folder.is_dir() {
        return refused(format!("{} is not a directory", folder.display()));
    }
    if !admits(folder) {
        return refused(format!("nothing can be made in {}", folder.display()));
    }
    if folder == path
        && let Err(error) = std::fs::read_dir(path)
    {
        return refused(error.to_string());
    }
    if DataDir::has_database(path) {
        let database = path.join("chancery.db");
        if let Err(error) = OpenOptions::new().read(true).write(true).open(&database) {
            return refused(format!("{} cannot be opened: {error}", database.display()));
        }
    }
    Ok(())
}

fn bootstrap_file(path: &Path, data_dir: &Path) -> Result<(), StartError> {
    let refused = |why: &str| {
        let shown = path.display();
        Err(StartError(format!(
            "The new credentials cannot be written to {shown}: {why}. Choose another file with --bootstrap-file."
        )))
    };
    let folder = or_here(path.parent().unwrap_or(path));
    if path.symlink_metadata().is_ok_and(|found| !found.is_file()) {
        return refused("it is not a regular file");
    }
    // The data directory is made before they are written.
    if folder == data_dir || folder.is_dir() && admits(folder) {
        return Ok(());
    }
    refused("there is no folder that it can be made in")
}

/// The folder of a name without any is the one that we are in.
fn or_here(folder: &Path) -> &Path {
    if folder == Path::new("") { Path::new(".") } else { folder }
}

/// Whether this user may make something in a folder, as far as its place, owner and mode tell: where they do not, it may.
fn admits(folder: &Path) -> bool {
    // What is there the kernel makes, and nobody else, whatever the mode.
    let is_kernels = |it: &Path| it.starts_with("/proc") || it.starts_with("/sys");
    if folder.canonicalize().is_ok_and(|it| is_kernels(&it)) {
        return false;
    }
    let user = rustix::process::geteuid();
    let Ok(found) = folder.metadata() else { return true };
    let has = |bits: u32| found.mode() & bits == bits;
    user.is_root() || if found.uid() == user.as_raw() { has(0o300) } else { has(0o030) || has(0o003) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use tempfile::TempDir;
    use zeroize::Zeroizing;

    use super::*;
    use crate::config::File;

    const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn folder() -> TempDir {
        tempfile::tempdir().expect("a folder")
    }

    fn config(data_dir: &Path) -> Config {
        let file = File { data_dir: data_dir.to_owned(), ..File::default() };
        Config::try_from(file).expect("a configuration")
    }

    /// What is wrong with a configuration that leaves the rest to the server; empty if nothing is.
    fn wrong(config: &Config) -> String {
        said(usable(config, &MasterKeySource::DataDir, || Ok(Wishes::default())))
    }

    fn said(checked: Result<(), StartError>) -> String {
        checked.err().map(|error| error.0).unwrap_or_default()
    }

    #[test]
    fn a_directory_that_will_be_made_is_good_and_is_not_made() {
        let folder = folder();
        let data = folder.path().join("a/b");
        assert_eq!(wrong(&config(&data)), "");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
        std::fs::write(folder.path().join("a"), "a file").expect("written");
        assert!(wrong(&config(&data)).contains("is not a directory"));
        assert!(wrong(&config(&folder.path().join("a"))).contains("is not a directory"));
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_refused() {
        let folder = folder();
        let link = folder.path().join("link");
        symlink(folder.path().join("nowhere"), &link).expect("a link");
        for (path, reason) in [
            (Path::new("/proc/chancery"), "nothing can be made in /proc"),
            (Path::new("/proc/self"), "nothing can be made in /proc/self"),
            (&link, "is not a directory"),
        ] {
            let said = wrong(&config(path));
            assert!(said.contains(reason), "{}: {said}", path.display());
        }
    }

    #[test]
    fn a_directory_that_is_closed_to_this_user_is_refused() {
        let folder = folder();
        let closed = std::fs::Permissions::from_mode(0o577);
        std::fs::set_permissions(folder.path(), closed).expect("a mode");
        let is_root = rustix::process::geteuid().is_root();
        for path in [folder.path().to_owned(), folder.path().join("data")] {
            assert_eq!(wrong(&config(&path)).is_empty(), is_root, "whoever owns it counts as nobody else");
        }
    }

    #[test]
    fn a_master_key_is_looked_at_wherever_it_will_be_read() {
        let folder = folder();
        let (file, none) = (folder.path().join("key"), folder.path().join("none"));
        std::fs::write(&file, KEY).expect("written");
        let fresh = config(&folder.path().join("fresh"));
        let used = config(folder.path());
        std::fs::write(folder.path().join("chancery.db"), "there").expect("written");
        let value = |text: &str| MasterKeySource::Value(Zeroizing::new(text.to_owned()));
        let command = |text: &str| MasterKeySource::Command(text.to_owned());
        for (source, at_first, later) in [
            (MasterKeySource::DataDir, "", "master.key is missing"),
            (MasterKeySource::File(file), "", ""),
            (MasterKeySource::File(none), "none is missing", "none is missing"),
            (value(KEY), "", ""),
            (value("sesame"), "in CHANCERY_MASTER_KEY is not", "in CHANCERY_MASTER_KEY is not"),
            (command(&format!("echo {KEY}")), "", ""),
            (command("exit 3"), "command failed", "command failed"),
        ] {
            for (config, reason) in [(&fresh, at_first), (&used, later)] {
                let said = said(usable(config, &source, || Ok(Wishes::default())));
                assert!(said.contains(reason) && said.is_empty() == reason.is_empty(), "{reason:?}: {said}");
                assert!(!said.contains("sesame"), "{said}");
            }
        }
    }

    #[test]
    fn only_a_first_start_has_wishes_and_a_place_for_credentials() {
        let folder = folder();
        let wishes = || Ok(Wishes { client_id: Some("my-client".to_owned()), ..Wishes::default() });
        let source = MasterKeySource::Value(Zeroizing::new(KEY.to_owned()));
        let data = folder.path().join("data");
        let at = |file: &str| Config { bootstrap_file: Some(folder.path().join(file)), ..config(&data) };
        assert!(said(usable(&config(&data), &source, wishes)).contains("CHANCERY_BOOTSTRAP_CLIENT_ID"));
        for (file, good) in
            [("made.json", true), ("data/made.json", true), ("none/made.json", false), (".", false)]
        {
            assert_eq!(wrong(&at(file)).is_empty(), good, "{file}: {}", wrong(&at(file)));
        }
        std::fs::create_dir(&data).expect("a folder");
        std::fs::write(data.join("chancery.db"), "there").expect("written");
        assert_eq!(said(usable(&config(&data), &source, wishes)), "");
        assert_eq!(said(usable(&at("none/made.json"), &source, wishes)), "");
    }
}
