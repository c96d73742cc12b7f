// Clients that register themselves and manage it, by npm's openid-client, and prove who they are with keys of their own.

import { test } from 'node:test';

import { Person } from '../person.mjs';
import { administrator } from '../chancery.mjs';
import { CALLBACK, assert, authorize, initialAccessToken, manage, oidc, register, site, url } from './world.mjs';

const refused = async (metadata) => {
  const answer = await fetch(`${url}/oauth2/register`, {
    method: 'POST', headers: { Authorization: `Bearer ${initialAccessToken}`, 'Content-Type': 'application/json' }, body: JSON.stringify(metadata),
  });
  assert.equal(answer.status, 400, JSON.stringify(metadata));
  return (await answer.json()).error;
};

/** A login of such a client, for which the person is asked. */
async function logIn(party, { parameters = {}, person = new Person(), consent } = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const address = oidc.buildAuthorizationUrl(party, {
    redirect_uri: CALLBACK, scope: 'openid email', code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256', ...parameters,
  });
  const called = await authorize(address.href, { person, consent });
  return oidc.authorizationCodeGrant(party, called, { pkceCodeVerifier: verifier });
}

async function keyPair(alg) {
  const parameters = {
    ES256: { name: 'ECDSA', namedCurve: 'P-256' },
    EdDSA: { name: 'Ed25519' },
    RS256: { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
    PS256: { name: 'RSA-PSS', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
  };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(parameters[alg], true, ['sign', 'verify']);
  const { key_ops, ext, alg: _, ...jwk } = await crypto.subtle.exportKey('jwk', publicKey);
  return { privateKey, jwk: { ...jwk, alg, use: 'sig' } };
}

test('a client registers, a person is asked, and it learns who they are', async (t) => {
  const { party, client } = await register(t, { client_name: 'Newcomer' });
  assert.equal(client.token_endpoint_auth_method, 'client_secret_basic');
  assert.equal(client.client_secret_expires_at, 0);
  const person = new Person();
  const { search } = oidc.buildAuthorizationUrl(party, { redirect_uri: CALLBACK, scope: 'openid email' });
  await authorize(`${url}/oauth2/authorize${search}`, { person });
  const page = await person.follow(`${url}/oauth2/authorize${search}&prompt=consent`);
  assert.ok(page.text.includes('Newcomer') && page.text.includes('app.example'), page.text);
  const tokens = await logIn(party, { person });
  assert.ok((await oidc.fetchUserInfo(party, tokens.access_token, tokens.claims().sub)).email);
});

test('a person who says no is believed, and nothing is given in silence', async (t) => {
  const { party } = await register(t);
  const person = new Person();
  await assert.rejects(logIn(party, { person, consent: 'deny' }), { error: 'access_denied' });
  await assert.rejects(logIn(party, { person, parameters: { prompt: 'none' } }), { error: 'consent_required' });
});

test('a registered client is one of the registry, and administers nothing', async (t) => {
  const { party, client } = await register(t, { client_name: 'Listed' });
  const listed = await administrator.oauth.getOauthClient(client.client_id);
  assert.equal(listed.name, 'Listed');
  assert.equal(listed.authorizedGrantType, 'CODE');
  assert.deepEqual([...listed.scope].sort(), ['address', 'email', 'offline_access', 'openid', 'phone', 'profile']);
  const person = new Person();
  await logIn(party, { person });
  await assert.rejects(logIn(party, { person, parameters: { resource: `${url}/api/v2` } }), { error: 'invalid_target' });
  const vendor = await new Person().follow(`${url}/oauth/authorize?${new URLSearchParams({ client_id: client.client_id, redirect_uri: CALLBACK, response_type: 'code' })}`);
  assert.deepEqual([vendor.status, vendor.next], [400, null], 'the vendor\'s side does not know it');
  const body = { ...listed, authorizedGrantType: 'CODE', scope: ['users'] };
  await assert.rejects(administrator.oauth.putOauthClient(client.client_id, body), { code: 'constraint.validation' });
});

test('a client proves who it is with a key, which it registered or publishes', async (t) => {
  const published = [];
  const origin = await site(t, (request, response) => response.end(JSON.stringify({ keys: published })));
  for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA']) {
    const { privateKey, jwk } = await keyPair(alg);
    const metadata = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } };
    const { party, client } = await register(t, metadata, oidc.PrivateKeyJwt(privateKey));
    assert.equal(client.client_secret, undefined);
    assert.ok((await logIn(party)).id_token, alg);
  }
  const { privateKey, jwk } = await keyPair('ES256');
  published.push({ ...jwk, kid: 'one' });
  const place = { jwks_uri: `${origin}/keys` };
  const { party } = await register(t, { token_endpoint_auth_method: 'private_key_jwt', ...place }, oidc.PrivateKeyJwt({ key: privateKey, kid: 'one' }));
  const tokens = await logIn(party);
  assert.equal((await oidc.tokenIntrospection(party, tokens.access_token)).active, true);
});

test('an answer is signed as the client registered', async (t) => {
  for (const alg of ['RS256', 'ES256', 'PS256', 'EdDSA']) {
    const { party } = await register(t, { id_token_signed_response_alg: alg, userinfo_signed_response_alg: alg });
    oidc.enableNonRepudiationChecks(party);
    const tokens = await logIn(party);
    const [header] = tokens.id_token.split('.');
    assert.equal(JSON.parse(Buffer.from(header, 'base64url')).alg, alg);
    assert.ok((await oidc.fetchUserInfo(party, tokens.access_token, tokens.claims().sub)).email, alg);
  }
});

test('a public client sends a challenge, and two sectors know a person by two names', async (t) => {
  const { party } = await register(t, { token_endpoint_auth_method: 'none' }, oidc.None());
  const bare = oidc.buildAuthorizationUrl(party, { redirect_uri: CALLBACK, scope: 'openid' });
  const person = new Person();
  const open = (await logIn(party, { person })).claims().sub;
  const told = await person.follow(bare.href);
  assert.equal(new URL(told.next).searchParams.get('error'), 'invalid_request');
  const subjects = [];
  for (const _ of [1, 2]) {
    const { party: pairwise } = await register(t, { subject_type: 'pairwise' });
    const tokens = await logIn(pairwise);
    assert.ok(!tokens.access_token.includes('.'), 'nobody reads the name of a person in it');
    const told = await oidc.fetchUserInfo(pairwise, tokens.access_token, tokens.claims().sub);
    assert.equal((await oidc.tokenIntrospection(pairwise, tokens.access_token)).sub, told.sub);
    subjects.push(told.sub);
  }
  assert.equal(subjects[0], subjects[1], 'one sector, one name');
  assert.notEqual(subjects[0], open);
});

test('a client reads, changes and deletes what it registered', async (t) => {
  const { client } = await register(t, { client_name: 'Before', contacts: ['a@app.example'], grant_types: ['authorization_code', 'refresh_token'] });
  const read = await (await manage(client, 'GET')).json();
  assert.equal(read.client_name, 'Before');
  assert.deepEqual(read.contacts, ['a@app.example']);
  assert.equal(read.client_secret, undefined, 'a secret is shown once');
  const changed = await manage(client, 'PUT', { client_id: client.client_id, redirect_uris: [CALLBACK, 'https://app.example/more'], client_name: 'After' });
  const after = await changed.json();
  assert.deepEqual([changed.status, after.client_name, after.redirect_uris.length, after.contacts], [200, 'After', 2, undefined]);
  assert.deepEqual(after.grant_types, ['authorization_code'], 'what is left out is gone');
  assert.equal((await manage(client, 'PUT', { client_id: 'another', redirect_uris: [CALLBACK] })).status, 400);
  assert.equal((await manage(client, 'PUT', { client_id: client.client_id, client_secret: 'wrong', redirect_uris: [CALLBACK] })).status, 400);
  assert.equal((await manage(client, 'GET', undefined, 'nonsense')).status, 401);
  assert.equal((await manage(client, 'GET', undefined, initialAccessToken)).status, 401);
  assert.equal((await manage(client, 'DELETE')).status, 204);
  assert.equal((await manage(client, 'GET')).status, 401);
});

test('what cannot be had is refused in its own words', async () => {
  const redirect_uris = [CALLBACK];
  for (const uris of [undefined, [], ['nonsense'], ['https://app.example/#x'], ['http://app.example/'], ['com.example:/cb'], [7]]) {
    assert.equal(await refused({ redirect_uris: uris }), 'invalid_redirect_uri', `${uris}`);
  }
  for (const members of [
    { grant_types: ['client_credentials'] }, { grant_types: ['implicit'] }, { grant_types: ['refresh_token'] }, { grant_types: 'authorization_code' },
    { response_types: ['token'] }, { response_types: ['code', 'token'] }, { token_endpoint_auth_method: 'client_secret_jwt' },
    { token_endpoint_auth_method: 'private_key_jwt' }, { jwks: { keys: [] }, jwks_uri: 'https://app.example/keys' }, { jwks: 7 },
    { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }] } }, { jwks_uri: 'ftp://app.example/' }, { subject_type: 'odd' },
    { id_token_signed_response_alg: 'none' }, { id_token_signed_response_alg: 'HS256' }, { userinfo_encrypted_response_alg: 'RSA-OAEP' },
    { application_type: 'desktop' }, { client_name: 'x'.repeat(257) }, { client_name: 7 }, { logo_uri: 'javascript:alert(1)' }, { contacts: 'me' },
    { default_max_age: -1 }, { default_max_age: '60' }, { require_auth_time: 'yes' }, { post_logout_redirect_uris: ['nonsense'] },
    { sector_identifier_uri: 'https://nowhere.invalid/' }, { client_name: 'a\u202eb' }, { initiate_login_uri: 'http://app.example/' },
    { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [{ kty: 'RSA', e: 'AQAB', n: 'A'.repeat(700) }] } },
    { introspection_signed_response_alg: 'HS256' },
    { redirect_uris: ['http://127.0.0.1/cb'], subject_type: 'pairwise' },
  ]) {
    assert.equal(await refused({ redirect_uris, ...members }), 'invalid_client_metadata', JSON.stringify(members));
  }
  assert.equal(await refused({ redirect_uris, software_statement: 'x.y.z' }), 'invalid_software_statement');
  for (const body of ['', 'nonsense', '[]', '{"redirect_uris":[],"redirect_uris":[]}']) {
    const headers = { Authorization: `Bearer ${initialAccessToken}`, 'Content-Type': 'application/json' };
    const answer = await fetch(`${url}/oauth2/register`, { method: 'POST', headers, body });
    assert.equal((await answer.json()).error, 'invalid_client_metadata', body);
  }
});

test('nobody is sent anywhere, told anything or renamed by the back door', async (t) => {
  const { party, client } = await register(t, { subject_type: 'pairwise', scope: 'openid email' });
  const wrong = oidc.buildAuthorizationUrl(party, { redirect_uri: CALLBACK, scope: 'openid', response_type: 'x' }).href;
  const stranger = await new Person().follow(wrong);
  assert.deepEqual([stranger.status, new URL(stranger.address).pathname], [200, '/oauth2/login'], 'first, they log in');
  assert.equal((await authorize(wrong)).searchParams.get('error'), 'unsupported_response_type');
  const out = new URLSearchParams({ client_id: client.client_id, post_logout_redirect_uri: CALLBACK });
  assert.equal((await new Person().follow(`${url}/oauth2/logout?${out}`)).status, 400, 'not a place for that');
  const person = new Person();
  const tokens = await logIn(party, { person, parameters: { scope: 'openid' } });
  assert.equal((await oidc.tokenIntrospection(party, tokens.access_token)).username, undefined);
  const claims = JSON.stringify({ userinfo: { email: null } });
  await assert.rejects(logIn(party, { person, parameters: { scope: 'openid', claims, prompt: 'none' } }), { error: 'consent_required' });
  const told = await oidc.fetchUserInfo(party, (await logIn(party, { person, parameters: { scope: 'openid', claims } })).access_token, tokens.claims().sub);
  assert.deepEqual(Object.keys(told).sort(), ['email', 'sub']);
  const public_ = await manage(client, 'PUT', { client_id: client.client_id, redirect_uris: [CALLBACK] });
  assert.equal((await public_.json()).error, 'invalid_client_metadata');
});

test('nobody registers without a token', async () => {
  const ask = (headers) => fetch(`${url}/oauth2/register`, {
    method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify({ redirect_uris: [CALLBACK] }),
  });
  const without = await ask({});
  assert.deepEqual([without.status, without.headers.get('www-authenticate')], [401, 'Bearer realm="chancery"']);
  const wrong = await ask({ Authorization: 'Bearer nonsense' });
  assert.equal(wrong.status, 401);
  assert.match(wrong.headers.get('www-authenticate'), /error="invalid_token"/);
});

test('a native application has a scheme of its own', async (t) => {
  const { client } = await register(t, { application_type: 'native', redirect_uris: ['com.example.app:/cb', 'http://127.0.0.1/cb'], token_endpoint_auth_method: 'none' });
  assert.equal(client.application_type, 'native');
});
