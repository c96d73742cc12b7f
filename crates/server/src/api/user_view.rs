//! A user as the API shows it.

use chancery_api::{Contact, DomainEntityRef, OAuthLastTokenIssued, User};
use chancery_core::user::{self, User as Person};

use super::user_roles::authorization;
use super::{Call, Kind, Param, date, divisions};
use crate::failure::Failure;

/// What a user can be answered with.
pub const EXPAND: Param =
    Param::new("expand", Kind::Many, "What else is answered: authorization, lasttokenissued, dateLastLogin");

/// Whether the request asks for that too; the case does not count.
pub fn expands(call: &Call, name: &str) -> bool {
    call.query.many("expand").iter().any(|wanted| wanted.eq_ignore_ascii_case(name))
}

/// The wire form, with what the request asks for too.
pub async fn describe(call: &Call, person: &Person) -> Result<User, Failure> {
    let divisions = divisions::all(call).await?;
    let division = divisions.iter().find(|division| division.id == person.division);
    let email = Contact {
        address: Some(person.email.clone()),
        media_type: Some("EMAIL".to_owned()),
        r#type: Some("PRIMARY".to_owned()),
        ..Contact::default()
    };
    let profile = &person.profile;
    let mut shown = User {
        id: person.id.to_string(),
        name: Some(person.name.clone()),
        division: Some(DomainEntityRef {
            id: person.division.to_string(),
            name: division.map(|division| division.name.clone()),
            self_uri: Some(format!("/api/v2/authorization/divisions/{}", person.division)),
        }),
        email: Some(person.email.clone()),
        username: Some(person.email.clone()),
        state: Some(person.state.as_str().to_owned()),
        title: profile.title.clone(),
        department: profile.department.clone(),
        preferred_name: profile.preferred_name.clone(),
        primary_contact_info: Some(vec![email]),
        addresses: Some(profile.addresses.iter().map(contact).collect()),
        version: i32::try_from(person.version).unwrap_or(i32::MAX),
        acd_auto_answer: Some(profile.acd_auto_answer),
        self_uri: Some(format!("/api/v2/users/{}", person.id)),
        ..User::default()
    };
    if expands(call, "authorization") {
        shown.authorization = Some(authorization(call, person.id.into()).await?);
    }
    if expands(call, "lasttokenissued") || expands(call, "dateLastLogin") {
        // Noted by whoever saw it, and told to nobody: the store knows best.
        let stored = call.app.store.find_user(person.id).await?;
        let (token, login) = stored.map_or((None, None), |it| (it.last_token_at, it.last_login_at));
        if expands(call, "lasttokenissued") {
            shown.last_token_issued = token.map(|at| OAuthLastTokenIssued { date_issued: Some(date(at)) });
        }
        if expands(call, "dateLastLogin") {
            shown.date_last_login = login.map(date);
        }
    }
    Ok(shown)
}

fn contact(it: &user::Contact) -> Contact {
    Contact {
        address: it.address.clone(),
        media_type: it.media_type.clone(),
        r#type: it.kind.clone(),
        extension: it.extension.clone(),
        country_code: it.country_code.clone(),
        display: it.address.clone(),
    }
}
