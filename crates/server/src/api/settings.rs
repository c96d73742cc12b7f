//! `/api/v2/organizations/authentication/settings`: how people log in, and from where the API is reached.

use chancery_api::{OrgAuthSettings, PasswordRequirements};
use chancery_core::error::ApiError;
use chancery_core::organization::settings::{self, Authentication};
use chancery_core::rbac::permission::DIRECTORY_ORGANIZATION_ADMIN;

use super::{Answer, Call, ORGANIZATION, ORGANIZATION_READ, Operation, organizations};
use crate::http::respond;

const PATH: &str = "/api/v2/organizations/authentication/settings";
/// Most entries of a list.
const ENTRIES: usize = 1000;

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::get(
        "getOrganizationsAuthenticationSettings",
        PATH,
        "Gets the organization's settings",
        |call| Box::pin(read(call)),
    )
    .any(&[DIRECTORY_ORGANIZATION_ADMIN])
    .scopes(ORGANIZATION_READ)
    .answers::<OrgAuthSettings>(),
    Operation::patch(
        "patchOrganizationsAuthenticationSettings",
        PATH,
        "Update the organization's settings",
        |call| Box::pin(update(call)),
    )
    .about("What is left out stays as it is. An ipAddressAllowlist that does not have the caller's own address is refused.")
    .any(&[DIRECTORY_ORGANIZATION_ADMIN])
    .scopes(ORGANIZATION)
    .takes::<OrgAuthSettings>()
    .answers::<OrgAuthSettings>(),
];

/// `GET`.
async fn read(call: Call) -> Answer {
    Ok(respond::ok(&represent(&organizations::find(&call).await?.settings.authentication)))
}

/// `PATCH`: what is left out stays as it is.
async fn update(call: Call) -> Answer {
    let body: OrgAuthSettings = call.json()?;
    let change = |it: &mut Authentication| apply(&body, it);
    let changed = call.change(|facts, _| settings::authenticate_by(facts, &call.caller, &change)).await?;
    Ok(respond::ok(&represent(&changed.settings.authentication)))
}

fn apply(body: &OrgAuthSettings, it: &mut Authentication) -> Result<(), ApiError> {
    let list = |field: &str, new: &Option<Vec<String>>, old: &mut Vec<String>| {
        let Some(new) = new else { return Ok(()) };
        let long = |text: &String| text.len() > 256 || text.chars().any(char::is_control);
        if new.len() > ENTRIES || new.iter().any(long) {
            let reason = "A list has at most 1000 entries of 256 bytes, without control characters.";
            return Err(ApiError::constraint(field, reason));
        }
        old.clone_from(new);
        Ok(())
    };
    list("domainAllowlist", &body.domain_allowlist, &mut it.domain_allowlist)?;
    list(
        "inactivityTimeoutExclusions",
        &body.inactivity_timeout_exclusions,
        &mut it.inactivity_timeout_exclusions,
    )?;
    list("ipAddressAllowlist", &body.ip_address_allowlist, &mut it.ip_allowlist)?;
    if it.ip_allowlist.iter().any(|text| Authentication::range(text).is_none()) {
        let reason = "An entry is an IP address, or a range such as 192.0.2.0/24.";
        return Err(ApiError::constraint("ipAddressAllowlist", reason));
    }
    it.multifactor_required = body.multifactor_authentication_required.unwrap_or(it.multifactor_required);
    it.domain_allowlist_enabled = body.domain_allowlist_enabled.unwrap_or(it.domain_allowlist_enabled);
    it.universal_logout = body.universal_logout.unwrap_or(it.universal_logout);
    if let Some(new) = &body.password_requirements {
        let own = &mut it.password;
        for (new, old) in [
            (new.minimum_length, &mut own.minimum_length),
            (new.minimum_digits, &mut own.minimum_digits),
            (new.minimum_letters, &mut own.minimum_letters),
            (new.minimum_upper, &mut own.minimum_upper),
            (new.minimum_lower, &mut own.minimum_lower),
            (new.minimum_specials, &mut own.minimum_specials),
            (new.minimum_age_seconds, &mut own.minimum_age_seconds),
            (new.expiration_days, &mut own.expiration_days),
        ] {
            let Some(new) = new else { continue };
            let reason = "A password requirement is not negative.";
            let new = u32::try_from(new).map_err(|_| ApiError::constraint("passwordRequirements", reason))?;
            *old = Some(new);
        }
    }
    Ok(())
}

fn represent(it: &Authentication) -> OrgAuthSettings {
    let number = |value: Option<u32>| value.map(|value| i32::try_from(value).unwrap_or(i32::MAX));
    let password = &it.password;
    OrgAuthSettings {
        multifactor_authentication_required: Some(it.multifactor_required),
        domain_allowlist_enabled: Some(it.domain_allowlist_enabled),
        domain_allowlist: Some(it.domain_allowlist.clone()),
        ip_address_allowlist: Some(it.ip_allowlist.clone()),
        password_requirements: Some(PasswordRequirements {
            minimum_length: number(password.minimum_length),
            minimum_digits: number(password.minimum_digits),
            minimum_letters: number(password.minimum_letters),
            minimum_upper: number(password.minimum_upper),
            minimum_lower: number(password.minimum_lower),
            minimum_specials: number(password.minimum_specials),
            minimum_age_seconds: number(password.minimum_age_seconds),
            expiration_days: number(password.expiration_days),
        }),
        inactivity_timeout_exclusions: Some(it.inactivity_timeout_exclusions.clone()),
        universal_logout: Some(it.universal_logout),
    }
}
