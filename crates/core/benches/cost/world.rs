//! An organization with a client, a person and their login, and every fact that a decision on them asks for.

mod login;

use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chancery_core::client::Client;
use chancery_core::decision::Step;
use chancery_core::dialect::Dialect;
use chancery_core::env::{Env, fixed::Counting};
use chancery_core::facts::Facts;
use chancery_core::founding::{Plan, found};
use chancery_core::grants::GrantType;
use chancery_core::keyring::{Keyring, MasterKey, rotation};
use chancery_core::policy::Policy;
use chancery_core::tokens::issue::{Issued, mint};
use chancery_core::tokens::{AccessToken, Audience, Revocations, refresh};
use chancery_core::types::{ClientId, ClientSecret, FamilyKey, Scope, Timestamp};
use chancery_core::user::{PasswordHash, User};
use chancery_core::write::Write;

const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);
/// What the person allowed.
const SCOPE: &str = "openid email offline_access users oauth:readonly";

/// Both of them.
pub const DIALECTS: [Dialect; 2] = [Dialect::Genesys, Dialect::Standard];
/// Both of them.
pub const HOLDERS: [Holder; 2] = [Holder::Client, Holder::Person];

/// For whom a token stands.
#[derive(Clone, Copy, Debug)]
pub enum Holder {
    Client,
    Person,
}

pub struct World {
    pub client: Client,
    /// Another client of the organization, with the same secret; the administrator let it introspect.
    pub other: ClientId,
    pub secret: ClientSecret,
    pub facts: Facts,
    pub keys: Keyring,
    user: User,
    policy: Policy,
    random: Counting,
}

/// Nothing was revoked.
struct Nothing;

impl Revocations for Nothing {
    fn covers(&self, _: &AccessToken) -> bool {
        false
    }
}

/// The only one: RSA keys take their time.
pub fn world() -> &'static World {
    static WORLD: LazyLock<World> = LazyLock::new(World::new);
    &WORLD
}

/// The family of each dialect.
pub fn family(dialect: Dialect) -> FamilyKey {
    FamilyKey(1 + dialect as i64)
}

/// Lets go of what was decided, which counts too. Anything but a yes ends the run.
pub fn allowed<T, E>(step: Step<T, E>) {
    let Step::Done(decision) = step else { panic!("a fact is missing") };
    assert!(decision.outcome.is_ok(), "a refusal");
    divan::black_box_drop(decision);
}

impl World {
    fn new() -> Self {
        let random = Counting::new(1);
        let (keys, secret) = (keyring(&random), ClientSecret::random(&random));
        let plan = Plan {
            name: "Example".to_owned(),
            short_name: "example".to_owned(),
            email: "admin@example.com".to_owned(),
            password: PasswordHash::new(String::new()),
            client: None,
            secret: secret.clone(),
        };
        let founded = found(plan, &keys, &random, NOW);
        let organization = founded.organization.id;
        let (mut facts, mut roles, mut client, mut user) = (Facts::default(), Vec::new(), None, None);
        let other = ClientId::random(&random);
        for write in founded.writes {
            match write {
                Write::CreateRole(role) => roles.push(role),
                Write::CreateUser(it) => user = Some(it),
                Write::CreateClient(it) => client = Some(*it),
                Write::ReplaceRoleGrants(_, subject, grants) => {
                    let grants = Arc::new(grants);
                    facts.put_role_grants(subject, Arc::clone(&grants));
                    facts.put_role_grants(other.into(), grants);
                }
                _ => {}
            }
        }
        facts.put_roles(organization, Arc::new(roles));
        facts.put_organization(organization, Some(Arc::new(founded.organization)));
        let mut client = client.expect("a client");
        client.scope = Scope::parse(SCOPE).expect("a scope");
        client.grant_types = client.grant_types.with(GrantType::RefreshToken);
        let user = user.expect("a user");
        let world = Self { client, other, secret, facts, keys, user, policy: Policy::default(), random };
        world.with_login()
    }

    pub fn env(&self) -> Env<'_> {
        Env {
            now: NOW,
            issuer: "https://id.example.com",
            policy: &self.policy,
            keys: &self.keys,
            revoked: &Nothing,
            random: &self.random,
        }
    }

    /// The value of an `Authorization` header.
    pub fn basic(&self, client: ClientId) -> String {
        format!("Basic {}", STANDARD.encode(format!("{client}:{}", self.secret.expose())))
    }

    /// The refresh token of the person's login.
    pub fn refresh(&self, dialect: Dialect) -> String {
        let stored = self.facts.family::<()>(family(dialect)).expect("a fact");
        let stored = stored.as_ref().expect("a family");
        refresh::seal(stored.key, 0, &stored.origin, &self.keys).expect("a token")
    }

    /// A token of the client.
    pub fn token(&self, holder: Holder, dialect: Dialect) -> Issued {
        let (client, user) = (&self.client, &self.user);
        let (user, scope) = match holder {
            Holder::Client => (None, Scope::EMPTY),
            Holder::Person => (Some((user.id, user.epoch)), client.scope.clone()),
        };
        let mut issued = mint(client, user, scope, audience(dialect), dialect, &self.env());
        issued.token.consent_epoch = user.map(|_| 1);
        issued.token.family = user.map(|_| family(dialect));
        issued
    }
}

fn audience(dialect: Dialect) -> Audience {
    match dialect {
        Dialect::Genesys => Audience::Management,
        Dialect::Standard => Audience::Issuer,
    }
}

/// With a signing key of every algorithm.
fn keyring(random: &Counting) -> Keyring {
    let master = MasterKey::random(random);
    let mut rows = rotation::first_keys(&master, random, NOW).expect("keys");
    for write in rotation::missing(&rows, &master, random, NOW).expect("keys") {
        let Write::CreateKey(row) = write else { panic!("not a key") };
        rows.push(row);
    }
    Keyring::open(&rows, &master).expect("a keyring")
}
