//! What the store does with sessions, consents, tickets and families.

use super::Tenant;
use super::rows::{Conflict, demand};
use crate::consent::Consent;
use crate::family::Family;
use crate::session::Session;
use crate::ticket::Ticket;
use crate::types::{CodeId, FamilyKey, SessionKey, TicketKey};
use crate::write::Write;

impl Tenant {
    /// The next key, of whatever kind.
    fn key(&mut self) -> i64 {
        self.made += 1;
        self.made
    }

    /// The family that came of a code.
    pub(crate) fn family_of(&self, code: CodeId) -> Option<&Family> {
        self.families.values().find(|family| family.origin.code == Some(code))
    }

    /// Whether what a token request would write first finds the world changed.
    pub(super) fn conflicts(&self, write: &Write) -> bool {
        match write {
            Write::CreateFamily(it) => it.code.is_some_and(|code| self.family_of(code).is_some()),
            Write::Advance { key, began, generation, at } => !self.families.get(key).is_some_and(|it| {
                it.origin.created_at == *began && it.generation == *generation && it.is_live(*at)
            }),
            _ => false,
        }
    }

    pub(super) fn write_of_person(&mut self, write: Write) -> Result<(), Conflict> {
        demand(!self.conflicts(&write))?;
        match write {
            Write::CreateTicket(content) => {
                let key = TicketKey(self.key());
                self.tickets.insert(key, Ticket { key, content, spent_at: None });
            }
            Write::Spend(key, at) => {
                let ticket = self.tickets.get_mut(&key).filter(|ticket| ticket.is_live(at));
                ticket.ok_or(Conflict)?.spent_at = Some(at);
            }
            Write::CreateFamily(origin) => {
                let (key, rotated_at) = (FamilyKey(self.key()), origin.created_at);
                let family = Family {
                    key,
                    origin,
                    generation: 0,
                    rotated_at,
                    revoked_at: None,
                    last_used_at: None,
                    version: 1,
                };
                self.families.insert(key, family);
            }
            Write::Advance { key, generation, at, .. } => {
                let family = self.families.get_mut(&key).ok_or(Conflict)?;
                (family.generation, family.rotated_at) = (generation + 1, at);
                family.version += 1;
            }
            Write::RevokeFamily(key, at) => {
                if let Some(family) = self.families.get_mut(&key) {
                    family.revoked_at = family.revoked_at.or(Some(at));
                    family.version += 1;
                }
            }
            Write::CreateSession(origin) => {
                let (key, seen_at) = (SessionKey(self.key()), origin.created_at);
                self.sessions.insert(key, Session { key, origin, seen_at });
            }
            Write::EndSession(key) => drop(self.sessions.remove(&key)),
            Write::EndSessions(user, but) => {
                self.sessions.retain(|key, session| session.origin.user != user || Some(*key) == but);
            }
            Write::CreateConsent(it) => {
                demand(!self.consents.contains_key(&(it.user, it.client)))?;
                self.consents.insert((it.user, it.client), it);
            }
            Write::ReplaceConsent(it) => {
                let known = self.consents.get_mut(&(it.user, it.client));
                let known = known.filter(|known| known.version == it.version).ok_or(Conflict)?;
                *known = Consent { version: it.version + 1, ..it };
            }
            Write::RecordLogin(id, at) => {
                self.users.get_mut(&id).ok_or(Conflict)?.last_login_at = Some(at);
            }
            Write::Audit(entry) => self.audit.push(*entry),
            Write::Revoke(it) => self.revoked.push(it),
            Write::UseAssertion(key, _) => demand(self.assertions.insert(key))?,
            other => panic!("no decision on an organization writes {other:?}"),
        }
        Ok(())
    }
}
