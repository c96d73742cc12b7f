//! Credentials that were just made: shown once to a person, or written for a script. Never logged.

use std::io::{IsTerminal, Write as _};
use std::path::{Path, PathBuf};

use chancery_core::types::ClientSecret;
use serde::Serialize;
use zeroize::Zeroizing;

use super::StartError;
use super::data_dir::write_private;

/// Where credentials go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// To the person in front of it.
    Terminal,
    /// Into a file of mode 0600.
    File(PathBuf),
}

impl Place {
    /// `chosen` if there is one, else the terminal if there is one, else `default`.
    pub fn choose(chosen: Option<&Path>, default: &Path) -> Self {
        match chosen {
            Some(path) => Self::File(path.to_owned()),
            None if std::io::stdout().is_terminal() => Self::Terminal,
            None => Self::File(default.to_owned()),
        }
    }
}

/// The organization that they are for.
#[derive(Serialize)]
pub struct OrganizationName {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// The administrator.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Administrator {
    /// The user's id.
    pub user_id: String,
    /// The login name.
    pub email: String,
    /// The password.
    #[serde(serialize_with = "reveal")]
    pub password: Zeroizing<String>,
}

/// The administrator client.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdministratorClient {
    /// The `client_id`.
    pub client_id: String,
    /// The secret.
    #[serde(serialize_with = "expose")]
    pub client_secret: ClientSecret,
}

fn reveal<S: serde::Serializer>(text: &Zeroizing<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

fn expose<S: serde::Serializer>(secret: &ClientSecret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

/// What scripts read. Has no `Debug`, on purpose.
#[derive(Serialize)]
pub struct Credentials {
    /// The issuer, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The organization.
    pub organization: OrganizationName,
    /// The administrator, unless only the client's secret is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin: Option<Administrator>,
    /// The administrator client.
    pub client: AdministratorClient,
}

impl Credentials {
    /// Hands them over, durably where that is to a file. Call it before they are committed: a crash in between then
    /// locks nobody out.
    pub fn deliver(&self, place: &Place) -> Result<(), StartError> {
        let failed = |place: &str, error: &dyn std::fmt::Display| {
            StartError(format!(
                "The new credentials cannot be written to {place}: {error}. Nothing was committed."
            ))
        };
        match place {
            Place::Terminal => {
                let mut out = std::io::stdout().lock();
                let shown = out.write_all(self.notice().as_bytes()).and_then(|()| out.flush());
                shown.map_err(|error| failed("the terminal", &error))
            }
            Place::File(path) => {
                let shown = path.display().to_string();
                let mut text = serde_json::to_vec_pretty(self)
                    .map(Zeroizing::new)
                    .map_err(|error| failed(&shown, &error))?;
                text.push(b'\n');
                write_private(path, &text).map_err(|error| failed(&shown, &error))
            }
        }
    }

    fn notice(&self) -> Zeroizing<String> {
        let mut lines = vec![("Organization", self.organization.name.as_str())];
        if let Some(admin) = &self.admin {
            lines.extend([("Administrator", admin.email.as_str()), ("Password", admin.password.as_str())]);
        }
        lines.extend([
            ("Client id", self.client.client_id.as_str()),
            ("Client secret", self.client.client_secret.expose()),
        ]);
        let mut text =
            Zeroizing::new("\nThese credentials are shown once. Keep them in a safe place.\n\n".to_owned());
        for (name, value) in lines {
            text.push_str(&format!("  {name:<14} {value}\n"));
        }
        text.push('\n');
        text
    }
}
