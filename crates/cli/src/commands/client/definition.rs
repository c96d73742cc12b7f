//! A client as a file defines it: names instead of ids, so that a definition means the same at another server. Never a secret.

use anyhow::{Context as _, anyhow, bail};
use chancery_sdk::models::{DateTime, OAuthClient, OAuthClientRequest, RoleDivision};
use chancery_sdk::{Model, request_of};
use serde::{Deserialize, Serialize};

use crate::commands::names::Names;

/// A file of definitions.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The clients.
    #[serde(default, rename = "client")]
    pub clients: Vec<Definition>,
}

/// One client. What is absent is what the server makes of it; what is there is exactly so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Known by its name, unless it has an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Display name.
    pub name: String,
    /// As the API spells it.
    pub authorized_grant_type: String,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Seconds that tokens live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_validity_seconds: Option<i64>,
    /// Callbacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registered_redirect_uri: Vec<String>,
    /// Scopes of people's tokens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scope: Vec<String>,
    /// `active`, `inactive` or `disabled`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// When it is to be deleted (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_to_delete: Option<String>,
    /// The roles that it holds, if it acts for itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub role_divisions: Vec<Held>,
}

/// A role in a division.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// By name or id.
    pub role: String,
    /// By name or id; `home`, or `*` for all.
    #[serde(default = "home")]
    pub division: String,
}

fn home() -> String {
    "home".to_owned()
}

/// The life of a token where nothing is said.
const DEFAULT_LIFETIME: i64 = 86_400;

impl File {
    /// Reads a file, or standard input for `-`.
    pub fn read(path: &str) -> anyhow::Result<Self> {
        let text = match path {
            "-" => std::io::read_to_string(std::io::stdin()),
            path => std::fs::read_to_string(path),
        };
        let path = if path == "-" { "Standard input" } else { path };
        let text = text.with_context(|| format!("{path} cannot be read"))?;
        let file: Self =
            toml::from_str(&text).map_err(|error| anyhow!("{path} is not understood:\n{error}"))?;
        for (index, it) in file.clients.iter().enumerate() {
            let same = |other: &Definition| match (&it.id, &other.id) {
                (Some(own), Some(other)) => own == other,
                _ => it.name == other.name && it.id.is_none() == other.id.is_none(),
            };
            if file.clients[..index].iter().any(same) {
                bail!("{path} defines {:?} twice: tell the two apart by their ids.", it.name);
            }
        }
        Ok(file)
    }
}

impl Definition {
    /// Of a client that is there.
    pub fn of(client: &OAuthClient, names: &Names, with_id: bool) -> Self {
        let held = client.role_divisions.iter().flatten().map(|it| Held {
            role: names.name_of_role(&it.role_id),
            division: names.name_of_division(&it.division_id),
        });
        let mut role_divisions: Vec<_> = held.collect();
        role_divisions.sort();
        Self {
            id: with_id.then(|| client.id.clone()),
            name: client.name.clone(),
            authorized_grant_type: client.authorized_grant_type.clone(),
            description: client.description.clone().filter(|text| !text.is_empty()),
            access_token_validity_seconds: client
                .access_token_validity_seconds
                .filter(|it| *it != DEFAULT_LIFETIME),
            registered_redirect_uri: client.registered_redirect_uri.clone().unwrap_or_default(),
            scope: client.scope.clone().unwrap_or_default(),
            state: client.state.clone().filter(|state| state != "active"),
            date_to_delete: client.date_to_delete.as_ref().map(|it| it.0.clone()),
            role_divisions,
        }
    }

    /// What to send: all of it, on top of what is there and nobody here knows.
    pub fn request(
        &self,
        there: Option<&Model<OAuthClient>>,
        names: &Names,
    ) -> anyhow::Result<Model<OAuthClientRequest>> {
        let held = |it: &Held| -> anyhow::Result<RoleDivision> {
            Ok(RoleDivision { role_id: names.role(&it.role)?, division_id: names.division(&it.division)? })
        };
        let roles = self.role_divisions.iter().map(held).collect::<anyhow::Result<Vec<_>>>();
        let roles = roles.with_context(|| format!("The client {:?} cannot be defined so", self.name))?;
        let mut request = there.cloned().map(|there| there.map(request_of)).unwrap_or_default();
        *request = OAuthClientRequest {
            name: Some(self.name.clone()),
            authorized_grant_type: Some(self.authorized_grant_type.clone()),
            description: Some(self.description.clone().unwrap_or_default()),
            access_token_validity_seconds: Some(
                self.access_token_validity_seconds.unwrap_or(DEFAULT_LIFETIME),
            ),
            registered_redirect_uri: Some(self.registered_redirect_uri.clone()),
            scope: Some(self.scope.clone()),
            // A new client is active whatever is said; another state comes with the change after it.
            state: there.map(|_| self.state.clone().unwrap_or_else(|| "active".to_owned())),
            role_divisions: Some(roles),
            role_ids: None,
            date_to_delete: self.date_to_delete.clone().map(DateTime),
        };
        Ok(request)
    }

    /// Each member with its value as text, for whoever compares.
    pub fn members(&self) -> Vec<(&'static str, String)> {
        let list = |values: &[String]| {
            let mut sorted = values.to_vec();
            sorted.sort();
            sorted.dedup();
            sorted.join(", ")
        };
        let grant_type = self.authorized_grant_type.to_uppercase().replace('_', "-");
        // Who acts for people has their roles, and servers keep none for it.
        let held = self.role_divisions.iter().filter(|_| grant_type == "CLIENT-CREDENTIALS");
        let mut roles: Vec<_> = held.map(|it| format!("{}@{}", it.role, it.division)).collect();
        roles.sort();
        roles.dedup();
        let number = |value: Option<i64>| value.unwrap_or(DEFAULT_LIFETIME).to_string();
        vec![
            ("name", self.name.clone()),
            ("authorized_grant_type", grant_type),
            ("description", self.description.clone().unwrap_or_default()),
            ("access_token_validity_seconds", number(self.access_token_validity_seconds)),
            ("registered_redirect_uri", list(&self.registered_redirect_uri)),
            ("scope", list(&self.scope)),
            ("state", self.state.clone().unwrap_or_else(|| "active".to_owned())),
            ("date_to_delete", self.date_to_delete.clone().unwrap_or_default()),
            ("role_divisions", roles.join(", ")),
        ]
    }
}
