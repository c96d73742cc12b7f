//! The user behind a token (model `UserMe`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{DomainOrganizationRole, Organization, TokenInfo, User};

/// The user behind the token in use. What is said to come by `expand` is absent unless the request asks for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserMe {
    /// What every user has.
    #[serde(flatten)]
    pub user: User,
    /// The organization of the user; by `expand=organization`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<Organization>,
    /// The token in use; by `expand=token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenInfo>,
    /// Roles of the organization; by `expand=orgauthorization`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org_authorization: Option<Vec<DomainOrganizationRole>>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bare_user_has_nothing_unset() -> serde_json::Result<()> {
        let user = User { id: "u1".into(), version: 1, ..User::default() };
        let me = UserMe { user, ..UserMe::default() };
        let value = serde_json::to_value(&me)?;
        assert_eq!(value, json!({ "id": "u1", "version": 1 }));
        assert_eq!(serde_json::from_value::<UserMe>(value)?, me);
        Ok(())
    }

    #[test]
    fn what_only_the_bearer_sees_stands_beside_the_rest() -> serde_json::Result<()> {
        let value = json!({
            "id": "u1",
            "name": "Ada",
            "version": 3,
            "authorization": { "permissions": ["oauth:client:view"] },
            "dateLastLogin": "2026-07-01T12:00:00.000Z",
            "organization": { "id": "o1", "version": 1 },
            "token": { "organization": { "id": "o1" } },
            "orgAuthorization": [{ "id": "r1" }],
            "selfUri": "/api/v2/users/u1",
        });
        let me: UserMe = serde_json::from_value(value.clone())?;
        assert_eq!(me.user.name.as_deref(), Some("Ada"));
        assert_eq!(serde_json::to_value(me)?, value);
        Ok(())
    }

    #[test]
    fn nulls_and_members_that_are_not_named_are_passed_over() -> serde_json::Result<()> {
        let value = json!({ "id": "u1", "name": null, "token": null, "version": 1, "station": { "id": 5 } });
        let me: UserMe = serde_json::from_value(value)?;
        assert_eq!(serde_json::to_value(me)?, json!({ "id": "u1", "version": 1 }));
        Ok(())
    }
}
