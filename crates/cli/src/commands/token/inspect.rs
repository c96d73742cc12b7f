//! `chancery token inspect`: what is in a token, and what the server says of it.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chancery_sdk::{Client, Error};
use clap::Args;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::remote::output::Column;
use crate::remote::profile::Profile;
use crate::remote::{Remote, ask, now};

const COLUMNS: &[Column] = &[
    ("Format", "/format"),
    ("Verdict", "/verdict"),
    ("Organization", "/server/organization/name"),
    ("Client", "/server/OAuthClient/id"),
    ("Client name", "/server/OAuthClient/name"),
    ("Scope", "/server/authorizedScope"),
    ("Issuer", "/claims/iss"),
    ("Subject", "/claims/sub"),
    ("Audience", "/claims/aud"),
    ("Claimed scope", "/claims/scope"),
    ("Issued", "/times/iat"),
    ("Expires", "/times/exp"),
    ("Not before", "/times/nbf"),
    ("Signed with", "/header/alg"),
    ("Key", "/header/kid"),
    ("Remarks", "/remarks"),
];

/// See [`super::Action`].
#[derive(Args)]
pub struct Inspect {
    #[command(flatten)]
    remote: Remote,
    /// The token of the profile, not one that is given.
    #[arg(long)]
    own: bool,
    /// Ask no server: only read what is in the token.
    #[arg(long)]
    offline: bool,
}

impl Inspect {
    /// Does it.
    pub async fn run(self) -> anyhow::Result<()> {
        let token = if self.own {
            let token = self.remote.connect()?.access_token().await?.context("The profile has no token")?;
            Zeroizing::new(token.expose().to_owned())
        } else {
            ask::secret("CHANCERY_INSPECT_TOKEN", "The token")?
        };
        let token = super::bare(&token);
        let mut found = explain(token, now());
        if self.offline {
            found["verdict"] = "not asked".into();
        } else {
            let asked = self.remote.server()?;
            let (verdict, server) = judge(&asked.builder()?.token(token).build()?).await?;
            found["verdict"] = verdict.into();
            let foreign = foreign(&found["claims"]["iss"], &asked).filter(|_| server.is_null());
            if let Some(remarks) = found["remarks"].as_array_mut() {
                remarks.extend(foreign);
            }
            found["server"] = server;
        }
        self.remote.output.one(&found, COLUMNS)
    }
}

/// Whether a refused token is another server's.
fn foreign(issuer: &Value, asked: &Profile) -> Option<Value> {
    let (issuer, asked) = (issuer.as_str()?, asked.url.as_deref().or(asked.region.as_deref())?);
    (!issuer.contains(asked)).then(|| format!("{issuer} issued it, not {asked}").into())
}

/// What the server says of it.
async fn judge(client: &Client) -> anyhow::Result<(String, Value)> {
    match client.tokens().get_tokens_me().await {
        Ok(info) => Ok(("good: the API of the server takes it".to_owned(), serde_json::to_value(info)?)),
        Err(Error::Api(error)) if matches!(error.status, 401 | 403) => {
            Ok((format!("refused by the API of the server: {}", error.body.message), Value::Null))
        }
        Err(error) => Err(error.into()),
    }
}

/// What can be read without anybody's help. The token itself is not in it.
fn explain(token: &str, now: i64) -> Value {
    let parts: Vec<_> = token.split('.').collect();
    let mut remarks: Vec<String> = Vec::new();
    let whitespace = token.chars().any(char::is_whitespace);
    if token.is_empty() || whitespace {
        remarks.push("it has white space in it, or nothing at all: was it copied whole?".to_owned());
    }
    let object = |part: &str| -> Option<Value> {
        let bytes = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
        serde_json::from_slice::<Value>(&bytes).ok().filter(Value::is_object)
    };
    let [header, claims, signature] = parts[..] else {
        let format = if parts.len() == 5 { "encrypted JWT" } else { "opaque: only its server can read it" };
        return json!({ "format": format, "remarks": remarks });
    };
    let (Some(header), Some(claims)) = (object(header), object(claims)) else {
        remarks.push("it looks like a JWT, and cannot be decoded: was it copied whole?".to_owned());
        return json!({ "format": "broken JWT", "remarks": remarks });
    };
    if signature.is_empty() || header["alg"] == "none" {
        remarks.push("it is not signed: nobody must accept it".to_owned());
    }
    let number = |name: &str| claims[name].as_i64();
    if let Some(end) = number("exp") {
        if end <= now {
            remarks.push(format!("it expired {} s ago", now - end));
        }
    } else {
        remarks.push("it never expires".to_owned());
    }
    if number("nbf").is_some_and(|begin| begin > now) {
        remarks.push("it is not good yet: is the clock of this machine right?".to_owned());
    }
    if number("iat").is_some_and(|at| at > now + 60) {
        remarks.push("it was issued in the future: is the clock of this machine right?".to_owned());
    }
    let format = match header["typ"].as_str().map(str::to_ascii_lowercase).as_deref() {
        Some("at+jwt" | "application/at+jwt") => {
            if claims["iss"].is_string() && claims["aud"] == claims["iss"] {
                remarks.push("it is for APIs that trust its issuer: /api/v2 does not take it".to_owned());
            }
            "JWT access token (RFC 9068)"
        }
        Some("logout+jwt") => "logout token",
        _ if claims.get("nonce").is_some() || claims.get("at_hash").is_some() => {
            remarks.push(
                "an ID token is for the application that logged the person in, not for an API".to_owned(),
            );
            "ID token"
        }
        _ => "JWT",
    };
    let moment = |name: &str| {
        let at = jiff::Timestamp::from_second(number(name)?).ok()?;
        Some(Value::from(at.to_string()))
    };
    let times = json!({ "iat": moment("iat"), "exp": moment("exp"), "nbf": moment("nbf") });
    json!({ "format": format, "header": header, "claims": claims, "times": times, "remarks": remarks })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &Value, claims: &Value, signature: &str) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.{signature}", part(header), part(claims))
    }

    fn remarks(token: &str) -> String {
        explain(token, 1000)["remarks"].to_string()
    }

    #[test]
    fn what_is_wrong_is_said() {
        let good = json!({ "iat": 900, "exp": 2000 });
        let access = json!({ "alg": "ES256", "typ": "at+jwt" });
        let elsewhere = json!({ "iss": "https://id.example", "aud": "https://id.example", "exp": 2000 });
        assert_eq!(remarks(&token(&access, &good, "s")), "[]");
        assert_eq!(explain(&token(&access, &good, "s"), 1000)["format"], "JWT access token (RFC 9068)");
        for (token, said) in [
            (token(&access, &json!({ "exp": 940 }), "s"), "expired 60 s ago"),
            (token(&access, &json!({}), "s"), "never expires"),
            (token(&access, &elsewhere, "s"), "/api/v2 does not"),
            (token(&access, &json!({ "exp": 2000, "nbf": 1500 }), "s"), "not good yet"),
            (token(&access, &json!({ "exp": 2000, "iat": 1500 }), "s"), "in the future"),
            (token(&json!({ "alg": "none" }), &good, ""), "not signed"),
            (token(&json!({ "alg": "RS256" }), &json!({ "exp": 2000, "nonce": "n" }), "s"), "an ID token"),
            ("a.b.c".to_owned(), "cannot be decoded"),
            ("two words".to_owned(), "copied whole"),
            (String::new(), "nothing at all"),
        ] {
            assert!(remarks(&token).contains(said), "{token}: {}", remarks(&token));
        }
        assert!(explain("abc", 0)["format"].as_str().is_some_and(|it| it.starts_with("opaque")));
    }
}
