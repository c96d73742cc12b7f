//! Scope (RFC 6749 section 3.3): the names that the server knows, and sets of them.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! known {
    (both: $($both:literal)+; plain: $($plain:literal)+; readonly: $($readonly:literal)+; openid: $($openid:literal)+;) => {
        /// Every scope name of the management API, then those of OpenID Connect Core section 5.4 and 11.
        pub const KNOWN: &[&str] = &[
            $($both, concat!($both, ":readonly"),)+ $($plain,)+ $(concat!($readonly, ":readonly"),)+ $($openid,)+
        ];
        const OPENID: &[&str] = &[$($openid),+];
    };
}

known! {
    both: "ai-studio" "alerting" "analytics" "architect" "assistants" "authorization" "billing" "business-rules"
        "case-management" "coaching" "content-management" "conversations" "data-privacy" "devices" "dialog"
        "employee-engagement" "employee-performance" "external-contacts" "fax" "gamification" "gdpr" "geolocation"
        "greetings" "groups" "identity-providers" "infrastructureascode" "integrations" "journey" "knowledge"
        "language-understanding" "learning" "license" "locations" "logcapture" "messaging" "messaging-platform"
        "oauth" "organization" "organization-authorization" "outbound" "presence" "process-automation" "quality"
        "recordings" "response-management" "routing" "scim" "screen-monitoring" "scripts" "social-media"
        "speech-and-text-analytics" "stations" "telephony" "textbots" "usage" "user-recordings" "users" "users-rules"
        "voicemail" "web-chat" "webdeployments" "widgets" "workforce-management" "workitems";
    plain: "all" "data-extensions" "notifications" "upload" "user-basic-info";
    readonly: "audits" "search";
    openid: "openid" "profile" "email" "address" "phone" "offline_access";
}

/// Tokens and rows hold names, so they are looked up again and again.
static BY_NAME: LazyLock<HashMap<&str, ScopeName>> =
    LazyLock::new(|| KNOWN.iter().map(|name| (*name, ScopeName(name))).collect());

/// The name of one scope that the server knows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeName(&'static str);

impl ScopeName {
    /// Looks a name up; names are case-sensitive (RFC 6749 section 3.3).
    pub fn find(name: &str) -> Option<Self> {
        BY_NAME.get(name).copied()
    }

    /// All of them, by name.
    pub fn all() -> Vec<Self> {
        let mut all: Vec<_> = KNOWN.iter().map(|name| Self(name)).collect();
        all.sort_unstable();
        all
    }

    /// The name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// What it lets an application do, in English.
    pub fn description(self) -> String {
        match self.0 {
            "all" => "Full access to everything that you may do".to_owned(),
            "openid" => "Sign you in".to_owned(),
            "offline_access" => "Keep access while you are away".to_owned(),
            "user-basic-info" => "Read basic information about you".to_owned(),
            name if OPENID.contains(&name) => format!("Read your {name}"),
            name => match name.strip_suffix(":readonly") {
                Some(area) => format!("View {}", area.replace('-', " ")),
                None => format!("View and change {}", name.replace('-', " ")),
            },
        }
    }
}

impl fmt::Debug for ScopeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for ScopeName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for ScopeName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::find(&name).ok_or_else(|| serde::de::Error::custom("unknown scope"))
    }
}

/// A set of scope names, in the order in which they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scope(Vec<ScopeName>);

impl Scope {
    /// No scope at all.
    pub const EMPTY: Self = Self(Vec::new());

    /// A set of names, duplicates dropped; `None` if one of them is unknown.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut scope = Self::EMPTY;
        for name in names {
            let name = ScopeName::find(name)?;
            if !scope.0.contains(&name) {
                scope.0.push(name);
            }
        }
        Some(scope)
    }

    /// Reads the space-separated form; `None` if a name is unknown.
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_names(text.split(' ').filter(|name| !name.is_empty()))
    }

    /// What of this set `allowed` lets somebody have: `all` lets everything, and a name its `:readonly` too.
    pub fn within(&self, allowed: &Self) -> Self {
        Self(self.0.iter().copied().filter(|name| allowed.has_any(&[name.0])).collect())
    }

    /// What either set has, that of `self` first.
    pub fn union(&self, other: &Self) -> Self {
        let more = other.0.iter().filter(|name| !self.0.contains(name));
        Self(self.0.iter().chain(more).copied().collect())
    }

    /// The scopes of OpenID Connect, which are open to every client that acts for users.
    pub fn openid() -> Self {
        Self(OPENID.iter().map(|name| ScopeName(name)).collect())
    }

    /// Whether it has exactly this name.
    pub fn has_named(&self, wanted: &str) -> bool {
        self.0.iter().any(|name| name.0 == wanted)
    }

    /// Without one of its names.
    pub fn without(&self, unwanted: &str) -> Self {
        Self(self.0.iter().copied().filter(|name| name.0 != unwanted).collect())
    }

    /// Reads the space-separated form, and leaves out what is not known (OpenID Connect Core section 3.1.2.1).
    pub fn parse_known(text: &str) -> Self {
        Self::from_names(text.split(' ').filter(|name| ScopeName::find(name).is_some())).unwrap_or_default()
    }

    /// Whether it has one of these: `all` has everything, and a name has its `:readonly` too.
    pub fn has_any(&self, wanted: &[&str]) -> bool {
        let has = |wanted: &str| {
            self.0.iter().any(|name| {
                name.0 == "all" || name.0 == wanted || wanted.strip_suffix(":readonly") == Some(name.0)
            })
        };
        wanted.iter().any(|wanted| has(wanted))
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|name| name.0)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.names().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_management_api_has_135_names_and_openid_connect_six() {
        assert_eq!(KNOWN.len(), 135 + 6);
        let mut sorted = KNOWN.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), KNOWN.len(), "a name stands twice");
    }

    #[test]
    fn an_unknown_name_is_no_scope() {
        assert_eq!(Scope::parse("users nonsense"), None);
        assert_eq!(Scope::parse("Users"), None);
        assert_eq!(Scope::parse("  ").map(|s| s.is_empty()), Some(true));
    }

    #[test]
    fn a_scope_has_what_it_names_and_what_that_includes() {
        for (scope, wanted, has) in [
            ("users", &["users"][..], true),
            ("users", &["users:readonly"], true),
            ("users:readonly", &["users"], false),
            ("users:readonly", &["users:readonly"], true),
            ("users", &["users-rules:readonly"], false),
            ("oauth", &["users", "oauth"], true),
            ("oauth", &["users", "analytics"], false),
            ("all", &["users"], true),
            ("all", &["anything", "at all"], true),
            ("openid", &["users"], false),
            ("", &["users"], false),
            ("all", &[], false),
            ("audits:readonly", &["audits:readonly"], true),
        ] {
            assert_eq!(Scope::parse(scope).expect("known").has_any(wanted), has, "{scope} {wanted:?}");
        }
    }

    #[test]
    fn a_union_keeps_the_order_and_drops_what_stands_twice() {
        let of = |text| Scope::parse(text).expect("known");
        for (one, other, both) in [
            ("users oauth", "oauth analytics", "users oauth analytics"),
            ("", "oauth users", "oauth users"),
            ("users", "", "users"),
            ("users", "users:readonly", "users users:readonly"),
        ] {
            assert_eq!(of(one).union(&of(other)), of(both));
        }
        assert_eq!(of("oauth users").within(&of("users oauth")), of("oauth users"));
        assert_eq!(Scope::openid(), of("openid profile email address phone offline_access"));
    }

    #[test]
    fn every_scope_is_described_in_words_of_its_own() {
        let texts: std::collections::BTreeSet<String> =
            ScopeName::all().into_iter().map(ScopeName::description).collect();
        assert_eq!(texts.len(), KNOWN.len());
        assert!(texts.iter().all(|text| !text.contains([':', '-'])), "{texts:?}");
    }

    #[test]
    fn a_part_of_what_is_allowed_is_allowed() {
        let of = |text: &str| Scope::parse(text).expect("known");
        for (asked, allowed, left) in [
            ("users:readonly", "users", "users:readonly"),
            ("users", "users:readonly", ""),
            ("users oauth:readonly openid", "all", "users oauth:readonly openid"),
            ("all", "users oauth", ""),
            ("users routing", "users", "users"),
            ("users-rules", "users", ""),
        ] {
            assert_eq!(of(asked).within(&of(allowed)), of(left), "{asked} of {allowed}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(picks in proptest::collection::vec(0..KNOWN.len(), 0..20)) {
            let scope = Scope::from_names(picks.into_iter().map(|pick| KNOWN[pick])).unwrap_or_default();
            prop_assert_eq!(Scope::parse(&scope.to_string()), Some(scope));
        }

        #[test]
        fn narrowing_never_widens(a in proptest::collection::vec(0..KNOWN.len(), 0..20), b in proptest::collection::vec(0..KNOWN.len(), 0..20)) {
            let a = Scope::from_names(a.into_iter().map(|pick| KNOWN[pick])).unwrap_or_default();
            let b = Scope::from_names(b.into_iter().map(|pick| KNOWN[pick])).unwrap_or_default();
            let both = a.within(&b);
            prop_assert!(both.names().all(|name| a.names().any(|n| n == name) && b.has_any(&[name])));
        }
    }
}
