//! How far long work has come: on a line of a terminal, which goes when the work is done.

use std::io::IsTerminal as _;
use std::pin::pin;
use std::time::{Duration, Instant};

use chancery_sdk::Error;
use futures_util::{Stream, TryStreamExt as _};

/// Work that is done sooner shows nothing.
const SHORT: Duration = Duration::from_millis(500);

/// A line on standard error, if that is a terminal.
#[derive(Debug)]
pub struct Progress {
    begun: Instant,
    shown: String,
}

impl Default for Progress {
    fn default() -> Self {
        Self { begun: Instant::now(), shown: String::new() }
    }
}

impl Progress {
    /// Shows this instead of what was shown.
    pub fn show(&mut self, text: &str) {
        if text != self.shown && self.begun.elapsed() >= SHORT && std::io::stderr().is_terminal() {
            eprint!("\r{text:0$}", self.shown.chars().count());
            text.clone_into(&mut self.shown);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if !self.shown.is_empty() {
            eprint!("\r{:1$}\r", "", self.shown.chars().count());
        }
    }
}

/// All that a listing has.
pub async fn gather<T>(listing: impl Stream<Item = Result<T, Error>>) -> Result<Vec<T>, Error> {
    let (mut listing, mut found, mut progress) = (pin!(listing), Vec::new(), Progress::default());
    while let Some(next) = listing.try_next().await? {
        found.push(next);
        progress.show(&format!("{} so far", found.len()));
    }
    Ok(found)
}
