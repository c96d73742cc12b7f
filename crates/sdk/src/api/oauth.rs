//! `OAuthApi`: clients, what people allowed them, the scopes there are, and how much was used.

use chancery_api::{
    ApiUsageClientQuery, ApiUsageQueryResult, Listing, OAuthAuthorization, OAuthAuthorizationListing,
    OAuthClient, OAuthClientRequest, OAuthScope, OAuthScopeListing, UsageExecutionResult,
};

use super::query::One;
use crate::Model;

operations! {
    /// Clients, what people allowed them, the scopes there are, and how much was used.
    OAuthApi, oauth {
        /// The list of OAuth clients: all of them, without their secrets. Wraps `GET /api/v2/oauth/clients`; needs
        /// `oauth:client:view`.
        get_oauth_clients() -> Listing<Model<OAuthClient>> = GET ["oauth", "clients"];

        /// Create OAuth client. The answer has its secret, which is not shown again. Wraps `POST /api/v2/oauth/clients`; needs
        /// `oauth:client:add`.
        post_oauth_clients(body: &Model<OAuthClientRequest> = &OAuthClientRequest {
            name: Some("Robot".into()),
            authorized_grant_type: Some("CLIENT-CREDENTIALS".into()),
            role_divisions: Some(vec![RoleDivision { role_id: "role".into(), division_id: "*".into() }]),
            ..OAuthClientRequest::default()
        }.into()) -> Model<OAuthClient> = POST ["oauth", "clients"], body body;

        /// Get OAuth Client. Wraps `GET /api/v2/oauth/clients/{clientId}`; needs `oauth:client:view`.
        get_oauth_client(client_id: &str = "client id") -> Model<OAuthClient> = GET ["oauth", "clients", client_id];

        /// Update OAuth Client: all of it is replaced, so begin with what is there ([`OAuthApi::edit_oauth_client`] does). Wraps
        /// `PUT /api/v2/oauth/clients/{clientId}`; needs `oauth:client:edit`.
        put_oauth_client(client_id: &str = "client id", body: &Model<OAuthClientRequest> = &OAuthClientRequest::default().into())
            -> Model<OAuthClient> = PUT ["oauth", "clients", client_id], body body;

        /// Delete OAuth Client, for good. Wraps `DELETE /api/v2/oauth/clients/{clientId}`; needs `oauth:client:delete`.
        delete_oauth_client(client_id: &str = "client id") -> () = DELETE ["oauth", "clients", client_id];

        /// Regenerate Client Secret: the answer has the new one, and from now on the old one is refused. Wraps
        /// `POST /api/v2/oauth/clients/{clientId}/secret`; needs `oauth:client:edit`.
        post_oauth_client_secret(client_id: &str = "client id") -> Model<OAuthClient> =
            POST ["oauth", "clients", client_id, "secret"];

        /// Query for OAuth client API usage: the answer says where the result will be. Wraps
        /// `POST /api/v2/oauth/clients/{clientId}/usage/query`; needs `oauth:client:view`.
        post_oauth_client_usage_query(client_id: &str = "client id", body: &Model<ApiUsageClientQuery> = &ApiUsageClientQuery {
            interval: Some("2026-07-01/2026-07-08".into()),
            ..ApiUsageClientQuery::default()
        }.into()) -> Model<UsageExecutionResult> = POST ["oauth", "clients", client_id, "usage", "query"], body body;

        /// Get the results of a usage query; its status is `Running` until they are there. Wraps
        /// `GET /api/v2/oauth/clients/{clientId}/usage/query/results/{executionId}`; needs `oauth:client:view`.
        get_oauth_client_usage_query_result(execution_id: &str = "execution id", client_id: &str = "client id")
            -> Model<ApiUsageQueryResult> = GET ["oauth", "clients", client_id, "usage", "query", "results", execution_id];

        /// Get a summary of OAuth client API usage of the last days, 7 unless they are said. Wraps
        /// `GET /api/v2/oauth/clients/{clientId}/usage/summary`; needs `oauth:client:view`.
        get_oauth_client_usage_summary(client_id: &str = "client id", days: Option<u32> = Some(30)) -> Model<UsageExecutionResult> =
            GET ["oauth", "clients", client_id, "usage", "summary"], query &One("days", days);

        /// List the clients that the person of the token authorized. Wraps `GET /api/v2/oauth/authorizations`; needs
        /// `oauth:client:authorize`.
        get_oauth_authorizations() -> Model<OAuthAuthorizationListing> = GET ["oauth", "authorizations"];

        /// Get what the person of the token allowed a client. Wraps `GET /api/v2/oauth/authorizations/{clientId}`; needs
        /// `oauth:client:authorize`.
        get_oauth_authorization(client_id: &str = "client id") -> Model<OAuthAuthorization> =
            GET ["oauth", "authorizations", client_id];

        /// Take back what the person of the token allowed a client. Wraps `DELETE /api/v2/oauth/authorizations/{clientId}`; needs
        /// `oauth:client:authorize`.
        delete_oauth_authorization(client_id: &str = "client id") -> () = DELETE ["oauth", "authorizations", client_id];

        /// The list of scopes. Wraps `GET /api/v2/oauth/scopes`; needs no permission.
        get_oauth_scopes() -> Model<OAuthScopeListing> = GET ["oauth", "scopes"];

        /// An OAuth scope. Wraps `GET /api/v2/oauth/scopes/{scopeId}`; needs no permission.
        get_oauth_scope(scope_id: &str = "users:readonly") -> Model<OAuthScope> = GET ["oauth", "scopes", scope_id];
    }
}

impl OAuthApi {
    /// Reads a client, changes it, and replaces it: what is not changed stays, even what this version does not know. Somebody else
    /// who changes it at the same moment may be overwritten.
    ///
    /// ```no_run
    /// # async fn example(client: chancery_sdk::Client) -> Result<(), chancery_sdk::Error> {
    /// let renamed = client.oauth().edit_oauth_client("client id", |it| it.name = Some("Android".into())).await?;
    /// assert_eq!(renamed.name, "Android");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn edit_oauth_client(
        &self,
        client_id: &str,
        edit: impl FnOnce(&mut OAuthClientRequest),
    ) -> Result<Model<OAuthClient>, crate::Error> {
        let mut request = self.get_oauth_client(client_id).await?.map(crate::request_of);
        edit(&mut request);
        self.put_oauth_client(client_id, &request).await
    }
}
