//! `chancery user`.

use chancery_sdk::Client as Sdk;
use chancery_sdk::api::GetUsers;
use chancery_sdk::models::{ChangePasswordRequest, CreateUser, Password, UpdateUser};
use clap::{Args, Subcommand};

use super::names::Names;
use super::{is_id, the_one};
use crate::remote::failure::EXIT_CODES;
use crate::remote::output::Column;
use crate::remote::{Remote, ask, progress};

const MANY: &[Column] = &[
    ("ID", "/id"),
    ("NAME", "/name"),
    ("EMAIL", "/email"),
    ("STATE", "/state"),
    ("DIVISION", "/division/name"),
];
const ONE: &[Column] = &[
    ("ID", "/id"),
    ("Name", "/name"),
    ("Email", "/email"),
    ("State", "/state"),
    ("Division", "/division/name"),
    ("Title", "/title"),
    ("Department", "/department"),
    ("Last login", "/dateLastLogin"),
];
const ROLES: &[Column] = &[("ID", "/role/id"), ("ROLE", "/role/name"), ("DIVISION", "/division/name")];

/// People.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub struct User {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the people.
    List {
        #[command(flatten)]
        remote: Remote,
        /// active, inactive, deleted or any.
        #[arg(long, default_value = "active")]
        state: String,
    },
    /// Show a person.
    Get {
        #[command(flatten)]
        remote: Remote,
        /// The id, or the email.
        user: String,
    },
    /// Make a person, who can log in once there is a password.
    Create {
        #[command(flatten)]
        remote: Remote,
        /// The email, which is the login name.
        email: String,
        /// The name for people.
        #[arg(long)]
        name: String,
        /// The division, by id or name.
        #[arg(long, default_value = "home")]
        division: String,
        /// Ask for a password, or take it from CHANCERY_PASSWORD or standard input.
        #[arg(long)]
        password: bool,
    },
    /// Change a person: what is not named stays as it is.
    Update {
        #[command(flatten)]
        remote: Remote,
        /// The id, or the email.
        user: String,
        /// Another name.
        #[arg(long)]
        name: Option<String>,
        /// Another email.
        #[arg(long)]
        email: Option<String>,
        /// active, or inactive: who becomes inactive loses all tokens and sessions for good.
        #[arg(long)]
        state: Option<String>,
        /// Do not ask before tokens and sessions end.
        #[arg(long, short)]
        yes: bool,
    },
    /// Set a person's password, which is typed unseen, or comes from CHANCERY_PASSWORD or standard input.
    SetPassword {
        #[command(flatten)]
        remote: Remote,
        /// The id, or the email.
        user: String,
    },
    /// List the roles of a person, and where they are held.
    Roles {
        #[command(flatten)]
        remote: Remote,
        /// The id, or the email.
        user: String,
    },
    /// End all tokens of a person.
    RevokeTokens {
        #[command(flatten)]
        remote: Remote,
        /// The id, or the email.
        user: String,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Delete a person.
    Delete {
        #[command(flatten)]
        remote: Remote,
        /// The id, or the email.
        user: String,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
}

impl User {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::List { remote, state } => {
                let query = GetUsers { state: Some(state), page_size: Some(100), ..GetUsers::default() };
                let all = progress::gather(remote.connect()?.users().all_users(&query)).await?;
                remote.output.rows(&all, MANY)
            }
            Action::Get { remote, user } => {
                let sdk = remote.connect()?;
                let id = id_of(&sdk, &user).await?;
                remote.output.one(&sdk.users().get_user(&id).await?, ONE)
            }
            Action::Create { remote, email, name, division, password } => {
                let sdk = remote.connect()?;
                let division_id = Names::load(&sdk).await?.division(&division)?;
                let password = if password { Some(typed()?) } else { None };
                let body = CreateUser {
                    name: Some(name),
                    email: Some(email),
                    division_id: Some(division_id),
                    password,
                    ..CreateUser::default()
                };
                remote.output.one(&sdk.users().post_users(&body.into()).await?, ONE)
            }
            Action::Update { remote, user, name, email, state, yes } => {
                let sdk = remote.connect()?;
                let id = id_of(&sdk, &user).await?;
                if state.as_deref() == Some("inactive") {
                    ask::sure(yes, &format!("All tokens and sessions of {user} end for good."))?;
                }
                let version = sdk.users().get_user(&id).await?.version;
                let body = UpdateUser { name, email, state, version: Some(version), ..UpdateUser::default() };
                remote.output.one(&sdk.users().patch_user(&id, &body.into()).await?, ONE)
            }
            Action::SetPassword { remote, user } => {
                let sdk = remote.connect()?;
                let id = id_of(&sdk, &user).await?;
                let body = ChangePasswordRequest { new_password: Some(typed()?) };
                Ok(sdk.users().post_user_password(&id, &body).await?)
            }
            Action::Roles { remote, user } => {
                let sdk = remote.connect()?;
                let id = id_of(&sdk, &user).await?;
                remote.output.rows(&sdk.authorization().get_authorization_subject(&id).await?.grants, ROLES)
            }
            Action::RevokeTokens { remote, user, yes } => {
                let sdk = remote.connect()?;
                let id = id_of(&sdk, &user).await?;
                ask::sure(yes, &format!("All tokens of {user} end."))?;
                Ok(sdk.tokens().delete_token(&id).await?)
            }
            Action::Delete { remote, user, yes } => {
                let sdk = remote.connect()?;
                let id = id_of(&sdk, &user).await?;
                ask::sure(yes, &format!("{user} is deleted for good, with all roles, tokens and sessions."))?;
                Ok(sdk.users().delete_user(&id).await?)
            }
        }
    }
}

fn typed() -> anyhow::Result<Password> {
    Ok(Password::new(&**ask::secret("CHANCERY_PASSWORD", "The password")?))
}

/// The id of a person who is named by id or email.
pub async fn id_of(sdk: &Sdk, user: &str) -> anyhow::Result<String> {
    if is_id(user) {
        return Ok(user.to_owned());
    }
    let query = GetUsers { state: Some("any".to_owned()), page_size: Some(100), ..GetUsers::default() };
    let all = progress::gather(sdk.users().all_users(&query)).await?;
    let is = |it: &&chancery_sdk::Model<chancery_sdk::models::User>| {
        it.email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(user))
    };
    the_one("user", user, all.iter().filter(is).map(|it| it.id.as_str()))
}
