//! Schemas of members that are plain strings in Rust: the values and formats of the specification.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// Types without values, for `#[schemars(with = "…")]` only.
macro_rules! schemas {
    ($($(#[$doc:meta])* $name:ident = $schema:tt;)*) => {$(
        $(#[$doc])*
        pub(crate) enum $name {}

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

schemas! {
    /// An id.
    Uuid = { "type": "string", "format": "uuid" };
    /// The id of a division, or all divisions.
    DivisionId = { "type": "string", "anyOf": [{ "format": "uuid" }, { "const": "*" }] };
    /// An absolute address.
    Uri = { "type": "string", "format": "uri", "maxLength": 2048 };
    /// An address relative to the API host.
    UriReference = { "type": "string", "format": "uri-reference" };
    /// A name as a request may have it: not blank, no control characters.
    Name = {
        "type": "string",
        "minLength": 1,
        "maxLength": 256,
        "pattern": r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
    };
    /// A short text as a request may have it: maybe empty, no control characters.
    Line = { "type": "string", "maxLength": 256, "pattern": r"^[^\x00-\x1f\x7f-\x9f]*$" };
    /// A claim that is a text.
    Claim = { "type": "string", "minLength": 1, "maxLength": 2048, "pattern": r"^[^\x00-\x1f\x7f-\x9f]*$" };
    /// A claim that is a URL.
    ClaimUrl = { "type": "string", "maxLength": 2048, "pattern": r"^https?://[A-Za-z0-9][A-Za-z0-9.-]*(/[A-Za-z0-9._~/-]*)?$" };
    /// A mail address as a request may have it.
    Email = { "type": "string", "format": "email", "maxLength": 254 };
    /// A password as a request may have it; what else it must be like, the organization says.
    Password = { "type": "string", "minLength": 1, "maxLength": 1024 };
    /// `start/end`, each a date or an instant.
    Interval = {
        "type": "string",
        "pattern": "^[^/]+/[^/]+$",
        "examples": ["2026-07-01T00:00:00.000Z/2026-07-08T00:00:00.000Z"],
    };

    /// `authorizedGrantType` of a client.
    GrantType = {
        "type": "string",
        "enum": ["CODE", "TOKEN", "SAML2-BEARER", "PASSWORD", "CLIENT-CREDENTIALS"],
    };
    /// `state` of a client.
    ClientState = { "type": "string", "enum": ["active", "disabled", "inactive"] };
    /// `state` of an organization or a user.
    State = { "type": "string", "enum": ["active", "inactive", "deleted"] };
    /// `state` of a user as a request may have it.
    UserState = { "type": "string", "enum": ["active", "inactive"] };
    /// `state` of an authorization.
    AuthorizationState = { "type": "string", "enum": ["Unauthorized", "Requested", "Authorized", "Revoked"] };
    /// The unit that a timeout is shown in.
    InactivityUnit = { "type": "string", "enum": ["Minutes", "Hours"] };
    /// `mediaType` of a contact.
    MediaType = { "type": "string", "enum": ["PHONE", "EMAIL", "SMS"] };
    /// `type` of a contact.
    ContactType = {
        "type": "string",
        "enum": ["PRIMARY", "WORK", "WORK2", "WORK3", "WORK4", "HOME", "MOBILE", "MAIN", "OTHER"],
    };
    /// `type` of a subject.
    SubjectType = {
        "type": "string",
        "enum": ["PC_USER", "PC_GROUP", "PC_OAUTH_CLIENT", "PC_TRUSTEE_USER", "PC_TRUSTEE_GROUP", "UNKNOWN"],
    };
    /// `conjunction` of a condition.
    Conjunction = { "type": "string", "enum": ["AND", "OR"] };
    /// `operator` of a condition.
    Operator = { "type": "string", "enum": ["EQ", "IN", "GE", "GT", "LE", "LT"] };
    /// `type` of an operand.
    OperandType = { "type": "string", "enum": ["SCALAR", "VARIABLE", "USER", "TEAM", "QUEUE"] };
    /// `granularity` of a usage query.
    Granularity = { "type": "string", "enum": ["Day", "Week", "Month"] };
    /// One of the `metrics` of a usage query.
    Metric = {
        "type": "string",
        "enum": ["Status200", "Status300", "Status400", "Status500", "Status429", "Requests"],
    };
    /// One of the members that a usage query groups by.
    Grouping = { "type": "string", "enum": ["OAuthClientId", "OrganizationId", "TemplateUri", "HttpMethod"] };
    /// `queryStatus` of a usage query.
    QueryStatus = { "type": "string", "enum": ["Complete", "Failed", "Running"] };
}

#[cfg(test)]
mod tests {
    use schemars::SchemaGenerator;
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        AuthzDivision, AuthzDivisionRequest, ChangeMyPasswordRequest, ChangePasswordRequest, CreateUser,
        DomainOrganizationRoleCreate, DomainOrganizationRoleUpdate, IdleTokenTimeout, Listing, OAuthClient,
        OAuthClientRequest, RoleDivisionGrants, SubjectDivisions, UpdateUser, User,
    };

    fn request<T: JsonSchema>() -> Value {
        SchemaGenerator::default().into_root_schema_for::<T>().into()
    }

    #[test]
    fn a_request_says_what_is_required() {
        assert_eq!(request::<OAuthClientRequest>()["required"], json!(["name", "authorizedGrantType"]));
        assert_eq!(request::<AuthzDivisionRequest>()["required"], json!(["name"]));
        assert_eq!(request::<DomainOrganizationRoleCreate>()["required"], json!(["name"]));
        assert_eq!(request::<DomainOrganizationRoleUpdate>()["required"], json!(["name"]));
        assert_eq!(request::<SubjectDivisions>()["required"], json!(["subjectIds", "divisionIds"]));
        assert_eq!(request::<RoleDivisionGrants>()["required"], json!(["grants"]));
        assert_eq!(request::<CreateUser>()["required"], json!(["name", "email", "divisionId"]));
        assert_eq!(request::<UpdateUser>()["required"], json!(["version"]));
        assert_eq!(request::<ChangePasswordRequest>()["required"], json!(["newPassword"]));
        assert_eq!(request::<ChangeMyPasswordRequest>()["required"], json!(["newPassword", "oldPassword"]));
        assert_eq!(request::<IdleTokenTimeout>().get("required"), None);
    }

    #[test]
    fn a_request_may_hold_null_for_what_is_not_required() {
        let client = &request::<OAuthClientRequest>()["properties"];
        assert_eq!(client["state"]["enum"], json!(["active", "disabled", "inactive", null]));
        assert_eq!(client["roleDivisions"]["type"], json!(["array", "null"]));
        assert_eq!(client["name"]["type"], "string");
        let user = &request::<UpdateUser>()["properties"];
        assert_eq!(user["state"]["enum"], json!(["active", "inactive", null]));
        assert_eq!(user["addresses"]["type"], json!(["array", "null"]));
        assert_eq!(user["version"]["type"], "integer");
    }

    #[test]
    fn limits_and_formats_are_stated() {
        let client = &request::<OAuthClientRequest>()["properties"];
        let lifetime = &client["accessTokenValiditySeconds"];
        assert_eq!((&lifetime["minimum"], &lifetime["maximum"]), (&json!(300), &json!(172_800)));
        assert_eq!(client["registeredRedirectUri"]["items"]["format"], "uri");
        assert_eq!(client["registeredRedirectUri"]["maxItems"], 200);
        assert_eq!(client["dateToDelete"]["format"], "date-time");
        assert_eq!(client["description"]["maxLength"], 4096);
        let user = &request::<CreateUser>()["properties"];
        assert_eq!((&user["email"]["format"], &user["email"]["maxLength"]), (&json!("email"), &json!(254)));
        assert_eq!(
            (&user["password"]["minLength"], &user["password"]["maxLength"]),
            (&json!(1), &json!(1024))
        );
        assert_eq!((&user["title"]["maxLength"], &user["addresses"]["maxItems"]), (&json!(256), &json!(100)));
        let version = &request::<UpdateUser>()["properties"]["version"];
        assert_eq!((&version["minimum"], &version["maximum"]), (&json!(0), &json!(i32::MAX)));
        let timeout = &request::<IdleTokenTimeout>()["properties"]["idleTokenTimeoutSeconds"];
        assert_eq!((&timeout["minimum"], &timeout["maximum"]), (&json!(300), &json!(28_800)));
    }

    #[test]
    fn listings_are_named_by_what_they_list() {
        assert_eq!(Listing::<OAuthClient>::schema_name(), "OAuthClientEntityListing");
        assert_eq!(Listing::<AuthzDivision>::schema_name(), "AuthzDivisionEntityListing");
        assert_eq!(Listing::<User>::schema_name(), "UserEntityListing");
    }
}
