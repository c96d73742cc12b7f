//! One operation in the document.

use chancery_api::ErrorBody;
use chancery_core::access::Demand;
use chancery_core::error::ApiCode;
use chancery_core::rbac::Permission;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::schema::Schemas;
use crate::api::{Kind, Operation, Param};

/// What every operation can answer.
const ALWAYS: &[ApiCode] = &[
    ApiCode::BadRequest,
    ApiCode::InvalidQueryValue,
    ApiCode::AuthenticationRequired,
    ApiCode::BadCredentials,
    ApiCode::IpNotAuthorized,
    ApiCode::RequestConflict,
    ApiCode::MisdirectedRequest,
    ApiCode::TooManyRequests,
    ApiCode::InternalServerError,
    ApiCode::ServiceUnavailable,
];
/// What every operation that gets a body can answer, whether it reads it or not.
const BODY: &[ApiCode] = &[ApiCode::ClientFailedRequest, ApiCode::ClientTimeout, ApiCode::RequestTooLarge];
/// What every operation that reads a body can answer.
const JSON: &[ApiCode] = &[
    ApiCode::InvalidValue,
    ApiCode::InvalidDate,
    ApiCode::ConstraintValidation,
    ApiCode::UnsupportedMediaType,
];

/// An operation of the management API.
pub fn describe(tag: &str, it: &Operation, schemas: &mut Schemas) -> Value {
    let mut responses = Map::new();
    let mut success = json!({ "description": if it.status == 204 { "Done." } else { "Success." } });
    if let Some(answer) = it.answer {
        success["content"] = json!({ "application/json": { "schema": schemas.answer(answer) } });
    }
    success["headers"] = headers();
    responses.insert(it.status.to_string(), success);
    for (status, codes) in refusals(it) {
        let listed = codes.iter().map(|code| json!({ "code": code.as_str(), "when": code.text() }));
        let mut response = json!({
            "description": codes.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(", "),
            "x-error-codes": listed.collect::<Vec<_>>(),
            "headers": headers(),
        });
        // An answer to HEAD has no body, whatever it is.
        if it.method != "HEAD" {
            let schema = schemas.answer(SchemaGenerator::subschema_for::<ErrorBody>);
            response["content"] = json!({ "application/json": { "schema": schema } });
        }
        responses.insert(status.to_string(), response);
    }
    let mut described = json!({
        "operationId": it.id,
        "tags": [tag],
        "summary": it.summary,
        "security": [{ "bearer": it.scopes }],
        "responses": responses,
    });
    let parameters: Vec<Value> =
        path_parameters(it.path).into_iter().chain(it.query.iter().map(query_parameter)).collect();
    if !parameters.is_empty() {
        described["parameters"] = parameters.into();
    }
    if let Some(body) = it.body {
        described["requestBody"] =
            json!({ "required": true, "content": { "application/json": { "schema": schemas.body(body) } } });
    }
    if !it.about.is_empty() {
        described["description"] = it.about.into();
    }
    match it.demand {
        Demand::Nothing => {}
        Demand::Any(any) => described["x-permissions"] = json!({ "any": names(any) }),
        Demand::All(all) => described["x-permissions"] = json!({ "all": names(all) }),
    }
    described
}

fn names(permissions: &[Permission]) -> Vec<String> {
    permissions.iter().map(ToString::to_string).collect()
}

/// The codes of an operation by status.
fn refusals(it: &Operation) -> Vec<(u16, Vec<ApiCode>)> {
    let demanded: &[ApiCode] = match it.demand {
        Demand::Nothing => &[],
        Demand::Any(_) => &[ApiCode::MissingAnyPermissions],
        Demand::All(_) => &[ApiCode::MissingPermissions],
    };
    let bodies: &[&[ApiCode]] = if it.body.is_some() { &[BODY, JSON] } else { &[BODY] };
    let scopes: &[ApiCode] = if it.scopes.is_empty() { &[] } else { &[ApiCode::NotAuthorizedForScope] };
    let own = [ALWAYS, scopes, demanded, it.errors].into_iter().chain(bodies.iter().copied()).flatten();
    let own = own.chain(it.query.iter().map(|it| &it.refusal));
    let mut by_status: Vec<(u16, Vec<ApiCode>)> = Vec::new();
    for code in own {
        match by_status.iter_mut().find(|(status, _)| *status == code.status()) {
            Some((_, codes)) if codes.contains(code) => {}
            Some((_, codes)) => codes.push(*code),
            None => by_status.push((code.status(), vec![*code])),
        }
    }
    by_status.sort_by_key(|(status, _)| *status);
    by_status
}

fn headers() -> Value {
    let header = |about: &str, schema: Value| json!({ "description": about, "schema": schema });
    json!({ "ININ-Correlation-Id": header("The id of the request.", json!({ "type": "string", "format": "uuid" })) })
}

/// What stands in braces in a path.
fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
    let schema = |name: &str| match name {
        "divisionId" if path.contains("/roles/") => {
            json!({ "anyOf": [{ "type": "string", "format": "uuid" }, { "type": "string", "const": "*" }] })
        }
        "scopeId" | "executionId" | "sessionId" => json!({ "type": "string", "minLength": 1 }),
        _ => json!({ "type": "string", "format": "uuid" }),
    };
    names
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": schema(name) }))
        .collect()
}

fn query_parameter(it: &Param) -> Value {
    let mut parameter =
        json!({ "name": it.name, "in": "query", "required": it.required, "description": it.about });
    parameter["schema"] = match it.kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Like(form) => json!({ "type": "string", "pattern": form }),
        // Empty is as good as absent.
        Kind::Uuid => {
            json!({ "anyOf": [{ "type": "string", "format": "uuid" }, { "type": "string", "const": "" }] })
        }
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Number(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Kind::OneOf(values) => json!({ "type": "string", "enum": values }),
        Kind::Many => json!({ "type": "array", "items": { "type": "string" } }),
    };
    if matches!(it.kind, Kind::Many) {
        parameter["style"] = "form".into();
        parameter["explode"] = true.into();
    }
    parameter
}
