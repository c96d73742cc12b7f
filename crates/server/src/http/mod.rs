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
pub mod request;
pub mod respond;
pub mod router;
pub mod serve;
pub mod ticks;
pub mod tls;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::app::App;
use crate::{oauth2, pages};
use envelope::Outcome;
pub use request::{Head, Request};
pub use router::Router;

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
    /// What answers it.
    pub handle: Handle,
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
