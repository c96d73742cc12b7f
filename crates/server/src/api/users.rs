//! `/api/v2/users`: the people of the organization.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use chancery_api::{Contact, CreateUser, Listing, UpdateUser, User};
use chancery_core::error::ApiCode;
use chancery_core::rbac::permission::{
    ADMIN_WORD, DIRECTORY_ORGANIZATION_ADMIN, DIRECTORY_USER_ADD, DIRECTORY_USER_DELETE, DIRECTORY_USER_EDIT,
};
use chancery_core::types::{UserId, from_wire};
use chancery_core::user::{self, Draft, Password, UserState, registry};

use super::paging::{PAGE_NUMBER, PAGE_SIZE};
use super::passwords::password_rules;
use super::user_view::{EXPAND, describe};
use super::{Answer, Call, Kind, Operation, Param, USERS, USERS_READ};
use crate::failure::Failure;
use crate::http::respond;
use crate::password;

const PATH: &str = "/api/v2/users";
const ONE: &str = "/api/v2/users/{userId}";
/// Most ids in one query.
const MOST_IDS: usize = 100;

const STATE: Param = Param::new(
    "state",
    Kind::OneOf(&["active", "inactive", "deleted", "any"]),
    "Only users of this state; absent: active",
);

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::get("getUsers", PATH, "Get the list of available users", |call| Box::pin(list(call)))
        .scopes(USERS_READ)
        .query(&[
            PAGE_SIZE,
            PAGE_NUMBER,
            Param::new("id", Kind::Many, "Only these, 100 at most"),
            Param::new("sortOrder", Kind::OneOf(&["ASC", "DESC", "ascending", "descending"]), "By name; absent: ASC"),
            EXPAND,
            STATE,
        ])
        .answers::<Listing<User>>()
        .refuses(&[ApiCode::MaxUserIds]),
    Operation::post("postUsers", PATH, "Create user", |call| Box::pin(create(call)))
        .about("The email is the login name. Without a password the user cannot log in yet.")
        .any(&[DIRECTORY_USER_ADD])
        .scopes(USERS)
        .takes::<CreateUser>()
        .answers::<User>()
        .refuses(&password_rules![
            ApiCode::ConstraintValidation,
            ApiCode::GeneralConflict,
            ApiCode::MissingDivisionPermission,
        ]),
    Operation::get("getUser", ONE, "Get user", |call| Box::pin(read(call)))
        .about("A deleted user is answered where state is deleted or any.")
        .scopes(USERS_READ)
        .query(&[EXPAND, STATE])
        .answers::<User>()
        .refuses(&[ApiCode::NotFound]),
    Operation::patch("patchUser", ONE, "Update user", |call| Box::pin(update(call)))
        .about("What is left out stays as it is. Whoever changes the email of another must hold all that the other holds. A user who becomes inactive loses all tokens and sessions for good.")
        .any(&[ADMIN_WORD, DIRECTORY_USER_EDIT, DIRECTORY_ORGANIZATION_ADMIN])
        .scopes(USERS)
        .takes::<UpdateUser>()
        .answers::<User>()
        .refuses(&[
            ApiCode::NotFound,
            ApiCode::ConstraintValidation,
            ApiCode::GeneralConflict,
            ApiCode::MissingDivisionPermission,
            ApiCode::MissingDivisionPermissionImplied,
        ]),
    Operation::delete("deleteUser", ONE, "Delete user", |call| Box::pin(delete(call)))
        .about("The user's tokens, sessions, roles and consents go too; the email is free for others.")
        .any(&[ADMIN_WORD, DIRECTORY_USER_DELETE, DIRECTORY_ORGANIZATION_ADMIN])
        .scopes(USERS)
        .refuses(&[ApiCode::NotFound, ApiCode::MissingDivisionPermission]),
];

/// `GET` of many, by name.
async fn list(call: Call) -> Answer {
    let (organization, query) = (call.caller.organization, &call.query);
    let wanted = query.many("id");
    if wanted.len() > MOST_IDS {
        return Err(ApiCode::MaxUserIds.into());
    }
    let mut ids = call.app.store.user_ids(organization, state(&call)).await?;
    if !wanted.is_empty() {
        let wanted: Vec<UserId> = wanted.into_iter().filter_map(UserId::parse).collect();
        ids.retain(|id| wanted.contains(id));
    }
    if query.one("sortOrder").is_some_and(|order| order.to_ascii_lowercase().starts_with("desc")) {
        ids.reverse();
    }
    let page = query.page(ids, PATH)?;
    let mut shown = Vec::new();
    for person in call.app.store.users(page.entities.clone()).await? {
        shown.push(describe(&call, &person).await?);
    }
    Ok(respond::ok(&page.of(shown)))
}

/// `GET` of one.
async fn read(call: Call) -> Answer {
    let id = user_id(&call)?;
    let organization = call.caller.organization;
    let found = call.look_up(|facts| facts.user(id).cloned()).await?;
    let gone = matches!(call.query.one("state"), Some("deleted" | "any"));
    let shows = |person: &std::sync::Arc<user::User>| {
        person.organization == organization && (gone || person.state != UserState::Deleted)
    };
    let person = found.filter(shows).ok_or(ApiCode::NotFound)?;
    Ok(respond::ok(&describe(&call, &person).await?))
}

/// `POST`.
async fn create(call: Call) -> Answer {
    let body: CreateUser = call.json()?;
    let password = match &body.password {
        Some(password) => {
            let password = Password::new(password.expose());
            let random = std::sync::Arc::clone(&call.app.random);
            Some(password::prepare(&call.app.hashing, password, random).await?)
        }
        None => None,
    };
    let draft = Draft {
        name: body.name,
        email: body.email,
        division: body.division_id,
        title: body.title,
        department: body.department,
        addresses: body.addresses.map(contacts),
        state: body.state,
        ..Draft::default()
    };
    let created = call
        .change(|facts, env| registry::create(facts, &call.caller, &draft, password.as_ref(), env))
        .await?;
    Ok(respond::ok(&describe(&call, &created).await?))
}

/// `PATCH`: what is left out stays as it is.
async fn update(call: Call) -> Answer {
    let id = known(&call).await?;
    let body: UpdateUser = call.json()?;
    let draft = Draft {
        version: body.version.map(i64::from),
        name: body.name,
        email: body.email,
        division: body.division_id,
        title: body.title,
        department: body.department,
        preferred_name: body.preferred_name,
        addresses: body.addresses.map(contacts),
        acd_auto_answer: body.acd_auto_answer,
        state: body.state,
    };
    let _turn = call.app.turn(id).await;
    let changed = call.change(|facts, env| registry::update(facts, &call.caller, id, &draft, env)).await?;
    Ok(respond::ok(&describe(&call, &changed).await?))
}

/// `DELETE`.
async fn delete(call: Call) -> Answer {
    let id = user_id(&call)?;
    let _turn = call.app.turn(id).await;
    call.change(|facts, _| registry::delete(facts, &call.caller, id)).await?;
    Ok(StatusCode::OK.into_response())
}

/// The user that the path names, if there is one: 404 comes before whatever is wrong with the body.
pub async fn known(call: &Call) -> Result<UserId, Failure> {
    let id = user_id(call)?;
    call.look_up(|facts| registry::find(facts, &call.caller, id).map(drop)).await?;
    Ok(id)
}

/// The user that the path names.
pub fn user_id(call: &Call) -> Result<UserId, Failure> {
    UserId::parse(call.segment("userId")).ok_or_else(|| ApiCode::NotFound.into())
}

fn state(call: &Call) -> Option<UserState> {
    match call.query.one("state").unwrap_or("active") {
        "any" => None,
        named => from_wire(UserState::ALL, named),
    }
}

fn contacts(sent: Vec<Contact>) -> Vec<user::Contact> {
    let contact = |it: Contact| user::Contact {
        address: it.address,
        media_type: it.media_type,
        kind: it.r#type,
        extension: it.extension,
        country_code: it.country_code,
    };
    sent.into_iter().map(contact).collect()
}
