//! Clients and their secrets.

use chancery_core::client::{Actor, Client, ClientState};
use chancery_core::rbac::RoleGrant;
use chancery_core::types::{
    ClientId, Digest, KeyId, Lifetime, OrganizationId, Scope, Secret, SecretId, Timestamp, UserId, from_wire,
};

use super::{Columns, Expect, Query, Row, Statement, Value, any_of, json, params};
use crate::StoreError;

/// The writable columns, in the order of `INSERT` and `UPDATE`.
fn writable(it: &Client) -> Vec<Value> {
    params![
        &*it.name,
        it.description.clone(),
        it.token_lifetime.seconds(),
        json(&it.redirect_uris),
        it.grant_types.to_string(),
        it.scope.to_string(),
        it.state.as_str(),
        it.date_to_delete,
        it.epoch,
        it.modified_at,
        it.modified_by.map(actor),
        json(&it.metadata)
    ]
}

/// A new client with its secrets.
pub fn insert(it: &Client) -> Vec<Statement> {
    let mut params = params![it.id, it.organization, it.version, it.created_at, it.created_by.map(actor)];
    params.extend(writable(it));
    let mut statements = vec![Statement {
        sql: "INSERT INTO clients (id, organization_id, version, created_at, created_by, name, description,
                  token_lifetime, redirect_uris, grant_types, scope, state, date_to_delete, epoch, modified_at, modified_by,
                  metadata)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        params,
        expect: Expect::OneRow,
    }];
    statements
        .extend(it.secrets.iter().zip(0..).map(|(secret, position)| insert_secret(it.id, position, secret)));
    statements
}

/// Replaces the writable columns, if the version is still the one that was read.
pub fn replace(it: &Client) -> Statement {
    let mut params = writable(it);
    params.extend(params![it.id, it.version]);
    Statement {
        sql: "UPDATE clients SET version = version + 1, name = $1, description = $2, token_lifetime = $3,
                  redirect_uris = $4, grant_types = $5, scope = $6, state = $7, date_to_delete = $8, epoch = $9,
                  modified_at = $10, modified_by = $11, metadata = $12
              WHERE id = $13 AND version = $14",
        params,
        expect: Expect::OneRow,
    }
}

pub fn replace_secrets(client: ClientId, secrets: &[Secret]) -> Vec<Statement> {
    let mut statements = vec![delete_secrets(client)];
    statements
        .extend(secrets.iter().zip(0..).map(|(secret, position)| insert_secret(client, position, secret)));
    statements
}

fn insert_secret(client: ClientId, position: i64, it: &Secret) -> Statement {
    Statement {
        sql: "INSERT INTO client_secrets (id, client_id, organization_id, position, digest_key, digest, created_at,
                  expires_at, last_used_at, name)
              SELECT $1, id, organization_id, $2, $3, $4, $5, $6, $7, $8 FROM clients WHERE id = $9",
        params: params![
            it.id,
            position,
            it.digest.key.0,
            it.digest.bytes.to_vec(),
            it.created_at,
            it.expires_at,
            it.last_used_at,
            it.name.as_deref(),
            client
        ],
        expect: Expect::OneRow,
    }
}

fn delete_secrets(client: ClientId) -> Statement {
    Statement {
        sql: "DELETE FROM client_secrets WHERE client_id = $1",
        params: params![client],
        expect: Expect::Anything,
    }
}

pub fn record_use(secret: SecretId, at: Timestamp) -> Statement {
    Statement {
        sql: "UPDATE client_secrets SET last_used_at = $1 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $1)",
        params: params![at, secret],
        expect: Expect::Anything,
    }
}

/// Removes a client with all that is its own.
pub fn delete(organization: OrganizationId, id: ClientId) -> Vec<Statement> {
    vec![
        Statement {
            sql: "DELETE FROM clients WHERE organization_id = $1 AND id = $2",
            params: params![organization, id],
            expect: Expect::OneRow,
        },
        delete_secrets(id),
        super::role::delete_grants(organization, id.into()),
        super::consent::delete_of_client(id),
        super::usage::delete(id),
    ]
}

pub fn require(id: ClientId, version: u32) -> Statement {
    Statement {
        sql: "SELECT 1 FROM clients WHERE id = $1 AND version = $2",
        params: params![id, version],
        expect: Expect::Found,
    }
}

/// Whoever adds to their number does so alone.
pub fn require_below(organization: OrganizationId, limit: u32) -> Statement {
    Statement {
        sql: "SELECT 1 FROM client_counts WHERE organization_id = $1 AND clients < $2",
        params: params![organization, limit],
        expect: Expect::Held,
    }
}

/// So many more, or fewer, than there were.
pub fn count_more(organization: OrganizationId, more: i64) -> Statement {
    Statement {
        sql: "INSERT INTO client_counts (organization_id, clients) VALUES ($1, $2)
              ON CONFLICT (organization_id) DO UPDATE SET clients = client_counts.clients + excluded.clients",
        params: params![organization, more],
        expect: Expect::Anything,
    }
}

/// Their number anew. Whoever adds one meanwhile waits, and adds to the new number.
pub fn recount(organization: OrganizationId) -> Vec<Statement> {
    let count = Statement {
        sql: "UPDATE client_counts
              SET clients = (SELECT COUNT(*) FROM clients WHERE clients.organization_id = client_counts.organization_id)
              WHERE organization_id = $1",
        params: params![organization],
        expect: Expect::Many,
    };
    vec![count_more(organization, 0), count]
}

/// A part of what is read of a client.
pub enum Part {
    Client(Box<Client>),
    Secret(Secret),
    Grant(RoleGrant),
}

/// One client of its parts, if it was there.
pub fn whole(parts: impl IntoIterator<Item = Part>) -> Option<(Client, Vec<RoleGrant>)> {
    let (mut client, mut secrets, mut grants) = (None, Vec::new(), Vec::new());
    for part in parts {
        match part {
            Part::Client(it) => client = Some(it),
            Part::Secret(it) => secrets.push(it),
            Part::Grant(it) => grants.push(it),
        }
    }
    client.map(|client| (Client { secrets, ..*client }, grants))
}

macro_rules! clients {
    ($which:expr) => {
        concat!(
            "SELECT id, organization_id, version, created_at, created_by, name, description, token_lifetime,
                 redirect_uris, grant_types, scope, state, date_to_delete, epoch, modified_at, modified_by, metadata
             FROM clients WHERE id ",
            $which
        )
    };
}

/// The client and its secrets.
pub fn parts(id: ClientId) -> [Query<(ClientId, Part)>; 2] {
    [
        Query { sql: clients!("= $1"), params: params![id], read: read_client },
        Query {
            sql: "SELECT client_id, id, name, digest_key, digest, created_at, expires_at, last_used_at
                  FROM client_secrets WHERE client_id = $1 ORDER BY position",
            params: params![id],
            read: read_secret,
        },
    ]
}

/// Up to `MANY` clients, with what they may do on their own instead of their secrets.
pub fn parts_of_many(ids: &[ClientId]) -> [Query<(ClientId, Part)>; 2] {
    let params = any_of(ids);
    [
        Query { sql: clients!(any_of!()), params: params.clone(), read: read_client },
        Query {
            sql: super::role::GRANTS_OF_MANY,
            params,
            read: |row| {
                let grant = super::role::read_grant(row)?;
                Ok((grant.subject.into(), Part::Grant(grant)))
            },
        },
    ]
}

fn read_client(row: &dyn Row) -> Result<(ClientId, Part), StoreError> {
    let client = read(row)?;
    Ok((client.id, Part::Client(Box::new(client))))
}

fn read_secret(row: &dyn Row) -> Result<(ClientId, Part), StoreError> {
    let mut row = Columns::of(row);
    let client = row.parse(ClientId::parse)?;
    let secret = Secret {
        id: row.parse(SecretId::parse)?,
        name: row.maybe()?,
        digest: Digest { key: KeyId(row.next()?), bytes: digest(row.next()?)? },
        created_at: row.next()?,
        expires_at: row.maybe()?,
        last_used_at: row.maybe()?,
    };
    Ok((client, Part::Secret(secret)))
}

/// Name and id of every client, to be put in order.
pub fn names(organization: OrganizationId) -> Query<(String, ClientId)> {
    Query {
        sql: "SELECT name, id FROM clients WHERE organization_id = $1",
        params: params![organization],
        read: |row| {
            let mut row = Columns::of(row);
            Ok((row.next()?, row.parse(ClientId::parse)?))
        },
    }
}

pub fn count(organization: OrganizationId) -> Query<u32> {
    Query {
        sql: "SELECT CASE WHEN clients < 0 THEN 0 ELSE clients END FROM client_counts WHERE organization_id = $1",
        params: params![organization],
        read: |row| Columns::of(row).next(),
    }
}

pub fn to_delete(now: Timestamp, limit: u32) -> Query<ClientId> {
    Query {
        sql: "SELECT id FROM clients WHERE date_to_delete <= $1 AND state = 'inactive' ORDER BY date_to_delete LIMIT $2",
        params: params![now, limit],
        read: |row| Columns::of(row).parse(ClientId::parse),
    }
}

fn read(row: &dyn Row) -> Result<Client, StoreError> {
    let mut row = Columns::of(row);
    Ok(Client {
        id: row.parse(ClientId::parse)?,
        organization: row.parse(OrganizationId::parse)?,
        version: row.next()?,
        created_at: row.next()?,
        created_by: row.maybe_parse(parse_actor)?,
        name: row.next()?,
        description: row.maybe()?,
        token_lifetime: Lifetime::from_seconds(row.next()?),
        redirect_uris: row.json()?,
        grant_types: row.parse(|text| text.parse().ok())?,
        scope: row.parse(Scope::parse)?,
        state: row.parse(|text| from_wire(ClientState::ALL, text))?,
        date_to_delete: row.maybe()?,
        epoch: row.next()?,
        modified_at: row.next()?,
        modified_by: row.maybe_parse(parse_actor)?,
        metadata: row.json()?,
        secrets: Vec::new(),
    })
}

pub fn digest(bytes: Vec<u8>) -> Result<[u8; 32], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Corrupt("a digest does not have 32 bytes".to_owned()))
}

/// As text, here and in the audit log.
pub fn actor(actor: Actor) -> String {
    match actor {
        Actor::User(id) => format!("user:{id}"),
        Actor::Client(id) => format!("client:{id}"),
    }
}

/// Reads what `actor` wrote.
pub fn parse_actor(text: &str) -> Option<Actor> {
    match text.split_once(':')? {
        ("user", id) => UserId::parse(id).map(Actor::User),
        ("client", id) => ClientId::parse(id).map(Actor::Client),
        _ => None,
    }
}
