//! The signing keys: those that nobody has needed yet are made when somebody does.

use std::sync::Arc;

use chancery_core::jose::Alg;
use chancery_core::keyring::{Keyring, rotation};
use chancery_core::write::Changed;
use chancery_store::StoreError;

use super::App;

impl App {
    /// The keys, with one for every algorithm.
    pub async fn signing_keys(self: &Arc<Self>) -> Result<Arc<Keyring>, StoreError> {
        let has_all = |keys: &Keyring| {
            Alg::ALL.iter().all(|(alg, _)| keys.signing_key(*alg, self.clock.now()).is_some())
        };
        if has_all(&self.keys()) {
            return Ok(self.keys());
        }
        let _turn = self.turn("signing keys").await;
        if !has_all(&self.keys()) {
            let rows = self.store.keys().await?;
            let app = Arc::clone(self);
            // An RSA key takes a blink to find.
            let make = move || rotation::missing(&rows, &app.master, &*app.random, app.clock.now());
            let made = tokio::task::spawn_blocking(make).await.ok().flatten();
            let made = made.ok_or_else(|| StoreError::Unavailable("a key could not be made".to_owned()))?;
            match self.commit(made).await {
                // Another node was faster; its keys are as good.
                Ok(_) | Err(StoreError::Conflict) => self.hear(Changed::Keys).await?,
                Err(error) => return Err(error),
            }
        }
        Ok(self.keys())
    }
}
