//! `ChanceryApi`: what Chancery has beyond the vendor.

use chancery_api::{
    AuditEntry, AuditListing, OAuthClientSecret, OAuthClientSecretListing, OAuthClientSecretPatch,
    OAuthClientSecretRequest, ServerKeyListing, ServerKeyRotation, UserClaims, UserSessionListing,
};
use futures_util::stream;

use crate::Model;

queries! {
    /// Which entries of the audit log are asked for, the newest first.
    GetAudit {
        /// How many a page; 100 unless it is said.
        page_size: Option<u32> as "pageSize",
        /// Not before this moment (RFC 3339).
        from: Option<String> as "from",
        /// Before this moment (RFC 3339).
        until: Option<String> as "until",
        /// Only what this user or client did.
        actor: Option<String> as "actor",
        /// Only what was done through this client.
        client: Option<String> as "client",
        /// Only this kind.
        kind: Option<String> as "kind",
        /// Those before this place.
        before: Option<String> as "before",
    }
}

operations! {
    /// What Chancery has beyond the vendor. Elsewhere all of it is answered 404.
    ChanceryApi, chancery {
        /// The audit log. Wraps `GET /api/v2/chancery/audit`.
        get_chancery_audit(query: &GetAudit = &GetAudit { kind: Some("login.failed".into()), ..GetAudit::default() })
            -> Model<AuditListing> = GET ["chancery", "audit"], query query;

        /// What OpenID Connect tells of a person. Wraps `GET /api/v2/chancery/users/{userId}/claims`.
        get_chancery_user_claims(user_id: &str = "user id") -> Model<UserClaims> = GET ["chancery", "users", user_id, "claims"];

        /// The same changed: what is left out stays. Wraps `PATCH /api/v2/chancery/users/{userId}/claims`.
        patch_chancery_user_claims(user_id: &str = "user id", body: &Model<UserClaims> = &UserClaims::default().into()) -> Model<UserClaims> =
            PATCH ["chancery", "users", user_id, "claims"], body body;

        /// The sessions of a person. Wraps `GET /api/v2/chancery/users/{userId}/sessions`.
        get_chancery_user_sessions(user_id: &str = "user id") -> Model<UserSessionListing> =
            GET ["chancery", "users", user_id, "sessions"];

        /// Ends all sessions of a person. Wraps `DELETE /api/v2/chancery/users/{userId}/sessions`.
        delete_chancery_user_sessions(user_id: &str = "user id") -> () = DELETE ["chancery", "users", user_id, "sessions"];

        /// The secrets of a client, the newest first, without their values. Wraps
        /// `GET /api/v2/chancery/clients/{clientId}/secrets`; needs `oauth:client:view`.
        get_chancery_client_secrets(client_id: &str = "client id") -> Model<OAuthClientSecretListing> =
            GET ["chancery", "clients", client_id, "secrets"];

        /// Adds a secret to a client; the answer has it, and no later answer has it. With `grace_seconds` the others end after so
        /// many, else they stay. Wraps `POST /api/v2/chancery/clients/{clientId}/secrets`; needs `oauth:client:edit`.
        post_chancery_client_secrets(client_id: &str = "client id", body: &Model<OAuthClientSecretRequest> = &OAuthClientSecretRequest {
            name: Some("blue".into()),
            grace_seconds: Some(86_400),
            ..OAuthClientSecretRequest::default()
        }.into()) -> Model<OAuthClientSecret> = POST ["chancery", "clients", client_id, "secrets"], body body;

        /// Names a secret, or says when it expires. Wraps `PATCH /api/v2/chancery/clients/{clientId}/secrets/{secretId}`; needs
        /// `oauth:client:edit`.
        patch_chancery_client_secret(client_id: &str = "client id", secret_id: &str = "secret id", body: &Model<OAuthClientSecretPatch> = &OAuthClientSecretPatch::default().into())
            -> Model<OAuthClientSecret> = PATCH ["chancery", "clients", client_id, "secrets", secret_id], body body;

        /// Removes a secret, unless it is the last one. Wraps `DELETE /api/v2/chancery/clients/{clientId}/secrets/{secretId}`; needs
        /// `oauth:client:edit`.
        delete_chancery_client_secret(client_id: &str = "client id", secret_id: &str = "secret id") -> () =
            DELETE ["chancery", "clients", client_id, "secrets", secret_id];

        /// The keys of the server, the oldest first. Wraps `GET /api/v2/chancery/keys`; for administrators of the first organization.
        get_chancery_keys() -> Model<ServerKeyListing> = GET ["chancery", "keys"];

        /// Replaces a signing key ahead of time. Wraps `POST /api/v2/chancery/keys`; for administrators of the first organization.
        post_chancery_keys(body: &Model<ServerKeyRotation> = &ServerKeyRotation {
            algorithm: Some("ES256".into()),
            ..ServerKeyRotation::default()
        }.into()) -> Model<ServerKeyListing> = POST ["chancery", "keys"], body body;

        /// Ends one of them. Wraps `DELETE /api/v2/chancery/users/{userId}/sessions/{sessionId}`.
        delete_chancery_user_session(user_id: &str = "user id", session_id: &str = "session id") -> () =
            DELETE ["chancery", "users", user_id, "sessions", session_id];
    }
}

impl ChanceryApi {
    /// All entries of the audit log that a query names, the newest first, page after page.
    ///
    /// ```no_run
    /// use futures_util::TryStreamExt;
    ///
    /// # async fn example(client: chancery_sdk::Client) -> Result<(), chancery_sdk::Error> {
    /// let mut entries = std::pin::pin!(client.chancery().all_audit(&Default::default()));
    /// while let Some(entry) = entries.try_next().await? {
    ///     println!("{} {}", entry.date.0, entry.kind);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn all_audit(
        &self,
        query: &GetAudit,
    ) -> impl futures_util::Stream<Item = Result<AuditEntry, crate::Error>> + use<> {
        let api = self.clone();
        crate::paging::flat(stream::try_unfold(Some(query.clone()), move |query| {
            let api = api.clone();
            async move {
                let Some(query) = query else { return Ok(None) };
                let page = api.get_chancery_audit(&query).await?.into_inner();
                let before = page.next_uri.as_deref().and_then(|uri| crate::paging::parameter(uri, "before"));
                let next = before.map(|before| GetAudit { before: Some(before), ..query });
                Ok(Some((page.entities, next)))
            }
        }))
    }
}
