// Divisions: made, read, listed, renamed, deleted, restored.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import {
  INVALID, administrator, create, createDivision, createRole, everyPage, everywhere, extended, forbidden, grantsOf,
  home, idsOf, newcomer, pair, pairsOf, policy, refused, sdk, unique, url, viewerRole,
} from './chancery.mjs';

const { authorization } = administrator;
const deleteDivision = (id, options) => authorization.deleteAuthorizationDivision(id, options);

test('a division is created, read, listed, renamed, and deleted', async (t) => {
  const created = await createDivision(t, { description: 'first' });
  assert.ok(created.id);
  assert.equal(created.description, 'first');
  assert.equal(created.homeDivision, false);
  assert.equal(created.selfUri, `/api/v2/authorization/divisions/${created.id}`);
  assert.equal((await authorization.getAuthorizationDivision(created.id)).name, created.name);

  const change = { name: unique('renamed'), description: 'second' };
  const updated = await authorization.putAuthorizationDivision(created.id, change);
  const listed = (await authorization.getAuthorizationDivisions({ id: [created.id] })).entities;
  const read = await authorization.getAuthorizationDivision(created.id);
  for (const told of [updated, read, listed[0]]) {
    assert.deepEqual([told.id, told.name, told.description], [created.id, change.name, change.description]);
  }

  const deletion = await new sdk.AuthorizationApi(extended(administrator.api)).deleteAuthorizationDivision(created.id);
  assert.equal(deletion.status, 204);
  await refused(authorization.getAuthorizationDivision(created.id), 404);
  await refused(deleteDivision(created.id), 404);
  assert.deepEqual((await authorization.getAuthorizationDivisions({ id: [created.id] })).entities, []);
});

test('divisions are paged, and found by name', async (t) => {
  const [division] = [await createDivision(t), await createDivision(t)];
  const page = await authorization.getAuthorizationDivisions({ pageSize: 1, pageNumber: 2 });
  assert.deepEqual([page.entities.length, page.pageSize, page.pageNumber, page.pageCount], [1, 1, 2, page.total]);
  const { entities } = await authorization.getAuthorizationDivisions({ name: division.name });
  assert.deepEqual(idsOf(entities), [division.id]);
});

test('one division is the home of what names none', async () => {
  const told = await authorization.getAuthorizationDivisionsHome();
  assert.equal(told.homeDivision, true);
  assert.equal((await authorization.getAuthorizationDivision(told.id)).homeDivision, true);
});

test('the limit is a bare number', async () => {
  const limit = await authorization.getAuthorizationDivisionsLimit();
  assert.ok(Number.isInteger(limit) && limit > 1, `${limit}`);
});

test('a name belongs to one division', async (t) => {
  const [first, second] = [await createDivision(t), await createDivision(t)];
  const body = { name: first.name, description: '' };
  await refused(authorization.postAuthorizationDivisions(body), 409, 'resource.already.exists');
  await refused(authorization.putAuthorizationDivision(second.id, body), 409, 'resource.already.exists');
  assert.equal((await authorization.getAuthorizationDivision(second.id)).name, second.name);
});

test('a name must be there, and short enough', async (t) => {
  const { id } = await createDivision(t);
  const codes = [...INVALID, 'division.name.invalid', 'max.length.exceeded'];
  for (const name of [undefined, '', '   ', 'n'.repeat(10_000)]) {
    const body = { name, description: 'a division' };
    await refused(authorization.postAuthorizationDivisions(body), 400, ...codes);
    await refused(authorization.putAuthorizationDivision(id, body), 400, ...codes);
  }
});

test('a division that is not there is not found', async () => {
  const id = randomUUID();
  await refused(authorization.getAuthorizationDivision(id), 404);
  await refused(authorization.putAuthorizationDivision(id, { name: unique('division'), description: '' }), 404);
  await refused(deleteDivision(id), 404);
  await refused(deleteDivision(id, { force: true }), 404);
  await refused(authorization.getAuthorizationDivisionGrants(id), 404);
  await refused(authorization.postAuthorizationDivisionRestore(id, { name: unique('division') }), 404);
});

test('a division in use is deleted by force only, and its grants end', async (t) => {
  const division = await createDivision(t);
  const grant = { roleDivisions: [pair(viewerRole, division), everywhere(viewerRole)] };
  const client = await create(t, 'CLIENT-CREDENTIALS', grant);
  await refused(deleteDivision(division.id), 400, 'precondition.failure');
  await refused(deleteDivision(division.id, { force: false }), 400, 'precondition.failure');
  assert.deepEqual(await grantsOf(client), pairsOf(grant.roleDivisions));
  await deleteDivision(division.id, { force: true });
  assert.deepEqual(await grantsOf(client), pairsOf([everywhere(viewerRole)]));
});

test('the home division stays', async () => {
  for (const options of [{}, { force: true }]) {
    const refusal = await deleteDivision(home, options).then(() => assert.fail('deleted'), (body) => body);
    assert.ok([400, 403, 409].includes(refusal.status), JSON.stringify(refusal));
  }
  assert.equal((await authorization.getAuthorizationDivisionsHome()).id, home);
});

test('the grants in a division are listed', async (t) => {
  const division = await createDivision(t);
  const client = await create(t, 'CLIENT-CREDENTIALS', { roleDivisions: [pair(viewerRole, division)] });
  const { entities } = await authorization.getAuthorizationDivisionGrants(division.id, { pageSize: 500 });
  const told = entities.map((grant) => [grant.subjectId, grant.role.id, grant.division.id]);
  assert.deepEqual(told, [[client.id, viewerRole, division.id]]);
});

/** Follows one of the links from page to page; all ids, each as often as it was seen. */
async function walk(link, parameter, first) {
  const seen = [];
  let page = first;
  for (let pages = 0; page; pages += 1) {
    assert.ok(pages < 500 && page.entities.length <= 2, 'the pages end, and none has more than was asked for');
    seen.push(...idsOf(page.entities));
    if (!page[link]) break;
    const query = new URL(page[link], url).searchParams;
    assert.ok(query.get(parameter), page[link]);
    page = await authorization.getAuthorizationDivisionsQuery({ [parameter]: query.get(parameter), pageSize: '2' });
  }
  return { seen, last: page };
}

test('a cursor leads through all divisions once, forward and back', async (t) => {
  const mine = [];
  for (let made = 0; made < 5; made += 1) mine.push((await createDivision(t)).id);
  const times = (seen) => mine.map((id) => seen.filter((it) => it === id).length);
  const first = await authorization.getAuthorizationDivisionsQuery({ pageSize: '2' });
  assert.equal(first.entities.length, 2);
  assert.equal(first.previousUri, undefined);
  assert.ok(first.selfUri.startsWith('/api/v2/authorization/divisions/query'));
  const forward = await walk('nextUri', 'after', first);
  assert.deepEqual(times(forward.seen), [1, 1, 1, 1, 1]);
  const back = await walk('previousUri', 'before', forward.last);
  assert.deepEqual(times(back.seen), [1, 1, 1, 1, 1]);
});

test('a query by cursor can be for some divisions only', async (t) => {
  const [first, second] = [await createDivision(t), await createDivision(t)];
  const byId = await authorization.getAuthorizationDivisionsQuery({ id: [first.id, second.id] });
  assert.deepEqual(idsOf(byId.entities).sort(), [first.id, second.id].sort());
  const byName = await authorization.getAuthorizationDivisionsQuery({ name: second.name });
  assert.deepEqual(idsOf(byName.entities), [second.id]);
});

test('a cursor goes one way', async () => {
  const both = authorization.getAuthorizationDivisionsQuery({ before: 'a', after: 'b' });
  await refused(both, 400, 'both.after.and.before.provided');
});

test('a deleted division is listed as such, and can be restored', async (t) => {
  const division = await createDivision(t);
  const deleted = async () => idsOf(await everyPage((page) => authorization.getAuthorizationDivisionsDeleted(page)));
  assert.ok(!(await deleted()).includes(division.id));
  await deleteDivision(division.id);
  assert.ok((await deleted()).includes(division.id));
  const { name, description } = division;
  const restored = await authorization.postAuthorizationDivisionRestore(division.id, { name, description });
  assert.deepEqual([restored.id, restored.name], [division.id, name]);
  assert.equal((await authorization.getAuthorizationDivision(division.id)).name, name);
  assert.ok(!(await deleted()).includes(division.id));
});

test('anybody may read divisions, and only who is allowed to changes them', async (t) => {
  const division = await createDivision(t);
  const { authorization: own } = await newcomer(t);
  assert.equal((await own.getAuthorizationDivision(division.id)).id, division.id);
  await own.getAuthorizationDivisions();
  await own.getAuthorizationDivisionsHome();
  await own.getAuthorizationDivisionsLimit();
  await own.getAuthorizationDivisionsQuery();
  const body = { name: unique('division'), description: '' };
  for (const call of [
    () => own.postAuthorizationDivisions(body),
    () => own.putAuthorizationDivision(division.id, body),
    () => own.deleteAuthorizationDivision(division.id),
    () => own.getAuthorizationDivisionGrants(division.id),
    () => own.getAuthorizationDivisionsDeleted(),
    () => own.postAuthorizationDivisionRestore(division.id, body),
  ]) {
    await forbidden(call());
  }
});

test('to make a division takes two permissions', async (t) => {
  const role = await createRole(t, [policy('authorization', 'division', 'add')]);
  const { authorization: own } = await newcomer(t, everywhere(role));
  const body = { name: unique('division'), description: '' };
  await refused(own.postAuthorizationDivisions(body), 403, 'missing.permissions');
});
