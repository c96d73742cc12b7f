// Every refusal of the client registry that the SDK can provoke.

import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import assert from 'node:assert/strict';

import {
  GRANT_TYPES, adminRole, administrator, anonymous, changed, create, createRole, everywhere, home, newcomer, pair,
  pairsOf, policy, raw, refused, registration, tokenOf, viewerRole,
} from './chancery.mjs';

const { oauth } = administrator;

/** Refused on create, and again on an update of a client that was fine before. */
async function refusedRegistration(t, code, grantType, members) {
  const body = registration(grantType, members);
  const existing = await create(t, 'CODE');
  const refusals = [
    await refused(oauth.postOauthClients(body), 400, code),
    await refused(oauth.putOauthClient(existing.id, body), 400, code),
  ];
  assert.equal((await oauth.getOauthClient(existing.id)).name, existing.name, 'a refusal changes nothing');
  return refusals;
}

const CASES = [
  ['grant.type.required', 'a missing grant type', 'CODE', { authorizedGrantType: undefined }],
  ['bad.grant.type', 'an unknown grant type', 'CODE', { authorizedGrantType: 'CODE_PKCE' }],
  ['missing.client.roles', 'client credentials without roles', 'CLIENT-CREDENTIALS', { roleDivisions: undefined }],
  ['missing.client.roles', 'client credentials with no role', 'CLIENT-CREDENTIALS', { roleDivisions: [], roleIds: [] }],
  ['bad.client.role', 'an unknown role', 'CLIENT-CREDENTIALS', { roleDivisions: [everywhere(randomUUID())] }],
  ['bad.client.role', 'an unknown division', 'CLIENT-CREDENTIALS', { roleDivisions: [pair(viewerRole, randomUUID())] }],
  ['auth.invalid.scope', 'an unknown scope', 'CODE', { scope: ['users:readonly', 'no-such-scope'] }],
  ['invalid.value', 'a name that is no text', 'CODE', { name: { not: 'a text' } }],
];
for (const [code, what, grantType, members] of CASES) {
  test(`${what} is refused with ${code}`, (t) => refusedRegistration(t, code, grantType, members));
}

for (const grantType of Object.keys(GRANT_TYPES).filter((it) => it !== 'CLIENT-CREDENTIALS')) {
  test(`a ${grantType} client without a scope is refused`, async (t) => {
    await refusedRegistration(t, 'missing.client.scope', grantType, { scope: undefined });
    await refusedRegistration(t, 'missing.client.scope', grantType, { scope: [] });
  });
}

test('a validity out of range is refused by the name of its field', async (t) => {
  for (const accessTokenValiditySeconds of [299, 172801, 0, -1]) {
    const members = { accessTokenValiditySeconds };
    for (const body of await refusedRegistration(t, 'constraint.validation', 'CODE', members)) {
      assert.deepEqual(body.details.map((detail) => detail.fieldName), ['accessTokenValiditySeconds']);
    }
  }
});

test('a missing or blank name is refused by the name of its field', async (t) => {
  for (const name of [undefined, '', '   ']) {
    for (const body of await refusedRegistration(t, 'constraint.validation', 'CODE', { name })) {
      assert.deepEqual(body.details.map((detail) => detail.fieldName), ['name']);
    }
  }
});

test('a redirect URI that is relative, or has a fragment or a wildcard, is refused', async (t) => {
  for (const uri of ['/callback', 'https://app.example.com/#there', 'https://*.example.com/', 'http://example.com/']) {
    await refusedRegistration(t, 'constraint.validation', 'CODE', { registeredRedirectUri: [uri] });
  }
});

test('a client is created active or not at all', async (t) => {
  for (const state of ['inactive', 'disabled']) {
    await refused(create(t, 'CODE', { state }), 400, 'bad.client.state');
  }
});

test('a disabled client is not edited, and no client disabled, by who merely edits clients', async (t) => {
  const role = await createRole(t, [policy('oauth', 'client', '*')]);
  const { oauth: editor } = await newcomer(t, everywhere(role));
  const client = await create(t, 'CODE');
  const disabled = changed(client, { state: 'disabled' });
  await refused(editor.putOauthClient(client.id, disabled), 400, 'bad.client.state');
  await oauth.putOauthClient(client.id, disabled);
  await refused(editor.putOauthClient(client.id, disabled), 400, 'bad.client.state');
  await refused(editor.putOauthClient(client.id, changed(client)), 400, 'bad.client.state');
  assert.equal((await oauth.getOauthClient(client.id)).state, 'disabled');
});

test('a client that is not there is not found', async () => {
  for (const id of [randomUUID(), 'no-uuid-at-all']) {
    await refused(oauth.getOauthClient(id), 404, 'client.not.found');
    await refused(oauth.putOauthClient(id, registration()), 404, 'client.not.found');
    await refused(oauth.postOauthClientSecret(id), 404, 'client.not.found');
    await refused(oauth.deleteOauthClient(id), 404, 'client.not.found');
  }
});

test('nothing is done for nobody', async () => {
  const [id, nobody] = [randomUUID(), anonymous.oauth];
  for (const call of [
    () => nobody.getOauthClients(),
    () => nobody.postOauthClients(registration()),
    () => nobody.getOauthClient(id),
    () => nobody.putOauthClient(id, registration()),
    () => nobody.postOauthClientSecret(id),
    () => nobody.deleteOauthClient(id),
  ]) {
    await refused(call(), 401, 'authentication.required');
  }
});

test('a body that is no JSON object, or of another type, is refused', async () => {
  const send = (data, type) =>
    raw('POST', '/api/v2/oauth/clients', {
      token: tokenOf(administrator.api), data, headers: { 'Content-Type': type },
    });
  for (const data of ['{"name": ', '[]', 'null', '']) {
    const answer = await send(data, 'application/json');
    assert.deepEqual([answer.status, answer.body.code], [400, 'bad.request'], data);
  }
  const answer = await send(JSON.stringify(registration()), 'text/plain');
  assert.deepEqual([answer.status, answer.body.code], [415, 'unsupported.media.type']);
});

test('a viewer reads, and may do nothing else', async (t) => {
  const { client, oauth: viewer } = await newcomer(t, everywhere(viewerRole));
  const other = await create(t, 'CODE');
  assert.equal((await viewer.getOauthClient(other.id)).name, other.name);
  const lacks = async (permission, call) => {
    const body = await refused(call, 403, 'missing.any.permissions');
    assert.ok(body.message.includes(`[${permission}]`), body.message);
  };
  await lacks('oauth:client:add', viewer.postOauthClients(registration('CODE')));
  await lacks('oauth:client:edit', viewer.putOauthClient(other.id, changed(other)));
  await lacks('oauth:client:edit', viewer.postOauthClientSecret(client.id));
  await lacks('oauth:client:delete', viewer.deleteOauthClient(other.id));
});

test('an administrator of one division cannot hand out, or touch, the role in all divisions', async (t) => {
  const { oauth: local } = await newcomer(t, pair(adminRole, home));
  const own = await create(t, 'CLIENT-CREDENTIALS', { roleDivisions: [pair(adminRole, home)] }, { oauth: local });
  const more = { roleDivisions: [everywhere(adminRole)] };
  await refused(local.postOauthClients(registration('CLIENT-CREDENTIALS', more)), 400, 'bad.client.role');
  await refused(local.putOauthClient(own.id, changed(own, more)), 400, 'bad.client.role');
  assert.deepEqual(pairsOf((await oauth.getOauthClient(own.id)).roleDivisions), pairsOf(own.roleDivisions));
  const mighty = await create(t, 'CLIENT-CREDENTIALS', more);
  await refused(local.putOauthClient(mighty.id, changed(mighty, { description: 'mine' })), 400, 'bad.client.role');
  await refused(local.postOauthClientSecret(mighty.id), 400, 'bad.client.role');
});
