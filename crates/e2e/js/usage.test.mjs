// How often a client asked for what, and with what success.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import {
  INVALID, administrator, anonymous, bootstrap, create, createRole, everywhere, forbidden, newcomer, policy, refused,
  registration, viewerRole,
} from './chancery.mjs';

const { oauth } = administrator;
const CLIENTS = '/api/v2/oauth/clients';
const CLIENT = '/api/v2/oauth/clients/{clientId}';

const day = (distance) => new Date(Date.now() + distance * 86_400_000).toISOString().slice(0, 10);
/** Long enough that midnight may come in between. */
const around = () => `${day(-1)}/${day(2)}`;

/** Looks until there is something to see, for fifteen seconds at most. */
async function until(look) {
  for (const end = Date.now() + 15_000; ; await setTimeout(50)) {
    const seen = await look();
    if (seen) return seen;
    assert.ok(Date.now() < end, 'looked in vain');
  }
}

/** The rows of an execution, when they are there. */
async function rowsOf(clientId, { executionId, resultsUri }) {
  assert.ok(executionId);
  assert.ok(resultsUri.endsWith(`/api/v2/oauth/clients/${clientId}/usage/query/results/${executionId}`), resultsUri);
  const { results } = await until(async () => {
    const answer = await oauth.getOauthClientUsageQueryResult(executionId, clientId);
    assert.ok(['Complete', 'Running'].includes(answer.queryStatus), answer.queryStatus);
    return answer.queryStatus === 'Complete' && answer;
  });
  return results;
}

const query = async (clientId, members) =>
  rowsOf(clientId, await oauth.postOauthClientUsageQuery(clientId, { interval: around(), ...members }));

const sum = (rows, metric) => rows.reduce((total, row) => total + Number(row[metric] ?? 0), 0);
const BY_OPERATION = { groupBy: ['TemplateUri', 'HttpMethod'] };

// All tests look at this client: three reads of what is there, two of what is not, one attempt at what it may not.
// Counts may come a little later than the answers that they count.
const { client: busy, oauth: own } = await newcomer({ after }, everywhere(viewerRole));
for (let times = 0; times < 3; times += 1) await own.getOauthClient(busy.id);
for (let times = 0; times < 2; times += 1) await refused(own.getOauthClient(randomUUID()), 404);
await forbidden(own.postOauthClients(registration()));
await until(async () => sum(await query(busy.id), 'requests') >= 6);

test('requests are counted by the template of their path and by their method', async () => {
  const rows = await query(busy.id, BY_OPERATION);
  const of = (template, method) => rows.filter((row) => row.templateUri === template && row.httpMethod === method);
  const counts = (list) => ['status200', 'status400', 'status500', 'requests'].map((metric) => sum(list, metric));
  assert.deepEqual(counts(of(CLIENT, 'GET')), [3, 2, 0, 5]);
  assert.deepEqual(counts(of(CLIENTS, 'POST')), [0, 1, 0, 1]);
  assert.deepEqual(of(CLIENTS, 'GET'), []);
  assert.ok(!rows.some((row) => row.templateUri.includes(busy.id)), 'a template has no ids');
});

test('a row tells nothing that it was not asked for', async () => {
  for (const row of await query(busy.id, { groupBy: ['HttpMethod'] })) {
    assert.ok(['GET', 'POST'].includes(row.httpMethod), row.httpMethod);
    assert.equal(row.templateUri, '');
    assert.equal(row.userId ?? '', '');
  }
});

test('without a group the rows are those of the client', async () => {
  const rows = await query(busy.id);
  assert.ok(rows.length > 0);
  for (const row of rows) {
    assert.deepEqual([row.clientId, row.templateUri, row.httpMethod], [busy.id, '', '']);
  }
  assert.equal(sum(rows, 'requests'), sum(await query(busy.id, BY_OPERATION), 'requests'));
});

test('rows can name the organization', async () => {
  for (const row of await query(busy.id, { groupBy: ['OAuthClientId', 'OrganizationId'] })) {
    assert.deepEqual([row.clientId, row.organizationId], [busy.id, bootstrap.organization.id]);
  }
});

test('counts by day stand at the start of their day', async () => {
  const rows = await query(busy.id, { granularity: 'Day' });
  assert.equal(sum(rows, 'requests'), sum(await query(busy.id), 'requests'));
  for (const row of rows) {
    assert.match(row.date, /^\d{4}-\d\d-\d\dT00:00:00\.000Z$/);
    const date = row.date.slice(0, 10);
    assert.ok(sum([row], 'requests') === 0 || [day(-1), day(0)].includes(date), date);
  }
});

test('weeks and months hold what their days hold', async () => {
  const requests = sum(await query(busy.id), 'requests');
  for (const granularity of ['Week', 'Month']) {
    assert.equal(sum(await query(busy.id, { granularity }), 'requests'), requests, granularity);
  }
});

test('the interval may be given in dates or in moments, and what lies outside is not counted', async () => {
  const moments = `${day(-1)}T00:00:00.000Z/${day(2)}T00:00:00.000Z`;
  assert.ok(sum(await query(busy.id, { interval: moments }), 'requests') >= 6);
  assert.equal(sum(await query(busy.id, { interval: `${day(-30)}/${day(-10)}` }), 'requests'), 0);
});

test('a query can be for some of the counts', async () => {
  const rows = await query(busy.id, { metrics: ['Status400', 'Requests'], ...BY_OPERATION });
  const reads = rows.filter((row) => row.templateUri === CLIENT);
  assert.deepEqual([sum(reads, 'status400'), sum(reads, 'requests')], [2, 5]);
});

test('the summary of the last days has the same counts', async () => {
  const requests = sum(await query(busy.id), 'requests');
  for (const options of [undefined, { days: '7' }, { days: '2' }]) {
    const rows = await rowsOf(busy.id, await oauth.getOauthClientUsageSummary(busy.id, options));
    assert.equal(sum(rows, 'requests'), requests);
  }
});

test('a client that asked for nothing has no counts', async (t) => {
  const idle = await create(t);
  assert.equal(sum(await query(idle.id, BY_OPERATION), 'requests'), 0);
});

test('a query that makes no sense is refused', async () => {
  const interval = around();
  const codes = [...INVALID, 'invalid.date', 'invalid.property'];
  for (const body of [
    {},
    { interval: 'yesterday' },
    { interval: `${day(1)}/${day(-1)}` },
    { interval: day(0) },
    { interval, granularity: 'Century' },
    { interval, metrics: ['Status600'] },
    { interval, groupBy: ['Weather'] },
  ]) {
    await refused(oauth.postOauthClientUsageQuery(busy.id, body), 400, ...codes);
  }
  const codesOfQuery = [...codes, 'invalid.query.param.value'];
  await refused(oauth.getOauthClientUsageSummary(busy.id, { days: 'some' }), 400, ...codesOfQuery);
});

test('what is not there has no usage', async () => {
  const codes = ['client.not.found', 'not.found'];
  const nobody = randomUUID();
  await refused(oauth.postOauthClientUsageQuery(nobody, { interval: around() }), 404, ...codes);
  await refused(oauth.getOauthClientUsageSummary(nobody), 404, ...codes);
  await refused(oauth.getOauthClientUsageQueryResult(randomUUID(), nobody), 404, ...codes);
  await refused(oauth.getOauthClientUsageQueryResult(randomUUID(), busy.id), 404, ...codes);
});

test('either of two permissions opens the counts, and nothing else does', async (t) => {
  const interval = around();
  const { executionId } = await oauth.postOauthClientUsageQuery(busy.id, { interval });
  const asks = (reader) => [
    () => reader.oauth.postOauthClientUsageQuery(busy.id, { interval }),
    () => reader.oauth.getOauthClientUsageSummary(busy.id),
    () => reader.oauth.getOauthClientUsageQueryResult(executionId, busy.id),
  ];
  const usage = await createRole(t, [policy('usage', 'client', 'view')]);
  for (const role of [viewerRole, usage]) {
    const reader = await newcomer(t, everywhere(role));
    for (const ask of asks(reader)) await ask();
  }
  const other = await createRole(t, [policy('usage', 'organization', 'view')]);
  const stranger = await newcomer(t, everywhere(other));
  for (const ask of asks(stranger)) await refused(ask(), 403, 'missing.any.permissions');
  for (const ask of asks(anonymous)) await refused(ask(), 401, 'authentication.required');
});
