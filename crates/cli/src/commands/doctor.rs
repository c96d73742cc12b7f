//! `chancery doctor`.

use anyhow::bail;
use chancery_server::start::doctor::examine;
use clap::{ArgMatches, Args};

use super::options::Options;
use super::wishes;
use crate::remote::output::line;

/// Takes the options of `chancery serve`, and looks with them. Nothing is changed. Exit code 1 if something is wrong.
#[derive(Args)]
pub struct Doctor {
    #[command(flatten)]
    options: Options,
}

impl Doctor {
    /// Looks, and says what it found.
    pub async fn run(self, matches: &ArgMatches) -> anyhow::Result<()> {
        let config = self.options.config(matches)?;
        let findings = examine(config, &self.options.data.master_key()?, wishes).await;
        for it in &findings {
            match &it.found {
                Ok(found) => line(format_args!("ok\t{}\t{found}", it.name))?,
                Err(wrong) => line(format_args!("WRONG\t{}\t{wrong}", it.name))?,
            }
        }
        match findings.iter().filter(|it| it.found.is_err()).count() {
            0 => Ok(()),
            1 => bail!("One thing is wrong."),
            count => bail!("{count} things are wrong."),
        }
    }
}
