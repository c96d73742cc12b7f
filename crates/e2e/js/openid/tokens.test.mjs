// What becomes of tokens, by npm's openid-client: introspected, revoked; and of logins: ended.

import { test } from 'node:test';

import { create, everywhere, createRole, policy } from '../chancery.mjs';
import { Person } from '../person.mjs';
import { assert, authorize, bootstrap, local, logIn, oidc, relyingParty, url } from './world.mjs';

const OFFLINE = { scope: 'openid email offline_access' };

test('a client learns what its own tokens are worth', async (t) => {
  const { client, party, tokens } = await logIn(t, { parameters: OFFLINE });
  const access = await oidc.tokenIntrospection(party, tokens.access_token);
  assert.equal(access.active, true);
  assert.equal(access.client_id, client.id);
  assert.equal(access.sub, bootstrap.admin.userId);
  assert.equal(access.username, bootstrap.admin.email);
  assert.equal(access.aud, url);
  assert.equal(access.scope, OFFLINE.scope);
  const refresh = await oidc.tokenIntrospection(party, tokens.refresh_token, { token_type_hint: 'refresh_token' });
  assert.equal(refresh.active, true);
  assert.ok(refresh.exp > access.exp);
  assert.deepEqual(await oidc.tokenIntrospection(party, 'nonsense'), { active: false });
});

test('another client learns nothing, unless an administrator lets it', async (t) => {
  const { tokens } = await logIn(t, { parameters: OFFLINE });
  const { party: other } = await relyingParty(t);
  for (const token of [tokens.access_token, tokens.refresh_token]) {
    assert.deepEqual(await oidc.tokenIntrospection(other, token), { active: false });
  }
  const role = await createRole(t, [policy('oauth', 'token', 'view')]);
  const api = await create(t, 'CLIENT-CREDENTIALS', { roleDivisions: [everywhere(role)] });
  const resource = await oidc.discovery(new URL(url), api.id, api.secret, undefined, local);
  const told = await oidc.tokenIntrospection(resource, tokens.access_token);
  assert.equal(told.active, true);
  assert.equal((await oidc.tokenIntrospection(resource, tokens.refresh_token)).active, false);
});

test('an answer is signed for whoever asks for that', async (t) => {
  const { party, tokens } = await logIn(t);
  oidc.enableNonRepudiationChecks(party);
  assert.equal((await oidc.tokenIntrospection(party, tokens.access_token)).active, true);
  const { client_id: id } = party.clientMetadata();
  const { client_secret: secret } = party.clientMetadata();
  const answer = await fetch(`${url}/oauth2/introspect`, {
    method: 'POST',
    headers: { Accept: 'application/token-introspection+jwt', Authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({ token: tokens.access_token }),
  });
  assert.equal(answer.headers.get('content-type'), 'application/token-introspection+jwt');
  const [header, claims] = (await answer.text()).split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url')));
  assert.equal(header.typ, 'token-introspection+jwt');
  assert.equal(claims.aud, id);
  assert.equal(claims.token_introspection.active, true);
});

test('whoever proves nothing is told nothing', async (t) => {
  const { client, tokens } = await logIn(t);
  const ask = (form, headers = {}) => fetch(`${url}/oauth2/introspect`, { method: 'POST', headers, body: new URLSearchParams(form) });
  const { access_token: token } = tokens;
  assert.equal((await ask({ token })).status, 401);
  assert.equal((await ask({ token, client_id: client.id })).status, 401);
  assert.equal((await ask({ token, client_id: client.id, client_secret: 'wrong' })).status, 401);
  const basic = await ask({ token }, { Authorization: `Basic ${btoa(`${client.id}:wrong`)}` });
  assert.match(basic.headers.get('www-authenticate'), /^Basic /);
  const missing = await ask({ client_id: client.id, client_secret: client.secret });
  assert.equal((await missing.json()).error, 'invalid_request');
});

test('a token that is given back is good for nothing', async (t) => {
  const { party, tokens } = await logIn(t, { parameters: OFFLINE });
  await oidc.tokenRevocation(party, tokens.access_token);
  await assert.rejects(oidc.fetchUserInfo(party, tokens.access_token, tokens.claims().sub));
  const next = await oidc.refreshTokenGrant(party, tokens.refresh_token);
  await oidc.tokenRevocation(party, next.refresh_token);
  await assert.rejects(oidc.refreshTokenGrant(party, next.refresh_token), { error: 'invalid_grant' });
  assert.deepEqual(await oidc.tokenIntrospection(party, next.access_token), { active: false }, 'all that came of the login');
});

test('nobody gives back what is another client\'s', async (t) => {
  const { party, tokens } = await logIn(t, { parameters: OFFLINE });
  const { party: other } = await relyingParty(t);
  for (const token of [tokens.access_token, tokens.refresh_token, 'nonsense']) await oidc.tokenRevocation(other, token);
  assert.ok(await oidc.fetchUserInfo(party, tokens.access_token, tokens.claims().sub));
  assert.ok(await oidc.refreshTokenGrant(party, tokens.refresh_token));
});

test('a client that knows whom it logs out ends the session and gets the browser back', async (t) => {
  const person = new Person();
  const { party, callback, tokens } = await logIn(t, { person });
  const address = oidc.buildEndSessionUrl(party, { id_token_hint: tokens.id_token, post_logout_redirect_uri: callback, state: 'bye' });
  const left = await person.follow(address.href);
  assert.equal(left.next, `${callback}?state=bye`);
  const silent = await person.follow(oidc.buildAuthorizationUrl(party, { redirect_uri: callback, scope: 'openid', prompt: 'none' }).href);
  assert.equal(new URL(silent.next).searchParams.get('error'), 'login_required');
  assert.equal((await person.follow(address.href)).next, `${callback}?state=bye`, 'nobody is left to be asked');
});

test('a person is asked where nothing says that they are meant', async (t) => {
  const person = new Person();
  const { party, callback } = await logIn(t, { person });
  const address = oidc.buildEndSessionUrl(party, { post_logout_redirect_uri: callback }).href;
  const decide = async (decision) => {
    const page = await person.follow(address);
    assert.equal(page.status, 200, page.text);
    const [, csrf] = /name="csrf" value="([^"]+)"/.exec(page.text) ?? assert.fail(page.text);
    const [, action] = /action="([^"]+)"/.exec(page.text);
    return person.follow(new URL(action.replaceAll('&#38;', '&'), page.address).href, { csrf, decision });
  };
  const isIn = async () => {
    const answer = await person.follow(oidc.buildAuthorizationUrl(party, { redirect_uri: callback, scope: 'openid', prompt: 'none' }).href);
    return new URL(answer.next).searchParams.has('code');
  };
  assert.equal((await decide('stay')).status, 200);
  assert.ok(await isIn());
  assert.equal((await decide('leave')).next, callback);
  assert.ok(!(await isIn()));
});

test('a browser is sent to no place that the client did not register', async (t) => {
  const person = new Person();
  const { client, tokens } = await logIn(t, { person });
  const ask = (parameters) => person.follow(`${url}/oauth2/logout?${new URLSearchParams(parameters)}`);
  const elsewhere = { post_logout_redirect_uri: 'https://elsewhere.example/' };
  const wrong = await ask({ id_token_hint: tokens.id_token, ...elsewhere });
  assert.deepEqual([wrong.status, wrong.next], [400, null]);
  assert.equal((await ask({ client_id: client.id, ...elsewhere })).status, 400);
  assert.equal((await ask({ client_id: 'nonsense' })).status, 400);
  const nobody = await ask(elsewhere);
  assert.deepEqual([nobody.status, nobody.next], [200, null], 'the person is asked, and goes nowhere');
  assert.ok(nobody.text.includes('name="csrf"'));
});
