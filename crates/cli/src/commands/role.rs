//! `chancery role`.

use chancery_sdk::api::GetRoles;
use chancery_sdk::models::{DomainOrganizationRole, DomainOrganizationRoleCreate, DomainPermissionPolicy};
use chancery_sdk::{Client as Sdk, Model};
use clap::{Args, Subcommand};

use super::names::Names;
use super::{is_id, the_one};
use crate::remote::failure::EXIT_CODES;
use crate::remote::output::Column;
use crate::remote::{Remote, ask, progress};

const MANY: &[Column] =
    &[("ID", "/id"), ("NAME", "/name"), ("USERS", "/userCount"), ("DESCRIPTION", "/description")];
const ONE: &[Column] = &[
    ("ID", "/id"),
    ("Name", "/name"),
    ("Description", "/description"),
    ("Template", "/defaultRoleId"),
    ("Users", "/userCount"),
    ("Words", "/permissions"),
    ("Permissions", "/shown"),
];

/// Roles: what they allow, and who holds them.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub struct Role {
    #[command(subcommand)]
    action: Action,
}

/// A role given or taken.
#[derive(Args)]
struct Grant {
    #[command(flatten)]
    remote: Remote,
    /// The role, by id or name.
    role: String,
    /// A client or a user, by id; a user also by email, a client also by name.
    subject: String,
    /// The division, by id or name; `home`, or `*` for all.
    #[arg(long, default_value = "home")]
    division: String,
}

#[derive(Subcommand)]
enum Action {
    /// List the roles.
    List {
        #[command(flatten)]
        remote: Remote,
        /// Only those whose name has this in it.
        #[arg(long, value_name = "TEXT")]
        name: Option<String>,
    },
    /// Show a role with its permissions.
    Get {
        #[command(flatten)]
        remote: Remote,
        /// Its id, or its name.
        role: String,
    },
    /// Make a role.
    Create {
        #[command(flatten)]
        remote: Remote,
        /// Its name.
        name: String,
        /// What it is for.
        #[arg(long)]
        description: Option<String>,
        /// What it allows, as domain:entity:action, such as oauth:client:view; may be given again.
        #[arg(long = "permission", value_name = "PERMISSION", required = true, value_parser = policy)]
        permissions: Vec<DomainPermissionPolicy>,
    },
    /// Delete a role, and take it from all who hold it.
    Delete {
        #[command(flatten)]
        remote: Remote,
        /// Its id, or its name.
        role: String,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Give a role to a client or a user.
    Grant(Grant),
    /// Take a role from a client or a user.
    Revoke(Grant),
}

impl Role {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::List { remote, name } => {
                let sdk = remote.connect()?;
                let query = GetRoles { name, ..GetRoles::default() };
                let all = progress::gather(sdk.authorization().all_roles(&query)).await?;
                remote.output.rows(&all, MANY)
            }
            Action::Get { remote, role } => {
                let sdk = remote.connect()?;
                let id = id_of(&sdk, &role).await?;
                show(&remote, sdk.authorization().get_authorization_role(&id).await?)
            }
            Action::Create { remote, name, description, permissions } => {
                let sdk = remote.connect()?;
                let body = DomainOrganizationRoleCreate {
                    name: Some(name),
                    description,
                    permission_policies: Some(permissions),
                    ..DomainOrganizationRoleCreate::default()
                };
                show(&remote, sdk.authorization().post_authorization_roles(&body.into()).await?)
            }
            Action::Delete { remote, role, yes } => {
                let sdk = remote.connect()?;
                let id = id_of(&sdk, &role).await?;
                ask::sure(
                    yes,
                    &format!("The role {role} is deleted for good, and taken from all who hold it."),
                )?;
                Ok(sdk.authorization().delete_authorization_role(&id).await?)
            }
            Action::Grant(it) => {
                let sdk = it.remote.connect()?;
                let names = Names::load(&sdk).await?;
                let (role, division) = (names.role(&it.role)?, names.division(&it.division)?);
                let (subject, kind) = subject(&sdk, &it.subject).await?;
                let api = sdk.authorization();
                Ok(api
                    .post_authorization_subject_division_role(
                        &subject,
                        &division,
                        &role,
                        Some(kind.to_owned()),
                    )
                    .await?)
            }
            Action::Revoke(it) => {
                let sdk = it.remote.connect()?;
                let names = Names::load(&sdk).await?;
                let (role, division) = (names.role(&it.role)?, names.division(&it.division)?);
                let (subject, _) = subject(&sdk, &it.subject).await?;
                let api = sdk.authorization();
                Ok(api.delete_authorization_subject_division_role(&subject, &division, &role).await?)
            }
        }
    }
}

/// Shows a role; to people with its permissions as they are given.
fn show(remote: &Remote, role: Model<DomainOrganizationRole>) -> anyhow::Result<()> {
    let mut shown = serde_json::to_value(&role)?;
    if !remote.output.is_data() {
        shown["shown"] = role.permission_policies.iter().flatten().map(permission).collect::<Vec<_>>().into();
    }
    remote.output.one(&shown, ONE)
}

async fn id_of(sdk: &Sdk, role: &str) -> anyhow::Result<String> {
    if is_id(role) { Ok(role.to_owned()) } else { Names::load(sdk).await?.role(role) }
}

/// Whoever is to hold a role, and what it is.
async fn subject(sdk: &Sdk, text: &str) -> anyhow::Result<(String, &'static str)> {
    if text.contains('@') {
        return Ok((super::user::id_of(sdk, text).await?, "PC_USER"));
    }
    let clients = sdk.oauth().get_oauth_clients().await?.entities;
    if is_id(text) {
        let kind = if clients.iter().any(|it| it.id == text) { "PC_OAUTH_CLIENT" } else { "PC_USER" };
        return Ok((text.to_owned(), kind));
    }
    let named = clients.iter().filter(|it| it.name == text).map(|it| it.id.as_str());
    Ok((the_one("client", text, named)?, "PC_OAUTH_CLIENT"))
}

fn policy(text: &str) -> Result<DomainPermissionPolicy, &'static str> {
    let parts: Vec<_> = text.split(':').collect();
    let [domain, entity, action] = parts[..] else {
        return Err("a permission has the form domain:entity:action, such as oauth:client:view");
    };
    Ok(DomainPermissionPolicy {
        domain: Some(domain.to_owned()),
        entity_name: Some(entity.to_owned()),
        action_set: Some(vec![action.to_owned()]),
        ..DomainPermissionPolicy::default()
    })
}

fn permission(it: &DomainPermissionPolicy) -> String {
    let part = |text: &Option<String>| text.clone().unwrap_or_else(|| "*".to_owned());
    let actions = it.action_set.iter().flatten().map(String::as_str).collect::<Vec<_>>().join("|");
    format!("{}:{}:{actions}", part(&it.domain), part(&it.entity_name))
}
