//! Decisions on users: who is added, changed and deleted, and by whom.

mod changes;
mod rights;

use std::sync::Arc;

use super::*;
use crate::tenant::Tenant;
use crate::types::OrganizationId;
use crate::user::{Password, PasswordHash};
use crate::write::Require;

const EMAIL: &str = "somebody@example.com";

struct World {
    tenant: Tenant,
    user: UserId,
}

fn world() -> World {
    let mut tenant = Tenant::found();
    let user = tenant.person(EMAIL, "plum tractor vivid");
    World { tenant, user }
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn password(text: &str) -> NewPassword {
    NewPassword { password: Password::new(text), hash: PasswordHash::new(text.to_owned()) }
}

impl World {
    /// One that can be added.
    fn newcomer(&self) -> Draft {
        Draft {
            name: text("New"),
            email: text("new@example.com"),
            division: Some(self.tenant.home().to_string()),
            ..Draft::default()
        }
    }

    /// A change of nothing.
    fn same(&self) -> Draft {
        Draft { version: Some(self.tenant.users[&self.user].version.into()), ..Draft::default() }
    }

    fn create(&self, caller: &Caller, draft: &Draft, new: Option<&str>) -> Decision<User, ApiError> {
        let new = new.map(password);
        self.tenant.decide(|facts, env| create(facts, caller, draft, new.as_ref(), env))
    }

    fn update(&self, caller: &Caller, draft: &Draft) -> Decision<User, ApiError> {
        self.tenant.decide(|facts, env| update(facts, caller, self.user, draft, env))
    }

    fn delete(&self, caller: &Caller) -> Decision<(), ApiError> {
        self.tenant.decide(|facts, _| delete(facts, caller, self.user))
    }

    fn revoke(&self, caller: &Caller) -> Decision<(), ApiError> {
        self.tenant.decide(|facts, env| revoke_tokens(facts, caller, self.user, env))
    }

    fn user(&mut self) -> &mut User {
        self.tenant.users.get_mut(&self.user).expect("a user")
    }

    /// A caller of the management API who is this user.
    fn as_user(&self, user: UserId) -> Caller {
        Caller { user: Some(Arc::new(self.tenant.users[&user].clone())), ..self.tenant.admin() }
    }

    fn commit<T>(&mut self, decided: Decision<T, ApiError>) -> T {
        self.tenant.commit(decided.writes).expect("no conflict");
        decided.outcome.unwrap_or_else(|error| panic!("{}", error.message()))
    }
}

/// The code and the member at fault.
fn told<T>(decided: Decision<T, ApiError>) -> Option<(ApiCode, String)> {
    decided.outcome.err().map(|error| (error.code, error.field.unwrap_or_default()))
}

fn code<T>(decided: Decision<T, ApiError>) -> Result<(), ApiCode> {
    decided.outcome.map(drop).map_err(|error| error.code)
}
