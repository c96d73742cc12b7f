//! What a refusal means for a script, and what a person can do about it.

use std::process::ExitCode;

use chancery_sdk::{Error, LoginError};

use crate::commands::Missing;

/// What went wrong, by kind: each has an exit code of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Anything else.
    Failed = 1,
    /// Not logged in, or not allowed.
    Denied = 3,
    /// It is not there.
    Missing = 4,
    /// The server does not take it as it is.
    Refused = 5,
    /// The server cannot be reached, or has no time: the same may succeed later.
    Unavailable = 6,
}

/// The exit codes, for the help of commands.
pub const EXIT_CODES: &str = "Exit codes: 0 done; 1 failed; 2 wrong usage; 3 not logged in or not allowed; 4 not found; \
5 refused by the server; 6 server not reached or busy, try again.";

impl Kind {
    /// Of an error of any command.
    pub fn of(error: &anyhow::Error) -> Self {
        if error.is::<Missing>() {
            return Self::Missing;
        }
        match error.downcast_ref::<Error>() {
            None => Self::Failed,
            Some(error) if error.is_retryable() => Self::Unavailable,
            // No path of a login host is missing, unless the address is wrong.
            Some(Error::Auth(error)) if !matches!(error.status, 404 | 500..) => Self::Denied,
            Some(error) => match error.status() {
                Some(401 | 403) => Self::Denied,
                Some(404) => Self::Missing,
                Some(400..=499) => Self::Refused,
                Some(500..) => Self::Unavailable,
                _ => Self::Failed,
            },
        }
    }
}

impl From<Kind> for ExitCode {
    fn from(kind: Kind) -> Self {
        Self::from(kind as u8)
    }
}

/// What to do next, if that is known.
pub fn advice(error: &anyhow::Error) -> Option<&'static str> {
    let error = error.downcast_ref::<Error>()?;
    Some(match (error, error.code(), error.status()) {
        (Error::Transport(_), ..) => {
            "Is the server running, and is its address right? `chancery profile list` shows it."
        }
        (Error::Auth(_), _, Some(404)) => "Is that the address of a server? It may have a path too many.",
        (Error::Auth(_), Some("invalid_client"), _) => {
            "Check the client's id and secret, then run `chancery login` again."
        }
        (Error::Auth(_), Some("invalid_grant"), _) => "The login has ended: run `chancery login` again.",
        (Error::Login(LoginError::TimedOut), ..) => "Run it again, and log in with the page that opens.",
        (_, _, Some(401)) => {
            "The token is not good any more: run `chancery login` again, or give another one."
        }
        (_, Some("bad.client.role"), _) => {
            "Nobody gives what they do not hold: use a client that holds these roles."
        }
        (_, _, Some(403)) => {
            "Give the caller a role with this permission (`chancery role grant`), or use another profile."
        }
        (_, Some("auth.too.many.clients"), _) => "Delete clients that nobody uses, or raise `max_clients`.",
        _ => return None,
    })
}
