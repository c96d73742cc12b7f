//! Intervals, buckets and ids of usage queries.

use proptest::prelude::*;

use super::*;
use crate::env::fixed::Counting;

fn day(text: &str) -> Day {
    Day::from_date(text.parse().expect("a date")).expect("a day")
}

fn client() -> ClientId {
    ClientId::random(&Counting::new(1))
}

fn query(from: &str, until: &str, granularity: Option<Granularity>) -> Query {
    Query {
        client: client(),
        from: day(from),
        until: day(until),
        granularity,
        group_by: Vec::new(),
        metrics: Vec::new(),
    }
}

fn count(date: &str, template: &str, method: &str, status: u16) -> UsageCount {
    let mut tally = Tally::default();
    tally.count(status);
    let (template, method) = (template.to_owned(), method.to_owned());
    UsageCount { client: client(), day: day(date), template, method, tally }
}

#[test]
fn an_interval_covers_whole_days_in_utc() {
    for (text, from, until) in [
        ("2024-02-28/2024-03-01", "2024-02-28", "2024-03-01"),
        ("2024-02-28T00:00:00.000Z/2024-03-01T00:00:00.000Z", "2024-02-28", "2024-03-01"),
        (" 2024-02-28 / 2024-03-01 ", "2024-02-28", "2024-03-01"),
        // An end within a day takes the day in; a start within a day does too.
        ("2024-02-28T23:59:59Z/2024-03-01T00:00:00.001Z", "2024-02-28", "2024-03-02"),
        ("2024-02-28T10:00Z/2024-02-28T10:01Z", "2024-02-28", "2024-02-29"),
        // Without an offset it is UTC.
        ("2024-02-28T23:30:00/2024-02-29T00:00:00", "2024-02-28", "2024-02-29"),
        ("2024-02-28T23:30/2024-03-01", "2024-02-28", "2024-03-01"),
        // With one, the day can be another.
        ("2024-03-31T00:00:00+02:00/2024-04-01T00:00:00+02:00", "2024-03-30", "2024-04-01"),
        ("2024-03-30T20:00:00-05:00/2024-03-31T19:00:00-05:00", "2024-03-31", "2024-04-01"),
        ("2023-12-31T23:00:00-01:00/2024-01-02", "2024-01-01", "2024-01-02"),
        ("1969-12-31/1970-01-01", "1969-12-31", "1970-01-01"),
        ("2023-01-01/2024-02-05", "2023-01-01", "2024-02-05"),
    ] {
        assert_eq!(Query::interval(text), Ok((day(from), day(until))), "{text}");
    }
}

#[test]
fn an_interval_has_two_dates_in_order_and_400_days_at_most() {
    let (date, constraint) = (ApiCode::InvalidDate, ApiCode::ConstraintValidation);
    for (text, code) in [
        ("", date),
        ("2024-02-28", date),
        ("2024-02-28/", date),
        ("/2024-02-28", date),
        ("2024-02-28/2024-02-29/2024-03-01", date),
        ("2023-02-28/2023-02-29", date),
        ("2024-13-01/2024-14-01", date),
        ("2024-02-28T25:00:00Z/2024-03-01", date),
        ("2024-02-28/P7D", date),
        ("yesterday/today", date),
        ("2024-02-28/2024-03-01T00:00:00+99:00", date),
        ("-9999-01-01/9999-12-31", date),
        ("2024-02-28/2024-02-28", constraint),
        ("2024-03-01/2024-02-28", constraint),
        ("2024-02-28T10:00:00+02:00/2024-02-28T08:00:00Z", constraint),
        ("2023-01-01/2024-02-06", constraint),
        ("0001-01-01/9999-12-30", constraint),
    ] {
        let error = Query::interval(text).expect_err(text);
        assert_eq!((error.code, error.field.as_deref()), (code, Some("interval")), "{text}");
    }
}

#[test]
fn a_row_begins_where_its_day_week_or_month_does() {
    let (days, weeks, months) = (Granularity::Day, Granularity::Week, Granularity::Month);
    for (granularity, date, start) in [
        (days, "2024-02-29", "2024-02-29"),
        (weeks, "2024-02-26", "2024-02-26"),
        (weeks, "2024-02-29", "2024-02-26"),
        (weeks, "2024-03-03", "2024-02-26"),
        (weeks, "2024-03-04", "2024-03-04"),
        (weeks, "2025-01-01", "2024-12-30"),
        (weeks, "1970-01-01", "1969-12-29"),
        (weeks, "1969-12-28", "1969-12-22"),
        (months, "2024-02-29", "2024-02-01"),
        (months, "2024-03-01", "2024-03-01"),
        (months, "2024-12-31", "2024-12-01"),
        (months, "1969-12-31", "1969-12-01"),
    ] {
        let query = query("1969-01-01", "2026-01-01", Some(granularity));
        let rows = query.gather(&[count(date, "/a", "GET", 200)]);
        assert_eq!(
            rows.iter().map(|row| row.day).collect::<Vec<_>>(),
            [day(start)],
            "{granularity:?} {date}"
        );
    }
}

#[test]
fn what_is_outside_of_the_interval_is_left_out() {
    let dates = ["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"];
    let counts = dates.map(|date| count(date, "/a", "GET", 200));
    let rows = query("2024-02-29", "2024-03-02", None).gather(&counts);
    let [row] = &rows[..] else { panic!("one row: {rows:?}") };
    assert_eq!((row.day, row.tally.requests()), (day("2024-02-29"), 2));
    assert_eq!(query("2024-02-29", "2024-03-02", None).gather(&[]), []);
}

#[test]
fn rows_are_told_apart_by_what_was_asked_for() {
    let counts = [
        count("2024-01-02", "/b", "GET", 200),
        count("2024-01-01", "/a", "POST", 404),
        count("2024-01-01", "/a", "GET", 200),
        count("2024-01-01", "/a", "GET", 500),
    ];
    let rows = |granularity, group_by: &[GroupBy]| {
        let query = Query { group_by: group_by.to_vec(), ..query("2024-01-01", "2024-02-01", granularity) };
        let row =
            |row: Row| format!("{} {} {} {}", row.day.0, row.template, row.method, row.tally.requests());
        query.gather(&counts).into_iter().map(row).collect::<Vec<_>>()
    };
    let first = day("2024-01-01").0;
    let both = [GroupBy::Method, GroupBy::Template];
    assert_eq!(rows(None, &[]), [format!("{first}   4")]);
    assert_eq!(rows(None, &[GroupBy::Client, GroupBy::Organization]), [format!("{first}   4")]);
    assert_eq!(rows(None, &[GroupBy::Template]), [format!("{first} /a  3"), format!("{first} /b  1")]);
    assert_eq!(
        rows(Some(Granularity::Day), &both),
        [format!("{first} /a GET 2"), format!("{first} /a POST 1"), format!("{} /b GET 1", first + 1)]
    );
}

#[test]
fn an_answer_is_counted_in_its_hundred() {
    let mut tally = Tally::default();
    for status in [200, 204, 304, 400, 404, 429, 429, 500, 503] {
        tally.count(status);
    }
    let expected = Tally { status200: 2, status300: 1, status400: 4, status500: 2, status429: 2 };
    assert_eq!((tally, tally.requests()), (expected, 9));
    tally.add(&expected);
    assert_eq!((tally.status429, tally.requests()), (4, 18));
}

#[test]
fn a_query_shows_what_was_asked_for_or_everything() {
    let asked = Query { metrics: vec![Metric::Status429], ..query("2024-01-01", "2024-01-02", None) };
    assert_eq!((asked.shows(Metric::Status429), asked.shows(Metric::Requests)), (true, false));
    let all = query("2024-01-01", "2024-01-02", None);
    assert!(Metric::ALL.iter().all(|(metric, _)| all.shows(*metric)));
}

#[test]
fn an_id_that_no_query_has_is_refused() {
    let good = query("2024-01-01", "2024-01-02", Some(Granularity::Day));
    let id = good.id();
    assert_eq!(Query::from_id(&id), Some(good.clone()));
    let mut forged =
        vec![String::new(), "x".to_owned(), "....".to_owned(), format!("{id}A"), format!("{id}=")];
    forged.push(id[..id.len() - 1].to_owned());
    forged.push(id.to_uppercase());
    // The same query with something after it.
    let longer = [crate::jose::from_base64url(&id).expect("base64url"), vec![0]].concat();
    forged.push(crate::jose::base64url(&longer));
    let span = |from, until| Query { from: Day(from), until: Day(until), ..good.clone() }.id();
    forged.extend([span(5, 5), span(6, 5), span(0, KEPT_DAYS + 1), span(i64::MIN, i64::MAX)]);
    for id in forged {
        assert_eq!(Query::from_id(&id), None, "{id}");
    }
}

#[test]
fn an_id_of_a_time_that_never_comes_gathers_nothing_and_breaks_nothing() {
    for (from, until) in [(i64::MIN, i64::MIN + 1), (i64::MAX - 1, i64::MAX)] {
        for granularity in [None, Some(Granularity::Day), Some(Granularity::Week), Some(Granularity::Month)] {
            let odd = Query {
                from: Day(from),
                until: Day(until),
                ..query("2024-01-01", "2024-01-02", granularity)
            };
            let odd = Query::from_id(&odd.id()).expect("a span of one day");
            assert_eq!(odd.gather(&[count("2024-01-01", "/a", "GET", 200)]), []);
        }
    }
}

fn any_query() -> impl Strategy<Value = Query> {
    let pick = |all: usize| proptest::collection::vec(0..all, 0..all);
    (any::<u128>(), -800_000..2_900_000_i64, 1..=KEPT_DAYS, 0..4_usize, pick(4), pick(6)).prop_map(
        |(client, from, days, granularity, groups, metrics)| Query {
            client: ClientId::from(uuid::Uuid::from_u128(client)),
            from: Day(from),
            until: Day(from + days),
            granularity: Granularity::ALL.get(granularity).map(|(it, _)| *it),
            group_by: groups.into_iter().map(|pick| GroupBy::ALL[pick].0).collect(),
            metrics: metrics.into_iter().map(|pick| Metric::ALL[pick].0).collect(),
        },
    )
}

proptest! {
    #[test]
    fn an_id_reads_back_and_goes_into_a_path(query in any_query()) {
        let id = query.id();
        prop_assert!(id.len() < 128 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        prop_assert_eq!(Query::from_id(&id), Some(query));
    }

    #[test]
    fn whatever_is_sent_as_an_id_is_a_query_of_that_id_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let id = crate::jose::base64url(&bytes);
        if let Some(query) = Query::from_id(&id) {
            prop_assert_eq!(query.id(), id);
            prop_assert!(query.from < query.until);
        }
    }

    #[test]
    fn whatever_is_sent_as_an_interval_is_refused_or_in_order(text in "[-+0-9TZ:./ ]{0,60}") {
        if let Ok((from, until)) = Query::interval(&text) {
            prop_assert!((1..=KEPT_DAYS).contains(&(until.0 - from.0)));
        }
    }

    #[test]
    fn no_count_is_lost_and_a_bucket_holds_its_day(query in any_query(), offsets in proptest::collection::vec(0..KEPT_DAYS, 0..20)) {
        let days: Vec<Day> = offsets.iter().map(|offset| Day(query.from.0 + offset)).collect();
        let counts: Vec<_> = days.iter().map(|day| UsageCount { day: *day, ..count("1970-01-01", "/a", "GET", 200) }).collect();
        let rows = query.gather(&counts);
        let inside = days.iter().filter(|day| **day < query.until).count() as u64;
        prop_assert_eq!(rows.iter().map(|row| row.tally.requests()).sum::<u64>(), inside);
        prop_assert!(rows.is_sorted_by_key(|row| row.day));
        let longest = match query.granularity { None => KEPT_DAYS, Some(Granularity::Day) => 1, Some(Granularity::Week) => 7, Some(Granularity::Month) => 31 };
        for row in rows {
            prop_assert!(days.iter().any(|day| (0..longest).contains(&(day.0 - row.day.0))));
        }
    }
}
