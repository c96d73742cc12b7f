//! Grants as they are asked for, and as a role shows them (models `SubjectDivisions`, `RoleDivisionGrants`,
//! `SubjectDivisionGrants`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{DomainEntityRef, RoleDivision, object, schema};

/// Subjects that shall hold a role, each in every one of the divisions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubjectDivisions {
    /// Ids of users, groups or clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<schema::Uuid>")]
    pub subject_ids: Option<Vec<String>>,
    /// Ids of divisions; `*` means everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<schema::DivisionId>")]
    pub division_ids: Option<Vec<String>>,
}

/// Grants to give a subject, to take from it, or to replace those that it has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("required" = ["grants"]))]
pub struct RoleDivisionGrants {
    /// Roles, each in one division.
    #[serde(default, deserialize_with = "object::many", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<RoleDivision>")]
    pub grants: Option<Vec<RoleDivision>>,
}

/// A holder of a role, and where it holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SubjectDivisionGrants {
    /// Id of the user, group or client.
    #[schemars(with = "schema::Uuid")]
    pub id: String,
    /// Its display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The divisions of its grants; the id `*` means everywhere.
    #[serde(default)]
    pub divisions: Vec<DomainEntityRef>,
    /// `PC_USER`, `PC_GROUP`, `PC_OAUTH_CLIENT`, `PC_TRUSTEE_USER`, `PC_TRUSTEE_GROUP` or `UNKNOWN`.
    #[schemars(with = "schema::SubjectType")]
    pub r#type: String,
    /// Path of the subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::UriReference>")]
    pub self_uri: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn requests_survive_the_round_trip() -> serde_json::Result<()> {
        let value = json!({ "subjectIds": ["u1", "c1"], "divisionIds": ["*"] });
        let subjects: SubjectDivisions = serde_json::from_value(value.clone())?;
        assert_eq!(subjects.subject_ids.as_ref().map(Vec::len), Some(2));
        assert_eq!(serde_json::to_value(subjects)?, value);
        let value = json!({ "grants": [{ "roleId": "r1", "divisionId": "d1" }] });
        let grants: RoleDivisionGrants = serde_json::from_value(value.clone())?;
        assert_eq!(
            grants.grants.as_deref(),
            Some(&[RoleDivision { role_id: "r1".into(), division_id: "d1".into() }][..])
        );
        assert_eq!(serde_json::to_value(grants)?, value);
        Ok(())
    }

    #[test]
    fn what_a_request_lacks_is_left_to_the_server() -> serde_json::Result<()> {
        assert_eq!(serde_json::from_value::<SubjectDivisions>(json!({}))?, SubjectDivisions::default());
        assert_eq!(serde_json::to_value(SubjectDivisions::default())?, json!({}));
        assert_eq!(
            serde_json::from_value::<RoleDivisionGrants>(json!({ "grants": null }))?,
            RoleDivisionGrants::default()
        );
        assert_eq!(serde_json::to_value(RoleDivisionGrants::default())?, json!({}));
        Ok(())
    }

    #[test]
    fn a_holder_survives_the_round_trip() -> serde_json::Result<()> {
        let holder = SubjectDivisionGrants {
            id: "c1".into(),
            name: Some("Robot".into()),
            divisions: vec![DomainEntityRef {
                id: "d1".into(),
                name: Some("Home".into()),
                self_uri: Some("/api/v2/authorization/divisions/d1".into()),
            }],
            r#type: "PC_OAUTH_CLIENT".into(),
            self_uri: None,
        };
        let value = serde_json::to_value(&holder)?;
        let expected = json!({
            "id": "c1",
            "name": "Robot",
            "divisions": [{ "id": "d1", "name": "Home", "selfUri": "/api/v2/authorization/divisions/d1" }],
            "type": "PC_OAUTH_CLIENT",
        });
        assert_eq!(value, expected);
        assert_eq!(serde_json::from_value::<SubjectDivisionGrants>(value)?, holder);
        Ok(())
    }
}
