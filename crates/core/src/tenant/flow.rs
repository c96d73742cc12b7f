//! How applications and people go about it, for tests: log in, authorize, ask for tokens.

use super::Tenant;
use crate::authorize::{self, Ask, Next, Stray, Verdict, Written};
use crate::client::Client;
use crate::client_auth::Header;
use crate::decision::{Decision, Step};
use crate::dialect::Dialect;
use crate::env::Env;
use crate::error::OAuthError;
use crate::facts::{Facts, Load};
use crate::form::Form;
use crate::grants::GrantTypes;
use crate::grants::exchange::{TokenRequest, exchange};
use crate::session::NewSession;
use crate::ticket::{Handle, Verifier};
use crate::tokens::AccessToken;
use crate::tokens::issue::{Issued, render_refresh};
use crate::types::{ClientId, ClientSecret, FamilyKey, RedirectUri, Scope, Secret, SessionKey, UserId};
use crate::user::PasswordHash;
use crate::write::Write;

/// Where answers go.
pub(crate) const CALLBACK: &str = "https://app.example/cb";
/// The verifier of RFC 7636 appendix B, and its challenge.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A client that acts for people, and what it proves itself with.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub id: ClientId,
    pub secret: String,
}

/// What a browser is told at the authorization endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// On a page, that nothing comes of it.
    Page(Stray),
    LogIn,
    Choose,
    Consent,
    /// To go there.
    Go(String),
    /// To send these there.
    Send(String, Vec<(&'static str, String)>),
}

/// What a client gets at the token endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub access: AccessToken,
    pub refresh: Option<String>,
}

impl Told {
    /// The members of the answer, and whether they stand in the fragment.
    pub(crate) fn members(&self) -> (Vec<(String, String)>, bool) {
        let Self::Go(url) = self else { panic!("{self:?}") };
        let rest = url.strip_prefix(CALLBACK).unwrap_or_else(|| panic!("not at the callback: {url}"));
        let is_fragment = rest.starts_with('#');
        let pairs = form_urlencoded::parse(&rest.as_bytes()[1..]);
        (pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect(), is_fragment)
    }

    /// One of them.
    pub(crate) fn member(&self, name: &str) -> Option<String> {
        self.members().0.into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub(crate) fn error(&self) -> Option<String> {
        self.member("error")
    }

    pub(crate) fn code(&self) -> String {
        self.member("code").unwrap_or_else(|| panic!("no code: {self:?}"))
    }
}

impl Tenant {
    /// Adds an active client of this grant type and scope, with a secret.
    pub(crate) fn app(&mut self, grant_type: &str, scope: &str) -> App {
        let id = self.client(&[]);
        let value = ClientSecret::random(&self.random);
        let secret = Secret::keep(&value, self.env().keys, &self.random, self.now);
        let client = self.clients.get_mut(&id).expect("a client");
        *client = Client {
            grant_types: GrantTypes::from_authorized_grant_type(grant_type).expect("known"),
            scope: Scope::parse(scope).expect("known"),
            redirect_uris: vec![RedirectUri::parse(CALLBACK).expect("a callback")],
            secrets: vec![secret],
            ..client.clone()
        };
        App { id, secret: value.expose().to_owned() }
    }

    /// Adds a user with a password, which is known since the organization is.
    pub(crate) fn person(&mut self, email: &str, password: &str) -> UserId {
        let id = self.user(email);
        self.users.get_mut(&id).expect("a user").password = Some(PasswordHash::new(password.to_owned()));
        id
    }

    /// A session of the user, as the cookie has it.
    pub(crate) fn session_of(&mut self, id: UserId) -> String {
        let verifier = Verifier::random(&self.random);
        let user = &self.users[&id];
        let session = NewSession {
            organization: user.organization,
            user: id,
            user_epoch: user.epoch,
            digest: verifier.digest(self.env().keys),
            address: None,
            agent: "a browser".to_owned(),
            created_at: self.now,
            expires_at: self.now + self.policy.login.session_lifetime,
        };
        self.commit([Write::CreateSession(session)]).expect("no conflict");
        Handle { row: self.made, verifier }.expose()
    }

    /// The session key that a cookie names.
    pub(crate) fn session_key(handle: &str) -> SessionKey {
        SessionKey(Handle::parse(handle).expect("a handle").row)
    }

    /// Decides on what is there; the answer with all that was asked for on the way, in order.
    pub(crate) fn run<T, E>(
        &self,
        decision: impl Fn(&Facts, &Env) -> Step<T, E>,
    ) -> (Decision<T, E>, Vec<Load>) {
        self.run_on(Facts::default(), decision)
    }

    fn run_on<T, E>(
        &self,
        mut facts: Facts,
        decision: impl Fn(&Facts, &Env) -> Step<T, E>,
    ) -> (Decision<T, E>, Vec<Load>) {
        let mut asked = Vec::new();
        for _ in 0..24 {
            match decision(&facts, &self.env()) {
                Step::Done(done) => return (done, asked),
                Step::Need(loads) => {
                    for load in loads {
                        asked.push(load.clone());
                        self.load(&mut facts, load);
                    }
                }
            }
        }
        panic!("a decision asks for facts without end")
    }

    /// The key that the last commit made.
    pub(crate) fn made(&self) -> i64 {
        self.made
    }

    /// A request at the authorization endpoint; what comes of it is committed.
    pub(crate) fn authorize_at(
        &mut self,
        dialect: Dialect,
        query: &str,
        session: Option<&str>,
        decision: Option<Verdict>,
    ) -> (Told, Vec<Write>) {
        let form = Form::parse_all(query.as_bytes()).expect("a form");
        let handle = session.map(|text| Handle::parse(text).expect("a handle"));
        let ask = Ask { dialect, form: &form, session: handle.as_ref(), decision };
        let (decided, _) = self.run(|facts, env| authorize::authorize(facts, &ask, env));
        self.commit(decided.writes.clone()).expect("no conflict");
        let is_family = |write: &Write| matches!(write, Write::CreateFamily(_));
        let made = decided.writes.iter().any(is_family).then_some(FamilyKey(self.made));
        let told = match decided.outcome {
            Err(stray) => Told::Page(stray),
            Ok(Next::LogIn) => Told::LogIn,
            Ok(Next::Consent) => Told::Consent,
            Ok(Next::Choose) => Told::Choose,
            Ok(Next::Answer(answer)) => match answer.write(made, &self.env()).expect("an answer") {
                Written::Url(url) => Told::Go(url),
                Written::Form(uri, members) => Told::Send(uri, members),
            },
        };
        (told, decided.writes)
    }

    /// A request at the token endpoint, with `Basic` credentials if there are any, decided anew if it could not be written.
    /// Nothing is written.
    pub(crate) fn ask_token(
        &self,
        dialect: Dialect,
        basic: Option<&str>,
        body: &str,
    ) -> (Decision<Issued, OAuthError>, Vec<Load>) {
        use base64::Engine;
        let form = Form::parse(body.as_bytes()).expect("a form");
        let value = basic.map(|it| format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(it)));
        let header = value.as_deref().map(Header::new);
        let request = TokenRequest::new(dialect, header.as_ref(), &form);
        let decide = |facts: &Facts, env: &Env| exchange(facts, &request, env);
        let (mut decided, mut asked) = self.run(decide);
        if decided.writes.first().is_some_and(|write| self.conflicts(write)) {
            (decided, asked) = self.run_on(Facts::default().kept(), decide);
        }
        assert_eq!(decided.events.len(), 1, "every answer is counted once");
        (decided, asked)
    }

    /// The same, and what is decided is written: of a refusal too.
    pub(crate) fn token_at(
        &mut self,
        dialect: Dialect,
        basic: Option<&str>,
        body: &str,
    ) -> Result<Tokens, OAuthError> {
        let (decided, _) = self.ask_token(dialect, basic, body);
        self.commit(decided.writes.clone()).expect("no conflict");
        let mut issued = decided.outcome?;
        if decided.writes.iter().any(|write| matches!(write, Write::CreateFamily(_))) {
            assert_eq!(issued.token.family, None);
            issued.token.family = Some(FamilyKey(self.made));
        }
        let refresh = render_refresh(&issued, &self.env());
        assert_eq!(refresh.is_some(), issued.refresh.is_some());
        Ok(Tokens { access: issued.token, refresh })
    }
}
