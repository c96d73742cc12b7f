//! Names of roles and divisions, for people; the API wants ids.

use chancery_sdk::Client as Sdk;

use crate::remote::progress;

/// All roles and divisions of an organization.
#[derive(Debug, Default)]
pub struct Names {
    /// Id and name.
    pub roles: Vec<(String, String)>,
    /// Id and name.
    pub divisions: Vec<(String, String)>,
    home: Option<String>,
}

impl Names {
    /// Asks for them.
    pub async fn load(sdk: &Sdk) -> anyhow::Result<Self> {
        let api = sdk.authorization();
        let pair = |id: Option<String>, name: Option<String>| Some((id?, name.unwrap_or_default()));
        let roles = progress::gather(api.all_roles(&Default::default())).await?;
        let divisions = progress::gather(api.all_divisions(&Default::default())).await?;
        let home = divisions.iter().find(|it| it.home_division == Some(true)).and_then(|it| it.id.clone());
        let roles = roles.into_iter().map(|it| it.into_inner()).filter_map(|it| pair(it.id, it.name));
        let divisions = divisions.into_iter().map(|it| it.into_inner()).filter_map(|it| pair(it.id, it.name));
        Ok(Self { roles: roles.collect(), divisions: divisions.collect(), home })
    }

    /// The id of a role that is named by id or name.
    pub fn role(&self, text: &str) -> anyhow::Result<String> {
        find("role", text, &self.roles)
    }

    /// The id of a division that is named by id or name; `home` is the first one, `*` is all of them.
    pub fn division(&self, text: &str) -> anyhow::Result<String> {
        match (text, &self.home) {
            ("*", _) => Ok("*".to_owned()),
            ("home", Some(home)) => Ok(home.clone()),
            _ => find("division", text, &self.divisions),
        }
    }

    /// The name of a role, or its id where it has none.
    pub fn name_of_role(&self, id: &str) -> String {
        name(id, &self.roles)
    }

    /// The name of a division, or its id where it has none.
    pub fn name_of_division(&self, id: &str) -> String {
        if self.home.as_deref() == Some(id) { "home".to_owned() } else { name(id, &self.divisions) }
    }
}

fn find(kind: &str, text: &str, all: &[(String, String)]) -> anyhow::Result<String> {
    // Whoever sees none of them may know an id all the same.
    if super::is_id(text) && (all.is_empty() || all.iter().any(|(id, _)| id == text)) {
        return Ok(text.to_owned());
    }
    super::the_one(kind, text, all.iter().filter(|(_, name)| name == text).map(|(id, _)| id.as_str()))
}

fn name(id: &str, all: &[(String, String)]) -> String {
    let found = all.iter().find(|(own, _)| own == id).map(|(_, name)| name.as_str());
    // A name that several have names nothing, nor one that means something else.
    let means_else = |name: &str| matches!(name, "home" | "*") || super::is_id(name) || name.contains('@');
    let clear =
        found.filter(|name| all.iter().filter(|(_, other)| other == name).count() == 1 && !means_else(name));
    clear.unwrap_or(id).to_owned()
}
