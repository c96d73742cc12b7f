//! The token endpoint (RFC 6749 section 3.2).

use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;

use axum::http::StatusCode;
use chancery_core::client_auth;
use chancery_core::dialect::Dialect;
use chancery_core::error::ErrorCode;
use chancery_core::form::Form;
use chancery_core::grants::GrantType;
use chancery_core::grants::exchange::{TokenRequest, exchange};
use chancery_core::openid::id_token;
use chancery_core::session::attempts::{Login, Outcome, Who};
use chancery_core::tokens::issue;
use chancery_store::Made;

use super::asking;
use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;
use crate::http::{Request, authorization, body, respond};
use crate::limits::logins::{self, Admitted};
use crate::settle::look_up;

/// RFC 6749 section 5.1.
struct TokenAnswer<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: u32,
    refresh_token: Option<&'a str>,
    id_token: Option<&'a str>,
    /// Always where it may not be what was asked for (section 5.1); empty: none.
    scope: &'a str,
}

impl TokenAnswer<'_> {
    /// As JSON. Nothing in it needs to be escaped: tokens are base64url and dots, and no scope has a quotation mark or a backslash
    /// (section 3.3). Looking at each character would cost more than issuing an opaque token.
    fn json(&self) -> String {
        let tokens = [Some(self.access_token), self.refresh_token, self.id_token];
        let length: usize = tokens.iter().flatten().map(|it| it.len()).sum();
        let mut json = String::with_capacity(length + self.scope.len() + 128);
        let (token, kind, seconds) = (self.access_token, self.token_type, self.expires_in);
        let _ = write!(json, r#"{{"access_token":"{token}","token_type":"{kind}","expires_in":{seconds}"#);
        let scope = Some(self.scope).filter(|scope| !scope.is_empty());
        let rest = [("refresh_token", self.refresh_token), ("id_token", self.id_token), ("scope", scope)];
        for (name, value) in rest {
            if let Some(value) = value {
                let _ = write!(json, r#","{name}":"{value}""#);
            }
        }
        json.push('}');
        json
    }
}

/// `/oauth/token`.
pub async fn genesys(app: Arc<App>, request: Request) -> Answer {
    answer(&app, Dialect::Genesys, request).await
}

/// `/oauth2/token`.
pub async fn standard(app: Arc<App>, request: Request) -> Answer {
    answer(&app, Dialect::Standard, request).await
}

async fn answer(app: &Arc<App>, dialect: Dialect, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let bytes = body::form(&parts.headers, body)?;
    let form = Form::parse(&bytes)?;
    let header = authorization::find(&parts.headers);
    let request = TokenRequest::new(dialect, header.as_ref(), &form);
    asking::admit(app, &parts, &request)?;
    let attempt = match form.find("grant_type") {
        // On the heap, as all that few requests come to: what is awaited makes every request's state larger.
        Some(grant) if grant == GrantType::Password.as_str() => {
            Box::pin(attempt(app, &request, parts.address)).await?
        }
        _ => None,
    };
    let issued = asking::settle_for(app, &parts, &request, exchange).await;
    if let Some(attempt) = attempt {
        let outcome = match &issued {
            Ok(_) => Outcome::Right,
            Err(Failure::OAuth(error)) if error.code == ErrorCode::InvalidGrant => Outcome::Wrong,
            Err(_) => Outcome::Unjudged,
        };
        Box::pin(logins::judge(app, attempt, outcome)).await;
    }
    let (mut issued, made) = issued?;
    issued.token.family = issued.token.family.or(made.iter().find_map(|made| match made {
        Made::Family(key) => Some(*key),
        _ => None,
    }));
    let (alg, refresh) = app.with_env(|env| (issue::alg(&issued, env), issue::render_refresh(&issued, env)));
    let is_quick = alg.is_none_or(|alg| !alg.is_slow());
    let written = is_quick.then(|| app.with_env(|env| issue::render(&issued, env))).flatten();
    let token = match (written, alg) {
        (Some(token), _) => token,
        // It takes long, or its key is not made yet.
        (None, Some(alg)) => {
            let signed = issued.clone();
            Box::pin(app.sign(alg, move |env| issue::render(&signed, env))).await?
        }
        (None, None) => return Err(Failure::Internal("a token could not be written".to_owned())),
    };
    let id_token = match issued.id_token {
        Some(it) => {
            let beside = token.clone();
            Some(Box::pin(app.sign(it.alg, move |env| id_token::render(&it, &beside, env))).await?)
        }
        None => None,
    };
    let answer = TokenAnswer {
        access_token: &token,
        token_type: dialect.token_type(),
        expires_in: issued.lifetime.seconds(),
        refresh_token: refresh.as_deref(),
        id_token: id_token.as_deref(),
        scope: &issued.token.scope.to_string(),
    };
    Ok(respond::written(StatusCode::OK, answer.json()))
}

/// A password that comes through a client is throttled like one that is typed into our own page.
async fn attempt(
    app: &Arc<App>,
    request: &TokenRequest<'_>,
    address: IpAddr,
) -> Result<Option<Admitted>, Failure> {
    if !app.policy.password_grant {
        return Ok(None);
    }
    let (Some(id), Some(email)) = (client_auth::claimed(request), request.form.find("username")) else {
        return Ok(None);
    };
    let client = look_up(app, |facts| facts.client(id).cloned()).await?;
    let Some(client) = client else { return Ok(None) };
    let login = Login::of(client.organization, email, address, Who::Stranger);
    logins::admit(app, login).await?.map(Some).map_err(|seconds| Failure::RateLimited(seconds, None))
}
