//! Roles, divisions, grants, permissions.

use chancery_sdk::models::{
    AuthorizationProduct, AuthzDivision, AuthzDivisionCursorListing, AuthzGrant, AuthzSubject,
    DivsPermittedEntityListing, DomainOrganizationRole, PermissionCollection, SubjectDivisionGrants,
};
use serde_json::{Value, json};

use crate::{is_read_in_every_shape, read};

pub fn condition() -> Value {
    json!({
        "conjunction": "AND",
        "terms": [{
            "variableName": "Client.team", "operator": "IN",
            "operands": [
                { "type": "TEAM", "team": { "id": "t1", "name": "Robots" } },
                { "type": "SCALAR", "value": "x" },
            ],
        }],
    })
}

pub fn role() -> Value {
    json!({
        "id": "r1", "name": "Clerk", "description": "x", "defaultRoleId": "employee",
        "permissions": ["group_creation"], "unusedPermissions": [],
        "permissionPolicies": [{
            "domain": "oauth", "entityName": "client", "policyName": "x", "policyDescription": "y",
            "actionSet": ["view"], "namedResources": ["c1"], "allowConditions": true,
            "resourceConditionNode": condition(),
        }],
        "userCount": 3, "roleNeedsUpdate": false, "baseLicense": "x", "addonLicenses": ["y"],
        "dateLicenseLastUpdated": "2026-07-01T12:00:00.000Z", "base": false, "default": true, "selfUri": "/r",
    })
}

fn division() -> Value {
    json!({
        "id": "d1", "name": "Home", "description": "", "homeDivision": true,
        "objectCounts": { "USER": 4 }, "selfUri": "/d",
    })
}

fn grant() -> Value {
    json!({
        "subjectId": "u1", "division": division(),
        "role": {
            "id": "r1", "name": "Clerk", "description": "x", "default": false, "selfUri": "/r",
            "policies": [{ "actions": ["view"], "condition": "c", "domain": "oauth", "entityName": "client" }],
        },
        "grantMadeAt": "2026-07-01T12:00:00.000Z",
    })
}

#[test]
fn a_role_is_read_in_every_shape() {
    is_read_in_every_shape::<DomainOrganizationRole>(&role(), &[]);
}

#[test]
fn divisions_are_read_in_every_shape() {
    is_read_in_every_shape::<AuthzDivision>(&division(), &[]);
    let page = json!({ "entities": [division()], "nextUri": "/n", "selfUri": "/s", "previousUri": "/p" });
    is_read_in_every_shape::<AuthzDivisionCursorListing>(&page, &[]);
    let permitted = json!({
        "entities": [division()], "pageSize": 25, "pageNumber": 1, "total": 1, "pageCount": 1,
        "firstUri": "/f", "nextUri": "/n", "previousUri": "/p", "lastUri": "/l", "selfUri": "/s",
        "allDivsPermitted": true,
    });
    is_read_in_every_shape::<DivsPermittedEntityListing>(&permitted, &[]);
    assert!(!read::<DivsPermittedEntityListing>(&json!({})).all_divs_permitted);
}

#[test]
fn grants_are_read_in_every_shape() {
    is_read_in_every_shape::<AuthzGrant>(&grant(), &[]);
    let subject = json!({ "id": "u1", "name": "Ada", "grants": [grant()], "version": 2, "selfUri": "/s" });
    is_read_in_every_shape::<AuthzSubject>(&subject, &[]);
    let shown = json!({
        "id": "u1", "name": "Ada", "divisions": [{ "id": "d1", "name": "Home", "selfUri": "/d" }],
        "type": "PC_OAUTH_CLIENT", "selfUri": "/s",
    });
    is_read_in_every_shape::<SubjectDivisionGrants>(&shown, &[]);
}

#[test]
fn permissions_are_read_in_every_shape() {
    let collection = json!({
        "id": "oauth", "name": "OAuth", "domain": "oauth", "selfUri": "/p",
        "permissionMap": {
            "client": [{
                "domain": "oauth", "entityType": "client", "action": "view", "label": "View clients",
                "allowsConditions": false, "divisionAware": false,
            }],
        },
    });
    is_read_in_every_shape::<PermissionCollection>(&collection, &[]);
    is_read_in_every_shape::<AuthorizationProduct>(&json!({ "id": "oauth" }), &[]);
}
