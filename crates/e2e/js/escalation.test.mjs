// Nobody hands out more than they hold: neither by a grant, nor by a role, nor by a client.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  adminRole, administrator, bootstrap, changed, create, createDivision, createRole, everywhere, forbidden, grantsOf,
  home, newcomer, pair, pairsOf, policy, refused, registration, unique, viewerRole,
} from './chancery.mjs';

const { authorization } = administrator;
const OF_CLIENT = { subjectType: 'PC_OAUTH_CLIENT' };

// What the climber of these tests may do: everything with roles, grants and clients, and nothing else.
const POLICIES = [
  policy('authorization', 'role', '*'),
  policy('authorization', 'grant', '*'),
  policy('oauth', 'client', '*'),
];
const MORE = policy('directory', 'organization', 'admin');

/** A climber with its own role, and a role that carries what it does not hold. */
async function world(t) {
  const [own, more] = [await createRole(t, POLICIES), await createRole(t, [MORE])];
  const climber = await newcomer(t, everywhere(own));
  return { climber, own, more, id: climber.client.id, before: await grantsOf(climber.client) };
}

test('it may hand out what it holds', async (t) => {
  const { climber, own } = await world(t);
  const less = await createRole(t, [policy('oauth', 'client', 'view')], {}, climber);
  const grants = [everywhere(less), pair(own, home), pair(viewerRole, home)];
  const client = await create(t, 'CLIENT-CREDENTIALS', { roleDivisions: [everywhere(less)] }, climber);
  await climber.authorization.postAuthorizationSubjectBulkadd(client.id, { grants }, OF_CLIENT);
  assert.deepEqual(await grantsOf(client), pairsOf(grants));
});

test('it cannot grant itself, or its friends, a role that carries more', async (t) => {
  const { climber, more, id, before } = await world(t);
  const friend = await create(t);
  const friends = await grantsOf(friend);
  const { authorization: own } = climber;
  for (const role of [more.id, adminRole]) {
    for (const subject of [id, friend.id]) {
      const body = { grants: [everywhere(role)] };
      const subjects = { subjectIds: [subject], divisionIds: [home] };
      await forbidden(own.postAuthorizationSubjectDivisionRole(subject, '*', role, OF_CLIENT));
      await forbidden(own.postAuthorizationSubjectDivisionRole(subject, home, role, OF_CLIENT));
      await forbidden(own.postAuthorizationSubjectBulkadd(subject, body, OF_CLIENT));
      await forbidden(own.postAuthorizationSubjectBulkreplace(subject, body, OF_CLIENT));
      await forbidden(own.postAuthorizationRole(role, subjects, OF_CLIENT));
    }
  }
  assert.deepEqual(await grantsOf(id), before);
  assert.deepEqual(await grantsOf(friend), friends);
  await forbidden(climber.organization.getOrganizationsAuthenticationSettings());
});

test('one grant too many spoils them all', async (t) => {
  const { climber, own, more, id, before } = await world(t);
  const grants = [pair(own, home), everywhere(more)];
  await forbidden(climber.authorization.postAuthorizationSubjectBulkadd(id, { grants }, OF_CLIENT));
  await forbidden(climber.authorization.postAuthorizationSubjectBulkreplace(id, { grants }, OF_CLIENT));
  assert.deepEqual(await grantsOf(id), before);
});

test('it cannot give a user a role that carries more', async (t) => {
  const { climber, more } = await world(t);
  const user = bootstrap.admin.userId;
  await forbidden(climber.authorization.putAuthorizationRoleUsersAdd(more.id, [user]));
  await forbidden(climber.authorization.putUserRoles(user, [adminRole, more.id]));
  assert.ok(!(await grantsOf(user)).some((text) => text.startsWith(more.id)));
});

test('it cannot make a role that carries more', async (t) => {
  const { climber } = await world(t);
  for (const wanted of [MORE, policy('*', '*', '*'), policy('directory', '*', '*'), policy('oauth', '*', '*')]) {
    const body = { name: unique('role'), permissionPolicies: [wanted] };
    await forbidden(climber.authorization.postAuthorizationRoles(body));
  }
  const word = { name: unique('role'), permissions: ['admin'], permissionPolicies: [] };
  await forbidden(climber.authorization.postAuthorizationRoles(word));
});

test('it cannot add to its own role', async (t) => {
  const { climber, own } = await world(t);
  const body = { name: own.name, permissionPolicies: [...POLICIES, MORE] };
  await forbidden(climber.authorization.putAuthorizationRole(own.id, body));
  await forbidden(climber.organization.getOrganizationsAuthenticationSettings());
  assert.equal((await authorization.getAuthorizationRole(own.id)).permissionPolicies.length, POLICIES.length);
});

test('it cannot make, change, or take over a client that holds more', async (t) => {
  const { climber, more, id } = await world(t);
  const roleDivisions = [everywhere(more)];
  const { oauth } = climber;
  await refused(oauth.postOauthClients(registration('CLIENT-CREDENTIALS', { roleDivisions })), 400, 'bad.client.role');
  const mighty = await create(t, 'CLIENT-CREDENTIALS', { roleDivisions });
  await refused(oauth.putOauthClient(mighty.id, changed(mighty)), 400, 'bad.client.role');
  await refused(oauth.postOauthClientSecret(mighty.id), 400, 'bad.client.role');
  await refused(oauth.putOauthClient(id, changed(climber.client, { roleDivisions })), 400, 'bad.client.role');
});

test('who may grant in one division grants there and nowhere else', async (t) => {
  const own = await createRole(t, POLICIES);
  const [here, there] = [await createDivision(t), await createDivision(t)];
  const { authorization: local } = await newcomer(t, pair(own, here));
  const friend = await create(t);
  const friends = (await authorization.getAuthorizationSubject(friend.id)).grants;
  for (const division of [there.id, home, '*']) {
    await forbidden(local.postAuthorizationSubjectDivisionRole(friend.id, division, own.id, OF_CLIENT));
    const body = { grants: [pair(own, here), pair(own, division)] };
    await forbidden(local.postAuthorizationSubjectBulkadd(friend.id, body, OF_CLIENT));
  }
  assert.deepEqual(await grantsOf(friend), pairsOf(friends));
  await local.postAuthorizationSubjectDivisionRole(friend.id, here.id, own.id, OF_CLIENT);
  assert.deepEqual(await grantsOf(friend), [...pairsOf(friends), ...pairsOf([pair(own, here)])].sort());
});

test('what was held is held no longer when it is taken away', async (t) => {
  const { climber, own, more, id } = await world(t);
  const friend = await create(t);
  await authorization.postAuthorizationSubjectBulkadd(id, { grants: [everywhere(more)] }, OF_CLIENT);
  const give = () => climber.authorization.postAuthorizationSubjectDivisionRole(friend.id, '*', more.id, OF_CLIENT);
  await give();
  await authorization.postAuthorizationSubjectBulkremove(friend.id, { grants: [everywhere(more)] });
  await authorization.deleteAuthorizationSubjectDivisionRole(id, '*', more.id);
  await forbidden(give());
  assert.deepEqual(await grantsOf(id), pairsOf([everywhere(own)]));
});
