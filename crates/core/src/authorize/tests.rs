//! Requests at the authorization endpoint, as browsers bring them.

mod answer;
mod carried;
mod checks;
mod consent;
mod fuzz;
mod parameters;
mod person;
mod standard;

use super::*;
use crate::tenant::Tenant;
use crate::tenant::flow::{App, CALLBACK, Told};
use crate::types::UserId;

/// A client for people, and a person who has logged in.
struct World {
    tenant: Tenant,
    app: App,
    user: UserId,
    session: String,
}

fn world(grant_type: &str) -> World {
    let mut tenant = Tenant::found();
    let app = tenant.app(grant_type, "users oauth:readonly");
    let user = tenant.person("somebody@example.com", "plum tractor");
    let session = tenant.session_of(user);
    World { tenant, app, user, session }
}

impl World {
    /// A request that is right, with these members changed or added; those without value are left out.
    fn query(&self, changes: &[(&str, &str)]) -> String {
        let id = self.app.id.to_string();
        let right = [("client_id", &*id), ("redirect_uri", CALLBACK), ("response_type", "code")];
        let kept = right.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(kept);
        form.extend_pairs(changes.iter().filter(|(_, value)| !value.is_empty()));
        form.finish()
    }

    fn go(&mut self, changes: &[(&str, &str)]) -> Told {
        self.say(changes, None).0
    }

    fn say(&mut self, changes: &[(&str, &str)], verdict: Option<Verdict>) -> (Told, Vec<Write>) {
        let (query, session) = (self.query(changes), self.session.clone());
        self.tenant.authorize_at(Dialect::Genesys, &query, Some(&session), verdict)
    }

    /// What the checks read out of the parameters.
    fn wanted(&self, changes: &[(&str, &str)]) -> Result<Wanted, OAuthError> {
        self.seen(changes).wanted
    }

    fn seen(&self, changes: &[(&str, &str)]) -> Seen {
        let query = self.query(changes);
        let form = Form::parse_all(query.as_bytes()).expect("a form");
        let handle = Handle::parse(&self.session);
        let ask = Ask { dialect: Dialect::Genesys, form: &form, session: handle.as_ref(), decision: None };
        let (decided, _) = self.tenant.run(|facts, env| see(facts, &ask, env));
        assert!(decided.writes.is_empty() && decided.events.is_empty(), "looking changes nothing");
        decided.outcome.expect("a place for the answer")
    }

    fn client(&mut self) -> &mut Client {
        self.tenant.clients.get_mut(&self.app.id).expect("a client")
    }

    fn user(&mut self) -> &mut User {
        self.tenant.users.get_mut(&self.user).expect("a user")
    }

    fn known(&mut self) -> &mut Session {
        let key = Tenant::session_key(&self.session);
        self.tenant.sessions.get_mut(&key).expect("a session")
    }
}
