//! The body of every refusal of the Genesys Cloud API (model `ErrorBody`).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a request failed.
// A member missing from a body that is read counts as empty: a sloppy refusal is still understood as one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ErrorBody {
    /// Text for people, with the parameters filled in; programs must not compare it.
    pub message: String,
    /// The dotted code that programs branch on, such as `client.not.found`.
    pub code: String,
    /// The HTTP status of the answer, repeated.
    pub status: u16,
    /// Id of the object at fault; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// Name of the object at fault; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_name: Option<String>,
    /// The message with `{name}` placeholders instead of values; absent when it has no parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_with_params: Option<String>,
    /// Values of the placeholders by name; left out while empty.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub message_params: BTreeMap<String, String>,
    /// The correlation id, equal to the header `ININ-Correlation-Id`.
    pub context_id: String,
    /// The single faults, if the code covers several; always an array, often empty.
    pub details: Vec<Detail>,
    /// Refusals behind this one; always an array, nearly always empty.
    pub errors: Vec<ErrorBody>,
    /// The limit that was hit; absent unless the refusal is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
}

/// One fault among those that a refusal covers; members without a value are absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Detail {
    /// Dotted code of this fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// The member of the request at fault, spelled as on the wire.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field_name: Option<String>,
    /// Id of the object at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// Name of the object at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_name: Option<String>,
}

/// A limit of the organization or the platform that a request ran into.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Limit {
    /// Name of the limit, such as `client.credentials.token.rate.per.minute`.
    pub key: String,
    /// Which part of the platform the limit belongs to, such as `auth.api`.
    pub namespace: String,
    /// The highest value allowed; its unit follows from the key.
    pub value: i64,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_smallest_body_has_both_arrays_and_nothing_unset() -> serde_json::Result<()> {
        let body = ErrorBody {
            message: "The client was not found".into(),
            code: "client.not.found".into(),
            status: 404,
            context_id: "c1".into(),
            ..ErrorBody::default()
        };
        let expected = json!({
            "message": "The client was not found",
            "code": "client.not.found",
            "status": 404,
            "contextId": "c1",
            "details": [],
            "errors": [],
        });
        assert_eq!(serde_json::to_value(body)?, expected);
        Ok(())
    }

    #[test]
    fn a_full_body_survives_the_round_trip() -> serde_json::Result<()> {
        let body = ErrorBody {
            message: "Wait 3 seconds".into(),
            code: "too.many.requests.retry.after".into(),
            status: 429,
            entity_id: Some("e1".into()),
            entity_name: Some("Robot".into()),
            message_with_params: Some("Wait {seconds} seconds".into()),
            message_params: BTreeMap::from([("seconds".into(), "3".into())]),
            context_id: "c1".into(),
            details: vec![Detail {
                error_code: Some("constraint.validation".into()),
                field_name: Some("accessTokenValiditySeconds".into()),
                ..Detail::default()
            }],
            errors: vec![ErrorBody { code: "bad.request".into(), status: 400, ..ErrorBody::default() }],
            limit: Some(Limit {
                key: "client.credentials.token.rate.per.minute".into(),
                namespace: "auth.api".into(),
                value: 300,
            }),
        };
        let value = serde_json::to_value(&body)?;
        assert_eq!(value["entityId"], "e1");
        assert_eq!(value["entityName"], "Robot");
        assert_eq!(value["messageWithParams"], "Wait {seconds} seconds");
        assert_eq!(value["messageParams"], json!({ "seconds": "3" }));
        assert_eq!(
            value["details"],
            json!([{ "errorCode": "constraint.validation", "fieldName": "accessTokenValiditySeconds" }])
        );
        assert_eq!(
            value["limit"],
            json!({
                "key": "client.credentials.token.rate.per.minute",
                "namespace": "auth.api",
                "value": 300,
            })
        );
        assert_eq!(serde_json::from_value::<ErrorBody>(value)?, body);
        Ok(())
    }

    #[test]
    fn a_sloppy_body_is_understood() -> serde_json::Result<()> {
        let body: ErrorBody = serde_json::from_value(json!({ "status": 503, "surprise": 1 }))?;
        assert_eq!(body, ErrorBody { status: 503, ..ErrorBody::default() });
        Ok(())
    }
}
