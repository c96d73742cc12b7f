//! `chancery config`.

use std::io::Write as _;

use chancery_server::config::{schema, usable};
use clap::{ArgMatches, Args, Subcommand};

use super::options::Options;
use super::wishes;

/// Looks at a configuration. Nothing is started or made.
#[derive(Args)]
pub struct Config {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Show the values that `chancery serve` would use, each with where it comes from. Secrets are not shown.
    Show(Box<Options>),
    /// Say whether `chancery serve` could use it: exit code 0, or 1 with what is wrong and where.
    Check(Box<Options>),
    /// Show the JSON Schema of the configuration file.
    Schema,
}

impl Config {
    /// Does what was asked.
    pub fn run(self, matches: &ArgMatches) -> anyhow::Result<()> {
        let matches = matches.subcommand().map_or(matches, |(_, inner)| inner);
        let text = match self.action {
            Action::Show(options) => {
                // Before anything is shown: a URL with a password in it is refused here.
                options.config(matches)?.check()?;
                let layers = options.layers(matches)?;
                format!(
                    "# The master key comes from {}.\n{}",
                    options.data.master_key_origin()?,
                    layers.show()?
                )
            }
            Action::Check(options) => {
                usable(&options.config(matches)?, &options.data.master_key()?, wishes)?;
                "The configuration is valid.\n".to_owned()
            }
            Action::Schema => schema()?,
        };
        Ok(std::io::stdout().lock().write_all(text.as_bytes())?)
    }
}
