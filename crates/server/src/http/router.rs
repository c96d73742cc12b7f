//! From a path and a method to whoever answers.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use axum::body::HttpBody;
use axum::http::{HeaderValue, Method, Request as Incoming};
use axum::response::Response;
use bytes::Bytes;
use percent_encoding::percent_decode_str;

use super::envelope::{Answering, Target, seal};
use super::respond::without_body;
use super::serve::Answers;
use super::{Group, ROUTES, cors};
use crate::api;
use crate::app::App;

/// The router over all routes and operations.
#[derive(Clone)]
pub struct Router {
    app: Arc<App>,
    paths: Arc<matchit::Router<Path>>,
}

/// The methods of one path.
struct Path {
    group: Group,
    methods: Vec<(Method, &'static str, Answering<'static>)>,
    /// All of them, and `HEAD` where there is `GET` (RFC 9110 section 10.2.1).
    allow: HeaderValue,
}

/// Every method that a path of the management API can have.
const ANY: HeaderValue = HeaderValue::from_static("DELETE,GET,HEAD,PATCH,POST,PUT");

impl Router {
    /// Answers with what `app` has.
    pub fn new(app: &Arc<App>) -> Self {
        let mut paths = BTreeMap::<&str, Path>::new();
        let mut add = |path, group, method: &str, name, answering| {
            let known = paths.entry(path).or_insert_with(|| Path::new(group));
            known.methods.extend(Method::from_bytes(method.as_bytes()).map(|it| (it, name, answering)));
        };
        for route in ROUTES {
            add(route.path, route.group, route.method, route.name, Answering::Route(route));
        }
        for operation in api::ALL.iter().flat_map(|(_, operations)| *operations) {
            add(operation.path, Group::Api, operation.method, operation.id, Answering::Operation(operation));
        }
        for path in ["/api/v2", "/api/v2/", "/api/v2/{*rest}"] {
            paths.insert(path, Path { group: Group::Api, methods: Vec::new(), allow: ANY });
        }
        let mut router = matchit::Router::new();
        for (path, mut methods) in paths {
            methods.finish();
            // Two that cannot be told apart: the tests of every operation would find one of them missing.
            if let Err(error) = router.insert(path, methods) {
                tracing::error!(%error, path, "a path is not served");
            }
        }
        Self { app: Arc::clone(app), paths: Arc::new(router) }
    }

    /// Who answers a path, and what stands for the names in it.
    fn find(&self, path: &str, method: &Method) -> (Target<'_>, Vec<(String, String)>) {
        let Ok(found) = self.paths.at(path) else {
            return (
                Target { group: Group::Plain, name: "unknown", answering: Answering::Nothing },
                Vec::new(),
            );
        };
        let segments = found.params.iter().map(|(name, value)| {
            Some((name.to_owned(), percent_decode_str(value).decode_utf8().ok()?.into_owned()))
        });
        (found.value.target(method), segments.collect::<Option<_>>().unwrap_or_default())
    }
}

impl Answers for Router {
    async fn answer<B>(&self, request: Incoming<B>, peer: IpAddr) -> Response
    where
        B: HttpBody<Data = Bytes> + Send + Unpin,
    {
        let is_head = request.method() == Method::HEAD;
        let (target, segments) = self.find(request.uri().path(), request.method());
        let response = seal(&self.app, target, request, segments, peer).await;
        if is_head { without_body(response) } else { response }
    }
}

impl Path {
    fn new(group: Group) -> Self {
        Self { group, methods: Vec::new(), allow: HeaderValue::from_static("") }
    }

    fn finish(&mut self) {
        if self.methods.is_empty() {
            return;
        }
        let mut names: Vec<&str> = self.methods.iter().map(|(method, ..)| method.as_str()).collect();
        if names.contains(&"GET") && !names.contains(&"HEAD") {
            names.push("HEAD");
        }
        names.sort_unstable();
        names.dedup();
        self.allow = HeaderValue::from_str(&names.join(",")).unwrap_or(HeaderValue::from_static(""));
    }

    fn target(&self, method: &Method) -> Target<'_> {
        let group = self.group;
        let find = |wanted: &Method| self.methods.iter().find(|(known, ..)| known == wanted);
        // RFC 9110 section 9.3.2: as `GET`, without the content.
        let found = find(method).or_else(|| find(&Method::GET).filter(|_| method == Method::HEAD));
        let (name, answering) = match found {
            Some((_, name, answering)) => (*name, *answering),
            None if method == Method::OPTIONS && cors::is_open(group) => {
                ("preflight", Answering::Preflight(&self.allow))
            }
            None if self.methods.is_empty() => ("unknown", Answering::Operation(api::UNKNOWN)),
            None => ("unknown", Answering::OtherMethods(&self.allow)),
        };
        Target { group, name, answering }
    }
}
