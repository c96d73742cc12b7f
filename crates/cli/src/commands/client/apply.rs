//! `chancery client apply`.

use std::fs::OpenOptions;
use std::io::{IsTerminal as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use chancery_sdk::Client as Sdk;
use chancery_sdk::models::OAuthClient;
use clap::Args;

use super::definition::File;
use super::plan::Plan;
use crate::commands::names::Names;
use crate::remote::output::{self, harmless};
use crate::remote::progress::Progress;
use crate::remote::{Remote, ask};

/// See [`super::Action`].
#[derive(Args)]
pub struct Apply {
    #[command(flatten)]
    remote: Remote,
    /// The file (TOML), as `client export` writes it; `-` is standard input.
    #[arg(long, short, value_name = "FILE")]
    file: String,
    /// Delete the clients that the file does not have, but for the one that calls.
    #[arg(long)]
    prune: bool,
    /// Show what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Where the secrets of new clients go, a line each: id, name and secret, separated by tabs [default: the terminal].
    #[arg(long, value_name = "FILE")]
    secrets_file: Option<PathBuf>,
    /// Do not ask before clients are deleted or disabled.
    #[arg(long, short)]
    yes: bool,
}

impl Apply {
    /// Does it.
    pub async fn run(self) -> anyhow::Result<()> {
        let wanted = File::read(&self.file)?.clients;
        let sdk = self.remote.connect()?;
        let names = Names::load(&sdk).await?;
        let there = sdk.oauth().get_oauth_clients().await?.entities;
        let own = sdk.tokens().get_tokens_me().await?.into_inner().oauth_client.and_then(|it| it.id);
        let plan = Plan::of(&wanted, there, &names, self.prune, own.as_deref())?;
        // Whatever a name in the file does not mean is found before anything is done.
        for it in wanted.iter() {
            it.request(None, &names)?;
        }
        output::write(&plan.text())?;
        if self.dry_run || plan.is_empty() {
            return Ok(());
        }
        if !plan.delete.is_empty() {
            ask::sure(self.yes, &format!("Clients are deleted for good: {}.", plan.delete.len()))?;
        }
        let disabled = plan.disabled();
        if disabled > 0 {
            ask::sure(
                self.yes,
                &format!("Clients are disabled, and their tokens die for good: {disabled}."),
            )?;
        }
        let mut secrets = self.secrets(!plan.create.is_empty())?;
        let (mut progress, mut done) = (Progress::default(), 0);
        let all = plan.create.len() + plan.change.len() + plan.delete.len();
        let mut next = |name: &str| {
            done += 1;
            progress.show(&format!("{done} of {all}: {}", harmless(name)));
        };
        for it in &plan.create {
            next(&it.name);
            let request = it.request(None, &names)?;
            let made = sdk
                .oauth()
                .post_oauth_clients(&request)
                .await
                .with_context(|| failed("created", &it.name))?;
            secrets.keep(&made)?;
            if it.state.as_deref().is_some_and(|state| state != "active") {
                let request = it.request(Some(&made), &names)?;
                put(&sdk, &made.id, &it.name, &request).await?;
            }
        }
        for (client, it, _) in &plan.change {
            next(&it.name);
            put(&sdk, &client.id, &it.name, &it.request(Some(client), &names)?).await?;
        }
        for client in &plan.delete {
            next(&client.name);
            sdk.oauth()
                .delete_oauth_client(&client.id)
                .await
                .with_context(|| failed("deleted", &client.name))?;
        }
        drop(progress);
        eprintln!("Done.");
        Ok(())
    }

    fn secrets(&self, are_made: bool) -> anyhow::Result<Secrets> {
        match &self.secrets_file {
            Some(path) if are_made => {
                let failed = || format!("The file {} cannot be written", path.display());
                let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
                let file = file.with_context(failed)?;
                // One that was there, of a run that broke off for example, is added to, if nobody else can read it.
                if file.metadata().with_context(failed)?.permissions().mode() & 0o077 != 0 {
                    bail!("Others can read {}: run `chmod 600 {0}`, or name another file.", path.display());
                }
                Ok(Secrets(Some(file)))
            }
            None if are_made && !std::io::stdout().is_terminal() => bail!(
                "New clients get secrets, which are shown once, and this is no terminal: say where they go with --secrets-file."
            ),
            _ => Ok(Secrets(None)),
        }
    }
}

struct Secrets(Option<std::fs::File>);

impl Secrets {
    fn keep(&mut self, made: &OAuthClient) -> anyhow::Result<()> {
        let secret = made.secret.as_ref().map(|it| it.expose()).unwrap_or_default();
        let line = format!("{}\t{}\t{secret}\n", made.id, harmless(&made.name));
        match &mut self.0 {
            Some(file) => Ok(file.write_all(line.as_bytes())?),
            None => output::write(&line),
        }
    }
}

async fn put(
    sdk: &Sdk,
    id: &str,
    name: &str,
    request: &chancery_sdk::Model<chancery_sdk::models::OAuthClientRequest>,
) -> anyhow::Result<()> {
    sdk.oauth().put_oauth_client(id, request).await.with_context(|| failed("changed", name))?;
    Ok(())
}

fn failed(what: &str, name: &str) -> String {
    format!(
        "The client {name:?} was not {what}, and what comes after it was not done; mend it, and run the same again"
    )
}
