//! `OrganizationApi`.

use chancery_sdk::models::OrgAuthSettings;

use crate::place::Place;

#[tokio::test]
async fn the_organization_is_read_and_renamed() {
    let place = Place::start();
    let api = place.sdk.organization();
    let mut organization = api.get_organizations_me().await.expect("it");
    assert_eq!(organization.id.as_deref(), Some(place.made.text("/organization/id")));
    organization.name = Some("Acme".into());
    let renamed = api.put_organizations_me(&organization).await.expect("it");
    assert_eq!(renamed.name.as_deref(), Some("Acme"));
    assert!(renamed.version > organization.version);
    assert_eq!(api.get_organizations_me().await.expect("it"), renamed);
}

#[tokio::test]
async fn the_settings_are_read_and_changed() {
    let place = Place::start();
    let api = place.sdk.organization();
    let before = api.get_organizations_authentication_settings().await.expect("settings");
    assert_eq!(before.ip_address_allowlist.as_deref(), Some(&[][..]));
    let body = OrgAuthSettings {
        ip_address_allowlist: Some(vec!["127.0.0.0/8".into()]),
        ..OrgAuthSettings::default()
    };
    let after = api.patch_organizations_authentication_settings(&body.into()).await.expect("settings");
    assert_eq!(after.ip_address_allowlist.as_deref(), Some(&["127.0.0.0/8".to_owned()][..]));
    assert_eq!(api.get_organizations_authentication_settings().await.expect("settings"), after);
}
