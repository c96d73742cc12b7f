//! Users as they are sent (models `CreateUser`, `UpdateUser`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Contact, Password, object, schema};

/// A user to create. `null` and absent are the same, and members that only the server sets are ignored.
// No value is judged here, so that the server can name the fault in its own code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateUser {
    /// Full name, not blank.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "schema::Name")]
    pub name: Option<String>,
    /// Department at work.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Line>")]
    pub department: Option<String>,
    /// Mail address, which becomes the login name; unique in the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "schema::Email")]
    pub email: Option<String>,
    /// Ways to reach the user.
    #[serde(default, deserialize_with = "object::many", skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub addresses: Option<Vec<Contact>>,
    /// Title at work.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Line>")]
    pub title: Option<String>,
    /// First password; absent for a user who cannot log in with one yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Password>")]
    pub password: Option<Password>,
    /// The division that the user is to belong to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "schema::Uuid")]
    pub division_id: Option<String>,
    /// `active` or `inactive`; absent means `active`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UserState>")]
    pub state: Option<String>,
}

/// A change of a user: what is absent stays as it is. `null` and absent are the same, and members that only the
/// server sets are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateUser {
    /// The version that the change is based on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(required, range(min = 0, max = i32::MAX))]
    pub version: Option<i32>,
    /// Full name, not blank.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Name>")]
    pub name: Option<String>,
    /// Department at work; empty for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Line>")]
    pub department: Option<String>,
    /// Mail address, which is also the login name; unique in the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Email>")]
    pub email: Option<String>,
    /// Ways to reach the user; an empty list for none.
    #[serde(default, deserialize_with = "object::many", skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub addresses: Option<Vec<Contact>>,
    /// Title at work; empty for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Line>")]
    pub title: Option<String>,
    /// Login name; of no effect, since it follows `email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Name to address the user by; empty for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Line>")]
    pub preferred_name: Option<String>,
    /// The division to move the user to; the vendor's own model has no such member.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Uuid>")]
    pub division_id: Option<String>,
    /// `active` or `inactive`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UserState>")]
    pub state: Option<String>,
    /// Whether routed conversations are answered without a click.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acd_auto_answer: Option<bool>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn addresses() -> Value {
        json!([{ "address": "+13175550123", "mediaType": "PHONE", "type": "WORK", "extension": "7" }])
    }

    #[test]
    fn a_new_user_survives_the_round_trip() -> serde_json::Result<()> {
        let value = json!({
            "name": "Ada",
            "department": "Engines",
            "email": "ada@acme.example",
            "addresses": addresses(),
            "title": "Engineer",
            "password": "correct horse battery staple",
            "divisionId": "d1",
            "state": "inactive",
        });
        let user: CreateUser = serde_json::from_value(value.clone())?;
        assert_eq!(user.password.as_ref().map(Password::expose), Some("correct horse battery staple"));
        assert_eq!(serde_json::to_value(user)?, value);
        Ok(())
    }

    #[test]
    fn a_change_survives_the_round_trip() -> serde_json::Result<()> {
        let value = json!({
            "version": 3,
            "name": "Ada",
            "department": "",
            "email": "ada@acme.example",
            "addresses": addresses(),
            "title": "Engineer",
            "username": "ada@acme.example",
            "preferredName": "Ada",
            "divisionId": "d1",
            "state": "inactive",
            "acdAutoAnswer": true,
        });
        let user: UpdateUser = serde_json::from_value(value.clone())?;
        assert_eq!(serde_json::to_value(user)?, value);
        Ok(())
    }

    #[test]
    fn what_only_the_server_sets_is_ignored() -> serde_json::Result<()> {
        let sent = json!({
            "id": 5, "name": null, "version": null, "division": [], "primaryContactInfo": 1, "addresses": null,
            "images": [{}], "password": null, "selfUri": false, "surprise": true,
        });
        let user: CreateUser = serde_json::from_value(sent.clone())?;
        assert_eq!(user, CreateUser::default());
        assert_eq!(serde_json::to_value(user)?, json!({}));
        let user: UpdateUser = serde_json::from_value(sent)?;
        assert_eq!(user, UpdateUser::default());
        assert_eq!(serde_json::to_value(user)?, json!({}));
        Ok(())
    }

    #[test]
    fn an_empty_list_is_not_the_same_as_none() -> serde_json::Result<()> {
        let user: UpdateUser = serde_json::from_value(json!({ "version": 3, "addresses": [] }))?;
        assert_eq!(user.addresses, Some(vec![]));
        assert!(serde_json::from_value::<UpdateUser>(json!({ "addresses": [["+13175550123"]] })).is_err());
        assert!(serde_json::from_value::<CreateUser>(json!({ "addresses": [null] })).is_err());
        Ok(())
    }

    #[test]
    fn debug_does_not_print_the_password() {
        let user = CreateUser { password: Some(Password::new("hunter2")), ..CreateUser::default() };
        let printed = format!("{user:?} {user:#?}");
        assert!(printed.contains("Password(..)"));
        assert!(!printed.contains("hunter2"));
    }
}
