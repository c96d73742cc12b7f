//! Whether what a configuration names is there and can be used. Looks, and makes nothing.

use std::fs::OpenOptions;
use std::path::Path;

use super::{Config, ConfigError};
use crate::http::tls;
use crate::start::data_dir::DataDir;

/// Refuses what a start would refuse, as far as that can be seen without starting.
pub fn usable(config: &Config) -> Result<(), ConfigError> {
    config.check()?;
    if let Some(files) = &config.tls {
        tls::read(files).map_err(|error| {
            ConfigError(format!("TLS cannot be spoken: {error}. Change --tls-cert or --tls-key."))
        })?;
    }
    data_dir(&config.data_dir)
}

fn data_dir(path: &Path) -> Result<(), ConfigError> {
    let shown = path.display();
    let refused = |why: String| {
        Err(ConfigError(format!(
            "The data directory {shown} cannot be used: {why}. Choose another with --data-dir."
        )))
    };
    if !path.exists() {
        // It will be made, inside what is there.
        let mut above =
            path.ancestors().skip(1).map(|it| if it == Path::new("") { Path::new(".") } else { it });
        return match above.find(|it| it.exists()) {
            Some(above) if above.is_dir() => Ok(()),
            _ => refused("what is above it is not a directory".to_owned()),
        };
    }
    if let Err(error) = std::fs::read_dir(path) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::File;

    fn config(data_dir: &Path) -> Config {
        let file = File { data_dir: data_dir.to_owned(), ..File::default() };
        Config::try_from(file).expect("a configuration")
    }

    #[test]
    fn a_directory_that_will_be_made_is_good_and_is_not_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("a/b");
        assert_eq!(usable(&config(&data)), Ok(()));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
        std::fs::write(folder.path().join("a"), "a file").expect("written");
        assert!(usable(&config(&data)).is_err());
        assert!(usable(&config(&folder.path().join("a"))).is_err());
    }
}
