//! A person at the login pages, by HTTP: keeps cookies, follows what leads on, fills forms in.

use std::collections::BTreeMap;

use crate::http::{Answer, Client};

/// The redirect URI of [`code_client`](crate::code_client).
pub const REDIRECT: &str = "https://app.example.com/callback";

/// A browser without a window, that comes from an address of its own if the server believes what is forwarded.
#[derive(Clone, Debug)]
pub struct Person {
    client: Client,
    from: String,
    cookies: BTreeMap<String, String>,
}

/// A login page that stands open.
#[derive(Clone, Debug)]
pub struct Login {
    path: String,
    csrf: String,
}

impl Person {
    /// A new one.
    pub fn new(client: &Client, from: &str) -> Self {
        Self { client: client.clone(), from: from.to_owned(), cookies: BTreeMap::new() }
    }

    /// The same browser at another address.
    pub fn at(&self, from: &str) -> Self {
        Self { from: from.to_owned(), ..self.clone() }
    }

    /// One request; a form is sent with POST.
    #[track_caller]
    pub fn visit(&mut self, path: &str, form: Option<&[(&str, &str)]>) -> Answer {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let headers = [("X-Forwarded-For", &*self.from), ("Cookie", &*cookies)];
        let answer = match form {
            Some(pairs) => self.client.form(path, &headers, pairs),
            None => self.client.send("GET", path, &headers, None).expect("an answer"),
        };
        for cookie in answer.headers.get_all("set-cookie") {
            let text = cookie.to_str().expect("a cookie is text");
            let pair = text.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie has a value");
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Opens the login page for a client.
    #[track_caller]
    pub fn open(&mut self, client_id: &str, parameters: &[(&str, &str)]) -> Login {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs([("client_id", client_id), ("redirect_uri", REDIRECT), ("response_type", "code")]);
        let path = format!("/oauth/login?{}", query.extend_pairs(parameters).finish());
        let page = self.visit(&path, None).expect(200);
        Login { path, csrf: csrf(&page) }
    }

    /// Types address and password in, and sends them.
    #[track_caller]
    pub fn attempt(&mut self, login: &Login, email: &str, password: &str) -> Answer {
        let form = [("csrf", &*login.csrf), ("email", email), ("password", password)];
        self.visit(&login.path, Some(&form))
    }

    /// Logs in, and answers the code that the client is sent.
    #[track_caller]
    pub fn code(&mut self, login: &Login, email: &str, password: &str) -> String {
        let mut answer = self.attempt(login, email, password);
        loop {
            assert!([302, 303].contains(&answer.status), "{}", answer.text);
            let location = answer.header("location").to_owned();
            if let Some(query) = location.strip_prefix(REDIRECT) {
                let mut pairs = form_urlencoded::parse(query.trim_start_matches('?').as_bytes());
                let code = pairs.find(|(name, _)| name == "code");
                return code.unwrap_or_else(|| panic!("no code: {location}")).1.into_owned();
            }
            answer = self.visit(&format!("/oauth/{location}"), None);
        }
    }
    /// Goes where a client sends the browser, logs in if asked to, and answers the address that it comes back to.
    #[track_caller]
    pub fn come_back(&mut self, path: &str, email: &str, password: &str) -> String {
        let mut path = path.to_owned();
        loop {
            let mut answer = self.visit(&path, None);
            if answer.status == 200 {
                let login = Login { csrf: csrf(&answer), path: path.clone() };
                answer = self.attempt(&login, email, password);
            }
            assert!([302, 303].contains(&answer.status), "{}", answer.text);
            let location = answer.header("location");
            // The server's own are relative, though an absolute one may stand in their query.
            if location.split('?').next().is_some_and(|it| it.contains("://")) {
                return location.to_owned();
            }
            let folder =
                path.split('?').next().and_then(|it| it.rsplit_once('/')).map_or("", |(folder, _)| folder);
            path = format!("{folder}/{location}");
        }
    }
}

/// The token in the form of a page.
#[track_caller]
fn csrf(page: &Answer) -> String {
    let (_, rest) = page.text.split_once("name=\"csrf\" value=\"").expect("a form");
    rest.split_once('"').expect("a token").0.to_owned()
}
