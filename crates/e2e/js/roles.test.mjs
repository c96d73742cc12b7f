// Roles: made, read, listed, changed, deleted; and the built-in ones put right.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import {
  INVALID, administrator, adminRole, createRole, everywhere, extended, forbidden, idsOf, newcomer, policy, refused,
  sdk, unique, viewerRole,
} from './chancery.mjs';

const { authorization } = administrator;
const VIEW_CLIENTS = policy('oauth', 'client', 'view');

/** Every member that was sent comes back as it was sent. */
function samePolicies(told, sent) {
  const kept = told.map((it, at) => Object.fromEntries(Object.keys(sent[at] ?? {}).map((key) => [key, it[key]])));
  assert.deepEqual(kept, sent);
}

test('a role is created, read, listed, changed, and deleted', async (t) => {
  const description = 'made by a test';
  const created = await createRole(t, [VIEW_CLIENTS], { description });
  assert.ok(created.id);
  assert.equal(created.selfUri, `/api/v2/authorization/roles/${created.id}`);
  assert.equal(created.description, description);
  assert.ok(!created.default);
  samePolicies(created.permissionPolicies, [VIEW_CLIENTS]);

  const read = await authorization.getAuthorizationRole(created.id);
  assert.equal(read.name, created.name);
  samePolicies(read.permissionPolicies, [VIEW_CLIENTS]);
  const { entities } = await authorization.getAuthorizationRoles({ id: [created.id] });
  assert.deepEqual(idsOf(entities), [created.id]);

  const policies = [policy('oauth', 'client', 'view', 'edit'), policy('usage', 'client', 'view')];
  const change = { id: created.id, name: unique('renamed'), description: 'changed', permissionPolicies: policies };
  const updated = await authorization.putAuthorizationRole(created.id, change);
  const again = await authorization.getAuthorizationRole(created.id);
  for (const told of [updated, again]) {
    assert.deepEqual([told.id, told.name, told.description], [created.id, change.name, 'changed']);
    samePolicies(told.permissionPolicies, policies);
  }

  const deletion = await new sdk.AuthorizationApi(extended(administrator.api)).deleteAuthorizationRole(created.id);
  assert.ok([200, 204].includes(deletion.status));
  await refused(authorization.getAuthorizationRole(created.id), 404);
  await refused(authorization.deleteAuthorizationRole(created.id), 404);
  assert.deepEqual((await authorization.getAuthorizationRoles({ id: [created.id] })).entities, []);
});

test('policies read back with all that was sent', async (t) => {
  const policies = [
    policy('oauth', '*', '*'),
    {
      ...policy('directory', 'user', 'edit', 'add'),
      policyName: 'those of my team',
      policyDescription: 'a text for people',
      allowConditions: true,
      resourceConditionNode: {
        conjunction: 'AND',
        terms: [{ variableName: 'team', operator: 'EQ', operands: [{ type: 'SCALAR', value: 'mine' }] }],
      },
    },
    policy('authorization', 'role', 'view'),
  ];
  const { id, name } = await createRole(t, policies);
  samePolicies((await authorization.getAuthorizationRole(id)).permissionPolicies, policies);
  policies.reverse();
  await authorization.putAuthorizationRole(id, { name, permissionPolicies: policies });
  samePolicies((await authorization.getAuthorizationRole(id)).permissionPolicies, policies);
});

test('sending back what was read changes nothing', async (t) => {
  const { id } = await createRole(t, [policy('oauth', '*', 'view'), VIEW_CLIENTS], { description: 'stays' });
  const read = await authorization.getAuthorizationRole(id);
  await authorization.putAuthorizationRole(id, read);
  const { roleNeedsUpdate, ...told } = await authorization.getAuthorizationRole(id);
  const { roleNeedsUpdate: before, ...expected } = read;
  assert.deepEqual(told, expected);
});

test('a patch sets the mark that a role needs an update, and nothing else', async (t) => {
  const { id, name } = await createRole(t, [VIEW_CLIENTS], { description: 'stays' });
  for (const roleNeedsUpdate of [true, false]) {
    const patched = await authorization.patchAuthorizationRole(id, { name, roleNeedsUpdate, description: 'ignored' });
    assert.equal(patched.roleNeedsUpdate ?? false, roleNeedsUpdate);
    const read = await authorization.getAuthorizationRole(id);
    assert.deepEqual([read.roleNeedsUpdate ?? false, read.description], [roleNeedsUpdate, 'stays']);
    samePolicies(read.permissionPolicies, [VIEW_CLIENTS]);
  }
});

test('roles are paged, and found by name, by permission, and by what they were made from', async (t) => {
  const viewer = await createRole(t, [VIEW_CLIENTS]);
  const other = await createRole(t, [policy('usage', 'client', 'view')]);
  const page = await authorization.getAuthorizationRoles({ pageSize: 1, pageNumber: 2 });
  assert.deepEqual([page.entities.length, page.pageSize, page.pageNumber, page.pageCount], [1, 1, 2, page.total]);
  for (const uri of [page.firstUri, page.previousUri, page.nextUri, page.lastUri, page.selfUri]) {
    assert.ok(uri.startsWith('/api/v2/authorization/roles?'), uri);
  }
  assert.deepEqual(idsOf((await authorization.getAuthorizationRoles({ name: viewer.name })).entities), [viewer.id]);
  const permission = ['oauth:client:view'];
  const able = idsOf((await authorization.getAuthorizationRoles({ pageSize: 100, permission })).entities);
  assert.ok(able.includes(viewer.id) && !able.includes(other.id));
  const { defaultRoleId } = await authorization.getAuthorizationRole(adminRole);
  const made = await authorization.getAuthorizationRoles({ defaultRoleId: [defaultRoleId] });
  assert.deepEqual(idsOf(made.entities), [adminRole]);
});

test('the users of a role are counted unless nobody asks', async (t) => {
  const { id } = await createRole(t, [VIEW_CLIENTS]);
  assert.equal((await authorization.getAuthorizationRole(id)).userCount, 0);
  const { entities } = await authorization.getAuthorizationRoles({ id: [id], userCount: true });
  assert.equal(entities[0].userCount, 0);
});

test('more than a hundred ids are too many', async () => {
  const id = Array.from({ length: 101 }, () => randomUUID());
  await refused(authorization.getAuthorizationRoles({ id }), 400, 'max.role.ids');
});

test('a role needs a name, and members of the right kind', async (t) => {
  const { id } = await createRole(t, [VIEW_CLIENTS]);
  for (const body of [
    { permissionPolicies: [VIEW_CLIENTS] },
    { name: '', permissionPolicies: [VIEW_CLIENTS] },
    { name: unique('role'), permissionPolicies: 'all of them' },
  ]) {
    await refused(authorization.postAuthorizationRoles(body), 400, ...INVALID);
    await refused(authorization.putAuthorizationRole(id, body), 400, ...INVALID);
  }
  samePolicies((await authorization.getAuthorizationRole(id)).permissionPolicies, [VIEW_CLIENTS]);
});

test('a role that is not there is not found', async () => {
  const id = randomUUID();
  const body = { name: unique('role'), permissionPolicies: [] };
  await refused(authorization.getAuthorizationRole(id), 404);
  await refused(authorization.putAuthorizationRole(id, body), 404);
  await refused(authorization.patchAuthorizationRole(id, { ...body, roleNeedsUpdate: true }), 404);
  await refused(authorization.deleteAuthorizationRole(id), 404);
  await refused(authorization.getAuthorizationRoleUsers(id), 404);
  await refused(authorization.getAuthorizationRoleSubjectgrants(id), 404);
  await refused(authorization.putAuthorizationRoleUsersAdd(id, []), 404);
  await refused(authorization.putAuthorizationRoleUsersRemove(id, []), 404);
});

test('the built-in roles can be put right, all or some', async (t) => {
  const before = await authorization.getAuthorizationRole(viewerRole);
  const own = await createRole(t, [VIEW_CLIENTS]);
  for (const listing of [
    await authorization.postAuthorizationRolesDefault(),
    await authorization.postAuthorizationRolesDefault({ force: true }),
    await authorization.putAuthorizationRolesDefault([before]),
  ]) {
    assert.ok(idsOf(listing.entities).includes(viewerRole));
  }
  const after = await authorization.getAuthorizationRole(viewerRole);
  assert.ok(after.default);
  samePolicies(after.permissionPolicies, before.permissionPolicies);
  samePolicies((await authorization.getAuthorizationRole(own.id)).permissionPolicies, [VIEW_CLIENTS]);
});

test('a change of a role counts at the next request of its holders', async (t) => {
  const { id, name } = await createRole(t, [VIEW_CLIENTS]);
  const { authorization: own, oauth } = await newcomer(t, everywhere(id));
  await oauth.getOauthClients();
  await forbidden(own.getAuthorizationRoles());
  await authorization.putAuthorizationRole(id, { name, permissionPolicies: [policy('authorization', 'role', 'view')] });
  await own.getAuthorizationRoles();
  await forbidden(oauth.getOauthClients());
});

test('a wildcard covers what it stands for and no more', async (t) => {
  const { id, name } = await createRole(t, [policy('oauth', '*', 'view')]);
  const { authorization: own, oauth } = await newcomer(t, everywhere(id));
  await oauth.getOauthClients();
  await forbidden(oauth.deleteOauthClient(randomUUID()));
  await authorization.putAuthorizationRole(id, { name, permissionPolicies: [policy('oauth', '*', '*')] });
  await refused(oauth.deleteOauthClient(randomUUID()), 404, 'client.not.found');
  await forbidden(own.getAuthorizationRoles());
});

test('who may view roles may not change them', async (t) => {
  const { id, name } = await createRole(t, [policy('authorization', 'role', 'view')]);
  const { authorization: own } = await newcomer(t, everywhere(id));
  const body = { name, permissionPolicies: [policy('authorization', 'role', 'view')] };
  assert.equal((await own.getAuthorizationRole(id)).id, id);
  for (const call of [
    () => own.postAuthorizationRoles({ ...body, name: unique('role') }),
    () => own.putAuthorizationRole(id, body),
    () => own.patchAuthorizationRole(id, { name, roleNeedsUpdate: true }),
    () => own.deleteAuthorizationRole(id),
    () => own.postAuthorizationRolesDefault(),
    () => own.putAuthorizationRolesDefault([]),
  ]) {
    await forbidden(call());
  }
});
