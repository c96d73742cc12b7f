//! `TokensApi`: the token in use, the tokens of others, and how long idle ones live.

use chancery_api::{IdleTokenTimeout, TokenInfo};

use crate::Model;

operations! {
    /// The token in use, the tokens of others, and how long idle ones live.
    TokensApi, tokens {
        /// Fetch information about the current token. Wraps `GET /api/v2/tokens/me`; needs no permission.
        get_tokens_me() -> Model<TokenInfo> = GET ["tokens", "me"];

        /// Verify user token: succeeds if it is good. Wraps `HEAD /api/v2/tokens/me`; needs no permission.
        head_tokens_me() -> () = HEAD ["tokens", "me"];

        /// Delete auth token used to make the request. Wraps `DELETE /api/v2/tokens/me`; needs no permission.
        delete_tokens_me() -> () = DELETE ["tokens", "me"];

        /// Delete all auth tokens for the specified user. Wraps `DELETE /api/v2/tokens/{userId}`; needs `oauth:token:delete`.
        delete_token(user_id: &str = "user id") -> () = DELETE ["tokens", user_id];

        /// Get the current idle token timeout value. Wraps `GET /api/v2/tokens/timeout`; needs no permission.
        get_tokens_timeout() -> Model<IdleTokenTimeout> = GET ["tokens", "timeout"];

        /// Update or enable/disable the idle token timeout. Wraps `PUT /api/v2/tokens/timeout`; needs
        /// `directory:organization:admin`.
        put_tokens_timeout(body: &Model<IdleTokenTimeout> = &IdleTokenTimeout::default().into()) -> Model<IdleTokenTimeout> =
            PUT ["tokens", "timeout"], body body;
    }
}
