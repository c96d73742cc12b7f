// OpenID Connect by npm's openid-client, with nothing but the issuer URL: log in, know who it is, refresh.

import { test } from 'node:test';

import { Person } from '../person.mjs';
import { assert, authorize, bootstrap, logIn, oidc, relyingParty, url } from './world.mjs';

test('the issuer is all that a client needs to know', async (t) => {
  const { party } = await relyingParty(t);
  const server = party.serverMetadata();
  assert.equal(server.issuer, url);
  assert.equal(server.authorization_endpoint, `${url}/oauth2/authorize`);
  assert.ok(server.supportsPKCE());
  const oauth = await oidc.discovery(new URL(url), 'x', undefined, undefined, {
    algorithm: 'oauth2', execute: [oidc.allowInsecureRequests],
  });
  assert.equal(oauth.serverMetadata().token_endpoint, `${url}/oauth2/token`);
});

test('a person logs in, and the client learns who it is', async (t) => {
  const begun = Math.floor(Date.now() / 1000);
  const { client, party, tokens, called } = await logIn(t, { parameters: { max_age: '3600' } });
  assert.equal(called.searchParams.get('iss'), url);
  assert.equal(tokens.token_type, 'bearer');
  const claims = tokens.claims();
  assert.equal(claims.sub, bootstrap.admin.userId);
  assert.equal(claims.aud, client.id);
  assert.ok(claims.auth_time >= begun && claims.auth_time <= claims.iat);
  assert.ok(claims.at_hash && claims.nonce);
  assert.equal(claims.email, undefined, 'what a scope asks for is told at userinfo');
  const told = await oidc.fetchUserInfo(party, tokens.access_token, claims.sub);
  assert.equal(told.email, bootstrap.admin.email);
  assert.equal(told.email_verified, false);
  assert.equal(told.preferred_username, bootstrap.admin.email);
  assert.equal(told.phone_number, undefined);
});

test('the signature of an ID token is verified with the published keys', async (t) => {
  for (const alg of ['RS256']) {
    const { party, callback } = await relyingParty(t, {}, { id_token_signed_response_alg: alg });
    oidc.enableNonRepudiationChecks(party);
    const address = oidc.buildAuthorizationUrl(party, { redirect_uri: callback, scope: 'openid' });
    const tokens = await oidc.authorizationCodeGrant(party, await authorize(address.href));
    const [header] = tokens.id_token.split('.');
    assert.equal(JSON.parse(Buffer.from(header, 'base64url')).alg, alg);
  }
});

test('each way of authenticating the client works', async (t) => {
  for (const authentication of [oidc.ClientSecretBasic, oidc.ClientSecretPost]) {
    const { tokens } = await logIn(t, { authentication: authentication() });
    assert.ok(tokens.id_token);
  }
});

test('an answer comes in the query, the fragment or a form', async (t) => {
  const { party, callback } = await relyingParty(t);
  const address = (mode) => oidc.buildAuthorizationUrl(party, { redirect_uri: callback, scope: 'openid', state: 'x', response_mode: mode }).href;
  const query = await authorize(address('query'));
  assert.ok(query.searchParams.get('code'));
  const fragment = await authorize(address('fragment'));
  assert.equal(fragment.search, '');
  assert.ok(new URLSearchParams(fragment.hash.slice(1)).get('code'));
  const person = new Person();
  await authorize(address('query'), { person });
  const page = await person.follow(address('form_post'));
  assert.equal(page.status, 200);
  const fields = Object.fromEntries([...page.text.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]));
  assert.deepEqual(Object.keys(fields).sort(), ['code', 'iss', 'state']);
  assert.ok(page.text.includes(`action="${callback}"`), page.text);
});

test('nobody is asked who may not be', async (t) => {
  const { party, callback } = await relyingParty(t);
  const address = (more) => oidc.buildAuthorizationUrl(party, { redirect_uri: callback, scope: 'openid', prompt: 'none', ...more }).href;
  const person = new Person();
  const refused = await person.follow(address());
  assert.equal(new URL(refused.next).searchParams.get('error'), 'login_required');
  assert.equal(new URL(refused.next).searchParams.get('iss'), url);
  const called = await authorize(address({ prompt: 'login' }), { person });
  const tokens = await oidc.authorizationCodeGrant(party, called);
  const silent = await person.follow(address({ id_token_hint: tokens.id_token }));
  assert.ok(new URL(silent.next).searchParams.get('code'), silent.next);
  const both = await person.follow(address({ prompt: 'none login' }));
  assert.equal(new URL(both.next).searchParams.get('error'), 'invalid_request');
});

test('a login that is too old is made again, once', async (t) => {
  const { party, callback } = await relyingParty(t);
  const person = new Person();
  const address = (more) => oidc.buildAuthorizationUrl(party, { redirect_uri: callback, scope: 'openid', ...more }).href;
  const first = await oidc.authorizationCodeGrant(party, await authorize(address(), { person }));
  await new Promise((next) => setTimeout(next, 1100));
  const again = await oidc.authorizationCodeGrant(party, await authorize(address({ max_age: '1' }), { person }), { maxAge: 30 });
  assert.ok(again.claims().auth_time > first.claims().auth_time);
  const page = await person.follow(address({ max_age: '0' }));
  assert.equal(page.next, null, 'a login page');
});

test('claims are asked for one by one', async (t) => {
  const claims = JSON.stringify({ id_token: { email: null, acr: { essential: true, values: ['1'] } }, userinfo: { name: { essential: true } } });
  const { party, tokens } = await logIn(t, { parameters: { scope: 'openid', claims } });
  assert.equal(tokens.claims().email, bootstrap.admin.email);
  assert.equal(tokens.claims().acr, '1');
  const told = await oidc.fetchUserInfo(party, tokens.access_token, tokens.claims().sub);
  assert.deepEqual(Object.keys(told).sort(), ['name', 'sub']);
});

test('a refresh token comes with offline_access, and refreshes who it is', async (t) => {
  const without = await logIn(t);
  assert.equal(without.tokens.refresh_token, undefined);
  const { party, tokens } = await logIn(t, { parameters: { scope: 'openid offline_access' } });
  const next = await oidc.refreshTokenGrant(party, tokens.refresh_token);
  const [before, after] = [tokens.claims(), next.claims()];
  assert.equal(after.sub, before.sub);
  assert.equal(after.auth_time, before.auth_time);
  assert.equal(after.nonce, undefined);
});

test('a token is for the management API only where that was asked for', async (t) => {
  const { tokens } = await logIn(t);
  const call = (token, path) => fetch(`${url}${path}`, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal((await call(tokens.access_token, '/api/v2/users/me')).status, 401);
  const { tokens: managing } = await logIn(t, { parameters: { scope: 'openid user-basic-info', resource: `${url}/api/v2` } });
  assert.equal((await call(managing.access_token, '/api/v2/users/me')).status, 200);
  assert.equal((await call(managing.access_token, '/api/v2/oauth/clients')).status, 403, 'the scope counts');
  assert.equal((await call(managing.access_token, '/oauth2/userinfo')).status, 401, 'and it is for nothing else');
});

test('a request may come as a form from any site', async (t) => {
  const { party, callback } = await relyingParty(t);
  const { searchParams } = oidc.buildAuthorizationUrl(party, { redirect_uri: callback, scope: 'openid' });
  const person = new Person();
  const page = await person.follow(`${url}/oauth2/authorize`, Object.fromEntries(searchParams));
  assert.equal(page.status, 200);
  assert.ok(new URL(page.address).pathname.endsWith('/oauth2/login'), page.address);
  const called = await authorize(page.address, { person });
  assert.ok((await oidc.authorizationCodeGrant(party, called)).id_token);
});

test('whoever is logged in says as whom, if the client asks', async (t) => {
  const { party, callback } = await relyingParty(t);
  const person = new Person();
  const address = (prompt) => oidc.buildAuthorizationUrl(party, { redirect_uri: callback, scope: 'openid', prompt }).href;
  await authorize(address('login'), { person });
  const page = await person.follow(address('select_account'));
  assert.ok(new URL(page.address).pathname.endsWith('/oauth2/choose'), page.address);
  const [, onward] = /href="(authorize\?[^"]+)"/.exec(page.text);
  const called = await person.follow(new URL(onward.replaceAll('&#38;', '&'), page.address).href);
  assert.ok(new URL(called.next).searchParams.get('code'), called.next);
});
