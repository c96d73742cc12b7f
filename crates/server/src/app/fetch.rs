//! What a decision asks for: from memory if that will do, else from the store.

use std::convert::identity;
use std::sync::Arc;

use chancery_core::facts::{Facts, Load};
use chancery_store::StoreError;

use super::App;
use crate::cache::Age;
use crate::password;

impl App {
    /// Adds a fact that memory has, if it is young enough. Says whether it had.
    pub fn recall(&self, facts: &mut Facts, load: &Load, age: Age) -> bool {
        let now = self.clock.now();
        macro_rules! recall {
            ($cache:ident, $id:expr, $put:ident, $wrap:expr) => {
                self.$cache.find($id, age, now).map(|value| facts.$put($id, $wrap(value))).is_some()
            };
        }
        match *load {
            Load::Client(id) => recall!(clients, id, put_client, Some),
            Load::User(id) => recall!(users, id, put_user, Some),
            Load::Organization(id) => recall!(organizations, id, put_organization, Some),
            Load::Roles(id) => recall!(roles, id, put_roles, identity),
            Load::Divisions(id) => recall!(divisions, id, put_divisions, identity),
            Load::RoleGrants(id) => recall!(role_grants, id, put_role_grants, identity),
            Load::Consent(pair) => recall!(consents, pair, put_consent, Some),
            Load::FamilyUse(key) if age == Age::Any => {
                let used = self.recorder.family_used(key);
                used.map(|used| facts.put_family_use(key, Some(used))).is_some()
            }
            _ => false,
        }
    }

    /// Fetches one fact. Says whether any came from memory all the same.
    pub async fn fetch(&self, facts: &mut Facts, load: Load, age: Age) -> Result<bool, StoreError> {
        let now = self.clock.now();
        macro_rules! fetch {
            ($cache:ident, $id:expr, $put:ident, $read:expr, $wrap:expr, $found:ident => $keep:expr) => {{
                let ticket = self.$cache.ticket();
                let $found = $read.await?;
                match $keep {
                    Some(value) => {
                        let value = Arc::new(value);
                        self.$cache.keep(ticket, $id, Arc::clone(&value), age, now);
                        facts.$put($id, $wrap(value));
                    }
                    None => facts.$put($id, Default::default()),
                }
                Ok(false)
            }};
        }
        match load {
            Load::ClientCount(id) => {
                facts.put_client_count(id, self.store.count_clients(id).await?);
                Ok(false)
            }
            Load::RoleHolders(id) => {
                facts.put_role_holders(id, Arc::new(self.store.role_holders(id).await?));
                Ok(false)
            }
            Load::WorkingHolders(id) => {
                facts.put_working_holders(id, Arc::new(self.store.working_holders(id).await?));
                Ok(false)
            }
            Load::DivisionUse(id) => {
                facts.put_division_use(id, self.store.division_use(id).await?);
                Ok(false)
            }
            Load::DeletedDivisions(id) => {
                facts.put_deleted_divisions(id, Arc::new(self.store.deleted_divisions(id).await?));
                Ok(false)
            }
            Load::Client(id) => fetch!(clients, id, put_client, self.store.find_client(id), Some, it => it),
            Load::User(id) => fetch!(users, id, put_user, self.store.find_user(id), Some, it => it),
            Load::Organization(id) => {
                fetch!(organizations, id, put_organization, self.store.find_organization(id), Some, it => it)
            }
            Load::Roles(id) => {
                fetch!(roles, id, put_roles, self.store.roles(id), identity, it => Some(it))
            }
            Load::Divisions(id) => {
                fetch!(divisions, id, put_divisions, self.store.divisions(id), identity, it => Some(it))
            }
            Load::UserByEmail((organization, email)) => {
                let found = self.store.find_user_by_email(organization, Arc::clone(&email)).await?;
                facts.put_user_by_email((organization, email), found.map(Arc::new));
                Ok(false)
            }
            Load::Verdict(check) => {
                let verdict = password::verify(&self.hashing, check.clone()).await?;
                facts.put_verdict(check, verdict);
                Ok(false)
            }
            Load::AssertionUse(key) => {
                facts.put_assertion_use(key, self.store.was_used(key).await?);
                Ok(false)
            }
            Load::KeySet(place) => {
                let (keys, is_kept) = self.outbound.key_set(&place, age != Age::Any).await;
                facts.put_key_set(place, keys);
                Ok(is_kept)
            }
            Load::Sector(place) => {
                let uris = self.outbound.texts(&place).await;
                facts.put_sector(place, uris);
                Ok(false)
            }
            Load::Session(key) => {
                facts.put_session(key, self.store.find_session(key).await?.map(Arc::new));
                Ok(false)
            }
            Load::Ticket(key) => {
                facts.put_ticket(key, self.store.find_ticket(key).await?.map(Arc::new));
                Ok(false)
            }
            Load::Family(key) => {
                facts.put_family(key, self.store.find_family(key).await?.map(Arc::new));
                Ok(false)
            }
            Load::FamilyOfCode(id) => {
                facts.put_family_of_code(id, self.store.find_family_of_code(id).await?.map(Arc::new));
                Ok(false)
            }
            Load::FamilyUse(key) => {
                let kept = self.store.find_family(key).await?;
                let kept =
                    kept.map(|it| it.last_used_at.map_or(it.rotated_at, |used| used.max(it.rotated_at)));
                facts.put_family_use(
                    key,
                    kept.map(|kept| kept.max(self.recorder.family_used(key).unwrap_or(kept))),
                );
                Ok(false)
            }
            Load::Consent(pair) => {
                fetch!(consents, pair, put_consent, self.store.find_consent(pair.0, pair.1), Some, it => it)
            }
            Load::RoleGrants(id) => {
                fetch!(role_grants, id, put_role_grants, self.store.role_grants(id), identity, it => Some(it))
            }
        }
    }
}
