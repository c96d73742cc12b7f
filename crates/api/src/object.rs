//! Reading members of requests that must be JSON objects: a derived reader would also take a list for one.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// An object or none.
pub(crate) fn one<'de, D: Deserializer<'de>, T: Deserialize<'de>>(reader: D) -> Result<Option<T>, D::Error> {
    Ok(Option::<Object<T>>::deserialize(reader)?.map(|object| object.0))
}

/// A list of objects or none.
pub(crate) fn many<'de, D, T>(reader: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let objects = Option::<Vec<Object<T>>>::deserialize(reader)?;
    Ok(objects.map(|objects| objects.into_iter().map(|object| object.0).collect()))
}

struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Object)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{DomainOrganizationRoleCreate, OAuthClientRequest, OrgAuthSettings, ResourceConditionNode};

    #[test]
    fn a_list_is_no_object() {
        let pair = json!({ "roleDivisions": [["r1", "*"]] });
        assert!(serde_json::from_value::<OAuthClientRequest>(pair).is_err());
        let policy = json!({ "permissionPolicies": [["oauth", "client"]] });
        assert!(serde_json::from_value::<DomainOrganizationRoleCreate>(policy).is_err());
        let requirements = json!({ "passwordRequirements": [8] });
        assert!(serde_json::from_value::<OrgAuthSettings>(requirements).is_err());
        let terms = json!({ "conjunction": "AND", "terms": [[]] });
        assert!(serde_json::from_value::<ResourceConditionNode>(terms).is_err());
    }

    #[test]
    fn null_and_absent_are_the_same() -> serde_json::Result<()> {
        let none = OAuthClientRequest::default();
        assert_eq!(serde_json::from_value::<OAuthClientRequest>(json!({ "roleDivisions": null }))?, none);
        assert_eq!(serde_json::from_value::<OAuthClientRequest>(json!({}))?, none);
        let none = OrgAuthSettings::default();
        assert_eq!(serde_json::from_value::<OrgAuthSettings>(json!({ "passwordRequirements": null }))?, none);
        Ok(())
    }

    #[test]
    fn null_among_objects_is_refused() {
        assert!(serde_json::from_value::<OAuthClientRequest>(json!({ "roleDivisions": [null] })).is_err());
    }
}
