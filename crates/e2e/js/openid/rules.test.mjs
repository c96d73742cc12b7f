// What the specifications demand where requests are odd, and what libraries do not send by themselves.

import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';

import { Person } from '../person.mjs';
import { CALLBACK, assert, authorize, local, logIn, manage, oidc, register, relyingParty, site, url } from './world.mjs';

const form = (path, members, headers = {}) => fetch(`${url}${path}`, { method: 'POST', headers, body: new URLSearchParams(members) });
const basic = (id, secret) => ({ Authorization: `Basic ${btoa(`${id}:${secret}`)}` });
const bearer = (token) => ({ Authorization: `Bearer ${token}` });
const error = async (answer, status) => {
  assert.equal(answer.status, status);
  return (await answer.json()).error;
};

test('what is not supported is said, and what is not known is ignored', async (t) => {
  const { party, callback } = await relyingParty(t);
  const ask = async (parameters) => (await authorize(oidc.buildAuthorizationUrl(party, { redirect_uri: callback, scope: 'openid', ...parameters }).href)).searchParams;
  for (const [name, code] of [['request', 'request_not_supported'], ['request_uri', 'request_uri_not_supported'], ['registration', 'registration_not_supported']]) {
    assert.equal((await ask({ [name]: 'x' })).get('error'), code);
  }
  const claims = JSON.stringify({ id_token: { odd: null }, elsewhere: { sub: null } });
  for (const parameters of [{ acr_values: 'a b' }, { claims_locales: 'de fr' }, { display: 'wap' }, { claims }, { magic: 'x' }]) {
    assert.ok((await ask(parameters)).get('code'), JSON.stringify(parameters));
  }
});

test('userinfo takes the token in one place', async (t) => {
  const { tokens } = await logIn(t);
  const token = { access_token: tokens.access_token };
  const answer = await form('/oauth2/userinfo', token);
  assert.deepEqual([answer.status, /no-store/.test(answer.headers.get('cache-control'))], [200, true]);
  assert.equal(await error(await form('/oauth2/userinfo', token, bearer(tokens.access_token)), 400), 'invalid_request');
  const without = await form('/oauth2/userinfo', {});
  assert.deepEqual([without.status, without.headers.get('www-authenticate')], [401, 'Bearer realm="chancery"']);
});

test('a client that does not prove itself is challenged, and a token that is missing is asked for', async (t) => {
  const { client, tokens } = await logIn(t);
  for (const path of ['/oauth2/token', '/oauth2/introspect', '/oauth2/revoke']) {
    const members = { grant_type: 'refresh_token', refresh_token: 'x', token: tokens.access_token };
    for (const more of [{ client_id: client.id, client_secret: 'wrong' }, { client_id: 'nobody' }]) {
      const answer = await form(path, { ...members, ...more });
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic realm=/, path);
      assert.equal(await error(answer, 401), 'invalid_client');
    }
  }
  for (const path of ['/oauth2/introspect', '/oauth2/revoke']) {
    const answer = await form(path, {}, basic(client.id, client.secret));
    assert.match(answer.headers.get('cache-control'), /no-store/);
    assert.equal(await error(answer, 400), 'invalid_request');
  }
});

test('a public client gives back what is its own, and no proof stands in for another', async (t) => {
  const { party, client } = await register(t, { token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'] }, oidc.None());
  const verifier = oidc.randomPKCECodeVerifier();
  const code_challenge = await oidc.calculatePKCECodeChallenge(verifier);
  const asked = oidc.buildAuthorizationUrl(party, { redirect_uri: CALLBACK, scope: 'openid offline_access', code_challenge, code_challenge_method: 'S256' });
  const tokens = await oidc.authorizationCodeGrant(party, await authorize(asked.href), { pkceCodeVerifier: verifier });
  const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, client_id: client.client_id };
  assert.equal(await error(await form('/oauth2/token', { ...refresh, resource: `${url}/api/v2` }), 400), 'invalid_target');
  assert.equal(await error(await form('/oauth2/token', { ...refresh, scope: 'nonsense' }), 400), 'invalid_scope');
  const again = await form('/oauth2/token', { ...refresh, resource: url, scope: 'openid nonsense' });
  const fresh = await again.json();
  assert.equal(fresh.scope, 'openid');
  const gone = await form('/oauth2/revoke', { token: fresh.refresh_token, client_id: client.client_id });
  assert.deepEqual([gone.status, /no-store/.test(gone.headers.get('cache-control'))], [200, true]);
  assert.equal(await error(await form('/oauth2/token', { ...refresh, refresh_token: fresh.refresh_token }), 400), 'invalid_grant');
});

test('an answer about a token is signed as the client registered, of no token too', async (t) => {
  for (const alg of ['ES256', undefined]) {
    const { client } = await register(t, { introspection_signed_response_alg: alg });
    const headers = { ...basic(client.client_id, client.client_secret), Accept: 'text/html, Application/Token-Introspection+JWT;q=0.5' };
    const answer = await form('/oauth2/introspect', { token: 'nonsense' }, headers);
    assert.deepEqual([answer.status, /no-store/.test(answer.headers.get('cache-control'))], [200, true]);
    const [header, claims] = (await answer.text()).split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url')));
    assert.equal(header.alg, alg ?? 'RS256');
    assert.deepEqual(claims.token_introspection, { active: false });
    const plain = await form('/oauth2/introspect', { token: 'nonsense' }, { ...headers, Accept: 'application/token-introspection+jwt;q=0' });
    assert.deepEqual(await plain.json(), { active: false });
  }
});

test('a token for the management API is nobody else\'s business', async (t) => {
  const resource = `${url}/api/v2`;
  const { party, tokens } = await logIn(t, { parameters: { resource } });
  assert.equal((await oidc.tokenIntrospection(party, tokens.access_token)).aud, resource, 'its client may know');
  const { party: other } = await relyingParty(t);
  assert.equal((await oidc.tokenIntrospection(other, tokens.access_token)).active, false);
});

test('a client changes what it may, and how it proves itself', async (t) => {
  const { client } = await register(t);
  const change = (members) => manage(client, 'PUT', { client_id: client.client_id, redirect_uris: [CALLBACK], ...members });
  for (const name of ['registration_access_token', 'registration_client_uri', 'client_secret_expires_at', 'client_id_issued_at']) {
    assert.equal(await error(await change({ [name]: client[name] }), 400), 'invalid_client_metadata', name);
  }
  assert.equal((await change({ client_secret: client.client_secret })).status, 200);
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = [publicKey.export({ format: 'jwk' })];
  assert.equal((await change({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys } })).status, 200);
  const ask = (secret) => form('/oauth2/introspect', { token: 'x' }, basic(client.client_id, secret));
  assert.equal(await error(await ask(client.client_secret), 401), 'invalid_client');
  const { client_secret: secret } = await (await change({})).json();
  assert.ok(secret && secret !== client.client_secret);
  assert.equal((await ask(secret)).status, 200);
  assert.equal(await error(await ask(client.client_secret), 401), 'invalid_client');
});

test('a key that is too short proves nothing', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const short = publicKey.export({ format: 'jwk' });
  const metadata = (keys) => ({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys } });
  await assert.rejects(register(t, metadata([short])), { error: 'invalid_client_metadata' });
  const good = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  const { client } = await register(t, metadata([short, good]));
  const { createSign } = await import('node:crypto');
  const now = Math.floor(Date.now() / 1000);
  const parts = [{ alg: 'RS256' }, { iss: client.client_id, sub: client.client_id, aud: url, jti: 'one', exp: now + 60 }];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const assertion = `${text}.${createSign('sha256').update(text).sign(privateKey).toString('base64url')}`;
  const members = { token: 'x', client_assertion: assertion, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' };
  assert.equal(await error(await form('/oauth2/introspect', members), 401), 'invalid_client');
  for (const odd of [{ client_assertion_type: 'odd' }, { client_id: 'another' }, { client_assertion: '' }]) {
    assert.equal(await error(await form('/oauth2/introspect', { ...members, ...odd }), 401), 'invalid_client', JSON.stringify(odd));
  }
});

test('a sector is what its document says at the time', async (t) => {
  let named = [CALLBACK, 'https://other.example/cb'];
  const origin = await site(t, (request, response) => response.end(JSON.stringify(named)));
  const metadata = { subject_type: 'pairwise', sector_identifier_uri: `${origin}/sector`, redirect_uris: named };
  const { client } = await register(t, metadata);
  assert.equal(client.subject_type, 'pairwise');
  named = ['https://other.example/cb'];
  await assert.rejects(register(t, metadata), { error: 'invalid_client_metadata' });
  named = [CALLBACK, 'https://other.example/cb', 'https://more.example/'];
  await register(t, metadata);
  const { sector_identifier_uri: _, ...without } = metadata;
  await assert.rejects(register(t, without), { error: 'invalid_client_metadata' }, 'two hosts are no sector');
});

test('a hint that is none ends no other login, and sends nobody on', async (t) => {
  const person = new Person();
  const { client, tokens } = await logIn(t, { person });
  const { client: other } = await relyingParty(t);
  const out = (parameters) => person.follow(`${url}/oauth2/logout?${new URLSearchParams(parameters)}`);
  const to = client.registeredRedirectUri[0];
  assert.equal((await out({ id_token_hint: tokens.id_token, client_id: other.id })).status, 400);
  const page = await out({ id_token_hint: `${tokens.id_token}x`, client_id: client.id, post_logout_redirect_uri: to, ui_locales: 'de' });
  assert.deepEqual([page.status, page.next], [200, null]);
  assert.match(page.text, /lang="de"/);
  const stranger = new Person();
  const left = await stranger.follow(`${url}/oauth2/logout?${new URLSearchParams({ id_token_hint: 'x.y.z', client_id: client.id, post_logout_redirect_uri: to })}`);
  assert.deepEqual([left.status, left.next], [200, null]);
  const twice = `${url}/oauth2/logout?id_token_hint=${tokens.id_token}&state=a&state=b`;
  assert.equal((await person.follow(twice)).status, 400);
  const gone = await out({ id_token_hint: tokens.id_token, post_logout_redirect_uri: to, state: 's' });
  assert.equal(gone.next, `${to}?state=s`);
});
