//! `AuthorizationApi`: roles, divisions, permissions, and who holds what.

use std::collections::BTreeMap;

use chancery_api::{
    AuthorizationProduct, AuthzDivision, AuthzDivisionCursorListing, AuthzDivisionRequest, AuthzGrant,
    AuthzSubject, DefaultRoles, DivsPermittedEntityListing, DomainOrganizationRole,
    DomainOrganizationRoleCreate, DomainOrganizationRolePatch, DomainOrganizationRoleUpdate, Listing,
    PermissionCollection, RoleDivisionGrants, SubjectDivisionGrants, SubjectDivisions, UserReference,
};

use super::query::One;
use crate::Model;

queries! {
    /// Which page of a listing.
    Page {
        /// How many a page; 25 unless it is said.
        page_size: Option<u32> as "pageSize",
        /// Which page, counted from 1.
        page_number: Option<u32> as "pageNumber",
    }
    /// Which roles are asked for.
    GetRoles {
        /// How many a page; 25 unless it is said.
        page_size: Option<u32> as "pageSize",
        /// Which page, counted from 1.
        page_number: Option<u32> as "pageNumber",
        /// A part of the name.
        name: Option<String> as "name",
        /// Only those with all of these permissions.
        permission: Vec<String> as "permission",
        /// Only those made from these templates.
        default_role_id: Vec<String> as "defaultRoleId",
        /// Only these.
        id: Vec<String> as "id",
        /// Whether to count the people who hold each.
        user_count: Option<bool> as "userCount",
    }
    /// Which divisions are asked for.
    GetDivisions {
        /// How many a page; 25 unless it is said.
        page_size: Option<u32> as "pageSize",
        /// Which page, counted from 1.
        page_number: Option<u32> as "pageNumber",
        /// Whether to count what is in each.
        object_count: Option<bool> as "objectCount",
        /// Only these.
        id: Vec<String> as "id",
        /// A part of the name.
        name: Option<String> as "name",
    }
    /// Which divisions are asked for, by cursor.
    GetDivisionsQuery {
        /// Those before this place.
        before: Option<String> as "before",
        /// Those after this place.
        after: Option<String> as "after",
        /// How many a page.
        page_size: Option<u32> as "pageSize",
        /// Only these.
        id: Vec<String> as "id",
        /// A part of the name.
        name: Option<String> as "name",
    }
    /// In which divisions the caller has a permission.
    GetDivisionsPermitted {
        /// The permission, such as `oauth:client:view`.
        permission: Option<String> as "permission",
        /// How many a page; 25 unless it is said.
        page_size: Option<u32> as "pageSize",
        /// Which page, counted from 1.
        page_number: Option<u32> as "pageNumber",
    }
    /// Which permissions are asked for.
    GetPermissions {
        /// How many a page; 25 unless it is said.
        page_size: Option<u32> as "pageSize",
        /// Which page, counted from 1.
        page_number: Option<u32> as "pageNumber",
        /// What `query` is about, such as `domain`.
        query_type: Option<String> as "queryType",
        /// What to find.
        query: Option<String> as "query",
    }
}

operations! {
    /// Roles, divisions, permissions, and who holds what.
    AuthorizationApi, authorization {
        /// Retrieve a list of all roles defined for the organization. Wraps `GET /api/v2/authorization/roles`; needs
        /// `authorization:role:view`.
        get_authorization_roles(query: &GetRoles = &GetRoles::default()) -> Listing<Model<DomainOrganizationRole>> =
            GET ["authorization", "roles"], query query;

        /// Create an organization role. Wraps `POST /api/v2/authorization/roles`; needs `authorization:role:add`.
        post_authorization_roles(body: &Model<DomainOrganizationRoleCreate> = &DomainOrganizationRoleCreate {
            name: Some("Watcher".into()),
            ..DomainOrganizationRoleCreate::default()
        }.into()) -> Model<DomainOrganizationRole> = POST ["authorization", "roles"], body body;

        /// Get a single organization role. Wraps `GET /api/v2/authorization/roles/{roleId}`; needs `authorization:role:view`.
        get_authorization_role(role_id: &str = "role id") -> Model<DomainOrganizationRole> =
            GET ["authorization", "roles", role_id];

        /// Update an organization role: all of it is replaced. Wraps `PUT /api/v2/authorization/roles/{roleId}`; needs
        /// `authorization:role:edit`.
        put_authorization_role(role_id: &str = "role id", body: &Model<DomainOrganizationRoleUpdate> = &DomainOrganizationRoleUpdate::default().into())
            -> Model<DomainOrganizationRole> = PUT ["authorization", "roles", role_id], body body;

        /// Patch an organization role for `needsUpdate`. Wraps `PATCH /api/v2/authorization/roles/{roleId}`; needs
        /// `authorization:role:edit`.
        patch_authorization_role(role_id: &str = "role id", body: &Model<DomainOrganizationRolePatch> = &DomainOrganizationRolePatch::default().into())
            -> Model<DomainOrganizationRole> = PATCH ["authorization", "roles", role_id], body body;

        /// Delete an organization role. Wraps `DELETE /api/v2/authorization/roles/{roleId}`; needs `authorization:role:delete`.
        delete_authorization_role(role_id: &str = "role id") -> () = DELETE ["authorization", "roles", role_id];

        /// Bulk-grant subjects and divisions with an organization role; `subject_type` is `PC_USER`, unless it is said, or
        /// `PC_OAUTH_CLIENT`. Wraps `POST /api/v2/authorization/roles/{roleId}`; needs `authorization:grant:add`.
        post_authorization_role(role_id: &str = "role id", body: &Model<SubjectDivisions> = &SubjectDivisions::default().into(), subject_type: Option<String> = None)
            -> () = POST ["authorization", "roles", role_id], query &One("subjectType", subject_type), body body;

        /// Restores all default roles that are gone; with `force` all that were edited, too. Wraps
        /// `POST /api/v2/authorization/roles/default`; needs `authorization:role:add`.
        post_authorization_roles_default(force: Option<bool> = Some(false)) -> Listing<Model<DomainOrganizationRole>> =
            POST ["authorization", "roles", "default"], query &One("force", force);

        /// Restore specified default roles. Wraps `PUT /api/v2/authorization/roles/default`; needs `authorization:role:edit`.
        put_authorization_roles_default(body: &DefaultRoles = &DefaultRoles::default()) -> Listing<Model<DomainOrganizationRole>> =
            PUT ["authorization", "roles", "default"], body body;

        /// Get the subjects' granted divisions in the specified role. Wraps
        /// `GET /api/v2/authorization/roles/{roleId}/subjectgrants`; needs `authorization:role:view`.
        get_authorization_role_subjectgrants(role_id: &str = "role id", query: &Page = &Page::default())
            -> Listing<Model<SubjectDivisionGrants>> = GET ["authorization", "roles", role_id, "subjectgrants"], query query;

        /// Get a list of the users in a specified role. Wraps `GET /api/v2/authorization/roles/{roleId}/users`; needs
        /// `authorization:role:view`.
        get_authorization_role_users(role_id: &str = "role id", query: &Page = &Page::default()) -> Listing<Model<UserReference>> =
            GET ["authorization", "roles", role_id, "users"], query query;

        /// Sets the users for the role. Wraps `PUT /api/v2/authorization/roles/{roleId}/users/add`; needs
        /// `authorization:grant:add`.
        put_authorization_role_users_add(role_id: &str = "role id", user_ids: &[String] = &["user id".into()]) -> Vec<String> =
            PUT ["authorization", "roles", role_id, "users", "add"], body user_ids;

        /// Removes the users from the role. Wraps `PUT /api/v2/authorization/roles/{roleId}/users/remove`; needs
        /// `authorization:grant:delete`.
        put_authorization_role_users_remove(role_id: &str = "role id", user_ids: &[String] = &["user id".into()]) -> Vec<String> =
            PUT ["authorization", "roles", role_id, "users", "remove"], body user_ids;

        /// Get all permissions. Wraps `GET /api/v2/authorization/permissions`.
        get_authorization_permissions(query: &GetPermissions = &GetPermissions::default()) -> Listing<Model<PermissionCollection>> =
            GET ["authorization", "permissions"], query query;

        /// Get the list of enabled products. Wraps `GET /api/v2/authorization/products`.
        get_authorization_products() -> Listing<Model<AuthorizationProduct>> = GET ["authorization", "products"];

        /// Retrieves a list of all divisions defined for the organization. Wraps `GET /api/v2/authorization/divisions`.
        get_authorization_divisions(query: &GetDivisions = &GetDivisions::default()) -> Listing<Model<AuthzDivision>> =
            GET ["authorization", "divisions"], query query;

        /// Create a division. Wraps `POST /api/v2/authorization/divisions`; needs `authorization:division:add`.
        post_authorization_divisions(body: &Model<AuthzDivisionRequest> = &AuthzDivisionRequest {
            name: Some("North".into()),
            ..AuthzDivisionRequest::default()
        }.into()) -> Model<AuthzDivision> = POST ["authorization", "divisions"], body body;

        /// Returns a division. Wraps `GET /api/v2/authorization/divisions/{divisionId}`.
        get_authorization_division(division_id: &str = "division id") -> Model<AuthzDivision> =
            GET ["authorization", "divisions", division_id];

        /// Update a division. Wraps `PUT /api/v2/authorization/divisions/{divisionId}`; needs `authorization:division:edit`.
        put_authorization_division(division_id: &str = "division id", body: &Model<AuthzDivisionRequest> = &AuthzDivisionRequest::default().into())
            -> Model<AuthzDivision> = PUT ["authorization", "divisions", division_id], body body;

        /// Delete a division; with `force` whatever is in it. Wraps `DELETE /api/v2/authorization/divisions/{divisionId}`; needs
        /// `authorization:division:delete`.
        delete_authorization_division(division_id: &str = "division id", force: Option<bool> = Some(false)) -> () =
            DELETE ["authorization", "divisions", division_id], query &One("force", force);

        /// Recreate a previously deleted division. Wraps `POST /api/v2/authorization/divisions/{divisionId}/restore`; needs
        /// `authorization:division:add`.
        post_authorization_division_restore(division_id: &str = "division id", body: &Model<AuthzDivision> = &AuthzDivision::default().into())
            -> Model<AuthzDivision> = POST ["authorization", "divisions", division_id, "restore"], body body;

        /// Get a list of soft deleted divisions for the organization. Wraps `GET /api/v2/authorization/divisions/deleted`.
        get_authorization_divisions_deleted(query: &Page = &Page::default()) -> Listing<Model<AuthzDivision>> =
            GET ["authorization", "divisions", "deleted"], query query;

        /// Retrieve the home division for the organization. Wraps `GET /api/v2/authorization/divisions/home`.
        get_authorization_divisions_home() -> Model<AuthzDivision> = GET ["authorization", "divisions", "home"];

        /// Returns the maximum allowed number of divisions. Wraps `GET /api/v2/authorization/divisions/limit`.
        get_authorization_divisions_limit() -> i64 = GET ["authorization", "divisions", "limit"];

        /// Retrieve a list of all divisions by cursor. Wraps `GET /api/v2/authorization/divisions/query`.
        get_authorization_divisions_query(query: &GetDivisionsQuery = &GetDivisionsQuery::default())
            -> Model<AuthzDivisionCursorListing> = GET ["authorization", "divisions", "query"], query query;

        /// Gets all grants for a given division. Wraps `GET /api/v2/authorization/divisions/{divisionId}/grants`; needs
        /// `authorization:grant:view`.
        get_authorization_division_grants(division_id: &str = "division id", query: &Page = &Page::default())
            -> Listing<Model<AuthzGrant>> = GET ["authorization", "divisions", division_id, "grants"], query query;

        /// Returns which divisions the current user has the given permission in. Wraps
        /// `GET /api/v2/authorization/divisionspermitted/paged/me`.
        get_authorization_divisionspermitted_paged_me(query: &GetDivisionsPermitted = &GetDivisionsPermitted {
            permission: Some("oauth:client:view".into()),
            ..GetDivisionsPermitted::default()
        }) -> Model<DivsPermittedEntityListing> = GET ["authorization", "divisionspermitted", "paged", "me"], query query;

        /// Returns a listing of roles and permissions for the caller. Wraps `GET /api/v2/authorization/subjects/me`.
        get_authorization_subjects_me() -> Model<AuthzSubject> = GET ["authorization", "subjects", "me"];

        /// Returns a listing of roles and permissions for a subject. Wraps `GET /api/v2/authorization/subjects/{subjectId}`; needs
        /// `authorization:grant:view`.
        get_authorization_subject(subject_id: &str = "subject id") -> Model<AuthzSubject> =
            GET ["authorization", "subjects", subject_id];

        /// Get the count of roles granted to a list of subjects. Wraps `GET /api/v2/authorization/subjects/rolecounts`.
        get_authorization_subjects_rolecounts(id: Vec<String> = vec!["subject id".into()]) -> BTreeMap<String, i64> =
            GET ["authorization", "subjects", "rolecounts"], query &One("id", id);

        /// Make a grant of a role in a division; `subject_type` is `PC_USER`, unless it is said, or `PC_OAUTH_CLIENT`. Wraps
        /// `POST /api/v2/authorization/subjects/{subjectId}/divisions/{divisionId}/roles/{roleId}`; needs
        /// `authorization:grant:add`.
        post_authorization_subject_division_role(subject_id: &str = "subject id", division_id: &str = "*", role_id: &str = "role id", subject_type: Option<String> = None)
            -> () = POST ["authorization", "subjects", subject_id, "divisions", division_id, "roles", role_id], query &One("subjectType", subject_type);

        /// Delete a grant of a role in a division. Wraps
        /// `DELETE /api/v2/authorization/subjects/{subjectId}/divisions/{divisionId}/roles/{roleId}`; needs
        /// `authorization:grant:delete`.
        delete_authorization_subject_division_role(subject_id: &str = "subject id", division_id: &str = "*", role_id: &str = "role id")
            -> () = DELETE ["authorization", "subjects", subject_id, "divisions", division_id, "roles", role_id];

        /// Bulk-grant roles and divisions to a subject. Wraps `POST /api/v2/authorization/subjects/{subjectId}/bulkadd`; needs
        /// `authorization:grant:add`.
        post_authorization_subject_bulkadd(subject_id: &str = "subject id", body: &Model<RoleDivisionGrants> = &RoleDivisionGrants::default().into(), subject_type: Option<String> = None)
            -> () = POST ["authorization", "subjects", subject_id, "bulkadd"], query &One("subjectType", subject_type), body body;

        /// Bulk-remove grants from a subject. Wraps `POST /api/v2/authorization/subjects/{subjectId}/bulkremove`; needs
        /// `authorization:grant:delete`.
        post_authorization_subject_bulkremove(subject_id: &str = "subject id", body: &Model<RoleDivisionGrants> = &RoleDivisionGrants::default().into())
            -> () = POST ["authorization", "subjects", subject_id, "bulkremove"], body body;

        /// Replace subject's roles and divisions with the exact list. Wraps
        /// `POST /api/v2/authorization/subjects/{subjectId}/bulkreplace`; needs `authorization:grant:add` and
        /// `authorization:grant:delete`.
        post_authorization_subject_bulkreplace(subject_id: &str = "subject id", body: &Model<RoleDivisionGrants> = &RoleDivisionGrants::default().into(), subject_type: Option<String> = None)
            -> () = POST ["authorization", "subjects", subject_id, "bulkreplace"], query &One("subjectType", subject_type), body body;
    }
}

macro_rules! all {
    ($($(#[$doc:meta])* $name:ident, $get:ident($query:ident) -> $item:ty;)*) => {
        impl AuthorizationApi {
            $(
                $(#[$doc])*
                ///
                /// ```no_run
                /// use futures_util::TryStreamExt;
                ///
                /// # async fn example(client: chancery_sdk::Client) -> Result<(), chancery_sdk::Error> {
                #[doc = concat!("let all: Vec<_> = client.authorization().", stringify!($name), "(&Default::default()).try_collect().await?;")]
                /// # Ok(())
                /// # }
                /// ```
                pub fn $name(&self, query: &$query) -> impl futures_util::Stream<Item = Result<Model<$item>, crate::Error>> + use<> {
                    let (api, query) = (self.clone(), query.clone());
                    crate::paging::pages(move |page| {
                        let (api, query) = (api.clone(), $query { page_number: Some(page), ..query.clone() });
                        async move { api.$get(&query).await }
                    })
                }
            )*
        }
    };
}

all! {
    /// All roles that a query names, page after page.
    all_roles, get_authorization_roles(GetRoles) -> DomainOrganizationRole;
    /// All divisions that a query names, page after page.
    all_divisions, get_authorization_divisions(GetDivisions) -> AuthzDivision;
    /// All permissions that a query names, page after page.
    all_permissions, get_authorization_permissions(GetPermissions) -> PermissionCollection;
}
