//! Every URL on one screen, and which dialect each group of them speaks.

pub mod authorization;
pub mod body;
pub mod envelope;
pub mod respond;
pub mod segment;
pub mod serve;

use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodRouter, get, head, post};

use crate::api::{clients, divisions, organizations, permissions, roles, scopes, subjects, tokens, users};
use crate::app::App;
use crate::failure::Failure;
use crate::{api, oauth2};

/// Who speaks to a path, and so how its errors look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The vendor's login host.
    Genesys,
    /// The standard OAuth endpoints.
    Standard,
    /// The management API.
    Api,
    /// Health, and what stands outside any group.
    Plain,
}

/// One path with its methods.
pub struct Route {
    /// Who speaks to it.
    pub group: Group,
    /// The path, in axum's notation.
    pub path: &'static str,
    methods: fn() -> MethodRouter<Arc<App>>,
}

macro_rules! routes {
    ($($group:ident $path:literal $methods:expr;)+) => {
        /// All paths of the server.
        pub const ROUTES: &[Route] = &[$(Route { group: Group::$group, path: $path, methods: || $methods }),+];
    };
}

routes! {
    Genesys  "/oauth/token"                                 post(oauth2::token::genesys);
    Standard "/oauth2/token"                                post(oauth2::token::standard);
    Standard "/.well-known/jwks.json"                       get(oauth2::jwks::show);

    Api "/api/v2/oauth/clients"                             get(clients::list).post(clients::create);
    Api "/api/v2/oauth/clients/{client_id}"                 get(clients::read).put(clients::update).delete(clients::delete);
    Api "/api/v2/oauth/clients/{client_id}/secret"          post(clients::reset_secret);
    Api "/api/v2/oauth/scopes"                              get(scopes::list);
    Api "/api/v2/oauth/scopes/{scope_id}"                   get(scopes::read);
    Api "/api/v2/tokens/me"                                 head(tokens::check).get(tokens::read).delete(tokens::revoke);
    Api "/api/v2/users/me"                                  get(users::me);
    Api "/api/v2/organizations/me"                          get(organizations::me);
    Api "/api/v2/authorization/roles"                       get(roles::list);
    Api "/api/v2/authorization/roles/{role_id}"             get(roles::read);
    Api "/api/v2/authorization/divisions"                   get(divisions::list);
    Api "/api/v2/authorization/divisions/home"              get(divisions::home);
    Api "/api/v2/authorization/divisions/{division_id}"     get(divisions::read);
    Api "/api/v2/authorization/permissions"                 get(permissions::list);
    Api "/api/v2/authorization/subjects/me"                 get(subjects::me);
    Api "/api/v2/authorization/subjects/{subject_id}"       get(subjects::read);
    Api "/api/v2"                                           axum::routing::any(api::unknown);
    Api "/api/v2/"                                          axum::routing::any(api::unknown);
    Api "/api/v2/{*rest}"                                   axum::routing::any(api::unknown);

    Plain "/"                                               get(respond::front);
    Plain "/health/live"                                    get(respond::live);
    Plain "/health/ready"                                   get(respond::ready);
}

/// The router over all routes. Each group has its own envelope, so that no endpoint renders an error itself.
pub fn router(app: &Arc<App>) -> Router {
    let mut router = Router::new();
    for group in [Group::Genesys, Group::Standard, Group::Api, Group::Plain] {
        let mut paths = Router::new();
        for route in ROUTES.iter().filter(|route| route.group == group) {
            paths = paths.route(route.path, (route.methods)());
        }
        let paths = paths.method_not_allowed_fallback(|| async { Failure::MethodNotAllowed });
        router = router.merge(envelope::around(paths, group, app));
    }
    let elsewhere = Router::new().fallback(|| async { Failure::NotFound });
    router
        .fallback_service(envelope::around(elsewhere, Group::Plain, app).with_state(Arc::clone(app)))
        .with_state(Arc::clone(app))
}
