// The people of an organization: made, changed, given roles and passwords, and shut out, by whoever administers them
// and by themselves. What a person does needs a token of that person, so each logs in at the pages first.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import {
  adminRole, administrator, administratorId, afterwards, apis, bootstrap, create, createDivision, createRole, discard,
  everywhere, forbidden, home, idsOf, isAlive, isDead, newcomer, pair, policy, raw, refused, tokenOf, unique, url,
  withToken,
} from './chancery.mjs';

const { oauth, tokens, users } = administrator;
const CALLBACK = 'https://app.example.com/callback';
// With all that other files may ask of passwords at the same time.
const [PASSWORD, ANOTHER] = ['Plum-tractor-vivid-oath-17', 'Quartz-lantern-meadow-42'];
const SCOPE = ['users', 'oauth', 'organization', 'authorization', 'user-basic-info'];

// Chancery's own operations, which the SDK does not have.
const own = {
  getChanceryUserSessions: (it, user) =>
    raw('GET', `/api/v2/chancery/users/${user}/sessions`, { token: tokenOf(it.api) }),
  deleteChanceryUserSession: (it, user, session) =>
    raw('DELETE', `/api/v2/chancery/users/${user}/sessions/${session}`, { token: tokenOf(it.api) }),
  deleteChanceryUserSessions: (it, user) =>
    raw('DELETE', `/api/v2/chancery/users/${user}/sessions`, { token: tokenOf(it.api) }),
  deleteOauthAuthorization: (it, client) =>
    raw('DELETE', `/api/v2/oauth/authorizations/${client}`, { token: tokenOf(it.api) }),
  getChanceryAudit: (it, query = {}) =>
    raw('GET', `/api/v2/chancery/audit?${new URLSearchParams(query)}`, { token: tokenOf(it.api) }),
};

async function createUser(t, members = {}, by = administrator) {
  const request = { name: unique('user'), email: `${randomUUID()}@example.com`, divisionId: home, ...members };
  const user = await by.users.postUsers(request);
  afterwards(t, () => discard(`/api/v2/users/${user.id}`));
  return user;
}

async function patch(user, members, by = administrator) {
  const { version } = await users.getUser(user.id, { state: 'any' });
  return by.users.patchUser(user.id, { version, ...members });
}

/** A code for the client; undefined if the person is not let in. */
async function codeOf(client, email, password) {
  const cookies = new Map();
  const visit = async (address, form) => {
    const Cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const [method, body] = form ? ['POST', new URLSearchParams(form)] : ['GET'];
    const answer = await fetch(address, { method, redirect: 'manual', headers: { Cookie }, body });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    const next = location && new URL(location, address).href;
    if (next?.startsWith(`${url}/`)) return visit(next);
    return { address, next, text: await answer.text() };
  };
  const query = { client_id: client.id, redirect_uri: CALLBACK, response_type: 'code' };
  const page = await visit(`${url}/oauth/authorize?${new URLSearchParams(query)}`);
  const [, csrf] = /name="csrf" value="([^"]+)"/.exec(page.text);
  const { next } = await visit(page.address, { csrf, email, password });
  return next ? new URL(next).searchParams.get('code') : undefined;
}

async function logIn(client, user, password = PASSWORD) {
  const code = await codeOf(client, user.email, password);
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK };
  const credentials = Buffer.from(`${client.id}:${client.secret}`).toString('base64');
  const answer = await raw('POST', '/oauth/token', { form, headers: { Authorization: `Basic ${credentials}` } });
  assert.equal(answer.status, 200, answer.text);
  return apis(withToken(answer.body.access_token));
}

const createApp = (t) => create(t, 'CODE', { scope: SCOPE, registeredRedirectUri: [CALLBACK] });

/** A user who has logged in. */
async function person(t, ...roles) {
  const user = await createUser(t, { password: PASSWORD });
  if (roles.length) await users.putUserRoles(user.id, roles);
  const client = await createApp(t);
  return { user, client, ...await logIn(client, user) };
}

test('a user is made, read, changed and deleted', async (t) => {
  const addresses = [{ address: '+13175550123', mediaType: 'PHONE', type: 'WORK' }];
  const made = await createUser(t, { title: 'Engineer', department: 'Engines', addresses });
  const read = await users.getUser(made.id);
  assert.deepEqual(read, made);
  assert.deepEqual([made.state, made.title, made.version, made.division.id], ['active', 'Engineer', 1, home]);
  assert.equal(made.addresses[0].address, '+13175550123');
  const changed = await patch(made, { name: 'Ada', title: '', preferredName: 'A.', acdAutoAnswer: true });
  assert.deepEqual([changed.name, changed.title, changed.preferredName, changed.version], ['Ada', undefined, 'A.', 2]);
  await users.deleteUser(made.id);
  await refused(users.getUser(made.id), 404, 'not.found', 'general.resource.not.found');
  assert.equal((await users.getUser(made.id, { state: 'deleted' })).state, 'deleted');
});

test('users are listed page by page', async (t) => {
  const made = [await createUser(t), await createUser(t), await createUser(t)];
  made.sort((one, other) => (one.name < other.name ? -1 : 1));
  const id = idsOf(made);
  const page = await users.getUsers({ id, pageSize: 2 });
  assert.deepEqual([idsOf(page.entities), page.total, page.pageCount], [id.slice(0, 2), 3, 2]);
  assert.deepEqual(idsOf((await users.getUsers({ id, pageSize: 2, pageNumber: 2 })).entities), id.slice(2));
  assert.deepEqual(idsOf((await users.getUsers({ id, sortOrder: 'DESC' })).entities), id.toReversed());
  await patch(made[0], { state: 'inactive' });
  await users.deleteUser(id[1]);
  const states = { active: id.slice(2), inactive: [id[0]], deleted: [id[1]], any: id };
  for (const [state, expected] of Object.entries(states)) {
    assert.deepEqual(idsOf((await users.getUsers({ id, state })).entities), expected, state);
  }
});

test('what cannot be made or changed is refused', async (t) => {
  const user = await createUser(t);
  await refused(createUser(t, { email: user.email.toUpperCase() }), 409, 'general.conflict');
  for (const members of [{ name: ' ' }, { email: 'nobody' }, { divisionId: randomUUID() }, { state: 'deleted' }]) {
    await refused(createUser(t, members), 400, 'constraint.validation');
  }
  await refused(createUser(t, { password: 'short' }), 400, 'password.too.short');
  await refused(users.getUsers({ id: Array.from({ length: 101 }, () => randomUUID()) }), 400, 'max.user.ids');
  await refused(users.patchUser(user.id, { version: 7 }), 409, 'general.conflict');
  await refused(users.patchUser(randomUUID(), { version: 1 }), 404, 'not.found', 'general.resource.not.found');
});

test('an email is free once its user is deleted', async (t) => {
  const user = await createUser(t);
  await users.deleteUser(user.id);
  assert.notEqual((await createUser(t, { email: user.email })).id, user.id);
});

test('everybody sees everybody, and changes nobody', async (t) => {
  const user = await createUser(t);
  const nobody = await newcomer(t);
  assert.equal((await nobody.users.getUser(user.id)).id, user.id);
  await forbidden(createUser(t, {}, nobody));
  await forbidden(patch(user, { name: 'mine' }, nobody));
  await forbidden(nobody.users.deleteUser(user.id));
  await forbidden(nobody.users.postUserPassword(user.id, { newPassword: PASSWORD }));
  await forbidden(nobody.tokens.deleteToken(user.id));
  const role = await createRole(t, [policy('directory', 'user', '*')]);
  const elsewhere = await newcomer(t, pair(role, await createDivision(t)));
  await refused(elsewhere.users.deleteUser(user.id), 403, 'missing.division.permission');
});

test('nobody becomes more by the account of another', async (t) => {
  const boss = await createUser(t);
  await users.putUserRoles(boss.id, [adminRole]);
  const role = await createRole(t, [policy('directory', 'user', 'edit', 'setPassword')]);
  const clerk = await newcomer(t, everywhere(role));
  const code = 'missing.division.permission.implied';
  await refused(patch(boss, { email: `${randomUUID()}@evil.example` }, clerk), 403, code);
  await refused(clerk.users.postUserPassword(boss.id, { newPassword: PASSWORD }), 403, code);
  assert.equal((await patch(boss, { title: 'harmless' }, clerk)).title, 'harmless');
});

test('a person sees themselves, and a client is nobody', async (t) => {
  const { user, client, ...it } = await person(t);
  const me = await it.users.getUsersMe({ expand: ['organization', 'token', 'dateLastLogin'] });
  assert.deepEqual([me.id, me.email, me.organization.id], [user.id, user.email, bootstrap.organization.id]);
  assert.equal(me.token.OAuthClient.id, client.id);
  assert.ok(me.dateLastLogin);
  await refused(users.getUsersMe(), 400, 'not.a.user');
  await refused(users.postUsersMePassword({ oldPassword: PASSWORD, newPassword: ANOTHER }), 400, 'not.a.user');
});

test('a password is changed with the old one, and set by who may', async (t) => {
  const { user, client, ...it } = await person(t);
  const change = (oldPassword, newPassword) => it.users.postUsersMePassword({ oldPassword, newPassword });
  await refused(change('wrong', ANOTHER), 400, 'invalid.old.password');
  await refused(change(PASSWORD, 'short'), 400, 'password.too.short');
  await refused(change(PASSWORD, user.email), 400, 'password.compromised');
  await refused(change(PASSWORD, PASSWORD), 400, 'password.reused');
  await isAlive(it.api);
  await change(PASSWORD, ANOTHER);
  await isDead(it.api);
  assert.equal(await codeOf(client, user.email, PASSWORD), undefined);
  const second = await logIn(client, user, ANOTHER);
  await users.postUserPassword(user.id, { newPassword: `${PASSWORD} again` });
  await isDead(second.api);
  await isAlive((await logIn(client, user, `${PASSWORD} again`)).api);
});

test('who becomes inactive or is deleted is shut out', async (t) => {
  for (const shutOut of [(it) => patch(it, { state: 'inactive' }), (it) => users.deleteUser(it.id)]) {
    const { user, client, api } = await person(t);
    await isAlive(api);
    await shutOut(user);
    await isDead(api);
    assert.equal(await codeOf(client, user.email, PASSWORD), undefined);
  }
});

test('all tokens of a user are revoked, and nobody else’s', async (t) => {
  const [one, other] = [await person(t), await person(t)];
  const second = await logIn(one.client, one.user);
  await tokens.deleteToken(one.user.id);
  await isDead(one.api);
  await isDead(second.api);
  await isAlive(other.api);
  await refused(tokens.deleteToken(randomUUID()), 404, 'not.found', 'general.resource.not.found');
});

test('what a person allowed is listed and taken back', async (t) => {
  const role = await createRole(t, [policy('oauth', 'client', 'authorize')]);
  const { user, client, ...it } = await person(t, role.id);
  assert.deepEqual((await it.oauth.getOauthAuthorizations()).entities.map((entity) => entity.client.id), [client.id]);
  const one = await it.oauth.getOauthAuthorization(client.id);
  assert.deepEqual([one.resourceOwner.id, one.state, one.pending], [user.id, 'Authorized', false]);
  assert.deepEqual((await oauth.getOauthAuthorizations()).entities, []);
  assert.equal((await own.deleteOauthAuthorization(it, client.id)).status, 204);
  await isDead(it.api);
});

test('sessions are listed and ended', async (t) => {
  const { user, client, ...it } = await person(t);
  await codeOf(client, user.email, PASSWORD);
  const { body } = await own.getChanceryUserSessions(it, user.id);
  assert.equal(body.total, 2);
  assert.equal((await own.deleteChanceryUserSession(it, user.id, body.entities[0].id)).status, 204);
  assert.equal((await own.deleteChanceryUserSession(it, user.id, body.entities[0].id)).status, 404);
  assert.equal((await own.deleteChanceryUserSessions(administrator, user.id)).status, 204);
  assert.equal((await own.getChanceryUserSessions(administrator, user.id)).body.total, 0);
  await isAlive(it.api);
});

test('the idle timeout is shown, and kept in its range', async (t) => {
  const before = await tokens.getTokensTimeout();
  assert.deepEqual([before.enableIdleTokenTimeout, before.idleTokenTimeoutSeconds], [false, 28800]);
  afterwards(t, () => tokens.putTokensTimeout({ body: { idleTokenTimeoutSeconds: 28800 } }));
  for (const idleTokenTimeoutSeconds of [299, 28801]) {
    await refused(tokens.putTokensTimeout({ body: { idleTokenTimeoutSeconds } }), 400, 'token.timeout.exceeded');
  }
  // Not enabled: other files run at the same time.
  const set = await tokens.putTokensTimeout({ body: { idleTokenTimeoutSeconds: 3600 } });
  assert.deepEqual([set.idleTokenTimeoutSeconds, set.enableIdleTokenTimeout], [3600, false]);
  await forbidden((await newcomer(t)).tokens.putTokensTimeout({ body: { idleTokenTimeoutSeconds: 3600 } }));
});

test('what was done is found by who may view it', async (t) => {
  const user = await createUser(t);
  const viewer = await newcomer(t, everywhere(await createRole(t, [policy('audits', 'audit', 'view')])));
  const query = { kind: 'user.created', actor: administratorId, pageSize: 100 };
  const { body, status } = await own.getChanceryAudit(viewer, query);
  assert.equal(status, 200);
  const entry = body.entities.find((it) => it.entity.id === user.id);
  assert.deepEqual([entry.client.id, entry.entity.type, entry.count], [administratorId, 'user', 1]);
  assert.equal((await own.getChanceryAudit(await newcomer(t))).status, 403);
});
