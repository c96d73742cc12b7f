//! `chancery`: the one binary.

mod commands;
#[cfg(test)]
mod reference;
mod refusal;
mod remote;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// An OAuth 2 and OpenID Connect authorization server whose client registry speaks the Genesys Cloud API.
#[derive(Parser)]
#[command(name = "chancery", version, arg_required_else_help = true, after_help = remote::failure::EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server.
    #[command(after_help = commands::serve::ENVIRONMENT)]
    Serve(Box<commands::serve::Serve>),
    /// Show, check or describe the configuration.
    Config(commands::config::Config),
    /// Give the administrator client of the local store a fresh secret.
    Recover(commands::recover::Recover),
    /// Make and list the organizations of the local store.
    Organization(commands::organization::Organization),
    /// Log in to a server, and keep it as a profile.
    Login(Box<commands::login::Login>),
    /// Forget a profile.
    Logout(commands::login::Logout),
    /// List the profiles, and say which is used.
    Profile(commands::profile::Profile),
    /// List, make, change and delete clients.
    Client(Box<commands::client::Client>),
    /// List, make and delete roles, and give them.
    Role(Box<commands::role::Role>),
    /// List, make, change and delete divisions.
    Division(Box<commands::division::Division>),
    /// List, make, change and delete people.
    User(Box<commands::user::User>),
    /// Get, explain and revoke tokens.
    Token(Box<commands::token::Token>),
    /// List the scopes that clients can have.
    Scope(Box<commands::scope::Scope>),
    /// Show how often a client called the API.
    Usage(Box<commands::usage::Usage>),
    /// Show what happened.
    Audit(Box<commands::audit::Audit>),
    /// List and replace the keys of a server, or of the local store.
    Key(Box<commands::key::Key>),
    /// Say what is wrong, and what to do.
    Doctor(Box<commands::doctor::Doctor>),
    /// Make, verify and restore backups.
    Backup(commands::backup::Backup),
    /// Move everything to another database.
    Db(commands::db::Db),
    /// Show and bring up the schema of the database.
    Migrate(commands::migrate::Migrate),
    /// Print completions for a shell.
    Completions(commands::completions::Completions),
}

fn main() -> std::process::ExitCode {
    // Kept beside what they become: only they know a flag from a variable.
    let mut command = Cli::command();
    let matches = command
        .try_get_matches_from_mut(std::env::args_os())
        .unwrap_or_else(|error| refusal::named(error, &mut command).exit());
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let own = matches.subcommand().map_or(&matches, |(_, own)| own);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: The runtime cannot be started: {error}.");
            return std::process::ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(async {
        match cli.command {
            Command::Serve(command) => command.run(own).await,
            Command::Config(command) => command.run(own),
            Command::Recover(command) => command.run().await,
            Command::Organization(command) => command.run().await,
            Command::Login(command) => command.run().await,
            Command::Logout(command) => command.run().await,
            Command::Profile(command) => command.run(),
            Command::Client(command) => command.run().await,
            Command::Role(command) => command.run().await,
            Command::Division(command) => command.run().await,
            Command::User(command) => command.run().await,
            Command::Token(command) => command.run().await,
            Command::Scope(command) => command.run().await,
            Command::Usage(command) => command.run().await,
            Command::Audit(command) => command.run().await,
            Command::Key(command) => command.run().await,
            Command::Doctor(command) => command.run(own).await,
            Command::Backup(command) => command.run().await,
            Command::Db(command) => command.run().await,
            Command::Migrate(command) => command.run().await,
            Command::Completions(command) => command.run(Cli::command()),
        }
    });
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            // A server may have written part of it.
            for line in format!("error: {error:#}").lines() {
                eprintln!("{}", remote::output::harmless(line));
            }
            if let Some(advice) = remote::failure::advice(&error) {
                eprintln!("{advice}");
            }
            remote::failure::Kind::of(&error).into()
        }
    }
}
