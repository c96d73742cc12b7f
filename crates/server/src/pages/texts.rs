//! What the pages say, in every language of `locales/`. A language is added by adding a file; one text that is missing
//! or too many fails the tests.

mod negotiation;
mod text;

use std::sync::LazyLock;

use serde::Deserialize;

pub use negotiation::choose;
pub use text::Text;

include!(concat!(env!("OUT_DIR"), "/locales.rs"));

/// The language that stands in for any other.
const FALLBACK: &str = "en";

/// The texts of each language, by tag.
static ALL: LazyLock<Vec<Texts>> =
    LazyLock::new(|| FILES.iter().filter_map(|(tag, file)| parse(tag, file).ok()).collect());

fn parse(tag: &'static str, file: &str) -> Result<Texts, toml::de::Error> {
    Ok(Texts { tag, ..toml::from_str(file)? })
}

/// Every language.
pub fn all() -> &'static [Texts] {
    &ALL
}

macro_rules! texts {
    ($($(#[$doc:meta])* $section:ident { $($member:ident)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $section {
            $(#[doc = concat!("`", stringify!($member), "` of this section.")] pub $member: Text,)+
        }
    )+};
}

/// The texts of one language.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Its tag (RFC 5646): the name of the file.
    #[serde(skip)]
    pub tag: &'static str,
    /// What the language calls itself.
    pub language_name: Text,
    /// `ltr` or `rtl`.
    pub direction: Text,
    /// On several pages.
    pub page: Page,
    /// Where a person signs in.
    pub login: Login,
    /// Where a person decides what an application gets.
    pub consent: Consent,
    /// Where a person says as whom.
    pub choose: Choose,
    /// On the way back to an application.
    pub onward: Onward,
    /// Whether an application may sign somebody out.
    pub log_out: LogOut,
    /// After signing out.
    pub logged_out: LoggedOut,
    /// What went wrong, if no other page says it.
    pub problem: Problems,
    /// Sessions, applications and password of a person.
    pub account: Account,
    /// What was done, or was not, on the page of the account.
    pub notice: Notices,
    /// Why a new password is not taken.
    pub refusal: Refusals,
    /// What a browser is called.
    pub device: Device,
    /// What an application may do.
    pub scope: Scopes,
}

texts! {
    /// On several pages.
    Page { language sign_out problem }
    /// Where a person signs in.
    Login {
        title to_continue email password submit wrong_credentials too_many_seconds too_many_minutes expired busy
    }
    /// Where a person decides what an application gets.
    Consent { title asks signed_in_as other_account may nothing returns_to unchecked policy terms later allow deny }
    /// Where a person says as whom.
    Choose { title to_continue go_on other_account }
    /// On the way back to an application.
    Onward { title explanation go_on }
    /// Whether an application may sign somebody out.
    LogOut { title asks asks_unknown yes no stayed_title stayed }
    /// After signing out.
    LoggedOut { title from here close }
    /// Sessions, applications and password of a person.
    Account {
        title sessions sessions_about this_browser address since last_seen end end_named end_others apps apps_about
        no_apps authorized revoke revoke_named password old_password new_password change_password
    }
    /// What was done, or was not, on the page of the account.
    Notices { session_ended others_ended consent_revoked password_changed wrong_password expired }
    /// Why a new password is not taken.
    Refusals {
        too_short common reused too_young letters digits specials lowercase uppercase not_acceptable
    }
    /// What a browser is called.
    Device { both browser system unknown }
    /// What an application may do.
    Scopes {
        all openid profile email phone address offline_access user_basic_info view view_and_change
    }
    /// What went wrong: what it is called, what it means, and what a developer should look at.
    Problem { title explanation developer }
}

/// What went wrong, if no other page says it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problems {
    /// Above the line for developers.
    pub for_developers: Text,
    /// Asks to quote the number of the request.
    pub quote: Text,
    /// No client has the id.
    pub unknown_client: Problem,
    /// The redirect URI is not one of the client's.
    pub unregistered_redirect_uri: Problem,
    /// Several could be meant.
    pub missing_redirect_uri: Problem,
    /// The request is not one.
    pub invalid_request: Problem,
    /// A form of another site, or an old one.
    pub cross_site: Problem,
    /// There is no such page.
    pub not_found: Problem,
    /// Not now.
    pub unavailable: Problem,
    /// A fault of the server.
    pub server_error: Problem,
    /// Too often.
    pub too_many_requests: Problem,
}

impl Texts {
    /// What a scope lets an application do. The name of an area stands as it is.
    pub fn scope(&self, name: &str) -> String {
        let texts = &self.scope;
        let named = match name {
            "all" => &texts.all,
            "openid" => &texts.openid,
            "profile" => &texts.profile,
            "email" => &texts.email,
            "phone" => &texts.phone,
            "address" => &texts.address,
            "offline_access" => &texts.offline_access,
            "user-basic-info" => &texts.user_basic_info,
            _ => {
                let (pattern, area) = match name.strip_suffix(":readonly") {
                    Some(area) => (&texts.view, area),
                    None => (&texts.view_and_change, name),
                };
                return pattern.fill("area", area.replace('-', " "));
            }
        };
        named.to_string()
    }

    /// What each scope of a set lets an application do, in their order.
    pub fn scopes<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        names.into_iter().map(|name| self.scope(name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chancery_core::types::scope::ScopeName;

    use super::*;

    /// Every text of a file by its path, with its placeholders.
    fn placeholders(file: &str) -> BTreeMap<String, Vec<String>> {
        fn walk(path: &str, table: &toml::Table, found: &mut BTreeMap<String, Vec<String>>) {
            for (key, value) in table {
                let path = format!("{path}/{key}");
                match value {
                    toml::Value::Table(inner) => walk(&path, inner, found),
                    toml::Value::String(text) => {
                        assert!(!text.trim().is_empty(), "{path} is empty");
                        let mut names: Vec<_> = text
                            .split('{')
                            .skip(1)
                            .map(|rest| rest.split('}').next().unwrap_or_default().to_owned())
                            .collect();
                        names.sort();
                        found.insert(path, names);
                    }
                    _ => panic!("{path} is no text"),
                }
            }
        }
        let mut found = BTreeMap::new();
        walk("", &file.parse().expect("TOML"), &mut found);
        found
    }

    #[test]
    fn every_file_has_every_text_and_no_other() {
        for (tag, file) in FILES {
            parse(tag, file).unwrap_or_else(|error| panic!("locales/{tag}.toml: {error}"));
        }
        assert!(FILES.iter().any(|(tag, _)| *tag == FALLBACK));
        assert_eq!(all().len(), FILES.len());
    }

    #[test]
    fn no_placeholder_is_lost_or_invented() {
        let file = |tag| FILES.iter().find(|(it, _)| *it == tag).expect("a file").1;
        let english = placeholders(file(FALLBACK));
        for (tag, _) in FILES {
            for (path, names) in placeholders(file(tag)) {
                assert_eq!(Some(&names), english.get(&path), "{path} of locales/{tag}.toml");
            }
        }
    }

    #[test]
    fn every_language_names_itself_and_says_where_it_starts() {
        let mut names: Vec<_> = all().iter().map(|texts| texts.language_name.as_str()).collect();
        names.dedup();
        assert_eq!(names.len(), all().len());
        assert!(all().iter().all(|texts| ["ltr", "rtl"].contains(&texts.direction.as_str())));
    }

    #[test]
    fn a_scope_is_described_as_the_core_describes_it() {
        let english = choose(None, None, Some(FALLBACK));
        for name in ScopeName::all() {
            assert_eq!(english.scope(name.as_str()), name.description());
        }
        let german = choose(Some("de"), None, None);
        assert_eq!(german.scope("web-chat:readonly"), "„web chat“ ansehen");
        assert_eq!(german.scope("web-chat"), "„web chat“ ansehen und ändern");
    }
}
