//! A client for people, a person who has logged in, and what both do.

use crate::audit::Entry;
use crate::authorize::Verdict;
use crate::client::Client;
use crate::dialect::Dialect;
use crate::error::{ErrorCode, OAuthError};
use crate::facts::Facts;
use crate::family::Family;
use crate::policy::LONGEST_TOKEN;
use crate::tenant::Tenant;
use crate::tenant::flow::{App, CALLBACK, CHALLENGE, Tokens, VERIFIER};
use crate::tokens::{AccessToken, verify};
use crate::types::{Lifetime, SecretId, Timestamp, UserId};
use crate::user::User;
use crate::write::{Require, Revoked, RevokedId, Write};

pub(super) struct World {
    pub tenant: Tenant,
    pub app: App,
    pub user: UserId,
    pub session: String,
}

/// A request at the token endpoint.
pub(super) struct Given {
    pub body: String,
    basic: Option<String>,
}

impl Given {
    pub(super) fn basic(&self) -> Option<&str> {
        self.basic.as_deref()
    }

    /// The same with another value of a member; an empty one takes it away.
    pub(super) fn replace(&mut self, name: &str, value: &str) {
        let pairs = form_urlencoded::parse(self.body.as_bytes()).filter(|(known, _)| known != name);
        let more = Some((name, value)).filter(|(_, value)| !value.is_empty());
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(pairs).extend_pairs(more);
        self.body = form.finish();
    }
}

pub(super) fn people() -> World {
    let mut tenant = Tenant::found();
    let app = tenant.app("CODE", "users oauth:readonly");
    let user = tenant.person("somebody@example.com", "plum tractor");
    let session = tenant.session_of(user);
    World { tenant, app, user, session }
}

impl World {
    /// A code that the person's browser brings back.
    pub(super) fn code(&mut self, dialect: Dialect, challenged: bool, scope: &str) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("client_id", &self.app.id.to_string());
        form.append_pair("redirect_uri", CALLBACK).append_pair("response_type", "code");
        form.append_pair("scope", scope);
        if challenged {
            form.append_pair("code_challenge", CHALLENGE).append_pair("code_challenge_method", "S256");
        }
        let (query, session) = (form.finish(), self.session.clone());
        self.tenant.authorize_at(dialect, &query, Some(&session), Some(Verdict::Allow)).0.code()
    }

    /// The exchange of a code, with what is named in capitals.
    pub(super) fn given(&self, code: &str, with: &str, basic: Option<&str>) -> Given {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code").append_pair("redirect_uri", CALLBACK);
        form.append_pair("code", code);
        let (id, other) = (self.app.id.to_string(), self.tenant.admin.to_string());
        for word in with.split_whitespace() {
            match word {
                "ID" => form.append_pair("client_id", &id),
                "OTHER_ID" => form.append_pair("client_id", &other),
                "SECRET" => form.append_pair("client_id", &id).append_pair("client_secret", &self.app.secret),
                "WRONG" => form.append_pair("client_id", &id).append_pair("client_secret", "wrong"),
                "VERIFIER" => form.append_pair("code_verifier", VERIFIER),
                "CHALLENGE" => form.append_pair("code_verifier", CHALLENGE),
                "OTHER_VERIFIER" => form.append_pair("code_verifier", &VERIFIER.replace('d', "e")),
                other => panic!("{other}"),
            };
        }
        let put_in = |text: &str| {
            text.replace("OTHER_ID", &other).replace("ID", &id).replace("SECRET", &self.app.secret)
        };
        Given { body: form.finish(), basic: basic.map(put_in) }
    }

    /// What a public client, or one with its secret, refreshes with.
    pub(super) fn refreshing(&self, token: &str, with_secret: bool) -> Given {
        let mut given = self.given("", if with_secret { "SECRET" } else { "ID" }, None);
        given.replace("grant_type", "refresh_token");
        given.replace("redirect_uri", "");
        given.replace("code", "");
        given.replace("refresh_token", token);
        given
    }

    pub(super) fn exchange(&mut self, dialect: Dialect, given: &Given) -> Result<Tokens, OAuthError> {
        self.tenant.token_at(dialect, given.basic(), &given.body)
    }

    pub(super) fn tried(&mut self, dialect: Dialect, given: &Given) -> Result<(), ErrorCode> {
        self.exchange(dialect, given).map(drop).map_err(|error| error.code)
    }

    /// Refreshes as a public client.
    pub(super) fn refreshed(&mut self, token: &str) -> Result<Tokens, OAuthError> {
        let given = self.refreshing(token, false);
        self.exchange(Dialect::Genesys, &given)
    }

    /// The tokens of a public client, or of one that proved itself.
    pub(super) fn tokens(&mut self, with_secret: bool) -> Tokens {
        let code = self.code(Dialect::Genesys, !with_secret, "users oauth:readonly");
        let given = self.given(&code, if with_secret { "SECRET" } else { "ID VERIFIER" }, None);
        self.exchange(Dialect::Genesys, &given).expect("tokens")
    }

    /// Whether an access token is still good.
    pub(super) fn lives(&self, token: &AccessToken) -> bool {
        let (decided, _) = self.tenant.run(|facts: &Facts, env| {
            verify::holder::<()>(facts, token, env).map(crate::decision::Decision::allow).into()
        });
        decided.outcome.expect("an answer").is_some()
    }

    pub(super) fn later(&mut self, millis: i64) {
        self.tenant.now = Timestamp::from_millis(self.tenant.now.millis() + millis);
    }

    pub(super) fn wait(&mut self, time: Lifetime) {
        self.later(time.millis());
    }

    pub(super) fn client(&mut self) -> &mut Client {
        self.tenant.clients.get_mut(&self.app.id).expect("a client")
    }

    pub(super) fn user(&mut self) -> &mut User {
        self.tenant.users.get_mut(&self.user).expect("a user")
    }

    pub(super) fn secret(&self) -> SecretId {
        self.tenant.clients[&self.app.id].secrets[0].id
    }

    pub(super) fn take_back(&mut self) {
        let (user, client) = (self.user, self.app.id);
        self.tenant.settle(|facts, env| crate::consent::revoke(facts, user, client, env)).expect("allowed");
    }

    pub(super) fn take_back_and_give_again(&mut self) {
        self.take_back();
        self.code(Dialect::Genesys, true, "users oauth:readonly");
    }

    /// Another client that nothing but its id tells from the first: the person agreed to it just so.
    pub(super) fn twin(&mut self) -> App {
        let twin = self.tenant.app("CODE", "users oauth:readonly");
        let epoch = |id| self.tenant.clients[id].epoch;
        assert_eq!(epoch(&twin.id), epoch(&self.app.id));
        let known = self.tenant.consents[&(self.user, self.app.id)].clone();
        let consent = crate::consent::Consent { client: twin.id, ..known };
        self.tenant.consents.insert((self.user, twin.id), consent);
        twin
    }

    /// The entries of a kind.
    pub(super) fn audited(&self, kind: &str) -> Vec<Entry> {
        self.tenant.audit.iter().filter(|entry| entry.kind == kind).cloned().collect()
    }

    /// The family of the latest login.
    pub(super) fn family(&self) -> &Family {
        self.tenant.families.values().next_back().expect("a family")
    }

    /// What a replay writes that takes the latest login down.
    pub(super) fn downfall(&self, kind: &str) -> [Write; 4] {
        let (key, organization, now) = (self.family().key, self.tenant.id(), self.tenant.now);
        let as_it_is = Write::Require(Require::Family(key, self.family().version));
        let revoked = Revoked { organization, id: RevokedId::Family(key), expires_at: now + LONGEST_TOKEN };
        let entry = Entry {
            client: Some(self.app.id),
            entity: Some(("user".to_owned(), self.user.to_string())),
            ..Entry::of(organization, kind, now)
        };
        [as_it_is, Write::RevokeFamily(key, now), Write::Revoke(revoked), Write::Audit(Box::new(entry))]
    }
}
