//! The OpenAPI 3.1 document, made from the tables that the router is made from.

mod endpoints;
mod operation;
mod schema;
mod standard;

use serde_json::{Map, Value, json};

use crate::api;
use schema::Schemas;

const ABOUT: &str = "An OAuth 2 authorization server whose registry of clients speaks the Genesys Cloud (PureCloud) API.

Get a token for a client with the client-credentials grant at /oauth/token, and send it as a bearer token. Every \
operation of /api/v2 names the permissions that the token's client or user needs. A refusal is an ErrorBody: programs \
branch on its code; its contextId is the correlation id that the log has too.

A member without a value is absent from an answer, never null; members that are not named here are ignored in a request.";

/// The document, for a server that is known by `issuer`.
pub fn document(issuer: &str) -> Value {
    let mut schemas = Schemas::default();
    let mut paths = Map::new();
    for (tag, operations) in api::ALL {
        for it in *operations {
            let described = operation::describe(tag, it, &mut schemas);
            let path = paths.entry(it.path).or_insert_with(|| json!({}));
            path[it.method.to_lowercase()] = described;
        }
    }
    for (path, method, described) in endpoints::all().into_iter().chain(standard::all()) {
        let entry = paths.entry(path).or_insert_with(|| json!({}));
        entry[method] = described;
    }
    let mut tags: Vec<&str> = vec![endpoints::TOKENS, endpoints::LOGIN, standard::REGISTRATION];
    for (tag, _) in api::ALL {
        if !tags.contains(tag) {
            tags.push(tag);
        }
    }
    let components = schemas.finish(&mut paths);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Chancery",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": issuer }],
        "tags": tags.iter().map(|tag| json!({ "name": tag })).collect::<Vec<_>>(),
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An access token for /api/v2, from /oauth/token.",
                },
                "basic": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "A client's id and secret.",
                },
            },
        },
    })
}
