//! `chancery backup`.

use std::path::PathBuf;

use chancery_server::start::carry;
use clap::{Args, Subcommand};

use super::{Data, bar};
use crate::remote::output::line;
use crate::remote::progress::Progress;

/// A backup is one file, whichever database it was made of. Key material in it stays wrapped by the master key, which is not in it.
#[derive(Args)]
pub struct Backup {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Write everything that is kept, as it is at this moment, to a new file. A running server need not be stopped.
    Create {
        /// The file; there must be none.
        file: PathBuf,
        #[command(flatten)]
        data: Data,
    },
    /// Read a backup whole, and say whether it is as it was when it was made.
    Verify {
        /// The file.
        file: PathBuf,
    },
    /// Fill an empty database with a backup. People log in again and clients fetch new tokens: nothing that was ended since the
    /// backup was made comes back to life.
    Restore {
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        data: Data,
    },
}

impl Backup {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        let mut shown = Progress::default();
        let progress = |step| shown.show(&bar(&step));
        let done = match self.action {
            Action::Create { file, data } => carry::back_up(&data.folder()?, &file, progress).await,
            Action::Verify { file } => carry::verify(&file).await,
            Action::Restore { file, data } => {
                carry::restore(&file, &data.new_folder()?, &data.master_key()?, progress).await
            }
        };
        drop(shown);
        for (table, rows) in done? {
            line(format_args!("{table}\t{rows}"))?;
        }
        Ok(())
    }
}
