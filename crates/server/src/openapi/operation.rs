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
    let own = [ALWAYS, demanded, it.errors].into_iter().chain(bodies.iter().copied()).flatten();
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
        "scopeId" | "executionId" => json!({ "type": "string", "minLength": 1 }),
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

/// The endpoints that tokens come from.
pub fn token_endpoints() -> [(&'static str, &'static str, Value); 3] {
    let text = |about: &str| json!({ "type": "string", "description": about });
    let error = |description: Option<&str>, codes: &[(&str, &str)]| {
        let mut properties =
            json!({ "error": { "type": "string" }, "error_description": { "type": "string" } });
        let mut required = vec!["error", "error_description"];
        if let Some(name) = description {
            properties[name] = text("The same text as error_description.");
            required.push(name);
        }
        let codes: Vec<_> = codes.iter().map(|(code, when)| json!({ "code": code, "when": when })).collect();
        json!({
            "description": "Refused.",
            "content": { "application/json": {
                "schema": { "type": "object", "properties": properties, "required": required },
            } },
            "x-error-codes": codes,
        })
    };
    let token = |kind: &str| {
        json!({ "description": "A token.", "content": { "application/json": { "schema": {
            "type": "object",
            "properties": {
                "access_token": { "type": "string" },
                "token_type": { "type": "string", "const": kind },
                "expires_in": { "type": "integer", "description": "Seconds." },
                "scope": { "type": "string" },
            },
            "required": ["access_token", "token_type", "expires_in"],
        } } } })
    };
    let form = |properties: Value| {
        json!({ "required": true, "content": { "application/x-www-form-urlencoded": {
            "schema": { "type": "object", "properties": properties, "required": ["grant_type"] },
        } } })
    };
    let mut members = json!({
        "grant_type": { "type": "string", "const": "client_credentials" },
        "scope": text("Names, separated by spaces."),
        "client_id": text("The client, where no Authorization header says it."),
        "client_secret": text("Its secret, where no Authorization header says it."),
    });
    let codes = &[
        ("invalid_request", "The form is malformed, or too many requests came."),
        ("invalid_client", "The client is unknown, did not prove who it is, or is not active."),
        ("unauthorized_client", "The client is not registered for the grant."),
        ("unsupported_grant_type", "The server does not have the grant."),
        ("invalid_scope", "The scope is not known."),
    ];
    let refused = error(Some("description"), codes);
    let genesys = json!({
        "operationId": "postOauthToken",
        "tags": ["Access tokens"],
        "summary": "Get a token for /api/v2, as the vendor's SDKs do",
        "security": [{ "basic": [] }, {}],
        "requestBody": form(members.clone()),
        "responses": { "200": token("bearer"), "400": refused, "401": refused, "408": refused, "413": refused,
            "421": refused, "500": refused, "503": refused },
    });
    members["resource"] = text("For whom the token is (RFC 8707): the issuer, or the issuer's /api/v2.");
    let refused = error(None, codes);
    let standard = json!({
        "operationId": "postOauth2Token",
        "tags": ["Access tokens"],
        "summary": "Get a token that anybody can verify (RFC 6749, RFC 9068)",
        "security": [{ "basic": [] }, {}],
        "requestBody": form(members),
        "responses": { "200": token("Bearer"), "400": refused, "401": refused, "408": refused, "413": refused,
            "421": refused, "429": refused, "500": refused, "503": refused },
    });
    let keys = json!({
        "operationId": "getJwks",
        "tags": ["Access tokens"],
        "summary": "The keys that tokens are verified with (RFC 7517)",
        "security": [],
        "responses": { "200": { "description": "The key set.", "content": { "application/json": { "schema": {
            "type": "object",
            "properties": { "keys": { "type": "array", "items": { "type": "object" } } },
            "required": ["keys"],
        } } } } },
    });
    [
        ("/oauth/token", "post", genesys),
        ("/oauth2/token", "post", standard),
        ("/.well-known/jwks.json", "get", keys),
    ]
}
