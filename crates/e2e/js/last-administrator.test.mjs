// The last administrator of an organization stays. These tests need a server where nobody else administers: they run
// apart from the others.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  adminRole, administrator, administratorId, bootstrap, changed, checkErrorBody, connect, create, everywhere, grantsOf,
  home, isAlive, newcomer, pair, pairsOf, viewerRole,
} from './chancery.mjs';

const { authorization, oauth } = administrator;
const user = bootstrap.admin.userId;

// Whether a person who cannot log in yet counts is the server's business: here is none.
const { grants: ofUser } = await authorization.getAuthorizationSubject(user);
const administering = ofUser.filter((grant) => grant.role.id === adminRole);
await authorization.postAuthorizationSubjectBulkremove(user, {
  grants: administering.map((grant) => pair(grant.role, grant.division)),
});

const me = await oauth.getOauthClient(administratorId);
const weaker = { roleDivisions: [everywhere(viewerRole)] };

const ENDS = {
  'lose the role': () => authorization.deleteAuthorizationSubjectDivisionRole(administratorId, '*', adminRole),
  'lose the role in bulk': () =>
    authorization.postAuthorizationSubjectBulkremove(administratorId, { grants: [everywhere(adminRole)] }),
  'have the role replaced': () =>
    authorization.postAuthorizationSubjectBulkreplace(administratorId, { grants: weaker.roleDivisions }, {
      subjectType: 'PC_OAUTH_CLIENT',
    }),
  'have the role in one division instead of all': () =>
    authorization.postAuthorizationSubjectBulkreplace(administratorId, { grants: [pair(adminRole, home)] }, {
      subjectType: 'PC_OAUTH_CLIENT',
    }),
  'be updated to less': () => oauth.putOauthClient(administratorId, changed(me, weaker)),
  'be made another kind of client': () =>
    oauth.putOauthClient(administratorId, changed(me, { authorizedGrantType: 'TOKEN', scope: ['all'] })),
  'be inactive': () => oauth.putOauthClient(administratorId, changed(me, { state: 'inactive' })),
  'be disabled': () => oauth.putOauthClient(administratorId, changed(me, { state: 'disabled' })),
  'be deleted': () => oauth.deleteOauthClient(administratorId),
  'see the role deleted': () => authorization.deleteAuthorizationRole(adminRole),
  'see the role emptied': () =>
    authorization.putAuthorizationRole(adminRole, { name: 'admin', permissions: [], permissionPolicies: [] }),
};

/** Refused as the caller's mistake, and everything is as it was. */
async function refusedEnd(end) {
  const body = await end().then(() => assert.fail('the last administrator is gone'), (body) => body);
  checkErrorBody(body, [400, 403, 409], []);
  await isAlive(administrator.api);
  await isAlive(await connect(administratorId, bootstrap.client.clientSecret));
  assert.ok((await grantsOf(administratorId)).includes(pairsOf([everywhere(adminRole)])[0]));
  const role = await authorization.getAuthorizationRole(adminRole);
  assert.ok(role.permissionPolicies.length > 0);
}

for (const [what, end] of Object.entries(ENDS)) {
  test(`the last administrator cannot ${what}`, () => refusedEnd(end));
}

test('an administrator of one division does not stand in for one of all', async (t) => {
  await create(t, 'CLIENT-CREDENTIALS', { roleDivisions: [pair(adminRole, home)] });
  await refusedEnd(ENDS['lose the role']);
});

test('an administrator that cannot log in does not stand in for one that can', async (t) => {
  const other = await create(t, 'CLIENT-CREDENTIALS', { roleDivisions: [everywhere(adminRole)] });
  await oauth.putOauthClient(other.id, changed(other, { state: 'inactive' }));
  await refusedEnd(ENDS['be disabled']);
});

test('one of two administrators may go', async (t) => {
  const first = await newcomer(t, everywhere(adminRole));
  await first.authorization.deleteAuthorizationSubjectDivisionRole(administratorId, '*', adminRole);
  const grants = { grants: [everywhere(adminRole)] };
  const asClient = { subjectType: 'PC_OAUTH_CLIENT' };
  await first.authorization.postAuthorizationSubjectBulkadd(administratorId, grants, asClient);
  await authorization.postAuthorizationSubjectBulkremove(first.client.id, grants);
  assert.deepEqual(await grantsOf(first.client), []);
});
