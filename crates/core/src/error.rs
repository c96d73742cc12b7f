//! The errors that a client can be told, each a row of a table: OAuth's (RFC 6749 section 5.2) and the
//! management API's. Their texts are constants, so nothing a caller sent can leak through them.

macro_rules! oauth_codes {
    ($($(#[$doc:meta])* $name:ident = $wire:literal, $status:literal;)+) => {
        /// An error code of the OAuth endpoints.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($(#[$doc])* $name),+ }

        impl ErrorCode {
            /// The value of the `error` member.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $wire),+ }
            }

            /// The HTTP status in the standard dialect; the Genesys dialect answers 400 where this is 401 or 429.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status),+ }
            }
        }
    };
}

oauth_codes! {
    /// The request is malformed, or a member is missing or stands twice.
    InvalidRequest = "invalid_request", 400;
    /// The client is unknown, did not prove who it is, or may not act now.
    InvalidClient = "invalid_client", 401;
    /// What was presented is not valid: unknown, expired, spent, or another client's.
    InvalidGrant = "invalid_grant", 400;
    /// The person said no (RFC 6749 section 4.1.2.1).
    AccessDenied = "access_denied", 400;
    /// The authorization endpoint does not answer in this way.
    UnsupportedResponseType = "unsupported_response_type", 400;
    /// Nobody has logged in, or not as the client wants, and nobody may be asked (OpenID Connect Core section 3.1.2.6).
    LoginRequired = "login_required", 400;
    /// The person would have to be asked, and may not be (the same section).
    ConsentRequired = "consent_required", 400;
    /// No login here is of the class that the client cannot do without (OpenID Connect Core Error Code
    /// unmet_authentication_requirements 1.0).
    UnmetAuthenticationRequirements = "unmet_authentication_requirements", 400;
    /// Requests are parameters, no objects (OpenID Connect Core section 6.1).
    RequestNotSupported = "request_not_supported", 400;
    /// Requests are not fetched (OpenID Connect Core section 6.2).
    RequestUriNotSupported = "request_uri_not_supported", 400;
    /// Clients do not describe themselves in a request (OpenID Connect Core section 7.2.1).
    RegistrationNotSupported = "registration_not_supported", 400;
    /// No access token was presented (RFC 6750 section 3.1).
    TokenRequired = "invalid_token", 401;
    /// The access token is not valid (RFC 6750 section 3.1).
    InvalidToken = "invalid_token", 401;
    /// The access token is not good for this (RFC 6750 section 3.1).
    InsufficientScope = "insufficient_scope", 403;
    /// A redirect URI of a registration cannot be had (RFC 7591 section 3.2.2).
    InvalidRedirectUri = "invalid_redirect_uri", 400;
    /// Something else of a registration cannot be had (RFC 7591 section 3.2.2).
    InvalidClientMetadata = "invalid_client_metadata", 400;
    /// A registration rests on a statement that is not taken (RFC 7591 section 3.2.2).
    InvalidSoftwareStatement = "invalid_software_statement", 400;
    /// The client may not use this grant.
    UnauthorizedClient = "unauthorized_client", 400;
    /// The server does not have this grant.
    UnsupportedGrantType = "unsupported_grant_type", 400;
    /// The scope is unknown, or leaves nothing of what the client may ask for.
    InvalidScope = "invalid_scope", 400;
    /// The resource is not one of ours (RFC 8707 section 2).
    InvalidTarget = "invalid_target", 400;
    /// The body is larger than the server reads.
    RequestTooLarge = "invalid_request", 413;
    /// Too many requests in this minute; the Genesys dialect says `invalid_request`.
    RateLimitExceeded = "temporarily_unavailable", 429;
    /// The body came too slowly.
    RequestTimeout = "invalid_request", 408;
    /// The request is for another host.
    MisdirectedRequest = "invalid_request", 421;
    /// Something broke on our side; the log has it under the correlation id.
    ServerError = "server_error", 500;
    /// Not now; the store is busy or away.
    TemporarilyUnavailable = "temporarily_unavailable", 503;
}

/// A refusal at an OAuth endpoint. `detail` becomes `error_description`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", code.as_str())]
pub struct OAuthError {
    /// Which.
    pub code: ErrorCode,
    /// Why, in words for the developer.
    pub detail: &'static str,
}

impl OAuthError {
    /// A refusal with its reason.
    pub const fn new(code: ErrorCode, detail: &'static str) -> Self {
        Self { code, detail }
    }
}

macro_rules! api_codes {
    ($($(#[$doc:meta])* $name:ident = $wire:literal, $status:literal, $text:literal;)+) => {
        /// An error code of the management API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ApiCode { $($(#[$doc])* $name),+ }

        impl ApiCode {
            /// The value of the `code` member.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $wire),+ }
            }

            /// The HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status),+ }
            }

            /// The message, with `{name}` where a parameter goes.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

api_codes! {
    /// The body or the request cannot be understood.
    BadRequest = "bad.request", 400, "The request could not be understood by the server due to malformed syntax.";
    /// A date that is not in ISO 8601 form.
    InvalidDate = "invalid.date", 400, "Dates must be specified as ISO-8601 strings. For example: yyyy-MM-ddTHH:mm:ss.SSSZ";
    /// A member has a value of the wrong type.
    InvalidValue = "invalid.value", 400, "The value of {field} is not valid for its type.";
    /// A query parameter has a value that is not allowed.
    InvalidQueryValue = "invalid.query.param.value", 400, "The value of the query parameter {field} is not valid.";
    /// A rule on a member failed.
    ConstraintValidation = "constraint.validation", 400, "{reason}";
    /// More than 100 role ids in one query.
    MaxRoleIds = "max.role.ids", 400, "Only 100 role ids can be requested at a time.";
    /// `authorizedGrantType` is missing.
    GrantTypeRequired = "grant.type.required", 400, "An authorized grant type is required.";
    /// `authorizedGrantType` is not one of the values.
    BadGrantType = "bad.grant.type", 400, "The authorized grant type must be one of [CODE, TOKEN, SAML2-BEARER, PASSWORD, CLIENT-CREDENTIALS].";
    /// A client-credentials client without roles.
    MissingClientRoles = "missing.client.roles", 400, "A client with the client credentials grant must have at least one role and division.";
    /// A role or division that is unknown, or that the caller does not hold.
    BadClientRole = "bad.client.role", 400, "One or more roles or divisions are unknown or not held by the caller: [{roles}]";
    /// A client for users without scope.
    MissingClientScope = "missing.client.scope", 400, "A client with this grant type must have at least one scope.";
    /// A scope that is not known.
    InvalidScope = "auth.invalid.scope", 400, "One or more scopes are not known: [{scopes}]";
    /// `state` has a value that is not allowed here, or the client is disabled.
    BadClientState = "bad.client.state", 400, "{reason}";
    /// The organization has as many clients as it may.
    TooManyClients = "auth.too.many.clients", 400, "The organization has reached its limit of {limit} OAuth clients.";
    /// A client must be inactive before it can be deleted.
    CannotDeleteClient = "cannot.delete.client", 400, "The client must be set to the state inactive before it can be deleted.";
    /// A rule on what was asked failed.
    GeneralBadRequest = "general.bad.request", 400, "{reason}";
    /// The organization has as many roles as it may.
    MaxRolesExceeded = "max.roles.exceeded", 400, "The organization has reached its limit of {limit} roles.";
    /// A subject would hold more roles than it may.
    MaxRoleAssignmentsExceeded = "max.role.assignments.exceeded", 400, "A subject can hold at most {limit} roles.";
    /// `subjectType` is not one of the values.
    InvalidSubjectType = "invalid.subject.type", 400, "The subject type must be one of [PC_USER, PC_GROUP, PC_OAUTH_CLIENT].";
    /// A pair of role and division that does not exist.
    BadRoleDivisions = "bad.role.divisions", 400, "One or more roles or divisions are unknown: [{roles}]";
    /// More than 100 subject ids in one query.
    MaxSubjectIds = "max.subject.ids", 400, "Only 100 subject ids can be requested at a time.";
    /// The name of a division cannot be used.
    DivisionNameInvalid = "division.name.invalid", 400, "{reason}";
    /// A member is too long.
    MaxLengthExceeded = "max.length.exceeded", 400, "{reason}";
    /// The organization has as many divisions as it may.
    MaxScopesExceeded = "max.scopes.exceeded", 400, "The organization has reached its limit of {limit} divisions.";
    /// More than 100 user ids in one query.
    MaxUserIds = "max.user.ids", 400, "Only 100 user ids can be requested at a time.";
    /// The idle timeout is out of its range.
    TokenTimeoutExceeded = "token.timeout.exceeded", 400, "The idle timeout of tokens is from 300 to 28800 seconds.";
    /// No password was given.
    PasswordEmpty = "password.empty", 400, "A password is required.";
    /// The password is too short.
    PasswordTooShort = "password.too.short", 400, "The password must have at least {least} characters.";
    /// The password is the current one, or one of the last.
    PasswordReused = "password.reused", 400, "The password was used before.";
    /// The password is common, or known from a breach.
    PasswordCompromised = "password.compromised", 400, "The password is common, or known from a breach. Choose another.";
    /// The password was changed only just now.
    PasswordTooYoung = "password.too.young", 400, "The password was changed too recently to be changed again.";
    /// The password has too few letters.
    PasswordLetters = "password.not.enough.letters", 400, "The password must have at least {least} letters.";
    /// The password has too few digits.
    PasswordDigits = "password.not.enough.digits", 400, "The password must have at least {least} digits.";
    /// The password has too few characters that are neither letters nor digits.
    PasswordSpecials = "password.not.enough.specials", 400, "The password must have at least {least} special characters.";
    /// The password has too few lower-case letters.
    PasswordLowercase = "password.not.enough.lowercase", 400, "The password must have at least {least} lower-case letters.";
    /// The password has too few upper-case letters.
    PasswordUppercase = "password.not.enough.uppercase", 400, "The password must have at least {least} upper-case letters.";
    /// The password that should be the current one is not.
    InvalidOldPassword = "invalid.old.password", 400, "The old password is not right.";
    /// The password cannot be used.
    InvalidNewPassword = "invalid.new.password", 400, "{reason}";
    /// Something else must be done first.
    PreconditionFailure = "precondition.failure", 400, "{reason}";
    /// `before` and `after` in one query.
    BothAfterAndBefore = "both.after.and.before.provided", 400, "Only one of before and after can be given.";
    /// `permission` is missing.
    MissingPermissionParam = "missing.permission.param", 400, "The query parameter permission is required.";
    /// The body did not come to its end.
    ClientFailedRequest = "client.failed.request", 400, "The client broke the request off.";
    /// The token does not stand for a user.
    NotAUser = "not.a.user", 400, "This request requires a user context. Client credentials cannot be used for requests to this resource.";
    /// No bearer token.
    AuthenticationRequired = "authentication.required", 401, "No authentication bearer token specified in authorization header.";
    /// The token is unknown, revoked or expired.
    BadCredentials = "bad.credentials", 401, "Invalid login credentials.";
    /// The address of the caller is not on the organization's list.
    IpNotAuthorized = "ip.not.authorized", 401, "The source address of the request is not on the organization's list.";
    /// The token lacks a scope.
    NotAuthorizedForScope = "app.not.authorized.for.scope", 403, "The application is not authorized for the scope [{scope}].";
    /// The caller lacks one of the permissions that are all needed.
    MissingPermissions = "missing.permissions", 403, "Unable to perform the requested action. You are missing the following permission(s): [{permissions}]";
    /// The caller has the permission, but not in that division.
    MissingDivisionPermission = "missing.division.permission", 403, "Unable to perform the requested action. You are missing the following permission in the division: [{permissions}]";
    /// The caller may not grant anything in that division.
    MissingDivisionPermissions = "missing.division.permissions", 403, "Unable to perform the requested action. You are missing the following permission(s) in the division: [{permissions}]";
    /// The caller does not hold what the role carries in that division.
    MissingDivisionPermissionImplied = "missing.division.permission.implied", 403, "Unable to perform the requested action. You do not hold what the role carries in the division: [{permissions}]";
    /// The caller has none of the permissions.
    MissingAnyPermissions = "missing.any.permissions", 403, "Unable to perform the requested action. You must have at least one of the following permissions assigned: [{permissions}]";
    /// There is no such thing.
    NotFound = "not.found", 404, "The requested resource was not found.";
    /// There is no such client.
    ClientNotFound = "client.not.found", 404, "The OAuth client was not found.";
    /// The path exists, the method does not.
    MethodNotAllowed = "method.not.allowed", 405, "The method is not allowed for this resource.";
    /// The body came too slowly.
    ClientTimeout = "client.timeout", 408, "The request was not received in time.";
    /// Another object has what only one can have.
    GeneralConflict = "general.conflict", 409, "{reason}";
    /// Another division has the name.
    ResourceAlreadyExists = "resource.already.exists", 409, "A division with this name exists already.";
    /// The world changed under the request again and again.
    RequestConflict = "request.conflict", 409, "The request conflicts with the current state of the resource. Try again.";
    /// The body is too large.
    RequestTooLarge = "request.entity.too.large", 413, "The request is over the size limit of {bytes} bytes.";
    /// The body is not JSON.
    UnsupportedMediaType = "unsupported.media.type", 415, "The media type of the body is not supported. Use application/json.";
    /// The request is for another host.
    MisdirectedRequest = "bad.request", 421, "The request is for a host that is not this server.";
    /// Too many requests in this minute.
    TooManyRequests = "too.many.requests.retry.after", 429, "Rate limit exceeded the maximum. Retry the request in [{seconds}] seconds";
    /// Something broke on our side.
    InternalServerError = "internal.server.error", 500, "The server encountered an unexpected condition that prevented it from fulfilling the request.";
    /// The store is away.
    ServiceUnavailable = "service.unavailable", 503, "The service is currently unavailable. Try again later.";
}

/// A refusal of the management API.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", code.as_str())]
pub struct ApiError {
    /// Which.
    pub code: ApiCode,
    /// The member or parameter at fault, as it is spelled on the wire.
    pub field: Option<String>,
    /// Values of the placeholders in the code's text. Lists are joined by a comma and a space.
    pub params: Vec<(&'static str, String)>,
    /// The limit that was hit: its key and its value.
    pub limit: Option<(&'static str, u32)>,
}

impl ApiError {
    /// A refusal whose text has no parameters.
    pub const fn new(code: ApiCode) -> Self {
        Self { code, field: None, params: Vec::new(), limit: None }
    }

    /// With the value of one placeholder.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.params.push((name, value.to_string()));
        self
    }

    /// With the member at fault.
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// With the limit that was hit.
    pub const fn over(mut self, key: &'static str, value: u32) -> Self {
        self.limit = Some((key, value));
        self
    }

    /// A refusal whose text is this sentence.
    pub fn because(code: ApiCode, reason: &'static str) -> Self {
        Self::new(code).with("reason", reason)
    }

    /// A failed rule on a member; `reason` is a whole sentence for the developer.
    pub fn constraint(field: &str, reason: &'static str) -> Self {
        Self::new(ApiCode::ConstraintValidation).with("reason", reason).at(field)
    }

    /// The text with the placeholders filled in.
    pub fn message(&self) -> String {
        self.params.iter().fold(self.code.text().to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    }
}

/// The names in a message: the first ten, each cut to 128 characters, so that no request is echoed at length.
pub fn list<S: AsRef<str>>(names: &[S]) -> String {
    let shown = names.iter().take(10).map(|name| name.as_ref().chars().take(128).collect::<String>());
    let more = (names.len() > 10).then(|| "...".to_owned());
    shown.chain(more).collect::<Vec<_>>().join(", ")
}

impl From<ApiCode> for ApiError {
    fn from(code: ApiCode) -> Self {
        Self::new(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_filled_in() {
        let error = ApiError::new(ApiCode::MissingAnyPermissions).with("permissions", "oauth:client:add");
        assert!(error.message().ends_with("assigned: [oauth:client:add]"), "{}", error.message());
    }
}
