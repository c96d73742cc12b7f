//! The signing keys: those that nobody has needed yet are made when somebody does.

use std::sync::Arc;

use chancery_core::env::Env;
use chancery_core::jose::Alg;
use chancery_core::keyring::{Keyring, rotation};
use chancery_core::write::Changed;
use chancery_store::StoreError;

use super::App;
use crate::failure::Failure;

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

    /// Writes something that is signed with `alg`. What takes long happens on a thread that may wait.
    pub async fn sign(
        self: &Arc<Self>,
        alg: Alg,
        write: impl FnOnce(&Env) -> Option<String> + Send + 'static,
    ) -> Result<String, Failure> {
        self.signing_keys().await?;
        let app = Arc::clone(self);
        let written = if alg.is_slow() {
            tokio::task::spawn_blocking(move || app.with_env(write)).await.ok().flatten()
        } else {
            app.with_env(write)
        };
        written.ok_or_else(|| Failure::Internal("an answer could not be signed".to_owned()))
    }
}
