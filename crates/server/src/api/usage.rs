//! `/api/v2/oauth/clients/{clientId}/usage`: how often a client calls this API.

use chancery_api::{ApiUsageClientQuery, ApiUsageQueryResult, ApiUsageRow, UsageExecutionResult};
use chancery_core::client::registry;
use chancery_core::error::{ApiCode, ApiError};
use chancery_core::rbac::permission::{OAUTH_CLIENT_VIEW, USAGE_CLIENT_VIEW};
use chancery_core::types::from_wire;
use chancery_core::usage::{Day, Granularity, GroupBy, Metric, Query, Row};

use super::clients::client_id;
use super::{Answer, Call, Kind, OAUTH_READ, Operation, Param, date};
use crate::failure::Failure;
use crate::http::respond;

const QUERY: &str = "/api/v2/oauth/clients/{clientId}/usage/query";
const SUMMARY: &str = "/api/v2/oauth/clients/{clientId}/usage/summary";
const RESULTS: &str = "/api/v2/oauth/clients/{clientId}/usage/query/results/{executionId}";
/// A summary reaches back so many days at most.
const SUMMARY_DAYS: i64 = 366;

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::post("postOauthClientUsageQuery", QUERY, "Query for OAuth client API usage", |call| {
        Box::pin(query(call))
    })
    .about("The interval is start/end, each a date or a date-time, in UTC. The answer is ready at once: see resultsUri.")
    .any(&[OAUTH_CLIENT_VIEW, USAGE_CLIENT_VIEW])
    .scopes(OAUTH_READ)
    .takes::<ApiUsageClientQuery>()
    .answers::<UsageExecutionResult>()
    .refuses(&[ApiCode::ClientNotFound]),
    Operation::get(
        "getOauthClientUsageSummary",
        SUMMARY,
        "Get a summary of OAuth client API usage",
        |call| Box::pin(summary(call)),
    )
    .about("By day and operation, today included.")
    .any(&[OAUTH_CLIENT_VIEW, USAGE_CLIENT_VIEW])
    .scopes(OAUTH_READ)
    .query(&[Param::new("days", Kind::Number(1, SUMMARY_DAYS), "How many days to look back; absent: 7")])
    .answers::<UsageExecutionResult>()
    .refuses(&[ApiCode::ClientNotFound]),
    Operation::get("getOauthClientUsageQueryResult", RESULTS, "Get the results of a usage query", |call| {
        Box::pin(results(call))
    })
    .any(&[OAUTH_CLIENT_VIEW, USAGE_CLIENT_VIEW])
    .scopes(OAUTH_READ)
    .answers::<ApiUsageQueryResult>()
    .refuses(&[ApiCode::ClientNotFound, ApiCode::NotFound]),
];

/// `POST .../query`: where the answer is. It is ready at once.
async fn query(call: Call) -> Answer {
    find(&call).await?;
    let body: ApiUsageClientQuery = call.json()?;
    let interval =
        body.interval.ok_or_else(|| ApiError::constraint("interval", "An interval is required."))?;
    let (from, until) = Query::interval(&interval)?;
    let query = Query {
        client: client_id(&call)?,
        from,
        until,
        granularity: body
            .granularity
            .map(|text| value(Granularity::ALL, "granularity", &text))
            .transpose()?,
        group_by: values(GroupBy::ALL, "groupBy", body.group_by)?,
        metrics: values(Metric::ALL, "metrics", body.metrics)?,
    };
    Ok(executed(&call, &query))
}

/// `GET .../summary`: the last days, today included, by operation.
async fn summary(call: Call) -> Answer {
    find(&call).await?;
    let days = i64::try_from(call.query.number("days", 7)?).unwrap_or(i64::MAX);
    let today = Day::of(call.app.clock.now());
    let query = Query {
        client: client_id(&call)?,
        from: Day(today.0 - days + 1),
        until: Day(today.0 + 1),
        granularity: Some(Granularity::Day),
        group_by: vec![GroupBy::Client, GroupBy::Template, GroupBy::Method],
        metrics: Vec::new(),
    };
    Ok(executed(&call, &query))
}

/// `GET .../results/{executionId}`.
async fn results(call: Call) -> Answer {
    let name = find(&call).await?;
    let client = client_id(&call)?;
    let query = Query::from_id(call.segment("executionId")).filter(|query| query.client == client);
    let query = query.ok_or(Failure::NotFound)?;
    let mut counts = call.app.store.usage(client, query.from, query.until).await?;
    // What this node has gathered and not written yet counts too.
    counts.extend(call.app.usage.waiting(client));
    let rows = query.gather(&counts);
    let rows = rows.iter().map(|row| represent(&call, &query, row, &name)).collect();
    let status = "Complete".to_owned();
    Ok(respond::ok(&ApiUsageQueryResult { results: Some(rows), query_status: status, cursors: None }))
}

/// The client's name; one that is not there is a 404.
async fn find(call: &Call) -> Result<String, Failure> {
    let id = client_id(call)?;
    Ok(call.settle(|facts, _| registry::read(facts, &call.caller, id)).await?.client.name.clone())
}

fn executed(call: &Call, query: &Query) -> axum::response::Response {
    let execution_id = query.id();
    let client = call.segment("clientId");
    let results_uri = format!("/api/v2/oauth/clients/{client}/usage/query/results/{execution_id}");
    respond::ok(&UsageExecutionResult { execution_id, results_uri })
}

fn value<T: Copy>(all: &[(T, &'static str)], field: &str, text: &str) -> Result<T, ApiError> {
    from_wire(all, text).ok_or_else(|| ApiError::new(ApiCode::InvalidValue).with("field", field).at(field))
}

fn values<T: Copy>(
    all: &[(T, &'static str)],
    field: &str,
    texts: Option<Vec<String>>,
) -> Result<Vec<T>, ApiError> {
    let mut texts = texts.unwrap_or_default();
    texts.sort_unstable();
    texts.dedup();
    texts.iter().map(|text| value(all, field, text)).collect()
}

fn represent(call: &Call, query: &Query, row: &Row, name: &str) -> ApiUsageRow {
    let groups = |by: GroupBy| query.group_by.contains(&by);
    let by_client = query.group_by.is_empty() || groups(GroupBy::Client);
    let text = |shown: bool, text: String| if shown { text } else { String::new() };
    let count = |metric: Metric, count: u64| {
        if query.shows(metric) { i64::try_from(count).unwrap_or(i64::MAX) } else { 0 }
    };
    ApiUsageRow {
        client_id: text(by_client, call.segment("clientId").to_owned()),
        client_name: text(by_client, name.to_owned()),
        organization_id: text(groups(GroupBy::Organization), call.caller.organization.to_string()),
        user_id: String::new(),
        template_uri: row.template.clone(),
        http_method: row.method.clone(),
        status200: count(Metric::Status200, row.tally.status200),
        status300: count(Metric::Status300, row.tally.status300),
        status400: count(Metric::Status400, row.tally.status400),
        status500: count(Metric::Status500, row.tally.status500),
        status429: count(Metric::Status429, row.tally.status429),
        requests: count(Metric::Requests, row.tally.requests()),
        date: date(row.day.start()),
    }
}
