//! Writes every page for people, in every language, into the folder that is named: to look at, and for other programs to
//! check. Open `index.html` there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use askama::Template;
use chancery_core::types::Timestamp;
use chancery_server::config::Branding;
use chancery_server::pages::brand::Brand;
use chancery_server::pages::texts::{self, Texts};
use chancery_server::pages::views::*;

const SEAL: &str = include_str!("../assets/docs/seal.svg");
const CSS: &str = include_str!("../assets/pages/pages.css");
const AGENTS: &[&str] = &[
    "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile/15E148 Safari/604.1",
    "curl/8.5.0",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("Name a folder.")?);
    let mut index = String::from("<!doctype html>\n<html lang=\"en\"><title>Pages</title><ul>\n");
    let brands = [("", Branding::default()), ("blue-", blue()?)];
    for (prefix, branding) in brands {
        let brand = Brand::load(&branding)?.at("");
        for t in texts::all() {
            for (name, page) in pages(t, &brand)? {
                let name = format!("{prefix}{name}.{}.html", t.tag);
                // Below a folder, so that links from the root of the server lead to the copies.
                let page = page.replace("href=\"/", "href=\"").replace("src=\"/", "src=\"");
                let page = page.replace("pages/brand.css", &format!("pages/{prefix}brand.css"));
                write(&folder, &name, page.as_bytes())?;
                writeln!(index, "<li><a href=\"{name}\">{name}</a>")?;
            }
        }
        write(&folder, &format!("pages/{prefix}brand.css"), brand.css().as_bytes())?;
    }
    write(&folder, "index.html", index.as_bytes())?;
    write(&folder, "pages/pages.css", CSS.as_bytes())?;
    write(&folder, "docs/seal.svg", SEAL.as_bytes())?;
    Ok(())
}

fn blue() -> Result<Branding, &'static str> {
    Ok(Branding { name: "Acme Identity".to_owned(), accent: Some("#005a9c".parse()?), ..Branding::default() })
}

fn write(folder: &std::path::Path, name: &str, text: &[u8]) -> std::io::Result<()> {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
    std::fs::write(path, text)
}

fn pages(t: &'static Texts, brand: &Brand) -> Result<BTreeMap<String, String>, askama::Error> {
    let mut pages = BTreeMap::new();
    let wide = "W".repeat(256);
    let about = About {
        logo: Some("/docs/seal.svg".to_owned()),
        policy: Some("https://desk.acme.example/privacy"),
        terms: Some("https://desk.acme.example/terms"),
    };
    let login = |email, problem| LoginPage {
        t,
        brand,
        organization: "Acme Corporation",
        app: "Acme Service Desk",
        about: About::default(),
        email,
        form: "login",
        csrf: "token",
        problem,
        languages: languages(t, |tag| format!("login.{tag}.html")),
    };
    pages.insert("login".to_owned(), login("", None).render()?);
    let long = LoginPage { organization: &wide, app: &wide, ..login(&wide, None) };
    pages.insert("login-long".to_owned(), long.render()?);
    let registered = LoginPage { about: about.clone(), ..login("", None) };
    pages.insert("login-registered".to_owned(), registered.render()?);
    for (name, problem) in [
        ("wrong", LoginProblem::WrongCredentials),
        ("many", LoginProblem::TooManyAttempts { seconds: 600 }),
        ("expired", LoginProblem::Expired),
        ("busy", LoginProblem::Busy),
    ] {
        pages.insert(format!("login-{name}"), login("ann@acme.example", Some(problem)).render()?);
    }

    let consent = |scopes| ConsentPage {
        t,
        brand,
        organization: "Acme Corporation",
        app: "Acme Service Desk",
        host: "desk.acme.example",
        unchecked: false,
        user_name: "Ann Archer",
        user_email: "ann@acme.example",
        scopes,
        about: about.clone(),
        form: "consent",
        csrf: "token",
        other_account: "login",
    };
    let few = t.scopes(["openid", "profile", "users:readonly", "conversations", "offline_access"]);
    pages.insert("consent".to_owned(), consent(few.clone()).render()?);
    pages.insert("consent-none".to_owned(), consent(Vec::new()).render()?);
    let unchecked = ConsentPage { unchecked: true, ..consent(few.clone()) };
    pages.insert("consent-unchecked".to_owned(), unchecked.render()?);
    let many = t.scopes(chancery_core::types::scope::KNOWN.iter().copied());
    pages.insert("consent-many".to_owned(), consent(many).render()?);
    let long = ConsentPage {
        organization: &wide,
        app: &wide,
        host: &wide,
        user_name: &wide,
        user_email: &wide,
        ..consent(few.clone())
    };
    pages.insert("consent-long".to_owned(), long.render()?);

    for (name, organization) in [("logged-out", Some("Acme Corporation")), ("logged-out-plain", None)] {
        pages.insert(name.to_owned(), LoggedOutPage { t, brand, organization }.render()?);
    }
    for problem in PageProblem::ALL {
        let page =
            ErrorPage { t, brand, problem: *problem, correlation: "5f0c3d2e-7a61-4b0e-9a7e-3d6f2b1c8e90" };
        pages.insert(format!("problem-{problem:?}").to_lowercase(), page.render()?);
    }

    let moment = |seconds: i64| Moment(Timestamp::from_seconds(1_700_000_000 + seconds));
    let rows = AGENTS.iter().zip(["192.0.2.7", "2001:db8:85a3::8a2e:370:7334", "198.51.100.23"]).enumerate();
    let sessions = rows.map(|(index, (agent, address))| SessionRow {
        id: index.to_string(),
        user_agent: (*agent).to_owned(),
        address: address.to_owned(),
        since: moment(0),
        last_seen: moment(86_400),
        current: index == 0,
    });
    let sessions: Vec<_> = sessions.collect();
    let row = |app: &str| ConsentRow {
        client_id: app.to_owned(),
        app: app.to_owned(),
        scopes: few.clone(),
        since: moment(0),
    };
    let account = |notice| AccountPage {
        t,
        brand,
        organization: "Acme Corporation",
        user_name: "Ann Archer",
        user_email: "ann@acme.example",
        sessions: sessions.clone(),
        consents: vec![row("Acme Service Desk"), row("Wallboard")],
        form: "account",
        csrf: "token",
        notice,
    };
    pages.insert("account".to_owned(), account(None).render()?);
    for (name, notice) in [
        ("done", AccountNotice::OthersEnded),
        ("wrong", AccountNotice::WrongPassword),
        ("refused", AccountNotice::PasswordRefused(PasswordRefusal::TooShort { least: 12 })),
        ("expired", AccountNotice::Expired),
    ] {
        pages.insert(format!("account-{name}"), account(Some(notice)).render()?);
    }
    let alone = AccountPage { consents: Vec::new(), sessions: sessions[..1].to_vec(), ..account(None) };
    pages.insert("account-alone".to_owned(), alone.render()?);
    let long = AccountPage {
        organization: &wide,
        user_name: &wide,
        user_email: &wide,
        consents: vec![row(&wide)],
        ..account(None)
    };
    pages.insert("account-long".to_owned(), long.render()?);
    Ok(pages)
}
