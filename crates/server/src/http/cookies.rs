//! Cookies (RFC 6265). Their names carry a digest of the issuer, since cookies ignore ports: several servers on one host
//! leave each other's alone.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use chancery_core::jose::base64url;

/// The cookies of a server.
#[derive(Clone, Debug)]
pub struct Cookies {
    /// The session of a person who has logged in.
    pub session: Cookie,
    /// What the form of a login is bound to.
    pub form: Cookie,
    /// Proof that somebody has logged in with this browser before.
    pub device: Cookie,
}

/// One cookie, without its value.
#[derive(Clone, Debug)]
pub struct Cookie {
    name: String,
    attributes: &'static str,
    /// Seconds that it stays; `None`: until the browser is closed.
    age: Option<u32>,
}

impl Cookies {
    /// For the server of that name.
    pub fn of(issuer: &str) -> Self {
        let is_secure = issuer.starts_with("https://");
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, issuer.as_bytes());
        let mark = base64url(&digest.as_ref()[..6]);
        let cookie = |name: &str, age| Cookie {
            // The prefix lets nobody but this very host set it, by TLS (RFC 6265bis section 4.1.3.2).
            name: format!("{}chancery_{name}_{mark}", if is_secure { "__Host-" } else { "" }),
            attributes: if is_secure {
                "; Path=/; HttpOnly; SameSite=Lax; Secure"
            } else {
                "; Path=/; HttpOnly; SameSite=Lax"
            },
            age,
        };
        Self {
            session: cookie("session", None),
            form: cookie("form", None),
            device: cookie("device", Some(365 * 86_400)),
        }
    }
}

impl Cookie {
    /// Its value in a request. One that stands twice is as good as none: nobody knows which was meant.
    pub fn find<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let pairs = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| text.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let mut values = pairs.filter(|(name, _)| *name == self.name).map(|(_, value)| value);
        let value = values.next()?;
        values.next().is_none().then_some(value)
    }

    /// The header that sets it; `None` if the value is none.
    pub fn set(&self, value: &str) -> Option<HeaderValue> {
        let age = self.age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        HeaderValue::from_str(&format!("{}={value}{}{age}", self.name, self.attributes)).ok()
    }

    /// The header that takes it away.
    pub fn clear(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("{}={}; Max-Age=0", self.name, self.attributes)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_on_one_host_have_cookies_of_their_own() {
        let [one, other, secure] = ["http://127.0.0.1:8080", "http://127.0.0.1:8081", "https://id.example"]
            .map(|issuer| Cookies::of(issuer).session);
        assert_ne!(one.name, other.name);
        assert!(secure.name.starts_with("__Host-"));
        let set = secure.set("x").expect("a header");
        let set = set.to_str().expect("text");
        for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
            assert!(set.contains(attribute), "{set}");
        }
    }

    #[test]
    fn a_cookie_that_stands_twice_is_none() {
        let cookie = Cookies::of("http://127.0.0.1:8080").session;
        let of = |text: String| {
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&text).expect("a value"))]);
            cookie.find(&headers).map(str::to_owned)
        };
        assert_eq!(of(format!("a=b; {}=c; d=e", cookie.name)).as_deref(), Some("c"));
        assert_eq!(of(format!("{0}=c; {0}=d", cookie.name)), None);
        assert_eq!(of(format!("x{}=c", cookie.name)), None);
    }
}
