//! The `claims` parameter (section 5.5): claims asked for one by one, in the ID token or at userinfo.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::jose::json;
use crate::openid::claims::ALL;
use crate::types::Scope;

/// The claims of section 2 that can be asked for too.
const LOGIN: &[&str] = &["sub", "acr", "auth_time"];

/// The claims that are asked for, by name.
pub type Wishes = BTreeMap<String, Wish>;

/// How a claim is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wish {
    /// Whether the client cannot do without.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub essential: bool,
    /// The values that it may have; none: any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
}

impl Wish {
    /// The same claim, asked for twice.
    fn join(&mut self, other: Self) {
        self.essential |= other.essential;
        self.values.extend(other.values);
    }
}

/// What a request asks for, of the claims that are known here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimsRequest {
    /// At userinfo.
    #[serde(skip_serializing_if = "Wishes::is_empty")]
    pub userinfo: Wishes,
    /// In the ID token.
    #[serde(skip_serializing_if = "Wishes::is_empty")]
    pub id_token: Wishes,
}

impl ClaimsRequest {
    /// Reads the parameter; `None` if it is not what section 5.5 says. Claims that nobody knows are left out.
    pub fn parse(text: &str) -> Option<Self> {
        let document = json::read(text.as_bytes())?;
        let members = document.as_object()?;
        let section = |name: &str| match members.get(name) {
            None | Some(Value::Null) => Some(Wishes::new()),
            Some(section) => wishes(section),
        };
        Some(Self { userinfo: section("userinfo")?, id_token: section("id_token")? })
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// The subjects of which the person must be one, if the client names any (section 5.5.1).
    pub fn subjects(&self) -> Option<Vec<String>> {
        let named = [&self.id_token, &self.userinfo].into_iter().filter_map(|section| section.get("sub"));
        let demands: Vec<_> = named.map(|wish| &wish.values).filter(|values| !values.is_empty()).collect();
        let (first, others) = demands.split_first()?;
        let all = first.iter().filter(|value| others.iter().all(|it| it.contains(value)));
        Some(all.filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// The scopes that would ask for the same claims.
    pub fn scope(&self) -> Scope {
        let wished = |name: &str| self.userinfo.contains_key(name) || self.id_token.contains_key(name);
        let scopes = ALL.iter().filter(|claim| wished(claim.name)).map(|claim| claim.scope);
        Scope::from_names(scopes).unwrap_or_default()
    }

    /// Without the claims of scopes that are out of reach.
    pub fn within(mut self, reach: &Scope) -> Self {
        let may = |name: &String| ALL.iter().all(|claim| claim.name != name || reach.has_any(&[claim.scope]));
        self.userinfo.retain(|name, _| may(name));
        self.id_token.retain(|name, _| may(name));
        self
    }

    /// Whether a login of that class will do (section 5.5.1.1).
    pub fn accepts(&self, acr: &str) -> bool {
        let wish = self.id_token.get("acr").filter(|wish| wish.essential && !wish.values.is_empty());
        wish.is_none_or(|wish| wish.values.iter().any(|value| value == acr))
    }
}

fn wishes(section: &Value) -> Option<Wishes> {
    let is_known = |name: &str| LOGIN.contains(&name) || ALL.iter().any(|claim| claim.name == name);
    let mut wishes = Wishes::new();
    // A language may follow the name (section 5.2); there is one value in whatever language.
    for (tagged, member) in section.as_object()? {
        let name = tagged.split('#').next().unwrap_or_default();
        let mut wish = wish(member)?;
        if LOGIN.contains(&name) && name != tagged {
            // A login has no language.
            continue;
        }
        if !LOGIN.contains(&name) {
            // A value is told as it is, whatever was wished for.
            wish.values.clear();
        }
        if is_known(name) {
            wishes.entry(name.to_owned()).or_default().join(wish);
        }
    }
    Some(wishes)
}

fn wish(member: &Value) -> Option<Wish> {
    let Value::Object(members) = member else { return member.is_null().then(Wish::default) };
    let essential = match members.get("essential") {
        None => false,
        Some(flag) => flag.as_bool()?,
    };
    let mut values = match members.get("values") {
        None => Vec::new(),
        Some(values) => values.as_array()?.clone(),
    };
    values.extend(members.get("value").cloned());
    Some(Wish { essential, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_is_understood() {
        // Section 5.5.
        let text = r#"{
            "userinfo": { "given_name": {"essential": true}, "nickname": null, "email": {"essential": true},
                "email_verified": {"essential": true}, "picture": null, "http://example.info/claims/groups": null },
            "id_token": { "auth_time": {"essential": true}, "acr": {"values": ["urn:mace:incommon:iap:silver"] } }
        }"#;
        let request = ClaimsRequest::parse(text).expect("the example");
        let names: Vec<_> = request.userinfo.keys().map(String::as_str).collect();
        assert_eq!(names, ["email", "email_verified", "given_name", "nickname", "picture"]);
        assert!(request.userinfo["email"].essential && !request.userinfo["nickname"].essential);
        assert_eq!(request.id_token.len(), 2);
        assert!(request.accepts("1"), "a wish for a class is no demand");
        let kept = serde_json::to_string(&request).expect("JSON");
        assert_eq!(serde_json::from_str::<ClaimsRequest>(&kept).expect("its own form"), request);
    }

    #[test]
    fn a_demand_for_a_class_or_a_person_is_heard() {
        let request = |text: &str| ClaimsRequest::parse(text).expect(text);
        for (text, accepted) in [
            (r#"{"id_token":{"acr":{"essential":true,"values":["2","1"]}}}"#, true),
            (r#"{"id_token":{"acr":{"essential":true,"value":"2"}}}"#, false),
            (r#"{"id_token":{"acr":{"essential":true}}}"#, true),
            (r#"{"id_token":{"acr":null}}"#, true),
        ] {
            assert_eq!(request(text).accepts("1"), accepted, "{text}");
        }
        assert_eq!(request(r#"{"id_token":{"sub":{"value":"me"}}}"#).subjects(), Some(vec!["me".to_owned()]));
        assert_eq!(request(r#"{"id_token":{"sub":null}}"#).subjects(), None);
        let two = request(r#"{"id_token":{"sub":{"values":["a","b"]}}}"#).subjects();
        assert_eq!(two, Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(request(r#"{"id_token":{"sub":{"value":5}}}"#).subjects(), Some(vec![]), "nobody");
        let both = r#"{"id_token":{"sub":null},"userinfo":{"sub":{"value":"me"}}}"#;
        assert_eq!(request(both).subjects(), Some(vec!["me".to_owned()]));
        let apart = r#"{"id_token":{"sub":{"value":"a"}},"userinfo":{"sub":{"value":"b"}}}"#;
        assert_eq!(request(apart).subjects(), Some(vec![]), "nobody is two people");
    }

    #[test]
    fn a_language_takes_nothing_from_a_demand() {
        let request = |text: &str| ClaimsRequest::parse(text).expect(text);
        let tagged = request(r#"{"id_token":{"sub":{"value":"me"},"sub#x":null}}"#);
        assert_eq!(tagged.subjects(), Some(vec!["me".to_owned()]));
        let tagged = request(r#"{"id_token":{"acr":{"essential":true,"value":"9"},"acr#x":null}}"#);
        assert!(!tagged.accepts("1"));
        let names = request(r##"{"userinfo":{"name#de":null,"name":{"essential":true}}}"##).userinfo;
        assert!(names.len() == 1 && names["name"].essential);
    }

    #[test]
    fn nothing_is_asked_for_by_nothing() {
        let request = |text: &str| ClaimsRequest::parse(text).expect(text);
        assert!(request("{}").is_empty() && request(r#"{"userinfo":null}"#).is_empty());
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "null",
            "[]",
            "1",
            "{",
            r#"{"userinfo":1}"#,
            r#"{"userinfo":[]}"#,
            r#"{"id_token":{"sub":1}}"#,
            r#"{"id_token":{"acr":{"essential":"yes"}}}"#,
            r#"{"id_token":{"acr":{"values":"1"}}}"#,
            r#"{"userinfo":{},"userinfo":{}}"#,
        ] {
            assert_eq!(ClaimsRequest::parse(text), None, "{text}");
        }
    }
}
