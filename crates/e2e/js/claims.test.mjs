// What relying parties are told of a person beyond what the vendor's user has.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import * as oidc from 'openid-client';

import { administrator, bootstrap, create, home, newcomer, raw, tokenOf, unique, url } from './chancery.mjs';
import { Person } from './person.mjs';

const path = (user) => `/api/v2/chancery/users/${user}/claims`;
const own = {
  getChanceryUserClaims: (it, user) => raw('GET', path(user), { token: tokenOf(it.api) }),
  patchChanceryUserClaims: (it, user, json) => raw('PATCH', path(user), { token: tokenOf(it.api), json }),
};
const me = bootstrap.admin.userId;

/** What a client that may ask for everything is told at userinfo. */
async function told(t) {
  const client = await create(t, 'CODE', { scope: ['openid'] });
  const options = { execute: [oidc.allowInsecureRequests] };
  const party = await oidc.discovery(new URL(url), client.id, client.secret, undefined, options);
  const [redirect_uri] = client.registeredRedirectUri;
  const address = oidc.buildAuthorizationUrl(party, { redirect_uri, scope: 'openid profile email address phone' });
  const person = new Person();
  const page = await person.follow(address.href);
  const [, csrf] = /name="csrf" value="([^"]+)"/.exec(page.text);
  const { email, password } = bootstrap.admin;
  const called = await person.follow(page.address, { csrf, email, password });
  const tokens = await oidc.authorizationCodeGrant(party, new URL(called.next));
  return oidc.fetchUserInfo(party, tokens.access_token, me);
}

test('claims are kept, told, and taken away', async (t) => {
  t.after(() => own.patchChanceryUserClaims(administrator, me, { given_name: null, phone_number: null, address: null, email_verified: null }));
  const claims = { given_name: 'Ada', phone_number: '+49 228 123456', address: { locality: 'Bonn', country: 'DE' }, email_verified: true };
  const changed = await own.patchChanceryUserClaims(administrator, me, claims);
  assert.equal(changed.status, 200);
  const { updated_at: moment, ...kept } = (await own.getChanceryUserClaims(administrator, me)).body;
  assert.deepEqual(kept, claims);
  assert.ok(Number.isInteger(moment));
  const { given_name, phone_number, address, email_verified, updated_at } = await told(t);
  assert.deepEqual({ given_name, phone_number, address, email_verified }, claims);
  assert.equal(updated_at, moment);
  await own.patchChanceryUserClaims(administrator, me, { given_name: null });
  assert.equal((await told(t)).given_name, undefined);
});

test('a new email is nobody\'s until somebody says so', async (t) => {
  const email = () => `${randomUUID()}@example.com`;
  const user = await administrator.users.postUsers({ name: unique('user'), email: email(), divisionId: home });
  t.after(() => administrator.users.deleteUser(user.id));
  await own.patchChanceryUserClaims(administrator, user.id, { email_verified: true });
  const { version } = await administrator.users.getUser(user.id);
  await administrator.users.patchUser(user.id, { version, email: email() });
  assert.equal((await own.getChanceryUserClaims(administrator, user.id)).body.email_verified, undefined);
});

test('whoever may not edit a person neither sees nor changes their claims', async (t) => {
  const nobody = await newcomer(t);
  for (const answer of [await own.getChanceryUserClaims(nobody, me), await own.patchChanceryUserClaims(nobody, me, {})]) {
    assert.equal(answer.status, 403);
  }
  const wrong = await own.patchChanceryUserClaims(administrator, me, { name: 'Somebody' });
  assert.deepEqual([wrong.status, wrong.body.code, wrong.body.details[0].fieldName], [400, 'constraint.validation', 'name']);
});
