// Logging in with client credentials, and what a token tells of itself.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import {
  GRANT_TYPES, administrator, administratorId, anonymous, bootstrap, changed, connect, create, extended, isAlive,
  isDead, newcomer, raw, refused, sdk, tokenOf, unconnected, url, withToken,
} from './chancery.mjs';

/** A login that must fail as the contract says: 400, never 401, with the same text twice. */
async function refusedLogin(login, error, description) {
  const failure = await login.then(() => assert.fail('logged in'), (failure) => failure);
  assert.equal(failure.response?.status, 400, failure.message);
  assert.equal(failure.response.headers['www-authenticate'], undefined);
  const body = failure.response.data;
  assert.deepEqual(Object.keys(body).sort(), ['description', 'error', 'error_description']);
  assert.equal(body.error, error);
  assert.equal(body.description, body.error_description);
  if (description) assert.equal(body.description, description);
}

test('a client logs in and uses its token', async (t) => {
  const client = await create(t, 'CLIENT-CREDENTIALS', { accessTokenValiditySeconds: 1234 });
  const before = Date.now();
  const api = unconnected();
  const login = await api.loginClientCredentialsGrant(client.id, client.secret);
  assert.match(login.accessToken, /^[A-Za-z0-9_-]+$/);
  const validity = Math.round((login.tokenExpiryTime - before) / 1000);
  assert.ok(validity >= 1234 && validity < 1234 + 60, `${validity}`);
  assert.equal((await new sdk.OAuthApi(api).getOauthClient(client.id)).id, client.id);
});

test('a gateway with path prefixes is of no concern to a server without them', async () => {
  const api = unconnected();
  const { hostname, port } = new URL(url);
  api.setGateway({ host: hostname, protocol: 'http', port, path_params_login: '', path_params_api: '/' });
  await api.loginClientCredentialsGrant(administratorId, bootstrap.client.clientSecret);
  await isAlive(api);
});

test('a wrong secret fails authentication', async (t) => {
  const client = await create(t);
  for (const wrong of ['s'.repeat(43), client.secret.slice(0, -1), '']) {
    await refusedLogin(connect(client.id, wrong), 'invalid_client', 'authentication failed');
  }
});

test('an unknown client is not found', async () => {
  for (const id of [randomUUID(), 'no-uuid-at-all']) {
    await refusedLogin(connect(id, 's'.repeat(43)), 'invalid_client', 'client not found');
  }
});

test('a client that is not active gets nothing', async (t) => {
  for (const state of ['inactive', 'disabled']) {
    const client = await create(t);
    await administrator.oauth.putOauthClient(client.id, changed(client, { state }));
    await refusedLogin(connect(client.id, client.secret), 'invalid_client');
  }
});

test('a client may use its own grant type only', async (t) => {
  for (const grantType of Object.keys(GRANT_TYPES).filter((it) => it !== 'CLIENT-CREDENTIALS')) {
    const client = await create(t, grantType);
    await refusedLogin(connect(client.id, client.secret), 'unauthorized_client');
  }
});

test('the words of the SDK for other grants are understood well enough to be refused', async (t) => {
  const code = await create(t, 'CODE');
  const saml = await create(t, 'SAML2-BEARER');
  for (const login of [
    () => unconnected().loginCodeAuthorizationGrant(code.id, code.secret, 'a-code', code.registeredRedirectUri[0]),
    () => unconnected().loginSaml2BearerGrant(saml.id, saml.secret, 'an-organization', 'YXNzZXJ0aW9u'),
  ]) {
    const failure = await login().then(() => assert.fail('logged in'), (failure) => failure);
    assert.equal(failure.response?.status, 400, failure.message);
    assert.ok(['unsupported_grant_type', 'invalid_grant'].includes(failure.response.data.error));
  }
});

test('a token tells whose it is', async (t) => {
  const { client, tokens } = await newcomer(t);
  const told = await tokens.getTokensMe();
  assert.equal(told.organization.id, bootstrap.organization.id);
  assert.equal(told.homeOrganization.id, bootstrap.organization.id);
  assert.ok(told.organization.name);
  assert.equal(told.OAuthClient.id, client.id);
  assert.equal(told.OAuthClient.name, client.name);
  assert.equal(told.OAuthClient.organization.id, bootstrap.organization.id);
  assert.equal(told.OAuthClient.authorizedGrantType, 'CLIENT-CREDENTIALS');
  assert.equal(told.OAuthClient.state, 'active');
  assert.equal(told.OAuthClient.secret, undefined);
  assert.deepEqual(await tokens.getTokensMe({ preserveIdleTTL: true }), told);
});

test('a token can be checked without a body', async (t) => {
  const { api } = await newcomer(t);
  const answer = await new sdk.TokensApi(extended(api)).headTokensMe();
  assert.ok([200, 204].includes(answer.status));
  assert.equal(answer.body, '');
  const refusal = await new sdk.TokensApi(extended(withToken('garbage'))).headTokensMe().catch((it) => it);
  assert.equal(refusal.status, 401);
});

test('deleting a token kills that token alone', async (t) => {
  const { client, api: doomed, tokens } = await newcomer(t);
  const spared = await connect(client.id, client.secret);
  await tokens.deleteTokensMe();
  await isDead(doomed);
  await isAlive(spared);
  await isAlive(await connect(client.id, client.secret));
});

test('without a token authentication is required, and a token that nobody issued is bad', async () => {
  const { api } = administrator;
  await refused(anonymous.tokens.getTokensMe(), 401, 'authentication.required');
  await refused(anonymous.oauth.getOauthClients(), 401, 'authentication.required');
  for (const token of ['never-issued_by-anybody', tokenOf(api).slice(0, -1), `${tokenOf(api)}A`]) {
    await isDead(withToken(token));
  }
});

test('the scheme word may be in lower case, as tutorials send it', async () => {
  const headers = { Authorization: `bearer ${tokenOf(administrator.api)}` };
  assert.equal((await raw('GET', '/api/v2/tokens/me', { headers })).status, 200);
});

test('a client is not a user', async () => {
  await refused(administrator.users.getUsersMe(), 400, 'not.a.user');
  await refused(administrator.users.getUsersMe({ expand: ['authorization', 'token'] }), 400, 'not.a.user');
});

test('every answer names its request, and the refusal names it again', async () => {
  const answer = await new sdk.OAuthApi(extended(administrator.api)).getOauthClients();
  assert.ok(answer.headers['inin-correlation-id']);
  const refusal = await new sdk.OAuthApi(extended(administrator.api)).getOauthClient(randomUUID()).catch((it) => it);
  assert.equal(refusal.status, 404);
  assert.equal(refusal.headers['inin-correlation-id'], refusal.body.contextId);
  assert.equal(refusal.headers['genesys-correlation-id'], refusal.body.contextId);
});
