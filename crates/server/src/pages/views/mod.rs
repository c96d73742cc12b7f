//! What stands on each page, and nothing of how it got there. The templates are in `templates/`; they run no script,
//! load nothing from elsewhere, and escape whatever they are given.

mod account;
mod consent;
mod logged_out;
mod login;
mod moment;
mod problem;

#[cfg(test)]
mod tests;

pub use account::{AccountNotice, AccountPage, ConsentRow, PasswordRefusal, SessionRow};
pub use consent::ConsentPage;
pub use logged_out::LoggedOutPage;
pub use login::{Language, LoginPage, LoginProblem, languages};
pub use moment::Moment;
pub use problem::{ErrorPage, PageProblem};
