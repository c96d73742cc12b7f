//! Every URL on one screen, and which dialect each group of them speaks. The operations of the management API stand in
//! tables of their own: `api::ALL`.

pub mod activity;
pub mod address;
pub mod authorization;
pub mod body;
pub mod cookies;
pub mod cors;
pub mod envelope;
pub mod origin;
pub mod respond;
pub mod serve;
pub mod tls;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::ALLOW;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter};

use crate::api::{self, call};
use crate::app::App;
use crate::failure::Failure;
use crate::{oauth2, pages};
use envelope::{Outcome, seal};

/// Who speaks to a path, and so how its errors look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The vendor's login host.
    Genesys,
    /// The standard OAuth endpoints.
    Standard,
    /// The management API.
    Api,
    /// Pages for people.
    Page,
    /// Health, pages, and what stands outside any group.
    Plain,
}

/// How a route answers.
pub type Handle = fn(Arc<App>, Request) -> Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// One method of a path outside the management API.
pub struct Route {
    /// Who speaks to it.
    pub group: Group,
    /// What it is called in figures.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path.
    pub path: &'static str,
    handle: Handle,
}

macro_rules! routes {
    ($($group:ident $name:ident $method:ident $path:literal $handle:path;)+) => {
        /// All routes outside the management API.
        pub const ROUTES: &[Route] = &[$(Route {
            group: Group::$group,
            name: stringify!($name),
            method: stringify!($method),
            path: $path,
            handle: |app, request| Box::pin(async { Outcome::from($handle(app, request).await) }),
        }),+];
    };
}

routes! {
    Genesys  token         POST "/oauth/token"           oauth2::token::genesys;
    Standard oauth2_token  POST "/oauth2/token"          oauth2::token::standard;
    Standard register      POST "/oauth2/register"       oauth2::register::create;
    Standard register_own  GET  "/oauth2/register/{clientId}" oauth2::register::show;
    Standard register_own  PUT  "/oauth2/register/{clientId}" oauth2::register::update;
    Standard register_own  DELETE "/oauth2/register/{clientId}" oauth2::register::delete;
    Standard introspect    POST "/oauth2/introspect"     oauth2::introspect::answer;
    Standard revoke        POST "/oauth2/revoke"         oauth2::revoke::answer;
    Standard userinfo      GET  "/oauth2/userinfo"       oauth2::userinfo::show;
    Standard userinfo      POST "/oauth2/userinfo"       oauth2::userinfo::show;
    Standard openid_configuration GET "/.well-known/openid-configuration" oauth2::metadata::show;
    Standard oauth_metadata GET "/.well-known/oauth-authorization-server" oauth2::metadata::show;
    Standard oauth_metadata_below GET "/.well-known/oauth-authorization-server/{*path}" oauth2::metadata::below;
    Standard jwks          GET  "/.well-known/jwks.json" oauth2::jwks::show;
    Standard openapi       GET  "/openapi.json"          pages::docs::openapi;
    Plain    docs          GET  "/docs"                  pages::docs::page;
    Plain    docs_asset    GET  "/docs/{asset}"          pages::docs::asset;
    Page     authorize     GET  "/oauth/authorize"       pages::authorize::begin;
    Page     login         GET  "/oauth/login"           pages::login::show;
    Page     login         POST "/oauth/login"           pages::login::submit;
    Page     consent       GET  "/oauth/consent"         pages::consent::show;
    Page     consent       POST "/oauth/consent"         pages::consent::submit;
    Page     oauth2_authorize GET  "/oauth2/authorize"   pages::authorize::begin;
    Page     oauth2_authorize POST "/oauth2/authorize"   pages::authorize::post;
    Page     oauth2_login  GET  "/oauth2/login"          pages::login::show;
    Page     oauth2_login  POST "/oauth2/login"          pages::login::submit;
    Page     oauth2_consent GET  "/oauth2/consent"       pages::consent::show;
    Page     oauth2_consent POST "/oauth2/consent"       pages::consent::submit;
    Page     oauth2_choose GET  "/oauth2/choose"         pages::choose::show;
    Page     end_session   GET  "/oauth2/logout"         pages::end_session::begin;
    Page     end_session   POST "/oauth2/logout"         pages::end_session::post;
    Page     end_session_answer POST "/oauth2/logout/answer" pages::end_session::submit;
    Page     logout        GET  "/logout"                pages::logout::end;
    Page     account       GET  "/account"               pages::account::show;
    Page     account       POST "/account"               pages::account::submit;
    Page     account_login GET  "/account/login"         pages::account_login::show;
    Page     account_login POST "/account/login"         pages::account_login::submit;
    Plain    page_asset    GET  "/pages/{asset}"         pages::assets::asset;
    Plain    client_logo   GET  "/oauth2/logo/{clientId}" pages::assets::client_logo;
    Plain    front         GET  "/"                      respond::front;
    Plain    live          GET  "/health/live"           respond::live;
    Plain    ready         GET  "/health/ready"          respond::ready;
}

/// The path of the route of that name.
pub fn path_of(name: &str) -> Option<&'static str> {
    ROUTES.iter().find(|route| route.name == name).map(|route| route.path)
}

/// The router over all routes.
pub fn router(app: &Arc<App>) -> Router {
    let mut paths = BTreeMap::<&str, Path>::new();
    for route in ROUTES {
        let methods = paths.entry(route.path).or_insert_with(|| Path::new(route.group));
        methods.on(route.method, move |State(app), request| {
            seal(app, route.group, route.name, request, route.handle)
        });
    }
    for operation in api::ALL.iter().flat_map(|(_, operations)| *operations) {
        let methods = paths.entry(operation.path).or_insert_with(|| Path::new(Group::Api));
        methods.on(operation.method, move |State(app), request| {
            seal(app, Group::Api, operation.id, request, move |app, request| {
                call::answer(operation, app, request)
            })
        });
    }
    let mut router = Router::new();
    for (path, methods) in paths {
        router = router.route(path, methods.finish());
    }
    for path in ["/api/v2", "/api/v2/", "/api/v2/{*rest}"] {
        router = router.route(path, axum::routing::any(unknown_operation));
    }
    router.fallback(elsewhere).with_state(Arc::clone(app))
}

async fn unknown_operation(State(app): State<Arc<App>>, request: Request) -> Response {
    if request.method() == Method::OPTIONS {
        // What comes after it is told that there is nothing.
        return preflight(
            app,
            Group::Api,
            request,
            HeaderValue::from_static("DELETE,GET,HEAD,PATCH,POST,PUT"),
        )
        .await;
    }
    seal(app, Group::Api, "unknown", request, |app, request| call::answer(api::UNKNOWN, app, request)).await
}

async fn preflight(app: Arc<App>, group: Group, request: Request, methods: HeaderValue) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    cors::preflight(response.headers_mut(), &methods);
    response.headers_mut().insert(ALLOW, methods);
    seal(app, group, "preflight", request, |_, _| std::future::ready(Outcome::from(Ok(response)))).await
}

async fn elsewhere(State(app): State<Arc<App>>, request: Request) -> Response {
    let nothing = |_, _| std::future::ready(Outcome::from(Err(Failure::NotFound)));
    seal(app, Group::Plain, "unknown", request, nothing).await
}

/// The methods of one path, while they are gathered.
struct Path {
    group: Group,
    router: MethodRouter<Arc<App>>,
    names: Vec<&'static str>,
}

impl Path {
    fn new(group: Group) -> Self {
        Self { group, router: MethodRouter::new(), names: Vec::new() }
    }

    fn on<H, T: 'static>(&mut self, method: &'static str, handler: H)
    where
        H: axum::handler::Handler<T, Arc<App>>,
    {
        let filter = match method {
            "GET" => MethodFilter::GET,
            "HEAD" => MethodFilter::HEAD,
            "POST" => MethodFilter::POST,
            "PUT" => MethodFilter::PUT,
            "PATCH" => MethodFilter::PATCH,
            _ => MethodFilter::DELETE,
        };
        self.router = std::mem::take(&mut self.router).on(filter, handler);
        self.names.push(method);
    }

    /// With an answer to other methods: the preflight of a browser, or a refusal.
    fn finish(self) -> MethodRouter<Arc<App>> {
        let mut names = self.names;
        if names.contains(&"GET") && !names.contains(&"HEAD") {
            names.push("HEAD");
        }
        names.sort_unstable();
        names.dedup();
        let group = self.group;
        let methods = HeaderValue::from_str(&names.join(",")).unwrap_or(HeaderValue::from_static(""));
        let refuse = |_, _| std::future::ready(Outcome::from(Err(Failure::MethodNotAllowed)));
        let router = self.router.fallback(move |State(app): State<Arc<App>>, request: Request| {
            seal(app, group, "unknown", request, refuse)
        });
        if !cors::is_open(group) {
            return router;
        }
        router.options(move |State(app): State<Arc<App>>, request: Request| {
            preflight(app, group, request, methods.clone())
        })
    }
}
