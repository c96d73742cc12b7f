//! What `/openapi.json` says of an operation: every answer of every test is held against it.

use std::sync::LazyLock;

use axum::http::Method;
use chancery_server::openapi;
use serde_json::Value;

use super::ISSUER;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| openapi::document(ISSUER));

/// Whether the operation says that it can answer this, or there is no such operation.
pub fn may_answer(method: &Method, path: &str, status: u16, code: Option<&str>) -> bool {
    let Some(operation) = find(method, path) else { return true };
    let response = &operation["responses"][status.to_string()];
    let listed = response["x-error-codes"].as_array().into_iter().flatten();
    !response.is_null() && code.is_none_or(|code| listed.into_iter().any(|it| it["code"] == code))
}

/// The operation behind a path: a literal goes before a name in braces.
fn find(method: &Method, path: &str) -> Option<&'static Value> {
    let path = path.split('?').next().unwrap_or_default();
    let matches = |template: &str| {
        let (wanted, found) = (template.split('/'), path.split('/'));
        wanted.clone().count() == found.clone().count()
            && wanted
                .zip(found)
                .all(|(wanted, found)| wanted == found || wanted.starts_with('{') && !found.is_empty())
    };
    let paths = DOCUMENT["paths"].as_object()?.iter().filter(|(template, _)| matches(template));
    let (_, methods) = paths.min_by_key(|(template, _)| template.matches('{').count())?;
    let named = methods.get(method.as_str().to_lowercase());
    named.or_else(|| methods.get("get").filter(|_| *method == Method::HEAD))
}
