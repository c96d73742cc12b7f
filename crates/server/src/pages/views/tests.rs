//! Every page in every language, with what people and attackers may be called.

use std::collections::BTreeSet;

use askama::Template;
use chancery_core::types::Timestamp;

use super::*;
use crate::config::Branding;
use crate::pages::brand::Brand;
use crate::pages::texts::{self, Texts};

const NOTICES: &[AccountNotice] = &[
    AccountNotice::SessionEnded,
    AccountNotice::OthersEnded,
    AccountNotice::ConsentRevoked,
    AccountNotice::PasswordChanged,
    AccountNotice::WrongPassword,
    AccountNotice::PasswordRefused(PasswordRefusal::TooShort { least: 12 }),
    AccountNotice::PasswordRefused(PasswordRefusal::Common),
    AccountNotice::PasswordRefused(PasswordRefusal::Reused),
    AccountNotice::PasswordRefused(PasswordRefusal::TooYoung),
    AccountNotice::PasswordRefused(PasswordRefusal::Letters),
    AccountNotice::PasswordRefused(PasswordRefusal::Digits),
    AccountNotice::PasswordRefused(PasswordRefusal::Specials),
    AccountNotice::PasswordRefused(PasswordRefusal::Lowercase),
    AccountNotice::PasswordRefused(PasswordRefusal::Uppercase),
    AccountNotice::PasswordRefused(PasswordRefusal::NotAcceptable),
    AccountNotice::Expired,
];

const PROBLEMS: &[LoginProblem] = &[
    LoginProblem::WrongCredentials,
    LoginProblem::TooManyAttempts { seconds: 0 },
    LoginProblem::TooManyAttempts { seconds: 600 },
    LoginProblem::Expired,
    LoginProblem::Busy,
];

fn brand() -> Brand {
    Brand::load(&Branding::default()).expect("a brand")
}

fn about(value: &str) -> About<'_> {
    About { logo: Some(value.to_owned()), policy: Some(value), terms: Some(value) }
}

fn login<'a>(
    t: &'static Texts,
    brand: &'a Brand,
    value: &'a str,
    problem: Option<LoginProblem>,
) -> LoginPage<'a> {
    LoginPage {
        t,
        brand,
        organization: value,
        app: value,
        about: about(value),
        email: value,
        form: value,
        csrf: value,
        problem,
        languages: languages(t, |tag| format!("login?lang={tag}&from={value}")),
    }
}

fn account<'a>(
    t: &'static Texts,
    brand: &'a Brand,
    value: &'a str,
    notice: Option<AccountNotice>,
) -> AccountPage<'a> {
    let moment = Moment(Timestamp::from_seconds(1_700_000_000));
    let session = |current| SessionRow {
        id: value.to_owned(),
        user_agent: value.to_owned(),
        address: value.to_owned(),
        since: moment,
        last_seen: moment,
        current,
    };
    let consent = ConsentRow {
        client_id: value.to_owned(),
        app: value.to_owned(),
        scopes: t.scopes(["openid", "users"]),
        since: moment,
    };
    AccountPage {
        t,
        brand,
        organization: value,
        user_name: value,
        user_email: value,
        sessions: vec![session(true), session(false)],
        consents: vec![consent],
        form: value,
        csrf: value,
        notice,
    }
}

fn consent<'a>(t: &'static Texts, brand: &'a Brand, value: &'a str) -> ConsentPage<'a> {
    ConsentPage {
        t,
        brand,
        organization: value,
        app: value,
        host: value,
        unchecked: true,
        user_name: value,
        user_email: value,
        scopes: t.scopes(["openid", "users:readonly", value]),
        about: about(value),
        form: value,
        csrf: value,
        other_account: value,
    }
}

fn choose<'a>(t: &'static Texts, brand: &'a Brand, value: &'a str) -> ChoosePage<'a> {
    let (organization, app, user_name, user_email) = (value, value, value, value);
    ChoosePage { t, brand, organization, app, user_name, user_email, go_on: value, other_account: value }
}

/// Every page there is, in every language, with `value` wherever a value stands.
fn all(value: &str) -> Vec<String> {
    let mut brand = brand();
    brand.name = value.to_owned();
    let mut pages = Vec::new();
    for t in texts::all() {
        let problems = PROBLEMS.iter().copied().map(Some).chain([None]);
        pages.extend(problems.map(|problem| login(t, &brand, value, problem).render()));
        pages.push(consent(t, &brand, value).render());
        pages.push(choose(t, &brand, value).render());
        pages.push(StayedPage { t, brand: &brand }.render());
        for app in [Some(value), None] {
            pages.push(LogOutPage { t, brand: &brand, app, form: value, csrf: value }.render());
        }
        for organization in [Some(value), None] {
            pages.push(LoggedOutPage { t, brand: &brand, organization }.render());
        }
        let each = PageProblem::ALL.iter();
        pages.extend(
            each.map(|problem| {
                ErrorPage { t, brand: &brand, problem: *problem, correlation: value }.render()
            }),
        );
        let notices = NOTICES.iter().copied().map(Some).chain([None]);
        pages.extend(notices.map(|notice| account(t, &brand, value, notice).render()));
    }
    pages.into_iter().map(|page| page.expect("a page")).collect()
}

#[test]
fn every_page_is_whole_in_every_language() {
    for page in all("Acme") {
        assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"), "{page}");
        assert_eq!(page.matches("<h1").count(), 1, "{page}");
        assert_eq!(page.matches("<main").count(), 1, "{page}");
        assert!(!page.contains('{') && !page.contains('}'), "a placeholder is left in {page}");
        let ids: Vec<_> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "an id stands twice: {ids:?}");
        assert_eq!(page.matches("<form").count(), page.matches("name=\"csrf\"").count(), "{page}");
    }
}

#[test]
fn whatever_a_value_is_it_stays_text() {
    let long = "W".repeat(256);
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' autofocus x='",
        "\u{202e}gpj",
        &long,
        "&amp;",
    ];
    let plain = all("Acme");
    for value in hostile {
        for (page, plain) in all(value).iter().zip(&plain) {
            let tags = |it: &str| it.matches('<').count();
            assert_eq!(tags(page), tags(plain), "{value} became markup in {page}");
            let quotes = |it: &str| it.matches('"').count();
            assert_eq!(quotes(page), quotes(plain), "{value} left its attribute in {page}");
            assert!(!page.contains("<script") && !page.contains("' autofocus"), "{page}");
        }
    }
    assert!(all("&amp;").iter().any(|page| page.contains("&#38;amp;")));
}

#[test]
fn a_form_that_sends_itself_has_one_script_and_leaves_values_as_they_are() {
    const SCRIPT: &str = r#"<script src="/pages/onward.js"></script>"#;
    for t in texts::all() {
        for value in ["Acme", "\"><script>alert(1)</script>", "' onclick=x"] {
            let members = [("code", value.to_owned()), ("state", value.to_owned())];
            let brand = brand();
            let page =
                OnwardPage { t, brand: &brand, action: "https://app.example/cb?a=1&b=2", members: &members };
            let page = page.render().expect("a page");
            assert_eq!((page.matches("<script").count(), page.matches(SCRIPT).count()), (1, 1), "{page}");
            assert_eq!((page.matches("<form").count(), page.matches("<input").count()), (1, 2), "{page}");
            assert!(page.contains("<button"), "for whoever runs no script: {page}");
            assert!(!page.contains('{') && !page.contains("alert(1)</"), "{page}");
        }
    }
}

#[test]
fn a_name_that_turns_the_direction_turns_its_own_only() {
    for page in all("\u{202e}gpj") {
        let body = page.split_once("<body>").expect("a body").1;
        for (at, _) in body.match_indices('\u{202e}') {
            let before = body[..at].rsplit('<').next().unwrap_or_default();
            let is_isolated = before.starts_with("bdi") && before.ends_with('>');
            let is_attribute = !before.contains('>');
            // What a scope or a device is called comes from this server, not from whoever asks.
            let is_own = before.starts_with("li>") || before.starts_with("code>");
            assert!(is_isolated || is_attribute || is_own, "<{before}");
        }
    }
}

#[test]
fn no_page_runs_a_script_or_loads_from_elsewhere() {
    for page in all("Acme") {
        for word in ["<script", "<style", " style=", "javascript:", "http:", "https:", "\"//", "url("] {
            assert!(!page.contains(word), "{word} in {page}");
        }
        let names = page.split(' ').filter_map(|part| part.split_once('=')).map(|(name, _)| name);
        let events: Vec<_> = names.filter(|name| name.starts_with("on")).collect();
        assert!(events.is_empty(), "{events:?}");
    }
    let css = include_str!("../../../assets/pages/pages.css");
    assert!(!css.contains("url(") && !css.contains("@import"));
}

#[test]
fn a_problem_is_announced_and_the_focus_lands_where_it_is_mended() {
    let (brand, t) = (brand(), texts::choose(Some("en"), None, None));
    let focused = |page: &str| {
        let at = page.find(" autofocus").expect("a focus");
        let tag = page[..at].rsplit('<').next().unwrap_or_default();
        tag.split('"').nth(1).unwrap_or_default().to_owned()
    };
    let fresh = login(t, &brand, "", None).render().expect("a page");
    assert_eq!(focused(&fresh), "email");
    assert!(!fresh.contains("role=\"alert\"") && !fresh.contains("aria-invalid"));
    let wrong = login(t, &brand, "ann@acme.example", Some(LoginProblem::WrongCredentials));
    let wrong = wrong.render().expect("a page");
    assert_eq!(focused(&wrong), "password");
    assert!(wrong.contains("id=\"problem\" role=\"alert\"") && wrong.contains("<title>Problem: Sign in"));
    assert_eq!(wrong.matches("aria-describedby=\"problem\"").count(), 2);
    assert_eq!(wrong.matches("aria-invalid").count(), 2);
    for (notice, field) in [
        (AccountNotice::WrongPassword, "old_password"),
        (AccountNotice::PasswordRefused(PasswordRefusal::Common), "new_password"),
    ] {
        let page = account(t, &brand, "Acme", Some(notice)).render().expect("a page");
        assert_eq!(focused(&page), field);
        assert_eq!(page.matches("role=\"alert\"").count(), 1);
    }
}

#[test]
fn to_deny_is_as_easy_as_to_allow() {
    let (brand, t) = (brand(), texts::choose(Some("en"), None, None));
    let page = consent(t, &brand, "Acme").render().expect("a page");
    let button = |value: &str| {
        let at = page.find(&format!("name=\"decision\" value=\"{value}\"")).expect(value);
        page[..at].rsplit('<').next().unwrap_or_default().to_owned()
    };
    assert_eq!(button("deny"), button("allow"));
}

#[test]
fn a_logo_takes_the_place_of_seal_and_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("logo.svg");
    std::fs::write(&path, "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").expect("written");
    let branding = Branding { name: "Acme".to_owned(), logo: Some(path), ..Branding::default() };
    let brand = Brand::load(&branding).expect("a brand").at("https://id.example/auth");
    let t = texts::choose(Some("en"), None, None);
    let page = LoggedOutPage { t, brand: &brand, organization: None }.render().expect("a page");
    assert!(page.contains("<img class=\"logo\" src=\"/auth/pages/logo\" alt=\"Acme\">"), "{page}");
    assert!(!page.contains("class=\"seal\""));
}

#[test]
fn nobody_is_told_to_wait_one_second() {
    let t = texts::choose(Some("en"), None, None);
    for (seconds, words) in
        [(0, "in 2 seconds"), (89, "in 89 seconds"), (90, "in 2 minutes"), (601, "in 11 minutes")]
    {
        let text = LoginProblem::TooManyAttempts { seconds }.text(t);
        assert!(text.contains(words), "{seconds}: {text}");
    }
}
