//! Whether a token that was opened is still good. Asked every time: nothing here is remembered.

use std::sync::Arc;

use crate::client::{Client, ClientState};
use crate::consent::ConsentState;
use crate::decision::Undecided;
use crate::env::Env;
use crate::facts::Facts;
use crate::organization::idle::Idle;
use crate::tokens::AccessToken;
use crate::types::{ClientId, FamilyKey, UserId};
use crate::user::{User, UserState};

/// The client, and the user if there is one.
pub type Holder = (Arc<Client>, Option<Arc<User>>);

/// Whether the token itself has neither expired nor been revoked, whatever became of its holder.
pub fn is_current(token: &AccessToken, env: &Env) -> bool {
    env.now < token.expires_at && !env.revoked.covers(token)
}

/// Whoever the token stands for; `None` if it has expired, was revoked, or its client or user no longer backs it.
pub fn holder<E>(facts: &Facts, token: &AccessToken, env: &Env) -> Result<Option<Holder>, Undecided<E>> {
    if !is_current(token, env) {
        return Ok(None);
    }
    let Some(client) = facts.client(token.client)? else { return Ok(None) };
    // Disabling a client counts its epoch up; an inactive client's tokens live on.
    if client.epoch != token.client_epoch || client.state == ClientState::Disabled {
        return Ok(None);
    }
    let user = match token.user {
        None => None,
        Some(holder) => {
            if !consented(facts, holder.0, client.id, token.consent_epoch)? {
                return Ok(None);
            }
            let Some(user) = user(facts, holder, client)? else { return Ok(None) };
            Some(Arc::clone(user))
        }
    };
    Ok(Some((Arc::clone(client), user)))
}

/// The user of that epoch, if able to act and of the client's organization.
pub fn user<'a, E>(
    facts: &'a Facts,
    (id, epoch): (UserId, u32),
    client: &Client,
) -> Result<Option<&'a Arc<User>>, Undecided<E>> {
    let backs = |user: &&Arc<User>| {
        user.epoch == epoch && user.state == UserState::Active && user.organization == client.organization
    };
    Ok(facts.user(id)?.as_ref().filter(backs))
}

/// Whether the user's consent is what it was at that epoch; `None` stands on no consent.
pub fn consented<E>(
    facts: &Facts,
    user: UserId,
    client: ClientId,
    epoch: Option<u32>,
) -> Result<bool, Undecided<E>> {
    let Some(epoch) = epoch else { return Ok(true) };
    let consent = facts.consent((user, client))?.as_ref();
    Ok(consent.is_some_and(|it| it.epoch == epoch && it.state == ConsentState::Authorized))
}

/// Whether nobody has used a token of the family for so long that they have all lapsed; `None` never lapses.
pub fn has_lapsed<E>(
    facts: &Facts,
    idle: Option<Idle>,
    family: Option<FamilyKey>,
    env: &Env,
) -> Result<bool, Undecided<E>> {
    let (Some(idle), Some(family)) = (idle, family) else { return Ok(false) };
    Ok(facts.family_use(family)?.is_none_or(|used| idle.lapses_at(used) <= env.now))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::client::Metadata;
    use crate::dialect::Dialect;
    use crate::env::Env;
    use crate::env::fixed::Counting;
    use crate::grants::GrantTypes;
    use crate::keyring::Keyring;
    use crate::policy::{DEFAULT_TOKEN, Policy};
    use crate::tokens::issue::mint;
    use crate::tokens::{Audience, Revocations};
    use crate::types::{ClientId, ClientSecret, OrganizationId, Scope, Secret, Timestamp};

    /// Everything that a decision of a test stands on.
    pub(crate) struct World {
        pub client: Client,
        pub secret: ClientSecret,
        pub now: Timestamp,
        pub revoked: bool,
        pub policy: Policy,
        keys: Keyring,
        random: Counting,
    }

    impl Revocations for World {
        fn covers(&self, _: &AccessToken) -> bool {
            self.revoked
        }
    }

    impl World {
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

        pub(crate) fn facts(&self) -> Facts {
            let mut facts = Facts::default();
            facts.put_client(self.client.id, Some(Arc::new(self.client.clone())));
            facts
        }
    }

    /// An active client-credentials client, its secret, and a clock that stands at 2023-11-14T22:13:20Z.
    pub(crate) fn world() -> World {
        let (keys, random) = (crate::keyring::tests::keyring(), Counting::new(11));
        let now = Timestamp::from_seconds(1_700_000_000);
        let secret = ClientSecret::random(&random);
        let client = Client {
            id: ClientId::random(&random),
            organization: OrganizationId::random(&random),
            name: "a client".to_owned(),
            description: None,
            token_lifetime: DEFAULT_TOKEN,
            redirect_uris: Vec::new(),
            grant_types: GrantTypes::from_authorized_grant_type("CLIENT-CREDENTIALS").expect("known"),
            scope: Scope::EMPTY,
            state: ClientState::Active,
            date_to_delete: None,
            metadata: Metadata::default(),
            secrets: vec![Secret::keep(&secret, &keys, &random, now)],
            epoch: 1,
            version: 1,
            created_at: now,
            created_by: None,
            modified_at: now,
            modified_by: None,
        };
        World { client, secret, now, revoked: false, policy: Policy::default(), keys, random }
    }

    #[test]
    fn a_token_dies_with_whatever_backs_it() {
        let changes: [(&str, fn(&mut World), bool); 6] = [
            ("nothing", |_| (), true),
            ("inactive", |world| world.client.state = ClientState::Inactive, true),
            ("disabled", |world| world.client.state = ClientState::Disabled, false),
            ("epoch", |world| world.client.epoch += 1, false),
            ("revoked", |world| world.revoked = true, false),
            ("expired", |world| world.now = world.now + DEFAULT_TOKEN, false),
        ];
        for (name, change, lives) in changes {
            let mut world = world();
            let issued =
                mint(&world.client, None, Scope::EMPTY, Audience::Management, Dialect::Genesys, &world.env());
            change(&mut world);
            let holder =
                holder::<()>(&world.facts(), &issued.token, &world.env()).expect("all facts are there");
            assert_eq!(holder.is_some(), lives, "{name}");
        }
    }

    #[test]
    fn a_deleted_client_backs_nothing() {
        let world = world();
        let issued =
            mint(&world.client, None, Scope::EMPTY, Audience::Management, Dialect::Genesys, &world.env());
        let mut facts = Facts::default();
        facts.put_client(world.client.id, None);
        assert_eq!(holder::<()>(&facts, &issued.token, &world.env()).expect("all facts are there"), None);
    }
}

#[cfg(test)]
mod people;
