//! A call of the management API: admitted first, always in the same order, then handed to its operation.

use std::sync::Arc;

use axum::http::HeaderMap;
use bytes::Bytes;
use chancery_core::access::{self, Asked, Caller};
use chancery_core::decision::{Step, Undecided};
use chancery_core::env::Env;
use chancery_core::error::{ApiCode, ApiError};
use chancery_core::facts::Facts;
use chancery_core::tokens::{AccessToken, verify};
use serde::de::DeserializeOwned;

use super::paging::Query;
use super::{Answer, Operation};
use crate::app::App;
use crate::failure::Failure;
use crate::http::envelope::Outcome;
use crate::http::{Head, Request, authorization, body, origin};
use crate::limits::Rate;
use crate::settle::{look_up, settle, settle_afresh};

/// What an operation works with.
pub struct Call {
    /// Everything it can reach.
    pub app: Arc<App>,
    /// Who calls.
    pub caller: Caller,
    /// The query.
    pub query: Query,
    headers: HeaderMap,
    body: Bytes,
    segments: Vec<(String, String)>,
}

impl Call {
    /// What stands for `{name}` in the path. What cannot be decoded is the empty text, which names nothing.
    pub fn segment(&self, name: &str) -> &str {
        self.segments.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The body as a JSON object.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        body::json(&self.headers, &self.body, b'{')
    }

    /// The body as a JSON array.
    pub fn json_array<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        body::json(&self.headers, &self.body, b'[')
    }

    /// Settles a decision that stands on what memory has.
    pub async fn settle<T: Send, E: Into<Failure> + Send>(
        &self,
        decide: impl FnMut(&Facts, &Env) -> Step<T, E> + Send,
    ) -> Result<T, Failure> {
        settle(&self.app, decide).await
    }

    /// Settles a change, on facts of this moment.
    pub async fn change<T: Send, E: Into<Failure> + Send>(
        &self,
        decide: impl FnMut(&Facts, &Env) -> Step<T, E> + Send,
    ) -> Result<T, Failure> {
        settle_afresh(&self.app, decide).await
    }

    /// Reads facts and decides nothing.
    pub async fn look_up<T: Send>(
        &self,
        read: impl FnMut(&Facts) -> Result<T, Undecided<ApiError>> + Send,
    ) -> Result<T, Failure> {
        look_up(&self.app, read).await
    }
}

/// Answers a request to `operation`, counts it, and says how much is left of the caller's rate.
pub async fn answer(operation: &'static Operation, app: Arc<App>, request: Request) -> Outcome {
    let token = match present(&app, &request.headers) {
        Ok(token) => token,
        Err(failure) => return Outcome::from(Err(failure)),
    };
    let rate = token.as_deref().and_then(|token| app.limits.rate(token, &app.policy, app.clock.now()));
    let client = token.as_deref().map(|token| token.client);
    let answer = match rate.as_ref().and_then(Rate::excess) {
        Some(failure) => Err(failure),
        None => run(operation, &app, token, request).await,
    };
    let outcome = Outcome::from(answer);
    if let Some(client) = client {
        app.usage.count(client, operation, outcome.status(), app.clock.now());
    }
    match rate {
        Some(rate) => outcome.with(rate.headers()),
        None => outcome,
    }
}

/// The token that the request presents; `None` inside if it is none of ours.
fn present(app: &App, headers: &HeaderMap) -> Result<Option<Arc<AccessToken>>, Failure> {
    let header = authorization::find(headers);
    let bearer = header.and_then(|header| header.credentials("bearer")).filter(|token| !token.is_empty());
    let bearer = bearer.ok_or(ApiCode::AuthenticationRequired)?;
    if app.is_deaf() {
        return Err(Failure::Unavailable("no word of other nodes".to_owned()));
    }
    let token = app.open_token(bearer);
    Ok(token.filter(|token| app.with_env(|env| verify::is_current(token, env))))
}

async fn run(
    operation: &'static Operation,
    app: &Arc<App>,
    token: Option<Arc<AccessToken>>,
    request: Request,
) -> Answer {
    let (head, body) = request.into_parts();
    let asked = Asked { demand: operation.demand, scopes: operation.scopes, address: head.address };
    let admit = |facts: &Facts, env: &Env| access::admit(facts, token.as_ref(), &asked, env);
    let caller = settle(app, admit).await?;
    origin::admitted(&caller);
    let query = Query::of(&head.uri);
    query.check(operation.query)?;
    if let (Some(_), Some(family)) = (caller.idle, caller.token.family)
        && !query.flag("preserveIdleTTL")
    {
        app.recorder.family(family, app.clock.now());
    }
    let Head { parts, segments, .. } = head;
    let call = Call { app: Arc::clone(app), caller, query, headers: parts.headers, body, segments };
    (operation.run)(call).await
}
