//! The audit log.

use std::sync::Arc;

use chancery_core::audit::{Audited, Entry, Wanted};
use chancery_core::client::Actor;
use chancery_core::types::{AuditKey, Timestamp};
use chancery_core::write::Write;
use chancery_store::Store;

use super::sample::*;

async fn add(store: &Arc<dyn Store>, entries: impl IntoIterator<Item = Entry>) {
    let writes = entries.into_iter().map(|it| Write::Audit(Box::new(it))).collect();
    assert_eq!(store.commit(writes, NOW).await, Ok(vec![]));
}

async fn entries(store: &Arc<dyn Store>, wanted: Wanted) -> Vec<Entry> {
    read_audit(store, wanted).await.into_iter().map(|it| it.entry).collect()
}

/// Which entries are found, by their counts.
async fn numbers(store: &Arc<dyn Store>, wanted: Wanted) -> Vec<u32> {
    entries(store, wanted).await.into_iter().map(|it| it.count).collect()
}

fn of_kind(n: u32, kind: &str) -> Entry {
    Entry { kind: kind.to_owned(), ..entry(n) }
}

pub async fn every_field_reads_back(store: Arc<dyn Store>) {
    let bare = Entry {
        kind: String::new(),
        actor: None,
        client: None,
        entity: None,
        address: None,
        correlation: None,
        detail: None,
        at: Timestamp::from_millis(i64::MIN),
        ..entry(0)
    };
    let other = Entry {
        kind: UNICODE.to_owned(),
        actor: Some(Actor::Client(client_id(9))),
        entity: Some((UNICODE.to_owned(), String::new())),
        address: Some("192.0.2.7".parse().expect("an address")),
        correlation: Some(String::new()),
        detail: Some(String::new()),
        at: Timestamp::from_millis(i64::MAX),
        ..entry(u32::MAX)
    };
    add(&store, [entry(1), bare.clone(), other.clone()]).await;
    assert_eq!(entries(&store, all_of(1)).await, [other, entry(1), bare]);
}

pub async fn they_are_listed_newest_first(store: Arc<dyn Store>) {
    let at = |n, at| Entry { at, ..entry(n) };
    add(&store, [at(1, NOW), at(2, after(NOW)), at(3, before(NOW)), at(4, NOW)]).await;
    assert_eq!(numbers(&store, all_of(1)).await, [2, 4, 1, 3]);
}

pub async fn every_entry_has_a_key_of_its_own(store: Arc<dyn Store>) {
    let one = || vec![Write::Audit(Box::new(entry(1)))];
    let results = race(&[Arc::clone(&store)], 64, |_| [one(), one()].concat()).await;
    assert_eq!(winners(&results), 64);
    let mut keys: Vec<_> = read_audit(&store, all_of(1)).await.into_iter().map(|it| it.key).collect();
    assert_eq!(keys.len(), 128);
    keys.dedup();
    assert_eq!(keys.len(), 128);
    // Nor does an entry that is gone leave its key to another, which a cursor would take for the first.
    assert_eq!(store.sweep(LONG_AGO, after(NOW), 1000).await, Ok(128));
    add(&store, [entry(1)]).await;
    assert!(!keys.contains(&read_audit(&store, all_of(1)).await[0].key));
}

pub async fn those_of_other_organizations_are_not_listed(store: Arc<dyn Store>) {
    let foreign = Entry { organization: organization_id(2), ..entry(2) };
    add(&store, [entry(1), foreign.clone()]).await;
    assert_eq!(entries(&store, all_of(1)).await, [entry(1)]);
    assert_eq!(entries(&store, all_of(2)).await, [foreign]);
    assert_eq!(entries(&store, all_of(3)).await, []);
}

pub async fn pages_lose_none_and_repeat_none(store: Arc<dyn Store>) {
    // Many at the same moment, and keys that are not in the order of the times.
    let times = [NOW, after(NOW), NOW, NOW, before(NOW), NOW, after(NOW), before(NOW), NOW, NOW];
    add(&store, (1..).zip(times).map(|(n, at)| Entry { at, ..entry(n) })).await;
    add(&store, [Entry { organization: organization_id(2), ..entry(99) }]).await;
    let whole = read_audit(&store, all_of(1)).await;
    assert_eq!(whole.len(), times.len());
    for limit in 1..=11 {
        let (mut paged, mut before): (Vec<Audited>, _) = (Vec::new(), None);
        loop {
            let page = read_audit(&store, Wanted { before, limit, ..all_of(1) }).await;
            let Some(last) = page.last() else { break };
            assert!(page.len() <= limit as usize);
            before = Some((last.entry.at, last.key));
            paged.extend(page);
        }
        assert_eq!(paged, whole, "pages of {limit}");
    }
}

pub async fn a_page_stays_where_it_is_when_others_come(store: Arc<dyn Store>) {
    add(&store, (1..=4).map(entry)).await;
    let first = read_audit(&store, Wanted { limit: 2, ..all_of(1) }).await;
    let before = Some((first[1].entry.at, first[1].key));
    add(&store, [entry(5), Entry { at: after(NOW), ..entry(6) }]).await;
    assert_eq!(numbers(&store, Wanted { before, ..all_of(1) }).await, [2, 1]);
    // The one that the cursor names may go meanwhile.
    let nowhere = Some((NOW, AuditKey(i64::MIN)));
    assert_eq!(numbers(&store, Wanted { before: nowhere, ..all_of(1) }).await, [0; 0]);
    let later = Some((NOW, AuditKey(i64::MAX)));
    assert_eq!(numbers(&store, Wanted { before: later, ..all_of(1) }).await, [5, 4, 3, 2, 1]);
}

pub async fn at_most_so_many_are_listed(store: Arc<dyn Store>) {
    add(&store, (1..=3).map(entry)).await;
    for (limit, found) in [(0, &[][..]), (1, &[3]), (2, &[3, 2]), (3, &[3, 2, 1]), (4, &[3, 2, 1])] {
        assert_eq!(numbers(&store, Wanted { limit, ..all_of(1) }).await, found);
    }
}

pub async fn a_time_holds_from_its_beginning_until_before_its_end(store: Arc<dyn Store>) {
    let times = [before(NOW), NOW, after(NOW)];
    add(&store, (1..).zip(times).map(|(n, at)| Entry { at, ..entry(n) })).await;
    let end = Timestamp::from_millis(i64::MAX);
    let beginning = Timestamp::from_millis(i64::MIN);
    for (from, until, found) in [
        (Some(NOW), None, &[3, 2][..]),
        (None, Some(NOW), &[1]),
        (Some(NOW), Some(after(NOW)), &[2]),
        (Some(NOW), Some(NOW), &[]),
        (Some(after(NOW)), Some(NOW), &[]),
        (Some(beginning), Some(end), &[3, 2, 1]),
        (Some(end), None, &[]),
        (None, Some(beginning), &[]),
    ] {
        assert_eq!(numbers(&store, Wanted { from, until, ..all_of(1) }).await, found, "{from:?} {until:?}");
    }
    // Whichever of the end and the cursor comes first.
    let key = AuditKey(i64::MIN);
    for (until, before, found) in
        [(NOW, after(NOW), &[1][..]), (after(NOW), NOW, &[1]), (after(NOW), after(NOW), &[2, 1])]
    {
        let wanted = Wanted { until: Some(until), before: Some((before, key)), ..all_of(1) };
        assert_eq!(numbers(&store, wanted).await, found);
    }
}

pub async fn a_kind_covers_itself_and_what_is_below_it(store: Arc<dyn Store>) {
    let kinds = [
        "client",
        "client.created",
        "client.secret.added",
        "clients",
        "client-x",
        "client.",
        "Client.created",
        "cli%t.x",
        "cliXXt.x",
        "é.x",
        "%",
        "%.x",
        "_",
        "_.x",
        "",
        ".x",
        "client\\.x",
        UNICODE,
    ];
    add(&store, (0..).zip(kinds).map(|(n, kind)| of_kind(n, kind))).await;
    let below = format!("{UNICODE}.x");
    add(&store, [of_kind(18, &below)]).await;
    for (kind, found) in [
        ("client", &[5, 2, 1, 0][..]),
        ("client.created", &[1]),
        ("client.secret", &[2]),
        ("client.", &[5]),
        ("clien", &[]),
        ("Client", &[6]),
        ("cli%t", &[7]),
        ("cli__t", &[]),
        ("%", &[11, 10]),
        ("_", &[13, 12]),
        ("é", &[9]),
        ("", &[15, 14]),
        (UNICODE, &[18, 17]),
        ("*", &[]),
        ("client\0", &[]),
    ] {
        let wanted = Wanted { kind: Some(kind.to_owned()), ..all_of(1) };
        assert_eq!(numbers(&store, wanted).await, found, "{kind}");
    }
}

pub async fn all_that_is_wanted_is_wanted_at_once(store: Arc<dyn Store>) {
    let actors = [None, Some(Actor::User(user_id(1))), Some(Actor::Client(client_id(1)))];
    let clients = [None, Some(client_id(1)), Some(client_id(2))];
    let kinds = [None, Some("client"), Some("user.created")];
    let times = [None, Some(NOW), Some(after(NOW))];
    let mut all = Vec::new();
    for (actor, client) in actors.iter().flat_map(|actor| clients.map(|client| (*actor, client))) {
        for (kind, at) in
            ["client.created", "user.created"].map(|kind| [(kind, NOW), (kind, after(NOW))]).concat()
        {
            let number = u32::try_from(all.len()).expect("small");
            all.push(Entry { actor, client, at, ..of_kind(number, kind) });
        }
    }
    add(&store, all.clone()).await;
    all.sort_by_key(|it| std::cmp::Reverse((it.at, it.count)));
    let who = actors.iter().flat_map(|actor| clients.map(|client| (*actor, client)));
    for (actor, client) in who {
        for (kind, from) in kinds.iter().flat_map(|kind| times.map(|from| (*kind, from))) {
            let subject = actor.map(Actor::subject);
            let kind_of = kind.map(str::to_owned);
            let wanted = Wanted { actor: subject, client, kind: kind_of, from, ..all_of(1) };
            let mut expected = all.clone();
            expected.retain(|it| {
                actor.is_none_or(|actor| it.actor == Some(actor))
                    && client.is_none_or(|client| it.client == Some(client))
                    && kind.is_none_or(|kind| it.kind.starts_with(kind))
                    && from.is_none_or(|from| it.at >= from)
            });
            assert_eq!(entries(&store, wanted.clone()).await, expected, "{wanted:?}");
        }
    }
}

/// Both have UUIDs: whoever asks need not know which it was, nor whether it is still there.
pub async fn whoever_acted_is_found_by_the_id_alone(store: Arc<dyn Store>) {
    let actor = |actor| Entry { actor: Some(actor), ..entry(0) };
    let by_user = Entry { count: 2, ..actor(Actor::User(user_id(7))) };
    let by_client = Entry { count: 3, ..actor(Actor::Client(client_id(7))) };
    add(&store, [entry(1), by_user, by_client]).await;
    for (subject, found) in [(user_id(7).into(), [2]), (client_id(7).into(), [3])] {
        assert_eq!(numbers(&store, Wanted { actor: Some(subject), ..all_of(1) }).await, found);
    }
}
