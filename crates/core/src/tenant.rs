//! An organization in memory, for tests: the facts that decisions ask for, and what their writes do to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::access::Caller;
use crate::audit::Entry;
use crate::client::Client;
use crate::consent::Consent;
use crate::decision::{Decision, Step};
use crate::env::Env;
use crate::env::fixed::Counting;
use crate::error::ApiError;
use crate::facts::Facts;
use crate::family::Family;
use crate::founding::{self, Plan};
use crate::jose::KeySet;
use crate::keyring::Keyring;
use crate::organization::{Division, Organization};
use crate::policy::Policy;
use crate::rbac::{DivisionScope, PermissionPolicy, Role, RoleGrant, SubjectKind};
use crate::session::Session;
use crate::ticket::Ticket;
use crate::tokens::{AccessToken, Audience, Revocations};
use crate::types::{
    AssertionKey, ClientId, ClientSecret, DivisionId, FamilyKey, OrganizationId, RoleId, Scope, SessionKey,
    SubjectId, TicketKey, Timestamp, TokenId, UserId,
};
use crate::user::{PasswordHash, User};
use crate::write::{Require, Revoked, RevokedId, Write};

pub(crate) mod flow;
mod people;
mod rows;

pub(crate) use rows::Conflict;

/// What the store would have of one organization.
pub(crate) struct Tenant {
    pub organization: Organization,
    pub roles: Vec<Role>,
    pub divisions: Vec<Division>,
    pub deleted: Vec<Division>,
    pub clients: BTreeMap<ClientId, Client>,
    pub users: BTreeMap<UserId, User>,
    pub grants: BTreeMap<SubjectId, Vec<RoleGrant>>,
    pub sessions: BTreeMap<SessionKey, Session>,
    pub consents: BTreeMap<(UserId, ClientId), Consent>,
    pub tickets: BTreeMap<TicketKey, Ticket>,
    pub families: BTreeMap<FamilyKey, Family>,
    pub audit: Vec<Entry>,
    pub revoked: Vec<Revoked>,
    pub assertions: BTreeSet<AssertionKey>,
    /// What stands at which place elsewhere.
    pub key_sets: Vec<(String, KeySet)>,
    pub sectors: Vec<(String, Vec<String>)>,
    /// The key that was made last.
    made: i64,
    pub policy: Policy,
    pub now: Timestamp,
    /// The founder's client, which holds everything everywhere.
    pub admin: ClientId,
    /// The founder, who does too.
    pub founder: UserId,
    pub random: Counting,
    keys: Keyring,
}

impl Revocations for Tenant {
    fn covers(&self, token: &AccessToken) -> bool {
        let family = token.family.map(RevokedId::Family);
        self.revoked.iter().any(|it| it.id == RevokedId::Token(token.id) || Some(it.id) == family)
    }
}

impl Tenant {
    /// As it is after the first start, at 2023-11-14T22:13:20Z.
    pub(crate) fn found() -> Self {
        let (keys, random) = (crate::keyring::tests::keyring(), Counting::new(5));
        let plan = Plan {
            name: "Example".to_owned(),
            short_name: "example".to_owned(),
            email: "admin@example.com".to_owned(),
            password: PasswordHash::new("unusable".to_owned()),
            client: None,
            secret: ClientSecret::random(&random),
        };
        let now = Timestamp::from_seconds(1_700_000_000);
        let founded = founding::found(plan, &keys, &random, now);
        let mut it = Self {
            organization: founded.organization,
            roles: Vec::new(),
            divisions: Vec::new(),
            deleted: Vec::new(),
            clients: BTreeMap::new(),
            users: BTreeMap::new(),
            grants: BTreeMap::new(),
            sessions: BTreeMap::new(),
            consents: BTreeMap::new(),
            tickets: BTreeMap::new(),
            families: BTreeMap::new(),
            audit: Vec::new(),
            revoked: Vec::new(),
            assertions: BTreeSet::new(),
            key_sets: Vec::new(),
            sectors: Vec::new(),
            made: 0,
            policy: Policy::default(),
            now,
            admin: founded.client,
            founder: founded.user,
            random,
            keys,
        };
        let founding = founded.writes.into_iter().filter(|it| !matches!(it, Write::CreateOrganization(_)));
        it.commit(founding).expect("nothing stands in the way");
        it
    }

    pub(crate) fn env(&self) -> Env<'_> {
        Env {
            now: self.now,
            issuer: "https://id.example",
            policy: &self.policy,
            keys: &self.keys,
            revoked: self,
            random: &self.random,
        }
    }

    pub(crate) fn id(&self) -> OrganizationId {
        self.organization.id
    }

    /// The write that a decision starts with if it changes roles, divisions or what somebody holds.
    pub(crate) fn advance(&self) -> Write {
        Write::AdvanceAuthority(self.id(), self.organization.authority)
    }

    /// The write that a decision starts with if it only stands on them.
    pub(crate) fn unchanged(&self) -> Write {
        Write::Require(Require::Authority(self.id(), self.organization.authority))
    }

    pub(crate) fn find_role(&self, id: RoleId) -> &Role {
        self.roles.iter().find(|role| role.id == id).expect("a role")
    }

    /// The role that was made from this template.
    pub(crate) fn built_in(&self, template: &str) -> RoleId {
        self.roles.iter().find(|role| role.template.as_deref() == Some(template)).expect("a role").id
    }

    pub(crate) fn home(&self) -> DivisionId {
        self.divisions.iter().find(|division| division.home).expect("a home division").id
    }

    /// Adds a role that carries these: words, and `domain:entity:action`.
    pub(crate) fn role(&mut self, name: &str, carries: &[&str]) -> RoleId {
        let id = RoleId::random(&self.random);
        let (policies, words): (Vec<&str>, Vec<&str>) = carries.iter().partition(|it| it.contains(':'));
        self.roles.push(Role {
            id,
            organization: self.id(),
            name: name.to_owned(),
            description: String::new(),
            template: None,
            permissions: words.into_iter().map(ToOwned::to_owned).collect(),
            policies: policies.into_iter().map(policy).collect(),
            needs_update: false,
            version: 1,
        });
        id
    }

    pub(crate) fn division(&mut self, name: &str) -> DivisionId {
        let id = DivisionId::random(&self.random);
        self.divisions.push(Division {
            id,
            organization: self.id(),
            name: name.to_owned(),
            description: String::new(),
            home: false,
        });
        id
    }

    /// Adds an active client-credentials client that holds these.
    pub(crate) fn client(&mut self, grants: &[(RoleId, DivisionScope)]) -> ClientId {
        let id = ClientId::random(&self.random);
        let founders = self.clients[&self.admin].clone();
        self.clients.insert(id, Client { id, name: "a client".to_owned(), secrets: Vec::new(), ..founders });
        grants.iter().for_each(|(role, division)| self.hold(id, *role, *division));
        id
    }

    /// Adds an active user who holds nothing.
    pub(crate) fn user(&mut self, email: &str) -> UserId {
        let id = UserId::random(&self.random);
        let founder = self.users[&self.founder].clone();
        self.users.insert(id, User { id, email: email.to_owned(), password: None, ..founder });
        id
    }

    pub(crate) fn hold(&mut self, subject: impl Into<SubjectId>, role: RoleId, division: DivisionScope) {
        let subject = subject.into();
        let is_client = self.clients.keys().any(|id| SubjectId::from(*id) == subject);
        let kind = if is_client { SubjectKind::Client } else { SubjectKind::User };
        let grant = RoleGrant { subject, kind, role, division, granted_at: self.now };
        self.grants.entry(subject).or_default().push(grant);
    }

    pub(crate) fn held(&self, subject: impl Into<SubjectId>) -> Vec<RoleGrant> {
        self.grants.get(&subject.into()).cloned().unwrap_or_default()
    }

    /// A client that calls for itself, from 192.0.2.1.
    pub(crate) fn caller(&self, client: ClientId) -> Caller {
        let client = &self.clients[&client];
        let token = AccessToken {
            id: TokenId::random(&self.random),
            client: client.id,
            client_epoch: client.epoch,
            user: None,
            consent_epoch: None,
            family: None,
            audience: Audience::Management,
            scope: Scope::EMPTY,
            scoped: false,
            issued_at: self.now,
            expires_at: self.now + client.token_lifetime,
        };
        Caller {
            organization: self.id(),
            client: Arc::new(client.clone()),
            user: None,
            token: Arc::new(token),
            address: [192, 0, 2, 1].into(),
            idle: None,
        }
    }

    /// The caller who holds everything.
    pub(crate) fn admin(&self) -> Caller {
        self.caller(self.admin)
    }

    /// Decides on what is there. Three rules hold for every decision: a refusal changes nothing but the audit log; the authority that a
    /// change stands on is named once, before everything else; what changes divisions, grants or which roles there are
    /// counts it up.
    pub(crate) fn decide<T>(
        &self,
        decision: impl Fn(&Facts, &Env) -> Step<T, ApiError>,
    ) -> Decision<T, ApiError> {
        let mut facts = Facts::default();
        for _ in 0..24 {
            match decision(&facts, &self.env()) {
                Step::Need(loads) => loads.into_iter().for_each(|load| self.load(&mut facts, load)),
                Step::Done(done) => {
                    let is_entry = |write: &Write| matches!(write, Write::Audit(_));
                    let is_quiet = done.outcome.is_ok() || done.writes.iter().all(is_entry);
                    assert!(is_quiet, "a refusal writes {:?}", done.writes);
                    assert!(done.events.is_empty(), "{:?}", done.events);
                    let is_authority = |write: &Write| {
                        matches!(write, Write::AdvanceAuthority(..) | Write::Require(Require::Authority(..)))
                    };
                    assert!(!done.writes.iter().skip(1).any(is_authority), "{:?}", done.writes);
                    if done.writes.iter().any(changes_authority) {
                        assert_eq!(done.writes[0], self.advance());
                    }
                    return done;
                }
            }
        }
        panic!("a decision asks for facts without end")
    }

    /// The writes of what must be allowed, with the answer.
    pub(crate) fn allowed<T>(&self, decision: impl Fn(&Facts, &Env) -> Step<T, ApiError>) -> (T, Vec<Write>) {
        let decision = self.decide(decision);
        match decision.outcome {
            Ok(answer) => (answer, decision.writes),
            Err(error) => panic!("{}: {}", error.code.as_str(), error.message()),
        }
    }

    /// The error of what must be refused.
    pub(crate) fn refused<T>(&self, decision: impl Fn(&Facts, &Env) -> Step<T, ApiError>) -> ApiError {
        self.decide(decision).outcome.err().expect("a refusal")
    }

    /// Decides, and writes what was decided. Nobody else writes here, so nothing conflicts.
    pub(crate) fn settle<T>(
        &mut self,
        decision: impl Fn(&Facts, &Env) -> Step<T, ApiError>,
    ) -> Result<T, ApiError> {
        let decision = self.decide(decision);
        self.commit(decision.writes).expect("no conflict");
        decision.outcome
    }
}

fn changes_authority(write: &Write) -> bool {
    matches!(
        write,
        Write::CreateDivision(_)
            | Write::ReplaceDivision(_)
            | Write::DeleteDivision { .. }
            | Write::RestoreDivision(..)
            | Write::CreateRole(_)
            | Write::DeleteRole(..)
            | Write::ReplaceRoleGrants(..)
    )
}

/// Reads `domain:entity:action`.
pub(crate) fn policy(text: &str) -> PermissionPolicy {
    let parts: Vec<&str> = text.split(':').collect();
    PermissionPolicy::new(parts[0], parts[1], &[parts[2]])
}

/// The same for one thing only.
pub(crate) fn conditional(text: &str) -> PermissionPolicy {
    let mut policy = policy(text);
    policy.remarks.condition = Some(serde_json::json!({ "variableName": "Conversation.queues" }));
    policy
}
