//! Questions to the person at the terminal; without one nothing is asked.

use std::io::{IsTerminal as _, Read as _};

use anyhow::{Context as _, bail};
use dialoguer::{Confirm, Password};
use zeroize::Zeroizing;

use crate::commands::variable;

/// Whether somebody can answer.
pub fn is_possible() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks whether to do what cannot be undone, unless `yes` was said before.
pub fn sure(yes: bool, what: &str) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !is_possible() {
        bail!("{what} Nobody can be asked here: add --yes to do it.");
    }
    if Confirm::new().with_prompt(format!("{what} Go on?")).default(false).interact()? {
        return Ok(());
    }
    bail!("Nothing was done.")
}

/// A secret: from a variable, from standard input if that is no terminal, or typed unseen.
pub fn secret(name: &str, what: &str) -> anyhow::Result<Zeroizing<String>> {
    if let Some(value) = variable(name)? {
        return Ok(value);
    }
    if is_possible() {
        return Ok(Zeroizing::new(Password::new().with_prompt(what).interact()?));
    }
    let mut text = Zeroizing::new(String::new());
    std::io::stdin().take(64 * 1024).read_to_string(&mut text).context("Standard input cannot be read")?;
    let value = text.trim_end_matches(['\r', '\n']);
    if value.is_empty() {
        bail!("{what} is missing: set {name}, or give it on standard input.");
    }
    Ok(Zeroizing::new(value.to_owned()))
}
