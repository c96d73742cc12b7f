//! `UsersApi`: the people of the organization.

use chancery_api::{
    ChangeMyPasswordRequest, ChangePasswordRequest, CreateUser, Listing, UpdateUser, User, UserAuthorization,
    UserMe,
};

use crate::Model;

queries! {
    /// Which people are asked for.
    GetUsers {
        /// How many a page; 25 unless it is said.
        page_size: Option<u32> as "pageSize",
        /// Which page, counted from 1.
        page_number: Option<u32> as "pageNumber",
        /// Only these.
        id: Vec<String> as "id",
        /// `ASC` or `DESC`, by name.
        sort_order: Option<String> as "sortOrder",
        /// What else to answer, such as `authorization`.
        expand: Vec<String> as "expand",
        /// `active` (unless it is said), `inactive`, `deleted` or `any`.
        state: Option<String> as "state",
    }
    /// What is asked for of oneself.
    GetUsersMe {
        /// What else to answer, such as `authorization`, `organization` or `token`.
        expand: Vec<String> as "expand",
    }
}

operations! {
    /// The people of the organization.
    UsersApi, users {
        /// Get the list of available users. Wraps `GET /api/v2/users`.
        get_users(query: &GetUsers = &GetUsers { state: Some("any".into()), ..GetUsers::default() }) -> Listing<Model<User>> =
            GET ["users"], query query;

        /// Create user. Wraps `POST /api/v2/users`; needs `directory:user:add`.
        post_users(body: &Model<CreateUser> = &CreateUser {
            name: Some("Ada".into()),
            email: Some("ada@example.com".into()),
            ..CreateUser::default()
        }.into()) -> Model<User> = POST ["users"], body body;

        /// Get current user details. Wraps `GET /api/v2/users/me`; needs the token of a person.
        get_users_me(query: &GetUsersMe = &GetUsersMe { expand: vec!["authorization".into()] }) -> Model<UserMe> =
            GET ["users", "me"], query query;

        /// Get user. Wraps `GET /api/v2/users/{userId}`.
        get_user(user_id: &str = "user id") -> Model<User> = GET ["users", user_id];

        /// Update user: what is left out stays. Its `version` is the one that was read. Wraps `PATCH /api/v2/users/{userId}`; needs
        /// `directory:user:edit`.
        patch_user(user_id: &str = "user id", body: &Model<UpdateUser> = &UpdateUser::default().into()) -> Model<User> =
            PATCH ["users", user_id], body body;

        /// Delete user. Wraps `DELETE /api/v2/users/{userId}`; needs `directory:user:delete`.
        delete_user(user_id: &str = "user id") -> () = DELETE ["users", user_id];

        /// Change a user's password. Wraps `POST /api/v2/users/{userId}/password`; needs `directory:user:setPassword`.
        post_user_password(user_id: &str = "user id", body: &ChangePasswordRequest = &ChangePasswordRequest {
            new_password: Some(Password::new("correct horse battery staple")),
        }) -> () = POST ["users", user_id, "password"], body body;

        /// Change your password. Wraps `POST /api/v2/users/me/password`; needs the token of a person.
        post_users_me_password(body: &ChangeMyPasswordRequest = &ChangeMyPasswordRequest::default()) -> () =
            POST ["users", "me", "password"], body body;

        /// Returns a listing of roles and permissions for a user. Wraps `GET /api/v2/users/{subjectId}/roles`; needs
        /// `authorization:grant:view`.
        get_user_roles(subject_id: &str = "user id") -> Model<UserAuthorization> = GET ["users", subject_id, "roles"];

        /// Sets the user's roles. Wraps `PUT /api/v2/users/{subjectId}/roles`; needs `authorization:grant:add` and
        /// `authorization:grant:delete`.
        put_user_roles(subject_id: &str = "user id", role_ids: &[String] = &["role id".into()]) -> Model<UserAuthorization> =
            PUT ["users", subject_id, "roles"], body role_ids;
    }
}

impl UsersApi {
    /// All people whom a query names, page after page.
    ///
    /// ```no_run
    /// use futures_util::TryStreamExt;
    ///
    /// # async fn example(client: chancery_sdk::Client) -> Result<(), chancery_sdk::Error> {
    /// let people: Vec<_> = client.users().all_users(&Default::default()).try_collect().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn all_users(
        &self,
        query: &GetUsers,
    ) -> impl futures_util::Stream<Item = Result<Model<User>, crate::Error>> + use<> {
        let (api, query) = (self.clone(), query.clone());
        crate::paging::pages(move |page| {
            let (api, query) = (api.clone(), GetUsers { page_number: Some(page), ..query.clone() });
            async move { api.get_users(&query).await }
        })
    }
}
