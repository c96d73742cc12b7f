//! What stands on each page, and nothing of how it got there. The templates are in `templates/`; they load nothing from elsewhere and
//! run no script but one, which sends a form that a button sends too, and escape whatever they are given.

mod about;
mod account;
mod choose;
mod consent;
mod log_out;
mod logged_out;
mod login;
mod moment;
mod onward;
mod problem;

#[cfg(test)]
mod tests;

pub use about::About;
pub use account::{AccountNotice, AccountPage, ConsentRow, PasswordRefusal, SessionRow};
pub use choose::ChoosePage;
pub use consent::ConsentPage;
pub use log_out::{LogOutPage, StayedPage};
pub use logged_out::LoggedOutPage;
pub use login::{Language, LoginPage, LoginProblem, languages};
pub use moment::Moment;
pub use onward::OnwardPage;
pub use problem::{ErrorPage, PageProblem};
