//! Usage counts.

use std::sync::Arc;

use chancery_core::usage::{Day, Tally, UsageCount};
use chancery_core::write::Write;
use chancery_store::Store;

use super::sample::*;

fn today() -> Day {
    Day::of(NOW)
}

/// Days after today, or before it.
fn day(offset: i64) -> Day {
    Day(today().0 + offset)
}

async fn count<const N: usize>(store: &Arc<dyn Store>, counts: [UsageCount; N]) {
    commit(store, [Write::CountUsage(counts.into())]).await;
}

pub async fn every_field_reads_back(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    let most = u64::try_from(i64::MAX).expect("positive");
    let full = UsageCount {
        template: UNICODE.to_owned(),
        method: String::new(),
        day: Day(-1),
        tally: Tally { status200: most, status300: 0, status400: most - 1, status500: 7, status429: 5 },
        ..usage(1)
    };
    count(&store, [usage(1), full.clone()]).await;
    assert_eq!(read_usage(&store, 1).await, vec![full, usage(1)]);
}

pub async fn the_same_adds_up(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    let tally =
        Tally { status200: 10, status300: 100, status400: 1000, status500: 10_000, status429: 100_000 };
    let more = UsageCount { tally, ..usage(1) };
    count(&store, [usage(1), more.clone()]).await;
    count(&store, [more]).await;
    count(&store, []).await;
    let tally =
        Tally { status200: 21, status300: 202, status400: 2003, status500: 20_004, status429: 200_005 };
    assert_eq!(read_usage(&store, 1).await, vec![UsageCount { tally, ..usage(1) }]);
}

pub async fn what_differs_is_counted_apart(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    create_client(&store, client(2)).await;
    let own = [
        usage(1),
        UsageCount { method: "POST".to_owned(), ..usage(1) },
        UsageCount { template: "/api/v2/z".to_owned(), ..usage(1) },
        UsageCount { day: day(1), ..usage(1) },
    ];
    count(&store, own.clone()).await;
    count(&store, [usage(2)]).await;
    assert_eq!(read_usage(&store, 1).await, own);
    assert_eq!(read_usage(&store, 2).await, vec![usage(2)]);
}

pub async fn a_client_that_is_gone_counts_no_more(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    count(&store, [usage(2), usage(1)]).await;
    assert_eq!(read_usage(&store, 2).await, vec![]);
    assert_eq!(read_usage(&store, 1).await, vec![usage(1)]);
}

pub async fn a_deleted_client_takes_its_counts_along(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    create_client(&store, client(2)).await;
    count(&store, [usage(1), UsageCount { day: day(-9), ..usage(1) }, usage(2)]).await;
    commit(&store, [Write::DeleteClient(organization_id(1), client_id(1))]).await;
    create_client(&store, client(1)).await;
    assert_eq!(read_usage(&store, 1).await, vec![]);
    assert_eq!(read_usage(&store, 2).await, vec![usage(2)]);
}

pub async fn the_last_day_does_not_belong_to_what_is_asked_for(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    for offset in -2..=2 {
        count(&store, [UsageCount { day: day(offset), ..usage(1) }]).await;
    }
    for (from, until, found) in
        [(-1, 2, 3), (-9, 9, 5), (0, 1, 1), (0, 0, 0), (1, -1, 0), (3, 9, 0), (-9, -2, 0)]
    {
        let counts = store.usage(client_id(1), day(from), day(until)).await.expect("counts");
        assert_eq!(counts.len(), found, "{from} to {until}");
        assert!(counts.iter().all(|it| day(from) <= it.day && it.day < day(until)), "{counts:?}");
    }
}

pub async fn no_count_of_64_at_once_is_lost(store: Arc<dyn Store>) {
    create_client(&store, client(1)).await;
    let one = Tally { status200: 1, ..Tally::default() };
    let counted = UsageCount { tally: one, ..usage(1) };
    let results =
        race(&[Arc::clone(&store)], 64, |_| vec![Write::CountUsage(vec![counted.clone(); 2])]).await;
    assert_eq!(winners(&results), 64);
    assert_eq!(read_usage(&store, 1).await[0].tally, Tally { status200: 128, ..one });
}
