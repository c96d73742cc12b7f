//! The endpoints outside the management API: where tokens come from, and where browsers are sent.

use chancery_core::dialect::Dialect;
use chancery_core::grants::{self, Grant};
use serde_json::{Map, Value, json};

/// The tag of the endpoints that tokens come from.
pub const TOKENS: &str = "Access tokens";
/// The tag of the endpoints that a browser is sent to.
pub const LOGIN: &str = "Logging in";

const CODES: &[(&str, &str)] = &[
    ("invalid_request", "The form is malformed, a member is missing, or too many requests came."),
    ("invalid_client", "The client is unknown, did not prove who it is, or is not active."),
    (
        "invalid_grant",
        "The code, refresh token or password is not valid, or what it stands on is not any more.",
    ),
    ("unauthorized_client", "The client is not registered for the grant."),
    ("unsupported_grant_type", "The server does not have the grant."),
    ("invalid_scope", "The scope is not known, or not the client's."),
];

/// All of them, with path and method.
pub fn all() -> [(&'static str, &'static str, Value); 5] {
    [
        ("/oauth/token", "post", genesys()),
        ("/oauth2/token", "post", standard()),
        ("/.well-known/jwks.json", "get", keys()),
        ("/oauth/authorize", "get", authorize()),
        ("/logout", "get", logout()),
    ]
}

/// A text with its meaning.
pub fn text(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

fn genesys() -> Value {
    let mut members = members(Dialect::Genesys);
    members
        .insert("username".to_owned(), text("password: the email of the user. The grant is off by default."));
    members.insert("password".to_owned(), text("password: the user's password."));
    members.insert("orgName".to_owned(), text("password: the short name of the client's organization."));
    let refused = refused(Some("description"));
    json!({
        "operationId": "postOauthToken",
        "tags": [TOKENS],
        "summary": "Get a token for /api/v2, as the vendor's SDKs do",
        "security": [{ "basic": [] }, {}],
        "requestBody": form(&members),
        "responses": { "200": token("bearer"), "400": refused, "401": refused, "408": refused, "413": refused,
            "421": refused, "500": refused, "503": refused },
    })
}

fn standard() -> Value {
    let mut members = members(Dialect::Standard);
    let resource = text("For whom the token is (RFC 8707): the issuer, or the issuer's /api/v2.");
    members.insert("resource".to_owned(), resource);
    let refused = refused(None);
    json!({
        "operationId": "postOauth2Token",
        "tags": [TOKENS],
        "summary": "Get a token that anybody can verify (RFC 6749, RFC 9068)",
        "security": [{ "basic": [] }, {}],
        "requestBody": form(&members),
        "responses": { "200": token("Bearer"), "400": refused, "401": refused, "408": refused, "413": refused,
            "421": refused, "429": refused, "500": refused, "503": refused },
    })
}

/// What a token request has in either dialect.
fn members(dialect: Dialect) -> Map<String, Value> {
    let everything = chancery_core::policy::Policy { password_grant: true, ..Default::default() };
    let offered = |grant: &&&dyn Grant| grant.is_offered(dialect, &everything);
    let names: Vec<&str> = grants::ALL.iter().filter(offered).map(|it| it.grant_type().as_str()).collect();
    let members = [
        ("grant_type", json!({ "type": "string", "enum": names })),
        ("code", text("authorization_code: what came to the redirect URI.")),
        ("redirect_uri", text("authorization_code: that of the authorization request.")),
        ("code_verifier", text("authorization_code: what the code_challenge was made of (RFC 7636).")),
        ("refresh_token", text("refresh_token: the last one that was answered.")),
        ("scope", text("Names, separated by spaces; never more than was allowed.")),
        ("client_assertion", text("A token that the client signed, in place of a secret (/oauth2 alone).")),
        (
            "client_assertion_type",
            text("urn:ietf:params:oauth:client-assertion-type:jwt-bearer, with a client_assertion."),
        ),
        ("client_id", text("The client, where no Authorization header says it.")),
        (
            "client_secret",
            text("Its secret, where no Authorization header says it. A public client has none."),
        ),
    ];
    members.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

fn form(members: &Map<String, Value>) -> Value {
    form_of(&json!(members), &["grant_type"])
}

/// The body of a form.
pub fn form_of(members: &Value, required: &[&str]) -> Value {
    json!({ "required": true, "content": { "application/x-www-form-urlencoded": {
        "schema": { "type": "object", "properties": members, "required": required },
    } } })
}

fn token(kind: &str) -> Value {
    json!({ "description": "A token.", "content": { "application/json": { "schema": {
        "type": "object",
        "properties": {
            "access_token": { "type": "string" },
            "token_type": { "type": "string", "const": kind },
            "expires_in": { "type": "integer", "description": "Seconds." },
            "id_token": text("Who logged in, where the scope is one of OpenID Connect (/oauth2 alone)."),
            "refresh_token": text("The next refresh token, where a code or a refresh token was presented."),
            "scope": { "type": "string" },
        },
        "required": ["access_token", "token_type", "expires_in"],
    } } } })
}

/// `twin` is the member that repeats `error_description`.
pub fn refused(twin: Option<&str>) -> Value {
    let mut properties = json!({ "error": { "type": "string" }, "error_description": { "type": "string" } });
    let mut required = vec!["error", "error_description"];
    if let Some(name) = twin {
        properties[name] = text("The same text as error_description.");
        required.push(name);
    }
    let codes: Vec<_> = CODES.iter().map(|(code, when)| json!({ "code": code, "when": when })).collect();
    json!({
        "description": "Refused.",
        "content": { "application/json": {
            "schema": { "type": "object", "properties": properties, "required": required },
        } },
        "x-error-codes": codes,
    })
}

fn keys() -> Value {
    json!({
        "operationId": "getJwks",
        "tags": [TOKENS],
        "summary": "The keys that tokens are verified with (RFC 7517)",
        "security": [],
        "responses": { "200": { "description": "The key set.", "content": { "application/json": { "schema": {
            "type": "object",
            "properties": { "keys": { "type": "array", "items": { "type": "object" } } },
            "required": ["keys"],
        } } } } },
    })
}

fn authorize() -> Value {
    let one_of = |values: &[&str]| json!({ "type": "string", "enum": values });
    let any = || json!({ "type": "string" });
    let parameters = [
        parameter("client_id", true, "The client.", any()),
        parameter("redirect_uri", true, "Where the answer goes: one that the client registered.", any()),
        parameter(
            "response_type",
            true,
            "A code or, where the client is registered for it, a token.",
            one_of(&["code", "token"]),
        ),
        parameter("state", false, "Goes back unchanged.", any()),
        parameter("scope", false, "Names, separated by spaces; absent: all of the client's.", any()),
        parameter("code_challenge", false, "RFC 7636; a client that cannot keep a secret needs it.", any()),
        parameter("code_challenge_method", false, "Of the code_challenge.", one_of(&["S256"])),
        parameter("prompt", false, "login: whoever is logged in logs in again.", any()),
        parameter("login_hint", false, "The email that the form is filled in with.", any()),
        parameter("org", false, "The short name of the client's organization, and of no other.", any()),
        parameter("target", false, "The id of the client's organization, and of no other.", any()),
        parameter("ui_locales", false, "The languages that the person reads, the best first.", any()),
    ];
    let onward = "To the login, to the consent, or to the redirect URI with code, token or error.";
    json!({
        "operationId": "getOauthAuthorize",
        "tags": [LOGIN],
        "summary": "Ask a person to let a client act for them (RFC 6749 section 3.1)",
        "description": "For a browser, not for a program. What is wrong with a request goes to its redirect URI as an error; without a client and one of its redirect URIs it is a page.",
        "security": [],
        "parameters": parameters,
        "responses": browser(vec![("302", moved(onward))]),
    })
}

fn logout() -> Value {
    let any = || json!({ "type": "string" });
    let parameters = [
        parameter("client_id", false, "Whose redirect URI it is.", any()),
        parameter("redirect_uri", false, "Where the browser goes then, if the client registered it.", any()),
        parameter("ui_locales", false, "The languages that the person reads, the best first.", any()),
    ];
    json!({
        "operationId": "getLogout",
        "tags": [LOGIN],
        "summary": "End the session of a browser",
        "description": "For a browser, not for a program. Tokens that were issued live on.",
        "security": [],
        "parameters": parameters,
        "responses": browser(vec![("200", page("The session has ended.")), ("302", moved("To the redirect URI."))]),
    })
}

/// A parameter of the query.
pub fn parameter(name: &str, required: bool, about: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "required": required, "description": about, "schema": schema })
}

/// A page for a person.
pub fn page(about: &str) -> Value {
    json!({ "description": about, "content": { "text/html": { "schema": { "type": "string" } } } })
}

/// A way on.
pub fn moved(about: &str) -> Value {
    let location =
        json!({ "description": "Where.", "schema": { "type": "string", "format": "uri-reference" } });
    json!({ "description": about, "headers": { "Location": location } })
}

/// With what any page can come to.
pub fn browser(own: Vec<(&str, Value)>) -> Value {
    let always = [
        ("400", "The request goes nowhere."),
        ("408", "The body did not come in time."),
        ("409", "Others kept changing what the request stands on."),
        ("413", "The body is too large."),
        ("421", "The request is for another host."),
        ("500", "A fault."),
        ("503", "The store is away."),
    ];
    let always = always.into_iter().map(|(status, about)| (status, page(about)));
    own.into_iter().chain(always).map(|(status, it)| (status.to_owned(), it)).collect::<Map<_, _>>().into()
}
