//! How often clients called the API (models `ApiUsageClientQuery`, `ApiUsageQueryResult` and their kin).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{DateTime, schema};

/// What to count, over which time. `null` and absent are the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiUsageClientQuery {
    /// `start/end`, each an instant or a plain date in ISO 8601 form.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "schema::Interval")]
    pub interval: Option<String>,
    /// Length of time that one row covers: `Day`, `Week` or `Month`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Granularity>")]
    pub granularity: Option<String>,
    /// `Status200`, `Status300`, `Status400`, `Status500`, `Status429`, `Requests`; absent means all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<schema::Metric>>")]
    pub metrics: Option<Vec<String>>,
    /// `OAuthClientId`, `OrganizationId`, `TemplateUri`, `HttpMethod`; absent means by client.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<schema::Grouping>>")]
    pub group_by: Option<Vec<String>>,
}

/// Where the result of a query will be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct UsageExecutionResult {
    /// Id of the query, to ask for its result by.
    pub execution_id: String,
    /// Path of the result, starting `/api/v2/`.
    #[schemars(with = "schema::UriReference")]
    pub results_uri: String,
}

/// The result of a query; while it runs, nothing but `queryStatus`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ApiUsageQueryResult {
    /// The rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub results: Option<Vec<ApiUsageRow>>,
    /// `Complete`, `Failed` or `Running`.
    #[schemars(with = "schema::QueryStatus")]
    pub query_status: String,
    /// Where there are more rows; absent if these are all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursors: Option<Cursors>,
}

/// Places in a result, for a query of what stands before or after them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cursors {
    /// The first place of this page; absent if nothing stands before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The last place of this page; absent if nothing stands after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// The counts of one bucket of time. No member is absent: what is not grouped by is an empty string.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ApiUsageRow {
    /// The client.
    pub client_id: String,
    /// Its display name.
    pub client_name: String,
    /// The organization.
    pub organization_id: String,
    /// The user whose token it was; empty for client credentials.
    pub user_id: String,
    /// The path, with names for its variable parts, such as `/api/v2/oauth/clients/{clientId}`.
    pub template_uri: String,
    /// The HTTP method.
    pub http_method: String,
    /// Answers with a status of 200 to 299.
    pub status200: i64,
    /// Answers with a status of 300 to 399.
    pub status300: i64,
    /// Answers with a status of 400 to 499.
    pub status400: i64,
    /// Answers with a status of 500 to 599.
    pub status500: i64,
    /// Answers with the status 429, which `status400` counts, too.
    pub status429: i64,
    /// All answers.
    pub requests: i64,
    /// Start of the bucket.
    pub date: DateTime,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_query_survives_the_round_trip() -> serde_json::Result<()> {
        let value = json!({
            "interval": "2026-07-01/2026-07-08",
            "granularity": "Day",
            "metrics": ["Status200", "Requests"],
            "groupBy": ["OAuthClientId", "TemplateUri"],
        });
        let query: ApiUsageClientQuery = serde_json::from_value(value.clone())?;
        assert_eq!(query.group_by.as_ref().map(Vec::len), Some(2));
        assert_eq!(serde_json::to_value(query)?, value);
        assert_eq!(serde_json::to_value(ApiUsageClientQuery::default())?, json!({}));
        Ok(())
    }

    #[test]
    fn a_query_is_answered_by_where_to_look() -> serde_json::Result<()> {
        let result = UsageExecutionResult { execution_id: "x1".into(), results_uri: "/api/v2/x".into() };
        assert_eq!(serde_json::to_value(result)?, json!({ "executionId": "x1", "resultsUri": "/api/v2/x" }));
        Ok(())
    }

    #[test]
    fn a_running_query_has_nothing_but_its_status() -> serde_json::Result<()> {
        let running =
            ApiUsageQueryResult { query_status: "Running".into(), ..ApiUsageQueryResult::default() };
        assert_eq!(serde_json::to_value(running)?, json!({ "queryStatus": "Running" }));
        Ok(())
    }

    #[test]
    fn a_row_has_every_member() -> serde_json::Result<()> {
        let result = ApiUsageQueryResult {
            results: Some(vec![ApiUsageRow {
                client_id: "c1".into(),
                client_name: "Robot".into(),
                organization_id: String::new(),
                user_id: String::new(),
                template_uri: String::new(),
                http_method: String::new(),
                status200: 5,
                status300: 0,
                status400: 2,
                status500: 0,
                status429: 1,
                requests: 7,
                date: DateTime("2026-07-01T00:00:00.000Z".into()),
            }]),
            query_status: "Complete".into(),
            cursors: Some(Cursors { before: None, after: Some("c1".into()) }),
        };
        let value = serde_json::to_value(&result)?;
        let expected = json!({
            "results": [{
                "clientId": "c1",
                "clientName": "Robot",
                "organizationId": "",
                "userId": "",
                "templateUri": "",
                "httpMethod": "",
                "status200": 5,
                "status300": 0,
                "status400": 2,
                "status500": 0,
                "status429": 1,
                "requests": 7,
                "date": "2026-07-01T00:00:00.000Z",
            }],
            "queryStatus": "Complete",
            "cursors": { "after": "c1" },
        });
        assert_eq!(value, expected);
        assert_eq!(serde_json::from_value::<ApiUsageQueryResult>(value)?, result);
        Ok(())
    }
}
