//! `OrganizationApi`: the organization, and how its people log in.

use chancery_api::{OrgAuthSettings, Organization};

use crate::Model;

operations! {
    /// The organization, and how its people log in.
    OrganizationApi, organization {
        /// Get organization. Wraps `GET /api/v2/organizations/me`; needs no permission.
        get_organizations_me() -> Model<Organization> = GET ["organizations", "me"];

        /// Update organization; its `version` is the one that was read. Wraps `PUT /api/v2/organizations/me`; needs
        /// `directory:organization:admin`.
        put_organizations_me(body: &Model<Organization> = &Organization::default().into()) -> Model<Organization> =
            PUT ["organizations", "me"], body body;

        /// Gets the organization's settings. Wraps `GET /api/v2/organizations/authentication/settings`; needs
        /// `directory:organization:admin`.
        get_organizations_authentication_settings() -> Model<OrgAuthSettings> =
            GET ["organizations", "authentication", "settings"];

        /// Update the organization's settings: what is left out stays. Wraps
        /// `PATCH /api/v2/organizations/authentication/settings`; needs `directory:organization:admin`.
        patch_organizations_authentication_settings(body: &Model<OrgAuthSettings> = &OrgAuthSettings::default().into())
            -> Model<OrgAuthSettings> = PATCH ["organizations", "authentication", "settings"], body body;
    }
}
