//! What a person can see and change of their own account.

use askama::Template;

use super::Moment;
use crate::pages::agent;
use crate::pages::brand::Brand;
use crate::pages::texts::Texts;

/// Sessions, applications and password. Each form sends `csrf`, and one of `end_session` (an id), `end_others`,
/// `revoke_consent` (a client id), `change_password` (with `old_password` and `new_password`) and `log_out`.
#[derive(Clone, Template)]
#[template(path = "account.html")]
pub struct AccountPage<'a> {
    /// The texts.
    pub t: &'static Texts,
    /// Whose page it is.
    pub brand: &'a Brand,
    /// The name of the organization.
    pub organization: &'a str,
    /// Who is signed in.
    pub user_name: &'a str,
    /// The same by address.
    pub user_email: &'a str,
    /// Where the person is signed in.
    pub sessions: Vec<SessionRow>,
    /// What the person has allowed.
    pub consents: Vec<ConsentRow>,
    /// Where the forms go.
    pub form: &'a str,
    /// The token of the forms.
    pub csrf: &'a str,
    /// What was done, or was not.
    pub notice: Option<AccountNotice>,
}

impl AccountPage<'_> {
    fn has_problem(&self) -> bool {
        self.notice.is_some_and(AccountNotice::is_problem)
    }

    fn blames_old(&self) -> bool {
        self.notice == Some(AccountNotice::WrongPassword)
    }

    fn blames_new(&self) -> bool {
        matches!(self.notice, Some(AccountNotice::PasswordRefused(_)))
    }
}

/// Where a person is signed in.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// What `end_session` sends.
    pub id: String,
    /// What the browser calls itself.
    pub user_agent: String,
    /// The address that it came from.
    pub address: String,
    /// Since when.
    pub since: Moment,
    /// When it was last seen.
    pub last_seen: Moment,
    /// Whether it is the one that sees this page.
    pub current: bool,
}

impl SessionRow {
    fn device(&self, t: &Texts) -> String {
        agent::in_words(&self.user_agent, t)
    }
}

/// What a person has allowed an application.
#[derive(Clone, Debug)]
pub struct ConsentRow {
    /// What `revoke_consent` sends.
    pub client_id: String,
    /// The name of the client.
    pub app: String,
    /// What it may do, in words: `Texts::scopes`.
    pub scopes: Vec<String>,
    /// Since when.
    pub since: Moment,
}

/// What was done, or was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountNotice {
    /// One session has ended.
    SessionEnded,
    /// All others have.
    OthersEnded,
    /// An application has no access any more.
    ConsentRevoked,
    /// The password is another.
    PasswordChanged,
    /// The current password was not right.
    WrongPassword,
    /// The new password is not taken.
    PasswordRefused(PasswordRefusal),
    /// The form was too old.
    Expired,
}

impl AccountNotice {
    /// For the person.
    pub fn text(self, t: &Texts) -> String {
        match self {
            Self::SessionEnded => t.notice.session_ended.to_string(),
            Self::OthersEnded => t.notice.others_ended.to_string(),
            Self::ConsentRevoked => t.notice.consent_revoked.to_string(),
            Self::PasswordChanged => t.notice.password_changed.to_string(),
            Self::WrongPassword => t.notice.wrong_password.to_string(),
            Self::PasswordRefused(refusal) => refusal.text(t),
            Self::Expired => t.notice.expired.to_string(),
        }
    }

    /// Whether something was not done.
    pub fn is_problem(self) -> bool {
        matches!(self, Self::WrongPassword | Self::PasswordRefused(_) | Self::Expired)
    }

    /// Whether it stands with the password, not above all sections.
    fn is_of_password(self) -> bool {
        matches!(self, Self::WrongPassword | Self::PasswordRefused(_))
    }
}

/// Why a new password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordRefusal {
    /// It is too short.
    TooShort {
        /// So many characters are enough.
        least: u32,
    },
    /// It is known from leaks, or easy to guess.
    Common,
    /// It was used before.
    Reused,
    /// The current one is too young to be changed.
    TooYoung,
    /// It has too few letters.
    Letters,
    /// It has too few digits.
    Digits,
    /// It has too few special characters.
    Specials,
    /// It has too few lowercase letters.
    Lowercase,
    /// It has too few uppercase letters.
    Uppercase,
    /// For another reason.
    NotAcceptable,
}

impl PasswordRefusal {
    /// For the person.
    pub fn text(self, t: &Texts) -> String {
        let texts = &t.refusal;
        let text = match self {
            Self::TooShort { least } => return texts.too_short.fill("least", least),
            Self::Common => &texts.common,
            Self::Reused => &texts.reused,
            Self::TooYoung => &texts.too_young,
            Self::Letters => &texts.letters,
            Self::Digits => &texts.digits,
            Self::Specials => &texts.specials,
            Self::Lowercase => &texts.lowercase,
            Self::Uppercase => &texts.uppercase,
            Self::NotAcceptable => &texts.not_acceptable,
        };
        text.to_string()
    }
}
