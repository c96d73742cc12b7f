//! The endpoints of the standard side: what relying parties and resource servers speak to.

use serde_json::{Value, json};

use super::endpoints::{LOGIN, TOKENS, browser, form_of, moved, page, parameter, refused, text};

/// The tag of the endpoints that clients register at.
pub const REGISTRATION: &str = "Registration";

/// All of them, with path and method.
pub fn all() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        (
            "/.well-known/openid-configuration",
            "get",
            metadata("getOpenidConfiguration", "OpenID Connect Discovery 1.0"),
        ),
        ("/.well-known/oauth-authorization-server", "get", metadata("getOauthMetadata", "RFC 8414")),
        ("/oauth2/authorize", "get", authorize()),
        ("/oauth2/authorize", "post", by_form("postOauth2Authorize", "getOauth2Authorize")),
        ("/oauth2/logout", "get", logout()),
        ("/oauth2/logout", "post", by_form("postOauth2Logout", "getOauth2Logout")),
        ("/oauth2/userinfo", "get", userinfo("getOauth2Userinfo")),
        ("/oauth2/userinfo", "post", userinfo("postOauth2Userinfo")),
        ("/oauth2/introspect", "post", introspect()),
        ("/oauth2/revoke", "post", revoke()),
        ("/oauth2/register", "post", register()),
    ]
}

fn object(about: &str) -> Value {
    json!({ "description": about, "content": { "application/json": { "schema": { "type": "object" } } } })
}

fn metadata(id: &str, specification: &str) -> Value {
    json!({
        "operationId": id,
        "tags": [TOKENS],
        "summary": format!("What the server says of itself ({specification})"),
        "security": [],
        "responses": { "200": object("The document.") },
    })
}

fn authorize() -> Value {
    let any = || json!({ "type": "string" });
    let one_of = |values: &[&str]| json!({ "type": "string", "enum": values });
    let parameters = [
        parameter("client_id", true, "The client.", any()),
        parameter("redirect_uri", true, "Where the answer goes: one that the client registered.", any()),
        parameter("response_type", true, "A code.", one_of(&["code"])),
        parameter(
            "response_mode",
            false,
            "Where the answer stands.",
            one_of(&["query", "fragment", "form_post"]),
        ),
        parameter("scope", false, "Names, separated by spaces; openid asks who the person is.", any()),
        parameter("state", false, "Goes back unchanged.", any()),
        parameter("nonce", false, "Goes into the ID token unchanged.", any()),
        parameter("code_challenge", false, "RFC 7636; a client without secret or keys needs it.", any()),
        parameter("code_challenge_method", false, "Of the code_challenge.", one_of(&["S256"])),
        parameter("prompt", false, "none, or some of login, consent and select_account.", any()),
        parameter("max_age", false, "Seconds since the login.", json!({ "type": "integer", "minimum": 0 })),
        parameter("claims", false, "Claims one by one, as JSON.", any()),
        parameter("id_token_hint", false, "An ID token of the person who is meant.", any()),
        parameter("login_hint", false, "The email that the form is filled in with.", any()),
        parameter("ui_locales", false, "The languages that the person reads, the best first.", any()),
        parameter("resource", false, "For whom the token is: the issuer, or the issuer's /api/v2.", any()),
    ];
    let onward = "To the login, to the consent, or to the redirect URI with code or error.";
    json!({
        "operationId": "getOauth2Authorize",
        "tags": [LOGIN],
        "summary": "Ask a person to let a client know who they are (OpenID Connect Core 1.0)",
        "description": "For a browser, not for a program. POST takes the same as a form.",
        "security": [],
        "parameters": parameters,
        "responses": browser(vec![("200", page("A form that is sent to the redirect URI.")), ("302", moved(onward))]),
    })
}

fn logout() -> Value {
    let any = || json!({ "type": "string" });
    let parameters = [
        parameter("id_token_hint", false, "An ID token of the person whose session ends.", any()),
        parameter("client_id", false, "The client that asks.", any()),
        parameter(
            "post_logout_redirect_uri",
            false,
            "Where the browser goes then, if the client registered it.",
            any(),
        ),
        parameter("state", false, "Goes there unchanged.", any()),
        parameter("ui_locales", false, "The languages that the person reads, the best first.", any()),
    ];
    json!({
        "operationId": "getOauth2Logout",
        "tags": [LOGIN],
        "summary": "End the session of a browser (OpenID Connect RP-Initiated Logout 1.0)",
        "description": "For a browser, not for a program. Where nothing says who is meant, the person is asked first. POST takes the same as a form.",
        "security": [],
        "parameters": parameters,
        "responses": browser(vec![
            ("200", page("The session has ended, or the person is asked.")),
            ("302", moved("To post_logout_redirect_uri.")),
        ]),
    })
}

/// What a browser brings from another site, with the members that `twin` has as parameters.
fn by_form(id: &str, twin: &str) -> Value {
    json!({
        "operationId": id,
        "tags": [LOGIN],
        "summary": format!("The same as {twin}, by a form"),
        "security": [],
        "requestBody": form_of(&json!({}), &[]),
        "responses": browser(vec![("303", moved("To the same by GET."))]),
    })
}

fn userinfo(id: &str) -> Value {
    let refused = refused(None);
    let signed = json!({ "schema": { "type": "string", "description": "The same, signed as the client registered." } });
    let mut told = object("The claims that the scope of the token asks for.");
    told["content"]["application/jwt"] = signed;
    json!({
        "operationId": id,
        "tags": [TOKENS],
        "summary": "Who a token stands for (OpenID Connect Core 1.0 section 5.3)",
        "security": [{ "bearer": [] }],
        "description": "With an access token of /oauth2/token that has the scope openid and is for the issuer.",
        "responses": { "200": told, "400": refused, "401": refused, "403": refused, "408": refused, "413": refused, "421": refused,
            "500": refused, "503": refused },
    })
}

fn presented(id: &str, summary: &str, success: Value) -> Value {
    let members = json!({
        "token": text("An access token or a refresh token."),
        "token_type_hint": text("Which of the two; not needed."),
        "client_id": text("The client, where no Authorization header says it."),
        "client_secret": text("Its secret, where no Authorization header says it."),
    });
    let refused = refused(None);
    json!({
        "operationId": id,
        "tags": [TOKENS],
        "summary": summary,
        "security": [{ "basic": [] }, {}],
        "requestBody": form_of(&members, &["token"]),
        "responses": { "200": success, "400": refused, "401": refused, "408": refused, "413": refused, "421": refused,
            "429": refused, "500": refused, "503": refused },
    })
}

fn introspect() -> Value {
    let schema = json!({
        "type": "object",
        "properties": { "active": { "type": "boolean" } },
        "required": ["active"],
    });
    let told = json!({
        "description": "Whether the token is good, and what it says if it is.",
        "content": {
            "application/json": { "schema": schema },
            "application/token-introspection+jwt": { "schema": { "type": "string" } },
        },
    });
    presented("postOauth2Introspect", "What a token is worth (RFC 7662, RFC 9701)", told)
}

fn revoke() -> Value {
    presented(
        "postOauth2Revoke",
        "Give a token back (RFC 7009)",
        json!({ "description": "It is good for nothing." }),
    )
}

fn register() -> Value {
    let refused = refused(None);
    json!({
        "operationId": "postOauth2Register",
        "tags": [REGISTRATION],
        "summary": "Register a client (RFC 7591, OpenID Connect Dynamic Client Registration 1.0)",
        "description": "With a token of `chancery client registration-token`, unless everybody may. The answer names where the client reads (GET), replaces (PUT) and deletes (DELETE) what it registered, and the token for that (RFC 7592).",
        "security": [{ "bearer": [] }, {}],
        "requestBody": { "required": true, "content": { "application/json": { "schema": {
            "type": "object",
            "properties": { "redirect_uris": { "type": "array", "items": { "type": "string" }, "minItems": 1 } },
            "required": ["redirect_uris"],
        } } } },
        "responses": { "201": object("The client as it is registered, with its secret."), "400": refused, "401": refused,
            "408": refused, "413": refused, "421": refused, "429": refused, "500": refused, "503": refused },
    })
}
