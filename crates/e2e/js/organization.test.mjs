// The organization and what its administrators choose. All that changes it is in this file, so that files can run side
// by side.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { administrator, anonymous, bootstrap, forbidden, newcomer, refused, unique } from './chancery.mjs';

const { organization } = administrator;

const [first, chosen] = [
  await organization.getOrganizationsMe(), await organization.getOrganizationsAuthenticationSettings(),
];
after(async () => {
  const { version } = await organization.getOrganizationsMe();
  await organization.putOrganizationsMe({ body: { ...first, version } });
  await organization.patchOrganizationsAuthenticationSettings(chosen);
});

test('the organization tells its name, its state, and its version', async () => {
  const told = await organization.getOrganizationsMe();
  assert.equal(told.id, bootstrap.organization.id);
  assert.ok(told.name && told.thirdPartyOrgName);
  assert.equal(told.state, 'active');
  assert.ok(Number.isInteger(told.version));
});

test('the organization is renamed for everybody', async (t) => {
  const before = await organization.getOrganizationsMe();
  const name = unique('organization');
  const updated = await organization.putOrganizationsMe({ body: { ...before, name } });
  assert.deepEqual([updated.id, updated.name], [before.id, name]);
  assert.equal(updated.thirdPartyOrgName, before.thirdPartyOrgName, 'the short name is not for changing');
  const { organization: others, tokens } = await newcomer(t);
  assert.equal((await others.getOrganizationsMe()).name, name);
  assert.equal((await tokens.getTokensMe()).organization.name, name);
});

test('members that only read are not written', async () => {
  const before = await organization.getOrganizationsMe();
  const features = { ...before.features, flying: true };
  await organization.putOrganizationsMe({ body: { ...before, thirdPartyOrgName: 'another', features } });
  const told = await organization.getOrganizationsMe();
  assert.equal(told.thirdPartyOrgName, before.thirdPartyOrgName);
  assert.deepEqual(told.features, before.features);
});

test('who does not administer the organization reads it, and changes nothing', async (t) => {
  const { organization: own } = await newcomer(t);
  const told = await own.getOrganizationsMe();
  await forbidden(own.putOrganizationsMe({ body: { ...told, name: 'mine' } }));
  await forbidden(own.getOrganizationsAuthenticationSettings());
  await forbidden(own.patchOrganizationsAuthenticationSettings({ multifactorAuthenticationRequired: true }));
  await refused(anonymous.organization.getOrganizationsMe(), 401, 'authentication.required');
  assert.notEqual((await organization.getOrganizationsMe()).name, 'mine');
});

test('a patch of the authentication settings changes what it names and nothing else', async () => {
  const before = await organization.getOrganizationsAuthenticationSettings();
  assert.equal(typeof before.multifactorAuthenticationRequired, 'boolean');
  const multifactorAuthenticationRequired = !before.multifactorAuthenticationRequired;
  const patched = await organization.patchOrganizationsAuthenticationSettings({ multifactorAuthenticationRequired });
  const told = await organization.getOrganizationsAuthenticationSettings();
  assert.deepEqual(told, patched);
  assert.deepEqual(told, { ...before, multifactorAuthenticationRequired });
});

test('lists and the requirements for passwords are kept', async () => {
  const change = {
    domainAllowlist: ['example.com', 'example.org'],
    passwordRequirements: { minimumLength: 12, minimumDigits: 2, expirationDays: 90 },
  };
  await organization.patchOrganizationsAuthenticationSettings(change);
  const told = await organization.getOrganizationsAuthenticationSettings();
  assert.deepEqual(told.domainAllowlist, change.domainAllowlist);
  for (const [rule, value] of Object.entries(change.passwordRequirements)) {
    assert.equal(told.passwordRequirements[rule], value, rule);
  }
});

test('what is no address is not let onto the list of addresses', async () => {
  const body = { ipAddressAllowlist: ['not-an-address'] };
  await refused(organization.patchOrganizationsAuthenticationSettings(body), 400);
  const { ipAddressAllowlist } = await organization.getOrganizationsAuthenticationSettings();
  assert.deepEqual(ipAddressAllowlist ?? [], chosen.ipAddressAllowlist ?? []);
});
