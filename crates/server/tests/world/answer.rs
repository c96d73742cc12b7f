//! An answer: what every one of its group has in common is checked as it arrives, the rest goes into transcripts.

use std::fmt;

use axum::http::{HeaderMap, Method, StatusCode, header};
use bytes::Bytes;
use chancery_core::jose::from_base64url;
use serde_json::Value;

use super::declared;

/// What came back, with what was asked.
pub struct Answer {
    pub asked: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("is text"))
    }

    /// The body.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("no JSON: {error}\n{self}"))
    }

    /// The ids of the entities of a listing.
    pub fn ids(&self) -> Vec<String> {
        self.each("id")
    }

    /// One member of each entity of a listing.
    pub fn each(&self, member: &str) -> Vec<String> {
        let json = self.json();
        let entities = json["entities"].as_array().expect("a listing");
        entities.iter().map(|entity| entity[member].as_str().expect("is text").to_owned()).collect()
    }

    /// One line that says all of a refusal but its correlation id, which is checked on arrival.
    pub fn verdict(&self) -> String {
        let status = self.status.as_u16();
        if self.body.is_empty() {
            return status.to_string();
        }
        let json = self.json();
        let text = |member: &str| json[member].as_str().unwrap_or_default().to_owned();
        if self.status.is_success() {
            return status.to_string();
        }
        if json.get("error").is_some() {
            let challenge = self.header("www-authenticate");
            let challenge = challenge.map(|value| format!(" ({value})")).unwrap_or_default();
            return format!("{status} {} \"{}\"{challenge}", text("error"), text("error_description"));
        }
        let fields = json["details"].as_array().into_iter().flatten();
        let fields: Vec<_> = fields.filter_map(|detail| detail["fieldName"].as_str()).collect();
        format!("{status} {} {fields:?} {}", text("code"), text("message"))
    }

    /// One line that says where a browser is: the page with its problem, or where it is sent.
    pub fn gist(&self) -> String {
        let status = self.status.as_u16();
        if let Some(location) = self.header("location") {
            return format!("{status} -> {location}");
        }
        let text = String::from_utf8_lossy(&self.body);
        let between = |before: &str, after: &str| {
            let (_, rest) = text.split_once(before)?;
            rest.split_once(after).map(|(found, _)| found.trim().to_owned())
        };
        let title = between("<title>", "</title>").unwrap_or_default();
        let notice = between(r#"role="alert">"#, "<").or_else(|| between(r#"role="status">"#, "<"));
        format!("{status} \"{title}\" {}", notice.unwrap_or_default()).trim_end().to_owned()
    }

    /// What holds for every answer of the path's group.
    pub(super) fn check(&self, method: &Method, path: &str) {
        let ids = ["inin-correlation-id", "genesys-correlation-id"].map(|name| self.header(name));
        assert!(ids[0].is_some_and(|id| id.len() == 36) && ids[0] == ids[1], "{self}");
        assert_eq!(self.header("x-content-type-options"), Some("nosniff"), "{self}");
        let is_json = self.header("content-type") == Some("application/json");
        if *method == Method::HEAD || self.status == StatusCode::NO_CONTENT {
            assert!(self.body.is_empty(), "{self}");
            return;
        }
        let is_page = self.header("content-type").is_some_and(|it| it.starts_with("text/html"));
        if is_page && !path.starts_with("/docs") {
            self.check_page();
        }
        if path.starts_with("/api/v2/") {
            assert_eq!(self.header("cache-control"), Some("no-cache, no-store, must-revalidate"), "{self}");
            assert_eq!(
                (self.header("pragma"), self.header("expires")),
                (Some("no-cache"), Some("0")),
                "{self}"
            );
            assert!(is_json || (self.body.is_empty() && self.status.is_success()), "{self}");
            if is_json {
                let json = self.json();
                assert!((json.is_object() || self.status.is_success()) && !has_null(&json), "{self}");
                if !self.status.is_success() {
                    self.check_error_body(&json);
                }
                let code = (!self.status.is_success()).then(|| json["code"].as_str()).flatten();
                let declared = declared::may_answer(method, path, self.status.as_u16(), code);
                assert!(declared, "the document does not say that it can answer this\n{self}");
            }
        } else if path.starts_with("/oauth") && is_json {
            assert!(self.header("cache-control").is_some_and(|value| value.contains("no-store")), "{self}");
            assert_eq!(self.header("pragma"), Some("no-cache"), "{self}");
            let json = self.json();
            if !self.status.is_success() {
                assert!(json["error"].is_string() && json["error_description"].is_string(), "{self}");
                let standard = path.starts_with("/oauth2");
                let description = (!standard).then_some(&json["error_description"]);
                assert_eq!(json.get("description"), description, "{self}");
                assert!(standard || self.header("www-authenticate").is_none(), "{self}");
            }
        }
    }

    /// Nobody frames, fills or scripts a page, keeps it, or hears from where its links lead.
    fn check_page(&self) {
        let policy = self.header("content-security-policy").unwrap_or_default();
        for directive in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(directive), "{directive}\n{self}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{self}");
        assert_eq!(self.header("x-frame-options"), Some("DENY"), "{self}");
        assert_eq!(self.header("referrer-policy"), Some("same-origin"), "{self}");
        assert!(self.header("cache-control").is_some_and(|value| value.contains("no-store")), "{self}");
        assert_eq!(self.header("access-control-allow-origin"), None, "{self}");
        let text = String::from_utf8_lossy(&self.body);
        assert!(!text.contains("<script") && !text.contains("style="), "{self}");
    }

    fn check_error_body(&self, json: &Value) {
        assert_eq!(json["status"], self.status.as_u16(), "{self}");
        assert_eq!(json["contextId"].as_str(), self.header("inin-correlation-id"), "{self}");
        assert!(json["code"].as_str().is_some_and(|code| !code.is_empty()), "{self}");
        assert!(json["details"].as_array().is_some_and(|all| all.iter().all(Value::is_object)), "{self}");
        assert_eq!(json["errors"], serde_json::json!([]), "{self}");
        let mut message = json["messageWithParams"].as_str().map(str::to_owned);
        if let (Some(message), Some(params)) = (&mut message, json["messageParams"].as_object()) {
            for (name, value) in params {
                let value = value.as_str().expect("is text");
                assert!(message.contains(&format!("{{{name}}}")), "{self}");
                *message = message.replace(&format!("{{{name}}}"), value);
            }
        }
        let said = json["message"].as_str().expect("is text");
        assert!(!said.is_empty() && message.is_none_or(|message| message == said), "{self}");
    }
}

fn has_null(json: &Value) -> bool {
    match json {
        Value::Null => true,
        Value::Array(all) => all.iter().any(has_null),
        Value::Object(all) => all.values().any(has_null),
        _ => false,
    }
}

impl fmt::Display for Answer {
    /// Request and answer; JSON on several lines, but with nothing moved, added or left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "> {}\n", self.asked.replace('\n', "\n> "))?;
        write!(f, "{}", self.status)?;
        let mut lines: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| format!("\n{name}: {}", String::from_utf8_lossy(value.as_bytes())))
            .collect();
        lines.sort();
        f.write_str(&lines.concat())?;
        if self.body.is_empty() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&self.body);
        let is_json = self.headers.get(header::CONTENT_TYPE).is_some_and(|it| it == "application/json");
        write!(f, "\n\n{}", if is_json { spread(&readable(&text)) } else { text.into_owned() })
    }
}

/// Puts a JWT, whose signature nobody can foresee, as what it says.
fn readable(text: &str) -> String {
    let Some((before, rest)) = text.split_once(r#""access_token":""#) else { return text.to_owned() };
    let Some((token, after)) = rest.split_once('"') else { return text.to_owned() };
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, _] = parts[..] else { return text.to_owned() };
    let open = |part| String::from_utf8(from_base64url(part).expect("base64url")).expect("text");
    let mut header: Value = serde_json::from_str(&open(header)).expect("JSON");
    header["kid"] = "...".into();
    format!(r#"{before}"access_token":{{{header} . {} . ...}}{after}"#, open(claims))
}

/// Compact JSON, a member a line.
fn spread(text: &str) -> String {
    let (mut spread, mut depth, mut inside, mut escaped) = (String::new(), 0_usize, false, false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if !inside && matches!(c, '}' | ']') && !spread.ends_with(['{', '[']) {
            depth -= 1;
            spread.push('\n');
            spread.push_str(&"  ".repeat(depth));
        }
        spread.push(c);
        let opens = matches!(c, '{' | '[') && !rest.peek().is_some_and(|next| matches!(next, '}' | ']'));
        if !inside && (opens || c == ',') {
            depth += usize::from(opens);
            spread.push('\n');
            spread.push_str(&"  ".repeat(depth));
        }
        inside ^= c == '"' && !escaped;
        escaped = inside && c == '\\' && !escaped;
    }
    spread
}

/// Many cases, one verdict each.
#[derive(Default)]
pub struct Table {
    rows: Vec<String>,
    names: Vec<(String, &'static str)>,
}

impl Table {
    /// Adds a row.
    pub fn row(&mut self, case: impl fmt::Display, verdict: impl fmt::Display) {
        self.rows.push(format!("{case}\n    {verdict}"));
    }

    /// Shows a name instead of an id.
    pub fn name(&mut self, id: impl fmt::Display, name: &'static str) {
        self.names.push((id.to_string(), name));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.rows.join("\n");
        f.write_str(&self.names.iter().fold(text, |text, (id, name)| text.replace(id, name)))
    }
}
