// Who holds a role: the users of a role, its grants, the roles of a user. All that touches the one user that every
// server has is in this file, so that files can run side by side.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';

import {
  administrator, adminRole, anonymous, bootstrap, create, createDivision, createRole, everywhere, extended, forbidden,
  grantsOf, home, idsOf, newcomer, pair, pairsOf, policy, refused, sdk, viewerRole,
} from './chancery.mjs';

const { authorization } = administrator;
const user = bootstrap.admin.userId;
const USAGE = policy('usage', 'client', 'view');

const before = (await authorization.getAuthorizationSubject(user)).grants;
after(async () => {
  const grants = before.map((grant) => pair(grant.role, grant.division));
  await authorization.postAuthorizationSubjectBulkreplace(user, { grants }, { subjectType: 'PC_USER' });
  assert.deepEqual(await grantsOf(user), pairsOf(before));
});

test('a user is added to a role, listed and counted as its user, and removed', async (t) => {
  const role = await createRole(t, [USAGE]);
  const holders = async () => idsOf((await authorization.getAuthorizationRoleUsers(role.id)).entities);
  assert.deepEqual(await holders(), []);

  assert.deepEqual(await authorization.putAuthorizationRoleUsersAdd(role.id, [user]), [user]);
  assert.deepEqual(await holders(), [user]);
  assert.equal((await authorization.getAuthorizationRole(role.id)).userCount, 1);
  assert.ok((await grantsOf(user)).includes(pairsOf([pair(role, home)])[0]));
  assert.ok(idsOf((await authorization.getUserRoles(user)).roles).includes(role.id));

  assert.deepEqual(await authorization.putAuthorizationRoleUsersRemove(role.id, [user]), [user]);
  assert.deepEqual(await holders(), []);
  assert.equal((await authorization.getAuthorizationRole(role.id)).userCount, 0);
  assert.ok(!idsOf((await authorization.getUserRoles(user)).roles).includes(role.id));
});

test('adding a user twice grants the role once', async (t) => {
  const role = await createRole(t, [USAGE]);
  await authorization.putAuthorizationRoleUsersAdd(role.id, [user]);
  await authorization.putAuthorizationRoleUsersAdd(role.id, [user]);
  const held = (await grantsOf(user)).filter((text) => text.startsWith(role.id));
  assert.deepEqual(held, pairsOf([pair(role, home)]));
});

test('the users of a role are no secret, and no clients', async (t) => {
  const role = await createRole(t, [USAGE]);
  const { authorization: own } = await newcomer(t, everywhere(role));
  const listing = await own.getAuthorizationRoleUsers(adminRole, { pageSize: 10, pageNumber: 1 });
  assert.ok(idsOf(listing.entities).includes(user));
  assert.equal(listing.pageNumber, 1);
  assert.deepEqual((await own.getAuthorizationRoleUsers(role.id)).entities, []);
  await refused(anonymous.authorization.getAuthorizationRoleUsers(role.id), 401, 'authentication.required');
});

test('the grants of a role tell what kind of subject holds it, and where', async (t) => {
  const role = await createRole(t, [USAGE]);
  const division = await createDivision(t);
  const client = await create(t, 'CLIENT-CREDENTIALS', { roleDivisions: [pair(role, division), pair(role, home)] });
  await authorization.putAuthorizationRoleUsersAdd(role.id, [user]);
  const { entities } = await authorization.getAuthorizationRoleSubjectgrants(role.id);
  const told = entities.map((it) => [it.id, it.type, idsOf(it.divisions).sort()]).sort();
  const expected = [
    [client.id, 'PC_OAUTH_CLIENT', [division.id, home].sort()],
    [user, 'PC_USER', [home]],
  ];
  assert.deepEqual(told, expected.sort());
  assert.equal(entities.find((it) => it.id === client.id).name, client.name);
});

test('a role is granted to several subjects in several divisions at once', async (t) => {
  const role = await createRole(t, [USAGE]);
  const divisions = [await createDivision(t), await createDivision(t)];
  const clients = [await create(t), await create(t)];
  const body = { subjectIds: idsOf(clients), divisionIds: idsOf(divisions) };
  const extendedApi = new sdk.AuthorizationApi(extended(administrator.api));
  const answer = await extendedApi.postAuthorizationRole(role.id, body, { subjectType: 'PC_OAUTH_CLIENT' });
  assert.equal(answer.status, 204);
  for (const client of clients) {
    const expected = [everywhere(viewerRole), ...divisions.map((division) => pair(role, division))];
    assert.deepEqual(await grantsOf(client), pairsOf(expected));
  }
});

test('a role is granted to users where nothing else is said', async (t) => {
  const role = await createRole(t, [USAGE]);
  await authorization.postAuthorizationRole(role.id, { subjectIds: [user], divisionIds: [home] });
  assert.deepEqual(idsOf((await authorization.getAuthorizationRoleUsers(role.id)).entities), [user]);
});

test('a role is not granted to what is no kind of subject', async (t) => {
  const role = await createRole(t, [USAGE]);
  const body = { subjectIds: [user], divisionIds: [home] };
  const call = authorization.postAuthorizationRole(role.id, body, { subjectType: 'PC_HOUSE' });
  await refused(call, 400, 'invalid.subject.type');
  assert.ok(!(await grantsOf(user)).some((text) => text.startsWith(role.id)));
});

test('the roles of a user are read with all that they allow', async () => {
  const { roles, permissions, permissionPolicies } = await authorization.getUserRoles(user);
  assert.ok(roles.some((role) => role.id === adminRole && role.name === 'admin'));
  assert.ok(Array.isArray(permissions));
  assert.ok(permissionPolicies.every((it) => it.domain && it.entityName && Array.isArray(it.actionSet)));
  const same = await administrator.users.getUserRoles(user); // the vendor's SDK has it in both of its APIs
  assert.deepEqual(idsOf(same.roles).sort(), idsOf(roles).sort());
});

test('the roles of a user are replaced', async (t) => {
  const [first, second] = [await createRole(t, [USAGE]), await createRole(t, [USAGE])];
  const told = await authorization.putUserRoles(user, [adminRole, first.id]);
  assert.deepEqual(idsOf(told.roles).sort(), [adminRole, first.id].sort());
  await authorization.putUserRoles(user, [adminRole, second.id]);
  assert.deepEqual(idsOf((await authorization.getUserRoles(user)).roles).sort(), [adminRole, second.id].sort());
  assert.deepEqual((await authorization.getAuthorizationRoleUsers(first.id)).entities, []);
});

test('the roles of a user are not replaced by what is no role', async () => {
  const held = await grantsOf(user);
  const call = authorization.putUserRoles(user, [adminRole, randomUUID()]);
  const refusal = await call.then(() => assert.fail('not refused'), (body) => body);
  assert.ok([400, 404].includes(refusal.status), JSON.stringify(refusal));
  assert.deepEqual(await grantsOf(user), held);
});

test('a user that is not there has no roles', async () => {
  const codes = ['not.found', 'general.resource.not.found'];
  await refused(authorization.getUserRoles(randomUUID()), 404, ...codes);
  await refused(authorization.putUserRoles(randomUUID(), [viewerRole]), 404, ...codes);
});

test('who may view grants may not change the roles of users', async (t) => {
  const role = await createRole(t, [policy('authorization', 'grant', 'view')]);
  const { authorization: own } = await newcomer(t, everywhere(role));
  assert.ok((await own.getUserRoles(user)).roles.length > 0);
  const body = { subjectIds: [user], divisionIds: [home] };
  await forbidden(own.putUserRoles(user, [adminRole, role.id]));
  await forbidden(own.putAuthorizationRoleUsersAdd(role.id, [user]));
  await forbidden(own.putAuthorizationRoleUsersRemove(role.id, [user]));
  await forbidden(own.postAuthorizationRole(role.id, body));
  await forbidden(own.getAuthorizationRoleSubjectgrants(role.id));
  await forbidden((await newcomer(t)).authorization.getUserRoles(user));
});
