//! Sample values, numbered: the same number gives the same value. And what most tests do with a store.

mod act;
mod standard;
mod whole;

use std::sync::LazyLock;

use chancery_core::audit::{Entry, Wanted};
use chancery_core::client::{Actor, Client, ClientState};
use chancery_core::consent::{Consent, ConsentState};
use chancery_core::dialect::Dialect;
use chancery_core::env::fixed::Counting;
use chancery_core::family::NewFamily;
use chancery_core::grants::{GrantType, GrantTypes};
use chancery_core::keyring::rotation::first_keys;
use chancery_core::keyring::{KeyRow, MasterKey};
use chancery_core::organization::settings::{Authentication, PasswordRequirements};
use chancery_core::organization::{Division, IdleTimeout, Organization, Settings};
use chancery_core::rbac::{DivisionScope, PermissionPolicy, PolicyRemarks, Role, RoleGrant, SubjectKind};
use chancery_core::session::NewSession;
use chancery_core::ticket::NewTicket;
use chancery_core::tokens::Audience;
use chancery_core::types::{
    ClientId, CodeId, Digest, DivisionId, KeyId, Lifetime, OrganizationId, RedirectUri, RoleId, Scope,
    Secret, SecretId, SubjectId, Timestamp, TokenId, UserId,
};
use chancery_core::usage::{Day, Tally, UsageCount};
use chancery_core::user::{Contact, PasswordHash, Profile, User, UserState};
use chancery_core::write::{Revoked, RevokedId};

pub use act::*;
pub use whole::*;

/// The time of every commit that does not say otherwise; not a whole second.
pub const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_123);
/// Before everything that the samples name.
pub const LONG_AGO: Timestamp = Timestamp::from_millis(0);
pub const MINUTE: Lifetime = Lifetime::from_seconds(60);
pub const DAY: Lifetime = Lifetime::from_days(1);

/// Composed, decomposed, beyond the basic plane, right to left, and what SQL and JSON would trip over.
pub const UNICODE: &str = "Zoë Zoe\u{308} 🗝️ עברית 漢字 %_'\"\\;--\n\t";

/// The moment before.
pub fn before(time: Timestamp) -> Timestamp {
    Timestamp::from_millis(time.millis() - 1)
}

/// The moment after.
pub fn after(time: Timestamp) -> Timestamp {
    Timestamp::from_millis(time.millis() + 1)
}

pub fn organization_id(n: u64) -> OrganizationId {
    OrganizationId::random(&Counting::new(1000 + n))
}

pub fn division_id(n: u64) -> DivisionId {
    DivisionId::random(&Counting::new(2000 + n))
}

pub fn role_id(n: u64) -> RoleId {
    RoleId::random(&Counting::new(3000 + n))
}

pub fn user_id(n: u64) -> UserId {
    UserId::random(&Counting::new(4000 + n))
}

pub fn code_id(n: u64) -> CodeId {
    CodeId::random(&Counting::new(4000 + n))
}

pub fn client_id(n: u64) -> ClientId {
    ClientId::random(&Counting::new(5000 + n))
}

pub fn secret_id(n: u64) -> SecretId {
    SecretId::random(&Counting::new(6000 + n))
}

pub fn token_id(n: u64) -> TokenId {
    TokenId::random(&Counting::new(7000 + n))
}

pub fn digest(n: u8) -> Digest {
    Digest { key: KeyId(u32::from(n)), bytes: [n; 32] }
}

pub fn organization(n: u64) -> Organization {
    Organization {
        id: organization_id(n),
        name: format!("{UNICODE} {n}"),
        short_name: format!("org-{n}"),
        default_language: "en-US".to_owned(),
        settings: settings(),
        version: 1,
        authority: 5,
        created_at: NOW,
    }
}

/// Everything chosen.
pub fn settings() -> Settings {
    Settings {
        default_country_code: Some("IL".to_owned()),
        domain: Some(UNICODE.to_owned()),
        support_uri: Some(String::new()),
        default_site_id: Some("site".to_owned()),
        voicemail_enabled: true,
        authentication: Authentication {
            multifactor_required: true,
            domain_allowlist_enabled: true,
            domain_allowlist: vec!["b.example".to_owned(), "a.example".to_owned()],
            ip_allowlist: vec![
                "192.0.2.0/24".parse().expect("a net"),
                "2001:db8::/32".parse().expect("a net"),
            ],
            inactivity_timeout_exclusions: vec![UNICODE.to_owned()],
            universal_logout: true,
            password: PasswordRequirements {
                minimum_length: Some(12),
                expiration_days: Some(u32::MAX),
                ..PasswordRequirements::default()
            },
        },
        idle: IdleTimeout { since: Some(NOW), after: MINUTE, unit: Some("Hours".to_owned()) },
    }
}

pub fn division(n: u64) -> Division {
    Division {
        id: division_id(n),
        organization: organization_id(1),
        name: format!("division {n}"),
        description: UNICODE.to_owned(),
        home: n == 1,
    }
}

pub fn role(n: u64) -> Role {
    Role {
        id: role_id(n),
        organization: organization_id(1),
        name: format!("role {n}"),
        description: UNICODE.to_owned(),
        template: Some("admin".to_owned()),
        permissions: vec!["group_administration".to_owned(), "admin".to_owned(), UNICODE.to_owned()],
        policies: vec![
            PermissionPolicy::new("oauth", "client", &["view", "add"]),
            PermissionPolicy {
                remarks: PolicyRemarks {
                    name: Some(UNICODE.to_owned()),
                    description: Some(String::new()),
                    allows_conditions: Some(true),
                    named_resources: vec!["one".to_owned()],
                    condition: Some(serde_json::json!({ "operator": "EQ", "operands": [1, null] })),
                },
                ..PermissionPolicy::new("*", "*", &[])
            },
        ],
        needs_update: false,
        version: 1,
    }
}

pub fn grant(subject: impl Into<SubjectId>, kind: SubjectKind, n: u64) -> RoleGrant {
    RoleGrant {
        subject: subject.into(),
        kind,
        role: role_id(n),
        division: if n.is_multiple_of(2) { DivisionScope::All } else { DivisionScope::One(division_id(n)) },
        granted_at: NOW,
    }
}

pub fn user(n: u64) -> User {
    User {
        id: user_id(n),
        organization: organization_id(1),
        division: division_id(1),
        name: format!("{UNICODE} {n}"),
        email: format!("user-{n}@example.com"),
        state: UserState::Active,
        password: Some(password(0)),
        password_changed_at: Some(NOW - DAY),
        former_passwords: vec![password(2), password(1)],
        profile: profile(),
        epoch: 3,
        version: 7,
        created_at: NOW,
        last_token_at: None,
        last_login_at: None,
    }
}

pub fn password(n: u64) -> PasswordHash {
    PasswordHash::new(format!("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA{n}"))
}

/// Everything filled in.
pub fn profile() -> Profile {
    let number = Contact {
        address: Some("+972 3 555".to_owned()),
        media_type: Some("PHONE".to_owned()),
        kind: Some(UNICODE.to_owned()),
        extension: Some(String::new()),
        country_code: Some("IL".to_owned()),
    };
    Profile {
        claims: standard::claims(),
        title: Some(UNICODE.to_owned()),
        department: Some(String::new()),
        preferred_name: Some("Zoë".to_owned()),
        addresses: vec![number, Contact::default()],
        acd_auto_answer: true,
    }
}

/// A session of the user of that number.
pub fn session(n: u64) -> NewSession {
    NewSession {
        organization: organization_id(1),
        user: user_id(n),
        user_epoch: 3,
        digest: digest(11),
        address: Some("192.0.2.7".parse().expect("an address")),
        agent: UNICODE.to_owned(),
        created_at: NOW,
        expires_at: NOW + DAY,
    }
}

/// What the user of one number allowed the client of the other.
pub fn consent(user: u64, client: u64) -> Consent {
    Consent {
        organization: organization_id(1),
        user: user_id(user),
        client: client_id(client),
        scope: Scope::parse("users openid").expect("a scope"),
        asked: true,
        state: ConsentState::Authorized,
        epoch: 6,
        version: 1,
        created_at: NOW,
        modified_at: NOW + MINUTE,
    }
}

/// An entry with everything filled in.
pub fn entry(n: u32) -> Entry {
    Entry {
        organization: organization_id(1),
        at: NOW,
        kind: "client.created".to_owned(),
        actor: Some(Actor::User(user_id(1))),
        client: Some(client_id(1)),
        entity: Some(("client".to_owned(), UNICODE.to_owned())),
        address: Some("2001:db8::7".parse().expect("an address")),
        correlation: Some(UNICODE.to_owned()),
        count: n,
        detail: Some(UNICODE.to_owned()),
    }
}

/// All entries of the organization of that number.
pub fn all_of(n: u64) -> Wanted {
    Wanted {
        organization: organization_id(n),
        from: None,
        until: None,
        actor: None,
        client: None,
        kind: None,
        before: None,
        limit: u32::MAX,
    }
}

/// A client with two secrets and everything filled in.
pub fn client(n: u64) -> Client {
    let uri = |text: &str| RedirectUri::parse(text).expect("a callback");
    Client {
        id: client_id(n),
        organization: organization_id(1),
        name: format!("client {n}"),
        description: Some(UNICODE.to_owned()),
        token_lifetime: Lifetime::from_seconds(1800),
        redirect_uris: vec![
            uri("https://b.example/?x=%221%22"),
            uri("https://a.example/%C3%A9"),
            uri("com.example:/"),
        ],
        grant_types: GrantTypes::default().with(GrantType::AuthorizationCode).with(GrantType::RefreshToken),
        scope: Scope::parse("users oauth:readonly analytics").expect("a scope"),
        state: ClientState::Active,
        date_to_delete: Some(NOW + DAY),
        metadata: standard::metadata(),
        secrets: vec![secret(2 * n), secret(2 * n + 1)],
        epoch: 4,
        version: 1,
        created_at: NOW,
        created_by: Some(Actor::User(user_id(1))),
        modified_at: NOW + MINUTE,
        modified_by: Some(Actor::Client(client_id(1))),
    }
}

/// One that can act on its own behalf.
pub fn machine(n: u64) -> Client {
    Client { grant_types: GrantTypes::default().with(GrantType::ClientCredentials), ..client(n) }
}

pub fn secret(n: u64) -> Secret {
    Secret {
        id: secret_id(n),
        name: n.is_multiple_of(3).then(|| format!("secret {n}")),
        digest: digest(u8::try_from(n % 250).expect("small")),
        created_at: NOW,
        expires_at: n.is_multiple_of(2).then_some(NOW + DAY),
        last_used_at: None,
    }
}

/// A ticket with everything filled in.
/// The client as lists have it.
pub fn listed(it: Client) -> Client {
    Client { secrets: vec![], ..it }
}

pub fn ticket() -> NewTicket {
    NewTicket {
        kind: "code".to_owned(),
        digest: digest(9),
        organization: organization_id(1),
        expires_at: NOW + MINUTE,
        payload: format!("{{\"nonce\":{UNICODE:?}}}"),
    }
}

pub fn family() -> NewFamily {
    NewFamily {
        organization: organization_id(1),
        client: client_id(1),
        client_epoch: 4,
        user: user_id(1),
        user_epoch: 3,
        consent_epoch: Some(6),
        dialect: Dialect::Standard,
        scope: Scope::parse("openid users offline_access").expect("a scope"),
        audience: Audience::Issuer,
        login: Some(standard::login()),
        mac_key: KeyId(1),
        client_authenticated: true,
        code: None,
        created_at: NOW,
        expires_at: NOW + DAY,
    }
}

/// What comes of the code of that number.
pub fn from_code(n: u64) -> NewFamily {
    NewFamily { code: Some(code_id(n)), ..family() }
}

/// The keys of a new store: one of each purpose, with the ids 1, 2 and 3. Made once, as one of them follows from no
/// seed.
pub fn keys() -> Vec<KeyRow> {
    static KEYS: LazyLock<Vec<KeyRow>> = LazyLock::new(|| {
        first_keys(&MasterKey::random(&Counting::new(8000)), &Counting::new(8001), NOW).expect("keys")
    });
    KEYS.clone()
}

pub fn revoked(n: u64) -> Revoked {
    Revoked { organization: organization_id(1), id: RevokedId::Token(token_id(n)), expires_at: NOW + DAY }
}

/// Counts of the client of that number, of today; every figure is another.
pub fn usage(n: u64) -> UsageCount {
    UsageCount {
        client: client_id(n),
        day: Day::of(NOW),
        template: "/api/v2/oauth/clients/{clientId}".to_owned(),
        method: "GET".to_owned(),
        tally: Tally { status200: n, status300: n + 1, status400: n + 2, status500: n + 3, status429: n + 4 },
    }
}
