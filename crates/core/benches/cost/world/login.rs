//! The person's login at the client.

use std::sync::Arc;

use chancery_core::client::Client;
use chancery_core::consent::{Consent, ConsentState};
use chancery_core::dialect::Dialect;
use chancery_core::family::{Family, NewFamily};
use chancery_core::grants::Behalf;
use chancery_core::openid::Login;

use super::{DIALECTS, NOW, World, audience, family};

impl World {
    /// With all that came of the person's login at the client.
    pub(super) fn with_login(mut self) -> Self {
        let (client, user, scope) = (&self.client, &self.user, self.client.scope.clone());
        let consent = Consent {
            organization: client.organization,
            user: user.id,
            client: client.id,
            scope: scope.clone(),
            asked: true,
            state: ConsentState::Authorized,
            epoch: 1,
            version: 1,
            created_at: NOW,
            modified_at: NOW,
        };
        let behalf = Behalf {
            user: user.id,
            user_epoch: user.epoch,
            client_epoch: client.epoch,
            consent_epoch: Some(consent.epoch),
        };
        let ends = NOW + self.policy.login.refresh_lifetime;
        let families = DIALECTS.map(|dialect| {
            let login = (dialect == Dialect::Standard).then(|| Login { auth_time: NOW, ..Login::default() });
            let (audience, env) = (audience(dialect), self.env());
            let origin =
                NewFamily::begin(client, behalf, scope.clone(), audience, dialect, login, true, ends, &env);
            let (key, rotated_at) = (family(dialect), NOW);
            Family {
                key,
                origin,
                generation: 0,
                rotated_at,
                revoked_at: None,
                last_used_at: None,
                version: 1,
            }
        });
        self.facts.put_client(client.id, Some(Arc::new(client.clone())));
        self.facts.put_client(self.other, Some(Arc::new(Client { id: self.other, ..client.clone() })));
        self.facts.put_user(user.id, Some(Arc::new(user.clone())));
        self.facts.put_consent((user.id, client.id), Some(Arc::new(consent)));
        families.into_iter().for_each(|it| self.facts.put_family(it.key, Some(Arc::new(it))));
        self
    }
}
