//! The audit log.

use chancery_core::audit::{Audited, Entry, Wanted};
use chancery_core::client::Actor;
use chancery_core::types::AuditKey;

use super::State;

impl State {
    pub fn add_to_audit(&mut self, entry: Entry) {
        self.last_audited += 1;
        let key = AuditKey(self.last_audited);
        self.audit.insert(key, Audited { key, entry });
    }

    /// The newest first.
    pub fn audited(&self, wanted: &Wanted) -> Vec<Audited> {
        let mut found: Vec<_> = self.audit.values().filter(|it| is_wanted(it, wanted)).cloned().collect();
        found.sort_by_key(|it| std::cmp::Reverse((it.entry.at, it.key)));
        found.into_iter().zip(0..wanted.limit).map(|(it, _)| it).collect()
    }
}

fn is_wanted(it: &Audited, wanted: &Wanted) -> bool {
    let entry = &it.entry;
    let of_kind = |kind: &String| {
        entry.kind.strip_prefix(kind.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    entry.organization == wanted.organization
        && wanted.from.is_none_or(|from| from <= entry.at)
        && wanted.until.is_none_or(|until| entry.at < until)
        && wanted.before.is_none_or(|before| (entry.at, it.key) < before)
        && wanted.actor.is_none_or(|actor| entry.actor.map(Actor::subject) == Some(actor))
        && wanted.client.is_none_or(|client| entry.client == Some(client))
        && wanted.kind.as_ref().is_none_or(of_kind)
}
