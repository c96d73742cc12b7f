// The grants of a person: authorization code, with and without a verifier, and refreshing, as the SDK does it in Node.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import {
  administrator, apis, bootstrap, changed, create, isAlive, isDead, raw, tokenOf, unconnected, url, withToken,
} from './chancery.mjs';
import { Person, challengeOf, codeFor, verifierOf } from './person.mjs';

const redirect = (client) => client.registeredRedirectUri[0];

/** A new client, and a connection on behalf of a person. */
async function loggedIn(t, members) {
  const client = await create(t, 'CODE', members);
  const api = unconnected();
  const data = await api.loginCodeAuthorizationGrant(client.id, client.secret, await codeFor(client), redirect(client));
  return { client, api, data };
}

/** A login or refresh that must fail as the contract says. */
async function refusedGrant(promise, error) {
  const failure = await promise.then(() => assert.fail('got a token'), (failure) => failure);
  assert.equal(failure.response?.status, 400, failure.message);
  const body = failure.response.data;
  assert.deepEqual(Object.keys(body).sort(), ['description', 'error', 'error_description']);
  assert.equal(body.error, error);
  assert.equal(body.description, body.error_description);
  assert.ok(body.description);
}

/** Waits for what the SDK does on its own. */
async function until(what, look) {
  const begun = Date.now();
  while (!look()) {
    assert.ok(Date.now() - begun < 30_000, `waited in vain: ${what}`);
    await new Promise((next) => setImmediate(next));
  }
}

test('a code becomes a token that acts for the person', async (t) => {
  const { client, api, data } = await loggedIn(t, { accessTokenValiditySeconds: 1234 });
  assert.match(data.accessToken, /^[A-Za-z0-9_-]+$/);
  assert.match(data.refreshToken, /^[A-Za-z0-9_-]+$/);
  assert.ok(Math.abs(data.tokenExpiryTime - Date.now() - 1234_000) < 60_000);
  const { tokens, users } = apis(api);
  const me = await users.getUsersMe();
  assert.equal(me.id, bootstrap.admin.userId);
  assert.equal(me.email, bootstrap.admin.email);
  const token = await tokens.getTokensMe();
  assert.equal(token.OAuthClient.id, client.id);
  assert.equal(token.organization.id, bootstrap.organization.id);
});

test('the token carries the permissions of the person', async (t) => {
  const { client, api } = await loggedIn(t);
  assert.equal((await apis(api).oauth.getOauthClient(client.id)).id, client.id);
});

test('a code is good once', async (t) => {
  const client = await create(t, 'CODE');
  const code = await codeFor(client);
  const api = unconnected();
  await api.loginCodeAuthorizationGrant(client.id, client.secret, code, redirect(client));
  await refusedGrant(
    unconnected().loginCodeAuthorizationGrant(client.id, client.secret, code, redirect(client)),
    'invalid_grant',
  );
  await isAlive(api); // so soon after the first time it is a retry
});

test('a code is good for its own client, redirect URI and secret only', async (t) => {
  const registeredRedirectUri = ['https://app.example.com/callback', 'https://app.example.com/other'];
  const client = await create(t, 'CODE', { registeredRedirectUri });
  const other = await create(t, 'CODE');
  const code = await codeFor(client);
  const attempt = (id, secret, code, uri) => unconnected().loginCodeAuthorizationGrant(id, secret, code, uri);
  await refusedGrant(attempt(other.id, other.secret, code, redirect(client)), 'invalid_grant');
  await refusedGrant(attempt(client.id, client.secret, code, registeredRedirectUri[1]), 'invalid_grant');
  await refusedGrant(attempt(client.id, client.secret, code, ''), 'invalid_grant');
  await refusedGrant(attempt(client.id, other.secret, code, redirect(client)), 'invalid_client');
  await refusedGrant(attempt(client.id, '', code, redirect(client)), 'invalid_client');
  await refusedGrant(attempt(randomUUID(), client.secret, code, redirect(client)), 'invalid_client');
  for (const wrong of ['', 'x', code.slice(0, -1), `${code}A`, `${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`]) {
    await refusedGrant(
      attempt(client.id, client.secret, wrong, redirect(client)),
      wrong ? 'invalid_grant' : 'invalid_request',
    );
  }
  await attempt(client.id, client.secret, code, redirect(client)); // no refusal has spent it
});

test('a refresh token becomes another token, and the next refresh token', async (t) => {
  const { client, api, data } = await loggedIn(t);
  const [first, token] = [data.refreshToken, data.accessToken];
  const next = await api.refreshCodeAuthorizationGrant(client.id, client.secret, first);
  assert.notEqual(next.accessToken, token);
  assert.notEqual(next.refreshToken, first);
  await isAlive(api);
  await isAlive(withToken(token));
  assert.equal((await apis(api).users.getUsersMe()).id, bootstrap.admin.userId);
  const last = await api.refreshCodeAuthorizationGrant(client.id, client.secret, next.refreshToken);
  assert.ok(last.accessToken);
});

test('a refresh token is good for its own client, with its secret', async (t) => {
  const { client, data } = await loggedIn(t);
  const { refreshToken } = data;
  const other = await create(t, 'CODE');
  const attempt = (id, secret, token) => unconnected().refreshCodeAuthorizationGrant(id, secret, token);
  await refusedGrant(attempt(other.id, other.secret, refreshToken), 'invalid_grant');
  await refusedGrant(attempt(client.id, other.secret, refreshToken), 'invalid_client');
  await refusedGrant(attempt(client.id, client.secret, 'nonsense'), 'invalid_grant');
  await refusedGrant(attempt(client.id, client.secret, refreshToken.slice(0, -2)), 'invalid_grant');
  await refusedGrant(attempt(client.id, client.secret, data.accessToken), 'invalid_grant');
  await attempt(client.id, client.secret, refreshToken);
});

test('the SDK refreshes by itself when its token is gone', async (t) => {
  const { api, data } = await loggedIn(t);
  const [token, refresh] = [data.accessToken, data.refreshToken];
  await raw('DELETE', '/api/v2/tokens/me', { token });
  // The SDK tells the caller of the refusal, and refreshes all the same.
  const refusal = await apis(api).users.getUsersMe().then(() => assert.fail('answered'), (refusal) => refusal);
  assert.equal(refusal.response?.status ?? refusal.status, 401);
  await until('another token', () => api.authData.accessToken !== token);
  assert.notEqual(api.authData.refreshToken, refresh);
  assert.equal((await apis(api).users.getUsersMe()).id, bootstrap.admin.userId);
});

test('a code with a challenge needs its verifier, and no secret', async (t) => {
  const client = await create(t, 'CODE');
  const api = unconnected();
  const verifier = api.generatePKCECodeVerifier(128);
  const code_challenge = await api.computePKCECodeChallenge(verifier);
  assert.equal(code_challenge, challengeOf(verifier));
  const code = await codeFor(client, { code_challenge, code_challenge_method: 'S256' });
  for (const wrong of [verifierOf(), 'null', '', verifier.slice(1), code_challenge]) {
    await refusedGrant(unconnected().authorizePKCEGrant(client.id, wrong, code, redirect(client)), 'invalid_grant');
  }
  await refusedGrant(
    unconnected().loginCodeAuthorizationGrant(client.id, client.secret, code, redirect(client)),
    'invalid_grant',
  );
  const data = await api.authorizePKCEGrant(client.id, verifier, code, redirect(client));
  assert.match(data.accessToken, /^[A-Za-z0-9_-]+$/);
  assert.ok(data.tokenExpiryTime > Date.now());
  assert.equal((await apis(api).users.getUsersMe()).id, bootstrap.admin.userId);
});

test('the shortest and the longest verifier are good', async (t) => {
  const client = await create(t, 'CODE');
  for (const length of [43, 128]) {
    const api = unconnected();
    const verifier = api.generatePKCECodeVerifier(length);
    const code = await codeFor(client, { code_challenge: challengeOf(verifier), code_challenge_method: 'S256' });
    await api.authorizePKCEGrant(client.id, verifier, code, redirect(client));
    await isAlive(api);
  }
});

test('a verifier without a challenge is a downgrade', async (t) => {
  const client = await create(t, 'CODE');
  const code = await codeFor(client);
  const attempt = unconnected().authorizePKCEGrant(client.id, verifierOf(), code, redirect(client));
  await refusedGrant(attempt, 'invalid_client');
});

test('a challenge that is none is refused at the redirect URI', async (t) => {
  const client = await create(t, 'CODE');
  const code_challenge = challengeOf(verifierOf());
  for (const parameters of [
    { code_challenge, code_challenge_method: 'plain' },
    { code_challenge },
    { code_challenge_method: 'S256' },
    { code_challenge: 'short', code_challenge_method: 'S256' },
    { code_challenge: `${code_challenge}=`, code_challenge_method: 'S256' },
  ]) {
    const told = await new Person().authorize(client, { ...parameters, state: 's' });
    assert.equal(told.error, 'invalid_request');
    assert.equal(told.state, 's');
    assert.ok(told.error_description);
  }
});

test('an implicit client gets its token in the fragment, and no other client does', async (t) => {
  const client = await create(t, 'TOKEN', { accessTokenValiditySeconds: 600 });
  const told = await new Person().authorize(client, { response_type: 'token', state: 'a state' });
  assert.deepEqual(Object.keys(told).sort(), ['access_token', 'expires_in', 'state', 'token_type']);
  assert.equal(told.token_type, 'bearer');
  assert.equal(told.expires_in, '600');
  assert.equal(told.state, 'a state');
  assert.match(told.access_token, /^[A-Za-z0-9_-]+$/);
  const { users } = apis(withToken(told.access_token));
  assert.equal((await users.getUsersMe()).id, bootstrap.admin.userId);
  const code = await create(t, 'CODE');
  const refusals = [[client, 'code'], [code, 'token']];
  for (const [client, response_type] of refusals) {
    const told = await new Person().authorize(client, { response_type });
    assert.equal(told.error, 'unauthorized_client');
  }
});

test('whoever has logged in is not asked again for another client', async (t) => {
  const [one, other] = [await create(t, 'CODE'), await create(t, 'CODE')];
  const person = new Person();
  await person.authorize(one);
  const query = { client_id: other.id, redirect_uri: redirect(other), response_type: 'code' };
  const { next, status } = await person.visit(`${url}/oauth/authorize?${new URLSearchParams(query)}`);
  assert.equal(status, 302);
  assert.ok(next.startsWith(`${redirect(other)}?code=`), next);
});

test('disabling or deleting the client ends codes, tokens and refresh tokens', async (t) => {
  for (const end of [
    (client) => administrator.oauth.putOauthClient(client.id, changed(client, { state: 'disabled' })),
    (client) => administrator.oauth.deleteOauthClient(client.id),
  ]) {
    const { client, api, data } = await loggedIn(t);
    const { refreshToken } = data;
    const code = await codeFor(client);
    await end(client);
    await isDead(withToken(tokenOf(api)));
    await refusedGrant(unconnected().refreshCodeAuthorizationGrant(client.id, client.secret, refreshToken), 'invalid_client');
    await refusedGrant(
      unconnected().loginCodeAuthorizationGrant(client.id, client.secret, code, redirect(client)),
      'invalid_client',
    );
  }
});

test('the words for a wrong scope stand at the redirect URI', async (t) => {
  const client = await create(t, 'CODE', { scope: ['users:readonly'] });
  for (const scope of ['no-such-scope', 'oauth']) {
    const told = await new Person().authorize(client, { scope });
    assert.equal(told.error, 'invalid_scope', scope);
  }
  const code = await codeFor(client, { scope: 'users:readonly' });
  const api = unconnected();
  await api.loginCodeAuthorizationGrant(client.id, client.secret, code, redirect(client));
  await isAlive(api);
});
