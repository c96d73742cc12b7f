//! Conditions that narrow a permission to certain resources (model `ResourceConditionNode`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{NamedEntity, object, schema};

/// A tree of conditions: a leaf compares a variable with operands, a branch joins further terms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceConditionNode {
    /// The attribute that a leaf looks at; absent in a branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable_name: Option<String>,
    /// How a branch joins its terms: `AND` or `OR`; absent in a leaf.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Conjunction>")]
    pub conjunction: Option<String>,
    /// How a leaf compares: `EQ`, `IN`, `GE`, `GT`, `LE` or `LT`; absent in a branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Operator>")]
    pub operator: Option<String>,
    /// What a leaf compares with; absent in a branch.
    #[serde(default, deserialize_with = "object::many", skip_serializing_if = "Option::is_none")]
    pub operands: Option<Vec<ResourceConditionValue>>,
    /// The conditions that a branch joins; absent in a leaf.
    #[serde(default, deserialize_with = "object::many", skip_serializing_if = "Option::is_none")]
    pub terms: Option<Vec<ResourceConditionNode>>,
}

/// One operand of a condition; `type` tells which of the other members is filled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceConditionValue {
    /// `SCALAR`, `VARIABLE`, `USER`, `TEAM` or `QUEUE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::OperandType>")]
    pub r#type: Option<String>,
    /// The literal or the name of the variable, for `SCALAR` and `VARIABLE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The user, for `USER`.
    #[serde(default, deserialize_with = "object::one", skip_serializing_if = "Option::is_none")]
    pub user: Option<NamedEntity>,
    /// The queue, for `QUEUE`.
    #[serde(default, deserialize_with = "object::one", skip_serializing_if = "Option::is_none")]
    pub queue: Option<NamedEntity>,
    /// The team, for `TEAM`.
    #[serde(default, deserialize_with = "object::one", skip_serializing_if = "Option::is_none")]
    pub team: Option<NamedEntity>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tree_survives_the_round_trip() -> serde_json::Result<()> {
        let value = json!({
            "conjunction": "OR",
            "terms": [
                {
                    "variableName": "Conversation.user.id",
                    "operator": "EQ",
                    "operands": [{ "type": "USER", "user": { "id": "u1" } }],
                },
                {
                    "variableName": "Conversation.queues",
                    "operator": "IN",
                    "operands": [{ "type": "SCALAR", "value": "q1" }],
                },
            ],
        });
        let tree: ResourceConditionNode = serde_json::from_value(value.clone())?;
        assert_eq!(tree.terms.as_ref().map(Vec::len), Some(2));
        assert_eq!(serde_json::to_value(tree)?, value);
        Ok(())
    }
}
