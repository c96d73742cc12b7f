//! The difference between a derived schema and what the server answers.

use schemars::Schema;
use schemars::transform::{Transform, transform_subschemas};

/// For schemas of answers: takes out `null`, which derived schemas allow for every `Option`, though a member
/// without a value is left out; and takes out defaults, which only a reader needs. Requests may hold `null`:
/// their schemas stay as derived.
#[derive(Debug, Clone, Copy, Default)]
pub struct AsAnswered;

impl Transform for AsAnswered {
    fn transform(&mut self, schema: &mut Schema) {
        schema.remove("default");
        if let Some(values) = schema.get_mut("enum").and_then(|values| values.as_array_mut()) {
            values.retain(|value| !value.is_null());
        }
        if let Some(types) = schema.get_mut("type").and_then(|types| types.as_array_mut()) {
            types.retain(|name| name != "null");
            if let [only] = types.as_mut_slice() {
                let only = only.take();
                schema.insert("type".into(), only);
            }
        }
        if let Some(choices) = schema.get_mut("anyOf").and_then(|choices| choices.as_array_mut()) {
            choices.retain(|choice| choice["type"] != "null");
            if let [only] = choices.as_mut_slice() {
                let only = only.take();
                schema.remove("anyOf");
                if let (Some(schema), Some(only)) = (schema.as_object_mut(), only.as_object()) {
                    schema.extend(only.clone());
                }
            }
        }
        transform_subschemas(self, schema);
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use schemars::generate::SchemaSettings;
    use serde_json::{Value, json};

    use super::*;
    use crate::{AuthzDivision, Listing, OAuthClient, ResourceConditionValue, UserMe};

    fn answer<T: JsonSchema>() -> Value {
        let settings = SchemaSettings::draft2020_12().for_serialize().with_transform(AsAnswered);
        settings.into_generator().into_root_schema_for::<T>().into()
    }

    #[test]
    fn no_answer_has_null() {
        // Its schema leads to nearly all others.
        let text = answer::<UserMe>().to_string();
        assert!(text.contains("ResourceConditionNode") && text.contains("OrgOAuthClient"));
        assert!(!text.contains("null"), "{text}");
    }

    #[test]
    fn what_was_nullable_keeps_everything_else() {
        let client = &answer::<OAuthClient>()["properties"];
        assert_eq!(client["state"]["type"], "string");
        assert_eq!(client["state"]["enum"], json!(["active", "disabled", "inactive"]));
        assert_eq!(client["createdBy"]["$ref"], "#/$defs/DomainEntityRef");
        assert_eq!(client["createdBy"]["description"], "The user or client that created it.");
        let id = &answer::<AuthzDivision>()["properties"]["id"];
        assert_eq!(id["anyOf"], json!([{ "format": "uuid" }, { "const": "*" }]));
        let operand = answer::<ResourceConditionValue>();
        assert_eq!(operand["properties"]["type"]["enum"].as_array().map(Vec::len), Some(5));
    }

    #[test]
    fn a_member_is_required_unless_it_can_be_left_out() {
        let listing = answer::<Listing<AuthzDivision>>();
        assert_eq!(listing["required"], json!(["entities", "pageSize", "pageNumber", "total", "pageCount"]));
        assert_eq!(listing["properties"]["total"].get("default"), None);
    }
}
