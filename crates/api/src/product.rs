//! Products that permissions belong to (model `DomainOrganizationProduct`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A product that the organization has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(rename = "DomainOrganizationProduct")]
pub struct AuthorizationProduct {
    /// Name of the product.
    pub id: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_product_is_its_id() -> serde_json::Result<()> {
        let value = serde_json::to_value(AuthorizationProduct { id: "oauth".into() })?;
        assert_eq!(value, json!({ "id": "oauth" }));
        Ok(())
    }
}
