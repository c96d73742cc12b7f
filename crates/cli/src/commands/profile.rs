//! `chancery profile`.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::remote::output::{Column, Output, write};
use crate::remote::profile::{Profiles, path};

const COLUMNS: &[Column] =
    &[("NAME", "/name"), ("SERVER", "/server"), ("CLIENT", "/clientId"), ("AS", "/as"), ("", "/mark")];

/// The servers that `chancery login` has kept.
#[derive(Args)]
pub struct Profile {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the profiles, without their secrets.
    List {
        #[command(flatten)]
        output: Output,
    },
    /// Use a profile where none is named.
    Use {
        /// Its name.
        name: String,
    },
    /// Say where the profiles are kept.
    Path,
}

impl Profile {
    /// Does what was asked.
    pub fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::List { output } => {
                let all = Profiles::load()?;
                let shown = all.profiles.iter().map(|(name, it)| {
                    let mark = if all.default.as_ref() == Some(name) { "used" } else { "" };
                    json!({
                        "name": name,
                        "server": it.url.as_ref().or(it.region.as_ref()),
                        "clientId": it.client_id,
                        "as": it.grant.kind(),
                        "mark": mark,
                    })
                });
                output.rows(&shown.collect::<Vec<_>>(), COLUMNS)
            }
            Action::Use { name } => Profiles::change(|all| {
                if !all.profiles.contains_key(&name) {
                    return Err(all.missing(&name));
                }
                all.default = Some(name);
                Ok(())
            }),
            Action::Path => write(&format!("{}\n", path()?.display())),
        }
    }
}
