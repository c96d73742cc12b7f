// Clients that nobody here knows: what they can do to people and to administrators is nothing that these did not agree to.

import { test } from 'node:test';

import { Person } from '../person.mjs';
import { administrator } from '../chancery.mjs';
import { CALLBACK, assert, authorize, manage, oidc, register, url } from './world.mjs';

const OUT = 'https://app.example/out';

const ask = (party, parameters = {}) => oidc.buildAuthorizationUrl(party, { redirect_uri: CALLBACK, scope: 'openid email', ...parameters }).href;

async function logIn(party, person = new Person(), parameters = {}) {
  const called = await authorize(ask(party, parameters), { person });
  return oidc.authorizationCodeGrant(party, called);
}

test('nobody is sent on by a hint that a stranger has of itself', async (t) => {
  const { party } = await register(t, { post_logout_redirect_uris: [OUT] });
  const person = new Person();
  const { id_token } = await logIn(party, person);
  const out = `${url}/oauth2/logout?${new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: OUT, state: 'x' })}`;
  const passerBy = await new Person().follow(out);
  assert.deepEqual([passerBy.status, passerBy.next], [200, null], 'asked first');
  assert.equal((await person.follow(out)).next, `${OUT}?state=x`, 'whoever is meant is not asked');
});

test('a hint of a client that is gone stands in nobody\'s way out', async (t) => {
  const { party, client } = await register(t, { post_logout_redirect_uris: [OUT] });
  const person = new Person();
  const { id_token } = await logIn(party, person);
  assert.equal((await manage(client, 'DELETE')).status, 204);
  const answer = await person.follow(`${url}/oauth2/logout?${new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: OUT })}`);
  assert.deepEqual([answer.status, answer.next], [200, null]);
});

test('a person is asked again about a client that has become another', async (t) => {
  const { party, client } = await register(t, { client_name: 'Friendly' });
  const person = new Person();
  const tokens = await logIn(party, person);
  const silently = async () => (await authorize(ask(party, { prompt: 'none' }), { person })).searchParams.get('error');
  assert.equal(await silently(), null);
  const change = async (members) => {
    const answer = await manage(client, 'PUT', { client_id: client.client_id, client_name: 'Friendly', redirect_uris: [CALLBACK], ...members });
    assert.equal(answer.status, 200);
  };
  await change({ contacts: ['somebody@app.example'] });
  assert.equal(await silently(), null, 'nothing that people see');
  for (const members of [{ client_name: 'A bank' }, { redirect_uris: [CALLBACK, 'https://other.example/cb'] }, { policy_uri: 'https://app.example/policy' }]) {
    await change(members);
    assert.equal(await silently(), 'consent_required', JSON.stringify(members));
    const page = await person.follow(ask(party));
    assert.ok(page.text.includes('registered itself'), page.text);
    await authorize(ask(party), { person });
    assert.equal(await silently(), null);
    await change({});
    await authorize(ask(party), { person });
  }
  const told = await oidc.fetchUserInfo(party, tokens.access_token, tokens.claims().sub);
  assert.ok(told.email, 'what was allowed before still holds');
});

test('a yes is none to what a client was called before', async (t) => {
  const { party, client } = await register(t, { client_name: 'Friendly' });
  const person = new Person();
  await authorize(ask(party, { prompt: 'login' }), { person, consent: 'deny' });
  const page = await person.follow(ask(party));
  const [, csrf] = /name="csrf" value="([^"]+)"/.exec(page.text);
  await manage(client, 'PUT', { client_id: client.client_id, client_name: 'A bank', redirect_uris: [CALLBACK] });
  const answer = await person.follow(page.address, { csrf, decision: 'allow' });
  assert.ok(!answer.next && answer.text.includes('A bank'), 'asked anew');
});

test('a client that registered itself is given no roles', async (t) => {
  const { client } = await register(t);
  const [role] = (await administrator.authorization.getAuthorizationRoles()).entities;
  const { id: home } = await administrator.authorization.getAuthorizationDivisionsHome();
  const refused = { code: 'constraint.validation' };
  const subjectType = { subjectType: 'PC_OAUTH_CLIENT' };
  await assert.rejects(administrator.authorization.postAuthorizationSubjectDivisionRole(client.client_id, home, role.id, subjectType), refused);
  await assert.rejects(administrator.authorization.postAuthorizationRole(role.id, { subjectIds: [client.client_id], divisionIds: [home] }, subjectType), refused);
  const grants = { grants: [{ roleId: role.id, divisionId: home }] };
  await assert.rejects(administrator.authorization.postAuthorizationSubjectBulkadd(client.client_id, grants, subjectType), refused);
  await assert.rejects(administrator.authorization.postAuthorizationSubjectBulkreplace(client.client_id, grants, subjectType), refused);
});

test('what an administrator took from a client, it does not give itself again', async (t) => {
  const { client } = await register(t);
  const listed = await administrator.oauth.getOauthClient(client.client_id);
  await administrator.oauth.putOauthClient(client.client_id, { ...listed, scope: ['openid'] });
  const change = { client_id: client.client_id, redirect_uris: [CALLBACK], scope: 'openid email profile' };
  const after = await (await manage(client, 'PUT', change)).json();
  assert.equal(after.scope, 'openid');
});

test('an ID token says who may use it', async (t) => {
  const { party, client } = await register(t);
  const { aud, azp } = (await logIn(party)).claims();
  assert.deepEqual([aud, azp], [client.client_id, client.client_id]);
});
