//! An option that cannot be read is called by the name under which it came: its flag, or its variable.

use std::ffi::OsStr;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};

/// The error of `command`, which knows options by their flags only.
pub fn named(mut error: Error, command: &mut Command) -> Error {
    match error.kind() {
        ErrorKind::InvalidUtf8 => match garbled() {
            Some(name) => command.error(ErrorKind::InvalidUtf8, format!("{name} is not valid UTF-8")),
            None => error,
        },
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            if let Some(name) = variable(&error) {
                error.insert(ContextKind::InvalidArg, ContextValue::String(name));
            }
            error
        }
        _ => error,
    }
}

/// The variable of the option that is refused, unless it was given as a flag.
fn variable(error: &Error) -> Option<String> {
    let Some(ContextValue::String(shown)) = error.get(ContextKind::InvalidArg) else { return None };
    let flag = shown.split(' ').next()?;
    let given = |it: &OsStr| it.to_string_lossy().split('=').next() == Some(flag);
    if std::env::args_os().any(|it| given(&it)) {
        return None;
    }
    let name = format!("CHANCERY_{}", flag.strip_prefix("--")?.replace('-', "_").to_uppercase());
    std::env::var_os(&name).map(|_| name)
}

/// A variable of ours that is not text.
fn garbled() -> Option<String> {
    let (name, _) = std::env::vars_os()
        .find(|(name, value)| name.to_string_lossy().starts_with("CHANCERY_") && value.to_str().is_none())?;
    name.into_string().ok()
}
