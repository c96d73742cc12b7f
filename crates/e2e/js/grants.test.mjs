// Subjects and their grants: read, given and taken one by one and in bulk, counted; and where a permission holds.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import {
  administrator, administratorId, adminRole, anonymous, bootstrap, create, createDivision, createRole,
  everywhere, extended, forbidden, grantsOf, home, idsOf, newcomer, pair, pairsOf, policy, raw, refused, sdk, tokenOf,
  viewerRole,
} from './chancery.mjs';

const { authorization, oauth } = administrator;
const loud = new sdk.AuthorizationApi(extended(administrator.api)); // tells the status of its answers
const OF_CLIENT = { subjectType: 'PC_OAUTH_CLIENT' };
const USAGE = policy('usage', 'client', 'view');

/** A client that holds `first` everywhere; two more roles, and a division. */
async function world(t) {
  const [first, second, third] = [
    await createRole(t, [USAGE]), await createRole(t, [USAGE]), await createRole(t, [USAGE]),
  ];
  const division = await createDivision(t);
  const client = await create(t, 'CLIENT-CREDENTIALS', { roleDivisions: [everywhere(first)] });
  return { client, division, first, second, third };
}

test('a client sees itself as others see it', async (t) => {
  const { client, authorization: own } = await newcomer(t, pair(viewerRole, home));
  for (const subject of [
    await own.getAuthorizationSubjectsMe(),
    await own.getAuthorizationSubjectsMe({ includeDuplicates: true }),
    await authorization.getAuthorizationSubject(client.id),
  ]) {
    assert.deepEqual([subject.id, subject.name], [client.id, client.name]);
    assert.equal(subject.selfUri, `/api/v2/authorization/subjects/${client.id}`);
    const [grant, ...others] = subject.grants;
    assert.deepEqual(others, []);
    assert.deepEqual([grant.subjectId, grant.role.id, grant.division.id], [client.id, viewerRole, home]);
    assert.equal(grant.role.name, 'oauth viewer');
    assert.ok(grant.role.policies.some((it) => it.domain === 'oauth' && it.actions.includes('view')));
    assert.match(grant.grantMadeAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
});

test('the administrators hold their role everywhere', async () => {
  const me = await authorization.getAuthorizationSubjectsMe();
  assert.equal(me.id, administratorId);
  assert.ok(pairsOf(me.grants).includes(pairsOf([everywhere(adminRole)])[0]));
  const user = await authorization.getAuthorizationSubject(bootstrap.admin.userId);
  assert.equal(user.id, bootstrap.admin.userId);
});

test('a role is given and taken by itself', async (t) => {
  const { client, division, first, second } = await world(t);
  const given = await loud.postAuthorizationSubjectDivisionRole(client.id, division.id, second.id, OF_CLIENT);
  assert.ok([200, 204].includes(given.status));
  assert.deepEqual(await grantsOf(client), pairsOf([everywhere(first), pair(second, division)]));
  const taken = await loud.deleteAuthorizationSubjectDivisionRole(client.id, division.id, second.id);
  assert.ok([200, 204].includes(taken.status));
  assert.deepEqual(await grantsOf(client), pairsOf([everywhere(first)]));
});

test('a role is given in all divisions by an asterisk, which the SDK encodes or not', async (t) => {
  const { client, first, second, third } = await world(t);
  await authorization.postAuthorizationSubjectDivisionRole(client.id, '*', second.id, OF_CLIENT);
  const path = `/api/v2/authorization/subjects/${client.id}/divisions/%2A/roles/${third.id}`;
  const answer = await raw('POST', `${path}?subjectType=PC_OAUTH_CLIENT`, { token: tokenOf(administrator.api) });
  assert.ok([200, 204].includes(answer.status), answer.text);
  assert.deepEqual(await grantsOf(client), pairsOf([first, second, third].map(everywhere)));
});

test('giving twice gives once', async (t) => {
  const { client, division, first, second } = await world(t);
  for (let times = 0; times < 2; times += 1) {
    await authorization.postAuthorizationSubjectDivisionRole(client.id, division.id, second.id, OF_CLIENT);
  }
  await authorization.postAuthorizationSubjectBulkadd(client.id, { grants: [pair(second, division)] }, OF_CLIENT);
  assert.deepEqual(await grantsOf(client), pairsOf([everywhere(first), pair(second, division)]));
});

test('grants are added, removed, and replaced in bulk', async (t) => {
  const { client, division, first, second, third } = await world(t);
  const grants = [pair(second, division), pair(second, home), pair(third, division)];
  assert.equal((await loud.postAuthorizationSubjectBulkadd(client.id, { grants }, OF_CLIENT)).status, 204);
  assert.deepEqual(await grantsOf(client), pairsOf([everywhere(first), ...grants]));

  const less = { grants: [pair(second, division), everywhere(first)] };
  assert.equal((await loud.postAuthorizationSubjectBulkremove(client.id, less)).status, 204);
  assert.deepEqual(await grantsOf(client), pairsOf([pair(second, home), pair(third, division)]));

  const others = { grants: [everywhere(third), pair(second, home)] };
  assert.equal((await loud.postAuthorizationSubjectBulkreplace(client.id, others, OF_CLIENT)).status, 204);
  assert.deepEqual(await grantsOf(client), pairsOf(others.grants));
});

test("a client's grants are its roles, seen from either side", async (t) => {
  const { client, division, second, third } = await world(t);
  const grants = [pair(second, division), everywhere(third)];
  await authorization.postAuthorizationSubjectBulkreplace(client.id, { grants }, OF_CLIENT);
  const read = await oauth.getOauthClient(client.id);
  assert.deepEqual(pairsOf(read.roleDivisions), pairsOf(grants));
  await oauth.putOauthClient(client.id, { ...read, roleDivisions: [pair(third, division)] });
  assert.deepEqual(await grantsOf(client), pairsOf([pair(third, division)]));
});

test('a grant counts at the next request, and so does its end', async (t) => {
  const idle = await createRole(t, [USAGE]);
  const { client, oauth: own } = await newcomer(t, everywhere(idle));
  for (let times = 0; times < 3; times += 1) {
    await forbidden(own.getOauthClients());
    await authorization.postAuthorizationSubjectDivisionRole(client.id, home, viewerRole, OF_CLIENT);
    await own.getOauthClients();
    await authorization.deleteAuthorizationSubjectDivisionRole(client.id, home, viewerRole);
  }
  await forbidden(own.getOauthClients());
  await authorization.postAuthorizationSubjectBulkadd(client.id, { grants: [everywhere(viewerRole)] }, OF_CLIENT);
  await own.getOauthClients();
  await authorization.postAuthorizationSubjectBulkremove(client.id, { grants: [everywhere(viewerRole)] });
  await forbidden(own.getOauthClients());
  const grants = [everywhere(idle), pair(viewerRole, home)];
  await authorization.postAuthorizationSubjectBulkreplace(client.id, { grants }, OF_CLIENT);
  await own.getOauthClients();
});

test('unknown roles and divisions are refused, and nothing is half done', async (t) => {
  const { client, division, second } = await world(t);
  const held = await grantsOf(client);
  const good = pair(second, division);
  for (const bad of [pair(randomUUID(), division), pair(second, randomUUID()), pair('no-uuid', 'no-uuid')]) {
    const body = { grants: [good, bad] };
    await refused(authorization.postAuthorizationSubjectBulkadd(client.id, body, OF_CLIENT), 400, 'bad.role.divisions');
    const replacing = authorization.postAuthorizationSubjectBulkreplace(client.id, body, OF_CLIENT);
    await refused(replacing, 400, 'bad.role.divisions');
    const single = authorization.postAuthorizationSubjectDivisionRole(client.id, bad.divisionId, bad.roleId, OF_CLIENT);
    const refusal = await single.then(() => assert.fail('granted'), (refusal) => refusal);
    assert.ok([400, 404].includes(refusal.status), JSON.stringify(refusal));
  }
  assert.deepEqual(await grantsOf(client), held);
});

test('what is no kind of subject gets nothing', async (t) => {
  const { client, division, second } = await world(t);
  const wrong = { subjectType: 'PC_HOUSE' };
  const grants = { grants: [pair(second, division)] };
  for (const call of [
    () => authorization.postAuthorizationSubjectBulkadd(client.id, grants, wrong),
    () => authorization.postAuthorizationSubjectBulkreplace(client.id, grants, wrong),
    () => authorization.postAuthorizationSubjectDivisionRole(client.id, division.id, second.id, wrong),
  ]) {
    const refusal = await call().then(() => assert.fail('granted'), (refusal) => refusal);
    assert.equal(refusal.status, 400, JSON.stringify(refusal));
  }
});

test('a subject that is not there is not found', async (t) => {
  const { division, second } = await world(t);
  const id = randomUUID();
  const grants = { grants: [pair(second, division)] };
  await refused(authorization.getAuthorizationSubject(id), 404);
  await refused(authorization.postAuthorizationSubjectBulkadd(id, grants, OF_CLIENT), 404);
  await refused(authorization.postAuthorizationSubjectBulkreplace(id, grants, OF_CLIENT), 404);
  await refused(authorization.postAuthorizationSubjectBulkremove(id, grants), 404);
  await refused(authorization.postAuthorizationSubjectDivisionRole(id, division.id, second.id, OF_CLIENT), 404);
  await refused(authorization.deleteAuthorizationSubjectDivisionRole(id, division.id, second.id), 404);
});

test('the roles of several subjects are counted', async (t) => {
  const { client, second } = await world(t);
  const grants = { grants: [everywhere(second)] };
  const other = await create(t);
  await authorization.postAuthorizationSubjectBulkadd(client.id, grants, OF_CLIENT);
  const counts = await authorization.getAuthorizationSubjectsRolecounts({ id: [client.id, other.id] });
  assert.deepEqual([Number(counts[client.id]), Number(counts[other.id])], [2, 1]);
  const id = Array.from({ length: 101 }, () => randomUUID());
  await refused(authorization.getAuthorizationSubjectsRolecounts({ id }), 400, 'max.subject.ids');
});

test('a subject learns in which divisions it holds a permission', async (t) => {
  const [here, there] = [await createDivision(t), await createDivision(t)];
  const role = await createRole(t, [policy('directory', 'user', 'add')]);
  const { authorization: own } = await newcomer(t, pair(role, here), pair(role, there));
  const permitted = await own.getAuthorizationDivisionspermittedPagedMe('directory:user:add');
  assert.equal(permitted.allDivsPermitted, false);
  assert.deepEqual(idsOf(permitted.entities).sort(), [here.id, there.id].sort());
  const second = { pageSize: 1, pageNumber: 2 };
  const page = await own.getAuthorizationDivisionspermittedPagedMe('directory:user:add', second);
  assert.deepEqual([page.entities.length, page.pageNumber, page.pageCount, page.total], [1, 2, 2, 2]);
  const none = await own.getAuthorizationDivisionspermittedPagedMe('directory:user:delete');
  assert.deepEqual([none.allDivsPermitted, none.entities], [false, []]);
  const all = await authorization.getAuthorizationDivisionspermittedPagedMe('directory:user:add');
  assert.equal(all.allDivsPermitted, true);
});

test('without a permission there is no answer to where it is held', async () => {
  const path = '/api/v2/authorization/divisionspermitted/paged/me'; // the SDK does not let one leave it out
  const answer = await raw('GET', path, { token: tokenOf(administrator.api) });
  assert.deepEqual([answer.status, answer.body.code], [400, 'missing.permission.param']);
});

test('who may not grant does not, and who may not look does not see', async (t) => {
  const role = await createRole(t, [policy('authorization', 'grant', 'view')]);
  const { client, authorization: own } = await newcomer(t, everywhere(role));
  const grants = { grants: [everywhere(role)] };
  assert.equal((await own.getAuthorizationSubject(administratorId)).id, administratorId);
  for (const call of [
    () => own.postAuthorizationSubjectBulkadd(client.id, grants, OF_CLIENT),
    () => own.postAuthorizationSubjectBulkremove(client.id, grants),
    () => own.postAuthorizationSubjectBulkreplace(client.id, grants, OF_CLIENT),
    () => own.postAuthorizationSubjectDivisionRole(client.id, '*', role.id, OF_CLIENT),
    () => own.deleteAuthorizationSubjectDivisionRole(client.id, '*', role.id),
  ]) {
    await forbidden(call());
  }
  const viewer = await newcomer(t);
  await forbidden(viewer.authorization.getAuthorizationSubject(client.id));
  await forbidden(viewer.authorization.getAuthorizationSubjectsRolecounts({ id: [client.id] }));
  await refused(anonymous.authorization.getAuthorizationSubjectsMe(), 401, 'authentication.required');
});
