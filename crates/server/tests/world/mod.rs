//! The world of a test, as a value: a server with one organization, a clock and a source of randomness that do as
//! they are told, and whatever clients, roles, divisions and tokens the test asks for.

mod answer;
mod ask;
mod browser;
mod declared;
mod holders;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chancery_core::client::{Client, ClientState, Metadata};
use chancery_core::dialect::Dialect;
use chancery_core::env::fixed::Counting;
use chancery_core::founding::{Plan, found};
use chancery_core::grants::GrantTypes;
use chancery_core::keyring::{MasterKey, rotation};
use chancery_core::organization::Division;
use chancery_core::policy::{DEFAULT_TOKEN, Policy};
use chancery_core::rbac::{DivisionScope, PermissionPolicy, Role, RoleGrant, SubjectKind};
use chancery_core::tokens::{Audience, issue};
use chancery_core::types::{
    ClientId, ClientSecret, DivisionId, Lifetime, OrganizationId, RoleId, Scope, Secret, Timestamp, UserId,
};
use chancery_core::user::{PasswordHash, User};
use chancery_core::write::{Changed, Write};
use chancery_server::app::{App, Parts};
use chancery_server::clock::Clock;
use chancery_server::http::Router;
use chancery_server::http::address::Edges;
use chancery_server::outbound::{Allowed, Outbound};
use chancery_server::pages::brand::Brand;
use chancery_store::{Memory, Store};

pub use answer::{Answer, Table};
pub use ask::{Ask, delete, get, head, options, patch, post, put};
pub use browser::{Browser, CALLBACK, PASSWORD, Somebody, Tokens, VERIFIER, challenge, code, csrf, request};
pub use holders::NOBODY;

/// By which URL the server is known.
pub const ISSUER: &str = "https://id.example";
/// When every world begins: 2023-11-14T22:13:20Z.
pub const START: Timestamp = Timestamp::from_seconds(1_700_000_000);

/// Compares a transcript with the one that is kept in `tests/snapshots`.
macro_rules! transcript {
    ($($answer:expr),+ $(,)?) => {{
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../snapshots");
        settings.set_omit_expression(true);
        let exchanges = [$(($answer).to_string()),+];
        settings.bind(|| insta::assert_snapshot!(exchanges.join("\n\n")));
    }};
}
pub(crate) use transcript;

struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// An organization with what it was founded with.
pub struct Tenant {
    pub id: OrganizationId,
    pub home: DivisionId,
    /// The role that holds everything.
    pub admin: RoleId,
    /// The role that views clients.
    pub viewer: RoleId,
    pub user: UserId,
    /// The administrator client.
    pub robot: Robot,
}

/// A client whose secret is known.
pub struct Robot {
    pub id: ClientId,
    pub secret: ClientSecret,
}

impl Robot {
    /// Its path in the registry.
    pub fn path(&self) -> String {
        format!("/api/v2/oauth/clients/{}", self.id)
    }
}

/// See the module.
pub struct World {
    pub app: Arc<App>,
    pub store: Arc<Memory>,
    /// The organization that is there from the beginning.
    pub acme: Tenant,
    router: Router,
    clock: Arc<Hands>,
    random: Arc<Counting>,
}

impl World {
    /// With the default policy.
    pub async fn new() -> Self {
        Self::with(Policy::default()).await
    }

    /// With a policy.
    pub async fn with(policy: Policy) -> Self {
        Self::seeded(1, policy).await
    }

    /// With other keys and ids than every other seed.
    pub async fn seeded(seed: u64, policy: Policy) -> Self {
        Self::made(seed, policy, Edges::default(), ISSUER).await
    }

    /// In other surroundings.
    pub async fn amid(edges: Edges, policy: Policy) -> Self {
        Self::made(1, policy, edges, ISSUER).await
    }

    /// By another URL.
    pub async fn known_as(issuer: &str) -> Self {
        Self::made(1, Policy::default(), Edges::default(), issuer).await
    }

    async fn made(seed: u64, policy: Policy, edges: Edges, issuer: &str) -> Self {
        let (store, random) = (Arc::new(Memory::new()), Arc::new(Counting::new(seed)));
        let clock = Arc::new(Hands(AtomicI64::new(START.millis())));
        let master = MasterKey::random(&*random);
        let keys = rotation::first_keys(&master, &*random, START).expect("keys");
        let keys = keys.into_iter().map(Write::CreateKey).collect();
        store.commit(keys, START).await.expect("an empty store takes them");
        let (issuer, parts_clock) = (issuer.to_owned(), Arc::clone(&clock));
        let (parts_store, parts_random) = (Arc::new(store.polite()), Arc::clone(&random));
        let parts = Parts {
            store: parts_store,
            clock: parts_clock,
            random: parts_random,
            master,
            issuer,
            policy,
            edges,
            outbound: Outbound::new(Allowed::default(), None).expect("a way out"),
            brand: Brand::default(),
        };
        let app = App::load(parts).await.expect("loads");
        let acme = establish(&app, &random, "Acme Corporation", "acme").await;
        Self { router: Router::new(&app), app, store, acme, clock, random }
    }

    /// Founds one more organization.
    pub async fn found(&self, name: &str, short_name: &str) -> Tenant {
        establish(&self.app, &self.random, name, short_name).await
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Time goes by, and the node hears all the while that nothing was changed elsewhere.
    pub fn pass(&self, millis: i64) {
        self.pass_in_silence(millis);
        self.app.heard(&[], self.now());
    }

    /// Time goes by, and the node hears nothing of the others.
    pub fn pass_in_silence(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::SeqCst);
    }

    /// Commits on this node.
    pub async fn write(&self, writes: Vec<Write>) {
        self.app.commit(writes).await.expect("commits");
    }

    /// Commits on another node, of which this one has not heard.
    pub async fn elsewhere(&self, writes: Vec<Write>) {
        self.store.commit(writes, self.now()).await.expect("commits");
    }

    /// The news of a change reaches this node.
    pub async fn hears(&self, change: Changed) {
        self.app.hear(change).await.expect("hears");
    }

    /// A client as the store has it.
    pub async fn stored(&self, id: ClientId) -> Client {
        self.store.find_client(id).await.expect("reads").expect("is there")
    }

    /// A token of the administrator client.
    pub async fn administrator(&self) -> String {
        self.token(&self.acme.robot).await
    }

    /// A token for the management API, from `/oauth/token`.
    pub async fn token(&self, robot: &Robot) -> String {
        let request = post("/oauth/token").basic(&robot.id.to_string(), robot.secret.expose());
        let answer = request.form("grant_type=client_credentials").send(self).await;
        answer.json()["access_token"].as_str().expect("a token").to_owned()
    }

    /// A token of a client that may do just this, everywhere.
    pub async fn may(&self, permissions: &[&str]) -> String {
        let role = self.role(&permissions.join(" "), permissions).await;
        self.token(&self.robot(&[(role, DivisionScope::All)]).await).await
    }

    /// A token of a user, as a client for users gets it.
    pub async fn user_token(&self, client: ClientId, user: UserId, scope: &str) -> String {
        let user = self.store.find_user(user).await.expect("reads").expect("is there");
        self.user_token_of(client, (user.id, user.epoch), scope).await
    }

    /// A token of a user as of some epoch.
    pub async fn user_token_of(&self, client: ClientId, user: (UserId, u32), scope: &str) -> String {
        let (client, scope) = (self.stored(client).await, Scope::parse(scope).expect("known"));
        let (audience, dialect) = (Audience::Management, Dialect::Genesys);
        let text = self.app.with_env(|env| {
            issue::render(&issue::mint(&client, Some(user), scope, audience, dialect, env), env)
        });
        text.expect("renders")
    }

    /// A role of permissions: `domain:entity:action`, or a word.
    pub async fn role(&self, name: &str, permissions: &[&str]) -> RoleId {
        let id = RoleId::random(&*self.random);
        let parts = |permission: &&str| {
            let parts: Vec<_> = permission.split(':').map(str::to_owned).collect();
            let [domain, entity, action] = <[String; 3]>::try_from(parts).ok()?;
            Some(PermissionPolicy::new(&domain, &entity, &[&action]))
        };
        let words = permissions.iter().filter(|permission| !permission.contains(':'));
        let role = Role {
            id,
            organization: self.acme.id,
            name: name.to_owned(),
            description: format!("May {name}"),
            template: None,
            permissions: words.map(|word| (*word).to_owned()).collect(),
            policies: permissions.iter().filter_map(parts).collect(),
            needs_update: false,
            version: 1,
        };
        self.write(vec![Write::CreateRole(role)]).await;
        id
    }

    /// A division.
    pub async fn division(&self, name: &str) -> DivisionId {
        let id = DivisionId::random(&*self.random);
        let (name, description) = (name.to_owned(), format!("The {name}"));
        let division = Division { id, organization: self.acme.id, name, description, home: false };
        self.write(vec![Write::CreateDivision(division)]).await;
        id
    }

    /// A client-credentials client with these roles.
    pub async fn robot(&self, roles: &[(RoleId, DivisionScope)]) -> Robot {
        let id = self.client(|_| ()).await;
        self.grant(id.id, roles).await;
        id
    }

    /// Replaces the roles of a client.
    pub async fn grant(&self, client: ClientId, roles: &[(RoleId, DivisionScope)]) {
        self.write(vec![self.grants(client, roles)]).await;
    }

    /// What replaces the roles of a client.
    pub fn grants(&self, client: ClientId, roles: &[(RoleId, DivisionScope)]) -> Write {
        let (subject, kind, granted_at) = (client.into(), SubjectKind::Client, self.now());
        let grants = roles.iter().map(|(role, division)| RoleGrant {
            subject,
            kind,
            role: *role,
            division: *division,
            granted_at,
        });
        Write::ReplaceRoleGrants(self.acme.id, subject, grants.collect())
    }

    /// A client for users.
    pub async fn web(&self) -> Robot {
        self.client(|client| {
            client.grant_types = grant_types("CODE");
            client.scope = Scope::parse("users openid").expect("known");
        })
        .await
    }

    /// A client without roles, of whatever shape.
    pub async fn client(&self, shape: impl FnOnce(&mut Client)) -> Robot {
        let secret = ClientSecret::random(&*self.random);
        let mut client = Client {
            id: ClientId::random(&*self.random),
            organization: self.acme.id,
            name: "Robot".to_owned(),
            description: None,
            token_lifetime: DEFAULT_TOKEN,
            redirect_uris: Vec::new(),
            grant_types: grant_types("CLIENT-CREDENTIALS"),
            scope: Scope::EMPTY,
            state: ClientState::Active,
            date_to_delete: None,
            metadata: Metadata::default(),
            secrets: vec![self.secret(&secret, None)],
            epoch: 1,
            version: 1,
            created_at: self.now(),
            created_by: None,
            modified_at: self.now(),
            modified_by: None,
        };
        shape(&mut client);
        let id = client.id;
        self.write(vec![Write::CreateClient(Box::new(client))]).await;
        Robot { id, secret }
    }

    /// A secret as it is kept.
    pub fn secret(&self, value: &ClientSecret, lifetime: Option<Lifetime>) -> Secret {
        let expires_at = lifetime.map(|lifetime| self.now() + lifetime);
        Secret { expires_at, ..Secret::keep(value, &self.app.keys(), &*self.random, self.now()) }
    }

    /// A secret that nobody has yet.
    pub fn fresh_secret(&self) -> ClientSecret {
        ClientSecret::random(&*self.random)
    }

    /// One more user, like the administrator but for what `shape` does.
    pub async fn user(&self, shape: impl FnOnce(&mut User)) -> UserId {
        let admin = self.store.find_user(self.acme.user).await.expect("reads").expect("is there");
        let id = UserId::random(&*self.random);
        let mut user = User { id, email: format!("{id}@acme.example"), ..admin };
        shape(&mut user);
        self.write(vec![Write::CreateUser(user)]).await;
        id
    }
}

/// The set behind an `authorizedGrantType`.
pub fn grant_types(name: &str) -> GrantTypes {
    GrantTypes::from_authorized_grant_type(name).expect("known")
}

async fn establish(app: &Arc<App>, random: &Counting, name: &str, short_name: &str) -> Tenant {
    let secret = ClientSecret::random(random);
    let plan = Plan {
        name: name.to_owned(),
        short_name: short_name.to_owned(),
        email: format!("admin@{short_name}.example"),
        // Nobody logs in with it: making a real one takes longer than all the rest.
        password: PasswordHash::new("$argon2id$none".to_owned()),
        client: None,
        secret: secret.clone(),
    };
    let founded = found(plan, &app.keys(), random, app.clock.now());
    app.commit(founded.writes).await.expect("commits");
    let id = founded.organization.id;
    let roles = app.store.roles(id).await.expect("reads");
    let role = |template| {
        let found = roles.iter().find(|role| role.template.as_deref() == Some(template));
        found.expect("is built in").id
    };
    Tenant {
        id,
        home: app.store.divisions(id).await.expect("reads")[0].id,
        admin: role("admin"),
        viewer: role("oauthViewer"),
        user: founded.user,
        robot: Robot { id: founded.client, secret },
    }
}
