//! An object as it was answered: the members that this version names, typed, and all others, kept.

use std::fmt;
use std::ops::{Deref, DerefMut};

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// An object of the API. It derefs to what this version knows of it; members that it does not know are kept, wherever they are, and
/// written again when the object is sent, so that replacing an object does not take away what a newer service put there.
///
/// ```
/// use chancery_sdk::{Model, models::OAuthClient};
///
/// let answered = r#"{"id":"c1","name":"Robot","authorizedGrantType":"CODE","colour":"blue"}"#;
/// let mut client: Model<OAuthClient> = serde_json::from_str(answered)?;
/// client.name = "Android".into();
/// let sent = serde_json::to_value(&client)?;
/// assert_eq!((&sent["name"], &sent["colour"]), (&"Android".into(), &"blue".into()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct Model<T> {
    known: T,
    rest: Rest,
}

/// What of a value nobody here knows.
#[derive(Clone, Debug, Default, PartialEq)]
enum Rest {
    #[default]
    Nothing,
    /// These members.
    Members(Map<String, Value>, Vec<(String, Rest)>),
    /// Parts of the elements that are known so.
    Elements(Vec<(Value, Rest)>),
}

impl Rest {
    fn of(answered: Value, known: &Value) -> Self {
        match (answered, known) {
            (Value::Object(answered), Value::Object(known)) => {
                let (mut whole, mut parts) = (Map::new(), Vec::new());
                for (name, value) in answered {
                    match known.get(&name) {
                        None => drop(whole.insert(name, value)),
                        Some(known) => match Self::of(value, known) {
                            Self::Nothing => {}
                            rest => parts.push((name, rest)),
                        },
                    }
                }
                if whole.is_empty() && parts.is_empty() { Self::Nothing } else { Self::Members(whole, parts) }
            }
            (Value::Array(answered), Value::Array(known)) if answered.len() == known.len() => {
                let pairs = answered.into_iter().zip(known);
                let rests: Vec<_> = pairs
                    .map(|(answered, known)| (known.clone(), Self::of(answered, known)))
                    .filter(|(_, rest)| *rest != Self::Nothing)
                    .collect();
                if rests.is_empty() { Self::Nothing } else { Self::Elements(rests) }
            }
            _ => Self::Nothing,
        }
    }

    /// Adds what is not there; what is known comes first.
    fn add_to(&self, value: &mut Value) {
        match (self, value) {
            (Self::Members(whole, parts), Value::Object(members)) => {
                for (name, rest) in parts {
                    if let Some(member) = members.get_mut(name) {
                        rest.add_to(member);
                    }
                }
                for (name, value) in whole {
                    members.entry(name.clone()).or_insert_with(|| value.clone());
                }
            }
            (Self::Elements(rests), Value::Array(elements)) => {
                let mut left: Vec<_> = rests.iter().collect();
                for element in elements {
                    if let Some(index) = left.iter().position(|(known, _)| known == element) {
                        left.remove(index).1.add_to(element);
                    }
                }
            }
            _ => {}
        }
    }
}

/// A member that is null is as good as none, wherever it is.
pub(crate) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(members.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(elements) => Value::Array(elements.into_iter().map(without_nulls).collect()),
        value => value,
    }
}

impl<T> Model<T> {
    /// What this version knows of it.
    pub fn into_inner(self) -> T {
        self.known
    }

    /// Another view of the same object, for example what is sent to replace it; what is unknown goes along.
    ///
    /// ```
    /// use chancery_sdk::{Model, models::{OAuthClient, OAuthClientRequest}};
    ///
    /// let client: Model<OAuthClient> = OAuthClient { name: "Robot".into(), ..OAuthClient::default() }.into();
    /// let request = client.map(|it| OAuthClientRequest { name: Some(it.name), ..OAuthClientRequest::default() });
    /// assert_eq!(request.name.as_deref(), Some("Robot"));
    /// ```
    pub fn map<U>(self, view: impl FnOnce(T) -> U) -> Model<U> {
        Model { known: view(self.known), rest: self.rest }
    }

    /// The names of its members that this version does not know.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        let names = match &self.rest {
            Rest::Members(whole, _) => Some(whole.keys().map(String::as_str)),
            _ => None,
        };
        names.into_iter().flatten()
    }
}

impl<T> From<T> for Model<T> {
    fn from(known: T) -> Self {
        Self { known, rest: Rest::Nothing }
    }
}

impl<T> Deref for Model<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.known
    }
}

impl<T> DerefMut for Model<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.known
    }
}

impl<T: fmt::Debug> fmt::Debug for Model<T> {
    /// Values that nobody here knows may be secrets: only their names are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.known.fmt(f)?;
        let mut unknown = self.unknown().peekable();
        if unknown.peek().is_some() { write!(f, " and {:?}", unknown.collect::<Vec<_>>()) } else { Ok(()) }
    }
}

impl<T: Serialize> Serialize for Model<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.rest == Rest::Nothing {
            return self.known.serialize(serializer);
        }
        let mut value = serde_json::to_value(&self.known).map_err(S::Error::custom)?;
        self.rest.add_to(&mut value);
        value.serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned + Serialize> Deserialize<'de> for Model<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let answered = Value::deserialize(deserializer)?;
        let known = T::deserialize(without_nulls(answered.clone())).map_err(D::Error::custom)?;
        let seen = serde_json::to_value(&known).map_err(D::Error::custom)?;
        Ok(Self { known, rest: Rest::of(answered, &seen) })
    }
}

#[cfg(test)]
mod tests {
    use chancery_api::{DomainOrganizationRole, OAuthClient};
    use serde_json::json;

    use super::*;

    fn read<T: DeserializeOwned + Serialize>(value: &Value) -> Model<T> {
        serde_json::from_value(value.clone()).expect("an object")
    }

    fn written<T: Serialize>(model: &Model<T>) -> Value {
        serde_json::to_value(model).expect("a value")
    }

    #[test]
    fn what_is_unknown_survives_wherever_it_is() {
        let answered = json!({
            "id": "c1", "name": "Robot", "authorizedGrantType": "SOMETHING-NEW", "description": null,
            "roleDivisions": [
                { "roleId": "r1", "divisionId": "*", "until": 5 },
                { "roleId": "r2", "divisionId": "*" },
            ],
            "createdBy": { "id": "u1", "mood": "good" },
            "limits": { "perMinute": 300 },
        });
        let mut client: Model<OAuthClient> = read(&answered);
        assert_eq!(written(&client), answered);
        assert_eq!(client.unknown().collect::<Vec<_>>(), ["description", "limits"]);
        client.role_divisions.as_mut().expect("roles").reverse();
        client.description = Some("new".into());
        client.created_by = None;
        let sent = written(&client);
        assert_eq!(sent["roleDivisions"][1]["until"], 5, "it stays with its own");
        assert_eq!(sent["roleDivisions"][0].get("until"), None);
        assert_eq!((&sent["description"], sent.get("createdBy")), (&json!("new"), None));
    }

    #[test]
    fn what_replaces_an_element_does_not_inherit_from_it() {
        let answered = json!({
            "id": "r1", "name": "Role",
            "permissionPolicies": [{ "domain": "oauth", "entityName": "client", "actionSet": ["view"], "since": 1 }],
        });
        let mut role: Model<DomainOrganizationRole> = read(&answered);
        if let Some(policy) = role.permission_policies.as_mut().and_then(|it| it.first_mut()) {
            policy.domain = Some("directory".into());
        }
        assert_eq!(written(&role)["permissionPolicies"][0].get("since"), None);
    }

    #[test]
    fn unknown_values_are_not_printed() {
        let client: Model<OAuthClient> = read(
            &json!({ "id": "c1", "name": "Robot", "authorizedGrantType": "CODE", "otherSecret": "hunter2" }),
        );
        let printed = format!("{client:?}");
        assert!(printed.contains("otherSecret") && !printed.contains("hunter2"), "{printed}");
    }
}
