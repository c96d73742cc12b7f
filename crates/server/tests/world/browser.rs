//! A person at a browser: a jar of cookies, forms that are filled in, and the way from a login to a token.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::header::SET_COOKIE;
use chancery_core::client::Client;
use chancery_core::env::fixed::Counting;
use chancery_core::jose::base64url;
use chancery_core::rbac::DivisionScope;
use chancery_core::types::{RedirectUri, RoleId, Scope, UserId};
use chancery_core::user::{Password, PasswordHash};
use chancery_core::write::Write;
use chancery_server::password::hash;
use chancery_store::Store;
use serde_json::Value;

use super::{Answer, Ask, Robot, World, get, grant_types, post};

/// The password of everybody who has one.
pub const PASSWORD: &str = "plum tractor vivid oath";
/// Where the answers for `World::app` go.
pub const CALLBACK: &str = "https://app.example/cb";
/// RFC 7636 section 4.1.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

static HASH: LazyLock<PasswordHash> =
    LazyLock::new(|| hash(&Password::new(PASSWORD), &Counting::new(4711)).expect("can be digested"));

/// The S256 challenge of `VERIFIER`.
pub fn challenge() -> String {
    base64url(digest(&SHA256, VERIFIER.as_bytes()).as_ref())
}

/// A person who can log in.
pub struct Somebody {
    pub id: UserId,
    pub email: String,
}

/// What a person's client gets for a code or a refresh token.
pub struct Tokens {
    pub access: String,
    pub refresh: Option<String>,
}

impl World {
    /// A person of that name with the password that everybody has, and these roles.
    pub async fn somebody(&self, name: &str, roles: &[(RoleId, DivisionScope)]) -> Somebody {
        let email = format!("{}@acme.example", name.to_lowercase());
        let id = self.person(name, roles).await;
        let mut user = self.store.find_user(id).await.expect("reads").expect("is there");
        user.email.clone_from(&email);
        user.password = Some(HASH.clone());
        self.write(vec![Write::ReplaceUser(Box::new(user))]).await;
        Somebody { id, email }
    }

    /// A client for people, who are sent back to `CALLBACK`.
    pub async fn app(&self, shape: impl FnOnce(&mut Client)) -> Robot {
        let all =
            "users users:readonly openid oauth organization authorization audits:readonly user-basic-info";
        self.client(|client| {
            client.name = "Ledger".to_owned();
            client.grant_types = grant_types("CODE");
            client.redirect_uris = vec![RedirectUri::parse(CALLBACK).expect("can be registered")];
            client.scope = Scope::parse(all).expect("known");
            shape(client);
        })
        .await
    }

    /// Logs a person in through a client, and exchanges the code.
    pub async fn logged_in(&self, app: &Robot, person: &Somebody) -> Tokens {
        self.exchanged(app, &Browser::of(self).code(app, person).await).await
    }

    /// Exchanges a code.
    pub async fn exchanged(&self, app: &Robot, code: &str) -> Tokens {
        let answer = self.exchange(app, code).send(self).await;
        Tokens::of(&answer)
    }

    /// The request that exchanges a code.
    pub fn exchange(&self, app: &Robot, code: &str) -> Ask {
        let form = format!("grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}");
        post("/oauth/token").basic(&app.id.to_string(), app.secret.expose()).form(form)
    }

    /// The request for the next refresh token.
    pub fn refresh(&self, app: &Robot, tokens: &Tokens) -> Ask {
        let refresh = tokens.refresh.as_deref().expect("a refresh token");
        let form = format!("grant_type=refresh_token&refresh_token={refresh}");
        post("/oauth/token").basic(&app.id.to_string(), app.secret.expose()).form(form)
    }

    /// The entries of the audit log, the oldest first.
    pub async fn audited(&self) -> Vec<Value> {
        let token = self.administrator().await;
        let answer = get("/api/v2/chancery/audit?pageSize=500").bearer(&token).send(self).await;
        let mut entries = answer.json()["entities"].as_array().expect("a listing").clone();
        entries.reverse();
        entries
    }
}

impl Tokens {
    /// Out of an answer of the token endpoint.
    pub fn of(answer: &Answer) -> Self {
        let json = answer.json();
        let member = |name: &str| json[name].as_str().map(str::to_owned);
        Self {
            access: member("access_token").unwrap_or_else(|| panic!("{answer}")),
            refresh: member("refresh_token"),
        }
    }
}

/// A request at the authorization endpoint for a code.
pub fn request(app: &Robot) -> String {
    format!("response_type=code&client_id={}&redirect_uri={CALLBACK}&state=s%201", app.id)
}

/// See the module.
pub struct Browser<'a> {
    world: &'a World,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl<'a> Browser<'a> {
    /// Without cookies.
    pub fn of(world: &'a World) -> Self {
        Self { world, cookies: RefCell::default() }
    }

    /// The name and value of a cookie, found by a part of its name.
    pub fn cookie(&self, name: &str) -> Option<(String, String)> {
        let cookies = self.cookies.borrow();
        cookies
            .iter()
            .find(|(known, _)| known.contains(name))
            .map(|(name, value)| (name.clone(), value.clone()))
    }

    /// Puts another value into a cookie.
    pub fn tamper(&self, name: &str, value: &str) {
        let (name, _) = self.cookie(name).expect("is there");
        self.cookies.borrow_mut().insert(name, value.to_owned());
    }

    /// Sends a request with all cookies, and keeps those of the answer.
    pub async fn send(&self, ask: Ask) -> Answer {
        let pairs: Vec<_> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let ask = if pairs.is_empty() { ask } else { ask.header("cookie", pairs.join("; ")) };
        let answer = ask.send(self.world).await;
        for set in answer.headers.get_all(SET_COOKIE) {
            let text = set.to_str().expect("text");
            let (name, value) = text.split(';').next().and_then(|it| it.split_once('=')).expect("a cookie");
            if text.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Goes to a page.
    pub async fn visit(&self, path: impl Into<String>) -> Answer {
        self.send(get(path)).await
    }

    /// Goes to where the answer leads, as long as that is here.
    pub async fn follow(&self, mut answer: Answer) -> Answer {
        while let Some(path) = answer.header("location").and_then(own) {
            answer = self.visit(path).await;
        }
        answer
    }

    /// A request that may have to be agreed to.
    pub async fn authorize(&self, query: &str) -> Answer {
        let begun = self.visit(format!("/oauth/authorize?{query}")).await;
        self.follow(begun).await
    }

    /// Fills in the form of a page; what stands hidden in it is sent along.
    pub fn filled(page: &Answer, path: &str, members: &[(&str, &str)]) -> Ask {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", &csrf(page)).extend_pairs(members);
        post(format!(
            "{path}?{}",
            page.asked.lines().next().and_then(|it| it.split_once('?')).map_or("", |it| it.1)
        ))
        .form(body.finish())
    }

    /// Types address and password into the login page, and goes on.
    pub async fn log_in(&self, page: &Answer, email: &str, password: &str) -> Answer {
        let sent =
            self.send(Self::filled(page, "/oauth/login", &[("email", email), ("password", password)])).await;
        self.follow(sent).await
    }

    /// A code for a client, whoever had to log in for it.
    pub async fn code(&self, app: &Robot, person: &Somebody) -> String {
        let mut answer = self.authorize(&request(app)).await;
        if answer.status == 200 {
            answer = self.log_in(&answer, &person.email, PASSWORD).await;
        }
        code(&answer)
    }
}

/// The token in the form of a page.
pub fn csrf(page: &Answer) -> String {
    let text = String::from_utf8_lossy(&page.body);
    let after = text.split_once(r#"name="csrf" value=""#).unwrap_or_else(|| panic!("no form\n{page}")).1;
    after.split('"').next().expect("a value").to_owned()
}

/// The code that an answer takes to the client.
pub fn code(answer: &Answer) -> String {
    let location = answer.header("location").unwrap_or_else(|| panic!("leads nowhere\n{answer}"));
    let code = location.split_once("?code=").unwrap_or_else(|| panic!("no code\n{answer}")).1;
    code.split('&').next().expect("a value").to_owned()
}

/// The path on this server that a page refers to.
fn own(location: &str) -> Option<String> {
    let path = location.split('?').next().unwrap_or_default();
    (!path.contains(':')).then(|| format!("/oauth/{location}"))
}
